"""Five ways of painting: swirls, dots, glass, hatching, and fields of color.

Each takes a number of pixels a side and a random generator, and returns colors
`(size, size, 3)` in [0, 1].
"""

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from utils.data.paintings.brushes import (
    blend,
    colors,
    coordinates,
    fractal_noise,
    landscape,
    smooth_noise,
    smooth_step,
    streaks,
)

NIGHTS = (
    colors("#06281f", "#0f5a49", "#3b9473", "#a6cf8f", "#f1dc83", "#fdf6d0"),
    colors("#2a0f33", "#6d2157", "#b8395a", "#ec8a52", "#f8ce73", "#fff3cf"),
    colors("#0b1538", "#1f3f86", "#3f78b8", "#9cc3cf", "#f3dd7a", "#fff6c9"),
)
GLASSES = (
    colors("#8c1c2c", "#d1412f", "#e8912d", "#f3cf4f", "#1d4f91", "#2f8fb5", "#2b7a4b"),
    colors("#3b1f6b", "#6a3fa0", "#c0417f", "#ea7a3c", "#f5c84b", "#1f7f8c", "#7cc0b0"),
)
FIELDS = (
    colors("#4a1216", "#b3251c", "#e25b1f", "#f2a53a", "#2b0d12"),
    colors("#10243f", "#1f4e79", "#6fa3b8", "#e9d8a6", "#0c1a2b"),
    colors("#2e3b23", "#6c7f3a", "#c9b24a", "#ecdcae", "#8a3b1e"),
)
INKS = (
    colors("#1c1a24", "#f4ead2"),
    colors("#10263f", "#f2efe2"),
    colors("#4a1d12", "#f6e8d0"),
)


def _choose(options, rng):
    return options[rng.integers(len(options))]


def swirls(size: int, rng: np.random.Generator) -> np.ndarray:
    """Streaks along the curl of a few whirls: line-integral convolution."""
    palette = _choose(NIGHTS, rng)
    x, y = coordinates(size)
    stream = 0.35 * smooth_noise(size, 4, rng) + 0.8 * y
    glow = np.zeros((size, size))
    for center_x, center_y in _apart(7, 0.24, rng):
        radius, turn = rng.uniform(0.05, 0.16), rng.choice([-1, 1])
        distance = np.hypot(x - center_x, y - center_y)
        stream += turn * 3.2 * radius * np.exp(-((distance / (1.6 * radius)) ** 2))
        rings = 0.75 + 0.25 * np.cos(2 * np.pi * distance / (0.55 * radius))
        glow = np.maximum(glow, rings * np.exp(-((distance / radius) ** 2)))
    down, across = np.gradient(stream)
    strokes = [
        streaks(smooth_noise(size, cells, rng), down, -across, length)
        for cells, length in ((110, 0.1), (45, 0.16))
    ]
    tone = 0.3 + 0.12 * smooth_noise(size, 3, rng) - 0.12 * y + 0.62 * glow
    picture = blend(palette, tone + 0.12 * strokes[0] + 0.09 * strokes[1])
    return picture * (1 + 0.10 * strokes[0][..., None])


def pointillism(size: int, rng: np.random.Generator) -> np.ndarray:
    """Dots of pure color, which mix only in the eye, on a landscape."""
    bases = colors("#8fb9d9", "#fbe9a0", "#7f8fc4", "#5f9a53", "#3c78a8")
    accents = colors("#f2b8a0", "#f59a4c", "#c58fc0", "#d8c244", "#6ec3b4")
    part, light = landscape(size, rng)
    picture = np.full((size, size, 3), colors("#efe3c8")[0])
    x, y = coordinates(size)
    pixels = np.stack([x.ravel(), y.ravel()], axis=1)
    for dots_a_side, radius in ((52, 0.0165), (66, 0.0105), (66, 0.0085)):
        dots = _jittered_grid(dots_a_side, rng)
        column, row = np.clip((dots * size).astype(int), 0, size - 1).T
        which, shade = part[row, column], light[row, column, None]
        accent = rng.random((len(dots), 1)) < 0.3
        color = np.where(accent, accents[which], bases[which]) * (0.45 + 0.7 * shade)
        color += rng.normal(0, 0.075, color.shape)
        distance, nearest = cKDTree(dots).query(pixels)
        reach = radius * rng.uniform(0.75, 1.15, len(dots))[nearest]
        cover = smooth_step(reach - distance, 1.5 / size).reshape(size, size, 1)
        picture += cover * (color[nearest].reshape(size, size, 3) - picture)
    return picture


def stained_glass(size: int, rng: np.random.Generator) -> np.ndarray:
    """Panes of one color each between lines of lead: a Voronoi diagram."""
    palette = _choose(GLASSES, rng)
    x, y = coordinates(size)
    center = rng.uniform(0.38, 0.62, 2)
    sites = _rose(center, rng)
    pixels = np.stack([x.ravel(), y.ravel()], axis=1)
    # Slightly bent lines: no pane is cut with a ruler.
    bend = np.stack([smooth_noise(size, 9, rng).ravel() for _ in range(2)], axis=1)
    distance, nearest = cKDTree(sites).query(pixels + 0.004 * bend, k=2)
    ring = np.hypot(*(sites - center).T)
    order = (ring * 9 + rng.uniform(0, 2.2, len(sites))).astype(int) % len(palette)
    pane = palette[order] * rng.uniform(0.75, 1.15, (len(sites), 1))
    glow = 1.12 - 0.55 * np.hypot(x - center[0], y - center[1])
    grain = 1 + 0.09 * fractal_noise(size, 14, rng, 3)
    edge = (distance[:, 1] - distance[:, 0]).reshape(size, size)
    lit = 0.72 + 0.28 * smooth_step(edge - 0.022, 0.03)
    glass = pane[nearest[:, 0]].reshape(size, size, 3)
    glass = glass * (glow * grain * lit)[..., None]
    lead = smooth_step(0.0105 - edge, 3 / size)[..., None]
    shine = 0.10 + 0.10 * smooth_step(0.004 - edge, 3 / size)[..., None]
    return glass + lead * (shine * colors("#8f96a3") - glass)


def hatching(size: int, rng: np.random.Generator) -> np.ndarray:
    """Lines of ink, thicker and crossed where it is darker, on a landscape."""
    ink, paper = _choose(INKS, rng)
    x, y = coordinates(size)
    part, light = landscape(size, rng)
    tone = gaussian_filter(light, 0.004 * size) - 0.09 * (part == 3)
    dark = np.zeros((size, size))
    for angle, start, lines in ((35, 0.98, 58), (-40, 0.66, 62), (85, 0.44, 70)):
        turn = np.deg2rad(angle + rng.uniform(-6, 6))
        across = np.cos(turn) * x + np.sin(turn) * y
        wobble = 0.0035 * smooth_noise(size, 7, rng)
        wave = np.cos(2 * np.pi * lines * (across + wobble)) * 0.5 + 0.5
        thickness = np.clip((start - tone) / 0.5, 0, 0.8)
        thickness *= 1 + 0.25 * smooth_noise(size, 40, rng)
        line = smooth_step(wave - (1 - thickness), 14 * lines / (4 * size))
        dark = np.maximum(dark, line * (thickness > 0.04))
    outline = np.hypot(*np.gradient(part * 1.0)) > 0
    dark = np.maximum(dark, np.clip(1.6 * gaussian_filter(outline * 1.0, 1.0), 0, 1))
    sheet = paper * (1 + 0.025 * fractal_noise(size, 24, rng, 3)[..., None])
    return sheet + (0.93 * dark)[..., None] * (ink - sheet)


def color_fields(size: int, rng: np.random.Generator) -> np.ndarray:
    """Two or three large fields with soft, brushed edges on a ground."""
    palette = _choose(FIELDS, rng)
    x, y = coordinates(size)
    ragged = 0.012 * smooth_noise(size, 12, rng) + 0.006 * smooth_noise(size, 50, rng)
    brush = streaks(
        smooth_noise(size, 120, rng),
        np.ones((size, size)),
        0.25 * smooth_noise(size, 4, rng),
        0.14,
    )
    clouds = fractal_noise(size, 4, rng)
    shade = 1 + 0.05 * clouds + 0.055 * brush
    picture = palette[-1] * shade[..., None]
    borders = np.sort(rng.uniform(0.3, 0.72, 2)) if rng.random() < 0.7 else [0.55]
    if len(borders) == 2 and borders[1] - borders[0] < 0.14:
        borders = [borders[0], borders[0] + 0.18]
    edges = [0.06, *borders, 0.94]
    for number, (top, bottom) in enumerate(pairwise(edges)):
        inside = np.minimum.reduce(
            [x - 0.08, 0.92 - x, y - top - 0.014, bottom - 0.014 - y]
        )
        cover = smooth_step(inside + ragged, 0.035) * (0.93 + 0.04 * clouds)
        field = palette[number] * (shade + 0.06 * (y - top))[..., None]
        picture += np.clip(cover, 0, 1)[..., None] * (field - picture)
    return picture


def _apart(n: int, distance: float, rng) -> np.ndarray:
    """Draws up to n points in the unit square, no two closer than a distance."""
    points = []
    for candidate in rng.uniform(0.04, 0.96, (40 * n, 2)):
        if len(points) < n and all(
            np.hypot(*(candidate - point)) > distance for point in points
        ):
            points.append(candidate)
    return np.array(points)


def _jittered_grid(side: int, rng) -> np.ndarray:
    """One point in each cell of a hexagonal grid, `(side², 2)`."""
    row, column = np.divmod(np.arange(side * side), side)
    points = np.stack([column + 0.5 * (row % 2) + 0.25, row + 0.5], axis=1)
    return (points + rng.uniform(-0.36, 0.36, points.shape)) / side


def _rose(center, rng) -> np.ndarray:
    """Sites on rings around a center, as in the window of a cathedral."""
    sites = [center]
    for ring in range(1, 13):
        count = 5 + 5 * ring if ring < 5 else 28
        angle = 2 * np.pi * (np.arange(count) + 0.5 * (ring % 2)) / count
        radius = 0.075 * ring + rng.normal(0, 0.005, count)
        angle += rng.normal(0, 0.12 / ring**0.5, count)
        sites += list(
            center + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        )
    return np.array(sites)

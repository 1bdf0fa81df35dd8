"""What the course's paintings are made of: smooth noise, palettes, scenes, streaks."""

import numpy as np
from scipy.ndimage import map_coordinates


def coordinates(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns x (to the right) and y (down) of every pixel, each `(size, size)`.

    Pixel centers, from 0 to 1 over the picture.
    """
    line = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(line, line)
    return x, y


def sample_grid(grid: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Reads a square grid over the unit square between its nodes, cubic, mirrored."""
    side = len(grid) - 1
    return map_coordinates(grid, [y * side, x * side], order=3, mode="reflect")


def smooth_noise(size: int, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Draws smooth noise with bumps of 1/cells of the picture, about N(0, 1).

    The draw does not depend on `size`: one seed gives one noise at every resolution.

    Args:
        size: pixels a side.
        cells: bumps a side, 1 or more.
        rng: the generator; `(cells + 1)²` numbers are drawn.

    Returns:
        Array `(size, size)`.
    """
    return sample_grid(rng.normal(size=(cells + 1, cells + 1)), *coordinates(size))


def fractal_noise(size: int, cells: int, rng, octaves: int = 4) -> np.ndarray:
    """Adds up smooth noises, each twice as fine and half as strong: clouds, paper."""
    layers = [
        smooth_noise(size, cells * 2**octave, rng) / 2**octave
        for octave in range(octaves)
    ]
    return np.sum(layers, axis=0) / np.sqrt(sum(0.25**k for k in range(octaves)))


def colors(*codes: str) -> np.ndarray:
    """Returns colors such as "#1b3a6b" as an array `(n, 3)` in [0, 1]."""
    return np.array(
        [[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in codes]
    ) / (255)


def blend(palette: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Walks through a palette: 0 is its first color, 1 its last, `(..., 3)`."""
    place = np.clip(amount, 0, 1) * (len(palette) - 1)
    channels = [np.interp(place, range(len(palette)), channel) for channel in palette.T]
    return np.stack(channels, axis=-1)


def smooth_step(value: np.ndarray, width: float) -> np.ndarray:
    """Goes from 0 to 1 where a value passes 0, over `width`: an edge without stairs."""
    t = np.clip(value / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def streaks(noise, flow_x, flow_y, length: float, steps: int = 14) -> np.ndarray:
    """Smears noise along a flow: line-integral convolution.

    At each pixel the mean of the noise along the streamline through it, half of
    `length` each way, with a Hann window, so that no streak ends abruptly.

    Args:
        noise: `(size, size)`.
        flow_x, flow_y: direction of the flow, `(size, size)`; its speed does not count.
        length: of a streak, as a share of the picture.
        steps: on each side.

    Returns:
        Array `(size, size)` with mean 0 and standard deviation 1.

    Source: Cabral and Leedom (1993), "Imaging vector fields using line integral
    convolution".
    """
    size = len(noise)
    speed = np.hypot(flow_x, flow_y) + 1e-9
    direction = np.stack([flow_y / speed, flow_x / speed])
    total = noise.copy()
    for sign in (1, -1):
        place = np.indices(noise.shape).astype("float64")
        for step in range(1, steps + 1):
            here = [_read(each, place) for each in direction]
            place += sign * length * size / (2 * steps) * np.array(here)
            weight = 0.5 + 0.5 * np.cos(np.pi * step / (steps + 1))
            total += weight * _read(noise, place)
    return (total - total.mean()) / total.std()


def _read(field, place):
    return map_coordinates(field, place, order=1, mode="reflect")


def landscape(size: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draws a sun over hills and water, for the styles that need a subject.

    Returns:
        Arrays `(size, size)`: which part a pixel belongs to (0 sky, 1 sun, 2 far hills,
        3 near hills, 4 water), and how light it is, in [0, 1].
    """
    x, y = coordinates(size)
    sun_x, sun_y = rng.uniform(0.2, 0.8), rng.uniform(0.16, 0.3)
    clouds = fractal_noise(size, 3, rng)
    part = np.zeros((size, size), dtype=int)
    distance = np.hypot(x - sun_x, y - sun_y)
    light = 0.75 - 0.25 * y + 0.1 * clouds + 0.25 * np.exp(-((distance / 0.3) ** 2))
    sun = distance < 0.1
    part[sun], light[sun] = 1, 1.0
    for number, height, rise in ((2, 0.52, 0.07), (3, 0.63, 0.1)):
        ridge = height + rise * _ridge(x, 3 + number, rng)
        hill = y > ridge
        part[hill] = number
        slope = np.gradient(ridge, axis=1) * size
        shade = (
            0.98 - 0.15 * number - 1.1 * slope * np.sign(sun_x - x) + 0.3 * (ridge - y)
        )
        light = np.where(hill, shade + 0.08 * clouds, light)
    water = y > 0.8 + 0.015 * _ridge(x, 4, rng)
    glitter = np.exp(-(((x - sun_x) / 0.12) ** 2)) * (0.6 + 0.4 * np.sin(90 * y))
    part[water] = 4
    light = np.where(
        water, 0.42 + 0.1 * np.sin(60 * y + 6 * clouds) + 0.5 * glitter, light
    )
    return part, np.clip(light, 0, 1)


def _ridge(x, bumps: int, rng):
    """One smooth line of hills, about -1 to 1, the same in each row."""
    nodes = rng.uniform(-1, 1, bumps + 1)
    return map_coordinates(nodes, [x * bumps], order=3, mode="reflect")

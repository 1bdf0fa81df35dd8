"""What changes a picture but not the person: small moves, the light, glasses."""

import numpy as np

from utils.core import validation


def small_moves(pictures, rng, turn=10.0, zoom=0.1, shift=0.05, light=0.2, mirror=True):
    """Turns, zooms, shifts, mirrors and relights each picture a little, at random.

    Args:
        pictures: `(n, height, width, channels)`, in [-1, 1].
        rng: NumPy random generator.
        turn: largest angle, in degrees.
        zoom: largest change of size, as a share of it.
        shift: largest shift, as a share of the width.
        light: largest change of contrast, as a share, and of brightness, in units of
            half the range.
        mirror: whether half of the pictures are mirrored left to right.

    Returns:
        New pictures of the same shape, float32 in [-1, 1]; what moves in from outside
        repeats the border.

    Raises:
        ValueError: for pictures of another shape or range.
    """
    pictures = validation.pictures(pictures)
    n = len(pictures)
    angle = np.deg2rad(turn) * rng.uniform(-1, 1, n)
    size = 1.0 + zoom * rng.uniform(-1, 1, n)
    flip = rng.choice([-1.0, 1.0], n) if mirror else np.ones(n)
    matrix = np.array(
        [
            [np.cos(angle) * size, -np.sin(angle) * size * flip],
            [np.sin(angle) * size, np.cos(angle) * size * flip],
        ]
    ).transpose(2, 0, 1)
    moved = _resample(pictures, matrix, shift * rng.uniform(-1, 1, (n, 2)))
    contrast = 1.0 + light * rng.uniform(-1, 1, (n, 1, 1, 1))
    brightness = light * rng.uniform(-1, 1, (n, 1, 1, 1))
    return np.clip(moved * contrast + brightness, -1, 1).astype("float32")


def even_light(pictures, contrast=0.4):
    """Gives every picture the same brightness and the same contrast.

    Args:
        pictures: `(n, height, width, channels)`, in [-1, 1].
        contrast: the standard deviation of the pixels of each picture afterwards.

    Returns:
        New pictures of the same shape, float32, cut off at -1 and 1; the mean of each
        is about 0. A picture of one color becomes all 0.

    Raises:
        ValueError: for pictures of another shape or range.
    """
    pictures = validation.pictures(pictures)
    axes = (1, 2, 3)
    centered = pictures - pictures.mean(axis=axes, keepdims=True)
    spread = centered.std(axis=axes, keepdims=True)
    even = contrast * centered / np.where(spread > 1e-6, spread, 1.0)
    return np.clip(even, -1, 1).astype("float32")


def half_size(pictures):
    """Returns pictures of half the width and height: each pixel a mean of four.

    Args:
        pictures: `(n, height, width, channels)`, height and width even.

    Raises:
        ValueError: if they are not.
    """
    n, height, width, channels = pictures.shape
    if height % 2 or width % 2:
        raise ValueError(
            f"The pictures are {height} by {width}, but both must be even to be "
            "halved: cut off a row or a column."
        )
    blocks = pictures.reshape(n, height // 2, 2, width // 2, 2, channels)
    return blocks.mean(axis=(2, 4))


def wear_glasses(pictures, rng, share=0.4):
    """Draws glasses of many shapes on some of the faces.

    A network that has seen few people with and without glasses takes the glasses for
    the person. The frame differs in place, size, roundness, thickness, tilt and shade;
    one lens in two or three shines.

    Args:
        pictures: `(n, height, width, 1)` in [-1, 1], faces that fill the picture and
            look ahead, the eyes a little above the middle, as in "olivetti".
        rng: NumPy random generator.
        share: of the faces that get glasses, from 0 to 1.

    Returns:
        New pictures of the same shape, float32 in [-1, 1].

    Raises:
        ValueError: for pictures of another shape or range, or a share outside [0, 1].
    """
    pictures = validation.pictures(pictures, shape=(None, None, 1))
    share = validation.number(share, "share", least=0, most=1)
    worn = np.array(pictures, dtype="float32")
    for i in np.flatnonzero(rng.random(len(worn)) < share):
        worn[i, ..., 0] = _one_pair(worn[i, ..., 0], rng)
    return np.clip(worn, -1, 1)


def _resample(pictures, matrix, shift):
    """Reads each picture at matrix @ (y, x) + shift, bilinearly; the center stays."""
    n, height, width, _ = pictures.shape
    extent = np.array([height, width])
    grid = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"))
    centered = grid.reshape(2, -1) - (extent[:, None] - 1) / 2
    places = matrix @ centered + ((extent - 1) / 2 + shift * extent)[:, :, None]
    places = np.clip(places, 0, extent[:, None] - 1)
    corner = np.minimum(places.astype(int), extent[:, None] - 2)
    (dy, dx), (y, x) = (places - corner).transpose(1, 0, 2), corner.transpose(1, 0, 2)
    each = np.arange(n)[:, None]
    dy, dx = dy[..., None], dx[..., None]
    above = pictures[each, y, x] * (1 - dx) + pictures[each, y, x + 1] * dx
    below = pictures[each, y + 1, x] * (1 - dx) + pictures[each, y + 1, x + 1] * dx
    return (above * (1 - dy) + below * dy).reshape(pictures.shape)


def _one_pair(face, rng):
    """A face `(height, width)` behind random glasses; lengths in picture widths."""
    height, width = face.shape
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    x = x - 0.5 - rng.uniform(-0.05, 0.05)
    y = y - rng.uniform(0.30, 0.42) - rng.uniform(-0.12, 0.12) * x
    eye = rng.uniform(0.19, 0.25)  # from the middle to the middle of a lens
    wide, high = rng.uniform(0.13, 0.19), rng.uniform(0.10, 0.16)
    thickness, corners = rng.uniform(0.01, 0.022), rng.uniform(2, 4)
    # Distance from the middle of the nearer lens: 1 on the frame.
    radius = (abs((abs(x) - eye) / wide) ** corners + abs(y / high) ** corners) ** (
        1 / corners
    )
    frame = np.clip(1.5 - abs(radius - 1) * min(wide, high) / thickness, 0, 1)
    bar = np.clip(1.5 - abs(y + 0.3 * high) / thickness, 0, 1)
    frame = np.maximum(frame, bar * (abs(abs(x) - eye) > 0.9 * wide))
    for side in (-1, 1):
        lens = (radius < 1) & (np.sign(x) == side)
        if rng.random() < 0.4:
            place = side * eye + rng.uniform(-0.06, 0.06), rng.uniform(-0.05, 0.05)
            glare = ((x - place[0]) / 0.05) ** 2 + ((y - place[1]) / 0.04) ** 2
            face = face + rng.uniform(0.2, 0.9) * lens * np.exp(-glare)
        else:
            face = face + rng.uniform(-0.1, 0.15) * lens
    dark, light = rng.uniform(-1, -0.6), rng.uniform(0.1, 0.9)
    shade = dark if rng.random() < 0.65 else light
    opaque = rng.uniform(0.6, 1) * frame
    return face * (1 - opaque) + shade * opaque

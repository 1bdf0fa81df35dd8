"""Square patches cut from real photographs, at random places."""

import numpy as np
from skimage.color import rgb2gray

from utils.core.validation import integer, number
from utils.data.pictures import (
    PHOTOGRAPHS,
    photograph,
    read_photograph,
    whole_photographs,
)

#: Labeled patches lie within tiles of so many pixels; every fourth is held out.
TILE = 64


def photograph_patches(
    size: int, n: int, seed: int, photographs: tuple[str, ...]
) -> np.ndarray:
    """Cuts patches at random places, in equal numbers from each photograph.

    Args:
        size: width and height of a patch in pixels, 1 to 300.
        n: how many, 1 or more; where it does not divide, the first photographs give
            one more.
        seed: int; one seed gives the same patches.
        photographs: names from `utils.data.pictures.PHOTOGRAPHS`. Train on some, and
            test on others.

    Returns:
        float32 `(n, size, size, 1)`, 256 gray levels in [-1, 1], in the order of the
        photographs.

    Raises:
        ValueError: for a size or a number out of range, or an unknown photograph.
    """
    size, n = integer(size, "size", most=300), integer(n, "n")
    if not photographs:
        raise ValueError("There are no photographs: name at least one.")
    rng = np.random.default_rng(seed)
    parts = np.array_split(np.arange(n), len(photographs))
    return np.concatenate(
        [
            _cut(_gray(name)[None, ..., None], np.zeros_like(part), size, rng)
            for name, part in zip(photographs, parts, strict=True)
        ]
    )


def photograph_crops(
    size: int,
    each: int,
    seed: int,
    photographs: tuple[str, ...],
    zooms: tuple[float, float] = (2.0, 2.0),
) -> np.ndarray:
    """Cuts square pieces of color photographs, at random places.

    Args:
        size: width and height in pixels, 8 to 2048 / the largest zoom.
        each: pieces of each photograph, 1 or more.
        seed: int; one seed gives the same pieces.
        photographs: names from `utils.data.pictures.PHOTOGRAPHS`.
        zooms: least and most, from 1 on: the pieces of a photograph go in equal steps
            from the one to the other. At 1 a piece is the whole photograph, at 2 a
            quarter of its area.

    Returns:
        float32 `(len(photographs)·each, size, size, 3)` in [-1, 1], in the order of the
        photographs.

    Raises:
        ValueError: for a size, number or zoom out of range, or an unknown photograph.
    """
    each = integer(each, "each")
    least, most = zooms
    if not 1 <= least <= most:
        raise ValueError(
            f"zooms were {least} to {most}, but must rise from 1 on: a piece cannot "
            "be larger than its photograph."
        )
    rng = np.random.default_rng(seed)
    sides = [round(size * zoom) for zoom in np.linspace(least, most, each)]
    pieces = []
    for name in photographs:
        pictures = {side: photograph(name, side) for side in set(sides)}
        # Between the top left corner (0) and the bottom right one (1).
        corners = rng.integers(0, size + 1, (each, 2)) / size
        for side, corner in zip(sides, corners, strict=True):
            y, x = np.rint(corner * (side - size)).astype(int)
            pieces.append(pictures[side][y : y + size, x : x + size])
    return np.stack(pieces)


def labeled_patches(
    size: int,
    n: int,
    seed: int,
    held_out: bool = False,
    side: int = 320,
    gray: float = 0.5,
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts patches at random places; the label says which photograph it was.

    Each photograph is laid out in tiles of 64×64 pixels. Every fourth tile is held out,
    so that no pixel of a test patch was ever seen in training. Half of the patches are
    mirrored, and all are dimmed a little, at random.

    Args:
        size: width and height of a patch in pixels, 1 to 64.
        n: how many, 1 or more.
        seed: int; one seed gives the same patches.
        held_out: whether to cut from the tiles held out, or from the others.
        side: shorter side of the photographs in pixels, 256 to 2048.
        gray: share of the patches that lose their color, 0 to 1.

    Returns:
        Patches float32 `(n, size, size, 3)` in [-1, 1], and labels int32 `(n,)`,
        indices into `utils.data.pictures.PHOTOGRAPHS`.

    Raises:
        ValueError: for a size, a number, a share or a side out of range.
    """
    size, n = integer(size, "size", most=TILE), integer(n, "n")
    side = integer(side, "side", least=4 * TILE)
    gray = number(gray, "gray", least=0, most=1)
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(PHOTOGRAPHS), size=n)
    patches = np.empty((n, size, size, 3), dtype="float32")
    for label, whole in enumerate(whole_photographs(side).values()):
        here, tiles = labels == label, _tiles(whole, held_out)
        patches[here] = _cut(
            tiles, rng.integers(len(tiles), size=here.sum()), size, rng
        )
    return _varied(patches, gray, rng), labels.astype("int32")


def _tiles(photograph: np.ndarray, held_out: bool) -> np.ndarray:
    """The tiles in a pattern that leaves out one of four in each row and column."""
    height, width, _ = photograph.shape
    return np.stack(
        [
            photograph[row * TILE :, column * TILE :][:TILE, :TILE]
            for row in range(height // TILE)
            for column in range(width // TILE)
            if ((column + 2 * row) % 4 == 1) == held_out
        ]
    )


def _gray(name: str) -> np.ndarray:
    """Reads one photograph as gray in [-1, 1], in 256 levels."""
    picture = read_photograph(name)
    gray = 255 * rgb2gray(picture) if picture.ndim == 3 else picture
    return (np.round(gray) / 127.5 - 1).astype("float32")


def _cut(tiles: np.ndarray, which: np.ndarray, size: int, rng) -> np.ndarray:
    """Cuts a square at a random place of each of the tiles that are named."""
    top, left = (
        rng.integers(0, side - size + 1, len(which)) for side in tiles.shape[1:3]
    )
    windows = np.lib.stride_tricks.sliding_window_view(tiles, (size, size), axis=(1, 2))
    return np.moveaxis(windows[which, top, left], 1, -1)


def _varied(patches: np.ndarray, gray: float, rng) -> np.ndarray:
    """Mirrors, grays and dims: what a photograph is does not depend on these."""
    n = len(patches)
    mirrored = rng.random(n) < 0.5
    patches[mirrored] = patches[mirrored, :, ::-1]
    colorless = rng.random(n) < gray
    patches[colorless] = patches[colorless].mean(axis=-1, keepdims=True)
    patches *= rng.uniform(0.7, 1.0, (n, 1, 1, 1)).astype("float32")
    patches += rng.uniform(-0.15, 0.15, (n, 1, 1, 1)).astype("float32")
    return np.clip(patches, -1, 1, out=patches)

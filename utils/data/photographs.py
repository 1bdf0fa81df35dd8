"""Seventeen photographs in color, and patches of them, with regions held out."""

import functools

import numpy as np
from matplotlib import cbook
from PIL import Image
from skimage import data

from utils.data.pictures import read_photograph

#: Photographs in the wheels of scikit-image, scikit-learn and Matplotlib: no download.
NAMES = (
    "astronaut",
    "brick",
    "camera",
    "cat",
    "coffee",
    "coins",
    "dahlia",
    "grass",
    "gravel",
    "hopper",
    "hubble",
    "moon",
    "motorcycle",
    "pagoda",
    "retina",
    "rocket",
    "tissue",
)
_OTHER_NAMES = {
    "cat": "chelsea",
    "dahlia": "flower",
    "hubble": "hubble_deep_field",
    "pagoda": "china",
}
_FURTHER = {
    "motorcycle": lambda: data.stereo_motorcycle()[0],
    "retina": data.retina,
    "tissue": data.immunohistochemistry,
}
#: Patches lie within tiles of so many pixels; every fourth tile is held out.
TILE = 64


@functools.cache
def color_photographs(side: int = 320) -> dict[str, np.ndarray]:
    """Reads all photographs, each with its shorter side at one length.

    Args:
        side: the length in pixels, 64 to 500.

    Returns:
        `{name: float32 (height, width, 3)}` in [-1, 1], read-only. A gray photograph
        has three equal channels.

    Raises:
        ValueError: for a side out of range.
    """
    if not TILE <= side <= 500:
        raise ValueError(f"side was {side}: ask for {TILE} to 500 pixels.")
    return {name: _resized(_read(name), side) for name in NAMES}


def _read(name: str) -> Image.Image:
    if name == "hopper":
        with cbook.get_sample_data("grace_hopper.jpg") as file:
            return Image.open(file).convert("RGB")
    if name in _FURTHER:
        picture = _FURTHER[name]()
    else:
        picture = read_photograph(_OTHER_NAMES.get(name, name))
    return Image.fromarray(picture).convert("RGB")


def _resized(picture: Image.Image, side: int) -> np.ndarray:
    larger = side / min(picture.size)
    size = round(picture.width * larger), round(picture.height * larger)
    pixels = np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
    array = pixels.astype("float32") / 127.5 - 1
    array.setflags(write=False)
    return array


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
        side: shorter side of the photographs, 256 to 500.
        gray: share of the patches that lose their color, 0 to 1.

    Returns:
        Patches float32 `(n, size, size, 3)` in [-1, 1], and labels int32 `(n,)`,
        indices into `NAMES`.

    Raises:
        ValueError: for a size, a number, a share or a side out of range.
    """
    if not 1 <= size <= TILE or n < 1 or not 0 <= gray <= 1 or side < 4 * TILE:
        raise ValueError(
            f"{n} patches of {size}×{size} pixels, {gray:.0%} of them gray, from "
            f"photographs of {side} pixels were asked for: ask for 1 or more, of 1 to "
            f"{TILE} pixels, a share from 0 to 1, and photographs of {4 * TILE} or "
            "more."
        )
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(NAMES), size=n)
    patches = np.empty((n, size, size, 3), dtype="float32")
    for label, photograph in enumerate(color_photographs(side).values()):
        here = labels == label
        patches[here] = _cut(_tiles(photograph, held_out), size, here.sum(), rng)
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


def _cut(tiles: np.ndarray, size: int, n: int, rng) -> np.ndarray:
    which = rng.integers(len(tiles), size=n)
    top, left = rng.integers(TILE - size + 1, size=(2, n))
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

"""Square patches cut from real photographs that come with scikit-image."""

import numpy as np
from skimage.color import rgb2gray

from utils.data.pictures import read_photograph

#: The photographs of which patches are cut unless others are asked for.
PHOTOGRAPHS = ("astronaut", "camera", "chelsea", "coffee", "rocket")


def photograph_patches(
    size: int, n: int, seed: int, photographs: tuple[str, ...] = PHOTOGRAPHS
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
    if not 1 <= size <= 300 or n < 1:
        raise ValueError(
            f"{n} patches of {size}×{size} pixels were asked for: ask for 1 or more, "
            "of 1 to 300 pixels."
        )
    if not photographs:
        raise ValueError("There are no photographs: name at least one.")
    rng = np.random.default_rng(seed)
    parts = np.array_split(np.arange(n), len(photographs))
    return np.concatenate(
        [
            _cut(_gray(name), size, len(part), rng)
            for name, part in zip(photographs, parts, strict=True)
        ]
    )


def _gray(name: str) -> np.ndarray:
    """Reads one photograph as gray in [-1, 1], in 256 levels."""
    picture = read_photograph(name)
    gray = 255 * rgb2gray(picture) if picture.ndim == 3 else picture
    return (np.round(gray) / 127.5 - 1).astype("float32")


def _cut(picture, size: int, n: int, rng) -> np.ndarray:
    top, left = (rng.integers(0, side - size + 1, n) for side in picture.shape)
    windows = np.lib.stride_tricks.sliding_window_view(picture, (size, size))
    return windows[top, left][..., np.newaxis].copy()

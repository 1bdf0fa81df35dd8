"""Texture by its patches: a judge that no feature network has been trained on.

Two textures look alike if their patches are distributed alike, at every level. The
distance of two distributions in many dimensions is hard, on a line it is sorting: so
the patches are projected on random lines (sliced Wasserstein distance).
"""

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, integer


def sliced_wasserstein_distance(
    picture, other, size=7, levels=3, projections=128, seed=0
):
    """Returns the sliced Wasserstein distance of the patches of two pictures.

    The mean over levels and random lines of ∫|F⁻¹(u) − G⁻¹(u)| du, where F and G are
    the distributions of the patches on the line. Each patch has `size`² pixels in
    color; a line is a direction of unit length.

    Args:
        picture, other: `(height, width, channels)` in [-1, 1]; sizes may differ.
        size: of a patch in pixels.
        levels: the picture, half of it, a quarter ...
        projections: random lines.
        seed: int, for the lines.

    Returns:
        A float, in the unit of the pixels; 0 for the same picture.

    Raises:
        ValueError: if the smallest level holds no patch, or channels differ.

    Source: Rabin, Peyré, Delon and Bernot (2011), the distance; Karras, Aila, Laine and
    Lehtinen (2018), patches at several levels.
    """
    pictures = [
        finite(to_numpy(each, "A picture"), "A picture") for each in (picture, other)
    ]
    for name, value in (
        ("size", size),
        ("levels", levels),
        ("projections", projections),
    ):
        integer(value, name)
    if any(each.ndim != 3 for each in pictures) or np.ptp(
        [each.shape[-1] for each in pictures]
    ):
        raise ValueError(
            f"The pictures have shapes {pictures[0].shape} and {pictures[1].shape}, "
            "but must both be (height, width, channels)."
        )
    smallest = min(min(each.shape[:2]) for each in pictures) // 2 ** (levels - 1)
    if smallest < size:
        raise ValueError(
            f"At the smallest of {levels} levels {smallest} pixels a side are left, "
            f"but a patch has {size}: give larger pictures or fewer levels."
        )
    rng = np.random.default_rng(seed)
    lines = rng.normal(size=(size * size * pictures[0].shape[-1], projections))
    lines /= np.linalg.norm(lines, axis=0)
    distances = []
    for _ in range(levels):
        quantiles = [_quantiles(_patches(each, size) @ lines) for each in pictures]
        distances.append(np.abs(quantiles[0] - quantiles[1]).mean())
        pictures = [_half(each) for each in pictures]
    return float(np.mean(distances))


def _patches(picture, size):
    """Every second patch down and across, `(n, size²·channels)`."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (size, size), (0, 1))
    return windows[::2, ::2].reshape(-1, size * size * picture.shape[-1])


def _quantiles(values, points=256):
    return np.quantile(values, (np.arange(points) + 0.5) / points, axis=0)


def _half(picture):
    height, width = (side // 2 for side in picture.shape[:2])
    trimmed = picture[: 2 * height, : 2 * width]
    return trimmed.reshape(height, 2, width, 2, picture.shape[-1]).mean(axis=(1, 3))

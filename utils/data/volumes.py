"""Small volumes of two kinds that differ only in space: left and right helices."""

import numpy as np
from scipy.spatial.transform import Rotation

from utils.core.validation import integer, number

_TURNS = 1.5
_LEAN = 0.4  # radians, about each of the two axes across
_POINTS = 48  # along the curve, closer than half a voxel


def helices(
    n: int, seed: int, size: int = 14, noise: float = 0.2
) -> tuple[np.ndarray, np.ndarray]:
    """Draws helices that wind to the left or to the right, leaning any way.

    The mirror image of a left helix is a right one. So each slice of the one is, with
    the same probability, a slice of the other: no slice alone can tell them apart.

    Args:
        n: how many, 1 or more.
        seed: int; one seed gives the same volumes.
        size: voxels along each axis, 8 or more.
        noise: standard deviation of the noise on each voxel, 0 or more.

    Returns:
        Volumes float32 `(n, size, size, size, 1)`, about 1 on the curve and 0 off it,
        and labels float32 `(n,)`: 1 for right-handed helices, 0 for left-handed ones.

    Raises:
        ValueError: for a number out of range.
    """
    n, size = integer(n, "n"), integer(size, "size", least=8)
    noise = number(noise, "noise", least=0)
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n).astype("float32")
    volumes = np.stack([_draw(right, size, rng) for right in labels])
    volumes += rng.normal(0, noise, volumes.shape)
    return volumes[..., None].astype("float32"), labels


def _draw(right: float, size: int, rng) -> np.ndarray:
    """One helix as a soft tube: how near each voxel is to the curve."""
    curve = _curve(right, rng) * size + (size - 1) / 2
    axis = np.arange(size)
    squares = (axis[None, :, None] - curve[:, None, :]) ** 2  # points, voxels, axes
    near = np.exp(-squares / (2 * (0.07 * size) ** 2))
    return np.einsum("pi,pj,pk->pijk", *np.moveaxis(near, -1, 0)).max(axis=0)


def _curve(right: float, rng) -> np.ndarray:
    """Points of a helix around the origin, in a cube of side 1."""
    angle = 2 * np.pi * _TURNS * np.linspace(0, 1, _POINTS) + rng.uniform(0, 2 * np.pi)
    height = np.linspace(-0.36, 0.36, _POINTS)
    sense = 1 if right else -1
    points = np.stack(
        [0.26 * np.cos(angle), sense * 0.26 * np.sin(angle), height], axis=1
    )
    # Lean over in a random direction by up to some 25 degrees.
    lean = Rotation.from_rotvec([*rng.uniform(-_LEAN, _LEAN, 2), 0])
    return lean.apply(points)

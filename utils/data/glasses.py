"""Glasses put on pictures of faces: what changes a picture but not the person."""

import numpy as np


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
        ValueError: for pictures of another shape, or a share outside [0, 1].
    """
    if np.ndim(pictures) != 4 or pictures.shape[-1] != 1 or not 0 <= share <= 1:
        raise ValueError(
            f"Pictures of shape {np.shape(pictures)} and share {share} were given, but "
            "glasses are drawn on (n, height, width, 1), on a share from 0 to 1: make "
            "colored pictures gray by their mean over the last axis."
        )
    worn = np.array(pictures, dtype="float32")
    for i in np.flatnonzero(rng.random(len(worn)) < share):
        worn[i, ..., 0] = _one_pair(worn[i, ..., 0], rng)
    return np.clip(worn, -1, 1)


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

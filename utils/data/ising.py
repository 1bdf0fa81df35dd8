"""Black and white pictures small enough to list, so that every likelihood is exact."""

from typing import NamedTuple

import numpy as np

from utils.core.validation import integer, number


class Enumeration(NamedTuple):
    """All pictures int32 `(2^(h·w), h, w)` of 0 and 1, and their probabilities."""

    pictures: np.ndarray
    probabilities: np.ndarray

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Draws n of the pictures, int32 `(n, height, width)`."""
        rng = np.random.default_rng(seed)
        drawn = rng.choice(len(self.pictures), integer(n, "n"), p=self.probabilities)
        return self.pictures[drawn]


def all_pictures(height: int, width: int) -> np.ndarray:
    """Returns every picture of 0 and 1, int32 `(2^(h·w), height, width)`.

    Raises:
        ValueError: for more than 20 pixels, a million pictures.
    """
    height, width = integer(height, "height"), integer(width, "width")
    pixels = integer(height * width, "height·width", most=20)
    bits = np.arange(2**pixels)[:, None] >> np.arange(pixels) & 1
    return bits.reshape(-1, height, width).astype("int32")


def ising(height=4, width=4, coupling=0.4407, torus=False) -> Enumeration:
    """Returns Ising's magnet: neighbors like to agree.

    p(s) = exp(J·Σ s_i·s_j)/Z over pairs of neighbors, each pixel s = ±1.

    Args:
        height, width: of the picture; at most 20 pixels.
        coupling: J; at 0.4407 an endless picture is at its critical point.
        torus: whether opposite borders are neighbors too.

    Raises:
        ValueError: for too many pixels, or a coupling that is not finite.

    Source: Ising (1925); Onsager (1944), the critical point ln(1 + √2)/2.
    """
    coupling = number(coupling, "coupling")
    pictures = all_pictures(height, width)
    spins = 2.0 * pictures - 1
    agreement = (spins[:, 1:] * spins[:, :-1]).sum(axis=(1, 2))
    agreement += (spins[:, :, 1:] * spins[:, :, :-1]).sum(axis=(1, 2))
    if torus:
        agreement += (spins[:, 0] * spins[:, -1]).sum(axis=1)
        agreement += (spins[:, :, 0] * spins[:, :, -1]).sum(axis=1)
    weights = np.exp(coupling * agreement - np.max(coupling * agreement))
    return Enumeration(pictures, weights / weights.sum())


def shifted_rows(n, height=8, width=8, flip=0.05, shift=2, seed=0) -> np.ndarray:
    """Draws pictures whose rows copy the row above from some columns further right.

    x[r, c] = x[r − 1, c + shift], flipped with a small probability; the first row and
    the last `shift` columns are fair coins. With a shift of 2 each pixel looks as if
    it were one to whoever cannot see that one place.

    Args:
        n: how many.
        height, width: of a picture.
        flip: probability of a pixel that is copied wrongly, in [0, 1].
        shift: columns, from 1 to width − 1.
        seed: int; one seed gives the same pictures.

    Returns:
        int32 `(n, height, width)` of 0 and 1.

    Raises:
        ValueError: for a number out of range.
    """
    n, height, shift = _checked(n, height, width, flip, shift)
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 2, (n, height, width), dtype="int32")
    for row in range(1, height):
        flipped = rng.random((n, width - shift)) < flip
        pictures[:, row, :-shift] = pictures[:, row - 1, shift:] ^ flipped
    return pictures


def shifted_rows_entropy(height=8, width=8, flip=0.05, shift=2) -> float:
    """Returns the entropy of `shifted_rows` in nats: coins·ln 2 + copies·h(flip)."""
    _, height, shift = _checked(1, height, width, flip, shift)
    copies = (height - 1) * (width - shift)
    spread = sum(-p * np.log(p) for p in (flip, 1 - flip) if p > 0)
    return float((height * width - copies) * np.log(2) + copies * spread)


def _checked(n, height, width, flip, shift):
    number(flip, "flip", least=0, most=1)
    integer(width, "width", least=2)
    most = integer(shift, "shift", most=width - 1)
    return integer(n, "n"), integer(height, "height"), most

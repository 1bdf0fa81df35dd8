"""Does a generator draw all the modes of a mixture, and only those?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr

from utils.core.arrays import to_numpy
from utils.core.validation import class_labels, finite, number


@dataclass(frozen=True)
class Coverage:
    """How a sample covers a mixture.

    Attributes:
        modes: how many modes hold at least one high-quality sample.
        high_quality: share of the samples near their mode, in [0, 1]; 0.98889 for a
            perfect sampler in two dimensions at three sigmas: more means too little
            variance.
        reverse_kl: KL(shares of the high-quality samples by mode ‖ weights), in nats:
            0 for even coverage, log(K/k) for k of K equal modes, and inf where no
            sample is of high quality.
    """

    modes: int
    high_quality: float
    reverse_kl: float


def mode_coverage(samples, mixture, sigmas: float = 3.0) -> Coverage:
    """Returns how many modes of a mixture a sample covers, how well and how evenly.

    A sample is of high quality within `sigmas` standard deviations of its nearest mode
    (distances are measured in the mode's own standard deviations); a mode counts with
    at least one such sample; the reverse KL compares their shares with the mixture's
    weights (uniform for the ring and the grid).

    Args:
        samples: points `(n, d)`, or `(n,)` on a line; NumPy array or tensor.
        mixture: the `GaussianMixture` they should come from.
        sigmas: the radius of high quality, > 0.

    Returns:
        A `Coverage`.

    Raises:
        ValueError: for an empty sample, samples of another dimension, NaN or infinite
            ones (it says how many), or a radius that is not positive.

    Source: Lin et al. (2018), PacGAN, section 4.1; Srivastava et al. (2017), VEEGAN.
    """
    sigmas = number(sigmas, "sigmas", above=0, fix="3 is usual.")
    points = _check_samples(samples)
    nearest, ways = mixture.nearest(points)
    is_good = np.linalg.norm(ways, axis=1) <= sigmas
    counts = np.bincount(nearest[is_good], minlength=len(mixture.means))
    return Coverage(
        modes=int((counts > 0).sum()),
        high_quality=float(is_good.mean()),
        reverse_kl=_reverse_kl(counts, mixture.weights),
    )


@dataclass(frozen=True)
class Asked:
    """How a sample follows the modes that it was asked for.

    Attributes:
        recall: share of the samples near the mode they were asked for, in [0, 1];
            0.98889 for a perfect sampler in two dimensions at three sigmas.
        spread: how wide the samples of a mode lie around their own mean, over its true
            standard deviation: 1 for a perfect sampler. Samples nearest to another
            mode than the asked one do not count; NaN where none is left.
    """

    recall: float
    spread: float


def asked_coverage(samples, asked, mixture, sigmas: float = 3.0) -> Asked:
    """Returns whether samples lie in the modes they were asked for, and how wide.

    Either number alone can be fooled: a generator that draws the mean of each mode has
    a recall of 1, and a spread of 0.

    Args:
        samples: points `(n, d)`; NumPy array or tensor.
        asked: the mode that each was asked for, `(n,)`, integers.
        mixture: the `GaussianMixture` of these modes.
        sigmas: the radius of recall, > 0.

    Returns:
        An `Asked`.

    Raises:
        ValueError: as in `mode_coverage`, or for a mode that is none.
    """
    sigmas = number(sigmas, "sigmas", above=0, fix="3 is usual.")
    points = _check_samples(samples)
    asked = np.broadcast_to(class_labels(asked, len(mixture.means)), len(points))
    nearest, ways = mixture.nearest(points)
    found = nearest == asked
    squares = [
        np.square(own - own.mean(axis=0)).sum() / (len(own) - 1)
        for own in (ways[found & (asked == mode)] for mode in np.unique(asked))
        if len(own) > 1
    ]
    near = found & (np.linalg.norm(ways, axis=1) <= sigmas)
    spread = np.sqrt(np.mean(squares) / points.shape[1]) if squares else np.nan
    return Asked(recall=float(near.mean()), spread=float(spread))


def _reverse_kl(counts, weights) -> float:
    if counts.sum() == 0:
        return np.inf
    return float(max(rel_entr(counts / counts.sum(), weights).sum(), 0.0))


def _check_samples(samples) -> np.ndarray:
    points = to_numpy(samples, "The samples")
    finite(points, "The samples", "the generator may have diverged.")
    if points.ndim == 1:
        points = points[:, None]
    if points.ndim != 2:
        raise ValueError(
            f"The samples have shape {points.shape}: give points (n, d), one per row."
        )
    return points

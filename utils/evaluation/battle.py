"""A battle of two adversarial models: each discriminator judges the other's samples."""

from typing import NamedTuple

import numpy as np

from utils.core.arrays import to_numpy
from utils.core.validation import finite, number

#: Between which ratios of their errors on held-out data two referees are alike.
ALIKE = (0.8, 1.25)


class Battle(NamedTuple):
    """What a battle gave.

    Attributes:
        test_ratio: error of D₁ on held-out real examples, over that of D₂.
        samples_ratio: error of D₁ on the samples of G₂, over that of D₂ on those of G₁.
        winner: 1 or 2; 0 for no verdict.
    """

    test_ratio: float
    samples_ratio: float
    winner: int


def generative_adversarial_metric(real_by_1, real_by_2, fake_2_by_1, fake_1_by_2):
    """Returns who wins the battle (G₁, D₁) against (G₂, D₂), by exchanged players.

    r_test = err₁(real) / err₂(real) and r_samples = err₁(G₂(z)) / err₂(G₁(z)), where
    an error of D is a real example with a logit of 0 or less, or a sample with one
    above 0. Where r_test says that the two referees are alike, in [0.8, 1.25], the
    model whose D is fooled less wins: the first for r_samples < 1, the second for
    r_samples > 1. Else there is no verdict, and none where an error is 0.

    Args:
        real_by_1, real_by_2: logits of D₁ and D₂ on the same held-out real examples.
        fake_2_by_1: logits of D₁ on samples of G₂.
        fake_1_by_2: logits of D₂ on samples of G₁.

    Returns:
        `Battle`; a ratio of an error to none is infinite, of none to none NaN.

    Raises:
        ValueError: for no logits, or logits that are not finite, or if the two
            discriminators have not seen equally many real examples.

    Source: Im, Kim, Jiang and Memisevic (2016), "Generating images with recurrent
        adversarial networks", section 4.
    """
    given = (real_by_1, real_by_2, fake_2_by_1, fake_1_by_2)
    logits = [finite(to_numpy(each, "The logits"), "The logits") for each in given]
    if logits[0].size != logits[1].size:
        raise ValueError(
            f"{logits[0].size} logits on real examples were given and "
            f"{logits[1].size}: let both discriminators judge the same ones."
        )
    real_1, real_2 = (np.mean(each <= 0) for each in logits[:2])
    fake_1, fake_2 = (np.mean(each > 0) for each in logits[2:])
    with np.errstate(divide="ignore", invalid="ignore"):
        test, samples = (float(a / b) for a, b in ((real_1, real_2), (fake_1, fake_2)))
    return Battle(test, samples, _winner(test, samples, min(fake_1, fake_2)))


def _winner(test: float, samples: float, least_error: float) -> int:
    if not ALIKE[0] <= test <= ALIKE[1] or not least_error or samples == 1:
        return 0
    return 1 if samples < 1 else 2


def same_rejections(real_by_1, real_by_2, fake_2_by_1, fake_1_by_2, share=0.2):
    """Returns the four sets of logits, moved so that both D's reject as many real ones.

    From the logits of each D its `share`-quantile on real examples is taken away, so
    that this share of them counts as an error: r_test is 1, and r_samples compares how
    often each is fooled at the same price.

    Args:
        real_by_1, real_by_2, fake_2_by_1, fake_1_by_2: as in
            `generative_adversarial_metric`.
        share: of the real examples, in (0, 1).

    Raises:
        ValueError: if the share is out of range.
    """
    share = number(share, "share", above=0, below=1)
    first, second = (np.quantile(each, share) for each in (real_by_1, real_by_2))
    return (
        real_by_1 - first,
        real_by_2 - second,
        fake_2_by_1 - first,
        fake_1_by_2 - second,
    )

"""Exercise 11.5: the verdict of a battle between two adversarial models."""

import numpy as np
from scipy.special import expit

from utils.checks.engine import Case, Check, Wrong


def _verdict(test, samples, alike=(0.8, 1.25)):
    if not alike[0] <= test <= alike[1]:
        return 0
    return 1 if samples < 1 else 2


def _rejected(logits):
    return np.mean(logits <= 0)


def _accepted(logits):
    return np.mean(logits > 0)


def _of(
    real=_rejected,
    fake=_accepted,
    own=False,
    ratio=lambda a, b: a / b,
    verdict=_verdict,
):
    """An answer made of what counts as an error, whose samples, and the verdict."""

    def answer(d1, d2, test, fake1, fake2):
        first, second = (fake1, fake2) if own else (fake2, fake1)
        with np.errstate(all="ignore"):
            of_test = ratio(real(d1(test)), real(d2(test)))
            of_samples = ratio(fake(d1(first)), fake(d2(second)))
        return of_test, of_samples, verdict(of_test, of_samples)

    return answer


_exact = _of()


def _linear(weight, bias):
    """A discriminator of numbers: its logits, `(n, 1)`."""

    def logits(x):
        return weight * x + bias

    return logits


def _part(place, **changes):
    return lambda *given: _of(**changes)(*given)[place]


def _case(seed, biases, sizes=(200, 60, 110), shows=""):
    """Real numbers N(0, 1), and samples on the right of them; D takes left for real."""
    rng = np.random.default_rng(seed)
    real, near, far = (
        rng.normal(m, 1, (n, 1)) for n, m in zip(sizes, (0, 0.5, 1), strict=True)
    )
    first, second = (near, far) if seed % 2 else (far, near)
    d1, d2 = (_linear(-1.0 - k, bias) for k, bias in enumerate(biases))
    return Case(d1, d2, real, first, second, shows=shows)


battle = Check(
    "11.5",
    "the verdict of a battle",
    "battle(d1, d2, test, fake1, fake2) -> test_ratio, samples_ratio, winner",
    exact=_exact,
    cases=(
        _case(1, (0.5, 0.6), shows="the first model is the better one here."),
        _case(2, (0.6, 1.5), shows="test_ratio is 1.24 here, which is alike enough."),
        _case(5, (0.5, 1.4), shows="the first model is the better one here."),
        _case(3, (0.4, 0.6), shows="the first model is the better one here."),
        _case(8, (0.3, 0.3), shows="test_ratio is 0.83 here, which is alike enough."),
        _case(2, (0.5, 1.4), shows="test_ratio is 1.27 here: no verdict."),
        _case(1, (0.6, 0.8), shows="test_ratio is 0.76 here: no verdict."),
        _case(2, (0.8, 0.8), shows="test_ratio is 0.59 here: no verdict."),
    ),
    mistakes=(
        Wrong(
            _part(1, own=True),
            "lets each D judge the samples of its own G: exchange the players, d1 on "
            "fake2 and d2 on fake1.",
            part="samples_ratio",
        ),
        Wrong(
            _part(0, ratio=lambda a, b: b / a),
            "is the wrong way up: the error of d1 over that of d2.",
            part="test_ratio",
        ),
        Wrong(
            _part(1, ratio=lambda a, b: b / a),
            "is the wrong way up: the error of d1 over that of d2.",
            part="samples_ratio",
        ),
        Wrong(
            _part(0, real=_accepted),
            "counts real examples that are taken for real, which is no error.",
            part="test_ratio",
        ),
        Wrong(
            _part(1, fake=_rejected),
            "counts samples that D sees through: an error is a sample that is taken "
            "for real.",
            part="samples_ratio",
        ),
        Wrong(
            _part(1, fake=lambda logits: np.sum(logits > 0)),
            "counts errors where it needs their share: the two sets differ in size.",
            part="samples_ratio",
        ),
        Wrong(
            lambda d1, d2, test, fake1, fake2: (
                np.sum(d1(fake2) > 0) / len(fake1) / np.sum(d2(fake1) > 0) * len(fake2)
            ),
            "divides by the number of the other samples: a share is of the samples "
            "that were judged.",
            part="samples_ratio",
        ),
        Wrong(
            _part(1, fake=np.mean),
            "is a ratio of mean logits: count how often each decides wrongly.",
            part="samples_ratio",
        ),
        Wrong(
            _part(0, real=np.mean),
            "is a ratio of mean logits: count how often each decides wrongly.",
            part="test_ratio",
        ),
        Wrong(
            _part(0, real=lambda logits: np.mean(logits < 0.5)),
            "draws the line at 0.5: a logit, unlike a probability, is undecided at 0.",
            part="test_ratio",
        ),
        Wrong(
            _part(1, fake=lambda logits: np.mean(logits > 0.5)),
            "draws the line at 0.5: a logit, unlike a probability, is undecided at 0.",
            part="samples_ratio",
        ),
        Wrong(
            _part(0, real=lambda logits: np.mean(expit(-logits))),
            "takes the mean of 1 − D: an error is a decision, wrong or not.",
            part="test_ratio",
        ),
        Wrong(
            _part(1, fake=lambda logits: np.mean(expit(logits))),
            "takes the mean of D: an error is a decision, wrong or not.",
            part="samples_ratio",
        ),
        Wrong(
            _part(0, ratio=lambda a, b: a - b),
            "is a difference: a ratio is asked for.",
            part="test_ratio",
        ),
        Wrong(
            _part(1, ratio=lambda a, b: a - b),
            "is a difference: a ratio is asked for.",
            part="samples_ratio",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: 1 if samples < 1 else 2),
            "does not look at test_ratio: beyond [0.8, 1.25] there is no verdict, 0.",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: _verdict(test, test)),
            "takes the winner from test_ratio: that says only whether there is one.",
            part="winner",
        ),
        Wrong(
            _part(
                2,
                verdict=lambda test, samples: (
                    0 if _verdict(test, samples) == 0 else 3 - _verdict(test, samples)
                ),
            ),
            "names the loser: the model whose D is fooled less wins, the first for "
            "samples_ratio < 1.",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: 2 if samples < 1 else 1),
            "names the loser, and does not look at test_ratio.",
            part="winner",
        ),
        Wrong(
            _part(
                2,
                verdict=lambda test, samples: (
                    0 if 0.8 <= test <= 1.25 else _verdict(1, samples)
                ),
            ),
            "has the condition the other way round: a verdict *within* [0.8, 1.25].",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: _verdict(test, samples, (0, 1.25))),
            "looks at one end: below 0.8 there is no verdict, either.",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: _verdict(test, samples, (0.8, 99))),
            "looks at one end: above 1.25 there is no verdict, either.",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: _verdict(test, samples, (0.9, 1.1))),
            "is stricter than asked: alike is from 0.8 to 1.25.",
            part="winner",
        ),
        Wrong(
            _part(2, verdict=lambda test, samples: _verdict(test, samples, (0.8, 1.2))),
            "ends at 1.2, as far from 1 as 0.8: of ratios, 0.8 and 1/0.8 = 1.25 are "
            "equally far.",
            part="winner",
        ),
        Wrong(
            _part(
                2, verdict=lambda test, samples: _verdict(test, samples, (0.75, 1.25))
            ),
            "begins at 0.75, as far from 1 as 1.25: of ratios, 1.25 and 1/1.25 = 0.8 "
            "are equally far.",
            part="winner",
        ),
        Wrong(
            _part(
                2,
                verdict=lambda test, samples: max(_verdict(test, samples) - 1, 0),
            ),
            "counts models from 0: the winner is 1 or 2, and 0 is no verdict.",
            part="winner",
        ),
    ),
)

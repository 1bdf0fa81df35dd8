"""Exercise 3.5: a training on the ring that collapses, and one that does not."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from utils.checks.engine import Answer, Mistake, describe, exercise
from utils.checks.engine.answers import filled_by_hand, read_array
from utils.course.scale import current_scale
from utils.data.mixtures import ring
from utils.evaluation.coverage import mode_coverage
from utils.models.game import Game

SAMPLES = 2_500
COLLAPSED, MENDED = 2, 7
# A huddle has less than half the spread of the ring itself, which is 0.71.
_HUDDLE = 0.35
# A fresh generator is a huddle too: it takes some steps to collapse.
_ENOUGH_STEPS = 100
# So many points of the ring miss none of its modes by chance.
_ENOUGH_POINTS = 100
# Points scattered over the ring's disk hit modes by chance, but no more than this.
_BY_CHANCE = 0.05


@dataclass(frozen=True)
class Outcome:
    """What a training led to.

    Attributes:
        modes: how many of the ring's modes the samples reach.
        high_quality: share of the samples on one.
        huddled: whether the samples keep to one spot, on a mode or between them.
    """

    modes: int
    high_quality: float
    huddled: bool

    @property
    def collapsed(self) -> bool:
        """At most two modes; without any, if the samples keep to one spot."""
        return self.huddled if self.modes == 0 else self.modes <= COLLAPSED

    @property
    def scattered(self) -> bool:
        """Next to no sample is on a mode, and it is no collapse either."""
        return self.high_quality < _BY_CHANCE and not self.collapsed

    def __str__(self):
        return (
            f"{self.modes} of 8 modes, with {self.high_quality:.1%} of the samples on "
            "one"
        )


@exercise("3.5", "make it collapse, then mend it", seconds=3600)
def collapse_and_mend(collapsing: Callable, mended: Callable) -> str:
    """At most 2 modes of the ring before, at least 7 after; both are trained here.

    At `COURSE_SCALE=quick` nothing is trained long enough for a verdict on the modes:
    then it is enough that both return a trained GAN that samples finite points.

    Args:
        collapsing: function `() -> GAN`, trained on `ring()`.
        mended: another one.
    """
    before = _outcome(Answer(collapsing, "collapsing()"))
    after = _outcome(Answer(mended, "mended()"))
    if current_scale() == "quick":
        return (
            " (only that both return a GAN with finite samples: COURSE_SCALE=quick "
            "trains too short for a verdict on the modes, which needs laptop)"
        )
    _check_not_swapped(before, after)
    _check_collapsed(before)
    _check_mended(after)
    return f" ({before.modes} of 8 modes before, {after.modes} after)"


def outcome_of(points: np.ndarray) -> Outcome:
    """Returns what points `(n, 2)` say about a generator of the ring."""
    coverage = mode_coverage(points, ring())
    spread = float(np.sqrt(points.var(axis=0).mean()))
    return Outcome(coverage.modes, coverage.high_quality, spread < _HUDDLE)


def _outcome(training: Answer) -> Outcome:
    with _watched_fits() as fits:
        gan = training()
    if not isinstance(gan, Game):
        raise Mistake(
            f"`{training.name}` returns {describe(gan)}, but must return the trained "
            f"GAN itself: {_advice(gan)}"
        )
    points = read_array(gan.sample(SAMPLES, seed=0), f"{training.name}().sample")
    if points.shape != (SAMPLES, 2):
        raise Mistake(
            f"the GAN of `{training.name}` makes samples of shape {points.shape[1:]}, "
            "but points on the ring have two coordinates: train it on "
            "`ring().sample(...)`, with a generator that ends in two outputs."
        )
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        raise Mistake(
            f"{(~finite).sum()} of {SAMPLES} samples of `{training.name}` are NaN or "
            "infinite: the training diverged. Try smaller learning rates."
        )
    _check_trained(training.name, gan, [fit for fit in fits if fit.gan is gan])
    return outcome_of(points)


@dataclass(frozen=True)
class _Fit:
    """A call of `fit`: of which GAN, on what, and G's weights until then."""

    gan: Game
    examples: object
    weights: list


@contextlib.contextmanager
def _watched_fits() -> Iterator[list[_Fit]]:
    """Notes each call of a game's `fit`."""
    fits, fit = [], Game.fit

    def noted(gan, x=None, *args, **kwargs):
        fits.append(_Fit(gan, x, gan.generator.get_weights()))
        return fit(gan, x, *args, **kwargs)

    Game.fit = noted
    try:
        yield fits
    finally:
        Game.fit = fit


def _check_trained(name: str, gan: Game, fits: list[_Fit]) -> None:
    """A fresh generator keeps to one spot as well, which is no collapse."""
    steps = int(gan.optimizer["generator"].iterations) if gan.compiled else 0
    after = gan.generator.get_weights()
    if steps == 0 or (fits and all(map(np.array_equal, fits[0].weights, after))):
        raise Mistake(
            f"the generator of `{name}` was never trained, and a fresh one keeps to "
            "one spot as well, which is no collapse: `compile` the GAN and call `fit` "
            "on `ring().sample(...)`, inside the function, with a learning rate above "
            "0."
        )
    if filled_by_hand(gan.generator):
        raise Mistake(
            f"the generator of `{name}` has a layer whose weights are all one number: "
            "no training ends there. Let `fit` alone change the weights."
        )
    for fit in fits:
        _check_data(name, fit.examples)
    if steps < _ENOUGH_STEPS and current_scale() != "quick":
        raise Mistake(
            f"the generator of `{name}` was trained too briefly, {steps} steps: a "
            "fresh one keeps to one spot as well, which is no collapse. Take at least "
            f"{_ENOUGH_STEPS} steps."
        )


def _check_data(name: str, examples) -> None:
    if not isinstance(examples, np.ndarray) or examples.ndim != 2:
        return
    there = mode_coverage(examples, ring())
    if there.modes < 8 and len(examples) >= _ENOUGH_POINTS:
        raise Mistake(
            f"`{name}` trains on points that hold {there.modes} of the ring's 8 modes: "
            "then it is the data that lack them. Train on all of "
            "`ring().sample(...)`."
        )


def _advice(value) -> str:
    if value is None:
        return "is its last line `return gan`?"
    if type(value).__name__ == "History":
        return "this is what `fit` returns; end with `return gan`."
    return (
        "a `GAN`, or another `Game` such as your `MyGAN`. End with `return gan`, and "
        "the check draws the samples."
    )


def _check_not_swapped(before: Outcome, after: Outcome) -> None:
    if before.modes >= MENDED and after.collapsed:
        raise Mistake(
            f"the two have changed places: `collapsing` reaches {before}, and `mended` "
            f"{after}. Hand them in as `collapse_and_mend(collapsing, mended)`."
        )


def _check_collapsed(before: Outcome) -> None:
    _check_on_the_ring("collapsing", before)
    if before.collapsed:
        return
    degree = "does not collapse" if before.modes >= MENDED else "collapses only in part"
    raise Mistake(
        f"`collapsing` {degree}: it reaches {before}, and at most {COLLAPSED} are "
        "asked for. Leave out every cure (penalty, packing), and let the generator run "
        "ahead: a larger learning rate for G, a smaller or slower D."
    )


def _check_mended(after: Outcome) -> None:
    _check_on_the_ring("mended", after)
    if after.modes >= MENDED:
        return
    degree = "is still collapsed" if after.collapsed else "is not quite mended"
    raise Mistake(
        f"`mended` {degree}: it reaches {after}, and at least {MENDED} are asked for. "
        "Try a penalty (`penalty={'r1': 0.1}`), packing (`packing=2`), a stronger D, "
        "or more steps."
    )


def _check_on_the_ring(name: str, outcome: Outcome) -> None:
    if outcome.scattered:
        raise Mistake(
            f"`{name}` reaches {outcome}: that is neither collapse nor cure, the "
            "samples lie beside the ring's modes. Probably it was trained too briefly, "
            "or on other data than `ring()`: train longer."
        )

"""Facts about two trainings on a ring: one that collapses, and one that does not."""

from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.course.scale import current_scale
from utils.data.mixtures import ring
from utils.evaluation.coverage import mode_coverage

SAMPLES = 2_500
COLLAPSED, MENDED = 2, 7
# A huddle has less than half the spread of the ring itself, which is 0.71.
_HUDDLE = 0.35
# A fresh generator is a huddle too: it takes some steps to collapse.
_ENOUGH_STEPS = 100
# Points scattered over the ring's disk hit modes by chance, but no more than this.
_BY_CHANCE = 0.05


@dataclass(frozen=True)
class Outcome:
    """What a training led to.

    Attributes:
        modes: how many of the ring's modes the samples reach.
        high_quality: share of the samples on one.
        huddled: whether the samples keep to one spot, on a mode or between them.
        steps: how many steps the generator took.
    """

    modes: int
    high_quality: float
    huddled: bool
    steps: int

    @property
    def collapsed(self) -> bool:
        """At most two modes; without any, if a training led into one spot."""
        if self.modes == 0:
            return self.huddled and self.steps >= _ENOUGH_STEPS
        return self.modes <= COLLAPSED

    @property
    def scattered(self) -> bool:
        """Next to no sample is on a mode, and it is no collapse either."""
        return self.high_quality < _BY_CHANCE and not self.collapsed

    def __str__(self):
        return (
            f"{self.modes} of 8 modes, with {self.high_quality:.1%} of the samples on "
            "one"
        )


def check_trainings(collapsing: Answer, mended: Answer) -> str:
    """Trains both, and returns a remark for the line that says they are right.

    Raises:
        Mistake: if the first reaches more than two modes or the second less than
            seven (not at `COURSE_SCALE=quick`), or one returns no GAN on the ring.
    """
    before, after = _outcome(collapsing), _outcome(mended)
    if current_scale() == "quick":
        return (
            " (only that both return a GAN with finite samples: COURSE_SCALE=quick "
            "trains too short for a verdict on the modes, which needs laptop)"
        )
    _check_not_swapped(before, after)
    _check_collapsed(before)
    _check_mended(after)
    return f" ({before.modes} of 8 modes before, {after.modes} after)"


def outcome_of(points: np.ndarray, steps: int) -> Outcome:
    """Returns what points `(n, 2)` say about a generator of the ring."""
    coverage = mode_coverage(points, ring())
    spread = float(np.sqrt(points.var(axis=0).mean()))
    return Outcome(coverage.modes, coverage.high_quality, spread < _HUDDLE, steps)


def _outcome(training: Answer) -> Outcome:
    gan = training()
    if (
        gan is None
        or not callable(getattr(gan, "sample", None))
        or isinstance(gan, type)
    ):
        missing = "is its last line `return gan`?" if gan is None else _advice(gan)
        raise Mistake(
            f"`{training.name}` returns {describe(gan)}, but must return the trained "
            f"GAN itself: {missing}"
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
    return outcome_of(points, _steps(gan))


def _advice(value) -> str:
    if type(value).__name__ == "History":
        return "this is what `fit` returns; end with `return gan`."
    return "end with `return gan`, and the check draws the samples."


def _steps(gan) -> int:
    if not getattr(gan, "compiled", False):
        return 0
    return int(gan.optimizer["generator"].iterations)


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
    if not outcome.scattered:
        return
    cause = (
        "it was trained too briefly, or on other data than `ring()`: train longer"
        if outcome.steps
        else "its generator was never trained: `compile` it and call `fit` on "
        "`ring().sample(...)`, inside the function"
    )
    raise Mistake(
        f"`{name}` reaches {outcome}: that is neither collapse nor cure, the samples "
        f"lie beside the ring's modes. Probably {cause}."
    )

"""Exercise 2.4: a discriminator that over-reads, and a rule that notices it."""

from collections.abc import Callable

import numpy as np
from keras import ops

from utils.checks.engine import Answer, Mistake, describe, exercise
from utils.checks.engine.answers import read_array, read_truth
from utils.course.scale import current_scale
from utils.data.mixtures import gaussian
from utils.measures.divergences import js_from_logits

_HIGH = 0.5
# What a D reads on its own real and generated points and on new ones, half by half:
# the reading is the mean of two. Each row undoes a rule that is not the one asked for.
_TRUSTED = (
    ((0.10, 0.10), (0.40, 0.40)),  # less on its own points
    ((0.60, 0.60), (0.58, 0.58)),
    ((0.65, 0.65), (0.59, 0.59)),  # 0.06: a threshold of 0.05
    ((0.07, 0.07), (0.01, 0.01)),
    ((0.002, 0.002), (0.0005, 0.0005)),  # a share of the reading
    ((0.001, 0.001), (-0.001, -0.001)),  # the sign of the new reading
    ((0.60, 0.20), (0.20, 0.60)),  # the real half alone
)
_SUSPECT = (
    ((0.05, 0.05), (-0.10, -0.10)),  # 0.15: any larger threshold; less than 0
    ((0.69, 0.69), (0.54, 0.54)),
    ((0.68, 0.68), (0.38, 0.38)),  # 0.3, and right about every new point
    ((0.69, 0.69), (0.20, 0.20)),
    ((0.60, 0.60), (-1.40, -1.40)),
    ((0.05, 0.05), (-2.00, -2.00)),
    ((0.50, 0.60), (0.50, 0.20)),  # the generated half alone
    ((0.60, 0.50), (0.20, 0.50)),
)


@exercise("2.4", "make D over-read, and notice it", seconds=300)
def over_reading(over_reader: Callable, noticed: Callable) -> str:
    """More than 0.5 nats on the same noise, and a test that tells it from honest D's.

    Args:
        over_reader: function `(real, fake) -> discriminator`.
        noticed: function `(discriminator, real, fake, new_real, new_fake) -> bool`.
    """
    over_reader = Answer(over_reader, "over_reader(real, fake)")
    noticed = Answer(noticed, "noticed(discriminator, real, fake, new_real, new_fake)")
    same = gaussian(np.zeros(20), 1.0)
    own = same.sample(50, 1), same.sample(50, 2)
    new = same.sample(2_000, 3), same.sample(2_000, 4)
    discriminator = over_reader(*own)
    on_own, on_new = (_reading(discriminator, *pair) for pair in (own, new))
    quick = current_scale() == "quick"
    if not quick and on_own < _HIGH:
        raise Mistake(_reads_too_little(discriminator, own, on_own))
    _check_noticed(noticed)
    if quick:
        return (
            " (only that D returns finite logits: COURSE_SCALE=quick trains too short "
            "for a verdict on its reading, which needs laptop)"
        )
    _expect(noticed, discriminator, own, new, True, "your own over-reading D")
    return f" ({on_own:.2f} nats on its own samples, {on_new:.2f} on new ones)"


def _reads_too_little(discriminator, own, reading: float) -> str:
    outputs = np.concatenate([_logits(discriminator, points) for points in own])
    if outputs.min() >= 0 and outputs.max() <= 1 and np.ptp(outputs) > 0.5:
        return (
            "the discriminator of `over_reader` returns numbers between 0 and 1, "
            "probably probabilities: return logits, without a sigmoid behind them."
        )
    return (
        f"the discriminator of `over_reader` reads {reading:.3f} nats on the samples "
        f"it has learned from, and more than {_HIGH} is asked for: leave early "
        "stopping out (`validation_share=0`), take a wide network, train on."
    )


def _check_noticed(noticed: Answer) -> None:
    """An honest D at several distances, those of the tables, and two good memories."""
    for shift in (0.0, 1.0, 6.0):
        real, fake = gaussian(0.0, 1.0), gaussian(shift, 1.0)
        own = real.sample(2_000, 5), fake.sample(2_000, 6)
        new = real.sample(2_000, 7), fake.sample(2_000, 8)
        about = f"the best D there is, for bumps at a distance of {shift:g}"
        _expect(noticed, _honest(shift), own, new, False, about)
    points = np.random.default_rng(9).normal(size=(140, 1)).astype("float32")
    samples = np.split(points, [40, 70, 120])
    for expected, table in ((False, _TRUSTED), (True, _SUSPECT)):
        for readings in table:
            reader = _reader(samples, [*readings[0], *readings[1]])
            _expect(noticed, reader, samples[:2], samples[2:], expected, "a D")
    same = gaussian(0.0, 1.0)
    own = same.sample(200, 9), same.sample(200, 10)
    new = same.sample(200, 11), same.sample(200, 12)
    _expect(noticed, _by_heart(*own), own, new, True, "a D that has learned by heart")
    # Sure of every new point, and half of the time wrong; modest on its own points.
    other = gaussian(1.0, 1.0)
    own = same.sample(200, 9), other.sample(200, 10)
    new = same.sample(200, 11), other.sample(200, 12)
    _expect(noticed, _by_heart(*own, 1.5), own, new, True, "a D with a good memory")


def _honest(shift: float) -> Callable:
    return lambda x: ops.convert_to_tensor(
        shift**2 / 2 - shift * np.asarray(ops.convert_to_numpy(x)), "float32"
    )


def _looked_up(known: dict, otherwise: Callable) -> Callable:
    """A discriminator that knows some points' logits."""

    def logits(x):
        x = np.asarray(ops.convert_to_numpy(x)).ravel()
        found = [known.get(float(v), otherwise(v)) for v in x]
        return ops.convert_to_tensor(np.array(found)[:, None], "float32")

    return logits


def _reader(samples, readings) -> Callable:
    """Reads these on own real, own generated, new real and new generated points.

    A logit a for a real point and -a for a generated one read log 2 - log(1 + e^-a).
    """
    known = {}
    for points, reading, sign in zip(samples, readings, (1, -1, 1, -1), strict=True):
        logit = -sign * np.log(np.expm1(np.log(2) - reading))
        known |= {float(x): logit for x in points.ravel()}
    return _looked_up(known, lambda x: 0.0)


def _by_heart(real, fake, sureness: float = 6.0) -> Callable:
    """Right about the points it knows; a guess by their digits about all others."""
    known = {float(x): sureness for x in real.ravel()} | {
        float(x): -sureness for x in fake.ravel()
    }
    return _looked_up(
        known, lambda x: sureness if np.floor(abs(x) * 1e4) % 2 == 0 else -sureness
    )


def _expect(noticed: Answer, discriminator, own, new, expected: bool, about: str):
    said = read_truth(noticed(discriminator, *own, *new), noticed.name)
    if said is expected:
        return
    on_own, on_new = (_reading(discriminator, *pair) for pair in (own, new))
    readings = f"it reads {on_own:.4f} on its own samples and {on_new:.4f} on new ones"
    if expected:
        raise Mistake(
            f"`{noticed.name}` trusts {about}: {readings}. A reading that new samples "
            "do not confirm is over-read, if it is more than 0.1 nats above."
        )
    if on_new > on_own + 0.1:
        raise Mistake(
            f"`{noticed.name}` suspects {about}: {readings}. Reading less on its own "
            "samples is no over-reading."
        )
    high = "; a high reading by itself is nothing to notice" if on_own > 0.3 else ""
    raise Mistake(
        f"`{noticed.name}` suspects {about}: {readings}. Both agree within 0.1 "
        f"nats{high}. Compare the two."
    )


def _reading(discriminator, real, fake) -> float:
    wrong = "returns the meter itself" if hasattr(discriminator, "score") else ""
    if wrong or not callable(discriminator):
        raise Mistake(
            f"`over_reader` {wrong or f'returns {describe(discriminator)}'}, but must "
            "return a discriminator, a function from points to logits: end with "
            "`return meter.score`, without parentheses."
        )
    return float(js_from_logits(*(_logits(discriminator, x) for x in (real, fake))))


def _logits(discriminator, points) -> np.ndarray:
    logits = read_array(discriminator(points.copy()), "the discriminator")
    if logits.shape != (len(points), 1):
        raise Mistake(
            f"the discriminator returns shape {logits.shape} for {len(points)} points: "
            "one logit per point is asked for, (n, 1)."
        )
    alone = read_array(discriminator(points[-1:].copy()), "the discriminator")
    if abs(alone.ravel()[0] - logits.ravel()[-1]) > 1e-2 * (1 + abs(alone.ravel()[0])):
        raise Mistake(
            "the discriminator judges a point by those that come with it: D is a "
            "function of one point."
        )
    if not np.isfinite(logits).all():
        raise Mistake(
            "the discriminator returns NaN or infinite logits: try a smaller learning "
            "rate."
        )
    return logits

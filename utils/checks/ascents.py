"""Facts about ascent on a score, and what learners do instead."""

import numpy as np
from keras import ops

from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake

_START = np.array([[1.5, -0.5], [-1.0, 0.8], [0.3, 1.2]], "float32")
_STEPS, _SIZE = 4, 0.1


def _score(x):
    """A hill whose slope is −x³: steep far out, flat at the top."""
    return -0.25 * ops.sum(x**4, axis=-1, keepdims=True)


def check_ascent(answer: Answer) -> None:
    """Raises a Mistake unless the answer climbs `steps` times by its own slope."""
    start = ops.convert_to_tensor(_START)
    end = read_array(answer(_score, start, _STEPS, _SIZE), answer.name)
    if end.shape != _START.shape:
        raise Mistake(
            f"`{answer.name}` returns an array of shape {end.shape} for examples of "
            f"shape {_START.shape}: it returns where all of them end."
        )
    if not np.isfinite(end).all():
        raise Mistake(f"`{answer.name}` returns NaN or infinity on a smooth hill.")
    if not _same(end, _climbed()):
        for wrong, message in WRONG_ASCENTS:
            if _same(end, wrong()):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` moves {_START[0].tolist()} to {end[0].round(3).tolist()} "
            f"in {_STEPS} steps of {_SIZE} on the score −¼·Σ x⁴, but it should arrive "
            f"at {_climbed()[0].round(3).tolist()}: in each step add step_size times "
            "the slope at where x is now."
        )
    still = read_array(answer(_score, start, 0, _SIZE), answer.name)
    if not _same(still, _START):
        raise Mistake(
            f"`{answer.name}` moves even where steps = 0: repeat the step inside "
            "`for _ in range(steps)`."
        )


def _same(one, other) -> bool:
    return np.allclose(one, other, rtol=1e-4, atol=1e-5)


def _climbed(steps=_STEPS, size=_SIZE, slope=lambda x: -(x**3)):
    x = _START.astype("float64")
    for _ in range(steps):
        x = x + size * slope(x)
    return x


def _unit(x):
    return -(x**3) / np.linalg.norm(x**3, axis=1, keepdims=True)


WRONG_ASCENTS = (
    (
        lambda: _climbed(slope=lambda x: x**3),
        "goes down: gradient *descent* lowers a loss, but here we raise a score. Add "
        "the slope.",
    ),
    (lambda: _START, "leaves the examples where they are: is the new x kept?"),
    (
        lambda: _climbed(steps=1),
        "takes one step only: repeat it `steps` times, and return after the loop.",
    ),
    (
        lambda: _climbed(slope=lambda x: -(_START**3)),
        "walks along the slope of the start: take `input_gradient` inside the loop, at "
        "where x is now.",
    ),
    (
        lambda: _climbed(steps=_STEPS + 1),
        "takes one step too many.",
    ),
    (
        lambda: _climbed(steps=_STEPS - 1),
        "takes one step too few.",
    ),
    (
        lambda: _climbed(size=1.0),
        "does not use step_size: multiply the slope by it.",
    ),
    (
        lambda: _climbed(size=_SIZE / len(_START)),
        "divides by the number of examples: every example climbs for itself, so there "
        "is no mean over the batch.",
    ),
    (
        lambda: _climbed(slope=lambda x: np.sign(-(x**3))),
        "uses the sign of the slope alone: a step is step_size times the slope.",
    ),
    (
        lambda: _climbed(slope=_unit),
        "gives every slope the length 1: a step is step_size times the slope itself.",
    ),
    (
        lambda: _climbed(slope=lambda x: -0.25 * np.sum(x**4, axis=1, keepdims=True)),
        "adds the score where it should add the slope: `input_gradient(score, x)`.",
    ),
)

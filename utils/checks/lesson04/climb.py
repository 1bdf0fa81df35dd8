"""Exercise 4.4: ascent on a score."""

import numpy as np
from keras import ops

from utils.checks.engine import Case, Check, Wrong
from utils.checks.lesson04.vae_loss import normal


class _Hill:
    """The score −steep/power·Σ x^power of each example, `(n, 1)`."""

    def __init__(self, steep: float, power: int):
        self.steep, self.power = steep, power

    def __call__(self, x):
        rows = ops.reshape(x, (ops.shape(x)[0], -1))
        scores = ops.sum(rows**self.power, axis=1, keepdims=True)
        return -self.steep / self.power * scores

    def score(self, x):
        """The same in NumPy."""
        scores = (x.reshape(len(x), -1) ** self.power).sum(axis=1, keepdims=True)
        return -self.steep / self.power * scores

    def slope(self, x):
        return -self.steep * x ** (self.power - 1)


def _climbed(hill, x, steps, size, slope=None):
    x = x.astype("float64")
    for _ in range(steps):
        x = x + size * (slope or hill.slope)(x)
    return x


def _with_slope(change):
    """An ascent by another slope: `change(slope, hill, x, start)`."""

    def climbed(hill, start, steps, size):
        def slope(x):
            return change(hill.slope(x), hill, x, start)

        return _climbed(hill, start, steps, size, slope)

    return climbed


def _unit(slope):
    axes = tuple(range(1, slope.ndim))
    return slope / np.sqrt((slope**2).sum(axis=axes, keepdims=True))


def _clipped(hill, x, steps, size):
    for _ in range(steps):
        x = np.clip(_climbed(hill, x, 1, size), -4, 4)
    return x


def _while_it_rises(hill, x, steps, size):
    for _ in range(steps):
        moved = _climbed(hill, x, 1, size)
        x = np.where(hill.score(moved).mean() > hill.score(x).mean(), moved, x)
    return x


_QUARTIC = _Hill(1.0, 4)
_START = np.array([[1.5, -0.5], [-1.0, 0.8], [0.3, 1.2]], "float32")

climb = Check(
    "4.4",
    "climb D's score",
    "climb(score, x, steps, step_size)",
    exact=_climbed,
    tensors=True,
    cases=(
        Case(
            _QUARTIC,
            _START,
            4,
            0.1,
            shows="in each step add step_size times the slope at where x is now.",
        ),
        Case(_QUARTIC, normal(0, 5, 2, 3, 1, std=0.8), 7, 0.05),
        Case(_Hill(0.3, 2), normal(1, 1, 2), 3, 0.5, shows="one example alone."),
        Case(
            _Hill(0.3, 2),
            np.repeat(np.array([[40.0, -9.0]], "float32"), 2, axis=0),
            2,
            0.4,
            shows="examples far out climb too.",
        ),
        Case(
            _Hill(2.5, 2),
            np.array([[1.0, -2.0]] * 6, "float32"),
            3,
            1.0,
            shows="a step too large overshoots the top, and that is where it ends.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda hill, x, steps, size: _climbed(hill, x, steps, -size),
            "goes down: gradient *descent* lowers a loss, but here we raise a score. "
            "Add the slope.",
        ),
        Wrong(
            lambda hill, x, steps, size: x,
            "leaves the examples where they are: is the new x kept?",
        ),
        Wrong(
            lambda hill, x, steps, size: _climbed(hill, x, 1, size),
            "takes one step only: repeat it `steps` times, and return after the loop.",
        ),
        Wrong(
            _with_slope(lambda slope, hill, x, start: hill.slope(start)),
            "walks along the slope of the start: take `input_gradient` inside the "
            "loop, at where x is now.",
        ),
        Wrong(
            lambda hill, x, steps, size: _climbed(hill, x, steps + 1, size),
            "takes one step too many.",
        ),
        Wrong(
            lambda hill, x, steps, size: _climbed(hill, x, steps - 1, size),
            "takes one step too few.",
        ),
        Wrong(
            lambda hill, x, steps, size: _climbed(hill, x, steps, 1.0),
            "does not use step_size: multiply the slope by it.",
        ),
        Wrong(
            _with_slope(lambda slope, hill, x, start: slope / len(x)),
            "divides by the number of examples: every example climbs for itself, so "
            "there is no mean over the batch.",
        ),
        Wrong(
            _with_slope(lambda slope, hill, x, start: np.sign(slope)),
            "uses the sign of the slope alone: a step is step_size times the slope.",
        ),
        Wrong(
            _with_slope(lambda slope, hill, x, start: _unit(slope)),
            "gives every slope the length 1: a step is step_size times the slope "
            "itself.",
        ),
        Wrong(
            _with_slope(
                lambda slope, hill, x, start: hill.score(x).reshape(
                    -1, *[1] * (x.ndim - 1)
                )
            ),
            "adds the score where it should add the slope: `input_gradient(score, x)`.",
        ),
        Wrong(
            _clipped,
            "cuts x off on the way: there are no bounds here, examples go where the "
            "slope leads.",
            when=lambda value, hill, x, steps, size: (
                None if np.abs(x).max() < 9 else bool(np.abs(value).max() < 9)
            ),
        ),
        Wrong(
            _while_it_rises,
            "stops where the score no longer rises, or returns the best of the way: "
            "take all `steps`, and return where the last one ends.",
        ),
    ),
    edges=(
        Case(
            _QUARTIC,
            _START,
            0,
            0.1,
            mistakes=(
                Wrong(
                    lambda hill, x, steps, size: _climbed(hill, x, 1, size),
                    "moves even where steps = 0: repeat the step inside "
                    "`for _ in range(steps)`.",
                    when=lambda value, *given: True,
                ),
            ),
        ),
    ),
)

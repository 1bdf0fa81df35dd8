"""Exercise 10.4: plain descent on pixels that stay in [-1, 1]."""

import numpy as np
from keras import ops

from utils.checks.engine import Case, Check, Wrong


class _Valley:
    """A loss of pixels with targets in and out of range, which pull at each other.

    ½·Σ steep·(x − target)² + ½·(Σ x)²/size: what one pixel is cut off by moves the
    others, so that it matters when pixels are clipped.
    """

    def __init__(self, seed: int, *shape: int):
        rng = np.random.default_rng(seed)
        self.steep = rng.uniform(0.3, 1.2, shape).astype("float32")
        self.target = rng.uniform(-0.5, 3.0, shape).astype("float32")
        self.start = rng.uniform(-0.9, 0.9, shape).astype("float32")

    def __call__(self, pixels):
        apart = ops.subtract(pixels, self.target)
        bowl = ops.sum(ops.multiply(self.steep, ops.square(apart)))
        return 0.5 * (bowl + ops.square(ops.sum(pixels)) / self.steep.size)

    def height(self, x) -> float:
        return float(ops.convert_to_numpy(self(x.astype("float32"))))

    def slope(self, x):
        return self.steep * (x - self.target) + x.sum() / x.size


def _descend(
    loss, picture, steps, rate, low=-1.0, high=1.0, *, every=True, way=None, keep=1
):
    """Where the loop ends; `every`: clipped each time, or at the end alone."""
    x = picture.astype("float64")
    for _ in range(steps):
        x = keep * x - rate * (way or loss.slope)(x)
        x = np.clip(x, low, high) if every else x
    return np.clip(x, low, high)


def _sign_only(loss, picture, steps, rate):
    return _descend(loss, picture, steps, rate, way=lambda x: np.sign(loss.slope(x)))


def _slope_of_the_start(loss, picture, steps, rate):
    slope = loss.slope(picture.astype("float64"))
    return _descend(loss, picture, steps, rate, way=lambda x: slope)


def _way(loss, picture, steps, rate):
    return [_descend(loss, picture, n, rate) for n in range(steps + 1)]


def _stops_early(loss, *given):
    way = _way(loss, *given)
    up = (n for n, x in enumerate(way[1:]) if loss.height(x) >= loss.height(way[n]))
    return way[next(up, -1)]


def _is_a_loss(value, loss, picture, steps, rate) -> bool:
    return np.ndim(value) == 0


def _case(seed: int, shape: tuple, steps: int, rate: float, shows: str = "") -> Case:
    valley = _Valley(seed, *shape)
    return Case(valley, valley.start, steps, rate, shows=shows)


transfer = Check(
    "10.4",
    "the loop",
    "transfer(loss, picture, steps, rate)",
    exact=_descend,
    tolerance=1e-3,
    cases=(
        _case(
            0,
            (1, 3, 3, 3),
            5,
            0.4,
            "print the first pixel after each step, and compare with a step by hand.",
        ),
        _case(1, (2, 2, 5, 1), 8, 0.7),
        _case(2, (3, 1, 2, 3), 3, 0.25),
        _case(18, (1, 2, 3, 3), 4, 1.5, "a step may lead up: take it all the same."),
    ),
    mistakes=(
        Wrong(
            lambda loss, picture, steps, rate: picture,
            "returns the start: assign the new pixels inside the loop.",
        ),
        Wrong(
            lambda *given: _descend(*given, -np.inf, np.inf),
            "lets pixels leave [-1, 1]: clip them after each step.",
        ),
        Wrong(
            lambda *given: _descend(*given, every=False),
            "clips once, after the loop: then the next gradient is taken at pixels "
            "that no picture has. Clip inside the loop.",
        ),
        Wrong(
            lambda *given: _descend(*given, 0.0, 1.0),
            "clips to [0, 1]: pixels lie in [-1, 1] here.",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, steps, -rate),
            "climbs: subtract the gradient, do not add it.",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, steps - 1, rate),
            "takes one step too few.",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, steps + 1, rate),
            "takes one step too many.",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, 1, rate),
            "takes one step only: is `return` inside the loop?",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, steps, 1.0),
            "forgets the rate: subtract rate·gradient.",
        ),
        Wrong(
            _slope_of_the_start,
            "uses the gradient of the start all along: compute it anew in each step.",
        ),
        Wrong(
            lambda loss, *given: _descend(
                *(loss, *given, -np.inf, np.inf),
                way=lambda x: np.clip(loss.slope(x), -1, 1),
            ),
            "clips the gradient: the pixels are clipped, after the step.",
        ),
        Wrong(
            lambda loss, *given: _descend(
                loss, *given, way=lambda x: loss.slope(x) / x.size
            ),
            "divides the gradient by the number of pixels: take it as it is.",
        ),
        Wrong(
            lambda *given: _descend(*given, keep=0),
            "forgets where it was: subtract rate·gradient from the pixels.",
        ),
        Wrong(
            lambda loss, picture, steps, rate: _descend(loss, picture, 100, rate),
            "takes 100 steps whatever `steps` is.",
        ),
        Wrong(
            lambda *given: _descend(*given, -0.9, 0.9),
            "clips to [-0.9, 0.9]: pixels lie in [-1, 1] here.",
        ),
        Wrong(
            _sign_only,
            "takes the sign of the gradient: plain descent takes the gradient itself.",
        ),
        Wrong(
            _stops_early,
            "stops where the loss no longer falls: all steps are asked for, be it that "
            "one leads up.",
        ),
        Wrong(
            lambda loss, *given: min(_way(loss, *given), key=loss.height),
            "returns the best pixels on the way: those after the last step are asked "
            "for.",
        ),
        Wrong(
            lambda loss, *given: float(loss(_descend(loss, *given))),
            "returns one number, probably the loss: return the pixels.",
            when=_is_a_loss,
        ),
    ),
)

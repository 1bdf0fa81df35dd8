"""Exercise 2.2: what a discriminator reads as JS, from its logits."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.checks.engine.logits import check_gradients, far_out, log_sigmoid, sigmoid

_LOG_2 = np.log(2)
_REAL = np.array([[2.0], [-1.0], [0.5], [3.0], [0.1]])
_FAKE = np.array([[-0.5], [1.5], [-2.5]])


def _value(real, fake):
    return np.mean(log_sigmoid(real)) + np.mean(log_sigmoid(-fake))


def _reading(real, fake):
    return _LOG_2 + _value(real, fake) / 2


def _pooled(real, fake):
    every = np.concatenate([log_sigmoid(real), log_sigmoid(-fake)])
    return _LOG_2 + np.mean(every)


def _clipped_at_zero(real, fake):
    return max(_reading(real, fake), 0.0)


js_reading = Check(
    "2.2",
    "JS from logits",
    "js_reading(real_logits, fake_logits)",
    exact=_reading,
    tensors=True,
    cases=(
        Case(_REAL, _FAKE, shows="solve V = 2 JS - 2 log 2 for JS."),
        Case(
            np.array([[-1.0], [-2.0]]),
            np.array([[3.0], [2.0], [2.0]]),
            shows="a D that is wrong reads less than 0, and that is what it reads.",
        ),
        Case(np.array([[0.2], [0.9], [0.4]]), np.array([[0.6], [0.1]])),
        Case(np.zeros((1, 1)), np.zeros((2, 1)), shows="an undecided D reads 0."),
        Case(np.array([[25.0], [0.0]]), np.array([[-0.3]])),
    ),
    mistakes=(
        Wrong(
            _value,
            "returns V itself: JS = log 2 + V/2, so that an undecided D reads 0.",
        ),
        Wrong(
            lambda real, fake: _value(real, fake) / 2,
            "is V/2: the log 2 is missing. An undecided D must read 0.",
        ),
        Wrong(
            lambda real, fake: _LOG_2 + _value(real, fake),
            "adds log 2 to V: V = 2 JS - 2 log 2 gives JS = log 2 + V/2. Halve V as "
            "well.",
        ),
        Wrong(
            lambda real, fake: 2 * _LOG_2 + _value(real, fake),
            "is 2 JS: divide by two. JS is at most log 2.",
        ),
        Wrong(
            lambda real, fake: _LOG_2 - _value(real, fake) / 2,
            "has the sign of V flipped: a higher V is a larger divergence.",
        ),
        Wrong(
            lambda real, fake: _value(real, fake) / 2 - _LOG_2,
            "subtracts log 2: V = 2 JS - 2 log 2 gives JS = log 2 + V/2.",
        ),
        Wrong(
            lambda real, fake: _reading(fake, real),
            "has real and generated swapped: log D is taken of the real logits.",
        ),
        Wrong(
            _pooled,
            "averages over one pool of all logits: V has two means, one for each kind, "
            "and there may be more of one than of the other.",
        ),
        Wrong(
            lambda real, fake: _reading(real, fake) / _LOG_2,
            "is in bits: divide by nothing, the natural logarithm gives nats.",
        ),
        Wrong(
            lambda real, fake: np.sqrt(_reading(real, fake)),
            "is the square root, as SciPy's `jensenshannon` returns it: JS itself is "
            "asked for.",
        ),
        Wrong(
            lambda real, fake: _reading(sigmoid(real), sigmoid(fake)),
            "takes the sigmoid twice: softplus and log_sigmoid expect the logits.",
        ),
        Wrong(
            lambda real, fake: (
                _LOG_2 + (np.sum(log_sigmoid(real)) + np.sum(log_sigmoid(-fake))) / 2
            ),
            "adds the examples up: V has means, `ops.mean` in place of `ops.sum`.",
        ),
        Wrong(
            lambda real, fake: _LOG_2 + np.mean(log_sigmoid(real)) / 2,
            "holds the real half of V only: add E[log(1 - D)] on the generated ones.",
        ),
        Wrong(
            lambda real, fake: _LOG_2 + np.mean(log_sigmoid(-fake)) / 2,
            "holds the generated half of V only: add E[log D] on the real ones.",
        ),
        Wrong(
            lambda real, fake: _reading(real, -fake),
            "takes log D of the generated logits: V has log(1 - D) there, whose logit "
            "has the other sign.",
        ),
        Wrong(
            lambda real, fake: (
                _LOG_2 + (np.mean(np.log(real)) + np.mean(np.log(1 - fake))) / 2
            ),
            "takes the logits for probabilities: D is the sigmoid of a logit.",
        ),
        Wrong(
            lambda real, fake: (np.mean(real) - np.mean(fake)) / 2,
            "is half the difference of the mean logits: V has their log-sigmoids.",
            when=lambda value, real, fake: (
                np.isclose(value, np.mean(real) - np.mean(fake))
                or np.isclose(value, (np.mean(real) - np.mean(fake)) / 2)
            ),
        ),
        Wrong(
            lambda real, fake: (
                _LOG_2
                - (np.mean(np.maximum(-real, 0)) + np.mean(np.maximum(fake, 0))) / 2
            ),
            "has a ReLU where the soft-plus belongs, log(1 + exp(x)).",
        ),
        Wrong(
            _clipped_at_zero,
            "cuts negative readings off: JS itself is never negative, but what a D "
            "that is wrong more often than right *reads* is. Leave it as it comes.",
        ),
    ),
    edges=(
        far_out(_reading, np.array([[1e4], [-1e4], [1e4]]), np.array([[-1e4], [1e4]])),
    ),
    behaves=lambda answer: check_gradients(answer, _reading, _REAL, _FAKE),
)

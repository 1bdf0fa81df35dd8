"""Exercise 12.4: the log-likelihood of data by the ODE, back to the noise."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong

_LOG_2_PI = np.log(2 * np.pi)


def _looks(n):
    return 1 - np.arange(n) / n


def _one(n):
    return 1.0


def _back(velocity, divergence, x, steps, times=_looks, way=_one, share=_one, keep=1):
    """Where points come from, and the divergence that was added up on the way."""
    added = np.zeros(len(x))
    for t in times(steps):
        v, change = velocity(x, t), share(steps) * divergence(x, t)
        x, added = x - way(steps) * v / steps, keep * added + change / steps
    return x, added


def _ahead(velocity, divergence, x, steps):
    added = np.zeros(len(x))
    for i in range(steps):
        v, change = velocity(x, i / steps), divergence(x, i / steps)
        x, added = x + v / steps, added + change / steps
    return x, added


def _normal(z):
    return -0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * _LOG_2_PI


def _exact(velocity, divergence, x, steps):
    z, added = _back(velocity, divergence, x, steps)
    return _normal(z) - added


def _moved_first(velocity, divergence, x, steps):
    added = np.zeros(len(x))
    for i in range(steps):
        t = 1 - i / steps
        x = x - velocity(x, t) / steps
        added = added + divergence(x, t) / steps
    return _normal(x) - added


def _of_back(formula, **settings):
    """A mistake made of where points come from and what was added up."""

    def wrong(velocity, divergence, x, steps):
        z, added = _back(velocity, divergence, x, steps, **settings)
        return formula(z, added, x)

    return wrong


def _log_p(z, added, x):
    return _normal(z) - added


def _squares(z):
    return (z**2).sum(axis=1)


# What changes on the way back, and what to say of it.
_OTHER_WAYS = (
    (
        {"times": lambda n: np.arange(n) / n},
        "counts the times up from 0 while it goes back: the first look is at t = 1.",
    ),
    (
        {"way": lambda n: -1},
        "moves ahead while it counts the times down: going back is x − v/steps.",
    ),
    ({"way": lambda n: n}, "moves by v: a step is v/steps long."),
    (
        {"way": lambda n: n, "share": lambda n: n},
        "lacks the step's length: v and its divergence count 1/steps.",
    ),
    (
        {"share": lambda n: 1 / n},
        "counts the divergence 1/steps² times: it is 1/steps.",
    ),
    ({"keep": 0}, "keeps the last divergence alone: add them up, `+=`."),
    (
        {"times": lambda n: _looks(n)[:-1]},
        "takes one step too few: the last look is at t = 1/steps.",
    ),
    (
        {"times": lambda n: 1 - np.arange(n + 1) / n},
        "takes one step too many: the last look is at t = 1/steps.",
    ),
    (
        {"times": lambda n: np.arange(n, 0, -1)},
        "hands the number of the step to the field as its time: t is i/steps.",
    ),
    ({"times": np.ones}, "looks at t = 1 all the way: t falls with each step."),
    ({"times": np.zeros}, "looks at t = 0 all the way: t falls from 1."),
    (
        {"times": lambda n: _looks(n) - 0.5 / n},
        "looks in the middle of a step: take the time where it begins.",
    ),
    (
        {"times": lambda n: np.linspace(1, 0, n)},
        "takes its times from `np.linspace(1, 0, steps)`, which reach 0 with the last "
        "step: it begins at 1/steps.",
    ),
    (
        {"times": lambda n: [1.0]},
        "stops after one of its steps: does `return` stand inside the loop?",
    ),
)
# What is made of the place z and the divergence that was added up.
_OTHER_DENSITIES = (
    (
        lambda z, added: -0.5 * _squares(z) - z.shape[1] * _LOG_2_PI - added,
        "has the constant twice: it is −d/2·log 2π.",
    ),
    (
        lambda z, added: -_squares(z) - 0.5 * z.shape[1] * _LOG_2_PI - added,
        "lacks the ½ in front of |z|².",
    ),
    (
        lambda z, added: -_normal(z) - added,
        "has the Gaussian's log-density with the other sign: −½|z|² − d/2·log 2π.",
    ),
    (
        lambda z, added: (
            -0.5 * (z**2).mean(axis=1) - 0.5 * z.shape[1] * _LOG_2_PI - added
        ),
        "takes the mean of z²: |z|² is their sum.",
    ),
)


def _field(x, t):
    return (0.5 + t) * x - 0.1 * x**2 + t


def _trace(x, t):
    return (0.5 + t) * x.shape[1] - 0.2 * x.sum(axis=1)


def _shrink(x, t):
    return -0.7 * x * (1 + t * x)


def _shrink_trace(x, t):
    return -0.7 * (x.shape[1] + 2 * t * x.sum(axis=1))


_X = np.array([[0.3, -1.0], [1.2, 0.5], [1.2, 0.5], [-2.0, 0.7]])

log_likelihood = Check(
    "12.4",
    "log-likelihood by the ODE",
    "log_likelihood(velocity, divergence, x, steps)",
    exact=_exact,
    cases=(
        Case(_field, _trace, _X, 4, shows="the looks are at t = 1, 3/4, 2/4 and 1/4."),
        Case(_shrink, _shrink_trace, _X[1:, :1], 3),
        Case(_shrink, _shrink_trace, np.c_[_X, _X[:, :1]][:1], 6),
    ),
    mistakes=(
        Wrong(
            _of_back(lambda z, added, x: _normal(z) + added),
            "adds the divergence where it must be subtracted: where the flow spreads "
            "points (a positive divergence), they end up thinner.",
        ),
        Wrong(
            lambda v, d, x, n: _normal(_ahead(v, d, x, n)[0]) - _ahead(v, d, x, n)[1],
            "runs ahead from t = 0: x are data, at t = 1. Go back to the noise.",
        ),
        Wrong(
            lambda v, d, x, n: _normal(_ahead(v, d, x, n)[0]) + _ahead(v, d, x, n)[1],
            "runs ahead from t = 0 and adds the divergence: x are data, at t = 1. Go "
            "back to the noise, and subtract it.",
        ),
        Wrong(
            _of_back(lambda z, added, x: -added),
            "forgets the density of the noise, log N(z; 0, I), where a point arrives.",
        ),
        Wrong(
            _of_back(lambda z, added, x: _normal(z)),
            "forgets the divergence: the density changes on the way, not only the "
            "place.",
        ),
        Wrong(
            _of_back(lambda z, added, x: _normal(x) - added),
            "takes the density of the noise at the data: take it where the point "
            "arrives at t = 0.",
        ),
        Wrong(
            _of_back(_log_p, times=lambda n: _looks(n) - 1 / n),
            "looks at the field where a step ends: take v and its divergence at the "
            "time where the step begins, from t = 1.",
        ),
        Wrong(
            _of_back(lambda z, added, x: -0.5 * (z**2).sum(axis=1) - added),
            "lacks the constant of the Gaussian, −d/2·log 2π.",
        ),
        Wrong(
            _of_back(
                lambda z, added, x: (
                    -0.5 * (z**2).sum(axis=1) - 0.5 * _LOG_2_PI - added
                    if z.shape[1] > 1
                    else np.full(len(z), np.nan)
                )
            ),
            "has the constant ½·log 2π once: it stands there for each of the d "
            "coordinates.",
        ),
        Wrong(
            _of_back(
                lambda z, added, x: (
                    _normal(z) - added.sum() if len(z) > 1 else np.full(1, np.nan)
                )
            ),
            "adds the divergences of all points together: each point has its own.",
        ),
        Wrong(
            _of_back(
                lambda z, added, x: (
                    _normal(z) - added.mean() if len(z) > 1 else np.full(1, np.nan)
                )
            ),
            "takes the mean divergence of all points: each point has its own.",
        ),
        Wrong(
            lambda v, d, x, n: _normal(_back(v, d, x, n)[0]) - n * _back(v, d, x, n)[1],
            "adds up the divergence without the step's length: a look counts 1/steps.",
        ),
        *(
            Wrong(_of_back(_log_p, **settings), message)
            for settings, message in _OTHER_WAYS
        ),
        *(
            Wrong(
                _of_back(lambda z, added, x, formula=formula: formula(z, added)),
                message,
            )
            for formula, message in _OTHER_DENSITIES
        ),
        Wrong(
            _moved_first,
            "moves the point before it asks for the divergence: take both at the same "
            "place.",
        ),
        Wrong(
            lambda v, d, x, n: -_exact(v, d, x, n),
            "has its sign flipped: the log-likelihood itself is asked for, not a loss.",
        ),
    ),
    edges=(Case(_field, _trace, _X, 1, shows="one step, from t = 1."),),
)

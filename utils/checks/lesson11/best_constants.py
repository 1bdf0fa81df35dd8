"""Exercise 11.1: the best constant for squares, and for absolute values."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.measures.one_pixel import best_constants as _exact


def _sorted(values, p):
    order = values.argsort()
    return values[order], p[order].cumsum()


def _place(below):
    return int(np.searchsorted(below, 0.5))


def _other_place(step):
    """The value beside the median."""

    def formula(values, p):
        ordered, below = _sorted(values, p)
        place = _place(below) + step
        return ordered[place] if 0 <= place < len(values) else np.nan

    return formula


def _between(values, p):
    ordered, below = _sorted(values, p)
    return np.interp(0.5, below, ordered)


def _mean_error(power):
    """What the best constant costs, in place of the constant."""

    def formula(values, p):
        best = _exact(values, p)[0 if power == 2 else 1]
        return np.abs(values - best) ** power @ p

    return formula


def _case(values, p, **settings):
    return Case(np.array(values, "float64"), np.array(p, "float64"), **settings)


def _of(part, formula, message):
    return Wrong(formula, message, part=part)


best_constants = Check(
    "11.1",
    "the best constants",
    "best_constants(values, probabilities) -> for_l2, for_l1",
    exact=_exact,
    cases=(
        _case([1, -1], [0.7, 0.3], shows="try a few constants by hand."),
        _case(
            [3, -1, 0.5, 2, 40],
            [0.1, 0.35, 0.2, 0.3, 0.05],
            shows="the values come in any order, and one lies far out.",
        ),
        _case([0.3], [1], shows="one value alone is the best answer to itself."),
        _case([2, -3, 2, 5, -3, 0.25], [0.05, 0.1, 0.15, 0.32, 0.12, 0.26]),
        _case([-4, -2, 7], [0.2, 0.15, 0.65], shows="here one value has the majority."),
        _case(
            [0.9, 0.1, 0.5, 0.4],
            [0.31, 0.27, 0.23, 0.19],
            shows="here the most probable value is neither mean nor median.",
        ),
    ),
    mistakes=(
        Wrong(
            lambda v, p: (v @ p, v @ p),
            "takes the mean for absolute values as well: there it is the value with as "
            "much probability below it as above, the median.",
        ),
        Wrong(
            lambda v, p: (_exact(v, p)[1], _exact(v, p)[1]),
            "takes the median for squares as well: where the slope of Σ p·(v − a)² is "
            "0, a is the mean.",
        ),
        _of(
            "for_l2",
            lambda v, p: v[p.argmax()],
            "takes the most probable value for squares: far values count too, and how "
            "far they are. Set the slope of Σ p·(v − a)² to 0.",
        ),
        _of(
            "for_l1",
            lambda v, p: v[p.argmax()],
            "takes the most probable value for absolute values: it may lie at one end. "
            "How much probability is below it, how much above?",
        ),
        _of(
            "for_l2",
            lambda v, p: (v.min() + v.max()) / 2,
            "takes the middle between the ends: probabilities count.",
        ),
        _of(
            "for_l1",
            lambda v, p: (v.min() + v.max()) / 2,
            "takes the middle between the ends for absolute values: count probability "
            "from one end on, up to one half.",
        ),
        _of(
            "for_l2",
            lambda v, p: v.mean(),
            "lets all values count alike: weigh each with its probability.",
        ),
        _of(
            "for_l1",
            lambda v, p: np.median(v),
            "takes the middle of the values as they are listed: add up probabilities, "
            "not values.",
        ),
        _of(
            "for_l2",
            lambda v, p: np.mean(v * p),
            "divides Σ p·v by the number of values: the probabilities add up to 1.",
        ),
        _of(
            "for_l1",
            lambda v, p: np.median(v * p),
            "takes the median of products: a probability is how much a value counts, "
            "and no factor.",
        ),
        _of(
            "for_l1",
            lambda v, p: v[_place(p.cumsum())],
            "adds up probabilities in the order given: sort the values first, and the "
            "probabilities with them.",
        ),
        _of(
            "for_l1",
            lambda v, p: np.sort(v)[_place(p.cumsum())],
            "sorts the values, and leaves the probabilities behind: "
            "`order = np.argsort(values)`, and take both in this order.",
        ),
        _of(
            "for_l1",
            lambda v, p: _place(_sorted(v, p)[1]),
            "returns the place of the median: return the value that stands there.",
        ),
        _of(
            "for_l1",
            _between,
            "draws a line between two values: the constant with the least absolute "
            "error is one of the values.",
        ),
        _of(
            "for_l1",
            _other_place(-1),
            "stops one value too early: it is the first at which one half is reached.",
        ),
        _of(
            "for_l1",
            _other_place(1),
            "goes one value too far: it is the first at which one half is reached.",
        ),
        _of(
            "for_l2",
            lambda v, p: np.sqrt(p @ v**2),
            "takes a root mean square: the constant itself is asked for.",
        ),
        _of(
            "for_l2",
            _mean_error(2),
            "returns the error of the best constant: return the constant.",
        ),
        _of(
            "for_l1",
            _mean_error(1),
            "returns the error of the best constant for absolute values: return the "
            "constant.",
        ),
        _of(
            "for_l1",
            lambda v, p: np.abs(v) @ p,
            "takes the mean of |v|: the constant that is nearest on average is asked "
            "for.",
        ),
        _of(
            "for_l2",
            lambda v, p: p @ v / (p @ p),
            "divides by Σ p²: divide by Σ p, which is 1.",
        ),
    ),
    edges=(
        _case(
            [5, 1, 2],
            [0, 0.4, 0.6],
            shows="a value of probability 0 never comes.",
        ),
    ),
)

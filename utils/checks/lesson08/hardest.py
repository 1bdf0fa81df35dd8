"""Exercise 8.3: the farthest positive and the nearest negative, without a loop."""

import ast
import inspect
import textwrap

import numpy as np

from utils.checks.engine import Answer, Case, Check, Mistake, Wrong


def _same(labels):
    return labels[:, None] == labels[None]


def _others(d):
    return ~np.eye(len(d), dtype=bool)


def _farthest(allowed, d):
    return np.where(allowed, d, -np.inf).max(axis=1)


def _nearest(allowed, d):
    return np.where(allowed, d, np.inf).min(axis=1)


def _positive(labels, d):
    return _farthest(_same(labels), d)


def _negative(labels, d):
    return _nearest(~_same(labels), d)


def _hardest(labels, d):
    return _positive(labels, d), _negative(labels, d)


def _semi_hard(labels, d):
    """NaN where no negative is farther: what is taken then differs."""
    found = _nearest(~_same(labels) & (d > _positive(labels, d)[:, None]), d)
    return np.where(np.isfinite(found), found, np.nan)


def _indices(labels, d):
    same = _same(labels)
    return np.where(same, d, -1).argmax(axis=1), np.where(same, np.inf, d).argmin(1)


def _are_indices(value, labels, d) -> bool:
    return all(part.dtype.kind == "i" for part in value)


def _is_a_filler(value, labels, d) -> bool:
    """Whether what is wrong is one and the same number each time, of no pair."""
    wrong = value[~np.isclose(value, _negative(labels, d), rtol=1e-4)]
    return np.ptp(wrong) == 0 and not np.isclose(d, wrong[0], rtol=1e-4).any()


def _are_numbers(value, labels, d) -> bool:
    return all(np.ndim(part) == 0 for part in value)


def _are_matrices(value, labels, d) -> bool:
    return all(np.shape(part) == d.shape for part in value)


_ITSELF = (
    "finds a negative at distance 0. The anchor itself, or another picture of the same "
    "person, is no negative; and multiplying by a mask makes exactly those 0, which is "
    "then the smallest. Put infinity there: `np.where(different, distances, np.inf)`."
)
_EASIEST = (
    "takes the easiest pairs: the hardest positive is the farthest one, the hardest "
    "negative the nearest."
)
_WHOLE_BATCH = (
    "takes the hardest pair of the whole batch for every anchor: reduce along axis=1, "
    "one number per anchor."
)


def _case(seed, labels, size=1.0, kind="float32", far=None, shows="") -> Case:
    """Distances of points; people with label 2 have the same picture twice."""
    labels = np.array(labels, dtype="int32")
    x = np.random.default_rng(seed).normal(size=(len(labels), 3))
    x[labels == 2] = x[labels == 2][:1]
    if far is not None:
        x[far] = 1e3
    distances = size * np.square(x[:, None] - x[None]).sum(axis=-1)
    return Case(labels, distances.astype(kind), shows=shows)


def _behaves(answer: Answer) -> None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer.function)))
    except (OSError, TypeError, SyntaxError):
        return
    loops = ast.For | ast.While | ast.ListComp | ast.GeneratorExp | ast.SetComp
    if any(isinstance(node, loops | ast.DictComp) for node in ast.walk(tree)):
        raise Mistake(
            f"`{answer.name}` is right, but it loops over anchors in Python, which "
            "takes longer than the network itself. Compare all labels at once: "
            "`labels[:, None] == labels[None]` is the (n, n) matrix of who is who."
        )


_SIZES = (
    "look at the size of the numbers that stand for 'not allowed', and at the diagonal."
)

hardest = Check(
    "8.3",
    "the hardest pairs of a batch",
    "hardest(labels, distances) -> positive, negative",
    exact=_hardest,
    least=1e-9,
    cases=(
        _case(
            0,
            [0, 1, 0, 3, 1, 3, 1],
            shows="take one anchor's row, and mark its positives and its negatives.",
        ),
        _case(1, [5, 4, 4, 5], shows="two people, two pictures each."),
        _case(2, [7, 0, 1, 7, 2, 1, 0, 7, 2, 1, 7], 1e3, shows=_SIZES),
        _case(3, [0, 7, 7, 2, 1, 1, 2, 0, 7, 1, 7], 1e-3, "float64", shows=_SIZES),
        _case(4, [1, 3, 3, 0, 1, 0, 0, 3, 1], far=4, shows=_SIZES),
    ),
    mistakes=(
        Wrong(
            lambda labels, d: tuple(part.mean() for part in _hardest(labels, d)),
            "returns one number for all: each anchor has its own hardest pair, so both "
            "arrays have the shape (n,).",
            when=_are_numbers,
        ),
        Wrong(
            lambda labels, d: (d * _same(labels), d * ~_same(labels)),
            "returns two matrices: reduce them along axis=1, to one number per anchor.",
            when=_are_matrices,
        ),
        Wrong(
            lambda labels, d: np.full(len(d), np.nan),
            "returns NaN: the maximum of numbers that hold a NaN is NaN. Let -infinity "
            "stand for 'not allowed', or take `np.nanmax`.",
            part="positive",
            when=lambda value, labels, d: np.isnan(value).any(),
        ),
        Wrong(
            _indices,
            "returns where the hardest pairs stand: their distances are asked for, "
            "`max` and `min` in place of `argmax` and `argmin`.",
            when=_are_indices,
        ),
        Wrong(
            lambda labels, d: _nearest(_same(labels) & _others(d), d),
            _EASIEST,
            part="positive",
        ),
        Wrong(
            lambda labels, d: _farthest(~_same(labels), d), _EASIEST, part="negative"
        ),
        Wrong(lambda labels, d: d.min(axis=1), _ITSELF, part="negative"),
        Wrong(
            lambda labels, d: d.max(axis=1),
            "takes the farthest picture of anybody as the positive: only pictures of "
            "the same person are positives.",
            part="positive",
        ),
        Wrong(
            lambda labels, d: _nearest(_others(d), d),
            "takes the nearest picture of anybody as the negative: only pictures of "
            "other people are negatives.",
            part="negative",
        ),
        Wrong(
            _semi_hard,
            "takes semi-hard negatives, those farther than the positive: the hardest "
            "negative is the nearest of all, even if it is nearer than the positive.",
            part="negative",
        ),
        Wrong(
            lambda labels, d: _farthest(_same(labels) & (d > 0), d),
            "finds no positive where a person's pictures are at distance 0: two equal "
            "pictures are a pair. Tell the anchor itself by the diagonal, if at all.",
            part="positive",
        ),
        Wrong(
            lambda labels, d: np.full(len(d), _positive(labels, d).max()),
            _WHOLE_BATCH,
            part="positive",
        ),
        Wrong(
            lambda labels, d: np.full(len(d), _negative(labels, d).min()),
            _WHOLE_BATCH,
            part="negative",
        ),
        Wrong(
            lambda labels, d: np.where(_same(labels), 100.0, d).min(axis=1),
            "returns a distance that no pair has: the number that stands for 'not "
            "allowed' is smaller than some distances. Look at the size of the numbers: "
            "only `np.inf` is large enough for all.",
            part="negative",
            when=_is_a_filler,
        ),
    ),
    behaves=_behaves,
)

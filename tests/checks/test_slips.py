"""Slips that the engine names by itself, whatever the exercise asks for."""

import numpy as np
import pytest

from utils.checks.engine import Case, Check, ExerciseError
from utils.checks.engine.comparison import factor_between


def _energy(x, scale):
    """The mean over the rows of |x|², times a number."""
    return scale * np.mean(np.sum(x**2, axis=-1))


def _cases():
    rng = np.random.default_rng(0)
    return [
        Case(rng.normal(0.3, 2, (n, 3)), scale)
        for n, scale in ((1, 0.7), (5, 1.3), (8, 2.6))
    ] + [Case(np.repeat(rng.normal(0.3, 2, (2, 3)), [1, 4], axis=0), 0.9)]


SUMS = [Case(np.array(x)) for x in ([1.7], [2.3, 1.9], [-1.7, 0.4], [-3.3, 0.1])]
ONE = _cases()[1:2]
energy = Check("0.1", "energy", "energy(x, scale)", exact=_energy, cases=_cases())
rows = Check(
    "0.2",
    "each row",
    "rows(x, scale)",
    exact=lambda x, scale: scale * np.sum(x**2, axis=-1),
    cases=_cases(),
)


def _gap(x, y):
    """The difference of two means of e^x."""
    return np.exp(x).mean() - np.exp(y).mean()


gap = Check(
    "0.9",
    "a gap",
    "gap(x, y)",
    exact=_gap,
    cases=[
        Case(np.random.default_rng(n).normal(size=n), np.linspace(-1, 0.3, m))
        for n, m in ((3, 5), (7, 2), (4, 6))
    ],
)
both = Check(
    "0.3",
    "two numbers",
    "both(x, scale) -> first, second",
    exact=lambda x, scale: (_energy(x, scale), scale * np.abs(x).sum()),
    cases=_cases(),
)


@pytest.mark.parametrize(
    ("check", "answer", "message"),
    [
        (energy, lambda x, scale: _energy(x[:-1], scale), "leaves out the last row"),
        (energy, lambda x, scale: _energy(x[1:], scale), "leaves out the first row"),
        (energy, lambda x, scale: _energy(x[:1], scale), "the first row of x alone"),
        (energy, lambda x, scale: _energy(x[-1:], scale), "the last row of x alone"),
        (
            energy,
            lambda x, scale: _energy(np.unique(x, axis=0), scale),
            "repeated rows of x only once",
        ),
        (
            energy,
            lambda x, scale: _energy(x.mean(axis=0, keepdims=True), scale),
            "the mean over the rows of x first",
        ),
        (energy, lambda x, scale: _energy(x, scale**2), "squares scale"),
        (energy, lambda x, scale: _energy(x, -scale), "the sign of scale flipped"),
        (energy, lambda x, scale: _energy(np.clip(x, -1, 1), scale), r"at \[-1, 1\]"),
        (
            energy,
            lambda x, scale: _energy(x - x.mean(axis=0), scale),
            "mean of x first",
        ),
        (energy, lambda x, scale: np.sqrt(_energy(x, scale)), "square root of the"),
        (
            energy,
            lambda x, scale: len(x) * _energy(x, scale),
            "too large as x has rows",
        ),
        (energy, lambda x, scale: _energy(x, scale) / 3, "too small as x has columns"),
        (energy, lambda x, scale: _energy(x, scale) / np.log(2), "in bits"),
        (energy, lambda x, scale: round(_energy(x, scale), 2), "rounded to 2 decimals"),
        (energy, lambda x, scale: float(np.float16(_energy(x, scale))), "float16"),
        (energy, lambda x, scale: min(_energy(x, scale), 12.5), "cut off at 12.5"),
        (energy, lambda x, scale: _energy(x, 1.0), "does not use `scale`"),
        (energy, lambda x, scale: 1.234, "the same whatever it is given"),
        (energy, lambda x, scale: np.log(-_energy(x, scale)), "loses its numbers"),
        (
            rows,
            lambda x, scale: scale * np.sum(x**2, axis=-1)[:-1],
            "leaves out the last row",
        ),
        (rows, lambda x, scale: scale * np.sum(x**2, axis=-1)[::-1], "in reverse"),
        (rows, lambda x, scale: np.sort(scale * np.sum(x**2, axis=-1)), "is sorted"),
        (
            rows,
            lambda x, scale: np.append(scale * np.sum(x[:-1] ** 2, axis=-1), 0),
            "leaves its last entry at 0",
        ),
        (
            rows,
            lambda x, scale: (scale * np.sum(x**2, axis=-1)).astype(int),
            "cut to whole numbers",
        ),
        (
            rows,
            lambda x, scale: np.clip(scale * np.sum(x**2, axis=-1), 5.5, 20.5),
            "cut off at 5.5 and 20.5",
        ),
        (
            rows,
            lambda x, scale: 0.3 * scale * np.sum(x**2, axis=-1),
            "is 0.3 times the right number",
        ),
        (
            rows,
            lambda x, scale: scale * np.sum(x[:, :2] ** 2, axis=-1),
            "leaves out the last column",
        ),
        (
            gap,
            lambda x, y: _gap(*(z[: min(len(x), len(y))] for z in (x, y))),
            "cuts x and y to the length of the shortest",
        ),
        (gap, lambda x, y: _gap(x / 2, y / 2), "halves x and y"),
        (
            both,
            lambda x, scale: (_energy(x, scale), -scale * np.abs(x).sum()),
            "sign of scale flipped for second",
        ),
        (
            both,
            lambda x, scale: (_energy(x, scale), np.sqrt(scale * np.abs(x).sum())),
            "wrong second: it is the square root",
        ),
        (
            both,
            lambda x, scale: (_energy(x[1:], scale), scale * np.abs(x).sum()),
            "leaves out the first row of x .* for first",
        ),
    ],
)
def test_names_a_slip_that_no_catalog_knows(check, answer, message, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ExerciseError, match=message):
        check(answer)


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        # Nothing that the engine knows: it shows numbers and accuses of nothing.
        (energy, lambda x, scale: scale * np.median(np.sum(x**3, axis=-1)) + 0.1),
        # One whole number agrees with many a slip by chance.
        (
            Check("0.4", "a count", "count(x)", exact=len, cases=[Case(np.ones(3))]),
            lambda x: 2,
        ),
        # The logarithm in two cases, but there is none in the other two.
        (
            Check("0.7", "a sum", "total(x)", exact=np.sum, cases=SUMS),
            lambda x: np.log(x.sum()) if x.sum() > 0 else 0.3 + 7.7 * x.sum() ** 2,
        ),
        # One case is too few to say that an argument is not used.
        (
            Check("0.8", "energy", "energy(x, scale)", exact=_energy, cases=ONE),
            lambda x, scale: 1.3 * np.sum(np.abs(x) ** 1.5),
        ),
    ],
)
def test_accuses_of_no_slip_by_chance(check, answer, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ExerciseError, match=r"` returns [^(]* for .* is right"):
        check(answer)


def test_a_slip_at_an_edge_must_agree_with_the_cases_that_were_right(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    edge = Case(np.array([[0.0, 0.0, 0.0], [1.1, 0.2, 0.7]]), 1.3, shows="of zeros.")
    check = Check(
        "0.6",
        "energy, with an edge",
        "energy(x, scale)",
        exact=_energy,
        cases=_cases(),
        edges=[edge],
    )

    def without_zeros(x, scale):
        return _energy(x[np.any(x, axis=1)], scale)

    with pytest.raises(ExerciseError, match=r"` returns 2\.262 for .*: of zeros\."):
        check(without_zeros)


def test_a_number_that_vanishes_at_an_edge_is_told(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    check = Check(
        "0.10",
        "a share",
        "share(a, b)",
        exact=lambda a, b: 1 / (1 + np.exp(b - a)),
        cases=[Case(0.3, 1.2), Case(-2.0, 0.4), Case(1.0, 1.5)],
        edges=[Case(-800.0, -801.0)],
    )
    with pytest.raises(ExerciseError, match="is 0 here, and right elsewhere"):
        check(lambda a, b: np.exp(a) / (np.exp(a) + np.exp(b) + 1e-12))


def test_parts_of_different_shapes_are_compared_one_by_one(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    check = Check(
        "0.5",
        "mean and spread",
        "moments(x) -> mean, spread",
        exact=lambda x: (x.mean(axis=0), x.var()),
        cases=[Case(case.arguments[0]) for case in _cases()],
    )
    with pytest.raises(ExerciseError, match="one number is asked for"):
        check(lambda x: (x.mean(axis=0), np.cov(x.T, bias=True)))


def test_what_is_right_where_it_is_finite_is_not_once_the_right_number():
    assert factor_between([1.0, 2.0, np.inf], [1.0, 2.0, 3.0]) is None
    assert factor_between([2.0, 4.0, np.inf], [1.0, 2.0, 3.0]).startswith("is 2 times")

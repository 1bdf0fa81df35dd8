"""Slips that the engine names by itself, whatever the exercise asks for."""

import numpy as np
import pytest

from utils.checks.engine import Case, Check, ExerciseError


def _energy(x, scale):
    """The mean over the rows of |x|², times a number."""
    return scale * np.mean(np.sum(x**2, axis=-1))


def _cases():
    rng = np.random.default_rng(0)
    return [
        Case(rng.normal(0.3, 2, (n, 3)), scale)
        for n, scale in ((1, 0.7), (5, 1.3), (8, 2.6))
    ] + [Case(np.repeat(rng.normal(0.3, 2, (2, 3)), [1, 4], axis=0), 0.9)]


energy = Check("0.1", "energy", "energy(x, scale)", exact=_energy, cases=_cases())
rows = Check(
    "0.2",
    "each row",
    "rows(x, scale)",
    exact=lambda x, scale: scale * np.sum(x**2, axis=-1),
    cases=_cases(),
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

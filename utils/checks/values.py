"""Comparing numbers that a learner's function returns with the exact ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from utils.checks.engine.answers import Answer, close, read_number
from utils.checks.engine.feedback import Mistake


@dataclass(frozen=True)
class WrongValue:
    """What a learner may return instead of the number asked for.

    Attributes:
        formula: function of the same arguments.
        message: what the mistake is and what to try, after "`function` ".
    """

    formula: Callable
    message: str


def check_number(
    answer: Answer,
    exact: Callable,
    wrong: Sequence[WrongValue],
    *arguments,
    shows: str,
) -> None:
    """Compares one number with the exact one, and tells which wrong one it is.

    Args:
        answer: the learner's function.
        exact: the exact one, a function of the same arguments.
        wrong: what learners return instead.
        *arguments: what to call both with.
        shows: what an answer that fails here has probably overlooked.

    Raises:
        Mistake: if the two differ.
    """
    value = read_number(answer(*arguments), answer.name)
    expected = float(exact(*arguments))
    if close(value, expected):
        return
    recognize(answer.name, value, wrong, *arguments)
    given = ", ".join(
        f"{name} = {_short(each)}"
        for name, each in zip(answer.arguments, arguments, strict=True)
    )
    raise Mistake(
        f"`{answer.name}` returns {value:.4g} for {given}, but {expected:.4g} is "
        f"right: {shows}"
    )


def recognize(name: str, value: float, wrong: Sequence[WrongValue], *arguments) -> None:
    """Raises a Mistake if a value is one of the well-known wrong ones."""
    for other in wrong:
        if close(value, float(other.formula(*arguments))):
            raise Mistake(f"`{name}` {other.message}")


def _short(value) -> str:
    return str(np.round(np.asarray(value, dtype="float64"), 3).tolist())

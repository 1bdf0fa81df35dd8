"""Cases of an exercise, and the catalog of what learners return instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from utils.checks.engine.comparison import TOLERANCE, agree, as_one


@dataclass(frozen=True)
class Wrong:
    """What a learner may return instead of what is asked for.

    Attributes:
        formula: function of the exercise's arguments; NaN where it is not defined.
        message: what the mistake is and what to try, after "`function` ".
        part: the name of the one result it is about, where there are several; the
            formula then returns only that.
        when: function `(value, *arguments) -> bool` that recognizes the mistake, where
            equality with one formula would be too narrow; the formula is an example.
            None where the case says nothing about it.
    """

    formula: Callable
    message: str
    part: str | None = None
    when: Callable | None = None


class Case:
    """Arguments to call an answer with.

    Args:
        *arguments: numbers, arrays, lists, functions, models; none is ever handed
            out itself, each call gets a copy.
        shows: what an answer that fails here has probably overlooked, as a sentence.
        breaks: the same for one that breaks off here.
        mistakes: of an edge case, that show nowhere else: their formulas are right in
            all ordinary cases.
    """

    def __init__(self, *arguments, shows="", breaks="", mistakes=()):
        self.arguments, self.shows = arguments, shows
        self.breaks, self.mistakes = breaks, mistakes


@dataclass(frozen=True)
class Reply:
    """What an answer returned in a case.

    Attributes:
        case: the case.
        found: what was returned, as a number, an array or a tuple of them.
        exact: what is right.
        arguments: fresh copies of the case's arguments, for formulas.
    """

    case: Case
    found: object
    exact: object
    arguments: Callable


def recognized(
    replies: Sequence[Reply],
    mistakes: Sequence[Wrong],
    parts: Sequence[str],
    tolerance: float = TOLERANCE,
    least: float = 1e-6,
) -> list[Wrong]:
    """Returns the mistakes that explain what was returned, in every case."""
    return [
        wrong
        for wrong in mistakes
        if _explains(wrong, replies, parts, tolerance, least)
    ]


def _explains(wrong, replies, parts, tolerance, least) -> bool:
    evidence = [matches(wrong, reply, parts, tolerance, least) for reply in replies]
    return True in evidence and False not in evidence


def matches(wrong, reply, parts, tolerance, least) -> bool | None:
    """True, False, or None where the case says nothing about the mistake."""
    found, exact = part_of(wrong, reply, parts)
    right = agree(found, exact, tolerance, least)
    if wrong.when is not None:
        return None if right else _holds(wrong.when, found, *reply.arguments())
    try:
        formula = as_one(wrong.formula(*reply.arguments()), exact)
    except Exception:  # the formula is not defined for such arguments
        return None
    if agree(found, formula, tolerance, least):
        return None if right else True
    return None if _undefined(formula) else False


def part_of(wrong: Wrong, reply: Reply, parts: Sequence[str]) -> tuple:
    """What was returned and what is right, of the part that a mistake is about."""
    if wrong.part is None:
        return reply.found, reply.exact
    which = list(parts).index(wrong.part)
    return reply.found[which], reply.exact[which]


def _holds(predicate, *arguments) -> bool | None:
    try:
        told = predicate(*arguments)
        return None if told is None else bool(told)
    except Exception:  # of numbers, and these are arrays; of another shape
        return False


def _undefined(value) -> bool:
    if isinstance(value, tuple):
        return any(map(_undefined, value))
    return bool(
        (value != value) if not hasattr(value, "shape") else (value != value).any()
    )

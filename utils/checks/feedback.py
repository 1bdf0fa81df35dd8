"""One line of feedback for each exercise: passed, what is wrong, or not attempted."""

import contextlib
import functools
import os
import random
import re
from collections.abc import Callable, Iterator

import numpy as np

from utils.checks.learners_code import describe_error, where_raised


class ExerciseError(Exception):
    """An exercise is not solved, and `COURSE_STRICT=1` asks that all of them are."""


class Mistake(Exception):
    """What is wrong with an answer, the likely mistake, and what to try next."""


def exercise(number: str, title: str) -> Callable:
    """Makes a check print one line about a learner's answer, and return None.

    The check gets the answer, raises a `Mistake` where it is wrong, and may return a
    remark for the line that says it is right. Any other exception is the learner's
    code breaking off; a NotImplementedError of the stub means not attempted yet.

    Args:
        number: the lesson and the exercise, as in "3.1".
        title: what the exercise is about, as in its first line.

    Raises:
        ExerciseError: with `COURSE_STRICT=1`, unless the answer is right.
    """

    def decorate(check: Callable) -> Callable:
        @functools.wraps(check)
        def checked(*answers, **named_answers):
            line, cause = _verdict(number, title, check, answers, named_answers)
            if cause is not None and os.environ.get("COURSE_STRICT") == "1":
                raise ExerciseError(line) from cause
            print(line)

        return checked

    return decorate


def _verdict(number, title, check, answers, named_answers):
    """Returns the line to print, and the exception behind it unless it is a pass."""
    try:
        with _randomness_of_its_own(), np.errstate(all="ignore"):
            remark = check(*answers, **named_answers)
    except Mistake as mistake:
        return f"✗ Exercise {number}: {mistake}", mistake
    except Exception as error:
        if _is_a_stub(error):
            return _not_attempted(number, title, error), error
        return f"✗ Exercise {number}: {describe_error(error)}.", error
    return f"✓ Exercise {number} passed: {title}{remark or ''}.", None


def _is_a_stub(error: Exception) -> bool:
    """Whether this is the stub's own NotImplementedError, and not one of Keras."""
    return isinstance(error, NotImplementedError) and (
        not str(error) or "Exercise" in str(error)
    )


def _not_attempted(number: str, title: str, error: Exception) -> str:
    other = re.search(r"Exercise (\d+\.\d+)", str(error))
    if other and other[1] != number:
        return (
            f"○ Exercise {number} is not attempted yet: it waits for Exercise "
            f"{other[1]}, which is still a stub."
        )
    place = where_raised(error)
    inside = f" in `{place.function}`" if place else ""
    return (
        f"○ Exercise {number} is not attempted yet: {title}. Put your code in place of "
        f"`raise NotImplementedError`{inside}, then run both cells again."
    )


@contextlib.contextmanager
def _randomness_of_its_own() -> Iterator[None]:
    """The same draws in each check, and none taken from the lesson around it.

    Keras seeds layers and generators from Python's `random`.
    """
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)

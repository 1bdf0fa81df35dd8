"""One line of feedback for each exercise: passed, what is wrong, or not attempted."""

import functools
import re
import sys
from collections.abc import Callable

from utils.autodiff import full_precision
from utils.checks.engine.guard import TimeUp, guarded
from utils.checks.engine.traceback import describe_error, message_of, where_raised
from utils.course.strict import strict

MIME = "application/vnd.course.verdict+json"
PASSED, WRONG, OPEN = "passed", "wrong", "not attempted"
_MARKS = {PASSED: "✓", WRONG: "✗", OPEN: "○"}
_ASCII = str.maketrans({"✓": "+", "✗": "x", "○": "o"})


class ExerciseError(Exception):
    """An exercise is not solved, and `COURSE_STRICT=1` asks that all of them are."""


class Mistake(Exception):
    """What is wrong with an answer, the likely mistake, and what to try next."""


def exercise(number: str, title: str, seconds: float = 600) -> Callable:
    """Makes a function that raises a `Mistake` a check of an exercise.

    Args:
        number: the lesson and the exercise, as in "3.1".
        title: what the exercise is about, as in its first line.
        seconds: how long the answer may take, all calls together.
    """

    def decorate(check: Callable) -> Callable:
        @functools.wraps(check)
        def checked(*answers, **named_answers):
            examine = functools.partial(check, *answers, **named_answers)
            report(number, title, examine, seconds)

        return checked

    return decorate


def report(number: str, title: str, examine: Callable, seconds: float) -> None:
    """Prints one line about a learner's answer.

    Args:
        number, title: of the exercise.
        examine: function `() -> remark or None`, which raises a `Mistake` where the
            answer is wrong. Any other exception is the learner's code breaking off; a
            NotImplementedError of the stub means not attempted yet.
        seconds: how long that may take.

    Raises:
        ExerciseError: with `COURSE_STRICT=1`, unless the answer is right.
    """
    verdict, text, cause = _judge(number, title, examine, seconds)
    line = f"{_MARKS[verdict]} Exercise {number}{text}"
    if cause is not None and strict():
        raise ExerciseError(line) from cause
    _say(line, {"exercise": number, "verdict": verdict, "message": line})


def _judge(number, title, examine, seconds):
    """Returns the verdict, what follows the exercise's number, and the cause."""
    try:
        with guarded(seconds), full_precision():
            remark = examine()
    except KeyboardInterrupt:
        raise
    except Mistake as mistake:
        return WRONG, f": {mistake}", mistake
    except TimeUp as error:
        return WRONG, f": {_endless(error, seconds)}", error
    except BaseException as error:
        if _is_a_stub(error):
            return OPEN, _not_attempted(number, title, error), error
        return WRONG, f": {describe_error(error)}.", error
    return PASSED, f" passed: {title}{remark or ''}.", None


def _say(line: str, verdict: dict) -> None:
    """Prints the line; a notebook keeps beside it what a program can read.

    A learner's `print` can look like a verdict, but it cannot carry this type.
    """
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if shell:
        shell.display_pub.publish({"text/plain": line, MIME: verdict})
        return
    try:
        print(line)
    except UnicodeEncodeError:
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        plain = line.translate(_ASCII).encode(encoding, "replace").decode(encoding)
        print(plain)


def _endless(error: TimeUp, seconds: float) -> str:
    place = where_raised(error)
    where = f" in line {place.line}, `{place.code}`" if place else ""
    return (
        f"stopped after {seconds:g} s, still busy{where}: is there a loop that never "
        "ends, or far more work than the exercise needs?"
    )


def _is_a_stub(error: BaseException) -> bool:
    """Whether this is the stub's own NotImplementedError, and not one of Keras."""
    if not isinstance(error, NotImplementedError):
        return False
    return not message_of(error) or "Exercise" in message_of(error)


def _not_attempted(number: str, title: str, error: BaseException) -> str:
    other = re.search(r"Exercise (\d+\.\d+)", message_of(error))
    if other and other[1] != number:
        return (
            f" is not attempted yet: it waits for Exercise {other[1]}, which is still "
            "a stub."
        )
    place = where_raised(error)
    inside = f" in `{place.function}`" if place else ""
    return (
        f" is not attempted yet: {title}. Put your code in place of "
        f"`raise NotImplementedError`{inside}, then run both cells again."
    )

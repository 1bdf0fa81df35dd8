"""Tables of right and wrong answers, and what it means to tell them apart."""

import pytest

from utils.checks import ExerciseError


def stub(*arguments):
    raise NotImplementedError("Exercise N.M: not attempted")


def right(*answers, **named):
    """Right answers, each named by its function or by keyword."""
    rows = {answer.__name__: answer for answer in answers} | named
    return pytest.mark.parametrize("answer", rows.values(), ids=rows)


def wrong(*rows, **named):
    """The same for pairs of a wrong answer and what its message must say."""
    rows = {row[0].__name__: row for row in rows} | named
    return pytest.mark.parametrize(("answer", "message"), rows.values(), ids=rows)


def passes(capsys, check, answer, number):
    """Asserts that a check passes an answer, or a tuple of all that it takes."""
    check(*answer) if isinstance(answer, tuple | list) else check(answer)
    assert capsys.readouterr().out.startswith(f"✓ Exercise {number} passed")


def is_rejected(check, answer, message):
    """Asserts that a check rejects an answer, in one line that says why."""
    with pytest.raises(ExerciseError, match=message) as error:
        check(*answer) if isinstance(answer, tuple | list) else check(answer)
    assert "\n" not in str(error.value)

import pytest
from nbformat import v4

from utils.course.check import answers

ERROR = v4.new_output("error", ename="NameError", evalue="no such name", traceback=[])


def _printed(text):
    return v4.new_output("stream", name="stdout", text=text)


def _notebook(printed=(), raised=()):
    """An exercise cell with outputs `raised`, then its check with `printed`."""
    cells = [
        v4.new_code_cell(
            "# Exercise 3.1: a sum\ndef total(a, b): ...", outputs=list(raised)
        ),
        v4.new_code_cell("checks.lesson03.total(total)", outputs=list(printed)),
    ]
    for cell, tag in zip(cells, ("exercise", "check"), strict=True):
        cell.metadata["tags"] = [tag]
    return v4.new_notebook(cells=cells)


@pytest.mark.parametrize(
    ("mark", "result"), [("✓", "passed"), ("✗", "wrong"), ("○", "not attempted")]
)
def test_the_mark_a_check_prints_is_its_result(mark, result):
    printed = [_printed("Epoch 1\n"), _printed(f"{mark} because\n")]
    expected = [("Exercise 3.1: a sum", result, "because")]
    assert answers(_notebook(printed)) == expected


def test_a_check_that_raises_is_wrong_with_its_error():
    answer = answers(_notebook([ERROR]))[0]
    assert answer[1:] == ("wrong", "NameError: no such name")


def test_a_broken_exercise_is_told_rather_than_what_follows_from_it():
    syntax = v4.new_output("error", ename="SyntaxError", evalue="bad", traceback=[])
    answer = answers(_notebook(printed=[ERROR], raised=[syntax]))[0]
    assert answer[1:] == ("wrong", "SyntaxError: bad")


def test_a_silent_check_is_wrong():
    assert answers(_notebook())[0].line == "the check said nothing"


def test_a_notebook_without_checks_has_no_answers():
    assert answers(v4.new_notebook(cells=[v4.new_code_cell("1")])) == []

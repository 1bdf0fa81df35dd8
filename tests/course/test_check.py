import pytest
from nbformat import v4

from utils.checks.engine import feedback
from utils.course.check import (
    RESULTS,
    VERDICT,
    Answer,
    answers,
    last_results,
    read_notebook,
)
from utils.course.folder import CourseError
from utils.course.source import Exercise

TITLE, LINE = "Exercise 3.1: a sum", "checks.lesson03.total(total)"
EXERCISES = [Exercise("3.1", TITLE, LINE)]


def _error(name="NameError", text="no such name"):
    return v4.new_output("error", ename=name, evalue=text, traceback=[])


def _printed(text):
    return v4.new_output("stream", name="stdout", text=text)


def _verdict(verdict="passed", exercise="3.1"):
    told = {"exercise": exercise, "verdict": verdict, "message": "because"}
    return v4.new_output("display_data", data={"text/plain": "✓", VERDICT: told})


def _notebook(printed=(), raised=(), check=LINE, count=2):
    """An exercise cell with outputs `raised`, then its check with `printed`."""
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell(LINE),
            v4.new_code_cell(
                f"# {TITLE}\ndef total(a, b): ...",
                outputs=list(raised),
                execution_count=1,
            ),
            v4.new_code_cell(check, outputs=list(printed), execution_count=count),
        ]
    )


def _answer(notebook, stopped=""):
    (answer,) = answers(notebook, EXERCISES, stopped)
    assert answer.exercise == TITLE
    return answer[1:]


def test_the_checks_speak_and_the_command_line_hears_the_same_words():
    assert feedback.MIME == VERDICT
    assert {feedback.PASSED, feedback.WRONG, feedback.OPEN} == set(RESULTS)


@pytest.mark.parametrize("verdict", RESULTS)
def test_the_verdict_of_a_check_is_its_result(verdict):
    printed = [_printed("Epoch 1\n"), _verdict(verdict)]
    assert _answer(_notebook(printed)) == (verdict, "because")


@pytest.mark.parametrize(
    "printed",
    [
        [],
        [_printed("✓ Exercise 3.1 passed: a sum.\n")],
        [_verdict(exercise="3.2")],
        [_verdict("excellent")],
        [v4.new_output("display_data", data={"text/plain": "✓ passed"})],
    ],
)
def test_what_only_looks_like_a_verdict_is_none(printed):
    expected = ("missing", "the check said nothing")
    assert _answer(_notebook(printed)) == expected


def test_a_check_that_is_not_there_is_missing():
    line = f"no check cell found: it says {LINE}"
    for notebook in (v4.new_notebook(), _notebook([_verdict()], check="print('✓')")):
        assert _answer(notebook) == ("missing", line)


def test_a_check_is_found_without_its_tag_and_beside_other_lines():
    notebook = _notebook([_verdict()], check=f"# once more\n{LINE}\n")
    assert _answer(notebook) == ("passed", "because")


def test_a_check_that_was_not_reached_says_what_stopped_the_run():
    notebook = _notebook(count=None)
    expected = ("missing", "not reached: cell 1 ended its kernel")
    assert _answer(notebook, "cell 1 ended its kernel") == expected


def test_a_check_that_raises_is_wrong_with_its_error():
    expected = ("wrong", "NameError: no such name")
    assert _answer(_notebook([_error()])) == expected


def test_a_broken_exercise_is_told_rather_than_what_follows_from_it():
    notebook = _notebook([_error()], raised=[_error("SyntaxError", "bad")])
    assert _answer(notebook) == ("wrong", "SyntaxError: bad")


def test_every_exercise_has_an_answer_in_the_order_of_the_lesson():
    exercises = [Exercise("3.0", "Exercise 3.0: none", "checks.x(y)"), *EXERCISES]
    told = answers(_notebook([_verdict()]), exercises)
    assert [answer.result for answer in told] == ["missing", "passed"]


def test_a_notebook_that_is_none_is_told(course):
    with pytest.raises(CourseError, match="does not exist: run `course build`"):
        read_notebook(course, "03_sums")
    course.notebooks.mkdir()
    (course.notebooks / "03_sums.ipynb").write_text('{"cells": [{"cell_ty')
    with pytest.raises(CourseError, match=r"half saved.*run `course build`"):
        read_notebook(course, "03_sums")
    (course.root / "pack.json").touch()
    with pytest.raises(CourseError, match=r"half saved.*copy it from the pack"):
        read_notebook(course, "03_sums")


def test_the_last_result_of_each_exercise_is_kept(course):
    course.notebooks.mkdir()
    wrong, other = Answer("3.1", "wrong", "why"), Answer("3.2", "passed", "because")
    assert last_results(course, [wrong, other]) == {}
    assert last_results(course, [wrong._replace(result="passed")])["3.1"] == "wrong"
    assert last_results(course) == {"3.1": "passed", "3.2": "passed"}
    (course.notebooks / ".checked.json").write_text("{")
    assert last_results(course, [wrong]) == {}


def test_where_nothing_can_be_kept_nothing_is_said(course):
    assert last_results(course, [Answer("3.1", "wrong", "why")]) == {}
    assert not course.notebooks.exists()

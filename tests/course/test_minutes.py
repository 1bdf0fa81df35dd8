import json
import re

import pytest

from utils.course.build import learner_edition, solutions_edition
from utils.course.cells import read_cells
from utils.course.folder import find_course
from utils.course.minutes import (
    count_minutes,
    measured_seconds,
    minutes_on_cards,
)
from utils.course.source import LessonError, read_lesson, read_lessons

LESSONS = read_lessons(find_course().sources())
# New lessons wait here until a machine is idle: their compute counts as nothing yet.
NOT_MEASURED: set[str] = set()
SILENT = 12  # seconds: ten, and two for the moods of a machine
CELLS = """\
# %% [markdown]
# # A title
#
# **Predict.** Is $a = b$? [Two words](https://example.org/not-counted) here.
#
# | a | table |
# |---|---|
#
# <details><summary>Hint</summary>Look.</details>
#
# ### Exercise 3.1 · A sum (easy, 5 minutes)

# %%
a = 1

b = 2  # a comment is read too

# %% jupyter={"source_hidden": true}
folded = 1

# %% tags=["exercise"]
# Exercise 3.1: a sum
def total(a, b):
    # BEGIN SOLUTION
    c = a + b
    return c
    # END SOLUTION

# %% tags=["check"]
checks.lesson03.total(total)

# %% [markdown] tags=["solution"]
# Words that a learner does not see. **Predict.**

# %% tags=["claim"]
assert total(1, 2) == 3
"""


@pytest.fixture
def cells():
    cells, problems = read_cells(CELLS)
    assert not problems
    return tuple(cells)


def test_what_a_learner_reads_writes_guesses_and_waits_for_is_counted(cells):
    counted = count_minutes(cells, seconds=90)
    # A title / Predict. Is $a b$? Two words here. / a table / Hint Look. / Exercise 3.1
    # A sum easy, 5 minutes
    assert counted.words == 2 + 7 + 2 + 2 + 7
    assert counted.lines == 2 + 3 + 1
    assert counted.exercises == 5
    assert counted.predictions == 1
    parts = (counted.words / 180, 6 / 25, 5, 0.5, 0.75)
    assert counted.parts == pytest.approx(parts)
    assert counted.total == round(sum(parts))


def test_compute_that_nobody_measured_counts_nothing(cells):
    assert count_minutes(cells).parts[-1] == 0


@pytest.mark.parametrize(("scale", "expected"), [("laptop", 61.5), ("quick", None)])
def test_only_a_run_at_laptop_counts_as_measured(tmp_path, scale, expected):
    assert measured_seconds(tmp_path, "03_sums") is None
    path = tmp_path / "results" / "lesson_seconds" / "03_sums.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"value": {"scale": scale, "seconds": 61.5}}))
    assert measured_seconds(tmp_path, "03_sums") == expected


def test_the_notebooks_say_the_minutes_and_keep_their_ids(course):
    source = course.lessons / "03_sums.py"
    text = source.read_text("utf-8")
    added = "# # Sums\n#\n# **Minutes:** {minutes}. You need {minutes}"
    source.write_text(text.replace("# # Sums", added), "utf-8")
    lesson = read_lesson(source)
    for edition in (learner_edition, solutions_edition):
        assert (
            f"**Minutes:** {lesson.minutes.total}. You"
            in edition(lesson).cells[0].source
        )
    quicker = read_lesson(source)
    object.__setattr__(quicker, "minutes", count_minutes(lesson.cells, seconds=6_000))
    first, second = (solutions_edition(one).cells[0] for one in (lesson, quicker))
    assert first.source != second.source
    assert first.id == second.id


def test_minutes_that_were_typed_in_are_refused(course):
    source = course.lessons / "03_sums.py"
    text = source.read_text("utf-8")
    source.write_text(text.replace("# # Sums", "# # Sums\n# **Minutes:** 60."), "utf-8")
    with pytest.raises(LessonError, match=r":11: minutes are counted.*\{minutes\}"):
        read_lesson(source)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_exercise_has_a_card_that_says_its_minutes(lesson):
    numbers = {exercise.number for exercise in lesson.exercises()}
    assert numbers == minutes_on_cards(lesson.cells).keys()


def test_the_compute_of_every_lesson_was_measured_but_for_those_named_here():
    """To mend it: `course run 03 --timings results/lesson_seconds`, nothing beside."""
    unknown = {one.name for one in LESSONS if one.minutes.seconds is None}
    assert unknown == NOT_MEASURED


@pytest.mark.parametrize(
    "lesson",
    [one for one in LESSONS if one.name not in NOT_MEASURED],
    ids=lambda lesson: lesson.name,
)
def test_a_cell_that_is_silent_for_long_is_announced_above(lesson):
    path = find_course().root / "results" / "lesson_seconds" / f"{lesson.name}.json"
    measured = json.loads(path.read_text("utf-8"))["value"]["cells"]
    said = ""
    for cell in lesson.cells:
        if cell.kind == "markdown":
            said = cell.source
            continue
        begins = [first for _, first in measured]
        if (first := cell.source.partition("\n")[0]) in begins:
            place = begins.index(first)
            seconds, measured = measured[place][0], measured[place + 1 :]
            assert seconds < SILENT or re.search(r"[Aa]bout\s+(an?|\d+)\b", said), (
                cell.source
            )

import pytest

from utils.course.build import build, out_of_date
from utils.course.folder import CourseError
from utils.course.pages import BEGIN, END, with_lessons, with_seconds, with_sections
from utils.course.results import write_trial
from utils.course.source import LessonError, read_lessons

README = f"# A course\n\n{BEGIN}\n{END}\n\nMore.\n"
TOPICS = """\
| # | topic | lesson | section |
|---|---|---|---|
| 1 | sums | 07 | nowhere |
| 2 | P(y\\|x) and more | 03b | nowhere |
| 3 | products | 09 | planned |
"""


@pytest.fixture
def lessons(course):
    """Lesson 03 teaches topic 1, and its bonus topic 2."""
    source, bonus = course.lessons / "03_sums.py", course.lessons / "03b_more.py"
    cells = source.read_text("utf-8") + "\n# %% [markdown]\n# ## 1 · First | last\n"
    topics = '# topics:\n#   {}: "1 · First | last"'
    source.write_text(cells.replace("# topics:", topics.format(1)), "utf-8")
    cells = cells.replace("# topics:", topics.format(2)).replace("3.1", "3.2")
    cells = cells.replace("bonus: false", "bonus: true").replace("a sum.", "a | sum.")
    bonus.write_text(cells, "utf-8")
    return course.sources()


def test_the_table_of_the_readme_has_a_row_for_each_lesson(lessons):
    first, second = read_lessons(lessons)
    assert with_lessons(README, [first, second]).splitlines() == [
        "# A course",
        "",
        BEGIN,
        "| # | title | claim | minutes | notebook | solutions |",
        "|---|---|---|---|---|---|",
        f"| 03 | **Sums** | Two numbers have a sum. | {first.minutes.total} | "
        "[open](notebooks/03_sums.ipynb) | [open](notebooks/solutions/03_sums.ipynb) |",
        r"| 03b | **Sums** (bonus) | Two numbers have a \| sum. | "
        f"{second.minutes.total} | [open](notebooks/03b_more.ipynb) "
        "| [open](notebooks/solutions/03b_more.ipynb) |",
        END,
        "",
        "More.",
    ]


def test_how_long_lessons_compute_stands_in_a_table_and_what_is_missing_too(lessons):
    root = lessons[0].parents[1]

    def measured(table, lesson, seconds, by, backend="tensorflow"):
        cells = [[seconds - 1.0, "a = 1"], [1.0, "b = 2"]]
        value = {"scale": "laptop", "backend": backend}
        value |= {"seconds": seconds, "cells": cells}
        path = root / "results" / table / f"{lesson}.json"
        write_trial(path, (lesson,), value, by)

    measured("lesson_seconds", "03_sums", 61.0, "one")
    measured("lesson_seconds", "03b_more", 12.4, "other")
    measured("lesson_seconds_full", "03_sums", 30.0, "one", "jax")
    measured("lesson_seconds_full", "03b_more", 90.0, "one")
    page = with_seconds(README, root, read_lessons(lessons)).splitlines()
    assert page[2:-2] == [
        BEGIN,
        "| lesson | laptop, alone, TensorFlow | slowest cell | full | slowest cell |",
        "| --- | --- | --- | --- | --- |",
        "| 03 | 61 s | 60 s | 0.5 min, JAX | 0.5 min |",
        "| 03b | 12 s | 11 s | 1.5 min, TensorFlow | 1.5 min |",
        "| sum | 73 s |  | 2.0 min |  |",
        "| machine | one; other |  | one |  |",
        END,
    ]
    assert with_seconds("\n".join(page), root, read_lessons(lessons)) == "\n".join(page)
    (root / "results" / "lesson_seconds_full" / "03_sums.json").unlink()
    page = with_seconds(README, root, read_lessons(lessons))
    assert "| 03 | 61 s | 60 s | — | — |" in page
    assert "| sum | 73 s |  | 1.5 min (1 of 2) |  |" in page


def test_a_topic_gets_its_lesson_and_section_and_the_others_are_planned(lessons):
    rows = with_sections(TOPICS, read_lessons(lessons)).splitlines()[2:]
    assert rows == [
        r"| 1 | sums | 03 | 1 · First \| last |",
        r"| 2 | P(y\|x) and more | 03b | 1 · First \| last |",
        "| 3 | products | 09 | planned |",
    ]
    assert with_sections("\n".join(rows), []).splitlines() == [
        "| 1 | sums | 03 | planned |",
        r"| 2 | P(y\|x) and more | 03b | planned |",
        "| 3 | products | 09 | planned |",
    ]


def test_a_topic_that_does_not_exist_or_is_taught_twice_is_told(lessons):
    told = r"03b_more\.py:6: TOPICS\.md has no topic 2: add its row"
    with pytest.raises(LessonError, match=told):
        with_sections(TOPICS.replace("| 2 |", "| 4 |"), read_lessons(lessons))
    text = lessons[1].read_text("utf-8").replace("#   2:", "#   1:")
    lessons[1].write_text(text, "utf-8")
    told = r"03b_more\.py:6: topic 1 is already in lessons/03_sums\.py:6"
    with pytest.raises(LessonError, match=told):
        with_sections(TOPICS, read_lessons(lessons))


def test_building_writes_the_pages_once_and_tells_when_they_are_late(course, lessons):
    readme, topics = course.root / "README.md", course.lessons / "TOPICS.md"
    readme.write_text(README, "utf-8")
    topics.write_text(TOPICS, "utf-8")
    assert out_of_date(course)[:2] == [
        "README.md: differs from its source",
        "lessons/TOPICS.md: differs from its source",
    ]
    assert {"wrote: README.md", "wrote: lessons/TOPICS.md"} <= set(build(course))
    assert "**Sums** (bonus)" in readme.read_text("utf-8")
    assert not (course.notebooks / ".kept").exists()
    assert out_of_date(course) == []
    assert build(course) == []
    text = lessons[0].read_text("utf-8")
    lessons[0].write_text(text.replace("have a sum.", "have one."), "utf-8")
    assert out_of_date(course) == ["README.md: differs from its source"]


@pytest.mark.parametrize(
    "readme", ["", BEGIN, END, f"{END}\n{BEGIN}\n", README + README, f"{README}{END}"]
)
@pytest.mark.parametrize("name", ["README.md", "docs/seconds.md"])
def test_a_page_without_its_markers_is_told_and_not_written_over(course, name, readme):
    page = course.root / name
    page.parent.mkdir(exist_ok=True)
    page.write_text(readme, "utf-8")
    with pytest.raises(CourseError, match=rf"^{name} needs one line '<!-- `course"):
        build(course)
    assert page.read_text("utf-8") == readme

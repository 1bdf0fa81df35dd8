"""Measured tables, read from the course's folder."""

import json

import pytest

from utils.course import results
from utils.course.folder import Course, CourseError, find_course
from utils.course.results import load_results


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "results" / "speed"
    folder.mkdir(parents=True)
    trials = [(["ms", 1], 2), (["who"], "CPU"), (["ms", 0], {"b": 1, "a": 2})]
    for when, (key, value) in enumerate(trials):
        trial = {"key": key, "recorded": f"2026-01-0{when + 1}", "value": value}
        (folder / f"{9 - when}.json").write_text(json.dumps(trial))
    (folder / "unfinished.part").write_text('{"key"')
    monkeypatch.setattr(results, "find_course", lambda: Course(tmp_path))


@pytest.mark.usefixtures("course")
def test_a_table_joins_its_trials_in_the_order_in_which_they_were_recorded():
    table = load_results("speed")
    assert table == {"ms": [{"b": 1, "a": 2}, 2], "who": "CPU"}
    assert list(table) == ["ms", "who"]


@pytest.mark.parametrize(
    "name",
    sorted(folder.name for folder in (find_course().root / "results").iterdir()),
)
def test_each_table_of_the_course_can_be_read(name):
    assert load_results(name)


def test_each_row_of_the_course_says_when_and_on_which_machine_it_was_measured():
    files = sorted((find_course().root / "results").glob("*/*.json"))
    trials = {file: json.loads(file.read_text("utf-8")) for file in files}
    named = ["key", "recorded", "machine", "value"]
    assert {
        file.name for file, trial in trials.items() if list(trial) != named
    } == set()
    assert all("core" in trial["machine"] for trial in trials.values())


@pytest.mark.usefixtures("course")
def test_a_missing_table_names_those_that_exist_and_the_script():
    with pytest.raises(CourseError, match=r"are: speed\. Run `python benchmarks/sped"):
        load_results("sped")

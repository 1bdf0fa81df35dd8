"""Measured tables, read from the course's folder."""

import json

import pytest

from utils.course import results
from utils.course.folder import Course, CourseError, find_course
from utils.course.results import load_results


@pytest.fixture
def course(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "speed.json").write_text(json.dumps({"ms": [1, 2]}))
    monkeypatch.setattr(results, "find_course", lambda: Course(tmp_path))


@pytest.mark.usefixtures("course")
def test_a_table_is_what_its_file_holds():
    assert load_results("speed") == {"ms": [1, 2]}


@pytest.mark.parametrize(
    "name",
    sorted(file.stem for file in (find_course().root / "results").glob("*.json")),
)
def test_each_table_of_the_course_can_be_read(name):
    assert load_results(name)


@pytest.mark.usefixtures("course")
def test_a_missing_table_names_those_that_exist_and_the_script():
    with pytest.raises(CourseError, match=r"are: speed\. Run `python benchmarks/sped"):
        load_results("sped")

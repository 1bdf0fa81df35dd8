import pytest

from utils.course import folder
from utils.course.folder import CourseError, find_course


@pytest.mark.parametrize("name", ["03", "3", "sums", "03_sums"])
def test_a_lesson_is_chosen_by_number_or_name(course, name):
    assert [path.name for path in course.choose([name])] == ["03_sums.py"]


def test_choosing_nothing_chooses_all_in_order_of_their_numbers(course):
    (course.lessons / "01_begin.py").touch()
    assert [path.stem for path in course.choose([])] == ["01_begin", "03_sums"]


def test_a_lesson_named_twice_runs_once(course):
    assert len(course.choose(["3", "sums"])) == 1


def test_an_unknown_lesson_is_an_error_that_names_those_that_exist(course):
    with pytest.raises(CourseError, match="no lesson 07; there are: 03_sums"):
        course.choose(["03", "07"])


def test_a_source_that_is_not_named_like_a_lesson_is_an_error(course):
    (course.lessons / "helpers.py").touch()
    with pytest.raises(CourseError, match=r"helpers\.py is not named like a lesson"):
        course.sources()


def test_two_lessons_with_one_number_are_an_error(course):
    (course.lessons / "03_other.py").touch()
    with pytest.raises(CourseError, match="the same number 03"):
        course.sources()


def test_an_installed_package_finds_the_course_from_below(course, monkeypatch):
    monkeypatch.setattr(folder, "PACKAGE_PARENT", course.root / "site-packages")
    below = course.root / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find_course().root == course.root.resolve()


def test_a_folder_without_lessons_is_a_clear_error(tmp_path):
    with pytest.raises(CourseError, match=r"no lessons/NN_slug\.py found in .*--root"):
        find_course(tmp_path)

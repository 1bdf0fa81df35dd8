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


def test_a_bonus_has_a_number_of_its_own_and_comes_after_its_lesson(course):
    for name in ("03b_more_sums", "04_next"):
        (course.lessons / f"{name}.py").touch()
    stems = [path.stem for path in course.choose([])]
    assert stems == ["03_sums", "03b_more_sums", "04_next"]
    for wanted in ("03b", "3b", "more_sums", "03b_more_sums"):
        assert [path.stem for path in course.choose([wanted])] == ["03b_more_sums"]
    assert [path.stem for path in course.choose(["03"])] == ["03_sums"]


def test_two_bonus_notebooks_of_one_lesson_need_two_letters(course):
    (course.lessons / "03b_more.py").touch()
    (course.lessons / "03c_most.py").touch()
    assert len(course.sources()) == 3
    (course.lessons / "03b_other.py").touch()
    with pytest.raises(CourseError, match="the same number 03b"):
        course.sources()


@pytest.mark.parametrize("name", ["03a_first", "3b_more", "03B_more", "03bb_more"])
def test_a_bonus_has_two_digits_and_a_letter_from_b(course, name):
    (course.lessons / f"{name}.py").touch()
    with pytest.raises(CourseError, match=r"not named like a lesson.*03b_"):
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

import pytest

from utils.course.scale import SCALES, current_scale, scale, seed


@pytest.mark.parametrize("name", SCALES)
def test_the_environment_picks_one_of_the_three(monkeypatch, name):
    monkeypatch.setenv("COURSE_SCALE", name)
    assert scale(quick="quick", laptop="laptop", full="full") == name


@pytest.mark.parametrize("unset", [None, ""])
def test_laptop_is_the_default(monkeypatch, unset):
    monkeypatch.delenv("COURSE_SCALE", raising=False)
    if unset is not None:
        monkeypatch.setenv("COURSE_SCALE", unset)
    assert current_scale() == "laptop"
    assert scale(quick=1, laptop=2, full=3) == 2


def test_an_unknown_scale_is_an_error_that_lists_the_three(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    with pytest.raises(ValueError, match=r"'huge'.*quick, laptop, full"):
        scale(quick=1, laptop=2, full=3)


def test_the_three_values_are_named_not_ordered():
    with pytest.raises(TypeError):
        scale(1, 2, 3)


@pytest.mark.parametrize(
    ("run", "expected"), [(None, 7), ("", 7), ("0", 7), ("1", 1_007), (" 12 ", 12_007)]
)
def test_each_run_of_the_course_has_seeds_of_its_own(monkeypatch, run, expected):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    if run is not None:
        monkeypatch.setenv("COURSE_SEED", run)
    assert seed(7) == expected


@pytest.mark.parametrize("run", ["-1", "1.5", "one", "²", "1_000"])
def test_a_run_of_the_course_is_a_whole_number(monkeypatch, run):
    monkeypatch.setenv("COURSE_SEED", run)
    with pytest.raises(ValueError, match=rf"COURSE_SEED is '{run}'.*from 0.*unset"):
        seed(7)


@pytest.mark.parametrize("number", [-1, 1_000])
def test_a_seed_that_would_be_one_of_another_run_is_refused(monkeypatch, number):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    with pytest.raises(ValueError, match=f"seed is {number}, .* 0 to 999"):
        seed(number)

import pytest

from utils.course.scale import SCALES, current_scale, scale


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

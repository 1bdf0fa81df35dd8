import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from utils import figures
from utils.figures.theme import COLORS, DIVERGING, SERIES, STYLE, color, mix, styled


def test_every_meaning_has_a_color_of_its_own():
    assert set(COLORS) == {
        "real",
        "generated",
        "discriminator",
        "anchor",
        "positive",
        "negative",
        "measured",
        "exact",
    }
    assert len(set(COLORS.values()) | set(SERIES)) == len(COLORS) + len(SERIES)


def test_a_color_is_found_by_its_meaning():
    assert color("real") == COLORS["real"]
    assert color("#123456") == "#123456"


def test_an_unknown_color_names_the_near_match_and_the_others():
    with pytest.raises(ValueError, match=r"did you mean 'generated'.*discriminator"):
        color("generatd")


def test_mixing_with_white_ends_at_white():
    assert mix("#000000", 1.0) == (1, 1, 1)
    assert mix("#102030", 0.0) == pytest.approx(to_rgb("#102030"))


def test_the_heat_map_is_orange_at_zero_white_at_half_and_blue_at_one():
    low, middle, high = DIVERGING([0.0, 0.5, 1.0])
    assert low[0] > low[2]
    assert high[2] > high[0]
    assert middle[:3] == pytest.approx(1.0, abs=0.01)


def test_both_ends_of_the_heat_map_are_equally_dark():
    gray = DIVERGING([0.0, 1.0])[:, :3] @ np.array([0.299, 0.587, 0.114])
    assert gray[0] == pytest.approx(gray[1], abs=0.12)


def test_the_style_is_restored_after_drawing():
    before = dict(matplotlib.rcParams)

    @styled
    def size_inside():
        return matplotlib.rcParams["font.size"]

    assert size_inside() == STYLE["font.size"]
    assert dict(matplotlib.rcParams) == before


def test_colors_cannot_be_changed():
    with pytest.raises(TypeError):
        figures.COLORS["real"] = "red"

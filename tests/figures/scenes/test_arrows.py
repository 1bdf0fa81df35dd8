import numpy as np
import pytest

from utils import figures


def test_one_scale_gives_the_longest_arrow_its_share_of_the_axis():
    arrows = [np.array([[3.0, 4.0]]), np.array([[0.0, 1.0]])]
    assert figures.common_arrow_scale(arrows, (-5, 5), share=0.1) == pytest.approx(0.2)


def test_arrows_on_a_line_are_scaled_alike():
    scale = figures.common_arrow_scale([[-2.0, 1.0]], (0, 10), share=0.2)
    assert scale == pytest.approx(1.0)


def test_arrows_of_zero_have_scale_zero():
    assert figures.common_arrow_scale([np.zeros(4)], (0, 1)) == 0.0


def test_arrows_that_have_vanished_are_not_blown_up():
    scale = figures.common_arrow_scale([[1e-16, -1e-15]], (-5, 5))
    assert scale * 1e-15 < 1e-6


def test_no_arrows_at_all_are_refused():
    with pytest.raises(ValueError, match="no arrows"):
        figures.common_arrow_scale([], (0, 1))


def test_arrows_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="NaN or infinite"):
        figures.common_arrow_scale([np.array([1.0, np.nan])], (0, 1))

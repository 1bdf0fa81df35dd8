import numpy as np
import pytest
from matplotlib.colors import to_hex

from utils import figures
from utils.figures.theme import COLORS


def test_a_bar_is_as_high_as_its_number():
    ax = figures.bars({"a": 3, "b": 5.0}, ylabel="modes").axes[0]
    assert [bar.get_height() for bar in ax.patches] == [3, 5]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]
    assert ax.get_ylabel() == "modes"


def test_seeds_become_a_bar_at_their_mean_and_a_dot_each():
    ax = figures.bars({"R1": [7, 8, 12]}, ylabel="modes").axes[0]
    assert ax.patches[0].get_height() == 9
    (dots,) = ax.get_lines()
    assert dots.get_ydata().tolist() == [7, 8, 12]


def test_bars_have_the_color_of_their_meaning():
    ax = figures.bars({"0": 1}, ylabel="images", colors="generated").axes[0]
    assert to_hex(ax.patches[0].get_edgecolor()) == COLORS["generated"].lower()


def test_the_mean_is_written_into_its_bar():
    ax = figures.bars({"a": [1, 2]}, ylabel="modes", number_format=".1f").axes[0]
    assert [text.get_text() for text in ax.texts] == ["1.5"]


def test_a_ceiling_is_drawn_and_named():
    ax = figures.bars({"a": 90}, ylabel="%", references={"98.9": 98.9}).axes[0]
    assert ax.get_legend().get_texts()[0].get_text() == "98.9"


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ({}, {}, "no bars"),
        ({"a": np.nan}, {}, "the bar a"),
        ({"a": 1}, {"colors": "blau?"}, "no color"),
    ],
)
def test_bad_bars_are_refused(values, options, message):
    with pytest.raises(ValueError, match=message):
        figures.bars(values, ylabel="y", **options)


def test_a_histogram_shows_shares_that_sum_to_one():
    values = np.random.default_rng(0).uniform(size=(100, 1))
    figure = figures.histograms(
        {"real": values, "generated": values[:10] ** 2}, xlabel="D(x)", bins=10
    )
    for patch, role in zip(figure.axes[0].patches, ["real", "generated"], strict=True):
        assert patch.get_data().values.sum() == pytest.approx(1)
        assert to_hex(patch.get_edgecolor()) == COLORS[role].lower()
    assert figure.axes[0].get_xlabel() == "D(x)"


def test_a_histogram_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no samples"):
        figures.histograms({}, xlabel="D(x)")

import numpy as np
import pytest
from matplotlib.colors import to_hex

from utils import figures
from utils.figures.theme import COLORS, SERIES

X = np.arange(5.0)
AXES = {"xlabel": "step", "ylabel": "JS divergence (nats)"}


def lines(figure):
    found = figure.axes[0].get_lines()
    return {each.get_label(): each for each in found if each.get_label()[0] != "_"}


def bands(figure):
    return [each.get_paths()[0].vertices for each in figure.axes[0].collections]


def test_a_curve_shows_its_data_and_the_axes_their_labels():
    figure = figures.curves({"loss": (X, X**2)}, title="A finding", **AXES)
    assert np.array_equal(lines(figure)["loss"].get_data(), (X, X**2))
    assert figure.axes[0].get_xlabel() == "step"
    assert figure.axes[0].get_ylabel() == "JS divergence (nats)"
    assert figure.get_suptitle() == "A finding"


def test_labels_that_name_a_meaning_take_its_color_and_exact_is_dashed():
    found = lines(figures.curves({"exact": (X, X), "measured": (X, X)}, **AXES))
    assert found["exact"].get_color() == COLORS["exact"]
    assert found["measured"].get_color() == COLORS["measured"]
    assert found["exact"].get_linestyle() != found["measured"].get_linestyle()


def test_other_labels_take_colors_in_turn_that_mean_nothing():
    found = lines(figures.curves({"1 step": (X, X), "5 steps": (X, X)}, **AXES))
    assert [line.get_color() for line in found.values()] == list(SERIES[:2])


@pytest.mark.parametrize("label", ["0.5", "1", "b", "C3", "white"])
def test_a_label_that_happens_to_be_a_color_for_matplotlib_is_not_one(label):
    (line,) = lines(figures.curves({label: (X, X)}, **AXES)).values()
    assert line.get_color() == SERIES[0]


def test_colors_may_be_given_by_meaning():
    series = {"D on real": (X, X)}
    figure = figures.curves(series, colors={"D on real": "real"}, **AXES)
    assert to_hex(lines(figure)["D on real"].get_color()) == COLORS["real"].lower()


def test_seeds_become_their_mean_and_a_band_of_one_standard_deviation():
    seeds = np.random.default_rng(0).normal(size=(4, 5))
    figure = figures.curves({"measured": (X, seeds)}, **AXES)
    mean, deviation = seeds.mean(axis=0), seeds.std(axis=0, ddof=1)
    assert lines(figure)["measured"].get_ydata() == pytest.approx(mean)
    (band,) = bands(figure)
    assert band[:, 1].max() == pytest.approx((mean + deviation).max())
    assert band[:, 1].min() == pytest.approx((mean - deviation).min())


def test_seeds_on_a_logarithmic_axis_become_their_median_and_range():
    seeds = np.exp(np.random.default_rng(0).normal(size=(3, 5)))
    figure = figures.curves({"norm": (X, seeds)}, yscale="log", **AXES)
    assert lines(figure)["norm"].get_ydata() == pytest.approx(np.median(seeds, axis=0))
    (band,) = bands(figure)
    assert band[:, 1].min() == pytest.approx(seeds.min())
    assert figure.axes[0].get_yscale() == "log"


def test_a_band_may_be_given():
    given = {"measured": (X - 1, X + 1)}
    figure = figures.curves({"measured": (X, X)}, bands=given, **AXES)
    (band,) = bands(figure)
    assert (band[:, 1].min(), band[:, 1].max()) == (-1, 5)


def test_a_reference_is_a_level_with_its_name():
    figure = figures.curves({"a": (X, X)}, references={"log 2": np.log(2)}, **AXES)
    levels = [line.get_ydata()[0] for line in figure.axes[0].get_lines()]
    assert np.log(2) in levels
    assert [text.get_text() for text in figure.axes[0].texts] == ["log 2"]


def test_nan_leaves_a_gap():
    y = np.where(X == 2, np.nan, X)
    assert figures.to_png(figures.curves({"a": (X, y)}, **AXES))


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        ({}, {}, "no curves"),
        ({"a": (X,)}, {}, "pair"),
        ({"a": (X, X[:3])}, {}, r"x of shape \(5,\) and y of \(3,\)"),
        ({"a": (X, X)}, {"spread": "sem"}, "no spread 'sem'"),
        ({"a": (X, X)}, {"colors": {"a": "reel"}}, "Did you mean 'real'"),
        ({"a": (X, X)}, {"colors": {"b": "real"}}, "colors name"),
        ({"a": (X, X)}, {"bands": {"b": (X, X)}}, "bands name"),
    ],
)
def test_bad_curves_are_refused(series, options, message):
    with pytest.raises(ValueError, match=message):
        figures.curves(series, **AXES, **options)


def test_a_grid_of_curves_has_one_panel_a_title_and_one_legend():
    panels = {name: {"exact": (X, X), "measured": (X, X)} for name in "abcd"}
    figure = figures.curve_grid(panels, references={"log 2": 0.69}, **AXES)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in shown] == list("abcd")
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["exact", "measured", "log 2"]


def test_a_grid_without_panels_is_refused():
    with pytest.raises(ValueError, match="no panels"):
        figures.curve_grid({}, **AXES)

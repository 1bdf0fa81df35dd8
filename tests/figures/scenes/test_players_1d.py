import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.quiver import Quiver

from utils import figures
from utils.figures.theme import COLORS

rng = np.random.default_rng(0)
REAL = rng.normal(1.5, 0.8, 300)
GENERATED = rng.normal(-1.2, 0.6, 100)


def sigmoid(x):
    return 1 / (1 + np.exp(-2 * x))


def gaussian(mean, std):
    return lambda x: np.exp(-0.5 * ((x - mean) / std) ** 2) / std / np.sqrt(2 * np.pi)


def line(figure, label):
    lines = figure.axes[0].get_lines()
    return next(each for each in lines if each.get_label() == label)


def quivers(figure):
    return [each for each in figure.axes[0].collections if isinstance(each, Quiver)]


def test_the_panel_is_a_figure_with_labels_title_and_legend():
    figure = figures.two_players_1d(REAL, GENERATED, sigmoid, title="A finding")
    ax = figure.axes[0]
    assert isinstance(figure, Figure)
    assert figure.get_suptitle() == "A finding"
    assert ax.get_xlabel() == "x"
    assert ax.get_ylabel() == "D(x), probability of real"
    texts = {text.get_text() for text in ax.get_legend().get_texts()}
    assert texts == {"real data, p(x)", "generated, q(x)", "D(x)"}


def test_the_curve_is_d_in_its_color():
    curve = line(figures.two_players_1d(REAL, GENERATED, sigmoid), "D(x)")
    x, y = curve.get_data()
    assert y == pytest.approx(sigmoid(x), abs=1e-6)
    assert curve.get_color() == COLORS["discriminator"]


def test_d_kept_on_a_grid_draws_the_same_curve():
    bounds = (-4, 5)
    kept = figures.evaluate_1d(sigmoid, bounds)
    one = figures.two_players_1d(REAL, GENERATED, kept, bounds=bounds)
    other = figures.two_players_1d(REAL, GENERATED, sigmoid, bounds=bounds)
    assert np.array_equal(line(one, "D(x)").get_data(), line(other, "D(x)").get_data())


def test_the_dashed_curve_is_the_best_discriminator():
    densities = gaussian(1.5, 0.8), gaussian(-1.2, 0.6)
    figure = figures.two_players_1d(REAL, GENERATED, sigmoid, densities=densities)
    x, y = line(figure, "best D, p / (p + q)").get_data()
    p, q = densities[0](x), densities[1](x)
    assert y == pytest.approx(p / (p + q), nan_ok=True)


def test_both_bumps_have_their_colors_and_one_scale():
    densities = gaussian(0.0, 1.0), gaussian(0.0, 2.0)
    figure = figures.two_players_1d(REAL, GENERATED, densities=densities)
    bumps = [c for c in figure.axes[0].collections if isinstance(c, PolyCollection)]
    bumps = [c for c in bumps if not isinstance(c, Quiver)]
    edges = [to_hex(bump.get_edgecolor()[0]) for bump in bumps]
    assert edges == [COLORS["real"].lower(), COLORS["generated"].lower()]
    heights = [bump.get_paths()[0].vertices[:, 1].max() for bump in bumps]
    assert heights[0] / heights[1] == pytest.approx(2.0, rel=1e-3)


def test_arrows_start_at_generated_points_and_have_the_given_length():
    arrows = np.linspace(-1, 1, len(GENERATED))
    figure = figures.two_players_1d(
        REAL, GENERATED, sigmoid, arrows=arrows, arrow_scale=0.5, max_arrows=1000
    )
    (quiver,) = quivers(figure)
    order = np.argsort(GENERATED)
    assert pytest.approx(GENERATED[order]) == quiver.X
    assert pytest.approx(0.5 * arrows[order]) == quiver.U
    assert not quiver.V.any()


def test_few_arrows_are_spread_from_the_first_point_to_the_last():
    figure = figures.two_players_1d(
        REAL, GENERATED, arrows=np.ones(len(GENERATED)), max_arrows=7
    )
    (quiver,) = quivers(figure)
    assert len(quiver.X) == 7
    assert quiver.X.min() == GENERATED.min()
    assert quiver.X.max() == GENERATED.max()


def test_the_legend_says_how_long_the_longest_arrow_is():
    arrows = np.full((len(GENERATED), 1), -2.5e-9)
    figure = figures.two_players_1d(REAL, GENERATED[:, None], arrows=arrows)
    assert line(figure, "where G moves (longest 2.5e-09)")


def test_arrows_of_zero_do_not_move():
    figure = figures.two_players_1d(REAL, GENERATED, arrows=np.zeros(len(GENERATED)))
    (quiver,) = quivers(figure)
    assert not quiver.U.any()


@pytest.mark.parametrize("std", [1e-3, 0.04, 0.4, 3.0, 500.0])
def test_the_density_axis_has_few_ticks_up_to_the_peak(std):
    densities = gaussian(0.0, std), gaussian(0.0, std)
    points = std * np.linspace(-2, 2, 30)
    figure = figures.two_players_1d(points, points, densities=densities)
    (axis,) = figure.axes[0].child_axes
    ticks = axis.get_yticks()
    assert 2 <= len(ticks) <= 6
    assert ticks[-1] <= 1.02 * densities[0](0.0)


def test_a_panel_draws_on_the_given_axes_without_a_legend():
    figure, ax = figures.new_figure()
    assert figures.two_players_1d(REAL, GENERATED, sigmoid, title="t", ax=ax) is figure
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "t"
    assert len(figure.axes) == 1


def test_every_generated_point_in_one_place_is_drawn():
    figure = figures.two_players_1d(REAL, np.zeros(20), sigmoid)
    assert figures.to_png(figure)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"real": np.zeros((3, 2))}, "real has shape"),
        ({"generated": [np.nan, 1.0]}, "generated: 1 of 2 are NaN"),
        ({"discriminator": lambda x: 10 * x}, "keras.ops.sigmoid"),
        ({"discriminator": [0.1, 0.2]}, "give bounds"),
        ({"discriminator": [0.1], "bounds": (0, 1)}, "at least two"),
        ({"arrows": [1.0]}, "1 vectors for 100 points"),
        ({"arrows": np.full(100, np.inf)}, "arrows: 100 of 100"),
        ({"arrows": np.ones(100), "arrow_scale": -1}, "arrow_scale was -1"),
        ({"bounds": (2, 1)}, "low < high"),
    ],
)
def test_bad_input_is_refused(options, message):
    given = {"real": REAL, "generated": GENERATED, "discriminator": sigmoid} | options
    with pytest.raises(ValueError, match=message):
        figures.two_players_1d(**given)


def test_the_second_kind_of_points_can_have_another_name():
    figure = figures.two_players_1d(REAL, GENERATED, name="negative samples")
    texts = {text.get_text() for text in figure.axes[0].get_legend().get_texts()}
    assert texts == {"real data, p(x)", "negative samples, q(x)"}

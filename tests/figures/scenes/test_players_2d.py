import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.quiver import Quiver

from utils import figures
from utils.figures.theme import COLORS, DIVERGING

rng = np.random.default_rng(0)
REAL = rng.normal(size=(60, 2))
GENERATED = rng.normal(size=(40, 2)) + 1.0


def slope(points):
    return 1 / (1 + np.exp(-points[:, :1]))


def labeled(figure, label):
    collections = figure.axes[0].collections
    return next(each for each in collections if each.get_label() == label)


def test_every_point_is_drawn_in_the_color_of_its_kind():
    figure = figures.two_players_2d(REAL, GENERATED)
    real, generated = labeled(figure, "real data"), labeled(figure, "generated")
    assert np.array_equal(real.get_offsets(), REAL)
    assert np.array_equal(generated.get_offsets(), GENERATED)
    assert to_hex(real.get_edgecolor()[0]) == COLORS["real"].lower()
    assert to_hex(generated.get_facecolor()[0]) == COLORS["generated"].lower()


def test_the_heat_map_is_d_with_the_origin_below():
    figure = figures.two_players_2d(REAL, GENERATED, slope, bounds=(-2, 2))
    (image,) = figure.axes[0].images
    values = np.asarray(image.get_array())
    assert image.get_cmap() is DIVERGING
    assert image.get_clim() == (0, 1)
    assert image.origin == "lower"
    assert values[0] == pytest.approx(1 / (1 + np.exp(-np.linspace(-2, 2, 96))))


def test_pixels_of_the_heat_map_are_centered_on_the_grid():
    values = np.full((3, 5), 0.5)
    figure = figures.two_players_2d(
        REAL, GENERATED, values, bounds=((0.0, 4.0), (0.0, 2.0))
    )
    (image,) = figure.axes[0].images
    assert image.get_extent() == [-0.5, 4.5, -0.5, 2.5]
    assert figure.axes[0].get_xlim() == (0, 4)


def test_arrows_are_the_given_vectors_on_the_generated_points():
    arrows = rng.normal(size=(40, 2))
    figure = figures.two_players_2d(
        REAL, GENERATED, slope, arrows=arrows, arrow_scale=0.3, max_arrows=25
    )
    collections = figure.axes[0].collections
    (quiver,) = [each for each in collections if isinstance(each, Quiver)]
    assert np.column_stack([quiver.X, quiver.Y]) == pytest.approx(GENERATED[:25])
    assert np.column_stack([quiver.U, quiver.V]) == pytest.approx(0.3 * arrows[:25])


def test_the_axes_are_labeled_and_equal_and_d_has_a_color_bar():
    figure = figures.two_players_2d(REAL, GENERATED, slope, title="A finding")
    ax, bar = figure.axes
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x₁", "x₂")
    assert ax.get_aspect() == 1
    assert bar.get_ylabel() == "D(x), probability of real"
    assert figure.get_suptitle() == "A finding"


def test_a_panel_on_given_axes_has_no_color_bar():
    figure, ax = figures.new_figure()
    figures.two_players_2d(REAL, GENERATED, slope, ax=ax)
    assert figure.axes == [ax]


def test_a_constant_d_has_no_line_at_one_half():
    figure = figures.two_players_2d(REAL, GENERATED, lambda p: np.full(len(p), 0.5))
    assert figures.to_png(figure)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"real": np.zeros(3)}, "real has shape"),
        ({"generated": np.zeros((3, 3))}, "generated has shape"),
        ({"discriminator": lambda p: p[:, 0] * 9}, "keras.ops.sigmoid"),
        ({"discriminator": np.full((4, 4), 0.5)}, "give bounds"),
        ({"discriminator": np.full(4, 0.5), "bounds": (0, 1)}, "at least 2 by 2"),
        ({"arrows": np.ones((39, 2))}, "39 vectors for 40"),
        ({"arrows": np.ones(40)}, "arrows has shape"),
        ({"bounds": (1, -1)}, "low < high"),
    ],
)
def test_bad_input_is_refused(options, message):
    given = {"real": REAL, "generated": GENERATED, "discriminator": slope} | options
    with pytest.raises(ValueError, match=message):
        figures.two_players_2d(**given)


def test_the_second_kind_of_points_can_have_another_name():
    figure = figures.two_players_2d(REAL, GENERATED, name="negative samples")
    assert np.array_equal(labeled(figure, "negative samples").get_offsets(), GENERATED)

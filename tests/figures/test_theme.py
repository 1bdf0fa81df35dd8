import io

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from IPython.core.pylabtools import print_figure
from matplotlib.colors import to_rgb
from PIL import Image

from utils import figures
from utils.figures.theme import COLORS, DIVERGING, SERIES, color, contrast, edge, mix


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
    with pytest.raises(ValueError, match=r"Did you mean 'generated'.*discriminator"):
        color("generatd")


def test_mixing_with_white_ends_at_white():
    assert mix("#000000", 1.0) == (1, 1, 1)
    assert mix("#102030", 0.0) == pytest.approx(to_rgb("#102030"))


@pytest.mark.parametrize("shade", [*COLORS.values(), *SERIES])
def test_every_color_or_its_edge_is_seen_on_white(shade):
    assert contrast(edge(shade)) >= 3
    assert contrast(edge(shade, 4.5)) >= 4.5
    if contrast(shade) >= 3:
        assert edge(shade) == shade


def test_contrast_is_that_of_the_guidelines():
    assert [contrast(c) for c in ("white", "black")] == pytest.approx([1, 21])
    assert contrast("#777777") == pytest.approx(4.48, abs=0.005)


def drawings_in_yellow():
    line = {"anchor": ([0, 1], [0, 1])}
    yield figures.curves(line, xlabel="x", ylabel="y"), [[0.5, 0.5]]
    yield figures.histograms({"anchor": [0, 1]}, xlabel="x", bins=2), [[0.25, 0.5]]
    yield figures.bars({"a": 1.0}, ylabel="y", colors="anchor"), [[0, 1]]


def test_a_pale_color_has_a_dark_edge_wherever_it_is_drawn():
    for figure, places in drawings_in_yellow():
        shown = pixels(figures.to_png(figure)) / 255
        (x, y), *_ = figure.axes[0].transData.transform(places)
        near = shown[::-1][round(y) - 4 : round(y) + 5, round(x) - 4 : round(x) + 5]
        assert max(contrast(pixel) for pixel in near.reshape(-1, 3)) > 2.5


def test_the_heat_map_is_orange_at_zero_white_at_half_and_blue_at_one():
    low, middle, high = DIVERGING([0.0, 0.5, 1.0])
    assert low[0] > low[2]
    assert high[2] > high[0]
    assert middle[:3] == pytest.approx(1.0, abs=0.01)


def test_both_ends_of_the_heat_map_are_equally_dark():
    gray = DIVERGING([0.0, 1.0])[:, :3] @ np.array([0.299, 0.587, 0.114])
    assert gray[0] == pytest.approx(gray[1], abs=0.12)


GRAY = np.linspace(-1, 1, 64).reshape(1, 8, 8, 1)
LINE = {"exact": ([0, 1], [0, 1]), "measured": ([0, 1], [1, 0])}
DRAWINGS = {
    "pictures": lambda: figures.image_grid(GRAY, labels=["dark above"], title="A"),
    "curves": lambda: figures.curves(LINE, xlabel="x", ylabel="y_1", title="100 % & A"),
    "bars": lambda: figures.bars({"a_b": 1}, ylabel="#", references={"top": 2}),
    "heat map": lambda: figures.two_players_2d(
        np.eye(2), np.zeros((3, 2)), lambda x: x[:, 0] * 0 + 0.2
    ),
    "strip": lambda: figures.filmstrip(
        [[1, 2]] * 5, lambda ax, frame: ax.plot(frame), list("abcde")
    ),
}
READERS = {
    "upside down": {"image.origin": "lower"},
    "dark": matplotlib.style.library["dark_background"],
    "black when saved": {"savefig.facecolor": "black", "savefig.transparent": True},
    "LaTeX": {"text.usetex": True},
    "large when saved": {"savefig.dpi": 300, "savefig.bbox": "tight"},
    "laid out": {"figure.autolayout": True, "figure.constrained_layout.use": False},
    "other colors": {"image.cmap": "jet", "image.interpolation": "bilinear"},
    "large": {"font.size": 30, "lines.linewidth": 9, "figure.dpi": 200},
    "ggplot": matplotlib.style.library["ggplot"],
}


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.fixture(scope="module")
def plain():
    return {name: figures.to_png(draw()) for name, draw in DRAWINGS.items()}


@pytest.mark.parametrize("reader", READERS)
def test_no_setting_of_a_reader_changes_a_figure(plain, reader):
    with matplotlib.rc_context(READERS[reader]):
        before = dict(matplotlib.rcParams)
        for name, draw in DRAWINGS.items():
            assert figures.to_png(draw()) == plain[name], name
        assert dict(matplotlib.rcParams) == before


def test_the_first_row_of_a_picture_stands_above_and_minus_one_is_black():
    with matplotlib.rc_context(READERS["upside down"]):
        shown = pixels(figures.to_png(figures.image_grid(GRAY, image_size=2)))
    height, width = shown.shape[:2]
    centers = [shown[int((row + 0.5) / 8 * height), width // 2, 0] for row in range(8)]
    assert centers == sorted(centers)
    assert (shown[height // 10, width // 10] == 0).all()
    assert shown[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("reader", ["dark", "LaTeX"])
def test_a_notebook_that_has_loaded_pyplot_draws_it_alike(reader):
    draw = DRAWINGS["curves"]
    expected = print_figure(draw(), bbox_inches=None)
    with matplotlib.rc_context(READERS[reader]):
        assert print_figure(draw(), bbox_inches=None) == expected


def test_an_animation_is_drawn_alike_too():
    def film():
        return figures.animate([1, 2], lambda ax, k: ax.plot([0, k]), size=(2, 2)).data

    expected = film()
    with matplotlib.rc_context(READERS["dark"]):
        assert film() == expected


def test_colors_cannot_be_changed():
    with pytest.raises(TypeError):
        figures.COLORS["real"] = "red"

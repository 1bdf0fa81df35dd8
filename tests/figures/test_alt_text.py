"""Each figure tells a reader who cannot see it what it shows: all of them are read."""

import inspect

import numpy as np
import pytest
from matplotlib.figure import Figure

from utils import figures
from utils.figures.alt_text import describe

X = np.linspace(0, 2, 5)
LINES = {"exact": (X, 4 - X**2), "measured": (X, [4, 3, -1.5, 1, 0])}
AXES = {"xlabel": "step", "ylabel": "loss (nats)"}
POINTS = np.array([[0.0, 1.0], [2.0, -1.0], [1.0, 0.5]])
GRAY = np.full((6, 4, 5, 1), 0.5)
PARABOLA = "exact from 4 at 0 to 0 at 2"


def probability(x):
    return 1 / (1 + np.exp(-x[:, 0]))


# What to draw, and what must be told of it beside the title.
CASES = {
    "animate": (
        ([1, 3], lambda ax, k: ax.plot([0, k]), ["a", "b"]),
        ["An animation of 2 moments", "a line from 0 at 0 to 3 at 1"],
    ),
    "bars": (
        ({"GAN": [1, 2], "VAE": 4},),
        ["Vertical: modes (of 8)", "GAN 1.5; VAE 4", "all at 8"],
        {"ylabel": "modes (of 8)", "references": {"all": 8}},
    ),
    "best_of_n": (
        ({"GAN": [0.9, 0.4, 0.05], "VAE": [0.5, 0.3, 0.2]},),
        ["Vertical: JS (nats), logarithmic", "GAN from 0.9 at 1 to 0.05 at 3"],
        {"ylabel": "JS (nats)"},
    ),
    "codes_2d": (
        (POINTS, ["0", "1", "0"]),
        ["first number of the code", "written in it: 0, 1."],
    ),
    "curve_grid": (
        ({"a": LINES, "b": LINES},),
        ["2 panels: a, b.", f"In a: {PARABOLA}", f"In b: {PARABOLA}"],
        AXES,
    ),
    "curves": (
        (LINES,),
        [
            "Horizontal: step. Vertical: loss (nats).",
            PARABOLA,
            "measured from 4 at 0 to 0 at 2, lowest −1.5 at 1",
            "log 2 at 0.693",
        ],
        AXES | {"references": {"log 2": 0.6931}},
    ),
    "fields_on_picture": (
        (GRAY[0], {"small": ((0, 2), (1, 3))}),
        ["small: 2×2", "rows 0 to 2, columns 1 to 3"],
    ),
    "filmstrip": (
        ([1, 2, 3, 4], lambda ax, k: ax.plot([0, k]), list("abcd")),
        [
            "4 panels: a, b, c, d",
            "In a: a line from 0",
            "In d: a line from 0 at 0 to 4",
        ],
    ),
    "histograms": (
        ({"real": [0, 0, 0, 1]},),
        ["Vertical: share of the samples", "real has its highest bar, 0.75, at 0.25"],
        {"xlabel": "D(x)", "bins": 2},
    ),
    "image_filmstrip": (
        ([GRAY, GRAY], ["early", "late"]),
        ["early, late", "6 gray images, 4 in a row, 4 by 5 pixels, 75% of white"],
    ),
    "image_grid": ((GRAY, 3), ["6 gray images, 3 in a row, 4 by 5 pixels, 75% of"]),
    "image_rows": (({"real": GRAY, "near": GRAY},), ["In near: 6 gray images"]),
    "maximum": ((X, {"one": X, "two": 2 - X}), ["one from 0 at 0 to 2 at 2"]),
    "modes_2d": (
        (POINTS, POINTS[:2], [0, 1, 0], POINTS * [1, 0]),
        ["2 of 2 modes found", "high quality, 3 points", "(σ)"],
    ),
    "patch_sheet": (({"unit 7": GRAY},), ["unit 7", "6 gray images, 3 in a row"]),
    "picture_map": ((POINTS, GRAY[:3]), ["3 pictures"]),
    "signals": (
        ({"loud": X},),
        ["time (seconds)", "a line from 0 at 0 to 2 at 2"],
        {"rate": 2},
    ),
    "strips": (
        ({"GAN": [0.05, np.nan, 0.4, 0.9], "VAE": [0.5, 0.3, 0.1, 0.2]},),
        [
            "GAN: 3 from 0.05 to 0.9, in the middle 0.4",
            "VAE: 4 from 0.1 to 0.5, in the middle 0.25",
            "GAN again: 2 from 0.06 to 0.08",
            "real data at 0.04",
        ],
        {"xlabel": "JS (nats)", "floor": 0.04, "again": {"GAN": [0.06, 0.08]}},
    ),
    "surface": (
        (X, X, np.add.outer(X, X)),
        ["Colors: height (m)", "the top at (2, 2)"],
        AXES | {"values_label": "height (m)", "places": {"the top": (2, 2)}},
    ),
    "two_players_1d": (
        (X, -X, probability),
        [
            "D(x), probability of real",
            "D(x) from 0.0691 at −2.6",
            "5 of 5 arrows point right",
        ],
        {"arrows": X + 1},
    ),
    "two_players_2d": (
        (POINTS, POINTS + 1, probability),
        [
            "real data, 3 points within 0 to 2 across and −1 to 1 up",
            "3 arrows",
            "D from",
        ],
        {"arrows": POINTS},
    ),
    "volumes": (({"cube": np.ones((2, 2, 2))},), ["cube above 0.5, 8 points in space"]),
}
DRAWING = [
    name
    for name in figures.__all__
    if inspect.isfunction(function := getattr(figures, name))
    and "title" in inspect.signature(function).parameters
]


def drawn(name, **options):
    arguments, _, *more = CASES[name]
    given = (more[0] if more else {}) | {"title": "The finding $x_1$"} | options
    return getattr(figures, name)(*arguments, **given)


@pytest.mark.parametrize("name", DRAWING)
def test_a_figure_tells_its_finding_axes_series_and_values(name):
    figure = drawn(name)
    text = describe(figure) if isinstance(figure, Figure) else figure.alt
    assert "The finding x_1." in text
    for part in CASES[name][1]:
        assert part in text, text


@pytest.mark.parametrize("name", ["animate", "curves"])
def test_whoever_draws_may_say_it_in_other_words(name):
    assert drawn(name, alt="Other words").alt == "Other words"


def test_many_panels_and_series_are_counted_not_told():
    one = {f"run {i}": (X, X + i) for i in range(20)}
    text = describe(figures.curve_grid(dict.fromkeys("abcdefghijkl", one), **AXES))
    assert "12 panels: a, b, c, d, e, f, g, h and 4 more." in text
    assert "In a: " in text
    assert "In l: " in text
    assert "In b: " not in text
    assert "run 7 from 7 at 0 to 9 at 2; and 12 more" in text


def test_a_figure_of_ones_own_is_told_too():
    figure, ax = figures.new_figure()
    ax.axhline(0.5, label="chance")
    ax.plot([0, 1, 0], [0, 1, 2], label="a way")
    ax.set(xlabel="x (m)", xscale="log", title="Own")
    told = "chance at 0.5; a way within 0 to 1 across and 0 to 2 up."
    assert describe(figure) == f"Own. Horizontal: x (m), logarithmic. {told}"


def test_a_gap_in_a_line_is_no_value():
    text = describe(figures.curves({"a": (X, [np.nan, 1, 2, 3, np.nan])}, **AXES))
    assert "a from 1 at 0.5 to 3 at 1.5" in text


def test_what_was_found_nowhere_and_what_has_names_for_numbers_is_told():
    """An untrained network marks nothing; a learner's own axis may bear words."""
    figure, ax = figures.new_figure()
    ax.fill_between([0, 1], 0, 1, where=[False, False], label="found")
    ax.plot(["cat", "dog"], [2, 3], label="weight")
    text = describe(figure)
    assert "found is nowhere" in text
    assert "weight from 2 at 0 to 3 at 1" in text

"""Nothing a figure says is cut off at its edges."""

import numpy as np
import pytest

from utils import figures

rng = np.random.default_rng(0)
TITLE = "The finding is a whole sentence, long enough to fill more than one line of it"
LINE = rng.normal(size=100)
PLANE = rng.normal(size=(100, 2))
X = np.arange(5.0)
SERIES = {"exact": (X, X), "measured": (X, X + 1), "a long name of a loss": (X, X)}
IMAGES = rng.uniform(-1, 1, (20, 8, 8, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x[:, 0]))


MAKERS = {
    "on a line": lambda title: figures.two_players_1d(
        LINE, LINE, sigmoid, arrows=LINE, title=title
    ),
    "in the plane": lambda title: figures.two_players_2d(
        PLANE, PLANE, sigmoid, arrows=PLANE, title=title
    ),
    "filmstrip": lambda title: figures.filmstrip(
        [LINE] * 6,
        lambda ax, frame: figures.two_players_1d(frame, frame, ax=ax),
        ["step 1000"] * 6,
        title=title,
    ),
    "modes": lambda title: figures.modes_2d(
        PLANE, PLANE[:4], np.arange(100) % 4, 3 * PLANE, title=title
    ),
    "curves": lambda title: figures.curves(
        SERIES, xlabel="step", ylabel="loss (nats)", title=title
    ),
    "small curves": lambda title: figures.curve_grid(
        dict.fromkeys("abcd", SERIES), xlabel="step", ylabel="loss", title=title
    ),
    "bars": lambda title: figures.bars(
        {"none": [1, 2], "penalty": [3, 4]}, ylabel="modes", title=title
    ),
    "images": lambda title: figures.image_grid(IMAGES, labels=range(20), title=title),
    "rows": lambda title: figures.image_rows(
        {"generated": IMAGES[:10], "nearest real": IMAGES[10:]}, title=title
    ),
    "image filmstrip": lambda title: figures.image_filmstrip(
        [IMAGES[:16]] * 3, ["a", "b", "c"], title=title
    ),
}


@pytest.mark.parametrize("title", [TITLE, None], ids=["titled", "untitled"])
@pytest.mark.parametrize("kind", MAKERS)
def test_everything_is_inside(kind, title):
    figure = MAKERS[kind](title)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    slack = 0.03
    assert box.x0 >= -slack
    assert box.y0 >= -slack
    assert box.x1 <= width + slack
    assert box.y1 <= height + slack

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from utils import figures
from utils.figures.theme import COLORS

SCORES = {"VAE": [0.3, 0.2, np.nan], "flow": [0.1, 5.0, 0.4]}


def test_strips_show_every_run_the_best_family_on_top_and_count_failures():
    figure = figures.strips(SCORES, xlabel="JS", floor=0.01, again={"VAE": [0.25]})
    [ax] = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "VAE (1 failed)",
        "flow",
    ]
    runs = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"][:2]
    assert [list(each) for each in runs] == [[0.2, 0.3], [0.1, 0.4, 5.0]]
    assert len(ax.get_legend().get_texts()) == 4
    drawn = [line.get_color() for line in ax.lines if line.get_marker() in ("o", "D")]
    shown = [line.get_color() for line in ax.get_legend().get_lines()]
    assert to_rgb(shown[0]) == to_rgb(drawn[0])
    assert to_rgb(shown[2]) == to_rgb(COLORS["measured"])


@pytest.mark.parametrize("scores", [{}, {"VAE": [np.nan]}])
def test_a_family_without_a_score_is_refused(scores):
    with pytest.raises(ValueError, match="without any score"):
        figures.strips(scores, xlabel="JS")


def test_the_best_of_n_names_six_families_and_draws_all():
    curves = {f"family {k}": [1.0 + k, np.inf, 0.5 + k] for k in range(8)}
    [ax] = figures.best_of_n(curves, ylabel="JS").axes
    assert len(ax.lines) == 8
    assert len(ax.get_legend().get_texts()) == 6

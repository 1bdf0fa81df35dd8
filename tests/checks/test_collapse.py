"""Trainings that collapse, are mended, or neither, told apart by exercise 3.5."""

import keras
import numpy as np
import pytest
from answer_tables import stub

from utils.checks import ExerciseError, lesson03
from utils.checks.collapse import outcome_of
from utils.data.mixtures import ring
from utils.models.game import Game
from utils.networks.mlp import mlp


class Made(Game):
    """A game whose samples are given, so that nothing has to be trained."""

    def __init__(self, points, steps=1_000):
        super().__init__(mlp(2, 2, (4,)), mlp(2, 1, (4,)))
        self.points = np.asarray(points, "float32")
        if steps:
            self.compile("sgd", "sgd")
            self.optimizer["generator"].iterations.assign(steps)

    def sample(self, n, seed=0):
        return self.points[:n]


def on_modes(count, n=2500):
    """Samples that are spread evenly over the first modes of the ring."""
    noise = np.random.default_rng(0).normal(scale=0.01, size=(n, 2))
    return ring().means[np.arange(n) % count] + noise


def disk(scale, n=2500):
    return np.random.default_rng(0).normal(scale=scale, size=(n, 2))


def beside_a_mode(n=2500):
    return ring().means[[2]] + [0.05, 0.1] + disk(0.01, n)


def a_gan(points, **kwargs):
    return lambda: Made(points, **kwargs)


@pytest.mark.parametrize(
    ("collapsing", "mended", "modes"),
    [
        (on_modes(1), on_modes(8), "1 of 8 modes before, 8 after"),
        (on_modes(2), on_modes(7), "2 of 8 modes before, 7 after"),
        (beside_a_mode(), on_modes(8), "0 of 8 modes before, 8 after"),
        (disk(0.1), on_modes(8), "0 of 8 modes before, 8 after"),
        (on_modes(1), np.r_[on_modes(8, 250), disk(0.7, 2250)], "8 after"),
    ],
)
def test_collapse_and_cure_pass(capsys, collapsing, mended, modes):
    lesson03.collapse_and_mend(a_gan(collapsing), a_gan(mended))
    line = capsys.readouterr().out
    assert line.startswith("✓ Exercise 3.5 passed")
    assert modes in line


def test_collapse_and_cure_go_by_name(capsys):
    lesson03.collapse_and_mend(mended=a_gan(on_modes(8)), collapsing=a_gan(on_modes(1)))
    assert capsys.readouterr().out.startswith("✓")


def test_one_gan_trained_on_is_judged_before_and_after(capsys):
    gan = Made(on_modes(1))

    def mended():
        gan.points = on_modes(8)
        return gan

    lesson03.collapse_and_mend(lambda: gan, mended)
    assert "1 of 8 modes before, 8 after" in capsys.readouterr().out


COLLAPSED, MENDED = a_gan(on_modes(1)), a_gan(on_modes(8))


@pytest.mark.parametrize(
    ("collapsing", "mended", "message"),
    [
        (MENDED, COLLAPSED, "the two have changed places"),
        (COLLAPSED, COLLAPSED, "`mended` is still collapsed: it reaches 1 of 8 modes"),
        (MENDED, MENDED, "`collapsing` does not collapse: it reaches 8 of 8 modes"),
        (a_gan(on_modes(4)), MENDED, "collapses only in part: it reaches 4 of 8"),
        (COLLAPSED, a_gan(on_modes(6)), "not quite mended: it reaches 6 of 8.*r1"),
        (a_gan(disk(0.1), steps=5), MENDED, "reaches 0 of 8.*trained too briefly"),
        (a_gan(disk(0.7)), MENDED, r"`collapsing` reaches \d of 8.*neither collapse"),
        (a_gan(disk(0.1), steps=0), MENDED, "never trained: `compile` it"),
        (COLLAPSED, a_gan(disk(0.1)), "`mended` is still collapsed: it reaches 0 of 8"),
        (COLLAPSED, a_gan(disk(0.7)), r"`mended` reaches \d of 8.*beside the ring"),
        (lambda: None, MENDED, "`collapsing` returns None.*`return gan`"),
        (
            COLLAPSED,
            lambda: on_modes(8),
            "`mended` returns an array.*draws the samples",
        ),
        (COLLAPSED, lambda: (Made(on_modes(8)), {}), "returns a tuple of 2"),
        (
            lambda: keras.callbacks.History(),
            MENDED,
            "returns a History.*what `fit` ret",
        ),
        (lambda: Made, MENDED, "returns the class Made"),
        (a_gan(np.full((2500, 2), np.nan)), MENDED, "2500 of 2500 samples.*diverged"),
        (a_gan(np.ones((2500, 64))), MENDED, r"samples of shape \(64,\)"),
        (
            Made(on_modes(1)),
            MENDED,
            "given a Made for `collapsing`, but needs the function",
        ),
        (stub, MENDED, "○ Exercise 3.5 is not attempted yet"),
        (COLLAPSED, stub, "○ Exercise 3.5 is not attempted yet"),
    ],
)
def test_what_is_no_collapse_or_no_cure_is_named(collapsing, mended, message):
    with pytest.raises(ExerciseError, match=message):
        lesson03.collapse_and_mend(collapsing, mended)


def test_at_quick_finite_samples_pass_and_the_verdict_is_left_open(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    lesson03.collapse_and_mend(a_gan(disk(0.1)), a_gan(disk(0.1)))
    line = capsys.readouterr().out
    assert line.startswith("✓ Exercise 3.5 passed")
    assert "needs laptop" in line


def test_at_quick_a_gan_is_still_asked_for(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "quick")
    with pytest.raises(ExerciseError, match="returns None"):
        lesson03.collapse_and_mend(lambda: None, MENDED)


@pytest.mark.parametrize("points", [beside_a_mode(), disk(0.1)])
def test_a_huddle_off_the_modes_is_a_collapse_if_a_training_led_there(points):
    assert outcome_of(points, steps=1_000).collapsed
    assert not outcome_of(points, steps=10).collapsed


def test_points_all_over_the_ring_are_no_collapse():
    outcome = outcome_of(disk(0.7), steps=1_000)
    assert (outcome.collapsed, outcome.scattered) == (False, True)

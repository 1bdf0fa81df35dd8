import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from utils.experiments.families import FAMILIES, check_settings
from utils.experiments.jury import WITHIN, floor, js_of_shares, judge
from utils.experiments.league import best_trials, league_trials, play
from utils.experiments.targets import load_target
from utils.experiments.trial import Trial

GRID = load_target("grid")
SHORT = {"budget": 1.0, "steps": 32}


def trial_of(family, target="grid", **more):
    [trial] = league_trials(target, 1, 1.0, [family], steps=32)
    return Trial(**{**vars(trial), **more})


def test_there_are_eleven_families_of_points_and_twelve_of_small_pictures():
    assert len(league_trials("mnist", 1, 1.0)) == 11
    assert len(league_trials("grid", 2, 1.0)) == 2 * 11
    assert len(league_trials("digits", 3, 1.0)) == 3 * 12


@pytest.mark.parametrize("target", ["grid", "digits"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_draws_what_the_jury_scores(family, target):
    one, data = FAMILIES[family], load_target(target)
    if one.space(target) is None:
        pytest.skip(f"{family} does not learn {target}")
    trial = trial_of(family, target)
    drawn = one.draw(one.build(data, trial.settings), data, 4, 0)
    assert drawn.shape == (4, *data.shape)
    assert np.isfinite(drawn).all()
    assert len(one.examples(data, data.training)) == len(data.training)


def test_a_trial_of_so_many_steps_is_the_same_again():
    trial = trial_of("VAE")
    assert play(trial) == play(trial)
    assert play(trial)["steps"] == 32


def test_a_final_trial_has_other_judges_and_the_exact_likelihood():
    trial = trial_of("maximum likelihood", final=True)
    scores = play(trial)
    truth = GRID.mixture.log_density(GRID.final.examples).mean()
    assert scores["nats"] < truth + 0.2
    assert scores["js"] != play(trial_of("maximum likelihood"))["js"]


def test_samples_of_the_truth_score_as_the_floor():
    scores = judge(GRID.mixture.sample(1_500, 77), GRID, GRID.choosing)
    assert scores["js"] < 0.01
    assert scores["modes"] == 25
    assert scores["nearest"] == pytest.approx(1, abs=0.1)
    assert floor(GRID, GRID.choosing)["frechet"] < 0.01


def test_copies_of_the_training_examples_have_no_distance_to_them():
    scores = judge(GRID.training[:1_500], GRID, GRID.choosing)
    assert scores["nearest"] == 0


def test_the_js_of_shares_is_that_of_scipy():
    mixture = GRID.mixture
    points = np.concatenate([mixture.means[:5], np.full((15, 2), 50.0)])
    shares = np.array([0.05] * 5 + [0.0] * 20 + [0.75])
    truth = np.append(np.full(25, WITHIN / 25), 1 - WITHIN)
    assert js_of_shares(points, mixture) == pytest.approx(
        jensenshannon(shares, truth) ** 2
    )


def test_choosing_judging_and_training_examples_of_digits_are_apart():
    data = load_target("digits")
    parts = data.training, data.choosing.examples, data.final.examples
    assert list(map(len, parts)) == [1077, 360, 360]
    flat = np.concatenate([part.reshape(len(part), -1) for part in parts])
    assert len(np.unique(flat, axis=0)) == 1797


def test_the_best_setting_of_each_family_is_tried_again():
    rows = [
        {
            "trial": {**vars(trial_of("VAE")), "number": number},
            "scores": scores,
        }
        for number, scores in enumerate([{"js": 0.3}, {"js": 0.1}, None, {"js": 0.2}])
    ]
    again = best_trials(rows, (7, 8))
    assert [(one.number, one.seed, one.final) for one in again] == [
        (1, 7, True),
        (1, 8, True),
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: league_trials("grids", 1, 1.0), "Did you mean 'grid'"),
        (lambda: league_trials("grid", 0, 1.0), "at least 1"),
        (lambda: league_trials("grid", 1, 0.0), "budget was 0.0"),
        (lambda: league_trials("grid", 1, 1.0, ["GAN"]), "There is no family 'GAN'"),
        (
            lambda: league_trials("grid", 1, 1.0, ["autoregressive"]),
            "'autoregressive' does not learn 'grid'",
        ),
        (
            lambda: check_settings("VAE", "grid", {"learningrate": 1}),
            "no setting of 'VAE' 'learningrate'. Did you mean 'learning_rate'",
        ),
        (
            lambda: check_settings("VAE", "grid", {"width": 32}),
            "no value for batch, learning_rate",
        ),
        (
            lambda: judge(np.full((1_500, 2), np.nan), GRID, GRID.choosing),
            "may have diverged",
        ),
        (lambda: judge(GRID.training, GRID, GRID.choosing), "draw as many"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()

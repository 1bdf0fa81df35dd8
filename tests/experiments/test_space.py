import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from utils.experiments.space import Choice, Integers, LogUniform, draw_settings

SPACE = {
    "learning_rate": LogUniform(1e-4, 1e-2),
    "width": Choice((16, 32, 48)),
    "layers": Integers(1, 4),
}


def drawn(setting, n=2_000):
    return [draw_settings(SPACE, "VAE", k)[setting] for k in range(n)]


def test_the_logarithm_of_a_log_uniform_number_is_uniform():
    logs = np.log10(drawn("learning_rate"))
    assert stats.kstest(logs, stats.uniform(-4, 2).cdf).pvalue > 0.01


@pytest.mark.parametrize(
    ("setting", "values"), [("width", [16, 32, 48]), ("layers", [1, 2, 3, 4])]
)
def test_each_value_comes_as_often(setting, values):
    found, counts = np.unique(drawn(setting), return_counts=True)
    assert found.tolist() == values
    assert stats.chisquare(counts).pvalue > 0.01


def test_trial_7_is_what_it_is_everywhere_and_for_good():
    assert draw_settings(SPACE, "VAE", 7) == {
        "layers": 2,
        "learning_rate": 0.002598,
        "width": 16,
    }
    program = (
        "from utils.experiments.space import *\n"
        "space = {'width': Choice((16, 32, 48)), 'layers': Integers(1, 4)}\n"
        "print(draw_settings(space, 'VAE', 7))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    alone = draw_settings(SPACE, "VAE", 7)
    assert said.strip() == repr({k: alone[k] for k in ("layers", "width")})


def test_another_setting_changes_none_of_the_others():
    more = draw_settings(SPACE | {"a": Integers(0, 9)}, "VAE", 3)
    assert more | draw_settings(SPACE, "VAE", 3) == more


def test_seed_number_and_name_each_make_another_draw():
    rates = {
        draw_settings(SPACE, name, number, seed)["learning_rate"]
        for name in ("VAE", "GAN")
        for number in range(3)
        for seed in range(3)
    }
    assert len(rates) == 18


def test_a_log_uniform_number_is_whole_in_four_digits():
    assert all(float(f"{rate:.4g}") == rate for rate in drawn("learning_rate", 50))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: draw_settings({}, "VAE", 0), "space of 'VAE' is empty"),
        (lambda: LogUniform(0, 1), "Zero has no logarithm"),
        (lambda: LogUniform(1, 1), "high was 1, but must be a finite number above 1"),
        (lambda: LogUniform(1, math.inf), "high was inf"),
        (lambda: Integers(3, 2), "high was 2, but must be an integer of at least 3"),
        (lambda: Integers(0.5, 2), "low was 0.5"),
        (lambda: Choice(()), "A choice of nothing"),
    ],
)
def test_a_space_that_is_none_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()

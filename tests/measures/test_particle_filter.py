"""A filter of guesses, against sums and integrals that need none."""

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import multivariate_normal, norm

from utils.data import sounds
from utils.measures.linear_prediction import quantized_floor
from utils.measures.mu_law import edges, encode
from utils.measures.particle_filter import rounded_nats


def test_the_first_level_costs_its_share_of_the_stationary_law():
    source = sounds.resonance(400, 0.9).scaled_to(0.2)
    symbols = np.arange(16)[:, None]
    ends = np.concatenate([[-np.inf], edges(16), [np.inf]])
    # The past is drawn, so its mean over guesses is near the law, not equal to it.
    inner = slice(3, 13)
    expected = -np.log(np.diff(norm.cdf(ends / 0.2)))
    found = rounded_nats(source, symbols, 16, particles=20_000)[:, 0]
    assert found[inner] == pytest.approx(expected[inner], abs=0.05)


def test_two_levels_cost_what_the_double_integral_says():
    source = sounds.Ringing(np.array([0.9]), innovation=0.1)
    variance = source.autocovariance(2)
    both = multivariate_normal(cov=[variance[[0, 1]], variance[[1, 0]]])
    ends, symbols = edges(8), np.array([[4, 5]])
    chance, _ = dblquad(
        lambda y, x: both.pdf([x, y]), ends[3], ends[4], ends[4], ends[5]
    )
    found = rounded_nats(source, symbols, 8, particles=40_000).sum()
    assert found == pytest.approx(-np.log(chance), abs=0.03)


def test_fine_levels_cost_what_the_unrounded_past_says_and_coarse_ones_more():
    source = sounds.whispered_vowel("oo")
    x = source.sample(16, 300, seed=0).clip(-1, 1)
    more = {}
    for levels in (64, 4096):
        nats = rounded_nats(source, encode(x, levels), levels, particles=300)
        floor = quantized_floor(source.innovation, 0.2, levels)
        more[levels] = nats[:, 64:].mean() - floor
    assert 0.4 < more[64] < 0.65
    assert abs(more[4096]) < 0.1


def test_guesses_far_outside_the_level_do_not_overflow():
    source = sounds.Ringing(np.array([0.5]), innovation=0.01)
    for loud in (63, 0):
        nats = rounded_nats(source, np.array([[32, loud]]), 64, particles=50)
        assert np.isfinite(nats).all()
        assert nats[0, 1] > 100


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        (np.zeros(5, int), "The symbols"),
        (np.full((1, 3), 64), "from 64 to 64"),
        (np.zeros((1, 3)), "must be integers"),
    ],
)
def test_what_cannot_be_is_refused(symbols, message):
    with pytest.raises(ValueError, match=message):
        rounded_nats(sounds.whispered_vowel(), symbols, 64)

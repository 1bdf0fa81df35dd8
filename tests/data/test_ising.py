"""Listed pictures against closed forms."""

import itertools
import math

import numpy as np
import pytest

from utils.data.ising import (
    all_pictures,
    ising,
    shifted_rows,
    shifted_rows_entropy,
)
from utils.measures.entropy import context_floor, entropy


def test_every_picture_is_listed_once():
    pictures = all_pictures(2, 3).reshape(-1, 6)
    assert sorted(map(tuple, pictures.tolist())) == list(
        itertools.product((0, 1), repeat=6)
    )


def test_two_spins_agree_with_the_closed_form():
    pair = ising(1, 2, coupling=0.7)
    agree = pair.pictures[:, 0, 0] == pair.pictures[:, 0, 1]
    expected = math.exp(0.7) / (math.exp(0.7) + math.exp(-0.7))
    assert pair.probabilities[agree].sum() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("side", "coupling", "expected"),
    [(3, 0.4406868, 4.818130), (4, 0.3, 9.841383), (4, 0.4406868, 8.048059)],
)
def test_the_entropy_of_isings_magnet(side, coupling, expected):
    magnet = ising(side, side, coupling)
    assert entropy(magnet.probabilities) == pytest.approx(expected, abs=2e-6)


def test_the_torus_of_0_44_has_the_entropy_of_the_prototype():
    magnet = ising(coupling=0.44, torus=True)
    assert entropy(magnet.probabilities) == pytest.approx(4.5023, abs=5e-5)


def test_samples_follow_the_probabilities():
    magnet = ising(2, 2, 0.5)
    drawn = magnet.sample(20_000, seed=0).reshape(-1, 4) @ (1, 2, 4, 8)
    shares = np.bincount(drawn, minlength=16) / 20_000
    assert shares == pytest.approx(magnet.probabilities, abs=0.015)


@pytest.mark.parametrize("order_seed", [0, 1, 2])
def test_the_chain_rule_gives_the_entropy_in_any_order(order_seed):
    magnet = ising(3, 3)
    order = np.random.default_rng(order_seed).permutation(9)
    contexts = [order[: list(order).index(i)].tolist() for i in range(9)]
    flat = magnet.pictures.reshape(-1, 9)
    floor = context_floor(flat, magnet.probabilities, contexts)
    assert floor == pytest.approx(entropy(magnet.probabilities), abs=1e-12)


def test_rows_are_copied_from_two_columns_further_right():
    pictures = shifted_rows(4000, flip=0.05, seed=0)
    copied = pictures[:, 1:, :-2] == pictures[:, :-1, 2:]
    assert copied.mean() == pytest.approx(0.95, abs=0.003)
    assert pictures[:, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert pictures[:, :, -2:].mean() == pytest.approx(0.5, abs=0.02)
    assert np.array_equal(pictures, shifted_rows(4000, flip=0.05, seed=0))


def test_without_flips_a_row_is_the_row_above():
    pictures = shifted_rows(10, 3, 5, flip=0, shift=1)
    assert np.array_equal(pictures[:, 1:, :-1], pictures[:, :-1, 1:])


@pytest.mark.parametrize(
    ("side", "flip", "expected"),
    [(4, 0.05, 8.122563), (8, 0.05, 23.586878), (8, 0.1, 28.902723)],
)
def test_the_entropy_of_shifted_rows(side, flip, expected):
    assert shifted_rows_entropy(side, side, flip) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ising(5, 5), "height·width was 25.*at most 20"),
        (lambda: ising(coupling=np.nan), "coupling was nan"),
        (lambda: shifted_rows(0), "n was 0"),
        (lambda: shifted_rows(1, shift=8), "shift was 8.*at most 7"),
        (lambda: shifted_rows_entropy(flip=2), "flip was 2"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

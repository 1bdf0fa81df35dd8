"""Climbing the gradient on pixels: against the exact best picture of a linear unit."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.models.activation_maximization import even_direction, maximize_activation
from utils.sampling.ascent import ascent_step

rng = np.random.default_rng(0)
PICTURES = rng.uniform(-0.5, 0.5, (2, 6, 6, 3)).astype("float32")
WEIGHTS = rng.normal(size=(6, 6, 3)).astype("float32")


def linear(x):
    return ops.sum(ops.multiply(x, WEIGHTS), axis=(1, 2, 3))


def step(score, step_size=0.1, decay=0.01, smooth=0.0, start=PICTURES):
    """One step of the climb."""
    return ops.convert_to_numpy(
        ascent_step(
            score,
            start,
            step_size,
            bounds=(-1, 1),
            direction=lambda gradient: even_direction(gradient, smooth),
            decay=decay,
        )
    )


def network(*sides):
    """Two layers that see 7 pixels, the second with four units."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((*(sides or (None, None)), 3)),
            layers.Conv2D(5, 3, activation="tanh"),
            layers.Conv2D(4, 5, name="last"),
        ]
    )


def answers(model, pictures, units):
    maps = ops.convert_to_numpy(model(pictures))
    return maps[np.arange(len(units)), 0, 0, list(units)]


def test_a_step_goes_up_the_gradient_by_the_rate_in_the_root_mean_square():
    moved = step(linear, 0.01, decay=0.0) - PICTURES
    exact = 0.01 * WEIGHTS / np.sqrt(np.mean(WEIGHTS**2))
    assert moved == pytest.approx(np.stack([exact, exact]), rel=1e-4, abs=1e-6)


def test_a_step_does_not_depend_on_how_steep_the_score_is():
    loud = step(lambda x: 1_000 * linear(x))
    assert loud == pytest.approx(step(linear), abs=1e-6)


def test_each_picture_of_a_batch_moves_as_it_would_alone():
    def score(x):
        return ops.multiply(linear(x), np.array([1.0, 50.0], "float32")[: len(x)])

    alone = step(score, start=PICTURES[1:])[0]
    assert step(score)[1] == pytest.approx(alone, abs=1e-6)


def test_a_step_never_leaves_the_range_of_pixels():
    assert np.abs(step(linear, 5.0)).max() == 1


def test_where_the_score_asks_for_nothing_the_picture_fades_to_gray():
    faded = step(lambda x: 0 * linear(x), decay=0.1)
    assert faded == pytest.approx(0.9 * PICTURES, abs=1e-6)


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_a_smooth_step_divides_each_wave_by_its_frequency(power):
    row, column = np.arange(8)[:, None], np.arange(8)[None]
    slow, fast = (np.cos(2 * np.pi * k * column / 8) + 0 * row for k in (1, 2))
    slope = (slow + fast)[..., None].astype("float32")
    moved = step(
        lambda x: ops.sum(ops.multiply(x, slope), axis=(1, 2, 3)),
        decay=0.0,
        smooth=power,
        start=np.zeros((1, 8, 8, 1), "float32"),
    )[0, ..., 0]
    shares = [(moved * wave).sum() for wave in (slow, fast)]
    assert shares[0] / shares[1] == pytest.approx(2**power, rel=1e-4)
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(0.1, rel=1e-4)


def test_the_climb_excites_a_unit_more_than_a_thousand_random_pictures():
    model, units = network(), (0, 3)
    best = maximize_activation(model, "last", units, 30, smooth=0.0, fade=0.0)
    assert best.shape == (2, 7, 7, 3)
    random = rng.uniform(-1, 1, (1_000, 7, 7, 3)).astype("float32")
    highest = ops.convert_to_numpy(model(random)).max(axis=0)[0, 0]
    assert (answers(model, best, units) > highest[list(units)]).all()


def test_without_regularization_a_linear_unit_gets_the_sign_of_its_weights():
    model = keras.Sequential(
        [keras.Input((None, None, 1)), layers.Conv2D(1, 4, name="last")]
    )
    best = maximize_activation(model, "last", [0], 60, decay=0.0, smooth=0.0, fade=0.0)
    kernel = model.get_weights()[0][..., 0]
    strong = np.abs(kernel) > 0.2 * np.abs(kernel).max()
    assert np.array_equal(best[0][strong], np.sign(kernel)[strong])


def test_one_seed_gives_the_same_picture_and_another_one_another():
    model = network()
    first = maximize_activation(model, "last", [1], steps=2)
    assert np.array_equal(first, maximize_activation(model, "last", [1], steps=2))
    other = maximize_activation(model, "last", [1], steps=2, seed=1)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("sides", [(16, 16), (12, None), (8, 9)])
def test_a_network_for_pictures_of_one_size_has_the_same_favorites(sides):
    free, fixed = network(), network(*sides)
    settings = {"layer": "last", "units": [0, 3], "steps": 4}
    best = maximize_activation(free, **settings)
    # No padding in this network: around what the unit sees, nothing counts.
    assert maximize_activation(fixed, **settings) == pytest.approx(best, abs=1e-4)


def test_where_the_whole_picture_is_smaller_than_the_field_it_is_all_made():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 5, padding="same"),
            layers.Conv2D(2, 5, padding="same", name="last"),
        ]
    )
    assert maximize_activation(model, "last", [1], 2).shape == (1, 6, 6, 1)


def test_a_layer_itself_is_as_good_as_its_name():
    model = network()
    by_name, by_layer = (
        maximize_activation(model, layer, [1], steps=2)
        for layer in ("last", model.layers[-1])
    )
    assert np.array_equal(by_name, by_layer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps was 0.*at least 1"),
        ({"smooth": -1.0}, "smooth was -1.0.*at least 0"),
        ({"fade": 1.0}, "fade was 1.0.*below 1"),
        ({"step_size": 0.0}, "step_size was 0.0.*above 0"),
        ({"decay": 1.0}, "decay was 1.0.*below 1"),
        ({"units": [4]}, r"units 0 to 3, not \[4\]"),
        ({"units": [0.0]}, r"not \[0.0\]"),
        ({"units": 0}, r"not 0: give a list of these, such as \[0\]"),
        ({"units": []}, r"not \[\]: give a list"),
        ({"layer": "lst"}, "Did you mean 'last'"),
    ],
)
def test_what_cannot_be_climbed_is_refused(change, message):
    arguments = {"layer": "last", "units": [0], "steps": 1} | change
    with pytest.raises(ValueError, match=message):
        maximize_activation(network(), **arguments)

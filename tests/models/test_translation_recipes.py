"""The trainings of lesson 11: what they hand over, and what they refuse."""

import keras
import numpy as np
import pytest

from utils.data.translations import COLORS, painted_avatars
from utils.evaluation.translation import scores
from utils.models import ConditionalVAE, Pix2Pix
from utils.models.translation_recipes import (
    NOISE,
    train_conditional_vae,
    train_pix2pix,
    train_regression,
)

PAIRS = painted_avatars(64, 0)


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_a_regression_learns_the_mean_and_not_a_color(loss):
    network = train_regression(PAIRS, loss, 12, 0)
    made = network.predict(PAIRS.sources, verbose=0)
    assert made.shape == PAIRS.targets.shape
    before = np.repeat(PAIRS.sources, 3, axis=-1)
    power = 2 if loss == "mse" else 1
    errors = [(np.abs(x - PAIRS.targets) ** power).mean() for x in (made, before)]
    assert errors[0] < errors[1] + 0.05
    assert scores(PAIRS, made, COLORS).valid < 0.5


@pytest.mark.parametrize(("patch", "told"), [(None, True), (8, False)])
def test_pix2pix_is_built_as_asked_and_repeats_with_its_seed(patch, told):
    model = train_pix2pix(PAIRS, 2, 0, patch, told, weight=3.0)
    assert isinstance(model, Pix2Pix)
    assert (model.told, model.weight, model.noise) == (told, 3.0, NOISE)
    assert len(model.discriminator.output_shape) == (2 if patch is None else 4)
    again = train_pix2pix(PAIRS, 2, 0, patch, told, weight=3.0)
    np.testing.assert_array_equal(
        model.sample(PAIRS.sources), again.sample(PAIRS.sources)
    )
    assert int(keras.ops.convert_to_numpy(model.optimizer["generator"].iterations)) == 2


def test_a_conditional_vae_is_built_as_asked_and_repeats_with_its_seed():
    model = train_conditional_vae(PAIRS, 2, 0, codes=3)
    assert isinstance(model, ConditionalVAE)
    assert model.latent_dim == 3
    again = train_conditional_vae(PAIRS, 2, 0, codes=3)
    made = model.sample(PAIRS.sources)
    assert made.shape == PAIRS.targets.shape
    # On a busy machine TensorFlow may sum in another order.
    np.testing.assert_allclose(made, again.sample(PAIRS.sources), rtol=0, atol=2e-3)


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="steps was 0"):
        train_conditional_vae(PAIRS, 0, 0)
    with pytest.raises(ValueError, match="codes was 0"):
        train_conditional_vae(PAIRS, 1, 0, codes=0)
    with pytest.raises(ValueError, match="steps was 0"):
        train_pix2pix(PAIRS, 0, 0)
    with pytest.raises(ValueError, match="steps was 0"):
        train_regression(PAIRS, "mse", 0, 0)

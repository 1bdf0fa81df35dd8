"""Wrong arguments: what was given, what is allowed and the fix, before any work."""

import keras
import numpy as np
import pytest

from utils.measures.adversarial import OBJECTIVES
from utils.models import GAN
from utils.networks.mlp import mlp


def pair(latent=2, made=2, seen=2, output=1):
    return mlp(latent, made, (4,)), mlp(seen, output, (4,))


def refused(function, *sentences, error=ValueError):
    """Calls a function that must refuse, and checks what it says."""
    with pytest.raises(error) as caught:
        function()
    for sentence in sentences:
        assert sentence in str(caught.value)


def test_a_network_must_be_built():
    unbuilt = keras.Sequential([keras.layers.Dense(1)])
    refused(
        lambda: GAN(pair()[0], unbuilt),
        "The discriminator was <Sequential",
        "must be a built keras.Model",
        "keras.Input",
    )


def test_a_network_must_be_a_network():
    refused(lambda: GAN(len, pair()[1]), "The generator was <built-in", "keras.Model")


@pytest.mark.parametrize("shape", [(4, 4), (0,), ()])
def test_a_latent_vector_has_one_axis_of_at_least_one_number(shape):
    generator = keras.Sequential([keras.Input(shape), keras.layers.Identity()])
    refused(
        lambda: GAN(generator, pair()[1]),
        f"takes inputs of shape {shape}",
        "latent_dim >= 1",
        "keras.Input((latent_dim,))",
    )


def test_the_discriminator_takes_what_the_generator_makes():
    refused(
        lambda: GAN(*pair(made=3, seen=2)),
        "makes examples of shape (3,)",
        "the discriminator takes (2,)",
        "Give the discriminator keras.Input((3,))",
    )


def test_with_packing_the_discriminator_takes_a_pack():
    refused(
        lambda: GAN(*pair(), packing=3),
        "packing=3",
        "takes (2,)",
        "keras.Input((6,))",
    )


def test_the_discriminator_returns_one_logit():
    refused(
        lambda: GAN(*pair(output=2)),
        "returns shape (2,)",
        "one logit per example",
        "keras.layers.Dense(1)",
    )


@pytest.mark.parametrize("argument", ["discriminator_steps", "packing"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", None])
def test_counts_are_integers_of_at_least_one(argument, value):
    refused(
        lambda: GAN(*pair(), **{argument: value}),
        f"{argument} was {value!r}",
        "an integer of at least 1",
    )


@pytest.mark.parametrize("objective", ["hinge", None, ["minimax"]])
def test_an_unknown_objective_is_answered_with_the_known_ones(objective):
    refused(
        lambda: GAN(*pair(), objective=objective),
        f"There is no objective {objective!r}",
        *map(repr, OBJECTIVES),
    )


def test_a_misspelt_name_is_answered_with_its_near_match():
    refused(lambda: GAN(*pair(), objective="wasserstien"), "mean 'wasserstein'?")
    refused(lambda: GAN(*pair(), penalty="gradeint"), "mean 'gradient'?")


@pytest.mark.parametrize("penalty", ["r3", {"r1": 1.0, "r3": 1.0}])
def test_an_unknown_penalty_is_answered_with_the_known_ones(penalty):
    refused(
        lambda: GAN(*pair(), penalty=penalty),
        "There is no penalty 'r3'",
        "one of 'r1', 'r2', 'gradient'. Or None",
    )


@pytest.mark.parametrize("penalty", [["r1", "r2"], 10.0, {"r1"}])
def test_several_penalties_come_in_a_dict(penalty):
    refused(
        lambda: GAN(*pair(), penalty=penalty),
        f"penalty was {penalty!r}",
        "{name: weight}",
        "{'r1': 1.0, 'r2': 1.0}",
    )


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_a_penalty_weighs_at_least_zero(weight):
    refused(
        lambda: GAN(*pair(), penalty={"r1": weight}),
        f"'r1' was {weight}",
        "at least 0",
    )


def test_each_player_needs_an_optimizer_of_its_own():
    shared = keras.optimizers.Adam()
    refused(
        lambda: GAN(*pair()).compile(shared, shared),
        "generator, discriminator were given one and the same optimizer",
        "Make one optimizer for each",
    )


def test_an_optimizer_serves_one_compile():
    used = keras.optimizers.Adam()
    GAN(*pair()).compile(used)
    refused(
        lambda: GAN(*pair()).compile("adam", used),
        "The discriminator's optimizer has been built already",
        "Make a new optimizer",
    )


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="the others compile with XLA"
)
def test_torch_refuses_to_compile_two_players():
    refused(
        lambda: GAN(*pair()).compile(jit_compile=True),
        "jit_compile=True was given",
        "takes minutes",
        "Leave it at 'auto'",
    )


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5),
        keras.callbacks.ReduceLROnPlateau("generator_loss", patience=1),
    ],
)
def test_no_callback_sets_one_learning_rate_for_both(untouched, points, callback):
    refused(
        lambda: untouched.fit(points, callbacks=callback),
        f"set by {type(callback).__name__}",
        "each player has its own",
        "optimizer[player]",
        "'generator', 'discriminator'",
    )


def test_a_game_has_no_learning_rate_to_set(make_gan):
    refused(lambda: setattr(make_gan().optimizer, "learning_rate", 0.5), "set to 0.5")


def test_a_log_of_another_name_is_refused(make_gan):
    refused(lambda: make_gan().log(d_loss=1.0), "'d_loss'", "discriminator_loss")


def test_sampling_needs_at_least_one_example(make_gan):
    refused(lambda: make_gan().sample(0), "n was 0", "integer of at least 1")
    refused(lambda: make_gan().sample(2.5), "n was 2.5", "integer of at least 1")


@pytest.fixture
def untouched(make_gan):
    """A game that must not have taken a step."""
    gan = make_gan()
    yield gan
    assert int(gan.optimizer["discriminator"].iterations) == 0


def test_real_examples_have_the_shape_of_generated_ones(untouched):
    refused(
        lambda: untouched.fit(np.zeros((8, 3), "float32")),
        "The real examples have shape (3,)",
        "the generator makes (2,)",
        "Reshape the examples",
    )


@pytest.mark.parametrize(
    "settings", [{"validation_split": 0.5}, {"validation_data": "held out"}]
)
def test_a_game_is_not_validated(untouched, points, settings):
    refused(
        lambda: untouched.fit(points, **settings),
        "was given examples to evaluate on",
        "gan.sample(n)",
        "utils.evaluation",
    )


def test_a_game_is_not_evaluated(untouched, points):
    refused(lambda: untouched.evaluate(points), "Leave validation data out")


def test_a_game_is_compiled_before_it_trains(points):
    refused(lambda: GAN(*pair()).fit(points), "compile()")

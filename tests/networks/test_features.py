"""Feature networks: shapes, names, preprocessing, and what happens offline."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from utils.models import GAN, Autoencoder, TripletModel
from utils.networks import dcgan, features
from utils.networks.embedding import embedding_network
from utils.networks.encoders import convolutional_encoder, mlp_encoder
from utils.networks.image_transform import image_transform_network
from utils.networks.mlp import mlp_generator
from utils.networks.random_filters import random_waves
from utils.networks.receptive_fields import receptive_field

PICTURES = np.random.default_rng(0).uniform(-1, 1, (2, 40, 48, 3)).astype("float32")


def activations(network, pictures=PICTURES):
    return {k: ops.convert_to_numpy(v) for k, v in network(pictures).items()}


def test_each_scale_of_the_pyramid_is_half_as_large():
    found = activations(features.random_filter_pyramid(8, 5, 3))
    shapes = {name: value.shape for name, value in found.items()}
    assert shapes == {
        "level_1": (2, 40, 48, 11),
        "level_2": (2, 20, 24, 11),
        "level_3": (2, 10, 12, 11),
    }


def test_a_smaller_picture_is_blurred_by_1_3_3_1_before_it_is_halved():
    pyramid = features.filter_pyramid(random_waves(4, 5, 3, seed=0), 2)
    colors = activations(pyramid, PICTURES[:1])["level_2"][0, ..., 4:]
    padded = np.pad(PICTURES[0], ((1, 1), (1, 1), (0, 0)), mode="reflect")
    weights = np.outer((1, 3, 3, 1), (1, 3, 3, 1)) / 64
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), (0, 1))
    expected = np.einsum("hwcij,ij->hwc", windows[::2, ::2], weights)
    assert colors == pytest.approx(0.5 + 0.5 * expected, abs=1e-5)


def test_an_even_gray_excites_no_filter_and_is_kept_as_a_color():
    gray = np.full((1, 32, 32, 3), 0.7, dtype="float32")
    found = activations(features.random_filter_pyramid(8, 5, 2), gray)
    assert max(value[..., :8].max() for value in found.values()) < 1e-5
    assert found["level_2"][..., 8:] == pytest.approx(0.85)


def test_one_seed_gives_one_pyramid_and_another_one_another():
    one, same, other = (
        activations(features.random_filter_pyramid(4, 5, 1, seed=seed))["level_1"]
        for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_reflection_is_that_of_numpy():
    padded = ops.convert_to_numpy(features.ReflectionPadding2D(3)(PICTURES))
    expected = np.pad(PICTURES, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    assert np.array_equal(padded, expected)


def test_the_preprocessing_is_that_of_keras_applications():
    pixels = (PICTURES + 1) * 127.5
    expected = keras.applications.vgg19.preprocess_input(pixels.copy())
    ours = ops.convert_to_numpy(features.CaffePreprocessing()(PICTURES))
    assert ours == pytest.approx(expected, abs=1e-4)


def test_vgg19_has_its_names_and_shapes():
    network = features.vgg19_features(weights=None)
    shapes = network.compute_output_shape((1, 32, 48, 3))
    assert shapes == {
        "block1_conv1": (1, 32, 48, 64),
        "block2_conv1": (1, 16, 24, 128),
        "block3_conv1": (1, 8, 12, 256),
        "block4_conv1": (1, 4, 6, 512),
        "block4_conv2": (1, 4, 6, 512),
        "block5_conv1": (1, 2, 3, 512),
    }


def test_vgg19_sees_what_keras_applications_would_show_it():
    ours = features.vgg19_features(["block1_conv1"], weights=None)
    theirs = keras.applications.VGG19(include_top=False, weights=None)
    first = keras.Model(theirs.inputs[0], theirs.get_layer("block1_conv1").output)
    first.set_weights(ours.get_weights())
    pixels = keras.applications.vgg19.preprocess_input((PICTURES[:1] + 1) * 127.5)
    expected = ops.convert_to_numpy(first(pixels))
    found = activations(ours, PICTURES[:1])["block1_conv1"]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_vgg19_is_in_the_cache_if_its_file_is(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert not features.vgg19_is_cached()
    (tmp_path / "models").mkdir()
    name = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
    (tmp_path / "models" / name).touch()
    assert features.vgg19_is_cached()


def test_what_a_layer_of_vgg19_sees_is_known():
    network = features.vgg19_features(["block3_conv1"], weights=None)
    assert receptive_field(network, "block3_conv1").size == (24, 24)


def test_offline_one_sentence_says_so_and_the_pyramid_takes_its_place(monkeypatch):
    def offline(**_):
        raise OSError("URL fetch failure")

    monkeypatch.setattr(keras.applications, "VGG19", offline)
    with pytest.warns(RuntimeWarning, match="cannot be downloaded") as told:
        network = features.vgg19_features()
    assert len(told) == 1
    assert str(told[0].message).count(". ") == 0
    assert network.name == "random_filter_pyramid"


@pytest.mark.skipif(
    not features.vgg19_is_cached(), reason="VGG19 is not in Keras' cache"
)
def test_the_real_vgg19_tells_pictures_apart():
    found = activations(features.vgg19_features())
    assert all(np.isfinite(value).all() and value.any() for value in found.values())


def test_any_network_of_ones_own_will_do_and_is_left_as_it_was():
    own = keras.Sequential(
        [
            keras.Input((40, 48, 3)),
            keras.layers.Conv2D(4, 3, name="first"),
            keras.layers.Conv2D(5, 3, name="second"),
        ]
    )
    found = activations(features.layer_features(own, ["first", "second"]))
    assert found["second"].shape == (2, 36, 44, 5)
    assert len(own.trainable_variables) == 4


def test_ones_own_network_may_bring_its_preprocessing():
    own = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(4, 1, name="first")]
    )
    rescaling = keras.layers.Rescaling(127.5, offset=127.5)
    with_it = features.layer_features(own, "first", rescaling)
    expected = ops.convert_to_numpy(own((PICTURES + 1) * 127.5))
    assert activations(with_it)["first"] == pytest.approx(expected, rel=1e-4, abs=1e-3)


TRIPLET = TripletModel(embedding_network((8, 8, 3), 2, (2,)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: features.random_filter_pyramid(0), "filters was 0"),
        (lambda: features.random_filter_pyramid(size=4), "size was 4, but must be odd"),
        (lambda: features.random_filter_pyramid(levels=7), "levels was 7.*at most 6"),
        (lambda: features.filter_pyramid(np.ones((3, 3, 3))), "shape .3, 3, 3."),
        (
            lambda: features.filter_pyramid(np.ones((3, 3, 3, 8)), 7),
            "levels was 7.*at most 6",
        ),
        (
            lambda: features.vgg19_features(["block4_con2"], weights=None),
            "no layer of 'vgg19' 'block4_con2'.*mean 'block4_conv2'",
        ),
        (
            lambda: features.layer_features(keras.Sequential(), ["a"]),
            r"must be a built keras\.Model",
        ),
        (
            lambda: features.layer_features(embedding_network((8, 8, 3), 2, (2,)), []),
            "at least one layer name",
        ),
        (
            lambda: features.layer_named(TRIPLET, TRIPLET.embedding.layers[0].name),
            "give that network",
        ),
        (
            lambda: features.layer_named(
                TRIPLET.embedding, TRIPLET.embedding.layers[0]
            ),
            "Give its name",
        ),
    ],
)
def test_wrong_requests_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "build",
    [
        dcgan.convolutional_generator,
        dcgan.convolutional_discriminator,
        convolutional_encoder,
        embedding_network,
        features.random_filter_pyramid,
        features.vgg19_features,
        image_transform_network,
        lambda: Autoencoder(mlp_encoder((8, 8, 1), 2), mlp_generator((8, 8, 1), 2)),
        lambda: GAN(mlp_generator((8, 8, 1), 2), mlp_encoder((8, 8, 1), 1)),
    ],
)
def test_channels_first_is_refused_in_one_sentence(build):
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="set_image_data_format"):
            build()
    finally:
        keras.config.set_image_data_format("channels_last")


def test_networks_load_in_a_process_that_imported_models_alone(tmp_path):
    networks = {
        "embedding": embedding_network((8, 8, 3), 2, (2,)),
        "pyramid": features.random_filter_pyramid(2, 3, 2),
        "transform": image_transform_network(2, 1),
        "caffe": features.vgg19_features(["block1_conv1"], weights=None),
    }
    for name, network in networks.items():
        network.save(tmp_path / f"{name}.keras")
    program = (
        "import sys, keras\n"
        "from utils.models import TripletModel\n"
        "for path in sys.argv[1:]: keras.saving.load_model(path)\n"
    )
    paths = [str(tmp_path / f"{name}.keras") for name in networks]
    subprocess.run([sys.executable, "-c", program, *paths], check=True)

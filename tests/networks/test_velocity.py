"""Networks that are told the time: shapes, what they are told, what they start as."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.networks.time_embedding import TimeFeatures, UnitVariance, WaveFeatures
from utils.networks.unet import patch_unet, unet
from utils.networks.velocity import picture_mlp, velocity_mlp

BUILDERS = {
    "points": (lambda **s: velocity_mlp(2, (8,), **s), (2,)),
    "pictures": (lambda **s: picture_mlp((4, 4, 1), 8, 1, **s), (4, 4, 1)),
    "unet": (lambda **s: unet((8, 8, 3), 4, 2, **s), (8, 8, 3)),
    "patches": (lambda **s: patch_unet((8, 8, 3), 4, 1, 2, **s), (8, 8, 3)),
}
ALL = pytest.mark.parametrize(("build", "shape"), BUILDERS.values(), ids=BUILDERS)


def called(network, *inputs):
    return ops.convert_to_numpy(network(list(inputs)))


def examples(shape, n=3):
    x = np.random.default_rng(0).normal(size=(n, *shape)).astype("float32")
    return x, np.linspace(0, 1, n, dtype="float32")[:, None]


def awake(network):
    """The same with weights that are nowhere 0."""
    rng = np.random.default_rng(1)
    network.set_weights([rng.normal(size=w.shape) for w in network.get_weights()])
    return network


@ALL
def test_the_result_has_the_shape_of_the_example(build, shape):
    x, t = examples(shape)
    assert called(build(), x, t).shape == x.shape
    assert called(build(classes=4), x, t, np.array([0, 3, 4])).shape == x.shape


@ALL
def test_time_and_label_matter(build, shape):
    x, t = examples(shape)
    network = awake(build(classes=4))
    first = called(network, x, t, np.array([0, 1, 2]))
    assert not np.allclose(first, called(network, x, 1 - t, np.array([0, 1, 2]))[::1])
    assert not np.allclose(first, called(network, x, t, np.array([4, 4, 4])))


@ALL
def test_each_example_is_for_itself(build, shape):
    x, t = examples(shape)
    network = awake(build())
    alone = np.concatenate(
        [called(network, x[i : i + 1], t[i : i + 1]) for i in range(3)]
    )
    np.testing.assert_allclose(called(network, x, t), alone, rtol=1e-3, atol=1e-3)


@ALL
def test_a_network_is_saved_with_its_layers(build, shape, tmp_path):
    x, t = examples(shape)
    network = awake(build())
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(called(loaded, x, t), called(network, x, t))


def test_networks_of_pictures_start_as_zero():
    for name in ("pictures", "unet", "patches"):
        build, shape = BUILDERS[name]
        assert not called(build(), *examples(shape)).any()


def test_a_unet_from_pictures_to_pictures_is_told_nothing():
    network = unet((8, 16, 1), 4, 2, outputs=3, timed=False, dropout=0.5)
    x = np.zeros((2, 8, 16, 1), "float32")
    assert ops.shape(network(x)) == (2, 8, 16, 3)


def test_a_unet_sees_the_whole_picture():
    network = awake(unet((16, 16, 1), 4, 3))
    x, t = examples((16, 16, 1), 1)
    moved = x.copy()
    moved[0, 0, 0] += 1
    change = np.abs(called(network, moved, t) - called(network, x, t))[0, ..., 0]
    assert (change > 0).all()


def test_a_unet_of_patches_can_pass_on_the_picture_as_it_is():
    network = patch_unet((8, 8, 3), 4, 1)
    network.get_layer("share").bias.assign([-1.5])
    x, t = examples((8, 8, 3))
    np.testing.assert_allclose(called(network, x, t), -1.5 * x, rtol=1e-6)


def test_a_unet_of_patches_sees_the_whole_picture():
    network = awake(patch_unet((16, 16, 1), 4, 2))
    x, t = examples((16, 16, 1), 1)
    moved = x.copy()
    moved[0, 0, 0] += 1
    change = np.abs(called(network, moved, t) - called(network, x, t))[0, ..., 0]
    assert (change > 0).all()


def test_waves_stand_beside_what_they_are_of():
    x = np.array([[0.3, -1.0]], "float32")
    found = ops.convert_to_numpy(WaveFeatures(2)(x))[0]
    angles = np.pi / 2 * np.array([0.3, -1.0, 0.6, -2.0])
    np.testing.assert_allclose(
        found, [0.3, -1.0, *np.sin(angles), *np.cos(angles)], atol=1e-6
    )


def test_late_times_are_told_apart():
    t = np.array([[0.97], [0.985], [1.0]], "float32")
    logs = ops.convert_to_numpy(TimeFeatures(1)(t))[:, 1]
    assert logs[-1] == pytest.approx(-1.0, rel=1e-5)
    assert (np.diff(logs) < -0.1).all()


def test_inputs_of_the_straight_path_keep_unit_variance():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 5_000, 4))
    for t in (0.1, 0.5, 0.8):
        at = ((1 - t) * z + t * x).astype("float32")
        seen = UnitVariance()(at, np.full((5_000, 1), t, "float32"))
        assert ops.convert_to_numpy(seen).std() == pytest.approx(1, abs=0.02)


def test_bad_input_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"divisible by 4, for 2 halvings"):
        unet((10, 8, 1), 4, 2)
    with pytest.raises(ValueError, match=r"divisible by 8, for 2 .* of 2 pixels"):
        patch_unet((12, 8, 1), 4, 2)
    with pytest.raises(ValueError, match=r"patch was 1"):
        patch_unet((8, 8, 1), patch=1)
    with pytest.raises(ValueError, match=r"only a timed network"):
        unet((8, 8, 1), 4, timed=False, classes=3)
    with pytest.raises(ValueError, match=r"classes was 0"):
        velocity_mlp(classes=0)
    with pytest.raises(ValueError, match=r"dropout was 1"):
        unet((8, 8, 1), 4, dropout=1.0)

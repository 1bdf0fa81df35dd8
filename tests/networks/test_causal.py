"""Networks in order: what each may see, and does, by trying."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.signal import lfilter

from utils.evaluation.causality import influence, leaks, unseen
from utils.models import AutoregressiveModel
from utils.networks import causal

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (2, 4, 5))
LETTERS = RNG.integers(0, 3, (2, 9))
NUMBERS = RNG.normal(size=(2, 9))
PREDICTOR = (np.array([0.5, -0.3, 0.2]), 0.4)


def _trained(network):
    """The network with other weights: beside a predictor its last layer starts at 0."""
    for variable in network.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.5))
    return network


NETWORKS = {
    "recurrent": (lambda: causal.recurrent_network(3, 4), LETTERS, 3),
    "made": (lambda: causal.made(4, 5, 32), BITS, 2),
    "masked": (lambda: causal.masked_pixel_cnn(4, 5, 6, 4), BITS, 2),
    "gated": (lambda: causal.gated_pixel_cnn(4, 5, 6, 5), BITS, 2),
    "wavenet": (lambda: causal.wavenet(3, 4, (1, 2, 4, 8)), LETTERS, 3),
    "wavenet_of_numbers": (
        lambda: causal.wavenet(None, 4, (1, 2, 4, 8)),
        NUMBERS,
        None,
    ),
    "wavenet_beside_a_predictor": (
        lambda: _trained(causal.wavenet(None, 4, (1, 2, 4, 8), predictor=PREDICTOR)),
        NUMBERS,
        None,
    ),
}
EACH = pytest.mark.parametrize("name", NETWORKS)


@pytest.fixture(autouse=True)
def same_weights():
    keras.utils.set_random_seed(0)


@EACH
def test_no_output_sees_itself_or_what_comes_later(name):
    build, x, levels = NETWORKS[name]
    assert leaks(build(), x, levels) == []


@EACH
def test_all_that_came_before_is_seen_but_in_the_blind_spot(name):
    build, x, levels = NETWORKS[name]
    blind = unseen(build(), x, levels)
    if name == "masked":
        assert {i - j for i, j in blind} >= {3}  # one row up, two columns right
    else:
        assert blind == []


@EACH
def test_a_saved_network_comes_back(name, tmp_path):
    build, x, _ = NETWORKS[name]
    network = build()
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    dtype = "float32" if x is NUMBERS else "int32"
    first, second = (ops.convert_to_numpy(n(x.astype(dtype))) for n in (network, again))
    np.testing.assert_array_equal(first, second)


def test_a_stack_of_masks_sees_as_many_columns_as_rows_up():
    network = causal.masked_pixel_cnn(5, 9, 8, 6)
    seen = influence(network, RNG.integers(0, 2, (3, 5, 9)), 2)
    at = seen[3 * 9 + 3].reshape(5, 9)  # what the pixel (3, 3) sees
    for row in range(5):
        for column in range(9):
            before = (row, column) < (3, 3)
            assert at[row, column] == (before and column - 3 <= 3 - row)


def test_one_mask_of_5_sees_two_columns_to_the_right():
    network = causal.masked_pixel_cnn(4, 5, 8, 0, size=5)
    assert influence(network, BITS, 2)[5 + 0, 2]


def test_masks_a_and_b_differ_in_the_middle_alone():
    assert causal.mask(3, "A").tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert causal.mask(3, "B").tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    assert causal.mask(1, "A").tolist() == [[0]]


def test_a_masked_convolution_is_one_with_zeros_in_its_kernel():
    x = RNG.normal(size=(2, 6, 6, 3)).astype("float32")
    masked = causal.MaskedConv2D(4, 3, "B")
    masked.build(x.shape)
    plain = keras.layers.Conv2D(4, 3, padding="same")
    plain.build(x.shape)
    kernel = ops.convert_to_numpy(masked.kernel) * masked.mask
    plain.set_weights([kernel, np.zeros(4)])
    one, other = (ops.convert_to_numpy(layer(x)) for layer in (masked, plain))
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_wavenet_sees_2_to_the_layers_samples(count):
    dilations = [2**k for k in range(count)]
    x = RNG.integers(0, 3, (3, 20))
    seen = influence(causal.wavenet(3, 8, dilations), x, 3)
    expected = [19 - 2**count <= j < 19 for j in range(20)]
    assert seen[19].tolist() == expected
    assert causal.samples_seen(dilations) == 2**count


def test_the_samples_seen_by_the_published_wavenet():
    assert causal.samples_seen([2**k for k in range(10)]) == 1024
    assert causal.samples_seen([2**k for k in range(10)] * 3) == 3070
    assert causal.samples_seen([1] * 30) == 31


def test_beside_a_predictor_a_wavenet_starts_as_the_predictor():
    weights, error = PREDICTOR
    network = causal.wavenet(None, 4, (1, 2), predictor=PREDICTOR)
    outputs = ops.convert_to_numpy(network(NUMBERS.astype("float32")))
    foreseen = lfilter(np.append(0, weights), [1.0], NUMBERS, axis=1)
    np.testing.assert_allclose(outputs[..., 0], foreseen, atol=1e-5)
    np.testing.assert_allclose(outputs[..., 1], np.log(error), atol=1e-6)


def test_beside_a_predictor_a_wavenet_sees_as_far_as_both():
    network = _trained(causal.wavenet(None, 4, (1, 2), predictor=([0.1] * 6, 0.4)))
    seen = influence(network, RNG.normal(size=(3, 20)))[-1]
    assert seen.sum() == causal.samples_seen((1, 2)) + 6


def test_a_training_leaves_the_predictor_as_it_is():
    network = causal.wavenet(None, 4, (1, 2), predictor=PREDICTOR)
    kept = _kept_weights(network)
    model = AutoregressiveModel(network, "gaussian")
    model.compile(keras.optimizers.Adam(0.1))
    model.fit(NUMBERS.astype("float32"), epochs=2, verbose=0)
    for before, after in zip(kept, _kept_weights(network), strict=True):
        np.testing.assert_array_equal(before, after)
    assert (
        abs(ops.convert_to_numpy(network(NUMBERS))[..., 1] - np.log(0.4)).max() > 0.01
    )


def _kept_weights(network):
    return [ops.convert_to_numpy(w) for w in network.non_trainable_variables]


def test_a_network_that_sees_itself_is_found_out():
    x = keras.Input((4,), dtype="int32")
    h = causal.OneHot(3)(x)
    peeping = keras.Model(x, keras.layers.Conv1D(3, 2, padding="causal")(h))
    assert leaks(peeping, RNG.integers(0, 3, (2, 4)), 3) == [(i, i) for i in range(4)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: causal.mask(4, "A"), "size was 4.*odd"),
        (lambda: causal.mask(3, "C"), "no kind of mask 'C'"),
        (lambda: causal.gated_pixel_cnn(4, 4, size=4), "size was 4.*odd"),
        (lambda: causal.recurrent_network(1), "levels was 1"),
        (lambda: causal.recurrent_network(3, dropout=1), "dropout was 1"),
        (lambda: causal.wavenet(3, dilations=(0,)), "d was 0"),
        (lambda: causal.wavenet(3, predictor=PREDICTOR), "for 3 levels"),
        (lambda: causal.wavenet(predictor=([0.5], 0)), "error of the predictor was 0"),
        (lambda: causal.wavenet(predictor=([np.nan], 1)), "weights of the predictor"),
        (
            lambda: causal.wavenet(predictor=([[0.5]], 1)),
            r"shape \(1, 1\), but must be",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

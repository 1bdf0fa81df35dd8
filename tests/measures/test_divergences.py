"""Discrete divergences and what critics read, against SciPy and the known laws."""

import math

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr
from scipy.stats import entropy

from utils.autodiff import input_gradient
from utils.measures.divergences import (
    f_divergence,
    js_divergence,
    js_from_logits,
    kl_divergence,
)
from utils.measures.f_gan import F_DIVERGENCES, variational_bound

LOG_2 = math.log(2)
NAMES = sorted(F_DIVERGENCES)
EXAMPLES = settings(deadline=None, max_examples=40)

# Shares out of 20 keep every probability far from the float64 limits, zeros included.
shares = arrays("int64", 6, elements=st.integers(0, 20)).filter(lambda x: x.sum() > 0)
distributions = shares.map(lambda x: x / x.sum())
positive = arrays("int64", 6, elements=st.integers(1, 20)).map(lambda x: x / x.sum())


def k_of_k(covered: int, modes: int) -> tuple[np.ndarray, np.ndarray]:
    """Equal modes, and a generator that covers the first few of them evenly."""
    real = np.full(modes, 1 / modes)
    return real, np.where(np.arange(modes) < covered, 1 / covered, 0.0)


def by_definition(name: str, p, q):
    m = (p + q) / 2
    return {
        "kl": rel_entr(p, q),
        "reverse-kl": rel_entr(q, p),
        "js": (rel_entr(p, m) + rel_entr(q, m)) / 2,
        "pearson": (p - q) ** 2 / q,
        "neyman": (p - q) ** 2 / p,
        "squared-hellinger": (np.sqrt(p) - np.sqrt(q)) ** 2,
        "total-variation": abs(p - q) / 2,
    }[name].sum(axis=-1)


@pytest.mark.parametrize("concentration", [0.3, 1, 10])
@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_random_cases_agree_with_the_definition(name, concentration):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.full(12, concentration), (2, 1000))
    exact = by_definition(name, p, q)
    np.testing.assert_allclose(f_divergence(name, p, q), exact, rtol=1e-11, atol=1e-10)
    if name in DIVERGENCES:
        value = DIVERGENCES[name](p, q)
        np.testing.assert_allclose(value, exact, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize(("outcomes", "concentration"), [(12, 1), (12, 10), (50, 0.3)])
@pytest.mark.parametrize("name", ["kl", "js"])
def test_float32_tensors_agree_with_scipy_to_five_digits(name, outcomes, concentration):
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.full(outcomes, concentration), (2, 1000)).astype("float32")
    tensors = (ops.convert_to_tensor(each) for each in (p, q))
    measured = ops.convert_to_numpy(DIVERGENCES[name](*tensors))
    exact = by_definition(name, p.astype("float64"), q.astype("float64"))
    np.testing.assert_allclose(measured, exact, rtol=1e-5)


def textbook(name, p, q):
    """The formula as it is written, in the dtype of its arguments."""
    if name == "js":
        m = (p + q) / 2
        return (textbook("kl", p, m) + textbook("kl", q, m)) / 2
    return (p * np.log(p / q)).sum(axis=-1)


DIVERGENCES = {"kl": kl_divergence, "js": js_divergence}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_float32_is_the_textbook_where_that_is_right(name):
    p, q = np.random.default_rng(9).dirichlet(np.ones(6), (2, 100)).astype("float32")
    tensors = map(ops.convert_to_tensor, (p, q))
    value = ops.convert_to_numpy(DIVERGENCES[name](*tensors))
    np.testing.assert_allclose(value, textbook(name, p, q), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_where_p_is_nearly_q_the_textbook_has_no_digit_left_and_we_have_three(name):
    p = np.random.default_rng(10).dirichlet(np.full(50, 9.0), 20)
    steps = 1 + 1e-4 * np.random.default_rng(11).choice([-1, 1], p.shape)
    q = (p * steps / (p * steps).sum(axis=-1, keepdims=True)).astype("float32")
    p = p.astype("float32")
    p64, q64 = (x.astype("float64") for x in (p, q))
    # Summed as Σ p·log(p/q) − p + q: as float32, neither adds up to 1 exactly.
    exact = textbook(name, p64, q64)
    exact += 0 if name == "js" else (q64 - p64).sum(axis=-1)
    value = DIVERGENCES[name](*map(ops.convert_to_tensor, (p, q)))
    np.testing.assert_allclose(ops.convert_to_numpy(value), exact, rtol=2e-3)
    assert (abs(textbook(name, p, q) - exact) > 0.5 * exact).any()


def test_the_smallest_number_there_is_counts_for_nothing():
    assert js_divergence([5e-324, 1.0], [0.0, 1.0]) == pytest.approx(0, abs=1e-300)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(dtype):
    logits = ops.convert_to_tensor(np.random.default_rng(12).normal(size=(2, 9)))
    p, q = (ops.cast(each, dtype) for each in ops.softmax(logits, axis=-1))
    exact = f_divergence(
        "kl",
        *(
            ops.cast(each, "float32") / ops.sum(ops.cast(each, "float32"))
            for each in (p, q)
        ),
    )
    assert float(kl_divergence(p, q)) == pytest.approx(float(exact), abs=0.02)


def test_js_is_the_square_of_scipys_distance():
    assert js_divergence([1, 0], [0.5, 0.5]) == pytest.approx(
        0.46450140402245893**2, rel=1e-14
    )
    p, q = [0.1, 0.2, 0.7], [0.4, 0.5, 0.1]
    assert js_divergence(p, q) == pytest.approx(jensenshannon(p, q) ** 2, rel=1e-13)


def test_log_likelihood_kl_and_entropy_sum_to_zero():
    counts = np.random.default_rng(2).integers(1, 50, 9)
    data, model = counts / counts.sum(), np.random.default_rng(3).dirichlet(np.ones(9))
    log_likelihood = (counts * np.log(model)).sum() / counts.sum()
    total = log_likelihood + kl_divergence(data, model) + entropy(data)
    assert abs(total) < 1e-12


@pytest.mark.parametrize(
    ("modes", "covered", "exact"),
    [
        (8, 1, 0.49693),
        (8, 2, 0.38040),
        (8, 4, 0.21576),
        (8, 6, 0.09560),
        (8, 7, 0.04541),
        (8, 8, 0.0),
        (25, 1, 0.60837),
        (25, 5, 0.42281),
        (25, 12, 0.22688),
        (25, 20, 0.07488),
        (25, 24, 0.01407),
    ],
)
def test_js_of_a_generator_that_covers_k_of_k_modes(modes, covered, exact):
    real, generated = k_of_k(covered, modes)
    assert js_divergence(real, generated) == pytest.approx(exact, abs=5e-6)
    reverse = f_divergence("reverse-kl", real, generated)
    assert reverse == pytest.approx(math.log(modes / covered), abs=1e-14)


def test_zeros_follow_the_conventions():
    assert kl_divergence([0.5, 0.5, 0], [0.25, 0.25, 0.5]) == pytest.approx(LOG_2)
    assert kl_divergence([0.25, 0.25, 0.5], [0.5, 0.5, 0]) == math.inf
    assert kl_divergence([1, 0], [0, 1]) == math.inf
    assert kl_divergence([1, 0], [1, 0]) == 0.0
    assert js_divergence([1, 0], [0, 1]) == LOG_2


@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("kl", math.inf),
        ("reverse-kl", math.inf),
        ("js", LOG_2),
        ("pearson", math.inf),
        ("neyman", math.inf),
        ("squared-hellinger", 2.0),
        ("total-variation", 1.0),
    ],
)
def test_distributions_without_a_common_outcome_are_as_far_apart_as_can_be(name, apart):
    p, q = [0.3, 0.7, 0, 0, 0], [0, 0, 0.1, 0.8, 0.1]
    assert f_divergence(name, p, q) == pytest.approx(apart)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("error")
def test_extreme_probabilities_give_neither_nan_nor_warnings(name):
    p = np.array([[1e-300, 1, 0], [5e-324, 0, 1], [1, 0, 0], [0.5, 0.5, 0]])
    for q in (p[::-1], p, np.roll(p, 1, axis=0)):
        value = f_divergence(name, p, q)
        assert (value >= 0).all()
        assert (value <= F_DIVERGENCES[name].largest).all()


@pytest.mark.parametrize("name", NAMES)
@given(p=distributions, q=distributions)
@EXAMPLES
def test_a_divergence_is_never_negative_nor_above_its_largest_value(name, p, q):
    value = f_divergence(name, p, q)
    assert 0 <= value <= F_DIVERGENCES[name].largest


@pytest.mark.parametrize("name", NAMES)
@given(p=distributions, q=distributions)
@EXAMPLES
def test_a_divergence_is_zero_only_for_equal_distributions(name, p, q):
    assert f_divergence(name, p, p) == 0
    assume(abs(p - q).max() > 1e-12)
    assert f_divergence(name, p, q) > 0


@given(p=distributions, q=distributions)
@EXAMPLES
def test_js_is_at_most_log_2(p, q):
    assert js_divergence(p, q) <= LOG_2


@pytest.mark.parametrize(
    ("name", "swapped"),
    [
        ("js", "js"),
        ("squared-hellinger", "squared-hellinger"),
        ("total-variation", "total-variation"),
        ("kl", "reverse-kl"),
        ("pearson", "neyman"),
    ],
)
@given(p=distributions, q=distributions)
@EXAMPLES
def test_three_divergences_are_symmetric_and_the_others_have_a_reverse(
    name, swapped, p, q
):
    there, back = f_divergence(name, p, q), f_divergence(swapped, q, p)
    assert there == pytest.approx(back, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", NAMES)
@given(p=distributions, q=distributions, at=st.integers(0, 4))
@EXAMPLES
def test_merging_two_outcomes_never_adds_to_a_divergence(name, p, q, at):
    def merge(x):
        return np.append(np.delete(x, [at, at + 1]), x[at] + x[at + 1])

    fine, coarse = f_divergence(name, p, q), f_divergence(name, merge(p), merge(q))
    assert coarse <= fine * (1 + 1e-12) + 1e-15


@pytest.mark.parametrize("name", NAMES)
@given(p=distributions, q=distributions, order=st.permutations(range(6)))
@EXAMPLES
def test_renaming_the_outcomes_changes_nothing(name, p, q, order):
    renamed = f_divergence(name, p[order], q[order])
    assert renamed == pytest.approx(f_divergence(name, p, q), rel=1e-12, abs=1e-15)


@given(p=positive, q=positive)
@EXAMPLES
def test_pinsker_bounds_total_variation_by_kl(p, q):
    assert 2 * f_divergence("total-variation", p, q) ** 2 <= kl_divergence(p, q) + 1e-15


@pytest.mark.parametrize("name", NAMES)
def test_leading_axes_are_kept(name):
    p, q = np.random.default_rng(4).dirichlet(np.ones(5), (2, 2, 3))
    values = f_divergence(name, p, q)
    assert values.shape == (2, 3)
    assert values[1, 2] == pytest.approx(f_divergence(name, p[1, 2], q[1, 2]))
    assert f_divergence(name, p[:0], q[:0]).shape == (0, 3)


def test_numpy_stays_float64_and_tensors_stay_tensors():
    p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    assert kl_divergence(p.astype("float32"), [0.5, 0.5]).dtype == "float64"
    tensor = ops.convert_to_tensor(q, dtype="float32")
    for value in (kl_divergence(p, tensor), kl_divergence(tensor, tensor)):
        assert ops.is_tensor(value)
        assert keras.backend.standardize_dtype(value.dtype) == "float32"
    variable = keras.Variable(q.astype("float32"))
    assert ops.is_tensor(kl_divergence(p, variable))


@pytest.mark.parametrize("name", NAMES)
def test_tensors_give_what_numpy_gives(name):
    p, q = np.random.default_rng(5).dirichlet(np.ones(6), (2, 10)).astype("float32")
    p[0], q[0] = [0.5, 0.5, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0]
    p[1] = q[1]
    measured = f_divergence(name, ops.convert_to_tensor(p), ops.convert_to_tensor(q))
    np.testing.assert_allclose(
        ops.convert_to_numpy(measured), f_divergence(name, p, q), rtol=2e-5, atol=1e-7
    )


@pytest.mark.parametrize("name", ["kl", "js", "squared-hellinger"])
def test_gradients_with_respect_to_logits_match_finite_differences(name):
    p = np.array([[0.5, 0.3, 0.2, 0.0]], dtype="float32")
    logits = np.array([[0.3, -0.4, 0.1, 0.9]], dtype="float32")

    def from_logits(logits):
        return f_divergence(name, p, ops.softmax(logits))

    gradient = ops.convert_to_numpy(input_gradient(from_logits, logits))
    steps = 1e-5 * np.eye(4)

    def exact(z):
        return f_divergence(name, p[0].astype("float64"), np.exp(z) / np.exp(z).sum())

    wanted = [(exact(logits[0] + s) - exact(logits[0] - s)) / 2e-5 for s in steps]
    np.testing.assert_allclose(gradient[0], wanted, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_finite_where_both_distributions_have_zeros(name):
    p = np.array([[0.5, 0.5, 0.0]], dtype="float32")
    q = np.array([[0.4, 0.6, 0.0]], dtype="float32")
    gradient = input_gradient(lambda q: f_divergence(name, p, q), q)
    assert np.isfinite(ops.convert_to_numpy(gradient)).all()


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.4], [0.5, 0.5], "p sums to 0.9.*-0.1 from 1"),
        ([0.5, 0.5], [0.5, 0.6], "q sums to 1.1"),
        ([1.2, -0.2], [0.5, 0.5], "p holds -0.2"),
        ([math.nan, 1.0], [0.5, 0.5], "p holds NaN"),
        ([math.inf, 1.0], [0.5, 0.5], "p sums to inf"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], r"shape \(2,\).*shape \(3,\)"),
        ([0.5, 0.5], [[0.5, 0.5]], r"shape \(2,\).*shape \(1, 2\)"),
        ([], [], "p sums to 0"),
        (1.0, 1.0, "p is a single number"),
    ],
)
@pytest.mark.parametrize("divergence", [kl_divergence, js_divergence])
def test_what_is_not_a_distribution_is_refused(divergence, p, q, message):
    with pytest.raises(ValueError, match=message):
        divergence(p, q)
    with pytest.raises(ValueError, match=message):
        divergence(*(ops.convert_to_tensor(x, dtype="float32") for x in (p, q)))


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("reverse_kl", "reverse-kl"),
        ("JS", "js"),
        ("hellinger", "squared-hellinger"),
        ("total variation", "total-variation"),
        ("peason", "pearson"),
    ],
)
def test_an_unknown_divergence_gets_the_nearest_name(name, nearest):
    with pytest.raises(ValueError, match=f"Did you mean '{nearest}'"):
        f_divergence(name, [0.5, 0.5], [0.5, 0.5])
    with pytest.raises(ValueError, match="There is no divergence"):
        variational_bound(name, [0.0], [0.0])


def test_js_from_logits_is_zero_for_a_discriminator_that_cannot_tell():
    assert js_from_logits(np.zeros((7, 1)), np.zeros((3, 1))) == pytest.approx(0)


def test_js_from_logits_reads_the_divergence_from_the_best_discriminator():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    logits = np.log(p / q)
    real, fake = np.repeat(logits, [50, 30, 20]), np.repeat(logits, [10, 30, 60])
    assert js_from_logits(real, fake) == pytest.approx(js_divergence(p, q), rel=1e-13)
    assert js_from_logits(0.5 * real, 0.5 * fake) < js_divergence(p, q)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_js_from_logits_is_stable_at_ten_thousand(dtype):
    sure = np.full((4, 1), 1e4, dtype)
    assert js_from_logits(sure, -sure) == pytest.approx(LOG_2, rel=1e-12)
    assert js_from_logits(-sure, sure) == pytest.approx(LOG_2 - 1e4, rel=1e-12)
    tensor = ops.convert_to_tensor(sure, dtype="float32")
    assert float(js_from_logits(tensor, -tensor)) == pytest.approx(LOG_2, rel=1e-6)
    assert float(js_from_logits(-tensor, tensor)) == pytest.approx(-9999.307, rel=1e-6)


def test_js_from_logits_is_log_2_minus_the_binary_cross_entropy():
    rng = np.random.default_rng(6)
    real, fake = rng.normal(1, 2, (2, 500, 1)).astype("float32")
    labels = np.concatenate([np.ones_like(real), np.zeros_like(fake)])
    logits = np.concatenate([real, fake])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
    assert js_from_logits(real, fake) == pytest.approx(LOG_2 - float(loss), abs=1e-5)


@pytest.mark.parametrize(
    ("mean", "exact", "error_at_1000"),
    [(1, 0.111421, 0.0094), (2, 0.336831, 0.0126), (4, 0.632720, 0.0073)],
)
def test_the_reading_of_the_best_discriminator_scatters_as_it_should(
    mean, exact, error_at_1000
):
    rng = np.random.default_rng(7)
    x = rng.normal(0, 1, (400, 1000))
    y = rng.normal(mean, 1, (400, 1000))
    readings = [
        js_from_logits(mean * (mean / 2 - real), mean * (mean / 2 - fake))
        for real, fake in zip(x, y, strict=True)
    ]
    assert np.mean(readings) == pytest.approx(exact, abs=4 * error_at_1000 / 20)
    assert np.std(readings) == pytest.approx(error_at_1000, rel=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_the_bound_is_tight_for_the_optimal_score(name):
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    score = F_DIVERGENCES[name].optimal_score(p / q)
    real, fake = np.repeat(score, [50, 30, 20]), np.repeat(score, [10, 30, 60])
    bound = variational_bound(name, real, fake)
    assert bound == pytest.approx(f_divergence(name, p, q), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@given(scores=arrays("float64", 3, elements=st.floats(-20, 20)))
@EXAMPLES
def test_no_scores_bound_a_divergence_above_its_value(name, scores):
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    real, fake = np.repeat(scores, [5, 3, 2]), np.repeat(scores, [1, 3, 6])
    assert variational_bound(name, real, fake) <= f_divergence(name, p, q) + 1e-12


def test_the_bound_named_js_is_js_from_logits():
    real, fake = np.random.default_rng(8).normal(0, 30, (2, 100))
    assert variational_bound("js", real, fake) == pytest.approx(
        js_from_logits(real, fake), rel=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("error")
def test_the_bound_of_extreme_scores_is_a_number_or_minus_infinity(name):
    extreme = np.array([1e4, -1e4, 0.0])
    assert not np.isnan(variational_bound(name, extreme, extreme))
    tensor = ops.convert_to_tensor(extreme, dtype="float32")
    assert not math.isnan(float(variational_bound(name, tensor, tensor)))


@pytest.mark.parametrize(
    "read", [js_from_logits, lambda *s: variational_bound("kl", *s)]
)
def test_an_empty_sample_is_refused(read):
    with pytest.raises(ValueError, match="fake scores are an empty sample"):
        read([1.0], [])
    with pytest.raises(ValueError, match=r"real scores are.*\(0, 1\)"):
        read(np.zeros((0, 1)), [[1.0]])


def test_a_divergence_trains_inside_a_compiled_model():
    class Fitted(keras.Model):
        def __init__(self):
            super().__init__()
            self.logits = self.add_weight(shape=(1, 3), initializer="zeros")

        def call(self, x):
            return ops.softmax(self.logits + 0 * x)

    target = np.tile([[0.7, 0.2, 0.1]], (400, 1)).astype("float32")
    model = Fitted()
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss=kl_divergence)
    model.fit(np.zeros_like(target), target, batch_size=4, verbose=0)
    fitted = ops.convert_to_numpy(ops.softmax(model.logits))
    np.testing.assert_allclose(fitted[0], target[0], atol=0.01)

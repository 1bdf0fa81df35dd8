"""DensityModel against SciPy and scikit-learn; far tails, fitting, saving, refusals."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits
from sklearn.mixture import GaussianMixture

from utils.measures.likelihood import maximum_likelihood
from utils.models.density import DensityModel


def random_gaussians(rng, components, dimensions):
    mixing = rng.normal(size=(components, dimensions, dimensions))
    covariances = mixing @ mixing.swapaxes(1, 2) / dimensions + np.eye(dimensions)
    return (
        rng.normal(size=(components, dimensions)),
        covariances,
        rng.dirichlet(np.full(components, 5.0)),
    )


def correlated(n, dimensions, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, dimensions)) @ rng.normal(size=(dimensions, dimensions))


def scikit_mixture(means, covariances, weights):
    mixture = GaussianMixture(len(means))
    mixture.means_, mixture.covariances_, mixture.weights_ = means, covariances, weights
    mixture.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(covariances))
    return mixture


@pytest.mark.parametrize("dimensions", [1, 2, 7, 100])
def test_the_log_density_of_a_gaussian_is_scipys(dimensions):
    rng = np.random.default_rng(dimensions)
    means, covariances, _ = random_gaussians(rng, 1, dimensions)
    model = DensityModel(dimensions).set_gaussians(means, covariances)
    x = rng.normal(size=(50, dimensions))
    expected = multivariate_normal(means[0], covariances[0]).logpdf(x)
    assert model.log_density(x) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("components", "dimensions"), [(2, 1), (5, 3), (3, 100)])
def test_the_log_density_of_a_mixture_is_scikit_learns(components, dimensions):
    rng = np.random.default_rng(components)
    gaussians = random_gaussians(rng, components, dimensions)
    model = DensityModel(dimensions, components).set_gaussians(*gaussians)
    x = rng.normal(size=(1_500, dimensions))
    expected = scikit_mixture(*gaussians).score_samples(x)
    assert model.log_density(x) == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_a_diagonal_model_keeps_the_diagonals_only():
    means, covariances, _ = random_gaussians(np.random.default_rng(0), 1, 4)
    model = DensityModel(4, covariance="diagonal").set_gaussians(means, covariances)
    x = np.random.default_rng(1).normal(size=(9, 4))
    expected = multivariate_normal(means[0], np.diag(np.diag(covariances[0]))).logpdf(x)
    assert model.log_density(x) == pytest.approx(expected, rel=1e-5)


def test_far_away_in_100_dimensions_nothing_underflows_and_gradients_are_finite():
    model = DensityModel(100, 3, "diagonal")
    far = np.full((4, 100), 1e4, "float32")
    assert np.isfinite(model.log_density(far)).all()
    model.compile(keras.optimizers.SGD(1e-12))
    assert np.isfinite(float(model.train_on_batch(far)))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_the_closed_form_is_the_maximum(covariance):
    x = correlated(400, 3)
    model = DensityModel(3, covariance=covariance).fit_closed_form(x)
    best = model.log_density(x).mean()
    weights = model.get_weights()
    rng = np.random.default_rng(2)
    for _ in range(20):
        model.set_weights([w + rng.normal(0, 0.05, w.shape) for w in weights])
        assert model.log_density(x).mean() < best + 1e-6


def test_the_closed_form_is_the_mean_and_the_covariance():
    x = correlated(300, 4)
    means, covariances, weights = DensityModel(4).fit_closed_form(x).gaussians()
    assert means[0] == pytest.approx(x.mean(axis=0), abs=1e-5)
    assert covariances[0] == pytest.approx(np.cov(x.T, bias=True), rel=1e-4, abs=1e-4)
    assert weights == pytest.approx([1.0])


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_gradients_climb_to_the_closed_form(covariance):
    x = correlated(512, 2, seed=3).astype("float32")
    x /= x.std()
    exact = DensityModel(2, covariance=covariance).fit_closed_form(x)
    model = DensityModel(2, covariance=covariance)
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(np.tile(x, (250, 1)), batch_size=512, shuffle=False, verbose=0)
    assert model.log_density(x).mean() == pytest.approx(
        exact.log_density(x).mean(), abs=2e-3
    )


def test_a_mixture_climbs_as_high_as_scikit_learns():
    centers = np.array([[-4, 0], [4, 0], [0, 5]])
    rng = np.random.default_rng(0)
    x = (centers[rng.integers(0, 3, 900)] + rng.normal(size=(900, 2))).astype("float32")
    theirs = GaussianMixture(3, random_state=0).fit(x)
    model = DensityModel(2, 3).start_from(x)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(np.tile(x, (100, 1)), batch_size=900, shuffle=False, verbose=0)
    assert model.log_density(x).mean() == pytest.approx(theirs.score(x), abs=0.01)


def test_the_loss_is_minus_the_mean_log_density_and_validation_is_the_same():
    x = correlated(64, 2).astype("float32")
    model = DensityModel(2)
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(x, batch_size=64, validation_data=(x,), verbose=0).history
    expected = -model.log_density(x).mean()
    assert history["loss"] == pytest.approx([expected], rel=1e-5)
    assert history["val_loss"] == pytest.approx([expected], rel=1e-5)


def test_samples_have_the_mean_and_the_covariance_of_the_model():
    means, covariances, weights = random_gaussians(np.random.default_rng(5), 2, 3)
    model = DensityModel(3, 2).set_gaussians(means, covariances, weights)
    x = model.sample(50_000, seed=1)
    mean, covariance = maximum_likelihood(x)
    exact_mean = weights @ means
    between = (means - exact_mean).T @ ((means - exact_mean) * weights[:, None])
    within = np.einsum("k,kij->ij", weights, covariances)
    assert mean == pytest.approx(exact_mean, abs=0.05)
    assert covariance == pytest.approx(between + within, abs=0.1)
    assert np.array_equal(x, model.sample(50_000, seed=1))
    assert not np.array_equal(x[:9], model.sample(9, seed=2))


def test_bits_of_an_even_density_are_the_logarithm_of_the_levels():
    model = DensityModel(1).set_gaussians([[0.0]], [[[1.0]]])
    x = np.linspace(-1, 1, 11)[:, None]
    expected = -model.log_density(x).mean() / np.log(2) - np.log2(0.125)
    assert model.bits_per_dimension(x, 0.125) == pytest.approx(expected, rel=1e-6)


def test_digits_cost_fewer_bits_with_each_better_model():
    images = load_digits().data / 8 - 1
    x = images + np.random.default_rng(0).uniform(-1 / 16, 1 / 16, images.shape)
    diagonal = DensityModel(64, covariance="diagonal").fit_closed_form(x)
    models = diagonal, DensityModel(64).fit_closed_form(x), DensityModel(64, 8)
    models[2].start_from(x)
    bits = [model.bits_per_dimension(x, 1 / 8) for model in models]
    assert np.log2(17) > bits[0] > bits[1] > bits[2] > 2


def test_a_saved_model_is_the_same_model(tmp_path):
    x = correlated(200, 3)
    model = DensityModel(3, 2).start_from(x)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(x.astype("float32"), verbose=0)
    model.save(tmp_path / "density.keras")
    loaded = keras.saving.load_model(tmp_path / "density.keras")
    assert np.array_equal(loaded.log_density(x), model.log_density(x))
    assert loaded.get_config()["components"] == 2
    loaded.fit(x.astype("float32"), verbose=0)


@pytest.mark.parametrize("labels", [None, np.zeros(8)])
def test_sample_weights_weigh_the_losses(labels):
    x = correlated(8, 2).astype("float32")
    model = DensityModel(2)
    weights = np.arange(8, dtype="float32")
    expected = -(weights * model.log_density(x)).mean()
    loss = model.compute_loss(y_pred=model(x), sample_weight=ops.array(weights))
    assert float(loss) == pytest.approx(expected)
    model.compile(keras.optimizers.SGD(0.0))
    fit = model.fit(x, labels, sample_weight=weights, batch_size=3, verbose=0)
    assert fit.history["loss"] == pytest.approx([expected], rel=1e-5)


def test_whole_numbers_and_half_precision_make_no_difference():
    x = np.random.default_rng(0).integers(-300, 300, (40, 3))
    expected = DensityModel(3).log_density(x)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = DensityModel(3)
        model.compile(keras.optimizers.SGD(0.0))
        loss = model.fit(x, batch_size=40, verbose=0).history["loss"][0]
    finally:
        keras.config.set_dtype_policy("float32")
    assert loss == pytest.approx(-expected.mean(), rel=1e-5)
    assert model.log_density(x) == pytest.approx(expected)


def test_more_probable_components_have_a_larger_logit():
    gaussians = [[0.0], [9.0]], [[[1.0]], [[1.0]]], [0.9, 0.1]
    model = DensityModel(1, 2).set_gaussians(*gaussians)
    means, _, weights = model.gaussians()
    assert weights == pytest.approx([0.9, 0.1])
    points = model.sample(4_000)
    assert (points > 4.5).mean() == pytest.approx(0.1, abs=0.02)
    assert means.ravel() == pytest.approx([0, 9])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "dimensions was 0"),
        ((2.5,), "dimensions was 2.5"),
        ((2, 0), "components was 0"),
        ((2, 1, "spherical"), "no covariance 'spherical'.*'diagonal', 'full'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        DensityModel(*arguments)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda m: m.fit(np.zeros((3, 5))), r"shape \(3, 5\)"),
        (lambda m: m.fit(np.zeros((0, 2))), r"shape \(0, 2\)"),
        (lambda m: m.fit(np.full((3, 2), np.nan)), "NaN"),
        (lambda m: m.fit_closed_form(np.zeros((5, 2))), "smallest eigenvalue is 0"),
        (lambda m: m.fit_closed_form(np.ones((1, 2))), "fewer points"),
        (lambda m: m.sample(0), "n was 0"),
        (lambda m: m.start_from(np.zeros((0, 2))), "shape"),
        (lambda m: DensityModel(2, 3).start_from(np.eye(2)), "at least as many"),
        (lambda m: m.log_density(np.zeros((3, 2, 1))), r"x\.reshape"),
        (lambda m: m.log_density([["a", "b"]]), "type <U1"),
        (lambda m: m.start_from(np.eye(2), shrinkage=0), "shrinkage was 0"),
        (lambda m: m.set_gaussians([[0, 0]], [[[1, 2], [2, 1]]]), "eigenvalue is -1"),
        (lambda m: m.set_gaussians([[0, 0]], [np.eye(2)], [2.0]), "sum to 1"),
        (lambda m: m.set_gaussians([[0]], [[[1]]]), "shapes"),
    ],
)
def test_wrong_points_and_parameters_are_refused(action, message):
    model = DensityModel(2)
    model.compile("sgd")
    with pytest.raises(ValueError, match=message):
        action(model)


def test_a_mixture_has_no_closed_form():
    with pytest.raises(ValueError, match="no closed form"):
        DensityModel(2, 3).fit_closed_form(correlated(50, 2))

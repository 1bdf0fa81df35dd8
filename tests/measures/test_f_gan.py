"""The rows of the table hold together: conjugates, activations, critics, limits."""

import numpy as np
import pytest
from keras import ops

from utils.measures._stable import pointwise
from utils.measures.divergences import f_divergence
from utils.measures.f_gan import F_DIVERGENCES

RATIOS = np.array([1e-3, 0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 7.0, 200.0])
SCORES = np.linspace(-5, 5, 21)
SMOOTH = [row for row in F_DIVERGENCES.values() if row.name != "total-variation"]


@pytest.fixture(params=F_DIVERGENCES.values(), ids=F_DIVERGENCES)
def row(request):
    return request.param


def test_the_generator_is_zero_at_one_and_convex(row):
    assert row.f(np.float64(1)) == pytest.approx(0, abs=1e-15)
    left, right = RATIOS[:-1], RATIOS[1:]
    middle = row.f((left + right) / 2)
    assert (middle <= (row.f(left) + row.f(right)) / 2 + 1e-14).all()


def test_the_generator_gives_the_divergence(row):
    p, q = np.random.default_rng(0).dirichlet(np.ones(6), (2, 50))
    by_generator = (q * row.f(p / q)).sum(axis=1)
    np.testing.assert_allclose(by_generator, f_divergence(row.name, p, q), rtol=1e-10)


def test_the_critic_is_the_slope_of_the_generator(row):
    away_from_the_kink = RATIOS[RATIOS != 1]
    step = 1e-6 * away_from_the_kink
    rise = row.f(away_from_the_kink + step)
    rise -= row.f(away_from_the_kink - step)
    np.testing.assert_allclose(
        row.optimal_critic(away_from_the_kink), rise / (2 * step), rtol=1e-6, atol=1e-8
    )


def test_conjugate_and_generator_meet_at_the_critic(row):
    """f(u) + f*(t) = u·t exactly where t = f'(u) (Fenchel and Young)."""
    critic = row.optimal_critic(RATIOS)
    np.testing.assert_allclose(
        row.conjugate(critic),
        RATIOS * critic - row.f(RATIOS),
        rtol=1e-9,
        atol=1e-12,
    )


def test_the_conjugate_is_the_largest_of_all_lines(row):
    ratios = np.geomspace(1e-6, 1e6, 4001)[:, None]
    critic = row.activation(np.linspace(-2, 1.4, 9))
    lines = (ratios * critic - row.f(ratios)).max(axis=0)
    conjugate = row.conjugate(critic)
    assert (lines <= conjugate + 1e-9).all()
    if row in SMOOTH:
        np.testing.assert_allclose(lines, conjugate, rtol=1e-3, atol=1e-3)


def test_the_activation_is_increasing(row):
    assert (np.diff(row.activation(SCORES)) > 0).all()


def test_the_conjugate_of_the_activation_is_their_composition(row):
    np.testing.assert_allclose(
        row.conjugate_of_activation(SCORES),
        row.conjugate(row.activation(SCORES)),
        rtol=1e-8,
        atol=1e-12,
    )


def test_the_activation_of_the_optimal_score_is_the_optimal_critic(row):
    np.testing.assert_allclose(
        row.activation(row.optimal_score(RATIOS)),
        row.optimal_critic(RATIOS),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    "function", ["f", "conjugate", "activation", "conjugate_of_activation"]
)
def test_functions_take_tensors_as_well_as_arrays(row, function):
    points = np.array([0.2, 0.4, 0.45], dtype="float32")
    if function == "conjugate":
        points = row.activation(points).astype("float32")
    from_tensor = getattr(row, function)(ops.convert_to_tensor(points))
    assert ops.is_tensor(from_tensor)
    np.testing.assert_allclose(
        ops.convert_to_numpy(from_tensor),
        getattr(row, function)(points.astype("float64")),
        rtol=1e-4,
        atol=1e-6,
    )


def test_the_kl_generator_is_zero_at_zero():
    assert F_DIVERGENCES["kl"].f(np.zeros(2)).tolist() == [0, 0]


def test_the_papers_jensen_shannon_is_twice_ours():
    u = RATIOS
    papers = -(u + 1) * np.log((1 + u) / 2) + u * np.log(u)
    np.testing.assert_allclose(2 * F_DIVERGENCES["js"].f(u), papers, atol=1e-12)


def test_pointwise_neither_underflows_nor_overflows_far_in_the_tails(row):
    log_p = np.array([-1000.0, -1e5, -3.0, -1e300, -np.inf])
    log_q = np.array([-1001.0, -1.0, -1e6, -1e300, -np.inf])
    values = pointwise(row, log_p, log_q)
    assert not np.isnan(values).any()
    assert (values >= 0).all()
    assert values[-1] == 0
    if row.name == "kl":
        assert values[2] == pytest.approx(np.exp(-3) * (1e6 - 3), rel=1e-4)


def test_nearly_equal_densities_keep_their_digits(row):
    """All divergences shrink like half f''(1) times the squared difference."""
    curvature = {"kl": 1, "reverse-kl": 1, "js": 0.25, "pearson": 2, "neyman": 2}
    curvature["squared-hellinger"] = 0.5
    log_ratio = 1e-6
    value = pointwise(row, np.array([log_ratio]), np.array([0.0]))[0]
    if row.name == "total-variation":
        assert value == pytest.approx(log_ratio / 2, rel=1e-5)
    else:
        exact = curvature[row.name] * log_ratio**2 / 2
        assert value == pytest.approx(exact, rel=1e-5)

"""Right and wrong answers to the exercises of lesson 01, told apart by their checks."""

import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, stub, wrong
from keras import ops
from scipy.optimize import minimize
from scipy.special import rel_entr
from scipy.stats import entropy, norm

from utils.checks import lesson01
from utils.checks.reverse_fits import cases
from utils.measures.divergences import kl_divergence
from utils.measures.gaussian_kl import gaussian_kl
from utils.measures.likelihood import maximum_likelihood

# 1.1, KL with zeros


def kl_with_masks(p, q):
    seen = p > 0
    if np.any(q[seen] == 0):
        return np.inf
    return np.sum(p[seen] * np.log(p[seen] / q[seen]))


def kl_in_a_loop(p, q):
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += np.inf if b == 0 else a * np.log(a / b)
    return total


def kl_with_where(p, q):
    return np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1) / q), 0))


def kl_with_ops(p, q):
    return ops.convert_to_tensor(float(np.sum(rel_entr(p, q))))


def plain_formula(p, q):
    return np.sum(p * np.log(p / q))


def on_seen(formula):
    """A wrong formula that at least handles zeros in p."""
    return lambda p, q: formula(p[p > 0], q[p > 0])


@right(
    masks=kl_with_masks,
    loop=kl_in_a_loop,
    where=kl_with_where,
    scipy=lambda p, q: rel_entr(p, q).sum(),
    entropy=lambda p, q: entropy(p, q),
    keras=kl_with_ops,
    course=kl_divergence,
    other_names=lambda a, b: kl_with_masks(a, b),
)
def test_a_right_discrete_kl_passes(capsys, answer):
    passes(capsys, lesson01.discrete_kl, answer, "1.1")


@wrong(
    swapped=(lambda p, q: kl_with_masks(q, p), "p and q swapped"),
    sign=(lambda p, q: -kl_with_masks(p, q), "sign flipped"),
    bits=(lambda p, q: kl_with_masks(p, q) / np.log(2), "in bits"),
    base_10=(lambda p, q: kl_with_masks(p, q) / np.log(10), "base 10"),
    mean=(on_seen(lambda p, q: np.mean(p * np.log(p / q))), "number of outcomes"),
    unweighted=(on_seen(lambda p, q: np.sum(np.log(p / q))), "equal weights"),
    cross_entropy=(on_seen(lambda p, q: -np.sum(p * np.log(q))), "cross-entropy"),
    entropy=(on_seen(lambda p, q: -np.sum(p * np.log(p))), "entropy of p"),
    both_ways=(
        lambda p, q: kl_with_masks(p, q) + kl_with_masks(q, p),
        "both directions",
    ),
    jensen_shannon=(
        lambda p, q: (
            (kl_with_masks(p, (p + q) / 2) + kl_with_masks(q, (p + q) / 2)) / 2
        ),
        "Jensen-Shannon",
    ),
    absolute=(
        on_seen(lambda p, q: np.sum(p * abs(np.log(p / q)))),
        "absolute value",
    ),
    nan_at_zero=(plain_formula, "NaN where an outcome has p = 0"),
    infinite_at_zero=(
        lambda p, q: np.inf if np.any(p == 0) else plain_formula(p, q),
        "never happens costs nothing",
    ),
    both_zero=(
        lambda p, q: np.inf if np.any(q == 0) else kl_with_masks(p, q),
        "and q is 0 too",
    ),
    clipped=(
        lambda p, q: np.sum(p * np.log((p + 1e-9) / (q + 1e-9))),
        "small number inside the logarithm",
    ),
    impossible_left_out=(
        lambda p, q: kl_with_masks(p[q > 0], q[q > 0]),
        "leaves out the outcomes with q = 0",
    ),
    a_vector=(lambda p, q: rel_entr(p, q), "shape"),
    nothing=(lambda p, q: None, "return"),
    half=(lambda p, q: kl_with_masks(p, q) / 2, "is right"),
    other_order=(lambda q, p: kl_with_masks(p, q), "exchanged the order"),
)
def test_a_wrong_discrete_kl_is_rejected(answer, message):
    is_rejected(lesson01.discrete_kl, answer, message)


# 1.2, KL of two Gaussians


def closed_form(mean_p, std_p, mean_q, std_q):
    squares = std_p**2 + (mean_p - mean_q) ** 2
    return np.log(std_q / std_p) + squares / (2 * std_q**2) - 0.5


def by_quadrature(mean_p, std_p, mean_q, std_q):
    x = np.linspace(mean_p - 12 * std_p, mean_p + 12 * std_p, 4_001)
    p, q = norm(mean_p, std_p), norm(mean_q, std_q)
    return np.sum(p.pdf(x) * (p.logpdf(x) - q.logpdf(x))) * (x[1] - x[0])


def with_variances(mean_p, std_p, mean_q, std_q):
    ratio = std_p**2 / std_q**2
    return 0.5 * (ratio - np.log(ratio) - 1 + ((mean_p - mean_q) / std_q) ** 2)


@right(
    closed=closed_form,
    quadrature=by_quadrature,
    variances=with_variances,
    course=gaussian_kl,
)
def test_a_right_kl_of_gaussians_passes(capsys, answer):
    passes(capsys, lesson01.kl_of_gaussians, answer, "1.2")


@wrong(
    swapped=(lambda m, s, n, t: closed_form(n, t, m, s), "p and q swapped"),
    no_half=(lambda m, s, n, t: closed_form(m, s, n, t) + 0.5, "½ too large"),
    plus_half=(lambda m, s, n, t: closed_form(m, s, n, t) + 1, "1 too large"),
    variance=(lambda m, s, n, t: closed_form(m, s**0.5, n, t**0.5), "for variances"),
    logarithm_turned=(
        lambda m, s, n, t: closed_form(m, s, n, t) - 2 * np.log(t / s),
        "upside down",
    ),
    no_logarithm=(
        lambda m, s, n, t: closed_form(m, s, n, t) - np.log(t / s),
        "lacks the logarithm",
    ),
    twice_the_logarithm=(
        lambda m, s, n, t: closed_form(m, s, n, t) + np.log(t / s),
        "twice the logarithm",
    ),
    no_means=(lambda m, s, n, t: closed_form(0, s, 0, t), "look at the means"),
    no_variance_of_p=(
        lambda m, s, n, t: np.log(t / s) + (m - n) ** 2 / (2 * t**2) - 0.5,
        "lacks σ_p²",
    ),
    no_two=(
        lambda m, s, n, t: np.log(t / s) + (s**2 + (m - n) ** 2) / t**2 - 0.5,
        "lacks the 2",
    ),
    bits=(lambda m, s, n, t: closed_form(m, s, n, t) / np.log(2), "in bits"),
    sign=(lambda m, s, n, t: -closed_form(m, s, n, t), "sign flipped"),
    nothing=(lambda m, s, n, t: None, "return"),
    constant=(lambda m, s, n, t: 3.0, "is right"),
    other_order=(
        lambda mean_q, std_q, mean_p, std_p: closed_form(mean_p, std_p, mean_q, std_q),
        "exchanged the order",
    ),
)
def test_a_wrong_kl_of_gaussians_is_rejected(answer, message):
    is_rejected(lesson01.kl_of_gaussians, answer, message)


# 1.3, the most likely Gaussian


def by_hand(x):
    mean = x.mean(axis=0)
    return mean, (x - mean).T @ (x - mean) / len(x)


def with_loops(x):
    mean = sum(x) / len(x)
    return mean, sum(np.outer(row - mean, row - mean) for row in x) / len(x)


@right(
    by_hand=by_hand,
    loops=with_loops,
    numpy=lambda x: (x.mean(0), np.atleast_2d(np.cov(x.T, bias=True))),
    moments=lambda x: (
        x.mean(0),
        x.T @ x / len(x) - np.outer(x.mean(0), x.mean(0)),
    ),
    course=maximum_likelihood,
)
def test_a_right_fit_passes(capsys, answer):
    passes(capsys, lesson01.fit_gaussian, answer, "1.3")


@wrong(
    unbiased=(lambda x: (x.mean(0), np.cov(x.T)), "divides by n − 1"),
    wrong_way_round=(lambda x: (x.mean(0), np.cov(x)), "variables in rows"),
    variances=(lambda x: (x.mean(0), x.var(0)), "variances alone"),
    diagonal=(lambda x: (x.mean(0), np.diag(x.var(0))), "off the diagonal"),
    not_centered=(lambda x: (x.mean(0), x.T @ x / len(x)), "not subtract the mean"),
    sum_of_products=(
        lambda x: (x.mean(0), len(x) * by_hand(x)[1]),
        "divide the sum by n",
    ),
    correlation=(lambda x: (x.mean(0), np.corrcoef(x.T)), "correlations"),
    precision=(lambda x: (x.mean(0), np.linalg.inv(by_hand(x)[1])), "inverse"),
    swapped=(lambda x: by_hand(x)[::-1], "covariance first"),
    mean_of_all=(lambda x: (x.mean(), by_hand(x)[1]), "axis=0"),
    mean_of_rows=(lambda x: (x.mean(1), by_hand(x)[1]), "for each point"),
    median=(lambda x: (np.median(x, axis=0), by_hand(x)[1]), "median"),
    total=(lambda x: (x.sum(0), by_hand(x)[1]), "sum of the points"),
    keepdims=(lambda x: (x.mean(0, keepdims=True), by_hand(x)[1]), "keepdims"),
    mean_only=(lambda x: x.mean(0), "must return two arrays"),
    nothing=(lambda x: None, "return"),
)
def test_a_wrong_fit_is_rejected(answer, message):
    is_rejected(lesson01.fit_gaussian, answer, message)


# 1.4, show the identity


def identity(rolls, q):
    p = np.bincount(rolls, minlength=len(q)) / len(rolls)
    return np.mean(np.log(q[rolls])), rel_entr(p, q).sum(), entropy(p)


def identity_with_masks(rolls, q):
    p = np.array([np.mean(rolls == k) for k in range(len(q))])
    p, q_seen = p[p > 0], q[p > 0]
    return [
        np.sum(p * np.log(q_seen)),
        np.sum(p * np.log(p / q_seen)),
        -np.sum(p * np.log(p)),
    ]


def identity_without_masks(rolls, q):
    p = np.bincount(rolls, minlength=len(q)) / len(rolls)
    return np.mean(np.log(q[rolls])), np.sum(p * np.log(p / q)), -np.sum(p * np.log(p))


def changed(position, change):
    """The identity with one of its numbers changed."""

    def answer(rolls, q):
        numbers = list(identity(rolls, q))
        numbers[position] = change(numbers, rolls, q)
        return tuple(numbers)

    return answer


@right(
    scipy=identity,
    masks=identity_with_masks,
    array=lambda rolls, q: np.array(identity(rolls, q)),
    unique=lambda rolls, q: (
        np.log(q)[rolls].mean(),
        kl_divergence(np.bincount(rolls, minlength=len(q)) / len(rolls), q),
        entropy(np.unique(rolls, return_counts=True)[1]),
    ),
)
def test_a_right_identity_passes(capsys, answer):
    passes(capsys, lesson01.three_numbers, answer, "1.4")


@wrong(
    total=(changed(0, lambda n, r, q: n[0] * len(r)), "adds the log-likelihoods up"),
    loss=(changed(0, lambda n, r, q: -n[0]), "minus the log-likelihood"),
    over_faces=(changed(0, lambda n, r, q: np.log(q).mean()), "over the faces"),
    log_of_mean=(changed(0, lambda n, r, q: np.log(q[r].mean())), "logarithm of the"),
    product=(changed(0, lambda n, r, q: q[r].prod()), "a product"),
    kl_sign=(changed(1, lambda n, r, q: -n[1]), "minus the KL"),
    cross_entropy=(changed(1, lambda n, r, q: -n[0]), "cross-entropy for KL"),
    counts=(changed(1, lambda n, r, q: n[1] * len(r)), "counts for p̂"),
    entropy_sign=(changed(2, lambda n, r, q: -n[2]), "minus that"),
    entropy_of_model=(changed(2, lambda n, r, q: entropy(q)), "of the model"),
    entropy_in_bits=(changed(2, lambda n, r, q: n[2] / np.log(2)), "in bits"),
    order=(lambda r, q: [identity(r, q)[i] for i in (1, 0, 2)], "the order is"),
    other_order=(lambda r, q: [identity(r, q)[i] for i in (0, 2, 1)], "the order is"),
    nan=(identity_without_masks, "never came up"),
    two=(lambda r, q: identity(r, q)[:2], "three numbers"),
    nothing=(lambda r, q: None, "return"),
)
def test_a_wrong_identity_is_rejected(answer, message):
    is_rejected(lesson01.three_numbers, answer, message)


# 1.5, fit by reverse KL

GRID = np.linspace(-15, 15, 3_001)
STEP = GRID[1] - GRID[0]


def reverse_kl(log_p, mean, std):
    log_q = norm.logpdf(GRID, mean, std)
    return np.sum(np.exp(log_q) * (log_q - log_p(GRID))) * STEP


def search(loss, mean, std, method="Nelder-Mead"):
    start = [mean, np.log(std)]
    found = minimize(lambda v: loss(v[0], np.exp(v[1])), start, method=method)
    return found.x[0], np.exp(found.x[1])


def on_a_grid(log_p, mean, std):
    return search(lambda m, s: reverse_kl(log_p, m, s), mean, std)


def by_gradient(log_p, mean, std):
    return search(lambda m, s: reverse_kl(log_p, m, s), mean, std, "L-BFGS-B")


def by_quadrature_nodes(log_p, mean, std):
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    return search(lambda m, s: -np.log(s) - weights @ log_p(m + s * nodes), mean, std)


def by_descent(log_p, mean, std):
    v = np.array([mean, np.log(std)])
    for _ in range(1_500):
        slope = [
            (reverse_kl(log_p, a, np.exp(b)) - reverse_kl(log_p, c, np.exp(d))) / 2e-4
            for (a, b), (c, d) in ((v + e, v - e) for e in 1e-4 * np.eye(2))
        ]
        v = v - 0.03 * np.array(slope)
        if np.abs(slope).max() < 1e-3:
            break
    return v[0], np.exp(v[1])


def forward(log_p, mean, std):
    p = np.exp(log_p(GRID))
    mean = np.sum(p * GRID) * STEP
    return mean, np.sqrt(np.sum(p * (GRID - mean) ** 2) * STEP)


def most_likely_point(log_p, mean, std):
    return search(
        lambda m, s: -np.sum(norm.pdf(GRID, m, max(s, 0.02)) * log_p(GRID)) * STEP,
        mean,
        std,
    )


@right(
    grid=on_a_grid,
    gradient=by_gradient,
    nodes=by_quadrature_nodes,
    descent=by_descent,
)
def test_a_right_reverse_fit_passes(capsys, answer):
    passes(capsys, lesson01.fit_by_reverse_kl, answer, "1.5")


@wrong(
    forward=(forward, "forward KL"),
    start=(lambda log_p, mean, std: (mean, std), "returns the start"),
    swapped=(lambda *a: on_a_grid(*a)[::-1], "std before the mean"),
    log_std=(
        lambda *a: (on_a_grid(*a)[0], np.log(on_a_grid(*a)[1])),
        "np.exp",
    ),
    variance=(lambda *a: (on_a_grid(*a)[0], on_a_grid(*a)[1] ** 2), "square root"),
    other_bump=(lambda p, m, s: on_a_grid(p, -m, s), "the other bump"),
    negative=(lambda *a: (on_a_grid(*a)[0], -1.0), "positive"),
    a_point=(most_likely_point, "shrinks to a point"),
    runs_away=(lambda p, m, s: (m, 1e3), "runs away"),
    not_finite=(lambda p, m, s: (np.nan, s), "ran away"),
    one_number=(lambda *a: on_a_grid(*a)[0], "must return two numbers"),
    nothing=(lambda p, m, s: None, "return"),
    halfway=(lambda p, m, s: (on_a_grid(p, m, s)[0], 0.9), "a descent reaches"),
)
def test_a_wrong_reverse_fit_is_rejected(answer, message):
    is_rejected(lesson01.fit_by_reverse_kl, answer, message)


def test_the_reference_of_1_5_costs_the_logarithm_of_the_weight():
    case = cases()[0]
    assert case.reverse_kl(*case.best()) == pytest.approx(-np.log(0.6), abs=0.01)
    assert case.best()[0] == pytest.approx(-2, abs=0.02)


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (lesson01.discrete_kl, "1.1"),
        (lesson01.kl_of_gaussians, "1.2"),
        (lesson01.fit_gaussian, "1.3"),
        (lesson01.three_numbers, "1.4"),
        (lesson01.fit_by_reverse_kl, "1.5"),
    ],
)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, check, number):
    monkeypatch.delenv("COURSE_STRICT")
    check(stub)
    assert f"○ Exercise {number} is not attempted yet" in capsys.readouterr().out

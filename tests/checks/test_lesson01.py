"""Right and wrong answers to the exercises of lesson 01, told apart by their checks.

What the catalogs know is tested in `test_catalog.py`; here stands what they do not.
"""

import numpy as np
import pytest
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.optimize import minimize
from scipy.special import rel_entr
from scipy.stats import entropy, norm

from utils.checks import lesson01
from utils.checks.lesson01.fit_by_reverse_kl import Density, descend, reverse_kl
from utils.measures.divergences import kl_divergence
from utils.measures.gaussian_kl import gaussian_kl
from utils.measures.likelihood import maximum_likelihood

# 1.2, KL with zeros


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


def plain_formula(p, q):
    return np.sum(p * np.log(p / q))


def forgets_what_came_before_a_zero(p, q):
    kl = 0.0
    for a, b in zip(p, q, strict=True):
        if a == 0:
            kl = 0.0
        elif b == 0:
            kl = np.inf
        else:
            kl += a * np.log(a / b)
    return kl


def patches_the_zeros(p, q):
    p[p == 0] = 1e-300
    if (q[p > 1e-299] == 0).any():
        return np.inf
    q[q == 0] = 1e-300
    return np.sum(p * np.log(p / q))


def shifts_in_place(p, q):
    p += 1e-8
    q += 1e-8
    return plain_formula(p, q)


def only_common_outcomes(p, q):
    seen = p > 0.01
    return np.inf if (q[seen] == 0).any() else plain_formula(p[seen], q[seen])


def never_large(p, q):
    kl = kl_with_masks(p, np.clip(q, 1e-9, 1))
    return kl if kl < 2 else np.inf


@right(
    masks=kl_with_masks,
    loop=kl_in_a_loop,
    where=kl_with_where,
    scipy=lambda p, q: rel_entr(p, q).sum(),
    entropy=lambda p, q: entropy(p, q),
    keras=lambda p, q: ops.convert_to_tensor(float(np.sum(rel_entr(p, q)))),
    nansum=lambda p, q: np.nansum(np.where(p > 0, p * np.log(p / q), 0)),
    other_names=lambda a, b: kl_with_masks(a, b),
)
def test_a_right_discrete_kl_passes(capsys, answer):
    passes(capsys, lesson01.discrete_kl, answer, "1.2")


@wrong(
    forgets=(forgets_what_came_before_a_zero, "returns 0.4159 .* adds exactly 0"),
    common_only=(only_common_outcomes, "leaves rare outcomes out"),
    never_large=(never_large, "is infinite where q is only tiny"),
    epsilon=(
        lambda p, q: np.sum(p * np.log((p + 1e-9) / (q + 1e-9))),
        "small number inside the logarithm",
    ),
    half=(lambda p, q: kl_with_masks(p, q) / 2, "is half of the right one"),
    rounded=(
        lambda p, q: round(float(kl_with_masks(p, q)), 2),
        "rounded to 2 decimals",
    ),
)
def test_a_wrong_discrete_kl_is_rejected(answer, message):
    is_rejected(lesson01.discrete_kl, answer, message)


@pytest.mark.parametrize("spoiler", [patches_the_zeros, shifts_in_place])
def test_what_an_answer_writes_harms_no_later_one(monkeypatch, capsys, spoiler):
    monkeypatch.delenv("COURSE_STRICT")
    lesson01.discrete_kl(spoiler)
    lesson01.discrete_kl(kl_with_masks)
    lesson01.discrete_kl(forgets_what_came_before_a_zero)
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == list("✗✓✗")


# 1.3, KL of two Gaussians


def by_quadrature(mean_p, std_p, mean_q, std_q):
    x = np.linspace(mean_p - 12 * std_p, mean_p + 12 * std_p, 4_001)
    p, q = norm(mean_p, std_p), norm(mean_q, std_q)
    return np.sum(p.pdf(x) * (p.logpdf(x) - q.logpdf(x))) * (x[1] - x[0])


def with_variances(mean_p, std_p, mean_q, std_q):
    ratio = std_p**2 / std_q**2
    return 0.5 * (ratio - np.log(ratio) - 1 + ((mean_p - mean_q) / std_q) ** 2)


def monte_carlo(mean_p, std_p, mean_q, std_q, rng=None):
    x = (rng or np.random.default_rng()).normal(mean_p, std_p, 10_000)
    return np.mean(norm.logpdf(x, mean_p, std_p) - norm.logpdf(x, mean_q, std_q))


def precedence(mean_p, std_p, mean_q, std_q):
    square = std_p**2 + (mean_p - mean_q) ** 2
    return np.log(std_q / std_p) + square / 2 * std_q**2 - 0.5


@right(
    quadrature=by_quadrature,
    variances=with_variances,
    course=gaussian_kl,
    other_way_to_write=lambda m, s, n, t: (
        np.log(t) - np.log(s) - 1 / 2 + (s**2 + (n - m) ** 2) / t / t / 2
    ),
)
def test_a_right_kl_of_gaussians_passes(capsys, answer):
    passes(capsys, lesson01.kl_of_gaussians, answer, "1.3")


@wrong(
    precedence=(precedence, "from left to right"),
    halved=(lambda *a: gaussian_kl(*a) / 2, "is half of the right one"),
    sampled_with_a_seed=(
        lambda *a: monte_carlo(*a, rng=np.random.default_rng(0)),
        r"where .* is right.*\(Nearly",
    ),
    constant=(lambda m, s, n, t: 3.0, "same whatever it is given"),
    shifted=(lambda *a: gaussian_kl(*a) - 0.25, "is 0.25 too small each time"),
    other_places=(
        lambda mp, mq, sp, sq: gaussian_kl(mp, abs(sp), mq, abs(sq)),
        "exchanged its arguments|is right",
    ),
)
def test_a_wrong_kl_of_gaussians_is_rejected(answer, message):
    is_rejected(lesson01.kl_of_gaussians, answer, message)


def test_an_unforeseen_slip_does_not_give_the_derivation_away():
    is_rejected(lesson01.kl_of_gaussians, lambda m, s, n, t: m + s, r"^((?!σ_q²).)*$")


# 1.1, the most likely Gaussian


def by_hand(x):
    mean = x.mean(axis=0)
    return mean, (x - mean).T @ (x - mean) / len(x)


def with_loops(x):
    mean = sum(x) / len(x)
    return mean, sum(np.outer(row - mean, row - mean) for row in x) / len(x)


@right(
    loops=with_loops,
    numpy=lambda x: (x.mean(axis=0), np.cov(x.T, bias=True)),
    numpy_ddof=lambda x: (x.mean(0), np.atleast_2d(np.cov(x, rowvar=False, ddof=0))),
    moments=lambda x: (
        x.mean(0),
        x.T @ x / len(x) - np.outer(x.mean(0), x.mean(0)),
    ),
    a_list=lambda x: list(by_hand(x)),
    course=maximum_likelihood,
)
def test_a_right_fit_passes(capsys, answer):
    passes(capsys, lesson01.fit_gaussian, answer, "1.1")


@wrong(
    ridge=(lambda x: (x.mean(0), by_hand(x)[1] + 1e-6 * np.eye(x.shape[1])), "adds"),
    product_turned=(
        lambda x: (x.mean(0), (x - x.mean(0)) @ (x - x.mean(0)).T / len(x)),
        "turn the product round",
    ),
    swapped=(lambda x: by_hand(x)[::-1], "`return mean, covariance`"),
    scalar_mean=(
        lambda x: (x.mean(0), (x - x.mean()).T @ (x - x.mean()) / len(x)),
        r"covariance = .* at \[0, 0\] .* is right",
    ),
    mean_only=(lambda x: x.mean(0), "must return 2 results"),
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


def without_minlength(rolls, q):
    p = np.bincount(rolls) / len(rolls)
    seen = p > 0
    return (
        np.mean(np.log(q[rolls])),
        np.sum(p[seen] * np.log(p[seen] / q[seen])),
        -np.sum(p[seen] * np.log(p[seen])),
    )


def order(*places):
    return lambda rolls, q: [identity(rolls, q)[place] for place in places]


@right(
    scipy=identity,
    masks=identity_with_masks,
    array=lambda rolls, q: np.array(identity(rolls, q)),
    float32=lambda rolls, q: np.array(identity(rolls, q), "float32"),
    unique=lambda rolls, q: (
        np.log(q)[rolls].mean(),
        kl_divergence(np.bincount(rolls, minlength=len(q)) / len(rolls), q),
        entropy(np.unique(rolls, return_counts=True)[1]),
    ),
)
def test_a_right_identity_passes(capsys, answer):
    passes(capsys, lesson01.three_numbers, answer, "1.4")


@wrong(
    kl_from_the_others=(
        lambda r, q: (
            (identity(r, q)[0], -identity(r, q)[0] - entropy(r), 0)
            and (
                identity(r, q)[0],
                -identity(r, q)[0] - identity(r, q)[2],
                identity(r, q)[2],
            )
        ),
        "computes one of its numbers from the other two",
    ),
    entropy_from_the_others=(
        lambda r, q: (
            identity(r, q)[0],
            identity(r, q)[1],
            -(identity(r, q)[0] + identity(r, q)[1]),
        ),
        "computes one of its numbers from the other two",
    ),
    no_minlength=(without_minlength, "does not fit the array.*minlength"),
    order=(order(1, 0, 2), "another order: end with `return log_likelihood, kl"),
    kl_twice=(order(0, 1, 1), r"entropy = .* is right"),
    two=(order(0, 1), "must return 3 results"),
    a_dict=(
        lambda r, q: dict(zip("abc", identity(r, q), strict=True)),
        "a dict, but must return 3 results, not a dict",
    ),
)
def test_a_wrong_identity_is_rejected(answer, message):
    is_rejected(lesson01.three_numbers, answer, message)


# 1.5, fit by reverse KL

GRID = np.linspace(-15, 15, 3_001)
STEP = GRID[1] - GRID[0]


def kl_on_the_grid(log_p, mean, std):
    log_q = norm.logpdf(GRID, mean, std)
    return np.sum(np.exp(log_q) * (log_q - log_p(GRID))) * STEP


def search(loss, mean, std, method="Nelder-Mead"):
    start = [mean, np.log(std)]
    found = minimize(lambda v: loss(v[0], np.exp(v[1])), start, method=method)
    return found.x[0], np.exp(found.x[1])


def on_a_grid(log_p, mean, std):
    return search(lambda m, s: kl_on_the_grid(log_p, m, s), mean, std)


def by_gradient(log_p, mean, std):
    return search(lambda m, s: kl_on_the_grid(log_p, m, s), mean, std, "L-BFGS-B")


def by_quadrature_nodes(log_p, mean, std):
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    return search(lambda m, s: -np.log(s) - weights @ log_p(m + s * nodes), mean, std)


def by_descent(log_p, mean, std):
    v = np.array([mean, np.log(std)])
    for _ in range(1_500):
        slope = [
            (kl_on_the_grid(log_p, a, np.exp(b)) - kl_on_the_grid(log_p, c, np.exp(d)))
            / 2e-4
            for (a, b), (c, d) in ((v + e, v - e) for e in 1e-4 * np.eye(2))
        ]
        v = v - 0.03 * np.clip(slope, -5, 5)
        if np.abs(slope).max() < 1e-3:
            break
    return v[0], np.exp(v[1])


def most_likely_point(log_p, mean, std):
    return search(
        lambda m, s: -np.sum(norm.pdf(GRID, m, max(s, 0.02)) * log_p(GRID)) * STEP,
        mean,
        std,
    )


def over_all_starts(log_p, mean, std):
    starts = [(m, 0.5) for m in np.linspace(-6, 6, 13)]
    fits = [on_a_grid(log_p, *start) for start in starts]
    return min(fits, key=lambda fit: kl_on_the_grid(log_p, *fit))


@right(
    grid=on_a_grid,
    gradient=by_gradient,
    nodes=by_quadrature_nodes,
    descent=by_descent,
)
def test_a_right_reverse_fit_passes(capsys, answer):
    passes(capsys, lesson01.fit_by_reverse_kl, answer, "1.5")


@wrong(
    swapped=(lambda *a: on_a_grid(*a)[::-1], "`return mean, std`"),
    std_kept=(lambda p, m, s: (on_a_grid(p, m, s)[0], s), "std has not moved"),
    start_ignored=(lambda p, m, s: on_a_grid(p, 0.0, 1.0), "starts somewhere else"),
    the_best_of_all=(over_all_starts, "is right|other mode"),
    a_point=(most_likely_point, "shrinks to a point"),
    halfway=(lambda p, m, s: (on_a_grid(p, m, s)[0], 0.9), "std = 0.9 .* is right"),
    one_number=(lambda *a: on_a_grid(*a)[0], "must return 2 results"),
    the_result=(
        lambda p, m, s: minimize(
            lambda v: kl_on_the_grid(p, v[0], np.exp(v[1])), [m, np.log(s)]
        ),
        "must return 2 results",
    ),
)
def test_a_wrong_reverse_fit_is_rejected(answer, message):
    is_rejected(lesson01.fit_by_reverse_kl, answer, message)


def test_the_reference_of_1_5_costs_the_logarithm_of_the_weight():
    modes = Density([-2.0, 2.0], 0.6, [0.6, 0.4])
    mean, std = descend(modes, -1.5, 0.7)
    assert reverse_kl(modes, mean, std) == pytest.approx(-np.log(0.6), abs=0.01)
    assert mean == pytest.approx(-2, abs=0.02)

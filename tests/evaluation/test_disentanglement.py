"""Scores of codes: exact on two uniform factors that are read through a rotation."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mutual_info_score

from utils.evaluation import disentanglement as scores

SIDE = (np.arange(400) + 0.5) / 400 - 0.5
FACTORS = np.stack(np.meshgrid(SIDE, SIDE, indexing="ij"), -1).reshape(-1, 2)
RNG = np.random.default_rng(0)
V = RNG.uniform(size=(500, 3))
Z = np.c_[V @ RNG.normal(size=(3, 4)) + 0.3 * RNG.normal(size=(500, 4)), np.ones(500)]


def rotated(degrees):
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return FACTORS @ np.array([[cos, sin], [-sin, cos]])


@pytest.mark.parametrize(
    ("degrees", "mig", "dci", "best"),
    [
        (0, 1.0, 1.0, 1.0),
        (5, 0.6792, 0.9356, 0.9924),
        (10, 0.5142, 0.8048, 0.9698),
        (15, 0.3986, 0.6454, 0.9330),
        (20, 0.3094, 0.4794, 0.8830),
        (30, 0.1698, 0.1887, 0.7500),
        (45, 0.0, 0.0, 0.5),
    ],
)
def test_a_rotated_code_scores_as_computed(degrees, mig, dci, best):
    codes = rotated(degrees)
    assert scores.mig(codes, FACTORS) == pytest.approx(mig, abs=1e-3)
    assert scores.dci(codes, FACTORS) == pytest.approx((dci, dci), abs=1e-3)
    single = scores.code_r_squared(codes, FACTORS).max(axis=0)
    assert single == pytest.approx([best, best], abs=1e-3)
    assert scores.sap(codes, FACTORS) == pytest.approx(2 * best - 1, abs=1e-3)
    assert scores.all_codes_r_squared(codes, FACTORS) == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("warp", "expected"),
    [(lambda u: u**3, 0.84), (lambda u: 3 - 2 * u, 1.0)],
)
def test_a_warp_lowers_r_squared_and_keeps_the_gap(warp, expected):
    u = FACTORS + 0.5
    codes = np.c_[warp(u[:, 0]), u[:, 1]]
    r2 = scores.code_r_squared(codes, FACTORS)
    assert r2[0, 0] == pytest.approx(expected, abs=1e-3)
    assert scores.sap(u, FACTORS) == pytest.approx(1)


def test_the_information_is_that_of_sklearn_on_the_same_bins():
    information, entropies = scores.information_table(Z, V, bins=7)
    for i, z in enumerate(Z[:, :4].T):
        for k, v in enumerate(V.T):
            cut = [np.linspace(x.min(), x.max(), 8)[1:-1] for x in (z, v)]
            a, b = np.digitize(z, cut[0]), np.digitize(v, cut[1])
            assert information[i, k] == pytest.approx(mutual_info_score(a, b))
            assert entropies[k] == pytest.approx(mutual_info_score(b, b))
    assert not information[4].any()  # a code that never changes


def test_a_factor_of_few_values_keeps_them():
    codes, kinds = (np.array([0, k, k, 9])[:, None] for k in (3, 1))
    information, entropies = scores.information_table(codes, kinds, bins=5)
    assert entropies == pytest.approx([1.0397208])
    assert information[0] == pytest.approx(entropies)


def test_regressions_are_those_of_sklearn():
    model = LinearRegression().fit(Z[::2], V[::2])
    expected = [
        1 - np.sum((v - p) ** 2) / np.sum((v - v.mean()) ** 2)
        for v, p in zip(V[1::2].T, model.predict(Z[1::2]).T, strict=True)
    ]
    assert scores.all_codes_r_squared(Z, V) == pytest.approx(expected, abs=1e-9)
    r2 = scores.code_r_squared(Z, V)
    expected = np.corrcoef(Z[:, :4].T, V.T)[:4, 4:] ** 2
    assert r2[:4] == pytest.approx(expected)
    assert not r2[4].any()


def test_codes_with_two_jobs_and_factors_in_two_places_are_told_apart():
    two_jobs = FACTORS.sum(axis=1)[:, None]
    spread = np.c_[FACTORS, FACTORS[:, 0] + RNG.normal(size=len(FACTORS))]
    assert scores.dci(np.c_[two_jobs, 0 * two_jobs], FACTORS).disentanglement < 1e-9
    assert scores.dci(spread, FACTORS).disentanglement > 0.99


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scores.mig(Z, V[:9]), "500 codes and 9 factors"),
        (lambda: scores.mig(Z[:, 0], V), "one row per example"),
        (lambda: scores.mig(Z, V, bins=1), "bins was 1"),
        (lambda: scores.dci(Z, 0 * V + 2), "Factor 0 is 2 in all"),
        (lambda: scores.dci(Z, V[:, :1]), "two of each"),
        (lambda: scores.sap(Z[:, :1], V), "two or more"),
        (lambda: scores.r_squared(V, V[:, :2]), "same examples and factors"),
        (lambda: scores.code_r_squared(Z + np.nan, V), "NaN or infinite"),
    ],
)
def test_what_cannot_be_scored_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

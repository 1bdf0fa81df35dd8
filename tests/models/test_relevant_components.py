"""Relevant components: against the formula, and what they are for."""

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import shrunk_covariance

from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.models import RelevantComponents

RNG = np.random.default_rng(0)


def people(n, pictures, seed):
    """Features of which the first half varies within a person, the rest between."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(n), pictures)
    between = rng.normal(size=(n, 6)) * [0.3, 0.3, 0.3, 1, 1, 1]
    noise = rng.normal(size=(n * pictures, 6)) * [5, 5, 5, 0.3, 0.3, 0.3]
    mixed = np.linalg.qr(np.random.default_rng(9).normal(size=(6, 6)))[0]
    return (between[who] + noise) @ mixed, who


def test_distances_are_mahalanobis_with_the_covariance_within_people():
    features, who = people(20, 5, 0)
    components = RelevantComponents(features, who, shrinkage=0.2)
    within = sum(np.cov(features[who == k].T, bias=True) for k in range(20)) / 20
    within = np.linalg.inv(shrunk_covariance(within, 0.2))
    white = np.linalg.solve(components.root, (features - features.mean(0)).T).T
    for i, j in RNG.integers(0, 100, (20, 2)):
        assert np.linalg.norm(white[i] - white[j]) == pytest.approx(
            mahalanobis(features[i], features[j], within)
        )
    lengths = np.linalg.norm(white, axis=1, keepdims=True)
    assert components.embed(features) == pytest.approx(white / lengths, abs=1e-5)


def test_who_has_one_picture_adds_nothing():
    features, who = people(4, 3, 3)
    more = np.vstack([features, 9 + features[:2]]), [*who, 7, 8]
    roots = [RelevantComponents(*given).root for given in ((features, who), more)]
    assert roots[0] == pytest.approx(roots[1])


def test_people_never_seen_are_told_apart_better_than_by_plain_distance():
    features, who = people(60, 6, 1)
    new, new_who = people(30, 6, 2)
    components = RelevantComponents(features, who, shrinkage=0.01)
    plain = equal_error_rate(*pair_scores(new, new_who))
    learned = equal_error_rate(*pair_scores(components.embed(new), new_who))
    assert learned < 0.25
    assert plain > 0.45


def test_more_features_than_pictures_are_no_obstacle():
    components = RelevantComponents(RNG.normal(size=(6, 50)), [0, 0, 1, 1, 2, 2])
    lengths = np.linalg.norm(components.embed(RNG.normal(size=(3, 50))), axis=1)
    assert lengths == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("features", "who", "shrinkage", "message"),
    [
        (np.zeros((4, 2)), [0, 1, 2], 0.1, r"\(4, 2\) and the labels \(3,\)"),
        (np.zeros((4, 2)), [0, 1, 2, 3], 0.1, "give two or more of some"),
        (np.full((4, 2), np.inf), [0, 0, 1, 1], 0.1, "are NaN or infinite"),
        (np.zeros((4, 2)), [0, 0, 1, 1], 0.0, "shrinkage was 0.0"),
    ],
)
def test_what_says_nothing_about_people_is_refused(features, who, shrinkage, message):
    with pytest.raises(ValueError, match=message):
        RelevantComponents(features, who, shrinkage)


def test_features_of_another_network_are_refused():
    features, who = people(4, 3, 3)
    with pytest.raises(ValueError, match=r"is not \(n, 6\)"):
        RelevantComponents(features, who).embed(features[:, :5])


def test_the_diagonal_gets_its_share_of_the_trace():
    features, who = people(4, 3, 3)
    plain, shrunk = (RelevantComponents(features, who, s).root for s in (1e-9, 1.0))
    within = plain @ plain.T
    assert shrunk @ shrunk.T == pytest.approx(np.eye(6) * np.trace(within) / 6)

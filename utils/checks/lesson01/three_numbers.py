"""Exercise 1.4: likelihood, KL and entropy of rolls, each computed for itself."""

import numpy as np

from utils.checks.engine import Case, Check, Mistake, Wrong
from utils.checks.engine.answers import read_parts
from utils.measures.divergences import kl_divergence


def _shares(rolls, q):
    return np.bincount(rolls, minlength=len(q)) / len(rolls)


def _entropy_of(p):
    return -np.sum(p[p > 0] * np.log(p[p > 0]))


def _log_likelihood(rolls, q):
    return np.mean(np.log(q[rolls]))


def _kl(rolls, q):
    return kl_divergence(_shares(rolls, q), q)


def _entropy(rolls, q):
    return _entropy_of(_shares(rolls, q))


def _identity(rolls, q):
    return _log_likelihood(rolls, q), _kl(rolls, q), _entropy(rolls, q)


def _without_masks(rolls, q):
    p = _shares(rolls, q)
    with np.errstate(all="ignore"):
        kl, entropy = np.sum(p * np.log(p / q)), -np.sum(p * np.log(p))
    return _log_likelihood(rolls, q), kl, entropy


def _smoothed(rolls, q):
    p = (np.bincount(rolls, minlength=len(q)) + 1) / (len(rolls) + len(q))
    return _log_likelihood(rolls, q), kl_divergence(p, q), _entropy_of(p)


def _reverse_on_seen(rolls, q):
    p = _shares(rolls, q)
    return np.sum(q[p > 0] * np.log(q[p > 0] / p[p > 0]))


def _part(name: str, *entries) -> tuple[Wrong, ...]:
    return tuple(Wrong(formula, message, part=name) for formula, message in entries)


def _with(shares):
    """KL and entropy of what is taken for the shares."""

    def numbers(rolls, q):
        p = shares(np.bincount(rolls, minlength=len(q)), len(rolls))
        seen = p > 0
        kl = np.sum(p[seen] * np.log(p[seen] / q[seen]))
        return _log_likelihood(rolls, q), kl, _entropy_of(p)

    return numbers


_BITS = np.log(2)
_MISTAKES = (
    *_part(
        "log_likelihood",
        (
            lambda r, q: len(r) * _log_likelihood(r, q),
            "adds the log-likelihoods up: the identity is about their mean.",
        ),
        (
            lambda r, q: -_log_likelihood(r, q),
            "returns minus the log-likelihood, a loss: leave the minus out.",
        ),
        (
            lambda r, q: np.mean(np.log(q[r - 1])),
            "takes faces to be numbered from 1: here they begin at 0, `q[rolls]`.",
        ),
        (
            lambda r, q: np.mean(np.log(q)),
            "averages log q over the faces: average over the rolls, "
            "`np.log(q[rolls])`.",
        ),
        (
            lambda r, q: np.mean(q[r]),
            "averages the probabilities: take the mean of their logarithms.",
        ),
        (
            lambda r, q: np.sum(q * np.log(q)),
            "averages log q under the model: average over the rolls, "
            "`np.log(q[rolls])`.",
        ),
        (
            lambda r, q: np.log(np.mean(q[r])),
            "takes the logarithm of the mean: take the mean of the logarithms.",
        ),
        (
            lambda r, q: np.prod(q[r]),
            "returns the likelihood, a product: take logarithms, then their mean.",
        ),
        (
            lambda r, q: _log_likelihood(r, q) / _BITS,
            "returns the log-likelihood in bits: nats take `np.log`.",
        ),
    ),
    *_part(
        "kl",
        (
            lambda r, q: -_kl(r, q),
            "returns minus the KL: p̂ stands above q in the logarithm.",
        ),
        (
            lambda r, q: kl_divergence(q, _shares(r, q)),
            "returns KL(q‖p̂): the mean is taken under the data, p̂·log(p̂/q).",
        ),
        (
            _reverse_on_seen,
            "returns KL(q‖p̂) over the faces that came: that is the wrong way round, "
            "the mean is taken under the data, p̂·log(p̂/q).",
        ),
        (
            lambda r, q: -_log_likelihood(r, q),
            "returns the cross-entropy for KL: p̂ belongs above q in the logarithm.",
        ),
        (
            lambda r, q: len(r) * _kl(r, q),
            "uses counts for p̂: divide them by the number of rolls.",
        ),
        (
            lambda r, q: _kl(r, q) / _BITS,
            "returns the KL in bits: nats take `np.log`.",
        ),
    ),
    *_part(
        "entropy",
        (
            lambda r, q: -_entropy(r, q),
            "returns Σ p̂·log p̂: the entropy is minus that, and positive.",
        ),
        (
            lambda r, q: _entropy_of(q),
            "returns the entropy of the model: the identity holds with that of the "
            "data, p̂.",
        ),
        (
            lambda r, q: -_log_likelihood(r, q),
            "returns the cross-entropy for the entropy: p̂ stands inside the logarithm "
            "too, −Σ p̂·log p̂.",
        ),
        (
            lambda r, q: _entropy(r, q) / _BITS,
            "returns the entropy in bits: nats take `np.log`.",
        ),
        (
            lambda r, q: np.log(len(q)),
            "returns the entropy of a fair die: take that of the shares p̂.",
        ),
    ),
    Wrong(
        _without_masks,
        "is NaN where a face never came up: 0·log 0 is NaN for NumPy. Leave the faces "
        "with p̂ = 0 out of the sums.",
        when=lambda found, rolls, q: not np.isfinite(found).all(),
    ),
    Wrong(
        _with(lambda counts, n: counts),
        "uses counts for p̂: divide them by the number of rolls.",
    ),
    Wrong(
        _with(lambda counts, n: counts / len(counts)),
        "divides the counts by the number of faces: divide by the number of rolls.",
    ),
    Wrong(
        _with(lambda counts, n: (counts > 0) / n),
        "counts each face once: `counts[rolls] += 1` adds 1 to a face, however often "
        "it came. Take `np.bincount`.",
    ),
    Wrong(
        _smoothed,
        "adds one to each count: use the shares as they are, and leave out the faces "
        "that never came.",
    ),
)
_NEVER_CAME = (
    "some face never came here: `np.bincount(rolls, minlength=len(q))`, and faces with "
    "p̂ = 0 are left out of the sums."
)


def _of_its_own(answer) -> str:
    """Each of the three is computed, and none from the other two.

    They add up to 0 only nearly, as floats round; what is minus the sum of the others
    adds up in every digit, time after time.
    """
    rng = np.random.default_rng(14)
    results = []
    for m in range(20, 40):
        q = rng.dirichlet(np.full(6, 3.0))
        numbers = answer(rng.choice(6, m), q)
        results.append(read_parts(numbers, answer.name, answer.parts))
    results = np.array(results)
    # Numbers of float32 add up as float32 does.
    single = (results == results.astype("float32")).all()
    precision = "float32" if single else "float64"
    for which in range(3):
        others = np.delete(results, which, axis=1).sum(axis=1)
        if (results[:, which] == (-others).astype(precision)).all():
            raise Mistake(
                f"`{answer.name}` computes one of its numbers from the other two, so "
                "that their sum is 0 whatever they are: that shows nothing. Compute "
                "each from the rolls and q."
            )
    worst = max(np.abs(results.sum(axis=1)).max(), 1e-16)
    return f" (the three add up to 0 within {worst:.0e})"


three_numbers = Check(
    "1.4",
    "show the identity",
    "three_numbers(rolls, q) -> log_likelihood, kl, entropy",
    exact=_identity,
    least=1e-5,
    cases=(
        Case(
            np.array([0, 0, 1, 2, 1, 0, 2, 1, 1, 0]),
            np.array([0.2, 0.4, 0.3, 0.1]),
            shows="take one face by itself, and work it out by hand.",
            breaks=_NEVER_CAME,
        ),
        Case(
            np.array([3, 3, 1, 0, 2, 3]),
            np.array([0.1, 0.2, 0.3, 0.4]),
            shows="take one face by itself, and work it out by hand.",
        ),
        Case(
            np.array([1, 1, 1]),
            np.array([0.5, 0.5]),
            shows=_NEVER_CAME,
            breaks=_NEVER_CAME,
        ),
        Case(
            np.array([2, 2, 1]),
            np.array([0.5, 0.2, 0.3]),
            shows="each share belongs to its own face of q, and face 0 never came.",
            breaks=_NEVER_CAME,
        ),
        Case(
            np.array([0]), np.array([0.3, 0.7]), shows=_NEVER_CAME, breaks=_NEVER_CAME
        ),
        Case(
            np.array([2, 0]),
            np.array([1e-9, 0.3, 0.7 - 1e-9]),
            shows="a face that the model all but excludes has come.",
        ),
    ),
    mistakes=_MISTAKES,
    behaves=_of_its_own,
)

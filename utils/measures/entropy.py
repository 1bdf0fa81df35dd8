"""Entropies in nats: what is left to guess for a model that knows everything else."""

import numpy as np

from utils.core.arrays import xlogx
from utils.core.validation import finite, integer


def entropy(p) -> float:
    """Returns H = −Σ p·log p in nats, of probabilities of any shape that sum to 1."""
    p = _distributions(np.ravel(p), "The probabilities")
    return float(-np.sum(xlogx(p)))


def stationary(transition) -> np.ndarray:
    """Returns π with π = πP, the share of time a chain spends in each state, `(k,)`.

    Args:
        transition: P(next | last), `(k, k)`, rows that sum to 1.

    Raises:
        ValueError: for another shape, rows that do not sum to 1, or a chain that falls
            into parts which never meet.
    """
    p = _distributions(transition, "The rows of the transition")
    if p.ndim != 2 or p.shape[0] != p.shape[1]:
        raise ValueError(f"The transition has shape {p.shape}, but must be (k, k).")
    flow = p.T - np.eye(len(p))
    if np.linalg.matrix_rank(flow, tol=1e-10) < len(p) - 1:
        raise ValueError(
            "The chain falls into parts that never meet, so that its share of time in "
            "each depends on the start: give each part on its own."
        )
    balance = np.vstack([flow, np.ones(len(p))])
    return np.linalg.lstsq(balance, np.eye(len(p) + 1)[-1], rcond=None)[0]


def entropy_rate(transition) -> float:
    """Returns Σ_i π_i·H(P_i) in nats per letter: the floor of every model of a chain.

    Args:
        transition: P(next | last), `(k, k)`.

    Raises:
        ValueError: as `stationary`.

    Source: Shannon (1948), A mathematical theory of communication, section 7.
    """
    p = np.asarray(transition, "float64")
    return float(-stationary(p) @ np.sum(xlogx(p), axis=1))


def memory_floors(transitions, most: int) -> np.ndarray:
    """Returns H(next letter | the last k letters) for k = 0 … most, in nats.

    The best that a k-gram can do with endless data; it falls to the entropy rate.

    Args:
        transitions: P(letter, next state | state), `(letters, states, states)`.
        most: the longest memory; all texts of that length are gone through.

    Raises:
        ValueError: for another shape.

    Source: Shannon (1951), Prediction and entropy of printed English.
    """
    t = finite(transitions, "The transitions")
    integer(most, "most", least=0)
    if t.ndim != 3 or t.shape[1] != t.shape[2]:
        raise ValueError(
            f"The transitions have shape {t.shape}, but must be (letters, states, "
            "states)."
        )
    emitted = t.sum(axis=2).T  # P(letter | state)
    joint, floors = stationary(t.sum(axis=0))[None], []  # P(letters so far, state)
    for _ in range(most + 1):
        both = joint @ emitted
        before = both.sum(axis=1)
        floors.append(float(np.sum(xlogx(before)) - np.sum(xlogx(both))))
        joint = np.concatenate([joint @ letter for letter in t])
        joint = joint[joint.sum(axis=1) > 1e-14]
    return np.array(floors)


def context_floor(x, p, contexts) -> float:
    """Returns Σ_i H(x_i | what its context shows) in nats.

    With all the earlier places of any order as contexts, that is the chain rule, and
    the sum is the entropy. With fewer, it is the best that a model can do which sees
    no more.

    Args:
        x: all examples, 0 and 1, `(n, places)`.
        p: their probabilities, `(n,)`.
        contexts: for each place the list of places that are seen.

    Raises:
        ValueError: if there is not one context for each place, or one shows itself.
    """
    x, p = np.asarray(x), _distributions(p, "The probabilities")
    if len(contexts) != x.shape[1] or any(i in c for i, c in enumerate(contexts)):
        raise ValueError(
            f"{len(contexts)} contexts were given for {x.shape[1]} places: give one for"
            " each, without the place itself."
        )
    return sum(
        _joint(x, p, [*context, i]) - _joint(x, p, list(context))
        for i, context in enumerate(contexts)
    )


def _joint(x, p, places) -> float:
    """H(x at some places), by adding up the examples that agree there."""
    code = x[:, places].astype("int64") @ (1 << np.arange(len(places)))
    return float(-np.sum(xlogx(np.bincount(code, weights=p))))


def _distributions(p, what: str) -> np.ndarray:
    p = finite(np.asarray(p, "float64"), what)
    if (p < 0).any() or not np.allclose(p.sum(axis=-1), 1):
        raise ValueError(
            f"{what} are {p}, but must be at least 0 and sum to 1: divide by the sum."
        )
    return p

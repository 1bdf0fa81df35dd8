"""Exercise 12.5: classifier-free guidance."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong

_SCALE = np.array([1.0, -0.5, 2.0, 0.3, 0.0])


def _network(x, t, labels):
    """A field for each of five labels; label 4 stands for "not told"."""
    labels = np.asarray(labels)
    if labels.shape != (len(x),) or not set(labels) <= set(range(5)):
        raise ValueError("labels must be one number for each point, from 0 to 4")
    return x * (t + _SCALE[labels][:, None]) + 0.1 * labels[:, None] ** 2


def _parts(network, x, t, labels, null):
    return network(x, t, labels), network(x, t, np.full(len(x), null))


def _from(formula):
    """A formula of what the network says with and without the labels."""

    def velocity(network, x, t, labels, null, w):
        return formula(*_parts(network, x, t, labels, null), w)

    return velocity


_exact = _from(lambda told, blind, w: blind + w * (told - blind))
_X = np.array([[0.3, -1.0], [2.0, 0.5], [-4.0, 0.5], [9.0, -3.0], [0.1, 0.1]])
_LABELS = np.array([2, 0, 3, 3, 1])

guide = Check(
    "12.5",
    "guidance without a classifier",
    "guide(network, x, t, labels, null, w)",
    exact=_exact,
    cases=(
        Case(_network, _X, 0.3, _LABELS, 4, 2.0, shows="w = 2 goes as far again."),
        Case(_network, _X[:1], 0.8, _LABELS[:1], 4, 3.5),
        Case(
            _network,
            _X[:3],
            0.5,
            _LABELS[:3],
            1,
            0.4,
            shows="the label null is any number.",
        ),
    ),
    mistakes=(
        Wrong(
            _from(lambda told, blind, w: (1 + w) * told - w * blind),
            "counts the other way: (1 + w)·c − w·u is the paper's scale; here w = 1 "
            "means no guidance, u + w·(c − u).",
        ),
        Wrong(
            _from(lambda told, blind, w: blind + w * (blind - told)),
            "goes away from the label: it is c − u, told minus not told.",
        ),
        Wrong(
            _from(lambda told, blind, w: told + w * (blind - told)),
            "has told and not told exchanged: it starts at u, and goes toward c and "
            "beyond.",
        ),
        Wrong(
            _from(lambda told, blind, w: w * (told - blind)),
            "lacks the u at the start: u + w·(c − u).",
        ),
        Wrong(
            _from(lambda told, blind, w: w * told),
            "multiplies the told velocity by w: that is faster, not more of the label.",
        ),
        Wrong(
            _from(lambda told, blind, w: told + w * blind),
            "adds w times the velocity without label: it must leave u behind, not join "
            "it.",
        ),
        Wrong(
            _from(lambda told, blind, w: told),
            "does not use w: it is the told velocity, as for w = 1.",
        ),
        Wrong(
            _from(lambda told, blind, w: blind),
            "is not told the label at all: it is the velocity for w = 0.",
        ),
        Wrong(
            _from(lambda told, blind, w: (told + w * blind) / (1 + w)),
            "is a mean of both, between u and c: guidance goes beyond c.",
        ),
        Wrong(
            _from(lambda told, blind, w: blind + w * told),
            "adds w·c to u: it is their difference that counts w times.",
        ),
        Wrong(
            _from(lambda told, blind, w: (blind + w * told) / (1 + w)),
            "is a mean of both, between u and c: guidance goes beyond c.",
        ),
        Wrong(
            _from(lambda told, blind, w: blind + w * np.abs(told - blind)),
            "takes the absolute difference: the direction from u to c counts.",
        ),
        Wrong(
            lambda network, x, t, labels, null, w: (
                x + _exact(network, x, t, labels, null, w)
            ),
            "adds x: the velocity is asked for, not where it leads.",
        ),
        Wrong(
            lambda network, x, t, labels, null, w: (
                network(x, t, np.zeros_like(labels))
                + w * (network(x, t, labels) - network(x, t, np.zeros_like(labels)))
            ),
            "tells the network label 0 where it should tell it nothing: 0 is a class "
            "of its own, `null` stands for none.",
        ),
        Wrong(
            _from(lambda told, blind, w: np.clip(blind + w * (told - blind), -1, 1)),
            "clips the velocity to [-1, 1]: a velocity may be as large as it must.",
        ),
    ),
    edges=(
        Case(_network, _X, 0.5, _LABELS, 4, 1.0, shows="w = 1 is the told velocity."),
        Case(
            _network,
            _X,
            0.5,
            _LABELS,
            4,
            0.0,
            shows="w = 0 is told nothing.",
            mistakes=(
                Wrong(
                    _from(lambda told, blind, w: told),
                    "is c for w = 0, where it is u: `if w` is false for 0.",
                ),
            ),
        ),
    ),
)

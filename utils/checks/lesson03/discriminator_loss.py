"""Exercise 3.1: the discriminator's loss, -V(D, G), from logits."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.checks.engine.logits import (
    check_gradients,
    common_mistakes,
    far_out,
    log_sigmoid,
)

_REAL = np.array([[2.0], [-1.0], [0.5], [-3.0]])
_FAKE = np.array([[-0.5], [4.0], [1.5], [-2.5]])
_EXTREME = np.array([[1e4], [-1e4], [1e4]]), np.array([[-1e4], [1e4], [1e4]])


def _form(log_d, log_not_d, mean):
    return lambda real, fake: -mean(log_d(real)) - mean(log_not_d(fake))


def _loss(real, fake):
    return -np.mean(log_sigmoid(real)) - np.mean(log_sigmoid(-fake))


def _smoothed(real, fake):
    return _loss(real, fake) + 0.1 * np.mean(real)


def _least_squares(real, fake):
    return np.mean((real - 1) ** 2) + np.mean(fake**2)


def _hinge(real, fake):
    return np.mean(np.maximum(0, 1 - real)) + np.mean(np.maximum(0, 1 + fake))


def _behaves(answer) -> None:
    for logits in ((_REAL, _FAKE), _EXTREME):
        check_gradients(answer, _loss, *logits)


discriminator_loss = Check(
    "3.1",
    "the discriminator's loss",
    "discriminator_loss(real_logits, fake_logits)",
    exact=_loss,
    tensors=True,
    cases=(
        Case(  # between 0 and 1, where logits could be taken for probabilities
            np.array([[0.2], [0.9], [0.4], [0.7]]),
            np.array([[0.6], [0.1], [0.3], [0.5]]),
            shows="work the first example out by hand and compare.",
        ),
        Case(_REAL, _FAKE, shows="work the first example out by hand and compare."),
        Case(np.array([[0.3]]), np.array([[0.8]])),
        Case(np.array([[25.0], [-0.4], [-0.4]]), np.array([[-20.0], [0.6], [0.6]])),
    ),
    mistakes=(
        *common_mistakes(_form),
        Wrong(
            _form(log_sigmoid, lambda fake: 1 - log_sigmoid(fake), np.mean),
            "has 1 − log D where log(1 − D) is meant: the 1 belongs inside the "
            "logarithm.",
        ),
        Wrong(
            lambda real, fake: _loss(real, fake) - 2 * np.log(2),
            "subtracts 2·log 2: that is −2·JS for the best D. The loss is −V itself.",
        ),
        Wrong(
            lambda real, fake: -_loss(real, fake),
            "has its sign flipped: this is V(D, G), which D raises. A loss goes down, "
            "so return -V.",
        ),
        Wrong(
            lambda real, fake: _loss(fake, real),
            "has real and generated swapped: it rewards D for calling generated "
            "examples real. Real ones enter as -E[log D(x)].",
        ),
        Wrong(
            lambda real, fake: _loss(real, fake) / 2,
            "is half of -V(D, G): you averaged the two expectations, as a classifier "
            "would over one mixed batch. V is their sum: add them.",
        ),
        Wrong(
            lambda real, fake: -np.mean(log_sigmoid(real)),
            "holds the real half only: add -E[log(1 - D(G(z)))] on the generated "
            "examples.",
        ),
        Wrong(
            lambda real, fake: -np.mean(log_sigmoid(-fake)),
            "holds the generated half only: add -E[log D(x)] on the real examples.",
        ),
        Wrong(
            lambda real, fake: np.mean(log_sigmoid(-fake)) - np.mean(log_sigmoid(real)),
            "subtracts the generated half: both halves of -V carry a minus, "
            "-E[log D(x)] - E[log(1 - D(G(z)))].",
        ),
        Wrong(
            lambda real, fake: -np.mean(log_sigmoid(real)) - np.mean(log_sigmoid(fake)),
            "gives generated examples the label 1 too: for them it is log(1 - D), "
            "where you have log D.",
        ),
        Wrong(
            lambda real, fake: np.mean(fake) - np.mean(real),
            "averages the raw logits: D(x) is their sigmoid, and the loss its "
            "logarithm.",
        ),
        Wrong(
            _smoothed,
            "smooths the labels, 0.9 for the real examples: that is another loss than "
            "-V. Real examples have the label 1 here.",
        ),
        Wrong(
            _least_squares,
            "is the loss of the least-squares GAN: -V has logarithms of D(x).",
        ),
        Wrong(_hinge, "is the hinge loss: -V has logarithms of D(x)."),
    ),
    edges=(far_out(_loss, *_EXTREME),),
    behaves=_behaves,
)

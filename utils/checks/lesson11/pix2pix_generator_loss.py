"""Exercise 11.2: what the generator of pix2pix lowers."""

import numpy as np
from keras import ops
from scipy.special import expit, log_expit

from utils.checks.engine import Answer, Case, Check, Wrong
from utils.checks.engine.logits import check_gradients


def _judge(source, picture):
    """Stands for D: one logit per pixel, from arrays or tensors."""
    return 1.5 * picture[..., :1] * source - picture[..., 1:] + 0.4 * source - 0.2


def _loss(adversarial, distance=lambda x, y: np.abs(x - y).mean()):
    """A mistake made of another first term, of the logits, or of another distance."""

    def formula(discriminate, source, made, target, weight):
        return adversarial(discriminate(source, made)) + weight * distance(made, target)

    return formula


def _fooled(logits):
    return -log_expit(logits).mean()


_exact = _loss(_fooled)


def _picture_sums(made, target):
    return np.abs(made - target).sum(axis=(1, 2, 3)).mean()


def _gradients(answer):
    """Raises a Mistake unless G can follow the slope of the loss."""
    rng = np.random.default_rng(3)
    source, target, made = (
        rng.uniform(-1, 1, (2, 2, 2, channels)).astype("float32")
        for channels in (1, 2, 2)
    )
    of_made = Answer(
        lambda made: answer(
            _judge, *map(ops.convert_to_tensor, (source,)), made,
            ops.convert_to_tensor(target), 2.0,
        ),
        f"{answer.name}(made)",
    )  # fmt: skip
    check_gradients(of_made, lambda made: _exact(_judge, source, made, target, 2), made)


def _case(seed, n, side, weight, shows=""):
    rng = np.random.default_rng(seed)
    source, made, target = (
        rng.uniform(-1, 1, (n, side, side + 1, channels)).astype("float32")
        for channels in (1, 2, 2)
    )
    return Case(_judge, source, made, target, weight, shows=shows)


pix2pix_generator_loss = Check(
    "11.2",
    "pix2pix's generator loss",
    "pix2pix_generator_loss(discriminate, source, made, target, weight)",
    exact=_exact,
    tensors=True,
    cases=(
        _case(0, 3, 2, 10.0, "both terms are means, over pixels and patches too."),
        _case(1, 1, 3, 0.5, "a single picture here, and a small weight."),
        _case(2, 5, 4, 100.0),
    ),
    mistakes=(
        Wrong(
            lambda d, x, g, y, w: w * _fooled(d(x, g)) + np.abs(g - y).mean(),
            "puts λ on the adversarial term: it weighs the distance to the target.",
        ),
        Wrong(
            _loss(_fooled, lambda g, y: np.abs(g - y).sum()),
            "sums absolute differences: take their mean, or λ means something else for "
            "each size of picture.",
        ),
        Wrong(
            _loss(_fooled, _picture_sums),
            "sums over pixels and takes the mean over pictures: take the mean of all.",
        ),
        Wrong(
            _loss(lambda t: -log_expit(-t).mean()),
            "wants D to say *generated*: G wants to be taken for real, so log D, and "
            "not log(1 − D).",
        ),
        Wrong(
            _loss(lambda t: log_expit(-t).mean()),
            "is the saturating loss log(1 − D): with −log D the slope is steep where D "
            "is sure.",
        ),
        Wrong(
            _loss(lambda t: log_expit(t).mean()),
            "has the sign of log D turned: a loss is lowered, so −log D.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, y)) + w * np.abs(g - y).mean(),
            "shows D the target: what G made is to be judged.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)) + w * np.abs(g - x).mean(),
            "holds G to the source: it shall come near the *target*.",
        ),
        Wrong(
            lambda d, x, g, y, w: (
                _fooled(d(x, g)) - log_expit(-d(x, y)).mean() + w * np.abs(g - y).mean()
            ),
            "adds a term of real pairs, which G cannot change: it judges what G made "
            "alone.",
        ),
        Wrong(
            lambda d, x, g, y, w: (
                -log_expit(d(x, y)).mean()
                - log_expit(-d(x, g)).mean()
                + w * np.abs(g - y).mean()
            ),
            "starts with the loss of D: G's first term is −log D of what it made.",
        ),
        Wrong(
            _loss(_fooled, lambda g, y: np.square(g - y).mean()),
            "squares: L1 is asked for, absolute differences.",
        ),
        Wrong(
            _loss(_fooled, lambda g, y: (g - y).mean()),
            "forgets the absolute value: errors of both signs cancel.",
        ),
        Wrong(
            _loss(_fooled, lambda g, y: np.sqrt(np.square(g - y).mean())),
            "takes the root of a mean square: L1 is a mean of absolute differences.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)) + np.abs(g - y).mean(),
            "ignores λ: multiply the distance by `weight`.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)) - w * np.abs(g - y).mean(),
            "takes the distance away: G would run from the target.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)) + np.abs(g - y).mean() / w,
            "divides by λ: multiply.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)),
            "is the adversarial term alone: add λ times the distance.",
        ),
        Wrong(
            lambda d, x, g, y, w: w * np.abs(g - y).mean(),
            "is the distance alone: D's opinion is missing.",
        ),
        Wrong(
            _loss(lambda t: -t.mean()),
            "takes the logits as they are: log D is the log of their sigmoid.",
        ),
        Wrong(
            _loss(lambda t: -expit(t).mean()),
            "has D where log D must stand.",
        ),
        Wrong(
            _loss(lambda t: -np.log(expit(t).mean())),
            "takes the logarithm of a mean: it is the mean of log D.",
        ),
        Wrong(
            _loss(lambda t: -log_expit(t.mean())),
            "takes the mean of the logits first: it is the mean of log D, patch by "
            "patch.",
        ),
        Wrong(
            _loss(lambda t: -log_expit(expit(t)).mean()),
            "takes the sigmoid twice: `log_sigmoid` takes logits.",
        ),
        Wrong(
            _loss(lambda t: -np.log(t.clip(1e-7, 1 - 1e-7)).mean()),
            "takes logits for probabilities: `from_logits=True` tells Keras's cross "
            "entropy what they are.",
        ),
        Wrong(
            _loss(lambda t: -log_expit(t).sum()),
            "sums over patches: take the mean of log D.",
        ),
        Wrong(
            _loss(lambda t: -log_expit(t).sum(axis=(1, 2, 3)).mean()),
            "sums over the patches of a picture: take the mean of all.",
        ),
        Wrong(
            _loss(lambda t: np.square(t - 1).mean()),
            "is the least-squares loss: here it is −log D.",
        ),
        Wrong(
            lambda d, x, g, y, w: (_fooled(d(x, g)) + w * np.abs(g - y).mean()) / 2,
            "is half of it: the two terms are added, and not averaged.",
        ),
        Wrong(
            lambda d, x, g, y, w: _fooled(d(x, g)) + w + np.abs(g - y).mean(),
            "adds λ: multiply.",
        ),
        Wrong(
            lambda d, x, g, y, w: w * (_fooled(d(x, g)) + np.abs(g - y).mean()),
            "multiplies both terms by λ: the distance alone.",
        ),
    ),
    edges=(
        Case(
            lambda source, picture: -1000.0 + 0.0 * picture,
            *(np.full((1, 2, 2, 2), value, "float32") for value in (0.0, 0.5, -0.5)),
            1.0,
            shows="of a very sure D log D is −1000: take it from the logits by "
            "`ops.log_sigmoid`, never the logarithm of a sigmoid.",
        ),
    ),
    behaves=_gradients,
)

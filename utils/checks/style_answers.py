"""What is asked of a content loss, of the loop on pixels, and of the best picture."""

import numpy as np
from keras import ops
from scipy.ndimage import gaussian_filter

from utils.checks.engine.answers import Answer, close, read_array, read_number
from utils.checks.engine.feedback import Mistake
from utils.course.scale import current_scale
from utils.data.paintings import painting
from utils.data.pictures import photograph
from utils.measures.textures import style_loss
from utils.networks.features import random_filter_pyramid

_RNG = np.random.default_rng(11)
FEATURES = _RNG.normal(0.3, 1.0, (3, 2, 4)).astype("float32")
CONTENT = _RNG.normal(0.5, 1.0, (3, 2, 4)).astype("float32")
_ROUNDS = 5
_RATE = 0.4

_WRONG_LOSSES = (
    (lambda d: (d**2).sum(), "lacks the ½."),
    (lambda d: (d**2).mean(), "is the mean, and lacks the ½: take ½ of the sum."),
    (lambda d: 0.5 * (d**2).mean(), "is the mean: take the sum over all activations."),
    (lambda d: 0.5 * np.abs(d).sum(), "adds absolute values: square the differences."),
    (lambda d: 0.5 * np.sqrt((d**2).sum()), "takes a square root: leave it out."),
    (lambda d: -0.5 * (d**2).sum(), "has its sign flipped: a loss is not negative."),
)
_WRONG_GRADIENTS = (
    (lambda f, p: p - f, "points the other way: the gradient is uphill, F − P."),
    (lambda f, p: 2 * (f - p), "is twice too large: the ½ cancels the 2."),
    (lambda f, p: 0.5 * (f - p), "is half: the derivative of a square brings a 2."),
    (
        lambda f, p: (f - p) * (f > 0),
        "is 0 where F is negative: that is the slope by what stands *before* a ReLU. "
        "Here F is what comes out, and nothing is cut.",
    ),
    (lambda f, p: f, "forgets the content: take F − P."),
    (lambda f, p: np.sign(f - p), "is the slope of absolute values: take F − P."),
    (lambda f, p: (f - p) ** 2, "is the squared difference: differentiate it."),
    (lambda f, p: (f - p) / f.size, "is divided by the number of activations."),
)


def check_content(answer: Answer) -> None:
    """½Σ(F − P)² and F − P, the second worked out by hand.

    Raises:
        Mistake: if one of the two is wrong.
    """
    result = answer(ops.convert_to_tensor(FEATURES), ops.convert_to_tensor(CONTENT))
    if result is None or not isinstance(result, tuple | list) or len(result) != 2:
        raise Mistake(
            f"`{answer.name}` must return two things, the loss and its gradient: end "
            "with `return loss, gradient`."
        )
    loss = read_number(result[0], f"{answer.name} (loss)")
    gradient = read_array(result[1], f"{answer.name} (gradient)")
    difference = FEATURES.astype("float64") - CONTENT
    exact = 0.5 * (difference**2).sum()
    if not close(loss, exact):
        for formula, message in _WRONG_LOSSES:
            if close(loss, formula(difference)):
                raise Mistake(f"the loss of `{answer.name}` {message}")
        raise Mistake(
            f"the loss of `{answer.name}` is {loss:.4g}, but ½Σ(F − P)² is {exact:.4g}."
        )
    if gradient.shape != FEATURES.shape:
        raise Mistake(
            f"the gradient of `{answer.name}` has shape {gradient.shape}, but there is "
            f"one slope an activation, {FEATURES.shape}: do not add them up."
        )
    if np.allclose(gradient, difference, rtol=1e-4, atol=1e-5):
        return
    for formula, message in _WRONG_GRADIENTS:
        if np.allclose(gradient, formula(FEATURES, CONTENT), rtol=1e-4, atol=1e-5):
            raise Mistake(f"the gradient of `{answer.name}` {message}")
    raise Mistake(
        f"the gradient of `{answer.name}` begins with {gradient.flat[0]:.4g}, but "
        f"raising F there by a little raises the loss by {difference.flat[0]:.4g} "
        "times that: differentiate ½(F − P)² for one activation."
    )


_START = _RNG.uniform(-0.9, 0.9, (1, 3, 3, 3)).astype("float32")
_TARGET = _RNG.uniform(-1.6, 1.6, (1, 3, 3, 3)).astype("float32")
_STEEP = _RNG.uniform(0.3, 1.2, (1, 3, 3, 3)).astype("float32")


def bowl(pixels):
    """A loss with one target a pixel, some of them out of range."""
    return 0.5 * ops.sum(
        ops.multiply(_STEEP, ops.square(ops.subtract(pixels, _TARGET)))
    )


def descend(steps=_ROUNDS, rate=_RATE, low=-1.0, high=1.0, every=True):
    """Where the loop ends on the bowl; `every`: clipped each time, or at the end."""
    x = _START.astype("float64")
    for _ in range(steps):
        x = x - rate * _STEEP * (x - _TARGET)
        x = np.clip(x, low, high) if every else x
    return np.clip(x, low, high)


def _never_again():
    slope = _STEEP * (_START.astype("float64") - _TARGET)
    return np.clip(_START - _ROUNDS * _RATE * slope, -1, 1)


def _momentary():
    x = _START.astype("float64")
    for _ in range(_ROUNDS):
        slope = _STEEP * (x - _TARGET)
        x = np.clip(x - _RATE * np.sign(slope), -1, 1)
    return x


_WRONG_ENDS = (
    (lambda: _START, "returns the start: assign the new pixels inside the loop."),
    (
        lambda: descend(low=-np.inf, high=np.inf),
        "lets pixels leave [-1, 1]: clip them after each step.",
    ),
    (
        lambda: descend(low=0.0),
        "clips to [0, 1]: pixels lie in [-1, 1] here.",
    ),
    (
        lambda: descend(rate=-_RATE),
        "climbs: subtract the gradient, do not add it.",
    ),
    (lambda: descend(_ROUNDS - 1), "takes one step too few."),
    (lambda: descend(_ROUNDS + 1), "takes one step too many."),
    (lambda: descend(1), "takes one step only: is `return` inside the loop?"),
    (
        lambda: descend(rate=1.0),
        "forgets the rate: subtract rate·gradient.",
    ),
    (
        _never_again,
        "uses the gradient of the start all along: compute it anew in each step.",
    ),
    (
        _momentary,
        "takes the sign of the gradient: plain descent takes the gradient itself.",
    ),
)


def check_loop(answer: Answer) -> None:
    """Plain descent on pixels that stay in [-1, 1], step by step.

    Raises:
        Mistake: if it ends elsewhere, or changes the array it was given.
    """
    start = _START.copy()
    end = read_array(answer(bowl, start, _ROUNDS, _RATE), answer.name)
    if not np.array_equal(start, _START):
        raise Mistake(
            f"`{answer.name}` changes the picture it was given: start from a copy, or "
            "put it into a keras.Variable."
        )
    if end.shape != _START.shape:
        raise Mistake(
            f"`{answer.name}` returns shape {end.shape}, but the picture has "
            f"{_START.shape}: return the pixels, not the loss."
        )
    if np.allclose(end, descend(), atol=1e-4):
        return
    for wrong, message in _WRONG_ENDS:
        if np.allclose(end, wrong(), atol=1e-4):
            raise Mistake(f"`{answer.name}` {message}")
    raise Mistake(
        f"after {_ROUNDS} steps the first pixel is {end.flat[0]:.4g}, but clip(x − "
        f"rate·slope) leads from {_START.flat[0]:.4g} to {descend().flat[0]:.4g}: "
        "print it after each step and compare with a step by hand."
    )


def check_best(answer: Answer) -> str:
    """A picture nearer to the painting in style, and still the photograph.

    At `COURSE_SCALE=quick` nothing runs long enough for a verdict: shape and range
    are enough.

    Returns:
        A remark with both figures.

    Raises:
        Mistake: if it is no picture, or fails on style or on content.
    """
    content, art = photograph("coffee", 64), painting("stained glass", 64, seed=5)
    made = read_array(answer(content, art), answer.name)
    if made.shape == (1, *content.shape):
        made = made[0]
    if made.shape != content.shape or not np.abs(made).max() <= 1.001:
        raise Mistake(
            f"`{answer.name}` returns shape {made.shape} with pixels from "
            f"{made.min():.3g} to {made.max():.3g}: return a picture {content.shape} "
            "in [-1, 1]."
        )
    style = _style_of(made, art) / _style_of(content, art)
    likeness = _likeness(made, content)
    told = (
        f", style distance {style:.0%} of the photograph's, likeness to it "
        f"{likeness:.2f}"
    )
    if current_scale() == "quick":
        return told
    if style > 0.5:
        raise Mistake(
            f"the picture of `{answer.name}` is still {style:.0%} as far from the "
            "painting's style as the photograph was, and half is asked for: raise the "
            "style's weight, or take more iterations."
        )
    if likeness < 0.5:
        raise Mistake(
            f"in the picture of `{answer.name}` the subject is lost: light and dark "
            f"correlate with the photograph's by {likeness:.2f}, and 0.5 is asked for. "
            "Raise the content's weight, or start from the content."
        )
    return told


def _style_of(picture, art):
    """Style loss on filters that nobody has optimized for."""
    judge = random_filter_pyramid(24, 5, 3, seed=99)
    mine, wanted = (judge(each[None].astype("float32")) for each in (picture, art))
    losses = [style_loss(mine[k], wanted[k], "relative") for k in mine]
    return float(np.mean([ops.convert_to_numpy(each) for each in losses]))


def _likeness(picture, content):
    """How light and dark agree once fine strokes are blurred away."""
    blurred = [gaussian_filter(each.mean(axis=-1), 2.0) for each in (picture, content)]
    if min(each.std() for each in blurred) < 1e-6:
        return 0.0
    return float(np.corrcoef(*(each.ravel() for each in blurred))[0, 1])

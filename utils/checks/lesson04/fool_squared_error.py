"""Exercise 4.3: two pictures of which squared error prefers the wrong one."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Answer, Mistake, exercise
from utils.checks.engine.answers import read_array
from utils.checks.engine.traceback import describe
from utils.course.scale import current_scale
from utils.data.digits import load

_MARGIN = 1.0  # nats of logit, which multiply the odds of being real by e
_NEIGHBORS = 10


@exercise("4.3", "fool squared error")
def fool_squared_error(paint: Callable, target, judge: Callable) -> str:
    """Squared error prefers the first picture, the judge the second: the same digit.

    At `COURSE_SCALE=quick` no judge is trained: then squared error alone counts.

    Args:
        paint: function `(target) -> near, far`, pictures in [-1, 1].
        target: the picture to paint after, `(height, width, 1)`.
        judge: function from pictures `(n, height, width, 1)` to logits, real = high.

    Returns:
        A remark with what both say.

    Raises:
        Mistake: unless both disagree, and `far` is a well-drawn digit.
    """
    answer, target = Answer(paint, "paint(target)"), np.asarray(target)
    near, far = _read(answer, target)
    errors = [float(((each - target) ** 2).sum()) for each in (near, far)]
    scores = np.ravel(judge(np.stack([near, far]).astype("float32")))
    trained = current_scale() != "quick"
    if errors[0] > errors[1] and (not trained or scores[0] > scores[1]):
        raise Mistake(
            f"the two have changed places: `near` differs by {errors[0]:.2f} and `far` "
            f"by {errors[1]:.2f}. Return the picture with the smaller error first."
        )
    if errors[0] >= errors[1]:
        raise Mistake(
            f"squared error is not fooled: `near` differs from the target by "
            f"{errors[0]:.2f}, `far` by {errors[1]:.2f}, and `near` is meant to be "
            "closer. Change less in it: one white pixel costs 4."
        )
    _check_difference(errors)
    if np.ptp(far) < 0.5:
        raise Mistake(
            "`far` is all of one gray: that is no digit, and well drawn is asked for. "
            "Look for another picture of the same digit."
        )
    if not trained:
        return " (by squared error; COURSE_SCALE=quick trains no judge for the rest)"
    if scores[1] - scores[0] < _MARGIN:
        raise Mistake(
            f"the judge is not of another opinion: its logit is {scores[0]:.1f} for "
            f"`near` and {scores[1]:.1f} for `far`, which should be at least "
            f"{_MARGIN:g} more. Spoil `near` where no pen would go (a white pixel far "
            "from the ink), and let `far` be a digit that somebody could have written."
        )
    _check_drawing(far, target, float(scores[1]), judge)
    return (
        f" (squared error {errors[0]:.1f} against {errors[1]:.1f}, the judge "
        f"{scores[0]:+.1f} against {scores[1]:+.1f})"
    )


def _read(answer: Answer, target) -> list[np.ndarray]:
    returned = answer(target)
    if returned is None or not isinstance(returned, tuple | list | np.ndarray):
        read_array(returned, answer.name)
    if len(returned) != 2:
        raise Mistake(
            f"`{answer.name}` returns {describe(returned)}, but must return two "
            "pictures: end with `return near, far`."
        )
    return [
        _picture(each, name, target.shape)
        for each, name in zip(returned, ("near", "far"), strict=True)
    ]


def _picture(picture, name: str, shape) -> np.ndarray:
    array = read_array(picture, name)
    if array.shape != shape:
        raise Mistake(
            f"`{name}` has shape {array.shape}, but the target {shape}: a picture of "
            "the same size, with its channel at the end."
        )
    if not np.isfinite(array).all() or array.min() < -1 or array.max() > 1:
        raise Mistake(
            f"`{name}` has pixels from {array.min():.3g} to {array.max():.3g}, but "
            "black is −1 and white is 1."
        )
    return array


def _check_difference(errors) -> None:
    for name, error in zip(("near", "far"), errors, strict=True):
        if error < 1e-6:
            raise Mistake(
                f"`{name}` is the target itself: paint something that differs from it."
            )


def _check_drawing(far, target, score: float, judge: Callable) -> None:
    """Raises a Mistake unless `far` is such a digit as people have written."""
    if score <= 0:
        raise Mistake(
            f"the judge takes `far` for spoiled too: its logit is {score:.1f}, and a "
            "picture that it takes for real has more than 0. Let `far` be a digit that "
            "somebody could have written."
        )
    digits = load("uci")
    pictures = np.concatenate([digits.train_pictures, digits.test_pictures])
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    highest = float(np.max(judge(pictures)))
    if score > highest + _MARGIN:
        raise Mistake(
            f"you have fooled the judge as well: its logit is {score:.1f} for `far`, "
            f"and {highest:.1f} at most for real digits. That is a fine discovery, and "
            "not what is asked for: `far` is a digit that somebody could have written."
        )
    asked = _nearest(target, pictures, labels, 1)[0]
    drawn = _nearest(far, pictures, labels, _NEIGHBORS)
    if asked not in drawn:
        raise Mistake(
            f"`far` is well drawn, but it is no {asked}: the {_NEIGHBORS} real digits "
            f"nearest to it are {', '.join(map(str, np.unique(drawn)))}. Draw the "
            "target's digit, in another hand."
        )


def _nearest(picture, pictures, labels, k: int) -> np.ndarray:
    """Returns the labels of the k pictures nearest to one."""
    distances = ((pictures - picture) ** 2).sum(axis=(1, 2, 3))
    return labels[np.argsort(distances, kind="stable")[:k]]

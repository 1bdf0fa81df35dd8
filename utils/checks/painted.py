"""Facts about two pictures of which squared error prefers the wrong one."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine.answers import Answer, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.course.scale import current_scale

_MARGIN = 1.0  # nats of logit, which multiply the odds of being real by e


def check_paintings(answer: Answer, target, judge: Callable) -> str:
    """Returns a remark; raises a Mistake unless two pictures fool squared error.

    Args:
        answer: function `(target) -> near, far`.
        target: picture `(height, width, 1)` in [-1, 1].
        judge: function from pictures `(n, height, width, 1)` to logits, real = high.
    """
    near, far = _read(answer, np.asarray(target))
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
    if not trained:
        return " (by squared error; COURSE_SCALE=quick trains no judge for the rest)"
    if scores[1] - scores[0] < _MARGIN:
        raise Mistake(
            f"the judge is not of another opinion: its logit is {scores[0]:.1f} for "
            f"`near` and {scores[1]:.1f} for `far`, which should be at least "
            f"{_MARGIN:g} more. Spoil `near` where no pen would go (a white pixel far "
            "from the ink), and let `far` be a digit that somebody could have written."
        )
    return (
        f" (squared error {errors[0]:.1f} against {errors[1]:.1f}, the judge "
        f"{scores[0]:+.1f} against {scores[1]:+.1f})"
    )


def _read(answer: Answer, target) -> list[np.ndarray]:
    untouched = target.copy()
    returned = answer(target)
    if not np.array_equal(target, untouched):
        raise Mistake(
            f"`{answer.name}` paints on the target itself: take `target.copy()` first."
        )
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

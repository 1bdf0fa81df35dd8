"""One lesson in three sizes, `quick`, `laptop` and `full`, and with any seed."""

import os
from typing import Literal, TypeVar, get_args

Scale = Literal["quick", "laptop", "full"]
SCALES: tuple[str, ...] = get_args(Scale)
Value = TypeVar("Value")
# From a seed of one run of the course to the same one in the next.
_RUN_TO_RUN = 1000


def current_scale() -> str:
    """Read the scale from the environment variable `COURSE_SCALE`.

    Returns:
        `"quick"`, `"laptop"` or `"full"`; `"laptop"` where the variable is not set.

    Raises:
        ValueError: If the variable holds anything else.
    """
    chosen = os.environ.get("COURSE_SCALE") or "laptop"
    if chosen not in SCALES:
        raise ValueError(
            f"COURSE_SCALE is {chosen!r}, but it must be one of {', '.join(SCALES)}: "
            "set it to one of the three, or unset it for laptop."
        )
    return chosen


def scale(*, quick: Value, laptop: Value, full: Value) -> Value:
    """Pick the value of the current scale, the three side by side where it is used.

    For example `STEPS = scale(quick=50, laptop=4_000, full=400_000)`.

    Args:
        quick: The value for a smoke test: the lesson takes seconds.
        laptop: The value on two cores: no cell over a minute.
        full: The value with more time: a lesson is meant to stay within an hour.

    Returns:
        The one of the three that `COURSE_SCALE` names.

    Raises:
        ValueError: If `COURSE_SCALE` names none of the three.
    """
    return {"quick": quick, "laptop": laptop, "full": full}[current_scale()]


def current_seed() -> int:
    """Read which run of the course this is from the environment variable `COURSE_SEED`.

    Returns:
        A whole number from 0; 0 where the variable is not set.

    Raises:
        ValueError: If the variable holds anything else.
    """
    said = os.environ.get("COURSE_SEED", "").strip() or "0"
    if not (said.isascii() and said.isdecimal()):
        raise ValueError(
            f"COURSE_SEED is {said!r}, but must be a whole number from 0: set it to 1 "
            "or 2 to see what luck does, or unset it for 0."
        )
    return int(said)


def seed(number: int) -> int:
    """Give a lesson's seed in the run of the course that `COURSE_SEED` names.

    The run of number r has the seeds number + 1000 r, so that a claim can be tried on
    other draws: `COURSE_SEED=1 course run 03`.

    Args:
        number: The seed of the ordinary run, from 0 to 999.

    Raises:
        ValueError: If the number is out of its range, or `COURSE_SEED` is no number.
    """
    if not 0 <= number < _RUN_TO_RUN:
        raise ValueError(
            f"the seed is {number}, but must be from 0 to {_RUN_TO_RUN - 1}: the run "
            f"of COURSE_SEED=1 begins at {_RUN_TO_RUN}."
        )
    return number + _RUN_TO_RUN * current_seed()

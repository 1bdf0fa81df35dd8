"""One lesson, three sizes: `quick` for tests, `laptop` by default, `full` for a GPU."""

import os
from typing import Literal, TypeVar, get_args

Scale = Literal["quick", "laptop", "full"]
SCALES: tuple[str, ...] = get_args(Scale)
Value = TypeVar("Value")


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
        full: The value of the published protocol: a GPU, or a night.

    Returns:
        The one of the three that `COURSE_SCALE` names.

    Raises:
        ValueError: If `COURSE_SCALE` names none of the three.
    """
    return {"quick": quick, "laptop": laptop, "full": full}[current_scale()]

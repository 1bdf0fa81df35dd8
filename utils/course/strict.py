"""Whether a check that does not pass is an error: `COURSE_STRICT`, or nbgrader."""

import os

_WORDS = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("", "0", "false", "f", "no", "n", "off"), False),
}


def strict() -> bool:
    """Read `COURSE_STRICT` as the command line does: 1, true, yes, on, or their like.

    Returns:
        Whether it is on; it is off where the variable is not set. While nbgrader grades
        or validates a notebook it is on.

    Raises:
        ValueError: If the variable holds anything else.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return True
    said = os.environ.get("COURSE_STRICT", "")
    try:
        return _WORDS[said.strip().lower()]
    except KeyError:
        raise ValueError(
            f"COURSE_STRICT is {said!r}, but must be 1 or 0: set it to 1 where a check "
            "that does not pass should be an error, or unset it."
        ) from None

"""Where a learner's code broke off: exception, line and arguments, in words."""

import inspect
import linecache
import re
import sysconfig
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_CHECKS = str(Path(__file__).parent)
_UTILS = str(Path(__file__).parents[1])
_LIBRARIES = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
)
_LONGEST_MESSAGE = 200


@dataclass(frozen=True)
class Place:
    """Where an exception came from.

    Attributes:
        function: the learner's function that was called.
        arguments: what it was called with, in words.
        line: number of the innermost line of the learner's code.
        code: that line.
    """

    function: str
    arguments: str
    line: int
    code: str


def where_raised(error: BaseException) -> Place | None:
    """Returns where in the learner's code an exception was raised.

    None if it came through no line of theirs: then it is about the call itself.
    """
    steps = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        if filename.startswith(_CHECKS):
            steps = []  # the learner's code is what the checks call, not who calls them
        elif _is_the_learners(filename):
            steps.append((frame, line))
    if not steps:
        return None
    called, _ = steps[0]
    innermost, line = steps[-1]
    code = linecache.getline(innermost.f_code.co_filename, line).strip()
    return Place(called.f_code.co_name, _arguments(called), line, code)


def describe_error(error: BaseException) -> str:
    """Returns an exception of the learner's code on one line."""
    raised = f"{type(error).__name__}: {_one_line(str(error))}"
    place = where_raised(error)
    if place is None:
        return f"calling your code raised {raised}"
    called_with = f", called with {place.arguments}," if place.arguments else ""
    return (
        f"`{place.function}`{called_with} broke off in line {place.line}, "
        f"`{place.code}`, with {raised}"
    )


def describe(value) -> str:
    """Returns what a value is: its kind and shape, or itself where it is short."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if inspect.isroutine(value):
        return f"the function {value.__name__}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        kind = "an array" if type(value).__module__ == "numpy" else "a tensor"
        return f"{kind} of shape {tuple(value.shape)}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _is_the_learners(filename: str) -> bool:
    """Neither the course's, nor a library's, nor generated (`<...>`, AutoGraph)."""
    return not (
        filename.startswith((_UTILS, *_LIBRARIES, "<frozen", "<string"))
        or "autograph_generated" in filename
    )


def _arguments(frame) -> str:
    names, _, _, values = inspect.getargvalues(frame)
    return ", ".join(
        f"{name} = {describe(values[name])}"
        for name in names
        if name != "self" and name in values
    )


def _one_line(message: str) -> str:
    """The part of a message that says what happened; Keras and TensorFlow add more."""
    lines = [re.sub(r"\x1b\[\d*m", "", line).strip() for line in message.splitlines()]
    lines = [line for line in lines if line]
    if lines and lines[0].startswith("in user code"):
        lines = lines[-1:]
    elif lines and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    message = " ".join(lines[:2]).rstrip(".")
    return textwrap.shorten(message, _LONGEST_MESSAGE, placeholder=" …")

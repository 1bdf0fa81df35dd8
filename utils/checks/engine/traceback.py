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

_CHECKS = str(Path(__file__).parents[1])
_UTILS = str(Path(__file__).parents[2])
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
    steps, called_anew = [], True
    for frame, line in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        if filename.startswith(_CHECKS):
            # The learner's code is what the checks call; it may call them back.
            called_anew = True
        elif _is_the_learners(filename):
            steps = [] if called_anew else steps
            steps.append((frame, line))
            called_anew = False
    if not steps:
        return None
    called, _ = steps[0]
    innermost, line = steps[-1]
    code = linecache.getline(innermost.f_code.co_filename, line).strip()
    return Place(called.f_code.co_name, _arguments(called), line, code)


def describe_error(error: BaseException) -> str:
    """Returns an exception of the learner's code on one line, without a period."""
    raised = _in_words(error)
    place = where_raised(error)
    if place is None:
        return f"calling your code raised {raised}"
    called_with = f", called with {place.arguments}," if place.arguments else ""
    return (
        f"`{place.function}`{called_with} broke off in line {place.line}, "
        f"`{place.code}`, with {raised}"
    )


def message_of(error: BaseException) -> str:
    """Returns what an exception says; some raise another when they are asked."""
    try:
        return str(error)
    except Exception:
        return "(its message cannot be read)"


def describe(value) -> str:
    """Returns what a value is: its kind and shape, or itself where it is short."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) < 10**20 else "a huge integer"
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else f"a text of {len(value)} letters"
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


# What an exception of a backend means: patterns of "Type: message", in words.
_MEANINGS = (
    (
        r"TypeError: '[\w.]*(Tensor|ArrayImpl|ndarray|float\w*|Variable)' object is "
        r"not callable|TypeError: .*ArrayImpl.* not callable",
        "a value where a function is called: hand over the function itself, or wrap "
        "what computes the value, `lambda: ...`",
    ),
    (
        r"has no len\(\)|len is not well defined|len\(\) of unsized|len\(\) of a 0-d",
        "`len` of a tensor without a length: its shape is `ops.shape(x)`, and of a "
        "single number there is none",
    ),
    (
        r"AttributeError: '?[\w.]*(Tensor|ArrayImpl|Tracer)\w*'? object has no "
        r"attribute '(?P<name>\w+)'",
        "a tensor where it needs an array: tensors have no `.{name}`; take "
        "`ops.{name}(x)`, or `ops.convert_to_numpy(x)` first",
    ),
    (
        r"IndexError: too many indices|IndexError: boolean index did not match",
        "an index that does not fit the array: print the shapes of both",
    ),
    (
        r"[Ii]ncompatible shapes|could not be broadcast|must match the size of tensor|"
        r"[Dd]imensions must be equal|[Mm]atrix size-incompatible|mat1 and mat2 shapes|"
        r"matmul: Input operand|dot_general requires contracting|shapes .* not aligned|"
        r"required broadcastable shapes",
        "shapes that do not go together{shapes}: print them, and reduce or reshape one",
    ),
    (
        r"TracerBool|TracerArrayConversion|Concretization|TracerInteger|"
        r"symbolic tf.Tensor|SymbolicTensor|Using a symbolic|Cannot convert a symbolic",
        "a number asked of a tensor that has none yet, where the backend compiles: "
        "stay with `keras.ops`, without `float()`, NumPy or `if` on tensors",
    ),
    (
        r"numpy\(\) on Tensor that requires grad|device type tensor to numpy",
        "a tensor given to NumPy as it is: stay with `keras.ops`, or take "
        "`ops.convert_to_numpy(x)` where no gradient is needed",
    ),
    (
        r"only (0-dimensional|length-1|size-1|integer scalar) arrays|only one element "
        r"tensors|Only scalar arrays|can only convert an array of size 1",
        "`float()` or a function of `math` on several numbers at once: the functions "
        "of NumPy and `keras.ops` take whole arrays",
    ),
    (
        r"truth value of an array|Boolean value of Tensor with more than one",
        "`if`, `and` or `max` on several numbers at once: take `np.where` or "
        "`ops.where`, `.any()` or `.all()`",
    ),
    (
        r"math domain error|expected a positive input",
        "the logarithm or the square root of 0 or of a negative number",
    ),
    (r"^RecursionError", "a function that calls itself without end"),
    (r"^MemoryError|ResourceExhausted|OutOfMemory", "more memory than there is"),
    (r"^SystemExit", "`exit()`, which would end the lesson: leave it out"),
)


def _in_words(error: BaseException) -> str:
    """The meaning of an exception where it is known, else its first sentence."""
    text = f"{type(error).__name__}: {message_of(error)}"
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, text)
        if found:
            name = found.groupdict().get("name") or ""
            return meaning.replace("{name}", name).replace("{shapes}", _shapes(text))
    return f"{type(error).__name__}: {_one_line(message_of(error))}"


def _shapes(text: str) -> str:
    """The first two shapes that a message shows, or nothing."""
    found = re.findall(r"[(\[]\d[\d, ]*[)\]]", text)
    return f", {found[0]} and {found[1]}" if len(found) > 1 else ""


def _one_line(message: str) -> str:
    """The part of a message that says what happened; Keras and TensorFlow add more."""
    message = re.sub(r"\x1b\[\d*m|\{\{function_node .*?\}\}", "", message)
    message = re.sub(r"\[Op:\w+\].*", "", message, flags=re.DOTALL)
    message = message.partition("Arguments received by")[0]
    message = message.partition("If you are looking for numpy-related")[0]
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if lines and lines[0].startswith("in user code"):
        lines = lines[-1:]
    elif lines and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    message = " ".join(lines[:2]).rstrip(".: ")
    return textwrap.shorten(message, _LONGEST_MESSAGE, placeholder=" …")

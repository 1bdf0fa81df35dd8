"""Slips that need no catalog: the right function of arguments, or its result, changed.

Whatever an exercise asks for, some mistakes are the same: a row is left out, an
argument is squared or not used at all, a result is rounded, or divided by n.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

import numpy as np

from utils.checks.engine.answers import copied
from utils.checks.engine.catalog import Case, Reply, Wrong, matches, part_of
from utils.checks.engine.comparison import agree, differs

# How long the search may take: the learner waits for it.
SECONDS = 4.0

# What is done to the rows of one or several arrays.
_ROWS = (
    (
        lambda x: x[:-1],
        "leaves out the last row of {x} (`range(len(...) - 1)`, or a slice?)",
    ),
    (lambda x: x[1:], "leaves out the first row of {x} (rows count from 0)"),
    (
        lambda x: x[:1],
        "looks at the first row of {x} alone (a `return` inside the loop, or a `[0]`?)",
    ),
    (
        lambda x: x[-1:],
        "looks at the last row of {x} alone (each turn of the loop "
        "overwrites the one before)",
    ),
    (
        lambda x: x[: len(x) // 2] if len(x) > 3 else None,
        "looks at the first half of {x} alone",
    ),
    (
        lambda x: _distinct(x),
        "counts repeated rows of {x} only once",
    ),
    (
        lambda x: np.broadcast_to(x.mean(axis=0), x.shape),
        "takes the mean over the rows of {x} first, and not at the end",
    ),
    (
        lambda x: x[..., :-1] if x.ndim > 1 else None,
        "leaves out the last column of {x}",
    ),
    (
        lambda x: x[..., :2] if x.ndim > 1 else None,
        "looks at the first two columns of {x} alone",
    ),
)
# What is done to one argument, an array or a number.
_VALUES = (
    (lambda x: -x, "has the sign of {x} flipped"),
    (lambda x: np.abs(x), "takes the absolute value of {x}"),
    (lambda x: x**2, "squares {x} (a standard deviation for a variance?)"),
    (
        lambda x: np.sqrt(x) if np.all(x >= 0) else None,
        "takes the square root of {x} (a variance for a standard deviation?)",
    ),
    (lambda x: np.exp(x), "takes exp of {x} first"),
    (
        lambda x: np.log(x) if np.all(x > 0) else None,
        "takes the logarithm of {x} first",
    ),
    (lambda x: 1 / (1 + np.exp(-x)), "takes the sigmoid of {x} first"),
    (lambda x: 2 * x, "doubles {x}"),
    (lambda x: x / 2, "halves {x}"),
    (lambda x: np.clip(x, -1, 1), "cuts {x} off at [-1, 1]"),
    (lambda x: np.clip(x, 0, 1), "cuts {x} off at [0, 1]"),
    (lambda x: np.maximum(x, 0), "cuts {x} off at 0 (a ReLU?)"),
    (lambda x: 1 - x, "takes 1 minus {x}"),
    (lambda x: 1 / x, "takes 1 divided by {x}"),
    (lambda x: x * np.log(2), "takes powers of 2 of {x} in place of exp"),
    (lambda x: np.round(x), "rounds {x} to whole numbers"),
    (lambda x: x.T if x.ndim == 2 else None, "takes the columns of {x} for its rows"),
    (lambda x: x - x.mean(axis=0), "subtracts the mean of {x} first"),
    (lambda x: x / x.sum(), "divides {x} by its sum first"),
    (
        lambda x: x / np.sqrt((x**2).sum(axis=-1, keepdims=True)),
        "brings each row of {x} to length 1 first",
    ),
)
# What is done to a whole number.
_COUNTS = (
    (lambda n: n - 1, "goes one short of {x}"),
    (lambda n: n + 1, "goes one beyond {x}"),
)
# What is done to a result.
_RESULTS = (
    (lambda y: -y, "has its sign flipped"),
    (
        lambda y: np.append(y[:-1], 0 * y[-1:], axis=0),
        "leaves its last entry at 0 (`range(len(...) - 1)`?)",
    ),
    (np.trunc, "is cut to whole numbers (`//` for `/`, or an array of integers?)"),
    (np.round, "is rounded to whole numbers"),
    (lambda y: np.abs(y), "takes the absolute value at the end"),
    (lambda y: np.sqrt(np.abs(y)), "is the square root of the right one"),
    (lambda y: y**2, "is the square of the right one"),
    (lambda y: 1 / (1 + np.exp(-y)), "is the sigmoid of the right one"),
    (
        lambda y: np.log(y) if np.all(y > 0) else None,
        "is the logarithm of the right one",
    ),
    (lambda y: np.exp(y), "is exp of the right one"),
    (lambda y: 1 - y, "is 1 minus the right one"),
    (lambda y: 1 / y, "is 1 divided by the right one"),
    (lambda y: y / np.log(2), "is in bits, and not in nats"),
    (lambda y: y / np.log(10), "takes the logarithm to base 10, not the natural one"),
    (lambda y: 100 * y, "is in percent"),
    (lambda y: y / 2, "is half of the right one"),
    (lambda y: 2 * y, "is twice the right one"),
    (lambda y: y[::-1], "has its rows in reverse"),
    (
        lambda y: y[:, ::-1] if y.ndim == 2 else None,
        "has its columns in reverse",
    ),
    (lambda y: np.sort(y, axis=0), "is sorted"),
    (lambda y: y.T if y.ndim == 2 else None, "has its axes exchanged"),
    (lambda y: y[:-1], "lacks its last row"),
    (lambda y: y[1:], "lacks its first row"),
    (lambda y: y[:1], "is the first row alone"),
    (lambda y: y[0], "is the first row alone"),
    (
        lambda y: y.mean(axis=0),
        "is the mean over the rows, where one is right for each",
    ),
    (
        lambda y: y.sum(axis=0),
        "is the sum over the rows, where one is right for each",
    ),
    (
        lambda y: y.mean(axis=-1),
        "is the mean over the last axis, where one number is right for each entry",
    ),
    (
        lambda y: y.sum(axis=-1),
        "is the sum over the last axis, where one number is right for each entry",
    ),
    (lambda y: y / y.sum() if y.size > 1 else None, "is divided by its sum"),
    (lambda y: y / y.max() if y.size > 1 else None, "is divided by its largest entry"),
    (
        lambda y: y / np.sqrt((y**2).sum()) if y.size > 1 else None,
        "is brought to length 1",
    ),
    (lambda y: y - y.mean(axis=0), "has its mean subtracted"),
)
# By what a result is multiplied, from the shape of an argument.
_SIZES = (
    (
        lambda shape: shape[0],
        "is as many times too large as {x} has rows (a sum for a mean?)",
    ),
    (
        lambda shape: 1 / shape[0],
        "is as many times too small as {x} has rows (a mean too much?)",
    ),
    (
        lambda shape: shape[-1],
        "is as many times too large as {x} has columns (a sum for a mean?)",
    ),
    (
        lambda shape: 1 / shape[-1],
        "is as many times too small as {x} has columns (a mean too much?)",
    ),
    (
        lambda shape: 1 / np.prod(shape),
        "is as many times too small as {x} has entries (a mean too much?)",
    ),
    (
        lambda shape: np.prod(shape),
        "is as many times too large as {x} has entries (a sum for a mean?)",
    ),
    (
        lambda shape: shape[0] / (shape[0] - 1),
        "divides by n - 1, where n, the rows of {x}, is right",
    ),
    (
        lambda shape: 1 - 1 / shape[0],
        "divides by n, the rows of {x}, where n - 1 is right",
    ),
)


def told_by_arguments(
    exact: Callable, names: Sequence[str], replies: Sequence[Reply], **compare
) -> str | None:
    """Says which change of the arguments explains what was returned in every case.

    Args:
        exact: the right function.
        names: of its arguments.
        replies: what the answer returned.
        **compare: `parts`, `tolerance` and `least`, as for `recognized`.
    """
    return _first(
        replies, _changed_arguments(exact, names, replies[0], compare["parts"]), compare
    )


def told_by_all_arrays(
    exact: Callable, names: Sequence[str], replies: Sequence[Reply], **compare
) -> str | None:
    """The same for one change of all arrays at once."""
    arguments = replies[0].case.arguments
    arrays = tuple(i for i, each in enumerate(arguments) if _is_array(each))
    if len(arrays) < 2:
        return None
    parts = compare["parts"]
    changes = [
        _argument(exact, names, arrays, change, message, parts, part)
        for part in (None, *parts)
        for change, message in (*_ROWS, *_VALUES)
    ]
    cut = _cut_to_the_shortest(exact, names, arrays)
    return _first(replies, iter([*changes, cut]), compare)


def told_by_result(exact: Callable, names, replies, **compare) -> str | None:
    """The same for a change of the result, or of one of several."""
    return _first(replies, _changed_results(exact, names, replies[0], compare), compare)


def ignored(ask: Callable, names: Sequence[str], cases, **compare) -> str | None:
    """Says which arguments an answer does not use, or None.

    Args:
        ask: function of a `Case` that returns a `Reply`.
        names: of the arguments.
        cases: to change the arguments of, one by one.
    """
    deadline = time.monotonic() + SECONDS
    unused = [
        name
        for i, name in enumerate(names)
        if _is_unused(ask, i, cases, deadline, compare)
    ]
    if not unused or time.monotonic() > deadline:
        return None
    if len(unused) == len(names) > 1:
        return (
            "returns the same whatever it is given (does it use variables of the "
            "notebook, or numbers typed in, in place of its arguments?)"
        )
    if len(unused) < len(names) and not any(
        _flat(ask(case).found).any() for case in cases
    ):
        return None  # 0 each time, and that has other causes (`//` for `/`)
    it = "it" if len(unused) == 1 else "them"
    return (
        f"does not use {' and '.join(f'`{name}`' for name in unused)} (is a number "
        f"typed in, or a variable of the notebook used, in place of {it}?)"
    )


def rounded(replies: Sequence[Reply], least: float) -> str | None:
    """Says how numbers are rounded that are nearly right."""
    found, exact = (
        np.concatenate([_flat(getattr(reply, which)) for reply in replies])
        for which in ("found", "exact")
    )
    if found.shape != exact.shape or not np.isfinite(found).all():
        return None
    if (found == np.round(found)).all():
        return None
    if agree(found, exact, 0.005, least) and (np.float16(found) == found).all():
        return "is rounded to half precision (float16 keeps three digits)"
    for digits in (1, 2, 3, 4):
        if (
            np.allclose(found, np.round(found, digits), rtol=0, atol=1e-9)
            and np.abs(found - exact).max() <= 0.51 * 10.0**-digits
        ):
            return f"is rounded to {digits} decimals"
    return None


def bounded(replies: Sequence[Reply], tolerance: float, least: float) -> str | None:
    """Says at which numbers a result is cut off: right between them, never beyond."""
    pairs = [(_flat(reply.found), _flat(reply.exact)) for reply in replies]
    if any(found.shape != exact.shape for found, exact in pairs):
        return None
    found, exact = map(np.concatenate, zip(*pairs, strict=True))
    wrong = differs(found, exact, tolerance, least)
    ends = sorted(set(found[wrong].round(9)))
    if wrong.sum() < 2 or len(ends) > 2 or len(set(exact)) < 3:
        return None
    for low, high in ((-np.inf, ends[0]), (ends[0], np.inf), (ends[0], ends[-1])):
        cut = np.clip(exact, low, high)
        if not differs(found, cut, tolerance, least).any() and not wrong.all():
            return f"is cut off at {' and '.join(f'{end:.4g}' for end in ends)}"
    return None


def overflows(found, exact, at_an_edge: bool) -> str | None:
    """Says that a number is lost where a finite one is right."""
    found, exact = _flat(found), _flat(exact)
    if found.shape != exact.shape:
        return None
    whole = (exact == np.round(exact)).all()  # of a count, there is no exp in it
    if at_an_edge and not found.any() and not whole and np.abs(exact).min() > 1e-3:
        return (
            "is 0 here, and right elsewhere (exp of a number far below 0 is 0: stay in "
            "log space)"
        )
    if np.isfinite(found[np.isfinite(exact)]).all():
        return None
    return (
        "loses its numbers on the way (log of 0, exp of a large number, a root of "
        "something negative, or 0 divided by 0)"
    )


def _first(replies, candidates: Iterator[Wrong], compare) -> str | None:
    deadline = time.monotonic() + SECONDS
    with np.errstate(all="ignore"):
        for wrong in candidates:
            if time.monotonic() > deadline:
                return None
            if _explains(wrong, replies, compare):
                return wrong.message
    return None


def _explains(wrong: Wrong, replies, compare) -> bool:
    """Whether it agrees everywhere, and with more than chance makes agree.

    A number of one case may agree by chance, and so may whole numbers and shares.
    """
    numbers, told, untold = [], 0, 0
    tolerance = compare["tolerance"], compare["least"]
    for reply in replies:
        evidence = matches(wrong, reply, compare["parts"], *tolerance)
        found, exact = part_of(wrong, reply, compare["parts"])
        if evidence is False:
            return False
        if not np.isfinite(_flat(found)).all():
            continue  # NaN is what many a formula leads to
        if evidence:
            told += 1
            numbers.extend(_flat(found))
        elif not agree(found, exact, *tolerance):
            untold += 1
    telling = sum(not _is_simple(number) for number in numbers)
    alone = told == 1 and bool(compare["parts"])
    enough = telling > 2 or told > 2 or (telling > 0 and not alone)
    return enough and told > untold


def _is_simple(number: float) -> bool:
    """Whether it is a share such as 3/20: many a formula leads there."""
    multiples = number * np.arange(1, 301)
    return bool(np.isclose(multiples, np.round(multiples), rtol=0, atol=1e-6).any())


def _changed_arguments(exact, names, reply: Reply, parts) -> Iterator[Wrong]:
    arguments = reply.case.arguments
    arrays = [i for i, each in enumerate(arguments) if _is_array(each)]
    changes = [
        (which, change, message)
        for change, message in _ROWS
        for which in _together(arrays, arguments)
    ]
    for i, each in enumerate(arguments):
        if _is_array(each) or _is_number(each):
            changes.extend(((i,), *change) for change in _VALUES)
        if isinstance(each, int):
            changes.extend(((i,), *change) for change in _COUNTS)
    for part in (None, *parts):
        for which, change, message in changes:
            yield _argument(exact, names, which, change, message, parts, part)
    for i, j in permutations(range(len(arguments)), 2):
        if _is_array(arguments[i]) or _is_number(arguments[i]):
            yield Wrong(
                lambda *given, i=i, j=j: exact(
                    *(given[j] if k == i else each for k, each in enumerate(given))
                ),
                f"takes {names[j]} in place of {names[i]}",
            )


def _together(arrays, arguments) -> list[tuple[int, ...]]:
    """Which arrays lose a row: each alone, and all of one length at once."""
    alone = [(i,) for i in arrays]
    lengths = {len(arguments[i]) for i in arrays}
    groups = [tuple(i for i in arrays if len(arguments[i]) == n) for n in lengths]
    return [group for group in groups if len(group) > 1] + alone


def _cut_to_the_shortest(exact, names, arrays) -> Wrong:
    def formula(*given):
        n = min(len(given[i]) for i in arrays)
        return exact(*(x[:n] if i in arrays else x for i, x in enumerate(given)))

    return Wrong(
        formula,
        f"cuts {' and '.join(names[i] for i in arrays)} to the length of the shortest "
        "(`zip` stops there)",
    )


def _argument(exact, names, which, change, message, parts, part) -> Wrong:
    def formula(*given):
        changed = [
            _changed(change, each) if i in which else each
            for i, each in enumerate(given)
        ]
        if any(each is None for each in changed):
            return np.nan
        right = exact(*changed)
        return right if part is None else right[list(parts).index(part)]

    message = message.format(x=" and ".join(names[i] for i in which))
    return Wrong(formula, message if part is None else f"{message} for {part}", part)


def _changed_results(exact, names, reply: Reply, compare) -> Iterator[Wrong]:
    for which in range(len(compare["parts"])) if compare["parts"] else [None]:
        part = None if which is None else compare["parts"][which]

        def alone(*given, which=which):
            right = exact(*given)
            return np.asarray(right if which is None else right[which], "float64")

        of = "" if part is None else f"returns a wrong {part}: it "
        for change, message in _RESULTS:

            def formula(*given, alone=alone, change=change):
                changed = change(alone(*given))
                return np.nan if changed is None else changed

            yield Wrong(formula, of + message, part)
        for i, each in enumerate(reply.case.arguments):
            if not _is_array(each):
                continue
            for factor, message in _SIZES:

                def sized(*given, alone=alone, factor=factor, i=i):
                    return factor(np.shape(given[i])) * alone(*given)

                yield Wrong(sized, of + message.format(x=names[i]), part)


def _is_unused(ask, i: int, cases, deadline: float, compare) -> bool:
    """Whether a result stays what it is when argument i changes what is right."""
    tolerance, tried = (compare["tolerance"], compare["least"]), 0
    for case in cases:
        told = False
        for change in (_other_values, _evened, _far_values, _rolled):
            if time.monotonic() > deadline:
                return False
            try:
                changed = list(copied(case.arguments))
                changed[i] = change(changed[i])
                again, before = ask(Case(*changed)), ask(case)
            except Exception:  # no argument like this, or none that may change so
                continue
            if agree(again.exact, before.exact, *tolerance):
                continue
            if not np.isfinite(_flat(before.found)).all():
                return False
            if not agree(again.found, before.found, 1e-9, 0):
                return False
            told |= change is not _rolled or np.asarray(changed[i]).dtype.kind == "i"
        tried += told
    return tried > 1


def _other_values(x):
    if isinstance(x, list):
        return (np.asarray(x) + 1).tolist()
    return x * 0.9 if np.asarray(x).dtype.kind == "f" else x + 1


def _far_values(x):
    """What a count, which small changes leave as it is, must notice."""
    return x * 3


def _evened(x):
    """Rows that still add up to what they did, as probabilities must."""
    return 0.7 * x + 0.3 * x.mean(axis=-1, keepdims=True)


def _rolled(x):
    return np.roll(x, 1, axis=0)


def _changed(change, value):
    if isinstance(value, list):
        changed = change(np.asarray(value))
        return None if changed is None else changed.tolist()
    return change(value)


def _distinct(x):
    """The rows that differ, each where it stands first."""
    return x[np.sort(np.unique(x, axis=0, return_index=True)[1])]


def _is_array(value) -> bool:
    return isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flat(value) -> np.ndarray:
    values = value if isinstance(value, tuple) else (value,)
    return np.concatenate([np.ravel(np.asarray(each, "float64")) for each in values])

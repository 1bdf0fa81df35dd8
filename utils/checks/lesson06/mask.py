"""Exercise 6.4: which places of a kernel lie before its middle."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong
from utils.networks import causal


def _changed(size, kind, middle_row=None, middle=None):
    shown = causal.mask(size, kind)
    if middle_row is not None:
        shown[size // 2] = middle_row
    if middle is not None:
        shown[size // 2, size // 2] = middle
    return shown


def _count(size, kind):
    return size * size // 2 + (kind == "B")


def _shown(size, count):
    """The first places, row by row."""
    return (np.arange(size * size) < count).reshape(size, size) * 1.0


def _columns(size, kind):
    return causal.mask(size, kind).T


def _off_by_one(size, kind):
    shown = causal.mask(size, kind)
    shown[size // 2 - 1] = 0
    return shown


def _to_the_right_too(size, kind):
    shown = causal.mask(size, kind)
    shown[size // 2, size // 2 + 1 :] = 1
    return shown


def _left_above(size, kind):
    shown = causal.mask(size, kind)
    shown[: size // 2, size // 2 + 1 :] = 0
    return shown


mask = Check(
    "6.4",
    "the mask",
    "mask(size, kind)",
    exact=causal.mask,
    cases=(
        Case(3, "A", shows="A sees the rows above and what lies left of the middle."),
        Case(3, "B", shows="B sees the middle as well."),
        Case(5, "A", shows="the kernel has 5 rows here."),
        Case(7, "B", shows="the kernel has 7 rows here."),
    ),
    mistakes=(
        Wrong(
            lambda size, kind: causal.mask(size, "AB"[kind == "A"]),
            "has A and B exchanged: A is for the first layer, which must not see the "
            "pixel that it predicts.",
        ),
        Wrong(
            lambda size, kind: _changed(size, kind, middle=1),
            "shows the middle in both kinds: with A the first layer would read the "
            "pixel itself, and copy it.",
        ),
        Wrong(
            lambda size, kind: _changed(size, kind, middle=0),
            "hides the middle in both kinds: with B it holds what the layer below made "
            "of earlier pixels, and may be seen.",
        ),
        Wrong(
            lambda size, kind: _changed(size, kind, middle_row=1),
            "leaves the row of the middle open: what lies to the right comes later.",
        ),
        Wrong(
            _to_the_right_too,
            "shows what lies right of the middle, which comes later.",
        ),
        Wrong(
            lambda size, kind: _changed(size, kind, middle_row=0),
            "hides the whole row of the middle: what lies to the left came before.",
        ),
        Wrong(
            lambda size, kind: _changed(size, kind, 0, middle=kind == "B"),
            "hides what lies to the left of the middle: it came before.",
        ),
        Wrong(
            lambda size, kind: _shown(size, _count(size, kind) + 1),
            "shows one place too many: count from 0, up to the middle of the kernel.",
        ),
        Wrong(
            lambda size, kind: _shown(size, _count(size, kind) - 1),
            "shows one place too few: count from 0, up to the middle of the kernel.",
        ),
        Wrong(
            _columns,
            "is transposed: the first axis counts rows from above, the second columns.",
        ),
        Wrong(
            lambda size, kind: 1 - causal.mask(size, kind),
            "is 1 where it must be 0: what came before is shown.",
        ),
        Wrong(
            lambda size, kind: causal.mask(size, kind)[::-1, ::-1],
            "is turned around: pixels come row by row from above, left to right.",
        ),
        Wrong(
            _off_by_one,
            "hides the row right above the middle: the middle is size // 2, counted "
            "from 0.",
        ),
        Wrong(
            _left_above,
            "hides what lies above to the right: the whole row above came before.",
        ),
        Wrong(
            lambda size, kind: np.tril(np.ones((size, size)), -(kind == "A")),
            "is a triangle: pixels come row by row, so whole rows above are shown.",
        ),
        Wrong(
            lambda size, kind: np.ones((size, 1)) * causal.mask(size, kind)[size // 2],
            "shows what lies to the left in all rows: whole rows above are shown, and "
            "none below.",
        ),
        Wrong(
            lambda size, kind: np.log(causal.mask(size, kind)),
            "holds 0 and −∞, as what is added to logits: 1 and 0 are asked for.",
        ),
        Wrong(
            lambda size, kind: 0 * causal.mask(size, kind) + 1,
            "shows everything, what comes later too.",
            when=lambda value, size, kind: (
                np.isin(value, (0, 1)).all() and value.sum() >= size * size - 1
            ),
        ),
    ),
    edges=(
        Case(1, "A", shows="with one place alone A sees nothing at all."),
        Case(1, "B", shows="with one place alone B sees the middle."),
    ),
)

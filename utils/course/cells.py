"""The cells of a lesson's source, and what a learner sees of an exercise."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import jupytext

from utils.core.validation import did_you_mean

# The tags of a lesson, and the kind of cell each belongs on.
TAGS = {
    "exercise": "code",
    "check": "code",
    "claim": "code",
    "parameters": "code",
    "solution": "markdown",
}
# Without `comment_magics: False` jupytext would take a comment such as
# "# copy the weights" for a shell command, and uncomment it.
_PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
_JUPYTEXT_KEYS = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"}
_FOLDED = {"source_hidden": True}
_MARKER = re.compile(r"#\s*%%+(\s|$)")
_TITLE = re.compile(r"# (Exercise (\d+)\.(\d+): \S.*?)\s*$")
BEGIN = re.compile(r"(\s*)#\s*BEGIN SOLUTION\s*$", re.IGNORECASE)
END = re.compile(r"\s*#\s*END SOLUTION\s*$", re.IGNORECASE)
# What somebody wrote who meant one of the two.
LIKE_A_MARKER = re.compile(r"\b(BEGIN|END)[\W_]*SOLUTION", re.IGNORECASE)
BOM = "\ufeff"


class Problem(NamedTuple):
    """One thing wrong with a source, and the line it stands in."""

    line: int
    text: str


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson; `line` is where its source begins in the file."""

    kind: str
    source: str
    tag: str | None
    folded: bool
    line: int

    @property
    def title(self) -> str | None:
        """An exercise's first line: `"Exercise 3.2: both losses of the generator"`."""
        match = _TITLE.match(self.source.partition("\n")[0])
        return match[1] if match else None

    @property
    def number(self) -> str | None:
        """The number of an exercise that has a title: `"3.2"`."""
        return self.title and self.title.split()[1].rstrip(":")

    @property
    def check_called(self) -> tuple[str, str] | None:
        """The lesson's module and the name that a check calls: `"lesson03", "kl"`."""
        match ast.parse(self.source).body:
            case [
                ast.Expr(
                    ast.Call(
                        ast.Attribute(ast.Attribute(ast.Name("checks"), module), name)
                    )
                )
            ]:
                return module, name
        return None


def stub(cell: Cell) -> str:
    """Give an exercise as the learner gets it: each solution becomes a `raise`."""
    kept, hidden = [], False
    for line in cell.source.splitlines():
        if begin := BEGIN.match(line):
            kept.append(f"{begin[1]}{to_do(cell)}")
            hidden = True
        elif END.match(line):
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def to_do(cell: Cell) -> str:
    """Give the line that stands in a stub where the solution was."""
    title = json.dumps(cell.title, ensure_ascii=False)
    return f"raise NotImplementedError({title})"


def read_cells(text: str, above: int = 0) -> tuple[list[Cell], list[Problem]]:
    """Split a source's text into cells, and tell what cannot be understood.

    Args:
        text: of the whole source.
        above: how many lines at its beginning belong to no cell.
    """
    if text.startswith(BOM):
        told = "begins with a byte order mark, which editors hide: save without BOM"
        return [], [Problem(1, told)]
    lines = text.split("\n")
    markers = [n for n, line in enumerate(lines) if _MARKER.match(line)]
    try:
        parsed = jupytext.reads("\n".join(lines[above:]), fmt=_PERCENT).cells
    except Exception as error:  # jupytext and nbformat raise all kinds
        bad = (n for n in markers if not _readable(lines[n]))
        return [], [Problem(next(bad, 0) + 1, f"not a cell's header: {error!r:.200}")]
    if len(parsed) != len(markers):
        told = (
            f"{len(markers)} lines begin with '# %%' but there are {len(parsed)} "
            "cells: put '# %%' above the first line, and no such line in a string"
        )
        return [], [Problem(above + 1, told)]
    cells, problems = [], []
    for marker, node in zip(markers, parsed, strict=True):
        first = marker + 1
        while first < len(lines) - 1 and not lines[first].strip():
            first += 1
        metadata = {k: v for k, v in node.metadata.items() if k not in _JUPYTEXT_KEYS}
        problems += _header_problems(marker + 1, node.cell_type, metadata)
        tag = next(iter(metadata.get("tags", [])), None)
        folded = metadata.get("jupyter") == _FOLDED
        cells.append(Cell(node.cell_type, node.source, tag, folded, first + 1))
    return cells, problems


def _readable(header: str) -> bool:
    try:
        jupytext.reads(header + "\n1\n", fmt=_PERCENT)
    except Exception:
        return False
    return True


def _header_problems(line: int, kind: str, metadata: dict) -> Iterator[Problem]:
    tags = metadata.get("tags", [])
    if kind == "raw":
        yield Problem(line, "a lesson has code and markdown cells only, not raw ones")
    if metadata.keys() - {"tags", "jupyter"}:
        yield Problem(
            line,
            f"the cell's header says {dict(metadata)}: only [markdown], tags=[…] and "
            'jupyter={"source_hidden": true} are understood',
        )
    if metadata.get("jupyter", _FOLDED) != _FOLDED:
        yield Problem(line, 'jupyter= can only be {"source_hidden": true}')
    if len(tags) > 1:
        yield Problem(line, f"a cell has one tag at most, not {', '.join(tags)}")
    for tag in tags:
        if tag not in TAGS:
            known = ", ".join(TAGS)
            guess = did_you_mean(tag, TAGS)
            yield Problem(line, f"unknown tag {tag!r}.{guess} Known are {known}")
        elif TAGS[tag] != kind:
            yield Problem(line, f"the tag {tag} is for {TAGS[tag]} cells, not {kind}")

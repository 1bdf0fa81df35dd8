"""Run one hand-in in this process's own folder, and print what its checks say.

`python -m utils.course.one_hand_in NOTEBOOK SECONDS [seal]` reads the exercises of all
lessons from its input, as JSON, and prints one line of JSON. `hand_ins` starts it.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

import utils.course.quick_start  # noqa: F401

# isort: split
import nbformat

from utils.course.check import answers
from utils.course.run import CellFailed, execute, first_line
from utils.course.sandbox import seal
from utils.course.source import Exercise


def lesson_of(text: str, exercises: Mapping[str, Sequence[Exercise]]) -> str:
    """Tell of which lesson a notebook is: of the one most of whose checks it calls.

    Args:
        text: of all its cells.
        exercises: of the lessons, by their names.

    Returns:
        The lesson's name, or nothing where it calls no check.
    """
    called = {
        name: sum(each.check in text for each in some)
        for name, some in exercises.items()
    }
    return max(called, key=called.get) if any(called.values()) else ""


def examine(
    path: Path, exercises: Mapping[str, Sequence[Exercise]], seconds: float
) -> dict:
    """Run a notebook in its folder, in `seconds`, and read its verdicts.

    What stands below its last check is not run: no verdict needs it. In no time, 0,
    nothing is run: what it says is what somebody's run has left in it.

    Returns:
        `{"answers": [...], "stopped": why it ended early}`.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        lesson = lesson_of("\n".join(c.source for c in notebook.cells), exercises)
    except Exception as error:  # nbformat raises all kinds
        told = f"no notebook: {type(error).__name__}: {error}"
        return {"answers": [], "stopped": first_line(told)[:200]}
    if not lesson:
        return {"answers": [], "stopped": "no check of these lessons is called in it"}
    if not seconds:
        unrun = "it was handed in as it was before that cell ran"
        return {"answers": answers(notebook, exercises[lesson], unrun), "stopped": ""}
    asked, cells = {each.check for each in exercises[lesson]}, notebook.cells
    while cells and asked.isdisjoint(map(str.strip, cells[-1].source.splitlines())):
        cells.pop()
    end, stopped = monotonic() + seconds, ""
    try:
        for _ in execute(
            *(notebook, path.parent, {}),
            keep_going=True,
            limit=lambda cell: max(end - monotonic(), 1.0),
            stdout=sys.stderr,  # this process's output is for the verdicts alone
        ):
            pass
    except CellFailed as error:
        stopped = first_line(str(error)).removesuffix(" The cell:")
    return {
        "answers": answers(notebook, exercises[lesson], stopped),
        "stopped": stopped,
    }


if __name__ == "__main__":
    notebook, seconds, *sealed = sys.argv[1:]
    told = json.load(sys.stdin)
    if sealed:
        seal(os.path.dirname(notebook))
    lessons = {name: [Exercise(*each) for each in some] for name, some in told.items()}
    print(json.dumps(examine(Path(notebook), lessons, float(seconds))), flush=True)

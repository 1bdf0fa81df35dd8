"""The measured tables that a lesson shows and a script in `benchmarks/` redoes."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from utils.core.files import written_aside
from utils.course.folder import CourseError, find_course
from utils.course.machine import machine


def write_trial(path: Path, key: Sequence, value, by: str | None = None) -> None:
    """Writes what one trial measured into a file, whole or not there.

    Args:
        path: of the file; its folder is made where there is none.
        key: where the value stands in the table: names, and numbers from 0 for the
            places of a list. Empty for a table of one trial.
        value: anything that JSON can hold.
        by: the machine that measured it, as `machine` names it; None for this one.
    """
    trial = {
        "key": list(key),
        "recorded": datetime.now(UTC).isoformat(),
        "machine": by or machine(),
        "value": value,
    }
    text = json.dumps(trial, indent=1, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as file:
        file.write(text.encode())


def load_results(name: str):
    """Joins the trials in `results/NAME/` of the course to one table.

    Each file there is one trial, `{"key": [...], "recorded": when, "machine": which,
    "value": ...}`, with names in the key for the places of dictionaries and numbers for
    those of lists. What was recorded first comes first.

    Args:
        name: of the table, such as `"mixtures"`.

    Returns:
        Dictionaries and lists of what was measured.

    Raises:
        CourseError: If there is no such table.
    """
    folder = find_course().root / "results"
    files = sorted((folder / name).glob("*.json"))
    if not files:
        there = sorted({file.parent.name for file in folder.glob("*/*.json")})
        raise CourseError(
            f"There is no results/{name}; the tables there are: "
            f"{', '.join(there) or 'none'}. Run `python benchmarks/{name}.py` to "
            "measure it."
        )
    return join_trials(files)


def join_trials(files: Iterable[Path]):
    """Joins files of one trial each to one table, as `load_results` does."""
    trials = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    table = {}
    for trial in sorted(trials, key=lambda trial: trial["recorded"]):
        place, key = {"table": table}, ["table", *trial["key"]]
        for part in key[:-1]:
            place = place.setdefault(part, {})
        place[key[-1]] = trial["value"]
        table = table if trial["key"] else trial["value"]
    return _lists(table)


def _lists(table):
    """Turns what is numbered from 0 into lists."""
    if not isinstance(table, dict):
        return table
    if table and all(isinstance(key, int) for key in table):
        return [_lists(table[place]) for place in sorted(table)]
    return {key: _lists(value) for key, value in table.items()}

"""How many minutes a lesson takes, counted: nobody types them in.

    words of prose / 180 + lines of shown code / 25 + the minutes on exercises' cards
    + half a minute per prediction + half of the measured compute

Prose and code are those of the learner edition: stubs, no claims, no answers, nothing
folded. The compute is the lesson's run at `laptop`, which `results/lesson_seconds`
keeps; `course run 03 --timings results/lesson_seconds` measures it again.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from utils.course.cells import Cell, stub

#: No notebook takes longer: what does not fit goes into a bonus notebook.
LONGEST = 75
WORDS_PER_MINUTE = 180
LINES_PER_MINUTE = 25
MINUTES_PER_PREDICTION = 0.5
#: While a lesson computes, half of the time is spent on reading on.
SHARE_OF_COMPUTE = 0.5
#: The tables of measured runs in `results/`, and what a run of each is.
MEASURED = {
    "lesson_seconds": "laptop, alone",
    "lesson_seconds_full": "full",
}
#: What a markdown cell may say for the builder to put the minutes in its place.
PLACE = "{minutes}"
_CARD = re.compile(r"^### Exercise (\d+\.\d+) · .*\(.*?(\d+) minutes\)$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]")
_MARKUP = re.compile(r"<[^>]+>|\]\([^)]*\)")


@dataclass(frozen=True)
class Minutes:
    """What there is to read, write, guess and wait for.

    Attributes:
        words: of prose.
        lines: of shown code.
        exercises: minutes on the cards.
        predictions: how many.
        seconds: of compute at `laptop`, or None where nobody has measured it.
    """

    words: int
    lines: int
    exercises: int
    predictions: int
    seconds: float | None

    @property
    def parts(self) -> tuple[float, float, float, float, float]:
        """The minutes of prose, code, exercises, predictions and compute."""
        return (
            self.words / WORDS_PER_MINUTE,
            self.lines / LINES_PER_MINUTE,
            float(self.exercises),
            self.predictions * MINUTES_PER_PREDICTION,
            (self.seconds or 0) / 60 * SHARE_OF_COMPUTE,
        )

    @property
    def total(self) -> int:
        """The whole, as the course's pages say it."""
        return round(sum(self.parts))


def count_minutes(cells: tuple[Cell, ...], seconds: float | None = None) -> Minutes:
    """Count the minutes of a lesson.

    Args:
        cells: of the lesson.
        seconds: its measured compute at `laptop`; None where nobody has measured it.
    """
    prose = "\n".join(
        cell.source for cell in cells if cell.kind == "markdown" and cell.tag is None
    )
    words = _MARKUP.sub(" ", prose).split()
    return Minutes(
        words=sum(1 for word in words if _WORD.search(word)),
        lines=sum(map(_shown_lines, cells)),
        exercises=sum(minutes_on_cards(cells).values()),
        predictions=prose.count("**Predict"),
        seconds=seconds,
    )


def minutes_on_cards(cells: tuple[Cell, ...]) -> dict[str, int]:
    """Read the exercises' cards: `### Exercise 3.1 · D's loss (easy, 5 minutes)`."""
    return {
        number: int(minutes)
        for cell in cells
        if cell.kind == "markdown"
        for number, minutes in _CARD.findall(cell.source)
    }


def measured_seconds(root: Path, lesson: str) -> float | None:
    """Read how long a lesson computes at `laptop`; None where nobody has measured it.

    Args:
        root: of the course.
        lesson: the name of its source.
    """
    run = measured_run(root, lesson, "lesson_seconds")
    laptop = run and run["value"]["scale"] == "laptop"
    return run["value"]["seconds"] if laptop else None


def measured_run(root: Path, lesson: str, table: str) -> dict | None:
    """Read what `course run --timings` wrote of a lesson: machine, value; or None.

    Args:
        root: of the course.
        lesson: the name of its source.
        table: the folder in `results/`.
    """
    path = root / "results" / table / f"{lesson}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _shown_lines(cell: Cell) -> int:
    if cell.kind != "code" or cell.folded or cell.tag == "claim":
        return 0
    shown = stub(cell) if cell.tag == "exercise" else cell.source
    return sum(1 for line in shown.splitlines() if line.strip())

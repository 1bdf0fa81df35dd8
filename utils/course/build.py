"""Write both editions of every lesson's notebook from its one source."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from utils.course.cells import Cell, stub
from utils.course.folder import LESSON_NAME, Course
from utils.course.source import Lesson, read_lessons

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def learner_edition(lesson: Lesson) -> NotebookNode:
    """Make the notebook a learner gets: stubs for solutions, no claims, no answers."""
    hidden = ("claim", "solution")
    return _notebook(
        _node(cell, identity, stub(cell) if cell.tag == "exercise" else cell.source)
        for cell, identity in _identified(lesson)
        if cell.tag not in hidden
    )


def solutions_edition(lesson: Lesson) -> NotebookNode:
    """Make the notebook with everything solved, the claims' source folded away."""
    return _notebook(
        _node(cell, identity, cell.source) for cell, identity in _identified(lesson)
    )


def build(course: Course) -> list[str]:
    """Bring `notebooks/` up to date, and remove what no longer has a source.

    A notebook somebody has worked in is copied to `notebooks/.kept/` before it is
    written over or removed.

    Returns:
        One line per file that was written, removed or kept.

    Raises:
        LessonError: If a source is malformed; then nothing is written.
    """
    expected = _expected(course)
    done = []
    for path, state in _differences(course, expected):
        if _worked_in(path):
            done.append(f"kept your work: {_set_aside(course, path)}")
        if path in expected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        verb = "wrote" if path in expected else f"removed ({state})"
        done.append(f"{verb}: {path.relative_to(course.root).as_posix()}")
    return done


def out_of_date(course: Course) -> list[str]:
    """Name the notebooks that are not what the sources give, and say why.

    Raises:
        LessonError: If a source is malformed.
    """
    return [
        f"{path.relative_to(course.root).as_posix()}: {state}"
        for path, state in _differences(course, _expected(course))
    ]


def _expected(course: Course) -> dict[Path, str]:
    """Map every notebook's path to the text it should hold."""
    texts = {}
    for lesson in read_lessons(course.sources()):
        name = f"{lesson.name}.ipynb"
        texts[course.notebooks / name] = _text(learner_edition(lesson))
        texts[course.solutions / name] = _text(solutions_edition(lesson))
    return texts


def _differences(course: Course, expected: dict[Path, str]) -> list[tuple[Path, str]]:
    found = []
    for path, text in expected.items():
        if not path.exists():
            found.append((path, "missing"))
        elif path.read_text(encoding="utf-8") != text:
            found.append((path, "differs from its source"))
    for folder in (course.notebooks, course.solutions):
        for path in sorted(folder.glob("*.ipynb")):
            # Only a lesson's name: a copy a learner made is theirs to keep.
            if path not in expected and LESSON_NAME.fullmatch(path.stem):
                found.append((path, "no source"))
    return found


def _identified(lesson: Lesson) -> list[tuple[Cell, str]]:
    """Give each cell an id from its content, counted where content repeats."""
    seen: Counter[str] = Counter()
    identified = []
    for cell in lesson.cells:
        text = f"{cell.kind} {cell.source}"
        digest = hashlib.sha256(f"{seen[text]} {text}".encode()).hexdigest()
        identified.append((cell, digest[:16]))
        seen[text] += 1
    return identified


def _node(cell: Cell, identity: str, source: str) -> NotebookNode:
    metadata: dict = {"tags": [cell.tag]} if cell.tag else {}
    if cell.folded or cell.tag == "claim":
        metadata["jupyter"] = {"source_hidden": True}
    new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
    return new(source=source, metadata=metadata, id=identity)


def _notebook(cells) -> NotebookNode:
    notebook = v4.new_notebook(cells=list(cells), metadata=_METADATA)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def _text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _worked_in(path: Path) -> bool:
    """Whether somebody ran the notebook: what we write never holds an output."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _set_aside(course: Course, path: Path) -> str:
    folder = course.notebooks / ".kept"
    folder.mkdir(exist_ok=True)
    taken = len(list(folder.glob(f"{path.stem}-*.ipynb")))
    copy = folder / f"{path.stem}-{taken + 1}.ipynb"
    copy.write_bytes(path.read_bytes())
    return copy.relative_to(course.root).as_posix()

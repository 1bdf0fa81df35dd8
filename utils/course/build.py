"""Write both editions of every lesson's notebook, and what pages say of the lessons."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from utils.course.cells import Cell, stub
from utils.course.folder import LESSON_NAME, Course, CourseError
from utils.course.minutes import PLACE
from utils.course.pages import pages
from utils.course.source import Lesson, read_lessons

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
# No start-up lines of TensorFlow come before a learner's first output.
_QUIET = "import utils.course.quiet  # first: TensorFlow starts without a word"


def learner_edition(lesson: Lesson) -> NotebookNode:
    """Make the notebook a learner gets: stubs for solutions, no claims, no answers."""
    hidden = ("claim", "solution")
    return _notebook(
        _node(cell, identity, stub(cell) if cell.tag == "exercise" else source)
        for cell, identity, source in _identified(lesson)
        if cell.tag not in hidden
    )


def solutions_edition(lesson: Lesson) -> NotebookNode:
    """Make the notebook with everything solved, the claims' source folded away."""
    return _notebook(
        _node(cell, identity, source) for cell, identity, source in _identified(lesson)
    )


def build(course: Course) -> list[str]:
    """Bring `notebooks/` and the pages up to date; remove what has no source any more.

    A notebook that is not just as it was built, because somebody has run it, changed
    it, or was saving it when the power went, is copied to `notebooks/.kept/` first.

    Returns:
        One line per file that was written, removed or kept.

    Raises:
        LessonError: If a source is malformed; then nothing is written.
        CourseError: If a file cannot be written.
    """
    expected = _expected(course)
    done = []
    for path, state in _differences(course, expected):
        try:
            if path.suffix == ".ipynb" and path.exists() and not _as_built(path):
                done.append(f"kept your work: {_set_aside(course, path)}")
            if path in expected:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(expected[path], encoding="utf-8", newline="\n")
            else:
                path.unlink()
        except OSError as error:
            raise CourseError(
                f"{error.filename or path} cannot be written: {error.strerror}. Build "
                "in a copy of the course that is yours: course --root FOLDER build"
            ) from None
        verb = "wrote" if path in expected else f"removed ({state})"
        done.append(f"{verb}: {path.relative_to(course.root).as_posix()}")
    return done


def out_of_date(course: Course) -> list[str]:
    """Name the notebooks and pages that are not what the sources give, and say why.

    Raises:
        LessonError: If a source is malformed.
    """
    return [
        f"{path.relative_to(course.root).as_posix()}: {state}"
        for path, state in _differences(course, _expected(course))
    ]


def _expected(course: Course) -> dict[Path, str]:
    """Map every notebook's and page's path to the text it should hold."""
    lessons = read_lessons(course.sources())
    texts = pages(course, lessons)
    for lesson in lessons:
        name = f"{lesson.name}.ipynb"
        texts[course.notebooks / name] = notebook_text(learner_edition(lesson))
        texts[course.solutions / name] = notebook_text(solutions_edition(lesson))
    return texts


def _differences(course: Course, expected: dict[Path, str]) -> list[tuple[Path, str]]:
    found = []
    for path, text in expected.items():
        if not path.exists():
            found.append((path, "missing"))
        elif path.read_bytes().replace(b"\r\n", b"\n") != text.encode():
            found.append((path, "differs from its source"))
    for folder in (course.notebooks, course.solutions):
        for path in sorted(folder.glob("*.ipynb")):
            # What a learner made, or copied and renamed, is theirs to keep.
            ours = LESSON_NAME.fullmatch(path.stem) and _stamp(path)
            if path not in expected and ours:
                found.append((path, "no source"))
    return found


def _identified(lesson: Lesson) -> list[tuple[Cell, str, str]]:
    """Give each cell an id from its content, counted where content repeats.

    Beside the id stands the content with the lesson's minutes put in.
    """
    minutes = str(lesson.minutes.total)
    seen: Counter[str] = Counter()
    identified = []
    for cell in lesson.cells:
        text = f"{cell.kind} {cell.source}"
        digest = hashlib.sha256(f"{seen[text]} {text}".encode()).hexdigest()
        told = cell.kind == "markdown"
        source = cell.source.replace(PLACE, minutes) if told else cell.source
        identified.append((cell, digest[:16], source))
        seen[text] += 1
    return identified


def _node(cell: Cell, identity: str, source: str) -> NotebookNode:
    metadata: dict = {"tags": [cell.tag]} if cell.tag else {}
    if cell.folded or cell.tag == "claim":
        metadata["jupyter"] = {"source_hidden": True}
    new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
    return new(source=source, metadata=metadata, id=identity)


def _notebook(cells) -> NotebookNode:
    notebook = v4.new_notebook(cells=list(cells), metadata=dict(_METADATA))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for first in [cell for cell in code if not cell.metadata.get("tags")][:1]:
        first.source = f"{_QUIET}\n{first.source}"
    notebook.nbformat_minor = 5
    notebook.metadata["course"] = {"built": _digest(notebook)}
    nbformat.validate(notebook)
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Give a notebook as its file holds it, the same bytes each time."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _digest(notebook: dict) -> str:
    """What the notebook says, without what a kernel and an editor add."""
    told = [
        (cell["cell_type"], "".join(cell["source"]), cell.get("attachments") or {})
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _stamp(path: Path) -> str:
    """What the notebook said when it was built; nothing if we did not build it."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return notebook["metadata"]["course"]["built"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _as_built(path: Path) -> bool:
    """Whether a notebook says what it was built to say, and nobody ran it."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        ran = any(
            c.get("execution_count") or c.get("outputs") for c in notebook["cells"]
        )
        return not ran and _digest(notebook) == _stamp(path)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _set_aside(course: Course, path: Path) -> str:
    """Copy a notebook under a number that is higher than those of its older copies."""
    folder = course.notebooks / ".kept"
    folder.mkdir(exist_ok=True)
    numbers = (
        copy.stem.removeprefix(f"{path.stem}-")
        for copy in folder.glob(f"{path.stem}-*.ipynb")
    )
    highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
    copy = folder / f"{path.stem}-{highest + 1}.ipynb"
    with copy.open("xb") as file:
        file.write(path.read_bytes())
    return copy.relative_to(course.root).as_posix()

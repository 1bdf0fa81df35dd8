"""Pack what a class gets, and nothing that it must not see: a folder or a zip file.

A pack holds learner notebooks, `utils/`, the measured tables that they read, what
installs them, and a README for students. It holds no source of a lesson, no claim, no
test, and the solutions of those lessons alone that were asked for. `utils/` holds the
formulas that the course teaches: who looks for an answer there finds its mathematics.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import utils
from utils.course.build import learner_edition, notebook_text, solutions_edition
from utils.course.folder import MANIFEST, Course, CourseError, require_new
from utils.course.source import Lesson, read_lessons

#: What installs a pack and says what one may do with it, copied as it is.
COPIED = (
    "AGENTS.md",
    "LICENSE",
    "LICENSE-TEXT",
    "Makefile",
    "environment.yml",
    "pyproject.toml",
    "requirements-jax.lock",
    "requirements.lock",
)
#: The README for students, and the lines of it that become facts of this pack.
STUDENTS, TABLE = "docs/teaching/for_students.md", "<!-- the table of the lessons -->"
# How lessons read results/: whole tables, and single sets of weights with their card.
_TABLE = re.compile(r'load_results\("(\w+)"\)')
_WEIGHTS = re.compile(r'load_trained\([^,]+, "(\w+)"\)')
# Zip files know no time before it. A pack of the same course is the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def pack(
    course: Course, lessons: Iterable[str] = (), solutions: Iterable[str] = ()
) -> dict[str, bytes]:
    """Give the files of a pack: their content by their path in it, in order.

    Args:
        course: with its sources; notebooks are built from these, whatever a teacher has
            run or changed in `notebooks/`.
        lessons: by number or name, as `Course.choose` takes them; none means all.
        solutions: of which lessons the solved notebook goes in too; none means none.

    Raises:
        CourseError: If a lesson does not exist, or a file of the course is missing.
    """
    chosen = read_lessons(course.choose(list(lessons)))
    solved = read_lessons(course.choose(list(solutions))) if solutions else []
    files = {name: _read(course.root / name) for name in COPIED}
    for lesson in chosen:
        text = notebook_text(learner_edition(lesson))
        files[f"notebooks/{lesson.name}.ipynb"] = text.encode()
    for lesson in solved:
        text = notebook_text(solutions_edition(lesson))
        files[f"notebooks/solutions/{lesson.name}.ipynb"] = text.encode()
    files["GLOSSARY.md"] = _read(course.lessons / "GLOSSARY.md")
    files["README.md"] = _readme(course, chosen)
    told = {lesson.name: lesson.exercises() for lesson in chosen}
    manifest = {"version": utils.__version__, "exercises": told}
    files[MANIFEST] = f"{json.dumps(manifest, indent=1, ensure_ascii=False)}\n".encode()
    kinds = ("*.py", "*.js")
    paths = [path for kind in kinds for path in (course.root / "utils").rglob(kind)]
    for pattern in _read_by([*chosen, *solved]):
        paths += (course.root / "results").glob(pattern)
    for path in paths:
        files[path.relative_to(course.root).as_posix()] = _read(path)
    return dict(sorted(files.items()))


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a pack into a folder that is new or empty: all of it, or nothing.

    Raises:
        CourseError: If the folder holds anything, or cannot be written.
    """
    require_new(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            whole = Path(aside) / folder.name
            for name, content in files.items():
                path = whole / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if folder.exists():
                folder.rmdir()  # it is empty, or this fails
            whole.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None


def write_zip(files: Mapping[str, bytes], path: Path) -> None:
    """Write a pack as a new zip file with one folder in it, which has its name.

    Packed twice by the same Python, it is the same bytes.

    Raises:
        CourseError: If there is such a file, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file, zipfile.ZipFile(file, "w") as archive:
            for name, content in files.items():
                entry = zipfile.ZipInfo(f"{path.stem}/{name}", _NO_TIME)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    except FileExistsError:
        raise CourseError(f"{path} is there already: name a new one.") from None
    except OSError as error:
        raise _unwritable(path, error) from None


def _read_by(lessons: Iterable[Lesson]) -> set[str]:
    """Give patterns of the files in results/ that the lessons read."""
    text = "\n".join(cell.source for lesson in lessons for cell in lesson.cells)
    found = {f"{table}/*.json" for table in _TABLE.findall(text)}
    for name in _WEIGHTS.findall(text):
        found |= {f"weights/{name}.npz", f"weights/{name}-*.json"}
    return found


def _readme(course: Course, lessons: Iterable[Lesson]) -> bytes:
    rows = "\n".join(
        f"| {lesson.number} | [{lesson.front.title}](notebooks/{lesson.name}.ipynb) "
        f"| {lesson.minutes.total} | {lesson.front.needs} |"
        for lesson in lessons
    )
    table = f"| # | notebook | minutes | you need |\n|---|---|---|---|\n{rows}"
    return _read(course.root / STUDENTS).replace(TABLE.encode(), table.encode())


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read: {error.strerror}. A pack is made from the whole "
            "course: get it anew."
        ) from None
    return content if path.suffix == ".npz" else content.replace(b"\r\n", b"\n")


def _unwritable(path: Path, error: OSError) -> CourseError:
    return CourseError(f"{path} cannot be written: {error.strerror}. Name another one.")

"""Where the course lies on the disk, and which lessons it has."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
# Two digits, a letter where it is a bonus notebook of that lesson, and its slug.
LESSON_NAME = re.compile(r"(\d\d)([b-z]?)_([a-z0-9_]+)")
#: What `course pack` writes in place of lessons/: the exercises of each notebook.
MANIFEST = "pack.json"


class CourseError(Exception):
    """Something the person at the keyboard can mend; the message says how."""


@dataclass(frozen=True)
class Course:
    """A course folder: `lessons/` is the source, `notebooks/` is built from it.

    Or a pack for students, which has no sources.
    """

    root: Path

    @property
    def lessons(self) -> Path:
        """The folder of the sources: `NN_slug.py`, and `NNb_slug.py` of a bonus."""
        return self.root / "lessons"

    @property
    def notebooks(self) -> Path:
        """The folder of the learner edition."""
        return self.root / "notebooks"

    @property
    def solutions(self) -> Path:
        """The folder of the solutions edition."""
        return self.notebooks / "solutions"

    @property
    def is_pack(self) -> bool:
        """Whether it was made by `course pack`."""
        return (self.root / MANIFEST).exists()

    @property
    def remedy(self) -> str:
        """How one gets a notebook anew."""
        if self.is_pack:
            return "copy it from the pack as you got it"
        return "run `course build`, which keeps yours aside"

    def sources(self) -> list[Path]:
        """List the lessons' sources in the order of their numbers.

        Raises:
            CourseError: If a file has no lesson's name, or two have one number; or if
                this is a pack.
        """
        if self.is_pack:
            raise CourseError(
                f"{self.root} is a pack for students: the lessons' sources are not in "
                "it. Here work `course lab`, `check`, `doctor` and `prefetch`."
            )
        paths = sorted(self.lessons.glob("*.py"))
        numbers: dict[str, Path] = {}
        for path in paths:
            name = LESSON_NAME.fullmatch(path.stem)
            if not name:
                raise CourseError(
                    f"lessons/{path.name} is not named like a lesson: use two digits "
                    "and words in lower case, such as 03_training_a_gan.py, or "
                    "03b_training_a_gan.py for a bonus"
                )
            number = name[1] + name[2]
            if number in numbers:
                raise CourseError(
                    f"lessons/{path.name} and lessons/{numbers[number].name} have "
                    f"the same number {number}: give one of them another"
                )
            numbers[number] = path
        return paths

    def choose(self, wanted: Sequence[str]) -> list[Path]:
        """Find lessons by number (`"03"`, `"3"`), slug, or both; none means all.

        A bonus notebook has its own number, `"03b"` or `"3b"`: `"03"` is not it.

        Raises:
            CourseError: If a wanted lesson does not exist.
        """
        paths = {path.stem: path for path in self.sources()}
        return [paths[name] for name in choose_names(paths, wanted)]


def choose_names(names: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """Find lessons among all their names, as `Course.choose` does."""
    known = {}
    for name in names:
        number, slug = name.split("_", 1)
        known |= dict.fromkeys((number, number.lstrip("0"), slug, name), name)
    missing = [name for name in wanted if name not in known]
    if missing:
        exist = ", ".join(sorted(set(known.values())))
        raise CourseError(f"no lesson {', '.join(missing)}; there are: {exist}")
    return sorted({known[name] for name in wanted} or set(known.values()))


def find_course(root: Path | None = None) -> Course:
    """Find the course: beside this package, else from the working folder upward.

    Args:
        root: The folder that holds `lessons/`, or is a pack, where it is known.

    Raises:
        CourseError: If no folder looked at holds `lessons/NN_slug.py` or is a pack.
    """
    here = Path.cwd()
    candidates = [PACKAGE_PARENT, here, *here.parents] if root is None else [root]
    for candidate in candidates:
        found = Course(candidate.resolve())
        if found.is_pack or any(found.lessons.glob("[0-9][0-9]*_*.py")):
            return found
    raise CourseError(
        f"no lessons/NN_slug.py found in {root or f'{here} or above it'}: run this "
        "inside the course's folder, or name it: course --root FOLDER …"
    )


def require_new(folder: Path) -> None:
    """Refuse to write into a folder that holds anything.

    Raises:
        CourseError: If it is there, and not an empty folder.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CourseError(
            f"{folder} is there, and not an empty folder: nobody's file is taken away. "
            "Name a new folder."
        )

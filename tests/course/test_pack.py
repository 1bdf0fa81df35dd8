"""What is in a pack, what never is, and that nobody's file is taken away."""

import json
import re
import zipfile

import pytest
from typer.testing import CliRunner

from utils.course import pack as packer
from utils.course.cells import BEGIN, END, stub
from utils.course.cli import app
from utils.course.folder import find_course
from utils.course.source import read_lessons

WHOLE = find_course()
CELLS = [cell for lesson in read_lessons(WHOLE.sources()) for cell in lesson.cells]


@pytest.fixture(scope="module")
def files():
    return packer.pack(WHOLE)


def lines_of(text: str) -> list[str]:
    """The lines of a text without indents and blank lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def lines_in(name: str, content: bytes) -> list[str]:
    """The lines of a file; of a notebook, those of its cells."""
    text = content.decode(errors="replace")
    if name.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    return lines_of(text)


def solutions() -> list[list[str]]:
    """The lines between BEGIN SOLUTION and END SOLUTION, all of the course."""
    found, inside = [], False
    for cell in CELLS:
        for line in cell.source.splitlines():
            if BEGIN.match(line):
                found.append([])
                inside = True
            elif END.match(line):
                inside = False
            elif inside:
                found[-1] += lines_of(line)
    return found


def holds(lines: list[str], block: list[str]) -> bool:
    starts = (i for i, line in enumerate(lines) if line == block[0])
    return any(lines[i : i + len(block)] == block for i in starts)


def test_a_pack_has_what_a_class_needs_and_nothing_else(files):
    assert {*packer.COPIED, "README.md", "GLOSSARY.md", "pack.json"} <= files.keys()
    rooms = {name.partition("/")[0] for name in files if "/" in name}
    assert rooms == {"notebooks", "results", "utils"}
    notebooks = [name for name in files if name.startswith("notebooks/")]
    stems = [path.stem for path in WHOLE.sources()]
    assert notebooks == [f"notebooks/{stem}.ipynb" for stem in stems]
    assert list(files) == sorted(files)
    linked = set(re.findall(r"\]\(([^)]+)\)", files["README.md"].decode()))
    assert set(notebooks) < linked < files.keys()


def test_no_file_of_a_pack_holds_a_solution(files):
    """All lines of a solution, one after another, stand in no file.

    In `utils/` a solution of a single line is not looked for: where the formula is one
    line, the textbook's line and the answer are the same.
    """
    blocks = solutions()
    assert len(blocks) > 40
    for name, content in files.items():
        lines = lines_in(name, content)
        least = 2 if name.startswith("utils/") else 1
        found = [b for b in blocks if len(b) >= least and holds(lines, b)]
        assert not found, name


def test_no_line_that_a_learner_does_not_get_is_in_a_pack_outside_utils(files):
    """Neither a line of a solution, nor of a claim, nor of an answer in words."""
    shown, hidden = set(), {line for block in solutions() for line in block}
    for cell in CELLS:
        if cell.tag in ("claim", "solution"):
            hidden |= set(lines_of(cell.source))
        else:
            shown |= set(lines_of(stub(cell)))
    assert len(hidden - shown) > 500
    for name, content in files.items():
        if not name.startswith("utils/"):
            assert not set(lines_in(name, content)) & (hidden - shown), name


def test_a_pack_has_the_tables_that_its_lessons_read_and_no_others():
    some = packer.pack(WHOLE, ["03"], ["08"])
    read = [name for name in some if name.startswith("results/")]
    tables = {name.split("/")[1] for name in read}
    mine = {"mixtures", "time_to_quality", "weights"}
    assert tables == mine | {"verification", "gallery"}
    kept = [name for name in read if "/weights/" in name]
    assert [name.partition("-")[0] for name in kept] == [
        "results/weights/digits",
        "results/weights/digits.npz",
        "results/weights/embedding",
        "results/weights/embedding.npz",
    ]
    assert some[kept[1]] == (WHOLE.root / kept[1]).read_bytes()
    notebooks = [name for name in some if name.startswith("notebooks/")]
    assert notebooks == [
        "notebooks/03_training_a_gan.ipynb",
        "notebooks/solutions/08_learning_to_compare.ipynb",
    ]
    assert list(json.loads(some["pack.json"])["exercises"]) == ["03_training_a_gan"]


def test_lessons_read_results_in_the_two_ways_that_a_pack_knows():
    """Who reads them otherwise tells `pack.py` first, or the file lacks in a pack."""
    readers = {
        path.name
        for path in (WHOLE.root / "utils").rglob("*.py")
        if re.search(r"\b(find_course|load_results)\(", path.read_text("utf-8"))
    }
    allowed = {"cli.py", "folder.py", "results.py", "trained_weights.py"}
    assert readers <= allowed, readers
    code = "\n".join(cell.source for cell in CELLS if cell.kind == "code")
    assert "find_course" not in code
    for call, known in (
        ("load_results(", packer._TABLE),
        ("load_trained(", packer._WEIGHTS),
    ):
        assert code.count(call) == len(known.findall(code))


@pytest.fixture
def small(course, command):
    """The course of one tiny lesson, with all that a pack takes along."""
    for name in (*packer.COPIED, "lessons/GLOSSARY.md", "utils/__init__.py"):
        (course.root / name).parent.mkdir(exist_ok=True)
        (course.root / name).write_text(f"{name}\n", encoding="utf-8")
    students = course.root / packer.STUDENTS
    students.parent.mkdir(parents=True)
    students.write_text(f"# For you\n\n{packer.TABLE}\n", encoding="utf-8")
    return lambda *arguments: command("pack", *arguments)


def test_packed_twice_it_is_the_same_bytes(small, course, tmp_path):
    for name in ("a/monday", "b/monday"):
        told = small(tmp_path / name, "--lessons", "03", "--solutions", "03", "--zip")
        assert told.exit_code == 0, told.output
        assert small(tmp_path / name).exit_code == 0
        # A teacher's run in between changes nothing.
        course.notebooks.mkdir(exist_ok=True)
        (course.notebooks / "03_sums.ipynb").write_text("mine")
    a, b = (tmp_path / name / "monday.zip" for name in "ab")
    assert a.read_bytes() == b.read_bytes()
    with zipfile.ZipFile(a) as archive:
        names = archive.namelist()
        assert "monday/notebooks/solutions/03_sums.ipynb" in names
        content = archive.read("monday/README.md").decode()
    assert "| 03 | [Sums](notebooks/03_sums.ipynb) |" in content
    a, b = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in sorted((tmp_path / name / "monday").rglob("*"))
            if path.is_file()
        }
        for name in "ab"
    )
    assert a == b
    assert len(a) == len(names) - 1


def test_a_pack_stands_alone(small, tmp_path):
    """Its notebooks are checked without a source; what needs one says that it does."""
    folder = tmp_path / "class" / "monday"
    assert small(folder, "--lessons", "03").exit_code == 0
    assert not list(folder.rglob("0*.py"))

    def in_pack(*arguments):
        return CliRunner().invoke(app, ["--root", str(folder), *arguments])

    told = in_pack("check", "3")
    assert (told.exit_code, "so: not attempted" in told.output) == (0, True)
    assert "no lesson 04; there are: 03_sums" in in_pack("check", "04").output
    for name in ("build", "run", "minutes"):
        told = in_pack(name)
        assert (told.exit_code, "is a pack for students" in told.output) == (1, True)


def test_nobodys_file_is_taken_away(small, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.txt").write_text("three years")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "old.zip").write_text("mine")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for arguments, words in (
        ([taken], "not an empty folder"),
        ([tmp_path / "file"], "not an empty folder"),
        ([tmp_path / "old", "--zip"], "is there already"),
        ([tmp_path / "file" / "below"], "cannot be written"),
        ([tmp_path / "new", "--lessons", "04"], "no lesson 04"),
    ):
        told = small(*arguments)
        assert (told.exit_code, words in told.output) == (1, True), told.output
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    (tmp_path / "empty").mkdir()
    assert small(tmp_path / "empty").exit_code == 0


def test_a_course_that_lacks_a_file_is_not_packed_by_half(small, course, tmp_path):
    (course.root / "Makefile").unlink()
    told = small(tmp_path / "monday")
    assert told.exit_code == 1
    assert "Makefile cannot be read" in told.output
    assert not (tmp_path / "monday").exists()


def test_a_list_without_a_value_is_told(small, tmp_path):
    assert "requires an argument" in small(tmp_path / "x", "--lessons").output

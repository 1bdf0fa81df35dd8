"""A teacher's gradebook takes the solutions out, and gives the points of the cards."""

import json
import os
import shutil
import subprocess
import zipfile

import nbformat
import pytest

from utils.course.gradebook import gradebook

CARD = """\
# %% [markdown]
# ### Exercise 3.1 · The learner's "sum" (easy, 7 minutes)

# %% tags=["exercise"]
"""
SECOND = """\
# %% [markdown]
# ### Exercise 3.2 · A difference (easy, 5 minutes)

# %% tags=["exercise"]
# Exercise 3.2: a difference
def difference(a, b):
    # BEGIN SOLUTION
    return a - b
    # END SOLUTION

# %% tags=["check"]
checks.lesson03.total(lambda x, y: difference(x, -y))

"""
NAME = "03_sums"
SOURCE = f"source/{NAME}/{NAME}.ipynb"
#: What each of three learners has solved: none, all, the first of two.
SOLVED = {"untouched": "", "solved": "+-", "half": "+"}
POINTS = {"untouched": 0, "solved": 12, "half": 7}
# The tiny lesson's check raises as the course's own do while they are strict.
RAISES = """
            strict = {"NBGRADER_EXECUTION", "COURSE_STRICT"} & os.environ.keys()
            assert verdict == "passed" or not strict
"""


@pytest.fixture
def carded(course):
    """The tiny course with two exercises that have cards."""
    path = course.lessons / f"{NAME}.py"
    text = path.read_text(encoding="utf-8").replace('# %% tags=["exercise"]\n', CARD)
    text = text.replace("class checks:", "import os\n\nclass checks:")
    told = '            told = {"exercise"'
    text = text.replace(told, RAISES + told)
    answer = '# %% [markdown] tags=["solution"]'
    text = text.replace(answer, SECOND + answer)
    path.write_text(text, encoding="utf-8")
    return course


@pytest.mark.parametrize("form", ["nbgrader", "otter"])
def test_an_assignment_is_solved_and_has_neither_claims_nor_answers(carded, form):
    text = gradebook(carded, form=form)[SOURCE].decode()
    assert gradebook(carded, form=form)[SOURCE].decode() == text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    sources = "\n".join(cell.source for cell in notebook.cells)
    assert "secret_answer = a + b" in sources
    assert "in words" not in sources
    assert "copy the secret_answer" not in sources
    assert sources.count("checks.lesson03.total(total)") == 1 + (form == "otter")


def test_nbgrader_reads_its_marks_in_the_metadata(carded):
    cells = json.loads(gradebook(carded)[SOURCE])["cells"]
    marks = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    assert [(m["grade_id"], m["solution"], m["grade"], m["locked"]) for m in marks] == [
        ("exercise-3-1", True, False, False),
        ("check-3-1", False, True, True),
        ("exercise-3-2", True, False, False),
        ("check-3-2", False, True, True),
    ]
    assert [mark.get("points") for mark in marks] == [None, 7, None, 5]


def test_otter_reads_its_marks_in_raw_cells(carded):
    notebook = nbformat.reads(gradebook(carded, form="otter")[SOURCE], as_version=4)
    raw = [c.source.splitlines() for c in notebook.cells if c.cell_type == "raw"]
    assert [lines[0].removeprefix("# ") for lines in raw] == [
        "ASSIGNMENT CONFIG",
        *(
            "BEGIN QUESTION",
            "BEGIN SOLUTION",
            "END SOLUTION",
            "BEGIN TESTS",
            "END TESTS",
            "END QUESTION",
        )
        * 2,
    ]
    assert raw[1][1:] == ["name: exercise-3-1", "points: 7"]
    tests = [c.source for c in notebook.cells if c.source.startswith("def check(")]
    heads = [test.partition("\n")[0] for test in tests]
    assert heads == ["def check(checks, total):", "def check(checks, difference):"]


@pytest.mark.parametrize("form", ["nbgrader", "otter"])
def test_the_command_writes_it_and_refuses_solutions_of_others(
    carded, command, tmp_path, form
):
    assert command("pack", tmp_path / "class", "--format", form).exit_code == 0
    assert (tmp_path / "class" / SOURCE).exists()
    told = command("pack", tmp_path / "x", "--format", form, "--solutions", "3")
    assert (told.exit_code, "leave --solutions out" in told.output) == (1, True)


def run(folder, *command):
    """Run a gradebook's command as a teacher's shell does."""
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_STRICT"}
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=300)


def hand_ins(release: str):
    """What the three learners hand in: the release, with what each has solved."""
    assert "secret_answer" not in release
    assert "return a - b" not in release
    assert release.count("raise NotImplementedError") == 2
    for who, solved in SOLVED.items():
        notebook = json.loads(release)
        for name, sign in (("total", "+"), ("difference", "-")):
            (cell,) = (
                c
                for c in notebook["cells"]
                if f"def {name}(" in "".join(c["source"])
                and c["cell_type"] == "code"
                and "Exercise 3." in "".join(c["source"])
            )
            if sign in solved:
                cell["source"] = f"def {name}(a, b):\n    return a {sign} b\n"
        yield who, json.dumps(notebook)


@pytest.mark.skipif(shutil.which("nbgrader") is None, reason="there is no nbgrader")
def test_nbgrader_gives_no_all_and_the_right_points(carded, command, tmp_path):
    """An environment that has nbgrader 0.9 runs it: PATH=…/bin:$PATH pytest …"""
    folder = tmp_path / "class"
    command("pack", folder, "--format", "nbgrader")
    run(folder, "nbgrader", "generate_assignment", NAME)
    release = (folder / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8")
    for who, text in hand_ins(release):
        path = folder / "submitted" / who / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    run(folder, "nbgrader", "autograde", NAME, "--create")
    run(folder, "nbgrader", "export")
    rows = (folder / "grades.csv").read_text("utf-8").splitlines()
    columns = rows[0].split(",")
    students, scores = columns.index("student_id"), columns.index("score")
    told = {row.split(",")[students]: float(row.split(",")[scores]) for row in rows[1:]}
    assert told == POINTS


@pytest.mark.skipif(shutil.which("otter") is None, reason="there is no otter-grader")
def test_otter_gives_no_all_and_the_right_points(carded, command, tmp_path):
    """An environment that has otter-grader 7 runs it: PATH=…/bin:$PATH pytest …"""
    folder = tmp_path / "class"
    command("pack", folder, "--format", "otter")
    run(folder, "otter", "assign", SOURCE, "dist")
    release = (folder / "dist" / "student" / f"{NAME}.ipynb").read_text("utf-8")
    (autograder,) = (folder / "dist" / "autograder").glob("*.zip")
    assert zipfile.is_zipfile(autograder)
    told = {}
    for who, text in hand_ins(release):
        (folder / who).mkdir()
        (folder / who / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
        notebook = f"{who}/{NAME}.ipynb"
        run(folder, "otter", "run", notebook, "-a", str(autograder), "-o", who)
        results = json.loads((folder / who / "results.json").read_text("utf-8"))
        told[who] = sum(test["score"] for test in results["tests"] if "score" in test)
    assert told == POINTS

"""A teacher's nbgrader takes the solutions out, and gives the points of the cards."""

import json
import os
import shutil
import subprocess

import pytest

from utils.course.gradebook import gradebook

CARD = """\
# %% [markdown]
# ### Exercise 3.1 · The learner's "sum" (easy, 7 minutes)

# %% tags=["exercise"]
"""
NAME = "03_sums"
SOURCE = f"source/{NAME}/{NAME}.ipynb"
# The tiny lesson's check raises as the course's own do while nbgrader is at work.
RAISES = """
            assert verdict == "passed" or "NBGRADER_EXECUTION" not in os.environ
"""


@pytest.fixture
def carded(course):
    path = course.lessons / f"{NAME}.py"
    text = path.read_text(encoding="utf-8").replace('# %% tags=["exercise"]\n', CARD)
    text = text.replace("class checks:", "import os\n\nclass checks:")
    text = text.replace(
        '            told = {"exercise"', RAISES + '            told = {"exercise"'
    )
    path.write_text(text, encoding="utf-8")
    return course


def test_an_assignment_is_solved_and_marked_without_claims_and_answers(carded):
    files = gradebook(carded)
    assert list(files) == ["nbgrader_config.py", SOURCE]
    cells = json.loads(files[SOURCE])["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    assert "secret_answer = a + b" in text
    assert "in words" not in text
    assert "copy the secret_answer" not in text
    marks = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    exercise, check = marks
    assert (exercise["grade_id"], exercise["solution"], exercise["grade"]) == (
        "exercise-3-1",
        True,
        False,
    )
    assert (check["grade_id"], check["points"], check["locked"], check["grade"]) == (
        "check-3-1",
        7,
        True,
        True,
    )


def test_the_command_writes_it_and_refuses_solutions_of_others(
    carded, command, tmp_path
):
    assert command("pack", tmp_path / "class", "--format", "nbgrader").exit_code == 0
    assert (tmp_path / "class" / SOURCE).exists()
    told = command("pack", tmp_path / "x", "--format", "nbgrader", "--solutions", "3")
    assert (told.exit_code, "leave --solutions out" in told.output) == (1, True)


@pytest.mark.skipif(shutil.which("nbgrader") is None, reason="there is no nbgrader")
def test_nbgrader_gives_no_all_and_the_right_points(carded, command, tmp_path):
    """An environment that has nbgrader 0.9 runs it: PATH=…/bin:$PATH pytest …"""
    folder = tmp_path / "class"
    command("pack", folder, "--format", "nbgrader")
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_STRICT"}

    def nbgrader(*arguments):
        subprocess.run(
            ["nbgrader", *arguments],
            cwd=folder,
            env=environment,
            check=True,
            timeout=300,
        )

    nbgrader("generate_assignment", NAME)
    release = (folder / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8")
    assert "secret_answer" not in release
    for who, answer in (
        ("untouched", ""),
        ("solved", "return a + b"),
        ("wrong", "return 0"),
    ):
        notebook = json.loads(release)
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution") and answer:
                cell["source"] = f"def total(a, b):\n    {answer}\n"
        path = folder / "submitted" / who / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    nbgrader("autograde", NAME, "--create")
    nbgrader("export")
    rows = (folder / "grades.csv").read_text("utf-8").splitlines()
    columns = rows[0].split(",")
    students, scores = columns.index("student_id"), columns.index("score")
    told = {row.split(",")[students]: float(row.split(",")[scores]) for row in rows[1:]}
    assert told == {"untouched": 0, "solved": 7, "wrong": 0}

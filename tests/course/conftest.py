"""A course of one tiny lesson in a temporary folder, and its command line."""

from pathlib import Path

import keras
import pytest
from typer.testing import CliRunner

from utils.course.cli import app
from utils.course.folder import find_course

#: What of the course depends on the backend; the rest reads files and starts kernels.
OF_BACKENDS = {"test_backend", "test_cli", "test_doctor"}


def pytest_collection_modifyitems(config, items):
    """Leaves what does not depend on the backend to the run on the default one."""
    if keras.config.backend() == "tensorflow":
        return
    here = Path(__file__).parent
    once = [
        item
        for item in items
        if item.path.parent == here and item.path.stem not in OF_BACKENDS
    ]
    config.hook.pytest_deselected(items=once)
    items[:] = [item for item in items if item not in once]


FRONT = """\
# ---
# title: Sums
# claim: Two numbers have a sum.
# needs: numbers
# topics:
# bonus: false
# ---

"""
LESSON = '''\
# %% [markdown]
# # Sums
#
# Two numbers have a sum: $s = a + b$.

# %% tags=["parameters"]
A = 2
B: int = 3

# %%
from IPython.display import publish_display_data

class checks:
    class lesson03:
        @staticmethod
        def total(function):
            try:
                verdict = "passed" if function(1, 2) == 3 else "wrong"
            except NotImplementedError:
                verdict = "not attempted"
            told = {"exercise": "3.1", "verdict": verdict, "message": f"so: {verdict}"}
            line = {"text/plain": f"so: {verdict}"}
            publish_display_data(
                line | {"application/vnd.course.verdict+json": told}
            )

# %% tags=["exercise"]
# Exercise 3.1: the learner's "sum"
def total(a, b):
    """Add two numbers."""
    # BEGIN SOLUTION
    secret_answer = a + b
    return secret_answer
    # END SOLUTION

# %% tags=["check"]
checks.lesson03.total(total)

# %% [markdown] tags=["solution"]
# The secret_answer in words.

# %% tags=["claim"]
# copy the secret_answer and compare
assert total(A, B) == 5

# %% jupyter={"source_hidden": true}
print("the end")
'''


@pytest.fixture
def front():
    """The shortest front matter, and the blank line after it."""
    return FRONT


@pytest.fixture
def lesson_text():
    return FRONT + LESSON


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with `lessons/03_sums.py` and no notebooks yet."""
    for name in ("COURSE_SCALE", "COURSE_STRICT", "COURSE_ROOT", "COURSE_SEED"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "03_sums.py").write_text(FRONT + LESSON, encoding="utf-8")
    return find_course(tmp_path)


@pytest.fixture
def command(course, monkeypatch):
    """Call `course …` on that folder; gives exit_code and output."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(
        app, ["--root", str(course.root), *map(str, arguments)]
    )

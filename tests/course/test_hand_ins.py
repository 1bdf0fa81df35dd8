"""A class's hand-ins: where it is stuck, and what a hostile one costs."""

import contextlib
import csv
import json
import socket
from pathlib import Path

import psutil
import pytest

from utils.course import hand_ins, sandbox
from utils.course.build import learner_edition
from utils.course.check import VERDICT, Answer
from utils.course.hand_ins import HandIn, Limits
from utils.course.one_hand_in import lesson_of
from utils.course.source import Exercise, read_exercises, read_lessons

STUB = """raise NotImplementedError("Exercise 3.1: the learner's \\"sum\\"")"""
TITLE = 'Exercise 3.1: the learner\'s "sum"'

#: What hand-ins put in place of the stub, and what the table then says of them.
ORDINARY = {
    "ann": ("return a + b", "passed"),
    "ben": ("return a - b", "wrong"),
    "chen": ("return 2 * a - b", "wrong"),
    "dora": (STUB, "not attempted"),
    "emil": ("return (", "wrong"),
    "fay": (
        "return a + b if 'API_TOKEN' not in dict(__import__('os').environ) else 0",
        "passed",
    ),
}
LOOP = "import time\nwhile True: time.sleep(0.1)"
FORK = """
import os, sys, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
"""
PRINT = "while True: print('x' * 100_000)"
MEMORY = "import os\neverything = bytearray(os.urandom(1)) * 2**31"
DELETE = """
import pathlib, shutil
for each in (pathlib.Path.cwd(), pathlib.Path({folder!r})):
    shutil.rmtree(each, ignore_errors=True)
(pathlib.Path.home() / "was_here").write_text("x")
pathlib.Path({folder!r}).mkdir(exist_ok=True)
(pathlib.Path({folder!r}) / "was_here").write_text("x")
"""
CONNECT = """
import socket
socket.create_connection(("127.0.0.1", {port}), timeout=5)
"""


@pytest.fixture
def hand_in(course, tmp_path):
    """Write `NAME.ipynb` into the class's folder: its answer, and its first cell."""
    (lesson,) = read_lessons(course.sources())
    folder = tmp_path / "class"

    def write(name, answer="return a + b", first=""):
        notebook = json.loads(json.dumps(learner_edition(lesson)))
        for cell in notebook["cells"]:
            cell["source"] = cell["source"].replace(STUB, answer)
        if first:
            cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
            cell["source"] = first
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return write


def run(folder: Path, exercises, seconds=120.0) -> dict[str, HandIn]:
    """What became of each hand-in, by its name; none of its processes is left."""
    done = hand_ins.check_hand_ins(
        hand_ins.find_hand_ins(folder),
        exercises,
        Limits(seconds, 400 * 2**20),
        3,
        lambda line: None,
        {"COURSE_STRICT": "0", "COURSE_TESTED": str(folder)},
    )
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("COURSE_TESTED") == str(folder):
                left.append(process)
    assert not left
    return {each.path.stem: each for each in done}


def seen(folder: Path) -> dict:
    """All files of a folder, with content and time."""
    return {
        path: (path.is_dir() or path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def test_right_wrong_and_untouched_hand_ins_are_told_apart(
    course, hand_in, tmp_path, monkeypatch
):
    """And none of them is told what this process's environment keeps."""
    monkeypatch.setenv("API_TOKEN", "secret")
    for name, (answer, _) in ORDINARY.items():
        hand_in(name, answer)
    before = seen(tmp_path / "class")
    done = run(tmp_path / "class", read_exercises(course, []))
    assert seen(tmp_path / "class") == before
    for name, (_, result) in ORDINARY.items():
        (answer,) = done[name].answers
        assert (answer.exercise, answer.result) == (TITLE, result), name
        assert not done[name].stopped
    ((title, counted, mistake),) = hand_ins.count(done.values())
    assert (title, counted) == (TITLE, [2, 3, 1, 0])
    assert mistake == "2 × so: wrong"


def test_outputs_can_be_trusted_and_then_nothing_is_run(course, hand_in, tmp_path):
    """A line that looks like a verdict is none; who did not run a check has none."""
    said = {"exercise": "3.1", "verdict": "passed", "message": "so: passed"}
    kinds = {"ran": VERDICT, "forged": "text/plain", "untouched": ""}
    for name, kind in kinds.items():
        path = hand_in(name, first=f"open({str(tmp_path / 'ran')!r}, 'w')")
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"] if kind else ():
            if cell["source"] == "checks.lesson03.total(total)":
                output = {"output_type": "display_data", "metadata": {}}
                data = {kind: said if kind == VERDICT else said["message"]}
                cell["outputs"] = [output | {"data": data}]
                cell["execution_count"] = 1
        path.write_text(json.dumps(notebook), encoding="utf-8")
    (tmp_path / "class" / "garbage.ipynb").write_bytes(b"\0" * 1000)
    done = run(tmp_path / "class", read_exercises(course, []), seconds=0)
    told = {name: one.answers[0][1:] for name, one in done.items() if one.answers}
    assert told == {
        "ran": ("passed", "so: passed"),
        "forged": ("missing", "the check said nothing"),
        "untouched": (
            "missing",
            "not reached: it was handed in as it was before that cell ran",
        ),
    }
    assert "no notebook" in done["garbage"].stopped
    assert not (tmp_path / "ran").exists()


BOTH_WAYS = pytest.mark.parametrize(
    "way", [sandbox.prefix, tuple], ids=["sealed", "open"]
)


@BOTH_WAYS
def test_a_hostile_hand_in_costs_itself_only(
    course, hand_in, tmp_path, monkeypatch, way
):
    monkeypatch.setattr(sandbox, "prefix", way)
    hand_in("ann")
    hand_in("fork", first=FORK)
    hand_in("memory", first=MEMORY)
    hand_in("delete", first=DELETE.format(folder=str(tmp_path / "nowhere")))
    (tmp_path / "class" / "garbage.ipynb").write_bytes(b"\0" * 1000)
    (tmp_path / "class" / "deep.ipynb").write_text("[" * 100_000)
    (tmp_path / "class" / "empty.ipynb").touch()
    (tmp_path / "class" / "other.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    before = seen(tmp_path / "class")
    done = run(tmp_path / "class", read_exercises(course, []))
    assert seen(tmp_path / "class") == before
    for name in ("ann", "fork", "delete"):
        assert [each.result for each in done[name].answers] == ["passed"], done[name]
    assert done["memory"].stopped
    assert {answer.result for answer in done["memory"].answers} <= {"missing"}
    for name in ("garbage", "deep", "empty"):
        assert "no notebook" in done[name].stopped, done[name]
    assert "no check of these lessons" in done["other"].stopped


@BOTH_WAYS
def test_a_hand_in_without_end_is_stopped(course, hand_in, tmp_path, monkeypatch, way):
    monkeypatch.setattr(sandbox, "prefix", way)
    hand_in("loop", first=LOOP)
    hand_in("print", first=PRINT)
    done = run(tmp_path / "class", read_exercises(course, []), seconds=10)
    for name, hand_in in done.items():
        assert {answer.result for answer in hand_in.answers} == {"missing"}, name
        assert hand_in.stopped, name
    assert "took longer than" in done["loop"].stopped


def test_many_processes_are_ended(course, hand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(hand_ins, "MOST_PROCESSES", 8)
    bomb = "import os, time\nfor _ in range(5): os.fork()\ntime.sleep(60)"
    hand_in("bomb", first=bomb)
    told = run(tmp_path / "class", read_exercises(course, []))["bomb"]
    assert told.stopped == "stopped: more than 8 processes"


def test_what_stands_below_the_last_check_is_not_run(course, hand_in, tmp_path):
    path = hand_in("ann")
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"].append(notebook["cells"][-1] | {"source": LOOP, "id": "loop"})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run(tmp_path / "class", read_exercises(course, []))["ann"]
    assert (done.answers[0].result, done.stopped) == ("passed", "")


@pytest.mark.skipif(not sandbox.prefix(), reason="this system cannot seal programs off")
def test_a_sealed_hand_in_reaches_no_network_and_writes_nowhere_else(
    course, hand_in, tmp_path
):
    with socket.create_server(("127.0.0.1", 0)) as server:
        hand_in("call", first=CONNECT.format(port=server.getsockname()[1]))
        hand_in("delete", first=DELETE.format(folder=str(tmp_path / "class")))
        before = seen(tmp_path / "class")
        done = run(tmp_path / "class", read_exercises(course, []))
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    assert seen(tmp_path / "class") == before
    assert not (Path.home() / "was_here").exists()
    assert done["delete"].answers[0].result == "passed"


def test_only_notebooks_are_found_and_none_that_an_editor_hides(hand_in, tmp_path):
    hand_in("b/ann")
    hand_in("a")
    hand_in(".ipynb_checkpoints/a")
    (tmp_path / "class" / "a_folder.ipynb").mkdir()
    (tmp_path / "class" / "essay.pdf").touch()
    found = hand_ins.find_hand_ins(tmp_path / "class")
    assert [path.name for path in found] == ["a.ipynb", "ann.ipynb"]


def test_a_hand_in_that_is_too_large_is_not_copied(course, hand_in, tmp_path):
    with hand_in("large").open("r+b") as file:
        file.truncate(hand_ins.LARGEST + 1)
    told = run(tmp_path / "class", read_exercises(course, []))["large"]
    assert told.stopped == "cannot be read: larger than 64 MiB"


def test_a_notebook_is_of_the_lesson_most_of_whose_checks_it_calls():
    exercises = {
        "03": [
            Exercise("3.1", "a", "checks.x(a)"),
            Exercise("3.2", "b", "checks.x(b)"),
        ],
        "03b": [Exercise("3.3", "c", "checks.x(c)")],
    }
    assert lesson_of("checks.x(c)\nchecks.x(a)\nchecks.x(b)", exercises) == "03"
    assert lesson_of("checks.x(c)", exercises) == "03b"
    assert lesson_of("checks.x(d)", exercises) == ""


def test_exercises_are_counted_in_order_and_mistakes_alike_but_for_numbers():
    path = Path("x.ipynb")
    lines = ["✗ off by 3.25.", "✗ swapped.", "✗ off by 4."]
    told = [
        HandIn(path, [Answer("Exercise 3.9: a", "wrong", line)], "") for line in lines
    ]
    told.append(HandIn(path, [Answer("Exercise 3.10: b", "passed", "")], ""))
    assert hand_ins.count(told) == [
        ("Exercise 3.9: a", [0, 3, 0, 0], "2 × ✗ off by 3.25."),
        ("Exercise 3.10: b", [1, 0, 0, 0], ""),
    ]


def test_the_command_shows_one_table_and_writes_it_to_a_new_file(
    command, hand_in, tmp_path
):
    hand_in("ann")
    hand_in("ben", "return a - b")
    (tmp_path / "class" / "essay.ipynb").write_text("an essay")
    out = tmp_path / "told.csv"
    told = command("check", "--folder", tmp_path / "class", "--csv", out)
    assert told.exit_code == 0, told.output
    row = next(line for line in told.output.splitlines() if "1 × so: wrong" in line)
    assert TITLE in row
    assert "essay.ipynb: no notebook" in told.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "hand-in"
    assert [row[1:3] for row in rows[1:]] == [
        [TITLE, "passed"],
        [TITLE, "wrong"],
        ["", "stopped"],
    ]
    before = out.read_bytes()
    again = command("check", "--folder", tmp_path / "class", "--csv", out)
    assert (again.exit_code, out.read_bytes()) == (1, before)
    (tmp_path / "none").mkdir()
    assert "no notebooks" in command("check", "--folder", tmp_path / "none").output

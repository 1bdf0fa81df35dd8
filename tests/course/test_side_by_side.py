import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from utils.course.side_by_side import run_side_by_side

# Writes a file, and waits until the other one has written its own.
MEETS = """\
# %%
import pathlib, time
me, other = {me!r}, {other!r}
pathlib.Path("..", me).touch()
while not pathlib.Path("..", other).exists():
    time.sleep(0.01)
print("met")
"""


def _write(course, front, name, cells):
    (course.lessons / f"{name}.py").write_text(front + cells, encoding="utf-8")


def _python(code):
    return [sys.executable, "-c", code]


def test_lessons_run_at_a_time_with_their_lines_marked_and_one_table(
    command, course, front, tmp_path
):
    _write(course, front, "04_one", MEETS.format(me="a", other="b"))
    _write(course, front, "05_two", MEETS.format(me="b", other="a"))
    seconds = tmp_path / "seconds"
    told = command(
        *("run", "4", "5", "--jobs", 2, "--scale", "quick"), "--timings", seconds
    )
    assert told.exit_code == 0, told.output
    for mark, name in (("04", "04_one"), ("05", "05_two")):
        assert f"{mark} | {name} (solutions)" in told.output
        assert f"{mark} |     1/1" in told.output
        assert (seconds / f"{name}.json").exists()
    assert told.output.count("slowest cell") == 1
    assert "04_one " in told.output.partition("slowest cell")[2]


def test_all_that_fail_are_named_at_the_end(command, course, front):
    _write(course, front, "04_bad", "# %%\n1 / 0\n")
    _write(course, front, "05_good", "# %%\nx = 1\n")
    _write(course, front, "06_worse", "# %%\n[][0]\n")
    told = command("run", "4", "5", "6", "--jobs", 2)
    assert told.exit_code == 1
    assert "04 | " in told.output
    assert "ZeroDivisionError" in told.output
    assert "04_bad FAILED" in told.output
    assert "05_good FAILED" not in told.output
    assert "IndexError" in told.output
    assert "Failed: 04_bad, 06_worse" in told.output


def test_one_job_or_one_lesson_needs_no_mark(command):
    assert "03 | " not in command("run", "--jobs", 2).output
    assert command("run", "--jobs", 0).exit_code != 0


def test_the_order_is_that_of_the_commands_and_no_more_run_than_jobs():
    said = []
    commands = {
        mark: _python(f"import time; print({mark!r}); time.sleep(0.2)")
        for mark in "cab"
    }
    ended = run_side_by_side(commands, 1, said.append, os.environ)
    assert said == ["c | c", "a | a", "b | b"]
    assert ended == dict.fromkeys("cab", 0)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_what_stops_the_command_stops_its_kernels(course, front, sent):
    cells = (
        "# %%\nimport os, pathlib, time\n"
        "pathlib.Path('..', f'kernel-{os.getpid()}').touch()\ntime.sleep(120)\n"
    )
    for name in ("04_long", "05_long", "06_long"):
        _write(course, front, name, cells)
    me = [sys.executable, "-m", "utils.course.cli", "--root", str(course.root), "run"]
    with subprocess.Popen([*me, "4", "5", "6", "--jobs", "2"]) as process:
        until = time.monotonic() + 60
        while len(list(course.root.glob("kernel-*"))) < 2:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(sent)
        assert process.wait(30) != 0
    kernels = [path.name.split("-")[1] for path in course.root.glob("kernel-*")]
    assert len(kernels) == 2
    assert not [pid for pid in kernels if psutil.pid_exists(int(pid))]

import functools
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from trials_for_tests import killer, some_trials, square

from utils.course.backend import backend
from utils.experiments.cluster import dask
from utils.experiments.executors import SweepStopped, processes, sequential
from utils.experiments.sweep import rows_in, sweep
from utils.experiments.trial import Trial

pytestmark = pytest.mark.skipif(
    backend() != "tensorflow", reason="does not depend on the backend: tested once"
)
needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="Dask is not installed: pip install 'distributed>=2024'",
)
EXECUTORS = {
    "processes": functools.partial(processes, workers=2),
    "dask": functools.partial(dask, workers=2),
}
ELSEWHERE = [
    pytest.param("processes"),
    pytest.param("dask", marks=needs_dask),
]


@pytest.fixture(autouse=True)
def workers_find_this_folder(monkeypatch):
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def without_chance(folder):
    """The bytes of the rows, but for seconds and machine."""
    rows = rows_in(folder)
    for row in rows:
        assert row.pop("seconds") >= 0
        assert row.pop("machine")
    return json.dumps(rows)


def nothing_half(folder):
    return not list(folder.glob(".*")) and rows_in(folder)


def test_a_trial_that_fails_is_a_row_with_a_sentence(tmp_path):
    rows = sweep(some_trials(4), square, tmp_path)
    assert [row["scores"] for row in rows] == [
        {"square": 0.0},
        {"square": 0.0625},
        None,
        {"square": 0.5625},
    ]
    assert rows[2]["failed"] == "ValueError: 0.5 is not for squaring."
    assert rows[2]["trial"]["settings"] == {"x": 0.5}


@pytest.mark.parametrize("scores", [{"js": float("nan")}, {"js": np.float32(1)}])
def test_scores_that_json_does_not_have_are_a_failed_row(tmp_path, scores):
    [row] = sweep(some_trials(1), lambda trial: scores, tmp_path)
    assert row["scores"] is None
    assert "JSON" in row["failed"]


@pytest.mark.parametrize("executor", ELSEWHERE)
def test_rows_are_the_same_bytes_wherever_they_are_made(tmp_path, executor):
    for folder, where in (("here", sequential), ("there", EXECUTORS[executor])):
        sweep(some_trials(6), square, tmp_path / folder, where)
    assert without_chance(tmp_path / "here") == without_chance(tmp_path / "there")


@pytest.mark.parametrize("executor", ELSEWHERE)
def test_a_killed_worker_costs_no_trial_but_the_one_that_always_kills(
    tmp_path, executor
):
    """Trial 1 ends its worker once, trial 2 each time."""
    notes = tmp_path / "notes"
    notes.mkdir()
    rows = sweep(
        some_trials(5),
        killer,
        tmp_path / "rows",
        EXECUTORS[executor],
        {"NOTES": str(notes)},
    )
    # With processes, trial 1 may take the first try of trial 2 with it.
    assert 2 <= len((notes / "family-00002-0").read_text()) <= 3
    assert "in 3 of 3 tries" in rows.pop(2)["failed"]
    assert [row["scores"]["square"] * 16 for row in rows] == [0, 1, 9, 16]
    assert nothing_half(tmp_path / "rows")


PROGRAM = """
import functools, signal, sys
# A job in the background is started with Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from trials_for_tests import some_trials, square
from utils.experiments import cluster, executors
from utils.experiments.sweep import sweep
where = getattr(cluster if sys.argv[2] == "dask" else executors, sys.argv[2])
if len(sys.argv) > 3:
    where = functools.partial(where, scheduler=sys.argv[3])
if __name__ == "__main__":
    sweep(some_trials(60), square, sys.argv[1], where, {"PAUSE": "0.1"})
"""


def started(tmp_path, *arguments):
    """A slow sweep of 60 trials in another program, when its first rows are there."""
    program, folder = tmp_path / "program.py", tmp_path / "rows"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), str(folder), *arguments]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: len(list(folder.glob("*.json"))) >= 3, process)
    return process


def until(holds, process=None):
    for _ in range(3_600):
        if holds():
            return
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("waited for three minutes")


def goes_on(folder):
    """Checks that a sweep goes on where it was: what was there stays untouched."""
    done = {file: file.stat().st_mtime_ns for file in folder.glob("*.json")}
    assert 3 <= len(done) < 60
    assert len(sweep(some_trials(60), square, folder)) == 60
    assert all(file.stat().st_mtime_ns == when for file, when in done.items())


@pytest.mark.parametrize("executor", ["sequential", "processes"])
def test_a_sweep_whose_program_is_killed_goes_on(tmp_path, executor):
    process = started(tmp_path, executor)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    goes_on(tmp_path / "rows")


def test_ctrl_c_keeps_what_is_done(tmp_path):
    process = started(tmp_path, "processes")
    os.killpg(process.pid, signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=180)[1]
    goes_on(tmp_path / "rows")


@needs_dask
def test_a_sweep_whose_scheduler_is_killed_says_so_and_goes_on(tmp_path):
    file = tmp_path / "scheduler.json"
    parts = [
        ("dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file"),
        ("dask_worker", "--nthreads", "1", "--no-dashboard", "--scheduler-file"),
    ]
    cluster = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *options, str(file)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for name, *options in parts
    ]
    try:
        until(file.exists)
        process = started(tmp_path, "dask", json.loads(file.read_text())["address"])
        cluster[0].kill()
        _, said = process.communicate(timeout=180)
        assert "SweepStopped: The scheduler no longer answers" in said
    finally:
        for each in cluster:
            os.killpg(each.pid, signal.SIGKILL)
            each.wait()
    goes_on(tmp_path / "rows")


def test_two_sweeps_into_one_folder_lose_no_row(tmp_path):
    one = started(tmp_path, "sequential")
    rows = sweep(some_trials(60), square, tmp_path / "rows")
    _, said = one.communicate(timeout=180)
    assert one.returncode == 0, said
    assert len(rows) == len(rows_in(tmp_path / "rows")) == 60
    assert not list((tmp_path / "rows").glob(".*"))


@needs_dask
def test_a_scheduler_that_does_not_answer_is_named_in_time(tmp_path):
    silent = functools.partial(dask, scheduler="tcp://127.0.0.1:9", patience=0.5)
    start = time.monotonic()
    with pytest.raises(SweepStopped, match=r"127.0.0.1:9 within 0.5 seconds"):
        sweep(some_trials(2), square, tmp_path, silent)
    assert time.monotonic() - start < 10


def test_without_dask_the_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SweepStopped, match="pip install 'distributed>=2024'"):
        sweep(some_trials(2), square, tmp_path, dask)


def test_what_was_there_is_told_first(tmp_path):
    sweep(some_trials(3)[1:], square, tmp_path)
    told = []
    sweep(some_trials(3), square, tmp_path, told=told.append)
    assert [row["trial"]["number"] for row in told] == [1, 2, 0]


def occupied(tmp_path):
    (tmp_path / "file").touch()
    return sweep(some_trials(1), square, tmp_path / "file" / "rows")


def of_another(tmp_path):
    sweep(some_trials(1), square, tmp_path)
    return sweep([Trial("toy", "family", 0, {"x": 0.0}, budget=8.0)], square, tmp_path)


def no_row(tmp_path):
    (tmp_path / "family-00000-0.json").write_text("[]")
    return sweep(some_trials(1), square, tmp_path)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda folder: sweep([], square, folder), "no trials to run"),
        (lambda folder: sweep(2 * some_trials(1), square, folder), "share a name"),
        (lambda folder: rows_in(folder), "There are no rows in"),
        (
            lambda folder: sweep(
                some_trials(1), square, folder, functools.partial(processes, workers=0)
            ),
            "workers was 0",
        ),
        (lambda folder: Trial("toy", "f", 0, {"x": 1}, budget=0), "budget was 0"),
        (lambda folder: Trial("toy", "f", 0, {}), "given no settings"),
        (occupied, "cannot be written into .*: name a folder of your own"),
        (of_another, r"is of another sweep .*'budget': \(5.0, 8.0\)"),
        (no_row, "is not the row of a trial: remove it"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path, call, message):
    with pytest.raises(ValueError, match=message):
        call(tmp_path)

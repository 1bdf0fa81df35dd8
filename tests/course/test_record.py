"""How benchmarks write: each trial whole, beside others, whatever is killed."""

import importlib.util
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from utils.course import results
from utils.course.folder import Course
from utils.course.results import load_results

SOURCE = Path(__file__).parents[2] / "benchmarks" / "record.py"


def load_recorder(root):
    spec = importlib.util.spec_from_file_location("record", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.RESULTS = root / "results"
    return module


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "find_course", lambda: Course(tmp_path))
    return load_recorder(tmp_path)


def test_what_is_recorded_is_read_again(recorder):
    runs = {("ring", "R1, averaged", 1): {"modes": 8}, ("ring", "R1, averaged", 0): 1.5}
    for key, value in (runs | {("é",): None, ("a b",): 1, ("a-b",): 2}).items():
        assert recorder.record("speed", key, value) is value
    assert load_results("speed") == {
        "ring": {"R1, averaged": [1.5, {"modes": 8}]},
        "é": None,
        "a b": 1,
        "a-b": 2,
    }
    assert recorder.recorded("speed", "ring", "R1, averaged") == [1.5, {"modes": 8}]
    assert recorder.recorded("speed", "none", "yet") == recorder.recorded("sped") == {}


def test_a_trial_measured_again_takes_the_place_of_the_first(recorder):
    for value in (1, 2):
        recorder.record("speed", ("ms",), value)
    assert load_results("speed") == {"ms": 2}


def test_a_table_of_one_trial_has_no_key(recorder):
    recorder.record("gallery", (), {"ms": [3, 4]})
    assert load_results("gallery") == {"ms": [3, 4]}


def write_many(root, writer, trials):
    recorder = load_recorder(root)
    for trial in trials:
        recorder.record("speed", ("runs", writer, trial), ["x" * 1_000] * 100)


def test_several_may_write_at_a_time(recorder, tmp_path):
    start = multiprocessing.get_context("fork").Process
    writers = [
        start(target=write_many, args=(tmp_path, str(k), range(9))) for k in "ab"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [len(runs) for runs in load_results("speed")["runs"].values()] == [9, 9]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_writer_killed_in_the_middle_leaves_no_torn_file(recorder, tmp_path):
    endless = (0 for _ in iter(int, 1))
    start = multiprocessing.get_context("fork").Process
    for _ in range(5):
        writer = start(target=write_many, args=(tmp_path, "a", endless))
        writer.start()
        while not list(tmp_path.glob("results/speed/*.json")):
            time.sleep(0.001)
        time.sleep(0.02)
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        for file in tmp_path.glob("results/speed/*.json"):
            assert len(json.loads(file.read_text())["value"]) == 100
    assert len(load_results("speed")["runs"]["a"]) == 1

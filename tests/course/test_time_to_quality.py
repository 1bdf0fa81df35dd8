"""The table of `benchmarks/time_to_quality.py`, from curves made by hand."""

import importlib

import pytest

from utils.course.folder import find_course


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(find_course().root / "benchmarks")
    return importlib.import_module("time_to_quality")


@pytest.mark.parametrize(
    ("distance", "seconds"), [(20, 1), (15, 2), (10, 3), (6, 4), (1, None)]
)
def test_a_distance_is_reached_between_two_looks(benchmark, distance, seconds):
    curve = [(1.0, 20.0), (3.0, 10.0), (5.0, 2.0), (6.0, 4.0)]
    assert benchmark.seconds_to(curve, distance) == seconds


def test_the_yardstick_is_the_better_thread_count(benchmark):
    """Half as fast with one thread; who never gets there has no factor."""
    one, two = benchmark.PROGRAM
    curves = {
        one: [[(10.0, 30.0), (200.0, 10.0)]],
        two: [[(10.0, 30.0), (100.0, 10.0)]],
        "soon": [[(5.0, 10.0), (50.0, 4.0), (100.0, 1.0)]],
        "never": [[(50.0, 40.0), (100.0, 20.0)]],
    }

    def expected(fast, share):
        return {"times as fast": fast, "share of its distance": share, "seeds": 1}

    table = benchmark.summary(curves)
    assert table["soon"] == expected(20.0, 0.1)
    assert table["never"] == expected(None, 2.0)
    assert table[two] == expected(1.0, 1.0)
    assert table[one]["share of its distance"] == 3.0

"""Dequantization fills each level's interval; the benchmark counts its bits."""

import importlib

import numpy as np
import pytest

from utils.course.folder import find_course
from utils.data.dequantization import dequantized
from utils.data.digits import Dataset
from utils.models import FlowMatching
from utils.networks.unet import patch_unet

LEVELS = np.arange(256).reshape(1, 16, 16, 1) / 127.5 - 1


def test_each_level_keeps_its_interval():
    filled = dequantized(LEVELS, seed=0)
    np.testing.assert_array_equal(
        np.floor((filled + 1) * 128), np.round((LEVELS + 1) * 127.5)
    )
    assert filled.dtype == np.float32


def test_an_interval_is_filled_evenly():
    blank = np.full((1, 200, 200, 1), -1.0)
    inside = (dequantized(blank, seed=0) + 1) * 128
    assert inside.mean() == pytest.approx(0.5, abs=0.01)
    assert inside.std() == pytest.approx(1 / np.sqrt(12), abs=0.01)


def test_the_benchmark_gives_a_flow_that_stands_still_the_bits_of_noise(monkeypatch):
    """A new network says 0: log p(x) is that of N(0, I)."""
    monkeypatch.syspath_prepend(find_course().root / "benchmarks")
    benchmark = importlib.import_module("flow_pictures")
    blank, labels = np.full((4, 28, 28, 1), -1, "float32"), np.arange(4)
    flow = FlowMatching(patch_unet((28, 28, 1), 4, 1, classes=10), classes=10)
    found = benchmark.bits_of(flow, Dataset(*2 * (blank, labels), "mnist"), 4, 2)
    x = dequantized(blank, seed=1).astype("float64")
    nats = -0.5 * (x**2 + np.log(2 * np.pi)).sum(axis=(1, 2, 3))
    told = (np.log2(128) - nats / (784 * np.log(2)) + np.log2(10) / 784).mean()
    assert found["mean"] == pytest.approx(told, rel=1e-6)
    assert found["solver's error"] == 0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="levels was 1"):
        dequantized(LEVELS, 0, levels=1)

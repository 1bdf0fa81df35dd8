"""What computed a result is named by what it computes with."""

import os
import platform
import sys
from types import SimpleNamespace

import pytest

from utils.course import machine as module
from utils.course.machine import machine

INTEL = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\nflags\t\t: fpu\n"


@pytest.fixture
def two_cores(monkeypatch, tmp_path):
    """A machine of two cores, whose /proc/cpuinfo is a file to write."""
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.delitem(sys.modules, "utils.autodiff", raising=False)
    monkeypatch.setattr(module, "_LINUX", tmp_path / "cpuinfo")
    return tmp_path / "cpuinfo"


def test_a_machine_is_named_by_its_processor_and_its_cores(two_cores, monkeypatch):
    two_cores.write_text(INTEL)
    assert machine() == "Intel(R) Xeon(R) Processor, 2 cores, x86_64"
    monkeypatch.setattr(os, "process_cpu_count", lambda: 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert machine() == "Intel(R) Xeon(R) Processor, 1 core, x86_64"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("arm", "arm, 2 cores, x86_64"),
        *[(x, "2 cores, x86_64") for x in ("x86_64", "")],
    ],
)
def test_where_linux_tells_no_model_python_is_asked(
    two_cores, monkeypatch, told, expected
):
    monkeypatch.setattr(platform, "processor", lambda: told)
    assert machine() == expected
    two_cores.write_text("processor\t: 0\nBogoMIPS\t: 243.75\n")  # as on ARM
    assert machine() == expected


@pytest.mark.parametrize(
    ("sees", "expected"), [("NVIDIA H100", "NVIDIA H100, Intel"), (None, "Intel")]
)
def test_an_accelerator_is_named_where_a_backend_is_loaded(
    two_cores, monkeypatch, sees, expected
):
    two_cores.write_text(INTEL)
    backend = SimpleNamespace(accelerator=lambda: sees)
    monkeypatch.setitem(sys.modules, "utils.autodiff", backend)
    assert machine() == f"{expected}(R) Xeon(R) Processor, 2 cores, x86_64"

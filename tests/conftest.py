"""What every test may rely on."""

import functools
import os

import numpy as np
import pytest

if folder := os.environ.get("COURSE_DATA"):
    # Kernels work in other folders, where a relative path would not be found.
    os.environ["COURSE_DATA"] = os.path.abspath(folder)


def pytest_addoption(parser):
    """`make test-gpu` asks for this: no run on a CPU passes for one on a GPU."""
    parser.addoption("--accelerator", action="store_true", help="fail without one")


def pytest_configure(config):
    """Refuses to run without an accelerator where one is asked for."""
    if config.getoption("--accelerator"):
        from utils.autodiff import accelerator

        if not accelerator():
            raise pytest.UsageError("this backend sees no accelerator here")


@pytest.fixture
def assert_repeated():
    """Asserts that two runs of one seed agree: to the bit on a CPU, nearly on a GPU.

    There `COURSE_DETERMINISTIC=1` asks for kernels that repeat themselves.
    """
    from utils.autodiff import accelerator

    exact = not accelerator() or os.environ.get("COURSE_DETERMINISTIC") == "1"
    return functools.partial(
        np.testing.assert_allclose, rtol=0 if exact else 1e-3, atol=0 if exact else 1e-4
    )

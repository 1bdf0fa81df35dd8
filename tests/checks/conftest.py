"""The checks are strict here: what does not pass raises."""

import pytest


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    monkeypatch.setenv("COURSE_SCALE", "laptop")

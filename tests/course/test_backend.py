import pytest

from utils.course import backend
from utils.course.backend import check_backend
from utils.course.folder import CourseError


@pytest.mark.parametrize("name", [None, "", "tensorflow", "jax", "torch"])
def test_a_backend_that_is_installed_is_fine(monkeypatch, name):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(backend, "find_spec", lambda name: name)
    if name is not None:
        monkeypatch.setenv("KERAS_BACKEND", name)
    assert check_backend() is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tensorflo", "There is no backend 'tensorflo'. Did you mean 'tensorflow'?"),
        ("numpy", "There is no backend 'numpy'"),
        ("jax", r"'jax', which is not installed here.*unset KERAS_BACKEND"),
    ],
)
def test_a_backend_that_cannot_start_is_told_at_once(monkeypatch, name, message):
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(CourseError, match=message):
        check_backend()

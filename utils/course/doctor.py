"""Look at this machine and say, line by line, what is well and how to mend the rest."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import psutil

from utils.course import downloads
from utils.course.backend import check_backend
from utils.course.folder import CourseError
from utils.course.scale import current_scale

#: How the course is meant to run; `keras.json` can say otherwise.
_SETTINGS = {
    "image_data_format": "channels_last",
    "floatx": "float32",
    "dtype policy": "float32",
}
_OLDEST_PYTHON, _OLDEST_KERAS = (3, 11), (3, 13)
# In a process of its own: a broken backend ends that one, and we tell its last words.
_PROBE = """
import json, keras
device = str(keras.ops.zeros(1).device)
try:
    devices = [str(d) for d in keras.distribution.list_devices()]
except Exception:
    devices = [device]
settings = {
    "image_data_format": keras.config.image_data_format(),
    "floatx": keras.config.floatx(),
    "dtype policy": keras.config.dtype_policy().name,
}
told = {"backend": keras.backend.backend(), "devices": devices, "settings": settings}
print(json.dumps(told))
"""


class Finding(NamedTuple):
    """One line of the report; `level` is `"ok"`, `"warning"` or `"mend"`."""

    subject: str
    level: str
    text: str


def examine() -> Iterator[Finding]:
    """Examine Python, Keras, backend, devices, threads, scale, data and memory."""
    yield _python()
    yield _keras()
    backend = ""
    for finding in _backend():
        backend = finding.text if finding.subject == "Backend" else backend
        yield finding
    yield _threads(backend)
    yield _scale()
    yield from _data()
    yield _memory()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("Python", "mend", f"{version}: the course needs 3.11 or newer")
    return Finding("Python", "ok", f"{version} at {sys.executable}")


def _keras() -> Finding:
    try:
        version = metadata.version("keras")
    except metadata.PackageNotFoundError:
        return Finding("Keras", "mend", "is not installed: pip install -e .")
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_KERAS:
        return Finding("Keras", "mend", f"{version} is too old: pip install -U keras")
    return Finding("Keras", "ok", version)


def _backend() -> Iterator[Finding]:
    try:
        check_backend()
    except CourseError as error:
        yield Finding("Backend", "mend", str(error))
        return
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=180,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        yield Finding("Backend", "mend", "did not start in 3 minutes: restart, retry")
        return
    if probe.returncode:
        words = probe.stderr.strip().splitlines() or ["it ended without a word"]
        yield Finding(
            "Backend",
            "mend",
            f"{words[-1]}: install that backend, or set KERAS_BACKEND to one that is "
            "installed (tensorflow, jax, torch)",
        )
        return
    seen = json.loads(probe.stdout.strip().splitlines()[-1])
    yield Finding("Backend", "ok", seen["backend"])
    alone = all("cpu" in device.lower() for device in seen["devices"])
    note = " (no GPU needed: the scale laptop is made for this)" if alone else ""
    yield Finding("Devices", "ok", ", ".join(seen["devices"]) + note)
    for name, wanted in _SETTINGS.items():
        if (found := seen["settings"][name]) != wanted:
            yield Finding(
                "Keras settings",
                "mend",
                f"{name} is {found}, but lessons need {wanted}: change it in "
                f"{_keras_home() / 'keras.json'}, or remove that file",
            )


def _keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def _threads(backend: str) -> Finding:
    cores = len(psutil.Process().cpu_affinity()) if _has_affinity() else os.cpu_count()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    text = f"{cores} cores, OMP_NUM_THREADS {asked or 'not set'}"
    if asked.isdigit() and int(asked) > (cores or 1):
        return Finding("Threads", "warning", f"{text}: set it to {cores} or less")
    if backend == "torch" and not asked:
        return Finding(
            "Threads",
            "warning",
            f"{text}: on a busy machine PyTorch slows down a lot, set it to {cores}",
        )
    return Finding("Threads", "ok", text)


def _has_affinity() -> bool:
    return hasattr(psutil.Process, "cpu_affinity")  # macOS has none


def _scale() -> Finding:
    try:
        return Finding("Scale", "ok", current_scale())
    except ValueError as error:
        return Finding("Scale", "mend", str(error))


def _data() -> Iterator[Finding]:
    """Look into the cache; nothing there is needed, so nothing missing is an error."""
    told = downloads.misnamed_folder()
    folder = str(downloads.cache_directory())
    yield Finding("Data folder", "mend" if told else "ok", told or folder)
    for dataset in downloads.DATASETS:
        files = downloads.files_of(dataset)
        there = sum(map(downloads.is_cached, files))
        text = f"{there} of {len(files)} files"
        if there == len(files):
            yield Finding(dataset, "ok", text)
        elif any(map(downloads.unreadable, files)):
            yield Finding(
                dataset,
                "warning",
                f"{text}; others are there, but not for you to read: ask their owner "
                "to run `chmod -R a+rX` on the folder",
            )
        else:
            command = "course prefetch" + " --all" * (dataset != "mnist")
            yield Finding(
                dataset,
                "warning",
                f"{text}: lessons use their offline data; {command} gets the rest",
            )


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    free, total = memory.available / 2**30, memory.total / 2**30
    text = f"{free:.1f} of {total:.1f} GiB free"
    if free < 2:
        return Finding("Memory", "warning", f"{text}: close other programs")
    return Finding("Memory", "ok", text)

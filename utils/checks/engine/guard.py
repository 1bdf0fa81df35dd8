"""What keeps a learner's code from harming the lesson: time, output, settings."""

import contextlib
import ctypes
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator

import keras
import numpy as np

_MOST_OUTPUT = 10_000


class TimeUp(BaseException):
    """The code runs longer than its check allows; no `except Exception` stops this."""


@contextlib.contextmanager
def guarded(seconds: float) -> Iterator[None]:
    """Runs a learner's code with a time limit, little output and settings of its own.

    Args:
        seconds: after which a `TimeUp` is raised inside the code.
    """
    out, errors = _Bounded(sys.stdout), _Bounded(sys.stderr)
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(errors),
        warnings.catch_warnings(action="ignore"),
        _settings_kept(),
        np.errstate(all="ignore"),
        _time_limit(seconds),
    ):
        yield


class _Bounded:
    """A stream that lets the first characters through, and drops the rest."""

    def __init__(self, stream):
        self._stream, self._left = stream, _MOST_OUTPUT

    def write(self, text: str) -> int:
        if self._left > 0:
            self._stream.write(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._stream.write("\n[the check shows no more of what is printed]\n")
        return len(text)

    def close(self):
        """Leaves the lesson's own stream open."""

    def __getattr__(self, name):
        return getattr(self._stream, name)


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    """The same random numbers in each check; what is changed inside is put back.

    Keras seeds layers and generators from Python's `random`.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    floatx, image_format = keras.config.floatx(), keras.config.image_data_format()
    epsilon, policy = keras.config.epsilon(), keras.config.dtype_policy()
    folder = os.getcwd()
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        keras.config.set_floatx(floatx)
        keras.config.set_image_data_format(image_format)
        keras.config.set_epsilon(epsilon)
        keras.config.set_dtype_policy(policy)
        os.chdir(folder)


def _time_limit(seconds: float):
    """An alarm where there is one, which ends a `sleep` too; else an exception."""
    in_main = threading.current_thread() is threading.main_thread()
    return (_alarm if in_main and hasattr(signal, "setitimer") else _timer)(seconds)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_):
        raise TimeUp

    handler = signal.signal(signal.SIGALRM, ring)
    # Again each second: the code may have caught the first.
    former = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *former)


@contextlib.contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """The same where no signal arrives: outside the main thread, and on Windows."""
    thread, over = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def watch():
        wait = seconds
        while not over.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeUp))
            wait = 1.0

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)

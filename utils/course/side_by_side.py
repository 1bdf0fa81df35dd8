"""Run several lessons at a time: each in a process of its own, its lines marked."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

#: Seconds that a process has to end its kernel after it was interrupted.
PATIENCE = 15.0


def run_side_by_side(
    commands: Mapping[str, Sequence[str]],
    jobs: int,
    say: Callable[[str], object],
    environment: Mapping[str, str],
) -> dict[str, int]:
    """Run commands, some at a time; one that fails keeps no other from running.

    However this ends, by Ctrl-C too, no process is left behind.

    Args:
        commands: what to run, by the mark of its lines, in the order of their start.
        jobs: how many at a time.
        say: is called with each line that a process writes, its mark before it.
        environment: the variables that the processes get.

    Returns:
        The exit status of each, in the order in which they ended.
    """
    waiting, running, ended = list(commands), {}, {}
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        while running or waiting:
            while waiting and len(running) < jobs:
                mark = waiting.pop(0)
                running[mark] = _start(mark, commands[mark], say, environment)
            for mark, (process, reader) in list(running.items()):
                if process.poll() is not None:
                    reader.join(PATIENCE)  # an orphan may hold the pipe open
                    ended[mark] = process.returncode
                    del running[mark]
            time.sleep(0.05)
    finally:
        _interrupt([process for process, _ in running.values()])
        signal.signal(signal.SIGTERM, before)
    return ended


def _start(
    mark, command, say, environment
) -> tuple[subprocess.Popen, threading.Thread]:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C is for this process, which hands it on, once.
        start_new_session=True,
    )
    reader = threading.Thread(target=_read, args=(mark, process, say), daemon=True)
    reader.start()
    return process, reader


def _read(mark, process, say) -> None:
    with process.stdout as lines:
        for line in lines:
            say(f"{mark} | {line.rstrip()}")


def _interrupt(processes: Sequence[subprocess.Popen]) -> None:
    """Let processes end their kernels, and themselves; kill those that do not."""
    for process in processes:
        if os.name == "posix":
            process.send_signal(signal.SIGINT)
        else:
            process.terminate()
    until = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def _stop(*_) -> None:
    raise SystemExit(143)

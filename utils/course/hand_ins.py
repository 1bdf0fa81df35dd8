"""Check a folder of hand-ins: each in a process and a folder of its own, with limits.

Hand-ins are programs of others. One that loops, forks, prints without end, deletes what
it finds or is no notebook costs itself only: it works on a copy, in a temporary folder
that is its home as well, for so long, and in so much memory; `sandbox` adds what the
system has. A hand-in can fake a verdict: this shows where a class is stuck, and is no
grade.
"""

import contextlib
import csv
import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import psutil

from utils.course import sandbox
from utils.course.check import RESULTS, Answer
from utils.course.downloads import cache_directory
from utils.course.folder import CourseError
from utils.course.source import Exercise

#: Nobody writes a longer notebook; one with pictures in it is a few MiB.
LARGEST = 64 * 2**20
#: Processes that one hand-in may have.
MOST_PROCESSES = 64
# Seconds that a process has to start and to tell what it knows, besides its cells'
# time: on a crowded machine either can take long.
_GRACE = 30.0
# And where nothing is run: reading alone takes a second, or ten on a crowded machine.
_READING = 60.0
# What a hand-in is told of this machine: nothing that a teacher would keep secret.
_TOLD = re.compile(
    r"PATH|LANG|LC_\w+|PYTHONPATH|VIRTUAL_ENV|LD_LIBRARY_PATH|SYSTEMROOT"
    r"|(KERAS_BACKEND|OMP|TF|XLA|JAX|MKL|COURSE)(_\w+)?"
)
_MARK = "COURSE_HAND_IN"


@dataclass(frozen=True)
class Limits:
    """What a hand-in may take.

    Attributes:
        seconds: for all its cells together; 0 to run none, and trust its outputs.
        bytes: of memory, all its processes together.
    """

    seconds: float
    bytes: int


class HandIn(NamedTuple):
    """What became of one hand-in: its answers, and why it ended early, if it did."""

    path: Path
    answers: list[Answer]
    stopped: str


class _Running(NamedTuple):
    """A hand-in at work: its process, where it writes, and until when it may."""

    path: Path
    process: subprocess.Popen
    told: IO[bytes]
    folder: tempfile.TemporaryDirectory
    end: float


def find_hand_ins(folder: Path) -> list[Path]:
    """List the notebooks in a folder and below, but for those that editors hide."""
    found = sorted(folder.rglob("*.ipynb"))
    hidden = (path.relative_to(folder).parts for path in found)
    return [
        path
        for path, parts in zip(found, hidden, strict=True)
        if path.is_file() and not any(part.startswith(".") for part in parts)
    ]


def check_hand_ins(
    paths: Sequence[Path],
    exercises: Mapping[str, Sequence[Exercise]],
    limits: Limits,
    jobs: int,
    say: Callable[[str], object],
    environment: Mapping[str, str],
) -> list[HandIn]:
    """Run hand-ins, some at a time, and read what their checks say.

    However this ends, by Ctrl-C too, no process of a hand-in is left behind.

    Args:
        paths: of the notebooks; they are copied, and never run where they lie.
        exercises: of the lessons that they may be of.
        limits: of each.
        jobs: how many at a time.
        say: is called with a line about each that is done.
        environment: variables for all of them.
    """
    waiting, running, done = list(paths), [], []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                path = waiting.pop(0)
                try:
                    running.append(_start(path, exercises, limits, environment))
                except OSError as error:
                    done.append(HandIn(path, [], f"cannot be read: {error.strerror}"))
            time.sleep(0.25)
            for one in list(running):
                if (stopped := _watch(one, limits)) is not None:
                    running.remove(one)
                    done.append(_read(one, stopped))
                    count_done = f"{len(done)} of {len(paths)}"
                    say(f"{count_done}: {one.path.name} {_short(done[-1])}")
    finally:
        for one in running:
            _end(one)
    return sorted(done)


def count(hand_ins: Iterable[HandIn]) -> list[tuple[str, list[int], str]]:
    """Count per exercise how often each result came, and which mistake most often.

    Returns:
        The exercise's title; how many passed, were wrong, not attempted, and missing;
        and what the checks said most often where they said that it is wrong.
    """
    by_exercise: dict[str, list[Answer]] = {}
    for hand_in in hand_ins:
        for answer in hand_in.answers:
            by_exercise.setdefault(answer.exercise, []).append(answer)
    return [
        (
            title,
            [sum(a.result == r for a in answers) for r in (*RESULTS, "missing")],
            _most_frequent([a.line for a in answers if a.result == "wrong"]),
        )
        for title, answers in sorted(
            by_exercise.items(), key=lambda each: _place(*each)
        )
    ]


def _place(title: str, _) -> tuple[int, ...]:
    """Exercise 3.10 comes after Exercise 3.9."""
    return tuple(int(part) for part in re.findall(r"\d+", title)[:2])


def _most_frequent(lines: Sequence[str]) -> str:
    """A line that came most often, where numbers may differ, and how often."""
    if not lines:
        return ""
    alike = Counter(re.sub(r"\d+(\.\d+)?", "0", line) for line in lines)
    which, times = alike.most_common(1)[0]
    line = next(one for one in lines if re.sub(r"\d+(\.\d+)?", "0", one) == which)
    return f"{times} × {line}"


def _start(path, exercises, limits, environment) -> _Running:
    """Copy a hand-in into a folder of its own, and run it there."""
    if path.stat().st_size > LARGEST:
        raise OSError(errno.EFBIG, f"larger than {LARGEST >> 20} MiB")
    folder = tempfile.TemporaryDirectory(prefix="hand-in-", ignore_cleanup_errors=True)
    copy = Path(folder.name).resolve() / "hand_in.ipynb"
    shutil.copyfile(path, copy)
    told = {k: v for k, v in os.environ.items() if _TOLD.fullmatch(k)} | environment
    told |= dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP"), str(copy.parent))
    told |= {"COURSE_DATA": str(cache_directory()), _MARK: copy.parent.name}
    sealed = sandbox.prefix()
    command = [*sealed, sys.executable, "-P", "-m", "utils.course.one_hand_in"]
    command += [str(copy), str(limits.seconds), *(["seal"] if sealed else [])]
    output = tempfile.TemporaryFile()  # noqa: SIM115  (`_read` closes it)
    process = subprocess.Popen(
        command,
        cwd=copy.parent,
        env=told,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(BrokenPipeError), process.stdin as into:
        into.write(json.dumps(exercises).encode())
    end = time.monotonic() + _longest(limits)
    return _Running(path, process, output, folder, end)


def _longest(limits: Limits) -> float:
    return limits.seconds + _GRACE if limits.seconds else _READING


def _watch(one: _Running, limits: Limits) -> str | None:
    """Tell that a hand-in has ended, and why if not by itself; None while it runs."""
    if one.process.poll() is not None:
        return ""
    if time.monotonic() > one.end:
        return f"stopped after {_longest(limits):g} s"
    used = {each: _memory(each) for each in _family(one)}
    if len(used) > MOST_PROCESSES:
        return f"stopped: more than {MOST_PROCESSES} processes"
    if sum(used.values()) > limits.bytes:
        # Often its kernel: then the process around it tells what it has seen so far.
        _kill(max(used, key=used.get))
    return None


def _read(one: _Running, stopped: str) -> HandIn:
    """End a hand-in, and read the line that it left."""
    _end(one)
    one.told.seek(0)
    try:
        told = json.loads(one.told.read(2**20))
        answers = [Answer(*map(str, each)) for each in told["answers"]]
        return HandIn(one.path, answers, stopped or str(told["stopped"]))
    except (ValueError, TypeError, KeyError):
        unknown = "it ended without a word; often the memory was full"
        return HandIn(one.path, [], stopped or unknown)
    finally:
        one.told.close()


def _end(one: _Running) -> None:
    """End all processes of a hand-in, and remove its folder."""
    while left := [*_family(one), *_marked(Path(one.folder.name).name)]:
        for process in left:
            _kill(process)
        one.process.poll()
        time.sleep(0.05)
    one.process.wait()
    one.folder.cleanup()


def _family(one: _Running) -> list[psutil.Process]:
    """The processes of a hand-in that are alive."""
    try:
        first = psutil.Process(one.process.pid)
        every = [first, *first.children(recursive=True)]
        return [each for each in every if each.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []


def _marked(mark: str) -> list[psutil.Process]:
    """Processes of a hand-in that have left its family, alive."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            marked = process.environ().get(_MARK) == mark
            if marked and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _memory(process: psutil.Process) -> int:
    """Bytes of a process; of what it shares with others, its share where that is told.

    After a fork almost all is shared: five would count for six times one's memory.
    """
    for told in (
        lambda: process.memory_full_info().pss,
        lambda: process.memory_info().rss,
    ):
        with contextlib.suppress(psutil.Error, AttributeError):
            return told()
    return 0


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.Error):
        process.kill()


def write_csv(hand_ins: Iterable[HandIn], path: Path) -> None:
    """Write one line per hand-in and exercise, in UTF-8, as spreadsheets read it.

    Raises:
        CourseError: If there is such a file, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(("hand-in", "exercise", "result", "what the check says"))
            for hand_in in hand_ins:
                if hand_in.stopped:
                    table.writerow((hand_in.path, "", "stopped", hand_in.stopped))
                table.writerows((hand_in.path, *each) for each in hand_in.answers)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written: {error.strerror}. Name a new file."
        ) from None


def _short(hand_in: HandIn) -> str:
    counted = Counter(answer.result for answer in hand_in.answers)
    told = ", ".join(f"{number} {result}" for result, number in counted.items())
    return f"{told}; {hand_in.stopped}" if hand_in.stopped else told

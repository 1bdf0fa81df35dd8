"""The command `course`: build, minutes, check, run, pack, slides, sweep, lab."""

import math
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

import utils
import utils.course.quick_start  # before what imports nbformat
from utils.core.files import written_aside
from utils.course.folder import CourseError, find_course
from utils.course.scale import Scale


class _CourseGroup(TyperGroup):
    """Turns errors a person can mend into a message and exit status 1."""

    def invoke(self, ctx: typer.Context) -> object:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            # A cell's traceback brings its own colors along.
            _say(Text.from_ansi(str(error)), to=Console(stderr=True))
            raise typer.Exit(1) from None


class _Lists(TyperCommand):
    """Lets an option take several values in a row: `--lessons 03 04`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        lists = {name for each in self.params if each.multiple for name in each.opts}
        words, option = [], ""
        for word in args:
            if word.startswith("-"):
                option = word if word in lists else ""
            elif option and words[-1] != option:
                words.append(option)
            words.append(word)
        return super().parse_args(ctx, words)


app = typer.Typer(
    cls=_CourseGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Measure, then minimize: build, run and check the lessons of the course.",
)

Lessons = Annotated[
    list[str] | None,
    typer.Argument(help="Lessons by number or name; all where none is given."),
]
ScaleOption = Annotated[
    Scale, typer.Option("--scale", envvar="COURSE_SCALE", help="How much to compute.")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        _say(utils.__version__)
        raise typer.Exit


@app.callback(no_args_is_help=True)
def _course(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say it, and stop."
        ),
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(envvar="COURSE_ROOT", help="The folder that holds lessons/."),
    ] = None,
) -> None:
    ctx.obj = root
    if data := os.environ.get("COURSE_DATA"):
        # Kernels work in notebooks/: a relative folder would mean another one there.
        os.environ["COURSE_DATA"] = os.path.abspath(os.path.expanduser(data))


@app.command()
def build(
    ctx: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if out of date.")
    ] = False,
) -> None:
    """Write both editions of every notebook, and the pages' tables, from lessons/."""
    from utils.course import build as builder

    course = find_course(ctx.obj)
    if not check:
        for line in builder.build(course):
            _say(line)
        _say("notebooks/ and the pages are what lessons/ gives.")
    elif late := builder.out_of_date(course):
        for line in late:
            _say(line)
        raise CourseError("Out of date: run `course build`.")


@app.command()
def minutes(ctx: typer.Context, lessons: Lessons = None) -> None:
    """Count the minutes that lessons take, part by part.

    The compute is what `course run 03 --timings results/lesson_seconds` measured last.
    """
    from utils.course.minutes import LONGEST
    from utils.course.source import read_lessons

    course = find_course(ctx.obj)
    heads = ("prose", "code", "exercises", "predictions", "compute", "minutes")
    table = Table("lesson", *heads)
    for lesson in read_lessons(course.choose(lessons or [])):
        counted = lesson.minutes
        amounts = (
            f"{counted.words} words",
            f"{counted.lines} lines",
            "cards",
            f"{counted.predictions}",
            "not measured" if counted.seconds is None else f"{counted.seconds:.0f} s",
        )
        parts = [
            f"{part:.1f} ({amount})"
            for part, amount in zip(counted.parts, amounts, strict=True)
        ]
        over = f", {counted.total - LONGEST} too many"
        total = f"{counted.total}{over * (counted.total > LONGEST)}"
        table.add_row(lesson.name, *parts, total)
    _say(table)


@app.command()
def run(
    ctx: typer.Context,
    lessons: Lessons = None,
    scale: ScaleOption = "laptop",
    edition: Annotated[
        Literal["solutions", "learner"], typer.Option(help="Which notebooks to run.")
    ] = "solutions",
    strict: Annotated[
        bool,
        typer.Option(
            "--strict/--no-strict",
            envvar="COURSE_STRICT",
            help="Whether a check that does not pass is an error (solutions only).",
        ),
    ] = True,
    timings: Annotated[
        Path | None,
        typer.Option(
            help="Write every cell's seconds into this folder, one file per lesson; "
            "results/lesson_seconds holds those that the minutes are counted with."
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(min=0, envvar="COURSE_SEED", help="Other draws: 1, 2, …"),
    ] = 0,
    jobs: Annotated[
        int, typer.Option(min=1, help="How many lessons at a time, the longest first.")
    ] = 1,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Keep each finished training there; run again after a stop, and it is "
            "taken up. At full this is .trainings/; remove it to train afresh."
        ),
    ] = None,
    executed: Annotated[
        Path | None, typer.Option(help="Keep executed notebooks there, for the site.")
    ] = None,
    missing: Annotated[
        bool,
        typer.Option(help="Only lessons that --executed does not have as they are."),
    ] = False,
    with_table: Annotated[bool, typer.Option("--table/--no-table", hidden=True)] = True,
) -> None:
    """Execute lessons headless, straight from their sources, and time every cell."""
    from utils.course import build as builder
    from utils.course import report, site
    from utils.course.backend import backend
    from utils.course.source import read_lessons

    course = find_course(ctx.obj)
    _look_around()
    chosen = read_lessons(course.choose(lessons or []))
    if missing and not executed:
        raise CourseError("--missing asks what a folder lacks: name it by --executed.")
    if executed:
        site.require_no_notebooks_but_executed(executed, chosen)
    if missing:
        chosen = [one for one in chosen if not site.is_executed(executed, one, scale)]
    if scale == "full" and not keep:
        keep = course.root / ".trainings"
    if jobs > 1 and len(chosen) > 1:
        options = ["--scale", scale, "--edition", edition, "--seed", str(seed)]
        options += ["--strict" if strict else "--no-strict"]
        options += ["--keep", str(keep)] if keep else []
        options += ["--executed", str(executed)] if executed else []
        _run_side_by_side(course, chosen, jobs, options, timings)
        return
    make = getattr(builder, f"{edition}_edition")
    strict = strict and edition == "solutions"
    environment = {
        "COURSE_SCALE": scale,
        "COURSE_STRICT": str(int(strict)),
        "COURSE_SEED": str(seed),
    }
    runs: list[report.LessonRun] = []
    try:
        for lesson in chosen:
            notebook = make(lesson)
            runs.append(report.LessonRun(lesson.name, edition))
            kept = keep and keep / lesson.name / f"{scale}-{backend()}-{seed}"
            signed = {"keep": kept, "sign": timings is not None}
            report.follow(runs[-1], notebook, course, environment, **signed)
            if executed:
                _say(f"wrote {site.write_executed(executed, lesson, notebook, scale)}")
    finally:
        if with_table:
            _say(report.table(runs))
        if timings:
            report.write_timings(timings, scale, runs)


def _run_side_by_side(course, lessons, jobs, options, timings) -> None:
    """Run each lesson by a command of its own, and show one table at the end."""
    from utils.course import report
    from utils.course.side_by_side import run_side_by_side

    longest_first = sorted(lessons, key=lambda one: -(one.minutes.seconds or math.inf))
    mark_width = max(len(lesson.number) for lesson in lessons)
    names = {lesson.number.ljust(mark_width): lesson.name for lesson in longest_first}
    me = [sys.executable, "-m", "utils.course.cli", "--root", str(course.root), "run"]
    with tempfile.TemporaryDirectory() as measured:
        folder = timings or Path(measured)
        options = [*options, "--timings", str(folder), "--no-table"]
        commands = {mark: [*me, name, *options] for mark, name in names.items()}
        width = Console().width - mark_width - len(" | ")
        environment = os.environ | {"COLUMNS": str(width)}
        ended = run_side_by_side(
            commands, jobs, lambda line: print(line, flush=True), environment
        )
        runs = [
            report.read_timings(folder, names[mark], failed=bool(ended[mark]))
            for mark in sorted(ended)
        ]
    _say(report.table(runs))
    if failed := [run.lesson for run in runs if run.failed]:
        raise CourseError(f"Failed: {', '.join(failed)}. What stopped it stands above.")


@app.command()
def site(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="New or empty, for Sphinx to build.")],
    executed: Annotated[Path, typer.Option(help="Of `course run --executed`.")],
    scale: ScaleOption = "laptop",
) -> None:
    """Write the course's site for Sphinx, from lessons that were executed."""
    from utils.course import site as writer
    from utils.course.source import read_lessons

    course = find_course(ctx.obj)
    lessons = read_lessons(course.choose([]))
    writer.write_source(course, lessons, executed, folder, scale)
    _say(f"wrote {folder}")


@app.command()
def check(
    ctx: typer.Context,
    lessons: Lessons = None,
    scale: Annotated[
        Scale | None,
        typer.Option(
            envvar="COURSE_SCALE",
            help="How much to compute: laptop, and quick with --folder.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Seconds that a cell may take (900); with --folder a hand-in (120).",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Check the notebooks in there, a whole class's.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="With --folder: write who said what to a file.")
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="With --folder: how many at a time.")
    ] = 2,
    memory: Annotated[
        float, typer.Option(min=0.5, help="With --folder: GiB that a hand-in may take.")
    ] = 3,
    trust_outputs: Annotated[
        bool, typer.Option(help="With --folder: run nothing, read what was saved.")
    ] = False,
) -> None:
    """Run your notebooks as they are now, and show what the checks say.

    Exits with status 1 if an answer is wrong, or a check is missing or was not reached;
    an exercise not attempted is no error. With --folder, which shows where a class is
    stuck, wrong answers are no error either.
    """
    from utils.course.check import answers, last_results, read_notebook
    from utils.course.report import LessonRun, follow
    from utils.course.run import CellFailed, first_line
    from utils.course.source import read_exercises

    course = find_course(ctx.obj)
    _look_around()
    chosen = read_exercises(course, lessons or [])
    if folder:
        seconds = 0 if trust_outputs else limit or 120
        _check_folder(folder, chosen, scale or "quick", (seconds, memory, jobs), csv)
        return
    notebooks = [read_notebook(course, name) for name in chosen]
    environment = {"COURSE_SCALE": scale or "laptop", "COURSE_STRICT": "0"}
    found = []
    for (name, exercises), notebook in zip(chosen.items(), notebooks, strict=True):
        record, stopped = LessonRun(name, "learner"), ""
        try:
            follow(
                *(record, notebook, course, environment),
                keep_going=True,
                limit=limit or 900,
            )
        except CellFailed as error:
            _say(Text.from_ansi(str(error)))
            stopped = first_line(str(error))
        found += answers(notebook, exercises, stopped)
    before = last_results(course, found)
    table = Table("exercise", "last time", "result", "what the check says")
    for answer in found:
        last = before.get(answer.exercise, "")
        table.add_row(*map(Text, (answer.exercise, last, answer.result, answer.line)))
    _say(table)
    if {answer.result for answer in found} & {"wrong", "missing"}:
        raise typer.Exit(1)


def _check_folder(folder, exercises, scale, limits, csv) -> None:
    """Run a class's hand-ins, and show where it is stuck."""
    from utils.course import hand_ins, sandbox

    paths = hand_ins.find_hand_ins(folder)
    if not paths:
        raise CourseError(f"no notebooks, *.ipynb, in {folder.absolute()}")
    if csv and csv.exists():
        raise CourseError(f"{csv} is there already: name a new file.")
    if not sandbox.prefix():
        _say(
            "This system cannot seal programs off: a hand-in can reach the network, "
            "and write wherever you can."
        )
    seconds, memory, jobs = limits
    handed_in = hand_ins.check_hand_ins(
        *(paths, exercises, hand_ins.Limits(seconds, int(memory * 2**30)), jobs, _say),
        environment={"COURSE_SCALE": scale, "COURSE_STRICT": "0"},
    )
    table = Table("exercise", "passed", "wrong", "open", "missing", "most often wrong")
    for title, counted, mistake in hand_ins.count(handed_in):
        table.add_row(*map(Text, (title, *map(str, counted), mistake)))
    _say(table)
    for each in handed_in:
        if each.stopped:
            _say(f"{each.path.relative_to(folder)}: {each.stopped}")
    if csv:
        hand_ins.write_csv(handed_in, csv)
        _say(f"wrote {csv}")


@app.command(cls=_Lists)
def pack(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="A new folder, or the name of a zip file.")
    ],
    lessons: Annotated[
        list[str] | None,
        typer.Option(help="Lessons to hand out; all where none is given."),
    ] = None,
    solutions: Annotated[
        list[str] | None, typer.Option(help="Lessons to hand out solved, too.")
    ] = None,
    as_zip: Annotated[
        bool, typer.Option("--zip", help="Write FOLDER.zip instead.")
    ] = False,
    form: Annotated[
        Literal["plain", "nbgrader", "otter"],
        typer.Option("--format", help="For students, or for a teacher's gradebook."),
    ] = "plain",
) -> None:
    """Pack what a class gets: learner notebooks and all they need, no solutions.

    course pack monday --lessons 03 04 --solutions 02 --zip
    """
    from utils.course import pack as packer
    from utils.course.gradebook import gradebook

    course = find_course(ctx.obj)
    if form != "plain" and solutions:
        raise CourseError(
            f"--format {form} holds the solutions, for the teacher, and {form} takes "
            "them out: leave --solutions out."
        )
    if form != "plain":
        files = gradebook(course, lessons or [], form)
    else:
        files = packer.pack(course, lessons or [], solutions or [])
    folder = folder.expanduser().absolute()
    if as_zip:
        folder = folder.with_name(folder.name.removesuffix(".zip") + ".zip")
        packer.write_zip(files, folder)
    else:
        packer.write_folder(files, folder)
    notebooks = sum(name.endswith(".ipynb") for name in files)
    _say(f"wrote {folder}: {notebooks} notebooks, {len(files)} files in all")


@app.command()
def slides(
    ctx: typer.Context,
    lessons: Lessons = None,
    scale: ScaleOption = "laptop",
    folder: Annotated[Path, typer.Option(help="Where they are written.")] = Path(
        "slides"
    ),
) -> None:
    """Run lessons, and write one file of slides for each, which needs no network."""
    from utils.course import build as builder
    from utils.course import report
    from utils.course.slides import mathjax, require_slides, slides
    from utils.course.source import read_lessons

    course = find_course(ctx.obj)
    _look_around()
    typeset = mathjax(course)
    environment = {"COURSE_SCALE": scale, "COURSE_STRICT": "1"}
    chosen = read_lessons(course.choose(lessons or []))
    paths = {lesson.name: folder / f"{lesson.name}.html" for lesson in chosen}
    for path in paths.values():
        require_slides(path)
    for lesson in chosen:
        notebook = builder.solutions_edition(lesson)
        record = report.LessonRun(lesson.name, "solutions")
        report.follow(record, notebook, course, environment)
        folder.mkdir(parents=True, exist_ok=True)
        with written_aside(paths[lesson.name]) as file:
            file.write(slides(course, lesson, notebook, typeset).encode())
        _say(f"wrote {paths[lesson.name]}")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def lab(ctx: typer.Context) -> None:
    """Open JupyterLab on notebooks/; further arguments go to JupyterLab."""
    from utils.course.run import kernel_environment

    course = find_course(ctx.obj)
    _look_around()
    if not any(course.notebooks.glob("*.ipynb")):
        raise CourseError(f"no notebooks in {course.notebooks}: {course.remedy}")
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"--ServerApp.root_dir={course.notebooks}", *ctx.args]
    with subprocess.Popen(command, env=kernel_environment()) as jupyter:
        # Ctrl-C is for JupyterLab, which asks before it stops; we wait for it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGINT, before)
    raise typer.Exit(jupyter.returncode)


@app.command()
def sweep(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="ring, grid, digits or mnist.")],
    each: Annotated[int, typer.Option(help="Settings of each family.")] = 10,
    budget: Annotated[
        float, typer.Option(help="Seconds of one core for each training.")
    ] = 5.0,
    families: Annotated[
        list[str] | None, typer.Option("--family", help="One of them; all if none.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes of this machine.", show_default=False)
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Of a Dask cluster, as tcp://10.0.0.1:8786.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Of the rows; .sweeps/NAME if none is given.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Run nothing: show what is there.")
    ] = False,
) -> None:
    """Try many settings of every family of models, on as many machines as there are.

    Every run is one file. Stop it by Ctrl-C: the same command goes on.
    """
    from utils.course.downloads import DataUnavailable

    _look_around()
    folder = folder or find_course(ctx.obj).root / ".sweeps" / name
    try:
        from utils.experiments import command
        from utils.experiments.executors import SweepStopped
        from utils.experiments.league import league_trials

        if not show:
            executor = command.executor_of(workers, scheduler)
            trials = league_trials(name, each, budget, families)
            at_a_time = None if scheduler else workers or 1
            command.run(trials, executor, at_a_time, folder, Console())
        if picture := command.show(folder, Console()):
            _say(f"wrote {picture}")
    except KeyboardInterrupt:
        _say(f"Stopped. What is done is in {folder}; the same command goes on.")
        raise typer.Exit(130) from None
    except (ValueError, SweepStopped, DataUnavailable) as error:
        raise CourseError(str(error)) from None


@app.command()
def doctor() -> None:
    """Look at this machine: each line is ok, a warning, or says how to mend it."""
    from utils.course.doctor import examine

    styles = {"ok": "green", "warning": "yellow", "mend": "red"}
    table = Table("what", "", "found", box=None)
    levels = set()
    for subject, level, text in examine():
        table.add_row(subject, Text(level, style=styles[level]), Text(text))
        levels.add(level)
    _say(table)
    if "mend" in levels:
        raise typer.Exit(1)


@app.command()
def prefetch(
    everything: Annotated[
        bool, typer.Option("--all", help="Fashion-MNIST and the Olivetti faces too.")
    ] = False,
) -> None:
    """Fill the data cache before a class; what is there already is not fetched again.

    Exits with status 1 if something asked for is missing at the end.
    """
    from utils.course import downloads

    asked = downloads.DATASETS if everything else downloads.DATASETS[:1]
    _say(f"Data folder: {downloads.cache_directory()}")
    wanted = [file for dataset in asked for file in downloads.files_of(dataset)]
    for name in wanted:
        try:
            _say(f"there: {downloads.fetch(name)}")
        except downloads.DataUnavailable as error:
            _say(str(error))
    table = Table("file", "in the cache")
    for name in downloads.REGISTRY:
        table.add_row(name, "yes" if downloads.is_cached(name) else "no")
    _say(table)
    if not all(map(downloads.is_cached, wanted)):
        raise CourseError("Not everything could be fetched: run it again to go on.")


def _look_around() -> None:
    """Tell before anything runs what would otherwise be told late, or never."""
    from utils.course.backend import check_backend
    from utils.course.downloads import misnamed_folder

    check_backend()
    if told := misnamed_folder():
        _say(told)


def _say(what: object, to: Console | None = None) -> None:
    (to or Console()).print(what, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    app(prog_name="course")

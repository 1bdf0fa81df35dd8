"""The rules a lesson's source obeys, each with the sentence that says it is broken."""

import ast
import contextlib
import io
import tokenize
from collections.abc import Collection, Iterable, Iterator

from utils.core.validation import did_you_mean
from utils.course.cells import BEGIN, END, LIKE_A_MARKER, Cell, Problem, stub
from utils.course.front_matter import FrontMatter
from utils.course.minutes import PLACE


def front_problems(
    front: FrontMatter, cells: Iterable[Cell], bonus: bool
) -> Iterator[Problem]:
    """Tell where the front matter and the lesson below it do not agree.

    Args:
        front: the front matter.
        cells: of the lesson.
        bonus: whether the source is named like a bonus, `NNb_slug.py`.
    """
    if front.bonus != bonus:
        is_named, says = ("a", "false") if bonus else ("no", "true")
        yield Problem(
            1,
            f"the file is named like {is_named} bonus, but bonus is {says}: change one",
        )
    sections = [
        line.removeprefix("## ")
        for cell in cells
        if cell.kind == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    for topic in front.topics:
        if topic.section not in sections:
            guess = did_you_mean(topic.section, sections)
            yield Problem(topic.line, f"there is no section {topic.section!r}.{guess}")


def order_problems(
    cells: Iterable[Cell], lesson: int, checks: Collection[str] | None
) -> Iterator[Problem]:
    """Problems that show only between cells: numbers, and exercises without a check.

    Args:
        cells: of the lesson.
        lesson: its number.
        checks: the names of the checks that there are; None where nobody knows.
    """
    seen: dict[str, int] = {}
    exercise, checked = None, True
    for cell in cells:
        if cell.tag == "check":
            yield from _check_problems(cell, exercise, checked, lesson, checks)
            checked = True
        if cell.tag != "exercise":
            continue
        if not checked:
            yield _unchecked(exercise)
        exercise, checked = cell, False
        number = cell.number
        if number is None:
            continue
        if number in seen:
            yield Problem(
                cell.line, f"exercise {number} is already in line {seen[number]}"
            )
        if int(number.partition(".")[0]) != lesson:
            yield Problem(cell.line, f"exercise {number} stands in lesson {lesson}")
        seen.setdefault(number, cell.line)
    if not checked:
        yield _unchecked(exercise)


def _unchecked(exercise: Cell) -> Problem:
    return Problem(
        exercise.line, "an exercise without a check: add the cell that checks it"
    )


def _check_problems(cell, exercise, checked, lesson, known) -> Iterator[Problem]:
    """What is wrong with one check, where it stands."""
    if exercise is None:
        yield Problem(cell.line, "a check with no exercise before it")
    elif checked:
        yield Problem(
            cell.line, f"a second check of the exercise in line {exercise.line}"
        )
    try:
        called = cell.check_called
    except SyntaxError:  # is told where the cell's own problems are
        return
    module = f"lesson{lesson:02}"
    if called is None or len(cell.source.splitlines()) != 1 or called[0] != module:
        yield Problem(
            cell.line,
            f"a check is one line, one call: checks.{module}.total(total)",
        )
    elif known is not None and called[1] not in known:
        guess = did_you_mean(called[1], known)
        yield Problem(cell.line, f"there is no check {module}.{called[1]}.{guess}")


def cell_problems(cell: Cell) -> Iterator[Problem]:
    """Tell what is wrong inside one cell."""
    if cell.kind != "code":
        yield from _minutes_problems(cell)
        return
    regions = list(_region_problems(cell))
    yield from regions
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1) - 1
        yield Problem(line, f"not valid Python: {error.msg}")
        return
    if cell.tag == "parameters":
        yield from _parameter_problems(cell, tree)
    else:
        yield from _scale_problems(cell, tree)
    if cell.tag == "exercise":
        yield from _exercise_problems(cell, well_formed=not regions)


def _minutes_problems(cell: Cell) -> Iterator[Problem]:
    for number, line in enumerate(cell.source.splitlines(), cell.line):
        if "**Minutes:**" in line and f"**Minutes:** {PLACE}" not in line:
            yield Problem(
                number, f"minutes are counted, not typed in: '**Minutes:** {PLACE}'"
            )


def _region_problems(cell: Cell) -> Iterator[Problem]:
    """Solutions that are not opened, not closed, nested, or not in an exercise."""
    opened = 0
    comments = _comment_lines(cell)
    for number, line in enumerate(cell.source.splitlines(), cell.line):
        begin, end = (each.match(line) and number in comments for each in (BEGIN, END))
        if LIKE_A_MARKER.search(line) and not (begin or end):
            yield Problem(
                number,
                "no marker, but like one: learners would see the solution. Write "
                "'# BEGIN SOLUTION' and '# END SOLUTION' so, each alone in its line, "
                "and in no string",
            )
        elif begin:
            if cell.tag != "exercise":
                yield Problem(
                    number,
                    "BEGIN SOLUTION in a cell without the tag exercise: learners "
                    "would see the solution",
                )
            if opened:
                yield Problem(number, f"BEGIN SOLUTION inside the one of line {opened}")
            opened = number
        elif end:
            if not opened:
                yield Problem(number, "END SOLUTION without BEGIN SOLUTION before it")
            opened = 0
    if opened:
        yield Problem(opened, "BEGIN SOLUTION without END SOLUTION in the same cell")


def _comment_lines(cell: Cell) -> set[int]:
    """The lines that hold a comment, and not a string that looks like one."""
    found = set()
    with contextlib.suppress(SyntaxError, tokenize.TokenError):  # told elsewhere
        for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
            if token.type == tokenize.COMMENT:
                found.add(cell.line + token.start[0] - 1)
    return found


def _exercise_problems(cell: Cell, well_formed: bool) -> Iterator[Problem]:
    """Check title and solution, and that the stub neither breaks nor stops a run."""
    if cell.title is None:
        yield Problem(cell.line, "an exercise's first line is '# Exercise N.M: title'")
    lines = cell.source.splitlines()
    begin = next((n for n, line in enumerate(lines) if BEGIN.match(line)), None)
    if begin is None and well_formed:
        yield Problem(
            cell.line, "an exercise without '# BEGIN SOLUTION' … '# END SOLUTION'"
        )
    if begin is None or not well_formed:
        return
    try:
        tree = ast.parse(stub(cell))
    except SyntaxError as error:
        yield Problem(
            cell.line + begin, f"not valid Python without the solution: {error.msg}"
        )
        return
    if _raises_at_once(tree):
        yield Problem(
            cell.line + begin,
            "a solution must stand inside a function, or its stub stops the notebook",
        )


def _raises_at_once(node: ast.AST) -> bool:
    """Whether running the code meets a `raise` without calling what it defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    children = ast.iter_child_nodes(node)
    return isinstance(node, ast.Raise) or any(map(_raises_at_once, children))


def _scale_problems(cell: Cell, tree: ast.Module) -> Iterator[Problem]:
    """What depends on the scale, anywhere but in the cell where a reader looks."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("scale")):
                yield Problem(
                    cell.line + node.lineno - 1,
                    "scale(…) stands in the cell with the tag parameters only: give "
                    "its value a name there",
                )


def _parameter_problems(cell: Cell, tree: ast.Module) -> Iterator[Problem]:
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            yield Problem(
                cell.line + statement.lineno - 1,
                "a parameters cell holds nothing but assignments",
            )

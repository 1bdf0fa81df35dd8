"""The rules a lesson's source obeys, each with the sentence that says it is broken."""

import ast
from collections.abc import Iterable, Iterator

from utils.course.cells import BEGIN, END, Cell, Problem, stub


def order_problems(cells: Iterable[Cell], lesson: int) -> Iterator[Problem]:
    """Problems that show only between cells: numbers, and checks without exercise."""
    seen: dict[str, int] = {}
    exercises = 0
    for cell in cells:
        exercises += cell.tag == "exercise"
        if cell.tag == "check" and not exercises:
            yield Problem(cell.line, "a check with no exercise before it")
        if cell.tag != "exercise" or cell.title is None:
            continue
        number = cell.title.split()[1].rstrip(":")
        if number in seen:
            yield Problem(
                cell.line, f"exercise {number} is already in line {seen[number]}"
            )
        if int(number.partition(".")[0]) != lesson:
            yield Problem(cell.line, f"exercise {number} stands in lesson {lesson}")
        seen.setdefault(number, cell.line)


def cell_problems(cell: Cell) -> Iterator[Problem]:
    """Tell what is wrong inside one code cell."""
    if cell.kind != "code":
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
    elif cell.tag == "check" and len(cell.source.splitlines()) != 1:
        yield Problem(cell.line, "a check is exactly one line")
    elif cell.tag == "exercise":
        yield from _exercise_problems(cell, well_formed=not regions)


def _region_problems(cell: Cell) -> Iterator[Problem]:
    """Solutions that are not opened, not closed, nested, or not in an exercise."""
    opened = 0
    for number, line in enumerate(cell.source.splitlines(), cell.line):
        if BEGIN.match(line):
            if cell.tag != "exercise":
                yield Problem(
                    number,
                    "BEGIN SOLUTION in a cell without the tag exercise: learners "
                    "would see the solution",
                )
            if opened:
                yield Problem(number, f"BEGIN SOLUTION inside the one of line {opened}")
            opened = number
        elif END.match(line):
            if not opened:
                yield Problem(number, "END SOLUTION without BEGIN SOLUTION before it")
            opened = 0
    if opened:
        yield Problem(opened, "BEGIN SOLUTION without END SOLUTION in the same cell")


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


def _parameter_problems(cell: Cell, tree: ast.Module) -> Iterator[Problem]:
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            yield Problem(
                cell.line + statement.lineno - 1,
                "a parameters cell holds nothing but assignments",
            )

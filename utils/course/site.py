"""The course as a site: what Sphinx is given, from executed lessons and docstrings.

`docs/site/conf.py` says how it looks. Nothing here imports what a page describes.
"""

import ast
import base64
import hashlib
import html
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4
from PIL import Image

from utils.core.files import written_aside
from utils.course.bibliography import Source, citations, linked, read_bibliography
from utils.course.build import learner_edition, notebook_text, solutions_edition
from utils.course.cells import stub
from utils.course.folder import Course, CourseError, require_new
from utils.course.reference import Reference, anchor
from utils.course.report import without_widgets
from utils.course.results import join_trials
from utils.course.source import Lesson

#: Where a lesson leads, for the graph of the order.
ORDER = (
    ("01", "02", "03", "04", "05", "12"),
    ("01", "06"),
    ("03", "07"),
    ("03", "11"),
    ("09", "10"),
    ("09", "08"),
)
#: What Sphinx is given as it is, and where it stands.
_COPIED = {
    "conf.py": "docs/site/conf.py",
    "_static/site.css": "docs/site/_static/site.css",
    "_static/site.js": "docs/site/_static/site.js",
    "_static/two_players.js": "utils/figures/scenes/two_players.js",
    "_static/two_players_in_the_plane.js": (
        "utils/figures/scenes/two_players_in_the_plane.js"
    ),
    "_static/references.bib": "lessons/references.bib",
}
#: Results that no benchmark of their name makes.
_MADE_ELSEWHERE = {
    "lesson_seconds": "How long each cell of a lesson takes: `course run --timings`.",
    "weights": "The cards of the trained weights that come with the course: "
    "`benchmarks/kept_weights.py`.",
}
_PICTURE = re.compile(r'src="data:image/(png|gif);base64,([A-Za-z0-9+/=\s]+)"')
_CHINESE = re.compile(r"[\u3400-\u9fff](?:[^|\n]*[\u3400-\u9fff])?")
_ROW = re.compile(r"^(\| \d+ \| .* \| )(\d\d[b-z]?)( \| .* \|)$", re.MULTILINE)


def executed_name(folder: Path, lesson: Lesson) -> Path:
    """Give the path of a lesson's executed notebook."""
    return folder / f"{lesson.name}.ipynb"


def write_executed(
    folder: Path, lesson: Lesson, notebook: NotebookNode, scale: str
) -> Path:
    """Keep an executed notebook, and how much it computed, for the site."""
    notebook.metadata["course"]["scale"] = scale
    folder.mkdir(parents=True, exist_ok=True)
    path = executed_name(folder, lesson)
    with written_aside(path) as file:
        file.write(notebook_text(notebook).encode())
    return path


def require_no_notebooks_but_executed(folder: Path, lessons: list[Lesson]) -> None:
    """Refuse a folder where an executed notebook would replace somebody's own.

    Raises:
        CourseError: If a notebook of a lesson is there that `write_executed` did not
            write.
    """
    for lesson in lessons:
        path = executed_name(folder, lesson)
        if path.exists() and "scale" not in _ran_as(path):
            raise CourseError(
                f"{path} is no executed notebook that the course keeps, and may be "
                "somebody's work: name another folder for --executed."
            )


def _ran_as(path: Path) -> dict:
    """What a notebook says of its cells, and of the scale it was executed at."""
    try:
        return json.loads(path.read_text("utf-8"))["metadata"].get("course", {})
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return {}


def is_executed(folder: Path, lesson: Lesson, scale: str) -> bool:
    """Whether a lesson was executed as it is now, cell by cell, at this scale."""
    now = dict(solutions_edition(lesson).metadata["course"]) | {"scale": scale}
    return _ran_as(executed_name(folder, lesson)) == now


def write_source(
    course: Course, lessons: list[Lesson], executed: Path, folder: Path, scale: str
) -> None:
    """Write all that Sphinx is given into a folder that is new or empty.

    Raises:
        CourseError: If the folder holds anything, or a lesson was not executed as it is
            now.
    """
    late = [one.number for one in lessons if not is_executed(executed, one, scale)]
    if late:
        raise CourseError(
            f"Lessons {', '.join(late)} were not executed as they are now at {scale}: "
            f"`course run {' '.join(late)} --scale {scale} --executed {executed}`."
        )
    require_new(folder)
    static = folder / "_static"
    sources = read_bibliography(course.lessons / "references.bib")
    reference = Reference(course.root / "utils", lambda text: _cited(text, sources))
    used = {one.name: reference.used(_code(one)) for one in lessons}
    users = defaultdict(list)
    for lesson in lessons:
        for name in used[lesson.name]:
            users[name].append(_link(lesson))
    rooms = dict(reference.pages(users))
    texts = {
        "index.md": _home(course, lessons, rooms),
        "plane.md": _PLANE.format(_game("plane")),
        "topics.md": _topics(course, lessons),
        "glossary.md": _glossary(course),
        "references.md": _references(sources, lessons, rooms),
        "measured.md": _measured(course),
    } | rooms
    for lesson in lessons:
        ran = without_widgets(
            nbformat.read(executed_name(executed, lesson), as_version=4)
        )
        page = _lesson_page(lesson, ran, static, sources)
        if used[lesson.name]:
            page.cells.append(_in_the_reference(used[lesson.name]))
        texts[f"lessons/{lesson.name}.ipynb"] = notebook_text(page)
        learner = notebook_text(learner_edition(lesson))
        texts[f"_static/notebooks/{lesson.name}.ipynb"] = learner
    for name, at in _COPIED.items():
        texts[name] = (course.root / at).read_text("utf-8")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _link(lesson: Lesson) -> str:
    return f"[{lesson.number}](/lessons/{lesson.name}.ipynb)"


def _in_the_reference(names: list[str]) -> NotebookNode:
    links = (f"[`{name.rpartition('.')[2]}`](#{anchor(name)})" for name in names)
    return v4.new_markdown_cell(f"**In the reference:** {', '.join(links)}.")


def _code(lesson: Lesson) -> list[str]:
    return [cell.source for cell in lesson.cells if cell.kind == "code"]


def _cited(text: str, sources: Mapping[str, Source], document: str = "") -> str:
    """A text whose citations lead to the bibliography."""
    return linked(text, sources, lambda cited, key: f"[{cited}](#{key})", document)


def _lesson_page(
    lesson: Lesson, ran: NotebookNode, static: Path, sources: Mapping[str, Source]
) -> NotebookNode:
    """The lesson as it is read: stubs first, solutions and plots folded, no claims."""
    cells, document = [], _text(lesson)
    for cell, node in zip(lesson.cells, ran.cells, strict=True):
        if cell.tag == "claim":
            continue
        if cell.tag == "solution":
            opened = "<details><summary>The answer</summary>"
            node.source = f"{opened}\n\n{node.source}\n\n</details>"
        if cell.kind == "markdown":
            node.source = _cited(node.source, sources, document)
        node.metadata = {}
        if cell.tag == "exercise":
            cells.append(v4.new_code_cell(stub(cell)))
            node.metadata = _folded("A solution")
        elif cell.folded:
            node.metadata = _folded("The code of what follows")
        for output in node.get("outputs", ()):
            _keep_what_a_page_shows(output, static)
        cells.append(node)
    href = f"../_static/notebooks/{lesson.name}.ipynb"
    link = f'<p><a href="{href}" download>Download this notebook</a>, to run it.</p>'
    cells.insert(1, v4.new_markdown_cell(link))
    return v4.new_notebook(
        cells=cells, metadata={"kernelspec": ran.metadata.kernelspec}
    )


def _folded(prompt: str) -> dict:
    return {"tags": ["hide-input"], "mystnb": {"code_prompt_show": prompt}}


def _keep_what_a_page_shows(output: NotebookNode, static: Path) -> None:
    """Leave out what only programs read, and give each picture a file of its own."""
    data = output.get("data", {})
    for kind in set(data) - {"text/html", "image/png", "text/plain"}:
        del data[kind]
    if "text/html" not in data:
        return

    def filed(found: re.Match) -> str:
        picture = base64.b64decode(found[2])
        name = f"{hashlib.sha256(picture).hexdigest()[:16]}.{found[1]}"
        (static / "pictures").mkdir(parents=True, exist_ok=True)
        (static / "pictures" / name).write_bytes(picture)
        width, height = Image.open(io.BytesIO(picture)).size  # so that nothing jumps
        at = f"../_static/pictures/{name}"
        return f'loading="lazy" width="{width}" height="{height}" src="{at}"'

    data["text/html"] = _PICTURE.sub(filed, "".join(data["text/html"]))
    data.pop("image/png", None)


def _home(course: Course, lessons: list[Lesson], rooms: Iterable[str]) -> str:
    readme = (course.root / "README.md").read_text("utf-8")
    opening = readme.partition("![")[0].partition("\n")[2].strip()
    what, why = (_section(readme, name) for name in ("", "Why this course"))
    rows = "\n".join(
        f"| {one.number} | [{one.front.title}](lessons/{one.name}.ipynb) "
        f"| {one.front.claim} | {one.minutes.total} |"
        for one in lessons
    )
    names = "\n".join(f"lessons/{one.name}" for one in lessons)
    rooms = "\n".join(name.removesuffix(".md") for name in rooms)
    return f"""# Measure, then minimize

{opening}

{what}

{_game("")}

The generator (orange) learns to draw what is real (blue); the discriminator (green)
tells it where to go. *Pause* stops them; then step each by hand. [Lesson
03](lessons/03_training_a_gan.ipynb) explains what you see. The same [in the
plane](plane.md), with a ring of eight modes.

## Why this course

{why}

## Two commands

`make lab` installs everything and opens the notebooks; `make test` proves that the
course holds on your machine. You need Linux or macOS, Python 3.11 to 3.13, git and
make.

## The lessons

{_order(lessons)}

| # | lesson | claim | minutes |
|---|---|---|---|
{rows}

```{{toctree}}
:hidden:
:caption: Lessons

{names}
```

```{{toctree}}
:hidden:
:caption: More

plane
topics
glossary
references
measured
```

```{{toctree}}
:hidden:
:caption: Reference

{rooms}
```
"""


_PLANE = """# Two players in the plane

{}

Blue: the real data, eight small clusters, called modes. Orange: what the generator
draws, and where it moves next. Green is where the discriminator believes it sees real
data, orange where it sees generated ones, white where it cannot tell. G has to find all
eight modes. Try other rates, and more steps of D per turn: does it lose some?
"""


def _game(kind: str) -> str:
    """The place of a game in the browser, and the scripts that play it."""
    scripts = ["two_players"] + ["two_players_in_the_plane"] * (kind == "plane")
    where = "in the plane" if kind else "on a line"
    return "\n".join(
        [
            f'<div class="two-players {kind}" data-play="yes" role="group"',
            f' aria-label="Two players {where}">This game needs JavaScript.</div>',
            *(f'<script src="_static/{name}.js"></script>' for name in scripts),
        ]
    )


def _section(readme: str, name: str) -> str:
    """The text of a section of the README; of none, what stands above the first."""
    if not name:
        return (
            readme.partition("![")[2].partition("\n")[2].partition("\n## ")[0].strip()
        )
    told = readme.partition(f"\n## {name}\n")[2].partition("\n## ")[0].strip()
    return re.sub(r"\[([^]]*)\]\((?!https?:)[^)]*\)", r"\1", told)


def _order(lessons: Iterable[Lesson]) -> str:
    """The order of the lessons as a graph, one path a row."""
    there = {one.number for one in lessons}
    paths = [[n for n in path if n in there] for path in ORDER]
    paths = [path for path in paths if len(path) > 1]
    told = "; ".join(" before ".join(path) for path in paths)
    drawn = []
    for row, path in enumerate(paths):
        for place, number in enumerate(path):
            x, y = 30 + 80 * place, 25 + 44 * row
            if place:
                drawn.append(f'<path d="M{x - 62} {y}H{x - 22}m-6 -5l6 5l-6 5"/>')
            drawn.append(f'<circle cx="{x}" cy="{y}" r="17"/>')
            drawn.append(f'<text x="{x}" y="{y + 5}">{number}</text>')
    width, height = 80 * max(map(len, paths), default=1) - 20, 6 + 44 * len(paths)
    return (
        f'<svg class="order" role="img" aria-label="The order: {told}." '
        f'viewBox="0 0 {width} {height}">{"".join(drawn)}</svg>'
    )


def _topics(course: Course, lessons: Iterable[Lesson]) -> str:
    links = {one.number: _link(one) for one in lessons}
    text = (course.lessons / "TOPICS.md").read_text("utf-8")
    return _ROW.sub(lambda row: row[1] + links.get(row[2], row[2]) + row[3], text)


def _glossary(course: Course) -> str:
    """The glossary, whose Chinese says so to whatever reads it aloud."""
    text = (course.lessons / "GLOSSARY.md").read_text("utf-8")
    return _CHINESE.sub(r'<span lang="zh">\g<0></span>', text)


def _text(lesson: Lesson) -> str:
    return "\n\n".join(cell.source for cell in lesson.cells)


def _references(
    sources: Mapping[str, Source], lessons: list[Lesson], rooms: Mapping[str, str]
) -> str:
    """Every source under its key, and where the course cites it."""
    cited = {
        **{_link(one): _text(one) for one in lessons},
        **{f"[{Path(name).stem}](/{name})": text for name, text in rooms.items()},
    }
    places: dict[str, list[str]] = {key: [] for key in sources}
    for place, text in cited.items():
        for key in {
            each.keys[0] for each in citations(text, sources, text) if each.keys
        }:
            places[key].append(place)
    parts = [
        "# Bibliography\n\nEvery source of the course, and where it is cited. "
        'As a file: <a href="_static/references.bib" download>BibTeX</a>.'
    ]
    parts += [
        f"({key})=\n{source.text} `{key}`, in {', '.join(places[key])}."
        if places[key]
        else f"({key})=\n{source.text} `{key}`."
        for key, source in sorted(sources.items())
    ]
    return "\n\n".join(parts) + "\n"


def _measured(course: Course) -> str:
    """What was measured beside the lessons: every table in `results/`."""
    parts = [
        "# What was measured\n\nThe scripts in `benchmarks/` measured this, often with "
        "more time than a laptop has; `results/` holds it, one file per trial. Where a "
        "lesson shows a number over seeds, it is read from here."
    ]
    folders = sorted({path.parent for path in course.root.glob("results/*/*.json")})
    for folder in folders:
        trials = sorted(folder.glob("*.json"))
        title = folder.name.replace("_", " ").capitalize()
        rows = list(_rows(join_trials(trials)))
        shown = "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in rows)
        opened = (
            f"{title}: {_counted(len(rows), 'value')} of "
            f"{_counted(len(trials), 'trial')}"
        )
        parts.append(
            f"## {title}\n\n{_purpose(course, folder.name)}\n\n"
            f"<details><summary>{opened}</summary>\n\n"
            f"| what | value |\n|---|---|\n{shown}\n\n</details>"
        )
    return "\n\n".join(parts) + "\n"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _purpose(course: Course, name: str) -> str:
    """What a benchmark says it does, in the first line of its own text."""
    path = course.root / "benchmarks" / f"{name}.py"
    if not path.exists():
        return _MADE_ELSEWHERE.get(name, "")
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return f"{text.partition(chr(10))[0].rstrip('.')}: `benchmarks/{name}.py`."


def _rows(table, name: str = "", most: int = 12) -> Iterator[tuple[str, str]]:
    """The values of a table by their place in it.

    A long list stands in one line; of a long list of records, each record does.
    """
    pairs = enumerate(table) if isinstance(table, list) else table
    if isinstance(table, list) and len(table) > most and isinstance(table[0], Mapping):
        for place, record in pairs:
            told = (f"{key.split(', ')[-1]} {value}" for key, value in _rows(record))
            yield f"{name}, {place}", "; ".join(told)
    elif isinstance(table, Mapping) or (
        isinstance(table, list) and table and isinstance(table[0], Mapping | list)
    ):
        pairs = table.items() if isinstance(table, Mapping) else pairs
        for key, value in pairs:
            yield from _rows(value, f"{name}, {key}" if name else str(key), most)
    elif isinstance(table, list):
        values = [_value(value) for value in table[:most]]
        more = f", … ({len(table)} in all)" * (len(table) > most)
        yield name, ", ".join(values) + more
    else:
        yield name, _value(table)


def _value(value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    text = text if len(text) <= 300 else f"{text[:300]} …"
    return html.escape(" ".join(text.split())).translate(
        {ord(c): f"\\{c}" for c in "|*_`$[]{}~^"}
    )

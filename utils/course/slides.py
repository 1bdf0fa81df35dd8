"""One HTML file of slides for a lesson, which needs no network.

A slide per section. It shows what a class looks at: headings, formulas, figures,
tables, *Predict* and *What we know now*; the rest of the text and the code wait for the
key T, and what `docs/teaching/` says of the section for the key N. At *Predict* and at
an exercise a slide stops: what follows comes with the next step.
"""

import html
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from nbformat import NotebookNode

from utils.course.cells import stub
from utils.course.check import VERDICT
from utils.course.folder import Course, CourseError
from utils.course.report import without_widgets
from utils.course.source import Lesson

#: The package with MathJax in it; nothing else of what it asks for is needed.
MATHJAX = "sphinx-mathjax-offline==0.0.2"
_TYPESET = """window.MathJax = {
  tex: {inlineMath: [["$", "$"]]}, svg: {scale: 0.9}, options: {enableMenu: false},
};"""
_OURS = '<meta name="generator" content="course slides">'
_BUTTONS = """<nav aria-label="Slides">
<button id="back" title="Left arrow">Back</button>
<button id="next" title="Right arrow or space">Next</button>
<output id="place"></output>
<button id="text" title="T" aria-pressed="false">Text</button>
<button id="notes" title="N" aria-pressed="false">Notes</button>
</nav>"""
_PREDICT = "**Predict"
_WAITS = '<div class="text">'
# What a slide shows of a lesson's text; a paragraph of another kind waits for T.
_SHOWN = re.compile(r"#|\$\$|\||> \*\*What we know now")
_EXERCISE = re.compile(r"### Exercise (\d+\.\d+)")
_ROW = re.compile(r"^\| (\S+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)


@dataclass
class _Slide:
    """A section: its heading, its exercises, and its parts, each up to a stop."""

    heading: str
    exercises: list[str] = field(default_factory=list)
    parts: list[list[str]] = field(default_factory=lambda: [[]])

    def element(self, notes: str) -> str:
        """Its element; `notes` are Markdown, or nothing."""
        shown = "".join(
            f'<div class="part">\n{"".join(part)}</div>\n'
            for part in self.parts
            if part
        )
        if all(
            block.startswith((_WAITS, "<h2")) for part in self.parts for block in part
        ):
            shown = shown.replace(_WAITS, "<div>")  # a slide of text alone shows it
        aside = f"<aside>{_html(notes)}</aside>\n" if notes.strip() else ""
        return f"<section>\n{shown}{aside}</section>\n"


def slides(course: Course, lesson: Lesson, executed: NotebookNode, typeset: str) -> str:
    """Give the page.

    Args:
        course: whose `docs/` holds the looks and the notes.
        lesson: which.
        executed: its solutions edition with outputs.
        typeset: the script that shows formulas, see `mathjax`.
    """
    looks = course.root / "docs" / "slides"
    notes = course.root / "docs" / "teaching" / f"{lesson.number}.md"
    told = _sections(notes.read_text("utf-8") if notes.exists() else "")
    made = [
        each.element(_notes(told, each.heading, each.exercises))
        for each in _read(lesson, without_widgets(executed))
    ]
    if asked := told.get("Three questions"):
        questions = re.findall(r"^\d\. \*(.+?)\*", asked, re.MULTILINE | re.DOTALL)
        last = _Slide("", parts=[[_html("## Three questions")]])
        last.parts += [[_html(question)] for question in questions]
        rows = [_rows(told, part) for part in ("Discussion", "Closing")]
        made.append(last.element("\n".join([*rows, "", asked])))
    title = html.escape(f"{lesson.number} · {lesson.front.title}")
    scripts = (looks / "slides.js").read_text("utf-8"), _TYPESET, typeset
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n{_OURS}\n'
        f"<title>{title}</title>\n"
        f"<style>\n{(looks / 'slides.css').read_text('utf-8')}</style>\n"
        f"<main>\n{''.join(made)}</main>\n{_BUTTONS}\n"
        f"{''.join(map(_script, scripts))}</html>\n"
    )


def require_slides(path: Path) -> None:
    """Refuse a path where slides would replace somebody's own file.

    Raises:
        CourseError: If a file is there that `course slides` did not write.
    """
    if path.exists() and _OURS.encode() not in path.read_bytes():
        raise CourseError(
            f"{path} was not written by `course slides`, and may be somebody's work: "
            "name another --folder."
        )


def _read(lesson: Lesson, executed: NotebookNode) -> list[_Slide]:
    """Go through the cells, without claims, answers and checks."""
    made = [_Slide("")]
    for cell, node in zip(lesson.cells, executed.cells, strict=True):
        if cell.tag == "check":  # what follows an exercise often answers it
            made[-1].parts.append([])
        if cell.tag in ("claim", "solution", "check"):
            continue
        if cell.kind == "code":
            code = stub(cell) if cell.tag == "exercise" else node.source
            made[-1].parts[-1].append(_waiting(f"<pre>{html.escape(code)}</pre>"))
            made[-1].parts[-1] += map(_output, node.outputs)
            continue
        for block in _blocks(node.source):
            if block.startswith("## "):
                made.append(_Slide(block.removeprefix("## ")))
            slide, stop = made[-1], _PREDICT in block and block[0] != "#"
            slide.exercises += _EXERCISE.findall(block)
            opening = len(made) == 1 and not block.startswith("**Minutes:")
            shown = stop or opening or _SHOWN.match(block)
            text = _html(block)
            if stop:
                text = f'<div class="predict">{text}</div>\n'
            slide.parts[-1].append(text if shown else _waiting(text))
            if stop:
                slide.parts.append([])
    return made


def _blocks(source: str) -> list[str]:
    """The paragraphs of a Markdown cell; hints and formulas stay whole."""
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", source.strip()):
        before = blocks[-1] if blocks else ""
        if before.count("<details") > before.count("</details") or (
            before.count("$$") % 2
        ):
            blocks[-1] += f"\n\n{block}"
        else:
            blocks.append(block)
    return blocks


def _output(output: NotebookNode) -> str:
    """What a cell has shown, but for warnings, and names of objects."""
    data = output.get("data", {})
    plain = data.get("text/plain", output.get("text", ""))
    if VERDICT in data or output.get("name") == "stderr":
        return ""
    if "text/html" in data:
        return f'<div class="out">{data["text/html"]}</div>\n'
    named = plain.startswith("<") and plain.endswith(">")
    if named or not plain:
        return ""
    return f'<pre class="out">{html.escape(plain)}</pre>\n'


def _sections(notes: str) -> dict[str, str]:
    """The parts of a lesson's teaching notes by their headings; "" is the first."""
    first, *rest = re.split(r"^## ", notes, flags=re.MULTILINE)
    told = {"": first.partition("\n")[2].strip()}
    return told | {
        title: text.strip() for title, _, text in (r.partition("\n") for r in rest)
    }


def _notes(told: dict[str, str], heading: str, exercises: list[str]) -> str:
    """What a teacher does in this section, and what goes wrong in its exercises."""
    if not heading:
        return (
            f"{told['']}\n\n{_rows(told, 'Opening')}\n\n{told.get('Before class', '')}"
        )
    parts = [heading, *(f"Exercise {number}" for number in exercises)]
    wrong = _ROW.findall(told.get("What goes wrong, and what to say", ""))
    said = [
        f"- {number}, the check says {check}: {answer}"
        for number, check, answer in wrong
        if number in exercises
    ]
    return "\n".join([*(_rows(told, part) for part in parts), *said]).strip()


def _rows(told: dict[str, str], part: str) -> str:
    """What both plans say of a part of the lesson."""
    return "\n".join(
        f"- **{minutes} of {plan} minutes**, {part}: {how}"
        for plan in ("50", "90")
        for minutes, name, how in _ROW.findall(told.get(f"{plan} minutes", ""))
        if name == part
    )


def _html(markdown: str) -> str:
    from nbconvert.filters import markdown2html  # takes a second

    return markdown2html(markdown)


def _waiting(shown: str) -> str:
    return f"{_WAITS}{shown}</div>\n"


def _script(text: str) -> str:
    """A script inside a page: two marks in it would end it, or hide its end."""
    safe = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return f"<script>\n{safe}\n</script>\n"


def mathjax(course: Course) -> str:
    """Give MathJax in one file, from this environment or from that of the site.

    Raises:
        CourseError: If neither has it.
    """
    package = MATHJAX.partition("=")[0]
    found = find_spec(package)
    folders = [Path(found.origin).parent] if found else []
    folders += course.root.glob(f".venv-site/lib/*/site-packages/{package}")
    for folder in folders:
        return (folder / "static" / "mathjax" / "tex-svg-full.js").read_text("utf-8")
    raise CourseError(
        "The formulas of slides need MathJax, once, with the network: "
        f"`.venv/bin/pip install --no-deps {MATHJAX}`."
    )

"""What a lesson says of itself: the block of comments that its source begins with.

    # ---
    # title: Training a GAN
    # claim: Two networks that take turns can learn to draw: one measures how far the
    #   generated data are from the real, the other lowers what the first measures.
    # needs: Keras; logistic regression
    # topics:
    #   14: "2 · The algorithm"
    # bonus: false
    # ---

A field's text may go on in lines that are indented. A topic has its number in
`lessons/TOPICS.md` and the heading of its section. Quotation marks around a text are
dropped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from utils.core.validation import did_you_mean
from utils.course.cells import BOM, Problem

FIELDS = ("title", "claim", "needs", "topics", "bonus")
_FENCE = re.compile(r"#\s*---\s*$")
_FIELD = re.compile(r"# (\w+):(?: +(.*\S))?\s*$")
_GOES_ON = re.compile(r"#  +(\S.*?)\s*$")
_TOPIC = re.compile(r"(\d+): +(\S.*)$")


class Topic(NamedTuple):
    """A topic of the course, the section that teaches it, and the line that says so."""

    number: int
    section: str
    line: int


@dataclass(frozen=True)
class FrontMatter:
    """What the course's pages say of one lesson."""

    title: str
    claim: str
    needs: str
    topics: tuple[Topic, ...]
    bonus: bool


def read_front_matter(text: str) -> tuple[FrontMatter | None, list[Problem], int]:
    """Read the block that a source begins with.

    Args:
        text: of the whole source.

    Returns:
        The front matter, or None where it has problems; the problems; and how many
        lines it takes, with the blank ones that follow.
    """
    lines = text.removeprefix(BOM).splitlines()  # the cells' reader tells of it
    if not lines or not _FENCE.match(lines[0]):
        told = "a lesson begins with '# ---' and its front matter: " + ", ".join(FIELDS)
        return None, [Problem(1, told)], 0
    end = next((n for n, line in enumerate(lines[1:], 1) if _FENCE.match(line)), None)
    if end is None:
        told = "the front matter has no end: close it with '# ---'"
        return None, [Problem(1, told)], 0
    length = next((n for n in range(end + 1, len(lines)) if lines[n].strip()), end + 1)
    fields, problems = _fields(lines[1:end])
    topics = _topics(fields.get("topics", []), problems)
    said = {name: _joined(fields.get(name, [])) for name in FIELDS}
    for name in FIELDS:
        if name not in fields:
            told = f"the front matter has no {name}: add a line '# {name}: …'"
            problems.append(Problem(1, told))
        elif name != "topics" and not said[name]:
            problems.append(Problem(fields[name][0][0], f"{name} is empty"))
    if said["bonus"] not in ("true", "false", ""):
        told = f"bonus is true or false, not {said['bonus']!r}"
        problems.append(Problem(fields["bonus"][0][0], told))
    if problems:
        return None, problems, length
    front = FrontMatter(
        said["title"], said["claim"], said["needs"], topics, said["bonus"] == "true"
    )
    return front, [], length


def _fields(
    lines: list[str],
) -> tuple[Mapping[str, list[tuple[int, str]]], list[Problem]]:
    """The numbered lines of each field, the first with what stands behind its name."""
    fields: dict[str, list[tuple[int, str]]] = {}
    problems, current = [], None
    for number, line in enumerate(lines, 2):
        if field := _FIELD.match(line):
            current = field[1]
            if current not in FIELDS:
                known = ", ".join(FIELDS)
                guess = did_you_mean(current, FIELDS)
                told = f"unknown field {current!r}.{guess} Known are {known}"
                problems.append(Problem(number, told))
            elif current in fields:
                told = f"{current} is already in line {fields[current][0][0]}"
                problems.append(Problem(number, told))
            fields.setdefault(current, []).append((number, field[2] or ""))
        elif current and (more := _GOES_ON.match(line)):
            fields[current].append((number, more[1]))
        else:
            told = "front matter is '# field: text', and indented where a text goes on"
            problems.append(Problem(number, told))
    return fields, problems


def _joined(lines: list[tuple[int, str]]) -> str:
    return _unquoted(" ".join(text for _, text in lines).strip())


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _topics(lines: list[tuple[int, str]], problems: list[Problem]) -> tuple[Topic, ...]:
    found: dict[int, Topic] = {}
    for line, text in lines:
        entry = _TOPIC.match(text)
        if entry and int(entry[1]) not in found:
            number = int(entry[1])
            found[number] = Topic(number, _unquoted(entry[2]), line)
        elif entry:
            problems.append(Problem(line, f"topic {entry[1]} is listed twice"))
        elif text:
            told = f"a topic is '#   14: \"2 · The algorithm\"', not {text!r}"
            problems.append(Problem(line, told))
    return tuple(found.values())

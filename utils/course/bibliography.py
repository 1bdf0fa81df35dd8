"""The course's sources: one BibTeX file, and where a text cites which of them.

The texts name authors and year, as people do: "Goodfellow et al. (2014)". That finds
the key, so nothing needs to be marked.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from utils.course.folder import CourseError

_ENTRY = re.compile(r"^@(\w+)\{(\w+),\n((?:  .*\n)+)\}$", re.MULTILINE)
_FIELD = re.compile(r"^  (\w+) = \{(.*)\},$", re.MULTILINE)
_NAME = (
    r"(?:(?:van den |van der |Le |de )?[A-ZÀ-ÝŁŠŽ][\w’'-]*[^\W\d_A-Z]"
    r"|W3C|ITU-T G\.711)"
)
_CITED = re.compile(
    rf"({_NAME}(?:,\s+{_NAME})*)(?:(,?\s+and\s+{_NAME})|(\s+et\s+al\.))?,?\s+"
    r"\(?((?:18|19|20)\d\d)\b(?:(?=\)?,\s+[*\"“]?([^*\"”.;:?]+)))?"
)
_WHERE = ("journal", "booktitle", "publisher", "howpublished")
#: Words that stand before a year without being an author.
_NOBODY = {"In", "Since", "Until", "By", "MNIST", "August", "Keras"}


@dataclass(frozen=True)
class Source:
    """One entry of the BibTeX file."""

    kind: str
    key: str
    fields: Mapping[str, str]

    @property
    def authors(self) -> list[str]:
        """Family names, in order."""
        return [who.split(",")[0] for who in self.fields["author"].split(" and ")]

    def is_called(self, names: list[str], others: bool, year: str) -> bool:
        """Whether a text that gives these names, "et al." or not, may mean it."""
        if year != self.fields["year"] or names != self.authors[: len(names)]:
            return False
        return others == (len(self.authors) > len(names))

    def has_title(self, given: str) -> bool:
        """Whether words begin as the title does; three are enough."""
        words, title = (
            re.findall(r"\w+", each.lower()) for each in (given, self.fields["title"])
        )
        return bool(words) and words[:3] == title[: len(words[:3])]

    @property
    def text(self) -> str:
        """The entry as Markdown: who, when, what, where."""
        told = self.fields
        who = [" ".join(reversed(n.split(", "))) for n in told["author"].split(" and ")]
        listed = ", ".join(who[:-1]) + " and " * (len(who) > 1) + who[-1]
        where = next(told[name] for name in _WHERE if name in told)
        text = f"{listed} ({told['year']}), *{told['title']}*, {where}."
        if "eprint" in told:
            number = told["eprint"]
            text += f" [arXiv:{number}](https://arxiv.org/abs/{number})."
        if "doi" in told:
            text += f" [doi:{told['doi']}](https://doi.org/{told['doi']})."
        if "url" in told:
            text += f" <{told['url']}>."
        return text


@dataclass(frozen=True)
class Citation:
    """Where a text cites, and the keys that it may mean: one, if all is well."""

    text: str
    start: int
    keys: tuple[str, ...]


def read_bibliography(path: Path) -> dict[str, Source]:
    """Read the sources by key, in the file's order.

    Raises:
        CourseError: If an entry is not written as the others are, or is there twice.
    """
    text = path.read_text(encoding="utf-8")
    sources: dict[str, Source] = {}
    for kind, key, body in _ENTRY.findall(text):
        fields = dict(_FIELD.findall(body))
        lacking = {"author", "title", "year"} - set(fields)
        if lacking or key in sources or len(fields) != body.count("\n"):
            raise CourseError(
                f"{path.name}: {key} needs a key of its own, author, title, year, and "
                "one field a line: '  year = {2014},'"
            )
        sources[key] = Source(kind, key, fields)
    if len(sources) != text.count("@"):
        raise CourseError(f"{path.name}: not every @ begins an entry that can be read")
    return sources


def citations(
    text: str, sources: Mapping[str, Source], document: str = ""
) -> list[Citation]:
    """Find what a text cites by authors and year.

    Where several sources fit, the title tells which, here or elsewhere in the document
    that the text is from.
    """
    known = {}
    if document:
        told = [each for each in citations(document, sources) if len(each.keys) == 1]
        known = {_form(each.text): each.keys for each in told}
    found = [_citation(match, sources) for match in _CITED.finditer(text)]
    return [
        replace(each, keys=known.get(_form(each.text), each.keys))
        if len(each.keys) > 1
        else each
        for each in found
        if each.text.split()[0] not in _NOBODY
    ]


def linked(
    text: str,
    sources: Mapping[str, Source],
    link: Callable[[str, str], str],
    document: str = "",
) -> str:
    """Put a link, made of text and key, where a text cites one source."""
    for cited in reversed(citations(text, sources, document)):
        if len(cited.keys) == 1:
            before, after = text[: cited.start], text[cited.start + len(cited.text) :]
            text = before + link(cited.text, cited.keys[0]) + after
    return text


def _citation(found: re.Match, sources: Mapping[str, Source]) -> Citation:
    listed, last, others, year, title = found.groups()
    names = re.split(r",?\s+and\s+|,\s+", f"{listed}{last or ''}")
    names = [" ".join(name.split()) for name in names]
    text, start = found[0], found.start()
    # What stands before the authors may look like one: "FaceNet, Schroff et al."
    for first in range(len(names)):
        called = names[first:], bool(others), year
        fit = [each for each in sources.values() if each.is_called(*called)]
        if fit:
            skipped = text.index(names[first].split()[0])
            text, start = text[skipped:], start + skipped
            break
    titled = [each for each in fit if each.has_title(title or "")]
    closed = ")" * (found.string[found.end() :][:1] == ")" and "(" in text)
    keys = tuple(each.key for each in (titled if len(fit) > 1 and titled else fit))
    return Citation(text + closed, start, keys)


def _form(cited: str) -> str:
    """A citation without its brackets and line breaks."""
    return " ".join(re.sub("[(),]", "", cited).split())

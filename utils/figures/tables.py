"""Small tables that show themselves: HTML in a notebook, plain text in a terminal."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"^[≤≥<>~≈±+\-−–—]?\s*[\d.]")


@dataclass(frozen=True, repr=False)
class Table:
    """A table of text, ready to be the last expression of a cell.

    Attributes:
        header: the titles of the columns.
        rows: tuples of text, as long as the header.
        caption: the finding, or None.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str | None = None

    def _right(self) -> list[bool]:
        """Says for each column whether it holds numbers, and so stands flush right."""
        columns = [
            [row[index] for row in self.rows if row[index]]
            for index in range(len(self.header))
        ]
        return [
            bool(cells) and all(NUMBER.match(cell) for cell in cells)
            for cells in columns
        ]

    def _repr_html_(self) -> str:
        aligns = ["right" if right else "left" for right in self._right()]
        caption = (
            '<caption style="caption-side: top; text-align: left; font-weight: bold; '
            f'padding: 0.4em 0">{html.escape(self.caption)}</caption>'
            if self.caption
            else ""
        )
        head = _html_row('th scope="col"', self.header, aligns)
        body = "".join(_html_row("td", row, aligns) for row in self.rows)
        return (
            f'<table style="border-collapse: collapse">{caption}<thead>{head}</thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _repr_markdown_(self) -> str:
        marks = ["---:" if right else ":---" for right in self._right()]
        lines = [_markdown_row(self.header), _markdown_row(marks)]
        lines += [_markdown_row(row) for row in self.rows]
        if self.caption:
            lines = [f"**{self.caption}**", "", *lines]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        rows = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rights = self._right()
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, rights, strict=True)
            ).rstrip()
            for row in rows
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.caption, *lines] if self.caption else lines)


def _html_row(tag: str, cells: Sequence[str], aligns: Sequence[str]) -> str:
    # An empty corner heads nothing, and a reader who hears the table would hear so.
    tags = [tag if cell else "td" for cell in cells]
    return "<tr>{}</tr>".format(
        "".join(
            f'<{tag} style="text-align: {align}; padding: 0.25em 0.9em">'
            f"{html.escape(cell)}</{tag[:2]}>"
            for tag, cell, align in zip(tags, cells, aligns, strict=True)
        )
    )


def _markdown_row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def table(
    rows: Sequence[Sequence], header: Sequence, caption: str | None = None
) -> Table:
    """Makes a table of measured and published values; the caller formats the numbers.

    Columns of numbers stand flush right.

    Args:
        rows: sequences of cells, text or numbers, as long as the header.
        header: the titles of the columns, with units.
        caption: the finding.

    Returns:
        A `Table`, which a notebook shows as HTML and `print` as plain text.

    Raises:
        ValueError: if there are no columns, or a row is shorter or longer than the
            header.
    """
    header = tuple(str(cell) for cell in header)
    if not header:
        raise ValueError("the table has no columns: give a header.")
    lines = tuple(tuple(str(cell) for cell in row) for row in rows)
    for number, line in enumerate(lines):
        if len(line) != len(header):
            raise ValueError(
                f"row {number} has {len(line)} cells, but the header {len(header)}: "
                "give every row a cell for each column, '' where there is none."
            )
    return Table(header, lines, caption)

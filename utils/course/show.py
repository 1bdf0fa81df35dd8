"""Show the course's own code in a notebook: what a lesson shows is what runs."""

import html
import inspect
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """The source of a function or class, as a notebook shows it.

    Attributes:
        code: the source text.
        summary: what stands over it.
        folded: whether the reader has to open it.
    """

    code: str
    summary: str
    folded: bool

    def _repr_html_(self) -> str:
        opened = "" if self.folded else " open"
        return (
            f"<details{opened}><summary>{html.escape(self.summary)}</summary>"
            f"<pre><code>{html.escape(self.code)}</code></pre></details>"
        )

    def __repr__(self) -> str:
        return f"# {self.summary}\n{self.code}"


def show_code(item, summary: str = "", folded: bool = False) -> Listing:
    """Show the source of a function, method or class of the course.

    Args:
        item: what to show.
        summary: the line over it; by default its module and name.
        folded: whether the reader has to open it.

    Returns:
        A `Listing`, shown when it is the last expression of a cell.

    Raises:
        ValueError: If Python has no source for it.
    """
    try:
        code = textwrap.dedent(inspect.getsource(item)).rstrip()
    except (OSError, TypeError) as error:
        raise ValueError(
            f"{item!r} has no source to show: give a function, method or class that is "
            "written in Python."
        ) from error
    name = f"{item.__module__}.{item.__qualname__}"
    return Listing(code, summary or name, folded)

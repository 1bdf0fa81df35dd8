"""The two players on a line as a small program of the browser's own."""

from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("two_players.js")


@dataclass(frozen=True)
class BrowserGame:
    """The game of lesson 03, to be the last expression of a cell.

    It plays in the browser, where Python is no longer needed: in a notebook that was
    exported, on a page, on a telephone.

    Attributes:
        play: whether it begins to move by itself, unless the reader's system asks for
            less motion.
    """

    play: bool = False

    def _repr_html_(self) -> str:
        play = "yes" if self.play else "no"
        return (
            f'<div class="two-players" data-play="{play}" role="group" '
            'aria-label="Two players on a line">This game needs JavaScript.</div>\n'
            f"<script>\n{SCRIPT.read_text(encoding='utf-8')}</script>"
        )

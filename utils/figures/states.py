"""Pre-drawn states of a figure under a slider: for a page, a reader of it, and paper.

Where no Python runs, a widget has nothing to say. These pictures stand in for it: plain
HTML, moved by mouse or arrow keys, and printed side by side.
"""

import html
import io
from collections.abc import Mapping

from matplotlib.figure import Figure
from PIL import Image

from utils.figures.alt_text import described, image_tag
from utils.figures.canvas import to_png

PALETTE = 64  # colors of a small picture

STYLE = """<style>
.states input { width: 100%; max-width: 30em; display: block }
.states figure { margin: 0.3em 0 }
@media print {
  .states input { display: none }
  .states figure, .states figure[hidden] { display: inline-block; width: 32% }
}
</style>"""

# Shows the picture under the slider, and says its caption.
MOVED = (
    "const all = this.closest('.states').querySelectorAll('figure'); "
    "all.forEach((one, i) => { one.hidden = i != this.value }); "
    "this.setAttribute('aria-valuetext', all[this.value].innerText.trim())"
)


def state_slider(label: str, states: Mapping[str, Figure], start: int = 0) -> str:
    """Returns figures under a slider, as HTML that needs nothing else.

    Args:
        label: what the slider changes.
        states: `{caption: figure}`, in the order of the slider; at least one.
        start: the place of the state that is shown first.
    """
    captions = list(states)
    pictures = "".join(
        f"<figure{' hidden' * (place != start)}>"
        f"{image_tag(small_png(figure), described(figure))}"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for place, (caption, figure) in enumerate(states.items())
    )
    moved = (
        f'<label>{html.escape(label)} <input type="range" min="0" '
        f'max="{len(captions) - 1}" value="{start}" '
        f'aria-valuetext="{html.escape(captions[start])}" oninput="{MOVED}"></label>'
        if len(captions) > 1
        else ""
    )
    return f'<div class="states">{STYLE}{moved}{pictures}</div>'


def small_png(figure: Figure) -> bytes:
    """Returns a figure as PNG in few colors, a third of the bytes."""
    picture = Image.open(io.BytesIO(to_png(figure))).convert("RGB")
    buffer = io.BytesIO()
    picture.quantize(PALETTE, dither=Image.Dither.NONE).save(
        buffer, "PNG", optimize=True
    )
    return buffer.getvalue()

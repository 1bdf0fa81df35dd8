"""The look of every figure: one meaning one color, and one set of sizes."""

import functools
from collections.abc import Callable
from types import MappingProxyType

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, is_color_like, to_rgb
from matplotlib.patheffects import AbstractPathEffect, withStroke

from utils.core.validation import one_of

#: One meaning, one color, in every figure of the course: the eight colors of Okabe
#: and Ito (2008), told apart with every common form of color blindness.
COLORS = MappingProxyType(
    {
        "real": "#0072B2",
        "generated": "#D55E00",
        "discriminator": "#009E73",
        "anchor": "#F0E442",
        "positive": "#56B4E9",
        "negative": "#E69F00",
        "measured": "#CC79A7",
        "exact": "#000000",
    }
)

#: Colors for series that have no fixed meaning, after Tol (2021), "muted"; his teal a
#: little darker.
SERIES = ("#332288", "#AA4499", "#999933", "#3FA090", "#882255", "#777777")
#: Line styles that go with `SERIES`, so that gray print tells the lines apart too.
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))

#: What is exact is dashed, whatever its color.
DASHED = (0, (4, 2.5))

INK = "#262626"
MUTED = "#6E6E6E"
GRID = "#E7E7E7"
#: A level to compare with, such as a ceiling.
REFERENCE = {"color": MUTED, "linewidth": 1.2, "linestyle": (0, (1, 1.5))}

#: Settings that draw nothing, and that a figure leaves to the reader.
NOT_LOOKS = ("backend", "backend_fallback", "interactive", "toolbar", "timezone")

STYLE = {
    "font.size": 10.5,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 6,
    "axes.labelsize": 10.5,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.titlesize": 12.5,
    "figure.facecolor": "white",
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "text.color": INK,
}

#: Every setting by which a picture could differ, in the order of Matplotlib's own.
LOOK = {
    name: STYLE.get(name, value)
    for name, value in matplotlib.rcParamsDefault.items()
    if name not in NOT_LOOKS
}


def mix(color: str, amount: float, other: str = "white") -> tuple[float, ...]:
    """Returns `color` with a share `amount` in [0, 1] of `other` mixed in."""
    return tuple(
        (1 - amount) * np.asarray(to_rgb(color)) + amount * np.asarray(to_rgb(other))
    )


def contrast(shade) -> float:
    """Returns how a color stands out from white: 1 for white, 21 for black.

    What has a meaning needs 3, small text 4.5. Source: W3C (2018), WCAG 2.1, 1.4.11.
    """
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in to_rgb(shade)
    ]
    return 1.05 / (np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05)


def edge(shade, least: float = 3.0):
    """Returns a color as it is, or as much darker as it takes to be seen on white."""
    if contrast(shade) >= least:
        return shade
    darker = (mix(shade, amount, "black") for amount in np.linspace(0, 1, 41))
    return next(each for each in darker if contrast(each) >= least)


def outline(shade, linewidth: float = 2.0) -> list[AbstractPathEffect]:
    """Returns the dark edge of a line in a pale color; of other lines none."""
    pale = edge(shade) is not shade
    return [withStroke(linewidth=linewidth + 1.6, foreground=edge(shade))] * pale


#: The heat map of D: 0 takes the color of generated data, 1 that of real data, and
#: one half, where D cannot tell, is white.
DIVERGING = LinearSegmentedColormap.from_list(
    "generated_to_real",
    [
        mix(COLORS["generated"], 0.40),
        mix(COLORS["generated"], 0.72),
        (1.0, 1.0, 1.0),
        mix(COLORS["real"], 0.72),
        mix(COLORS["real"], 0.40),
    ],
)


def color(name: str) -> str:
    """Returns the color of a meaning, such as `"real"`; colors pass as they are.

    Args:
        name: a key of `COLORS`, or any color Matplotlib knows (`"#332288"`).

    Raises:
        ValueError: if `name` is neither; the message lists what is allowed.
    """
    if name in COLORS:
        return COLORS[name]
    if is_color_like(name):
        return name
    return one_of(name, COLORS, "color", "Or give another, such as '#332288'.")


def styled(function: Callable) -> Callable:
    """Runs a drawing function in the style of the course, and restores the reader's.

    The style is Matplotlib's own defaults and `STYLE`: what a reader has set, a dark
    background, pictures upside down or LaTeX, changes no figure of the course.

    Each such function takes `alt=` as well: what a reader who cannot see the figure is
    told, instead of what the figure says of itself.
    """

    @functools.wraps(function)
    def with_style(*arguments, alt: str | None = None, **options):
        now = matplotlib.rcParams
        with matplotlib.rc_context({k: v for k, v in LOOK.items() if now[k] != v}):
            drawn = function(*arguments, **options)
        if alt is not None:
            (drawn[0] if isinstance(drawn, tuple) else drawn).alt = alt
        return drawn

    return with_style

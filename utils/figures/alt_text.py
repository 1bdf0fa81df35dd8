"""What a figure tells a reader who cannot see it: finding, axes, series and values.

The text is read off the finished figure, so that no drawing function writes its own.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import StepPatch
from matplotlib.quiver import Quiver

MOST = 8  # series, bars or words that are told of one panel; of more, how many


def image_tag(picture: bytes, alt: str, kind: str = "png") -> str:
    """Returns a picture with its alternative text, for a page of its own."""
    code = base64.b64encode(picture).decode()
    return (
        f'<img src="data:image/{kind};base64,{code}" alt="{html.escape(alt)}" '
        'style="max-width: 100%; height: auto">'
    )


def described(figure: Figure) -> str:
    """Returns what a figure was given to say of itself, or else what is read off it."""
    return getattr(figure, "alt", None) or describe(figure)


def describe(figure: Figure) -> str:
    """Returns the finding of a figure, its axes with units, its series and values.

    Of more than three panels only the first and the last are told in full.
    """
    panels = [ax for ax in figure.axes if ax.get_visible() and not _is_scale(ax)]
    alone = len(panels) == 1
    finding = figure.get_suptitle() or (title_of(panels[0]) if alone else "")
    told = [_sentence(finding or "A figure without a title")]
    names = [name for name in map(title_of, panels) if name not in ("", finding)]
    if not alone:
        told.append(f"{len(panels)} panels{_listed(names)}.")
    elif names:
        told.append(_sentence(names[0]))
    told += _axes(panels)
    for ax in filter(_is_scale, figure.axes):
        low, high = (_n(end) for end in ax.get_ylim())
        told.append(f"Colors: {_plain(ax.get_ylabel()) or 'values'}, {low} to {high}.")
    shown = panels if len(panels) <= 3 else [panels[0], panels[-1]]
    for ax in shown:
        series = list(_series(ax))
        more = f"; and {len(series) - MOST} more" * (len(series) > MOST)
        name = title_of(ax) or _plain(ax.get_ylabel()) or "another"
        where = "" if alone else f"In {name}: "
        if series:
            told.append(f"{where}{'; '.join(series[:MOST])}{more}.")
    return " ".join(told)


def _is_scale(ax: Axes) -> bool:
    return ax.get_label() == "<colorbar>"


def title_of(ax: Axes) -> str:
    """Returns the title of a panel, wherever it stands over it."""
    titles = (_plain(ax.get_title(place)) for place in ("left", "center", "right"))
    return next(filter(None, titles), "")


def _plain(text: str) -> str:
    """The text in one line, its formulas without dollars and backslashes."""
    return " ".join(re.sub(r"[$\\{}]", "", text).split())


def _sentence(text: str) -> str:
    text = _plain(text)
    return text if text[-1:] in ".?!" else f"{text}."


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - MOST} more" * (len(names) > MOST)
    return f": {', '.join(names[:MOST])}{more}" if names else ""


def _n(value: float) -> str:
    tiny = abs(value) < 1e-12  # what rounding has left of zero
    return "0" if tiny else f"{value:.3g}".replace("-", "−")


def _axes(panels: list[Axes]) -> Iterator[str]:
    """What stands along the axes, each text once."""
    for name, way in (("Horizontal", "x"), ("Vertical", "y")):
        told = {}
        for ax in panels:
            label = _plain(getattr(ax, f"get_{way}label")())
            logarithmic = getattr(ax, f"get_{way}scale")() == "log"
            if label and not (way == "y" and ax.images and label == title_of(ax)):
                told[label + ", logarithmic" * logarithmic] = None
        if told:
            yield f"{name}{_listed(told)}."


def _series(ax: Axes) -> Iterator[str]:
    """Tells what is drawn in a panel, one text per series."""
    for image in ax.images:
        yield _name(image) or "a picture of {} by {}".format(*image.get_array().shape)
    if ax.containers:
        yield from _bars(ax)
    named = [line for line in ax.lines if _name(line)]
    for line in named or ax.lines:
        yield from _line(line)
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            values, edges, _ = patch.get_data()
            top = int(np.argmax(values))
            bar = f"{_n(values[top])}, at {_n((edges[top] + edges[top + 1]) / 2)}"
            yield f"{_name(patch)} has its highest bar, {bar}"
    for each in ax.collections:
        yield from _collection(each)
    pictures = sum(isinstance(each, AnnotationBbox) for each in ax.artists)
    if pictures:
        yield f"{pictures} pictures"
    words = [] if ax.containers else [_plain(text.get_text()) for text in ax.texts]
    words = dict.fromkeys(word for word in words if word not in map(_name, named))
    if words := list(filter(None, words)):
        yield f"written in it{_listed(words)}"


def _name(artist) -> str:
    label = str(artist.get_label())
    return _plain(artist.get_gid() or "" if label.startswith("_") else label)


def _bars(ax: Axes) -> Iterator[str]:
    names = [_plain(text.get_text()) for text in ax.get_xticklabels()]
    heights = [p.get_height() for c in ax.containers for p in getattr(c, "patches", ())]
    if len(names) == len(heights) <= 2 * MOST:
        for name, height in zip(names, heights, strict=True):
            yield f"{name} {_n(height)}"
    elif heights:
        yield f"{len(heights)} bars, {_n(min(heights))} to {_n(max(heights))}"


def _line(line: Line2D) -> Iterator[str]:
    """From where to where a line goes, and how far up and down on its way."""
    x, y = (np.asarray(v, float) for v in line.get_data(orig=False))
    there = np.isfinite(x) & np.isfinite(y)
    x, y, name = x[there], y[there], _name(line)
    if len(y) == 0 or (not name and line.get_marker() not in ("", "None")):
        return
    if len(y) == 2 and line.get_transform() != line.axes.transData:
        if name:
            yield f"{name} at {_n(y[0] if y[0] == y[1] else x[0])}"
        return
    if line.get_gid() and len(y) > 1 and np.ptp(y) == 0:  # a row of values
        middle = f", in the middle {_n(np.median(x))}"
        yield f"{name}: {len(x)} from {_n(x.min())} to {_n(x.max())}{middle}"
        return
    name = name or "a line"
    if len(y) == 1:
        yield f"{name} at ({_n(x[0])}, {_n(y[0])})"
    elif (np.diff(x) < 0).any():
        ranges = [f"{_n(v.min())} to {_n(v.max())}" for v in (x, y)]
        yield f"{name} within {ranges[0]} across and {ranges[1]} up"
    else:
        low, high, ends = y.min(), y.max(), (y[0], y[-1])
        text = f"{name} from {_n(y[0])} at {_n(x[0])} to {_n(y[-1])} at {_n(x[-1])}"
        if low < min(ends):
            text += f", lowest {_n(low)} at {_n(x[y.argmin()])}"
        if high > max(ends):
            text += f", highest {_n(high)} at {_n(x[y.argmax()])}"
        yield text


def _collection(drawn) -> Iterator[str]:
    name = _name(drawn)
    if isinstance(drawn, Quiver):
        if not np.any(drawn.V):
            yield f"{np.sum(drawn.U > 0)} of {drawn.N} arrows point right"
        else:
            yield f"{drawn.N} arrows"
    elif isinstance(drawn, PathCollection) and name:
        points = np.ma.filled(drawn.get_offsets(), np.nan)
        if len(points) == 0 or not hasattr(drawn.axes, "get_zlim"):
            yield f"{name}, {len(points)} points" + _within(points)
        else:
            yield f"{name}, {len(points)} points in space"
    elif isinstance(drawn, PolyCollection) and name:
        corners = [path.vertices for path in drawn.get_paths()]
        if not corners:
            yield f"{name} is nowhere"
            return
        x, y = np.concatenate(corners).T
        yield f"{name} is highest at {_n(x[y.argmax()])}"


def _within(points: np.ndarray) -> str:
    if len(points) == 0 or not np.isfinite(points).any():
        return ""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    spans = [f"{_n(a)} to {_n(b)}" for a, b in zip(low, high, strict=True)]
    return f" within {spans[0]} across and {spans[1]} up"

"""Pairs of pictures, one to be made from the other: sources, targets, what is known.

Where a source has several right answers, this course draws the pairs itself, so that
all of them are known.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.core.validation import did_you_mean, integer
from utils.core.validation import pictures as check_pictures
from utils.data.avatars import (
    QUIET,
    Factors,
    quiet,
    render,
    sample_factors,
    with_values,
)
from utils.data.avatars.drawing import draw_parts
from utils.data.patches import photograph_crops
from utils.data.pictures import open_picture

#: Brightness of red, green and blue (ITU-R BT.601): what a gray picture keeps.
LUMA = np.array([0.299, 0.587, 0.114], "float32")
#: Four colors of one brightness, RGB in [-1, 1]: no gray picture tells them apart.
NAMES = ("rose", "green", "blue", "amber")
COLORS = np.array(
    [
        [0.85, 0.35, 0.45],
        [0.25, 0.65, 0.30],
        [0.30, 0.50, 0.95],
        [0.75, 0.50, 0.10],
    ],
    "float32",
)
COLORS = 2 * (COLORS + 0.5 - (COLORS @ LUMA)[:, None]) - 1
#: What `Painted.regions` counts, along its last axis.
REGIONS = ("wall", "shirt")

_BLOCK = 128  # avatars drawn at once
_FINE = 2  # lines are found in a picture that is so many times as large
_SHADE = 0.02  # a change of color up to which there is no line: walls are shaded
_HAIR = 0.3  # how much each channel of a pixel of hair changes, from black to silver
_EDGE = 0.5  # and, beyond that, one that is drawn as a full line
_PEN = 1.5  # how many of the fine pixels a line fills at least, to be black
#: Colors of the faces that sketches are drawn from; none is that of a target.
_OUTLINED = {"skin": 0.3, "hair_color": 0.1, "eye_color": 0.5, "light_direction": 0.0}


@dataclass(frozen=True)
class Pairs:
    """Pictures, and what is to be made of them.

    Attributes:
        sources: `(n, size, size, 1 or 3)`, float32 in [-1, 1].
        targets: `(n, size, size, 3)`, float32 in [-1, 1]: one right answer to each.
    """

    sources: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Painted(Pairs):
    """Pairs of which all right answers are known.

    Attributes:
        regions: `(n, size, size, 2)` in [0, 1]: which share of a pixel the wall has,
            and which the shirt. Each has one of `COLORS`, all equally probable.
        choices: `(n, 2)`, int: which one it has in the target.
        factors: of the avatars.
    """

    regions: np.ndarray
    choices: np.ndarray
    factors: Factors


def painted_avatars(
    n: int, seed: int, source: str = "gray", size: int = 16, still: bool = False
) -> Painted:
    """Draws avatars whose wall and shirt have one of four colors of one brightness.

    Both are flat, without light or shade, so that the gray picture says nothing of the
    color. The rest of the face follows from the gray picture nearly, and from a sketch
    not: skin and hair are any.

    Args:
        n: how many, 1 or more.
        seed: int; one seed gives the same bytes.
        source: "gray", or "sketch" for `outlines`.
        size: width and height in pixels, 16 to 128.
        still: whether all look straight ahead from the same place (`avatars.quiet`).

    Raises:
        ValueError: if a number is out of range, or for another source.
    """
    if source not in ("gray", "sketch"):
        raise ValueError(f'source was {source!r}, but must be "gray" or "sketch".')
    n, size = integer(n, "n"), integer(size, "size", 16, 128)
    factors = sample_factors(n, seed)
    factors = quiet(factors) if still else factors
    blocks = [
        draw_parts(factors[start : start + _BLOCK], size)
        for start in range(0, n, _BLOCK)
    ]
    black, regions = (np.concatenate(part) for part in zip(*blocks, strict=True))
    choices = np.random.default_rng([seed, 1]).integers(0, len(COLORS), (n, 2))
    colors = COLORS[choices] + 1  # black is -1
    targets = black + np.einsum("nhwr,nrc->nhwc", regions, colors)
    targets = np.clip(targets, -1, 1).astype("float32")
    if source == "sketch":
        return Painted(outlines(factors, size), targets, regions, choices, factors)
    # From the parts and not from the target, whose last digit would tell the color.
    gray = black @ LUMA + regions.sum(axis=-1)
    gray = np.clip(gray, -1, 1).astype("float32")[..., None]
    return Painted(gray, targets, regions, choices, factors)


def drawn_avatars(n: int, seed: int, size: int = 16) -> Pairs:
    """Draws avatars as they are, and makes them gray.

    Arguments and errors as in `painted_avatars`.
    """
    targets = render(sample_factors(n, seed), size)
    return Pairs(to_gray(targets), targets)


def photograph_pairs(
    size: int, each: int, seed: int, photographs: tuple[str, ...]
) -> Pairs:
    """Cuts square pieces of photographs, and makes them gray.

    Arguments and errors as in `utils.data.patches.photograph_crops`.
    """
    targets = photograph_crops(size, each, seed, photographs, zooms=(2.0, 6.0))
    return Pairs(to_gray(targets), targets)


def own_pairs(sources: str | Path, targets: str | Path, size: int = 32) -> Pairs:
    """Reads pairs of your own pictures: two folders with files of the same names.

    `sketch/ann.png` belongs to `photo/ann.jpg`: the endings may differ.

    Args:
        sources, targets: the two folders.
        size: width and height in pixels, 8 to 2048; the middle square is taken.

    Raises:
        FileNotFoundError: if a folder is not there.
        ValueError: if they are one and the same, hold no pictures, or a picture has no
            partner or several; or a file is no picture.
    """
    folders = [Path(each).expanduser() for each in (sources, targets)]
    first, second = map(_by_name, folders)
    if folders[0].resolve() == folders[1].resolve():
        raise ValueError(
            f"{folders[0]} was given twice: name one folder of sources and one of "
            "targets."
        )
    for these, others, folder in (
        (first, second, folders[1]),
        (second, first, folders[0]),
    ):
        alone = sorted(these.keys() - others.keys())
        if alone:
            raise ValueError(
                f"{these[alone[0]]} has no partner of the same name in {folder}."
                f"{did_you_mean(alone[0], others)} So have {len(alone) - 1} more: "
                "rename them, or take them out."
            )
    made = (
        np.stack([open_picture(files[name], size) for name in sorted(files)])
        for files in (first, second)
    )
    return Pairs(*made)


def hair_answers(painted: Painted, shades: int = 33) -> tuple[np.ndarray, np.ndarray]:
    """Draws painted avatars with hair of every color: what a sketch leaves open.

    Args:
        painted: n of them.
        shades: colors along the palette of hair, 2 or more.

    Returns:
        The pictures, `(shades, n, size, size, 3)`, right where hair is; and where that
        is, `(n, size, size)`: 1 if a pixel shows hair and nothing else, or 0.

    Raises:
        ValueError: for fewer than two shades.
    """
    size = painted.targets.shape[1]
    colors = np.linspace(0, 1, integer(shades, "shades", least=2))

    def drawn(**values):
        return render(with_values(painted.factors, **values), size)

    answers = np.stack([drawn(hair_color=float(color)) for color in colors])
    one, other = (drawn(skin=x, background=x, hair_color=0.5) for x in (0.0, 0.6))
    unmixed = np.abs(one - other).max(axis=-1) < _SHADE
    hair = np.abs(answers[-1] - answers[0]).min(axis=-1) > _HAIR
    return answers, (unmixed & hair).astype("float32")


def to_gray(pictures) -> np.ndarray:
    """Returns the brightness of pictures, .299·R + .587·G + .114·B, one channel.

    Args:
        pictures: `(n, height, width, 3)` in [-1, 1].

    Raises:
        ValueError: for another shape, or pixels outside [-1, 1].
    """
    pictures = check_pictures(pictures, shape=(None, None, 3))
    return (np.asarray(pictures, "float32") @ LUMA)[..., None]


def outlines(factors: Factors, size: int = 32) -> np.ndarray:
    """Draws the outlines of avatars, dark on white.

    A line stands where the color changes, in a larger picture of the same avatar in
    other colors: no line tells the color of hair, skin, wall or shirt.

    Args:
        factors: of n avatars.
        size: width and height in pixels, 16 to 64.

    Returns:
        `(n, size, size, 1)`, float32 in [-1, 1].

    Raises:
        ValueError: if the size is out of range.
    """
    size = integer(size, "size", 16, 128 // _FINE)
    flat = with_values(factors, background=QUIET["background"], **_OUTLINED)
    steps = range(0, len(flat), _BLOCK)
    large = (render(flat[s : s + _BLOCK], _FINE * size) for s in steps)
    return np.concatenate([_lines(pictures, size) for pictures in large])


def _lines(pictures: np.ndarray, size: int) -> np.ndarray:
    """How much color changes to the right and down, as ink, in blocks of pixels."""
    ink = np.zeros(pictures.shape[:3], "float32")
    for axis in (1, 2):
        change = np.abs(np.diff(pictures, axis=axis)).max(axis=-1)
        part = tuple(slice(0, length) for length in change.shape)
        ink[part] = np.maximum(ink[part], change)
    ink = np.clip((ink - _SHADE) / _EDGE, 0, 1)
    blocks = ink.reshape(-1, size, _FINE, size, _FINE).mean(axis=(2, 4))
    return 1 - 2 * np.clip(blocks * _FINE / _PEN, 0, 1)[..., None]


def _by_name(folder: Path) -> dict[str, Path]:
    """Returns the files in a folder by their names without endings."""
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or not file.is_file():
            continue
        if file.stem in found:
            raise ValueError(
                f"{found[file.stem]} and {file} have the same name: keep one of them."
            )
        found[file.stem] = file
    if not found:
        raise ValueError(f"{folder} holds no files: put the pictures there.")
    return found

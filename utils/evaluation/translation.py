"""How good is an answer, where a source has several right ones?

One number cannot say it. PSNR and SSIM compare with the one target that was drawn; the
others ask what a single target cannot tell: is the color one of those that are valid,
is a region of one color, do two answers differ? Pixels are in [-1, 1] throughout.
"""

from typing import NamedTuple

import numpy as np
from skimage.metrics import structural_similarity

from utils.core.arrays import to_numpy
from utils.core.validation import finite, number
from utils.core.validation import pictures as check_pictures

#: A pixel counts to a region if the region has at least so much of it.
WHOLE = 0.99


def psnr(targets, made, peak: float = 2.0) -> float:
    """Returns the peak signal-to-noise ratio, 10·log₁₀(peak² / MSE), in decibels.

    Of the mean squared error over all pictures, pixels and channels, and not a mean of
    decibels; infinite where both are equal.

    Args:
        targets, made: arrays of one shape, in the same order.
        peak: the range of a pixel: 2 in [-1, 1], 1 in [0, 1], 255 in bytes.

    Raises:
        ValueError: if the shapes differ, or the peak is not above 0.
    """
    targets, made = _alike(targets, made)
    peak = number(peak, "peak", above=0)
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(peak**2 / np.mean(np.square(targets - made))))


def ssim(targets, made) -> float:
    """Returns the mean structural similarity, at most 1, of pictures in [-1, 1].

    In windows of 7×7 pixels, by scikit-image.

    Args:
        targets, made: `(n, height, width, channels)`, both sides 7 or more.

    Raises:
        ValueError: if the shapes differ, or the pictures are smaller.

    Source: Wang, Bovik, Sheikh and Simoncelli (2004), "Image quality assessment: from
        error visibility to structural similarity".
    """
    targets, made = _alike(*map(check_pictures, (targets, made)))
    if min(targets.shape[1:3]) < 7:
        raise ValueError(
            f"The pictures have {targets.shape[1:3]} pixels, but SSIM compares windows "
            "of 7×7: take larger ones."
        )
    pairs = zip(targets, made, strict=True)
    each = [
        structural_similarity(x, y, channel_axis=-1, data_range=2) for x, y in pairs
    ]
    return float(np.mean(each))


def colorfulness(pictures) -> float:
    """Returns the mean standard deviation of a pixel over its channels; 0 for gray.

    Args:
        pictures: `(..., 3)`.
    """
    return float(_colors(pictures).std(axis=-1).mean())


def from_valid(pixels, palette) -> tuple[np.ndarray, np.ndarray]:
    """Returns how far each pixel is from the nearest valid color, and which that is.

    Args:
        pixels: `(..., 3)`.
        palette: the valid colors, `(k, 3)`; or each pixel's own, `(k, ..., 3)`.

    Returns:
        Euclidean distances and indices into the palette, both `(...)`.

    Raises:
        ValueError: if the palette is of neither shape.
    """
    pixels = _colors(pixels)
    palette = _valid_colors(palette, pixels.shape)
    away = np.stack([np.linalg.norm(pixels - color, axis=-1) for color in palette])
    return away.min(axis=0), away.argmin(axis=0)


def valid_share(made, regions, palette, within: float = 0.3) -> float:
    """Returns the share of a region's pixels that are near a valid color.

    Pixel by pixel: the *mean* of a mosaic of two colors may be a third, valid one.

    Args:
        made: `(n, height, width, 3)`.
        regions: `(n, height, width)` in [0, 1]: which share of a pixel the region has;
            pixels that it has whole are counted.
        palette: the valid colors, `(k, 3)`; or each pixel's own, `(k, n, height, width,
            3)`, as `data.translations.hair_answers` draws them.
        within: largest distance that counts as near, above 0.

    Raises:
        ValueError: if the shapes do not fit, or no pixel belongs to the region.
    """
    within = number(within, "within", above=0)
    away, _ = from_valid(_in_region(made, regions), _valid_in_region(palette, regions))
    return float(np.mean(away <= within))


def one_color_share(made, regions, palette) -> float:
    """Returns the share of pixels whose color is that of most of their region.

    Each pixel counts as the valid color that is nearest to it. 1 if every region is of
    one color; a quarter and a little more if each pixel draws its own from four.

    Arguments and errors as in `valid_share`.
    """
    _in_region(made, regions)
    _, nearest = from_valid(made, palette)
    agree = []
    for colors, region in zip(nearest, np.asarray(regions) >= WHOLE, strict=True):
        if region.any():
            agree.append(np.bincount(colors[region]).max() / region.sum())
    return float(np.mean(agree))


def shade_spread(made, regions, palette) -> float:
    """Returns how much the color varies within a region, along a palette of shades.

    Each pixel counts as the valid color that is nearest to it. Root mean square of its
    place in the palette around its region's mean: 0 if each region is of one shade, 1
    if every pixel draws its own from all.

    Args:
        made, regions: as in `valid_share`.
        palette: as there, in the order of the shades.

    Raises:
        ValueError: as there.
    """
    _in_region(made, regions)
    _, places = from_valid(made, _several(palette))
    inside = np.asarray(regions) >= WHOLE
    off = [
        np.square(place[region] - place[region].mean())
        for place, region in zip(places, inside, strict=True)
        if region.any()
    ]
    all_shades = np.arange(len(palette)).var()
    return float(np.sqrt(np.mean(np.concatenate(off)) / all_shades))


def diversity(first, second, regions, palette) -> float:
    """Returns how much two answers to the same sources differ in a region.

    Root mean square, in units of what two colors drawn from the palette differ by: 1
    for a sampler of the truth, 0 for one that ignores its noise.

    Args:
        first, second: two answers, `(n, height, width, 3)` each.
        regions, palette: as in `valid_share`.

    Raises:
        ValueError: as there.
    """
    first, second = (_in_region(each, regions) for each in _alike(first, second))
    apart = 2 * _valid_in_region(_several(palette), regions).var(axis=0).mean()
    return float(np.sqrt(np.mean(np.square(first - second)) / apart))


class Scores(NamedTuple):
    """What `scores` finds, all of pixels that belong to one region wholly.

    Attributes:
        psnr: in decibels.
        colorfulness: over that of the targets.
        valid: share of pixels near a valid color.
        one_color: share of pixels that have the color of most of their wall.
    """

    psnr: float
    colorfulness: float
    valid: float
    one_color: float


def scores(painted, made, palette) -> Scores:
    """Scores answers where the wall and the shirt have one of the palette's colors.

    Args:
        painted: with `targets` `(n, height, width, 3)` and `regions` `(n, height,
            width, 2)`, as `data.translations.painted_avatars` makes them.
        made: one answer to each, like the targets; pixels beyond [-1, 1] are clipped.
        palette: the valid colors, `(k, 3)`.

    Raises:
        ValueError: if the shapes do not fit.
    """
    made, whole = np.clip(_colors(made), -1, 1), painted.regions.max(axis=-1)
    true, found = (_in_region(each, whole) for each in (painted.targets, made))
    return Scores(
        psnr(true, found),
        colorfulness(found) / colorfulness(true),
        valid_share(made, whole, palette),
        one_color_share(made, painted.regions[..., 0], palette),
    )


def _in_region(made, regions) -> np.ndarray:
    """The pixels of a region, `(pixels, 3)`."""
    made, regions = _colors(made), np.asarray(regions)
    if made.shape[:-1] != regions.shape:
        raise ValueError(
            f"The pictures have shape {made.shape} and the regions {regions.shape}: "
            "give one share per pixel, as painted.regions[..., 0]."
        )
    if not (regions >= WHOLE).any():
        raise ValueError("The region has no pixel whole: take larger pictures.")
    return made[regions >= WHOLE]


def _valid_in_region(palette, regions) -> np.ndarray:
    """The colors that are valid in a region: `(k, 3)`, or `(k, pixels, 3)`."""
    palette = _valid_colors(palette, (*np.shape(regions), 3))
    if palette.ndim == 2:
        return palette
    return np.stack([_in_region(each, regions) for each in palette])


def _several(palette):
    """The palette, if it has two colors or more."""
    if len(palette) < 2:
        raise ValueError(
            f"The palette has {len(palette)} color(s), but answers differ only where "
            "two or more are valid."
        )
    return palette


def _valid_colors(palette, shape) -> np.ndarray:
    """The palette: `(k, 3)`, or `(k, *shape)` for pixels of a shape."""
    palette = finite(to_numpy(palette, "The palette"), "The palette")
    if (palette.ndim == 2 and palette.shape[1] == 3) or palette.shape[1:] == shape:
        return palette
    raise ValueError(
        f"The palette has shape {palette.shape}, but must be (k, 3), or for each pixel "
        f"its own, {('k', *shape)}."
    )


def _colors(values) -> np.ndarray:
    values = finite(to_numpy(values, "The pictures"), "The pictures")
    if values.shape[-1:] != (3,):
        raise ValueError(
            f"The pictures have shape {values.shape}, but must have colors: (..., 3)."
        )
    return values


def _alike(first, second) -> tuple[np.ndarray, np.ndarray]:
    first, second = (
        finite(to_numpy(each, "The pictures"), "The pictures")
        for each in (first, second)
    )
    if first.shape != second.shape:
        raise ValueError(
            f"Shapes {first.shape} and {second.shape} were given: both must hold the "
            "same pictures."
        )
    return first, second

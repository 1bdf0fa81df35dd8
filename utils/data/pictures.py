"""Pictures to look at closely: real photographs, and the learner's own files."""

import functools
import re
import warnings
from pathlib import Path

import numpy as np
from matplotlib import cbook
from PIL import Image, ImageOps
from skimage import data
from sklearn.datasets import load_sample_image

from utils.core.validation import did_you_mean, integer, one_of

#: Photographs in the wheels of scikit-image, scikit-learn and Matplotlib: no download.
PHOTOGRAPHS = (
    "astronaut",
    "brick",
    "camera",
    "chelsea",
    "china",
    "coffee",
    "coins",
    "flower",
    "grass",
    "gravel",
    "hopper",
    "hubble_deep_field",
    "moon",
    "motorcycle",
    "retina",
    "rocket",
    "tissue",
)
#: How to read those that `skimage.data` does not have under the same name.
_READ = {
    "china": lambda: load_sample_image("china.jpg"),
    "flower": lambda: load_sample_image("flower.jpg"),
    "hopper": lambda: _in_matplotlib("grace_hopper.jpg"),
    "motorcycle": lambda: data.stereo_motorcycle()[0],
    "tissue": data.immunohistochemistry,
}

_ADDRESS = re.compile(r"\w+://")
#: Sides of the square pictures that can be asked for, in pixels.
SMALLEST, LARGEST = 8, 2048
#: Pixels of a file that may be decoded; it takes three to four bytes each.
MOST_PIXELS = 100_000_000


def photograph(name: str, size: int) -> np.ndarray:
    """Gives the middle of a real photograph, as a square.

    Args:
        name: one of `PHOTOGRAPHS`: a cat is called "chelsea", a man with a camera
            "camera"; "brick", "camera", "coins", "grass", "gravel" and "moon" are gray.
        size: width and height in pixels, 8 to 2048. The originals are 300 to 1411
            pixels high.

    Returns:
        (size, size, 3), float32 in [-1, 1]; a gray one has three equal channels.

    Raises:
        ValueError: if there is no such photograph, or the size is out of range.

    Source: van der Walt et al. (2014), scikit-image; Pedregosa et al. (2011),
        scikit-learn: "china" by D. Büchele and "flower" by vultilion, CC BY 2.0.
    """
    size = integer(size, "size", SMALLEST, LARGEST)
    return _square(Image.fromarray(read_photograph(name)), size)


def read_photograph(name: str) -> np.ndarray:
    """Reads a photograph as it is.

    Args:
        name: one of `PHOTOGRAPHS`.

    Returns:
        (height, width, 3), or (height, width) if it is gray; uint8, at least 300 pixels
        high and wide.

    Raises:
        ValueError: if there is no such photograph.
    """
    one_of(name, PHOTOGRAPHS, "photograph")
    return _READ.get(name, getattr(data, name, None))()


@functools.cache
def whole_photographs(side: int = 320) -> dict[str, np.ndarray]:
    """Reads all photographs, uncut, each with its shorter side at one length.

    Args:
        side: the length in pixels, 8 to 2048.

    Returns:
        `{name: float32 (height, width, 3)}` in [-1, 1], read-only, in the order of
        `PHOTOGRAPHS`. A gray photograph has three equal channels.

    Raises:
        ValueError: for a side out of range.
    """
    side = integer(side, "side", SMALLEST, LARGEST)
    return {name: _whole(read_photograph(name), side) for name in PHOTOGRAPHS}


def open_picture(path: str | Path, size: int) -> np.ndarray:
    """Opens a picture of your own, and gives its middle as a square.

    A picture that a camera noted to be turned is turned. What is transparent becomes
    white; gray, 16 bits and other ways to store colors become RGB; of an animation the
    first picture is taken.

    Args:
        path: of a file that Pillow can read: PNG, JPEG, WebP, TIFF, GIF, BMP …
        size: width and height in pixels, 8 to 2048.

    Returns:
        (size, size, 3), float32 in [-1, 1].

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no picture, a damaged one, or one too large to open, or the
            size is out of range.
    """
    size = integer(size, "size", SMALLEST, LARGEST)
    if not isinstance(path, str | Path) or not str(path) or _ADDRESS.match(str(path)):
        raise ValueError(
            f"The path was {path!r}, but must be that of a file on this machine, such "
            'as "me.jpg": save the picture there first.'
        )
    path = Path(path).expanduser()
    if not path.exists():
        raise FileNotFoundError(_not_there(path))
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a picture in it")
    with warnings.catch_warnings():
        # Pillow warns of large pictures; here they are opened, or refused in words.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as picture:
                picture.draft(None, (2 * size, 2 * size))  # a JPEG decodes to less
                _check_pixels(picture.size)
                return _square(_as_rgb(ImageOps.exif_transpose(picture)), size)
        except Image.DecompressionBombError as error:
            raise ValueError(
                f"{path} is too large to open, make it smaller first: {error}"
            ) from None
        except Image.UnidentifiedImageError:
            raise ValueError(
                f"{path} is not a picture that Pillow can read: "
                "give a PNG, JPEG, WebP, TIFF, GIF or BMP file"
            ) from None
        except (OSError, SyntaxError, EOFError, ValueError) as error:
            raise ValueError(
                f"{path} cannot be read, it may be damaged or cut short: {error}"
            ) from None


def _in_matplotlib(name: str) -> np.ndarray:
    with cbook.get_sample_data(name) as file:
        return np.asarray(Image.open(file).convert("RGB"))


def _check_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise Image.DecompressionBombError(
            f"it has {size[0]:,} × {size[1]:,} pixels, more than {MOST_PIXELS:,}"
        )


def _not_there(path: Path) -> str:
    beside = [other.name for other in path.parent.glob("*")]
    return f"There is no file {path}.{did_you_mean(path.name, beside)}"


def _as_rgb(picture: Image.Image) -> Image.Image:
    """Converts any mode of Pillow to 8 bits of red, green and blue, on white."""
    if picture.mode.startswith(("I", "F")):
        return Image.fromarray(_to_bytes(np.asarray(picture))).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _to_bytes(levels: np.ndarray) -> np.ndarray:
    """Scales levels of 16 bits, or reals in [0, 1], to 0…255."""
    low, high = float(np.min(levels)), float(np.max(levels))
    if low < 0 or high > 65535:
        raise OSError(f"its levels run from {low:g} to {high:g}, not from 0 to 65535")
    real = np.issubdtype(levels.dtype, np.floating) and high <= 1
    return np.round(levels * (255 if real else 1 / 257)).astype("uint8")


def _square(picture: Image.Image, size: int) -> np.ndarray:
    """Cuts the middle square out and scales it, as float32 in [-1, 1]."""
    square = ImageOps.fit(
        picture.convert("RGB"), (size, size), Image.Resampling.LANCZOS
    )
    return _as_floats(square)


def _whole(pixels: np.ndarray, side: int) -> np.ndarray:
    picture = Image.fromarray(pixels).convert("RGB")
    larger = side / min(picture.size)
    size = round(picture.width * larger), round(picture.height * larger)
    array = _as_floats(picture.resize(size, Image.Resampling.LANCZOS))
    array.setflags(write=False)
    return array


def _as_floats(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, "float32") / np.float32(127.5) - np.float32(1)

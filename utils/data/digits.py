"""Handwritten digits: UCI's offline, MNIST and Fashion-MNIST from the cache."""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from utils.core.validation import one_of
from utils.course import downloads

SOURCES = ("auto", "uci", "mnist", "fashion_mnist")


class Dataset(NamedTuple):
    """Pictures `(n, height, width, 1)`, float32 in [-1, 1]; labels `(n,)`, int32."""

    train_pictures: np.ndarray
    train_labels: np.ndarray
    test_pictures: np.ndarray
    test_labels: np.ndarray
    name: str


def load(source: str = "auto") -> Dataset:
    """Load handwritten digits, or the ten kinds of clothes of Fashion-MNIST.

    Args:
        source: `"uci"` (8×8 pixels, 1,437 + 360 pictures, comes with scikit-learn),
            `"mnist"` or `"fashion_mnist"` (28×28, 60,000 + 10,000, downloaded where
            they are not in the cache), or `"auto"`: MNIST if the cache holds it, else
            UCI; it prints one line that says which.

    Returns:
        The pictures and labels; `name` is the source that was taken.

    Raises:
        ValueError: If the source is unknown.
        DataUnavailable: If a download was needed and failed.

    Source: Alpaydin and Kaynak (1998), UCI; LeCun, Cortes and Burges (1998), MNIST;
        Xiao, Rasul and Vollgraf (2017), Fashion-MNIST.
    """
    if one_of(source, SOURCES, "set of digits") == "auto":
        source = _choose()
    return _load_uci() if source == "uci" else _load_idx(source)


def _choose() -> str:
    """Take MNIST where the cache holds all of it, and say what was taken."""
    cached = all(map(downloads.is_cached, downloads.files_of("mnist")))
    if cached:
        taken = "mnist"
        line = 'MNIST, 28×28, from the cache; source="uci" gives the 8×8 ones.'
    else:
        taken = "uci"
        more = "run `course prefetch` once to get MNIST, 28×28."
        line = f"UCI, 8×8, offline; {downloads.misnamed_folder() or more}"
    print(f"Digits: {line}")  # noqa: T201 - a learner should see what was taken
    return taken


def _load_uci() -> Dataset:
    """Split UCI's 1,797 digits, the same way each time, every digit in proportion."""
    digits = load_digits()
    images = (digits.images[..., np.newaxis] / 8.0 - 1.0).astype("float32")
    train_pictures, test_pictures, train_labels, test_labels = train_test_split(
        images,
        digits.target.astype("int32"),
        test_size=360,
        stratify=digits.target,
        random_state=0,
    )
    return Dataset(train_pictures, train_labels, test_pictures, test_labels, "uci")


def _load_idx(name: str) -> Dataset:
    """Read the four files of `downloads.IDX_FILES`."""
    paths = [downloads.fetch(file) for file in downloads.files_of(name)]
    images = [read_idx(path, axes=3) for path in paths[0::2]]
    labels = [read_idx(path, axes=1).astype("int32") for path in paths[1::2]]
    for path, pictures, names in zip(paths[0::2], images, labels, strict=True):
        if len(pictures) != len(names):
            raise ValueError(f"{path}: {len(pictures)} pictures, {len(names)} labels")
    train, test = (image[..., np.newaxis] / np.float32(127.5) - 1 for image in images)
    return Dataset(train, labels[0], test, labels[1], name)


def read_idx(path: Path, axes: int) -> np.ndarray:
    """Read a gzipped IDX file of unsigned bytes, the format of MNIST.

    Args:
        path: The file.
        axes: How many axes the array must have: 3 for pictures, 1 for labels.

    Returns:
        The array, uint8.

    Raises:
        ValueError: If the file is not gzip, not IDX, or not of the announced size.

    Source: LeCun, Cortes and Burges (1998), "the IDX file format".
    """
    try:
        content = gzip.decompress(Path(path).read_bytes())
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} is not a whole gzip file: {error}") from None
    expected = bytes([0, 0, 8, axes])
    header = 4 + 4 * axes
    if content[:4] != expected or len(content) < header:
        raise ValueError(
            f"{path} is not an IDX file of unsigned bytes with {axes} axes: it begins "
            f"with {content[:4].hex(' ')}, not {expected.hex(' ')}"
        )
    shape = tuple(np.frombuffer(content[4:header], dtype=">u4").tolist())
    values = np.frombuffer(content[header:], dtype=np.uint8)
    if values.size != np.prod(shape, dtype=np.int64):
        raise ValueError(
            f"{path} announces the shape {shape} but holds {values.size} values"
        )
    return values.reshape(shape)

"""Fetch data by hash into a cache: several mirrors, tried again, never half a file.

A file of the user's is never removed: one with another sha256 stays until the right one
is there, and is then kept beside it.
"""

import contextlib
import gzip
import hashlib
import os
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pooch

from utils.core.validation import one_of
from utils.course.transfer import LARGEST, remove_abandoned, transfer


class DataUnavailable(RuntimeError):
    """A file could not be had; the message gives the way to get it by hand."""


@dataclass(frozen=True)
class Download:
    """Where a file is to be had, and by which sha256 it is known.

    Attributes:
        addresses: of the mirrors.
        sha256: the original's first; the others are accepted in the cache as well.
        unpacked: sha256 of what a gzip file holds. Whoever packs it again changes the
            file's hash, not the data.
    """

    addresses: tuple[str, ...]
    sha256: tuple[str, ...]
    unpacked: str = ""


IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _idx(
    dataset: str,
    mirrors: tuple[str, ...],
    hashes: tuple[str, ...],
    unpacked: tuple[str, ...] = ("",) * 4,
) -> dict[str, Download]:
    """Register the four files of a data set in the format of MNIST."""
    return {
        f"{dataset}/{file}": Download(tuple(m + file for m in mirrors), (packed,), bare)
        for file, packed, bare in zip(IDX_FILES, hashes, unpacked, strict=True)
    }


REGISTRY: dict[str, Download] = {
    **_idx(
        "mnist",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        (
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    **_idx(
        "fashion_mnist",
        (
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    "olivetti/olivettifaces.mat": Download(
        ("https://ndownloader.figshare.com/files/5976027",),
        (
            "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
            # The same faces, saved again: known from copies that go from hand to hand.
            "b1988d02c72fe5b8ee82b5ef3bb7982eafc74f1e1ff0ae0ade35061ad0af534d",
        ),
    ),
    "text/tinyshakespeare.txt": Download(
        tuple(
            f"https://{place}/data/tinyshakespeare/input.txt"
            for place in (
                "raw.githubusercontent.com/karpathy/char-rnn/master",
                "github.com/karpathy/char-rnn/raw/master",
            )
        ),
        ("86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",),
    ),
}

DATASETS = ("mnist", "fashion_mnist", "olivetti", "text")


def files_of(dataset: str) -> list[str]:
    """List the registered names of a data set: `"mnist"` has four files."""
    return [name for name in REGISTRY if name.startswith(f"{dataset}/")]


def cache_directory() -> Path:
    """Give the folder of the data: `COURSE_DATA`, else the user's cache folder."""
    chosen = os.environ.get("COURSE_DATA") or pooch.os_cache("measure-then-minimize")
    return Path(chosen).expanduser().absolute()


def misnamed_folder() -> str:
    """Say in a sentence what is wrong with `COURSE_DATA`; nothing if nothing is."""
    chosen, folder = os.environ.get("COURSE_DATA"), cache_directory()
    if not chosen or folder.is_dir():
        return ""
    if folder.exists():
        return f"COURSE_DATA names {folder}, which is a file: name the folder."
    whole = Path(chosen).expanduser().is_absolute()
    fix = "" if whole else f" {chosen!r} counts from the working folder: name it whole."
    return (
        f"COURSE_DATA names {folder}, which does not exist: is it misspelled?{fix} "
        "`course prefetch` makes and fills a new one."
    )


def is_cached(name: str) -> bool:
    """Whether the cache holds the file, whole, by one of its known sha256.

    Raises:
        ValueError: If `name` is not registered.
    """
    return _state(cache_directory() / name, _registered(name)) == "known"


def unreadable(name: str) -> bool:
    """Whether the file is in the cache, but not for this user to read."""
    return _state(cache_directory() / name, _registered(name)) == "unreadable"


def fetch(
    name: str, *, pauses: Sequence[float] = (1.0, 3.0), timeout: float = 20.0
) -> Path:
    """Give the path of a file in the cache, after downloading it where it is missing.

    Every mirror is tried in turn, and all of them again after each pause. A file
    appears in the cache only once it is whole and its sha256 is right. What lay there
    with another sha256 is then kept under another name, and a line says so.

    Args:
        name: A key of `REGISTRY`, such as `"mnist/train-images-idx3-ubyte.gz"`.
        pauses: Seconds to wait before each new round over the mirrors.
        timeout: Seconds without a byte after which a mirror is given up.

    Raises:
        ValueError: If `name` is not registered.
        DataUnavailable: If no mirror gave the right file, or it cannot be written, or
            is there and cannot be read.
    """
    path, download = cache_directory() / name, _registered(name)
    state = _state(path, download)
    if state == "known":
        return path
    if state == "unreadable":
        raise DataUnavailable(
            f"{path} is there, but not for you to read: ask its owner to run "
            "`chmod -R a+rX` on the folder, or let COURSE_DATA name another one."
        )
    reasons: dict[str, str] = {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(path)
    except OSError as error:
        reasons[str(path.parent)] = f"cannot be written, {error.strerror or error}"
        raise DataUnavailable(_by_hand(name, path, state, reasons)) from None
    for pause in (0.0, *pauses):
        time.sleep(pause)
        for address in download.addresses:
            reasons[address] = transfer(address, path, download.sha256[0], timeout)
            if not reasons[address]:
                return path
    with contextlib.suppress(OSError):
        path.parent.rmdir()  # only if it is empty: leave no trace
    raise DataUnavailable(_by_hand(name, path, state, reasons))


def _registered(name: str) -> Download:
    return REGISTRY[one_of(name, REGISTRY, "download")]


def _state(path: Path, file: Download) -> str:
    """Tell whether a file is "known", "unknown", "unreadable" or "missing"."""
    if not os.path.lexists(path):
        return "missing"
    try:
        if not path.is_file():  # a folder, a pipe, a link that leads nowhere
            return "unknown"
        with path.open("rb") as content:
            known = hashlib.file_digest(content, "sha256").hexdigest() in file.sha256
            same = known or (file.unpacked and _unpacked(content) == file.unpacked)
            return "known" if same else "unknown"
    except OSError:
        return "unreadable"


def _unpacked(content) -> str:
    """Give the sha256 of what a gzip file holds; nothing if it holds none."""
    content.seek(0)
    digest, held = hashlib.sha256(), 0
    try:
        with gzip.open(content) as bare:
            while block := bare.read(1 << 20):
                digest.update(block)
                if (held := held + len(block)) > LARGEST:
                    return ""
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return ""
    return digest.hexdigest()


def _by_hand(name: str, path: Path, state: str, reasons: dict[str, str]) -> str:
    told = "; ".join(
        f"{urlsplit(place).hostname or place}: {reason}"
        for place, reason in reasons.items()
    )
    download = REGISTRY[name]
    found = (
        f"{path} is there, but with a sha256 that is not known, and stays as it is; "
        f"the right file could not be downloaded ({told})."
        if state == "unknown"
        else f"{name} is not in the cache and could not be downloaded ({told})."
    )
    return (
        f"{found} By hand: get {download.addresses[0]}, put it into {path.parent} "
        f"under the name {path.name}; its sha256 is {download.sha256[0]}. "
        f"{misnamed_folder() or 'COURSE_DATA can name another folder.'}"
    )

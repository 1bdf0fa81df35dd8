"""Fetch data by hash into a cache: several mirrors, tried again, never half a file."""

import contextlib
import difflib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests
from tqdm.auto import tqdm


class DataUnavailable(RuntimeError):
    """A file could not be had; the message gives the way to get it by hand."""


@dataclass(frozen=True)
class Download:
    """Where a file is to be had, and by which sha256 it is known.

    The first hash is the original's; the others are accepted in the cache as well.
    """

    addresses: tuple[str, ...]
    sha256: tuple[str, ...]


IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _idx(
    dataset: str, mirrors: tuple[str, ...], hashes: tuple[str, ...]
) -> dict[str, Download]:
    """Register the four files of a data set in the format of MNIST."""
    return {
        f"{dataset}/{file}": Download(tuple(m + file for m in mirrors), (sha256,))
        for file, sha256 in zip(IDX_FILES, hashes, strict=True)
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
}

DATASETS = ("mnist", "fashion_mnist", "olivetti")


def files_of(dataset: str) -> list[str]:
    """List the registered names of a data set: `"mnist"` has four files."""
    return [name for name in REGISTRY if name.startswith(f"{dataset}/")]


def cache_directory() -> Path:
    """Give the folder of the data: `COURSE_DATA`, else the user's cache folder."""
    chosen = os.environ.get("COURSE_DATA") or pooch.os_cache("measure-then-minimize")
    return Path(chosen).expanduser().absolute()


def is_cached(name: str) -> bool:
    """Whether the cache holds the file, whole: its sha256 is one of those known.

    Raises:
        ValueError: If `name` is not registered.
    """
    path = cache_directory() / name
    known = _registered(name).sha256
    try:
        return path.is_file() and pooch.file_hash(str(path)) in known
    except OSError:  # there, but not for this user to read
        return False


def fetch(
    name: str, *, pauses: Sequence[float] = (1.0, 3.0), timeout: float = 20.0
) -> Path:
    """Give the path of a file in the cache, after downloading it where it is missing.

    Every mirror is tried in turn, and all of them again after each pause. A file
    appears in the cache only once it is whole and its sha256 is right.

    Args:
        name: A key of `REGISTRY`, such as `"mnist/train-images-idx3-ubyte.gz"`.
        pauses: Seconds to wait before each new round over the mirrors.
        timeout: Seconds without a byte after which a mirror is given up.

    Raises:
        ValueError: If `name` is not registered.
        DataUnavailable: If no mirror gave the right file, or it cannot be written.
    """
    path = cache_directory() / name
    if is_cached(name):
        return path
    download = _registered(name)
    reasons: dict[str, str] = {}
    try:
        path.unlink(missing_ok=True)  # what is there has the wrong hash
        for pause in (0.0, *pauses):
            time.sleep(pause)
            for address in download.addresses:
                reasons[address] = _try_download(address, path, download, timeout)
                if not reasons[address]:
                    return path
    except OSError as error:
        reasons = {str(path.parent): f"cannot be written, {error.strerror or error}"}
    with contextlib.suppress(OSError):
        path.parent.rmdir()  # only if it is empty: leave no trace
    raise DataUnavailable(_by_hand(name, path, reasons))


def _registered(name: str) -> Download:
    if name not in REGISTRY:
        near = difflib.get_close_matches(name, REGISTRY, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"no download is called {name!r}; {guess}There are {', '.join(REGISTRY)}."
        )
    return REGISTRY[name]


def _try_download(address: str, path: Path, file: Download, timeout: float) -> str:
    """Download once; give the reason it failed, or an empty string."""
    pooch.get_logger().setLevel("WARNING")
    # A total of one, until the length is known: pooch asks a bar for its truth.
    bar = tqdm(desc=path.name, total=1, unit="B", unit_scale=True, delay=0.2)
    downloader = pooch.HTTPDownloader(
        progressbar=bar, chunk_size=1 << 16, timeout=timeout
    )
    try:
        pooch.retrieve(
            address,
            known_hash=f"sha256:{file.sha256[0]}",
            fname=path.name,
            path=path.parent,
            downloader=downloader,
        )
    except requests.HTTPError as error:
        return f"answered {error.response.status_code}"
    except requests.Timeout:
        return f"no answer for {timeout:g} s"
    except requests.exceptions.ChunkedEncodingError:
        return "the download was cut short"
    except requests.RequestException:
        return "no connection"
    except ValueError:  # how pooch reports a hash that does not match
        return "the file has the wrong sha256"
    finally:
        bar.close()
    return ""


def _by_hand(name: str, path: Path, reasons: dict[str, str]) -> str:
    told = "; ".join(
        f"{urlsplit(place).hostname or place}: {reason}"
        for place, reason in reasons.items()
    )
    download = REGISTRY[name]
    return (
        f"{name} is not in the cache and could not be downloaded ({told}). By hand: "
        f"get {download.addresses[0]}, put it into {path.parent} under the name "
        f"{path.name}; its sha256 is {download.sha256[0]}. COURSE_DATA can name "
        "another folder."
    )

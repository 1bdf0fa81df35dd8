"""A gallery on disk: an .npz file without pickle, written whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from utils.core.files import written_aside

_FORMAT = 1


class GalleryArrays:
    """What a gallery file holds; blocks are read one by one, to keep memory low.

    Attributes:
        threshold: largest squared distance of one person.
        names: the people, in their order.
    """

    def __init__(self, file):
        numbers = [file[key] for key in ("format", "threshold")]
        if any(each.shape or each.dtype.kind not in "iuf" for each in numbers):
            raise ValueError("format and threshold must be one number each")
        if numbers[0] != _FORMAT:
            raise ValueError(f"format {numbers[0]}, but the course reads {_FORMAT}")
        self._file = file
        self.threshold = float(numbers[1])
        self.names = file["names"].tolist()

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields embeddings `(n, d)` and the places of their owners in `names`.

        Raises:
            ValueError: if the two do not fit each other or the names.
        """
        for k in range(sum(key.startswith("embeddings_") for key in self._file)):
            rows, owners = self._file[f"embeddings_{k}"], self._file[f"owners_{k}"]
            if owners.shape != rows.shape[:1] or owners.dtype.kind != "i":
                raise ValueError("embeddings and owners do not fit")
            if owners.min() < 0 or owners.max() >= len(self.names):
                raise ValueError("an embedding belongs to nobody")
            yield rows, owners


def write_gallery(
    path: Path,
    threshold: float,
    names: list[str],
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
) -> None:
    """Writes beside the file and moves over it: nobody ever sees half of one.

    Args:
        path: the .npz file; an older one stays as it was if anything fails.
        threshold: largest squared distance of one person.
        names: the people.
        blocks: embeddings `(n, d)` and the places of their owners in `names`.
    """
    arrays = {"format": _FORMAT, "threshold": threshold, "names": np.array(names)}
    for k, (embeddings, owners) in enumerate(blocks):
        arrays |= {f"embeddings_{k}": embeddings, f"owners_{k}": owners}
    with written_aside(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_gallery(path: Path, build: Callable):
    """Reads a gallery file, without unpickling anything.

    Args:
        path: the .npz file.
        build: function `(GalleryArrays) -> gallery`; what it finds wrong, it raises as
            a ValueError.

    Raises:
        ValueError: if the file is damaged or no gallery; it is left as it is.
        FileNotFoundError: if there is none.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no gallery {path}: save one first.")
    try:
        # Given the file and not its path, NumPy leaves nothing open when it fails.
        with path.open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            if not isinstance(arrays, np.lib.npyio.NpzFile):
                raise ValueError("one array, and no .npz file")
            return build(GalleryArrays(arrays))
    except Exception as error:  # a flipped byte can make NumPy and zipfile raise any
        raise ValueError(
            f"{path} is damaged or no gallery ({error}); it was left as it is. Take a "
            "copy, or enrol the people again."
        ) from error

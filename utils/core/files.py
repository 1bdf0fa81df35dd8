"""Files that are whole or not there: written aside, then moved into place."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """Opens a file beside `path` for writing, and moves it there once it is whole.

    Nobody ever reads half of it, and several may write at a time: the last one stays.
    Whatever fails, an older file is left as it was. The new one may be read by whomever
    the reader's own files may be read by.

    Args:
        path: where the file shall be; its folder must be there.

    Yields:
        A binary file.
    """
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, 0o666 & ~_umask())  # mkstemp gives it to its owner alone
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _umask() -> int:
    # It can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

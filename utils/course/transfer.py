"""One download from one address: whole and of the right hash, or a reason why not."""

import contextlib
import hashlib
import itertools
import os
import secrets
import time
from pathlib import Path

import requests
from tqdm.auto import tqdm

#: Bytes at which a download is given up: more than any file of the course has.
LARGEST = 1 << 26
#: Seconds after which a download that nobody writes to is one that was killed.
ABANDONED = 60.0
#: What a mirror did wrong, by what it raised; an exception before its parents.
_REASONS = {
    requests.exceptions.ChunkedEncodingError: "the download was cut short",
    requests.exceptions.ContentDecodingError: "what it sends cannot be unpacked",
    requests.exceptions.TooManyRedirects: "redirects in a circle",
    requests.exceptions.SSLError: "no secure connection",
    requests.exceptions.Timeout: "no answer for {timeout:g} s",
    ValueError: "redirects to what is no web address",
    requests.exceptions.RequestException: "no connection",
}


def transfer(address: str, path: Path, sha256: str, timeout: float) -> str:
    """Download once, and keep beside the file, with a word, what lay in its place.

    Args:
        address: of the file.
        path: where it goes, in a folder that exists.
        sha256: what it must have.
        timeout: seconds without a byte after which it is given up.

    Returns:
        The reason why it failed; an empty string where it did not.
    """
    part = path.with_name(f"{path.name}.part-{secrets.token_hex(4)}")
    try:
        digest = _write(address, part, timeout)
        if digest != sha256:
            endless = part.stat().st_size > LARGEST
            return (
                f"sends more than {LARGEST >> 20} MiB"
                if endless
                else "the file has the wrong sha256"
            )
        if os.path.lexists(path):
            _set_aside(path)
        part.replace(path)
    except requests.HTTPError as error:
        return f"answered {error.response.status_code}"
    except (requests.RequestException, ValueError) as error:
        return _reason(error, timeout)
    except OSError as error:  # after those of requests, which are OSErrors too
        return f"cannot be written, {error.strerror or error}"
    finally:
        part.unlink(missing_ok=True)
    return ""


def remove_abandoned(path: Path) -> None:
    """Remove what downloads to this path left that were killed."""
    for part in path.parent.glob(f"{path.name}.part-*"):
        with contextlib.suppress(FileNotFoundError):  # another one was faster
            if time.time() - part.stat().st_mtime > ABANDONED:
                part.unlink()


def _write(address: str, part: Path, timeout: float) -> str:
    """Write what an address gives, until it ends or is too large; give its sha256."""
    digest = hashlib.sha256()
    with (
        requests.get(address, stream=True, timeout=timeout) as response,
        part.open("xb") as file,  # with the rights that the user's umask leaves
        tqdm(desc=part.stem, unit="B", unit_scale=True, delay=0.2) as bar,
    ):
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        bar.total = int(length) if length.isdecimal() else None
        for block in response.iter_content(1 << 16):
            digest.update(block)
            bar.update(file.write(block))
            if file.tell() > LARGEST:
                break
    return digest.hexdigest()


def _reason(error: Exception, timeout: float) -> str:
    # requests calls two more faults a lost connection; only their words tell them.
    if "timed out" in str(error):
        error = requests.exceptions.Timeout()
    elif "Connection aborted" in str(error):
        return "ended without an answer"
    reason = next(text for kind, text in _REASONS.items() if isinstance(error, kind))
    return reason.format(timeout=timeout)


def _set_aside(path: Path) -> None:
    """Keep the user's file under a free name, and say so."""
    names = (
        path.with_name(f"{path.name}.yours{number}")
        for number in itertools.chain([""], itertools.count(2))
    )
    kept = next(name for name in names if not os.path.lexists(name))
    path.rename(kept)
    print(f"{path} had an unknown sha256: your file is kept beside it as {kept.name}.")

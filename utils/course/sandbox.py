"""A place where somebody else's program can do no harm, as far as the system allows.

On Linux with namespaces: no network, processes that all end with the first one, and
every folder but one read-only. Elsewhere `prefix` is empty, and nothing of this holds.
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
from functools import cache

_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child")
_WAYS = ((*_UNSHARE, "--user", "--map-root-user"), _UNSHARE)
_HERE, _RECURSIVE, _READ_ONLY, _BIND = -100, 0x8000, 1, 4096
_MOUNT_SETATTR = 442  # the same number on every architecture; Linux 5.12, 2021
_UP, _SET_FLAGS = 1, 0x8914


@cache
def prefix() -> tuple[str, ...]:
    """Give what stands before a command that is to be sealed off; nothing if none can.

    The command itself calls `seal` before it runs what it does not trust.
    """
    for way in _WAYS if sys.platform == "linux" else ():
        command = [*way, sys.executable, "-P", __file__, os.getcwd()]
        try:
            if not subprocess.run(command, capture_output=True, timeout=60).returncode:
                return way
        except (OSError, subprocess.TimeoutExpired):
            continue
    return ()


def seal(folder: str) -> None:
    """Make all but one folder read-only for this process and its children.

    To be called in a process that `prefix` has started.

    Args:
        folder: that stays writable.

    Raises:
        OSError: If the system refuses.
    """
    place = os.fsencode(folder)
    _call("mount", place, place, None, _BIND, None)
    _set_read_only(b"/", _RECURSIVE, on=True)
    _set_read_only(place, 0, on=False)
    _call("mount", b"tmpfs", b"/dev/shm", b"tmpfs", 0, None)
    _call("mount", b"proc", b"/proc", b"proc", 0, None)
    # A new network has nothing but a loopback that is down; Jupyter needs it.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        import fcntl  # Linux and macOS alone have it

        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))


def _set_read_only(place: bytes, flags: int, on: bool) -> None:
    change = (ctypes.c_uint64 * 4)(*((_READ_ONLY, 0) if on else (0, _READ_ONLY)), 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(change))
    _call("syscall", _MOUNT_SETATTR, _HERE, place, flags, change, size)


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":  # `prefix` tries whether it can be done
    seal(sys.argv[1])

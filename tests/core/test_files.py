"""Files written aside: whole, readable by others, and never at an older one's cost."""

import contextlib
import os
import stat

import pytest

from utils.core.files import written_aside


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "table.json"
    with written_aside(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and whole")
    assert path.read_bytes() == b"half and whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_fails_leaves_the_older_file(tmp_path, error):
    path = tmp_path / "table.json"
    path.write_bytes(b"older")
    with contextlib.suppress(error), written_aside(path) as file:
        file.write(b"newer")
        raise error
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_others_may_read_it_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        with written_aside(tmp_path / "shared.npz") as file:
            file.write(b"shared")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "shared.npz").stat().st_mode) == 0o640

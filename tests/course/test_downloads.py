import gzip
import hashlib
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from utils.course import downloads, transfer
from utils.course.downloads import DataUnavailable, Download, fetch, is_cached

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "numbers/all.bin"
CLOSED = "http://127.0.0.1:9/all.bin"  # nothing listens on the discard port


def _whole(request):
    request.answer(200, len(CONTENT), CONTENT)


def _slow(request):
    request.answer(200, len(CONTENT), b"")
    for start in range(0, len(CONTENT), 20_000):
        time.sleep(0.05)
        request.wfile.write(CONTENT[start : start + 20_000])


def _stalled(request):
    request.answer(200, len(CONTENT), CONTENT[:1000])
    request.server.closing.wait(10)


def _cut(request):
    request.answer(200, len(CONTENT), CONTENT[:1000])


def _wrong(request):
    request.answer(200, 5, b"wrong")


def _endless(request):
    request.answer(200, "abc", b"")
    while not request.server.closing.is_set():
        request.wfile.write(CONTENT)


def _absent(request):
    request.answer(404, 0, b"")


def _circle(request):
    request.answer(302, 0, b"", Location=request.path)


def _astray(request):
    request.answer(302, 0, b"", Location="http://[::1")


def _to_a_file(request):
    request.answer(302, 0, b"", Location="file:///etc/hosts")


def _no_gzip(request):
    request.answer(200, 4, b"junk", **{"Content-Encoding": "gzip"})


def _silent(request):
    request.wfile.write(b"")


def _lengthless(request):
    request.answer(200, "abc", CONTENT)


class _Server(ThreadingHTTPServer):
    """Answers request after request as `plan` says; the last answer repeats."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Request)
        self.plan, self.requests, self.closing = [_whole], 0, threading.Event()
        self.address = f"http://127.0.0.1:{self.server_address[1]}/all.bin"


class _Request(BaseHTTPRequestHandler):
    def do_GET(self):
        plan = self.server.plan
        self.server.requests += 1
        plan[min(self.server.requests, len(plan)) - 1](self)

    def answer(self, status, length, body, **headers):
        self.send_response(status)
        for header, value in {"Content-Length": length, **headers}.items():
            self.send_header(header, str(value))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def register(server, cache, monkeypatch):
    """Register NAME at some addresses; without any, at the loopback server."""

    def register(*addresses, sha256=(SHA256,)):
        entry = Download(addresses or (server.address,), sha256)
        monkeypatch.setitem(downloads.REGISTRY, NAME, entry)

    register()
    return register


def _fetch(**options):
    return fetch(NAME, **({"pauses": (0.0, 0.0), "timeout": 2.0} | options))


def _left_in(cache):
    return list(cache.rglob("*"))


def test_a_file_is_fetched_once_and_then_comes_from_the_cache(server, register, cache):
    assert not is_cached(NAME)
    for _ in range(2):
        assert _fetch() == cache / NAME
    assert (cache / NAME).read_bytes() == CONTENT
    assert is_cached(NAME)
    assert server.requests == 1


@pytest.mark.parametrize("manner", [_slow, _lengthless])
def test_a_server_that_is_slow_or_gives_no_length_is_waited_for(
    server, register, manner
):
    server.plan = [manner]
    assert _fetch(timeout=1.0).read_bytes() == CONTENT
    assert server.requests == 1


def test_a_server_that_stalls_is_given_up(server, register, cache):
    server.plan = [_stalled]
    with pytest.raises(DataUnavailable, match=r"no answer for 0\.2 s"):
        _fetch(pauses=(), timeout=0.2)
    assert _left_in(cache) == []


@pytest.mark.parametrize("fault", [_cut, _wrong, _absent])
def test_after_a_fault_the_download_is_tried_again(server, register, fault):
    server.plan = [fault, fault, _whole]
    assert _fetch().read_bytes() == CONTENT
    assert server.requests == 3


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (_cut, "the download was cut short"),
        (_wrong, "the file has the wrong sha256"),
        (_absent, "answered 404"),
        (_endless, "sends more than 0 MiB"),
        (_circle, "redirects in a circle"),
        (_astray, "redirects to what is no web address"),
        (_to_a_file, "redirects to what is no web address"),
        (_no_gzip, "what it sends cannot be unpacked"),
        (_silent, "ended without an answer"),
    ],
)
def test_a_lasting_fault_is_told_and_leaves_nothing(
    server, register, cache, fault, reason, monkeypatch
):
    monkeypatch.setattr(transfer, "LARGEST", 10 * len(CONTENT))
    server.plan = [fault]
    with pytest.raises(DataUnavailable, match=reason) as error:
        _fetch()
    assert server.requests == 3 or fault is _circle
    assert _left_in(cache) == []
    for part in (server.address, str(cache / "numbers"), "all.bin", SHA256):
        assert part in str(error.value)


@pytest.mark.parametrize("fault", [_absent, _cut, _wrong, _endless, _astray])
def test_the_second_mirror_serves_where_the_first_fails(
    server, register, cache, fault, monkeypatch
):
    monkeypatch.setattr(transfer, "LARGEST", 10 * len(CONTENT))
    server.plan = [fault, _whole]
    register(server.address, server.address + "?mirror")
    assert _fetch(pauses=()).read_bytes() == CONTENT
    assert [path.name for path in (cache / "numbers").iterdir()] == ["all.bin"]


def test_the_second_mirror_serves_where_the_first_is_down(server, register):
    register(CLOSED, server.address)
    assert _fetch(pauses=()).read_bytes() == CONTENT


def test_with_no_network_at_all_the_message_is_one_about_the_data(
    register, cache, monkeypatch
):
    def unreachable(*_, **__):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    register("http://mirror-one.invalid/a", "https://mirror-two.invalid/a")
    with pytest.raises(DataUnavailable) as error:
        _fetch()
    assert "mirror-one.invalid: no connection; mirror-two" in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
    assert _left_in(cache) == []


def test_all_mirrors_are_tried_again_after_each_pause(register, monkeypatch):
    waited = []
    monkeypatch.setattr(downloads.time, "sleep", waited.append)
    register(CLOSED)
    with pytest.raises(DataUnavailable):
        _fetch(pauses=(1.0, 3.0))
    assert waited == [0.0, 1.0, 3.0]


def test_where_the_disk_fills_up_the_second_mirror_is_tried(
    server, register, cache, monkeypatch
):
    full = OSError(28, "No space left on device")
    write, told = transfer._write, iter([full])

    def once_full(*arguments):
        if error := next(told, None):
            raise error
        return write(*arguments)

    monkeypatch.setattr(transfer, "_write", once_full)
    register(server.address, server.address + "?mirror")
    assert _fetch(pauses=()).read_bytes() == CONTENT


def _put(cache, content):
    (cache / "numbers").mkdir(parents=True)
    (cache / NAME).write_bytes(content)


def test_a_file_with_another_hash_is_kept_beside_the_right_one(register, cache, capsys):
    _put(cache, b"mine")
    (cache / f"{NAME}.yours").write_bytes(b"mine of last year")
    assert not is_cached(NAME)
    assert _fetch().read_bytes() == CONTENT
    assert (cache / f"{NAME}.yours").read_bytes() == b"mine of last year"
    assert (cache / f"{NAME}.yours2").read_bytes() == b"mine"
    assert "your file is kept beside it as all.bin.yours2." in capsys.readouterr().out


def test_offline_a_file_with_another_hash_stays_and_the_message_says_so(
    register, cache
):
    _put(cache, b"mine")
    register(CLOSED)
    with pytest.raises(DataUnavailable, match="is there, but with a sha256") as error:
        _fetch(pauses=())
    assert "stays as it is" in str(error.value)
    assert "not in the cache" not in str(error.value)
    assert (cache / NAME).read_bytes() == b"mine"


@pytest.mark.parametrize("leads", ["somewhere", "nowhere"])
def test_a_link_is_moved_aside_and_what_it_leads_to_stays(
    register, cache, tmp_path, leads
):
    if leads == "somewhere":
        (tmp_path / leads).write_bytes(b"elsewhere")
    (cache / "numbers").mkdir(parents=True)
    (cache / NAME).symlink_to(tmp_path / leads)
    assert _fetch().read_bytes() == CONTENT
    assert not (cache / NAME).is_symlink()
    assert (cache / f"{NAME}.yours").readlink() == tmp_path / leads
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_in_the_files_place_is_kept_too(register, cache):
    (cache / NAME).mkdir(parents=True)
    (cache / NAME / "note").write_text("mine")
    assert _fetch().read_bytes() == CONTENT
    assert (cache / f"{NAME}.yours" / "note").read_text() == "mine"


@pytest.mark.parametrize("level", [1, 9])
def test_the_same_content_packed_in_another_way_is_the_same_file(
    server, cache, monkeypatch, level
):
    unpacked = Download((server.address,), ("0" * 64,), SHA256)
    monkeypatch.setitem(downloads.REGISTRY, NAME, unpacked)
    packed = gzip.compress(CONTENT, level)
    _put(cache, packed)
    assert is_cached(NAME)
    for spoiled in (packed[:-9], CONTENT, gzip.compress(CONTENT[1:])):
        (cache / NAME).write_bytes(spoiled)
        assert not is_cached(NAME)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660)])
def test_a_fetched_file_is_for_whom_the_umask_lets_read_it(register, umask, mode):
    before = os.umask(umask)
    try:
        assert _fetch().stat().st_mode & 0o777 == mode
    finally:
        os.umask(before)


def test_a_file_that_may_not_be_read_is_told_and_stays(
    server, register, cache, monkeypatch
):
    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    _put(cache, CONTENT)
    monkeypatch.setattr(downloads.hashlib, "file_digest", forbidden)
    assert not is_cached(NAME)
    assert downloads.unreadable(NAME)
    with pytest.raises(DataUnavailable, match="there, but not for you to read"):
        _fetch()
    assert server.requests == 0


def test_what_a_killed_download_left_is_removed_and_a_running_one_is_not(
    register, cache
):
    (cache / "numbers").mkdir(parents=True)
    for name in ("all.bin.part-dead", "all.bin.part-live", "tmp_of_the_user"):
        (cache / "numbers" / name).touch()
    os.utime(cache / "numbers" / "all.bin.part-dead", (0, 0))
    os.utime(cache / "numbers" / "tmp_of_the_user", (0, 0))
    _fetch()
    left = sorted(path.name for path in (cache / "numbers").iterdir())
    assert left == ["all.bin", "all.bin.part-live", "tmp_of_the_user"]


def test_interrupting_a_download_leaves_nothing(server, register, cache, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer.tqdm, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _fetch()
    assert [path for path in _left_in(cache) if path.is_file()] == []


def test_a_folder_that_cannot_be_written_is_told(register, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "file"))
    with pytest.raises(DataUnavailable, match="cannot be written"):
        _fetch()


def test_a_known_other_version_in_the_cache_is_taken(server, register, cache):
    register(server.address, sha256=("0" * 64, SHA256))
    (cache / "numbers").mkdir(parents=True)
    (cache / NAME).write_bytes(CONTENT)
    _fetch()
    assert server.requests == 0


@pytest.mark.parametrize("call", [fetch, is_cached])
def test_an_unknown_name_is_an_error_with_the_near_match(call):
    with pytest.raises(ValueError, match=r"Did you mean 'olivetti/olivettifaces\.mat'"):
        call("olivetti/olivetti.mat")


def test_the_cache_is_course_data_or_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert downloads.cache_directory() == tmp_path
    monkeypatch.delenv("COURSE_DATA")
    assert downloads.cache_directory().name == "measure-then-minimize"
    assert downloads.misnamed_folder() == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("{folder}/there", ""),
        ("there", ""),
        ("{folder}/teher", "does not exist: is it misspelled? `course prefetch`"),
        ("teher", "does not exist: is it misspelled? 'teher' counts from the working"),
        ("file", "is a file: name the folder."),
    ],
)
def test_a_misspelled_folder_is_told(monkeypatch, tmp_path, name, told):
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", name.format(folder=tmp_path))
    said = downloads.misnamed_folder()
    assert told in said
    assert said.startswith(f"COURSE_DATA names {tmp_path}" if told else "")
    assert bool(said) == bool(told)


def test_every_registered_file_has_a_sha256_and_an_address():
    for name, download in downloads.REGISTRY.items():
        assert all(len(bytes.fromhex(one)) == 32 for one in download.sha256), name
        assert all(one.startswith("http") for one in download.addresses), name
    listed = [name for data in downloads.DATASETS for name in downloads.files_of(data)]
    assert listed == list(downloads.REGISTRY)


@pytest.mark.skipif(
    not Path(os.environ.get("COURSE_DATA", "missing"), "mnist").is_dir(),
    reason="COURSE_DATA names no folder with mnist/",
)
def test_the_genuine_mnist_files_are_cached_as_they_are():
    assert all(map(is_cached, downloads.files_of("mnist")))

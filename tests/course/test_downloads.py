import hashlib
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from utils.course import downloads
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


def _absent(request):
    request.answer(404, 0, b"")


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

    def answer(self, status, length, body):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
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


def test_a_slow_server_is_waited_for(server, register):
    server.plan = [_slow]
    assert _fetch(timeout=1.0).read_bytes() == CONTENT
    assert server.requests == 1


def test_a_server_that_stalls_is_given_up(server, register, cache):
    server.plan = [_stalled]
    with pytest.raises(DataUnavailable, match=r"no answer for 0\.2 s|no connection"):
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
    ],
)
def test_a_lasting_fault_is_told_and_leaves_nothing(
    server, register, cache, fault, reason
):
    server.plan = [fault]
    with pytest.raises(DataUnavailable, match=reason) as error:
        _fetch()
    assert server.requests == 3
    assert _left_in(cache) == []
    for part in (server.address, str(cache / "numbers"), "all.bin", SHA256):
        assert part in str(error.value)


@pytest.mark.parametrize("fault", [_absent, _cut, _wrong])
def test_the_second_mirror_serves_where_the_first_fails(server, register, cache, fault):
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


def test_a_spoiled_file_in_the_cache_is_replaced(register, cache):
    (cache / "numbers").mkdir(parents=True)
    (cache / NAME).write_bytes(CONTENT[:100])
    assert not is_cached(NAME)
    assert _fetch().read_bytes() == CONTENT


def test_a_spoiled_file_is_removed_even_where_nothing_replaces_it(register, cache):
    (cache / "numbers").mkdir(parents=True)
    (cache / NAME).write_bytes(b"half a fi")
    register(CLOSED)
    with pytest.raises(DataUnavailable):
        _fetch(pauses=())
    assert _left_in(cache) == []


def test_interrupting_a_download_leaves_nothing(server, register, cache, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(downloads.tqdm, "update", interrupt)
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
    with pytest.raises(ValueError, match=r"did you mean 'olivetti/olivettifaces\.mat'"):
        call("olivetti/olivetti.mat")


def test_the_cache_is_course_data_or_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert downloads.cache_directory() == tmp_path
    monkeypatch.delenv("COURSE_DATA")
    assert downloads.cache_directory().name == "measure-then-minimize"


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

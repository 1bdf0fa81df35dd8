import pytest

from utils.course import doctor


@pytest.fixture
def findings(monkeypatch, tmp_path):
    """Examine with a given probe of the backend; a real one takes seconds."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.delenv("COURSE_SCALE", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def examine(backend="jax", devices=("cpu:0",), probe=None):
        said = f'{{"backend": "{backend}", "devices": {list(devices)}}}'
        said = said.replace("'", '"')
        monkeypatch.setattr(doctor, "_PROBE", probe or f"print({said!r})")
        return {found.subject: found for found in doctor.examine()}

    return examine


def test_a_sound_machine_needs_no_mending(findings):
    found = findings()
    assert {"Python", "Keras", "Backend", "Devices", "Threads"} < found.keys()
    assert {"Scale", "Data folder", "mnist", "Memory"} < found.keys()
    assert "mend" not in {finding.level for finding in found.values()}
    assert found["Backend"].text == "jax"
    assert "no GPU needed" in found["Devices"].text


def test_a_broken_backend_is_one_line_with_the_way_to_mend_it(findings):
    found = findings(probe="import no_such_backend")
    assert found["Backend"].level == "mend"
    assert "No module named 'no_such_backend'" in found["Backend"].text
    assert "KERAS_BACKEND" in found["Backend"].text
    assert "Traceback" not in found["Backend"].text
    assert "Devices" not in found
    assert "Memory" in found


def test_a_backend_that_ends_without_a_word_is_told_too(findings):
    assert "without a word" in findings(probe="raise SystemExit(3)")["Backend"].text


def test_chatter_before_the_probes_answer_is_skipped(findings):
    probe = 'print("hello")\nprint(\'{"backend": "torch", "devices": ["cuda:0"]}\')'
    found = findings(probe=probe)
    assert found["Devices"].text == "cuda:0"


def test_missing_data_is_a_warning_that_names_the_command(findings):
    found = findings()
    assert found["mnist"].level == "warning"
    assert "course prefetch gets" in found["mnist"].text
    assert "course prefetch --all" in found["olivetti"].text


def test_more_threads_than_cores_and_pytorch_without_a_limit_are_warned_of(
    findings, monkeypatch
):
    assert findings(backend="torch")["Threads"].level == "warning"
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert findings(backend="torch")["Threads"].level == "ok"
    monkeypatch.setenv("OMP_NUM_THREADS", "100000")
    assert findings()["Threads"].level == "warning"


def test_an_unknown_scale_is_to_mend(findings, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    assert findings()["Scale"].level == "mend"


def test_little_memory_is_a_warning(findings, monkeypatch):
    class Little:
        available, total = 2**30, 2**33

    monkeypatch.setattr(doctor.psutil, "virtual_memory", Little)
    assert findings()["Memory"].text.startswith("1.0 of 8.0 GiB free: close")


def test_an_old_or_absent_keras_is_to_mend(findings, monkeypatch):
    monkeypatch.setattr(doctor.metadata, "version", lambda _: "3.9.2")
    assert "too old" in findings()["Keras"].text

    def absent(_):
        raise doctor.metadata.PackageNotFoundError

    monkeypatch.setattr(doctor.metadata, "version", absent)
    assert "not installed" in findings()["Keras"].text

import json

import pytest

from utils.course import doctor


@pytest.fixture
def findings(monkeypatch, tmp_path):
    """Examine with a given probe of the backend; a real one takes seconds."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.delenv("COURSE_SCALE", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def examine(backend="jax", devices=("cpu:0",), probe=None, **settings):
        fine = {"image_data_format": "channels_last"}
        fine |= {"floatx": "float32", "dtype policy": "float32"}
        told = {"backend": backend, "devices": devices, "settings": fine | settings}
        monkeypatch.setattr(doctor, "_PROBE", probe or f"print({json.dumps(told)!r})")
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
    settings = (
        "'settings': {'image_data_format': 'channels_last', 'floatx': 'float32', "
    )
    settings += "'dtype policy': 'float32'}"
    told = "{'backend': 'torch', 'devices': ['cuda:0'], " + settings + "}"
    probe = f"import json\nprint('hello')\nprint(json.dumps({told}))"
    assert findings(probe=probe)["Devices"].text == "cuda:0"


def test_the_real_probe_finds_the_backend_and_its_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    settings = {"image_data_format": "channels_first", "floatx": "float32"}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    found = [finding for finding in doctor.examine() if finding.level == "mend"]
    assert [finding.subject for finding in found] == ["Keras settings"]
    assert "image_data_format is channels_first, but" in found[0].text
    assert f"change it in {tmp_path / 'keras.json'}" in found[0].text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image_data_format", "channels_first"),
        ("floatx", "float16"),
        ("dtype policy", "mixed_float16"),
    ],
)
def test_settings_of_keras_that_break_lessons_are_to_mend(findings, name, value):
    found = findings(**{name: value})["Keras settings"]
    assert found.level == "mend"
    assert f"{name} is {value}, but lessons need" in found.text


def test_a_misspelled_backend_is_told_without_starting_it(findings, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflo")
    found = findings(probe="raise SystemExit(3)")["Backend"]
    assert found.level == "mend"
    assert "Did you mean 'tensorflow'?" in found.text


def test_a_misspelled_data_folder_is_to_mend(findings, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "typo"))
    found = findings()["Data folder"]
    assert found.level == "mend"
    assert "does not exist" in found.text


def test_data_that_may_not_be_read_is_told_apart(findings, monkeypatch):
    monkeypatch.setattr(doctor.downloads, "unreadable", lambda name: "mnist" in name)
    found = findings()
    assert "not for you to read" in found["mnist"].text
    assert "course prefetch --all" in found["olivetti"].text


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

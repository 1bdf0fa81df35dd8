import json
import os
import subprocess
import sys

import pytest

import utils
from utils.course import cli, doctor, downloads, report
from utils.course.backend import backend
from utils.course.machine import machine
from utils.course.scale import SCALES


def test_the_command_line_starts_without_keras_or_jupyter():
    code = (
        "import sys, utils.course.cli\n"
        "print({'keras', 'tensorflow', 'nbclient', 'jupytext'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "set()\n", said.stderr


@pytest.mark.parametrize("what", ["cli, utils.course.build", "one_hand_in"])
def test_what_starts_often_builds_no_grammar_of_addresses(what):
    code = f"import sys, utils.course.{what}; print('lark' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "False\n", said.stderr


def test_the_version_is_that_of_the_package(command):
    told = command("--version")
    assert (told.exit_code, told.output) == (0, f"{utils.__version__}\n")


def test_build_then_build_check_agree(command):
    assert command("build").exit_code == 0
    assert command("build", "--check").exit_code == 0


def test_build_check_exits_1_names_what_is_late_and_writes_nothing(command, course):
    result = command("build", "--check")
    assert result.exit_code == 1
    assert "notebooks/03_sums.ipynb: missing" in result.output
    assert not course.notebooks.exists()
    command("build")
    built = (course.notebooks / "03_sums.ipynb").read_bytes()
    (course.notebooks / "01_gone.ipynb").write_bytes(built)
    result = command("build", "--check")
    assert result.exit_code == 1
    assert "notebooks/01_gone.ipynb: no source" in result.output
    assert (course.notebooks / "01_gone.ipynb").exists()


def test_build_tells_a_malformed_source_with_file_and_line(command, course, front):
    (course.lessons / "04_bad.py").write_text(front + "# %%\nx = (\n", encoding="utf-8")
    result = command("build")
    assert result.exit_code == 1
    assert "lessons/04_bad.py:10: not valid Python" in result.output
    assert "Traceback" not in result.output


def test_run_shows_each_cell_and_the_table_and_writes_notebook_and_timings(
    command, tmp_path
):
    result = command(
        *("run", "03", "--scale", "quick"),
        *("--executed", tmp_path / "ran", "--timings", tmp_path / "out" / "seconds"),
    )
    assert result.exit_code == 0, result.output
    assert "1/6" in result.output
    assert "lesson" in result.output
    assert "slowest cell" in result.output
    ran = (tmp_path / "ran" / "03_sums.ipynb").read_text(encoding="utf-8")
    assert '"the end\\n"' in ran
    assert "secret_answer" in ran
    path = tmp_path / "out" / "seconds" / "03_sums.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["key"] == ["03_sums"]
    assert record["machine"] == machine()
    assert record["value"]["scale"] == "quick"
    seconds, texts = zip(*record["value"]["cells"], strict=True)
    assert texts[0] == "A = 2"
    assert len(texts) == 6
    assert 0 < sum(seconds) <= record["value"]["seconds"] + 0.1


def test_the_kernel_says_on_which_machine_it_computed(command, course):
    """This process has no accelerator, and says so; the kernel's backend has one."""
    source = course.lessons / "03_sums.py"
    backend = 'sys.modules["utils.autodiff"] = SimpleNamespace(accelerator=lambda: "A")'
    cell = f"\n# %%\nimport sys\nfrom types import SimpleNamespace\n{backend}\n"
    source.write_text(source.read_text(encoding="utf-8") + cell, encoding="utf-8")
    result = command("run", "--timings", course.root / "seconds")
    assert result.exit_code == 0, result.output
    text = (course.root / "seconds" / "03_sums.json").read_text(encoding="utf-8")
    assert json.loads(text)["machine"].startswith("A, ")


def test_minutes_are_counted_with_the_seconds_that_were_measured(command, course):
    assert "not measured" in command("minutes", "3").output
    command("run", "--timings", course.root / "results" / "lesson_seconds")
    told = command("minutes").output
    assert "03_sums" in told
    assert "not measured" not in told
    assert "words" in told


def test_run_takes_the_source_not_a_stale_notebook(command, course):
    command("build")
    stale = course.solutions / "03_sums.ipynb"
    text = stale.read_text(encoding="utf-8")
    stale.write_text(text.replace("the end", "stale"), encoding="utf-8")
    result = command("run")
    assert 'print("the end")' in result.output


def test_run_stops_at_the_first_error_with_the_cells_number_and_text(
    command, course, front
):
    source = course.lessons / "03_sums.py"
    text = source.read_text(encoding="utf-8").replace(
        "a + b\n    return", "1\n    return"
    )
    source.write_text(text, encoding="utf-8")
    next_one = course.lessons / "04_next.py"
    next_one.write_text(front + "# %%\nx = 1\n", encoding="utf-8")
    result = command("run", "--timings", course.root / "seconds")
    assert result.exit_code == 1
    assert not (course.root / "seconds").exists()
    assert "03_sums: cell 5 failed" in result.output
    assert "assert total(A, B) == 5" in result.output
    assert "AssertionError" in result.output
    assert "03_sums FAILED" in result.output
    assert "04_next" not in result.output


@pytest.fixture
def environments(monkeypatch):
    """What kernels would be started with, without starting any."""
    seen = []

    def execute(notebook, folder, environment, keep=None, **_):
        seen.append({**os.environ, **environment, "keep": keep})
        return iter(())

    monkeypatch.setattr(report, "execute", execute)
    return seen


@pytest.mark.parametrize(
    ("environment", "options", "expected"),
    [
        (None, [], "1"),
        (None, ["--no-strict"], "0"),
        ("0", [], "0"),
        ("1", [], "1"),
        ("1", ["--edition", "learner"], "0"),
    ],
)
def test_run_is_strict_on_solutions_unless_told_otherwise(
    command, environments, monkeypatch, environment, options, expected
):
    if environment:
        monkeypatch.setenv("COURSE_STRICT", environment)
    assert command("run", *options).exit_code == 0
    assert environments[0]["COURSE_STRICT"] == expected


def test_check_is_never_strict(command, environments, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    command("build")
    command("check")
    assert environments[0]["COURSE_STRICT"] == "0"


@pytest.mark.parametrize("name", SCALES)
def test_the_scale_comes_from_the_option_or_the_environment(
    command, environments, monkeypatch, name
):
    assert command("run", "--scale", name).exit_code == 0
    monkeypatch.setenv("COURSE_SCALE", name)
    assert command("run").exit_code == 0
    assert [seen["COURSE_SCALE"] for seen in environments] == [name, name]


def test_trainings_are_kept_at_full_or_where_a_folder_is_named(
    command, environments, course, tmp_path
):
    for options in ([], ["--scale", "full"], ["--keep", tmp_path, "--seed", 1]):
        assert command("run", *options).exit_code == 0
    assert [seen["keep"] for seen in environments] == [
        None,
        course.root / ".trainings" / "03_sums" / f"full-{backend()}-0",
        tmp_path / "03_sums" / f"laptop-{backend()}-1",
    ]


def test_the_seed_of_a_run_comes_from_the_option_or_the_environment(
    command, environments, monkeypatch
):
    assert command("run").exit_code == 0
    assert command("run", "--seed", "2").exit_code == 0
    monkeypatch.setenv("COURSE_SEED", "1")
    assert command("run").exit_code == 0
    assert [seen["COURSE_SEED"] for seen in environments] == ["0", "2", "1"]
    monkeypatch.setenv("COURSE_SEED", "one")
    result = command("run")
    assert result.exit_code != 0
    assert "COURSE_SEED" in result.output


def test_an_unknown_lesson_names_those_that_exist(command):
    for name in ("run", "check"):
        result = command(name, "99")
        assert result.exit_code == 1
        assert "no lesson 99; there are: 03_sums" in result.output


def test_an_unknown_scale_lists_the_three(command, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "huge")
    result = command("run")
    assert result.exit_code != 0
    for name in ("huge", "quick", "laptop", "full"):
        assert name in result.output


def test_check_tells_an_untouched_a_wrong_and_a_right_answer_apart(command, course):
    assert "run `course build`" in command("check").output
    command("build")
    path = course.notebooks / "03_sums.ipynb"
    untouched = path.read_text(encoding="utf-8")
    stub = json.dumps('    raise NotImplementedError("Exercise 3.1')[1:-1]
    line = next(one for one in untouched.splitlines() if stub in one)
    told = {}
    for answer in ("a - b", "a + b"):
        mine = untouched.replace(line, json.dumps(f"    return {answer}"))
        path.write_text(mine, encoding="utf-8")
        told[answer] = command("check", "3")
    path.write_text(untouched, encoding="utf-8")
    told["none"] = command("check", "3")
    assert [told[key].exit_code for key in ("a - b", "a + b", "none")] == [1, 0, 0]
    assert "so: wrong" in told["a - b"].output
    assert "last time" in told["none"].output
    assert told["none"].output.count("passed") == 1
    assert "so: passed" in told["a + b"].output
    assert "so: not attempted" in told["none"].output


def test_a_bonus_is_built_run_and_checked_by_its_own_number(command, course):
    text = (course.lessons / "03_sums.py").read_text(encoding="utf-8")
    bonus = text.replace("3.1", "3.2").replace("the end", "the bonus")
    bonus = bonus.replace("bonus: false", "bonus: true")
    (course.lessons / "03b_more_sums.py").write_text(bonus, encoding="utf-8")
    assert "wrote: notebooks/solutions/03b_more_sums.ipynb" in command("build").output
    told = command("run", "03b").output
    assert "the bonus" in told
    assert "03_sums" not in told
    told = command("check", "3b").output
    assert "Exercise 3.2" in told
    assert "Exercise 3.1" not in told
    assert "the bonus" not in command("run", "3").output
    (course.lessons / "03b_more_sums.py").unlink()
    assert (
        "removed (no source): notebooks/03b_more_sums.ipynb" in command("build").output
    )


def _replace_answer(path, answer):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("tags") == ["exercise"]:
            cell["source"] = f"{cell['source'][0]}{answer}"
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("import os; os._exit(1)", "ended its kernel"),
        ("while True: pass", "took longer than 1 s"),
    ],
)
def test_check_tells_the_verdicts_of_the_other_lessons_where_one_breaks_off(
    command, course, answer, told
):
    source = course.lessons / "03_sums.py"
    text = source.read_text(encoding="utf-8")
    for number in ("2", "4"):
        other = text.replace("3.1", f"{number}.1").replace(
            "lesson03", f"lesson0{number}"
        )
        (course.lessons / f"0{number}_more.py").write_text(other, encoding="utf-8")
    command("build")
    _replace_answer(course.notebooks / "03_sums.ipynb", answer)
    result = command("check", "--limit", "1")
    assert result.exit_code == 1
    assert result.output.count("so: not attempted") == 2
    assert "missing" in result.output
    assert f"not reached: 03_sums: cell 3 {told}" in result.output


def test_check_without_its_check_cells_is_no_success(command, course):
    command("build")
    path = course.notebooks / "03_sums.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    tagged = [cell["metadata"].get("tags") == ["check"] for cell in notebook["cells"]]
    notebook["cells"].pop(tagged.index(True))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    result = command("check")
    assert result.exit_code == 1
    assert "no check cell found" in result.output


@pytest.mark.parametrize("name", ["run", "check", "lab"])
def test_a_misspelled_backend_or_data_folder_is_told_before_anything_runs(
    command, environments, monkeypatch, tmp_path, name
):
    command("build")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "typo"))
    monkeypatch.setattr(cli.subprocess, "Popen", lambda *_, **__: 1 / 0)
    assert "typo, which does not exist" in command(name).output
    monkeypatch.setenv("KERAS_BACKEND", "tensorflo")
    result = command(name)
    assert result.exit_code == 1
    assert "Did you mean 'tensorflow'?" in result.output


def test_lab_opens_the_notebooks_and_leaves_jupyters_safety_alone(
    command, course, monkeypatch
):
    started = []

    class Jupyter:
        returncode = 7

        def __init__(self, arguments, env):
            started.extend(arguments)
            assert "PYTHONOPTIMIZE" not in env

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(cli.subprocess, "Popen", Jupyter)
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    assert "run `course build`" in command("lab").output
    command("build")
    assert command("lab", "--no-browser", "--port=9999").exit_code == 7
    root = f"--ServerApp.root_dir={course.notebooks}"
    expected = ["-m", "jupyterlab", root, "--no-browser", "--port=9999"]
    assert started == [sys.executable, *expected]


def test_doctor_exits_1_only_where_something_needs_mending(command, monkeypatch):
    findings = [doctor.Finding("Memory", "warning", "1 of 8 GiB free: close programs")]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert command("doctor").exit_code == 0
    findings.append(doctor.Finding("Backend", "mend", "install [jax] or another"))
    result = command("doctor")
    assert result.exit_code == 1
    assert "install [jax] or another" in result.output
    assert "warning" in result.output


def test_prefetch_goes_on_after_a_failure_and_ends_with_what_is_there(
    command, monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    there = set()

    def fetch(name):
        if "labels" in name:
            raise downloads.DataUnavailable(f"{name} is not to be had")
        there.add(name)
        return tmp_path / name

    monkeypatch.setattr(downloads, "fetch", fetch)
    monkeypatch.setattr(downloads, "is_cached", there.__contains__)
    result = command("prefetch")
    assert result.exit_code == 1
    assert "mnist/t10k-labels-idx1-ubyte.gz is not to be had" in result.output
    assert there == {name for name in downloads.files_of("mnist") if "images" in name}
    monkeypatch.setattr(downloads, "fetch", lambda name: there.add(name) or name)
    assert command("prefetch").exit_code == 0
    assert there == set(downloads.files_of("mnist"))
    assert command("prefetch", "--all").exit_code == 0
    assert there == set(downloads.REGISTRY)


def test_a_relative_course_data_means_the_same_folder_in_every_kernel(
    command, course, environments, monkeypatch
):
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COURSE_DATA", "data")
    assert command("run").exit_code == 0
    assert environments[0]["COURSE_DATA"] == str(course.root.resolve() / "data")

import json
import os
import re

import pytest
from nbclient import NotebookClient
from nbformat import v4

from utils.course import report
from utils.course.build import learner_edition, solutions_edition
from utils.course.folder import find_course
from utils.course.greeting import without_greeting
from utils.course.run import CellFailed, execute
from utils.course.source import read_lesson


def _notebook(*sources):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


@pytest.mark.parametrize("edition", [learner_edition, solutions_edition])
def test_an_untouched_edition_runs_to_its_end(course, edition):
    notebook = edition(read_lesson(course.lessons / "03_sums.py"))
    cells = list(execute(notebook, course.lessons, {}))
    assert cells[-1].text == 'print("the end")'
    assert notebook.cells[-1].outputs[0].text == "the end\n"


def test_cells_are_timed_and_numbered_as_jupyter_numbers_them(tmp_path):
    notebook = _notebook("x = 1", "import time; time.sleep(0.3)", "", "\n# last\n1")
    notebook.cells.insert(0, v4.new_markdown_cell("# Title"))
    cells = list(execute(notebook, tmp_path, {}))
    assert [cell.number for cell in cells] == [1, 2, 3]
    assert [cell.text for cell in cells][::2] == ["x = 1", "# last"]
    assert 0.3 <= cells[1].seconds < 5
    counts = [cell.get("execution_count") for cell in notebook.cells]
    assert counts == [None, 1, 2, None, 3]


def test_the_kernel_works_in_the_folder_with_the_environment(tmp_path):
    notebook = _notebook("import os; print(os.getcwd(), os.environ['COURSE_STRICT'])")
    list(execute(notebook, tmp_path, {"COURSE_STRICT": "1"}))
    assert notebook.cells[0].outputs[0].text == f"{tmp_path.resolve()} 1\n"


def test_an_error_ends_the_run_and_tells_the_cells_number_and_text(tmp_path):
    notebook = _notebook("x = 1", "y = x / 0", "z = 3")
    run = execute(notebook, tmp_path, {})
    assert next(run).number == 1
    with pytest.raises(
        CellFailed, match=r"(?s)^cell 2 failed.*y = x / 0.*ZeroDivision"
    ):
        next(run)


def test_keep_going_goes_on_after_an_error(tmp_path):
    notebook = _notebook("1 / 0", "print('on')")
    assert len(list(execute(notebook, tmp_path, {}, keep_going=True))) == 2
    assert notebook.cells[1].outputs[0].text == "on\n"


def test_a_kernel_that_dies_is_told_with_the_cell(tmp_path):
    notebook = _notebook("import os; os._exit(1)")
    with pytest.raises(CellFailed, match=r"(?s)cell 1 ended its kernel.*os\._exit"):
        list(execute(notebook, tmp_path, {}))


def test_a_cell_without_end_is_given_up_at_the_limit(tmp_path):
    notebook = _notebook("x = 1", "while True: pass")
    run = execute(notebook, tmp_path, {}, keep_going=True, limit=1)
    assert next(run).number == 1
    with pytest.raises(CellFailed, match=r"(?s)cell 2 took longer than 1 s.*while"):
        next(run)


def test_nothing_of_an_older_run_is_left_where_the_new_one_stopped(tmp_path):
    notebook = _notebook("1 / 0", "print('old')")
    list(execute(notebook, tmp_path, {}, keep_going=True))
    assert notebook.cells[1].outputs
    with pytest.raises(CellFailed):
        list(execute(notebook, tmp_path, {}))
    assert notebook.cells[1].outputs == []
    assert notebook.cells[1].execution_count is None


def test_claims_hold_whatever_python_was_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    with pytest.raises(CellFailed, match="a claim"):
        list(execute(_notebook("assert False, 'a claim'"), tmp_path, {}))


def test_a_quiet_kernel_drops_the_greeting_and_nothing_else(tmp_path):
    notebook = _notebook(
        "import utils.course.quiet",
        "import sys\nsys.stderr.write('I0000 00:00:1.2   5 port.cc:153] A\\nmine\\n')",
    )
    list(execute(notebook, tmp_path, {}))
    assert notebook.cells[0].outputs == []
    errors = [one for one in notebook.cells[1].outputs if one.get("name") == "stderr"]
    assert [one.text for one in errors] == ["mine\n"]


def test_a_cell_that_takes_long_says_how_far_it_is(course, monkeypatch, capsys):
    """What a training told is in the line, as `keep_trainings` writes it."""
    monkeypatch.setattr(report, "PATIENCE", 1.0)
    progress = {"training": 2, "epoch": 7, "epochs": 90, "spared": 0.0}
    tell = f"open('progress.json', 'w').write({json.dumps(progress)!r})"
    notebook = _notebook(f"import time; {tell}; time.sleep(3.5)")
    monkeypatch.setattr(report, "execute", lambda *a, keep: execute(*a))
    run = report.LessonRun("03", "solutions")
    report.follow(run, notebook, course, {}, keep=course.lessons)
    said = capsys.readouterr().out
    assert re.search(r"1/1 +\d s so far, training 2: epoch 7 of 90", said)


def test_a_learners_first_output_is_not_tensorflows(tmp_path, monkeypatch):
    """In any Jupyter: nothing of the course but the notebook itself runs before."""
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    lesson = read_lesson(find_course().sources()[0])
    first = next(c for c in learner_edition(lesson).cells if c.cell_type == "code")
    assert "import keras\n" in first.source
    step = (
        "for _ in range(6):\n"
        "    model = keras.Sequential([keras.layers.Dense(1)])\n"
        "    model.compile('sgd', 'mse')\n"
        "    _ = model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)\n"
        "print('mine')"
    )
    notebook = _notebook(first.source, step)
    client = NotebookClient(notebook, kernel_name="python3")
    client.execute(cwd=str(tmp_path))
    told = [output for cell in notebook.cells for output in cell.outputs]
    assert [output.get("text") for output in told] == ["mine\n"]


def test_how_loud_tensorflow_is_remains_a_learners_own_choice(tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    level = "import os; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    notebook = _notebook("import utils.course.quiet", level)
    list(execute(notebook, tmp_path, {}))
    assert notebook.cells[1].outputs[0].text == "0\n"


def test_only_the_greeting_is_dropped():
    greeting = (
        "WARNING: All log messages before absl::InitializeLog() is called are …\n"
        "I0000 00:00:1795747780.139784   25692 port.cc:153] oneDNN custom\n"
        "E0000 00:00:1795747792.561 25692 cuda_platform.cc:52] failed call to cuInit\n"
        "E0000 00:00:1795773054.18 21043 meta_optimizer.cc:967] remapper failed: A\n"
        "To enable the following instructions: AVX2, rebuild TensorFlow\n"
    )
    mine = "WARNING: mine\nE0000 00:00:1.2 5 other.cc:1] out of memory\nno newline"
    assert without_greeting(greeting + mine) == mine


def test_a_whole_run_removes_old_trainings_and_nothing_of_the_users(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    mine, old = folder / "mine.pickle", folder / f"0001-{'0' * 16}.pickle"
    for path in (mine, old):
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    list(execute(_notebook("1"), tmp_path, {}, keep=folder))
    assert mine.exists()
    assert not old.exists()


def test_a_page_shows_the_pictures_of_a_widget_and_fetches_no_widget():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    notebook = _notebook("figures.slider_figure(…)")
    notebook.cells[0].outputs = [
        v4.new_output("display_data", view | {"text/html": "<p>seven states</p>"})
    ]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    before = str(notebook)
    page = str(report.without_widgets(notebook))
    assert "<p>seven states</p>" in page
    assert "widget-view" not in page
    assert str(notebook) == before

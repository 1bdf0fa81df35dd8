import json

import nbformat
import pytest

from utils.course.build import build, learner_edition, out_of_date, solutions_edition
from utils.course.folder import CourseError
from utils.course.source import LessonError, read_lesson


@pytest.fixture
def lesson(course):
    return read_lesson(course.lessons / "03_sums.py")


def _files(course):
    return {path: path.read_bytes() for path in course.notebooks.rglob("*.ipynb")}


def _tags(notebook):
    return [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]


def test_building_twice_gives_the_same_bytes(course):
    build(course)
    first = _files(course)
    for path in first:
        path.unlink()
    build(course)
    assert len(first) == 2
    assert _files(course) == first


def test_a_second_build_writes_nothing(course):
    assert len(build(course)) == 2
    assert build(course) == []


def test_notebooks_are_valid_end_in_a_newline_and_hold_no_output(course):
    build(course)
    for path, content in _files(course).items():
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert content.endswith(b"}\n")
        assert b"\r" not in content
        assert notebook.metadata.keys() == {"course", "kernelspec", "language_info"}
        assert notebook.metadata.kernelspec.name == "python3"
        for cell in notebook.cells:
            assert cell.metadata.keys() <= {"tags", "jupyter"}
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


def test_cell_ids_are_unique_even_where_cells_repeat(course, front):
    source = course.lessons / "03_sums.py"
    source.write_text(front + "# %%\nx = 1\n\n# %%\nx = 1\n", encoding="utf-8")
    ids = [cell.id for cell in solutions_edition(read_lesson(source)).cells]
    assert len(set(ids)) == 2


def test_a_cell_keeps_its_id_in_both_editions_and_when_others_move(
    course, lesson, front
):
    before = {cell.source: cell.id for cell in solutions_edition(lesson).cells}
    source = course.lessons / "03_sums.py"
    cells = source.read_text(encoding="utf-8").removeprefix(front)
    source.write_text(f"{front}# %%\nnew = 1\n\n{cells}", encoding="utf-8")
    moved = read_lesson(source)
    after = {cell.source: cell.id for cell in solutions_edition(moved).cells}
    assert set(before.values()) <= set(after.values())
    ids = [cell.id for cell in learner_edition(moved).cells]
    assert set(ids) <= set(after.values())


def test_the_learner_edition_holds_no_solution_claim_or_answer(course, lesson):
    text = nbformat.writes(learner_edition(lesson))
    assert "secret_answer" not in text
    assert "SOLUTION" not in text
    assert "NotImplementedError" in text
    assert _tags(learner_edition(lesson)) == ["parameters", "exercise", "check"]


def test_the_solutions_edition_keeps_everything_and_folds_the_claims(lesson):
    notebook = solutions_edition(lesson)
    expected = ["parameters", "exercise", "check", "solution", "claim"]
    assert _tags(notebook) == expected
    folded = [c for c in notebook.cells if c.metadata.get("jupyter")]
    assert [cell.metadata.get("tags") for cell in folded] == [["claim"], None]
    assert all(cell.metadata.jupyter.source_hidden for cell in folded)


def test_the_front_matter_is_no_cell(course, front, lesson):
    assert front in (course.lessons / "03_sums.py").read_text(encoding="utf-8")
    for edition in (learner_edition, solutions_edition):
        assert "claim:" not in nbformat.writes(edition(lesson))


def test_the_first_code_of_a_notebook_makes_its_kernel_quiet(lesson):
    for edition in (learner_edition, solutions_edition):
        code = [c.source for c in edition(lesson).cells if c.cell_type == "code"]
        quiet = [source.startswith("import utils.course.quiet  #") for source in code]
        assert quiet == [False, True] + [False] * (
            len(code) - 2
        )  # parameters come first


def test_markdown_comes_without_its_comment_signs(lesson):
    first = learner_edition(lesson).cells[0]
    assert first.cell_type == "markdown"
    assert first.source == "# Sums\n\nTwo numbers have a sum: $s = a + b$."


def test_a_malformed_source_writes_nothing(course, front):
    (course.lessons / "04_bad.py").write_text(front + "# %%\nx = (\n", encoding="utf-8")
    with pytest.raises(LessonError, match=r"lessons/04_bad\.py:10"):
        build(course)
    assert not course.notebooks.exists()


def test_what_is_missing_changed_or_without_source_is_out_of_date(course):
    build(course)
    assert out_of_date(course) == []
    stale = course.solutions / "01_gone.ipynb"
    stale.write_bytes((course.notebooks / "03_sums.ipynb").read_bytes())
    (course.notebooks / "03_sums.ipynb").write_text("{}", encoding="utf-8")
    (course.solutions / "03_sums.ipynb").unlink()
    assert sorted(out_of_date(course)) == [
        "notebooks/03_sums.ipynb: differs from its source",
        "notebooks/solutions/01_gone.ipynb: no source",
        "notebooks/solutions/03_sums.ipynb: missing",
    ]
    build(course)
    assert out_of_date(course) == []
    assert not stale.exists()


def test_line_ends_of_windows_are_not_out_of_date(course):
    build(course)
    for path, content in _files(course).items():
        path.write_bytes(content.replace(b"\n", b"\r\n"))
    assert out_of_date(course) == []


@pytest.mark.parametrize("name", ["03_sums-Copy1", "11_my_own_notes"])
def test_a_notebook_a_learner_made_is_neither_stale_nor_removed(course, name):
    build(course)
    mine = course.notebooks / f"{name}.ipynb"
    mine.write_text('{"cells": [], "metadata": {}}', encoding="utf-8")
    assert out_of_date(course) == []
    build(course)
    assert mine.exists()


def _ran(notebook):
    notebook["cells"][1]["execution_count"] = 1


def _printed(notebook):
    notebook["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["5"]}
    ]


def _edited(notebook):
    notebook["cells"][3]["source"] = ["def total(a, b):\n", "    return a + b"]


def _noted(notebook):
    notebook["cells"].insert(
        0, {"cell_type": "markdown", "id": "n", "metadata": {}, "source": ["my note"]}
    )


def _illustrated(notebook):
    notebook["cells"][0]["attachments"] = {"a.png": {"image/png": "aGVsbG8="}}


def _removed(notebook):
    notebook["cells"].pop(2)


WORK = (_ran, _printed, _edited, _noted, _illustrated, _removed)


@pytest.mark.parametrize("edition", ["notebooks", "solutions"])
@pytest.mark.parametrize("work", WORK)
def test_whatever_a_learner_did_is_kept_aside_before_it_is_written_over(
    course, work, edition
):
    build(course)
    path = getattr(course, edition) / "03_sums.ipynb"
    fresh = path.read_bytes()
    mine = json.loads(fresh)
    work(mine)
    path.write_text(json.dumps(mine), encoding="utf-8")
    worked = path.read_bytes()
    assert "kept your work: notebooks/.kept/03_sums-1.ipynb" in build(course)
    assert (course.notebooks / ".kept" / "03_sums-1.ipynb").read_bytes() == worked
    assert path.read_bytes() == fresh
    assert out_of_date(course) == []


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x80", b'{"cells": [{"cell_ty', b"[]"]
)
def test_a_notebook_half_saved_is_kept_aside(course, content):
    build(course)
    path = course.notebooks / "03_sums.ipynb"
    path.write_bytes(content)
    build(course)
    assert (course.notebooks / ".kept" / "03_sums-1.ipynb").read_bytes() == content


def test_work_in_a_lesson_that_is_gone_is_kept_too(course):
    build(course)
    path = course.notebooks / "03_sums.ipynb"
    mine = json.loads(path.read_bytes())
    _edited(mine)
    (course.notebooks / "04_gone.ipynb").write_text(json.dumps(mine))
    told = build(course)
    assert told == [
        "kept your work: notebooks/.kept/04_gone-1.ipynb",
        "removed (no source): notebooks/04_gone.ipynb",
    ]


def test_an_older_copy_is_never_written_over(course):
    build(course)
    path, folder = course.notebooks / "03_sums.ipynb", course.notebooks / ".kept"
    for number in (1, 2, 3):
        path.write_text(f"try {number}")
        build(course)
    (folder / "03_sums-1.ipynb").unlink()
    path.write_text("try 4")
    build(course)
    kept = {copy.name: copy.read_text() for copy in folder.iterdir()}
    assert kept == {f"03_sums-{n}.ipynb": f"try {n}" for n in (2, 3, 4)}


def test_a_notebook_opened_and_saved_again_is_no_work(course):
    build(course)
    path = course.notebooks / "03_sums.ipynb"
    saved = json.loads(path.read_bytes())
    saved["metadata"]["language_info"]["version"] = "3.13.1"
    saved["cells"][1]["metadata"]["collapsed"] = True
    path.write_text(json.dumps(saved))
    assert build(course) == ["wrote: notebooks/03_sums.ipynb"]


def test_a_new_version_of_a_lesson_nobody_touched_leaves_no_copy(course):
    build(course)
    source = course.lessons / "03_sums.py"
    source.write_text(source.read_text("utf-8") + "\n# %%\nx = 1\n", "utf-8")
    assert len(build(course)) == 2
    assert not (course.notebooks / ".kept").exists()


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_lost(
    course, monkeypatch
):
    build(course)
    path = course.notebooks / "03_sums.ipynb"
    path.write_text("mine")
    monkeypatch.setattr(type(path), "mkdir", _forbidden)
    with pytest.raises(CourseError, match=r"cannot be written: Read-only.*--root"):
        build(course)
    monkeypatch.undo()
    assert path.read_text() == "mine"


def _forbidden(path, *_, **__):
    raise OSError(30, "Read-only file system", str(path))

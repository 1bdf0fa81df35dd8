import json

import nbformat
import pytest

from utils.course.build import build, learner_edition, out_of_date, solutions_edition
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
        assert notebook.metadata.keys() == {"kernelspec", "language_info"}
        assert notebook.metadata.kernelspec.name == "python3"
        for cell in notebook.cells:
            assert cell.metadata.keys() <= {"tags", "jupyter"}
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


def test_cell_ids_are_unique_even_where_cells_repeat(course):
    source = course.lessons / "03_sums.py"
    source.write_text("# %%\nx = 1\n\n# %%\nx = 1\n", encoding="utf-8")
    ids = [cell.id for cell in solutions_edition(read_lesson(source)).cells]
    assert len(set(ids)) == 2


def test_a_cell_keeps_its_id_in_both_editions_and_when_others_move(course, lesson):
    before = {cell.source: cell.id for cell in solutions_edition(lesson).cells}
    source = course.lessons / "03_sums.py"
    text = "# %%\nnew = 1\n\n" + source.read_text(encoding="utf-8")
    source.write_text(text, encoding="utf-8")
    moved = read_lesson(source)
    after = {cell.source: cell.id for cell in solutions_edition(moved).cells}
    assert before.items() <= after.items()
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


def test_markdown_comes_without_its_comment_signs(lesson):
    first = learner_edition(lesson).cells[0]
    assert first.cell_type == "markdown"
    assert first.source == "# Sums\n\nTwo numbers have a sum: $s = a + b$."


def test_a_malformed_source_writes_nothing(course):
    (course.lessons / "04_bad.py").write_text("# %%\nx = (\n", encoding="utf-8")
    with pytest.raises(LessonError, match=r"lessons/04_bad\.py:2"):
        build(course)
    assert not course.notebooks.exists()


def test_what_is_missing_changed_or_without_source_is_out_of_date(course):
    build(course)
    assert out_of_date(course) == []
    stale = course.solutions / "01_gone.ipynb"
    stale.write_text("{}", encoding="utf-8")
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


def test_a_learners_own_copy_is_neither_stale_nor_removed(course):
    build(course)
    copy = course.notebooks / "03_sums-Copy1.ipynb"
    copy.write_text("{}", encoding="utf-8")
    assert out_of_date(course) == []
    build(course)
    assert copy.exists()


def test_a_notebook_somebody_ran_is_kept_aside_before_it_is_written_over(course):
    build(course)
    path = course.notebooks / "03_sums.ipynb"
    fresh = path.read_bytes()
    for answer in ("first", "second"):
        mine = json.loads(fresh)
        mine["cells"][1] |= {"source": [answer], "execution_count": 1}
        path.write_text(json.dumps(mine), encoding="utf-8")
        told = build(course)
        assert any(line.startswith("kept your work: notebooks/.kept/") for line in told)
        assert path.read_bytes() == fresh
    kept = sorted((course.notebooks / ".kept").iterdir())
    assert ["first" in kept[0].read_text(), "second" in kept[1].read_text()] == [
        True
    ] * 2
    assert out_of_date(course) == []

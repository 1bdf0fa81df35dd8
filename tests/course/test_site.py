"""What Sphinx is given: from a tiny lesson, executed by hand."""

import base64
import io
import json

import pytest
from nbformat import v4
from PIL import Image

from utils.course.build import solutions_edition
from utils.course.folder import CourseError
from utils.course.site import (
    _order,
    _rows,
    is_executed,
    require_no_notebooks_but_executed,
    write_executed,
    write_source,
)
from utils.course.source import read_lessons

SOURCE = """@book{euclid1900,
  author = {Euclid},
  title = {Elements},
  publisher = {Teubner},
  year = {1900},
}
"""
_drawn = io.BytesIO()
Image.new("RGB", (3, 2)).save(_drawn, "PNG")
PICTURE = _drawn.getvalue()
PNG = base64.b64encode(PICTURE).decode()


@pytest.fixture
def site(course, tmp_path):
    """The source of the site of the tiny course, as a folder."""
    (course.root / "README.md").write_text(
        "# Sums\n\n**They add up.**\n\n![x](x.gif)\n\nFor all.\n\n"
        "## Why this course\n\nSee [there](there.md).\n"
    )
    (course.lessons / "TOPICS.md").write_text(
        "| 1 | sums | 03 | - |\n| 2 | x | 04 | - |\n"
    )
    (course.lessons / "GLOSSARY.md").write_text("| GAN | 生成對抗 net 網路 |\n")
    (course.root / "benchmarks").mkdir()
    (course.root / "benchmarks" / "sums.py").write_text('"""Add things.\n\nMore."""\n')
    parts = (
        "docs/site/conf.py", "docs/site/_static/site.css", "docs/site/_static/site.js",
        "utils/figures/scenes/two_players.js",
        "utils/figures/scenes/two_players_in_the_plane.js", "lessons/references.bib",
    )  # fmt: skip
    for name in parts:
        (course.root / name).parent.mkdir(parents=True, exist_ok=True)
        (course.root / name).write_text(name)
    (course.lessons / "references.bib").write_text(SOURCE)
    room = course.root / "utils" / "measures"
    room.mkdir()
    (room / "__init__.py").write_text('"""Measures."""\n')
    (room / "sums.py").write_text(
        '"""Sums."""\n\ndef total(a):\n    """Adds |a| (Euclid 1900)."""\n'
    )
    (course.root / "results" / "sums").mkdir(parents=True)
    trial = {"key": ["one|two"], "recorded": "2026", "value": {"js": 0.123456}}
    (course.root / "results" / "sums" / "a.json").write_text(json.dumps(trial))
    (lesson,) = lessons = read_lessons(course.sources())
    notebook = solutions_edition(lesson)
    check = next(c for c in notebook.cells if c.source.startswith("checks."))
    tag = f'<img src="data:image/png;base64,{PNG}" alt="A">'
    data = {"text/html": tag, "image/png": PNG, "application/x+json": {}}
    check.outputs = [v4.new_output("display_data", data)]
    assert not is_executed(tmp_path, lesson, "quick")
    with pytest.raises(CourseError, match="course run 03 --scale quick"):
        write_source(course, lessons, tmp_path, tmp_path / "site", "quick")
    write_executed(tmp_path, lesson, notebook, "quick")
    assert not is_executed(tmp_path, lesson, "laptop")
    require_no_notebooks_but_executed(tmp_path, lessons)
    write_source(course, lessons, tmp_path, tmp_path / "site", "quick")
    return tmp_path / "site"


def test_a_lesson_shows_stubs_first_folds_what_solves_them_and_drops_claims(site):
    cells = json.loads((site / "lessons" / "03_sums.ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    stub = next(n for n, text in enumerate(sources) if "NotImplementedError(" in text)
    assert "secret_answer = a + b" in sources[stub + 1]
    assert cells[stub + 1]["metadata"]["tags"] == ["hide-input"]
    assert "download" in sources[1]
    assert not any(text.startswith("# copy the secret") for text in sources)
    (answer,) = (text for text in sources if "in words" in text)
    assert answer.startswith("<details><summary>The answer</summary>\n\nThe secret")
    learner = (site / "_static" / "notebooks" / "03_sums.ipynb").read_text()
    assert "secret_answer" not in learner


def test_a_picture_is_a_file_and_keeps_its_words(site):
    cells = json.loads((site / "lessons" / "03_sums.ipynb").read_text())["cells"]
    (output,) = (o for c in cells for o in c.get("outputs", ()))
    assert set(output["data"]) == {"text/html"}
    (picture,) = (site / "_static" / "pictures").iterdir()
    assert picture.read_bytes() == PICTURE
    page = "".join(output["data"]["text/html"])
    assert f'src="../_static/pictures/{picture.name}" alt="A"' in page
    assert 'width="3" height="2"' in page


def test_the_pages_around_them_say_what_their_sources_say(site):
    home = (site / "index.md").read_text()
    for part in (
        "**They add up.**",
        "For all.",
        "See there.",
        "(lessons/03_sums.ipynb)",
    ):
        assert part in home
    assert "[03](/lessons/03_sums.ipynb)" in (site / "topics.md").read_text()
    assert "| 2 | x | 04 |" in (site / "topics.md").read_text()
    measured = (site / "measured.md").read_text()
    assert "| one\\|two, js | 0.1235 |" in measured
    assert "Sums: 1 value of 1 trial</summary>" in measured
    assert "\n\nAdd things: `benchmarks/sums.py`.\n\n" in measured
    chinese = '| GAN | <span lang="zh">生成對抗 net 網路</span> |'
    assert chinese in (site / "glossary.md").read_text()
    reference = (site / "reference" / "measures.md").read_text()
    assert r"Adds \|a\| ([Euclid 1900](#euclid1900))." in reference
    sources = (site / "references.md").read_text()
    assert "(euclid1900)=\nEuclid (1900), *Elements*, Teubner." in sources
    assert "`euclid1900`, in [measures](/reference/measures.md)." in sources


def test_the_order_is_told_in_words_too():
    class Lesson:
        def __init__(self, number):
            self.number = number

    assert 'aria-label="The order: 01 before 02; 09 before 08."' in _order(
        map(Lesson, ("01", "02", "08", "09"))
    )


def test_long_lists_of_results_stand_in_one_line():
    table = {"a": [1.0, 2.0], "b": [{"c": "x"}], "d": list(range(20))}
    assert list(_rows(table))[:2] == [("a", "1, 2"), ("b, 0, c", "x")]
    assert list(_rows(table))[2][1].endswith("11, … (20 in all)")


def test_each_of_many_records_is_one_line_of_what_was_measured():
    runs = [{"family": "VAE", "scores": {"js": k / 3}} for k in range(13)]
    assert list(_rows({"runs": runs}))[1] == ("runs, 1", "family VAE; js 0.3333")
    assert len(list(_rows({"runs": runs[:12]}))) == 24


def test_nobodys_folder_becomes_the_site(course, tmp_path, site):
    lessons = read_lessons(course.sources())
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "mine.txt").write_text("my own")
    with pytest.raises(CourseError, match="nobody's file is taken away"):
        write_source(course, lessons, tmp_path, site, "quick")
    assert (site / "mine.txt").read_text() == "my own"
    assert all(path.read_bytes() == held for path, held in before.items())


@pytest.mark.parametrize("own", ['{"metadata": {"course": {}}}', "{", "[]", "my own"])
def test_an_executed_notebook_replaces_nobodys_own(course, tmp_path, own):
    lessons = read_lessons(course.sources())
    (tmp_path / "03_sums.ipynb").write_text(own)
    with pytest.raises(CourseError, match=r"03_sums\.ipynb .* somebody's work"):
        require_no_notebooks_but_executed(tmp_path, lessons)

"""The course's sources, and that whatever cites one is understood."""

import re
from pathlib import Path

import pytest

from utils.course.bibliography import citations, linked, read_bibliography
from utils.course.folder import CourseError

ROOT = Path(__file__).parents[2]
SOURCES = read_bibliography(ROOT / "lessons" / "references.bib")
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/teaching/*.md"),
    *ROOT.glob("lessons/*.py"),
    *ROOT.glob("lessons/*.md"),
    *ROOT.glob("benchmarks/*.py"),
    *ROOT.glob("utils/**/*.py"),
]


def text_of(path: Path) -> str:
    """What stands in a file, comments as prose."""
    return re.sub(r"^ *#:? ?", "", path.read_text("utf-8"), flags=re.MULTILINE)


def keys(text, document=""):
    return [cited.keys for cited in citations(text, SOURCES, document)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Goodfellow et al. (2014), *Generative", "goodfellow2014"),
        ("(Hadsell, Chopra,\nLeCun 2006)", "hadsell2006"),
        ("Gatys, Ecker and Bethge (2015)", "gatys2015"),
        ("FaceNet, Schroff et al. 2015", "schroff2015"),
        ("van den Oord et al. (2016), *WaveNet*", "oord2016wavenet"),
        ("van den Oord, Kalchbrenner, Kavukcuoglu (2016)", "oord2016pixelrnn"),
        ("Goodfellow (2016)", "goodfellow2016"),
        ("formants (Peterson and Barney, 1952)", "peterson1952"),
    ],
)
def test_authors_and_year_name_a_source(text, key):
    assert keys(text) == [(key,)]


def test_where_two_fit_the_title_tells_which_here_or_elsewhere_in_the_document():
    assert len(keys("Chen et al. (2018)")[0]) == 2
    document = "So (Chen et al. 2018).\n- Chen et al. (2018), *Neural ordinary*."
    assert keys("So (Chen et al. 2018).", document) == [("chen2018ode",)]


def test_who_is_not_there_is_cited_without_a_key():
    assert keys("Goodfellow et al. (2015), and In 2014") == [()]


def test_a_link_takes_the_place_of_the_citation_alone():
    told = linked("See Wilks (1938) for 1938.", SOURCES, lambda t, key: f"[{t}]({key})")
    assert told == "See [Wilks (1938)](wilks1938) for 1938."


def test_all_that_is_cited_is_in_the_bibliography_once_and_nothing_else_is():
    unclear, cited = [], set()
    for path in TEXTS:
        text = text_of(path)
        for each in citations(text, SOURCES, text):
            cited.update(each.keys)
            if len(each.keys) != 1:
                unclear.append((path.name, each))
    assert unclear == []
    assert set(SOURCES) == cited


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_every_entry_says_who_when_what_and_where(source):
    assert re.match(rf".+ \({source.fields['year']}\), \*.+\*, \S.+\.", source.text)


def test_every_source_that_a_docstring_names_is_cited_so_that_it_is_found():
    ends = re.compile(r'Source: .*?(?=\n\s*\n|""")', re.DOTALL)
    for path in ROOT.glob("utils/**/*.py"):
        for source in ends.findall(path.read_text("utf-8")):
            assert any(keys(source)), (path.name, source)


def test_every_line_of_what_to_read_next_cites_a_source():
    for path in ROOT.glob("lessons/*.py"):
        after = text_of(path).partition("\n## What to read next\n")[2]
        reading = after.partition("\n## ")[0].partition("\n\n%%")[0]
        lines = re.split(r"^- ", reading, flags=re.MULTILINE)[1:]
        assert lines, path.name
        assert [line for line in lines if not any(keys(line))] == [], path.name


def test_an_entry_that_cannot_be_read_is_no_entry(tmp_path):
    path = tmp_path / "a.bib"
    entry = "@misc{a,\n  author = {B, C},\n  title = {D},\n  year = {2000},\n}\n"
    path.write_text(entry)
    assert read_bibliography(path)["a"].authors == ["B"]
    for wrong, message in (
        (entry + entry, "a key of its own"),
        (entry.replace("  year = {2000},\n", ""), "title, year"),
        (entry.replace("{D},", "{D}"), "one field a line"),
        (entry + "@misc {b}", "not every @"),
    ):
        path.write_text(wrong)
        with pytest.raises(CourseError, match=message):
            read_bibliography(path)

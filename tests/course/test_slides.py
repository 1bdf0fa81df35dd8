"""Slides of a lesson: one file, a slide per section, stops where the class works."""

import re
import shutil
import subprocess

import pytest
from nbformat import v4

from utils.course import slides as slides_of
from utils.course.build import solutions_edition
from utils.course.folder import CourseError, find_course
from utils.course.source import read_lesson, read_lessons

WHOLE = find_course()
LESSONS = read_lessons(WHOLE.sources())
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
MORE = """
# %% [markdown]
# ## 1 · Sums
#
# Long words.
#
# $$s = a + b$$
#
# **Predict.** What is 2 + 3?

# %%
A + B

# %% [markdown]
# It is 5.
#
# > **What we know now.** Sums exist.
#
# ### Exercise 3.1 · The sum (easy, 5 minutes)
#
# <details><summary>Hint</summary>
#
# Use +.
# </details>
"""
NOTES = """# Teaching lesson 03 · Sums

**Leave with:** sums.

## 50 minutes

| minutes | part | how |
|---|---|---|
| 40 | 1 · Sums | at the board |
| 10 | Exercise 3.1 | alone |

## What goes wrong, and what to say

| exercise | the check says | you say |
|---|---|---|
| 3.1 | “wrong” | "Again." |

## Three questions

1. *Why sums?* Because.
2. *Why
   two?* So.

## Before class

**Prefetch:** nothing.
"""


@pytest.fixture
def talk(course):
    """The tiny course with two sections, notes, and the looks of slides."""
    path = course.lessons / "03_sums.py"
    text = path.read_text(encoding="utf-8")
    exercise = '\n# %% tags=["exercise"]'
    path.write_text(text.replace(exercise, MORE + exercise), encoding="utf-8")
    shutil.copytree(WHOLE.root / "docs" / "slides", course.root / "docs" / "slides")
    (course.root / "docs" / "teaching").mkdir()
    (course.root / "docs" / "teaching" / "03.md").write_text(NOTES, encoding="utf-8")
    return course


def page_of(course, typeset="0"):
    """The page of the tiny lesson, as if it had been run."""
    lesson = read_lesson(course.lessons / "03_sums.py")
    executed = solutions_edition(lesson)
    for cell, node in zip(lesson.cells, executed.cells, strict=True):
        if cell.source == "A + B":
            data = {"text/html": "<b>five</b>", "text/plain": "<Five>"}
            node.outputs = [
                v4.new_output("display_data", data),
                v4.new_output("execute_result", {"text/plain": "<object at 0x1>"}),
                v4.new_output("stream", name="stdout", text="1 < 2\n"),
                v4.new_output("stream", name="stderr", text="a warning"),
            ]
    return slides_of.slides(course, lesson, executed, typeset)


def sections(page):
    return re.findall(r"<section>.*?</section>", page, re.DOTALL)


def test_a_slide_per_section_and_a_stop_at_predict_and_at_an_exercise(talk):
    opening, sums, questions = sections(page_of(talk))
    assert "<h1" in opening
    first, second, third = sums.split('<div class="part">')[1:]
    assert 'class="predict"' in first
    assert "<b>five</b>" not in first
    assert "<b>five</b>" in second
    assert "1 &lt; 2" in second
    assert "What we know now" in second
    assert "raise NotImplementedError" in second
    assert "the end" in third
    assert [q.split("</p>")[0] for q in questions.split("<p>")[1:3]] == [
        "Why sums?",
        "Why\ntwo?",
    ]


def test_text_and_code_wait_and_solutions_claims_and_warnings_are_not_there(talk):
    page = page_of(talk)
    _, sums, _ = sections(page)
    waiting = re.findall(r'<div class="text">(.*?)</div>', sums, re.DOTALL)
    for words in ("Long words", "It is 5", "Use +", "raise NotImplementedError"):
        assert any(words in each for each in waiting), words
    assert not any("s = a + b" in each for each in waiting)
    for words in ("secret_answer", "assert total", "0x1", "a warning", "checks.lesson"):
        assert words not in page


def test_a_section_of_text_alone_shows_its_text(talk):
    with (talk.lessons / "03_sums.py").open("a", encoding="utf-8") as file:
        file.write("\n# %% [markdown]\n# ## What to read\n#\n# - Euclid.\n")
    read = sections(page_of(talk))[-2]
    assert "Euclid" in read
    assert 'class="text"' not in read


def test_notes_say_what_the_plans_say_of_a_section_and_its_exercises(talk):
    opening, sums, questions = (
        each.partition("<aside>")[2] for each in sections(page_of(talk))
    )
    assert "Leave with" in opening
    assert "Prefetch" in opening
    for words in ("40 of 50 minutes", "10 of 50 minutes", "at the board", "Again."):
        assert words in sums
    assert "Because." in questions


def test_a_page_asks_no_other_for_anything_and_no_script_ends_early(talk):
    page = page_of(talk, typeset='x = "</script><!--"')
    assert page.count("</script>") == page.count("<script>") == 3
    assert "<!--" not in page
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_every_section_predict_and_row_of_the_notes_is_on_a_slide(lesson):
    page = slides_of.slides(WHOLE, lesson, solutions_edition(lesson), "0")
    text = "\n".join(c.source for c in lesson.cells if c.kind == "markdown")
    headings = re.findall(r"^## .+$", text, re.MULTILINE)
    path = WHOLE.root / "docs" / "teaching" / f"{lesson.number}.md"
    notes = path.read_text("utf-8") if path.exists() else ""
    assert len(sections(page)) == 1 + len(headings) + bool(notes)
    stops = len(re.findall(r"^(?!#).*\*\*Predict", text, re.MULTILINE))
    assert page.count('<div class="predict">') == stops
    plans = notes.partition("## 50 minutes")[2].partition("## What goes wrong")[0]
    rows = re.findall(r"^\| \d+ \| ", plans, re.MULTILINE)
    assert page.count("0 minutes</strong>, ") == len(rows)


def mathjax_of(course):
    """Put a script in place of MathJax where the site's environment has it."""
    package = slides_of.MATHJAX.partition("=")[0]
    folder = course.root / ".venv-site" / "lib" / "python3" / "site-packages" / package
    (folder / "static" / "mathjax").mkdir(parents=True)
    (folder / "static" / "mathjax" / "tex-svg-full.js").write_text("typeset = 1")


def test_the_command_runs_a_lesson_and_needs_mathjax_before(
    talk, command, tmp_path, monkeypatch
):
    monkeypatch.setattr(slides_of, "find_spec", lambda name: None)
    told = command("slides", "3", "--folder", tmp_path / "out")
    assert (told.exit_code, slides_of.MATHJAX in told.output) == (1, True)
    assert not (tmp_path / "out").exists()
    lock = (WHOLE.root / "requirements-site.lock").read_text("utf-8")
    assert f"\n{slides_of.MATHJAX} " in lock
    mathjax_of(talk)
    told = command("slides", "3", "--folder", tmp_path / "out", "--scale", "quick")
    assert told.exit_code == 0, told.output
    page = (tmp_path / "out" / "03_sums.html").read_text("utf-8")
    assert "typeset = 1" in page
    assert '<pre class="out">5</pre>' in page


@pytest.mark.skipif(BROWSER is None, reason="there is no chromium")
@pytest.mark.parametrize(
    ("address", "place", "hidden"),
    [
        ("", "1 of 3", 2),
        ("#2.1", "2 of 3, more to come", 4),
        ("#2.2", "2 of 3, more to come", 3),
        ("#2.3", "2 of 3", 2),
    ],
)
def test_a_browser_shows_one_slide_and_waits_at_predict(
    talk, tmp_path, address, place, hidden
):
    """Each slide but one is hidden, and the parts after the one that is reached."""
    path = tmp_path / "talk.html"
    path.write_text(page_of(talk), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"{path.as_uri()}{address}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert re.search(r'<output id="place">(.*?)</output>', done.stdout)[1] == place
    assert (
        len(re.findall(r"<(?:section|div class=\"part\") hidden", done.stdout))
        == hidden
    )


def test_slides_replace_slides_and_nobodys_own_page(talk, tmp_path):
    page = tmp_path / "page.html"
    slides_of.require_slides(page)
    page.write_text("<title>My talk</title>")
    with pytest.raises(CourseError, match="somebody's work"):
        slides_of.require_slides(page)
    assert page.read_text() == "<title>My talk</title>"
    page.write_text(page_of(talk), encoding="utf-8")
    slides_of.require_slides(page)

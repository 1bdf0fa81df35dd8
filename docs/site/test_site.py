"""The built site in a real browser: it works without network, Python, and eyes.

`make site-test` runs this in the site's own environment, on `build/site`.
"""

import functools
import http.server
import os
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("COURSE_SITE", ROOT / "build" / "site"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
NAMES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts
)
LESSONS = [name for name in NAMES if name.startswith("lessons/")]
MIB = 2**20


class Page(HTMLParser):
    """What a page links to, what it can be linked at, and its pictures."""

    def __init__(self, name: str):
        super().__init__()
        self.links, self.places, self.pictures, self.language = [], {""}, [], ""
        self.feed((SITE / name).read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places |= {given.get("id", ""), given.get("name") or ""}
        self.links += [given[k] for k in ("href", "src") if given.get(k)]
        if tag == "img":
            self.pictures.append(given)
        if tag == "html":
            self.language = given.get("lang")


@functools.cache
def read(name: str) -> Page:
    return Page(name)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as player:
        started = player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser):
    """Opens a page, and fails when it errs or asks another host for anything."""
    context = browser.new_context()
    wrong = []
    allowed = ("file://", "data:", "blob:", "http://127.0.0.1")

    def look(request):
        if not request.url.startswith(allowed):
            wrong.append(request.url)

    context.on("request", look)
    context.on("weberror", lambda error: wrong.append(str(error.error)))

    def opened(address, theme="light", width=1280):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.add_init_script(f"localStorage.setItem('mode', '{theme}')")
        page.goto(address if "://" in address else (SITE / address).as_uri())
        return page

    yield opened
    context.close()
    assert wrong == []


def test_there_is_a_page_for_every_lesson_and_for_what_stands_around_them():
    sources = {path.stem for path in (ROOT / "lessons").glob("[0-9]*.py")}
    assert {Path(name).stem for name in LESSONS} == sources
    around = ("index", "plane", "topics", "glossary", "references", "measured")
    assert {f"{name}.html" for name in around} < set(NAMES)


def test_the_whole_is_small_enough_for_a_stick():
    assert sum(p.stat().st_size for p in SITE.rglob("*") if p.is_file()) < 60 * MIB


@pytest.mark.parametrize("name", NAMES)
def test_no_link_leads_nowhere(name):
    dead = []
    for link in read(name).links:
        target, place = urldefrag(link)
        if urlsplit(link).scheme or link.startswith("//"):
            continue
        path = (SITE / name).parent / unquote(target.partition("?")[0])
        path = path.resolve() if target else SITE / name
        if not path.is_file():
            dead.append(link)
        elif place and path.suffix == ".html":
            there = read(path.relative_to(SITE.resolve()).as_posix()).places
            if unquote(place) not in there:
                dead.append(link)
    assert dead == []
    assert "](#" not in (SITE / name).read_text("utf-8")  # a link that was not made


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_in_words_what_it_shows(name):
    silent = [p.get("src") for p in read(name).pictures if not p.get("alt")]
    assert silent == []
    assert read(name).language == "en"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_a_narrow_screen_needs_no_sideways_scrolling(
    visit, name, theme
):
    page = visit(name, theme, width=1280 if theme == "light" else 360)
    found = Axe().run(page).response["violations"]
    told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert told == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("name", LESSONS)
def test_formulas_are_formulas(visit, name):
    page = visit(name)
    if formulas := page.locator(".math").count():
        page.evaluate("MathJax.startup.promise")
        assert page.locator(".math mjx-container").count() == formulas
    assert page.locator("mjx-merror").count() == 0


@pytest.fixture(scope="session")
def server():
    """The site under a sub-path, as GitHub Pages serves it."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/course"))

        def log_message(self, *_):
            pass

    handler = functools.partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/course/"
        httpd.shutdown()


@pytest.mark.parametrize("served", [False, True], ids=["file", "server"])
def test_the_game_is_played_and_search_finds_from_a_file_and_from_a_server(
    visit, server, served
):
    place = server if served else f"{SITE.as_uri()}/"
    page = visit(f"{place}index.html")
    run = page.locator("[data-do=run]")
    run.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => /Turn ([3-9]|\\\\d\\\\d)/.test("
        "document.querySelector('.two-players').innerText)"
    )
    assert run.inner_text() == "Pause"
    page.keyboard.press("Enter")
    told = page.locator(".two-players > p").inner_text()
    page.wait_for_timeout(500)
    assert page.locator(".two-players > p").inner_text() == told
    page = visit(f"{place}search.html?q=discriminator")
    page.wait_for_selector("#search-results li")
    page = visit(f"{place}lessons/03_training_a_gan.html")
    slider = page.locator(".states input").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".states").first.locator("figure:visible").count() == 1
    assert "turn" in slider.get_attribute("aria-valuetext")


def test_a_solution_stays_closed_until_it_is_asked_for(visit):
    page = visit("lessons/03_training_a_gan.html")
    stub = page.get_by_text('raise NotImplementedError("Exercise 3.1').first
    assert stub.is_visible()
    answer = page.locator("details", has_text="A solution").first
    assert not answer.locator("pre").first.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.locator("pre").first.is_visible()


def test_in_the_plane_the_game_is_played_too(visit):
    page = visit("plane.html")
    page.locator("[data-do=run]").click()
    turn = "+document.querySelector('.two-players > p').innerText.match(/\\d+/)[0]"
    page.wait_for_timeout(1000)
    before = page.evaluate(turn)
    page.wait_for_timeout(3000)
    assert page.evaluate(turn) - before > 15


def test_paper_is_white_and_shows_what_is_folded(visit):
    page = visit("lessons/03_training_a_gan.html", theme="dark")
    answer = page.locator("details", has_text="A solution").first.locator("pre").first
    assert not answer.is_visible()
    page.emulate_media(media="print")
    assert answer.is_visible()
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert not page.locator(".bd-sidebar-primary").is_visible()
    page.emulate_media(media="screen")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")

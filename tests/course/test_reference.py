"""The reference is made of docstrings, and links to what they name."""

import pytest

from utils.course.reference import Reference, anchor

MODULE = '''"""Sums of `Number`."""

def total(a, *, b: int = 2) -> int:
    """Adds |a|, see `sums.total`, `mean` and `a`.

        a + b

    Args:
        a: any number,
            or two.
        b: the other, a_b.

    Returns:
        The sum.

    Source: Wilks (1938).
    """

def mean(a):
    """The mean."""

def _hidden():
    """No."""

class Number:
    """A number."""

    @property
    def value(self):
        """Its value."""

    @value.setter
    def value(self, to):
        """Sets it."""

def number():
    """Not the class."""
'''


@pytest.fixture
def reference(tmp_path):
    room = tmp_path / "utils" / "measures"
    room.mkdir(parents=True)
    (room / "__init__.py").write_text('"""Measures."""\n')
    (room / "sums.py").write_text(MODULE)
    return Reference(tmp_path / "utils", lambda text: text.replace("Wilks", "[Wilks]"))


def test_a_page_has_each_public_name_once_with_its_signature(reference):
    ((name, page),) = reference.pages({"utils.measures.sums.mean": ["03", "04"]})
    assert name == "reference/measures.md"
    assert "def total(a, *, b: int=2) -> int" in page
    assert "_hidden" not in page
    assert page.count("#### Number.value") == 1
    assert "The mean.\n\nUsed in 03, 04." in page
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings[:3] == ["# utils.measures", "## utils.measures.sums", "### total"]


def test_a_docstring_becomes_prose_lists_and_links(reference):
    ((_, page),) = reference.pages({})
    for part in (
        r"Adds \|a\|, see [`sums.total`](#utils.measures.sums.total), "
        "[`mean`](#utils.measures.sums.mean) and `a`.",
        "````text\na + b\n````",
        "**Args**\n\n- `a`: any number, or two.\n- `b`: the other, a\\_b.",
        "**Returns**\n\nThe sum.",
        "Source: [Wilks] (1938).",
        "Sums of [`Number`](#utils.measures.sums.number-class).",
    ):
        assert part in page


def test_code_tells_what_it_uses_of_which_room(reference):
    code = ["from utils import measures", "measures.total(1)\nmeasures.other(2)"]
    assert reference.used(code) == ["utils.measures.sums.total"]
    code = ["from utils.measures.sums import Number", "import numpy as np\nnp.mean(1)"]
    assert reference.used(code) == ["utils.measures.sums.Number"]


def test_a_class_and_a_function_that_differ_in_capitals_have_two_places():
    assert anchor("utils.a.DCI.fit") == "utils.a.dci-class.fit"
    assert anchor("utils.a.dci") == "utils.a.dci"

"""The listing of the course's own code in a notebook."""

import inspect

import pytest

from utils.course.scale import scale
from utils.course.show import show_code


class Adder:
    def add(self, a):
        if a:
            return a
        return 0


def test_a_listing_is_the_source_that_runs_with_its_indentation():
    listing = show_code(scale)
    assert listing.code == inspect.getsource(scale).rstrip()
    assert listing.summary == "utils.course.scale.scale"
    lines = show_code(Adder.add).code.splitlines()
    assert lines[:3] == [
        "def add(self, a):",
        "    if a:",
        "        return a",
    ]


def test_a_folded_listing_has_to_be_opened():
    assert "<details><summary>" in show_code(scale, folded=True)._repr_html_()
    assert "<details open>" in show_code(scale)._repr_html_()


def test_a_listing_escapes_html():
    def compare(a, b):
        return a < b

    assert "a &lt; b" in show_code(compare)._repr_html_()


def test_a_listing_reads_as_plain_text_without_a_notebook():
    assert repr(show_code(scale, "The scale")).startswith("# The scale\ndef scale(")


def test_code_without_python_source_is_refused():
    with pytest.raises(ValueError, match=r"no source to show.*written in Python"):
        show_code(len)

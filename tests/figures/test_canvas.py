import base64
import gc
import io
import weakref

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure
from PIL import Image

from utils.figures.canvas import (
    columns_that_fit,
    new_figure,
    set_title,
    text_width,
    to_png,
)


def test_a_new_figure_is_unknown_to_pyplot():
    new_figure()
    assert plt.get_fignums() == []


def test_a_figure_nobody_holds_is_gone():
    figure, _ = new_figure()
    to_png(figure)
    alive = weakref.ref(figure)
    del figure, _
    gc.collect()
    assert alive() is None


def test_one_panel_comes_alone_and_several_as_an_array():
    figure, ax = new_figure()
    assert isinstance(figure, Figure)
    assert ax in figure.axes
    _, axes = new_figure(rows=2, columns=3)
    assert axes.shape == (2, 3)


def test_the_png_has_the_size_of_the_figure():
    figure, _ = new_figure(4.0, 2.0)
    assert Image.open(io.BytesIO(to_png(figure))).size == (384, 192)


def test_a_notebook_gets_the_same_png():
    figure, _ = new_figure(4.0, 2.0)
    bundle = figure._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == to_png(figure)


def test_words_of_ones_own_are_escaped():
    figure, _ = new_figure(4.0, 2.0, alt='"a" < b')
    assert 'alt="&quot;a&quot; &lt; b"' in figure._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("bad", [{"width": 0}, {"height": -1}, {"rows": 0}])
def test_an_impossible_size_is_refused(bad):
    with pytest.raises(ValueError, match="must be positive"):
        new_figure(**bad)


def test_a_long_title_is_wrapped_and_stays_inside():
    figure, _ = new_figure(5.0, 3.0)
    set_title(figure, "D has learned to tell the bumps apart, so G moves right " * 2)
    figure.draw_without_rendering()
    assert "\n" in figure.get_suptitle()
    box = figure._suptitle.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_a_wide_legend_gets_fewer_columns():
    labels = ["real data", "generated", "where G moves"]
    assert columns_that_fit(labels, 7.0) == 3
    assert columns_that_fit(labels, 1.0) == 1


def test_a_name_of_nothing_takes_no_room():
    assert text_width("", 10) == text_width(" ", 10) == 0
    assert 0 < text_width("a", 10) < text_width("aa", 10)

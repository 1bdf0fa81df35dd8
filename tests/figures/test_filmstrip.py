import numpy as np
import pytest

from utils import figures


def draw(ax, frame):
    ax.plot(frame, label="a line")


def visible(figure):
    return [ax for ax in figure.axes if ax.get_visible()]


def test_there_is_one_panel_a_frame_in_order():
    frames = [np.arange(3) * k for k in range(8)]
    titles = [f"step {k}" for k in range(8)]
    figure = figures.filmstrip(frames, draw, titles, title="A finding")
    assert [ax.get_title(loc="left") for ax in visible(figure)] == titles
    for ax, frame in zip(visible(figure), frames, strict=True):
        assert np.array_equal(ax.get_lines()[0].get_ydata(), frame)
    assert figure.get_suptitle() == "A finding"


def test_panels_that_are_left_over_are_hidden():
    assert len(visible(figures.filmstrip([[0, 1]] * 5, draw))) == 5


def test_one_frame_is_enough():
    assert len(visible(figures.filmstrip([[0, 1]], draw))) == 1


def test_all_panels_share_axes_and_one_legend():
    figure = figures.filmstrip([[0, 1], [0, 5]], draw)
    first, second = visible(figure)
    assert first.get_ylim() == second.get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a line"]


def test_nothing_is_clipped_at_the_edges():
    figure = figures.filmstrip([[0, 1]] * 8, draw, ["step"] * 8, title="A finding")
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= width
    assert box.y1 <= height


@pytest.mark.parametrize(
    ("frames", "titles", "message"),
    [
        ([], None, "no frames"),
        ([[0, 1]], ["a", "b"], "2 titles for 1 frames"),
    ],
)
def test_frames_and_titles_must_match(frames, titles, message):
    with pytest.raises(ValueError, match=message):
        figures.filmstrip(frames, draw, titles)
    with pytest.raises(ValueError, match=message):
        figures.image_filmstrip(frames, titles)


def test_an_image_filmstrip_shows_the_batch_of_each_moment():
    batches = [np.full((4, 8, 8, 1), value) for value in (-1.0, 0.0, 1.0)]
    figure = figures.image_filmstrip(batches, ["a", "b", "c"], images_across=2)
    corners = [ax.images[0].get_array()[0, 0] for ax in visible(figure)]
    assert corners == [-1.0, 0.0, 1.0]
    assert visible(figure)[0].images[0].get_array().shape == (17, 17)


def test_an_image_filmstrip_refuses_what_is_not_images():
    with pytest.raises(ValueError, match="one picture"):
        figures.image_filmstrip([np.zeros((4, 8, 8))])

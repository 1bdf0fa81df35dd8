import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from utils import figures

FRAMES = [np.arange(4) * k for k in range(3)]
SMALL = {"size": (2.5, 2.0)}


def draw(ax, frame):
    ax.plot(frame, color="#0072B2", label="a line")
    ax.set_ylim(0, 8)


@pytest.fixture(scope="module")
def animation():
    return figures.animate(FRAMES, draw, ["a", "b", "c"], title="A < B", **SMALL)


def test_the_gif_has_one_picture_a_frame_and_loops(animation):
    picture = Image.open(io.BytesIO(animation.data))
    assert picture.format == "GIF"
    assert picture.n_frames == animation.frames == 3
    assert picture.size == (240, 192)
    assert picture.info["loop"] == 0


def test_the_last_picture_stays_longer(animation):
    picture = Image.open(io.BytesIO(animation.data))
    durations = []
    for index in range(3):
        picture.seek(index)
        durations.append(picture.info["duration"])
    assert durations == [120, 120, 1000]


def test_the_same_frames_give_the_same_bytes(animation):
    again = figures.animate(FRAMES, draw, ["a", "b", "c"], title="A < B", **SMALL)
    assert again.data == animation.data


def test_a_notebook_shows_the_picture_with_its_text(animation):
    page = animation._repr_html_()
    assert 'alt="An animation of 3 moments. The last of them: A &lt; B.' in page
    code = re.search(r"gif;base64,([^\"]+)", page)[1]
    assert base64.b64decode(code) == animation.data


def test_a_page_without_html_shows_the_last_frame(animation):
    film = Image.open(io.BytesIO(animation.data))
    film.seek(2)
    still = Image.open(io.BytesIO(animation._repr_png_()))
    assert still.format == "PNG"
    assert np.array_equal(still.convert("RGB"), film.convert("RGB"))


def test_the_representation_does_not_spill_the_bytes(animation):
    assert len(repr(animation)) < 150


def test_the_file_is_written_into_a_new_folder(tmp_path):
    path = tmp_path / "new" / "game.gif"
    animation = figures.animate(FRAMES[:1], draw, path=path, **SMALL)
    assert path.read_bytes() == animation.data
    assert animation.path == path


def test_the_background_stays_white(animation):
    pixels = np.asarray(Image.open(io.BytesIO(animation.data)).convert("RGB"))
    assert pixels[0, -1].min() == 255


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        ([], {}, "no frames"),
        (FRAMES, {"titles": ["a"]}, "1 titles for 3 frames"),
        (FRAMES, {"fps": 0}, "fps was 0"),
        (FRAMES, {"hold": -1}, "hold was -1"),
        (FRAMES, {"fps": 100}, "at most 50"),
    ],
)
def test_a_bad_animation_is_refused(frames, options, message):
    with pytest.raises(ValueError, match=message):
        figures.animate(frames, draw, **options)

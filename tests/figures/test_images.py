import numpy as np
import pytest

from utils import figures
from utils.figures.images import mosaic

rng = np.random.default_rng(0)
IMAGES = rng.uniform(-1, 1, (6, 8, 8, 1))


def test_a_mosaic_holds_every_image_at_its_place():
    picture = mosaic(IMAGES, 4)
    assert picture.shape == (17, 35, 1)
    assert np.array_equal(picture[:8, 9:17], IMAGES[1])
    assert np.array_equal(picture[9:, :8], IMAGES[4])
    assert (picture[9:, 18:] == 1).all()


def test_a_grid_shows_gray_images_with_black_at_minus_one():
    (shown,) = figures.image_grid(IMAGES, 3).axes[0].images
    assert shown.get_cmap().name == "gray"
    assert shown.get_clim() == (-1, 1)
    assert np.array_equal(shown.get_array()[:8, :8], IMAGES[0, :, :, 0])


def test_a_grid_shows_color_images_scaled_to_zero_and_one():
    colored = rng.uniform(-1, 1, (2, 8, 8, 3))
    (shown,) = figures.image_grid(colored).axes[0].images
    pixels = np.asarray(shown.get_array())
    assert pixels[:8, :8] == pytest.approx((colored[0] + 1) / 2)


def test_labels_stand_under_their_images():
    figure = figures.image_grid(IMAGES, 3, labels=range(6), title="Digits")
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == list("012345")
    x, y = zip(*(text.get_position() for text in texts), strict=True)
    assert x[0] == x[3] < x[1] == x[4]
    assert 8 < y[0] == y[1] < y[3]


def test_the_grid_is_as_wide_as_its_images():
    assert figures.image_grid(IMAGES[:2], 10).get_figwidth() < 2


def test_named_rows_stand_under_each_other():
    rows = {"generated": IMAGES[:3], "nearest real": IMAGES[3:]}
    figure = figures.image_rows(rows, labels=[1, 2, 3], title="Neighbors")
    assert [ax.get_ylabel() for ax in figure.axes] == list(rows)
    (second,) = figure.axes[1].images
    assert np.array_equal(second.get_array()[:, :8], IMAGES[3, :, :, 0])
    ticks = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert ticks == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": IMAGES[0]}, "For one picture"),
        ({"images": IMAGES * 3}, "pixels from"),
        ({"columns": 0}, "columns was 0"),
        ({"labels": [1, 2]}, "2 labels for 6 images"),
    ],
)
def test_a_bad_grid_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        figures.image_grid(**({"images": IMAGES} | options))


def test_bad_rows_are_refused():
    with pytest.raises(ValueError, match="as many"):
        figures.image_rows({"a": IMAGES[:2], "b": IMAGES[:3]})
    with pytest.raises(ValueError, match="as many"):
        figures.image_rows({})
    with pytest.raises(ValueError, match="1 labels for 6 columns"):
        figures.image_rows({"a": IMAGES}, labels=["one"])

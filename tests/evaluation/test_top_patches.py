"""The patches that excite a unit most: found where they were hidden."""

import keras
import numpy as np
import pytest
from keras import layers

from utils.evaluation.top_patches import activation_maps, top_patches


def detector(stride=1, padding="valid"):
    """A layer of two units: the mean of 3×3 pixels, and minus it."""
    model = keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(2, 3, stride, padding, use_bias=False, name="mean"),
        ]
    )
    kernel = np.ones((3, 3, 1, 2)) / 9
    kernel[..., 1] *= -1
    model.set_weights([kernel])
    return model


def spotted(shape, *spots):
    """A dark picture with spots of 3×3 pixels, each of its own brightness."""
    picture = np.full((*shape, 1), -1.0, dtype="float32")
    for row, column, value in spots:
        picture[row : row + 3, column : column + 3] = value
    return picture


PICTURES = [
    spotted((20, 30), (4, 6, 0.5), (12, 20, 0.9)),
    spotted((16, 16), (2, 8, 0.7)),
]


def test_the_brightest_spots_come_first_from_whatever_picture():
    found = top_patches(detector(), "mean", [0], PICTURES, n=3)[0]
    assert found.pictures == (0, 1, 0)
    assert found.boxes == (
        ((12, 15), (20, 23)),
        ((2, 5), (8, 11)),
        ((4, 7), (6, 9)),
    )
    assert found.values == pytest.approx([0.9, 0.7, 0.5])
    for patch, value in zip(found.patches, found.values, strict=True):
        assert patch == pytest.approx(np.full((3, 3, 1), value))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (17, 27)])
def test_a_patch_in_the_corner_of_a_picture_is_found(row, column):
    picture = spotted((20, 30), (row, column, 0.9))
    found = top_patches(detector(), "mean", [0], [picture], n=1)[0]
    assert found.boxes == (((row, row + 3), (column, column + 3)),)


def test_each_unit_has_patches_of_its_own():
    found = top_patches(detector(), "mean", [1, 0], PICTURES, n=1)
    assert list(found) == [1, 0]
    assert found[1].patches == pytest.approx(np.full((1, 3, 3, 1), -1.0))


def test_a_patch_is_what_its_box_holds_in_a_network_with_strides_and_padding():
    rng = np.random.default_rng(0)
    pictures = [rng.normal(size=(24, 31, 3)).astype("float32") for _ in range(3)]
    model = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(4, 5, 2, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(6, 3, name="last"),
        ]
    )
    for unit, found in top_patches(model, "last", range(6), pictures).items():
        assert found.patches.shape[1:] == (15, 15, 3)
        for patch, picture, (rows, columns), value in zip(
            found.patches, found.pictures, found.boxes, found.values, strict=True
        ):
            assert np.array_equal(
                patch, pictures[picture][slice(*rows), slice(*columns)]
            )
            maps = activation_maps(model, "last", [pictures[picture]])[0]
            assert np.isclose(maps[..., unit], value, rtol=1e-4).any()
        assert (np.diff(found.values) <= 0).all()


def test_two_patches_of_one_picture_lie_more_than_half_a_side_apart():
    picture = np.random.default_rng(0).normal(size=(40, 40, 1)).astype("float32")
    found = top_patches(detector(), "mean", [0], [picture], n=40)[0]
    corners = np.array([[rows[0], columns[0]] for rows, columns in found.boxes])
    apart = np.abs(corners[:, None] - corners[None]).max(axis=-1)
    assert (apart + 9 * np.eye(len(corners)) > 1).all()


def test_fewer_patches_come_back_where_there_are_no_more():
    found = top_patches(detector(), "mean", [0], [spotted((5, 4))], n=9)[0]
    assert 1 <= len(found.patches) < 9
    assert len(found.values) == len(found.boxes) == len(found.patches)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pictures": []}, "no pictures"),
        ({"pictures": [PICTURES[0][None]]}, "Picture 0 has shape"),
        ({"pictures": [spotted((2, 9))]}, "every picture is smaller"),
        ({"layer": "means"}, "Did you mean 'mean'"),
        ({"units": [0, 2]}, r"units 0 to 1, not \[0, 2\]"),
        ({"units": 0}, r"not 0: give a list"),
        ({"units": []}, "give a list"),
        ({"layer": detector().layers[0]}, "Give its name: 'mean'"),
        ({"pictures": [np.full((9, 9, 1), np.nan)]}, "NaN"),
        ({"n": 0}, "n was 0"),
    ],
)
def test_what_cannot_be_searched_is_refused(change, message):
    arguments = {"layer": "mean", "units": [0], "pictures": PICTURES, "n": 9} | change
    with pytest.raises(ValueError, match=message):
        top_patches(detector(), **arguments)


def test_a_picture_that_a_network_of_one_size_cannot_take_is_named():
    fixed = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3, name="only")]
    )
    large = [np.zeros((8, 8, 1)), np.zeros((9, 8, 1))]
    for search in (
        lambda: top_patches(fixed, "only", [0], large),
        lambda: activation_maps(fixed, "only", large),
    ):
        with pytest.raises(ValueError, match=r"shape \(9, 8, 1\).*takes \(8, 8, 1\)"):
            search()


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8"])
def test_pictures_may_be_of_any_type(dtype):
    found = top_patches(detector(), "mean", [0], [PICTURES[0].astype(dtype)])[0]
    wanted = top_patches(
        detector(), "mean", [0], [PICTURES[0].astype(dtype).astype("float32")]
    )[0]
    np.testing.assert_array_equal(found.patches, wanted.patches)

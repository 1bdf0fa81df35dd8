"""Patches of photographs: shape, range, levels, seeds, regions kept apart, refusals."""

import numpy as np
import pytest

from utils.data.patches import (
    TILE,
    labeled_patches,
    photograph_crops,
    photograph_patches,
)
from utils.data.pictures import PHOTOGRAPHS, photograph, whole_photographs

FIVE = ("astronaut", "camera", "chelsea", "coffee", "rocket")


def test_patches_are_gray_pictures_in_range_with_256_levels():
    patches = photograph_patches(16, 101, 0, FIVE)
    assert patches.shape == (101, 16, 16, 1)
    assert patches.dtype == np.float32
    assert patches.min() >= -1
    assert patches.max() <= 1
    levels = (patches.astype("float64") + 1) * 127.5
    assert np.abs(levels - levels.round()).max() < 1e-4


def test_one_seed_gives_the_same_patches_and_another_one_others():
    first = photograph_patches(8, 20, 1, FIVE)
    assert np.array_equal(first, photograph_patches(8, 20, 1, FIVE))
    assert not np.array_equal(first, photograph_patches(8, 20, 2, FIVE))


def test_every_photograph_gives_as_many():
    alone = [photograph_patches(8, 500, 0, (name,)).mean() for name in FIVE]
    together = (
        photograph_patches(8, 2_500, 0, FIVE).reshape(5, 500, 8, 8).mean(axis=(1, 2, 3))
    )
    assert together == pytest.approx(alone, abs=0.1)


def test_a_crop_is_a_quarter_of_its_photograph():
    crops = photograph_crops(16, 3, 0, ("chelsea", "china"))
    assert crops.shape == (6, 16, 16, 3)
    for crop, name in ((crops[0], "chelsea"), (crops[5], "china")):
        windows = np.lib.stride_tricks.sliding_window_view(
            photograph(name, 32), (16, 16, 3)
        )
        assert (windows[:, :, 0] == crop).all(axis=(2, 3, 4)).any()


def test_crops_go_from_the_whole_photograph_to_the_largest_zoom():
    crops = photograph_crops(16, 3, 0, ("chelsea",), zooms=(1, 2))
    np.testing.assert_array_equal(crops[0], photograph("chelsea", 16))
    for crop, side in ((crops[1], 24), (crops[2], 32)):
        windows = np.lib.stride_tricks.sliding_window_view(
            photograph("chelsea", side), (16, 16, 3)
        )
        assert (windows[:, :, 0] == crop).all(axis=(2, 3, 4)).any()


@pytest.mark.parametrize("zooms", [(0.5, 2), (2, 1)])
def test_zooms_out_of_order_are_refused(zooms):
    with pytest.raises(ValueError, match="must rise from 1 on"):
        photograph_crops(16, 2, 0, FIVE, zooms)


def test_crops_that_cannot_be_cut_are_refused():
    with pytest.raises(ValueError, match="each was 0"):
        photograph_crops(16, 0, 0, FIVE)
    with pytest.raises(ValueError, match="There is no photograph 'cat'"):
        photograph_crops(16, 1, 0, ("cat",))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5, 0, FIVE), "at most 300"),
        ((301, 5, 0, FIVE), "at most 300"),
        ((8, 0, 0, FIVE), "n was 0"),
        ((8, 5, 0, ("astronaut", "cofee")), "Did you mean 'coffee'"),
        ((8, 5, 0, ()), "no photographs"),
    ],
)
def test_wrong_requests_of_gray_patches_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        photograph_patches(*arguments)


def places_of(patches, labels, side):
    """Tiles that patches of 64 pixels, which fill one, can be."""
    pictures = list(whole_photographs(side).values())
    found = set()
    for patch, label in zip(patches, labels, strict=True):
        picture = pictures[label]
        for row in range(picture.shape[0] // TILE):
            for column in range(picture.shape[1] // TILE):
                tile = picture[row * TILE :, column * TILE :][:TILE, :TILE]
                for looked_at in (tile, tile[:, ::-1]):
                    if np.corrcoef(looked_at.ravel(), patch.ravel())[0, 1] > 0.999:
                        found.add((int(label), row, column))
    return found


def test_no_tile_is_both_trained_and_tested_on():
    seen = labeled_patches(TILE, 60, seed=0, side=256, gray=0)
    held_out = labeled_patches(TILE, 60, seed=0, held_out=True, side=256, gray=0)
    first, second = places_of(*seen, 256), places_of(*held_out, 256)
    assert first
    assert second
    assert not first & second


def test_a_label_says_which_photograph_a_patch_is_from():
    patches, labels = labeled_patches(TILE, 40, seed=2, side=256, gray=0)
    assert {label for label, _, _ in places_of(patches, labels, 256)} == set(labels)


def test_the_share_that_loses_its_color_is_the_one_asked_for():
    for share in (0, 0.5, 1):
        patches, labels = labeled_patches(16, 600, 0, side=256, gray=share)
        colored = patches[labels == PHOTOGRAPHS.index("flower")]
        colorless = np.isclose(colored.std(axis=-1).max(axis=(1, 2)), 0, atol=1e-6)
        assert colorless.mean() == pytest.approx(share, abs=0.25)


def test_one_seed_gives_the_same_labeled_patches_and_another_one_others():
    first, labels = labeled_patches(8, 20, seed=1, side=256)
    again, same = labeled_patches(8, 20, seed=1, side=256)
    assert np.array_equal(first, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(first, labeled_patches(8, 20, seed=2, side=256)[0])
    assert first.min() >= -1
    assert first.max() <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 65}, "at most 64"),
        ({"n": 0}, "n was 0"),
        ({"gray": 1.5}, "gray was 1.5"),
        ({"side": 255}, "side was 255"),
        ({"side": 2_049}, "at least 8 and at most 2048"),
    ],
)
def test_wrong_requests_of_labeled_patches_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        labeled_patches(**({"size": 8, "n": 4, "seed": 0} | change))

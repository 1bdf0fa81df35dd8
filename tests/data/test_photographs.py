"""Color photographs and their patches: shapes, ranges, and regions kept apart."""

import numpy as np
import pytest

from utils.data.photographs import NAMES, TILE, color_photographs, labeled_patches


def test_every_photograph_is_in_color_and_in_range_with_the_side_asked_for():
    photographs = color_photographs(256)
    assert tuple(photographs) == NAMES
    for picture in photographs.values():
        assert picture.dtype == np.float32
        assert picture.shape[2] == 3
        assert min(picture.shape[:2]) == 256
        assert -1 <= picture.min() < picture.max() <= 1


def test_a_photograph_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        color_photographs(256)["cat"][0] = 0


def places_of(patches, labels, side):
    """Tiles that patches of 64 pixels, which fill one, can be."""
    pictures = list(color_photographs(side).values())
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
        colored = patches[labels == NAMES.index("dahlia")]
        colorless = np.isclose(colored.std(axis=-1).max(axis=(1, 2)), 0, atol=1e-6)
        assert colorless.mean() == pytest.approx(share, abs=0.25)


def test_one_seed_gives_the_same_patches_and_another_one_others():
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
        ({"size": 65}, "1 to 64 pixels"),
        ({"n": 0}, "ask for 1 or more"),
        ({"gray": 1.5}, "a share from 0 to 1"),
        ({"side": 255}, "photographs of 256 or more"),
        ({"side": 501}, "64 to 500"),
    ],
)
def test_wrong_requests_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        labeled_patches(**({"size": 8, "n": 4, "seed": 0} | change))

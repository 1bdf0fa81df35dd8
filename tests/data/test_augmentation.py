"""What changes a picture but not the person: moves, light, glasses."""

import numpy as np
import pytest

from utils.data.augmentation import even_light, half_size, small_moves, wear_glasses

STILL = {"turn": 0.0, "zoom": 0.0, "shift": 0.0, "light": 0.0, "mirror": False}


def faces(n=4):
    return np.random.default_rng(0).uniform(-1, 1, (n, 16, 12, 3)).astype("float32")


def test_no_move_leaves_the_picture():
    moved = small_moves(faces(), np.random.default_rng(0), **STILL)
    assert moved == pytest.approx(faces(), abs=1e-6)
    assert moved.dtype == np.float32


def test_a_mirror_is_a_mirror():
    mirrored = {**STILL, "mirror": True}
    moved = small_moves(faces(40)[:, :, :, :1], np.random.default_rng(0), **mirrored)
    was = faces(40)[:, :, :, :1]
    kinds = [
        np.abs(each - was).mean(axis=(1, 2, 3)) < 5e-3
        for each in (moved, moved[:, :, ::-1])
    ]
    assert (kinds[0] ^ kinds[1]).all()
    assert 5 < kinds[0].sum() < 35


def test_a_shift_moves_the_center_of_light():
    picture = np.full((200, 21, 21, 1), -1.0, "float32")
    picture[:, 10, 10] = 1.0
    moved = small_moves(picture, np.random.default_rng(1), **{**STILL, "shift": 0.2})
    weight = (moved[..., 0] + 1) / 2
    rows = (weight * np.arange(21)[:, None]).sum((1, 2)) / weight.sum((1, 2)) - 10
    assert abs(rows).max() == pytest.approx(0.2 * 21, rel=0.05)
    assert rows.mean() == pytest.approx(0, abs=0.6)


def test_moved_pictures_stay_in_range_and_differ():
    moved = small_moves(faces(), np.random.default_rng(2), light=0.9)
    assert np.abs(moved).max() <= 1
    assert (moved != small_moves(faces(), np.random.default_rng(3))).any()


def test_even_light_undoes_another_light():
    pictures = 0.4 * faces()
    bright = 0.5 * pictures + 0.3
    assert even_light(bright) == pytest.approx(even_light(pictures), abs=1e-5)
    assert (
        even_light(np.full((1, 4, 4, 1), 0.7)).tolist()
        == np.zeros((1, 4, 4, 1)).tolist()
    )
    assert abs(even_light(pictures).std() - 0.4) < 0.05


def test_pictures_as_bytes_are_refused_before_they_turn_white():
    for change in (even_light, lambda x: small_moves(x, np.random.default_rng(0))):
        with pytest.raises(ValueError, match=r"x / 127\.5 - 1"):
            change(np.full((1, 8, 8, 1), 200, "uint8"))


def test_half_size_is_the_mean_of_four():
    picture = np.arange(16.0).reshape(1, 4, 4, 1)
    assert half_size(picture)[0, :, :, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    with pytest.raises(ValueError, match="5 by 4"):
        half_size(np.zeros((1, 5, 4, 1)))


FACES = np.zeros((200, 32, 32, 1), dtype="float32")


def worn(share=0.5, seed=0):
    return wear_glasses(FACES, np.random.default_rng(seed), share)


def test_about_the_share_wears_glasses_and_the_others_stay_as_they_were():
    changed = (worn(0.5) != 0).any(axis=(1, 2, 3))
    assert 0.4 < changed.mean() < 0.6
    assert not (worn(0.0) != 0).any()
    assert (worn(1.0) != 0).any(axis=(1, 2, 3)).all()


def test_glasses_stay_at_the_eyes():
    touched = (worn(1.0) != 0).mean(axis=(0, 3))
    assert touched[9:15, 6:11].min() > 0.9, "the left lens"
    assert touched[9:15, 21:26].min() > 0.9, "the right lens"
    assert touched[22:].max() == 0, "mouth and chin"
    assert touched[:3].max() == 0, "forehead"


def test_no_two_pairs_are_alike_and_a_seed_draws_the_same():
    one = worn(1.0)
    assert len(np.unique(one.reshape(len(one), -1), axis=0)) == len(one)
    assert np.array_equal(one, worn(1.0))
    assert not np.array_equal(one, worn(1.0, seed=1))


def test_pixels_stay_in_range_and_the_given_pictures_as_they_were():
    bright = np.ones((20, 64, 64, 1))
    result = wear_glasses(bright, np.random.default_rng(0), 1.0)
    assert result.dtype == np.float32
    assert np.abs(result).max() <= 1
    assert (bright == 1).all()


@pytest.mark.parametrize(
    ("pictures", "share", "message"),
    [
        (np.zeros((2, 8, 8, 3)), 0.5, r"is not \(n, height, width, 1\)"),
        (np.zeros((8, 8)), 0.5, r"is not \(n, height, width, 1\)"),
        (FACES, 1.5, "share was 1.5, but must be a finite number"),
        (FACES + 200, 0.5, "x / 127.5 - 1"),
    ],
)
def test_what_cannot_wear_glasses_is_said(pictures, share, message):
    with pytest.raises(ValueError, match=message):
        wear_glasses(pictures, np.random.default_rng(0), share)

"""Avatars: shape, range, bytes, people; and what each factor does to the picture."""

from dataclasses import replace

import numpy as np
import pytest

from utils.data import avatars
from utils.data.avatars import (
    IDENTITY,
    RANGES,
    Factors,
    identities,
    render,
    sample_factors,
)

SIZE = 64
CENTERS = (np.arange(SIZE) + 0.5) * 2 / SIZE - 1


@pytest.fixture(scope="module")
def upright():
    """Forty avatars that look straight ahead, without glasses."""
    factors = sample_factors(40, seed=3)
    zero = np.zeros(40)
    return replace(factors, turn=zero, tilt=zero, shift=zero, glasses=zero)


def changes(factors: Factors, name: str) -> np.ndarray:
    """Returns how far each pixel moves from one end of a factor to the other."""
    ends = (np.full(len(factors), RANGES[name][end]) for end in (0, 1))
    low, high = (render(replace(factors, **{name: end}), SIZE) for end in ends)
    return np.abs(high - low).max(axis=-1)


@pytest.mark.parametrize("size", [16, 17, 32, 128])
def test_avatars_are_color_pictures_in_range(size):
    pictures = render(sample_factors(50, seed=0), size)
    assert pictures.shape == (50, size, size, 3)
    assert pictures.dtype == np.float32
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    assert pictures.std() > 0.2


def test_a_picture_does_not_depend_on_those_drawn_with_it(monkeypatch):
    factors = sample_factors(100, seed=0)
    together = render(factors)
    alone = np.concatenate([render(factors[i : i + 7]) for i in range(0, 100, 7)])
    assert together.tobytes() == alone.tobytes()
    monkeypatch.setattr(avatars, "BLOCK", 5_000)
    assert render(factors).tobytes() == together.tobytes()


def test_one_seed_draws_the_same_bytes():
    one, same, other = (identities(3, 4, seed).pictures for seed in (0, 0, 1))
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()


def test_a_large_picture_shrunk_is_the_small_one():
    factors = sample_factors(20, seed=0)
    large = render(factors, 128).reshape(20, 32, 4, 32, 4, 3).mean(axis=(2, 4))
    assert np.abs(large - render(factors, 32)).mean() < 0.03


# Where a factor may change a picture: left, right, top, bottom; y points down.
HEAD = (-0.9, 0.9, -0.95, 1.0)
REGIONS = {
    "skin": HEAD,
    "face_width": HEAD,
    "hair_color": HEAD,
    "hair_length": HEAD,
    "fringe": (-0.7, 0.7, -0.7, 0.15),
    "eye_distance": (-0.6, 0.6, -0.4, 0.45),
    "eye_size": (-0.5, 0.5, -0.4, 0.3),
    "eye_color": (-0.4, 0.4, -0.15, 0.2),
    "brow_tilt": (-0.45, 0.45, -0.35, 0.05),
    "nose": (-0.2, 0.2, -0.05, 0.4),
    "mouth_width": (-0.35, 0.35, 0.2, 0.55),
    "smile": (-0.35, 0.35, 0.2, 0.55),
    "glasses": (-0.7, 0.7, -0.3, 0.35),
    "beard": (-0.7, 0.7, -0.15, 0.8),
    "background": (-1, 1, -1, 1),
    "light_direction": (-1, 1, -0.95, 1),
    "shift": (-1, 1, -0.95, 1),
    "turn": (-0.75, 0.75, -0.75, 0.8),
    "tilt": (-1, 1, -1, 1),
}


@pytest.mark.parametrize("name", RANGES)
def test_each_factor_changes_every_picture_and_only_where_it_should(upright, name):
    changed = changes(upright, name)
    # The faintest are brows as dark as the skin: 0.04 are five levels of 256.
    assert ((changed > 0.04).sum(axis=(1, 2)) >= 10).all()
    left, right, top, bottom = REGIONS[name]
    y, x = CENTERS[:, None], CENTERS[None, :]
    outside = (x < left) | (x > right) | (y < top) | (y > bottom)
    assert changed[:, outside].max(initial=0.0) < 1e-6


def test_background_and_face_do_not_mix(upright):
    eyes = np.abs(CENTERS) < 0.3
    middle = np.ix_(range(40), eyes, eyes)
    assert changes(upright, "background")[middle].max() < 1e-6
    for name in set(RANGES) - {"background", "tilt", "shift", "light_direction"}:
        assert changes(upright, name)[:, :3, [0, -1]].max() < 1e-6, name


def test_the_side_the_light_comes_from_is_brighter(upright):
    for direction, sign in ((-1, 1), (1, -1)):
        lit = replace(upright, light_direction=np.full(40, direction))
        pictures = render(lit, SIZE)[:, 20:44].mean(axis=(1, 3))
        left, right = pictures[:, 16:32].mean(1), pictures[:, 32:48].mean(1)
        assert (sign * (left - right) > 0).all()


@pytest.mark.parametrize("name", ["shift", "turn", "tilt"])
def test_without_light_left_and_right_are_mirrored(upright, name):
    # The sparkle in the eye and the light are not mirrored: leave them out.
    zero = np.zeros(40)
    calm = replace(upright, light_direction=zero, glasses=np.full(40, 3))
    left = render(replace(calm, **{name: zero - 1}), SIZE)
    right = render(replace(calm, **{name: zero + 1}), SIZE)
    np.testing.assert_allclose(left, right[:, :, ::-1], atol=2e-3)


def test_people_keep_who_they_are_and_change_the_rest():
    drawn = identities(5, 8, seed=0)
    assert drawn.pictures.shape == (40, 32, 32, 3)
    assert drawn.labels.tolist() == np.repeat(range(5), 8).tolist()
    assert drawn.labels.dtype == np.int32
    for name in RANGES:
        values = getattr(drawn.factors, name).reshape(5, 8)
        same = (values == values[:, :1]).all()
        assert same == (name in IDENTITY), name
    assert np.array_equal(drawn.pictures, render(drawn.factors))


def test_people_who_are_alike_lie_closer_to_the_middle():
    far, near = (identities(50, 2, seed=0, alike=alike) for alike in (0, 0.75))
    for name in IDENTITY:
        spread = np.std(getattr(near.factors, name)) / np.std(
            getattr(far.factors, name)
        )
        assert spread == pytest.approx(0.25, abs=1e-3), name
    assert np.array_equal(near.factors.smile, far.factors.smile)


def test_two_people_differ_more_than_two_pictures_of_one():
    drawn = identities(40, 6, seed=5)
    middle = drawn.pictures[:, 6:26, 8:24].reshape(240, -1)
    distance = np.square(middle[:, None] - middle[None]).mean(axis=-1)
    same = drawn.labels[:, None] == drawn.labels[None]
    within = distance[same & ~np.eye(240, dtype=bool)].mean()
    assert distance[~same].mean() > 1.5 * within


@pytest.mark.parametrize("size", [15, 129, 0, 32.5, -32])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(ValueError, match="at least 16 and at most 128"):
        render(sample_factors(1, seed=0), size)


def test_what_is_no_factors_is_refused():
    with pytest.raises(ValueError, match="given dict"):
        render({"skin": [0.5]})


@pytest.mark.parametrize(("people", "pictures"), [(0, 1), (1, 0), (-1, 2)])
def test_no_people_and_no_pictures_are_refused(people, pictures):
    with pytest.raises(ValueError, match="must be an integer of at least 1"):
        identities(people, pictures, seed=0)


@pytest.mark.parametrize("alike", [-0.1, 1.0, np.nan])
def test_people_all_alike_are_refused(alike):
    with pytest.raises(ValueError, match="alike was"):
        identities(2, 2, seed=0, alike=alike)

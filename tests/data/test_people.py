"""Batches of P people with K pictures each, and small moves of a picture."""

import numpy as np
import pytest

from utils.data.moves import even_light, half_size, small_moves
from utils.data.people import PeopleBatches


def numbered(people=7, each=5):
    """Each picture is one pixel: its own number."""
    pictures = np.arange(people * each, dtype="float32").reshape(-1, 1, 1, 1)
    return pictures, np.repeat(np.arange(people), each)


def test_a_batch_holds_p_people_with_k_different_pictures_each():
    pictures, people = numbered()
    batches = PeopleBatches(pictures, people, 4, 3, batches=20)
    assert len(batches) == 20
    for k in range(20):
        x, y = batches[k]
        _, counts = np.unique(y, return_counts=True)
        assert counts.tolist() == [3] * 4
        assert len(np.unique(x)) == 12
        assert (x.ravel() // 5 == y).all()
        assert y.dtype == np.int32


def test_the_same_seed_draws_the_same_and_each_epoch_anew():
    pictures, people = numbered()
    a, b = (PeopleBatches(pictures, people, 3, 2, 5, seed=4) for _ in range(2))
    first = [batch[0] for batch in (a[0], a[1], b[0])]
    assert (first[0] == first[2]).all()
    assert (first[0] != first[1]).any()
    a.on_epoch_end()
    assert (a[0][0] != first[0]).any()
    assert (PeopleBatches(pictures, people, 3, 2, 5, seed=5)[0][0] != first[0]).any()


def test_people_with_too_few_pictures_are_left_out():
    pictures, people = numbered(3, 4)
    batches = PeopleBatches(pictures[:-3], people[:-3], 2, 4, batches=30)
    assert {name for k in range(30) for name in batches[k][1]} == {0, 1}


def test_names_serve_as_well_as_numbers():
    pictures, people = numbered(3, 2)
    _, y = PeopleBatches(pictures, np.array(["Bob", "Ann", "Cleo"])[people], 3, 2)[0]
    assert sorted(y) == [0, 0, 1, 1, 2, 2]


def test_pictures_are_varied_by_what_is_given():
    pictures, people = numbered()
    batches = PeopleBatches(pictures, people, 3, 2, augment=lambda x, rng: x + 1_000)
    assert batches[0][0].min() >= 1_000


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((8, 2), "only 7 of 7 people"),
        ((3, 6), "only 0 of 7 people"),
        ((1, 2), "people_per_batch=1"),
        ((3, 1), "pictures_per_person=1"),
        ((3, 2, 0), "batches=0"),
    ],
)
def test_batches_that_make_no_triplet_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        PeopleBatches(*numbered(), *settings)


def test_every_picture_needs_a_label():
    pictures, people = numbered()
    with pytest.raises(ValueError, match="34 labels were given for 35 pictures"):
        PeopleBatches(pictures, people[:-1])


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


def test_half_size_is_the_mean_of_four():
    picture = np.arange(16.0).reshape(1, 4, 4, 1)
    assert half_size(picture)[0, :, :, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    with pytest.raises(ValueError, match="5 by 4"):
        half_size(np.zeros((1, 5, 4, 1)))

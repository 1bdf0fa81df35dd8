"""Batches of P people with K pictures each."""

import numpy as np
import pytest

from utils.data.pk_batches import PKBatches


def numbered(people=7, each=5):
    """Each picture is one pixel: its own number."""
    pictures = np.arange(people * each, dtype="float32").reshape(-1, 1, 1, 1)
    return pictures, np.repeat(np.arange(people), each)


def test_a_batch_holds_p_people_with_k_different_pictures_each():
    pictures, people = numbered()
    batches = PKBatches(pictures, people, 4, 3, batches=20)
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
    a, b = (PKBatches(pictures, people, 3, 2, 5, seed=4) for _ in range(2))
    first = [batch[0] for batch in (a[0], a[1], b[0])]
    assert (first[0] == first[2]).all()
    assert (first[0] != first[1]).any()
    a.on_epoch_end()
    assert (a[0][0] != first[0]).any()
    assert (PKBatches(pictures, people, 3, 2, 5, seed=5)[0][0] != first[0]).any()


def test_training_that_goes_on_meets_the_batches_it_would_have_met():
    pictures, people = numbered()
    whole, later = (PKBatches(pictures, people, 3, 2, 4, seed=1) for _ in range(2))
    epochs = []
    for _ in range(4):
        epochs.append([whole[k][0] for k in range(4)])
        whole.on_epoch_end()
    assert whole.epoch == 4
    later.epoch = 2
    for expected in epochs[2:]:
        # In any order: what a batch holds does not depend on those before it.
        for k in (3, 0, 2, 1):
            assert (later[k][0] == expected[k]).all()
        later.on_epoch_end()


def test_people_with_too_few_pictures_are_left_out():
    pictures, people = numbered(3, 4)
    batches = PKBatches(pictures[:-3], people[:-3], 2, 4, batches=30)
    assert {name for k in range(30) for name in batches[k][1]} == {0, 1}


def test_names_serve_as_well_as_numbers():
    pictures, people = numbered(3, 2)
    _, y = PKBatches(pictures, np.array(["Bob", "Ann", "Cleo"])[people], 3, 2)[0]
    assert sorted(y) == [0, 0, 1, 1, 2, 2]


def test_pictures_are_varied_by_what_is_given():
    pictures, people = numbered()
    batches = PKBatches(pictures, people, 3, 2, augment=lambda x, rng: x + 1_000)
    assert batches[0][0].min() >= 1_000


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((8, 2), "only 7 of 7 people"),
        ((3, 6), "only 0 of 7 people"),
        ((1, 2), "people_per_batch was 1, but must be an integer of at least 2"),
        ((3, 1), "pictures_per_person was 1"),
        ((3.0, 2), "people_per_batch was 3.0"),
        ((3, 2, 0), "batches was 0"),
        ((3, 2, 5, "0"), "seed was '0'"),
    ],
)
def test_batches_that_make_no_triplet_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        PKBatches(*numbered(), *settings)


def test_every_picture_needs_a_label():
    pictures, people = numbered()
    with pytest.raises(ValueError, match=r"shape \(34,\) for 35 pictures"):
        PKBatches(pictures, people[:-1])

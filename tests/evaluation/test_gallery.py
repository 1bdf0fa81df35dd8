"""A gallery of people: who is who, strangers, files that break, and exactness."""

import io
import os
import zipfile

import numpy as np
import pytest
from keras import ops

from utils.evaluation import flat_index
from utils.evaluation.flat_index import FlatIndex
from utils.evaluation.gallery import Gallery
from utils.networks.gabor import gabor_magnitudes


def embed(pictures):
    """A picture here is its own embedding."""
    return np.asarray(pictures, dtype="float32")


@pytest.fixture
def gallery():
    known = Gallery(embed, threshold=1.0)
    known.enrol("Ann", [[0.0, 0.0], [0.0, 4.0]])
    known.enrol("Bob", [[10.0, 0.0]])
    return known


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(flat_index, "BLOCK", 7)


def test_a_person_is_verified_by_the_nearest_picture(gallery):
    assert gallery.verify([0.0, 3.5], "Ann") is True
    assert gallery.verify([0.0, 2.0], "Ann") is False
    assert gallery.verify([0.0, 3.5], "Bob") is False
    assert gallery.distance([0.0, 3.5], "Ann") == pytest.approx(0.25)


def test_a_picture_is_identified_or_unknown(gallery):
    assert gallery.identify([9.5, 0.5]) == "Bob"
    assert gallery.identify([0.0, 0.9]) == "Ann"
    assert gallery.identify([5.0, 5.0]) == "unknown"
    assert gallery.identify_embeddings([[0, 0], [10, 0], [99, 0]]) == [
        "Ann",
        "Bob",
        "unknown",
    ]


def test_a_distance_of_exactly_the_threshold_is_accepted(gallery):
    assert gallery.verify([10.0, 1.0], "Bob")
    assert gallery.identify([10.0, 1.0]) == "Bob"


def test_pictures_are_embedded_once():
    seen = []

    def counting(pictures):
        seen.append(len(pictures))
        return embed(pictures)

    gallery = Gallery(counting, 1.0)
    gallery.enrol("Ann", np.zeros((3, 2)))
    gallery.identify([0.0, 0.0])
    gallery.verify([0.0, 0.0], "Ann")
    assert seen == [3, 1, 1]


def test_newcomers_come_and_go_without_training(gallery):
    gallery.enrol("Cleo", [[5.0, 5.0]])
    assert gallery.identify([5.0, 5.0]) == "Cleo"
    gallery.remove("Ann")
    assert "Ann" not in gallery
    assert gallery.names == ["Bob", "Cleo"]
    assert gallery.identify([0.0, 0.0]) == "unknown"
    gallery.enrol("Ann", [[0.0, 0.0]])
    assert gallery.identify([0.0, 0.0]) == "Ann"
    assert len(gallery) == 3


def test_the_last_one_to_leave_empties_the_gallery(gallery):
    gallery.remove("Ann")
    gallery.remove("Bob")
    with pytest.raises(ValueError, match="gallery is empty: enrol somebody"):
        gallery.identify([0.0, 0.0])
    gallery.enrol("Dora", [[1.0, 2.0, 3.0]])  # another network is welcome now
    assert gallery.identify([1.0, 2.0, 3.0]) == "Dora"


def test_a_saved_gallery_answers_as_before(gallery, tmp_path, small_blocks):
    gallery.enrol_embeddings([f"p{k}" for k in range(30)], 50.0 + np.eye(30, 2))
    gallery.remove("Bob")
    gallery.save(tmp_path / "known.npz")
    again = Gallery.load(tmp_path / "known.npz", embed)
    assert again.names == gallery.names
    assert again.threshold == gallery.threshold
    for point in ([0.0, 3.5], [51.0, 50.0], [10.0, 0.0]):
        assert again.identify(point) == gallery.identify(point)


def test_a_saved_gallery_holds_no_pickle(gallery, tmp_path):
    gallery.save(tmp_path / "known.npz")
    with np.load(tmp_path / "known.npz", allow_pickle=False) as file:
        assert all(file[key].dtype.kind in "ifU" for key in file)


def one_array(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:200] + bytes(300) + data[500:],
        lambda data: b"",
        lambda data: b"no gallery at all",
        lambda data: one_array(np.zeros(3)),
    ],
)
def test_a_damaged_file_is_named_and_left_alone(gallery, tmp_path, damage):
    path = tmp_path / "known.npz"
    gallery.save(path)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"damaged or no gallery.*left as it is"):
        Gallery.load(path, embed)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"format": 9},
        {"threshold": -1.0},
        {"names": np.array(["Ann", "Ann"])},
        {"names": np.array(["Ann", "Bob", "Cleo"])},
        {"names": np.array(["Ann"])},
        {"embeddings_0": np.full((3, 2), np.nan)},
        {"embeddings_0": np.zeros((2, 2))},
        {"owners_0": np.zeros(3)},
        {"names": np.array([{"a": 1}, 2], dtype=object)},
        {"format": np.ones(1, dtype=int)},
        {"format": "1"},
        {"threshold": np.ones(2)},
        {"embeddings_0": np.zeros((3, 2), dtype=complex)},
    ],
)
def test_a_file_that_does_not_add_up_is_refused(gallery, tmp_path, change):
    gallery.save(tmp_path / "known.npz")
    with np.load(tmp_path / "known.npz") as file:
        arrays = {**file, **change}
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ValueError, match="damaged or no gallery"):
        Gallery.load(tmp_path / "other.npz", embed)


def test_a_header_that_promises_too_much_is_refused(gallery, tmp_path):
    path = tmp_path / "known.npz"
    gallery.save(path)
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**12, 2)}
    promise = io.BytesIO()
    np.lib.format.write_array_header_1_0(promise, header)
    members["embeddings_0.npy"] = promise.getvalue() + bytes(24)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    with pytest.raises(ValueError, match="damaged or no gallery"):
        Gallery.load(path, embed)


def test_a_flipped_byte_is_harmless_or_named(gallery, tmp_path):
    path = tmp_path / "known.npz"
    gallery.save(path)
    whole, named = path.read_bytes(), 0
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            Gallery.load(path, embed)
        except ValueError:  # any other error would end the test
            named += 1
    assert named > len(whole) / 9


def test_what_embed_cannot_take_is_told_with_the_shape_that_was_given():
    gallery = Gallery(gabor_magnitudes, 1.0)
    picture = np.random.default_rng(0).uniform(-1, 1, (16, 16, 1))
    with pytest.raises(ValueError, match=r"shape \(16, 16, 1\).*picture\[None\]"):
        gallery.enrol("Ann", picture)
    gallery.enrol("Ann", picture[None])
    assert gallery.identify(picture) == "Ann"
    for ask in (gallery.identify, lambda batch: gallery.verify(batch, "Ann")):
        with pytest.raises(ValueError, match=r"shape \(2, 16, 16, 1\).*one picture"):
            ask(np.stack([picture, picture]))


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64"])
def test_embeddings_may_be_of_any_type(dtype):
    gallery = Gallery(embed, 1.0)
    gallery.enrol_embeddings(["Ann", "Bob"], np.array([[0, 0], [10, 0]], dtype))
    assert gallery.identify_embeddings(ops.convert_to_tensor([[9, 0]])) == ["Bob"]


def test_a_save_that_fails_leaves_the_old_file(gallery, tmp_path, monkeypatch):
    path = tmp_path / "known.npz"
    gallery.save(path)
    before = path.read_bytes()
    gallery.enrol("Cleo", [[1.0, 1.0]])

    def full_disk(handle):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        gallery.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_there_is_nothing_to_load(tmp_path):
    with pytest.raises(FileNotFoundError, match="no gallery"):
        Gallery.load(tmp_path / "none.npz", embed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: g.enrol("Ann", [[1.0, 1.0]]), "'Ann' is enrolled already"),
        (lambda g: g.enrol("unknown", [[1.0, 1.0]]), "other than 'unknown'"),
        (lambda g: g.enrol("", [[1.0, 1.0]]), "name was ''"),
        (lambda g: g.enrol(7, [[1.0, 1.0]]), "name was 7"),
        (lambda g: g.enrol("Cleo", np.zeros((0, 2))), "at least one row"),
        (lambda g: g.enrol("Cleo", [1.0, 1.0]), r"shape \(2,\).*picture\[None\]"),
        (lambda g: g.enrol("Cleo", [[1.0]]), "has 1 numbers.*have 2"),
        (lambda g: g.enrol("Cleo", [[np.nan, 0.0]]), "1 of 2 are NaN"),
        (lambda g: g.enrol_embeddings(["C"], [[1j, 0.0]]), "complex"),
        (lambda g: g.identify([1.0, 2.0, 3.0]), "has 3 numbers.*have 2"),
        (
            lambda g: g.identify([[0.0, 0.0], [1.0, 1.0]]),
            r"shape \(2, 2\): .*one picture",
        ),
        (lambda g: g.verify([0.0, 0.0], "Zoe"), "Nobody called 'Zoe' is among the 2"),
        (lambda g: g.remove("Zoe"), "Nobody called 'Zoe'"),
        (lambda g: g.enrol_embeddings(["C"], np.eye(2)), "1 names were given for 2"),
        (lambda g: g.enrol_embeddings(["C", "Ann"], np.eye(2)), "enrolled already"),
    ],
)
def test_what_cannot_be_done_changes_nothing(gallery, call, message):
    with pytest.raises(ValueError, match=message):
        call(gallery)
    assert gallery.names == ["Ann", "Bob"]
    assert gallery.identify([0.0, 0.0]) == "Ann"


@pytest.mark.parametrize("threshold", [-1.0, np.inf, np.nan])
def test_a_threshold_that_is_no_distance_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold was"):
        Gallery(embed, threshold)


def test_a_gallery_wants_a_function():
    with pytest.raises(ValueError, match=r"without \(\)"):
        Gallery(np.zeros(3), 1.0)
    with pytest.raises(ValueError, match="nothing to save"):
        Gallery(embed, 1.0).save("never.npz")


@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_the_nearest_is_exact_also_between_near_ties(small_blocks, shift):
    rng = np.random.default_rng(0)
    known = shift + rng.normal(size=(500, 8)) * 1e-3
    known = np.concatenate([known, known[::-1] + 1e-6]).astype("float32")
    blocks = FlatIndex(8)
    blocks.append(known, np.arange(1000))
    queries = known[::97] + 1e-7
    found = blocks.nearest(queries)
    for query, owner, distance in zip(queries, *found, strict=True):
        exact = np.square(known.astype("float64") - query.astype("float32")).sum(axis=1)
        assert distance == exact.min()
        assert exact[owner] == exact.min()


def test_blocks_close_their_holes(small_blocks):
    rng = np.random.default_rng(1)
    rows, owners = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 9, 40)
    blocks = FlatIndex(3)
    for part in np.array_split(np.arange(40), 6):
        blocks.append(rows[part], owners[part])
    for gone in (3, 0, 8, 5):
        blocks.remove(gone)
        rows, owners = rows[owners != gone], owners[owners != gone]
        assert len(blocks) == len(rows)
        left = {
            (owner, tuple(row))
            for part in blocks
            for row, owner in zip(*part, strict=True)
        }
        assert left == {
            (owner, tuple(row)) for row, owner in zip(rows, owners, strict=True)
        }

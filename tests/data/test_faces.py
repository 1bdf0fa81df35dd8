"""Faces: both sources, and splits in which nobody is on two sides."""

import joblib
import numpy as np
import pytest
from scipy.io import savemat
from sklearn.datasets import fetch_olivetti_faces

from utils.course import downloads
from utils.data import faces
from utils.data.avatars import identities
from utils.data.faces import Faces, person_folds, split_by_person, take_people


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))


@pytest.fixture(scope="module")
def olivetti():
    if not downloads.is_cached(faces.OLIVETTI):
        pytest.skip("Olivetti's faces are not in the cache: `course prefetch --all`")
    return faces.load("olivetti")


@pytest.fixture(scope="module")
def drawn():
    return faces.draw_avatars(12, 3, seed=0, size=16)


def test_avatars_are_two_hundred_people_with_ten_pictures_each():
    found = faces.load("avatars")
    assert found.name == "avatars"
    assert len(found) == 2_000
    assert found.pictures.shape == (2_000, 32, 32, 3)
    assert np.bincount(found.labels).tolist() == [10] * 200
    first = identities(200, 10, faces.SEED)
    assert np.array_equal(found.pictures, first.pictures)


def test_olivetti_is_forty_people_with_ten_gray_pictures_each(olivetti):
    assert olivetti.pictures.shape == (400, 64, 64, 1)
    assert olivetti.pictures.dtype == np.float32
    assert (olivetti.pictures.min(), olivetti.pictures.max()) == (
        -1.0,
        pytest.approx(0.898, abs=1e-3),
    )
    assert np.bincount(olivetti.labels).tolist() == [10] * 40
    assert olivetti.name == "olivetti"


def test_olivetti_is_what_scikit_learn_reads(olivetti, tmp_path):
    levels = np.round((olivetti.pictures[..., 0] + 1) * 127.5).astype("uint8")
    columns = levels.transpose(0, 2, 1).reshape(400, 4096)
    joblib.dump(columns, tmp_path / "olivetti_py3.pkz")
    theirs = fetch_olivetti_faces(data_home=tmp_path, download_if_missing=False)
    assert np.array_equal(theirs.target, olivetti.labels)
    scaled = (levels - levels.min()) / np.ptp(levels)
    np.testing.assert_allclose(theirs.images, scaled, atol=1e-6)


def test_auto_takes_olivetti_where_it_is_cached_and_says_so(olivetti, capsys):
    assert faces.load().name == "olivetti"
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert 'source="avatars"' in said


def test_auto_takes_avatars_offline_and_says_how_to_get_the_other(empty_cache, capsys):
    assert faces.load().name == "avatars"
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "course prefetch --all" in said


def test_a_named_source_is_loaded_without_a_word(capsys):
    faces.load("avatars")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [("olivety", "Did you mean 'olivetti'"), (3, "'auto', 'avatars', 'olivetti'")],
)
def test_an_unknown_source_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        faces.load(given)


def test_a_picture_is_a_column_stored_column_by_column(tmp_path):
    levels = np.zeros((4096, 400), "uint8")
    levels[64 * 5 + 2, 30] = 255  # column 5, row 2 of the first picture of person 3
    savemat(tmp_path / "a.mat", {"faces": levels})
    found = faces.read_olivetti(tmp_path / "a.mat")
    assert np.argwhere(found.pictures == 1).tolist() == [[30, 2, 5, 0]]
    assert found.labels[30] == 3


def test_a_file_that_is_not_olivettis_is_refused(tmp_path):
    path = tmp_path / "a.mat"
    for content in (b"", b"<html>not found</html>", bytes(range(256)) * 4):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"a\.mat is no MATLAB file"):
            faces.read_olivetti(path)
    savemat(path, {"digits": np.zeros((4096, 400))})
    with pytest.raises(ValueError, match="no variable `faces`"):
        faces.read_olivetti(path)
    savemat(path, {"faces": np.zeros((400, 4096))})
    with pytest.raises(ValueError, match=r"but \(400, 4096\)"):
        faces.read_olivetti(path)


def test_groups_share_nobody_and_hold_all_pictures_of_theirs(drawn):
    groups = split_by_person(drawn, 6, 3, 3, seed=1)
    assert [len(group.people) for group in groups] == [6, 3, 3]
    assert [len(group) for group in groups] == [18, 9, 9]
    together = np.concatenate([group.people for group in groups])
    assert sorted(together) == list(range(12))
    for group in groups:
        for person in group.people:
            mine = group.pictures[group.labels == person]
            assert np.array_equal(mine, drawn.pictures[drawn.labels == person])


def test_the_seed_chooses_who_goes_where(drawn):
    people = [split_by_person(drawn, 6, seed=seed)[0].people for seed in (0, 0, 1)]
    assert np.array_equal(people[0], people[1])
    assert not np.array_equal(people[0], people[2])


def test_each_person_is_left_out_of_exactly_one_fold(drawn):
    folds = list(person_folds(drawn, 4, seed=0))
    assert len(folds) == 4
    for train, test in folds:
        assert not np.intersect1d(train.labels, test.labels).size
        assert len(train) + len(test) == len(drawn)
    left_out = np.concatenate([test.people for _, test in folds])
    assert sorted(left_out) == list(range(12))


def test_people_are_taken_by_their_numbers(drawn):
    assert take_people(drawn, [7, 2]).labels.tolist() == [2, 2, 2, 7, 7, 7]
    assert take_people(drawn, 4).people.tolist() == [4]


@pytest.mark.parametrize("people", [(), (0, 3), (-1,), (10, 3)])
def test_groups_that_cannot_be_filled_are_refused(drawn, people):
    with pytest.raises(ValueError, match="together at most 12"):
        split_by_person(drawn, *people)


@pytest.mark.parametrize("folds", [0, 1, 13])
def test_folds_that_cannot_be_filled_are_refused(drawn, folds):
    with pytest.raises(ValueError, match="at least 2 and at most 12"):
        person_folds(drawn, folds)


@pytest.mark.parametrize("people", [[], [3, 12], [-1]])
def test_people_who_are_not_there_are_refused(drawn, people):
    with pytest.raises(ValueError, match="not among these faces"):
        take_people(drawn, people)


def test_pictures_without_a_person_are_refused(drawn):
    with pytest.raises(ValueError, match="36 pictures, but 35 labels"):
        Faces(drawn.pictures, drawn.labels[:-1], "avatars")

import gzip
import struct

import numpy as np
import pytest
from sklearn.datasets import load_digits

from utils.course import downloads
from utils.data import digits


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def mnist():
    if not all(map(downloads.is_cached, downloads.files_of("mnist"))):
        pytest.skip("MNIST is not in the cache: `course prefetch`, or set COURSE_DATA")
    return digits.load("mnist")


def _write_idx(path, shape, values, magic=b"\0\0\x08"):
    header = magic + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    path.write_bytes(gzip.compress(header + bytes(values)))
    return path


def test_uci_has_1437_and_360_pictures_in_the_contracts_shape_and_range():
    data = digits.load("uci")
    assert data.train_pictures.shape == (1437, 8, 8, 1)
    assert data.test_pictures.shape == (360, 8, 8, 1)
    assert data.train_labels.shape == (1437,)
    assert data.test_labels.shape == (360,)
    assert data.train_pictures.dtype == data.test_pictures.dtype == np.float32
    assert data.train_pictures.min() == -1.0
    assert data.train_pictures.max() == 1.0
    assert data.name == "uci"


def test_uci_is_scikit_learns_digits_split_without_loss_or_overlap():
    data, original = digits.load("uci"), load_digits()
    pictures = np.concatenate([data.train_pictures, data.test_pictures]).reshape(-1, 64)
    labels = np.concatenate([data.train_labels, data.test_labels])
    ours = sorted(map(tuple, np.c_[8 * (pictures + 1), labels]))
    assert ours == sorted(map(tuple, np.c_[original.data, original.target]))


def test_every_digit_is_in_the_test_set_in_proportion():
    data = digits.load("uci")
    share = np.bincount(data.test_labels) / np.bincount(data.train_labels)
    np.testing.assert_allclose(share, 360 / 1437, atol=0.01)


def test_the_split_is_the_same_each_time():
    for one, other in zip(digits.load("uci"), digits.load("uci"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_misspelled_data_folder_is_told_where_digits_are_chosen(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "typo"))
    assert digits.load().name == "uci"
    assert "typo, which does not exist: is it misspelled?" in capsys.readouterr().out


def test_mnist_is_the_published_data_set(mnist):
    assert mnist.train_pictures.shape == (60_000, 28, 28, 1)
    assert mnist.test_pictures.shape == (10_000, 28, 28, 1)
    assert mnist.train_pictures.dtype == np.float32
    assert (mnist.train_pictures.min(), mnist.train_pictures.max()) == (-1.0, 1.0)
    assert mnist.train_labels[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert mnist.test_labels[:4].tolist() == [7, 2, 1, 0]
    assert np.bincount(mnist.test_labels)[:3].tolist() == [980, 1135, 1032]
    assert mnist.name == "mnist"
    # The mean and standard deviation of MNIST's pixels in [0, 1] are known well.
    mean = mnist.train_pictures.mean(dtype="float64")
    std = np.sqrt(np.square(mnist.train_pictures).mean(dtype="float64") - mean**2)
    assert (mean + 1) / 2 == pytest.approx(0.1307, abs=1e-4)
    assert std / 2 == pytest.approx(0.3081, abs=1e-4)


def test_auto_takes_mnist_where_it_is_cached_and_says_so(mnist, capsys):
    assert digits.load().name == "mnist"
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "MNIST" in said
    assert 'source="uci"' in said


def test_auto_takes_uci_offline_and_says_how_to_get_the_other(empty_cache, capsys):
    assert digits.load().name == "uci"
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "course prefetch" in said


def test_a_named_source_is_loaded_without_a_word(capsys):
    digits.load("uci")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "near"),
    [("minst", "mnist"), ("UCI", "uci"), ("fashion", "fashion_mnist")],
)
def test_an_unknown_source_is_an_error_with_the_near_match(given, near):
    with pytest.raises(
        ValueError, match=f"'{given}'. Did you mean '{near}'.*'auto', 'uci'"
    ):
        digits.load(given)


@pytest.mark.parametrize("given", [None, 3, "imagenet"])
def test_an_unknown_source_lists_those_there_are(given):
    with pytest.raises(ValueError, match="'auto', 'uci', 'mnist', 'fashion_mnist'"):
        digits.load(given)


def test_fashion_mnist_is_read_from_its_four_files(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "fetch", lambda name: tmp_path / name)
    (tmp_path / "fashion_mnist").mkdir()
    for kind, count in (("train", 3), ("t10k", 2)):
        stem = tmp_path / "fashion_mnist" / kind
        images, labels = f"{stem}-images-idx3-ubyte.gz", f"{stem}-labels-idx1-ubyte.gz"
        _write_idx(tmp_path / images, (count, 2, 2), [0, 255, 0, 255] * count)
        _write_idx(tmp_path / labels, (count,), range(count))
    data = digits.load("fashion_mnist")
    assert data.train_pictures.shape == (3, 2, 2, 1)
    assert data.train_pictures[0].ravel().tolist() == [-1, 1, -1, 1]
    assert data.test_labels.tolist() == [0, 1]
    assert data.name == "fashion_mnist"
    _write_idx(tmp_path / "fashion_mnist/t10k-labels-idx1-ubyte.gz", (3,), range(3))
    with pytest.raises(ValueError, match="2 pictures, 3 labels"):
        digits.load("fashion_mnist")


def test_an_idx_file_is_read_in_its_own_shape(tmp_path):
    path = _write_idx(tmp_path / "a.gz", (2, 3, 4), range(24))
    np.testing.assert_array_equal(
        digits.read_idx(path, axes=3), np.arange(24).reshape(2, 3, 4)
    )


@pytest.mark.parametrize(
    ("shape", "size", "magic", "message"),
    [
        ((2, 2), 4, b"\0\0\x08", "3 axes: it begins with 00 00 08 02, not 00 00 08 03"),
        ((1, 2, 2), 4, b"\0\0\x0d", "is not an IDX file of unsigned bytes"),
        ((2, 2, 2), 7, b"\0\0\x08", r"shape \(2, 2, 2\) but holds 7 values"),
    ],
)
def test_a_wrong_idx_file_is_a_clear_error(tmp_path, shape, size, magic, message):
    path = _write_idx(tmp_path / "a.gz", shape, range(size), magic)
    with pytest.raises(ValueError, match=message):
        digits.read_idx(path, axes=3)


@pytest.mark.parametrize("cut", [0, 1, 5, 20])
def test_a_cut_or_foreign_file_is_a_clear_error(tmp_path, cut):
    path = _write_idx(tmp_path / "a.gz", (1, 2, 2), range(4))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"a\.gz"):
        digits.read_idx(path, axes=3)
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match="not a whole gzip file"):
        digits.read_idx(path, axes=3)

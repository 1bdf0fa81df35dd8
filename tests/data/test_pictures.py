"""Photographs and the learner's own pictures: modes, rotation, damage, refusals."""

import io

import numpy as np
import pytest
from PIL import Image

from utils.data import pictures
from utils.data.pictures import (
    PHOTOGRAPHS,
    open_picture,
    photograph,
    read_photograph,
    whole_photographs,
)

rng = np.random.default_rng(0)
COLORS = rng.integers(0, 256, (8, 8, 3), dtype="uint8")


def expected(levels):
    return np.asarray(levels, "float32") / 127.5 - 1


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_comes_with_the_packages_as_a_square(name, monkeypatch):
    monkeypatch.setattr("pooch.retrieve", None)  # nothing may be downloaded
    original = read_photograph(name)
    assert original.dtype == np.uint8
    assert min(original.shape[:2]) >= 300
    picture = photograph(name, 64)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.float32
    assert -1 <= picture.min() < picture.max() <= 1
    assert picture.std() > 0.05
    gray = original.ndim == 2
    assert gray == np.array_equal(picture[..., 0], picture[..., 1])


def test_a_photograph_at_its_own_size_is_the_original():
    original = expected(read_photograph("astronaut"))
    np.testing.assert_allclose(photograph("astronaut", 512), original, atol=1e-6)
    cat = read_photograph("chelsea")
    assert cat.shape == (300, 451, 3)
    middle = expected(cat[:, 75:375])
    assert np.abs(photograph("chelsea", 300) - middle).mean() < 0.05


def test_every_whole_photograph_has_the_side_and_the_proportions_asked_for():
    photographs = whole_photographs(128)
    assert tuple(photographs) == PHOTOGRAPHS
    for name, picture in photographs.items():
        assert picture.dtype == np.float32
        assert picture.shape[2] == 3
        assert min(picture.shape[:2]) == 128
        assert -1 <= picture.min() < picture.max() <= 1
        height, width = read_photograph(name).shape[:2]
        assert picture.shape[1] / picture.shape[0] == pytest.approx(
            width / height, rel=0.01
        )


def test_a_whole_photograph_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        whole_photographs(128)["chelsea"][0] = 0


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_a_picture_without_loss_is_read_as_it_is(tmp_path, kind):
    Image.fromarray(COLORS).save(tmp_path / f"a.{kind}")
    for path in (tmp_path / f"a.{kind}", str(tmp_path / f"a.{kind}")):
        found = open_picture(path, 8)
        assert found.dtype == np.float32
        assert found == pytest.approx(expected(COLORS), abs=1e-6)


def test_gray_gets_three_equal_channels(tmp_path):
    Image.fromarray(COLORS[..., 0]).save(tmp_path / "gray.png")
    gray = expected(COLORS[..., :1].repeat(3, axis=-1))
    assert open_picture(tmp_path / "gray.png", 8) == pytest.approx(gray, abs=1e-6)


def test_what_is_transparent_becomes_white(tmp_path):
    half = np.full((8, 8, 4), 0, "uint8")
    half[:, 4:, 3] = 255
    for mode in ("RGBA", "LA", "P"):
        Image.fromarray(half).convert(mode).save(tmp_path / "half.png")
        found = open_picture(tmp_path / "half.png", 8)
        assert (found[:, :4] == 1).all(), mode
        assert (found[:, 4:] == -1).all(), mode


def test_sixteen_bits_keep_their_brightness(tmp_path):
    levels = COLORS[..., 0].astype("uint16") * 257
    Image.fromarray(levels).save(tmp_path / "deep.png")
    gray = expected(COLORS[..., :1].repeat(3, axis=-1))
    assert open_picture(tmp_path / "deep.png", 8) == pytest.approx(gray, abs=1e-6)
    Image.fromarray(levels.astype("int32")).save(tmp_path / "deep.tiff")
    assert open_picture(tmp_path / "deep.tiff", 8) == pytest.approx(gray, abs=1e-6)
    real = (levels / 65535).astype("float32")
    Image.fromarray(real).save(tmp_path / "real.tiff")
    assert open_picture(tmp_path / "real.tiff", 8) == pytest.approx(gray, abs=1e-6)


def test_levels_that_are_no_brightness_are_refused(tmp_path):
    Image.fromarray(np.full((8, 8), -5.0, "float32")).save(tmp_path / "a.tiff")
    with pytest.raises(ValueError, match="levels run from -5"):
        open_picture(tmp_path / "a.tiff", 8)


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (6, lambda a: np.rot90(a, -1)),
        (8, lambda a: np.rot90(a)),
    ],
)
def test_a_picture_is_turned_as_its_camera_noted(tmp_path, orientation, turned):
    note = Image.Exif()
    note[0x0112] = orientation
    Image.fromarray(COLORS).save(tmp_path / "a.png", exif=note)
    found = open_picture(tmp_path / "a.png", 8)
    assert found == pytest.approx(expected(turned(COLORS)), abs=1e-6)


def test_the_middle_is_cut_out(tmp_path):
    wide = np.zeros((8, 24, 3), "uint8")
    wide[:, 8:16] = COLORS
    Image.fromarray(wide).save(tmp_path / "wide.png")
    found = open_picture(tmp_path / "wide.png", 8)
    assert found == pytest.approx(expected(COLORS), abs=1e-6)


@pytest.mark.parametrize("mode", ["1", "CMYK", "YCbCr", "LAB"])
def test_other_ways_to_store_colors_are_read(tmp_path, mode):
    kind = "jpg" if mode in ("CMYK", "YCbCr") else "tiff"
    white = Image.new("RGB", (20, 20), "white")
    lab = Image.new("LAB", (20, 20), (255, 0, 0))  # which `convert` cannot make
    (lab if mode == "LAB" else white.convert(mode)).save(tmp_path / f"a.{kind}")
    assert open_picture(tmp_path / f"a.{kind}", 8).shape == (8, 8, 3)


def test_of_an_animation_the_first_picture_is_taken(tmp_path):
    frames = [Image.new("RGB", (9, 9), color) for color in ("white", "black")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (open_picture(tmp_path / "a.gif", 8) == 1).all()


def test_a_huge_jpeg_is_decoded_to_less(tmp_path, monkeypatch):
    Image.new("RGB", (4_000, 3_000), "white").save(tmp_path / "a.jpg")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1_000_000)
    assert open_picture(tmp_path / "a.jpg", 64) == pytest.approx(1.0)
    Image.new("1", (4_000, 3_000)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"too large to open.*4,000 × 3,000"):
        open_picture(tmp_path / "a.png", 64)


def test_a_picture_that_pillow_holds_for_a_bomb_is_refused(tmp_path, monkeypatch):
    Image.new("1", (400, 300)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    with pytest.raises(ValueError, match="too large to open"):
        open_picture(tmp_path / "a.png", 64)


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    for content in (b"", b"<html>not found</html>", bytes(range(256))):
        (tmp_path / "a.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"a\.png is not a picture"):
            open_picture(tmp_path / "a.png", 8)


def test_a_header_that_makes_no_sense_is_a_damaged_picture(tmp_path):
    (tmp_path / "a.ppm").write_bytes(b"P6\n8 ?8\n255\n" + bytes(192))
    with pytest.raises(ValueError, match=r"a\.ppm cannot be read"):
        open_picture(tmp_path / "a.ppm", 8)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "webp", "tiff", "bmp"])
def test_a_picture_that_was_cut_short_is_refused(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    noise = rng.integers(0, 256, (64, 64, 3), dtype="uint8")
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"a picture|damaged or cut short"):
        open_picture(path, 8)


def test_a_file_that_is_not_there_is_told_with_a_near_name(tmp_path):
    (tmp_path / "holiday.png").touch()
    with pytest.raises(FileNotFoundError, match=r"Did you mean 'holiday\.png'"):
        open_picture(tmp_path / "holyday.png", 8)
    with pytest.raises(ValueError, match="is a folder"):
        open_picture(tmp_path, 8)


@pytest.mark.parametrize("size", [0, 7, 2049, 64.5, 64.0, None, "64", (64, 64), True])
def test_a_size_out_of_range_is_refused(size, tmp_path):
    for ask in (photograph, open_picture):
        with pytest.raises(ValueError, match="at least 8 and at most 2048"):
            ask("astronaut", size)


@pytest.mark.parametrize(
    "path", [io.BytesIO(b"picture"), None, "", "https://example.org/cat.jpg", 3]
)
def test_what_names_no_file_of_this_machine_is_told(path):
    with pytest.raises(ValueError, match=r"must be that of a file on this machine"):
        open_picture(path, 64)


def test_an_unknown_photograph_is_refused_with_the_near_match():
    with pytest.raises(ValueError, match="Did you mean 'chelsea'"):
        photograph("chelsey", 64)

"""Pairs: what the source tells, what it does not, and bad folders refused in words."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from utils.data.avatars import render, sample_factors
from utils.data.translations import (
    COLORS,
    LUMA,
    drawn_avatars,
    hair_answers,
    outlines,
    own_pairs,
    painted_avatars,
    photograph_pairs,
    to_gray,
)

PAINTED = painted_avatars(300, 0)


def test_the_four_colors_have_one_brightness_and_are_far_apart():
    np.testing.assert_allclose(COLORS @ LUMA, 0, atol=1e-6)
    assert np.abs(COLORS).max() < 1
    unit = (COLORS + 1) / 2
    assert unit.var(axis=0).mean() == pytest.approx(0.060698, abs=1e-6)
    apart = np.linalg.norm(COLORS[:, None] - COLORS, axis=-1)[np.triu_indices(4, 1)]
    assert apart.min() > 0.8


@pytest.mark.parametrize("region", [0, 1])
def test_a_region_has_the_color_that_was_chosen_and_its_gray_is_one(region):
    whole = PAINTED.regions[..., region] > 0.999
    assert whole.any(axis=(1, 2)).mean() > 0.9
    for target, here, choice in zip(
        PAINTED.targets, whole, PAINTED.choices[:, region], strict=True
    ):
        np.testing.assert_allclose(
            target[here], np.broadcast_to(COLORS[choice], (here.sum(), 3)), atol=3e-3
        )
    np.testing.assert_allclose(PAINTED.sources[whole], 0, atol=3e-3)


def test_the_choices_are_even_and_independent():
    walls, shirts = painted_avatars(2_000, 1).choices.T
    table = np.zeros((4, 4))
    np.add.at(table, (walls, shirts), 1 / 2_000)
    np.testing.assert_allclose(table, 1 / 16, atol=0.02)


def test_the_source_is_the_gray_of_the_target():
    away = np.abs(to_gray(PAINTED.targets) - PAINTED.sources)
    assert away.max() < 0.03  # where the target would be brighter than white
    assert (away < 1e-5).mean() > 0.99
    drawn = drawn_avatars(20, 0)
    np.testing.assert_array_equal(to_gray(drawn.targets), drawn.sources)


def test_avatars_that_stand_still_have_one_place():
    factors = painted_avatars(50, 0, still=True).factors
    assert np.ptp(factors.shift) == np.ptp(factors.turn) == 0
    assert np.ptp(factors.hair_length) > 0.5


def test_one_seed_gives_the_same_pairs_and_another_one_others():
    again = painted_avatars(300, 0)
    assert again.targets.tobytes() == PAINTED.targets.tobytes()
    assert painted_avatars(300, 1).targets.tobytes() != PAINTED.targets.tobytes()


@pytest.mark.parametrize(
    ("factor", "value"), [("hair_color", 0.9), ("skin", 1.0), ("background", 0.0)]
)
def test_outlines_tell_no_color(factor, value):
    factors = sample_factors(10, 0)
    other = replace(factors, **{factor: np.full(10, value)})
    np.testing.assert_array_equal(outlines(factors), outlines(other))


def test_outlines_are_dark_lines_on_white_and_follow_the_shape():
    lines = outlines(sample_factors(50, 0))
    assert lines.shape == (50, 32, 32, 1)
    assert lines.max() == 1
    assert lines.min() == -1
    assert 0.05 < (lines < 0).mean() < 0.3
    factors = sample_factors(10, 0)
    longer = replace(factors, hair_length=np.ones(10))
    assert np.abs(outlines(longer) - outlines(factors)).max() > 1
    pairs = painted_avatars(10, 0, "sketch", 32)
    np.testing.assert_array_equal(pairs.sources, outlines(pairs.factors))


@pytest.mark.parametrize("still", [True, False])
def test_hair_of_every_color_is_drawn_where_hair_is(still):
    painted = painted_avatars(40, 0, "sketch", 24, still)
    answers, hair = hair_answers(painted, 33)
    assert answers.shape == (33, 40, 24, 24, 3)
    assert set(np.unique(hair)) == {0, 1}
    assert 0.05 < hair.mean() < 0.25
    # The target's own color is between two of them.
    away = np.abs(answers - painted.targets).max(axis=-1).min(axis=0)
    assert away[hair == 1].max() < 0.1
    # Nothing but hair: another skin, wall and shirt change no pixel there.
    skin, wall = 1 - painted.factors.skin, 1 - painted.factors.background
    other = replace(painted.factors, skin=skin, background=wall)
    same = render(other, 24) - render(painted.factors, 24)
    assert np.abs(same[hair == 1]).max() < 0.05


def test_photographs_become_pairs():
    pairs = photograph_pairs(16, 3, 0, ("chelsea", "coffee"))
    assert pairs.targets.shape == (6, 16, 16, 3)
    np.testing.assert_allclose(pairs.sources, to_gray(pairs.targets))


# The learner's own pictures


@pytest.fixture
def folders(tmp_path):
    """Two folders with three pictures each."""
    for folder, ending, shade in (("sketch", "png", 0), ("photo", "jpg", 255)):
        (tmp_path / folder).mkdir()
        for place, name in enumerate(("ann", "bob", "cem")):
            picture = Image.new("RGB", (20, 30), (shade, 80 * place, 0))
            picture.save(tmp_path / folder / f"{name}.{ending}")
    return tmp_path / "sketch", tmp_path / "photo"


def test_own_pictures_are_paired_by_name(folders):
    pairs = own_pairs(*folders, size=8)
    assert pairs.sources.shape == pairs.targets.shape == (3, 8, 8, 3)
    assert pairs.sources[..., 0].max() == -1
    assert pairs.targets[..., 0].min() > 0.9
    np.testing.assert_allclose(pairs.sources[..., 1], pairs.targets[..., 1], atol=0.05)


def lonely(sketch, photo):
    (photo / "bob.jpg").rename(photo / "bobb.jpg")


def twice(sketch, photo):
    (sketch / "ann.bmp").write_bytes(b"")


def empty(sketch, photo):
    for file in photo.iterdir():
        file.unlink()


def no_picture(sketch, photo):
    (sketch / "cem.png").write_text("cem")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lonely, r"bob.png has no partner.*Did you mean 'bobb'"),
        (twice, "have the same name: keep one"),
        (empty, "holds no files"),
        (no_picture, "is not a picture"),
    ],
)
def test_folders_that_do_not_pair_are_refused(folders, spoil, message):
    spoil(*folders)
    with pytest.raises(ValueError, match=message):
        own_pairs(*folders, size=8)


def test_one_folder_twice_and_a_missing_one_are_refused(folders):
    with pytest.raises(ValueError, match="was given twice"):
        own_pairs(folders[0], folders[0])
    with pytest.raises(FileNotFoundError, match="no folder"):
        own_pairs(folders[0], folders[0].parent / "elsewhere")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: painted_avatars(0, 0), "n was 0"),
        (lambda: painted_avatars(1, 0, "edges"), "source was 'edges'"),
        (lambda: painted_avatars(1, 0, size=8), "size was 8"),
        (lambda: outlines(sample_factors(1, 0), 128), "at most 64"),
        (lambda: hair_answers(PAINTED, 1), "shades was 1"),
        (lambda: to_gray(np.zeros((1, 8, 8, 1))), r"\(n, height, width, 3\)|shape"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

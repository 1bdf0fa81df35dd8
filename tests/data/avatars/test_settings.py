"""Avatars of which little varies, and how much of the pixels each factor owns."""

from dataclasses import replace

import numpy as np
import pytest

from utils.data.avatars import (
    LOUD,
    QUIET,
    RANGES,
    combinations,
    quiet,
    render,
    sample_factors,
    with_values,
)

FACES = sample_factors(800, seed=1)


def test_in_the_quiet_set_only_five_factors_vary():
    calm = quiet(FACES)
    assert LOUD == ("skin", "hair_color", "hair_length", "smile", "glasses")
    for name in RANGES:
        values = getattr(calm, name)
        assert np.array_equal(values, getattr(FACES, name)) == (name in LOUD), name
        assert (np.ptp(values) == 0) == (name in QUIET), name


def test_shares_of_pixel_variance_in_the_quiet_set():
    one, other = quiet(FACES), quiet(sample_factors(800, seed=2))
    pictures = render(one)

    def half_square(factors):
        return np.square(render(factors) - pictures).mean() / 2

    whole = half_square(other)
    shares = [half_square(replace(one, **{n: getattr(other, n)})) / whole for n in LOUD]
    assert whole == pytest.approx(0.0674, abs=0.002)
    assert shares == pytest.approx([0.275, 0.351, 0.348, 0.0052, 0.078], abs=0.02)


def test_a_pair_differs_in_one_factor_alone():
    bare, dark = (with_values(FACES[:9], glasses=kind) for kind in (0, 3))
    different = [
        n for n in RANGES if not np.array_equal(getattr(bare, n), getattr(dark, n))
    ]
    assert different == ["glasses"]


def test_all_combinations_come_in_order():
    every = combinations(FACES, hair_length=[0, 0.5, 1], glasses=[0, 3])
    assert len(every) == 6
    assert every.hair_length.tolist() == [0, 0, 0.5, 0.5, 1, 1]
    assert every.glasses.tolist() == [0, 3] * 3
    assert (every.skin == FACES.skin[0]).all()


@pytest.mark.parametrize("change", [with_values, combinations])
def test_what_is_no_factor_or_out_of_range_is_refused(change):
    with pytest.raises(ValueError, match=r"no factor 'hair'.*hair_color"):
        change(FACES, hair=0.5)
    with pytest.raises(ValueError, match="skin is 2"):
        change(FACES, skin=2)

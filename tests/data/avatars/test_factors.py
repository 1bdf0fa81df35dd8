"""Factors of avatars: names, ranges, independence, refusals."""

from dataclasses import fields, replace

import numpy as np
import pytest

from utils.data.avatars import IDENTITY, RANGES, Factors, sample_factors, vary


def test_the_factors_are_the_nineteen_of_the_table_of_ranges():
    assert [field.name for field in fields(Factors)] == list(RANGES)
    assert len(RANGES) == 19


def test_what_belongs_to_a_moment_does_not_stay_with_a_person():
    moment = {"smile", "glasses", "background", "light_direction"}
    assert set(RANGES) - set(IDENTITY) == moment | {"shift", "turn", "tilt"}


def test_samples_fill_their_ranges():
    factors = sample_factors(4_000, seed=0)
    for name, (low, high, _, _) in RANGES.items():
        values = getattr(factors, name)
        assert values.shape == (4_000,)
        assert values.dtype == np.float32
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < values.max() <= high


def test_samples_are_uniform_but_for_beard_and_glasses():
    factors = sample_factors(20_000, seed=1)
    for name, (low, high, _, _) in RANGES.items():
        values = (getattr(factors, name) - low) / (high - low)
        if name == "beard":
            assert (values == 0).mean() == pytest.approx(0.6, abs=0.02)
            assert values[values > 0].mean() == pytest.approx(0.6, abs=0.02)
        elif name == "glasses":
            shares = np.bincount(getattr(factors, name).astype(int)) / 20_000
            assert shares == pytest.approx([0.6, 0.4 / 3, 0.4 / 3, 0.4 / 3], abs=0.02)
        else:
            assert values.mean() == pytest.approx(1 / 2, abs=0.02)
            assert values.var() == pytest.approx(1 / 12, abs=0.005)


def test_factors_do_not_depend_on_each_other():
    factors = sample_factors(20_000, seed=2)
    correlation = np.corrcoef([getattr(factors, name) for name in RANGES])
    assert np.abs(correlation - np.eye(19)).max() < 0.04


def test_one_seed_gives_the_same_factors_and_another_one_others():
    one, same, other = (sample_factors(5, seed) for seed in (0, 0, 1))
    for name in RANGES:
        assert np.array_equal(getattr(one, name), getattr(same, name))
        if name not in ("beard", "glasses"):
            assert not np.array_equal(getattr(one, name), getattr(other, name))


def test_avatars_are_taken_by_slice_mask_and_index():
    factors = sample_factors(10, seed=0)
    assert len(factors) == 10
    assert np.array_equal(factors[2:4].skin, factors.skin[2:4])
    assert np.array_equal(
        factors[factors.skin > 0.5].nose, factors.nose[factors.skin > 0.5]
    )
    assert len(factors[3]) == 1


def test_vary_changes_one_factor_of_the_first_avatar():
    factors = sample_factors(3, seed=0)
    varied = vary(factors, "smile", [-1, 0, 1])
    assert varied.smile.tolist() == [-1, 0, 1]
    for name in set(RANGES) - {"smile"}:
        assert (getattr(varied, name) == getattr(factors, name)[0]).all()


@pytest.mark.parametrize("name", RANGES)
def test_a_value_out_of_range_is_refused_with_the_range(name):
    factors = sample_factors(2, seed=0)
    low, high, _, _ = RANGES[name]
    for wrong in (low - 0.1, high + 0.1, np.nan, np.inf):
        with pytest.raises(ValueError, match=f"{name} is .* from {low:g} to {high:g}"):
            replace(factors, **{name: [low, wrong]})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.5, 0.5, 0.5], "differ in length"),
        ([[0.5, 0.5]], r"shape \(1, 2\)"),
        (0.5, r"shape \(\)"),
        ([], r"shape \(0,\)"),
        (["dark", "light"], "no numbers"),
        (None, "skin"),
    ],
)
def test_a_factor_that_is_no_row_of_numbers_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        replace(sample_factors(2, seed=0), skin=values)


def test_half_a_pair_of_glasses_is_refused():
    with pytest.raises(ValueError, match="whole numbers"):
        replace(sample_factors(1, seed=0), glasses=[1.5])


def test_nobody_and_unknown_factors_are_refused():
    with pytest.raises(ValueError, match="n was 0"):
        sample_factors(0, seed=0)
    with pytest.raises(ValueError, match="Did you mean 'smile'"):
        vary(sample_factors(1, seed=0), "smiles", [0])

"""Right and wrong counts of modes, told apart by exercise 3.4."""

from collections import namedtuple

import numpy as np
import pytest
from answer_tables import right, stub, wrong
from keras import ops

from utils.checks import ExerciseError, lesson03
from utils.checks.mode_counts import WRONG_COUNTS, cases


def counts_with_numpy(samples, means, std):
    distances = np.linalg.norm(samples[:, None] - means[None], axis=-1)
    good = distances.min(axis=1) <= 3 * std
    return len(np.unique(distances.argmin(axis=1)[good])), good.mean()


def counts_with_keras(samples, means, std):
    samples = ops.convert_to_tensor(samples, "float32")
    means = ops.convert_to_tensor(means, "float32")
    squares = ops.sum((samples[:, None] - means[None]) ** 2, axis=-1)
    good = ops.min(squares, axis=1) <= (3 * std) ** 2
    nearest = ops.one_hot(ops.argmin(squares, axis=1), len(means))
    reached = ops.any(ops.logical_and(nearest > 0, good[:, None]), axis=0)
    return ops.sum(ops.cast(reached, "int32")), ops.mean(ops.cast(good, "float32"))


def counts_in_a_loop(samples, means, std):
    reached, good = set(), 0
    for sample in samples:
        distances = [float(np.sqrt(sum((sample - mean) ** 2))) for mean in means]
        if min(distances) <= 3 * std:
            good += 1
            reached.add(int(np.argmin(distances)))
    return [len(reached), good / len(samples)]


def counts_as_a_named_tuple(samples, means, std):
    modes, high_quality = counts_with_numpy(samples, means, std)
    return namedtuple("Counted", "modes high_quality")(modes, high_quality)


@right(counts_with_numpy, counts_with_keras, counts_in_a_loop, counts_as_a_named_tuple)
def test_a_right_count_passes(capsys, answer):
    lesson03.count_modes(answer)
    assert capsys.readouterr().out.startswith("✓ Exercise 3.4 passed")


def test_the_wrong_counts_differ_from_the_right_one_and_each_other():
    first, overlapping = (case.arguments for case in cases()[:2])
    outcomes = [(*counts_with_numpy(*first), *counts_with_numpy(*overlapping))]
    outcomes += [(*wrong(*first), *wrong(*overlapping)) for wrong, _ in WRONG_COUNTS]
    rounded = {tuple(np.round(np.float64(outcome), 4)) for outcome in outcomes}
    assert len(rounded) == len(outcomes)


def distances(samples, means):
    return np.linalg.norm(samples[:, None] - means[None], axis=-1)


def count_without_square_root(samples, means, std):
    squares = distances(samples, means) ** 2
    good = squares.min(axis=1) <= 3 * std
    return len(np.unique(squares.argmin(axis=1)[good])), good.mean()


def count_within_root_three(samples, means, std):
    squares = distances(samples, means) ** 2
    good = squares.min(axis=1) <= 3 * std**2
    return len(np.unique(squares.argmin(axis=1)[good])), good.mean()


def count_within_three_variances(samples, means, std):
    return counts_with_numpy(samples, means, std**2)


def count_within_one_std(samples, means, std):
    return counts_with_numpy(samples, means, std / 3)


def count_without_std(samples, means, std):
    return counts_with_numpy(samples, means, 1)


def count_in_a_box(samples, means, std):
    nearest = distances(samples, means).argmin(axis=1)
    good = np.all(np.abs(samples - means[nearest]) <= 3 * std, axis=1)
    return len(np.unique(nearest[good])), good.mean()


def count_in_a_diamond(samples, means, std):
    nearest = distances(samples, means).argmin(axis=1)
    good = np.abs(samples - means[nearest]).sum(axis=1) <= 3 * std
    return len(np.unique(nearest[good])), good.mean()


def count_every_nearest(samples, means, std):
    nearest = distances(samples, means).argmin(axis=1)
    return len(np.unique(nearest)), counts_with_numpy(samples, means, std)[1]


def count_for_several_modes(samples, means, std):
    within = distances(samples, means) <= 3 * std
    return within.any(axis=0).sum(), within.any(axis=1).mean()


def count_share_of_modes(samples, means, std):
    modes, _ = counts_with_numpy(samples, means, std)
    return modes, modes / len(means)


def count_in_percent(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return modes, 100 * share


def count_number_of_samples(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return modes, share * len(samples)


def count_the_bad(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return modes, 1 - share


def count_in_the_other_order(samples, means, std):
    return counts_with_numpy(samples, means, std)[::-1]


def count_samples_as_modes(samples, means, std):
    _, share = counts_with_numpy(samples, means, std)
    return share * len(samples), share


def count_in_the_plane(samples, means, std):
    return counts_with_numpy(samples[:, :2], means[:, :2], std)


def count_eight_modes(samples, means, std):
    return counts_with_numpy(samples, means[np.arange(8)], std)


def count_one_share_only(samples, means, std):
    return counts_with_numpy(samples, means, std)[1]


def count_which_modes(samples, means, std):
    nearest = distances(samples, means).argmin(axis=1)
    return np.unique(nearest), counts_with_numpy(samples, means, std)[1]


def count_at_least_one(samples, means, std):
    modes, share = counts_with_numpy(samples, means, std)
    return max(modes, 1), share


def count_without_return(samples, means, std):
    counts_with_numpy(samples, means, std)


@wrong(
    (count_without_square_root, "squared distance with 3·std: take the square root"),
    (count_within_root_three, "the 3 is squared too"),
    (count_within_three_variances, "not the variance"),
    (count_within_one_std, "radius of one standard deviation"),
    (count_without_std, "radius of 3, whatever the spread"),
    (count_in_a_box, "each axis by itself, which makes a box"),
    (count_in_a_diamond, "absolute differences, which makes a diamond"),
    (count_every_nearest, "counts every mean that is nearest.*however far"),
    (count_for_several_modes, "one sample count for several modes"),
    (count_share_of_modes, "returns the share of the modes"),
    (count_in_percent, "in percent"),
    (count_number_of_samples, "number of high-quality samples: divide"),
    (count_the_bad, "share of the bad samples"),
    (count_in_the_other_order, "in the other order: modes first"),
    (count_samples_as_modes, "counts samples where it should count modes"),
    (count_in_the_plane, "3 modes in 3 dimensions"),
    (count_eight_modes, "called with samples = an array.*IndexError"),
    (count_one_share_only, "must return two numbers: end with `return modes, high_q"),
    (
        count_which_modes,
        r"`count_modes \(modes\)` returns an array.*`len\(\.{3}\)`",
    ),
    (count_at_least_one, "0 modes and a share of 0"),
    (count_without_return, "returns None.*lacks the word `return`"),
    (stub, "○ Exercise 3.4 is not attempted yet"),
)
def test_a_wrong_count_is_named(answer, message):
    with pytest.raises(ExerciseError, match=message):
        lesson03.count_modes(answer)

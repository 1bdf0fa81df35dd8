"""Right and wrong answers to the exercises of lesson 06, told apart by their checks."""

import itertools
import math

import keras
import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.special import log_softmax, logsumexp, softmax

from utils.checks import lesson06

# 6.1, what a text costs


def cost_with_scipy(logits, letters):
    return -log_softmax(logits, axis=-1)[range(len(letters)), letters].sum()


def cost_in_a_loop(logits, letters):
    total = 0.0
    for row, letter in zip(logits, letters, strict=False):
        total += logsumexp(row) - row[letter]
    return total


def cost_with_keras(logits, letters):
    losses = keras.losses.sparse_categorical_crossentropy(
        letters, logits[:-1], from_logits=True
    )
    return ops.sum(losses)


def cost_by_differences(logits, letters):
    rows = logits[: len(letters)]
    ahead = rows - rows[np.arange(len(letters)), letters][:, None]
    return np.sum(np.logaddexp.reduce(ahead, axis=1))


@right(cost_with_scipy, cost_in_a_loop, cost_with_keras, cost_by_differences)
def test_a_right_cost_passes(capsys, answer):
    passes(capsys, lesson06.sequence_nll, answer, "6.1")


def cost_without_its_last_letter(logits, letters):
    return cost_with_scipy(logits, letters[:-1])


def cost_naively(logits, letters):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(letters)), letters]).sum()


def cost_of_every_letter(logits, letters):
    return -log_softmax(logits[:-1], axis=1).sum()


def cost_in_dits(logits, letters):
    return cost_with_scipy(logits, letters) / math.log(10)


def cost_shifted_and_averaged(logits, letters):
    return cost_with_scipy(logits[1:], letters) / len(letters)


def cost_of_zero_probability(logits, letters):
    return 0.0


@wrong(
    (cost_without_its_last_letter, "leaves out the last row of letters"),
    (cost_naively, "exp.1000. overflows"),
    (cost_of_every_letter, "does not use `letters`"),
    (cost_in_dits, "the logarithm to base 10"),
    (cost_shifted_and_averaged, "returns .* is right"),
    (cost_of_zero_probability, "the same whatever it is given"),
)
def test_a_wrong_cost_is_named(answer, message):
    is_rejected(lesson06.sequence_nll, answer, message)


# 6.2, the entropy rate


def rate_by_equation(transition):
    k = len(transition)
    balance = np.vstack([transition.T - np.eye(k), np.ones(k)])
    pi = np.linalg.lstsq(balance, np.r_[np.zeros(k), 1], rcond=None)[0]
    p = np.where(transition > 0, transition, 1)
    return -(pi @ (transition * np.log(p)).sum(axis=1))


def rate_by_eigenvector(transition):
    values, vectors = np.linalg.eig(transition.T)
    pi = np.real(vectors[:, np.argmin(abs(values - 1))])
    pi = pi / pi.sum()
    rows = [-sum(q * math.log(q) for q in row if q > 0) for row in transition]
    return float(np.dot(pi, rows))


def rate_by_mean_of_many_steps(transition):
    share, total = np.ones(len(transition)) / len(transition), 0
    for _ in range(300):
        share = (share + share @ transition) / 2
    for weight, row in zip(share, transition, strict=True):
        seen = row[row > 0]
        total -= weight * (seen * np.log(seen)).sum()
    return total


@right(rate_by_equation, rate_by_eigenvector, rate_by_mean_of_many_steps)
def test_a_right_rate_passes(capsys, answer):
    passes(capsys, lesson06.entropy_rate, answer, "6.2")


def rate_of_three_letters(transition):
    return rate_by_equation(transition[:3, :3])


def rate_with_nan(transition):
    with np.errstate(all="ignore"):
        pi = np.linalg.matrix_power(transition, 200)[0]
        return -(pi @ (transition * np.log(transition)).sum(axis=1))


def rate_not_yet_in_balance(transition):
    share = np.eye(len(transition))[0]
    for _ in range(5):
        share = share @ transition
    logs = np.log(np.where(transition > 0, transition, 1))
    return -share @ (transition * logs).sum(axis=1)


def rate_by_right_eigenvector(transition):
    values, vectors = np.linalg.eig(transition)
    pi = np.real(vectors[:, np.argmin(abs(values - 1))])
    pi = pi / pi.sum()
    return float(pi @ -(transition * np.log(transition)).sum(axis=1))


def rate_of_power(transition):
    return rate_by_equation(transition @ transition)


def rate_by_the_first_eigenvector(transition):
    _, vectors = np.linalg.eig(transition.T)
    pi = np.real(vectors[:, 0])
    logs = np.log(np.where(transition > 0, transition, 1))
    with np.errstate(all="ignore"):
        return -(pi / pi.sum()) @ (transition * logs).sum(axis=1)


@wrong(
    (rate_by_the_first_eigenvector, "`np.linalg.eig` does not sort"),
    (rate_of_three_letters, "four letters|returns|sum"),
    (rate_with_nan, "0·log 0"),
    (rate_not_yet_in_balance, "returns .* is right"),
    (rate_by_right_eigenvector, "weighs all rows alike"),
    (rate_of_power, "returns .* is right"),
)
def test_a_wrong_rate_is_named(answer, message):
    is_rejected(lesson06.entropy_rate, answer, message)


# 6.4, the mask


def mask_flat(size, kind):
    before = size * (size // 2) + size // 2 + (kind == "B")
    return (np.arange(size * size) < before).reshape(size, size)


def mask_in_loops(size, kind):
    middle = size // 2
    return [
        [
            float(
                (r, c) < (middle, middle)
                or ((r, c) == (middle, middle) and kind == "B")
            )
            for c in range(size)
        ]
        for r in range(size)
    ]


def mask_of_tensors(size, kind):
    places = ops.reshape(ops.arange(size * size), (size, size))
    middle = size * size // 2
    return ops.cast(places <= middle if kind == "B" else places < middle, "float32")


@right(mask_flat, mask_in_loops, mask_of_tensors)
def test_a_right_mask_passes(capsys, answer):
    passes(capsys, lesson06.mask, answer, "6.4")


def mask_of_half_a_row(size, kind):
    return (np.arange(size * size) < size // 2).reshape(size, size)


def mask_of_threes(size, kind):
    return mask_flat(3, kind)


def mask_with_axes_of_a_kernel(size, kind):
    return mask_flat(size, kind)[..., None, None]


def mask_of_a_kind_in_small_letters(size, kind):
    return mask_flat(size, "B" if kind == "b" else "A")


def mask_upper_triangle(size, kind):
    return np.triu(np.ones((size, size)), 1 if kind == "A" else 0)


@wrong(
    (mask_of_half_a_row, "returns .* is right"),
    (mask_of_threes, "5 rows|shape"),
    (mask_with_axes_of_a_kernel, "shape"),
    (mask_of_a_kind_in_small_letters, "hides the middle in both"),
    (mask_upper_triangle, "returns .* is right"),
)
def test_a_wrong_mask_is_named(answer, message):
    is_rejected(lesson06.mask, answer, message)


# 6.5, the receptive field


def seen_by_counting(dilations, kernel):
    seen = {0}
    for d in dilations:
        seen = {s - tap * d for s, tap in itertools.product(seen, range(kernel))}
    return max(seen) - min(seen) + 1


def seen_with_numpy(dilations, kernel):
    return 1 + (kernel - 1) * np.sum(dilations, dtype=int)


def seen_layer_by_layer(dilations, kernel):
    size = 1
    while dilations:
        size += (kernel - 1) * dilations[0]
        dilations = dilations[1:]
    return size


@right(seen_by_counting, seen_with_numpy, seen_layer_by_layer)
def test_a_right_field_passes(capsys, answer):
    passes(capsys, lesson06.samples_seen, answer, "6.5")


def seen_of_distinct_places(dilations, kernel):
    seen = {0}
    for d in dilations:
        seen = {s - tap * d for s, tap in itertools.product(seen, range(kernel))}
    return len(seen) + 1


def seen_by_pairs(dilations, kernel):
    return 1 + sum(dilations) if kernel == 2 else 1 + sum(dilations) * 3


def seen_of_the_last(dilations, kernel):
    return 1 + (kernel - 1) * dilations[-1] + len(dilations)


def seen_to_one_side(dilations, kernel):
    return 1 + sum((kernel - 1) * d // 2 for d in dilations)


def seen_with_an_error(dilations, kernel):
    return 1 + (kernel - 1) * sum(dilations) + (dilations[0] - dilations[0])


@wrong(
    (seen_of_distinct_places, "one sample too many"),
    (seen_by_pairs, "returns .* is right"),
    (seen_of_the_last, "returns .* is right"),
    (seen_to_one_side, "returns .* is right"),
    (seen_with_an_error, "IndexError"),
)
def test_a_wrong_field_is_named(answer, message):
    is_rejected(lesson06.samples_seen, answer, message)


# 6.3, temperature


def draw_with_a_ladder(logits, temperature, uniform):
    ladder = softmax(logits / temperature, axis=1).cumsum(axis=1)
    return (ladder <= uniform[:, None]).sum(axis=1)


def draw_with_searchsorted(logits, temperature, uniform):
    drawn = []
    for row, u in zip(logits, uniform, strict=True):
        weights = np.exp((row - row.max()) / temperature)
        drawn.append(np.searchsorted(weights.cumsum() / weights.sum(), u, side="right"))
    return drawn


def draw_with_powers(logits, temperature, uniform):
    p = softmax(logits, axis=1) ** (1 / temperature)
    p = p / p.sum(axis=1, keepdims=True)
    return np.argmax(p.cumsum(axis=1) > uniform[:, None], axis=1)


@right(draw_with_a_ladder, draw_with_searchsorted, draw_with_powers)
def test_a_right_draw_passes(capsys, answer):
    passes(capsys, lesson06.sample, answer, "6.3")


def draw_with_one_number(logits, temperature, uniform):
    return draw_with_a_ladder(logits, temperature, np.full_like(uniform, uniform[0]))


def draw_naively(logits, temperature, uniform):
    with np.errstate(all="ignore"):
        p = np.exp(logits / temperature)
        return ((p / p.sum(axis=1, keepdims=True)).cumsum(1) < uniform[:, None]).sum(1)


def draw_with_the_largest_taken_too_late(logits, temperature, uniform):
    with np.errstate(all="ignore"):
        p = np.exp(logits / temperature - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= uniform[:, None]).sum(axis=1)


def draw_one_row(logits, temperature, uniform):
    return draw_with_a_ladder(logits[:1], temperature, uniform[:1])


def draw_uniformly(logits, temperature, uniform):
    return (uniform * logits.shape[1]).astype(int)


def draw_minus(logits, temperature, uniform):
    return draw_with_a_ladder(-logits, temperature, uniform)


@wrong(
    (draw_with_one_number, "looks at the first row of uniform alone"),
    (draw_naively, "overflows, as exp.3000. is infinite"),
    (draw_with_the_largest_taken_too_late, "overflows"),
    (draw_one_row, "shape"),
    (draw_uniformly, "does not use `logits` and `temperature`"),
    (draw_minus, "has the sign of logits flipped"),
)
def test_a_wrong_draw_is_named(answer, message):
    is_rejected(lesson06.sample, answer, message)

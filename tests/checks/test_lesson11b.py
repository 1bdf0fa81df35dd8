"""Right and wrong answers to 11.3 and 11.5, told apart by their checks."""

import numpy as np
from answer_tables import is_rejected, passes, right, wrong

from utils.checks import lesson11

# 11.3, a pyramid built and rebuilt


def by_levels(far, near, levels, down, up):
    pictures = [near]
    for _ in range(levels):
        far = down(far)
        pictures.append(down(pictures[-1]))
    for k in reversed(range(levels)):
        far = up(far) + (pictures[k] - up(pictures[k + 1]))
    return far


def by_recursion(far, near, levels, down, up):
    if levels == 0:
        return far
    coarse = down(near)
    inner = by_recursion(down(far), coarse, levels - 1, down, up)
    return up(inner) + near - up(coarse)


def by_difference(far, near, levels, down, up):
    """What differs goes down, and comes up again."""
    difference = far - near
    for _ in range(levels):
        difference = down(difference)
    for _ in range(levels):
        difference = up(difference)
    return near + difference


def by_stacking(far, near, levels, down, up):
    details = []
    while len(details) < levels:
        far, coarse = down(far), down(near)
        details.insert(0, np.subtract(near, up(coarse)))
        near = coarse
    for detail in details:
        far = np.add(up(far), detail)
    return far


@right(by_levels, by_recursion, by_difference, by_stacking)
def test_a_right_pyramid_passes(capsys, answer):
    passes(capsys, lesson11.hybrid, answer, "11.3")


def wrong_detail(far, near, levels, down, up):
    """Subtracts u(I), which is four times as large."""
    return up(down(far)) + near - up(near)


def in_place(far, near, levels, down, up):
    made = by_levels(far, near, levels, down, up)
    near[:] = made
    return made


@wrong(
    sizes=(wrong_detail, "size of `up`"),
    upside_down=(
        lambda far, near, levels, down, up: up(near) + far - up(down(far)),
        "size of `up`",
    ),
    no_rebuilding=(
        lambda far, near, levels, down, up: down(far),
        "shape|rebuilt",
    ),
    exchanged=(lambda a, b, *given: by_levels(b, a, *given), "exchanged"),
    in_place=(in_place, "writes into its argument"),
    once=(lambda a, b, n, *given: by_levels(a, b, 1, *given), "down once"),
    too_far=(lambda a, b, n, *given: by_levels(a, b, n - 1, *given), "too little"),
    bright=(lambda *given: by_levels(*given) + 0.1, "is right"),
    typed_down=(
        lambda far, near, levels, down, up: by_levels(
            far, near, levels, lambda x: x[::2, ::2], up
        ),
        "is right",
    ),
    halved=(lambda *given: by_levels(*given) / 2, "is right|factor|half"),
    clipped=(lambda *given: by_levels(*given).clip(-1, 1), "clipped"),
    rounded=(lambda *given: by_levels(*given).round(2), "round"),
    own_means=(
        lambda far, near, levels, down, up: by_levels(
            far, near, levels, lambda x: (x[::2, ::2] + x[1::2, 1::2]) / 2, up
        ),
        "is right",
    ),
    one_level_of_far=(
        lambda far, near, levels, down, up: far - up(down(far)) + up(down(near)),
        "is right|exchanged",
    ),
    a_constant=(lambda far, near, *given: np.zeros_like(near), "is right"),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_pyramid_is_rejected(answer, message):
    is_rejected(lesson11.hybrid, answer, message)


# 11.5, the verdict of a battle


def by_means(d1, d2, test, fake1, fake2):
    test_ratio = np.mean(d1(test) <= 0) / np.mean(d2(test) <= 0)
    samples_ratio = np.mean(d1(fake2) > 0) / np.mean(d2(fake1) > 0)
    alike = 0.8 <= test_ratio <= 1.25
    return test_ratio, samples_ratio, (1 if samples_ratio < 1 else 2) * alike


def by_counting(d1, d2, test, fake1, fake2):
    def share(logits, real):
        wrong = [(logit > 0) != real for logit in logits.ravel()]
        return sum(wrong) / len(wrong)

    test_ratio = share(d1(test), True) / share(d2(test), True)
    samples_ratio = share(d1(fake2), False) / share(d2(fake1), False)
    winner = 1 + (samples_ratio >= 1)
    if test_ratio < 0.8 or test_ratio > 1.25:
        winner -= winner
    return [float(test_ratio), float(samples_ratio), int(winner)]


def by_probabilities(d1, d2, test, fake1, fake2):
    def judged(d, x):
        return 1 / (1 + np.exp(-d(x))) > 0.5

    test_ratio = (1 - judged(d1, test).mean()) / (1 - judged(d2, test).mean())
    samples_ratio = judged(d1, fake2).mean() / judged(d2, fake1).mean()
    alike = abs(np.log(test_ratio)) <= np.log(1.25)
    return test_ratio, samples_ratio, (2 - (samples_ratio < 1)) * int(alike)


@right(by_means, by_counting, by_probabilities)
def test_a_right_verdict_passes(capsys, answer):
    passes(capsys, lesson11.battle, answer, "11.5")


@wrong(
    own_judge=(
        lambda d1, d2, test, a, b: by_means(d1, d2, test, b, a),
        "own G|exchange",
    ),
    always=(
        lambda *given: (*by_means(*given)[:2], 1 if by_means(*given)[1] < 1 else 2),
        "does not look at test_ratio",
    ),
    loser=(
        lambda *given: (*by_means(*given)[:2], (3 - by_means(*given)[2]) % 3),
        "names the loser",
    ),
    other_models=(
        lambda d1, d2, test, a, b: by_means(d2, d1, test, b, a),
        "wrong way up|exchanged",
    ),
    accuracy=(
        lambda d1, d2, test, a, b: (
            np.mean(d1(test) > 0) / np.mean(d2(test) > 0),
            *by_means(d1, d2, test, a, b)[1:],
        ),
        "no error",
    ),
    counted=(
        lambda d1, d2, test, a, b: (
            by_means(d1, d2, test, a, b)[0],
            np.sum(d1(b) > 0) / np.sum(d2(a) > 0),
            by_means(d1, d2, test, a, b)[2],
        ),
        "share",
    ),
    mean_logits=(
        lambda d1, d2, test, a, b: (
            d1(test).mean() / d2(test).mean(),
            *by_means(d1, d2, test, a, b)[1:],
        ),
        "mean logits",
    ),
    by_the_condition=(
        lambda *given: (
            *by_means(*given)[:2],
            by_means(*given)[2] and 1 + (by_means(*given)[0] > 1),
        ),
        "from test_ratio",
    ),
    one_fifth=(
        lambda *given: (
            *by_means(*given)[:2],
            (1 if by_means(*given)[1] < 1 else 2)
            * (abs(by_means(*given)[0] - 1) <= 0.2),
        ),
        "ends at 1.2",
    ),
    one_quarter=(
        lambda *given: (
            *by_means(*given)[:2],
            (1 if by_means(*given)[1] < 1 else 2)
            * (abs(by_means(*given)[0] - 1) <= 0.25),
        ),
        "begins at 0.75",
    ),
    no_value=(
        lambda *given: (*by_means(*given)[:2], by_means(*given)[2] or None),
        "returns None for winner",
    ),
    medians=(
        lambda d1, d2, test, a, b: (
            by_means(d1, d2, test, a, b)[0],
            np.median(d1(b)) / np.median(d2(a)),
            by_means(d1, d2, test, a, b)[2],
        ),
        "is right",
    ),
    only_ratios=(lambda *given: by_means(*given)[:2], "three|3|winner"),
    words=(
        lambda *given: (*by_means(*given)[:2], "the first"),
        "number",
    ),
    constant=(lambda *given: (1.0, 1.0, 0), "is right"),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_verdict_is_rejected(answer, message):
    is_rejected(lesson11.battle, answer, message)

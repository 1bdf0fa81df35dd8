"""Right and wrong answers to 7.4 and 7.5, told apart by their checks."""

import numpy as np
from answer_tables import is_rejected, passes, right, wrong

from utils.checks import lesson07
from utils.measures.information import mutual_information_gap

# 7.4, the mutual information gap


def by_partition(information, entropies):
    top = np.partition(information, -2, axis=0)[-2:]
    return (np.ptp(top, axis=0) / entropies).mean()


def by_loops(information, entropies):
    gaps = []
    for column, h in zip(np.transpose(information), entropies, strict=True):
        best, second = sorted(column, reverse=True)[:2]
        gaps.append((best - second) / h)
    return sum(gaps) / len(gaps)


def by_masking(information, entropies):
    rest = np.array(information)
    rest[rest.argmax(axis=0), np.arange(rest.shape[1])] = -np.inf
    return float(np.mean((np.max(information, axis=0) - rest.max(axis=0)) / entropies))


@right(
    by_partition,
    by_loops,
    by_masking,
    scaled_first=lambda i, h: np.diff(np.sort(i / h, axis=0)[-2:], axis=0).mean(),
)
def test_a_right_gap_passes(capsys, answer):
    passes(capsys, lesson07.mig, answer, "7.4")


@wrong(
    per_factor=(
        lambda i, h: np.diff(np.sort(i, axis=0)[-2:], axis=0)[0] / h,
        "one number",
    ),
    in_place=(
        lambda i, h: i.sort(axis=0) or mutual_information_gap(i, h),
        "writes into its argument",
    ),
    distinct=(
        lambda i, h: np.mean(
            [np.diff(np.unique(c)[-2:])[0] / x for c, x in zip(i.T, h, strict=True)]
        ),
        "know the same|is right",
    ),
    median=(
        lambda i, h: np.median(np.diff(np.sort(i, axis=0)[-2:], axis=0) / h),
        "median",
    ),
    squared=(lambda i, h: mutual_information_gap(i, h) ** 2, "is right"),
    weighted=(
        lambda i, h: np.diff(np.sort(i, axis=0)[-2:], axis=0).sum() / h.sum(),
        "by its own H",
    ),
    signed=(lambda i, h: -mutual_information_gap(i, h), "the other way round"),
    rounded=(lambda i, h: round(mutual_information_gap(i, h), 2), "round|is right"),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_gap_is_rejected(answer, message):
    is_rejected(lesson07.mig, answer, message)


# 7.5, an attribute as a direction


def added(encode, decode, without, having, faces):
    direction = encode(having).mean(axis=0) - encode(without).mean(axis=0)
    return decode(encode(faces) + direction)


def added_face_by_face(encode, decode, without, having, faces):
    with_it = sum(encode(x[None])[0] for x in having) / len(having)
    without_it = sum(encode(x[None])[0] for x in without) / len(without)
    made = [decode(encode(x[None]) + with_it - without_it)[0] for x in faces]
    return np.stack(made)


def added_at_once(encode, decode, without, having, faces):
    n, m = len(without), len(having)
    z = encode(np.concatenate([without, having, faces]))
    weights = np.r_[np.full(n, -1 / n), np.full(m, 1 / m)]
    return decode(z[n + m :] + weights @ z[: n + m])


@right(added, added_face_by_face, added_at_once)
def test_a_right_attribute_passes(capsys, answer):
    passes(capsys, lesson07.add_attribute, answer, "7.5")


@wrong(
    residual=(
        lambda e, d, a, b, f: f + added(e, d, a, b, f) - d(e(f)),
        "as the decoder draws it",
    ),
    toward_the_mean=(
        lambda e, d, a, b, f: d((e(f) + e(b).mean(axis=0)) / 2),
        "is right",
    ),
    pairs=(lambda e, d, a, b, f: d(e(f) + e(b) - e(a)), "differ in number"),
    cut_pairs=(
        lambda e, d, a, b, f: d(
            e(f) + (e(b[: min(len(a), len(b))]) - e(a[: min(len(a), len(b))])).mean(0)
        ),
        "drops who is left over",
    ),
    one_number=(lambda e, d, a, b, f: added(e, d, a, b, f).mean(), "numbers|shape"),
    exchanged=(lambda e, d, b, a, f: added(e, d, a, b, f), "takes the attribute off"),
    noisy=(
        lambda e, d, a, b, f: (
            added(e, d, a, b, f) + np.random.default_rng().normal(size=f.shape)
        ),
        "random numbers",
    ),
    codes=(
        lambda e, d, a, b, f: e(f) + e(b).mean(axis=0) - e(a).mean(axis=0),
        "decode|shape",
    ),
    another_face=(
        lambda e, d, a, b, f: added(e, d, a, b, f[::-1]),
        "is right|order",
    ),
    nothing=(lambda *given: None, "return"),
)
def test_a_wrong_attribute_is_rejected(answer, message):
    is_rejected(lesson07.add_attribute, answer, message)

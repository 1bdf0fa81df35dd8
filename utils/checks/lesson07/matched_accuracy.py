"""Exercise 7.3: how often a code that nobody labeled means the right label."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from utils.checks.engine import Case, Check, Wrong


def _counts(codes, labels, kinds):
    counts = np.zeros((kinds, kinds))
    np.add.at(counts, (codes, labels), 1)
    return counts


def _shares(counts):
    return counts / counts.sum(axis=1, keepdims=True).clip(1)


def _assign(table, maximize=True):
    return linear_sum_assignment(table, maximize=maximize)[1]


def _match(codes, labels, kinds, maximize=True):
    return _assign(_counts(codes, labels, kinds), maximize)


def _score(meaning, codes, labels):
    return np.mean(meaning[codes] == labels)


def _exact(codes, labels, new_codes, new_labels, kinds):
    return _score(_match(codes, labels, kinds), new_codes, new_labels)


def _both(first, second):
    return np.concatenate([first, second])


def _greedy(codes, labels, kinds):
    counts, meaning = _counts(codes, labels, kinds), np.zeros(kinds, int)
    for _ in range(kinds):
        code, label = np.unravel_index(counts.argmax(), counts.shape)
        meaning[code] = label
        counts[code], counts[:, label] = -1, -1
    return meaning


def _in_turn(counts):
    meaning = []
    for row in counts:
        meaning.append(
            np.where(np.isin(np.arange(len(row)), meaning), -1, row).argmax()
        )
    return np.array(meaning)


def _per_label(hits, labels):
    return np.mean([hits[labels == label].mean() for label in np.unique(labels)])


def _per_code(codes, labels, new_codes, new_labels, kinds, empty):
    meaning = _match(codes, labels, kinds)
    shares = [
        np.mean(new_labels[new_codes == code] == meaning[code])
        if np.any(new_codes == code)
        else empty
        for code in range(kinds)
    ]
    return np.nanmean(shares)


def _case(seed, n, kinds, noise, shows=""):
    """Codes that follow an unknown order of the labels, with errors, unevenly."""
    rng = np.random.default_rng(seed)
    order, weights = rng.permutation(kinds), rng.dirichlet(np.full(kinds, 3.0))
    halves = []
    for size in (n, n + 3):
        labels = rng.choice(kinds, size, p=weights)
        codes = np.where(
            rng.random(size) < noise, rng.integers(0, kinds, size), order[labels]
        )
        halves += [codes, labels]
    return Case(*halves, kinds, shows=shows)


# Greedy pairing takes (0, 0) for its 5, and is left with 0 for code 1. Code 3 comes
# once: its share of 1 would outweigh the two examples more of code 2.
_TRAP = (
    np.repeat([0, 0, 1, 2, 2, 3], [5, 4, 4, 6, 4, 1]),
    np.repeat([0, 1, 0, 2, 3, 2], [5, 4, 4, 6, 4, 1]),
)

matched_accuracy = Check(
    "7.3",
    "matched accuracy",
    "matched_accuracy(codes, labels, new_codes, new_labels, kinds)",
    exact=_exact,
    cases=(
        _case(0, 30, 3, 0.3, "print the table: how often each code meets each label."),
        _case(4, 25, 4, 0.6, "codes and labels meet nearly by chance here."),
        _case(371, 22, 5, 0.75),
        Case(*_TRAP, *_TRAP, 4, shows="pairing the largest count first is not best."),
    ),
    mistakes=(
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _counts(codes, labels, kinds).argmax(axis=1), new_codes, new_labels
            ),
            "gives each code its most frequent label, so two codes may share one: the "
            "matching must be one to one.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: np.mean(
                new_codes == new_labels
            ),
            "compares code and label as numbers: code 3 need not mean label 3. Match "
            "them first.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _exact(
                new_codes, new_labels, new_codes, new_labels, kinds
            ),
            "matches on the examples that it scores: luck alone then scores too high. "
            "Match on `codes, labels`.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _exact(
                _both(codes, new_codes),
                _both(labels, new_labels),
                new_codes,
                new_labels,
                kinds,
            ),
            "matches on both halves: those that are scored must not help.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _exact(
                codes, labels, codes, labels, kinds
            ),
            "scores the examples that it was matched on: score the new ones.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _exact(
                codes, labels, _both(codes, new_codes), _both(labels, new_labels), kinds
            ),
            "scores all examples: only the new ones count.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _match(codes, labels, kinds, maximize=False), new_codes, new_labels
            ),
            "finds the worst matching: `linear_sum_assignment` minimizes, so hand it "
            "the counts with a minus, or `maximize=True`.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _match(labels, codes, kinds), new_codes, new_labels
            ),
            "reads the matching backward: it goes from a code to its label. Are the "
            "codes in the rows of your table?",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _greedy(codes, labels, kinds), new_codes, new_labels
            ),
            "pairs the largest count first: that may cost more later than it gains. "
            "`scipy.optimize.linear_sum_assignment` finds the best.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _assign(_counts(codes, labels, kinds).clip(0, 1)), new_codes, new_labels
            ),
            "counts each pair of code and label once: `table[codes, labels] += 1` "
            "forgets those that come again. `np.add.at` counts all.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _assign(_shares(_counts(codes, labels, kinds))), new_codes, new_labels
            ),
            "matches shares: what seldom comes would weigh as much "
            "as one that often does. Match the counts.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _per_code(
                codes, labels, new_codes, new_labels, kinds, np.nan
            ),
            "is the mean over codes: each example counts alike.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _per_label(
                _match(codes, labels, kinds)[new_codes] == new_labels, new_labels
            ),
            "is the mean over labels: each example counts alike.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _in_turn(_counts(codes, labels, kinds)), new_codes, new_labels
            ),
            "lets code after code choose its label: an early one may take what a later "
            "one needs more. `scipy.optimize.linear_sum_assignment` finds the best.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: _score(
                _counts(codes, labels, kinds).argmax(axis=0), new_codes, new_labels
            ),
            "takes the most frequent code of each label for the label of each code.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: (
                _exact(codes, labels, new_codes, new_labels, kinds)
                * (len(new_codes) / len(codes))
            ),
            "divides by the number of the examples that were matched: the new ones are "
            "scored.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: (
                _exact(codes, labels, new_codes, new_labels, kinds) * len(new_codes)
            ),
            "is how many are right: their share is asked for.",
        ),
        Wrong(
            lambda codes, labels, new_codes, new_labels, kinds: (
                1 - _exact(codes, labels, new_codes, new_labels, kinds)
            ),
            "is the share that is wrong.",
        ),
    ),
    edges=(
        Case(
            np.array([1, 1, 0, 0, 1]),
            np.array([0, 0, 2, 2, 1]),
            np.array([1, 0, 1, 2]),
            np.array([0, 2, 1, 1]),
            3,
            shows="a code that never came in the first half gets the label that is "
            "left: the table has a row for each of the kinds.",
            breaks="a code may be missing: the table has a row for each of the kinds.",
            mistakes=(
                Wrong(
                    lambda *given: _per_code(*given, empty=1.0),
                    "counts a code without examples as right.",
                ),
            ),
        ),
    ),
)

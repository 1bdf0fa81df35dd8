"""Counting: what follows the last letters how often, smoothed after Witten and Bell."""

import numpy as np

from utils.core.validation import integer, rows

#: Above this a context could not be numbered in 63 bits.
_MOST = 2**62


class NGram:
    """Predicts a letter from the k letters before it, by counts.

    p_k(x | c) = (count of x after c + T·p_(k−1)(x | shorter c)) / (count of c + T),
    where T is the number of different letters seen after c; p_(−1) = 1/levels.

    Args:
        order: k, letters of context, at least 0: a bigram has 1.
        levels: kinds of letters.

    Raises:
        ValueError: if a number is out of range, or contexts are too many to number.

    Source: Witten and Bell (1991), The zero-frequency problem, method C.
    """

    def __init__(self, order: int, levels: int):
        self.order = integer(order, "order", least=0)
        self.levels = integer(levels, "levels", least=2)
        if self.levels ** (self.order + 1) > _MOST:
            raise ValueError(
                f"{levels} kinds of letters and an order of {order}: contexts cannot "
                "be numbered in 63 bits; give a lower order."
            )
        self.tables = None

    def fit(self, text) -> "NGram":
        """Counts in a text, symbols `(letters,)`; earlier counts go."""
        text = self._symbols(text)
        self.tables = []
        for k in range(self.order + 1):
            contexts, longer = self._codes(text, k)
            pairs, counts = np.unique(longer, return_counts=True)
            known, totals = np.unique(contexts, return_counts=True)
            kinds = np.unique(pairs // self.levels, return_counts=True)[1]
            self.tables.append((pairs, counts, known, totals, kinds))
        return self

    def log_probability(self, text) -> np.ndarray:
        """Returns log p(letter | letters before it) in nats, `(letters − order,)`.

        The first `order` letters have too little before them, and are left out.

        Raises:
            ValueError: before `fit`, or for a text that is not longer than the order.
        """
        if self.tables is None:
            raise ValueError("The model has counted nothing yet: call fit(text) first.")
        text = self._symbols(text)
        p = np.full(len(text) - self.order, 1 / self.levels)
        for k, (pairs, counts, known, totals, kinds) in enumerate(self.tables):
            contexts, longer = (c[self.order - k :] for c in self._codes(text, k))
            times, seen = (
                _look_up(pairs, counts, longer),
                _look_up(known, kinds, contexts),
            )
            total = _look_up(known, totals, contexts)
            smoothed = (times + seen * p) / np.maximum(total + seen, 1)
            p = np.where(total > 0, smoothed, p)
        return np.log(p)

    def nats(self, text) -> float:
        """Returns −mean log p of a text, in nats per letter."""
        return float(-self.log_probability(text).mean())

    def _codes(self, text, k):
        """Numbers of the contexts of k letters, and of these with their next letter."""
        contexts = np.zeros(len(text) - k, "int64")
        for i in range(k):
            contexts = contexts * self.levels + text[i : len(text) - k + i]
        return contexts, contexts * self.levels + text[k:]

    def _symbols(self, text):
        text = rows(text, "The text", (), "letter").astype("int64")
        if text.min() < 0 or text.max() >= self.levels or len(text) <= self.order:
            raise ValueError(
                f"The text has {len(text)} symbols from {text.min()} to {text.max()}, "
                f"but must have more than {self.order}, from 0 to {self.levels - 1}."
            )
        return text


def _look_up(keys, values, wanted):
    """values[i] where keys[i] is wanted, and 0 where none is; keys rise."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)

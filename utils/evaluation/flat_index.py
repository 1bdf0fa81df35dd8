"""The exact nearest neighbor among very many embeddings, block by block."""

from typing import NamedTuple

import numpy as np

BLOCK = 65_536  # rows; with 64 numbers a row a block takes 16 MiB


class Neighbors(NamedTuple):
    """The nearest row of each query: its owner `(q,)`, its squared distance `(q,)`."""

    owners: np.ndarray
    distances: np.ndarray


class FlatIndex:
    """Embeddings with the number of their owner, kept in blocks that never move.

    A search needs no memory beyond one block's distances. It compares in float32 by one
    matrix product; rows that rounding could confuse with the best are measured again,
    difference by difference, in float64: the answer is exact.

    Args:
        dimensions: numbers in an embedding.
    """

    def __init__(self, dimensions: int):
        self.dimensions = dimensions
        self.rows = 0
        self._blocks: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def __len__(self):
        return self.rows

    def __iter__(self):
        """Yields embeddings `(n, d)` and owners `(n,)` of each block: views."""
        for k, (embeddings, _, owners) in enumerate(self._blocks):
            used = self._used(k)
            yield embeddings[:used], owners[:used]

    def append(self, embeddings: np.ndarray, owners: np.ndarray) -> None:
        """Adds rows `(n, d)` and their owners `(n,)`."""
        done = 0
        while done < len(embeddings):
            start = self.rows % BLOCK
            if start == 0 and self.rows == BLOCK * len(self._blocks):
                self._blocks.append(self._empty_block())
            take = min(BLOCK - start, len(embeddings) - done)
            block, lengths, block_owners = self._blocks[self.rows // BLOCK]
            part = embeddings[done : done + take]
            block[start : start + take] = part
            lengths[start : start + take] = np.square(part).sum(axis=1)
            block_owners[start : start + take] = owners[done : done + take]
            self.rows += take
            done += take

    def remove(self, owner: int) -> None:
        """Takes out all rows of an owner; the last rows fill the holes."""
        holes = [k * BLOCK + row for k, (_, owners) in enumerate(self)
                 for row in np.flatnonzero(owners == owner)]  # fmt: skip
        for hole in reversed(holes):
            self.rows -= 1
            for target, source in zip(
                self._blocks[hole // BLOCK],
                self._blocks[self.rows // BLOCK],
                strict=True,
            ):
                target[hole % BLOCK] = source[self.rows % BLOCK]
        del self._blocks[-(-self.rows // BLOCK) :]

    def nearest(self, queries: np.ndarray) -> Neighbors:
        """Finds the nearest row of each query `(q, d)`.

        Of several rows at the same distance it takes the first.
        """
        queries = np.asarray(queries, dtype="float32")
        best = np.full(len(queries), np.inf)
        owners = np.full(len(queries), -1)
        for k, (embeddings, block_owners) in enumerate(self):
            lengths = self._blocks[k][1][: len(embeddings)]
            # Queries stand in columns: for one, the product reads each row just once.
            scores = embeddings @ queries.T
            scores *= -2.0
            scores += lengths[:, None]
            for q, query in enumerate(queries):
                row, distance = _exact_nearest(embeddings, lengths, scores[:, q], query)
                if distance < best[q]:
                    best[q], owners[q] = distance, block_owners[row]
        return Neighbors(owners, best)

    def of_owner(self, owner: int) -> np.ndarray:
        """Returns the embeddings of an owner, `(n, d)`."""
        return np.concatenate([rows[owners == owner] for rows, owners in self])

    def _empty_block(self):
        return (
            np.empty((BLOCK, self.dimensions), dtype="float32"),
            np.empty(BLOCK, dtype="float32"),
            np.empty(BLOCK, dtype="int32"),
        )

    def _used(self, k: int) -> int:
        return min(BLOCK, self.rows - k * BLOCK)


def _exact_nearest(embeddings, lengths, scores, query):
    """Returns the row of a block nearest to a query, and its squared distance."""
    lowest = scores.min()
    size = float(lengths.max()) + float(np.square(query).sum())
    # d products and sums, each rounded to 2^-24 of the sizes that took part.
    doubt = 4.0 * len(query) * 2.0**-24 * size
    close = np.flatnonzero(scores <= lowest + doubt)
    differences = embeddings[close].astype("float64") - query
    distances = np.square(differences).sum(axis=1)
    best = int(distances.argmin())
    return close[best], distances[best]

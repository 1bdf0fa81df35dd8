"""Batches of P people with K pictures each, to make pairs and triplets of."""

import keras
import numpy as np

from utils.core.validation import finite, integer


class PKBatches(keras.utils.PyDataset):
    """Batches of P people with K pictures each, drawn anew at each epoch.

    Pairs and triplets are made inside a batch, so every picture is embedded once and
    serves in many of them. What a batch holds follows from the seed, the epoch and its
    place in the epoch alone: training that goes on after a break meets the batches it
    would have met, once `epoch` is set.

    Args:
        pictures: `(n, ...)`.
        labels: `(n,)`, who is on each picture: numbers or names.
        people_per_batch: P, at least 2; so many of those with K pictures are drawn.
        pictures_per_person: K, at least 2.
        batches: batches in an epoch, at least 1.
        seed: int, 0 or more.
        augment: function `(pictures, generator) -> pictures` that varies a batch, such
            as `small_moves`; NumPy in, NumPy out. None for the pictures as they are.

    Attributes:
        epoch: which epoch's batches are drawn, from 0; each end of an epoch adds 1.

    Raises:
        ValueError: for pictures with NaN or infinity, if there are not as many labels
            as pictures, or fewer than P people with K pictures, or if a number is out
            of range.

    Source: Hermans, Beyer, Leibe (2017), "PK batches".
    """

    def __init__(
        self,
        pictures,
        labels,
        people_per_batch=16,
        pictures_per_person=4,
        batches=100,
        seed=0,
        augment=None,
    ):
        super().__init__()
        self.people_per_batch = integer(people_per_batch, "people_per_batch", least=2)
        self.pictures_per_person = integer(
            pictures_per_person, "pictures_per_person", least=2
        )
        self.batches = integer(batches, "batches")
        self.seed = integer(seed, "seed", least=0)
        self.augment = augment
        self.epoch = 0
        self.pictures = finite(pictures, "The pictures")
        self.labels, self._rows = self._by_person(np.asarray(labels))

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.epoch, index))
        drawn = rng.choice(len(self._rows), self.people_per_batch, replace=False)
        rows = np.concatenate(
            [
                rng.choice(self._rows[person], self.pictures_per_person, replace=False)
                for person in drawn
            ]
        )
        pictures = self.pictures[rows]
        if self.augment is not None:
            pictures = self.augment(pictures, rng)
        return pictures, self.labels[rows]

    def on_epoch_end(self):
        """Moves on, so that the next epoch draws other batches."""
        self.epoch += 1

    def _by_person(self, labels):
        """Returns labels as int32 from 0, and the rows of each who has K pictures."""
        if labels.shape != (len(self.pictures),):
            raise ValueError(
                f"The labels have shape {labels.shape} for {len(self.pictures)} "
                "pictures: give one label per picture."
            )
        names, numbers = np.unique(labels, return_inverse=True)
        rows = [np.flatnonzero(numbers == k) for k in range(len(names))]
        enough = [row for row in rows if len(row) >= self.pictures_per_person]
        if len(enough) < self.people_per_batch:
            raise ValueError(
                f"Each batch takes {self.pictures_per_person} pictures of "
                f"{self.people_per_batch} people, but only {len(enough)} of "
                f"{len(names)} people have so many. Lower people_per_batch or "
                "pictures_per_person."
            )
        return numbers.astype("int32"), enough

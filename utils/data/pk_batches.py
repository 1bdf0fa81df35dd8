"""Batches of P people with K pictures each, to make pairs and triplets of."""

import keras
import numpy as np

from utils.core.validation import finite


class PKBatches(keras.utils.PyDataset):
    """Batches of P people with K pictures each, drawn anew at each epoch.

    Pairs and triplets are made inside a batch, so every picture is embedded once and
    serves in many of them.

    Args:
        pictures: `(n, ...)`.
        people: `(n,)`, who is on each picture: numbers or names.
        people_per_batch: P, at least 2; so many of those with K pictures are drawn.
        pictures_per_person: K, at least 2.
        batches: batches in an epoch, at least 1.
        seed: int.
        augment: function `(pictures, generator) -> pictures` that varies a batch, such
            as `small_moves`; NumPy in, NumPy out. None for the pictures as they are.

    Raises:
        ValueError: for pictures with NaN or infinity, or if there are not as many
            labels as pictures, or fewer than P people with K pictures.

    Source: Hermans, Beyer, Leibe (2017), "PK batches".
    """

    def __init__(
        self,
        pictures,
        people,
        people_per_batch=16,
        pictures_per_person=4,
        batches=100,
        seed=0,
        augment=None,
    ):
        super().__init__()
        self.pictures = finite(pictures, "The pictures")
        _, self.people = np.unique(np.asarray(people), return_inverse=True)
        self.shape = (people_per_batch, pictures_per_person)
        self.batches, self.seed, self.augment = batches, seed, augment
        self.epoch = 0
        self._rows = self._check()

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        # A generator for each batch: the same batch whatever was drawn before it.
        rng = np.random.default_rng((self.seed, self.epoch, index))
        persons, each = self.shape
        drawn = rng.choice(len(self._rows), persons, replace=False)
        rows = np.concatenate(
            [rng.choice(self._rows[person], each, replace=False) for person in drawn]
        )
        pictures = self.pictures[rows]
        if self.augment is not None:
            pictures = self.augment(pictures, rng)
        return pictures, self.people[rows].astype("int32")

    def on_epoch_end(self):
        """Moves on, so that the next epoch draws other batches."""
        self.epoch += 1

    def _check(self):
        persons, each = self.shape
        if len(self.people) != len(self.pictures):
            raise ValueError(
                f"{len(self.people)} labels were given for {len(self.pictures)} "
                "pictures: give one label a picture."
            )
        if persons < 2 or each < 2 or self.batches < 1:
            raise ValueError(
                f"people_per_batch={persons}, pictures_per_person={each} and batches="
                f"{self.batches} were given, but a triplet needs two people, two "
                "pictures of one of them, and there must be a batch."
            )
        rows = [np.flatnonzero(self.people == k) for k in np.unique(self.people)]
        enough = [row for row in rows if len(row) >= each]
        if len(enough) < persons:
            raise ValueError(
                f"Each batch takes {each} pictures of {persons} people, but only "
                f"{len(enough)} of {len(rows)} people have so many. Lower "
                "people_per_batch or pictures_per_person."
            )
        return enough

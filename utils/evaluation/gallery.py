"""People enrolled by their pictures: is this Ann, who is this, or nobody we know?"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from keras import ops

from utils.core.arrays import is_tensor, to_numpy
from utils.core.validation import finite, number
from utils.evaluation.flat_index import FlatIndex
from utils.evaluation.gallery_file import read_gallery, write_gallery

UNKNOWN = "unknown"


class Gallery:
    """Embeddings of known people, computed once, and a threshold for strangers.

    Nothing is trained when people come and go. A picture is compared with every picture
    enrolled; the distance to a person is that to the nearest picture of theirs.

    Args:
        embed: function from pictures `(n, ...)` to embeddings `(n, d)`, such as
            `model.embed`.
        threshold: largest squared distance at which two pictures count as one person;
            choose it on other people.

    Raises:
        ValueError: if the threshold is negative or not finite, or `embed` no function.
    """

    def __init__(self, embed: Callable, threshold: float):
        self.embed = _checked_function(embed)
        self.threshold = number(
            threshold,
            "threshold",
            least=0,
            fix="It is a squared distance: of a threshold for scores, which are minus "
            "distances, take the other sign. Where that is infinite, nobody would be "
            "accepted: choose it from more pairs, or for more false accepts.",
        )
        self._numbers: dict[str, int] = {}
        self._names: list[str | None] = []
        self._index: FlatIndex | None = None

    def __len__(self):
        return len(self._numbers)

    def __contains__(self, name):
        return name in self._numbers

    @property
    def names(self) -> list[str]:
        """The people enrolled, in the order in which they came."""
        return list(self._numbers)

    def enrol(self, name: str, pictures) -> None:
        """Enrols a person by one or more pictures `(n, ...)`.

        Args:
            name: whose pictures they are.
            pictures: a batch; one picture is `picture[None]`.

        Raises:
            ValueError: if there is no batch axis; if the name is enrolled already,
                empty or "unknown"; if the embeddings are of another size than the
                gallery's, or not finite.
        """
        self._check_name(name)
        embeddings = self._embeddings(pictures)
        self.enrol_embeddings([name] * len(embeddings), embeddings)

    def enrol_embeddings(self, names, embeddings) -> None:
        """Enrols many people at once by embeddings that were computed before.

        Args:
            names: `(n,)`, one a row; rows of one person stand beside each other or not.
            embeddings: `(n, d)`.

        Raises:
            ValueError: as `enrol`; then nobody has been enrolled.
        """
        embeddings = self._checked(embeddings)
        names = [str(name) for name in names]
        if len(names) != len(embeddings):
            raise ValueError(
                f"{len(names)} names were given for {len(embeddings)} embeddings: give "
                "one a row."
            )
        new = dict.fromkeys(names)
        for name in new:
            self._check_name(name)
        if self._index is None:
            self._index = FlatIndex(embeddings.shape[1])
        for name in new:
            self._add_name(name)
        owners = np.array([self._numbers[name] for name in names], dtype="int32")
        self._index.append(embeddings, owners)

    def remove(self, name: str) -> None:
        """Forgets a person.

        Raises:
            ValueError: if nobody of that name is enrolled.
        """
        number = self._number(name)
        self._index.remove(number)
        self._names[number] = None
        del self._numbers[name]
        if not self._numbers:
            self._index, self._names = None, []

    def distance(self, picture, name: str) -> float:
        """Returns the squared distance of a picture to the nearest one of a person.

        Raises:
            ValueError: if nobody of that name is enrolled; as `identify`.
        """
        number = self._number(name)
        known = self._index.of_owner(number).astype("float64")
        differences = known - self._one(picture)
        return float(np.square(differences).sum(axis=1).min())

    def verify(self, picture, name: str) -> bool:
        """Answers: is this picture of that person?

        Args:
            picture: one, without the batch axis: `(height, width, channels)`.
            name: of somebody enrolled.

        Raises:
            ValueError: if nobody of that name is enrolled; as `identify`.
        """
        return self.distance(picture, name) <= self.threshold

    def identify(self, picture) -> str:
        """Answers: who is this? The nearest person, or "unknown" past the threshold.

        Args:
            picture: one, without the batch axis: `(height, width, channels)`.

        Raises:
            ValueError: if the gallery is empty, or the embedding is of another size
                than the gallery's or not finite.
        """
        return self.identify_embeddings(self._one(picture))[0]

    def identify_embeddings(self, embeddings) -> list[str]:
        """Names the nearest person of each embedding `(n, d)`, or "unknown".

        Raises:
            ValueError: as `identify`.
        """
        names, distances = self.nearest(embeddings)
        return [
            name if distance <= self.threshold else UNKNOWN
            for name, distance in zip(names, distances, strict=True)
        ]

    def nearest(self, embeddings) -> tuple[list[str], np.ndarray]:
        """Returns the nearest person of each embedding `(n, d)`, however far.

        Returns:
            Names, and squared distances `(n,)`.

        Raises:
            ValueError: as `identify`.
        """
        if self._index is None:
            raise ValueError("The gallery is empty: enrol somebody first.")
        found = self._index.nearest(self._checked(embeddings))
        return [self._names[owner] for owner in found.owners], found.distances

    def save(self, path) -> None:
        """Writes the gallery to an .npz file, whole or not at all.

        Raises:
            ValueError: if the gallery is empty.
        """
        if self._index is None:
            raise ValueError("The gallery is empty: there is nothing to save.")
        place = np.full(len(self._names), -1, dtype="int32")
        place[list(self._numbers.values())] = np.arange(len(self))
        blocks = ((rows, place[owners]) for rows, owners in self._index)
        write_gallery(Path(path), self.threshold, self.names, blocks)

    @classmethod
    def load(cls, path, embed: Callable) -> "Gallery":
        """Reads a gallery that `save` wrote; nothing is unpickled.

        Args:
            path: the .npz file.
            embed: the function the embeddings were made with.

        Raises:
            ValueError: if the file is damaged or no gallery.
            FileNotFoundError: if there is none.
        """
        _checked_function(embed)
        return read_gallery(Path(path), lambda arrays: cls._from_arrays(arrays, embed))

    @classmethod
    def _from_arrays(cls, arrays, embed):
        gallery = cls(embed, arrays.threshold)
        for name in arrays.names:
            gallery._add_name(name)
        seen = np.zeros(len(gallery), dtype=bool)
        for rows, owners in arrays.blocks():
            rows = gallery._checked(rows)
            gallery._index = gallery._index or FlatIndex(rows.shape[1])
            gallery._index.append(rows, owners)
            seen[owners] = True
        if not len(gallery) or not seen.all():
            raise ValueError("some people have no embedding")
        return gallery

    def _add_name(self, name):
        self._check_name(name)
        self._numbers[name] = len(self._names)
        self._names.append(name)

    def _check_name(self, name):
        if not isinstance(name, str) or not name or name == UNKNOWN:
            raise ValueError(
                f"The name was {name!r}, but must be a text other than {UNKNOWN!r}, "
                "which is the answer to strangers."
            )
        if name in self._numbers:
            raise ValueError(
                f"{name!r} is enrolled already. Give all pictures of a person at once, "
                f"or remove({name!r}) first."
            )

    def _number(self, name) -> int:
        if name not in self._numbers:
            raise ValueError(
                f"Nobody called {name!r} is among the {len(self)} people enrolled: "
                "enrol them first, or ask identify(picture)."
            )
        return self._numbers[name]

    def _one(self, picture) -> np.ndarray:
        """The embedding `(1, d)` of one picture, which has no batch axis."""
        picture = _array(picture)
        return self._embeddings(
            picture[None],
            f"The picture has shape {picture.shape}: this takes one picture without "
            "the batch axis; of a batch, give one after the other.",
        )

    def _embeddings(self, pictures, advice: str | None = None) -> np.ndarray:
        pictures = _array(pictures)
        advice = advice or (
            f"The pictures have shape {pictures.shape}: enrol takes a batch, (n, ...); "
            "for one picture write picture[None]."
        )
        try:
            made = self.embed(pictures)
        except Exception as error:  # whatever embed's network says of the shape
            raise ValueError(
                f"embed could not take them. {advice} ({error})"
            ) from error
        if np.ndim(made) != 2 or len(made) != len(pictures):
            raise ValueError(
                f"embed made {np.shape(made)}, but must make (n, d), one row per "
                f"picture. {advice}"
            )
        return self._checked(made)

    def _checked(self, embeddings) -> np.ndarray:
        embeddings = to_numpy(embeddings, "The embeddings", "float32")
        if embeddings.ndim != 2 or embeddings.size == 0:
            raise ValueError(
                f"The embeddings have shape {embeddings.shape}, but must be (n, d), "
                "with at least one row."
            )
        if self._index and embeddings.shape[1] != self._index.dimensions:
            raise ValueError(
                f"An embedding has {embeddings.shape[1]} numbers, but those enrolled "
                f"have {self._index.dimensions}: one network embeds everybody. After "
                "a change of the network, enrol the people again."
            )
        return finite(
            embeddings,
            "The embeddings",
            "look at the picture, and for a training that diverged.",
        )


def _array(pictures) -> np.ndarray:
    """Pictures as NumPy, of the type that they have."""
    if is_tensor(pictures):
        return ops.convert_to_numpy(pictures)
    return np.asarray(pictures)


def _checked_function(embed: Callable) -> Callable:
    if not callable(embed):
        raise ValueError(
            f"embed was {embed!r}, but must be a function from pictures to "
            "embeddings: give model.embed, without ()."
        )
    return embed

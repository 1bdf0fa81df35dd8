"""Faces with the person they belong to: avatars offline, Olivetti's from the cache."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from utils.core.validation import integer, one_of
from utils.course import downloads
from utils.data import avatars

SOURCES = ("auto", "avatars", "olivetti")
OLIVETTI = "olivetti/olivettifaces.mat"
#: How many avatars `load` draws: people, pictures of each, pixels, and the seed.
PEOPLE, PICTURES, SIZE, SEED = 200, 10, 32, 0
#: What SciPy raises where a file is not MATLAB's, or is damaged.
UNREADABLE = (
    IndexError,
    MatReadError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Faces:
    """Pictures of people.

    Attributes:
        pictures: (n, height, width, channels), float32 in [-1, 1].
        labels: (n,), int32: whose picture it is.
        name: the source, `"avatars"` or `"olivetti"`.

    Raises:
        ValueError: if there are not as many labels as pictures.
    """

    pictures: np.ndarray
    labels: np.ndarray
    name: str

    def __post_init__(self):
        if len(self.pictures) != len(self.labels):
            raise ValueError(
                f"{len(self.pictures)} pictures, but {len(self.labels)} labels: "
                "say of each picture whose it is"
            )

    def __len__(self) -> int:
        """Returns the number of pictures."""
        return len(self.pictures)

    @property
    def people(self) -> np.ndarray:
        """Who is on the pictures: the different labels, in rising order."""
        return np.unique(self.labels)


def load(source: str = "auto") -> Faces:
    """Loads faces.

    Args:
        source: `"avatars"` (200 people, 10 pictures each, 32×32 in color, drawn by the
            course), `"olivetti"` (40 people, 10 pictures each, 64×64 in gray,
            downloaded where they are not in the cache), or `"auto"`: Olivetti's if the
            cache holds them, else the avatars; it prints one line that says which.

    Raises:
        ValueError: If the source is unknown.
        DataUnavailable: If a download was needed and failed.

    Source: Samaria and Harter (1994), AT&T Laboratories Cambridge, formerly Olivetti.
    """
    if one_of(source, SOURCES, "set of faces") == "auto":
        source = _choose()
    if source == "olivetti":
        return read_olivetti(downloads.fetch(OLIVETTI))
    return draw_avatars(PEOPLE, PICTURES, SEED, SIZE)


def _choose() -> str:
    """Takes Olivetti's faces where the cache holds them, and says what was taken."""
    if downloads.is_cached(OLIVETTI):
        taken = "olivetti"
        line = 'Olivetti, 64×64, from the cache; source="avatars" gives drawn ones.'
    else:
        taken = "avatars"
        more = "run `course prefetch --all` once to get Olivetti's."
        told = downloads.misnamed_folder() or more
        line = f"avatars, 32×32, drawn by the course; {told}"
    print(f"Faces: {line}")  # noqa: T201 - a learner should see what was taken
    return taken


def draw_avatars(
    people: int, pictures: int, seed: int, size: int = 32, *, alike: float = 0.0
) -> Faces:
    """Draws as many avatars as are wanted, as `avatars.identities` explains.

    Raises:
        ValueError: If a number is out of range.
    """
    drawn = avatars.identities(people, pictures, seed, size, alike=alike)
    return Faces(drawn.pictures, drawn.labels, "avatars")


def read_olivetti(path: Path) -> Faces:
    """Reads Olivetti's faces from MATLAB's file, ten of each of the 40 people.

    Args:
        path: of `olivettifaces.mat`.

    Returns:
        400 pictures (64, 64, 1), by person.

    Raises:
        ValueError: If it is another file, or a damaged one.
    """
    try:
        faces = loadmat(path, variable_names=["faces"]).get("faces")
    except UNREADABLE as error:
        raise ValueError(
            f"{path} is no MATLAB file that can be read: {error}"
        ) from None
    shape = None if faces is None else faces.shape
    if shape != (4096, 400):
        raise ValueError(
            f"{path} has no variable `faces` of shape (4096, 400), but {shape}"
        )
    # One picture a column, and each was stored column by column.
    pictures = faces.T.reshape(400, 64, 64).transpose(0, 2, 1)[..., np.newaxis]
    labels = np.repeat(np.arange(40, dtype="int32"), 10)
    return Faces(pictures / np.float32(127.5) - np.float32(1), labels, "olivetti")


def take_people(faces: Faces, people) -> Faces:
    """Takes all pictures of some people, in the order in which they stand.

    Args:
        faces: of many people.
        people: their numbers, as in `faces.people`.

    Raises:
        ValueError: If nobody is asked for, or somebody who is not there.
    """
    people = np.atleast_1d(np.asarray(people))
    missing = np.setdiff1d(people, faces.labels)
    if not people.size or missing.size:
        raise ValueError(
            f"the people {missing.tolist()} are not among these faces: take some of "
            f"{faces.people.tolist()}"
        )
    mine = np.isin(faces.labels, people)
    return Faces(faces.pictures[mine], faces.labels[mine], faces.name)


def split_by_person(faces: Faces, *people: int, seed: int = 0) -> tuple[Faces, ...]:
    """Splits faces into groups of people; nobody is in two of them.

    A network that has seen a person in training is not asked to *compare* but to
    remember. So all pictures of one person go into one group.

    Args:
        faces: of many people.
        people: how many go into each group, for instance `120, 40, 40`. Whoever is left
            is in none.
        seed: int; another seed shuffles the people in another way.

    Returns:
        As many `Faces` as there are numbers in `people`; people keep their numbers.

    Raises:
        ValueError: If a group has nobody, or there are not so many people.
    """
    there = faces.people
    if not people or min(people) < 1 or sum(people) > len(there):
        raise ValueError(
            f"groups of {people} people were asked for: give numbers of 1 or more, "
            f"together at most {len(there)}"
        )
    order = np.random.default_rng(seed).permutation(there)
    groups = np.split(order[: sum(people)], np.cumsum(people)[:-1])
    return tuple(take_people(faces, group) for group in groups)


def person_folds(
    faces: Faces, folds: int, seed: int = 0
) -> Iterator[tuple[Faces, Faces]]:
    """Splits faces by person again and again, so that each is left out exactly once.

    Args:
        faces: of many people.
        folds: into how many groups; Olivetti's 40 people in 8 folds leave out 5.
        seed: int; shuffles the people.

    Returns:
        For each fold in turn: the faces to train on, and those of the people left out.

    Raises:
        ValueError: If there are fewer than 2 folds, or more than people.
    """
    there = faces.people
    folds = integer(folds, "folds", least=2, most=len(there))
    order = np.random.default_rng(seed).permutation(there)
    return (
        (take_people(faces, np.setdiff1d(there, group)), take_people(faces, group))
        for group in np.array_split(order, folds)
    )

"""Exercise 9.3: the patches of a picture that excite a unit most."""

from collections.abc import Callable

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _cut(picture, places, size):
    """Patches from their first pixels."""
    return np.stack([picture[i : i + size, j : j + size] for i, j in places])


def _places(values, order):
    return np.stack(np.unravel_index(order, values.shape), axis=1)


def _best(values, picture, size, jump, n):
    order = np.argsort(-values, axis=None)[:n]
    return _cut(picture, _places(values, order) * jump, size)


def _ordered(order: Callable):
    """Patches in a wrong order, or of the wrong places."""

    def wrong(values, picture, size, jump, n):
        return _cut(picture, _places(values, order(values, n)) * jump, size)

    return wrong


def _swapped(values, picture, size, jump, n):
    places = _places(values, np.argsort(-values, axis=None)[:n]) * jump
    return _cut(picture, places[:, ::-1], size)


def _without_jump(values, picture, size, jump, n):
    return _cut(picture, _places(values, np.argsort(-values, axis=None)[:n]), size)


def _size_for_jump(values, picture, size, jump, n):
    order = np.argsort(-values, axis=None)[:n]
    return _cut(picture, _places(values, order) * size, size)


def _centered(values, picture, size, jump, n):
    places = _places(values, np.argsort(-values, axis=None)[:n]) * jump - size // 2
    return _cut(picture, np.maximum(places, 0), size)


def _case(seed, rows, columns, size, jump, n, channels, shows, lift=12.5) -> Case:
    """Values of both signs, none twice; a picture in which wrong places lie too."""
    rng = np.random.default_rng(seed)
    values = rng.permutation(rows * columns).reshape(rows, columns) - lift
    side = max(rows, columns) * max(size, jump) + size
    picture = rng.uniform(-1, 1, (side, side, channels)).astype("float32")
    return Case(values, picture, size, jump, n, shows=shows)


def _alike() -> Case:
    """Two places of one value, and of one patch: either may come first."""
    values = np.array([[1.0, 5.0, 2.0], [5.0, 0.0, 3.0]])
    picture = np.zeros((6, 8, 1), "float32")
    picture[:2, 4:6], picture[2:4, 4:6] = 0.5, -0.5
    return Case(values, picture, 2, 2, 3, shows="two places may be excited alike.")


best_patches = Check(
    "9.3",
    "the top patches of a unit",
    "best_patches(values, picture, size, jump, n)",
    exact=_best,
    cases=(
        _case(
            0, 5, 7, 4, 3, 3, 3, "sort the places, and look where each field begins."
        ),
        _case(1, 6, 4, 1, 1, 4, 1, "a field may be one pixel."),
        _case(2, 4, 4, 9, 2, 16, 3, "fields overlap, and all places are asked for."),
        _case(3, 3, 5, 2, 4, 1, 2, "the best of a unit may be below 0.", lift=99.5),
        _alike(),
    ),
    mistakes=(
        Wrong(
            _ordered(lambda values, n: np.argsort(values, axis=None)[:n]),
            "returns the patches that excite the unit least: `np.argsort` sorts "
            "upwards, so take the last n, in reverse order.",
        ),
        Wrong(
            _ordered(lambda values, n: np.argsort(values, axis=None)[-n:]),
            "returns the right patches, but the most exciting one last: reverse the "
            "order.",
        ),
        Wrong(
            _ordered(lambda values, n: np.argsort(-np.abs(values), axis=None)[:n]),
            "sorts by absolute value: a strongly negative answer is no excitement.",
        ),
        Wrong(
            _ordered(lambda values, n: np.sort(np.argsort(-values, axis=None)[:n])),
            "returns the right patches in the order of the picture: the most "
            "exciting one comes first.",
        ),
        Wrong(
            _ordered(lambda values, n: np.unique(-values, return_index=True)[1][:n]),
            "takes each value once: two places may be excited alike, and both count.",
        ),
        Wrong(
            lambda *arguments: _best(*arguments[:4], 1),
            "returns one patch: n are asked for.",
        ),
        Wrong(
            lambda *arguments: _best(*arguments)[..., 0],
            "drops the channels: keep the last axis of the picture.",
        ),
        Wrong(
            _without_jump,
            "cuts at the place in the map, not in the picture: multiply row and "
            "column by the jump.",
        ),
        Wrong(
            _size_for_jump,
            "multiplies by the size of the field: neighbors lie one jump apart, not "
            "one size.",
        ),
        Wrong(
            _swapped,
            "swaps rows and columns: `np.unravel_index` returns the row first.",
        ),
        Wrong(
            _centered,
            "centers the patch on (i·jump, j·jump): the field *begins* there.",
        ),
    ),
)

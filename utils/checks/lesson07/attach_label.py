"""Exercise 7.1: attach a label to a picture, as planes."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _one_hot(labels, classes):
    return np.eye(classes)[np.asarray(labels)]


def _beside(pictures, planes):
    planes = np.broadcast_to(planes, (*pictures.shape[:-1], planes.shape[-1]))
    return np.concatenate([pictures, planes], axis=-1)


def _exact(pictures, labels, classes):
    return _beside(pictures, _one_hot(labels, classes)[:, None, None])


def _planes(formula):
    """A mistake made of what the planes (n, 1, 1, classes) hold instead."""

    def wrong(pictures, labels, classes):
        planes = formula(_one_hot(labels, classes), np.asarray(labels))
        return _beside(pictures, planes[:, None, None])

    return wrong


def _scrambled(pictures, labels, classes):
    n, height, width, _ = pictures.shape
    row = np.repeat(_one_hot(labels, classes)[:, None, None], height * width)
    return _beside(pictures, row.reshape(n, height, width, classes))


def _one_plane(pictures, labels, classes):
    return _beside(pictures, np.asarray(labels)[:, None, None, None])


def _channels_first(pictures, labels, classes):
    n, height, width, _ = pictures.shape
    planes = _one_hot(labels, classes)[:, :, None, None]
    planes = np.broadcast_to(planes, (n, classes, height, width))
    return np.concatenate([np.moveaxis(pictures, -1, 1), planes], axis=1)


def _before(pictures, labels, classes):
    whole = _exact(pictures, labels, classes)
    channels = pictures.shape[-1]
    return np.concatenate([whole[..., channels:], whole[..., :channels]], axis=-1)


def _flat(pictures, labels, classes):
    rows = pictures.reshape(len(pictures), -1)
    return np.concatenate([rows, _one_hot(labels, classes)], axis=1)


def _corner(pictures, labels, classes):
    planes = np.zeros((*pictures.shape[:-1], classes))
    planes[:, 0, 0] = _one_hot(labels, classes)
    return _beside(pictures, planes)


_BREAKS = "the planes are as high and as wide as the pictures, and follow on axis −1."


def _case(seed, n, height, width, channels, classes, shows=""):
    rng = np.random.default_rng(seed)
    pictures = rng.uniform(-1, 1, (n, height, width, channels)).astype("float32")
    labels = rng.integers(0, classes, n)
    return Case(pictures, labels, classes, shows=shows, breaks=_BREAKS)


attach_label = Check(
    "7.1",
    "a label as planes",
    "attach_label(pictures, labels, classes)",
    exact=_exact,
    cases=(
        _case(0, 4, 3, 3, 1, 4, "look at one picture's planes: `made[0, :, :, 1:]`."),
        _case(1, 5, 2, 4, 3, 3, "the pictures are wider than high, and have colors."),
        _case(5, 6, 5, 5, 2, 7),
    ),
    mistakes=(
        Wrong(
            _scrambled,
            "scrambles the labels: `np.repeat` without an axis flattens, and after "
            "`reshape` each picture carries a band of ones through all planes. Repeat "
            "along an axis, or use `np.broadcast_to`.",
        ),
        Wrong(
            _one_plane,
            "writes the label as a number into one plane: then 7 would be more like 8 "
            "than like 1. Give each class a plane of its own.",
        ),
        Wrong(
            _channels_first,
            "puts planes before height and width: here the last axis counts them.",
        ),
        Wrong(_before, "puts the planes before the picture: they come after it."),
        Wrong(
            _flat,
            "flattens the picture: it must stay one, with more planes.",
        ),
        Wrong(
            _corner,
            "writes the label into one corner: each pixel must carry it.",
        ),
        Wrong(
            _planes(lambda hot, labels: 1 - hot),
            "has 0 and 1 exchanged: the plane of the label is 1, the others 0.",
        ),
        Wrong(
            _planes(lambda hot, labels: 2 * hot - 1),
            "has −1 where a plane is not the label's: it is 0 there.",
        ),
        Wrong(
            _planes(lambda hot, labels: hot * labels[:, None]),
            "writes the number of the label into its plane: it is 1 there, or class 0 "
            "has no plane at all.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.roll(hot, 1, axis=1)),
            "is off by one: label 0 has the first plane.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.roll(hot, -1, axis=1)),
            "counts labels from 1: label 0 has the first plane.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.broadcast_to(hot[:1], hot.shape)),
            "gives all pictures the label of the first one.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.broadcast_to(hot.max(axis=0), hot.shape)),
            "marks the labels of all pictures in each: one carries its own alone.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.ones_like(hot) * labels[:, None]),
            "writes the number of the label into all planes: the label's own is 1, the "
            "others 0.",
        ),
        Wrong(
            lambda pictures, labels, classes: _exact(
                pictures, labels, labels.max() + 1
            ),
            "makes planes up to the largest label that it is given: there is one for "
            "each of `classes`, or two batches would differ in shape.",
        ),
        Wrong(
            _planes(lambda hot, labels: np.concatenate([hot[:1], 0 * hot[1:]])),
            "has planes for the first picture alone: does a loop `return` too early?",
        ),
        Wrong(
            _planes(lambda hot, labels: hot[::-1]),
            "has the labels in the opposite order: the first belongs to the first "
            "picture.",
        ),
        Wrong(
            _planes(lambda hot, labels: hot[np.argsort(labels)]),
            "does not keep the labels in the order of the pictures.",
        ),
        Wrong(
            lambda pictures, labels, classes: _exact(pictures, labels, classes)[
                ..., pictures.shape[-1] :
            ],
            "returns the planes alone: the picture goes with them.",
        ),
        Wrong(
            _planes(lambda hot, labels: hot / hot.sum(axis=0).clip(1)),
            "divides by how often a label comes: a plane is 1 or 0.",
        ),
    ),
    edges=(
        _case(3, 1, 4, 4, 1, 5, "there is one picture alone here."),
        Case(
            np.zeros((2, 2, 2, 1), "float32"),
            np.array([0, 0]),
            3,
            shows="a class that no picture has still has its plane, of zeros.",
        ),
    ),
)

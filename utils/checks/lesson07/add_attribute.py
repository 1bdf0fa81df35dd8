"""Exercise 7.5: an attribute as a direction between codes."""

import numpy as np

from utils.checks.engine import MATMUL, Case, Check, Wrong

_IN = np.array([[1.0, -0.5, 0.3], [0.2, 0.8, -0.6], [0.5, 0.1, 0.9], [-0.7, 0.4, 0.2]])
_OUT = np.array([[0.9, 0.3, -0.2, 0.4], [-0.1, 0.7, 0.5, 0.6], [0.3, -0.4, 0.8, 0.2]])


def _encode(pictures):
    """From pictures of 2×2 to three numbers, bent: a mean cannot pass through it."""
    flat = pictures.reshape(len(pictures), 4)
    return (flat + 0.3 * flat**2) @ _IN


def _decode(codes):
    return np.tanh((codes + 0.2 * codes**3) @ _OUT).reshape(-1, 2, 2, 1)


def _shift(pictures):
    """A coder that is easy to follow: codes are pixels, doubled."""
    return 2 * pictures.reshape(len(pictures), -1)


def _unshift(codes):
    return codes.reshape(-1, 2, 2, 1) ** 3


def _direction(encode, without, having):
    return encode(having).mean(axis=0) - encode(without).mean(axis=0)


def _exact(encode, decode, without, having, faces):
    return decode(encode(faces) + _direction(encode, without, having))


def _decoded_first(encode, decode, without, having, faces):
    way = _direction(encode, without, having)
    return decode(encode(faces)) + decode(way[None])


def _decoded_means(encode, decode, without, having, faces):
    means = [decode(encode(each)).mean(axis=0) for each in (having, without)]
    return decode(encode(faces)) + means[0] - means[1]


def _mean_pictures(encode, decode, without, having, faces):
    way = [encode(each.mean(axis=0, keepdims=True)) for each in (having, without)]
    return decode(encode(faces) + way[0] - way[1])


def _changed(change):
    """The direction changed by a function of itself and of the codes it comes from."""

    def answer(encode, decode, without, having, faces):
        way = change(_direction(encode, without, having), encode, without, having)
        return decode(encode(faces) + way)

    return answer


def _of_pairs(way, encode, without, having):
    n = min(len(without), len(having))
    return (encode(having[:n]) - encode(without[:n])).mean(axis=0)


def _draw(seed, *sizes):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-0.9, 0.9, (n, 2, 2, 1)) + 0.1 * k for k, n in enumerate(sizes)]


add_attribute = Check(
    "7.5",
    "an attribute as a direction",
    "add_attribute(encode, decode, without, having, faces)",
    exact=_exact,
    tolerance=MATMUL,
    cases=(
        Case(
            _encode,
            _decode,
            *_draw(0, 5, 7, 3),
            shows="encode first; the mean, the difference and the sum are of codes.",
            breaks="`encode` takes many pictures at once, and the two groups differ in "
            "number: take the mean code of each first.",
        ),
        Case(_shift, _unshift, *_draw(1, 6, 3, 5)),
        Case(_encode, _decode, *_draw(2, 3, 5, 1)),
    ),
    mistakes=(
        Wrong(
            _changed(lambda way, *given: -way),
            "goes the wrong way and takes the attribute off: `having` minus `without`.",
        ),
        Wrong(
            _decoded_first,
            "decodes before it adds: the decoder is no straight line, so add codes, "
            "and decode their sum.",
        ),
        Wrong(
            lambda e, d, a, b, faces: faces + d(_direction(e, a, b)[None]),
            "adds a decoded direction to pictures: add codes, and decode their sum.",
        ),
        Wrong(
            lambda e, d, a, b, faces: np.broadcast_to(
                d(e(b).mean(axis=0)[None]), faces.shape
            ),
            "makes the mean face of `having` of each: keep the codes of `faces`.",
        ),
        Wrong(
            _decoded_means,
            "adds a mean difference of pictures: the arithmetic is done on codes, and "
            "one decoding comes last.",
        ),
        Wrong(
            lambda e, d, a, b, faces: faces + b.mean(axis=0) - a.mean(axis=0),
            "adds in pixels: encode first, and decode in the end.",
        ),
        Wrong(
            _mean_pictures,
            "encodes mean pictures: a mean of faces is a blur, and its code is no mean "
            "of codes. First encode, then the mean.",
        ),
        Wrong(
            _changed(_of_pairs),
            "pairs the two groups and drops who is left over: take the mean of each.",
        ),
        Wrong(
            lambda e, d, a, b, faces: faces + _exact(e, d, a, b, faces) - d(e(faces)),
            "adds the decoder's change to the face: the picture of the changed code is "
            "asked for, as the decoder draws it.",
        ),
        Wrong(
            lambda e, d, a, b, faces: d(e(faces) + e(b).mean(0) - e(faces).mean(0)),
            "subtracts the mean code of `faces`: subtract that of `without`, or all "
            "that `faces` have in common is lost.",
        ),
        Wrong(
            _changed(lambda way, encode, a, b: encode(b)[:1] - encode(a)[:1]),
            "takes one pair alone: the direction is a difference of *means* over all.",
        ),
        Wrong(
            _changed(lambda way, encode, a, b: encode(b).mean(axis=0)),
            "adds the mean code of `having`, and with it the mean face: subtract that "
            "of `without`.",
        ),
        Wrong(
            _changed(lambda way, encode, a, b: encode(b).sum(0) - encode(a).sum(0)),
            "takes sums where it needs means: the two groups differ in number.",
        ),
        Wrong(
            _changed(
                lambda way, encode, a, b: (
                    np.median(encode(b), 0) - np.median(encode(a), 0)
                )
            ),
            "takes medians: the direction is the difference of the means.",
        ),
        Wrong(
            _changed(lambda way, *given: way / np.linalg.norm(way)),
            "brings the direction to length 1: its length says how far to go.",
        ),
        Wrong(
            _changed(lambda way, *given: way.mean()),
            "takes the mean over the numbers of a code as well: `axis=0` alone.",
        ),
        Wrong(
            _changed(lambda way, *given: 2 * way),
            "goes twice as far as from one mean to the other.",
        ),
        Wrong(
            _changed(lambda way, *given: way / 2),
            "goes half the way from one mean to the other.",
        ),
        Wrong(
            lambda e, d, a, b, faces: np.broadcast_to(
                d(_direction(e, a, b)[None]), faces.shape
            ),
            "decodes the direction alone: add it to the codes of `faces`.",
        ),
        Wrong(
            lambda e, d, a, b, faces: d(e(faces)),
            "returns the faces as the decoder sees them: the direction is not added.",
        ),
        Wrong(
            lambda e, d, a, b, faces: e(faces) + _direction(e, a, b),
            "returns codes: decode them.",
            when=lambda value, e, d, a, b, faces: np.shape(value) == e(faces).shape,
        ),
        Wrong(
            lambda e, d, a, b, faces: d(e(a) + _direction(e, a, b)),
            "adds to the codes of `without`: the faces to change are `faces`.",
            when=lambda value, e, d, a, b, faces: (
                np.shape(value) == a.shape
                and np.allclose(value, d(e(a) + _direction(e, a, b)), rtol=1e-3)
            ),
        ),
    ),
)

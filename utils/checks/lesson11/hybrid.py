"""Exercise 11.3: a picture from the coarse half of one and the details of another."""

from itertools import pairwise

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _levels(picture, levels, down):
    """The picture and its coarser ones, finest first."""
    found = [picture]
    for _ in range(levels):
        found.append(down(found[-1]))
    return found


def _rebuilt(coarsest, details, up, change=lambda h: h, sign=1):
    for detail in reversed(details):
        coarsest = up(coarsest) + sign * change(detail)
    return coarsest


def _details(picture, levels, down, up):
    found = _levels(picture, levels, down)
    return [fine - up(coarse) for fine, coarse in pairwise(found)]


def _exact(far, near, levels, down, up):
    coarsest = _levels(far, levels, down)[-1]
    return _rebuilt(coarsest, _details(near, levels, down, up), up)


def _with(change=lambda h: h, sign=1):
    def wrong(far, near, levels, down, up):
        coarsest = _levels(far, levels, down)[-1]
        details = _details(near, levels, down, up)
        return _rebuilt(coarsest, details, up, change, sign)

    return wrong


def _other_levels(number):
    def wrong(far, near, levels, down, up):
        return _exact(far, near, number(levels), down, up)

    return wrong


def _without_coarsest(far, near, levels, down, up):
    coarsest = 0 * _levels(far, levels, down)[-1]
    return _rebuilt(coarsest, _details(near, levels, down, up), up)


def _only(which):
    """Details of some levels alone, the others 0; `which` picks them, finest first."""

    def wrong(far, near, levels, down, up):
        details = _details(near, levels, down, up)
        kept = [h if which(k, levels) else 0 * h for k, h in enumerate(details)]
        return _rebuilt(_levels(far, levels, down)[-1], kept, up)

    return wrong


def _from_far(which):
    """Details of some levels are of the far picture, the others of the near one."""

    def wrong(far, near, levels, down, up):
        pairs = zip(
            _details(far, levels, down, up),
            _details(near, levels, down, up),
            strict=True,
        )
        details = [a if which(k, levels) else b for k, (a, b) in enumerate(pairs)]
        return _rebuilt(_levels(far, levels, down)[-1], details, up)

    return wrong


def _with_pictures(far, near, levels, down, up):
    pictures = _levels(near, levels, down)[:-1]
    return _rebuilt(_levels(far, levels, down)[-1], pictures, up)


def _blocks(picture):
    return picture.repeat(2, axis=0).repeat(2, axis=1)


def _own_blocks(far, near, levels, down, up):
    return _exact(far, near, levels, down, _blocks)


def _means(picture):
    height, width = picture.shape
    return picture.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))


def _corners(picture):
    return picture[::2, ::2]


def _spread(picture):
    """Blocks, each a mean with its neighbors below and to the right."""
    wide = _blocks(picture)
    return (wide + np.roll(wide, 1, axis=0) + np.roll(wide, 1, axis=1)) / 3


def _case(seed, sides, levels, down, up, shows=""):
    far, near = np.random.default_rng(seed).uniform(-1, 1, (2, *sides))
    return Case(
        far,
        near,
        levels,
        down,
        up,
        shows=shows,
        breaks="`down` halves height and width and `up` doubles them: a picture has "
        "the size of `up` of the next coarser one, and is rebuilt from the coarsest.",
    )


hybrid = Check(
    "11.3",
    "build and rebuild a pyramid",
    "hybrid(far, near, levels, down, up)",
    exact=_exact,
    cases=(
        _case(
            0,
            (12, 8),
            2,
            _means,
            _blocks,
            "with far = near the picture must come back as it was.",
        ),
        _case(1, (16, 24), 3, _corners, _spread, "`down` and `up` may be any here."),
        _case(2, (6, 10), 1, _means, _spread),
    ),
    mistakes=(
        Wrong(
            lambda far, near, *given: _exact(near, far, *given),
            "has the two exchanged: the coarsest picture of `far`, the details of "
            "`near`.",
        ),
        Wrong(
            _without_coarsest,
            "starts from nothing: the coarsest picture of `far` is missing.",
        ),
        Wrong(
            _with(sign=-1),
            "takes the details away: I = u(coarse) + h.",
        ),
        Wrong(
            lambda far, near, levels, down, up: near,
            "returns `near`: coarse picture and details are of the same one. Are the "
            "details near − up(down(near)), and does the sum start from `far`?",
        ),
        Wrong(
            lambda far, near, levels, down, up: far,
            "returns `far`: the details are those of `far` as well.",
        ),
        Wrong(
            _only(lambda k, levels: False),
            "has no details: add those of `near` at each level.",
        ),
        Wrong(
            _only(lambda k, levels: k == 0),
            "adds the finest details alone: each level has its own.",
        ),
        Wrong(
            _only(lambda k, levels: k == levels - 1),
            "adds the coarsest details alone: each level has its own.",
        ),
        Wrong(
            _from_far(lambda k, levels: k < levels - 1),
            "takes the coarsest details alone from `near`: all levels are its own.",
        ),
        Wrong(
            _other_levels(lambda levels: 1),
            "goes down once, whatever `levels` says: so all but the finest details are "
            "those of `far`.",
        ),
        Wrong(
            _other_levels(lambda levels: 2),
            "goes down twice, whatever `levels` says.",
        ),
        Wrong(
            _other_levels(lambda levels: levels - 1),
            "goes down once too little: `levels` times.",
        ),
        Wrong(
            _own_blocks,
            "makes blocks of its own: use `up`, which may be another here.",
        ),
        Wrong(
            _with_pictures,
            "adds the pictures of `near` where details must stand: near − "
            "up(down(near)).",
        ),
        Wrong(
            _with(lambda h: np.clip(h, 0, 1)),
            "clips the details to [0, 1]: they are differences, as often below 0.",
        ),
        Wrong(
            _with(np.abs),
            "takes the details without their sign.",
        ),
        Wrong(
            _with(lambda h: 2 * h),
            "adds the details twice.",
        ),
        Wrong(
            lambda *given: np.clip(_exact(*given), -1, 1),
            "is clipped to [−1, 1]: what is rebuilt must come out as it is.",
        ),
        Wrong(
            lambda *given: np.clip(_exact(*given), 0, 1),
            "is clipped to [0, 1]: what is rebuilt must come out as it is.",
        ),
        Wrong(
            lambda far, near, *given: (far + near) / 2,
            "is the mean of the two: separate coarse and fine first.",
        ),
        Wrong(
            lambda far, near, levels, down, up: (
                _exact(far, near, levels, down, up) - near
            ),
            "lacks `near`: is it what the coarse pictures differ by, alone?",
        ),
    ),
    edges=(
        Case(
            np.ones((4, 4)),
            np.ones((4, 4)),
            2,
            _means,
            _blocks,
            shows="both pictures are white here, and so is their hybrid.",
        ),
    ),
)

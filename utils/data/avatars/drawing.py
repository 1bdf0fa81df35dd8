"""Draw avatars from back to front: wall, hair, body, head, face, glasses, light."""

import numpy as np

from utils.data.avatars import colors
from utils.data.avatars.colors import along, rgb
from utils.data.avatars.factors import RANGES, Factors
from utils.data.avatars.shapes import Canvas, box, capsule, ellipse, mix

#: How far the extremes of turn, tilt and shift go: radians, radians, half widths.
TURN, TILT, SHIFT = 0.36, 0.21, 0.16
#: Distance of the face's surface from the axis it turns on; the middle of the head.
ROUNDNESS, MIDDLE = 0.7, -0.02


def draw(factors: Factors, size: int) -> np.ndarray:
    """Draws all avatars at once, on arrays that should fit a processor's cache.

    Returns:
        `(n, size, size, 3)`, float32 in [-1, 1].
    """
    canvas, look = Canvas(len(factors), size), Look(factors)
    _light(canvas, look, *_paint(canvas, look))
    return _finished(canvas)


def draw_parts(factors: Factors, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws all avatars on black walls and in black shirts, and where those show.

    Returns:
        The pictures, as `draw` returns them, and `(n, size, size, 2)` in [0, 1]: which
        share of a pixel the wall has, and which the shirt.
    """
    found = []
    for wall, shirt in (("#000000", "#000000"), ("#FF0000", "#00FF00")):
        canvas, look = Canvas(len(factors), size), Look(factors)
        look.wall, look.shirt = rgb(wall), rgb(shirt)
        light = _paint(canvas, look)
        found.append(canvas.pictures[:2].copy())
        if not len(found) - 1:
            _light(canvas, look, *light)
            black = _finished(canvas)
    shares = np.moveaxis(found[1] - found[0], 0, -1)
    shares[..., 0] /= 1 - np.float32(0.07) * canvas.y
    return black, np.clip(shares, 0, 1)


def _paint(canvas, look):
    """Paints everything but the light; returns where pixels are, and what is lit."""
    place = Place(canvas, look)
    _wall(canvas, look)
    lit = _behind(canvas, look, place)
    lit = np.maximum(lit, _head(canvas, look, place))
    _eyes(canvas, look, place)
    _nose(canvas, look, place)
    _mouth(canvas, look, place)
    lit = np.maximum(lit, _hair(canvas, look, place))
    _brows(canvas, look, place)
    _glasses(canvas, look, place)
    return place, lit


def _finished(canvas):
    pictures = np.clip(canvas.pictures, 0, 1, out=canvas.pictures)
    return np.moveaxis(pictures, 0, -1) * np.float32(2) - np.float32(1)


class Look:
    """The factors as `(n, 1, 1)`, and the lengths and colors that follow from them."""

    def __init__(self, factors: Factors):
        for name in RANGES:
            setattr(self, name, getattr(factors, name)[:, None, None])
        self.width = 0.43 + 0.14 * self.face_width
        self.eye = 0.165 + 0.085 * self.eye_distance
        self.eye_height = 0.07 + 0.055 * self.eye_size
        self.skin_color = along(colors.SKIN, factors.skin)
        self.hair = along(colors.HAIR, factors.hair_color)
        self.iris = along(colors.EYES, factors.eye_color)
        self.wall = along(colors.WALL, factors.background)
        self.shirt = along(colors.SHIRT, factors.background)


class Place:
    """Where each pixel is: on the body, the head (u, v) and the turned face (f, v)."""

    def __init__(self, canvas: Canvas, look: Look):
        self.body = canvas.x - SHIFT * look.shift
        x, y = self.body, canvas.y - np.float32(0.65)  # the head leans on its neck
        cos, sin = np.cos(TILT * look.tilt), np.sin(TILT * look.tilt)
        self.u = x * cos + y * sin
        self.v = y * cos - x * sin + np.float32(0.65 - MIDDLE)
        cos, sin = np.cos(TURN * look.turn), np.sin(TURN * look.turn)
        depth = np.sqrt(np.maximum(ROUNDNESS**2 - self.u * self.u, 0))
        self.f = self.u * cos - depth * sin
        self.side = np.abs(self.f)


def _wall(canvas, look):
    canvas.pictures += look.wall * (1 - np.float32(0.07) * canvas.y)


def _behind(canvas, look, place):
    """Paints ears, long hair, shoulders and neck; returns what they cover."""
    ear = np.abs(place.u + 0.05 * look.turn) - look.width
    ears = canvas.coverage(ellipse(ear, place.v - 0.08, 0.075, 0.12))
    canvas.paint(ears, look.skin_color * np.float32(0.9))
    length = look.hair_length
    width, height = look.width - 0.04 + 0.17 * length, 0.22 + 0.45 * length
    back = box(place.u, place.v + 0.47 - height, width, height, 0.13 + 0.22 * length)
    back = canvas.coverage(back)
    canvas.paint(back, look.hair * np.float32(0.72))
    shirt = canvas.coverage(ellipse(place.body, canvas.y - 1.22, 0.78, 0.5))
    canvas.paint(shirt, look.shirt)
    neck = canvas.coverage(box(place.body, canvas.y - 0.55, 0.17, 0.33, 0.12))
    canvas.paint(neck, look.skin_color * np.float32(0.78))
    return np.maximum(np.maximum(ears, back), np.maximum(shirt, neck))


def _head(canvas, look, place):
    """Paints face, cheeks and beard; returns what the head covers."""
    skin = look.skin_color
    # Narrower below than above: an egg.
    across = place.u / (look.width * (1 - 0.16 * place.v))
    face = canvas.coverage(ellipse(across, place.v, 1.0, 0.62) * 0.5)
    canvas.paint(face, skin)
    cheek = ellipse(place.side - look.eye - 0.06, place.v - 0.22, 0.10, 0.07)
    cheek = np.clip(0.35 - 4 * cheek, 0, 0.35)
    canvas.paint(cheek * face, mix(skin, rgb(colors.ROSE), np.float32(0.6)))
    return np.maximum(face, _beard(canvas, look, place))


def _beard(canvas, look, place):
    """Paints the beard over the lower face and chin; returns what it covers."""
    chin = 0.62 + 0.08 * look.beard
    across = place.u / (look.width * (1 - 0.16 * place.v))
    jaw = ellipse(across, place.v, 1.01, chin) * 0.5
    edge = 0.37 - 0.10 * look.beard - 0.34 * np.square(place.f / look.width)
    whiskers = np.maximum(jaw, edge - place.v)
    coverage = canvas.coverage(whiskers) * np.minimum(1.4 * look.beard, 0.96)
    canvas.paint(coverage, look.hair * np.float32(0.88))
    return coverage


def _eyes(canvas, look, place):
    height = look.eye_height
    width = 0.06 + 0.75 * height
    x, y = place.side - look.eye, place.v - 0.03
    canvas.paint(
        canvas.coverage(ellipse(x, y + 0.022, width + 0.02, height + 0.008)),
        mix(rgb(colors.INK), look.skin_color, np.float32(0.15)),
    )
    white = canvas.coverage(ellipse(x, y, width, height))
    canvas.paint(white, rgb(colors.WHITE))
    distance = np.sqrt(x * x + y * y)
    iris = 0.018 + 0.72 * height
    canvas.paint(canvas.coverage(distance - iris) * white, look.iris)
    canvas.paint(canvas.coverage(distance - 0.5 * iris) * white, rgb(colors.INK))
    spark = np.sqrt(np.square(x + 0.02) + np.square(y + 0.03)) - 0.022
    canvas.paint(canvas.coverage(spark), rgb(colors.WHITE))


def _brows(canvas, look, place):
    y = place.v - (0.03 - look.eye_height - 0.10)
    lift = 0.055 * look.brow_tilt
    start, end = (look.eye - 0.10, lift), (look.eye + 0.10, -lift)
    brow = capsule(place.side, y, start, end, 0.026)
    color = mix(look.hair * np.float32(0.75), look.skin_color, np.float32(0.1))
    canvas.paint(canvas.coverage(brow), color)


def _nose(canvas, look, place):
    x = place.f - 0.06 * look.turn
    width, height = 0.035 + 0.075 * look.nose, 0.03 + 0.06 * look.nose
    y = place.v - 0.20
    tip = canvas.coverage(ellipse(x, y - 0.02, width, height))
    canvas.paint(tip, look.skin_color * np.float32(0.66))
    bridge = capsule(x, y, (0.0, -0.12), (0.0, 0.0), 0.3 * width + 0.01)
    light = np.maximum(
        canvas.coverage(ellipse(x, y + 0.01, 0.92 * width, height)),
        canvas.coverage(bridge),
    )
    canvas.paint(light, mix(look.skin_color, rgb(colors.WHITE), np.float32(0.12)))


def _mouth(canvas, look, place):
    width = (0.095 + 0.10 * look.mouth_width) * (1 + 0.18 * look.smile)
    x = place.f / width
    bow = np.maximum(1 - x * x, 0)
    curve = 0.085 * look.smile * (0.75 + 0.25 * look.smile)  # a frown bends less
    y = place.v - 0.385 - curve * (bow - 0.55)
    ends = (np.abs(x) - 1) * width
    open_ = 0.075 * np.maximum(look.smile, 0) * bow
    lips = np.maximum(np.abs(y) - 0.022 - 0.014 * bow - open_, ends)
    color = mix(look.skin_color * np.float32(0.72), rgb(colors.ROSE), np.float32(0.5))
    canvas.paint(canvas.coverage(lips), color)
    inside = canvas.coverage(np.maximum(np.abs(y) - open_ + 0.008, ends))
    canvas.paint(inside, rgb(colors.THROAT))
    teeth = np.maximum(np.abs(y + 0.4 * open_) - 0.6 * open_ + 0.008, ends)
    canvas.paint(canvas.coverage(teeth), rgb(colors.WHITE))


def _hair(canvas, look, place):
    """Paints hair over the head and locks beside it; returns what they cover."""
    length = look.hair_length
    width, height = look.width + 0.02 + 0.07 * length, 0.60 + 0.09 * length
    skull = ellipse(place.u, place.v + 0.06, width, height)
    across = np.square(place.f / look.width)
    edge = np.minimum(across * across, 1)
    crown = -0.42 + 0.27 * look.fringe
    line = crown + (0.02 - crown) * edge
    cap = canvas.coverage(np.maximum(skull, (place.v - line) / 1.4))
    canvas.paint(cap, look.hair)
    start = look.width - 0.05, np.float32(-0.22)
    end = look.width - 0.05 + 0.09 * length, -0.22 + 0.95 * length
    lock = capsule(np.abs(place.u), place.v, start, end, 0.045 + 0.05 * length)
    lock = canvas.coverage(lock)
    canvas.paint(lock, look.hair * np.float32(0.94))
    return np.maximum(cap, lock)


def _glasses(canvas, look, place):
    worn, square = look.glasses > 0, look.glasses == 2
    x, y = place.side - look.eye, place.v - 0.03
    radius = 0.045 + look.eye_height
    lens = np.where(
        square,
        box(x, y, radius + 0.04, radius, 0.04),
        np.sqrt(x * x + y * y) - radius - 0.02,
    )
    dark = look.glasses == 3
    tint = np.where(dark[None], rgb(colors.DARK_LENS), rgb(colors.LENS))
    glass = canvas.coverage(lens) * np.where(dark, 0.93, 0.16) * worn
    canvas.paint(glass, tint)
    rim = np.abs(lens) - 0.018
    bridge = np.maximum(np.abs(y + 0.03) - 0.018, place.side - look.eye)
    arm = np.maximum(np.abs(y + 0.03) - 0.018, np.abs(place.u) - look.width)
    arm = np.maximum(arm, look.eye - place.side)
    frame = np.minimum(rim, np.maximum(np.minimum(bridge, arm), -lens))
    canvas.paint(canvas.coverage(frame) * worn, rgb(colors.FRAME))


def _light(canvas, look, place, lit):
    """Brightens the side the light comes from, darkens the other a little more blue."""
    toward = np.clip(place.u / 0.6, -1, 1) * look.light_direction - 0.25 * place.v
    for channel, strength in zip(canvas.pictures, (0.27, 0.29, 0.30), strict=True):
        channel *= 1 + np.float32(strength) * toward * lit

"""Anti-aliased shapes, many pictures at once: signed distances, painted on a canvas.

A shape is an array of signed distances: how far each pixel is from the border, negative
inside. A pixel whose center lies on the border is half covered. Everything below is
additions, products, quotients and square roots in float32, so that the same numbers
give the same bytes on every machine.

Source: Quilez, "2D distance functions" (2018); the ellipse is the first-order distance
    f / |∇f| of Taubin (1994).
"""

import numpy as np

TINY = np.float32(1e-6)


def ellipse(x, y, width, height):
    """Returns distances, to first order, to an ellipse of these half axes."""
    across, down = 1 / width, 1 / height
    x, y = x * across, y * down
    level = x * x + y * y - 1
    x *= across
    y *= down
    return level / (2 * np.sqrt(x * x + y * y + TINY))


def box(x, y, width, height, radius):
    """Returns distances to a box of half sides `width`, `height` with round corners."""
    x, y = np.abs(x) - (width - radius), np.abs(y) - (height - radius)
    outside = np.sqrt(np.square(np.maximum(x, 0)) + np.square(np.maximum(y, 0)))
    return outside + np.minimum(np.maximum(x, y), 0) - radius


def capsule(x, y, start, end, radius):
    """Returns distances to a line from `start` to `end` (x, y), `radius` thick."""
    x, y = x - start[0], y - start[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = np.clip((x * dx + y * dy) / (dx * dx + dy * dy + TINY), 0, 1)
    x, y = x - along * dx, y - along * dy
    return np.sqrt(x * x + y * y) - radius


def mix(one, other, amount):
    """Returns the color between two colors `(3, n, 1, 1)`; amount 0 gives the first."""
    return one + amount * (other - one)


class Canvas:
    """Pictures under way: `(3, n, size, size)` in [0, 1], and where their pixels are.

    Args:
        n: how many pictures.
        size: width and height in pixels. `x` and `y` of pixel centers run from -1, at
            the left and at the top, to 1.
    """

    def __init__(self, n: int, size: int):
        self.pixel = np.float32(2 / size)
        line = ((np.arange(size) + 0.5) * 2 / size - 1).astype("float32")
        self.x, self.y = line[None, None, :], line[None, :, None]
        self.pictures = np.zeros((3, n, size, size), "float32")

    def coverage(self, distance):
        """Returns which share of each pixel a shape covers, in [0, 1]."""
        return np.clip(0.5 - distance / self.pixel, 0, 1)

    def paint(self, coverage, color):
        """Lays a color `(3, n, 1, 1)` over the pictures, as thick as `coverage`."""
        for channel, value in zip(self.pictures, color, strict=True):
            channel += coverage * (value - channel)

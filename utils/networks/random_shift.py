"""A layer that moves pictures a little while a network learns."""

import keras
from keras import layers, ops

from utils.core.validation import integer


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class RandomShift(layers.Layer):
    """Moves each picture by up to some pixels, down or up and left or right.

    In training alone; what comes in at an edge is black, −1. A network behind it learns
    to see what is the same wherever it lies.

    Args:
        pixels: at most so many along each axis, at least 1.
    """

    def __init__(self, pixels=1, **kwargs):
        super().__init__(**kwargs)
        self.pixels = integer(pixels, "pixels")
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        height, width = x.shape[1:3]
        edge = (self.pixels, self.pixels)
        padded = ops.pad(x, [(0, 0), edge, edge, (0, 0)], constant_values=-1.0)
        starts = range(2 * self.pixels + 1)
        moved = [
            padded[:, i : i + height, j : j + width] for i in starts for j in starts
        ]
        which = keras.random.randint(
            (ops.shape(x)[0],), 0, len(moved), seed=self.seed_generator
        )
        chosen = ops.one_hot(which, len(moved), dtype=x.dtype)
        chosen = ops.reshape(chosen, (-1, len(moved), 1, 1, 1))
        return ops.sum(ops.stack(moved, axis=1) * chosen, axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels}

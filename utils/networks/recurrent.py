"""A generator that draws in strokes: it looks at its canvas and adds to it."""

import math

import keras
from keras import layers, ops

from utils.core.batches import in_batches
from utils.core.validation import built_model, integer
from utils.networks.mlp import mlp


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Strokes(layers.Layer):
    """Adds strokes to a blank canvas, each by the same two networks.

    C_0 = 0 and C_t = C_{t−1} + write([h, read(tanh C_{t−1})]). A generator without
    strokes is the case of one: it reads a blank canvas.

    Args:
        pixels: numbers of a canvas, at least 1.
        strokes: how many, at least 1.
        hidden: width of the reader, which has one hidden layer, and of the writer,
            which has two.

    Source: Im, Kim, Jiang and Memisevic (2016), "Generating images with recurrent
        adversarial networks".
    """

    def __init__(self, pixels, strokes, hidden=128, **kwargs):
        super().__init__(**kwargs)
        self.pixels = integer(pixels, "pixels")
        self.strokes = integer(strokes, "strokes")
        self.hidden = integer(hidden, "hidden")
        self.read = mlp(pixels, hidden, (hidden,), name="read")
        self.write = mlp(2 * hidden, pixels, (hidden, hidden), name="write")

    def call(self, h):
        return self.canvases(h)[-1]

    def canvases(self, h):
        """Returns the canvas after each stroke, `(n, pixels)` each.

        Args:
            h: what is to be drawn, `(n, hidden)`.
        """
        canvas = ops.zeros((ops.shape(h)[0], self.pixels), dtype=h.dtype)
        canvases = []
        for _ in range(self.strokes):
            seen = ops.leaky_relu(self.read(ops.tanh(canvas)), 0.2)
            canvas = canvas + self.write(ops.concatenate([h, seen], axis=-1))
            canvases.append(canvas)
        return canvases

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.pixels)

    def get_config(self):
        own = ("pixels", "strokes", "hidden")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def recurrent_generator(image_shape, latent_dim, strokes, hidden=128):
    """Builds the generator of GRAN, of multilayer perceptrons.

    Its weights are as many for any number of strokes.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: size of the latent vector, at least 1.
        strokes: how often it adds to the canvas, at least 1.
        hidden: width of all hidden layers.

    Returns:
        A `keras.Sequential` from `(n, latent_dim)` to pictures in [-1, 1].

    Raises:
        ValueError: if a number is not an integer of at least 1.
    """
    return keras.Sequential(
        [
            keras.Input((integer(latent_dim, "latent_dim"),)),
            layers.Dense(integer(hidden, "hidden")),
            layers.LeakyReLU(0.2),
            Strokes(math.prod(image_shape), strokes, hidden),
            layers.Activation("tanh"),
            layers.Reshape(tuple(image_shape)),
        ],
        name="generator",
    )


def canvases(generator, latent):
    """Returns what a recurrent generator has drawn after each stroke.

    Args:
        generator: of `recurrent_generator`.
        latent: `(n, latent_dim)`.

    Returns:
        List of pictures `(n, height, width, channels)`, NumPy; the last are G(z).

    Raises:
        ValueError: if the generator draws in no strokes.
    """
    before = []
    for layer in built_model(generator, "generator", keras.Sequential).layers:
        if isinstance(layer, Strokes):
            break
        before.append(layer)
    else:
        raise ValueError(
            "The generator has no layer Strokes: build it by "
            "networks.recurrent.recurrent_generator."
        )
    after = generator.layers[len(before) + 1 :]

    def drawn(latent, stroke):
        for part in before:
            latent = part(latent)
        canvas = layer.canvases(latent)[stroke]
        for part in after:
            canvas = part(canvas)
        return canvas

    return [
        in_batches(lambda z, stroke=stroke: drawn(z, stroke), latent)
        for stroke in range(layer.strokes)
    ]

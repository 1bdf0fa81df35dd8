"""Style transfer: the pixels are the weights, and two distances pull at them."""

import time
from typing import NamedTuple

import keras
import numpy as np
import psutil
from keras import ops
from scipy.optimize import minimize

from utils.autodiff import compiled_value_and_gradients
from utils.core.validation import integer
from utils.measures.textures import relative_content_loss, total_variation
from utils.models.style_model import StyleModel, check_picture, constant, large_enough

STARTS = ("noise", "content", "style")
_COPIES = 8  # activations, their gradients and what the convolutions unfold


class Frame(NamedTuple):
    """A moment on the way.

    Attributes:
        step: of Adam, or iteration of L-BFGS.
        seconds: since the start.
        loss: J.
        picture: `(h, w, 3)`.
        gradients: how many of them have been computed so far.
    """

    step: int
    seconds: float
    loss: float
    picture: np.ndarray
    gradients: int


class Costs(NamedTuple):
    """What a picture costs, before the weights: three floats."""

    content: float
    style: float
    variation: float


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class InRange(keras.constraints.Constraint):
    """Keeps every pixel in [-1, 1]."""

    def __call__(self, value):
        return ops.clip(value, -1.0, 1.0)


class StyleTransfer(StyleModel):
    """Looks for the picture with the content of one picture and the style of another.

    J = α·content + β·Σ_l λ_l·style_l + γ·variation, where content is Σ(F − P)²/ΣP² of
    one layer, style_l is Σ(G − A)²/ΣA² of the Gram matrices of layer l, and variation
    is the total variation a pixel. The only weights are the pixels.

    Args:
        features: feature network, from pictures in [-1, 1] to `{name: activations}`.
        content: `(height, width, 3)` in [-1, 1], or None for texture alone.
        style: `(height', width', 3)` in [-1, 1], or None for content alone.
        start: "noise", "content", "style", or a picture.
        shape: `(height, width)` of the picture where there is no content; None for
            that of the style.
        seed: int, for the noise.
        **weights: `content_weight` α > 0 (0.03), `style_weight` β > 0 (1) and
            `variation_weight` γ ≥ 0 (0); `content_layer`, the name of the layer that
            keeps the content (that in the middle); `layer_weights`, `{name: λ > 0}` of
            the style layers, scaled to sum to 1 (all layers alike).

    Raises:
        ValueError: for pictures of another shape or range, an unknown layer (it lists
            the near ones), a weight that is not positive, an unknown start, or a
            picture that the memory cannot hold (it says what fits).

    Source: Gatys, Ecker and Bethge (2015), "A neural algorithm of artistic style".
    """

    KEEP = "what it has painted, np.save(path, model.picture())"

    def __init__(
        self,
        features,
        content=None,
        style=None,
        start="noise",
        shape=None,
        seed=0,
        **weights,
    ):
        if content is None and style is None:
            raise ValueError("Neither content nor style is given: give at least one.")
        super().__init__(features, style, **weights)
        given = {"content": content, "style": style}
        given = {k: check_picture(k, v) for k, v in given.items() if v is not None}
        first = next(iter(given.values()))
        shape = (*(shape or ()), 3) if shape and content is None else first.shape[1:]
        check_memory(features, shape)
        begin = _start_picture(start, given, shape, seed)
        self.activations(begin)  # refuses pictures too small for it
        self.pixels = self.add_weight(
            shape=(1, *shape), initializer="zeros", constraint=InRange(), name="pixels"
        )
        self.pixels.assign(begin)
        self.film: list[Frame] = []
        self._wanted_content = None
        if content is not None:
            activations = self.activations(given["content"])
            self._wanted_content = constant(activations[self.content_layer])

    @property
    def learned(self):
        """The pixels."""
        return [self.pixels]

    def call(self, inputs=None, training=False):
        """The activations of the present picture, `{name: (1, h, w, c)}`."""
        return self.activations(ops.convert_to_tensor(self.pixels))

    def parts(self, activations):
        """Returns content, style and variation as scalar tensors, before the weights.

        Args:
            activations: `{name: (1, h, w, c)}` of the present picture.
        """
        content = style = ops.zeros(())
        if self._wanted_content is not None:
            content = relative_content_loss(
                activations[self.content_layer], self._wanted_content
            )
        if self.grams is not None:
            style = self.style_loss(activations)
        variation = total_variation(ops.convert_to_tensor(self.pixels))
        return content, style, variation

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """J of the present picture, whose activations are `y_pred`."""
        content, style, variation = self.parts(y_pred)
        return (
            self.content_weight * content
            + self.style_weight * style
            + self.variation_weight * variation
        )

    def fit(self, steps=300, optimizer=None, frames=10, verbose=0, callbacks=None):
        """Lowers J by an optimizer of Keras, one step after the other.

        Args:
            steps: 1 or more; rounded up to a multiple of the frames.
            optimizer: `keras.optimizers.Optimizer`; None for Adam with rate 0.03.
            frames: moments that the film keeps, besides the start.
            verbose: as in `keras.Model.fit`.
            callbacks: a `keras.callbacks.Callback`, or a list of them.

        Returns:
            The film: a list of `Frame`, the start first.

        Raises:
            ValueError: if there are less than 1 step or frame.
        """
        frames = min(integer(frames, "frames"), integer(steps, "steps"))
        self.compile(optimizer=optimizer or keras.optimizers.Adam(0.03))
        steps = -(-steps // frames)
        super().fit(
            np.zeros((steps, 1), dtype="float32"),
            batch_size=1,
            epochs=frames,
            verbose=verbose,
            callbacks=callbacks,
        )
        return self.film

    def own_callbacks(self, x):
        """What every training has, and the film."""
        return [*super().own_callbacks(x), _Filming(len(x))]

    def fit_lbfgs(self, iterations=150, frames=10):
        """Lowers J by L-BFGS, which learns the curvature on the way.

        Args:
            iterations: 1 or more; each takes about one gradient, the first few more.
            frames: moments of which the film keeps the picture, besides the start; it
                keeps the loss of every iteration, with the picture of the last moment.

        Returns:
            The film.

        Raises:
            ValueError: if there are less than 1 iteration or frame.

        Source: Byrd, Lu, Nocedal and Zhu (1995), L-BFGS-B, in SciPy.
        """
        integer(iterations, "iterations")
        integer(frames, "frames")
        start, step = time.perf_counter(), 0
        picture = self.picture()
        evaluate, gradients = self._loss_and_slope(), 0

        def loss_and_slope(point):
            nonlocal gradients
            gradients += 1
            return evaluate(point)

        self.film = [Frame(0, 0.0, evaluate(_flat(picture))[0], picture, 0)]

        def note(intermediate_result):
            nonlocal step, picture
            step += 1
            if step * frames // iterations != (step - 1) * frames // iterations:
                picture = _unflat(intermediate_result.x, picture.shape)
            seconds, loss = time.perf_counter() - start, float(intermediate_result.fun)
            self.film.append(Frame(step, seconds, loss, picture, gradients))

        point = _flat(picture)
        while step < iterations:
            before = step
            found = minimize(
                loss_and_slope,
                point,
                jac=True,
                method="L-BFGS-B",
                bounds=[(-1.0, 1.0)] * point.size,
                callback=note,
                options={
                    "maxiter": iterations - step,
                    "maxcor": 10,
                    "ftol": 0,
                    "gtol": 0,
                },
            )
            point = found.x
            if step - before < 2:  # a fresh memory has not helped: this is the bottom
                break
        self.pixels.assign(_unflat(point, (1, *picture.shape)))
        self.film[-1] = self.film[-1]._replace(picture=self.picture())
        return self.film

    def picture(self):
        """Returns the present picture, NumPy `(height, width, 3)` in [-1, 1]."""
        return np.array(ops.convert_to_numpy(ops.convert_to_tensor(self.pixels))[0])

    def costs(self):
        """Returns what the present picture costs, as `Costs`."""
        return Costs(*(float(ops.convert_to_numpy(x)) for x in self.parts(self())))

    def _loss_and_slope(self):
        """J and its slope as a function of all pixels in a row, for SciPy."""
        evaluate = compiled_value_and_gradients(
            lambda: self.compute_loss(y_pred=self()), [self.pixels]
        )

        def loss_and_slope(point):
            self.pixels.assign(_unflat(point, self.pixels.shape))
            loss, (gradient,) = evaluate()
            loss = float(ops.convert_to_numpy(loss))
            return loss, _flat(ops.convert_to_numpy(gradient))

        return loss_and_slope


class _Filming(keras.callbacks.Callback):
    """Keeps a frame at the start and after each epoch; the clock stops meanwhile."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.seconds = steps, 0.0

    def on_train_begin(self, logs=None):
        self.model.film = []
        self._keep(0)

    def on_epoch_begin(self, epoch, logs=None):
        self._since = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._since
        self._keep((epoch + 1) * self.steps)

    def _keep(self, step):
        loss = self.model.compute_loss(y_pred=self.model())
        loss = float(ops.convert_to_numpy(loss))
        picture = self.model.picture()
        self.model.film.append(Frame(step, self.seconds, loss, picture, step))


def _flat(array):
    return np.asarray(array, dtype="float64").ravel()


def _unflat(point, shape):
    return np.clip(point, -1, 1).astype("float32").reshape(shape)


def check_memory(features, shape):
    """Raises a ValueError if the memory cannot hold a picture; it says what fits."""
    with large_enough(*shape[:2]):
        shapes = features.compute_output_shape((1, *shape)).values()
    needed = 4 * _COPIES * sum(int(np.prod(each)) for each in shapes)
    free = psutil.virtual_memory().available
    if needed > free:
        side = int((free / needed * shape[0] * shape[1]) ** 0.5)
        raise ValueError(
            f"A picture of {shape[0]}×{shape[1]} pixels needs about "
            f"{needed / 2**30:.0f} GiB with these features, and {free / 2**30:.1f} GiB "
            f"are free: at most about {side}×{side} pixels fit."
        )


def _start_picture(start, pictures, shape, seed):
    if not isinstance(start, str):
        begin = check_picture("start", start)
    elif start == "noise":
        rng = np.random.default_rng(seed)
        begin = rng.uniform(-0.1, 0.1, (1, *shape)).astype("float32")
    elif start in pictures:
        begin = pictures[start]
    else:
        raise ValueError(
            f"start was {start!r}, but must be a picture or one of "
            f"{', '.join(map(repr, STARTS))}, of a picture that is given."
        )
    if begin.shape[1:] != tuple(shape):
        raise ValueError(
            f"The start has shape {begin.shape[1:]}, but the picture will have "
            f"{tuple(shape)}: resize it, or start from noise."
        )
    return begin

"""Style transfer: the pixels are the weights, and two distances pull at them."""

import time
from typing import NamedTuple

import keras
import numpy as np
from keras import ops
from scipy.optimize import minimize

from utils.autodiff import compiled_value_and_gradients
from utils.measures.textures import relative_content_loss, total_variation
from utils.models.style_arguments import (
    check_memory,
    check_pictures,
    check_steps,
    check_weights,
    chosen_layers,
    constant,
    start_picture,
)
from utils.models.style_target import StyleTarget


class Frame(NamedTuple):
    """A moment on the way: step, seconds, loss J, and the picture `(h, w, 3)`."""

    step: int
    seconds: float
    loss: float
    picture: np.ndarray


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


class StyleTransfer(keras.Model):
    """Looks for the picture with the content of one picture and the style of another.

    J = α·content + β·Σ_l λ_l·style_l + γ·variation, where content is Σ(F − P)²/ΣP² of
    one layer, style_l is Σ(G − A)²/ΣA² of the Gram matrices of layer l, and variation
    is the total variation a pixel. The only weights are the pixels.

    Args:
        features: feature network, from pictures in [-1, 1] to `{name: activations}`.
        content: `(height, width, 3)` in [-1, 1], or None for texture alone.
        style: `(height', width', 3)` in [-1, 1], or None for content alone.
        content_weight: α > 0.
        style_weight: β > 0.
        variation_weight: γ ≥ 0.
        content_layer: name of the layer that keeps the content; None for the middle.
        layer_weights: `{name: λ > 0}` of the style layers, scaled to sum to 1; None
            for all layers alike.
        start: "noise", "content", "style", or a picture.
        shape: `(height, width)` of the picture where there is no content; None for
            that of the style.
        seed: int, for the noise.

    Raises:
        ValueError: for pictures of another shape or range, an unknown layer (it lists
            the near ones), a weight that is not positive, an unknown start, or a
            picture that the memory cannot hold (it says what fits).

    Source: Gatys, Ecker and Bethge (2015), "A neural algorithm of artistic style".
    """

    def __init__(
        self,
        features,
        content=None,
        style=None,
        content_weight=0.03,
        style_weight=1.0,
        variation_weight=0.0,
        content_layer=None,
        layer_weights=None,
        start="noise",
        shape=None,
        seed=0,
    ):
        pictures = check_pictures(content=content, style=style)
        check_weights(content_weight, style_weight, variation_weight)
        content_layer, layer_weights = chosen_layers(
            features, content_layer, layer_weights
        )
        first = next(each for each in pictures.values() if each is not None)
        shape = (*(shape or ()), 3) if shape and content is None else first.shape[1:]
        check_memory(features, shape)
        begin = start_picture(start, pictures, shape, seed)
        super().__init__()
        self.features = features
        self.content_weight = content_weight
        self.style_weight = style_weight
        self.variation_weight = variation_weight
        self.content_layer = content_layer
        self.pixels = self.add_weight(
            shape=(1, *shape), initializer="zeros", constraint=InRange(), name="pixels"
        )
        self.pixels.assign(begin)
        self.film: list[Frame] = []
        self.built = True
        self._wanted_content = self._wanted_style = None
        if content is not None:
            activations = features(pictures["content"], training=False)
            self._wanted_content = constant(activations[content_layer])
        if style is not None:
            self._wanted_style = StyleTarget(features, pictures["style"], layer_weights)

    @property
    def trainable_weights(self):
        """The pixels alone: no feature network learns here."""
        return [self.pixels]

    @property
    def non_trainable_weights(self):
        """Everything else."""
        return [v for v in self.variables if v is not self.pixels]

    # Keras' trainers ask by either name.
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def call(self, inputs=None, training=False):
        """The activations of the present picture, `{name: (1, h, w, c)}`."""
        return self.features(ops.convert_to_tensor(self.pixels), training=False)

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
        if self._wanted_style is not None:
            style = self._wanted_style.loss(activations)
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

    def fit(self, steps=300, optimizer=None, frames=10, verbose=0, callbacks=()):
        """Lowers J by an optimizer of Keras, one step after the other.

        Args:
            steps: 1 or more; rounded up to a multiple of the frames.
            optimizer: `keras.optimizers.Optimizer`; None for Adam with rate 0.03.
            frames: moments that the film keeps, besides the start.
            verbose: as in `keras.Model.fit`.
            callbacks: list of `keras.callbacks.Callback`.

        Returns:
            The film: a list of `Frame`, the start first.

        Raises:
            ValueError: if there are less than 1 step or frame.
        """
        check_steps(steps, frames)
        frames = min(frames, steps)
        self.compile(optimizer=optimizer or keras.optimizers.Adam(0.03))
        filming = _Filming(-(-steps // frames))
        super().fit(
            np.zeros((filming.steps, 1), dtype="float32"),
            batch_size=1,
            epochs=frames,
            verbose=verbose,
            callbacks=[filming, *callbacks],
        )
        return self.film

    def fit_lbfgs(self, iterations=150, frames=10):
        """Lowers J by L-BFGS, which learns the curvature on the way.

        Args:
            iterations: 1 or more; each takes about one gradient.
            frames: moments of which the film keeps the picture, besides the start; it
                keeps the loss of every iteration, with the picture of the last moment.

        Returns:
            The film.

        Raises:
            ValueError: if there are less than 1 iteration or frame.

        Source: Byrd, Lu, Nocedal and Zhu (1995), L-BFGS-B, in SciPy.
        """
        check_steps(iterations, frames)
        start, step = time.perf_counter(), 0
        picture = self.picture()
        loss_and_slope = self._loss_and_slope()
        self.film = [Frame(0, 0.0, loss_and_slope(_flat(picture))[0], picture)]

        def note(intermediate_result):
            nonlocal step, picture
            step += 1
            if step * frames // iterations != (step - 1) * frames // iterations:
                picture = _unflat(intermediate_result.x, picture.shape)
            seconds, loss = time.perf_counter() - start, float(intermediate_result.fun)
            self.film.append(Frame(step, seconds, loss, picture))

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
        self.model.film.append(Frame(step, self.seconds, loss, self.model.picture()))


def _flat(array):
    return np.asarray(array, dtype="float64").ravel()


def _unflat(point, shape):
    return np.clip(point, -1, 1).astype("float32").reshape(shape)

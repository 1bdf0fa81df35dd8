"""What a flow and a denoiser share: noise on a path, a network told the time."""

import keras
import numpy as np
from keras import ops

from utils.core.batches import standard_normal
from utils.core.validation import built_model, class_labels, integer, number, one_of
from utils.measures.paths import converted, path_named
from utils.models.base import CourseModel, check_examples

TIMES = ("uniform", "late", "logit-normal")
#: Where "late" times end: 1 − t is drawn evenly on a logarithmic axis down to it.
LATEST = 5e-3
#: Rows of one pass when sampling.
ROWS = 4096


class PathModel(CourseModel):
    """A network at noisy examples x_t = a(t)·x + b(t)·z; subclasses write the loss.

    An example may bring its own noise: it is then a pair `(2, ...)`, noise and data, as
    of `sampling.coupling`. Else new noise is drawn at every step.
    """

    NETWORKS = ("network",)
    SETTINGS = ("prediction", "times", "classes", "label_drop")
    #: The path, by name.
    PATH = "straight"

    def __init__(
        self,
        network,
        prediction="velocity",
        times="uniform",
        classes=None,
        label_drop=0.1,
        **kwargs,
    ):
        check_network(network, classes)
        one_of(times, TIMES, "way to draw times")
        number(label_drop, "label_drop", least=0, below=1)
        super().__init__(**kwargs)
        self.network = network
        self.prediction, self.times = prediction, times
        self.classes, self.label_drop = classes, label_drop
        self.noise_path = path_named(self.PATH)
        self.example_shape = tuple(network.output_shape[1:])
        self.seed_generator = keras.random.SeedGenerator()

    # Training

    def call(self, x, training=False):
        """Returns the data, the noise and the time of each example, drawn anew."""
        x = self.in_full(x)
        if len(x.shape) == len(self.example_shape) + 2:
            noise, data = x[:, 0], x[:, 1]
        else:
            noise, data = self._drawn(keras.random.normal, ops.shape(x)), x
        return data, noise, self.draw_times(ops.shape(x)[0])

    def draw_times(self, n):
        """Draws one time in [0, 1] per example, `(n, 1, …)`, to multiply examples by.

        "uniform"; "late", of which half have 1 − t even on a logarithmic axis, where
        the field of narrow modes is steep; or "logit-normal", mostly in the middle
        (Esser et al. 2024).
        """
        shape = (n, *[1] * len(self.example_shape))
        if self.times == "logit-normal":
            return ops.sigmoid(self._drawn(keras.random.normal, shape))
        t = self._drawn(keras.random.uniform, shape)
        if self.times == "uniform":
            return t
        late = 1.0 - LATEST ** self._drawn(keras.random.uniform, shape)
        return ops.where(self._drawn(keras.random.uniform, shape) < 0.5, t, late)

    def dropped(self, labels):
        """Returns labels of which a share says "not told", for training."""
        if self.classes is None:
            return None
        labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
        drop = self._drawn(keras.random.uniform, ops.shape(labels)) < self.label_drop
        return ops.where(drop, self._not_told(ops.shape(labels)[0]), labels)

    def predict_at(self, x, t, labels=None, training=False):
        """Returns the network's prediction at noisy examples.

        Args:
            x: tensor `(n, ...)`.
            t: a number, or a tensor of one time per example.
            labels: `(n,)` integers, where there are classes; None for "not told".
            training: as in `keras.Model`.
        """
        n = ops.shape(x)[0]
        is_number = isinstance(t, int | float)
        t = ops.full((n, 1), t, x.dtype) if is_number else ops.reshape(t, (-1, 1))
        inputs = [x, t]
        if self.classes is not None:
            inputs.append(self._not_told(n) if labels is None else labels)
        return self.in_full(self.network(inputs, training=training))

    def squared_error(self, predicted, wanted, sample_weight):
        """Returns E|predicted − wanted|²: summed over an example, then the mean."""
        axes = tuple(range(1, len(wanted.shape)))
        errors = ops.sum(ops.square(predicted - wanted), axis=axes)
        return ops.mean(self.weighted(errors, sample_weight))

    def _drawn(self, draw, shape):
        return draw(shape, dtype=self.variable_dtype, seed=self.seed_generator)

    def _not_told(self, n):
        return ops.full((n,), self.classes, "int32")

    # Sampling

    def velocity(self, x, t, labels=None, guidance=1.0):
        """Returns dx/dt at noisy examples, as a tensor.

        Args:
            x: tensor `(n, ...)`.
            t: a number in [0, 1].
            labels: as in `predict_at`.
            guidance: w in u + w·(c − u), the predictions without and with the label: 1
                for the label's own, more to exaggerate it.

        Source: Ho and Salimans (2022), whose w is ours less 1.
        """
        predicted = self.guided(x, t, labels, guidance)
        return converted(self.prediction, "velocity", self.noise_path, predicted, x, t)

    def guided(self, x, t, labels=None, guidance=1.0):
        """Returns u + w·(c − u) of the network's predictions; as in `velocity`."""
        told = self.predict_at(x, t, labels)
        if labels is None or guidance == 1:
            return told
        blind = self.predict_at(x, t)
        return blind + guidance * (told - blind)

    def field(self, labels=None, guidance=1.0):
        """Returns the velocity as a function `(x, t)` of NumPy arrays, for solvers.

        Raises:
            ValueError: for labels that are none of the classes.
        """
        return self.of_arrays(self.velocity, labels, guidance)

    def of_arrays(self, function, labels=None, guidance=1.0):
        """Returns a function `(x, t, labels, guidance)` of tensors as one of arrays.

        Args:
            function: such as `velocity`.
            labels: one for all examples, or `(n,)`; None for "not told".
            guidance: as in `velocity`.

        Returns:
            Function `(x, t)` from NumPy `(n, ...)` to NumPy.
        """
        number(guidance, "guidance", least=0)
        labels = self.check_labels(labels)

        def at(x, t):
            if labels is None:
                return self.in_batches(lambda x: function(x, t), x, size=ROWS)

            def told(x, y):
                return function(x, t, ops.cast(y, "int32"), guidance)

            each = np.broadcast_to(labels, len(x))
            return self.in_batches(told, x, each, size=ROWS)

        return at

    def noise(self, n, seed=0):
        """Draws where samples start, from N(0, I), NumPy `(n, ...)`."""
        numbers = int(np.prod(self.example_shape))
        flat = standard_normal(integer(n, "n"), numbers, seed)
        return flat.reshape(n, *self.example_shape)

    # Checks

    def check_examples(self, x):
        """Raises a ValueError unless the network takes an array, alone or in pairs."""
        pairs = x.shape[1:] == (2, *self.example_shape)
        examples = x.reshape(-1, *self.example_shape) if pairs else x
        if pairs and len(self.example_shape) == 3:
            examples = x[:, 1]  # the noise leaves [-1, 1]
        check_examples(examples, self.example_shape, "the network takes")

    def check_labels(self, labels):
        """Returns labels as integers, None for none.

        Raises:
            ValueError: where the network is told none, or one is out of range.
        """
        if labels is None:
            return None
        if self.classes is None:
            raise ValueError(
                "Labels were given, but the network is told none: build it with "
                "classes=…, and this model too."
            )
        return class_labels(labels, self.classes)

    def fit(self, x=None, y=None, *args, **kwargs):
        """Trains as `CourseModel.fit` does; y are the labels, where there are any.

        Raises:
            ValueError: as there, and for labels that are none of the classes, or none
                at all where there are classes.
        """
        if hasattr(x, "shape"):  # a data set brings its own
            if self.classes is not None and y is None:
                raise ValueError(
                    f"The model has {self.classes} classes, but was given no labels: "
                    "fit(examples, labels)."
                )
            self.check_labels(y if y is None else ops.convert_to_numpy(y))
        return super().fit(x, y, *args, **kwargs)


def check_network(network, classes):
    """Raises a ValueError unless a network takes examples, times, and labels if any."""
    built_model(network, "network")
    wanted = 2 if classes is None else 2 + bool(integer(classes, "classes"))
    if len(network.inputs) != wanted:
        raise ValueError(
            f"The network has {len(network.inputs)} inputs, but must have {wanted}: "
            f"examples, times{'' if classes is None else ', labels'}. Build network "
            "and model with the same classes."
        )
    taken, made = network.inputs[0].shape, network.outputs[0].shape
    if taken != made:
        raise ValueError(
            f"The network turns {taken[1:]} into {made[1:]}, but must return what it "
            "is given in shape."
        )

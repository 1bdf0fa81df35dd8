"""What every model of the course has around its loss."""

import contextlib
import types

import keras
import numpy as np
from keras import ops

from utils.core.arrays import is_tensor
from utils.core.batches import in_batches
from utils.core.validation import finite, numeric, one_of, pictures, unit_range
from utils.models.stop_when_not_finite import StopWhenNotFinite


class CourseModel(keras.Model):
    """A model whose data are looked at before a training starts; subclasses write it.

    A subclass names its networks, its other arguments and its logs below, calls
    `super().__init__(**kwargs)`, keeps each argument as an attribute of its name, and
    writes `compute_loss`, or a `train_step` of its own. What `fit`, `evaluate`, saving
    and loading need beyond Keras is here, once.
    """

    #: Arguments of `__init__` that are networks, and those that are plain values.
    NETWORKS = ()
    SETTINGS = ()
    #: What `fit` logs, beside Keras' own `loss`.
    LOGS = ()
    #: Why sample weights are refused; None where `compute_loss` uses them.
    UNWEIGHTED = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.LOGS}
        self.built = True  # its networks are, and TensorFlow alone would build it

    # Logs

    def log(self, size=None, **values):
        """Adds values to the epoch means of these names.

        Args:
            size: examples that each value is a mean over, so that a small last batch
                counts for less; None where a value is a vector, one number per example.
            **values: scalars or vectors.

        Raises:
            ValueError: if there is no log of such a name.
        """
        for name, value in values.items():
            one_of(name, self.trackers, "log")
            self.trackers[name].update_state(value, sample_weight=size)

    def logs(self):
        """Returns the mean of each log since the epoch began."""
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    # Training

    def fit(self, x=None, y=None, *args, callbacks=None, sample_weight=None, **kwargs):
        """Trains as `keras.Model.fit` does, and stops when a loss is not finite.

        Args:
            x: examples: an array or a tensor `(n, ...)`, or a data set of batches.
            y: labels, where the model asks for them.
            *args: as in `keras.Model.fit`.
            callbacks: a Keras callback, or a list of them.
            sample_weight: one weight per example, where the loss has a use for them.
            **kwargs: as in `keras.Model.fit`.

        Returns:
            `keras.callbacks.History` with the mean of each log per epoch.

        Raises:
            ValueError: if examples have another shape than the networks', are no
                numbers, none at all, NaN or infinite, or pictures outside [-1, 1].
        """
        callbacks = _listed(callbacks)
        self.check_callbacks(callbacks)
        x, y = self._checked(x, y, sample_weight)
        with variables_kept(self._state()):
            return super().fit(
                x,
                y,
                *args,
                callbacks=[*callbacks, *self.own_callbacks(x)],
                sample_weight=sample_weight,
                **kwargs,
            )

    def own_callbacks(self, x):
        """Returns the callbacks that every training on x has, after the caller's."""
        return [StopWhenNotFinite()]

    def evaluate(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        """Returns the loss and the logs on examples, as `keras.Model.evaluate` does."""
        x, y = self._checked(x, y, sample_weight)
        with variables_kept(self._state()):
            return super().evaluate(x, y, *args, sample_weight=sample_weight, **kwargs)

    def check_callbacks(self, callbacks):
        """Raises a ValueError for callbacks that this model has no use for."""

    def check_data(self, x):
        """Returns what to train on: arrays looked at, data sets as they are."""
        if x is None or isinstance(x, list | tuple | dict | str):
            raise ValueError(
                f"The examples came as a {type(x).__name__}, but must be one array "
                "(n, ...) or a data set that yields batches. Give the array itself, "
                "or np.stack(examples)."
            )
        if not (isinstance(x, np.ndarray) or is_tensor(x)):
            return self._looked_into(x)
        array = numeric(
            ops.convert_to_numpy(x) if is_tensor(x) else x, "The real examples"
        )
        self.check_examples(array)
        return x if array.dtype.kind == "f" else array.astype(keras.config.floatx())

    def _looked_into(self, batches):
        """Returns a data set, looked at as far as that costs nothing.

        That is the first batch of a `PyDataset` or a generator, and the types of a
        `tf.data.Dataset`, which may have to shuffle for long before it yields.
        """
        first = None
        if isinstance(batches, keras.utils.PyDataset) and len(batches):
            first = batches[0]
        elif isinstance(batches, types.GeneratorType):
            first = next(batches, None)
            if first is None:
                raise ValueError(
                    "The generator yields no batch (a generator that has run out "
                    "does not begin again): make a new one for each training."
                )
            batches = _from_the_first(first, batches)
        if first is not None:
            x, y, _ = keras.utils.unpack_x_y_sample_weight(first)
            self.check_answers(x, y)
            x = ops.convert_to_numpy(x) if is_tensor(x) else x
            self.check_examples(numeric(x, "The real examples"))
        for spec in keras.tree.flatten(getattr(batches, "element_spec", ())):
            if "string" in str(spec.dtype):
                raise ValueError(
                    f"The data set yields text, {spec.dtype} of shape {spec.shape}: "
                    "give numbers, and leave out labels that the model does not use."
                )
        return batches

    def check_examples(self, x):
        """Raises a ValueError unless this model can learn from an array of examples."""

    def check_answers(self, x, y):
        """Raises a ValueError unless y is what the model asks for; most ask for none.

        Args:
            x: examples: an array, or a data set of batches.
            y: their labels or targets, or None.
        """

    def refuse_weights(self, sample_weight):
        """Raises a ValueError for weights that this model would ignore."""
        if sample_weight is not None and self.UNWEIGHTED:
            raise ValueError(
                f"{type(self).__name__} was given sample_weight, but {self.UNWEIGHTED}."
                " Leave it out, or repeat the examples that should count for more."
            )

    def weighted(self, losses, sample_weight):
        """Returns losses `(n,)` times the weights of their examples, if there are any.

        Their mean is over the number of examples, as in every loss of Keras.
        """
        if sample_weight is None:
            return losses
        return losses * ops.cast(ops.reshape(sample_weight, (-1,)), losses.dtype)

    def examples_of(self, data):
        """Returns the examples in what `train_step` is handed, which has four shapes.

        They come in the precision of the weights, whatever numbers the data hold.

        Raises:
            ValueError: if it holds weights that this model would ignore.
        """
        examples, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        self.refuse_weights(sample_weight)
        return self.in_full(examples)

    def _checked(self, x, y, sample_weight):
        self.refuse_weights(sample_weight)
        self.check_answers(x, y)
        x = self.check_data(x)
        if sample_weight is not None and y is None:
            # Without labels Keras would drop the weights in silence.
            y = np.zeros(len(sample_weight), "float32")
        return x, y

    def _state(self):
        """All variables of a training, those of the optimizer built by now.

        Built during the first step they would be lost with it: an interrupt there
        would leave a model that can never train again.
        """
        variables = [*self.variables, *self.metrics_variables]
        if self.compiled and self.optimizer is not None:
            if not self.optimizer.built:
                self.optimizer.build(self.trainable_variables)
            variables += self.optimizer.variables
        return variables

    # Precision and batches

    def in_full(self, tensor):
        """Returns a tensor in the precision of the weights, for losses and noise.

        In float16, in which a network may compute, a sum over pixels overflows.
        """
        return ops.cast(tensor, self.variable_dtype)

    def in_batches(self, function, *arrays, **settings):
        """Returns `core.batches.in_batches` in the precision of the weights."""
        return in_batches(function, *arrays, **settings).astype(self.variable_dtype)

    # Saving

    def get_config(self):
        """The arguments of `__init__`."""
        return {
            **super().get_config(),
            **{
                name: keras.saving.serialize_keras_object(getattr(self, name))
                for name in self.NETWORKS
            },
            **{name: getattr(self, name) for name in self.SETTINGS},
        }

    @classmethod
    def from_config(cls, config):
        """Builds the model that `get_config` described."""
        networks = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in cls.NETWORKS
        }
        return cls(**{**config, **networks})

    def save_own_variables(self, store):
        """Saves how far noise and Dropout have come as well, which Keras does not."""
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        """Goes on with them where the saved model stopped."""
        for i, variable in enumerate(self._own_variables()):
            # Files of the first edition lack the seeds of some models.
            if str(i) in store.keys():  # noqa: SIM118 (a store of Keras has no `in`)
                variable.assign(store[str(i)])

    def _own_variables(self):
        saved_by_layers = {id(v) for layer in self.layers for v in layer.weights}
        own = [v for v in self.weights if id(v) not in saved_by_layers]
        weights = set(map(id, self.weights))
        return own + [seed for seed in self.variables if id(seed) not in weights]


def check_examples(x, shape, maker):
    """Raises a ValueError unless an array of examples fits a model.

    Args:
        x: NumPy array of examples `(n, ...)`.
        shape: what one example must look like; pictures have three axes.
        maker: what asks for that shape, such as "the generator makes".
    """
    if x.shape[1:] != shape:
        raise ValueError(
            f"The real examples have shape {x.shape[1:]}, but {maker} {shape}. Reshape "
            "the examples, or build the network for them."
        )
    finite(x, "The real examples", "remove those examples.")
    if len(shape) == 3:
        unit_range(x, "The pictures")


def check_targets(x, y, shape):
    """Raises a ValueError unless pictures come with targets of a shape.

    Args:
        x: sources: pictures, or a data set that yields both.
        y: targets, or None.
        shape: `(height, width, channels)` of a target.
    """
    if isinstance(y, np.ndarray) or is_tensor(y):
        pictures(ops.convert_to_numpy(y), "The targets", shape)
        return
    if y is not None:
        raise ValueError(
            f"The targets came as a {type(y).__name__}, but must be one array (n, "
            "height, width, channels): give np.stack(targets)."
        )
    pairs = getattr(x, "element_spec", (x, y))
    if hasattr(x, "shape") or not isinstance(pairs, tuple) or len(pairs) < 2:
        raise ValueError(
            "This model learns from pairs, but was given no targets: write "
            "fit(sources, targets), or give a data set that yields both."
        )


def check_latent_input(network, name, what):
    """Returns latent_dim of a network from vectors `(n, latent_dim)`.

    Args:
        network: built `keras.Model`.
        name: what it is called, as "decoder".
        what: it takes, as "a code".

    Raises:
        ValueError: if it takes anything else.
    """
    latent = tuple(network.inputs[0].shape[1:])
    if len(latent) != 1 or latent[0] is None or latent[0] < 1:
        raise ValueError(
            f"The {name} takes inputs of shape {latent}, but {what} has the shape "
            "(latent_dim,) with latent_dim >= 1. Start it with "
            "keras.Input((latent_dim,))."
        )
    return latent[0]


@contextlib.contextmanager
def variables_kept(variables):
    """Gives back what a training took away that failed before its first step was done.

    On JAX Keras empties the variables while the first step compiles: an error there,
    or the interrupt of somebody tired of waiting, would leave a model without weights.

    Args:
        variables: list of `keras.Variable`.
    """
    values = [variable._value for variable in variables]
    try:
        yield
    except BaseException:
        for variable, value in zip(variables, values, strict=True):
            if variable._value is None:
                variable._value = value
        raise


def _from_the_first(first, batches):
    yield first
    yield from batches


def _listed(callbacks):
    if callbacks is None or isinstance(callbacks, keras.callbacks.Callback):
        return [] if callbacks is None else [callbacks]
    if isinstance(callbacks, list | tuple):
        return list(callbacks)
    raise ValueError(
        f"callbacks was {callbacks!r}, but must be a keras.callbacks.Callback or a "
        "list of them."
    )

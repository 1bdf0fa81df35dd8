"""One piece at a time: P(x) = Π P(x_i | before), for letters, pixels and sounds."""

import keras
import numpy as np
from keras import ops

from utils.core.arrays import to_numpy
from utils.core.validation import built_model, finite, integer, number, one_of, rows
from utils.measures.likelihood import LOG_2_PI, categorical_nll
from utils.models.base import CourseModel
from utils.networks.one_step import OneStep, can_step

HEADS = ("categorical", "gaussian")


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class AutoregressiveModel(CourseModel):
    """Maximizes the likelihood of examples, place by place.

    −log P(x) = Σ_i −log P(x_i | x_1 … x_(i−1)): the chain rule, which is free. All
    places are learned at once, since the network sees the true ones before each.

    Args:
        network: causal, from `(n, *places)` to `(n, *places, outputs)`, as of
            `utils.networks.causal`; `utils.evaluation.causality` says whether it is.
        head: "categorical", outputs are the logits of the levels; or "gaussian", they
            are mean and logarithm of the standard deviation.

    Raises:
        ValueError: if the network or the head is none of these.

    Source: van den Oord, Kalchbrenner, Kavukcuoglu (2016); Graves (2013), for letters.
    """

    NETWORKS = ("network",)
    SETTINGS = ("head",)

    def __init__(self, network, head="categorical", **kwargs):
        built_model(network, "network")
        one_of(head, HEADS, "head")
        outputs, places = network.output_shape, network.input_shape
        wrong = len(outputs) != len(places) + 1
        if wrong or (head == "gaussian" and outputs[-1] != 2) or outputs[-1] < 2:
            raise ValueError(
                f"The network makes {outputs} of {places}, but must make one row per "
                f"place: the logits of two levels or more, or two numbers for the head "
                f"'gaussian'; the head is {head!r}."
            )
        super().__init__(**kwargs)
        self.network = network
        self.head = head

    @property
    def levels(self):
        """Kinds of symbols; None for numbers."""
        categorical = self.head == "categorical"
        return self.network.output_shape[-1] if categorical else None

    def call(self, x, training=False):
        """What the network says of each place, `(n, *places, outputs)`."""
        return self.network(x, training=training)

    def nll(self, x, outputs):
        """Returns −log P(x_i | before) in nats, `(n, *places)`, from the outputs."""
        outputs = self.in_full(outputs)
        if self.head == "categorical":
            return categorical_nll(outputs, x)
        mean, log_std = outputs[..., 0], outputs[..., 1]
        error = (self.in_full(x) - mean) * ops.exp(-log_std)
        return 0.5 * (ops.square(error) + LOG_2_PI) + log_std

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean of −log P(x_i | before) over places and examples, nats per place."""
        nats = self.nll(x, y_pred)
        per_place = ops.mean(ops.reshape(nats, (ops.shape(nats)[0], -1)), axis=1)
        return ops.mean(self.weighted(per_place, sample_weight))

    def log_likelihood(self, x, batch_size=256):
        """Returns log P(x) in nats, the sum over all places, NumPy `(n,)`."""
        x = self._examples(x)

        def summed(batch):
            nats = self.nll(batch, self.network(batch))
            return -ops.sum(ops.reshape(nats, (ops.shape(nats)[0], -1)), axis=1)

        return self.in_batches(summed, x, size=batch_size)

    def nats(self, x, batch_size=256):
        """Returns −log P(x) in nats per place, the mean over all examples, a float."""
        x = np.asarray(x)
        places = x[0].size
        return float(-self.log_likelihood(x, batch_size).mean() / places)

    def sample(self, n, places=None, temperature=1.0, seed=0, prompt=None, cached=None):
        """Draws n examples, one place after the other.

        Each place is drawn from softmax(logits/T), or from N(mean, (T·std)²). At T = 1
        samples follow the model; below, they are more alike; 0 takes the most likely.

        Args:
            n: how many.
            places: shape of one example; the network's where that is fixed, if None.
            temperature: T, at least 0.
            seed: int; one seed gives the same samples.
            prompt: what stands in the first places, row by row, `(n, k)`.
            cached: whether earlier places are kept instead of computed anew; None for
                whenever the network can.

        Returns:
            NumPy `(n, *places)`, int32, or float32 for numbers.

        Raises:
            ValueError: for a number out of range, or places or a prompt that do not
                fit, or if a cache is asked for that the network does not allow.
        """
        n, temperature = integer(n, "n"), number(temperature, "temperature", least=0)
        shape = self._places(places)
        kind = "int32" if self.levels else "float32"
        x = np.zeros((n, int(np.prod(shape))), kind)
        begun = 0
        if prompt is not None:
            begun = self._begin(x, prompt)
        cached = can_step(self.network) if cached is None else cached
        one_step = OneStep(self.network, n) if cached else None
        rng = np.random.default_rng(seed)
        for i in range(x.shape[1]):
            if cached:
                outputs = one_step(x[:, i - 1])
            elif i >= begun:
                every = self.network.predict_on_batch(x.reshape(n, *shape))
                outputs = np.asarray(every).reshape(*x.shape, -1)[:, i]
            if i >= begun:
                x[:, i] = self._drawn(outputs, temperature, rng)
        return x.reshape(n, *shape)

    def check_examples(self, x):
        """Raises a ValueError unless x are examples that the network takes."""
        self._examples(x)

    def _drawn(self, outputs, temperature, rng):
        """Draws from one row of outputs for each example."""
        outputs = np.asarray(outputs, "float64")
        if self.levels is None:
            noise = rng.normal(size=len(outputs))
            return outputs[:, 0] + temperature * np.exp(outputs[:, 1]) * noise
        uniform = rng.random((len(outputs), 1))
        if temperature == 0:
            return outputs.argmax(axis=1)
        logits = (outputs - outputs.max(axis=1, keepdims=True)) / temperature
        ladder = np.exp(logits).cumsum(axis=1)
        return (ladder < uniform * ladder[:, -1:]).sum(axis=1)

    def _places(self, places):
        wanted = self.network.input_shape[1:]
        given = wanted if places is None else tuple(np.atleast_1d(places).tolist())
        fits = len(given) == len(wanted) and all(
            have is not None and want in (None, have)
            for want, have in zip(wanted, given, strict=True)
        )
        if not fits:
            raise ValueError(
                f"places was {places!r}, but the network takes {wanted}: give a number "
                "for each axis that it leaves open."
            )
        return tuple(integer(size, "places") for size in given)

    def _begin(self, x, prompt):
        prompt = to_numpy(prompt, "The prompt")
        prompt = prompt.reshape(len(prompt), -1) if prompt.ndim else prompt
        if prompt.ndim != 2 or len(prompt) != len(x) or prompt.shape[1] > x.shape[1]:
            raise ValueError(
                f"The prompt has shape {prompt.shape}, but must be ({len(x)}, k) with "
                f"k of at most {x.shape[1]}: one row for each example."
            )
        x[:, : prompt.shape[1]] = prompt
        return prompt.shape[1]

    def _examples(self, x):
        x = rows(
            to_numpy(x, "The examples"), "The examples", self.network.input_shape[1:]
        )
        finite(x, "The examples")
        whole = self.levels is None or (x == np.floor(x)).all()
        if not whole or (self.levels and not 0 <= x.min() <= x.max() < self.levels):
            raise ValueError(
                f"The examples run from {x.min():.4g} to {x.max():.4g}, but must be "
                f"whole numbers from 0 to {self.levels - 1}, the levels of the network."
            )
        return x

"""A critic that measures how far two sets of samples are apart."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from utils.autodiff import input_gradient
from utils.core.arrays import to_numpy
from utils.core.validation import built_model, finite, integer, number, one_of, rows
from utils.measures.adversarial import gradient_penalty, wasserstein_discriminator_loss
from utils.measures.f_gan import F_DIVERGENCES, variational_bound
from utils.models.base import CourseModel

WASSERSTEIN = "wasserstein"


class Reading(NamedTuple):
    """What a meter reads on two samples: the value and its standard error."""

    value: float
    standard_error: float


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class DivergenceMeter(CourseModel):
    """Trains a critic to tell two sets of samples apart, and reads their divergence.

    The critic climbs a lower bound: `variational_bound` for an f-divergence ("js": it
    is a discriminator, and its scores are logits), E_p[v] − E_q[v] with a gradient
    penalty for "wasserstein". It starts undecided: its last layer is set to zero.

    Args:
        critic: built `keras.Sequential` from examples `(n, ...)` to scores `(n, 1)`,
            ending in a `Dense` layer.
        divergence: name of an f-divergence in `F_DIVERGENCES`, or "wasserstein".
        penalty: weight of the gradient penalty for "wasserstein", at least 0.

    Raises:
        ValueError: for a critic that is not built or returns more than one score, an
            unknown divergence, or a negative penalty.

    Source: Nowozin et al. 2016, "f-GAN"; Gulrajani et al. 2017, "Improved training of
    Wasserstein GANs".
    """

    NETWORKS = ("critic",)
    SETTINGS = ("divergence", "penalty")
    UNWEIGHTED = "it compares two whole samples"

    def __init__(self, critic, divergence="js", penalty=10.0, **kwargs):
        _check_critic(critic)
        one_of(divergence, (*F_DIVERGENCES, WASSERSTEIN), "divergence")
        number(penalty, "penalty", least=0)
        # Whatever the critic computes in, a bound is a mean of exponentials.
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})
        self.critic = critic
        self.divergence = divergence
        self.penalty = penalty
        shape = critic.input_shape[1:]
        options = {"trainable": False, "initializer": "zeros"}
        self.center = self.add_weight(shape=shape, name="center", **options)
        self.log_spread = self.add_weight(shape=(), name="log_spread", **options)
        last = critic.layers[-1]
        last.set_weights([np.zeros_like(each) for each in last.get_weights()])
        self._start = critic.get_weights()

    def score(self, points, training=False):
        """Returns the critic's raw scores `(n, 1)`: high where the points look real."""
        centered = (self.in_full(points) - self.center) * ops.exp(-self.log_spread)
        return self.in_full(self.critic(centered, training=training))

    def call(self, pair, training=False):
        """The scores of a pair (real points, generated points), `(n, 1)` each."""
        real, fake = pair
        return self.score(real, training), self.score(fake, training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Minus the lower bound on the divergence; for "wasserstein" with a penalty."""
        real_scores, fake_scores = y_pred
        if self.divergence != WASSERSTEIN:
            return -variational_bound(self.divergence, real_scores, fake_scores)
        slope = input_gradient(self.score, between(*x))
        loss = wasserstein_discriminator_loss(real_scores, fake_scores)
        return loss + self.penalty * gradient_penalty(slope)

    def learn(
        self,
        real,
        fake,
        epochs=40,
        batch_size=250,
        validation_share=0.2,
        patience=8,
        learning_rate=3e-3,
    ):
        """Trains the critic from its start, and keeps the best one on held-back data.

        Args:
            real, fake: NumPy arrays `(n, ...)` of as many examples each.
            epochs: passes through the data at most; the learning rate falls to 0.
            batch_size: examples of each kind in a batch; at most what there is.
            validation_share: share of the examples held back to choose the critic by,
                in [0, 1); 0 trains on all of them to the last epoch.
            patience: epochs without a better critic before it stops.
            learning_rate: of Adam, at the start.

        Returns:
            The meter.

        Raises:
            ValueError: for samples that do not fit the critic or each other, that hold
                NaN or infinity, or an argument out of range.
        """
        real, fake = self.check_data((real, fake))
        integer(epochs, "epochs")
        integer(batch_size, "batch_size")
        number(validation_share, "validation_share", least=0, below=1)
        self._start_afresh(real, fake)
        n = len(real)
        held_back = int(validation_share * n)
        training, kept = slice(0, n - held_back), slice(n - held_back, n)
        batch_size = min(batch_size, n - held_back)
        whole = slice(0, (n - held_back) // batch_size * batch_size)
        callbacks = [
            keras.callbacks.LearningRateScheduler(_falling(learning_rate, epochs))
        ]
        if held_back:
            callbacks.append(_KeepBest(real[kept], fake[kept], patience))
        self.fit(
            (real[training][whole], fake[training][whole]),
            batch_size=batch_size,
            epochs=epochs,
            callbacks=callbacks,
            verbose=0,
        )
        return self

    def read(self, real, fake):
        """Returns what the trained critic reads on two samples.

        On samples that the critic has not seen this is, up to chance, a lower bound on
        the divergence. A "wasserstein" reading is divided by the critic's steepest
        slope on these points, which makes it one.

        Args:
            real, fake: NumPy arrays `(n, ...)` and `(m, ...)`, at least 1 each.

        Returns:
            `Reading(value, standard_error)`, in nats; in units of the data for
            "wasserstein". The error is that of the two samples' means.

        Raises:
            ValueError: for samples that do not fit the critic, or hold NaN or infinity.
        """
        real, fake = self._points("real", real), self._points("fake", fake)
        scores = self.scores(real), self.scores(fake)
        if self.divergence == WASSERSTEIN:
            steepest = max(self._steepest(real), self._steepest(fake), 1e-12)
            return _mean_difference(*(each / steepest for each in scores))
        row = F_DIVERGENCES[self.divergence]
        value = variational_bound(self.divergence, *scores)
        terms = row.activation(scores[0]), row.conjugate_of_activation(scores[1])
        return Reading(float(value), _mean_difference(*terms).standard_error)

    def scores(self, points):
        """Returns the critic's scores as NumPy, float64 `(n,)`."""
        points = self._points("points", points)
        return self.in_batches(self.score, points).astype("float64").ravel()

    def _steepest(self, points):
        slopes = self.in_batches(lambda x: input_gradient(self.score, x), points)
        return float(np.linalg.norm(slopes.reshape(len(slopes), -1), axis=1).max())

    def _start_afresh(self, real, fake):
        both = np.concatenate([real, fake])
        center = both.mean(axis=0)
        self.center.assign(center)
        self.log_spread.assign(np.log(max((both - center).std(), 1e-6)))
        self.critic.set_weights(self._start)
        if not self.compiled:
            # Short memories: the loss is noisy, and a meter is trained for seconds.
            self.compile(keras.optimizers.Adam(beta_2=0.99))
        for variable in self.optimizer.variables:
            if variable is not self.optimizer.learning_rate:
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def check_data(self, x):
        """Returns a pair of samples `(real, fake)` as arrays that the critic takes."""
        if not isinstance(x, tuple) or len(x) != 2:
            raise ValueError(
                f"A meter was given {type(x).__name__}, but it learns from two samples "
                "of one length: learn(real, fake)."
            )
        real, fake = self._points("real", x[0]), self._points("fake", x[1])
        if len(real) != len(fake):
            raise ValueError(
                f"{len(real)} real and {len(fake)} generated examples were given to "
                "learn from: give as many of each."
            )
        return real, fake

    def _points(self, name, values):
        values, shape = to_numpy(values, name, "float32"), self.critic.input_shape[1:]
        if shape == (1,) and values.ndim == 1:
            values = values[:, None]
        return finite(rows(values, name, shape, "example"), name)


def between(real, fake):
    """Returns points on the lines from real to generated examples, evenly spread.

    x = s·real + (1 − s)·fake. Pairs are shuffled in each epoch: even shares s do as
    well as random ones.

    Args:
        real, fake: tensors `(n, ...)`.
    """
    n = ops.shape(real)[0]
    share = (ops.arange(n, dtype=real.dtype) + 0.5) / ops.cast(n, real.dtype)
    share = ops.reshape(share, (-1, *[1] * (len(real.shape) - 1)))
    return share * real + (1 - share) * fake


class _KeepBest(keras.callbacks.Callback):
    """Early stopping that leaves the undecided start only for a reading beyond chance.

    Without that, two samples of one distribution would be read by the critic that
    chance favored, and held-out readings of 0 would come out below 0.
    """

    def __init__(self, real, fake, patience):
        super().__init__()
        self.real, self.fake, self.patience = real, fake, patience

    def on_train_begin(self, logs=None):
        self.best, self.weights, self.waited = 0.0, None, 0
        self.on_epoch_end(-1)

    def on_epoch_end(self, epoch, logs=None):
        value, chance = self.model.read(self.real, self.fake)
        if self.weights is None or value > max(self.best, chance):
            self.best, self.weights = value, self.model.critic.get_weights()
            self.waited = 0
            return
        self.waited += 1
        self.model.stop_training = self.waited >= self.patience

    def on_train_end(self, logs=None):
        self.model.critic.set_weights(self.weights)


def _falling(learning_rate, epochs):
    """A learning rate that falls to 0 along half a cosine, epoch by epoch."""
    return lambda epoch, _: learning_rate * 0.5 * (1 + np.cos(np.pi * epoch / epochs))


def _mean_difference(real, fake):
    variance = real.var() / len(real) + fake.var() / len(fake)
    return Reading(float(real.mean() - fake.mean()), float(np.sqrt(variance)))


def _check_critic(critic):
    built_model(critic, "critic", keras.Sequential)
    ends = isinstance(critic.layers[-1], keras.layers.Dense)
    if critic.output_shape[1:] != (1,) or not ends:
        raise ValueError(
            f"The critic returns shape {critic.output_shape[1:]}, but must return one "
            "score per example: end it with keras.layers.Dense(1)."
        )

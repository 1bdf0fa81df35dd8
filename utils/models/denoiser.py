"""A denoiser: it guesses the noise in an example, and samples by taking it away."""

import keras
import numpy as np

from utils.core.validation import one_of
from utils.measures.paths import PREDICTIONS, converted, target
from utils.models.path_model import PathModel
from utils.sampling.ancestral import ancestral, cosine_schedule


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Denoiser(PathModel):
    """Learns what is noise in x_t = √ᾱ·x + √(1 − ᾱ)·z, √ᾱ = sin(π/2·t).

    It minimizes E|network(x_t, t) − target|², the target being the noise z (DDPM), the
    data x, v = √ᾱ·z − √(1 − ᾱ)·x, or the velocity dx_t/dt. Each tells the others
    (`measures.paths.converted`), so they are one loss with other weights over time.

    Args:
        network: as in `FlowMatching`.
        prediction: "noise", "data", "v" or "velocity".
        times, classes, label_drop: as in `FlowMatching`.

    Raises:
        ValueError: if the network does not fit, or an argument is out of range.

    Source: Sohl-Dickstein et al. (2015); Ho, Jain and Abbeel (2020); Salimans and Ho
    (2022) for v.
    """

    PATH = "variance-preserving"

    def __init__(
        self,
        network,
        prediction="noise",
        times="uniform",
        classes=None,
        label_drop=0.1,
        **kwargs,
    ):
        one_of(prediction, PREDICTIONS, "prediction")
        super().__init__(network, prediction, times, classes, label_drop, **kwargs)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """E|network(x_t, t) − target|², summed over the numbers of an example."""
        data, noise, t = y_pred
        x_t = self.noise_path.at(data, noise, t)
        predicted = self.predict_at(x_t, t, self.dropped(y), training=training)
        wanted = target(self.prediction, self.noise_path, data, noise, t)
        return self.squared_error(predicted, wanted, sample_weight)

    def predicted_noise(self, x, t, labels=None, guidance=1.0):
        """Returns the noise in noisy examples, as a tensor; as in `velocity`."""
        predicted = self.guided(x, t, labels, guidance)
        return converted(self.prediction, "noise", self.noise_path, predicted, x, t)

    def sample(self, n, seed=0, steps=64, eta=1.0, labels=None, guidance=1.0):
        """Generates examples: noise that is taken away step by step.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same examples.
            steps: of the cosine schedule, at least 1, or a schedule of falling ᾱ.
            eta: 1 for DDPM, 0 for DDIM; as in `sampling.ancestral`.
            labels, guidance: as in `FlowMatching.sample`.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: for less than one example or step, a schedule that does not
                fall, or labels out of range.
        """
        schedule = cosine_schedule(steps) if np.ndim(steps) == 0 else steps
        predict = self.of_arrays(self.predicted_noise, labels, guidance)

        def at_alpha_bar(x, alpha_bar):
            return predict(x, float(2 / np.pi * np.arcsin(np.sqrt(alpha_bar))))

        return ancestral(at_alpha_bar, self.noise(n, seed), schedule, eta, seed + 1)

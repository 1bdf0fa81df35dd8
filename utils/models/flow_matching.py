"""A flow: a velocity for every point and time, which moves noise onto the data."""

import keras

from utils.models.path_model import PathModel
from utils.sampling.ode import solve_ode


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class FlowMatching(PathModel):
    """Learns the velocity of straight paths, x_t = (1 − t)·z + t·x.

    It minimizes E|v(x_t, t) − (x − z)|². The velocity of one path is x − z; where paths
    cross the network can only learn their mean, E[x − z | x_t]: a field that carries
    N(0, I) to the data. So the loss has a floor above 0.

    Args:
        network: built `keras.Model` from `[examples, times (n, 1)]`, or with labels
            `(n,)` as a third, to arrays like the examples.
        times: how training draws t: "uniform", "late" or "logit-normal".
        classes: how many labels there are; None for none.
        label_drop: share of labels that training leaves out, for guidance, in [0, 1).

    Raises:
        ValueError: if the network does not fit, or an argument is out of range.

    Source: Lipman et al. (2023); Liu, Gong and Liu (2023); Albergo and Vanden-Eijnden
    (2023).
    """

    SETTINGS = ("times", "classes", "label_drop")

    def __init__(
        self, network, times="uniform", classes=None, label_drop=0.1, **kwargs
    ):
        super().__init__(network, "velocity", times, classes, label_drop, **kwargs)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """E|v(x_t, t) − (x − z)|², summed over the numbers of an example."""
        data, noise, t = y_pred
        x_t = (1 - t) * noise + t * data
        velocity = self.predict_at(x_t, t, self.dropped(y), training=training)
        return self.squared_error(velocity, data - noise, sample_weight)

    def sample(self, n, seed=0, steps=64, method="euler", labels=None, guidance=1.0):
        """Generates examples: noise that follows the field from t = 0 to 1.

        Args:
            n: how many, at least 1.
            seed: int; the same seed gives the same noise.
            steps: how many, or the times themselves; as in `sampling.ode.ode_states`.
            method: "euler", "heun" or "rk4".
            labels: one for all, or `(n,)`; None for "not told".
            guidance: as in `velocity`.

        Returns:
            NumPy array `(n, ...)`.

        Raises:
            ValueError: for less than one example or step, times that turn round, or
                labels out of range.
        """
        z = self.noise(n, seed)
        return solve_ode(self.field(labels, guidance), z, steps, method)

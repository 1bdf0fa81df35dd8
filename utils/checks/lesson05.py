"""Checks of lesson 05, VAE against GAN."""

from collections.abc import Callable

from utils.checks import beta_answers, fooled, frechet_answers, neighbor_counts
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise


@exercise("5.1", "the Fréchet distance of two Gaussians")
def frechet(frechet: Callable) -> None:
    """‖m_a − m_b‖² + tr(A + B − 2·(A·B)^½), on a line, turned, singular, equal.

    Args:
        frechet: function `(mean_a, cov_a, mean_b, cov_b) -> scalar`.
    """
    frechet_answers.check_frechet(
        Answer(frechet, "frechet(mean_a, cov_a, mean_b, cov_b)")
    )


@exercise("5.2", "precision and recall by nearest neighbors")
def precision_and_recall(precision_and_recall: Callable) -> None:
    """Both shares, for several k, dimensions and sizes.

    Args:
        precision_and_recall: function `(real, fake, k) -> precision, recall`.
    """
    neighbor_counts.check_shares(
        Answer(precision_and_recall, "precision_and_recall(real, fake, k)")
    )


@exercise("5.3", "predict what β does")
def predict_beta(predict_beta: Callable) -> None:
    """Error and KL at the optimum of a VAE on a Gaussian, silent axes too.

    Args:
        predict_beta: function `(variances, noise, beta) -> error, kl`.
    """
    beta_answers.check_prediction(
        Answer(predict_beta, "predict_beta(variances, noise, beta)")
    )


@exercise("5.4", "fool the Fréchet distance")
def fool(fool: Callable) -> str:
    """Points that share mean and covariance with the grid, and not one of its modes.

    Args:
        fool: function `(real (n, 2), n) -> points (n, 2)`.
    """
    return fooled.check_fooled(Answer(fool, "fool(real, n)"))

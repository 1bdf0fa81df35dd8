"""Checks of lesson 01, Maximum likelihood is minimum KL."""

from collections.abc import Callable

from utils.checks import kl_answers, likelihood_answers, reverse_fits
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise
from utils.checks.lesson01.discrete_kl import discrete_kl

__all__ = [
    "discrete_kl",
    "fit_by_reverse_kl",
    "fit_gaussian",
    "kl_of_gaussians",
    "three_numbers",
]


@exercise("1.2", "KL of two Gaussians")
def kl_of_gaussians(kl_of_gaussians: Callable) -> None:
    """The closed form on a line: by value, where it is 0, and where only means differ.

    Args:
        kl_of_gaussians: function `(mean_p, std_p, mean_q, std_q) -> scalar`.
    """
    kl_answers.check_gaussian_kl(
        Answer(kl_of_gaussians, "kl_of_gaussians(mean_p, std_p, mean_q, std_q)")
    )


@exercise("1.3", "the most likely Gaussian")
def fit_gaussian(fit_gaussian: Callable) -> None:
    """Mean and covariance, divided by n, in one, two and three dimensions.

    Args:
        fit_gaussian: function `(x (n, d)) -> mean (d,), covariance (d, d)`.
    """
    likelihood_answers.check_fit(Answer(fit_gaussian, "fit_gaussian(x)"))


@exercise("1.4", "show the identity")
def three_numbers(three_numbers: Callable) -> str:
    """Mean log-likelihood, KL and entropy of rolls, each by value, faces unseen too.

    Args:
        three_numbers: function `(rolls, q) -> log_likelihood, kl, entropy`.
    """
    return likelihood_answers.check_identity(
        Answer(three_numbers, "three_numbers(rolls, q)")
    )


@exercise("1.5", "fit by reverse KL")
def fit_by_reverse_kl(fit_by_reverse_kl: Callable) -> str:
    """The fit is where a descent on KL(q‖p) ends, on the bump beside the start.

    Args:
        fit_by_reverse_kl: function `(log_p, mean, std) -> mean, std`.
    """
    return reverse_fits.check_reverse_fit(
        Answer(fit_by_reverse_kl, "fit_by_reverse_kl(log_p, mean, std)")
    )

"""Checks of lesson 01, Maximum likelihood is minimum KL."""

from utils.checks.lesson01.discrete_kl import discrete_kl
from utils.checks.lesson01.fit_by_reverse_kl import fit_by_reverse_kl
from utils.checks.lesson01.fit_gaussian import fit_gaussian
from utils.checks.lesson01.kl_of_gaussians import kl_of_gaussians
from utils.checks.lesson01.three_numbers import three_numbers

__all__ = [
    "discrete_kl",
    "fit_by_reverse_kl",
    "fit_gaussian",
    "kl_of_gaussians",
    "three_numbers",
]

"""Checks of lesson 02, A discriminator measures divergence."""

from utils.checks.lesson02.hellinger_conjugate import hellinger_conjugate
from utils.checks.lesson02.js_of_modes import js_of_modes
from utils.checks.lesson02.js_reading import js_reading
from utils.checks.lesson02.optimal_discriminator import optimal_discriminator
from utils.checks.lesson02.over_reading import over_reading

__all__ = [
    "hellinger_conjugate",
    "js_of_modes",
    "js_reading",
    "optimal_discriminator",
    "over_reading",
]

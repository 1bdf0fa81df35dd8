"""Checks of lesson 08, Learning to compare."""

from utils.checks.lesson08.chi_square_head import chi_square_head
from utils.checks.lesson08.collapse import collapse
from utils.checks.lesson08.error_rate import error_rate
from utils.checks.lesson08.hardest import hardest
from utils.checks.lesson08.triplet_loss import triplet_loss

__all__ = [
    "chi_square_head",
    "collapse",
    "error_rate",
    "hardest",
    "triplet_loss",
]

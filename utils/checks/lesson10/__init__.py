"""Checks of lesson 10, Style is correlation."""

from utils.checks.lesson10.best_picture import best_picture
from utils.checks.lesson10.content_loss import content_loss
from utils.checks.lesson10.gram_matrix import gram_matrix
from utils.checks.lesson10.style_losses import style_losses
from utils.checks.lesson10.transfer import transfer

__all__ = [
    "best_picture",
    "content_loss",
    "gram_matrix",
    "style_losses",
    "transfer",
]

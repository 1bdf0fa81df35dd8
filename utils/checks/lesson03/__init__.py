"""Checks of lesson 03, Training a GAN."""

from utils.checks.lesson03.collapse_and_mend import collapse_and_mend
from utils.checks.lesson03.count_modes import count_modes
from utils.checks.lesson03.discriminator_loss import discriminator_loss
from utils.checks.lesson03.generator_losses import generator_losses
from utils.checks.lesson03.train_step import train_step

__all__ = [
    "collapse_and_mend",
    "count_modes",
    "discriminator_loss",
    "generator_losses",
    "train_step",
]

"""Checks of lesson 11, Picture to picture, and of 11b, Hybrids."""

from utils.checks.lesson11.battle import battle
from utils.checks.lesson11.best_constants import best_constants
from utils.checks.lesson11.hybrid import hybrid
from utils.checks.lesson11.pix2pix_generator_loss import pix2pix_generator_loss
from utils.checks.lesson11.psnr import psnr

__all__ = ["battle", "best_constants", "hybrid", "pix2pix_generator_loss", "psnr"]

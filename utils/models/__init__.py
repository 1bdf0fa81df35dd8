"""Models that minimize a measure: one file each."""

from utils.models.gan import GAN

__all__ = ["GAN"]

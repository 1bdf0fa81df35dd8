"""Models that minimize a measure: one file each."""

from utils.models.density import DensityModel
from utils.models.gan import GAN
from utils.models.meter import DivergenceMeter

__all__ = ["GAN", "DensityModel", "DivergenceMeter"]

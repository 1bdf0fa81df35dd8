"""Checks of lesson 06, One piece at a time."""

from utils.checks.lesson06.entropy_rate import entropy_rate
from utils.checks.lesson06.mask import mask
from utils.checks.lesson06.sample import sample
from utils.checks.lesson06.samples_seen import samples_seen
from utils.checks.lesson06.sequence_nll import sequence_nll

__all__ = ["entropy_rate", "mask", "sample", "samples_seen", "sequence_nll"]

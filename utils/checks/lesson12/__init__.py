"""Checks of lesson 12, After GANs."""

from utils.checks.lesson12.denoise import denoise
from utils.checks.lesson12.euler import euler
from utils.checks.lesson12.flow_matching_loss import flow_matching_loss
from utils.checks.lesson12.guide import guide
from utils.checks.lesson12.log_likelihood import log_likelihood

__all__ = ["denoise", "euler", "flow_matching_loss", "guide", "log_likelihood"]

"""Checks of lesson 09, What ConvNets see."""

from utils.checks.lesson09.best_patches import best_patches
from utils.checks.lesson09.count import count
from utils.checks.lesson09.field import field
from utils.checks.lesson09.step_up import step_up

__all__ = ["best_patches", "count", "field", "step_up"]

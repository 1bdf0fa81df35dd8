"""Checks of lesson 11, Picture to picture, and of 11b, Hybrids."""

from utils.checks.lesson11.battle import battle
from utils.checks.lesson11.hybrid import hybrid

__all__ = ["battle", "hybrid"]

"""Checks of lesson 04, One player alone."""

from utils.checks.lesson04.climb import climb
from utils.checks.lesson04.fool_squared_error import fool_squared_error
from utils.checks.lesson04.one_round import one_round
from utils.checks.lesson04.reparametrize import reparametrize
from utils.checks.lesson04.vae_loss import vae_loss

__all__ = [
    "climb",
    "fool_squared_error",
    "one_round",
    "reparametrize",
    "vae_loss",
]

"""Checks of lesson 05, VAE against GAN."""

from utils.checks.lesson05.best_of import best_of
from utils.checks.lesson05.fair_best import fair_best
from utils.checks.lesson05.fool import fool
from utils.checks.lesson05.frechet import frechet
from utils.checks.lesson05.log_uniform import log_uniform
from utils.checks.lesson05.precision_and_recall import precision_and_recall
from utils.checks.lesson05.predict_beta import predict_beta
from utils.checks.lesson05.two_orders import two_orders

__all__ = [
    "best_of",
    "fair_best",
    "fool",
    "frechet",
    "log_uniform",
    "precision_and_recall",
    "predict_beta",
    "two_orders",
]

"""Checks of lesson 05, VAE against GAN."""

from utils.checks.lesson05.fool import fool
from utils.checks.lesson05.frechet import frechet
from utils.checks.lesson05.precision_and_recall import precision_and_recall
from utils.checks.lesson05.predict_beta import predict_beta

__all__ = [
    "fool",
    "frechet",
    "precision_and_recall",
    "predict_beta",
]

"""Are generated examples like the real ones? Every judge of two samples, by name.

- `fid`: how far apart are the means and covariances? One number, biased upwards.
- `precision_recall`: are the samples among the data, and the data among the samples?
- `kernel_distance`: like `fid`, with third moments too and without the bias.
- `digit_features`: what they compare, for pictures of digits.
"""

from utils.evaluation.digit_features import (
    digit_features,
    digit_judge,
    judge_accuracy,
    train_judge,
)
from utils.evaluation.frechet import fid, frechet_distance
from utils.evaluation.kernel_distance import kernel_distance
from utils.evaluation.precision_recall import PrecisionRecall, precision_recall

__all__ = [
    "PrecisionRecall",
    "digit_features",
    "digit_judge",
    "fid",
    "frechet_distance",
    "judge_accuracy",
    "kernel_distance",
    "precision_recall",
    "train_judge",
]

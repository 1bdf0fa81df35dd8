"""Feedback on exercises: one folder per lesson, one file per exercise."""

from utils.checks import (
    lesson01,
    lesson02,
    lesson03,
    lesson04,
    lesson05,
    lesson06,
    lesson07,
    lesson08,
    lesson09,
    lesson10,
    lesson11,
    lesson12,
)
from utils.checks.engine.feedback import ExerciseError, Mistake, exercise

__all__ = [
    "ExerciseError",
    "Mistake",
    "exercise",
    "lesson01",
    "lesson02",
    "lesson03",
    "lesson04",
    "lesson05",
    "lesson06",
    "lesson07",
    "lesson08",
    "lesson09",
    "lesson10",
    "lesson11",
    "lesson12",
]

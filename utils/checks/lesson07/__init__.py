"""Checks of lesson 07, Steering."""

from utils.checks.lesson07.add_attribute import add_attribute
from utils.checks.lesson07.attach_label import attach_label
from utils.checks.lesson07.infogan_bound import infogan_bound
from utils.checks.lesson07.matched_accuracy import matched_accuracy
from utils.checks.lesson07.mig import mig

__all__ = ["add_attribute", "attach_label", "infogan_bound", "matched_accuracy", "mig"]

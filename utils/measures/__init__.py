"""What a loss measures: divergences and adversarial objectives as pure functions."""

"""Held-out judgment on plain arrays: coverage, fidelity, likelihood of a decoder."""

"""Held-out judgment on plain arrays: what a sample covers, and how evenly."""

"""Ways from a score to examples: to its peaks, or all over the hill."""

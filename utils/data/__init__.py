"""What we learn from: mixtures with known densities, and handwritten digits."""

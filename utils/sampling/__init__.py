"""Drawing samples step by step: gradient ascent and Langevin dynamics."""

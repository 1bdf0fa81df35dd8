"""The shared package of the course: measure a distance, then minimize it."""

__version__ = "0.1.0"

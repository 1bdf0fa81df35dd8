"""Layers put together: generators, discriminators and what feeds them.

A saved network is found again only if its own layers are registered: so whoever imports
this room, as `utils.models` does, has them all.
"""

from utils.networks import (
    causal,
    conditional,
    embedding,
    features,
    image_transform,
    laplacian,
    recurrent,
)

__all__ = [
    "causal",
    "conditional",
    "embedding",
    "features",
    "image_transform",
    "laplacian",
    "recurrent",
]

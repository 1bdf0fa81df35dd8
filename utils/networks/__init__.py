"""Layers put together: generators, discriminators and what feeds them."""

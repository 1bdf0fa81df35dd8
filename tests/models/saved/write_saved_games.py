"""Writes the game of this folder that belongs to the backend Keras runs on.

KERAS_BACKEND=jax python tests/models/saved/write_saved_games.py
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

from utils.models import GAN

keras.utils.set_random_seed(0)
generator = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Dense(4, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
        layers.Dense(2),
    ]
)
discriminator = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
gan = GAN(generator, discriminator)
gan.compile()
real = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
gan.fit(real, batch_size=16, verbose=0)
gan.save(Path(__file__).with_name(f"{keras.backend.backend()}.keras"))

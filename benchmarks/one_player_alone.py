"""Measure what lesson 04 tells of codes, over seeds; the lesson shows the table.

    python benchmarks/one_player_alone.py   # three seeds: about three minutes

It writes `results/one_player_alone/`.
"""

import keras
import numpy as np
from keras import ops
from record import record
from rich.console import Console
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA

from utils.data.digits import load
from utils.evaluation.digit_classifier import train_classifier
from utils.models import VAE, Autoencoder
from utils.networks.encoders import mlp_encoder
from utils.networks.mlp import mlp, mlp_generator

SEEDS, SIZES, EPOCHS, VARIANCE = 3, (8, 32), 100, 0.3
DIGITS = load("uci")
TRAIN, TEST = DIGITS.train_pictures[:1_408], DIGITS.test_pictures
SHAPE = TRAIN.shape[1:]


def train(model):
    """Trains an autoencoder or a VAE as the lesson does."""
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(TRAIN, batch_size=64, epochs=EPOCHS, verbose=0)
    return model


def halfway(model, classifier):
    """Share of points halfway between two codes of which the classifier is sure."""
    one, other = np.random.default_rng(0).integers(0, len(TEST), (2, 3_000))
    different = DIGITS.test_labels[one] != DIGITS.test_labels[other]
    codes = model.encode(TEST)
    pictures = model.decode((codes[one[different]] + codes[other[different]]) / 2)
    shares = ops.convert_to_numpy(ops.softmax(classifier(pictures, training=False)))
    return float(np.mean(shares.max(axis=1) > 0.9))


def trained_pair(size, seed):
    """An autoencoder and a VAE with codes of so many numbers."""
    keras.utils.set_random_seed(seed)
    plain = Autoencoder(mlp_encoder(SHAPE, size), mlp_generator(SHAPE, size))
    plain = train(plain)
    keras.utils.set_random_seed(seed)
    encoder = mlp_encoder(SHAPE, 2 * size)
    return plain, train(VAE(encoder, mlp_generator(SHAPE, size), variance=VARIANCE))


def linear_vae_gap(seed):
    """By what share a trained linear VAE misses probabilistic PCA's log-likelihood."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    x = rng.normal(size=(512, 5)) * [1.5, 1.0, 0.4, 0.4, 0.3] @ turn
    x = x.astype("float32")
    keras.utils.set_random_seed(seed)
    model = VAE(mlp(5, 4, hidden=()), mlp(2, 5, hidden=()))
    rate = keras.optimizers.schedules.CosineDecay(0.02, 900)
    model.compile(keras.optimizers.Adam(rate))
    model.fit(np.concatenate([x] * 9), batch_size=512, epochs=100, verbose=0)
    kernel, bias = model.decoder.get_weights()
    covariance = kernel.T @ kernel + model.noise_std**2 * np.eye(5)
    reached = multivariate_normal(bias, covariance).logpdf(x).mean()
    best = PCA(2).fit(x).score(x)
    return float((best - reached) / abs(best))


def main():
    """Measures and writes the table."""
    classifier = train_classifier(DIGITS.train_pictures, DIGITS.train_labels)
    for seed in range(SEEDS):
        row = {"linear_vae_gap": linear_vae_gap(seed)}
        for size in SIZES:
            plain, noisy = trained_pair(size, seed)
            row[f"halfway_ae_{size}"] = halfway(plain, classifier)
            row[f"halfway_vae_{size}"] = halfway(noisy, classifier)
        for what, value in row.items():
            record("one_player_alone", (what, seed), value)
        Console().print(row)


if __name__ == "__main__":
    main()

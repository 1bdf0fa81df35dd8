"""Measure how near autoregressive models come to their floors; lesson 06 shows it.

    python benchmarks/autoregressive.py                # 3 seeds of each row, an hour
    python benchmarks/autoregressive.py sheep magnet   # only these rows
    python benchmarks/autoregressive.py mnist_pixels   # one row at `full`, half an hour

It writes `results/autoregressive/`, one file per row and seed. Gaps are paired:
the same held-out data under the model and under the truth.
"""

import bz2
import lzma
import math
import sys
import time
import zlib

import keras
import numpy as np
from record import record

from utils.data import sounds, text
from utils.data.digits import load
from utils.data.ising import ising, shifted_rows, shifted_rows_entropy
from utils.evaluation.spectra import log_spectral_distance, pitch
from utils.measures import mu_law
from utils.measures.entropy import entropy
from utils.measures.likelihood import gaussian_log_density
from utils.measures.linear_prediction import (
    linear_predictor,
    prediction_errors,
    quantized_floor,
)
from utils.measures.particle_filter import rounded_nats
from utils.models import AutoregressiveModel
from utils.models.ngram import NGram
from utils.models.recipes import falling_adam
from utils.networks import causal

SEEDS = 3
DILATIONS = (1, 2, 4, 8, 16)
#: What keeps a plucked string moving: 47 decibels below a sample of 0.45.
PLUCKED_NOISE = 0.002


def trained(network, x, steps, batch, rate, head="categorical"):
    """A model after so many steps on batches of x, and the CPU seconds they took."""
    model = AutoregressiveModel(network, head)
    model.compile(falling_adam(rate, steps, clipnorm=1.0))
    start = time.process_time()
    epochs = max(1, round(steps * batch / len(x)))
    model.fit(x, epochs=epochs, batch_size=batch, verbose=0)
    return model, round(time.process_time() - start, 1)


def pieces(symbols, length):
    """A long text cut into rows."""
    return symbols[: len(symbols) // length * length].reshape(-1, length)


def exact_nats(source, x):
    """What the true source needs for texts x, per letter."""
    seen = np.take_along_axis(source.predict(x), x[..., None], axis=2)
    return float(-np.log(seen).mean())


def number_probe(model, source):
    """P(s | this …) − P(s | these …) at the end of verbs: the truth is 1."""
    reads = []
    for first in ("this", "these"):
        begun = [
            f"{first} {adjectives}{noun} {verb}"
            for adjectives in ("", "old ", "sleepy white ", "small old sleepy ")
            for noun in text.NOUNS
            for verb in text.VERBS
        ]
        p = []
        for sentence in begun:
            # What stands in the last place does not matter: it is what is predicted.
            symbols = text.encode(sentence + "s", source.alphabet)[None]
            logits = np.asarray(model.network.predict_on_batch(symbols))[0, -1]
            odds = np.exp(logits - logits.max())
            p.append(odds[source.alphabet.index("s")] / odds.sum())
        reads.append(np.mean(p))
    return float(reads[0] - reads[1])


def sheep(seed):
    """An LSTM of 64 units on the sheep language."""
    source = text.sheep_language()
    x, test = source.sample(4096, 128, seed), source.sample(256, 512, seed + 500)
    model, seconds = trained(
        causal.recurrent_network(len(source.alphabet), 64), x, 1600, 64, 1e-2
    )
    nats, exact = model.nats(test), exact_nats(source, test)
    probe = number_probe(model, source)
    return {"nats": nats, "exact": exact, "probe": probe, "seconds": seconds}


def markov(seed):
    """A chain of order 2 over 8 letters: an LSTM, and counting."""
    rng = np.random.default_rng(7)
    source = text.markov_chain(rng.dirichlet(np.full(8, 0.3), size=(8, 8)))
    n = 250_000
    drawn = source.sample(1, n, seed)[0]
    model, seconds = trained(
        causal.recurrent_network(8, 48), pieces(drawn, 64), 2000, 64, 1e-2
    )
    test = source.sample(256, 256, seed + 500)
    p = source.predict(test)
    logits = model.in_batches(model.network, test)
    log_q = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    kl = np.sum(p * (np.log(np.where(p > 0, p, 1)) - log_q), axis=-1)
    counts = NGram(2, 8).fit(drawn)
    counted = np.mean([counts.nats(row) for row in test])
    seen = np.take_along_axis(p, test[..., None], axis=2)[:, 2:, 0]
    return {
        "lstm_gap": float(kl[:, 2:].mean()),
        "counting_gap": float(counted + np.log(seen).mean()),
        "half_parameters_per_letter": 64 * 7 / (2 * n),
        "seconds": seconds,
    }


def letters(source, seed):
    """A real text in bits per letter: counts, packers, an LSTM of 128 units."""
    data = text.load(source)
    levels = len(data.alphabet)
    row = {"letters": [len(data.train), len(data.test)], "sha256": data.sha256}
    for order in range(7):
        nats = NGram(order, levels).fit(data.train).nats(data.test)
        row[f"{order + 1}-gram"] = nats / math.log(2)
    train, test = (text.decode(d, data.alphabet).encode() for d in data[:2])
    for packer in (zlib, bz2, lzma):
        more = len(packer.compress(train + test)) - len(packer.compress(train))
        row[packer.__name__] = 8 * more / len(test)
    model, row["seconds"] = trained(
        causal.recurrent_network(levels, 128),
        pieces(data.train[seed:], 64),
        700,
        64,
        5e-3,
    )
    # Rows start without a memory, which costs a little.
    row["lstm"] = model.nats(pieces(data.test, 1024), 16) / math.log(2)
    return row


def prose(seed):
    """SciPy's docstrings."""
    return letters("prose", seed)


def shakespeare(seed):
    """Tiny Shakespeare, where it was downloaded."""
    return letters("tiny_shakespeare", seed)


def magnet(seed):
    """Ising's magnet on a 4×4 torus: three networks, exact over all 65,536 pictures."""
    truth = ising(4, 4, 0.44, torus=True)
    floor, row = entropy(truth.probabilities), {}
    for name, build, steps, batch, rate in (
        ("made", lambda: causal.made(4, 4, 128), 5000, 128, 1e-2),
        ("masked", lambda: causal.masked_pixel_cnn(4, 4, 16, 3), 1200, 128, 1e-2),
        ("gated", lambda: causal.gated_pixel_cnn(4, 4, 16, 3), 1000, 128, 1e-2),
    ):
        x = truth.sample(steps * batch, seed)
        model, row[f"{name}_seconds"] = trained(build(), x, steps, batch, rate)
        log_q = model.log_likelihood(truth.pictures, batch_size=4096)
        row[f"{name}_gap"] = float(-truth.probabilities @ log_q - floor)
        row[f"{name}_sum"] = float(np.exp(log_q.astype("float64")).sum())
    return row


def shifted(seed):
    """Rows shifted by two: a stack with a blind spot, and one without."""
    row = {"exact": shifted_rows_entropy()}
    test = shifted_rows(4000, seed=seed + 500)
    for name, build, steps in (
        ("masked", lambda: causal.masked_pixel_cnn(8, 8, 16, 3), 200),
        ("gated", lambda: causal.gated_pixel_cnn(8, 8, 16, 3), 500),
    ):
        x = shifted_rows(steps * 64, seed=seed)
        model, row[f"{name}_seconds"] = trained(build(), x, steps, 64, 1e-2)
        row[name] = float(-model.log_likelihood(test).mean())
    return row


def uci(seed):
    """UCI's digits, white where above the middle: MADE and independent pixels."""
    digits = load("uci")
    train, test = (
        (p[..., 0] > 0).astype("int32")
        for p in (digits.train_pictures, digits.test_pictures)
    )
    mean = (train.sum(axis=0) + 0.5) / (len(train) + 1)
    alone = -np.where(test, np.log(mean), np.log(1 - mean)).sum(axis=(1, 2)).mean()
    model, seconds = trained(causal.made(8, 8, 256), train, 1200, 64, 2e-3)
    nats = float(-model.log_likelihood(test).mean())
    return {"independent": float(alone), "made": nats, "seconds": seconds}


def written(source, units, dropout, epochs, batch, rate):
    """A real text at `full`: a wider LSTM, on rows of 128 letters."""
    data = text.load(source)
    x = pieces(data.train, 128)
    network = causal.recurrent_network(len(data.alphabet), units, dropout=dropout)
    steps = epochs * math.ceil(len(x) / batch)
    model, seconds = trained(network, x, steps, batch, rate)
    nats = model.nats(pieces(data.test, 1024), 16)
    return {"lstm": nats / math.log(2), "nats": nats, "seconds": seconds}


def prose_full(seed):
    """SciPy's docstrings at `full`."""
    return written("prose", 384, 0.4, 16, 8, 3e-3)


def shakespeare_full(seed):
    """Tiny Shakespeare at `full`."""
    return written("tiny_shakespeare", 384, 0.2, 5, 32, 4e-3)


def binarized(network, epochs, batch, rate, seed):
    """MNIST in nats, each pixel white with its gray as probability, at `full`.

    The training draws anew each time it goes through the digits; the 10,000 of the
    test are drawn once.
    """
    digits = load("mnist")
    white = [
        (np.asarray(p)[..., 0] + 1) / 2
        for p in (digits.train_pictures, digits.test_pictures)
    ]

    def drawn(probability, *numbers):
        uniform = np.random.default_rng(numbers).random(probability.shape, "float32")
        return (uniform < probability).astype("int32")

    test = drawn(white[1], 2008)
    model = AutoregressiveModel(network)
    steps = epochs * math.ceil(len(white[0]) / batch)
    model.compile(falling_adam(rate, steps, clipnorm=1.0))
    start, course = time.process_time(), []
    for epoch in range(epochs):
        model.fit(drawn(white[0], seed, epoch), batch_size=batch, verbose=0)
        course.append(float(-model.log_likelihood(test[:1000]).mean()))
        print(f"epoch {epoch + 1} of {epochs}: {course[-1]:.2f} nats", flush=True)
    seconds = round(time.process_time() - start, 1)
    nats = -model.log_likelihood(test)
    return {
        "nats": float(nats.mean()),
        "error": float(nats.std() / math.sqrt(len(nats))),
        "of_1000": course,
        "parameters": network.count_params(),
        "seconds": seconds,
    }


def mnist_made(seed):
    """MADE on binarized MNIST."""
    return binarized(causal.made(28, 28, 1000), 20, 100, 1e-3, seed)


def mnist_pixels(seed):
    """The gated PixelCNN on binarized MNIST."""
    return binarized(causal.gated_pixel_cnn(28, 28, 16, 6, 5), 3, 32, 4e-3, seed)


def late_nats(model, x, begin=64):
    """−log P of every sample once there is a past, `(n, length − begin)`."""
    outputs = model.in_batches(model.network, x, size=16)
    return np.asarray(model.nll(x, keras.ops.convert_to_tensor(outputs)))[:, begin:]


def tuned(source, seed, levels=64):
    """Gaussian heads against the exact density of a sound, levels against their floor.

    A Gaussian head is trained by Adam alone, and beside a linear predictor that was
    solved for. The levels' floor is of the same sounds, by a filter of particles.
    """
    x, test = source.sample(2048, 256, seed), source.sample(128, 1024, seed + 500)
    known = sum(
        a * test[:, 64 - k : len(test[0]) - k].astype("float64")
        for k, a in enumerate(source.coefficients, 1)
    )
    exact = -gaussian_log_density(
        test[:, 64:, None].astype("float64"), known[..., None], source.innovation
    )
    row = {}
    predictor = linear_predictor(5 * x, 16)
    for name, given, rate in (("gaussian", None, 1e-2), ("solved", predictor, 3e-3)):
        network = causal.wavenet(None, 16, DILATIONS, predictor=given)
        model, row[f"{name}_seconds"] = trained(
            network, 5 * x, 1000, 16, rate, "gaussian"
        )
        found = late_nats(model, 5 * test) - math.log(5)
        row[f"{name}_gap"] = float((found - exact).mean())
    softmax, row["levels_seconds"] = trained(
        causal.wavenet(levels, 16, DILATIONS),
        mu_law.encode(x.clip(-1, 1), levels),
        1000,
        16,
        1e-2,
    )
    symbols = mu_law.encode(test[:32, :512].clip(-1, 1), levels)
    floor = rounded_nats(source, symbols, levels)[:, 64:].mean()
    row["levels_gap"] = float(late_nats(softmax, symbols).mean() - floor)
    row["rounding"] = float(floor - quantized_floor(source.innovation, 0.2, levels))
    return row


def resonance(seed):
    """AR(2): one resonance at 400 Hz."""
    return tuned(sounds.resonance(400, 0.97).scaled_to(0.2), seed)


def vowel(seed):
    """AR(6): the whispered vowels."""
    return {each: tuned(sounds.whispered_vowel(each), seed) for each in sounds.FORMANTS}


def plucked(seed):
    """A plucked string, 8 seconds of it: with a solved predictor, and by Adam alone."""

    def strings(n, length, number):
        return sounds.plucked_strings(n, length, number, noise=PLUCKED_NOISE)

    x, row = strings(4096, 256, seed), {}
    true, others = (strings(16, 8000, seed + more) for more in (500, 600))
    row["true_distance"] = log_spectral_distance(true, others)
    row["true_pitch"] = pitch(true, longest=60)
    # What the air did, and so what the truth pays: 64 samples are past the pluck.
    left = true[:, 64:1024] - 0.995 * (true[:, 24:984] + true[:, 23:983]) / 2
    exact = -gaussian_log_density(left[..., None], 0.0, PLUCKED_NOISE)
    for name, given in (("solved", linear_predictor(x, 48)), ("alone", None)):
        keras.utils.set_random_seed(seed)
        network = causal.wavenet(None, 16, [2**k for k in range(6)], predictor=given)
        model, row[f"{name}_seconds"] = trained(network, x, 1000, 16, 5e-3, "gaussian")
        row[f"{name}_gap"] = float((late_nats(model, true[:, :1024]) - exact).mean())
        drawn = model.sample(16, 8000, seed=seed)
        row[f"{name}_distance"] = log_spectral_distance(drawn, true)
        row[f"{name}_pitch"] = pitch(drawn, longest=60)
    return row


def string(seed, channels=32, steps=600):
    """A driven string at 64 levels: with 32 samples in sight, and with 64; in bits."""
    ringing, levels, row = sounds.driven_string(), 64, {}
    errors = np.sqrt(prediction_errors(ringing.autocovariance(70), 64))
    x, test = (
        mu_law.encode(ringing.sample(n, 512, s).clip(-1, 1), levels)
        for n, s in ((2048, seed), (128, seed + 500))
    )
    for count in (5, 6):
        network = causal.wavenet(levels, channels, [2**k for k in range(count)])
        model, row[f"seconds_{2**count}"] = trained(network, x, steps, 16, 5e-3)
        bits = float(late_nats(model, test).mean() / math.log(2))
        floor = quantized_floor(errors[2**count], 0.2, levels) / math.log(2)
        row |= {f"bits_{2**count}": bits, f"floor_{2**count}": floor}
    return row


def cache(seed):
    """Sampling 4 sounds of 512 samples with a cache and without."""
    model = AutoregressiveModel(causal.wavenet(64, 32, [2**k for k in range(8)]))
    row, drawn = {}, {}
    model.sample(4, 512, cached=False)  # compiles
    for cached in (True, False):
        start = time.process_time()
        drawn[cached] = model.sample(4, 512, seed=seed, cached=cached)
        row["cached" if cached else "anew"] = time.process_time() - start
    row["same"] = float((drawn[True] == drawn[False]).mean())
    return row


ROWS = {
    each.__name__: each
    for each in (
        sheep,
        markov,
        prose,
        shakespeare,
        magnet,
        shifted,
        uci,
        resonance,
        vowel,
        string,
        plucked,
        cache,
    )
}
#: Up to an hour each, so one seed, and only when named.
FULL = {
    each.__name__: each
    for each in (prose_full, shakespeare_full, mnist_made, mnist_pixels)
}


def main():
    """Measures the rows that are named, or all that take minutes."""
    settings = f"Keras {keras.__version__} on {keras.backend.backend()}, one thread"
    record("autoregressive", ("settings",), settings)
    for name in sys.argv[1:] or ROWS:
        for seed in range(SEEDS if name in ROWS else 1):
            keras.utils.set_random_seed(seed)
            row = (ROWS | FULL)[name](seed)
            print(name, record("autoregressive", (name, seed), row), flush=True)


if __name__ == "__main__":
    main()

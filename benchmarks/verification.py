"""Compare ways to choose triplets on avatars: equal error rates over seeds.

    python benchmarks/verification.py   # 3 seeds, some minutes

Every training sees the same people and as many batches; judged are people whom nobody
has seen in training. It writes `results/verification/`; lesson 08 shows it.
"""

import itertools
import time

import keras
from record import record

from utils.data.faces import draw_avatars
from utils.data.pk_batches import PKBatches
from utils.evaluation.one_shot import n_way_accuracy, n_way_trials
from utils.evaluation.verification import (
    equal_error_rate,
    frr_at_far,
    pair_scores,
)
from utils.models import SiameseModel, TripletModel
from utils.models.recipes import train_with_looks
from utils.networks.embedding import embedding_network

SEEDS, STEPS, LOOKS, DIMENSIONS, WIDTHS, RATE, MARGIN = (
    3,
    240,
    8,
    32,
    (16, 32, 64),
    2e-3,
    0.3,
)
FARS = [10 ** (-4 + k / 8) for k in range(33)]
KINDS = ("random", "semi-hard", "batch-hard", "contrastive")


def model_of(kind):
    """A fresh model."""
    network = embedding_network((32, 32, 3), DIMENSIONS, WIDTHS)
    if kind == "contrastive":
        return SiameseModel(network, margin=1.0)
    return TripletModel(network, kind, MARGIN)


def measure(kind, seed, train, test):
    """Equal error rate and one-shot accuracy of unseen people, along the training."""
    keras.utils.set_random_seed(seed)
    model = model_of(kind)
    batches = PKBatches(train.pictures, train.labels, 16, 4, STEPS // LOOKS, seed)
    begin = time.perf_counter()
    track = train_with_looks(
        model,
        batches,
        LOOKS,
        RATE,
        scores=lambda: pair_scores(model.embed(test.pictures), test.labels),
    )
    row = {"kind": kind, "seed": seed, "steps": track.pop("steps")}
    looks = track.pop("scores")
    row["equal_error_rates"] = [equal_error_rate(*scores) for scores in looks]
    row["logs"] = [
        dict(zip(track, logs, strict=True))
        for logs in zip(*track.values(), strict=True)
    ]
    row["seconds"] = round(time.perf_counter() - begin, 1)
    row["equal_error_rate"] = row["equal_error_rates"][-1]
    scores = looks[-1]
    embeddings = model.embed(test.pictures)
    row["frr_at_far"] = [frr_at_far(*scores, far) for far in FARS]
    row["one_shot_20_way"] = n_way_accuracy(*n_way_trials(embeddings, test.labels))
    return row


def main():
    """Trains every kind with every seed."""
    train, test = draw_avatars(400, 8, seed=1), draw_avatars(100, 8, seed=2)
    settings = (
        f"{STEPS} batches of 16 people x 4 pictures, of 400 people x 8; "
        f"judged on 100 other people x 8; convolutions {WIDTHS}, {DIMENSIONS} numbers, "
        f"Adam {RATE} with cosine decay, {SEEDS} seeds, Keras {keras.__version__} on "
        f"{keras.backend.backend()}"
    )
    record("verification", ("settings",), settings)
    record("verification", ("fars",), FARS)
    for place, (seed, kind) in enumerate(itertools.product(range(SEEDS), KINDS)):
        row = measure(kind, seed, train, test)
        print(record("verification", ("runs", place), row), flush=True)


if __name__ == "__main__":
    main()

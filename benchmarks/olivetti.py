"""Verify real faces: Olivetti's 40 people, 8 folds of 5 people never seen in training.

    python benchmarks/olivetti.py           # every fold that is not measured yet
    python benchmarks/olivetti.py 3 4       # these folds
    python benchmarks/olivetti.py --bare 1 3  # these, without the drawn glasses

It needs the faces in the cache (`course prefetch --all`), and takes some four
minutes a fold on a core. After each fold it writes `results/olivetti.json`, so it can
be stopped and taken up again. The protocol is that of Khalil-Hani and Liew (2014):
AT&T faces, people unseen in training, equal error rate.
"""

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np

from utils.data.faces import load, person_folds
from utils.data.glasses import wear_glasses
from utils.data.moves import even_light, half_size, small_moves
from utils.data.people import PeopleBatches
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.models import TripletModel
from utils.networks.embedding import embedding_network

RESULTS = Path(__file__).resolve().parents[1] / "results" / "olivetti.json"
FOLDS, STEPS, WIDTHS, DIMENSIONS, RATE = 8, 1_500, (48, 96, 192), 128, 2e-3
MARGIN, PEOPLE, PICTURES, GLASSES = "soft", 20, 4, 0.4


def prepared(faces):
    """The pictures at half the size, all in the same light."""
    return even_light(half_size(faces.pictures))


def disguised(pictures, rng):
    """Some with glasses, all in the same light, moved about a little."""
    with_glasses = even_light(wear_glasses(pictures, rng, GLASSES))
    return moved(with_glasses, rng)


def moved(pictures, rng):
    """Moved about a little; a mirror image would be another person."""
    return small_moves(pictures, rng, mirror=False)


def trained(faces, seed, augment):
    """An embedding that has learned from some people and from their mirror images.

    A mirrored person counts as another person: twice as many to tell apart.
    """
    keras.utils.set_random_seed(seed)
    pictures = prepared(faces)
    pictures = np.concatenate([pictures, pictures[:, :, ::-1]])
    persons = np.concatenate([faces.persons, faces.persons + 1 + faces.persons.max()])
    network = embedding_network(pictures.shape[1:], DIMENSIONS, WIDTHS)
    model = TripletModel(network, "batch-hard", MARGIN, squared=False)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS))
    )
    batches = PeopleBatches(pictures, persons, PEOPLE, PICTURES, STEPS, seed, augment)
    model.fit(batches, verbose=0)
    return model


def mirrored_too(model, pictures):
    """Embeddings between that of each picture and that of its mirror image."""
    both = model.embed(pictures) + model.embed(pictures[:, :, ::-1])
    return both / np.linalg.norm(both, axis=1, keepdims=True)


def measure(fold, augment):
    """Equal error rates of the people left out."""
    begin = time.perf_counter()
    train, test = list(person_folds(load("olivetti"), FOLDS, seed=0))[fold]
    model = trained(train, fold, augment)
    pictures = prepared(test)
    plain = model.embed(pictures)
    both = mirrored_too(model, pictures)
    pixels = test.pictures.reshape(len(test), -1)
    return {
        "people": test.people.tolist(),
        "equal_error_rate": equal_error_rate(*pair_scores(both, test.persons)),
        "without_mirror": equal_error_rate(*pair_scores(plain, test.persons)),
        "pixels": equal_error_rate(*pair_scores(pixels, test.persons)),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def main():
    """Measures the folds that are asked for, or not there yet."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    settings = (
        f"{FOLDS} folds of 5 unseen people, 32x32 in even light, {STEPS} steps of "
        f"{PEOPLE} people (mirrored ones too) x {PICTURES} pictures, {GLASSES:.0%} "
        f"with drawn glasses, batch-hard, margin {MARGIN}, "
        f"Euclidean, Adam {RATE} with cosine decay, convolutions {WIDTHS}, "
        f"{DIMENSIONS} numbers, each picture and its mirror image, "
        f"Keras {keras.__version__} on {keras.backend.backend()}"
    )
    bare = "--bare" in sys.argv
    key, augment = ("without glasses", moved) if bare else ("folds", disguised)
    asked = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for fold in asked or range(FOLDS):
        if not asked and str(fold) in results.get(key, {}):
            continue
        row = measure(fold, augment)
        if RESULTS.exists():  # another process may have measured other folds
            results = json.loads(RESULTS.read_text())
        results["settings"] = settings
        results[key] = dict(sorted((results.get(key, {}) | {str(fold): row}).items()))
        whole = RESULTS.with_suffix(".part")  # nobody ever reads half a file
        whole.write_text(json.dumps(results, indent=1) + "\n")
        whole.replace(RESULTS)
        print(key, fold, row, flush=True)


if __name__ == "__main__":
    main()

"""Verify real faces: Olivetti's 40 people, 8 folds of 5 people never seen in training.

    python benchmarks/olivetti.py waves        # waves, a computed distance: 3 minutes
    python benchmarks/olivetti.py choose       # the settings of that, 10 minutes
    python benchmarks/olivetti.py network      # triplets, every fold not measured yet
    python benchmarks/olivetti.py network 3 4  # these folds, 4 to 11 minutes each
    python benchmarks/olivetti.py bare 1 3     # these, without the drawn glasses

It needs the faces in the cache (`course prefetch --all`). What it measures it writes to
`results/olivetti/`. The protocol is much like that of Khalil-Hani and Liew (2014):
AT&T faces, people unseen in training, equal error rate; of all pairs of pictures, and
beside it, as in Chopra, Hadsell and LeCun (2005), of pictures against people of whom
five pictures are known.
"""

import sys
import time

import keras
import numpy as np
from record import record, recorded

from utils.data.augmentation import even_light, half_size, small_moves, wear_glasses
from utils.data.faces import load, person_folds
from utils.data.pk_batches import PKBatches
from utils.evaluation.gallery import Gallery
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.models import RelevantComponents, TripletModel
from utils.models.recipes import train_with_looks
from utils.networks.embedding import embedding_network
from utils.networks.gabor import gabor_magnitudes

FOLDS, GLASSES = 8, 0.4
# The network.
STEPS, WIDTHS, DIMENSIONS, RATE = 1_500, (48, 96, 192), 128, 2e-3
MARGIN, PEOPLE, PICTURES = "soft", 20, 4
# The waves, and what `choose` chooses from.
SEEDS, COPIES, SCALES, BANDWIDTH = 3, 4, 6, 0.25
CHOICES = [(scales, width) for scales in (5, 6, 7) for width in (0.25, 0.3, 0.4)]


def prepared(faces):
    """The pictures at half the size, all in the same light."""
    return even_light(half_size(faces.pictures))


def disguised(pictures, rng):
    """Some with glasses, all in the same light, moved about a little."""
    with_glasses = even_light(wear_glasses(pictures, rng, GLASSES))
    return moved(with_glasses, rng)


def moved(pictures, rng):
    """Moved about a little; not mirrored: `trained` counts that as another person."""
    return small_moves(pictures, rng, mirror=False)


def trained(faces, seed, augment):
    """An embedding that has learned from some people and from their mirror images.

    A mirrored person counts as another person: twice as many to tell apart.
    """
    keras.utils.set_random_seed(seed)
    pictures = prepared(faces)
    pictures = np.concatenate([pictures, pictures[:, :, ::-1]])
    labels = np.concatenate([faces.labels, faces.labels + 1 + faces.labels.max()])
    network = embedding_network(pictures.shape[1:], DIMENSIONS, WIDTHS)
    model = TripletModel(network, "batch-hard", MARGIN, squared=False)
    batches = PKBatches(pictures, labels, PEOPLE, PICTURES, STEPS, seed, augment)
    train_with_looks(model, batches, 1, RATE)
    return model


def mirrored_too(model, pictures):
    """Embeddings between that of each picture and that of its mirror image."""
    both = model.embed(pictures) + model.embed(pictures[:, :, ::-1])
    return both / np.linalg.norm(both, axis=1, keepdims=True)


def network_fold(fold, augment):
    """Equal error rates of the people left out, by a network trained on the others."""
    begin = time.perf_counter()
    train, test = list(person_folds(load("olivetti"), FOLDS, seed=0))[fold]
    model = trained(train, fold, augment)
    pictures = prepared(test)
    plain = model.embed(pictures)
    both = mirrored_too(model, pictures)
    pixels = test.pictures.reshape(len(test), -1)
    return {
        "people": test.people.tolist(),
        "equal_error_rate": equal_error_rate(*pair_scores(both, test.labels)),
        "without_mirror": equal_error_rate(*pair_scores(plain, test.labels)),
        "pixels": equal_error_rate(*pair_scores(pixels, test.labels)),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def both_sides(pictures, scales=SCALES, bandwidth=BANDWIDTH):
    """Waves of pictures and of their mirror images: left and right count alike."""
    return sum(
        gabor_magnitudes(each, scales=scales, bandwidth=bandwidth)
        for each in (pictures, pictures[:, :, ::-1])
    )


def copies(faces, seed):
    """The pictures, and drawn copies: with glasses, and moved about a little."""
    rng = np.random.default_rng(seed)
    drawn = (wear_glasses(faces.pictures, rng, GLASSES) for _ in range(COPIES))
    moves = {"turn": 8, "zoom": 0.08, "shift": 0.04, "light": 0, "mirror": False}
    return [faces.pictures, *(small_moves(each, rng, **moves) for each in drawn)]


def error_rates(features, labels, train, test):
    """Equal error rates of people by what varies within other people.

    Args:
        features: one array `(n, d)` for each copy; people are compared on the first.
        labels: `(n,)`.
        train: `(n,)`, which pictures to learn from.
        test: `(n,)`, which to compare.

    Returns:
        That of all pairs, and that of pictures against people known by five others.
    """
    learned = np.concatenate([each[train] for each in features])
    components = RelevantComponents(learned, np.tile(labels[train], len(features)))
    embeddings, who = components.embed(features[0][test]), labels[test]
    gallery, probes = Gallery(lambda rows: rows, threshold=4.0), {}
    for person in np.unique(who):
        own = np.flatnonzero(who == person)
        gallery.enrol(str(person), embeddings[own[:5]])
        probes[person] = own[5:]
    scores = {True: [], False: []}
    for person, rows in probes.items():
        for row in rows:
            for name in gallery.names:
                distance = gallery.distance(embeddings[row], name)
                scores[name == str(person)].append(-distance)
    return (
        equal_error_rate(*pair_scores(embeddings, who)),
        equal_error_rate(scores[True], scores[False]),
    )


def waves():
    """Both equal error rates of each fold, for several draws of glasses and moves."""
    begin = time.perf_counter()
    faces = load("olivetti")
    test_people = [test.people for _, test in person_folds(faces, FOLDS, seed=0)]
    seeds = {}
    for seed in range(SEEDS):
        features = [both_sides(each) for each in copies(faces, seed)]
        rates = []
        for people in test_people:
            test = np.isin(faces.labels, people)
            rates.append(error_rates(features, faces.labels, ~test, test))
        pairs, known = zip(*rates, strict=True)
        seeds[str(seed)] = {"equal_error_rate": pairs, "five_known": known}
    return {
        "seeds": seeds,
        "seconds": round(time.perf_counter() - begin, 1),
        "settings": f"64x64, {SCALES} lengths and 8 directions of waves in 8x8 cells, "
        f"bandwidth {BANDWIDTH}, each picture and its mirror image summed, covariance "
        f"within 35 people of their pictures and {COPIES} drawn copies, {GLASSES:.0%} "
        "with drawn glasses",
    }


def choose():
    """The error on five of the 35 people of a fold, by the other 30, over all folds.

    The five people left out of a fold stay out of it, but not of the other folds: the
    least mean flatters a little.
    """
    faces = load("olivetti")
    drawn, folds = copies(faces, 0), list(person_folds(faces, FOLDS, seed=0))
    errors = {}
    for scales, width in CHOICES:
        features = [both_sides(each, scales, width) for each in drawn]
        rates = []
        for outer, _ in folds:
            for inner, held_out in person_folds(outer, FOLDS - 1, seed=1):
                train, test = (
                    np.isin(faces.labels, each.people) for each in (inner, held_out)
                )
                rates.append(error_rates(features, faces.labels, train, test)[0])
        errors[f"{scales} lengths, bandwidth {width}"] = np.mean(rates)
        print(scales, width, np.mean(rates), flush=True)
    return errors


def network(key, augment, asked):
    """Measures the folds asked for, or those not there yet."""
    settings = (
        f"{FOLDS} folds of 5 unseen people, 32x32 in even light, {STEPS} steps of "
        f"{PEOPLE} people (mirrored ones too) x {PICTURES} pictures, {GLASSES:.0%} "
        f"with drawn glasses, batch-hard, margin {MARGIN}, "
        f"Euclidean, Adam {RATE} with cosine decay, convolutions {WIDTHS}, "
        f"{DIMENSIONS} numbers, each picture and its mirror image, "
        f"Keras {keras.__version__} on {keras.backend.backend()}"
    )
    there = recorded("olivetti", key)
    if key == "folds":
        record("olivetti", ("settings",), settings)
    for fold in asked or [f for f in range(FOLDS) if str(f) not in there]:
        row = record("olivetti", (key, str(fold)), network_fold(fold, augment))
        print(key, fold, row, flush=True)


def main():
    """Measures the part asked for."""
    part, *asked = sys.argv[1:] or ["waves"]
    asked = [int(fold) for fold in asked]
    if part == "network":
        network("folds", disguised, asked)
    elif part == "bare":
        network("without glasses", moved, asked)
    elif part in ("waves", "choose"):
        record("olivetti", (part,), {"waves": waves, "choose": choose}[part]())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

"""Models that compare: what they minimize, log, save and refuse; a collapse."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from utils.data.pk_batches import PKBatches
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.measures.contrastive import balanced_pairs, contrastive_loss
from utils.measures.pair_distances import (
    chi_square_features,
    euclidean_distance,
    mean_pairwise_distance,
)
from utils.measures.triplets import batch_hard_triplet_loss, semi_hard_triplet_loss
from utils.models import SiameseModel, TripletModel


def number(tensor):
    return float(ops.convert_to_numpy(tensor))


def people(count=12, each=6, seed=0):
    """Points in 6 dimensions; who it is shows in the first two, noise in the others."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(count), each)
    angle = 2 * np.pi * labels / count
    noise = rng.normal(0, 1, (len(labels), 4))
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    place = place + rng.normal(0, 0.03, place.shape)
    return np.hstack([place, noise]).astype("float32"), labels


def network(dimensions=3, seed=0):
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((6,)), layers.Dense(dimensions)])


def fitted(model, epochs=3, **settings):
    model.compile(keras.optimizers.Adam(0.04), **settings)
    history = model.fit(PKBatches(*people(), 6, 4, 20), epochs=epochs, verbose=0)
    return history.history


def error_rate(model):
    x, labels = people(seed=1)
    return equal_error_rate(*pair_scores(model.embed(x), labels))


MODELS = {
    "random": lambda: TripletModel(network(), "random", 0.2),
    "semi-hard": lambda: TripletModel(network(), "semi-hard", 0.2),
    "batch-hard": lambda: TripletModel(network(), "batch-hard", 0.2),
    "soft, Euclidean": lambda: TripletModel(network(), margin="soft", squared=False),
    "contrastive": lambda: SiameseModel(network()),
    "absolute": lambda: SiameseModel(network(), "absolute"),
    "chi-square": lambda: SiameseModel(network(), "chi-square"),
}


def some(*names):
    """A few of the models: compiling one takes a second (a few steps need it not)."""
    return pytest.mark.parametrize("make", [MODELS[n] for n in names], ids=names)


@some("random", "semi-hard", "soft, Euclidean", "contrastive", "chi-square")
def test_training_brings_one_person_together(make):
    model = make()
    before = error_rate(model)
    history = fitted(model)
    assert history["loss"][-1] < history["loss"][0]
    if getattr(model, "head", None) is None:  # a head weighs distances of its own
        assert error_rate(model) < 0.7 * before


def one_batch():
    return PKBatches(*people(), 5, 3, 1)[0]


@pytest.mark.parametrize(
    ("mining", "loss"),
    [("batch-hard", batch_hard_triplet_loss), ("semi-hard", semi_hard_triplet_loss)],
)
def test_a_triplet_model_minimizes_the_loss_of_the_measures(mining, loss):
    x, labels = one_batch()
    model = TripletModel(network(), mining, 0.4)
    embeddings = model(x)
    assert number(model.compute_loss(x, labels, embeddings)) == pytest.approx(
        number(loss(labels, embeddings, 0.4))
    )


def test_a_siamese_model_minimizes_the_contrastive_loss_of_balanced_pairs():
    x, labels = one_batch()
    model = SiameseModel(network(), margin=1.5)
    z = model(x)
    distances = ops.convert_to_numpy(euclidean_distance(z[:, None], z[None]))
    same, weights = map(ops.convert_to_numpy, balanced_pairs(labels))
    pairs = weights > 0
    of_one = number(contrastive_loss([1] * int((same[pairs] > 0).sum()),
                                     distances[pairs & (same > 0)], 1.5))  # fmt: skip
    of_two = number(contrastive_loss([0] * int((same[pairs] == 0).sum()),
                                     distances[pairs & (same == 0)], 1.5))  # fmt: skip
    loss = number(model.compute_loss(x, labels, z))
    assert loss == pytest.approx((of_one + of_two) / 2, rel=1e-5)


def test_a_head_minimizes_the_cross_entropy_of_balanced_pairs():
    x, labels = one_batch()
    model = SiameseModel(network(), "chi-square")
    z = model(x)
    logits = ops.convert_to_numpy(model.compare(z[:, None], z[None]))
    same, weights = map(ops.convert_to_numpy, balanced_pairs(labels))
    expected = sum(weights[same > 0] * np.logaddexp(0, -logits[same > 0]))
    expected += sum(weights[same == 0] * np.logaddexp(0, logits[same == 0]))
    assert number(model.compute_loss(x, labels, z)) == pytest.approx(
        expected / weights.sum(), rel=1e-5
    )


def test_a_head_compares_by_its_weights():
    model = SiameseModel(network(2), "chi-square")
    model.verdict.set_weights([np.array([[-1.0], [2.0]]), np.array([0.5])])
    a, b = np.float32([[1, 0]]), np.float32([[3, 0]])
    assert number(model.compare(a, b)[0]) == pytest.approx(-1 + 0.5)
    assert ops.convert_to_numpy(chi_square_features(a, b)).tolist() == [[1, 0]]


def test_without_a_head_nearer_is_more_alike():
    model = SiameseModel(network(2))
    scores = model.compare(np.zeros((2, 2)), np.float32([[1, 0], [2, 0]]))
    assert ops.convert_to_numpy(scores).tolist() == [-1, -4]


class Fixed(keras.utils.PyDataset):
    """The same batches in every epoch."""

    def __init__(self, count):
        super().__init__()
        drawn = PKBatches(*people(), 5, 3, count)
        self.batches = [drawn[k] for k in range(count)]

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


@some("batch-hard", "absolute")
def test_logs_are_means_over_the_epoch(make):
    model = make()
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    batches = Fixed(4)
    logs = {name: v[0] for name, v in model.fit(batches, verbose=0).history.items()}
    spread = [number(mean_pairwise_distance(model(x))) for x, _ in batches.batches]
    assert logs["mean_distance"] == pytest.approx(np.mean(spread), rel=1e-4)
    assert logs["loss"] > 0
    if isinstance(model, TripletModel):
        assert 0 < logs["active_fraction"] <= 1


def test_each_epoch_of_fit_draws_other_batches():
    batches = PKBatches(*people(), 5, 3, 2)
    model = TripletModel(network())
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    losses = model.fit(batches, epochs=3, verbose=0).history["loss"]
    losses += model.fit(batches, verbose=0).history["loss"]
    assert len(set(losses)) == 4


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="PyTorch runs every step in Python"
)
def test_the_step_is_compiled_once():
    traced = []

    class Counted(TripletModel):
        def compute_loss(self, *args, **kwargs):
            traced.append(1)
            return super().compute_loss(*args, **kwargs)

    fitted(Counted(network()), epochs=2)
    assert len(traced) == 1


def test_random_triplets_are_drawn_anew_at_each_step():
    model = TripletModel(network(), "random", 0.5)
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    losses = model.fit(Fixed(1), epochs=4, verbose=0).history["loss"]
    assert len(set(losses)) == 4


def test_a_collapse_shows_in_the_log():
    # Numbers without any person in them: nothing to learn, the cheapest is one point.
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(60, 6)).astype("float32"), np.repeat(np.arange(10), 6)
    model = TripletModel(network(), "batch-hard", 0.3)
    model.compile(keras.optimizers.Adam(0.05))
    history = model.fit(PKBatches(x, labels, 8, 4, 40), epochs=3, verbose=0).history
    assert history["loss"][-1] == pytest.approx(0.3, abs=0.01)
    assert history["mean_distance"][-1] < 0.01 < history["mean_distance"][0]
    assert history["active_fraction"][-1] > 0.95


@some("soft, Euclidean", "chi-square")
def test_a_saved_model_goes_on(make, tmp_path):
    model = make()
    model.compile(keras.optimizers.Adam(0.01), run_eagerly=True)
    model.fit(Fixed(2), verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x, _ = people()
    assert again.embed(x) == pytest.approx(model.embed(x))
    assert again.get_config()["name"] == model.get_config()["name"]
    for key in ("margin", "head", "mining", "squared"):
        assert getattr(again, key, None) == getattr(model, key, None)
    again.fit(PKBatches(*people(), 5, 3, 2), verbose=0)


def test_pictures_are_embedded_in_batches():
    x = np.random.default_rng(0).normal(size=(1_203, 6)).astype("float32")
    model = TripletModel(network())
    expected = x @ model.embedding.get_weights()[0] + model.embedding.get_weights()[1]
    assert model.embed(x) == pytest.approx(expected, abs=1e-5)


@some("random", "absolute")
def test_a_training_goes_on_where_it_was_saved(make, tmp_path):
    def batches():
        return PKBatches(*people(), 5, 3, 3)

    def losses(model, batches, epochs):
        fit = model.fit(batches, epochs=epochs, shuffle=False, verbose=0)
        return fit.history["loss"]

    model, seen = make(), batches()
    model.compile(keras.optimizers.Adam(0.01), run_eagerly=True)
    losses(model, seen, 2)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    expected = losses(model, seen, 2)
    # A new process: the batches begin anew, the model does not.
    assert losses(again, batches(), 2) == pytest.approx(expected, rel=1e-5)
    assert len({round(loss, 5) for loss in expected}) == 2


@some("batch-hard")
def test_a_small_last_batch_counts_for_less_in_the_logs(make):
    model, batches = make(), Fixed(2)
    large, small = batches.batches
    batches.batches[1] = tuple(each[:6] for each in small)
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    logs = model.fit(batches, shuffle=False, verbose=0).history
    spread = [number(mean_pairwise_distance(model(x))) for x, _ in batches.batches]
    assert len(large[0]) == 15
    assert logs["mean_distance"] == pytest.approx(
        [(15 * spread[0] + 6 * spread[1]) / 21], rel=1e-4
    )


@some("batch-hard", "semi-hard", "contrastive", "chi-square")
def test_in_half_precision_a_loss_is_nearly_the_same_and_training_goes_on(make):
    x, labels = one_batch()
    expected = number(make().compute_loss(x, labels, make()(x)))
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = make()
        loss = number(model.compute_loss(x, labels, model(x)))
        history = fitted(model, epochs=2)
    finally:
        keras.config.set_dtype_policy("float32")
    assert loss == pytest.approx(expected, rel=0.05)
    assert np.isfinite(history["loss"]).all()
    assert model.embed(x).dtype == "float32"


@some("semi-hard", "contrastive")
def test_a_diverged_training_stops_with_a_sentence(make):
    model = make()
    model.compile(keras.optimizers.SGD(1e30))
    with pytest.warns(RuntimeWarning, match="smaller learning rate"):
        model.fit(PKBatches(*people(), 5, 3, 4), epochs=50, verbose=0)


def batches_of(change):
    """A data set whose every batch is changed."""

    class Changed(Fixed):
        def __getitem__(self, index):
            return change(*super().__getitem__(index))

    return Changed(2)


NAN = people()[0].copy()
NAN[7, 2] = np.nan


@some("batch-hard", "contrastive")
@pytest.mark.parametrize(
    ("batches", "message"),
    [
        (lambda: people()[0], "PKBatches"),
        (lambda: PKBatches(NAN, people()[1], 5, 3), "1 of 432 are NaN"),
        (lambda: batches_of(lambda x, y: (x * np.inf, y)), "NaN or infinite"),
        (lambda: batches_of(lambda x, y: (x[:, :5], y)), r"is not \(n, 6\)"),
        (lambda: batches_of(lambda x, y: (x, np.eye(12)[y])), r"labels\.argmax"),
        (
            lambda: batches_of(lambda x, y: (x, y.astype(str))),
            r"type <U\d+.*np\.unique",
        ),
        (lambda: batches_of(lambda x, y: (x,)), "labels have shape None"),
        (lambda: batches_of(lambda x, y: (x, y, y)), "no weight.*Leave it out"),
    ],
)
def test_batches_that_say_nothing_of_people_are_refused(make, batches, message):
    model = make()
    model.compile("sgd")
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.fit(batches(), verbose=0)
    assert all(map(np.array_equal, before, model.get_weights()))


@some("semi-hard", "absolute")
def test_one_hot_labels_in_a_stream_are_refused_in_the_first_step(make):
    model = make()
    model.compile("sgd")
    x, labels = one_batch()
    stream = ((x, np.eye(12)[labels]) for _ in range(1))
    with pytest.raises(ValueError, match=r"labels\.argmax"):
        model.fit(stream, steps_per_epoch=1, verbose=0)


PICTURES = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: TripletModel(network(), "hardest"),
            "no mining 'hardest'.*'semi-hard'",
        ),
        (lambda: TripletModel(network(), margin=-1), "margin was -1"),
        (lambda: TripletModel(layers.Dense(3)), r"built keras\.Model"),
        (
            lambda: TripletModel(
                keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(2, 1)])
            ),
            "one vector per picture",
        ),
        (lambda: SiameseModel(network(), "cosine"), "no head 'cosine'.*'chi-square'"),
        (lambda: SiameseModel(network(), margin=0), "margin was 0"),
        (lambda: TripletModel(network()).embed(np.zeros((2, 5))), r"not \(n, 6\)"),
        (lambda: TripletModel(network()).embed(np.zeros(6)), r"write picture\[None\]"),
        (lambda: TripletModel(network()).embed(np.full((1, 6), np.nan)), "are NaN"),
        (
            lambda: TripletModel(PICTURES).embed(np.full((1, 4, 4, 1), 255, "uint8")),
            r"x / 127\.5 - 1",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_before_any_work(make, message):
    with pytest.raises(ValueError, match=message):
        make()

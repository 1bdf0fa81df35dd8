"""Train at `full` what a laptop has no time for, and keep the weights with a card.

    python benchmarks/kept_weights.py digits      # or judge, embedding, avatars VAE, …

Each set is trained as its lesson trains it at `full`, or shorter where it says so,
rounded to float16, scored as it then is, and written to `results/weights/`. Stopped, it
goes on with the first training that was not finished (`.trainings/`). Minutes are the
machine's, with whatever else ran on it; core minutes are the training's alone.
`benchmarks/flow_pictures.py` judges the avatars and the flows.
"""

import sys
import time
from pathlib import Path

import keras
import numpy as np
from record import RESULTS, record
from style import SIDE, UNSEEN, pictures_per_second, trained_painter, unseen_photographs
from translation import sketch_scores

from utils.autodiff import accelerator
from utils.course.machine import machine
from utils.data.avatars import render, sample_factors
from utils.data.dequantization import dequantized
from utils.data.digits import load
from utils.data.faces import draw_avatars
from utils.data.patches import photograph_crops
from utils.data.pictures import PHOTOGRAPHS
from utils.data.pk_batches import PKBatches
from utils.data.translations import painted_avatars
from utils.evaluation.digit_classifier import (
    classifier_accuracy,
    digit_features,
    train_classifier,
)
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.verification import equal_error_rate, pair_scores
from utils.models import GAN, FlowMatching, TripletModel
from utils.models.kept_trainings import keep_trainings
from utils.models.part_vae import part_vae, principal_components, train_part_vae
from utils.models.recipes import falling_adam, picture_model, train_with_looks
from utils.models.steering_recipes import (
    train_picture_conditional,
)
from utils.models.translation_recipes import train_conditional_vae
from utils.networks.dcgan import convolutional_discriminator, convolutional_generator
from utils.networks.embedding import embedding_network
from utils.networks.image_transform import image_transform_network
from utils.networks.trained_weights import load_trained, save_trained
from utils.networks.unet import patch_unet

SEED = 0
SHAPE = (28, 28, 1)


def judge_network():
    """The network of `train_classifier` for MNIST, untrained."""
    blank = np.zeros((10, *SHAPE), "float32")
    return train_classifier(blank, np.arange(10), epochs=1)


def kept_judge():
    """The classifier of MNIST that `judge` trained."""
    network = judge_network()
    load_trained(network, "judge")
    return network


def judge():
    """A classifier of MNIST whose features say how far drawn digits are from real."""
    digits = load("mnist")
    model = train_classifier(digits.train_pictures, digits.train_labels, epochs=2)
    yield model, "the classifier of `train_classifier` for 28×28 pictures"
    found = classifier_accuracy(digits.test_pictures, digits.test_labels, model)
    halves = np.split(digit_features(digits.test_pictures, model), 2)
    floor = frechet_feature_distance(*halves)
    yield {"accuracy": found, "Fréchet distance of the test digits' halves": floor}


def digits(epochs=12):
    """Lesson 03's convolutional pair, for a fifth of the steps that `full` has."""
    pair = convolutional_generator(SHAPE), convolutional_discriminator(SHAPE)
    gan, clock = GAN(*pair), CoreSeconds()
    gan.compile(*(keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in pair))
    real = load("mnist").train_pictures
    for _ in in_parts(gan, real, None, epochs, clock, 64):
        pass
    yield gan.generator, f"convolutional_generator({SHAPE})"
    drawn = gan.sample(10_000, SEED)
    votes = kept_judge().predict(drawn, verbose=0).argmax(axis=1)
    rarest = np.bincount(votes, minlength=10).min() / len(votes)
    yield {
        **judged_digits(drawn),
        "share of the rarest digit": rarest,
        "steps": epochs * (len(real) // 6_400) * 100,
        "core minutes": clock.seconds / 60,
    }


def judged_digits(drawn):
    """The distance of drawn digits from MNIST's test digits, by their features."""
    real, sees = load("mnist").test_pictures, kept_judge()
    features = [digit_features(x, sees) for x in (real, drawn)]
    return {"Fréchet feature distance": frechet_feature_distance(*features)}


def digits_asked(steps=4_000):
    """Lesson 07's conditional GAN, of MNIST: D is told the digit by projection."""
    data = load("mnist")
    gan = train_picture_conditional(
        data.train_pictures, data.train_labels, steps, SEED, "projection"
    )
    yield gan.generator, f"beside_input(picture_generator({SHAPE}, 10), 10)"
    asked = np.arange(10_000) % 10
    drawn = gan.sample(len(asked), SEED, asked)
    right = classifier_accuracy(drawn, asked, kept_judge())
    yield {"asked digit drawn": right, **judged_digits(drawn)}


def embedding(people=2_000, pictures=10, steps=2_000, looks=8, unseen=200):
    """Lesson 08's embedding of avatars, by batch-hard triplets."""
    train = draw_avatars(people, pictures, seed=1)
    network = embedding_network((32, 32, 3), 32, widths=(16, 32, 64))
    batches = PKBatches(train.pictures, train.labels, 16, 4, steps // looks, SEED)
    train_with_looks(TripletModel(network, "batch-hard", 0.3), batches, looks)
    yield network, "embedding_network((32, 32, 3), 32, widths=(16, 32, 64))"
    test = draw_avatars(unseen, pictures, seed=2)
    scores = pair_scores(network.predict(test.pictures, verbose=0), test.labels)
    yield {"equal error rate of people never seen": equal_error_rate(*scores)}


class CoreSeconds(keras.callbacks.Callback):
    """Adds up what the trainings that it sees take, in seconds of a core."""

    seconds = 0.0

    def on_train_begin(self, logs=None):
        """Starts the clock."""
        self.start = time.process_time()

    def on_train_end(self, logs=None):
        """Stops it."""
        self.seconds += time.process_time() - self.start


def in_parts(model, examples, labels, epochs, clock, batch, size=6_400):
    """Trains part by part, so that a stop costs no more than one; yields after each."""
    if keras.backend.backend() == "tensorflow" and not accelerator():
        # These convolutions take XLA on a core half as long again as TensorFlow's own.
        model.jit_compile = False
    for _ in range(epochs):
        for start in range(0, len(examples) - size + 1, size):
            rows = slice(start, start + size)
            y = None if labels is None else labels[rows]
            settings = {"batch_size": batch, "callbacks": [clock], "verbose": 0}
            model.fit(examples[rows], y, **settings)
            yield


def avatars(name, epochs=20, count=32_000):
    """Lesson 05's avatars, as often as `full` sees them."""
    real = render(sample_factors(count, seed=0), size=32)
    model, clock = picture_model(name, real.shape[1:], 64), CoreSeconds()
    for _ in in_parts(model, real, None, epochs, clock, 64):
        pass
    part = {"VAE": "decoder", "GAN": "generator"}[name]
    yield getattr(model, part), "convolutional_generator((32, 32, 3), 64)"
    yield {"steps": epochs * count // 64, "core minutes": clock.seconds / 60}


def avatars_flow(epochs=6, count=32_000):
    """A flow of the same avatars."""
    real = render(sample_factors(count, seed=0), size=32)
    network = patch_unet((32, 32, 3))
    model = FlowMatching(network, times="logit-normal")
    yield from flow_of_pictures(model, real, None, epochs, "patch_unet((32, 32, 3))")


def digits_flow(epochs=16, count=57_600):
    """A flow of MNIST that is told the digit or not, on pixels of real numbers.

    Each of the 256 levels becomes an interval, evenly filled: else the flow's density
    would be infinite at the levels, and its likelihood say nothing. Half of the times
    are late, where it learns how narrow these intervals are.
    """
    data = load("mnist")
    network = patch_unet(SHAPE, width=32, levels=1, classes=10)
    model = FlowMatching(network, times="late", classes=10)
    built = f"patch_unet({SHAPE}, width=32, levels=1, classes=10)"
    real = dequantized(data.train_pictures[:count], SEED)
    yield from flow_of_pictures(model, real, data.train_labels[:count], epochs, built)


def flow_of_pictures(model, real, labels, epochs, built, batch=32):
    """Trains a flow at a rate that falls to 0, and tells what a set tells."""
    clock, steps = CoreSeconds(), epochs * len(real) // batch
    model.compile(falling_adam(2e-3, steps))
    for _ in in_parts(model, real, labels, epochs, clock, batch):
        pass
    yield model.network, built
    yield {"steps": steps, "core minutes": clock.seconds / 60}


def painter(steps=3_000):
    """Lesson 10's painter at `full`: of all photographs but two, and of whole ones.

    Six photographs alone are learned by heart, and never seen whole.
    """
    learned = tuple(name for name in PHOTOGRAPHS if name not in UNSEEN)
    pieces = photograph_crops(SIDE, 100, SEED, learned, zooms=(1, 2))
    model = trained_painter(image_transform_network(24, 4), pieces, steps)
    yield model.painter, "image_transform_network(24, 4)"
    losses = model.style_losses(unseen_photographs())
    yield {
        **{f"style loss, {name}": x for name, x in zip(UNSEEN, losses, strict=True)},
        "pictures a second": pictures_per_second(model),
    }


def sketch_vae(steps=5_000):
    """Lesson 11's conditional VAE, from sketches of 32×32 pixels."""
    train, test = (
        painted_avatars(n, seed, "sketch", 32, still=True)
        for n, seed in ((12_800, 7), (400, 8))
    )
    model = train_conditional_vae(train, steps, SEED)
    yield model.decoder, "plain_unet((32, 32, 7))"
    made = (np.clip(model.sample(test.sources, noise), -1, 1) for noise in (2, 3))
    yield sketch_scores(test, *made)


def face_components():
    """The principal components between which that VAE stands."""
    return principal_components(render(sample_factors(1_500, SEED)), 400)


def kept_faces_vae():
    """The VAE of `faces_vae`, of seed 0, as it is kept."""
    vae, coder = part_vae(face_components(), (32, 32, 3), 64, 480)
    load_trained(coder.encoder, "faces_encoder")
    load_trained(coder.decoder, "faces_decoder")
    return vae


def faces_vae(seed=SEED, steps=30_000):
    """Lesson 07b's VAE of faces as they are drawn: more of everything."""
    faces = render(sample_factors(24_000, seed + 1))
    settings = {
        "beta": 0.5,
        "hidden": 480,
        "components": face_components(),
        "rate": 2e-3,
    }
    return train_part_vae(faces, 64, steps, seed, **settings)


def faces():
    """Encoder and decoder of that VAE, between codes and components: two files."""
    vae = faces_vae()
    halves = {
        "faces_encoder": vae.encoder.layers[-1],
        "faces_decoder": vae.decoder.layers[0],
    }
    yield halves, "a half of part_vae(components, (32, 32, 3), 64, 480)"
    new = render(sample_factors(400, 201))
    error = np.sqrt(np.square(vae.reconstruct(new) - new).mean())
    yield {"error of unseen faces": error}


SETS = {
    "judge": judge,
    "digits": digits,
    "digits_asked": digits_asked,
    "embedding": embedding,
    "embedding_small": lambda: embedding(40, 4, 40, 2, 40),
    "painter": painter,
    "sketch_vae": sketch_vae,
    "faces": faces,
    "avatars_VAE": lambda: avatars("VAE"),
    "avatars_GAN": lambda: avatars("GAN"),
    "avatars_flow": avatars_flow,
    "digits_flow": digits_flow,
}


def make(name, folder):
    """Trains a set, or two that belong together, and writes the weights.

    Returns:
        The card of each, by name.
    """
    keras.utils.set_random_seed(SEED)
    begin = time.perf_counter()
    making = SETS[name]()
    networks, built = next(making)
    minutes = (time.perf_counter() - begin) / 60
    if not isinstance(networks, dict):
        networks = {name: networks}
    written = {
        each: save_trained(network, folder / f"{each}.npz")
        for each, network in networks.items()
    }
    card = {
        "network": built,
        "script": f"benchmarks/kept_weights.py {name}",
        "seed": SEED,
        "machine": machine(),
        "software": f"Keras {keras.__version__} on {keras.backend.backend()}",
        "minutes": round(minutes, 1),
        "scores": {key: round(float(x), 5) for key, x in next(making).items()},
    }
    return {each: {**card, **found} for each, found in written.items()}


def main():
    """Makes the sets that are named, or all."""
    folder = RESULTS / "weights"
    folder.mkdir(exist_ok=True)
    names = sys.argv[1:] or list(SETS)
    source = Path(__file__).read_text("utf-8")
    keep_trainings(RESULTS.parent / ".trainings" / "-".join(names), [source])
    for name in names:
        for each, card in make(name, folder).items():
            print(each, record("weights", (each,), card), flush=True)


if __name__ == "__main__":
    main()

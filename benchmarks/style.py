"""Measure style transfer: L-BFGS against Adam, one pass against a search, the time.

    python benchmarks/style.py                     # all parts at laptop, some minutes
    python benchmarks/style.py race feed-forward   # these parts only
    python benchmarks/style.py pairs --pictures FOLDER --out FOLDER

It writes `results/style/`; lesson 10 shows it. `pairs` paints three pairs at
192×192 with pictures of a folder, and saves them to be looked at.
"""

import argparse
import os
import time
from pathlib import Path

import keras
import numpy as np
from PIL import Image
from record import record
from rich.console import Console

from utils.data.paintings import painting
from utils.data.paintings.palettes import match_colors
from utils.data.patches import photograph_crops
from utils.data.pictures import open_picture, photograph
from utils.models import FeedForwardStyle, StyleTransfer
from utils.models.recipes import train_feed_forward_style
from utils.networks.features import random_filter_pyramid
from utils.networks.image_transform import image_transform_network

LEARNED = ("astronaut", "china", "coffee", "flower", "hubble_deep_field", "rocket")
UNSEEN = ("chelsea", "camera")
SIDE = 192  # of the pieces, the painting and the unseen photographs
# Weights of content and variation where one pass is compared with a search.
ALPHA, GAMMA = 0.5, 0.003
RATES = (0.02, 0.05)  # Adam's learning rates; the better one counts


def race(arguments):
    """Gradients, and seconds, to the loss that Adam has after 300 steps."""
    features = random_filter_pyramid()
    art = painting("swirls", 128)
    pair = match_colors(photograph("chelsea", 128), art), art
    runs = {}
    for rate in RATES:
        film = StyleTransfer(features, *pair).fit(
            300, keras.optimizers.Adam(rate), frames=30
        )
        runs[rate] = film[-1]
    best = min(runs, key=lambda rate: runs[rate].loss)
    film = StyleTransfer(features, *pair).fit_lbfgs(150)
    there = next((f for f in film if f.loss <= runs[best].loss), None)
    found = dict.fromkeys(("step", "gradients", "seconds"))
    if there:
        found = {name: getattr(there, name) for name in found}
    return {
        "size": 128,
        "Adam": {"rate": best, "loss": runs[best].loss, "seconds": runs[best].seconds},
        "L-BFGS": found,
        "L-BFGS after 150 iterations": film[-1].loss,
    }


def trained_painter(network, pieces, steps):
    """A network that learned from pieces of photographs to repaint by the swirls."""
    art = painting("swirls", SIDE)
    weights = {"content_weight": ALPHA, "variation_weight": GAMMA}
    model = FeedForwardStyle(network, random_filter_pyramid(32, 7), art, **weights)
    pieces = np.stack([match_colors(piece, art) for piece in pieces])
    train_feed_forward_style(model, pieces, steps)
    return model


def unseen_photographs():
    """The two that no painter learned from, in the colors of the swirls."""
    art = painting("swirls", SIDE)
    return np.stack([match_colors(photograph(name, SIDE), art) for name in UNSEEN])


def pictures_per_second(model):
    """How many pictures of 256×256 a painter repaints in a second, one by one."""
    frames = np.repeat(photograph("chelsea", 256)[None], 20, axis=0)
    model.repaint(frames[:1])  # the first call compiles
    start = time.perf_counter()
    model.repaint(frames)
    return len(frames) / (time.perf_counter() - start)


def feed_forward(arguments):
    """Pictures a second at 256×256, and the style loss beside that of a search."""
    keras.utils.set_random_seed(0)
    pieces = photograph_crops(SIDE, 20, 0, LEARNED)
    start = time.perf_counter()
    model = trained_painter(image_transform_network(), pieces, 600)
    seconds = time.perf_counter() - start
    unseen = unseen_photographs()
    fast = model.style_losses(unseen)
    slow = []
    for content in unseen:
        search = StyleTransfer(
            model.features,
            content,
            painting("swirls", SIDE),
            content_weight=ALPHA,
            variation_weight=GAMMA,
            start="content",
        )
        search.fit_lbfgs(150)
        slow.append(search.costs().style)
    if arguments.out:
        save(arguments.out / "one_pass.png", *unseen, *model.repaint(unseen))
    return {
        "training seconds": seconds,
        "pictures a second": pictures_per_second(model),
        "style loss, one pass": fast.tolist(),
        "style loss, 150 iterations": slow,
        "style ratio": float(np.mean(fast) / np.mean(slow)),
    }


def pairs(arguments):
    """Seconds for one picture of 192×192 by the recipe of the lesson, three times."""
    if not arguments.pictures:
        return None
    bridge, night, wave = (
        open_picture(arguments.pictures / f"{name}.jpg", 192)
        for name in ("golden_gate", "starry_night_crop", "wave_crop")
    )
    features = random_filter_pyramid()
    rows = {}
    for name, content, art in (
        ("bridge, starry night", bridge, night),
        ("cat, great wave", photograph("chelsea", 192), wave),
        ("bridge, swirls", bridge, painting("swirls", 192)),
    ):
        start = time.perf_counter()
        model = StyleTransfer(
            features,
            match_colors(content, art),
            art,
            content_layer="level_2",
            content_weight=0.05,
        )
        model.fit_lbfgs(110)
        rows[name] = {"seconds": time.perf_counter() - start}
        rows[name] |= model.costs()._asdict()
        if arguments.out:
            path = arguments.out / f"{name.replace(', ', '_').replace(' ', '_')}.png"
            save(path, content, model.picture(), art)
    return rows


def save(path, *pictures):
    """Writes pictures side by side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    row = np.concatenate(pictures, axis=1)
    Image.fromarray(np.uint8(np.round((row + 1) * 127.5))).save(path)


PARTS = {"race": race, "feed-forward": feed_forward, "pairs": pairs}


def main():
    """Measures the parts asked for, and keeps the others as they were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    for part in arguments.parts or PARTS:
        measured = PARTS[part](arguments)
        if measured is None:
            continue
        measured["settings"] = (
            f"{cores} core(s), Keras {keras.__version__} on {keras.backend.backend()}"
        )
        Console().print(part, record("style", (part,), measured))


if __name__ == "__main__":
    main()

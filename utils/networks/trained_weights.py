"""Weights that took long to train, kept in `results/weights/` for everyone to see.

Each set is two files: the weights, float16, and a card that says where they are from:
script, seed, machine, minutes, scores. `benchmarks/kept_weights.py` makes them.
"""

import hashlib
import io
from pathlib import Path

import numpy as np
from keras import ops

from utils.core.files import written_aside
from utils.core.validation import built_model, one_of
from utils.course.folder import find_course
from utils.course.results import load_results

MOST_BYTES = 2**20
_PROBES = 16


def save_trained(network, path):
    """Rounds a network's weights to float16, in place too, and writes them.

    Args:
        network: built `keras.Model`.
        path: of the file, ending in .npz; its folder must be there.

    Returns:
        What a card says of them: the digest of the file, and what the network gives
        for one fixed input.

    Raises:
        ValueError: if a weight does not fit into float16, or the file is over 1 MiB.
    """
    weights = built_model(network, "network").get_weights()
    with np.errstate(over="ignore"):
        weights = [w.astype("float16") for w in weights]
    if not all(np.isfinite(w).all() for w in weights):
        raise ValueError(
            f"A weight of {network.name!r} is beyond 65,504, where float16 ends: train "
            "with a lower learning rate, or scale the data."
        )
    file = io.BytesIO()
    np.savez(file, *weights)
    content = file.getvalue()
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"The weights of {network.name!r} take {len(content)} bytes, but at most "
            f"{MOST_BYTES} are kept: make the network narrower."
        )
    network.set_weights([w.astype("float32") for w in weights])
    with written_aside(Path(path)) as out:
        out.write(content)
    return {"sha256": hashlib.sha256(content).hexdigest(), "probe": _probe(network)}


def load_trained(network, name):
    """Gives a network the weights of a set in `results/weights/`.

    Args:
        network: a network built as the one that was trained; it is changed.
        name: of the set.

    Returns:
        The card: a dictionary with network, script, seed, machine, minutes and scores.

    Raises:
        ValueError: if there is no such set, the file is not the one that the card is
            of, or the network is another one. It then keeps its own weights.
    """
    built_model(network, "network")
    cards = load_results("weights")
    card = cards[one_of(name, sorted(cards), "set of weights")]
    path = find_course().root / "results" / "weights" / f"{name}.npz"
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ValueError(
            f"{path} is not the file that its card was written for: `git checkout` "
            f"both, or make them anew by `python {card['script']}`."
        )
    with np.load(io.BytesIO(content)) as file:
        weights = [file[key].astype("float32") for key in file.files]
    before = network.get_weights()
    fits = [w.shape for w in weights] == [w.shape for w in before]
    if fits:
        network.set_weights(weights)
        fits = np.allclose(_probe(network), card["probe"], rtol=1e-2, atol=1e-3)
    if not fits:
        network.set_weights(before)
        raise ValueError(
            f"The weights {name!r} are of another network than the one given: build it "
            f"as {card['network']}."
        )
    return card


def _probe(network):
    """What the network gives for one fixed input: sixteen of its numbers."""
    given = [_fixed(each.shape[1:], each.dtype) for each in network.inputs]
    y = network(given if len(given) > 1 else given[0], training=False)
    y = ops.convert_to_numpy(y).astype("float64").ravel()
    places = np.linspace(0, y.size - 1, _PROBES).astype(int)
    return [round(value, 6) for value in y[places].tolist()]


def _fixed(shape, dtype):
    """Two examples: labels 0, 1, …, or sines of these numbers; any side is 16 long."""
    shape = [16 if side is None else side for side in shape]
    numbers = np.arange(2 * np.prod(shape, dtype=int)).reshape(2, *shape)
    return numbers.astype(dtype) if "int" in dtype else np.sin(numbers.astype(dtype))

"""What style transfer asks of its arguments, with a sentence for each fault."""

import difflib

import numpy as np
import psutil
from keras import ops

STARTS = ("noise", "content", "style")
_COPIES = 8  # activations, their gradients and what the convolutions unfold


def constant(tensor):
    """Returns a tensor cut off from whatever made it."""
    return ops.convert_to_tensor(ops.convert_to_numpy(tensor))


def output_names(features):
    """Returns the names of a feature network's layers.

    Raises:
        ValueError: if it does not return `{name: activations}`.
    """
    outputs = getattr(features, "output", None)
    if not isinstance(outputs, dict):
        raise ValueError(
            "features must be a network that returns {name: activations}: build it "
            "with random_filter_pyramid(), vgg19_features() or layer_features(model, "
            "names)."
        )
    return list(outputs)


def check_pictures(**pictures):
    """Returns pictures `(1, height, width, 3)` or None by name.

    Raises:
        ValueError: if all are None, or one is no picture in [-1, 1].
    """
    if all(each is None for each in pictures.values()):
        raise ValueError("Neither content nor style is given: give at least one.")
    return {
        name: None if each is None else check_picture(name, each)
        for name, each in pictures.items()
    }


def check_picture(name, picture):
    """Returns a picture `(height, width, 3)` as float32 `(1, height, width, 3)`.

    Raises:
        ValueError: for another shape or type, or pixels outside [-1, 1].
    """
    picture = np.asarray(picture)
    if picture.ndim != 3 or picture.shape[-1] != 3 or picture.dtype.kind not in "fiu":
        raise ValueError(
            f"{name} has shape {picture.shape} and type {picture.dtype}, but must be "
            "numbers (height, width, 3): open_picture makes that of a file, gray and "
            "transparent ones too."
        )
    if not np.isfinite(picture).all() or np.abs(picture).max() > 1.001:
        raise ValueError(
            f"{name} has pixels from {picture.min():.4g} to {picture.max():.4g}, but "
            "they must lie in [-1, 1]; from [0, 255] write picture / 127.5 - 1."
        )
    return picture[None].astype("float32")


def check_weights(content_weight, style_weight, variation_weight):
    """Raises a ValueError unless α and β are positive and γ is not negative."""
    for name, weight in (
        ("content_weight", content_weight),
        ("style_weight", style_weight),
    ):
        if not weight > 0:
            raise ValueError(
                f"{name} was {weight}, but must be positive; leave the picture out "
                f"({name.split('_')[0]}=None) to do without it."
            )
    if not variation_weight >= 0:
        raise ValueError(f"variation_weight was {variation_weight}, but must be ≥ 0.")


def chosen_layers(features, content_layer, layer_weights):
    """Returns the content layer, and the weights of the style layers summing to 1.

    Where nothing is chosen, the middle layer keeps the content, and all layers have a
    say in the style.

    Raises:
        ValueError: for an unknown layer or a weight that is not positive; it lists the
            layers nearest to the unknown one first.
    """
    names = output_names(features)
    if content_layer is None:
        content_layer = names[len(names) // 2]
    layer_weights = layer_weights or dict.fromkeys(names, 1.0)
    for name in (content_layer, *layer_weights):
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=3)
            rest = [other for other in names if other not in near]
            raise ValueError(
                f"The feature network has no layer {name!r}; it has "
                f"{', '.join(near + rest)}."
            )
    for name, weight in layer_weights.items():
        if not weight > 0:
            raise ValueError(
                f"layer_weights gives {name} the weight {weight}, but weights are "
                "positive: leave the layer out to do without it."
            )
    total = sum(layer_weights.values())
    return content_layer, {name: w / total for name, w in layer_weights.items()}


def check_memory(features, shape):
    """Raises a ValueError if the memory cannot hold a picture; it says what fits."""
    shapes = features.compute_output_shape((1, *shape)).values()
    needed = 4 * _COPIES * sum(int(np.prod(each)) for each in shapes)
    free = psutil.virtual_memory().available
    if needed > free:
        side = int((free / needed * shape[0] * shape[1]) ** 0.5)
        raise ValueError(
            f"A picture of {shape[0]}×{shape[1]} pixels needs about "
            f"{needed / 2**30:.0f} GiB with these features, and {free / 2**30:.1f} GiB "
            f"are free: at most about {side}×{side} pixels fit."
        )


def check_steps(steps, frames):
    """Raises a ValueError for less than one step or frame."""
    if steps < 1 or frames < 1:
        raise ValueError(
            f"{steps} steps and {frames} frames were asked for: take at least 1 of "
            "each."
        )


def start_picture(start, pictures, shape, seed):
    """Returns the first picture, `(1, height, width, 3)`.

    Raises:
        ValueError: for an unknown start, or one of another shape.
    """
    if not isinstance(start, str):
        begin = check_picture("start", start)
    elif start == "noise":
        rng = np.random.default_rng(seed)
        begin = rng.uniform(-0.1, 0.1, (1, *shape)).astype("float32")
    elif start in STARTS and pictures[start] is not None:
        begin = pictures[start]
    else:
        raise ValueError(
            f"start was {start!r}, but must be a picture or one of "
            f"{', '.join(map(repr, STARTS))}, of a picture that is given."
        )
    if begin.shape[1:] != tuple(shape):
        raise ValueError(
            f"The start has shape {begin.shape[1:]}, but the picture will have "
            f"{tuple(shape)}: resize it, or start from noise."
        )
    return begin

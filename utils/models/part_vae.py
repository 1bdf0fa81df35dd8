"""A VAE of pictures, trained on their principal components: seconds, not minutes."""

import keras
import numpy as np
from keras import layers

from utils.core.arrays import to_numpy
from utils.core.validation import integer, number, pictures
from utils.models.recipes import falling_adam
from utils.models.vae import VAE

BATCH = 64
_LONGEST = 200  # updates between two looks
#: Pictures from which the components are computed, at most.
_SEEN = 1500


def principal_components(images, parts):
    """Returns the mean and the directions in which pictures vary most.

    Args:
        images: `(n, height, width, channels)` in [-1, 1]; the first 1,500 are used.
        parts: how many directions, at least 1; fewer than pictures.

    Returns:
        The mean `(pixels,)`, orthonormal columns `(pixels, parts)` whose largest entry
        is positive, and the standard deviation along each, `(parts,)`.

    Raises:
        ValueError: for other shapes, or more parts than pictures allow.
    """
    images = pictures(to_numpy(images, "The pictures", "float32"))[:_SEEN]
    integer(parts, "parts", most=min(len(images), images[0].size) - 1)
    # In double precision, so that another machine finds the same.
    flat = images.reshape(len(images), -1).astype("float64")
    mean = flat.mean(axis=0)
    # Between pictures, and not between pixels: there are fewer of them.
    squares, sides = np.linalg.eigh((flat - mean) @ (flat - mean).T)
    squares, sides = squares[::-1][:parts], sides[:, ::-1][:, :parts]
    found = int(np.sum(squares > 1e-9 * max(squares[0], 1e-9)))
    if found < parts:
        raise ValueError(
            f"parts was {parts}, but the first {len(images)} pictures vary in {found} "
            "directions: ask for fewer, or give pictures that differ more."
        )
    columns = (flat - mean).T @ sides / np.sqrt(squares)
    columns *= np.sign(columns[np.abs(columns).argmax(axis=0), np.arange(parts)])
    found = mean, columns, np.sqrt(squares / len(flat))
    return tuple(each.astype("float32") for each in found)


def part_vae(components, shape, latent_dim, hidden=256, beta=1.0):
    """Builds an untrained VAE whose first and last layers are principal components.

    Between them stand two layers of `hidden` SiLU units each way.

    Args:
        components: as `principal_components` returns them.
        shape: `(height, width, channels)` of a picture.
        latent_dim: numbers in a code, at least 1.
        hidden: width of the hidden layers.
        beta: weight of the KL term.

    Returns:
        Two `VAE` that share encoder and decoder: of pictures, for encoding and decoding
        alone, and of the numbers along the components, for training. Each has its own
        σ, and only the second one's learns.
    """
    mean, columns, spread = components
    parts = len(spread)
    encoder = _silu_network(parts, 2 * latent_dim, hidden, 1 / np.sqrt(spread), 1.0)
    decoder = _silu_network(latent_dim, parts, hidden, 1.0, spread)
    inner = VAE(encoder, decoder, beta=beta)
    return VAE(*_of_pictures(encoder, decoder, shape, mean, columns)), inner


def train_part_vae(
    images,
    latent_dim,
    steps,
    seed,
    beta=1.0,
    parts=256,
    hidden=256,
    look=None,
    looks=(),
    components=None,
    rate=4e-3,
):
    """Trains a VAE of pictures whose first and last layers are principal components.

    The components stay as they are, so training sees only the numbers along them, a
    tenth of the pixels: the squared error and σ² are those of the components.

    Args:
        images: `(n, height, width, channels)` in [-1, 1].
        latent_dim: numbers in a code, at least 1.
        steps: updates on 64 pictures each, drawn at random; at least 1.
        seed: int, for networks, noise and pictures.
        beta: weight of the KL term.
        parts: components, as `principal_components`.
        hidden: width of the hidden layers.
        look: function of the VAE.
        looks: after which steps it is called.
        components: of other pictures, in place of these pictures' first `parts`.
        rate: of Adam at the start, above 0; it falls to 0.

    Returns:
        A `VAE` of pictures, for encoding and decoding.

    Raises:
        ValueError: as `principal_components` and `VAE`, and where the training breaks
            down.
    """
    images = pictures(to_numpy(images, "The pictures", "float32"))
    steps = integer(steps, "steps")
    number(rate, "rate", above=0)
    if components is None:
        components = principal_components(images, parts)
    mean, columns, _ = components
    if len(mean) != images[0].size:
        raise ValueError(
            f"The components are of pictures of {len(mean)} numbers, but these have "
            f"{images[0].size}, {images.shape[1:]}: compute them from pictures of one "
            "size."
        )
    flat = images.reshape(len(images), -1)
    numbers = (flat - mean) @ columns
    keras.utils.set_random_seed(seed)
    vae, inner = part_vae(components, images.shape[1:], latent_dim, hidden, beta)
    inner.compile(falling_adam(rate, steps))
    rng, done = np.random.default_rng(seed), 0
    for stop in sorted({*range(_LONGEST, steps, _LONGEST), *looks, steps}):
        drawn = numbers[rng.integers(0, len(numbers), (stop - done) * BATCH)]
        inner.fit(drawn, batch_size=BATCH, shuffle=False, verbose=0)
        done = stop
        if inner.stop_training:  # its loss is no number any more
            raise ValueError(
                f"The training broke down within {done} updates of {steps}, at a rate "
                f"of {rate:g}: give a smaller rate, or fewer steps."
            )
        if done in looks:
            look(vae)
    return vae


def _silu_network(inputs, outputs, hidden, scale_in, scale_out):
    """Two hidden layers between what is scaled on the way in and on the way out."""
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Rescaling(np.broadcast_to(scale_in, inputs).tolist()),
            layers.Dense(hidden, "silu"),
            layers.Dense(hidden, "silu"),
            layers.Dense(outputs),
            layers.Rescaling(np.broadcast_to(scale_out, outputs).tolist()),
        ]
    )


def _of_pictures(encoder, decoder, shape, mean, columns):
    """The same networks with the components before and after them."""
    analysis = layers.Dense(columns.shape[1], trainable=False)
    synthesis = layers.Dense(len(columns), "hard_tanh", trainable=False)  # in [-1, 1]
    encoder = keras.Sequential(
        [keras.Input(shape), layers.Flatten(), analysis, encoder], name="encoder"
    )
    code = keras.Input(decoder.input_shape[1:])
    decoder = keras.Sequential(
        [code, decoder, synthesis, layers.Reshape(shape)], name="decoder"
    )
    analysis.set_weights([columns, -mean @ columns])
    synthesis.set_weights([columns.T, mean])
    return encoder, decoder

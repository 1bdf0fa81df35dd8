"""How far two pictures are apart in content, in style, and in smoothness.

All three look at features `(n, height, width, channels)`: the activations of some
network. Content compares them place by place. Style compares only which channels fire
together, wherever that is.

Source: Gatys, Ecker and Bethge (2015), "A neural algorithm of artistic style".
"""

from keras import ops

from utils.core.arrays import at_least_float32
from utils.core.validation import one_of

NORMALIZATIONS = ("gatys", "relative")


def gram_matrix(features):
    """Returns how strongly each pair of channels fires together: G_ij = Σ_p F_pi·F_pj.

    Args:
        features: `(n, height, width, channels)`, channels last.

    Returns:
        Tensor `(n, channels, channels)`: a sum over positions, not a mean.

    Raises:
        ValueError: if the features have another rank.

    Source: Gatys, Ecker and Bethge (2015), equation 3.
    """
    F = _in_blocks(_as_features(features))
    return ops.sum(ops.einsum("nbpi,nbpj->nbij", F, F), axis=1)


def scaled_gram_matrix(features):
    """Returns G / (2·height·width·channels), of which a style loss takes differences.

    With this scale, Grams of pictures of different sizes compare.

    Args:
        features: `(n, height, width, channels)`.

    Returns:
        Tensor `(n, channels, channels)`.

    Raises:
        ValueError: as `gram_matrix`.

    Source: Gatys, Ecker and Bethge (2015), equation 4, there outside the square.
    """
    features = _as_features(features)
    _, height, width, channels = features.shape
    return gram_matrix(features) / (2.0 * height * width * channels)


def content_loss(features, content_features):
    """Returns ½·Σ(F − P)², the mean over the batch of pictures.

    Args:
        features, content_features: `(n, height, width, channels)`; of the content
            one picture `(1, ...)` may serve for all.

    Returns:
        A scalar tensor.

    Raises:
        ValueError: if the shapes differ otherwise: content is compared place by place.

    Source: Gatys, Ecker and Bethge (2015), equation 1.
    """
    features, content_features = _as_features(features), _as_features(content_features)
    _check_pair(features, content_features, from_axis=1)
    F, P = _positions(features), _positions(content_features)
    return ops.mean(0.5 * _sum_of_squares(F - P))


def relative_content_loss(features, content_features):
    """Returns Σ(F − P)² / ΣP², the mean over the batch: 1 is a gray picture's loss.

    Args:
        features, content_features: as `content_loss`.

    Returns:
        A scalar tensor; 0 for the same features.

    Raises:
        ValueError: as `content_loss`.
    """
    features, content_features = _as_features(features), _as_features(content_features)
    _check_pair(features, content_features, from_axis=1)
    F, P = features, content_features
    squares = ops.mean(ops.square(F - P), axis=(1, 2, 3))
    return ops.mean(squares / (ops.mean(ops.square(P), axis=(1, 2, 3)) + 1e-12))


def style_loss(features, style_features, normalization="gatys"):
    """Returns the squared distance of two Gram matrices, the mean over the batch.

    `"gatys"`: Σ(G − A)² / (2·n_H·n_W·n_C)². `"relative"`: Σ(G − A)² / ΣA², which is 0
    for the same style and 1 for features that never fire, whatever the network.
    Pictures of two sizes compare by their Grams divided by their own sizes.

    Args:
        features: `(n, height, width, channels)` of the generated pictures.
        style_features: `(n or 1, height', width', channels)` of the paintings.
        normalization: "gatys" or "relative".

    Returns:
        A scalar tensor.

    Raises:
        ValueError: for different channels or numbers of pictures, or an unknown
            normalization.

    Source: Gatys, Ecker and Bethge (2015), equation 4.
    """
    features, style_features = _as_features(features), _as_features(style_features)
    _check_pair(features, style_features, from_axis=3)
    one_of(normalization, NORMALIZATIONS, "normalization")
    blocks = max(map(_block_count, (features, style_features)))
    G, A = (_scaled_block_grams(each, blocks) for each in (features, style_features))
    # Block by block, not of the sums: where two styles nearly agree they cancel.
    return _mean_square(ops.sum(G - A, axis=1), ops.sum(A, axis=1), normalization)


def gram_distance(gram, style_gram, normalization="gatys"):
    """Returns the style loss of Gram matrices that are there already.

    Args:
        gram: `(n, channels, channels)` from `scaled_gram_matrix`.
        style_gram: `(n or 1, channels, channels)`, likewise.
        normalization: "gatys" or "relative".

    Returns:
        A scalar tensor.

    Raises:
        ValueError: for an unknown normalization.
    """
    one_of(normalization, NORMALIZATIONS, "normalization")
    G, A = (ops.convert_to_tensor(each) for each in (gram, style_gram))
    return _mean_square(G - A, A, normalization)


def total_variation(pictures):
    """Returns Σ|x[i+1, j] − x[i, j]| + |x[i, j+1] − x[i, j]| per pixel and channel.

    The mean over the batch; 0 for one color, and large for noise.

    Args:
        pictures: `(n, height, width, channels)`, at least 2×2 pixels.

    Returns:
        A scalar tensor, in the unit of the pixels.

    Raises:
        ValueError: for another rank or fewer pixels.

    Source: Rudin, Osher and Fatemi (1992), here the anisotropic form.
    """
    pictures = _as_features(pictures)
    _, height, width, channels = pictures.shape
    if height < 2 or width < 2:
        raise ValueError(
            f"The pictures have {height}×{width} pixels, but a difference of "
            "neighbors needs at least 2×2."
        )
    down = ops.abs(pictures[:, 1:] - pictures[:, :-1])
    across = ops.abs(pictures[:, :, 1:] - pictures[:, :, :-1])
    totals = ops.sum(down, axis=(1, 2, 3)) + ops.sum(across, axis=(1, 2, 3))
    return ops.mean(totals) / (height * width * channels)


@at_least_float32
def _as_features(features):
    if len(features.shape) != 4:
        raise ValueError(
            f"The features have shape {tuple(features.shape)}, but must be "
            "(n, height, width, channels); for one picture write features[None]."
        )
    return features


def _positions(features):
    """All positions in one axis, `(n, positions, channels)`."""
    n, height, width, channels = features.shape
    return ops.reshape(features, (n or -1, height * width, channels))


# Positions are summed in blocks, at least so many, of at most so many positions: the
# rounding of the blocks averages out, where one long float32 sum loses digits.
_BLOCKS, _BLOCK = 64, 1024


def _block_count(features):
    _, height, width, _ = features.shape
    return max(min(_BLOCKS, height * width), -(-height * width // _BLOCK))


def _in_blocks(features, blocks=None):
    """The positions in blocks, `(n, blocks, positions, channels)`, filled up with 0."""
    F = _positions(features)
    n, positions, channels = F.shape
    blocks = blocks or _block_count(features)
    block = -(-positions // blocks)
    F = ops.pad(F, ((0, 0), (0, blocks * block - positions), (0, 0)))
    return ops.reshape(F, (n or -1, blocks, block, channels))


def _scaled_block_grams(features, blocks):
    """Σ F·Fᵀ over the positions of each block, over twice all numbers of a picture."""
    _, height, width, channels = features.shape
    F = _in_blocks(features, blocks)
    return ops.einsum("nbpi,nbpj->nbij", F, F) / (2.0 * height * width * channels)


def _mean_square(difference, style_gram, normalization):
    """Σ(G − A)², or Σ(G − A)²/ΣA²; the mean over the batch."""
    if normalization == "gatys":
        return ops.mean(_sum_of_squares(difference))
    # Divided first: the squares of small entries would underflow.
    norm = ops.max(ops.abs(style_gram), axis=(1, 2), keepdims=True) + 1e-30
    distances = _sum_of_squares(difference / norm)
    return ops.mean(distances / _sum_of_squares(style_gram / norm))


def _sum_of_squares(rows):
    """Σ x² of each of the batch, row by row: one long sum loses digits on JAX."""
    return ops.sum(ops.sum(ops.square(rows), axis=2), axis=1)


def _check_pair(features, others, from_axis):
    shape, other = tuple(features.shape), tuple(others.shape)
    if shape[from_axis:] != other[from_axis:] or other[0] not in (1, shape[0]):
        raise ValueError(
            f"The features have shapes {shape} and {other}, but must agree from axis "
            f"{from_axis} on, and be of as many pictures or of one: take both from the "
            "same network" + (", at the same size." if from_axis == 1 else ".")
        )

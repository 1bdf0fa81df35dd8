"""How far two pictures are apart in content, in style, and in smoothness.

All three look at features `(n, height, width, channels)`: the activations of some
network. Content compares them place by place. Style compares only which channels fire
together, wherever that is.

Source: Gatys, Ecker and Bethge (2015), "A neural algorithm of artistic style".
"""

from keras import ops

NORMALIZATIONS = ("gatys", "relative")
# Positions are summed in blocks, at least so many, of at most so many positions: the
# rounding of the blocks averages out, where one long float32 sum loses digits.
_BLOCKS, _BLOCK = 64, 1024


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
    features = _as_features(features)
    return ops.sum(_block_grams(features), axis=1)


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
    return ops.sum(_scaled_block_grams(features), axis=1)


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
    return 0.5 * ops.mean(_sum_of_squares(_flat(features) - _flat(content_features)))


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
    squares = ops.square(features - content_features)
    norms = ops.mean(ops.square(content_features), axis=(1, 2, 3))
    return ops.mean(ops.mean(squares, axis=(1, 2, 3)) / (norms + 1e-12))


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
    _check_normalization(normalization)
    blocks = max(map(_block_count, (features, style_features)))
    mine, style = (
        _scaled_block_grams(each, blocks) for each in (features, style_features)
    )
    # Block by block, not of the sums: where two styles nearly agree they cancel.
    difference = ops.sum(mine - style, axis=1)
    return _mean_square(difference, ops.sum(style, axis=1), normalization)


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
    _check_normalization(normalization)
    return _mean_square(gram - style_gram, style_gram, normalization)


def total_variation(pictures):
    """Returns Σ|x[i+1, j] − x[i, j]| + |x[i, j+1] − x[i, j]| a pixel and channel.

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


def _as_features(features):
    features = ops.convert_to_tensor(features)
    if len(features.shape) != 4:
        raise ValueError(
            f"The features have shape {tuple(features.shape)}, but must be "
            "(n, height, width, channels); for one picture write features[None]."
        )
    return features


def _flat(features):
    """All positions in one axis, `(n, positions, channels)`."""
    n, height, width, channels = features.shape
    return ops.reshape(features, (n or -1, height * width, channels))


def _block_count(features):
    _, height, width, _ = features.shape
    return max(min(_BLOCKS, height * width), -(-height * width // _BLOCK))


def _block_grams(features, blocks=None):
    """Σ F·Fᵀ over the positions of each block, `(n, blocks, channels, channels)`."""
    rows = _flat(features)
    n, positions, channels = rows.shape
    blocks = blocks or _block_count(features)
    block = -(-positions // blocks)
    if missing := blocks * block - positions:
        rows = ops.pad(rows, ((0, 0), (0, missing), (0, 0)))
    rows = ops.reshape(rows, (n or -1, blocks, block, channels))
    return ops.einsum("nbpi,nbpj->nbij", rows, rows)


def _scaled_block_grams(features, blocks=None):
    _, height, width, channels = features.shape
    return _block_grams(features, blocks) / (2.0 * height * width * channels)


def _check_normalization(normalization):
    if normalization not in NORMALIZATIONS:
        raise ValueError(
            f"normalization was {normalization!r}, but must be one of "
            f"{', '.join(map(repr, NORMALIZATIONS))}."
        )


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

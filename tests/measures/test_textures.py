"""Gram matrices and the three losses, against loops and against other libraries."""

import numpy as np
import pytest
from keras import ops
from scipy.ndimage import correlate1d
from scipy.spatial.distance import sqeuclidean

from utils.measures import textures

RNG = np.random.default_rng(0)
FEATURES = RNG.gamma(2.0, 1.0, (2, 7, 5, 6)).astype("float32")
OTHERS = RNG.gamma(1.0, 2.0, (2, 7, 5, 6)).astype("float32")


def number(tensor):
    return float(ops.convert_to_numpy(tensor))


def gram_in_a_loop(features):
    height, width, channels = features.shape
    gram = np.zeros((channels, channels))
    for y in range(height):
        for x in range(width):
            for i in range(channels):
                for j in range(channels):
                    gram[i, j] += float(features[y, x, i]) * float(features[y, x, j])
    return gram


def gram_by_covariance(features):
    """NumPy's covariance, with the means put back."""
    rows = features.reshape(-1, features.shape[-1]).astype("float64")
    mean = rows.mean(axis=0)
    return len(rows) * (np.cov(rows.T, bias=True) + np.outer(mean, mean))


def gatys(features, others):
    """Equation 4 of the paper, each Gram over its own numbers, as sizes may differ."""
    difference = gram_by_covariance(features) / (2 * features.size)
    difference -= gram_by_covariance(others) / (2 * others.size)
    return (difference**2).sum()


def relative(features, others):
    gram = gram_by_covariance(features) / features.size
    wanted = gram_by_covariance(others) / others.size
    return ((gram - wanted) ** 2).sum() / (wanted**2).sum()


def test_the_gram_matrix_is_the_loop_and_the_second_moment():
    grams = ops.convert_to_numpy(textures.gram_matrix(FEATURES))
    for gram, features in zip(grams, FEATURES, strict=True):
        assert gram == pytest.approx(gram_in_a_loop(features), rel=1e-6)
        assert gram == pytest.approx(gram_by_covariance(features), rel=1e-6)


def test_a_gram_of_more_positions_than_a_block_is_whole():
    features = RNG.gamma(2.0, 1.0, (1, 61, 47, 3)).astype("float32")
    gram = ops.convert_to_numpy(textures.gram_matrix(features))[0]
    assert gram == pytest.approx(gram_by_covariance(features[0]), rel=1e-6)


def test_the_gram_forgets_where():
    rows = FEATURES.reshape(2, 35, 6)
    shuffled = rows[:, RNG.permutation(35)].reshape(FEATURES.shape)
    before, after = map(textures.gram_matrix, (FEATURES, shuffled))
    assert ops.convert_to_numpy(before) == pytest.approx(
        ops.convert_to_numpy(after), rel=1e-6
    )


def test_a_scaled_gram_is_the_gram_over_twice_its_numbers():
    gram, scaled = textures.gram_matrix(FEATURES), textures.scaled_gram_matrix(FEATURES)
    assert ops.convert_to_numpy(scaled) == pytest.approx(
        ops.convert_to_numpy(gram) / (2 * 7 * 5 * 6), rel=1e-6
    )


@pytest.mark.parametrize(
    ("normalization", "exact"), [("gatys", gatys), ("relative", relative)]
)
def test_the_style_loss_is_the_mean_of_the_pairs(normalization, exact):
    value = number(textures.style_loss(FEATURES, OTHERS, normalization))
    expected = np.mean([exact(a, b) for a, b in zip(FEATURES, OTHERS, strict=True)])
    assert value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((12, 9, 5), (12, 9, 5)),
        ((31, 17, 16), (20, 44, 16)),
        ((40, 40, 30), (7, 9, 30)),
    ],
)
@pytest.mark.parametrize(
    ("normalization", "exact"), [("gatys", gatys), ("relative", relative)]
)
def test_styles_that_nearly_agree_lose_no_digits(shape, other, normalization, exact):
    # Draws of one law: their Grams cancel but for a few hundredths.
    for _ in range(10):
        a, b = (RNG.gamma(2.0, 1.0, s).astype("float32") for s in (shape, other))
        value = number(textures.style_loss(a[None], b[None], normalization))
        assert value == pytest.approx(exact(a, b), rel=1e-6)


def test_the_gram_of_half_precision_does_not_overflow():
    features = ops.full((1, 64, 64, 2), 16.0, dtype="float16")
    gram = ops.convert_to_numpy(textures.gram_matrix(features))
    assert gram.tolist() == [[[2**20] * 2] * 2]  # float16 ends at 65,504


def test_only_the_sum_in_blocks_keeps_six_digits_where_styles_nearly_agree():
    errors = {"blocks": 0.0, "one sum": 0.0}
    for _ in range(10):
        a, b = (RNG.gamma(2.0, 1.0, (40, 40, 16)).astype("float32") for _ in "ab")
        exact = gatys(a, b)
        F, S = (x.reshape(-1, 16) for x in (a, b))
        difference = np.zeros((16, 16), "float32")
        for f in F:  # one long float32 sum after the other
            difference += np.outer(f, f)
        for s in S:
            difference -= np.outer(s, s)
        one_sum = np.square(difference / np.float32(2 * a.size)).sum()
        blocks = number(textures.style_loss(a[None], b[None]))
        errors["one sum"] = max(errors["one sum"], abs(one_sum / exact - 1))
        errors["blocks"] = max(errors["blocks"], abs(blocks / exact - 1))
    assert errors["blocks"] < 1e-6 < errors["one sum"]


def test_one_painting_serves_a_batch_of_pictures():
    value = number(textures.style_loss(FEATURES, OTHERS[:1]))
    expected = np.mean([gatys(each, OTHERS[0]) for each in FEATURES])
    assert value == pytest.approx(expected, rel=1e-6)


def test_a_picture_repeated_has_the_same_style_whatever_the_normalization():
    twice = np.concatenate([FEATURES, FEATURES], axis=1)
    for normalization in textures.NORMALIZATIONS:
        assert number(textures.style_loss(twice, FEATURES, normalization)) < 1e-12


def test_features_that_never_fire_have_relative_style_loss_one():
    loss = textures.style_loss(np.zeros_like(OTHERS), OTHERS, "relative")
    assert number(loss) == pytest.approx(1.0, rel=1e-6)


def test_the_content_loss_is_half_the_squared_distance():
    in_a_loop = np.mean(
        [
            sum(
                0.5 * (float(a) - float(b)) ** 2
                for a, b in zip(one.flat, other.flat, strict=True)
            )
            for one, other in zip(FEATURES, OTHERS, strict=True)
        ]
    )
    by_scipy = np.mean(
        [
            0.5 * sqeuclidean(one.ravel().astype("float64"), other.ravel())
            for one, other in zip(FEATURES, OTHERS, strict=True)
        ]
    )
    value = number(textures.content_loss(FEATURES, OTHERS))
    assert value == pytest.approx(in_a_loop, rel=1e-6)
    assert value == pytest.approx(by_scipy, rel=1e-6)


def test_the_relative_content_loss_divides_by_the_content():
    expected = np.mean(
        [
            sqeuclidean(one.ravel(), other.ravel())
            / (other.astype("float64") ** 2).sum()
            for one, other in zip(FEATURES, OTHERS, strict=True)
        ]
    )
    value = number(textures.relative_content_loss(FEATURES, OTHERS))
    assert value == pytest.approx(expected, rel=1e-6)


def test_total_variation_against_a_loop_and_against_scipy():
    picture = FEATURES[0].astype("float64")
    height, width, channels = picture.shape
    loop = 0.0
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                if y + 1 < height:
                    loop += abs(picture[y + 1, x, c] - picture[y, x, c])
                if x + 1 < width:
                    loop += abs(picture[y, x + 1, c] - picture[y, x, c])
    # Mirrored by SciPy, the last difference along each axis is 0.
    scipy = sum(
        np.abs(correlate1d(picture, [0, -1, 1], axis=axis, mode="nearest")).sum()
        for axis in (0, 1)
    )
    value = number(textures.total_variation(FEATURES[:1]))
    assert value == pytest.approx(loop / picture.size, rel=1e-6)
    assert value == pytest.approx(scipy / picture.size, rel=1e-6)


def test_the_variation_of_a_batch_is_the_mean_of_its_pictures():
    each = [number(textures.total_variation(picture[None])) for picture in FEATURES]
    value = number(textures.total_variation(FEATURES))
    assert value == pytest.approx(np.mean(each), rel=1e-6)


def test_one_color_has_no_variation():
    assert number(textures.total_variation(np.full((1, 4, 4, 3), 0.3))) == 0


def test_sums_over_512_by_512_places_stay_finite_and_exact_in_float32():
    line = np.linspace(0.5, 1.5, 32, dtype="float32")
    heights = RNG.uniform(0.5, 1.5, (512, 512, 1)).astype("float32")
    features = (1e4 * heights * line)[None]  # VGG19's activations reach as high
    total = (1e8 * heights.astype("float64") ** 2).sum() / (2 * 512**2 * 32)
    gram = ops.convert_to_numpy(textures.scaled_gram_matrix(features))[0]
    exact = total * np.outer(line, line).astype("float64")
    # Sums of 262,144 products: JAX that compiles in a hurry is 1.1e-6 off.
    assert gram == pytest.approx(exact, rel=2e-6)
    loss = number(textures.gram_distance(2 * gram[None], gram[None]))
    assert loss == pytest.approx((exact**2).sum(), rel=2e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: textures.gram_matrix(FEATURES[0]), r"features\[None\]"),
        (lambda: textures.content_loss(FEATURES, OTHERS[:, :3]), "same size"),
        (lambda: textures.content_loss(FEATURES[:1], OTHERS), "as many pictures"),
        (lambda: textures.style_loss(FEATURES, OTHERS[..., :3]), "same network"),
        (lambda: textures.style_loss(FEATURES, OTHERS, "l2"), "'gatys', 'relative'"),
        (lambda: textures.total_variation(FEATURES[:, :1]), "2×2"),
    ],
)
def test_wrong_features_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

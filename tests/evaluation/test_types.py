"""What is measured does not depend on the type that numbers come in."""

import numpy as np
import pytest
from keras import ops

from utils.data.mixtures import ring
from utils.evaluation.coverage import mode_coverage
from utils.evaluation.frechet import frechet_feature_distance
from utils.evaluation.mmd import squared_mmd
from utils.evaluation.one_shot import n_way_accuracy
from utils.evaluation.precision_recall import precision_recall
from utils.evaluation.sliced_wasserstein import sliced_wasserstein_distance
from utils.networks.gabor import gabor_magnitudes

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.integers(-3, 4, (2, 40, 3))
PICTURES = RNG.integers(-1, 2, (2, 16, 16, 1))
MEASURES = {
    "frechet": lambda cast: frechet_feature_distance(cast(REAL), cast(FAKE)),
    "mmd": lambda cast: squared_mmd(cast(REAL), cast(FAKE)),
    "precision": lambda cast: precision_recall(cast(REAL), cast(FAKE)),
    "one shot": lambda cast: n_way_accuracy(cast(REAL)[:, 0], cast(FAKE)),
    "coverage": lambda cast: mode_coverage(cast(REAL[:, :2]), ring()).high_quality,
    "texture": lambda cast: sliced_wasserstein_distance(*map(cast, PICTURES), 3, 2),
    "gabor": lambda cast: gabor_magnitudes(cast(PICTURES), cells=4).mean(),
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "tensor"])
def test_small_whole_numbers_measure_the_same_in_every_type(name, dtype):
    expected = MEASURES[name](lambda x: x.astype("float64"))
    if dtype == "tensor":
        made = MEASURES[name](lambda x: ops.convert_to_tensor(x, "float16"))
    else:
        made = MEASURES[name](lambda x: x.astype(dtype))
    assert made == expected


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(
    "cast", [lambda x: x.astype(complex), lambda x: x.astype(str), lambda x: x / 0 * 0]
)
def test_what_are_no_finite_real_numbers_is_refused(name, cast):
    with (
        np.errstate(all="ignore"),
        pytest.raises(ValueError, match=r"cannot be computed with|NaN"),
    ):
        MEASURES[name](cast)

"""Patch discriminators: each logit sees what it is said to see, and nothing else."""

import numpy as np
import pytest
from keras import ops

from utils.networks.patch import patch_discriminator
from utils.networks.receptive_fields import receptive_field


@pytest.mark.parametrize("patch", [1, 8])
def test_a_logit_sees_a_patch_of_the_size_that_is_said(patch):
    network = patch_discriminator((16, 16, 3), patch, 4)
    field = receptive_field(network, network.layers[-1].name)
    assert field.size == (patch, patch)
    rng = np.random.default_rng(0)
    picture = rng.normal(size=(1, 16, 16, 3)).astype("float32")
    changed = picture.copy()
    changed[:, 7, 7] += 1
    before, after = (ops.convert_to_numpy(network(x)) for x in (picture, changed))
    seen = np.argwhere(np.abs(after - before)[0, ..., 0] > 1e-6)
    jump = field.jump[0]
    reach = np.ptp(seen * jump, axis=0) + jump
    assert (reach <= patch).all()
    assert len(seen)


def test_the_whole_picture_gets_one_logit():
    assert patch_discriminator((16, 16, 4), None, 4).output_shape == (None, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: patch_discriminator((16, 16, 3), 70), "no patch 70"),
        (lambda: patch_discriminator((16, 16, 3), 8, 0), "width was 0"),
        (lambda: patch_discriminator((16, 12, 3), 1), "must be equal"),
    ],
)
def test_what_cannot_be_built_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

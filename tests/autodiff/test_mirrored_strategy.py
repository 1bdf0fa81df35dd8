"""Two devices make the update of one. TensorFlow alone needs help with that."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[2]

# Logical devices must be there before TensorFlow starts: hence another process.
PROGRAM = """
import contextlib, json, threading

import keras
import numpy as np
import tensorflow as tf

from utils.models import GAN
from utils.networks.mlp import mlp

cpu = tf.config.list_physical_devices("CPU")[0]
devices = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, devices)


class LatentFromData(GAN):
    '''Reads its noise beside the examples: the same noise on one device and on two.'''

    here = threading.local()  # each replica runs in a thread of its own

    def train_step(self, data):
        real, self.here.latent, _ = keras.utils.unpack_x_y_sample_weight(data)
        return super().train_step((real,))

    def draw_latent(self, n):
        return self.here.latent


rng = np.random.default_rng(0)
real, latent = rng.normal(size=(2, 64, 2)).astype("float32")


def train(strategy, **options):
    keras.utils.set_random_seed(0)
    with strategy.scope() if strategy else contextlib.nullcontext():
        gan = LatentFromData(mlp(2, 2, (4,)), mlp(2, 1, (4,)), discriminator_steps=2)
        optimizers = (keras.optimizers.SGD(0.1, **options) for _ in range(2))
        gan.compile(*optimizers)
    settings = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0}
    history = gan.fit(real, latent, **settings).history
    iterations = [int(o.iterations.numpy()) for o in gan.optimizer.players.values()]
    return gan.get_weights(), history, iterations


def difference(one, two):
    return max(float(abs(np.subtract(a, b)).max()) for a, b in zip(one, two))


differences, one = {}, train(None)
for name, options in {"plain": {}, "scaled": {"loss_scale_factor": 8.0}}.items():
    two = train(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), **options)
    differences[name] = {
        "weights": difference(one[0], two[0]),
        "logs": difference(one[1].values(), two[1].values()),
        "iterations": [one[2], two[2]],
    }
print(json.dumps(differences))
"""


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="on JAX and PyTorch a step sees the global batch",
)
def test_two_devices_make_the_update_of_one_on_the_same_global_batch():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    differences = json.loads(run.stdout.splitlines()[-1])
    assert set(differences) == {"plain", "scaled"}
    for difference in differences.values():
        assert difference["weights"] < 1e-6
        assert difference["logs"] < 1e-6
        assert difference["iterations"] == [[8, 16], [8, 16]]

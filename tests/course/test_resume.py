"""A run that is killed at any moment and run again ends as if it had not been."""

import os
import random
import subprocess
import sys
import time

import psutil
import pytest

LESSON = """\
# %% [markdown]
# # Trainings

# %%
import keras
import numpy as np
from pathlib import Path

from utils.models import GAN
from utils.networks.mlp import mlp

DATA = np.random.default_rng(0).uniform(-1, 1, (64, 2)).astype("float32")
keras.utils.set_random_seed(0)

# %%
layers = [keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5)]
model = keras.Sequential([*layers, keras.layers.Dense(1)])
model.compile("adam", "mse")
first = model.fit(DATA, DATA[:, :1], epochs=20, verbose=0).history["loss"]

# %%
gan = GAN(mlp(3, 2, (8,)), mlp(2, 1, (8,)))
gan.compile(*(keras.optimizers.Adam(0.01) for _ in range(2)))
second = gan.fit(DATA, epochs=20, verbose=0).history

# %%
third = model.fit(DATA, DATA[:, 1:], epochs=20, verbose=0).history["loss"]

# %%
gan.train_on_batch(DATA)
table = [first, second, third, gan.sample(5).tolist(), np.random.rand()]
Path("table.txt").write_text(repr(table))
"""


@pytest.fixture
def run(course, front):
    """Starts `course run` on a lesson of three trainings."""
    (course.lessons / "03_sums.py").write_text(front + LESSON, encoding="utf-8")
    command = [sys.executable, "-m", "utils.course.cli", "--root", str(course.root)]
    command += ["run", "--scale", "quick", "--keep"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}

    def start(folder):
        return subprocess.Popen(
            [*command, str(folder)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def table_of(process, course):
    told, _ = process.communicate()
    assert process.returncode == 0, told
    return (course.lessons / "table.txt").read_text("utf-8"), told


def test_a_run_killed_at_any_moment_ends_with_the_same_table(run, course, tmp_path):
    unbroken, told = table_of(run(tmp_path / "unbroken"), course)
    assert "kept" not in told
    folder, trainings = tmp_path / "broken", random.randint(1, 3)
    killed = run(folder)
    while len([*folder.rglob("*.pickle")]) < trainings:
        assert killed.poll() is None, killed.communicate()[0]
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.5))
    for process in [*psutil.Process(killed.pid).children(recursive=True), killed]:
        process.kill()
    killed.communicate()
    resumed, told = table_of(run(folder), course)
    assert resumed == unbroken
    assert 3 >= told.count("of it kept") >= trainings

"""Products in full float32 unless asked otherwise, and checks always."""

import importlib
import os
import re
import subprocess
import sys

import keras
import pytest

import utils.autodiff
from utils.autodiff import full_precision

FULL = {
    "tensorflow": "not tf.config.experimental.tensor_float_32_execution_enabled()",
    "jax": "jax.config.jax_default_matmul_precision == 'highest'",
    "torch": "not (torch.backends.cudnn.allow_tf32"
    " or torch.backends.cuda.matmul.allow_tf32)",
}
DETERMINISTIC = {
    "tensorflow": "tf.config.experimental.get_synchronous_execution() is not None and"
    " __import__('tensorflow.python.framework.config', fromlist=['x'])"
    ".is_op_determinism_enabled()",
    "jax": "'--xla_gpu_deterministic_ops=true' in os.environ['XLA_FLAGS']",
    "torch": "torch.are_deterministic_algorithms_enabled()",
}


def holds(question: str) -> bool:
    name = keras.backend.backend()
    module = importlib.import_module(name)
    names = {"tf" if name == "tensorflow" else name: module, "os": os}
    return eval(question, names)


def test_products_are_in_full_float32_by_default():
    assert holds(FULL[keras.backend.backend()])


def test_what_is_asked_of_the_backend_in_a_process_of_its_own():
    backend = keras.backend.backend()
    short = {"tensorflow": "tensorflow as tf"}.get(backend, backend)
    full, deterministic = FULL[backend], DETERMINISTIC[backend]
    program = (
        f"import os, utils.autodiff, {short}\n"
        f"print({deterministic}, {full})\n"
        f"with utils.autodiff.full_precision():\n    print({full})\n"
        f"print({full})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"COURSE_PRECISION": "fast", "COURSE_DETERMINISTIC": "1"},
        check=True,
    )
    # Deterministic; not in full float32, but for a check; and not after it.
    assert run.stdout.split() == ["True", "False", "True", "False"]
    assert "COURSE_PRECISION=fast: on a GPU" in run.stderr


def test_full_precision_ends_with_its_block():
    with full_precision():
        assert holds(FULL[keras.backend.backend()])
    assert holds(FULL[keras.backend.backend()])


@pytest.mark.parametrize(
    ("variable", "value", "fix"),
    [
        ("COURSE_PRECISION", "fats", "Did you mean 'fast'?"),
        ("COURSE_DETERMINISTIC", "yes", "Choose one of '0', '1'"),
    ],
)
def test_another_word_is_refused_with_the_choices(monkeypatch, variable, value, fix):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=f"no {variable} '{value}'.*{re.escape(fix)}"):
        importlib.reload(utils.autodiff)

"""Gradients on JAX, where a training step must be a function without side effects.

Keras hands the step all state as arrays and wants the new arrays back. One
`keras.StatelessScope` over that state lets us write the step imperatively: inside it,
reading and assigning a variable goes to the scope. A gradient opens an inner scope of
its own; what the loss assigned on the way (moving statistics, seeds, metrics) leaves
it as an auxiliary output and is assigned again outside.
"""

import functools
import os

import jax
import keras


def accelerator():
    """The first device, unless it is the CPU."""
    device = jax.devices()[0]
    return None if device.platform == "cpu" else device.device_kind


def compute_in_full_float32():
    """A GPU rounds the factors of a matrix product to ten bits unless it is told."""
    jax.config.update("jax_default_matmul_precision", "highest")


def full_precision():
    """The same for a while, in what is compiled meanwhile."""
    return jax.default_matmul_precision("highest")


def use_deterministic_kernels():
    """XLA reads the flag when it starts: nothing may have been computed before."""
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()


def random_state():
    """None: each draw has a seed."""


class _InnerScope(keras.StatelessScope):
    """A stateless scope that starts from the one around it and notes assignments."""

    def __init__(self, overrides):
        super().__init__(overrides, initialize_variables=False)
        self.assigned = {}

    def __enter__(self):
        super().__enter__()
        if self.original_scope is not None:
            self.state_mapping = self.original_scope.state_mapping | self.state_mapping
        return self

    def add_update(self, update):
        variable, _ = update
        self.assigned[id(variable)] = variable
        super().add_update(update)


def _without_side_effects(function, variables=()):
    """Makes `function` a pure one of the variables' values and its own arguments.

    Returns:
        `pure(values, *arguments) -> (result, new values)` and the list `assigned`,
        which names the variables of those new values once `pure` has run.
    """
    assigned = []

    def pure(values, *arguments):
        with _InnerScope(zip(variables, values, strict=True)) as scope:
            result = function(*arguments)
        assigned[:] = scope.assigned.values()
        return result, [scope.get_current_value(variable) for variable in assigned]

    return pure, assigned


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def value_and_gradients(loss_fn, variables):
    """`jax.value_and_grad` of the loss as a pure function of the variables' values."""
    pure, assigned = _without_side_effects(loss_fn, variables)
    values = [variable.value for variable in variables]
    (loss, updates), gradients = jax.value_and_grad(pure, has_aux=True)(values)
    _assign(assigned, updates)
    return loss, gradients


def compiled_value_and_gradients(loss_fn, variables):
    """`jax.jit` of the same pure function; the values go in as arguments."""
    pure, assigned = _without_side_effects(loss_fn, variables)
    compiled = jax.jit(jax.value_and_grad(pure, has_aux=True))

    def at_present_values():
        (loss, updates), gradients = compiled([each.value for each in variables])
        _assign(assigned, updates)
        return loss, gradients

    return at_present_values


def replicas():
    """A JAX step sees the global batch, whatever the number of devices."""
    return 1


def apply(optimizer, gradients, variables):
    """One optimizer step."""
    optimizer.apply(gradients, variables)


def input_gradient(score_fn, x):
    """`jax.grad` with respect to the input instead of the variables."""
    pure, assigned = _without_side_effects(lambda inputs: score_fn(inputs).sum())
    gradient, updates = jax.grad(pure, argnums=1, has_aux=True)([], x)
    _assign(assigned, updates)
    return gradient


def portable_train_step(train_step):
    """Turns `(self, data) -> logs` into `(self, state, data) -> (logs, new state)`."""

    @functools.wraps(train_step)
    def portable(self, *arguments):
        if len(arguments) == 1:
            return train_step(self, *arguments)
        state, data = arguments
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        mapping = [
            pair
            for variables, values in zip(groups, state, strict=True)
            for pair in zip(variables, values, strict=True)
        ]
        with keras.StatelessScope(mapping, initialize_variables=False) as scope:
            logs = train_step(self, data)
        return logs, tuple(
            [scope.get_current_value(variable) for variable in variables]
            for variables in groups
        )

    return portable

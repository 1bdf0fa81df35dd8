"""A causal network one place at a time: what was computed before is kept, not redone.

Sampling runs the network once for each place. What it computed for the earlier ones
stays as it was, so a recurrent layer keeps its state, and a causal convolution the few
inputs that it will see again: a sample then costs one place's work, not all places'.
"""

import keras
import numpy as np
from keras import layers, ops

from utils.networks.causal import Gate, OneHot, ShiftRight


class OneStep:
    """Runs a causal network of one axis of places, in NumPy, for n sequences at once.

    Args:
        network: of `recurrent_network`, `wavenet`, or other layers of these kinds.
        n: how many sequences.

    Raises:
        ValueError: for a layer that cannot be run so.

    Source: Paine et al. (2016), Fast WaveNet generation algorithm, for convolutions.
    """

    def __init__(self, network: keras.Model, n: int):
        self.output = id(network.output)
        self.input = id(network.input)
        self.places = 0
        self.steps = [
            (_step_of(layer, n), _inputs(layer), id(layer.output))
            for layer in network.layers
            if not isinstance(layer, layers.InputLayer)
        ]

    def __call__(self, last=None) -> np.ndarray:
        """Returns the network's row for the next place, `(n, outputs)`.

        Args:
            last: what stands in the place before, `(n,)`; at the first place there is
                none, and it is not looked at.
        """
        last = np.zeros(1) if self.places == 0 else np.asarray(last)
        values = {self.input: last}
        for step, inputs, output in self.steps:
            values[output] = step(self.places, *(values[i] for i in inputs))
        self.places += 1
        return values[self.output]


def can_step(network: keras.Model) -> bool:
    """Returns whether `OneStep` runs this network."""
    return len(network.input_shape) == 2 and all(
        isinstance(layer, (layers.InputLayer, *_KINDS)) for layer in network.layers
    )


def _inputs(layer) -> list[int]:
    given = layer.input
    return [id(each) for each in (given if isinstance(given, list) else [given])]


def _step_of(layer, n):
    for kind, make in _KINDS.items():
        if isinstance(layer, kind):
            return make(layer, n)
    raise ValueError(
        f"The layer {layer.name!r} ({type(layer).__name__}) cannot be run one place at "
        f"a time: only {', '.join(kind.__name__ for kind in _KINDS)} can."
    )


def _weights(layer) -> list[np.ndarray]:
    return [ops.convert_to_numpy(weight) for weight in layer.weights]


def _one_hot(layer, n):
    rows = np.eye(layer.levels, dtype="float32")
    return lambda t, x: rows[x.astype(int)]


def _shift_right(layer, n):
    # The place before is all that is ever handed in; before the first there is none.
    return lambda t, x: x if t else np.zeros((n, x.shape[-1]), "float32")


def _dense(layer, n):
    kernel, bias = _weights(layer)
    return lambda t, x: _activated(layer, x @ kernel + bias)


def _convolution(layer, n):
    kernel, bias = _weights(layer)
    taps, channels, _ = kernel.shape
    reach = (taps - 1) * layer.dilation_rate[0]
    if (taps > 1 and layer.padding != "causal") or layer.strides[0] > 1:
        raise ValueError(f"The convolution {layer.name!r} is not causal.")
    kept = np.zeros((reach + 1, n, channels), "float32")  # goes round and round

    def step(t, x):
        kept[t % (reach + 1)] = x
        seen = [t - reach + tap * layer.dilation_rate[0] for tap in range(taps)]
        parts = (
            kept[s % (reach + 1)] @ weight
            for s, weight in zip(seen, kernel, strict=True)
            if s >= 0
        )
        return _activated(layer, sum(parts, bias))

    return step


def _lstm(layer, n):
    kernel, recurrent, bias = _weights(layer)
    state = {"h": np.zeros((n, layer.units)), "c": np.zeros((n, layer.units))}

    def step(t, x):
        gates = np.split(x @ kernel + state["h"] @ recurrent + bias, 4, axis=1)
        enter, keep, leave = (_sigmoid(gates[i]) for i in (0, 1, 3))
        state["c"] = keep * state["c"] + enter * np.tanh(gates[2])
        state["h"] = leave * np.tanh(state["c"])
        return state["h"]

    return step


def _gate(layer, n):
    def step(t, x):
        signal, gate = np.split(x, 2, axis=-1)
        return np.tanh(signal) * _sigmoid(gate)

    return step


def _sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)  # overflows nowhere


def _activated(layer, x):
    name = layer.activation.__name__
    if name not in _ACTIVATIONS:
        raise ValueError(f"The layer {layer.name!r} has the activation {name!r}.")
    return _ACTIVATIONS[name](x)


_ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
}
_KINDS = {
    OneHot: _one_hot,
    ShiftRight: _shift_right,
    layers.Dense: _dense,
    layers.Conv1D: _convolution,
    layers.LSTM: _lstm,
    Gate: _gate,
    layers.Dropout: lambda layer, n: lambda t, x: x,
    layers.Add: lambda layer, n: lambda t, *given: sum(given),
    layers.Concatenate: lambda layer, n: lambda t, *given: np.concatenate(given, -1),
    layers.Activation: lambda layer, n: lambda t, x: _activated(layer, x),
    layers.Reshape: lambda layer, n: lambda t, x: x.reshape(-1, 1),
}

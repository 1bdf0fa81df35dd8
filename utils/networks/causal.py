"""Networks that see only what came before: letters, pixels and samples.

Each takes symbols, int `(n, *places)`, or numbers where `levels` is None, and returns
one row per place, `(n, *places, outputs)`, computed from earlier places alone: the
first row sees nothing. Places count from left to right, and row by row.
"""

import keras
import numpy as np
from keras import layers, ops

from utils.core.validation import channels_last, finite, integer, number, one_of


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class OneHot(layers.Layer):
    """Turns symbols `(n, *places)` into `(n, *places, levels)`, a 1 among zeros."""

    def __init__(self, levels, **kwargs):
        super().__init__(**kwargs)
        self.levels = levels

    def call(self, x):
        return ops.one_hot(ops.cast(x, "int32"), self.levels, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.levels)

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class ShiftRight(layers.Layer):
    """Moves all places by one to the right: 0 comes first, and the last one goes."""

    def call(self, x):
        return ops.concatenate([ops.zeros_like(x[:, :1]), x[:, :-1]], axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class Gate(layers.Layer):
    """tanh of the first half of the channels, times σ of the second."""

    def call(self, x):
        signal, gate = ops.split(x, 2, axis=-1)
        return ops.tanh(signal) * ops.sigmoid(gate)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)


def mask(size: int, kind: str) -> np.ndarray:
    """Returns which places of a kernel lie before its middle, float32 `(size, size)`.

    Kind "A" hides the middle itself, for the first layer, which reads the picture;
    kind "B" shows it, for the layers above, whose middle has not seen the pixel.

    Raises:
        ValueError: for an even size, or another kind.

    Source: van den Oord, Kalchbrenner, Kavukcuoglu (2016), Pixel recurrent neural
    networks, section 3.4.
    """
    if integer(size, "size") % 2 == 0:
        raise ValueError(f"size was {size}, but must be odd, to have a middle.")
    one_of(kind, ("A", "B"), "kind of mask")
    middle = size // 2
    shown = np.zeros((size, size), "float32")
    shown[:middle] = 1  # the rows above
    shown[middle, : middle + (kind == "B")] = 1  # to the left, and perhaps the middle
    return shown


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class MaskedConv2D(layers.Conv2D):
    """A convolution whose kernel is multiplied by a mask: it sees what came before.

    Args:
        filters: channels of the output.
        kernel_size: an odd number.
        kind: of the mask, "A" or "B".
    """

    def __init__(self, filters, kernel_size, kind, **kwargs):
        super().__init__(filters, kernel_size, **{"padding": "same", **kwargs})
        self.kind = kind
        self.mask = mask(self.kernel_size[0], kind)[..., None, None]

    def call(self, x):
        kernel = ops.cast(self.kernel * self.mask, x.dtype)
        convolved = ops.conv(x, kernel, padding="same")
        return self.activation(convolved + ops.cast(self.bias, x.dtype))

    def get_config(self):
        return {**super().get_config(), "kind": self.kind}


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class MaskedDense(layers.Dense):
    """A dense layer whose weights are multiplied by a mask of degrees.

    Unit j sees unit i below it if degree j > degree i; with `equal`, if it is at least
    as large: what has degree d depends on the places before d alone.

    Args:
        degrees_in, degrees_out: whole numbers, one for each unit.
        equal: whether equal degrees are connected.

    Source: Germain, Gregor, Murray, Larochelle (2015), MADE.
    """

    def __init__(self, degrees_in, degrees_out, equal=True, **kwargs):
        super().__init__(len(degrees_out), **kwargs)
        self.degrees_in, self.degrees_out = list(degrees_in), list(degrees_out)
        self.equal = equal
        out, below = np.array(degrees_out), np.array(degrees_in)[:, None]
        self.mask = (out >= below if equal else out > below).astype("float32")

    def call(self, x):
        kernel = ops.cast(self.kernel * self.mask, x.dtype)
        return self.activation(ops.matmul(x, kernel) + ops.cast(self.bias, x.dtype))

    def get_config(self):
        config = super().get_config()
        config.pop("units")
        return {
            **config,
            "degrees_in": self.degrees_in,
            "degrees_out": self.degrees_out,
            "equal": self.equal,
        }


def recurrent_network(
    levels: int, units: int = 64, length=None, dropout=0.0
) -> keras.Model:
    """Builds an LSTM that predicts each letter from all before it.

    Args:
        levels: kinds of letters.
        units: of the LSTM, at least 1.
        length: of a text; any if None.
        dropout: share of the LSTM's outputs that a training hides, in [0, 1).

    Source: Hochreiter and Schmidhuber (1997); Graves (2013), for letters.
    """
    x = keras.Input((length,), dtype="int32")
    h = ShiftRight()(OneHot(integer(levels, "levels", least=2))(x))
    h = layers.LSTM(integer(units, "units"), return_sequences=True)(h)
    if number(dropout, "dropout", least=0, below=1):
        h = layers.Dropout(dropout)(h)
    return keras.Model(x, layers.Dense(levels)(h), name="recurrent")


def made(height: int, width: int, hidden: int = 128, levels: int = 2) -> keras.Model:
    """Builds MADE: one dense hidden layer, masked so that each pixel sees the earlier.

    A direct masked layer from pixels to outputs stands beside the hidden one.

    Args:
        height, width: of a picture.
        hidden: units, at least 1.
        levels: kinds of pixels.

    Source: Germain, Gregor, Murray, Larochelle (2015), MADE.
    """
    pixels = integer(height, "height") * integer(width, "width")
    levels = integer(levels, "levels", least=2)
    places = np.arange(1, pixels + 1).tolist()
    middle = (np.arange(integer(hidden, "hidden")) % max(pixels - 1, 1) + 1).tolist()
    outputs = np.repeat(places, levels).tolist()
    x = keras.Input((height, width), dtype="int32")
    flat = layers.Rescaling(2 / (levels - 1), -1)(layers.Flatten()(x))
    h = MaskedDense(places, middle, activation="relu")(flat)
    y = MaskedDense(middle, outputs, equal=False)(h)
    direct = MaskedDense(places, outputs, equal=False)(flat)
    y = layers.Reshape((height, width, levels))(layers.Add()([y, direct]))
    return keras.Model(x, y, name="made")


def masked_pixel_cnn(
    height, width, channels=16, layers_above=3, size=3, levels=2
) -> keras.Model:
    """Builds the first PixelCNN: a masked convolution A, then masked ones B.

    Its blind spot: a pixel further right above than (size − 1)/2 columns per row is
    never seen, however many layers there are.

    Args:
        height, width: of a picture, or None.
        channels: of each layer.
        layers_above: how many of kind B.
        size: of the kernels, odd.
        levels: kinds of pixels.

    Source: van den Oord, Kalchbrenner, Kavukcuoglu (2016), Pixel recurrent neural
    networks.
    """
    x, h = _pixels(height, width, levels)
    h = MaskedConv2D(channels, size, "A", activation="relu")(h)
    for _ in range(integer(layers_above, "layers_above", least=0)):
        h = MaskedConv2D(channels, size, "B", activation="relu")(h)
    return keras.Model(x, layers.Conv2D(levels, 1)(h), name="masked_pixel_cnn")


def gated_pixel_cnn(
    height, width, channels=16, blocks=4, size=3, levels=2
) -> keras.Model:
    """Builds the gated PixelCNN: two stacks that together see all that came before.

    The vertical stack sees the rows above, as wide as it likes; the horizontal one
    sees what lies to the left, and is handed the vertical one. Both are gated,
    tanh(a)·σ(b), and the horizontal one is residual.

    Args:
        height, width: of a picture, or None.
        channels: of each stack.
        blocks: how many, at least 1.
        size: of the kernels, odd.
        levels: kinds of pixels.

    Source: van den Oord et al. (2016), Conditional image generation with PixelCNN
    decoders, section 2.
    """
    half = integer(size, "size", least=3) // 2
    if size % 2 == 0:
        raise ValueError(f"size was {size}, but must be odd, to have a middle.")
    x, h = _pixels(height, width, levels)
    vertical = horizontal = h
    for block in range(integer(blocks, "blocks")):
        first = block == 0
        # Rows r − half … r of the stack below; of the picture only those above r.
        up = layers.ZeroPadding2D(((half + first, 0), (half, half)))(vertical)
        up = layers.Conv2D(2 * channels, (half + 1, size))(up)
        up = layers.Cropping2D(((0, int(first)), (0, 0)))(up)
        # Columns c − half … c; of the picture only those before c.
        left = layers.ZeroPadding2D(((0, 0), (half + first, 0)))(horizontal)
        left = layers.Conv2D(2 * channels, (1, half + 1))(left)
        left = layers.Cropping2D(((0, 0), (0, int(first))))(left)
        both = layers.Add()([left, layers.Conv2D(2 * channels, 1)(up)])
        vertical, gated = Gate()(up), Gate()(both)
        out = layers.Conv2D(channels, 1)(gated)
        horizontal = out if first else layers.Add()([horizontal, out])
    h = layers.Activation("relu")(horizontal)
    h = layers.Conv2D(channels, 1, activation="relu")(h)
    return keras.Model(x, layers.Conv2D(levels, 1)(h), name="gated_pixel_cnn")


def wavenet(
    levels: int | None = None,
    channels: int = 16,
    dilations=(1, 2, 4, 8, 16),
    length=None,
    predictor=None,
) -> keras.Model:
    """Builds a WaveNet: causal convolutions of 2 samples, ever further apart.

    Sees R = 1 + Σ d samples back, 2^layers for the dilations 1, 2, 4, …. Layers are
    gated, tanh(a)·σ(b), and residual; their sum goes to the output.

    With a linear predictor p_t = Σ a_k·x_(t−k) of error s, the network learns only
    what that leaves: it reads tanh((x_t − p_t)/3s) of the samples before too, so that
    it sees R + order samples back, and of its outputs u and v it makes the mean
    p_t + s·u and the log deviation log s + v. It starts as the predictor, u = v = 0.

    Args:
        levels: kinds of samples; None for numbers, with two outputs per sample, mean
            and logarithm of the standard deviation.
        channels: of each layer.
        dilations: one for each layer, at least 1.
        length: of a sound; any if None.
        predictor: weights `(order,)` and error of
            `utils.measures.linear_prediction.linear_predictor`, which are kept; None
            for none. For numbers only.

    Raises:
        ValueError: for a predictor of levels, weights that are not finite or no row,
            or an error of 0 or less.

    Source: van den Oord et al. (2016), WaveNet; Valin and Skoglund (2019), LPCNet, for
    the predictor.
    """
    if levels is None:
        x = keras.Input((length,))
        h = layers.Reshape((-1 if length is None else length, 1))(x)
    else:
        x = keras.Input((length,), dtype="int32")
        h = OneHot(integer(levels, "levels", least=2))(x)
    past = h = ShiftRight()(h)
    if predictor is not None:
        weights, error = _predictor(predictor, levels)
        surprise = np.append(-weights[::-1], 1) / (3 * error)  # tanh is straight to ±1
        surprise = layers.Activation("tanh")(_kept(past, surprise[:, None, None]))
        h = layers.Concatenate()([past, surprise])
    h = layers.Conv1D(channels, 1)(h)
    skips = [h]
    for dilation in dilations:
        wide = layers.Conv1D(
            2 * channels, 2, padding="causal", dilation_rate=integer(dilation, "d")
        )(h)
        out = layers.Conv1D(channels, 1)(Gate()(wide))
        h = layers.Add()([h, out])
        skips.append(out)
    h = layers.Activation("relu")(layers.Add()(skips))
    h = layers.Conv1D(channels, 1, activation="relu")(h)
    if predictor is None:
        return keras.Model(x, layers.Conv1D(levels or 2, 1)(h), name="wavenet")
    h = layers.Conv1D(2, 1, kernel_initializer="zeros")(h)
    left = _kept(h, [[[error, 0.0], [0.0, 1.0]]], [0.0, np.log(error)])
    foreseen = _kept(past, weights[::-1, None, None] * np.array([1.0, 0.0]))
    return keras.Model(x, layers.Add()([foreseen, left]), name="wavenet")


def samples_seen(dilations, kernel: int = 2) -> int:
    """Returns R = 1 + Σ (kernel − 1)·d, how many samples a WaveNet looks back."""
    return 1 + sum((kernel - 1) * dilation for dilation in dilations)


def _predictor(given, levels):
    """The weights and the error of a linear predictor, looked at."""
    if levels is not None:
        raise ValueError(
            f"A predictor was given for {levels} levels, but it predicts numbers: "
            "leave out levels, and train on the sound itself."
        )
    weights, error = given
    weights = finite(weights, "The weights of the predictor")
    if weights.ndim != 1:
        raise ValueError(
            f"The weights of the predictor have shape {weights.shape}, but must be "
            "(order,): one for each sample of the past."
        )
    return weights.astype("float64"), number(error, "error of the predictor", above=0)


def _kept(x, kernel, bias=None):
    """A causal convolution that is no part of the training."""
    kernel = np.asarray(kernel, "float32")
    layer = layers.Conv1D(
        kernel.shape[2], kernel.shape[0], padding="causal", trainable=False
    )
    y = layer(x)
    zeros = np.zeros(kernel.shape[2], "float32")
    layer.set_weights([kernel, zeros if bias is None else np.asarray(bias, "float32")])
    return y


def _pixels(height, width, levels):
    channels_last("A PixelCNN")
    integer(levels, "levels", least=2)
    x = keras.Input((height, width), dtype="int32")
    return x, OneHot(levels)(x)

# ---
# title: What ConvNets see
# claim: A convolutional network is a stack of detectors: we can compute which pixels
#   each unit looks at, and show what it looks for, from edges to the parts of a face.
# needs: Keras; what a dot product is
# topics:
#   46: "3 · What excites a unit?"
#   47: "1 · One layer, other axes"
# bonus: false
# ---

# %% [markdown]
# # 09 · What ConvNets see
#
# **Claim.** A convolutional network is a stack of detectors. We can say exactly which
# pixels each unit looks at, and show what it looks for: first edges and colors, then
# arrangements of them, and parts of things where the task asks for parts.
#
# After this lesson you can
#
# - compute the output shape, the parameters and the cost of a convolution on a line,
#   in the plane and in space;
# - compute the receptive field of any unit, and check it with a gradient;
# - find the nine patches of real photographs that excite a unit most;
# - climb the gradient to the picture that a unit would like best, and say what it proves.
#
# **Minutes:** {minutes}. **You need:** Keras, and what a dot product is.

# %%
import keras
import numpy as np
from keras import layers, ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(9))

# %% [markdown]
# Everything that takes time stands in one cell: `COURSE_SCALE` chooses the column.

# %% tags=["parameters"]
PATCHES = scale(quick=200, laptop=8_000, full=50_000)
PATCH_EPOCHS = scale(quick=1, laptop=12, full=24)
SIGNALS = scale(quick=60, laptop=800, full=4_000)
SIGNAL_EPOCHS = scale(quick=1, laptop=12, full=30)
VOLUMES = scale(quick=50, laptop=400, full=4_000)
VOLUME_EPOCHS = scale(quick=1, laptop=4, full=10)
ASCENT_STEPS = scale(quick=3, laptop=120, full=400)
SEARCHED = scale(quick=3, laptop=17, full=17)  # photographs
FACES = scale(quick=100, laptop=4_000, full=20_000)
FACE_EPOCHS = scale(quick=1, laptop=8, full=16)
NEW_FACES = scale(quick=40, laptop=300, full=1_000)

# %% [markdown]
# ## 1 · One layer, other axes
#
# A **convolution** slides a small array of weights, the **kernel**, over its input. At each
# place it multiplies the weights by what lies under them, and adds everything up. That is a
# dot product: large where the input looks like the kernel. (Strictly this is a
# cross-correlation, for the kernel is not turned around. Every library calls it convolution.)
#
# By hand, with two loops:

# %%
from utils.data.pictures import PHOTOGRAPHS, whole_photographs

photographs = whole_photographs()
camera = photographs["camera"][::2, ::2, 0]
KERNEL = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]) / 3


def convolve(picture, kernel):
    """Slides a kernel over a gray picture, place by place."""
    k = len(kernel)
    rows, columns = (side - k + 1 for side in picture.shape)
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (picture[i : i + k, j : j + k] * kernel).sum()
    return result


# %% [markdown]
# **Predict.** The kernel is positive above and negative below. Which borders of the
# cameraman's coat will it answer to, and which not at all?

# %% jupyter={"source_hidden": true}
by_hand = convolve(camera, KERNEL)
figures.image_grid(
    np.stack([camera[1:-1, 1:-1], np.clip(by_hand, -1, 1)])[..., None],
    image_size=2.8,
    labels=["photograph", "what the kernel answers"],
    title="One kernel over a whole photograph: 0 is gray",
)

# %% [markdown]
# White where bright lies above dark: the shoulders, below the sky. Black where dark lies above
# bright. Upright borders and smooth areas give nothing. One kernel detects one thing,
# everywhere: the same nine weights at each place.
#
# Keras' layer does the same, on a batch, with many kernels at once and a bias for each.

# %%
layer = layers.Conv2D(1, 3)
layer.build((None, None, None, 1))
layer.set_weights([KERNEL[..., None, None], np.zeros(1)])
by_keras = ops.convert_to_numpy(layer(camera[None, ..., None]))[0, ..., 0]
print(f"largest difference: {np.abs(by_keras - by_hand).max():.1e}")

# %% tags=["claim"]
assert np.abs(by_keras - by_hand).max() < 1e-5

# %% [markdown]
# A color picture has three channels, so a kernel of 5×5 has 5·5·3 weights: it covers all
# channels at once and slides along two axes only. Sixteen such kernels make sixteen output
# channels. Along each axis a kernel of size $k$ has $n - k + 1$ places on $n$ values, so
#
# $$14\times14\times3 \;*\; (5\times5\times3,\ 16\ \text{kernels}) \;\to\; 10\times10\times16 .$$
#
# Nothing here depends on there being two axes. A signal has one, a volume has three:
#
# $$14\times1 * (5\times1, 16) \to 10\times16, \qquad
#   14^3\times1 * (5^3\times1, 16) \to 10^3\times16 .$$
#
# With stride $s$ the kernel moves $s$ values at a time; with padding "same" zeros are put
# around the input until there are $\lceil n/s\rceil$ places:
#
# $$\text{places} = \left\lfloor\frac{n - k}{s}\right\rfloor + 1 \ \text{(valid)}, \qquad
#   \left\lceil\frac{n}{s}\right\rceil \ \text{(same)} .$$
#
# **Parameters** are the kernels' weights and one bias each. The **cost** is the number of
# multiplications: each weight is used at each place.
#
# **Predict.** Which of the three layers has the most parameters, and which takes the
# most multiplications?

# %%
from utils.networks.convolution_arithmetic import convolution

LAYERS = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}
shapes = {1: (14, 1), 2: (14, 14, 3), 3: (14, 14, 14, 1)}
counted = {axes: convolution(shape, 16, 5) for axes, shape in shapes.items()}
built = {}
for axes, shape in shapes.items():
    layer = LAYERS[axes](16, 5)
    output = layer(np.zeros((1, *shape)))
    built[axes] = tuple(output.shape[1:]), layer.count_params()

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            " × ".join(map(str, shapes[axes])),
            " × ".join(map(str, each.output_shape)),
            f"{each.parameters:,}",
            f"{each.operations:,}",
        )
        for axes, each in counted.items()
    ],
    ("input", "output", "parameters", "multiplications"),
    caption="Sixteen kernels of size 5 along one, two and three axes",
)

# %% [markdown]
# The volume has the most of both. Each further axis multiplies the weights of a channel by 5
# and the places by 10. A dense layer from 14×14×3 values to 10×10×16 would have 775 times as
# many parameters as the convolution: it would have to learn each edge anew at each place.

# %% tags=["claim"]
for axes, each in counted.items():
    assert built[axes] == (each.output_shape, each.parameters)
assert counted[2].output_shape == (10, 10, 16) and counted[2].parameters == 1_216
assert layers.Dense(1_600).compute_output_shape((None, 588)) == (None, 1_600)
assert 775 * counted[2].parameters == (588 + 1) * 1_600
assert all(
    max(counted, key=lambda axes: getattr(counted[axes], what)) == 3
    for what in ("parameters", "operations")
)

# %% [markdown]
# It *is* the same layer. A signal is a picture one pixel high: give `Conv2D` the kernels of
# `Conv1D`, one pixel high too, and the numbers agree.

# %%
signal = np.random.default_rng(0).normal(size=(1, 14, 1)).astype("float32")
line, plane = layers.Conv1D(16, 5), layers.Conv2D(16, (1, 5))
on_a_line, _ = line(signal), plane(signal[:, None])
weights, bias = line.get_weights()
plane.set_weights([weights[None], bias])
in_the_plane = plane(signal[:, None])[:, 0]
gap = np.abs(ops.convert_to_numpy(on_a_line) - ops.convert_to_numpy(in_the_plane))
print(f"largest difference: {gap.max():.1e}")

# %% tags=["claim"]
assert gap.max() < 1e-5

# %% [markdown]
# ### Exercise 9.1 · Shape and parameters (easy, 10 minutes)
#
# Write both for any convolution: one, two or three axes, the same kernel size and stride
# along each, padding "valid" or "same", with biases.
#
# <details><summary>Hint 1</summary>
# <code>*sizes, channels = input_shape</code> splits the shape. How many sizes there are is
# the number of axes, and the power of the kernel size.
# </details>
# <details><summary>Hint 2</summary>
# A kernel has <code>kernel ** len(sizes) * channels</code> weights. For "same" round up:
# <code>-(-n // stride)</code>; for "valid": <code>(n - kernel) // stride + 1</code>.
# </details>


# %% tags=["exercise"]
# Exercise 9.1: shape and parameters
def count(input_shape, filters, kernel, stride, padding):
    """The output's shape (sizes and channels) and the layer's parameters, biases too.

    input_shape is one example's, sizes and channels, such as (14, 14, 3).
    """
    # BEGIN SOLUTION
    *sizes, channels = input_shape
    if padding == "same":
        places = [-(-n // stride) for n in sizes]
    else:
        places = [(n - kernel) // stride + 1 for n in sizes]
    parameters = (kernel ** len(sizes) * channels + 1) * filters
    return (*places, filters), parameters
    # END SOLUTION


# %% tags=["check"]
checks.lesson09.count(count)

# %% [markdown]
# > **What we know now.** One rule for places and parameters, whatever the number of axes.

# %% [markdown]
# ## 2 · Three networks that learn their kernels
#
# Today kernels are learned. We train one small network along one axis, one along three, and one
# along two, which we shall then take apart. Between the convolutions stand a **ReLU** (what is
# negative becomes 0) and **pooling**, which keeps the largest of several neighbors.
#
# **One axis: find the spike.** A real electroencephalogram, ten seconds of four electrodes,
# comes with Matplotlib. Nobody labeled it; by eye there are sharp spikes in the last four
# seconds. To learn what a spike is we *draw* signals: noise with the spectrum of brain waves,
# and spikes at places we know.

# %%
from utils.data.signals import RATE, electroencephalogram, spiky_signals

drawn, where = spiky_signals(SIGNALS, 400, seed=seed(0))
unseen, unseen_where = spiky_signals(200, 400, seed=seed(1))
keras.utils.set_random_seed(seed(0))
finder = keras.Sequential(
    [
        keras.Input((None, 1)),
        layers.Conv1D(16, 9, padding="same", activation="relu"),
        layers.Conv1D(16, 9, padding="same", activation="relu"),
        layers.Conv1D(1, 9, padding="same"),
    ]
)
finder.compile(
    keras.optimizers.Adam(3e-3), keras.losses.BinaryCrossentropy(from_logits=True)
)
_ = finder.fit(drawn, where[..., None], batch_size=20, epochs=SIGNAL_EPOCHS, verbose=0)

# %% [markdown]
# The network has no dense layer: it answers at each sample, whatever the length of the
# signal. So we can train on five seconds and ask about ten.
#
# **Predict.** It has never seen a real signal. What will it find?


# %%
def spikes(signals):
    """Where the network is sure of a spike, bool (n, length)."""
    return ops.convert_to_numpy(finder(signals, training=False))[..., 0] > 0


found = spikes(unseen)
hits = (found & (unseen_where > 0)).sum()
precision, recall = hits / max(found.sum(), 1), hits / unseen_where.sum()
print(f"drawn: {precision:.0%} of the samples called spike are, {recall:.0%} are found")

brain = electroencephalogram()
in_the_brain = spikes(brain.T[..., None])

# %% jupyter={"source_hidden": true}
names = [f"electrode {i + 1}" for i in range(4)]
figures.signals(
    dict(zip(names, brain.T, strict=True)),
    RATE,
    marks={"found by the network": dict(zip(names, in_the_brain, strict=True))},
    colors={"found by the network": "measured"},
    ylabel="standard deviations",
    title="What a network trained on drawn signals marks in a real one",
)

# %% [markdown]
# Electrode 1 has two large spikes, at 6.7 and 8.6 seconds. How many marks are there at all,
# and how many at these two moments?

# %% jupyter={"source_hidden": true}
LARGE = {"6.7 s": slice(525, 545), "8.6 s": slice(680, 700)}
runs = np.diff(np.pad(in_the_brain.astype(int), ((0, 0), (1, 0))), axis=1) > 0
figures.table(
    [
        (
            name,
            f"{marks.sum()}",
            f"{marks[: 6 * RATE].sum()}",
            *("yes" if each[moment].any() else "no" for moment in LARGE.values()),
        )
        for name, marks, each in zip(names, runs, in_the_brain, strict=True)
    ],
    ("electrode", "marks", "in the first 6 s", *(f"marked at {at}" for at in LARGE)),
)

# %% [markdown]
# It finds both large spikes of electrode 1. The other electrodes lie elsewhere; there it marks
# one of these moments, both or neither. It marks other places, too, some of them in the first
# six seconds, where by eye there is no spike. Nobody can say which marks are right: there are
# no labels.

# %% tags=["claim"]
if current_scale() != "quick":
    assert precision > 0.7 and recall > 0.6
    # The two largest deflections of the first electrode, in the last four seconds.
    for moment in LARGE.values():
        assert in_the_brain[0, moment].any()
        assert np.abs(brain[moment, 0]).max() > 4
    assert in_the_brain[0].mean() < 0.1 and runs.sum() > 4
    assert runs[:, : 6 * RATE].any(), "no mark in the quiet seconds"

# %% [markdown]
# **Three axes: left or right?** A helix winds to the left or to the right. In a mirror the
# one becomes the other. Cut both into slices: each slice of the one is a slice of the
# mirror image of the other.

# %%
from utils.data.volumes import helices

helix, winds_right = helices(VOLUMES, seed=seed(0))
other_helix, other_right = helices(200, seed=seed(1))

# %% jupyter={"source_hidden": true}
lefts, rights = (other_helix[other_right == kind] for kind in (0, 1))
HANDS = {"#332288": ("left", "left, too"), "#999933": ("right", "right, too")}
figures.volumes(
    {
        "left": lefts[0],
        "right": rights[0],
        "left, too": lefts[1],
        "right, too": rights[1],
    },
    threshold=0.65,
    colors={name: shade for shade, pair in HANDS.items() for name in pair},
    title="Two kinds of volume: they wind to the left or to the right",
)

# %% [markdown]
# We train twice: with kernels that reach through space, and with kernels of the
# same width that stay within one slice, whose answers are then averaged over all slices. Both
# are asked about unseen helices and about their mirror images.
#
# **Predict.** How often will the second one be right?


# %%
def helix_network(depth):
    """Kernels of `depth` slices, 5×5 in each; answers averaged over all places."""
    keras.utils.set_random_seed(seed(0))
    thin = depth == 1
    network = keras.Sequential(
        [
            keras.Input((14, 14, 14, 1)),
            layers.Conv3D(16, (depth, 5, 5), activation="relu"),
            layers.MaxPooling3D((1, 2, 2) if thin else 2),
            layers.Conv3D(32, (1, 3, 3) if thin else 3, activation="relu"),
            layers.GlobalAveragePooling3D(),
            layers.Dense(1),
        ]
    )
    network.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(helix, winds_right, batch_size=25, epochs=VOLUME_EPOCHS, verbose=0)
    return network


def answers(network, volumes):
    """Whether the network takes each helix for a right-handed one."""
    return ops.convert_to_numpy(network(volumes, training=False))[:, 0] > 0


in_space, in_slices = helix_network(5), helix_network(1)

# %%
mirrored = other_helix[:, ::-1]  # the slices in reverse order: a mirror image
pairs = np.concatenate([other_helix, mirrored])
truth = np.concatenate([other_right, 1 - other_right])
share_right = {
    "kernels of 5×5×5": (answers(in_space, pairs) == truth).mean(),
    "kernels of 1×5×5, slice by slice": (answers(in_slices, pairs) == truth).mean(),
}

# %% jupyter={"source_hidden": true}
figures.bars(
    share_right,
    ylabel="share of helices told right",
    references={"guessing": 0.5},
    number_format=".0%",
    ylim=(0, 1.05),
    title="200 helices and their mirror images",
)

# %% [markdown]
# The slice-wise network is right on half, *exactly*, and no training could change it: the
# mirror image has the same slices in reverse order, so the network gives both the same
# answer, and one of the two is wrong. Left and right are only there along the third axis.

# %% tags=["claim"]
if current_scale() != "quick":
    assert share_right["kernels of 5×5×5"] > 0.95
assert abs(share_right["kernels of 1×5×5, slice by slice"] - 0.5) < 0.011
assert np.allclose(
    ops.convert_to_numpy(in_slices(other_helix)),
    ops.convert_to_numpy(in_slices(mirrored)),
    atol=1e-4,
)

# %% [markdown]
# **Two axes: which photograph is this from?** Seventeen photographs come with the
# course's libraries. We cut patches of 56×56 pixels. Half of them lose their color, half are
# mirrored, and all are made darker or brighter at random. The network says which photograph
# a patch is from. It is tested on regions of the photographs that it never saw. (About 35
# seconds.)

# %%
from utils.data.patches import labeled_patches

patches, labels = labeled_patches(56, PATCHES, seed=seed(0))
test_patches, test_labels = labeled_patches(56, 1_000, seed=seed(1), held_out=True)

# %% jupyter={"source_hidden": true}
first = [int(np.flatnonzero(labels == k)[0]) for k in range(len(PHOTOGRAPHS))]
figures.image_grid(
    patches[first],
    columns=9,
    labels=[name.replace("_deep_field", "") for name in PHOTOGRAPHS],
    title="One patch of each photograph; half of all lost their color",
)


# %%
def block(filters, kernel, name, stride=1):
    """A convolution, its scale set by batch normalization, and a ReLU."""
    return [
        layers.Conv2D(filters, kernel, stride, use_bias=False, name=name),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]


keras.utils.set_random_seed(seed(0))
convnet = keras.Sequential(
    [
        keras.Input((None, None, 3)),
        *block(32, 7, "layer1", stride=2),
        layers.MaxPooling2D(2),
        *block(48, 5, "layer2"),
        layers.MaxPooling2D(2),
        *block(64, 3, "layer3"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(len(PHOTOGRAPHS)),
    ]
)

# %%
steps = PATCH_EPOCHS * -(-len(patches) // 100)
convnet.compile(
    keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(3e-3, steps), weight_decay=0.01
    ),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
convnet.fit(patches, labels, batch_size=100, epochs=PATCH_EPOCHS, verbose=0)
_, accuracy = convnet.evaluate(test_patches, test_labels, batch_size=100, verbose=0)
print(f"{accuracy:.0%} of the patches from unseen regions; guessing gets 6 %")

# %% tags=["claim"]
if current_scale() != "quick":
    assert accuracy > 0.55

# %% [markdown]
# A brick it has not seen is still brick, but an astronaut's unseen corner may be flag, suit
# or shuttle. So it does not get all of them. What matters here: it had to learn kernels that
# tell real photographs apart.
#
# > **What we know now.** Kernels are learned, on a line, in the plane and in space alike.

# %% [markdown]
# ## 3 · What excites a unit?
#
# A **unit** is one channel of one layer. It stands at every place of its map, with the same
# weights. To see what it looks for, we first ask *where* it looks.
#
# The **receptive field** is the part of the input that one unit sees at one place. A kernel
# of 7 sees 7 pixels. A layer above sees more: a kernel of size $k$ reaches over $k$
# neighbors below, whose fields lie one **jump** apart. So from the input up, starting with
# size 1 and jump 1, each layer (convolution or pooling) does
#
# $$\text{size} \leftarrow \text{size} + (k - 1)\cdot\text{jump}, \qquad
#   \text{jump} \leftarrow s\cdot\text{jump} .$$
#
# **Predict.** Our network has 7 with stride 2, pooling 2, then 5, pooling 2, then 3. How
# many pixels does a unit of the third convolution see?
#
# ### Exercise 9.2 · The receptive field (medium, 10 minutes)
#
# Given the layers as pairs (kernel, stride), from the input up, return how many pixels a
# unit of the last one sees along an axis, and how many pixels its neighbor lies further on.
#
# <details><summary>Hint 1</summary>
# Walk from the input up. The jump that counts for a layer is the one of the layers
# <em>below</em> it, before its own stride.
# </details>
# <details><summary>Hint 2</summary>
# In a loop over <code>for kernel, stride in steps</code>: first the size, then the jump.
# </details>


# %% tags=["exercise"]
# Exercise 9.2: the receptive field
def field(steps):
    """Size and jump, in pixels, after (kernel, stride) pairs from the input up."""
    # BEGIN SOLUTION
    size, jump = 1, 1
    for kernel, stride in steps:
        size += (kernel - 1) * jump
        jump *= stride
    return size, jump
    # END SOLUTION


# %% tags=["check"]
checks.lesson09.field(field)

# %% [markdown]
# The course's own function reads kernels, strides, padding and dilation from the layers of
# a model.

# %%
from utils.networks.receptive_fields import receptive_field

LAYER_NAMES = ("layer1", "layer2", "layer3")
fields = {name: receptive_field(convnet, name) for name in LAYER_NAMES}
for name, each in fields.items():
    print(f"{name}: sees {each.size} pixels, its neighbor {each.jump} further on")

# %% [markdown]
# Is that true? A unit *depends* on a pixel exactly if its gradient arrives there. So we
# **measure**: take the gradient of a layer at one place, over many pictures of noise, and
# mark the pixels where it is not zero.
#
# One picture shows only a part of the field: a ReLU may be silent there, and pooling
# listens to the loudest of its neighbors only. A hundred pictures show all of it.

# %%
from utils.autodiff import input_gradient


def gradient_support(model, name, position, size=56, pictures=100):
    """Pixels that the gradient of a layer at one place reaches, bool (size, size)."""
    below = keras.Model(model.inputs[0], model.get_layer(name).output)
    row, column = position
    noise = np.random.default_rng(0).normal(0, 0.5, (pictures, size, size, 3))
    slope = input_gradient(
        lambda x: ops.sum(below(x, training=False)[:, row, column], axis=-1),
        noise.astype("float32"),
    )
    reach = np.abs(ops.convert_to_numpy(slope)).sum(axis=(0, 3))
    return reach > 1e-6 * reach.max()  # a GPU may leave rounding errors around it


def frame(mask):
    """The first and the last row and column of a mask, as a box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)


# %%
PLACES = {"layer1": (4, 9), "layer2": (1, 5), "layer3": (0, 1)}
computed = {name: fields[name].box(place) for name, place in PLACES.items()}
measured = {
    name: frame(gradient_support(convnet, name, place))
    for name, place in PLACES.items()
}


def in_words(box):
    """Rows and columns of a box, the ends not included."""
    (top, bottom), (left, right) = box
    return f"{top}–{bottom}, {left}–{right}"


# %% jupyter={"source_hidden": true}
figures.table(
    [
        (name, str(PLACES[name]), in_words(computed[name]), in_words(measured[name]))
        for name in LAYER_NAMES
    ],
    ("layer", "place", "computed: rows, columns", "measured by gradient"),
    caption="Where a gradient arrives is where the layers say",
)

# %% tags=["claim"]
assert [each.size for each in fields.values()] == [(7, 7), (25, 25), (45, 45)]
for name in LAYER_NAMES:
    assert tuple(map(tuple, measured[name])) == computed[name], name

# %% [markdown]
# On a photograph: what does one unit of each layer see, when it stands over the eye of
# Chelsea, the cat?


# %% jupyter={"source_hidden": true}
def box_around(field, center):
    """The box of the unit whose field lies nearest to a place in the picture."""
    start, size, jump = np.array([field.start, field.size, field.jump])
    position = np.round((center - start - size / 2) / jump).astype(int)
    return field.box(tuple(position))


EYE = np.array([124, 184])
figures.fields_on_picture(
    photographs["chelsea"],
    {name: box_around(field, EYE) for name, field in fields.items()},
    title="Layer 1 sees a speck, layer 2 a pupil, layer 3 pupil and iris",
)

# %% [markdown]
# (All of VGG19's kernels are 3×3, and yet a unit after sixteen of them and five poolings sees
# 268 pixels, more than the 224 of its input: each pooling doubles the jump.)
#
# Now the question of Zeiler and Fergus (2014). Run the network over all photographs, look at
# the map of one unit, and cut out the receptive fields at its highest places.
#
# ### Exercise 9.3 · The top patches of a unit (medium, 10 minutes)
#
# Given the map of one unit on one picture, the size of its field and the jump, cut out the
# `n` patches that excite it most, the most exciting first. The field of the unit at row $i$
# and column $j$ begins at pixel $(i\cdot\text{jump},\ j\cdot\text{jump})$.
#
# <details><summary>Hint 1</summary>
# <code>np.argsort(values, axis=None)</code> sorts all places of a map, the lowest first;
# <code>np.unravel_index(index, values.shape)</code> turns an index into row and column.
# </details>
# <details><summary>Hint 2</summary>
# For each of the last n, in reverse order:
# <code>picture[i * jump : i * jump + size, j * jump : j * jump + size]</code>. Stack them.
# </details>


# %% tags=["exercise"]
# Exercise 9.3: the top patches of a unit
def best_patches(values, picture, size, jump, n):
    """The n patches (n, size, size, channels) with the highest values, best first.

    values (rows, columns) is the unit's map, picture (height, width, channels);
    size and jump are in pixels.
    """
    # BEGIN SOLUTION
    order = np.argsort(values, axis=None)[::-1][:n]
    places = np.stack(np.unravel_index(order, values.shape), axis=1) * jump
    return np.stack([picture[i : i + size, j : j + size] for i, j in places])
    # END SOLUTION


# %% tags=["check"]
checks.lesson09.best_patches(best_patches)

# %% [markdown]
# The course's `top_patches` does this over many pictures, and leaves out patches that
# overlap by half or more: else all nine would show one spot, a pixel apart.

# %%
from utils.evaluation.top_patches import activation_maps, top_patches

searched = list(photographs.values())[:SEARCHED]


def nine_units(model, name, pictures):
    """Units of a layer that agree as little as possible on what they like."""
    maps = activation_maps(model, name, pictures)
    flat = np.concatenate([each.reshape(-1, each.shape[-1]) for each in maps])
    awake = np.flatnonzero(flat.std(axis=0) > 0)  # a unit may be silent everywhere
    agree = np.corrcoef(flat[:, awake].T)
    chosen = [int(flat[:, awake].max(axis=0).argmax())]
    while len(chosen) < 9:  # the unit least like any that we have already
        chosen.append(int(agree[:, chosen].max(axis=1).argmin()))
    return sorted(awake[chosen].tolist())


units = {name: nine_units(convnet, name, searched) for name in LAYER_NAMES}
top = {name: top_patches(convnet, name, units[name], searched) for name in LAYER_NAMES}

# %% [markdown]
# Nine units of each layer, those that agree as little as possible, and nine patches for each.
#
# **Predict.** Seven pixels wide: what can a unit of the first layer know?


# %% jupyter={"source_hidden": true}
def sheet(found, title):
    """Nine units, nine patches each."""
    patches = {f"unit {unit}": each.patches for unit, each in found.items()}
    return figures.patch_sheet(patches, block_size=1.9, title=title)


sheet(top["layer1"], "Layer 1: nine units, 7×7 pixels")

# %% jupyter={"source_hidden": true}
sheet(top["layer2"], "Layer 2: nine units, 25×25 pixels")

# %% jupyter={"source_hidden": true}
sheet(top["layer3"], "Layer 3: nine units, 45×45 pixels")

# %% [markdown]
# Seven pixels hold an edge, a line or a color, and the nine patches of a unit of layer 1 are
# nearly the same patch. In layer 2 a unit likes one arrangement, such as a corner or a bright
# wedge, in photographs that have nothing else in common. And layer 3? Go through its nine
# units: how many have nine patches of one thing? Usually a few (coins, stars, the rim of a
# cup), and the others mix several things. This network had to tell photographs apart; it had
# no need of *parts*. Section 5 gives another one that need.
#
# We can put a number on "nearly the same": the correlation between two patches of
# one unit, pixel by pixel, against two random patches of the same size.


# %%
def likeness(patches):
    """Mean correlation between two of the patches, pixel by pixel."""
    rows = patches.reshape(len(patches), -1).astype("float64")
    rows = rows[rows.std(axis=1) > 1e-3]  # a patch of one color has no correlation
    if len(rows) < 2:
        return np.nan
    return np.corrcoef(rows)[np.triu_indices(len(rows), 1)].mean()


alike = {
    name: np.nanmean([likeness(each.patches) for each in top[name].values()])
    for name in LAYER_NAMES
}


# %% jupyter={"source_hidden": true}
def random_patches(size, which, n=9):
    """As many patches from anywhere."""
    rng = np.random.default_rng(seed(which))
    chosen = [searched[i] for i in rng.integers(len(searched), size=n)]
    corners = [[rng.integers(side - size) for side in p.shape[:2]] for p in chosen]
    return np.stack(
        [
            p[i : i + size, j : j + size]
            for p, (i, j) in zip(chosen, corners, strict=True)
        ]
    )


by_chance = {
    name: np.nanmean(
        [likeness(random_patches(fields[name].size[0], k)) for k in range(20)]
    )
    for name in LAYER_NAMES
}
from_how_many = {
    name: np.mean([len(set(each.pictures)) for each in top[name].values()])
    for name in LAYER_NAMES
}
figures.table(
    [
        (name, f"{fields[name].size[0]}", f"{alike[name]:.2f}", f"{by_chance[name]:.2f}",
         f"{from_how_many[name]:.1f}")
        for name in LAYER_NAMES
    ],
    ("layer", "pixels seen", "likeness of a unit's nine", "of random nine", "photographs"),
    caption="Likeness: mean correlation of two patches. Photographs: from how many of them "
    "the nine patches of a unit come",
)  # fmt: skip

# %% [markdown]
# Deeper, the nine agree far less pixel by pixel, and they do not come from fewer photographs:
# what a deep unit likes is no single spot, but something that very different patches share.
#
# > **What we know now.** Where a unit looks follows from the layers. Its top patches show what it
# > likes most; it answers to other things too, less.

# %% tags=["claim"]
if current_scale() != "quick":
    assert alike["layer1"] > 0.3 + by_chance["layer1"]
    assert alike["layer1"] > max(alike["layer2"], alike["layer3"]) + 0.1
    assert from_how_many["layer3"] > 0.8 * from_how_many["layer1"]

# %% [markdown]
# ## 4 · Climb the gradient
#
# The patches are what the unit likes best *among the pictures we have*. What would it like
# best among all pictures? Hold the weights fixed, start with faint noise, and move the
# **pixels** up the gradient of the activation: activation maximization (Erhan et al. 2009).
#
# Three things keep it a picture:
#
# - the gradient is divided by its root mean square, so that a step has the same size for a
#   loud and for a quiet unit;
# - the pixels are clipped to $[-1, 1]$;
# - photographs are smooth and mostly gray, and so are the steps: fine detail of the
#   gradient is damped (a wave of frequency $f$ is divided by $f^{1.5}$), and after each
#   step the picture and its colors fade a little, so that what the unit does not ask for
#   goes away.
#
# ### Exercise 9.4 · One step up (medium, 10 minutes)
#
# $$x \leftarrow \mathrm{clip}\Big(x + r\,\frac{g}{\mathrm{rms}(g) + 10^{-8}}\Big), \qquad
#   g = \frac{\partial\,\text{score}}{\partial x}, \qquad
#   \mathrm{rms}(g) = \sqrt{\mathrm{mean}(g^2)}\ \text{over one picture}.$$
#
# $r$ is the rate. `input_gradient(score, pictures)` gives $g$, of the shape of the pictures.
# The small number keeps a picture where it is if its gradient is 0 everywhere.
#
# <details><summary>Hint 1</summary>
# One root mean square for each picture of the batch: the mean goes over all axes but the
# first.
# </details>
# <details><summary>Hint 2</summary>
# <code>ops.mean(ops.square(g), axis=(1, 2, 3), keepdims=True)</code> keeps the shape
# (n, 1, 1, 1), which divides picture by picture. <code>ops.clip(x, -1, 1)</code>.
# </details>


# %% tags=["exercise"]
# Exercise 9.4: one step up
def step_up(pictures, score, rate):
    """Pictures (n, height, width, channels) after one step up the gradient of score."""
    # BEGIN SOLUTION
    gradient = input_gradient(score, pictures)
    squares = ops.mean(ops.square(gradient), axis=(1, 2, 3), keepdims=True)
    moved = pictures + rate * gradient / (ops.sqrt(squares) + 1e-8)
    return ops.clip(moved, -1, 1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson09.step_up(step_up)

# %% [markdown]
# The course's own step also damps and fades; `maximize_activation` repeats it.

# %% jupyter={"source_hidden": true}
from utils.course.show import show_code
from utils.models.activation_maximization import even_direction, maximize_activation
from utils.sampling.ascent import ascent_step

show_code(ascent_step, "utils.sampling.ascent.ascent_step", folded=True)

# %% jupyter={"source_hidden": true}
show_code(even_direction, "where it steps, damped or not", folded=True)

# %% [markdown]
# **Predict.** Will the picture that a unit likes best look like its nine patches?

# %%
best = {
    name: maximize_activation(convnet, name, units[name], ASCENT_STEPS)
    for name in LAYER_NAMES
}


# %% jupyter={"source_hidden": true}
def beside(name, title):
    """The picture each unit likes best, and the patches it likes best."""
    patches = {f"unit {unit}": each.patches for unit, each in top[name].items()}
    climbed = dict(zip(patches, best[name], strict=True))
    return figures.patch_sheet(patches, beside=climbed, block_size=1.15, title=title)


beside("layer1", "Layer 1: the picture made for a unit (left), and its nine patches")

# %% jupyter={"source_hidden": true}
beside("layer2", "Layer 2: the picture made for a unit, and its nine patches")

# %% jupyter={"source_hidden": true}
beside("layer3", "Layer 3: the picture made for a unit, and its nine patches")

# %% [markdown]
# In the first layer the climb mostly shows what the patches have in common: the same edge, the
# same line. A unit that likes a color gets speckles of it, or of other colors. Deeper you may
# recognize a bright wedge or a border, and hardly ever a thing. The likeness again, now between
# the made picture and each of the nine patches:

# %%
to_its_nine = {
    name: np.mean(
        [
            np.corrcoef(made.ravel(), patch.ravel())[0, 1]
            for made, each in zip(best[name], top[name].values(), strict=True)
            for patch in each.patches
            if patch.std() > 1e-3
        ]
    )
    for name in LAYER_NAMES
}
for name, value in to_its_nine.items():
    print(f"{name}: likeness of the made picture and the patches {value:.2f}")

# %% [markdown]
# How much more do the units like these pictures than the best real patch?


# %%
def excitement(name, pictures):
    """What each unit answers to its own picture."""
    below = keras.Model(convnet.inputs[0], convnet.get_layer(name).output)
    maps = ops.convert_to_numpy(below(pictures, training=False))
    middle = maps.shape[1] // 2
    return np.array(
        [maps[i, middle, middle, unit] for i, unit in enumerate(units[name])]
    )


ratio = {
    name: np.median(
        excitement(name, best[name]) / [each.values[0] for each in top[name].values()]
    )
    for name in LAYER_NAMES
}
noisy = maximize_activation(
    convnet, "layer3", units["layer3"], ASCENT_STEPS, decay=0.0, smooth=0.0, fade=0.0
)
noisy_ratio = np.median(
    excitement("layer3", noisy) / [each.values[0] for each in top["layer3"].values()]
)

# %% jupyter={"source_hidden": true}
figures.bars(
    {**ratio, "layer3, not damped": noisy_ratio},
    ylabel="activation, best real patch = 1 (median)",
    references={"the best real patch": 1.0},
    number_format=".1f",
    title="A picture made for a unit excites it more than the best real patch",
)

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {"damped, faded": best["layer3"], "neither": noisy},
    labels=[f"unit {unit}" for unit in units["layer3"]],
    title="Without damping and fading the climb ends in noise",
)

# %% [markdown]
# Noise that excites a unit more than any photograph does: the climb shows what the *network*
# answers to, and that is more than what is in the world. So both views belong together.
# Patches say what a unit does on real pictures, and may mislead about why. The climb says
# why, and may leave the real pictures. In lesson 10 the same gradient paints pictures.
#
# > **What we know now.** The picture a unit likes best is not a picture of anything.

# %% tags=["claim"]
if current_scale() != "quick":
    assert min(ratio.values()) > 1, "a real patch excites more than the climb"
    assert noisy_ratio > 1.5, "noise excites no more than photographs do"
    assert to_its_nine["layer1"] > to_its_nine["layer3"] + 0.1

# %% [markdown]
# ## 5 · Parts of things
#
# In a network trained on the 1.3 million photographs of ImageNet, deep units answer to parts:
# wheels, eyes, the faces of dogs (Zeiler and Fergus 2014). Is it the many photographs? Or is
# it that the *task* needs parts? Try the second. Avatars are drawn faces, and we know what
# is on each. A small network with the same kind of layers says yes or no to four
# questions: any glasses? dark ones? a smile? long hair? (About 20 seconds.)
#
# **Predict.** Nobody tells it where the eyes are. Will a unit of its third layer find them?

# %%
from utils.data.avatars import render, sample_factors


def four_answers(factors):
    """Glasses, dark glasses, a smile, long hair: 1.0 for yes, (n, 4)."""
    return np.stack(
        [
            factors.glasses > 0,
            factors.glasses == 3,
            factors.smile > 0,
            factors.hair_length > 0.5,
        ],
        axis=1,
    ).astype("float32")


def face_network():
    """The same layers as above, smaller; the best place of a map answers for all."""
    keras.utils.set_random_seed(seed(0))
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            *block(24, 5, "layer1", stride=2),
            layers.MaxPooling2D(2),
            *block(32, 3, "layer2"),
            *block(48, 3, "layer3"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(4),
        ]
    )


drawn_faces = sample_factors(FACES, seed=seed(4))
new_faces = sample_factors(NEW_FACES, seed=seed(5))
face_net, untrained = face_network(), face_network()
steps = FACE_EPOCHS * -(-FACES // 100)
face_net.compile(
    keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)),
    keras.losses.BinaryCrossentropy(from_logits=True),
)
face_net.fit(
    render(drawn_faces, 64),
    four_answers(drawn_faces),
    batch_size=100,
    epochs=FACE_EPOCHS,
    verbose=0,
)
pictures = render(new_faces, 64)
told = face_net.predict(pictures, verbose=0) > 0
right = (told == four_answers(new_faces)).mean(axis=0)
print("new faces, right on glasses, dark ones, smile, long hair:", right.round(2))

# %% [markdown]
# Because the faces are drawn, we can *count*. Take the 25 new faces that excite a unit most,
# anywhere: how many of them wear glasses? Per layer, the unit with the largest share; beside it
# that of the same network with its first, random weights; and what **luck** gives: 25 faces drawn
# at random for each unit, and the best of as many units.


# %%
def glasses_share(model, name):
    """Of the 25 faces that excite each unit most, the share with glasses."""
    below = keras.Model(model.inputs[0], model.get_layer(name).output)
    highest = below.predict(pictures, verbose=0).max(axis=(1, 2))  # (faces, units)
    most_exciting = np.argsort(highest, axis=0)[-25:]
    return (new_faces.glasses > 0)[most_exciting].mean(axis=0)


by_unit = {
    name: [glasses_share(model, name) for model in (face_net, untrained)]
    for name in LAYER_NAMES
}
most = {name: [shares.max() for shares in both] for name, both in by_unit.items()}
with_glasses = np.mean(new_faces.glasses > 0)
draws = np.random.default_rng(seed(0)).binomial(25, with_glasses, (1_000, 48)) / 25
luck = {
    name: draws[:, : len(both[0])].max(axis=1).mean() for name, both in by_unit.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            name,
            receptive_field(face_net, name).size[0],
            *(f"{share:.0%}" for share in (*shares, luck[name])),
        )
        for name, shares in most.items()
    ],
    ("layer", "pixels seen", "trained", "random weights", "luck"),
    caption="Of the 25 faces that excite a unit most, how many wear glasses: the unit with "
    f"most; of all faces {with_glasses:.0%}",
)

# %% jupyter={"source_hidden": true}
face_units = nine_units(face_net, "layer3", list(pictures))
parts = top_patches(face_net, "layer3", face_units, list(pictures))
sheet(parts, "Nine units of the network that was asked about faces, layer 3")

# %% [markdown]
# Go through the nine: dark glasses, eyes, an open mouth, a neck, the ends of the hair. (In
# another run they are other units and other parts, and some units keep to a mere border.)
# Nobody said where a mouth is, and nobody asked about eyes or necks: these are what a network
# finds on its way to glasses and long hair. The table says it in numbers: with random weights the
# best unit has little more than luck; trained, one picks out glasses, and better in the third
# layer than in the first, where five pixels show no more than a dark edge.
#
# If VGG19's weights are in Keras' cache (`vgg19_features()` of `utils.networks.features`
# fetches them, 80 MB), the next cell shows nine units of its fourth block on our photographs.

# %% jupyter={"source_hidden": true}
from utils.networks.features import vgg19_features, vgg19_is_cached

if vgg19_is_cached() and current_scale() != "quick":
    vgg19 = vgg19_features(("block4_conv1",), weights="imagenet")
    smaller = list(whole_photographs(160).values())
    vgg_units = nine_units(vgg19, "block4_conv1", smaller)
    vgg_found = top_patches(vgg19, "block4_conv1", vgg_units, smaller)
    vgg_sheet = sheet(vgg_found, "VGG19, block4_conv1, on the same photographs")
else:
    vgg_sheet = "VGG19's weights are not in Keras' cache: nothing to show."
vgg_sheet

# %% [markdown]
# > **What we know now.** A unit becomes a detector of parts where the task needs parts.

# %% tags=["claim"]
if current_scale() != "quick":
    assert right.min() > 0.8 and most["layer3"][0] > most["layer1"][0]
    assert most["layer3"][0] > 0.9
    assert all(abs(most[name][1] - luck[name]) < 0.2 for name in LAYER_NAMES)

# %% [markdown]
# ## 6 · Measured here, published, source
#
# What this notebook measured a moment ago, beside what was published.

# %% jupyter={"source_hidden": true}
from utils.networks.features import vgg19_features

deep = vgg19_features(("block5_pool",), weights=None)
vgg_size = receptive_field(deep, "block5_pool").size[0]
figures.table(
    [
        (
            "14×14×3 ∗ 5×5×3, 16 kernels",
            f"{' × '.join(map(str, counted[2].output_shape))}, "
            f"{counted[2].parameters:,} parameters",
            "10 × 10 × 16; 16·(75 + 1)",
            "exact",
        ),
        (
            "14³×1 ∗ 5³×1, 16 kernels",
            f"{' × '.join(map(str, counted[3].output_shape))}, "
            f"{counted[3].parameters:,} parameters",
            "10 × 10 × 10 × 16; 16·(125 + 1)",
            "exact",
        ),
        (
            "receptive field of layer 3 (pixels)",
            f"{measured['layer3'][0][1] - measured['layer3'][0][0]} by gradient",
            "45: 7 + 1·2 + 4·4 + 1·4 + 2·8",
            "exact",
        ),
        (
            "receptive field of VGG19's block5_pool (pixels)",
            f"{vgg_size} from the layers",
            "212 for VGG16's; 268 for VGG19's",
            "Araujo et al. 2019; exact",
        ),
        (
            "left and right helices, slice by slice",
            f"{share_right['kernels of 1×5×5, slice by slice']:.1%}",
            "50 %",
            "exact, by symmetry",
        ),
        (
            "layer by layer",
            f"likeness {alike['layer1']:.2f}, {alike['layer2']:.2f}, "
            f"{alike['layer3']:.2f}",
            "not measured; shown: edges and colors, textures, parts",
            "Zeiler and Fergus 2014, figure 2",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% tags=["claim"]
assert vgg_size == 268

# %% [markdown]
# ## What this leaves open
#
# Receptive fields and top patches here are for networks of one layer after another. Where
# layers branch and meet again, as in residual networks, a unit has a field per path, and
# `receptive_field` refuses: the largest of them is the unit's.
#
# ## What to read next
#
# - Zeiler and Fergus (2014), *Visualizing and understanding convolutional networks*: the
#   nine patches, in five layers of a network trained on ImageNet.
# - Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*.
# - Araujo, Norris and Sim (2019), *Computing receptive fields of convolutional neural
#   networks* (Distill).
# - Erhan et al. (2009), *Visualizing higher-layer features of a deep network*; Yosinski et
#   al. (2015), *Understanding neural networks through deep visualization*.
# - Olah, Mordvintsev and Schubert (2017), *Feature visualization* (Distill): how far the
#   climb can be taken.
#
# Lesson 10 turns what the units answer into a measure of content and of style.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | convolution | a small array of weights slides over the input | 卷积 |
# | kernel | that array; also called a filter | 卷积核 |
# | channel | one of the values at each place: a color, or a unit's answer | 通道 |
# | stride | by how many values the kernel moves on | 步幅 |
# | padding | zeros around the input | 填充 |
# | pooling | keeps the largest of several neighbors | 池化 |
# | feature map | what one unit answers, place by place | 特征图 |
# | receptive field | the part of the input that a unit sees | 感受野 |
# | top patches | the pieces of real pictures that excite a unit most | 最强激活图块 |
# | activation maximization | climbing the gradient of a unit on the pixels | 激活最大化 |

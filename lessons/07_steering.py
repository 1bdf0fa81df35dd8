# ---
# title: Steering
# claim: A GAN draws what it is asked for if D sees the label with the picture; without
#   labels a code can be learned that G can be read by, which need not mean a class.
# needs: the GAN and its ring (lesson 03); what D measures (lesson 02)
# topics:
#   35: "2 · A conditional GAN"
#   36: "3 · Can a code steer without labels?"
# bonus: false
# ---

# %% [markdown]
# # 07 · Steering
#
# **Claim.** A GAN draws what it is asked for if D sees the label together with the picture.
# Without labels, a code can be learned that can be read off the picture again. A bound in nats
# says how well it is read. It does not say what it means.
#
# After this lesson you can
#
# - say what D must see, so that G follows a label, and test whether it does;
# - judge a conditional GAN by two numbers, of which one catches what the other hides;
# - compute InfoGAN's bound, and say how high it can come;
# - match codes with classes, and explain a full bound with a wrong code.
#
# **Minutes:** {minutes}. **You need:** the GAN of lesson 03 and its ring of modes; from lesson
# 02, that D's best reading is the Jensen–Shannon divergence (JS).

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(7))

# %% [markdown]
# The next cell says how long each training of this lesson runs. `COURSE_SCALE` chooses the
# column: `quick` is a smoke test, `laptop` is what the text describes, `full` takes longer.

# %% tags=["parameters"]
METER_POINTS = scale(quick=500, laptop=10_000, full=50_000)
METER_EPOCHS = scale(quick=1, laptop=30, full=60)
RING_STEPS = scale(quick=10, laptop=2_000, full=20_000)
DIGIT_STEPS = scale(quick=10, laptop=1_000, full=20_000)
SWAP_EPOCHS = scale(quick=1, laptop=10, full=40)
INFO_STEPS = scale(quick=10, laptop=1_200, full=10_000)
CODE_STEPS = scale(quick=10, laptop=1_000, full=20_000)
UNEVEN_STEPS = scale(quick=10, laptop=1_200, full=10_000)

# %% [markdown]
# ## 1 · Ask for a class
#
# The generator of lesson 03 draws *something*. We want to ask: draw a 7. So G gets a **label** $y$
# beside its noise, $G(z, y)$. The worst that can happen is that G pays no attention. Such a
# **label-blind** G may still draw all classes, each as often as it should, but not when asked.
#
# Ten modes on a ring, each a class. We make the data of a label-blind G by hand: real points,
# whose labels are drawn at random.

# %%
from utils.data.mixtures import ring

TEN = ring(10, std=0.05)
real = TEN.sample(2 * METER_POINTS, seed(0))
asked = TEN.nearest(real)[0]  # the label of a real point is its mode
blind = TEN.sample(2 * METER_POINTS, seed(1))
asked_of_blind = np.random.default_rng(seed(2)).integers(0, 10, len(blind))

# %% [markdown]
# Two discriminators measure how far these are from the real data. The first sees points. The
# second sees points *together with their labels*, as ten more numbers: 1 in the place of the
# label, 0 elsewhere (**one-hot**). Both are the meter of lesson 02: a D that is trained, and read
# on data that it has not seen.
#
# **Predict.** What does the first read, and what the second? For two distributions that never
# meet, JS is $\log 2 = 0.693$ nats.

# %%
from utils.models import DivergenceMeter
from utils.networks.mlp import mlp


def with_label(points, labels):
    """Points with ten more numbers: the one-hot label."""
    return np.concatenate([points, np.eye(10)[labels]], axis=1)


def js_reading(real, fake, hidden=(64, 64)):
    """JS of two samples in nats: D is trained on one half, and read on the other."""
    keras.utils.set_random_seed(seed(3))
    meter = DivergenceMeter(mlp(real.shape[1], 1, hidden))
    meter.learn(real[:METER_POINTS], fake[:METER_POINTS], epochs=METER_EPOCHS)
    return meter.read(real[METER_POINTS:], fake[METER_POINTS:]).value


without_label = js_reading(real, blind)
together = js_reading(with_label(real, asked), with_label(blind, asked_of_blind))

# %% [markdown]
# The exact value of the second, with $K$ classes: of a real pair the label is always right, of a
# label-blind one in $1/K$ of all cases. So
#
# $$\mathrm{JS} = \tfrac12 \log\frac{2}{1 + 1/K} + \tfrac1{2K}\log\frac{2}{K + 1}
# + \tfrac12\Big(1 - \frac1K\Big)\log 2 .$$


# %%
def blind_js(classes):
    """JS of (x, y) and (x, random y) for K classes that never meet, in nats."""
    k = classes
    right = np.log(2 / (1 + 1 / k)) / 2 + np.log(2 / (k + 1)) / (2 * k)
    return right + (1 - 1 / k) * np.log(2) / 2


# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("points alone", f"{without_label:.4f}", "0"),
        ("points with labels", f"{together:.4f}", f"{blind_js(10):.4f}"),
    ],
    ("D sees", "JS, as D reads it (nats)", "exact (nats)"),
    caption="Real data against a label-blind generator, ten classes",
)

# %% [markdown]
# D reads nothing where it sees the point alone, and there *is* nothing: each class comes as often as it
# should. So G, which follows D's slope, would have no reason to use the label.
#
# With the label beside the point the same two samples are far apart. This is what a
# **conditional GAN** does (Mirza and Osindero 2014):
#
# $$V(D, G) = \mathbb E_{x, y}[\log D(x, y)] + \mathbb E_{z, y}[\log(1 - D(G(z, y), y))],$$
#
# and at the best D it measures JS of $x$ *given* $y$, averaged over the labels.

# %% jupyter={"source_hidden": true}
figures.table(
    [(k, f"{blind_js(k):.4f}") for k in (2, 5, 10, 25)],
    ("classes", "JS of a label-blind G (nats)"),
    caption="Exact; two distributions that never meet: 0.6931",
)

# %% tags=["claim"]
assert np.allclose([blind_js(k) for k in (2, 10)], [0.215762, 0.525597], atol=1e-6)
if current_scale() != "quick":
    assert abs(without_label) <= 0.02, without_label
    assert abs(together - blind_js(10)) <= 0.03, together

# %% [markdown]
# ### Exercise 7.1 · A label as planes (easy, 10 minutes)
#
# How does a network of *pictures* get a label? As more channels, or **planes**, behind the colors: for
# each class a plane of the picture's height and width, which is 1 everywhere if it is the label's, and
# 0 everywhere else. Attach them along the last axis.
#
# <details><summary>Hint 1</summary>
# Begin with the one-hot rows, (n, classes). Give them two axes in the middle,
# (n, 1, 1, classes): one for the height, one for the width.
# </details>
# <details><summary>Hint 2</summary>
# <code>np.broadcast_to(rows, (n, height, width, classes))</code> repeats them along both; then
# <code>np.concatenate</code> with the pictures, <code>axis=-1</code>.
# </details>


# %% tags=["exercise"]
# Exercise 7.1: a label as planes
def attach_label(pictures, labels, classes):
    """Pictures (n, height, width, channels), labels (n,): `classes` planes behind."""
    # BEGIN SOLUTION
    n, height, width, _ = pictures.shape
    one_hot = np.eye(classes)[labels][:, None, None]
    planes = np.broadcast_to(one_hot, (n, height, width, classes))
    return np.concatenate([pictures, planes], axis=-1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson07.attach_label(attach_label)

# %% [markdown]
# > **What we know now.** A D that sees pictures alone reads 0 for a G that ignores what it is
# > asked, and gives it no reason to use a label. One that sees picture and label reads it.
#
# ## 2 · A conditional GAN
#
# Nothing else changes: the step of lesson 03 hands the labels on to both players. For points
# the label is one-hot beside them, for pictures it is the planes of the exercise.

# %%
from utils.course.show import show_code
from utils.networks.conditional import AttachLabel, beside_input

show_code(
    AttachLabel.call, "utils.networks.conditional: one rule for points and pictures"
)

# %%
show_code(beside_input, "A network that is told a label beside its input")

# %% [markdown]
# A ring of eight modes, each a class, and one D that is told the label and one that is **blind**.
# The modes are five times as wide as in lesson 03, so that we see their shape. (About 10 seconds
# each.)
#
# **Predict.** Which share of the blind one's points lies in the mode that was asked for?

# %%
from utils.models.steering_recipes import train_point_conditional

EIGHT = ring(8, std=0.05)
told_gan = train_point_conditional(EIGHT, RING_STEPS, seed(0))

# %%
blind_gan = train_point_conditional(EIGHT, RING_STEPS, seed(0), rule="blind")

# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(8.4, 4.3, 1, 2)
for ax, (name, gan) in zip(
    axes.flat,
    {"D is told the label": told_gan, "D is blind": blind_gan}.items(),
    strict=True,
):
    figures.codes_2d(
        gan.sample(160, seed(1)),
        np.arange(160) % 8,
        names=("x₁", "x₂"),
        title=name,
        ax=ax,
    )
figure

# %% [markdown]
# Each point is drawn as the number of the mode that was asked for. Told, D makes G put them
# apart. With a blind D there is a ring as well, and the numbers on it are mixed.
#
# Two numbers judge this. **Recall**: the share of points within 3σ of the mode that was asked for,
# where σ = 0.05 is its standard deviation. And **spread**: how wide the points of one mode are, divided
# by how wide they should be.
#
# **Predict.** A model has a recall of 99.9 %. Is it better than one of 98.9 %?

# %%
from utils.evaluation.coverage import asked_coverage


def judged(gan, mixture, n=8_000):
    """Recall and spread of n points, asked evenly for all modes."""
    modes = np.arange(n) % len(mixture.means)
    return asked_coverage(gan.sample(n, seed(2), modes), modes, mixture)


told, unheard = judged(told_gan, EIGHT), judged(blind_gan, EIGHT)

# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("D is told the label", f"{told.recall:.1%}", f"{told.spread:.2f}"),
        ("D is blind", f"{unheard.recall:.1%}", f"{unheard.spread:.2f}"),
        ("a perfect sampler", f"{1 - np.exp(-4.5):.1%}", "1"),
    ],
    ("", "recall of the asked mode", "spread of a mode, over the true one"),
    caption="Ring of eight, one seed",
)

# %% [markdown]
# A perfect sampler has 98.9 %: a Gaussian in the plane leaves 1.1 % of its points outside 3σ. So 99.9 %
# would be *worse*: a model that has too little variance. That is how a conditional GAN often fails. It
# draws the middle of the class, and a score that asks for the class alone calls that perfect.
#
# There are other ways to tell D the label. **Projection** (Miyato and Koyama 2018) adds
# $\langle e_y, f(x)\rangle$ to the logit: $e_y$ is a learned vector per class, $f(x)$ are D's last features. An
# **auxiliary classifier** (Odena et al. 2017) is not told: D also has to name the class, and G gains if
# it names the one asked for. One training proves little, so here are three of each
# (`benchmarks/steering.py` redoes them).

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("steering")
RULES = {
    "planes": "the label beside the input",
    "projection": "projection",
    "classifier": "an auxiliary classifier",
    "blind": "blind",
}


def over_seeds(runs, key, form):
    """One number per seed, in the same order in every column."""
    return ", ".join(f"{run[key]:{form}}" for run in runs)


figures.table(
    [
        (
            name,
            over_seeds(measured["ring"][rule], "recall", ".1%"),
            over_seeds(measured["ring"][rule], "spread", ".2f"),
        )
        for rule, name in RULES.items()
    ],
    ("D is told by", "recall of the asked mode", "spread of a mode"),
    caption="Ring of eight, three seeds each",
)

# %% [markdown]
# Beside the input or by projection makes no difference here. The auxiliary classifier fails on one
# seed of three. Perhaps because nobody tells its D whether *this* point lies in the mode that was
# asked for.

# %% tags=["claim"]
if current_scale() != "quick":
    assert 0.97 <= told.recall <= 0.996 and 0.8 <= told.spread <= 1.2
    assert unheard.recall <= 0.2
for rule in ("planes", "projection"):
    for run in measured["ring"][rule]:
        assert 0.97 <= run["recall"] <= 0.996 and 0.8 <= run["spread"] <= 1.2, rule
assert max(run["recall"] for run in measured["ring"]["blind"]) <= 0.2
named = [run["recall"] for run in measured["ring"]["classifier"]]
assert [recall > 0.97 for recall in sorted(named)] == [False, True, True], named

# %% [markdown]
# ### Digits
#
# The same with pictures: UCI's digits, 8×8 pixels, a convolutional pair, labels as planes. (About
# 15 seconds.)

# %%
from utils.data.digits import load
from utils.models.steering_recipes import train_picture_conditional

digits = load("uci")
digit_gan = train_picture_conditional(
    digits.train_pictures, digits.train_labels, DIGIT_STEPS, seed(0)
)

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {
        f"draw {row + 1}": digit_gan.sample(10, seed(10 + row), np.arange(10))
        for row in range(6)
    },
    labels=range(10),
    title="Each column was asked for one digit",
)

# %% [markdown]
# A classifier that was trained on the real digits says which digit was drawn. The **Fréchet distance**
# of its features says how far the pictures are from held-out ones, all digits together. Its floor is
# the distance of as many real digits.

# %%
from utils.evaluation.digit_classifier import classifier_accuracy, digit_features
from utils.evaluation.frechet import frechet_feature_distance

asked_digits = digits.test_labels
drawn = digit_gan.sample(len(asked_digits), seed(3), asked_digits)
as_asked = classifier_accuracy(drawn, asked_digits)


def from_held_out(pictures):
    """Fréchet distance of pictures from the held-out digits."""
    return frechet_feature_distance(
        digit_features(digits.test_pictures), digit_features(pictures)
    )


distance, floor = map(from_held_out, (drawn, digits.train_pictures[: len(drawn)]))
print(f"{as_asked:.1%} show the digit asked for")
print(f"Fréchet distance {distance:.2f}; of real digits {floor:.2f}")

# %% tags=["claim"]
if current_scale() != "quick":
    assert as_asked >= 0.93, as_asked
    assert distance <= 2.2, distance
    assert distance < 3 * floor, (distance, floor)

# %% [markdown]
# That was a quarter of a minute. Now MNIST, with 28×28 pixels: 4,000 steps, and D is told by projection.
# We trained it beforehand, and kept the generator. Each column is one label, each row one noise.
#
# **Predict.** What will the pictures of a row have in common?

# %%
from utils.models.steering_recipes import PICTURE_NOISE, picture_generator
from utils.networks.conditional import beside_input
from utils.networks.trained_weights import load_trained

mnist_generator = beside_input(picture_generator((28, 28, 1), 10), 10)
asked_card = load_trained(mnist_generator, "digits_asked")
judge_card = load_results("weights")["judge"]
latent = np.random.default_rng(seed(11)).normal(size=(5, PICTURE_NOISE))
by_noise = {
    f"noise {row + 1}": mnist_generator.predict(
        [np.repeat(z[None], 10, axis=0).astype("float32"), np.arange(10)], verbose=0
    )
    for row, z in enumerate(latent)
}

# %% jupyter={"source_hidden": true}
figures.image_rows(
    by_noise,
    labels=range(10),
    title="MNIST: one digit in each column, one noise in each row",
)

# %%
many = np.random.default_rng(seed(13)).normal(size=(200, PICTURE_NOISE))
both = np.repeat(many, 10, axis=0).astype("float32"), np.tile(np.arange(10), 200)
ink = mnist_generator.predict(both, verbose=0).mean(axis=(1, 2, 3)).reshape(200, 10)
ink -= ink.mean(axis=0)  # a 1 takes less than an 8
of_noise = ink.mean(axis=1).var() / ink.var()
print(f"{of_noise:.0%} of what ink varies within a digit goes with the noise")

# %% jupyter={"source_hidden": true}
mnist, real = (measured["mnist"][kind] for kind in ("projection", "real digits"))
figures.table(
    [
        (
            f"start {start}",
            f"{run['asked']:.1%}",
            f"{run['Fréchet feature distance']:.2f}",
            f"{run['seconds'] / 60:.0f}",
        )
        for start, run in enumerate(mnist)
    ]
    + [
        (
            "real training digits",
            over_seeds(real, "asked", ".1%"),
            over_seeds(real, "Fréchet feature distance", ".2f"),
            "",
        )
    ],
    ("MNIST", "shows the digit asked for", "Fréchet distance", "minutes of a core"),
    caption="10,000 digits each, judged by a classifier that is right on "
    f"{judge_card['scores']['accuracy']:.1%} of the test digits",
)

# %% [markdown]
# A row often looks as if written by one hand: as thick, as slanted. No label says so. How much ink a
# digit takes, beside what all of its kind take, is mostly decided by the noise.
#
# G is right as often as real digits are. That alone is no praise: it may draw none but clear ones.
# Hence the Fréchet distance. (It is that of another classifier's features, so it cannot be compared with
# the distance of UCI's digits.)

# %% tags=["claim"]
assert len(mnist) == 3 and min(run["asked"] for run in mnist) > 0.98, mnist
assert of_noise > 0.6, of_noise
assert asked_card["scores"]["asked digit drawn"] > 0.98, asked_card

# %% [markdown]
# ### Does D see the label?
#
# Here is how a much-read example attaches labels to pictures (*Conditional GAN* on keras.io, Sayak
# Paul 2021). It repeats the one-hot rows for each pixel, and brings them into shape.


# %%
def as_published(labels, height=8, width=8):
    """Label planes (n, height, width, 10), as that example makes them."""
    rows = np.repeat(np.eye(10)[labels][:, None, None], height * width)
    return rows.reshape(-1, height, width, 10)


def as_planes(labels, height=8, width=8):
    """Label planes (n, height, width, 10), as in exercise 7.1."""
    return np.broadcast_to(
        np.eye(10)[labels][:, None, None], (len(labels), height, width, 10)
    )


# %% jupyter={"source_hidden": true}
seven = {"as planes": as_planes([7])[0], "as published": as_published([7])[0]}
figures.image_rows(
    {
        name: 1.5 * np.moveaxis(made, -1, 0)[..., None] - 1.0
        for name, made in seven.items()
    },
    labels=[f"plane {k}" for k in range(10)],
    title="The ten planes of a 7",
)

# %% [markdown]
# `np.repeat` without an axis *flattens*: it repeats each number 64 times in a row. What should be one
# full plane becomes a band through all planes, at a height that depends on the label. No error
# is raised: the shape is right. And D's last layer there takes the maximum over the picture
# (**global max pooling**), wherever it is.
#
# Test it: **swap the labels**. Take real digits with their labels, and real digits with labels drawn at
# random. A D that sees picture and label together can tell them apart, and we know by how much: a
# label-blind G again, $\mathrm{JS} = 0.526$ nats for ten classes that never meet. We ask the same D
# about four ways to hand over a label: as planes, as published, as one plane that holds the number of
# the label, and as planes of labels that were shuffled on the way, as by a data pipeline that forgets
# to shuffle pictures and labels alike.
#
# **Predict.** Order the four by what such a D reads. Which ones read 0? (About 10 seconds.)


# %%
def as_number(labels, height=8, width=8):
    """One plane (n, height, width, 1) that holds label / 9."""
    return np.broadcast_to(
        np.reshape(labels, (-1, 1, 1, 1)) / 9, (len(labels), height, width, 1)
    )


def shuffled(labels):
    """Planes as they should be, of labels in another order than the pictures."""
    return as_planes(np.random.default_rng(seed(12)).permutation(labels))


def label_meter(attach):
    """JS of digits with right and with random labels, as a convolutional D reads it."""
    rng = np.random.default_rng(seed(4))

    def pairs(pictures, labels, times):
        x, y = np.tile(pictures, (times, 1, 1, 1)), np.tile(labels, times)
        order = rng.permutation(len(y))
        x, y = x[order], y[order]
        swapped = rng.integers(0, 10, len(y))
        return (np.concatenate([x, attach(each)], axis=-1) for each in (y, swapped))

    keras.utils.set_random_seed(seed(5))
    right, wrong = pairs(digits.train_pictures, digits.train_labels, 3)
    meter = DivergenceMeter(pooling_critic(right.shape[1:]))
    meter.learn(right, wrong, epochs=SWAP_EPOCHS, batch_size=128)
    return meter.read(*pairs(digits.test_pictures, digits.test_labels, 10)).value


def pooling_critic(shape):
    """Two convolutions, the maximum over the picture, one number."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(32, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(64, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )


swaps = {
    "as planes": label_meter(as_planes),
    "as published": label_meter(as_published),
    "as a number": label_meter(as_number),
    "shuffled": label_meter(shuffled),
}

# %% jupyter={"source_hidden": true}
figures.bars(
    swaps,
    ylabel="JS of right and random labels (nats)",
    title="Shuffled labels carry nothing; scrambled planes are read all the same",
    references={"exact, if no digit is ambiguous": blind_js(10)},
    number_format=".3f",
)

# %% [markdown]
# A surprise: the scrambled planes look hopeless, and D reads them nearly as well as full ones. The
# band begins somewhere *within* a row, at a place that depends on the label, and it lies nearer to
# one edge of the picture or the other: traces that a filter can find wherever they are. (That is
# a guess; the reading is not.) So the mistake costs hardly anything, here, with 8×8 pixels. A label
# as one number costs a good part of what there is to see: perhaps since 3 and 4 are nearly alike.
#
# Shuffled labels look flawless and carry *nothing*: D reads 0, and G will ignore what it is asked.
# No error is raised for them either. The swap test takes seconds, needs no training of a GAN, and
# tells what matters from what only looks wrong.
#
# > **What we know now.** Judge a conditional GAN by recall *and* spread. And before you train one,
# > swap the labels: can D tell?

# %% tags=["claim"]
if current_scale() != "quick":
    assert swaps["as planes"] > 0.4, swaps
    assert abs(swaps["as planes"] - swaps["as published"]) < 0.06, swaps
    assert 0.1 < swaps["as a number"] < swaps["as planes"] - 0.05, swaps
    assert abs(swaps["shuffled"]) < 0.02, swaps

# %% [markdown]
# ## 3 · Can a code steer without labels?
#
# Labels cost work. Can G sort its pictures by itself? Give it a **code** $c$ beside the noise, one of
# $k$ values, all equally probable. As we saw, G has no reason to use it. **InfoGAN** (Chen et al. 2016)
# gives it one: a third network, the **recognizer** $Q$, looks at the picture and guesses the code. G
# and Q both gain if the guess is right. What they raise is
#
# $$L = \mathbb E[\log Q(c \mid G(z, c))] + H(c) \;\le\; I(c;\, G(z, c)) \;\le\; H(c).$$
#
# $H(c) = \log k$ is what there is to know. The **mutual information** $I$ is what the picture tells
# about the code, in nats. $L$ is what Q has understood of that: a lower bound, as D's reading was in
# lesson 02. D is as in lesson 03, and has never heard of codes.
#
# ### Exercise 7.2 · InfoGAN's bound (easy, 10 minutes)
#
# Q returns logits `(n, k)`. Return $L$ in nats, with `keras.ops`. It must be right for a very sure Q
# as well.
#
# <details><summary>Hint 1</summary>
# A Q that knows nothing says 1/k for every code. Then L must be 0: work out by hand what has to be
# added to the mean of log Q.
# </details>
# <details><summary>Hint 2</summary>
# <code>ops.log_softmax(logits)</code>, of that the column of the code that made the picture
# (<code>ops.one_hot</code>), the mean, and log k.
# </details>


# %% tags=["exercise"]
# Exercise 7.2: InfoGAN's bound
def infogan_bound(logits, codes):
    """L in nats, a scalar, from logits (n, k) and the codes (n,) behind the pictures."""
    # BEGIN SOLUTION
    k = logits.shape[-1]
    log_q = ops.sum(ops.log_softmax(logits) * ops.one_hot(codes, k), axis=-1)
    return ops.mean(log_q) + np.log(k)
    # END SOLUTION


# %% tags=["check"]
checks.lesson07.infogan_bound(infogan_bound)

# %% [markdown]
# This is the whole difference to lesson 03: one term in what G lowers.

# %%
from utils.models import InfoGAN

show_code(InfoGAN.latent_loss, "What G and Q lower together: InfoGAN.latent_loss")

# %% [markdown]
# The ring of eight without labels, and a code of eight values. Once more with weight 0: there Q
# learns to read all the same, but G does not listen. (About 10 seconds each.)
#
# **Predict.** How high does the bound come, and where does it stop? And with weight 0?

# %%
from utils.models.steering_recipes import train_point_infogan


class Bounds(keras.callbacks.Callback):
    """Looks at the bound, on the same thousand latent vectors, every so many steps."""

    def __init__(self, every):
        super().__init__()
        self.every, self.taken, self.steps, self.values = every, 0, [], []

    def on_train_batch_begin(self, batch, logs=None):
        if self.taken % self.every == 0:
            self.steps.append(self.taken)
            self.values.append(bound_of(self.model))
        self.taken += 1


def bound_of(gan):
    """The bound of an InfoGAN in nats, on a thousand new latent vectors."""
    latent = gan.latent_vectors(1_000, seed(5))
    return float(gan.bound(latent, gan(latent)))


def watched(weight):
    """An InfoGAN on the ring, and its bound while it trained."""
    bounds = Bounds(max(INFO_STEPS // 40, 1))
    gan = train_point_infogan(EIGHT, 8, INFO_STEPS, seed(0), weight, callbacks=[bounds])
    return gan, bounds


ring_gan, climbed = watched(1.0)

# %%
unpaid_gan, flat = watched(0.0)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        f"weight {weight}": (bounds.steps, bounds.values)
        for weight, bounds in ((1, climbed), (0, flat))
    },
    references={"log 8": np.log(8)},
    xlabel="step",
    ylabel="bound (nats)",
    title="The bound climbs to log 8, and cannot pass",
)

# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(8.4, 4.3, 1, 2)
for ax, (name, gan) in zip(
    axes.flat, {"weight 1": ring_gan, "weight 0": unpaid_gan}.items(), strict=True
):
    codes = np.arange(160) % 8
    figures.codes_2d(
        gan.sample(160, seed(1), codes), codes, names=("x₁", "x₂"), title=name, ax=ax
    )
figure

# %% [markdown]
# Without any label the codes have parted. Which mode a code finds is chance: code 3 need not be the
# mode that we would call 3. With weight 0 the codes lie anywhere, and Q reads next to nothing.
#
# ### Exercise 7.3 · Matched accuracy (medium, 10 minutes)
#
# How often does a code mean the right class, if nobody said which code means which class? **Match**
# them one to one, such that most examples agree. Then count. But matching is a fit, and a fit must
# be scored on examples that it has not seen: with ten classes and 360 examples luck alone would look
# like 17 %, where it is worth 10 %. So match on `codes, labels`, and return the share of
# `new_codes, new_labels` that agree.
#
# <details><summary>Hint 1</summary>
# Make a table, (kinds, kinds): how often code i meets label j. <code>np.add.at(table, (codes, labels),
# 1)</code> counts.
# </details>
# <details><summary>Hint 2</summary>
# <code>scipy.optimize.linear_sum_assignment(table, maximize=True)</code> returns rows and columns of the
# best matching: the columns are what each code means. (It is called the Hungarian algorithm.)
# </details>

# %% tags=["exercise"]
# Exercise 7.3: matched accuracy
from scipy.optimize import linear_sum_assignment


def matched_accuracy(codes, labels, new_codes, new_labels, kinds):
    """Share of the new examples whose code means their label; all (n,), below kinds."""
    # BEGIN SOLUTION
    table = np.zeros((kinds, kinds))
    np.add.at(table, (codes, labels), 1)
    _, means = linear_sum_assignment(table, maximize=True)
    return np.mean(means[new_codes] == new_labels)
    # END SOLUTION


# %% tags=["check"]
checks.lesson07.matched_accuracy(matched_accuracy)

# %% [markdown]
# On the ring. (The course's own draws the two halves itself.)

# %%
from utils.evaluation import steering


def agreement(gan, mixture, n=4_000):
    """Share of points in the mode that stands for their code, matched one to one."""
    codes = np.arange(n) % gan.categories
    return steering.matched_accuracy(
        codes, mixture.nearest(gan.sample(n, seed(6), codes))[0]
    )


agreements = {
    name: agreement(gan, EIGHT)
    for name, gan in (("weight 1", ring_gan), ("weight 0", unpaid_gan))
}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            kind,
            f"{bound_of(gan):.3f}",
            f"{agreements[kind]:.1%}",
        )
        for kind, gan in (("weight 1", ring_gan), ("weight 0", unpaid_gan))
    ],
    ("", f"bound (nats), of {np.log(8):.4f}", "code and mode agree"),
    caption="Ring of eight, one seed",
)

# %% [markdown]
# Once more, one training proves little. Ten, from ten starts:

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            kind,
            over_seeds(measured["code"][kind], "bound", ".2f"),
            over_seeds(measured["code"][kind], "agreement", ".0%"),
        )
        for kind in ("weight 1", "weight 0")
    ],
    ("", "bound (nats)", "code and mode agree"),
    caption="Ring of eight, ten seeds each",
)

# %% [markdown]
# In eight of ten each code has a mode of its own. In the other two it agrees in 13 of 16 points:
# two codes share one mode, and another code serves two. Their bounds are as full as the others'.

# %% tags=["claim"]
lucky = list(zip(*np.random.default_rng(0).integers(0, 10, (2, 100, 360)), strict=True))
seen = np.mean([np.mean(steering.match(c, y)[c] == y) for c, y in lucky])
unseen = np.mean([steering.matched_accuracy(c, y) for c, y in lucky])
assert abs(seen - 0.17) < 0.01 and abs(unseen - 0.10) < 0.01, (seen, unseen)
if current_scale() != "quick":
    assert 2.07 <= bound_of(ring_gan) <= np.log(8) + 1e-4
    assert agreements["weight 1"] >= 0.75
    assert bound_of(unpaid_gan) <= 0.4 and agreements["weight 0"] <= 0.4
paid, unpaid = (measured["code"][kind] for kind in ("weight 1", "weight 0"))
assert sum(run["agreement"] > 0.99 for run in paid) == 8
rest = [run["agreement"] for run in paid if run["agreement"] <= 0.99]
assert np.allclose(rest, 13 / 16, atol=0.02), rest
assert min(run["bound"] for run in paid) > 2.07
assert max(run["bound"] for run in unpaid) < 0.25

# %% [markdown]
# ### Digits without labels
#
# The paper sorts MNIST's digits by Q, which has never seen a label, and reports an error of 5 %: the
# code *was* the digit. We try it on UCI's digits, with a code of ten values. (About 15 seconds.)
#
# **Predict.** The bound comes to more than 98 % of log 10. What share of the pictures shows the digit
# that stands for its code?

# %%
from utils.evaluation.digit_classifier import digit_classifier
from utils.models.steering_recipes import train_picture_infogan


def code_and_digit(gan, n=2_000):
    """Codes, and the digits that G draws for them, as the classifier sees it."""
    codes = np.arange(n) % 10
    drawn = gan.sample(n, seed(9), codes)
    return codes, digit_classifier().predict(drawn, verbose=0).argmax(axis=1)


plain_gan = train_picture_infogan(digits.train_pictures, 10, CODE_STEPS, seed(0))
plain_match = steering.matched_accuracy(*code_and_digit(plain_gan))
print(
    f"bound {bound_of(plain_gan):.3f} of {np.log(10):.3f} nats; matched {plain_match:.1%}"
)

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {
        f"code {code}": plain_gan.sample(12, seed(10), np.full(12, code))
        for code in range(10)
    },
    title="Ten codes, twelve pictures of each",
)

# %% [markdown]
# Q is hardly ever wrong: the bound is nearly full. And yet many pictures do not show the digit that
# stands for their code. (After a longer training, at `full`, nearly all do: one start, 98 %.) Which
# digits does each code draw?

# %% jupyter={"source_hidden": true}
codes, shown = code_and_digit(plain_gan)
table = np.zeros((10, 10))
np.add.at(table, (codes, shown), 1)
table /= table.sum(axis=1, keepdims=True)
figures.table(
    [
        (
            f"code {code}",
            ", ".join(
                f"{digit} ({row[digit]:.0%})"
                for digit in np.argsort(-row)
                if row[digit] >= 0.1
            ),
        )
        for code, row in enumerate(table)
    ],
    ("", "digits that it draws, as the classifier sees them"),
    caption="Shares of a tenth and more, one seed",
)

# %% [markdown]
# Where a code draws two digits, Q has no reason to complain: both together are told from what
# all other codes draw. Nothing in $L$ asks for *digits*. It asks for ten looks that are easy to
# tell apart, and two ways to write a 1 may be two looks.
#
# Nor does the bound say how good a training was. The same recipe from five starts, and beside it
# the plainest way to sort pictures without labels: **k-means**, ten clusters of pixels.

# %%
from sklearn.cluster import KMeans

pixels = digits.train_pictures.reshape(len(digits.train_pictures), -1)
sorted_by_pixels = [
    steering.matched_accuracy(
        KMeans(10, n_init=4, random_state=start).fit_predict(pixels),
        digits.train_labels,
    )
    for start in range(5)
]

# %% jupyter={"source_hidden": true}
figures.table(
    [
        *(
            (
                f"InfoGAN, {kind}",
                over_seeds(measured["writing"][kind], "bound", ".3f"),
                over_seeds(measured["writing"][kind], "drawn", ".0%"),
                over_seeds(measured["writing"][kind], "read", ".0%"),
            )
            for kind in (
                "weight 1",
                "weight 0.3",
                "weight 0.1",
                "weight 0.1, shared",
            )
        ),
        (
            "k-means of pixels",
            "",
            "",
            ", ".join(f"{share:.0%}" for share in sorted_by_pixels),
        ),
    ],
    ("", "bound (nats)", "drawn: code means digit", "real digits, sorted"),
    caption="UCI's digits, matched accuracy from five starts; by luck 10 %",
)

# %% [markdown]
# In each of the first three rows the bounds agree to a hundredth; the matched accuracy differs by more than
# fifteen points. And real digits are sorted hardly better by Q than by k-means.
#
# In the fourth row Q **shares layers** with D, all but the last, nearly as in the paper. Then D's loss
# changes as well: in its own turn D raises the bound, through the layers that it shares. Q begins with
# what D looks at, and D looks at what makes a digit real. The bounds of this row are the lowest, and on
# average its codes are the nearest to the digits, though the ranges overlap. A higher bound does not mean
# more digit.
#
# ### On MNIST
#
# A Q that shares layers, on MNIST as in the paper: a code of ten values, and two numbers from $U(-1, 1)$
# beside it (numbers: section 4). 4,000 steps, about ten minutes of a core each, five starts
# (`benchmarks/steering.py codes`). The bound in the table is that of the ten values alone.
#
# **Predict.** The published share is 95 %. What will the five say?

# %% jupyter={"source_hidden": true}
codes_of_mnist = measured["codes"]["weight 0.1, shared"]
figures.table(
    [
        (
            f"start {start}",
            f"{run['bound']:.3f}",
            f"{run['drawn']:.0%}",
            f"{run['read']:.0%}",
        )
        for start, run in enumerate(codes_of_mnist)
    ]
    + [
        (
            "k-means of pixels",
            "",
            "",
            over_seeds(measured["codes"]["k-means of pixels"], "read", ".0%"),
        )
    ],
    (
        "MNIST",
        "bound (nats)",
        "drawn: code means digit",
        "test digits, sorted by Q",
    ),
    caption=f"log 10 = {np.log(10):.4f}; published, of digits sorted by Q: 95 %",
)

# %% [markdown]
# The bounds are nearly full, and the codes are not the digits. Q sorts between a half and two thirds of the
# test digits as their labels do; k-means, which has these very pictures to sort, does a little more than a
# half. The published training differs: larger networks, batch normalization, more noise, more steps. We
# have not measured which of them matters.
#
# > **What we know now.** With the bound in its loss, G can be read without a single label. What a
# > code stands for is up to G.

# %% tags=["claim"]
if current_scale() != "quick":
    assert bound_of(plain_gan) > 0.98 * np.log(10)
if current_scale() == "laptop":
    assert 0.5 < plain_match < 0.95, plain_match
if current_scale() == "full":
    assert plain_match > 0.95, plain_match
of_kind = {
    kind: [np.array([run[key] for run in five]) for key in ("bound", "drawn", "read")]
    for kind, five in measured["writing"].items()
}
for kind in ("weight 1", "weight 0.3", "weight 0.1"):
    bounds, drawn_matches, read_matches = of_kind[kind]
    assert np.ptp(bounds) < 0.01 and 0.15 < np.ptp(drawn_matches) < 0.3
    assert read_matches.max() < max(sorted_by_pixels) + 0.02
    for key, sign in ((0, -1), (1, 1), (2, 1)):  # bound, drawn, read
        shared = of_kind["weight 0.1, shared"][key]
        assert sign * (shared.mean() - of_kind[kind][key].mean()) > 0, (kind, key)
assert len(codes_of_mnist) == 5
for run in codes_of_mnist:
    assert run["bound"] > 0.99 * np.log(10) and 0.45 < run["read"] < 0.7, run
for run in measured["codes"]["k-means of pixels"]:
    assert 0.5 < run["read"] < 0.6, run

# %% [markdown]
# ## 4 · What the bound hides
#
# **A bound is no accuracy.** Ten classes, a code of ten values, and a Q that reads as well as can be:
# then $L = I$, and $I$ follows from the table of how often code and class meet.
#
# **Predict.** One code never tells a 4 from a 9, and is right about all others. Another errs in 5 % of
# all cases, evenly. Which has the higher bound, and which the higher accuracy?

# %%
from utils.measures.information import mutual_information


def confused(error, k=10):
    """Code and class agree but for a share of errors, which fall anywhere."""
    return (np.eye(k) * (1 - error - error / (k - 1)) + error / (k - 1)) / k


merged = np.eye(10) / 10
merged[:2, :2] = 1 / 20  # codes 0 and 1 both stand for classes 0 and 1
tables = {
    "one class, one code": np.eye(10) / 10,
    "two classes under two codes, mixed": merged,
    "5 % errors, evenly": confused(0.05),
    "20 % errors, evenly": confused(0.20),
    "codes in pairs: five classes": np.kron(np.eye(5), np.ones((2, 2))) / 20,
}
known = {
    name: (mutual_information(joint), joint[linear_sum_assignment(-joint)].sum())
    for name, joint in tables.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [(name, f"{nats:.4f}", f"{share:.0%}") for name, (nats, share) in known.items()],
    ("code and class", "I = L (nats), of log 10 = 2.3026", "best accuracy"),
    caption="Exact",
)

# %% [markdown]
# The higher bound has the lower accuracy. Nats count how much is *unclear*: two classes out of ten
# that are mixed cost 0.2·log 2, errors that may fall anywhere cost much more.

# %% tags=["claim"]
exact = [2.302585, 2.163956, 1.994209, 1.362738, np.log(5)]
assert np.allclose([nats for nats, _ in known.values()], exact, atol=1e-6)
assert np.allclose([share for _, share in known.values()], [1, 0.9, 0.95, 0.8, 0.5])

# %% [markdown]
# **Data that are not even.** Three modes hold 60 %, 30 % and 10 % of the data. The code has three
# values, equally probable. If G draws the modes as often as the data do, its codes cannot all have
# a mode of their own: each makes a third of the points. The table of codes and modes that
# then tells most is
#
# | | 60 % | 30 % | 10 % |
# |---|---|---|---|
# | code 0 | 1/3 | | |
# | code 1 | 4/15 | | 1/15 |
# | code 2 | | 3/10 | 1/30 |
#
# and it holds 0.623 nats, of log 3 = 1.099. (About 10 seconds.)
#
# **Predict.** Which gives way, the bound or the data?

# %%
from utils.data.mixtures import GaussianMixture
from utils.measures.divergences import js_divergence

UNEVEN = GaussianMixture(ring(3).means, 0.05, [0.6, 0.3, 0.1])
uneven_gan = train_point_infogan(UNEVEN, 3, UNEVEN_STEPS, seed(0))
codes = np.arange(6_000) % 3
modes = UNEVEN.nearest(uneven_gan.sample(6_000, seed(7), codes))[0]
meet = np.zeros((3, 3))
np.add.at(meet, (codes, modes), 1)
of_modes = meet.sum(axis=0) / meet.sum()

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (f"code {code}", *(f"{share:.0%}" for share in row / row.sum()))
        for code, row in enumerate(meet)
    ]
    + [("all", *(f"{share:.0%}" for share in of_modes))],
    ("", *(f"mode of {weight:.0%}" for weight in UNEVEN.weights)),
    caption=f"Bound {bound_of(uneven_gan):.3f} of {np.log(3):.3f} nats; what the codes "
    f"tell of the mode: {mutual_information(meet):.3f} nats",
)

# %%
shares = np.array(UNEVEN.weights)
faithful = np.array([[1 / 3, 0, 0], [4 / 15, 0, 1 / 15], [0, 3 / 10, 1 / 30]])
lost = float(js_divergence(shares, np.full(3, 1 / 3)))
gained = np.log(3) - mutual_information(faithful)
print(f"thirds instead of 60, 30, 10 %: JS {lost:.3f} nats; bound +{gained:.3f} nats")

# %% [markdown]
# The bound is full, and the shares are not those of the data. Eight trainings:

# %% jupyter={"source_hidden": true}
uneven = measured["uneven"]["weight 1"]
figures.table(
    [
        (
            f"{run['bound']:.3f}",
            f"{run['known']:.3f}",
            ", ".join(f"{share:.0%}" for share in run["modes"]),
        )
        for run in sorted(uneven, key=lambda run: -run["known"])
    ],
    ("bound (nats)", "codes tell of the mode (nats)", "modes hold"),
    caption="Data: 60, 30 and 10 %; one row per seed",
)

# %% [markdown]
# The data give way. In seven of eight, each code takes a mode, and each mode holds a third of what G
# draws. The distance that D measures grows by 0.05 nats, the bound by nearly 0.5. With weight 1 that
# lowers G's loss. The code was given equal shares, and writes them into the pictures.

# %% tags=["claim"]
assert np.isclose(mutual_information(faithful), 0.622784, atol=1e-6)
assert (
    np.allclose(faithful.sum(axis=0), shares)
    and 0.05 < lost < 0.06
    and 0.45 < gained < 0.5
)
if current_scale() != "quick":
    assert bound_of(uneven_gan) > 0.95 * np.log(3)
    assert np.abs(of_modes - shares).max() > 0.1, of_modes
thirds = [run for run in uneven if np.allclose(run["modes"], 1 / 3, atol=0.01)]
assert len(uneven) == 8 and len(thirds) == 7
assert min(run["bound"] for run in uneven) > 0.99 * np.log(3)
assert min(run["known"] for run in thirds) > 1.09

# %% [markdown]
# **The σ trap.** A code may be a number too, $c$ from $U(-1, 1)$, and Q then says $N(\mu(x), \sigma^2)$.
# Let Q be perfect: $\mu(x) = c$ exactly. All it says then depends on the σ that it is given:

# %%
from utils.measures.information import gaussian_bound

numbers = np.random.default_rng(seed(8)).uniform(-1, 1, (10_000, 1)).astype("float32")
perfect = {
    std: float(gaussian_bound(numbers, 0 * numbers + 2 * np.log(std), numbers))
    for std in (1.0, 0.5, 0.1, 0.01)
}
ignorant = float(gaussian_bound(0 * numbers, 0 * numbers - np.log(3), numbers))

# %% jupyter={"source_hidden": true}
figures.table(
    [(f"reads c exactly, σ = {std:g}", f"{nats:.4f}") for std, nats in perfect.items()]
    + [("knows nothing, best σ = 1/√3", f"{ignorant:.4f}")],
    ("Q", "bound (nats)"),
    caption="A code from U(−1, 1), of entropy log 2 = 0.6931",
)

# %% [markdown]
# With σ = 1, which is what a plain squared error amounts to, a *perfect* Q reads below zero. With a σ
# that is learned its bound grows without end. And a Q that knows nothing does not read 0. A density is
# no probability, so here neither 0 nor $H(c)$ is an end of the scale: compare only bounds of one σ.
#
# > **What we know now.** A full bound says that G can be read. It does not say what the code means,
# > it can be bought with the data, and of a number it says nothing without its σ.

# %% tags=["claim"]
for std, nats in perfect.items():
    assert abs(nats - (np.log(2) - 0.5 * np.log(2 * np.pi * std**2))) < 1e-4
assert abs(ignorant - (np.log(2) - 0.5 * np.log(2 * np.pi * np.e / 3))) < 0.02
assert perfect[1.0] < ignorant < 0

# %% [markdown]
# ## 5 · Measured here, published, source
#
# One seed of what this notebook measured, beside what was published.

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            "label-blind G, ten classes: JS with labels (nats)",
            f"{together:.4f}",
            f"{blind_js(10):.4f}",
            "exact",
        ),
        (
            "the same, D sees points alone",
            f"{without_label:.4f}",
            "0",
            "exact",
        ),
        (
            "conditional GAN on the ring: recall",
            f"{told.recall:.1%}",
            f"{1 - np.exp(-4.5):.1%}",
            "a perfect sampler",
        ),
        ("… spread of a mode", f"{told.spread:.2f}", "1", "a perfect sampler"),
        ("UCI's digits: digit asked for", f"{as_asked:.1%}", "", ""),
        (
            "InfoGAN on the ring: bound (nats)",
            f"{bound_of(ring_gan):.4f}",
            f"{np.log(8):.4f}",
            "H(c)",
        ),
        (
            "MNIST: digit asked for (three starts)",
            over_seeds(mnist, "asked", ".1%"),
            "",
            "",
        ),
        ("InfoGAN on UCI's digits: matched", f"{plain_match:.0%}", "", ""),
        (
            "InfoGAN on MNIST: sorted by Q (five starts)",
            over_seeds(codes_of_mnist, "read", ".0%"),
            "95 %",
            "Chen et al. 2016",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% [markdown]
# Notebook 07b goes on with axes instead of classes: what one number of a code changes in a face,
# which scores of that can be trusted, and glasses by arithmetic.
#
# ## What to read next
#
# - Mirza and Osindero (2014), *Conditional generative adversarial nets*.
# - Odena, Olah and Shlens (2017), *Conditional image synthesis with auxiliary classifier GANs*.
# - Miyato and Koyama (2018), *cGANs with projection discriminator*.
# - Chen et al. (2016), *InfoGAN*: section 5 for the bound, section 7 for MNIST.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | label | the class of an example, as an integer | 标签 |
# | one-hot | 1 in the place of the label, 0 elsewhere | 独热编码 |
# | conditional GAN | both networks are told a label | 条件生成对抗网络 |
# | label-blind generator | draws all classes, but not the one asked for | 无视标签的生成器 |
# | projection discriminator | matches a vector of the class with its last features | 投影判别器 |
# | auxiliary classifier | a second output of D, which names the class | 辅助分类器 |
# | recognizer | the network Q that guesses the code behind a picture | 识别网络 |
# | mutual information | what one variable tells about another, in nats | 互信息 |
# | matched accuracy | share of examples whose code means their class | 匹配准确率 |

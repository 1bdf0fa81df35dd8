# ---
# title: One player alone
# claim: A generator alone draws in one pass but is judged pixel by pixel; a
#   discriminator alone judges wholes but needs hundreds of steps to draw.
# needs: Keras; the KL divergence (lesson 01); that a discriminator returns a logit
#   (lessons 02 and 03)
# topics:
#   22: "1 · Parts that must agree"
#   23: "2 · A generator alone needs codes"
#   24: "3 · Halfway between two codes"
#   25: "4 · Pixels judge badly"
#   26: "5 · Output neurons do not see each other"
#   27: "6 · A discriminator alone"
#   28: "7 · The same thing under other names"
# bonus: false
# ---

# %% [markdown]
# # 04 · One player alone
#
# **Claim.** A generator alone draws in one pass but is judged pixel by pixel; a
# discriminator alone judges wholes but needs hundreds of steps to draw. Each has what the
# other lacks.
#
# After this lesson you can
#
# - say why a picture can be right in every pixel and wrong as a whole, and measure it;
# - train an autoencoder and a VAE, write both terms of the VAE's loss, and show what its
#   noise is good for;
# - find two pictures of which squared error prefers the wrong one;
# - let a discriminator draw, with its own dreams as the negative examples, and say what
#   that costs.
#
# **Minutes:** {minutes}. **You need:** Keras; from lessons 01 to 03 the KL divergence, and that a
# discriminator D returns a logit, high for what looks real.

# %%
import keras
import numpy as np
from keras import layers, ops

from utils import checks, figures
from utils.course.scale import current_scale, scale
from utils.figures import table

keras.utils.set_random_seed(4)

# %% [markdown]
# Everything that takes time stands in one cell. `COURSE_SCALE` chooses the column: `laptop`
# is what the text describes.

# %% tags=["parameters"]
CLASSIFIER_EPOCHS = scale(quick=1, laptop=15, full=15)
DISCRIMINATOR_EPOCHS = scale(quick=1, laptop=40, full=100)
REPAINTED_STROKES = scale(quick=200, laptop=2_000, full=9_000)
DRAWN_STROKES = scale(quick=500, laptop=8_000, full=50_000)
STROKE_EPOCHS = scale(quick=1, laptop=20, full=40)
CODE_EPOCHS = scale(quick=1, laptop=60, full=300)
NOISE_EPOCHS = scale(quick=1, laptop=100, full=300)
DECODER_EPOCHS = scale(quick=1, laptop=25, full=100)
LAYERS = scale(
    quick=((64,), (40, 40, 40, 40)),
    laptop=((64,), (1024,), (48, 48), (40, 40, 40, 40)),
    full=((64,), (256,), (1024,), (4096,), (48, 48), (40, 40, 40, 40)),
)
LINE_ROUNDS = scale(quick=2, laptop=25, full=100)
PLANE_POINTS = scale(quick=256, laptop=2_560, full=2_560)
PLANE_EPOCHS = scale(quick=1, laptop=50, full=500)
PLANE_ASCENT = scale(quick=5, laptop=200, full=200)
DIGIT_EPOCHS = scale(quick=1, laptop=70, full=1_000)
DIGIT_ASCENT = scale(quick=5, laptop=200, full=1_000)
NOISE_ASCENT = scale(quick=2, laptop=60, full=200)
STRIP_TRIALS = scale(quick=3, laptop=100, full=1_000)

# %% [markdown]
# ## 1 · Parts that must agree
#
# A label is one number. A picture, a sentence or a voice is **structured output**: many
# parts, and what makes it right is how they fit together. Here are handwritten digits (UCI,
# 8×8 pixels, in [−1, 1]).

# %%
from utils.data.digits import load

digits = load("uci")
TRAIN, TEST = digits.train_pictures[:1_408], digits.test_pictures
SHAPE = TRAIN.shape[1:]
figures.image_grid(TRAIN[:20], title="Real digits, 8×8")

# %% [markdown]
# Now draw pictures **bottom-up**, one pixel at a time. For each pixel take the gray level
# that it has in *some* real picture, chosen anew for every pixel. Each pixel on its own is
# then perfect: over many pictures, it takes exactly the values it takes in real ones.
#
# **Predict.** What will these pictures look like? And if each pixel comes from a picture
# of the *same digit*?


# %%
def shuffle_pixels(images, seed=0):
    """Gives every pixel the values it has in these images, in an order of its own."""
    columns = images.reshape(len(images), -1).T
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(c) for c in columns], axis=1).reshape(images.shape)


shuffled, shuffled_test = shuffle_pixels(TRAIN, 0), shuffle_pixels(TEST, 1)
threes = TRAIN[digits.train_labels[:1_408] == 3]
figures.image_rows(
    {
        "real": TRAIN[:10],
        "each pixel\nfrom any digit": shuffled[:10],
        "real threes": threes[:10],
        "each pixel\nfrom any three": shuffle_pixels(threes)[:10],
    },
    title="Every pixel right on average, and every picture wrong",
)

# %% [markdown]
# Who can tell? A judge that looks at pixels one by one, adding up a weight for each (a
# logistic regression), sees the same averages on both sides. A judge that looks
# **top-down**, at the whole, may see it. We train both to tell real from shuffled.

# %%
from utils.networks.encoders import mlp_encoder


def train_discriminator(
    real, spoiled, hidden=(128, 128), epochs=DISCRIMINATOR_EPOCHS, network=None
):
    """A discriminator, hidden layers or a network: logit > 0 means "a real one"."""
    keras.utils.set_random_seed(0)
    discriminator = network or mlp_encoder(real.shape[1:], 1, hidden, "swish")
    discriminator.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(spoiled))])
    pictures = np.concatenate([real, spoiled])
    discriminator.fit(pictures, labels, batch_size=64, epochs=epochs, verbose=0)
    return discriminator


def logits_of(discriminator, images):
    """The logits of pictures, (n,)."""
    return ops.convert_to_numpy(discriminator(images)).ravel()


def accuracy(discriminator, real, spoiled):
    """Share of right verdicts, as many real as spoiled pictures."""
    right = logits_of(discriminator, real) > 0, logits_of(discriminator, spoiled) < 0
    return (right[0].mean() + right[1].mean()) / 2


# %%
verdicts = {
    name: accuracy(train_discriminator(TRAIN, shuffled, hidden), TEST, shuffled_test)
    for name, hidden in (("pixel by pixel", ()), ("the whole picture", (128, 128)))
}
figures.bars(
    verdicts,
    ylabel="right verdicts on held-out pictures",
    references={"guessing": 0.5},
    number_format=".1%",
    ylim=(0, 1),
    title="What is wrong is between the pixels, not in them",
)

# %% [markdown]
# So a generator has to *decide* on a whole before it draws the parts, and a judge who sees
# wholes has an easy job. The rest of the lesson lets each of the two play alone.

# %% tags=["claim"]
assert np.array_equal(np.sort(TRAIN, axis=0), np.sort(shuffled, axis=0))
if current_scale() != "quick":
    assert abs(verdicts["pixel by pixel"] - 0.5) < 0.1
    assert verdicts["the whole picture"] > 0.9

# %% [markdown]
# ## 2 · A generator alone needs codes
#
# Suppose we have no judge, only pictures. We want a network that turns a short vector, a
# **code**, into a picture. Training it is easy if every picture *has* a code: a
# regression from code to picture, by squared error. So where do the codes come from?
#
# First try: assign them at random, two numbers for each picture.
#
# **Predict.** Two sevens that look alike get codes far apart; a seven and a zero may get
# almost the same. What will the network draw?

# %%
from utils.networks.mlp import mlp_generator

random_codes = np.random.default_rng(0).normal(size=(len(TRAIN), 2)).astype("float32")
keras.utils.set_random_seed(0)
from_random = mlp_generator(SHAPE, latent_dim=2)
from_random.compile(keras.optimizers.Adam(2e-3), "mse")
from_random.fit(random_codes, TRAIN, batch_size=64, epochs=CODE_EPOCHS, verbose=0)
redrawn_random = ops.convert_to_numpy(from_random(random_codes))

# %% [markdown]
# Second try: let another network *choose* the codes. An **autoencoder** trains an encoder
# (picture to code) and a decoder (code to picture) together, so that the picture comes
# back. Similar pictures get similar codes, because that makes the decoder's work easier.
# The decoder is the same network as before; it is our generator.

# %%
from utils.course.show import show_code
from utils.models import Autoencoder

show_code(Autoencoder.call, "utils.models.Autoencoder.call")

# %%
keras.utils.set_random_seed(0)
flat = Autoencoder(mlp_encoder(SHAPE, 2), mlp_generator(SHAPE, latent_dim=2))
flat.compile(keras.optimizers.Adam(2e-3))
flat.fit(TRAIN, batch_size=64, epochs=CODE_EPOCHS, verbose=0)
codes = flat.encode(TRAIN)

figures.image_rows(
    {
        "real": TRAIN[:10],
        "from random codes": redrawn_random[:10],
        "from learned codes": flat.reconstruct(TRAIN[:10]),
    },
    title="The same decoder, the same training: only the codes differ",
)

# %% [markdown]
# Measured: the squared error of a redrawn picture; and how often the picture with
# the *nearest code* shows the same digit.

# %%
from sklearn.neighbors import NearestNeighbors

train_labels = digits.train_labels[: len(TRAIN)]


def same_digit_nearby(codes, labels):
    """Share of codes whose nearest other code belongs to the same digit."""
    _, nearest = NearestNeighbors(n_neighbors=2).fit(codes).kneighbors(codes)
    return np.mean(labels[nearest[:, 1]] == labels)


def error(made, images=TRAIN):
    """Mean squared error of a pixel."""
    return float(np.mean((made - images) ** 2))


code_errors = {
    "random": error(redrawn_random),
    "learned": error(flat.reconstruct(TRAIN)),
}
neighbors = {
    "random": same_digit_nearby(random_codes, train_labels),
    "learned": same_digit_nearby(codes, train_labels),
}
always_the_mean = error(np.broadcast_to(TRAIN.mean(axis=0), TRAIN.shape))
table(
    [
        ("always the mean picture", f"{always_the_mean:.3f}", ""),
        *[(n, f"{code_errors[n]:.3f}", f"{neighbors[n]:.0%}") for n in code_errors],
    ],
    ("codes", "squared error a pixel", "nearest code: same digit"),
    caption="From random codes the decoder can do little better than the mean picture",
)

# %% tags=["claim"]
assert neighbors["random"] < 0.2
if current_scale() != "quick":
    assert code_errors["learned"] < 0.7 * code_errors["random"]
    assert code_errors["random"] > 0.8 * always_the_mean
    assert neighbors["learned"] > 0.5

# %% [markdown]
# Where did the encoder put the digits? Held-out pictures, each written as its label.

# %%
figures.codes_2d(
    flat.encode(TEST),
    digits.test_labels,
    title="Equal digits mostly get codes close together,\nand nobody told the encoder which they are",
)

# %% [markdown]
# Now use the decoder as a generator: **walk** over the plane of codes and draw what stands
# there. From left to right the first number of the code grows, from bottom to top
# the second.

# %%
low, high = np.percentile(codes, [5, 95], axis=0)
across, up = np.meshgrid(
    np.linspace(low[0], high[0], 14), np.linspace(high[1], low[1], 9)
)
walk = flat.decode(np.stack([across.ravel(), up.ravel()], axis=1))
figures.image_grid(
    walk,
    columns=14,
    title="A walk over the plane of codes: digits turn into each other",
)

# %% [markdown]
# Some places show nothing one could name. Walk yourself: find a place where two digits meet.


# %%
def decoded(first, second):
    """The picture of one code."""
    picture = flat.decode(np.array([[first, second]]))
    return figures.image_grid(picture, image_size=1.8)


figures.slider_figure(
    decoded,
    first=(float(low[0]), float(high[0])),
    second=(float(low[1]), float(high[1])),
)

# %% [markdown]
# ## 3 · Halfway between two codes
#
# Take the codes of two pictures and decode the point halfway. Is it a picture halfway
# between the two?
#
# To measure how digit-like a picture is, we need someone to ask: a **classifier**, trained
# here in the open. We count the pictures of which it is more than 90 % sure. (A classifier
# can be sure of nonsense too; so we also look.)

# %%
keras.utils.set_random_seed(0)
classifier = keras.Sequential(
    [
        keras.Input(SHAPE),
        layers.Flatten(),
        layers.Dense(256, "relu"),
        layers.Dropout(0.3),
        layers.Dense(10, "softmax"),
    ]
)
classifier.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
classifier.fit(
    digits.train_pictures, digits.train_labels, epochs=CLASSIFIER_EPOCHS, verbose=0
)
_, right = classifier.evaluate(TEST, digits.test_labels, verbose=0)


def digit_like(images):
    """Share of pictures of which the classifier is more than 90 % sure."""
    return np.mean(ops.convert_to_numpy(classifier(images)).max(axis=1) > 0.9)


print(f"{right:.1%} right on held-out digits; sure of {digit_like(TEST):.0%} of them")

# %% [markdown]
# **Where holes come from.** An autoencoder is asked about the codes of the training
# pictures and about nothing else. Between them the decoder may do what it likes. The
# **variational autoencoder** (VAE) mends this with noise: the encoder returns not a point but
# a little cloud, a mean $\mu$ and a variance $\sigma^2$ for each number of the code, and
# the decoder has to draw the picture from *any* point of the cloud.
#
# Left alone, the encoder would make the clouds tiny, or push them far apart, and be an
# autoencoder again. So a second term in the loss asks every cloud to look like the same
# standard normal, $N(0, I)$, from which we will draw codes later. Both follow from the
# likelihood $p(x) = \int N(z; 0, I)\,p(x \mid z)\,dz$ of lesson 01, which no one can compute
# for a network. But there is a bound. For any $q(z \mid x)$ the integral is a mean over
# $q$ of $N(z; 0, I)\,p(x \mid z)\,/\,q(z \mid x)$, and the logarithm of a mean is at least
# the mean of the logarithms (Jensen's inequality). So
#
# $$-\log p(x) \;\le\; \underbrace{\mathbb E_{z \sim q}\left[-\log p(x \mid z)\right]}_{\text{reconstruction}}
# \;+\; \underbrace{\mathrm{KL}\left(q(z \mid x)\,\|\,N(0, I)\right)}_{\text{KL term}} .$$
#
# With $p(x \mid z) = N(x; \text{decoder}(z), 1)$ the reconstruction is
# $\tfrac12\sum (x - \text{made})^2$ and a constant. The KL of two Gaussians is in lesson 01:
# $\tfrac12\sum (\mu^2 + \sigma^2 - 1 - \log\sigma^2)$.
#
# ### Exercise 4.1 · The two terms (easy, 10 minutes)
#
# Sum over the numbers of an example (pixels, latent dimensions), take the mean over the
# batch.
#
# <details><summary>Hint 1</summary>
# The encoder returns log σ², so that any real number is allowed: σ² is
# <code>ops.exp(log_variance)</code>.
# </details>
# <details><summary>Hint 2</summary>
# <code>ops.mean(0.5 * ops.sum(..., axis=-1))</code> in both. A mean over latent
# dimensions would weaken the KL by a factor.
# </details>


# %% tags=["exercise"]
# Exercise 4.1: the two terms of the VAE
def reconstruction_loss(x, made):
    """The mean over examples of ½·Σ (x − made)², from tensors (n, d)."""
    # BEGIN SOLUTION
    return ops.mean(0.5 * ops.sum(ops.square(x - made), axis=-1))
    # END SOLUTION


def kl_term(mean, log_variance):
    """The mean over examples of KL(N(mean, variance) ‖ N(0, I)), tensors (n, d)."""
    # BEGIN SOLUTION
    terms = ops.square(mean) + ops.exp(log_variance) - 1 - log_variance
    return ops.mean(0.5 * ops.sum(terms, axis=-1))
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.vae_loss(reconstruction_loss, kl_term)

# %% [markdown]
# ### Exercise 4.2 · The reparametrization (easy, 5 minutes)
#
# "Draw $z$ from $N(\mu, \sigma^2)$" has no gradient: how would the encoder learn? Draw
# $\varepsilon$ from $N(0, 1)$ first, which depends on nothing, and make $z$ of it.
#
# <details><summary>Hint 1</summary>
# Stretch ε to the right width, then move it to the right place.
# </details>
# <details><summary>Hint 2</summary>
# The width is σ, not σ²: <code>ops.exp(0.5 * log_variance)</code>.
# </details>


# %% tags=["exercise"]
# Exercise 4.2: the reparametrization
def reparametrize(mean, log_variance, noise):
    """A draw from N(mean, variance), made of noise from N(0, 1); all (n, d)."""
    # BEGIN SOLUTION
    return mean + ops.exp(0.5 * log_variance) * noise
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.reparametrize(reparametrize)

# %% [markdown]
# The course's VAE is these two, and nothing else. (`y_pred` is what the model made of a
# batch: the pictures drawn, and the mean and the log-variance of their clouds.) The decoder's
# noise may have another variance than 1: the smaller it is, the more a pixel weighs
# against the KL term.

# %%
from utils.models import VAE

show_code(VAE.compute_loss, "utils.models.VAE.compute_loss")

# %% [markdown]
# **Run.** An autoencoder and a VAE, with the same layers and codes of 8 numbers.
#
# **Predict.** Which one will be better at giving pictures back? And halfway?

# %%
LATENT = 8


def train_coder(kind):
    """An autoencoder or a VAE; the VAE's encoder returns means and log-variances."""
    keras.utils.set_random_seed(0)
    decoder = mlp_generator(SHAPE, LATENT)
    if kind == "VAE":
        model = VAE(mlp_encoder(SHAPE, 2 * LATENT), decoder, variance=0.3)
    else:
        model = Autoencoder(mlp_encoder(SHAPE, LATENT), decoder)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(TRAIN, batch_size=64, epochs=NOISE_EPOCHS, verbose=0)
    return model


coders = {kind: train_coder(kind) for kind in ("autoencoder", "VAE")}
vae = coders["VAE"]

# %% [markdown]
# We draw 3 000 pairs of held-out pictures, keep those of two *different* digits, and decode the
# point halfway between their codes. A second test asks for more: a code drawn at random, for
# the VAE from $N(0, I)$, for the autoencoder from a Gaussian fitted to its codes.

# %%
rng = np.random.default_rng(0)
one, other = rng.integers(0, len(TEST), (2, 3_000))
different = digits.test_labels[one] != digits.test_labels[other]
one, other = one[different], other[different]


def halfway(model):
    """Decodes the points halfway between two codes."""
    codes = model.encode(TEST)
    return model.decode((codes[one] + codes[other]) / 2)


def random_drawings(model, n=2_000):
    """Decodes random codes: VAE.sample, or codes from a Gaussian fitted to real ones."""
    if isinstance(model, VAE):
        return model.sample(n, seed=1)
    codes = model.encode(TRAIN)
    gaussian = np.random.default_rng(1).multivariate_normal
    return model.decode(gaussian(codes.mean(axis=0), np.cov(codes.T), n))


halves = {name: halfway(model) for name, model in coders.items()}
drawn = {name: random_drawings(model) for name, model in coders.items()}
sure = {name: (digit_like(halves[name]), digit_like(drawn[name])) for name in coders}
given_back = {name: error(m.reconstruct(TEST), TEST) for name, m in coders.items()}
table(
    [
        ("real digits", "", f"{digit_like(TEST):.0%}", f"{digit_like(TEST):.0%}"),
        (
            "mean of two pictures",
            "",
            f"{digit_like((TEST[one] + TEST[other]) / 2):.0%}",
            "",
        ),
        *[
            (n, f"{given_back[n]:.3f}", *(f"{share:.0%}" for share in sure[n]))
            for n in coders
        ],
    ],
    ("", "error of reconstruction", "sure: halfway", "sure: random code"),
    caption="Share of pictures of which the classifier is more than 90 % sure",
)

# %%
figures.image_rows(
    {
        "one": TEST[one[:10]],
        "the other": TEST[other[:10]],
        "pixel mean": (TEST[one[:10]] + TEST[other[:10]]) / 2,
        "AE, halfway": halves["autoencoder"][:10],
        "VAE, halfway": halves["VAE"][:10],
        "AE, random": drawn["autoencoder"][:10],
        "VAE, random": drawn["VAE"][:10],
    },
    title="The mean of two codes is not the mean of two pictures",
)

# %% [markdown]
# The mean of two pictures is a double exposure. Halfway between two *codes* is better than
# that, already in the autoencoder. The VAE's noise is no miracle: at `laptop` it gains a
# few points of a hundred halfway, a few more for random codes, and both stay far below real
# digits. (The table at the end has halfway for three seeds.) There is empty space between real digits,
# and a smooth decoder has to cross it somewhere. The noise has a price, too: the error of
# what comes back is larger.

# %% tags=["claim"]
if current_scale() != "quick":
    assert right > 0.94
    double_exposure = digit_like((TEST[one] + TEST[other]) / 2)
    assert sure["autoencoder"][0] > double_exposure
    gains = np.subtract(sure["VAE"], sure["autoencoder"])
    if current_scale() == "laptop":
        assert 0.02 < gains[0] < 0.1 and gains[0] < gains[1] < 0.2
    assert max(sure["VAE"]) < digit_like(TEST) - 0.2
    assert given_back["VAE"] > given_back["autoencoder"]

# %% [markdown]
# ## 4 · Pixels judge badly
#
# Every generator so far lowered a **squared error**. Is that the right judge? Here is a toy
# whose causes we know: one stroke of a pen, with a place, a direction and a length. We
# spoil it with a single white pixel, far from the stroke. And we draw a longer stroke, which
# nobody would call spoiled.
#
# **Predict.** Which of the two would you rather forgive? And squared error?

# %%
from utils.data.strokes import draw_strokes, sample_strokes

CAUSES = np.array([[-1.5, 0.5, 1.2, 2.5]])  # right, down, angle, half of the length
stroke = draw_strokes(CAUSES)
longer = draw_strokes(CAUSES + np.array([[0.5, 1.3, 0.0, 1.5]]))
stray = stroke.copy()
stray[0, 3, 12] = 1.0


def squared_error(picture, target):
    """The squared distance of two pictures, summed over all pixels."""
    return float(np.sum((picture - target) ** 2))


toy_errors = {"stray pixel": squared_error(stray, stroke)}
toy_errors["longer stroke"] = squared_error(longer, stroke)
figures.image_grid(
    np.concatenate([stroke, stray, longer]),
    labels=["target", *(f"{n}: {e:.1f}" for n, e in toy_errors.items())],
    image_size=1.6,
    title="Squared error forgives the stray pixel",
)

# %% [markdown]
# One pixel costs 4, because black is −1 and white is 1. The longer stroke changes several
# pixels, so it costs more, though it is as good a stroke as the first.
#
# Now ask a discriminator. We show it strokes of all kinds, and strokes in which a few pixels,
# 1 to 16, were repainted in a random gray. It never sees our three. (It is convolutional,
# as it has to find one pixel wherever it is.)


# %%
from utils.networks.dcgan import convolutional_discriminator


def repaint_pixels(images, seed=0):
    """Pictures with 1 to 16 random pixels in a random gray."""
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 17, (len(images), 1))
    order = rng.random((len(images), images[0].size)).argsort(axis=1)
    chosen = (order < count).reshape(images.shape)
    gray = rng.uniform(-1, 1, images.shape)
    return np.where(chosen, gray, images).astype("float32")


drawings = sample_strokes(REPAINTED_STROKES).pictures
stroke_discriminator = train_discriminator(
    drawings,
    repaint_pixels(drawings),
    epochs=STROKE_EPOCHS,
    network=convolutional_discriminator(drawings.shape[1:], width=16),
)
toy_scores = logits_of(stroke_discriminator, np.concatenate([stroke, stray, longer]))
table(
    [
        ("target", "0", f"{toy_scores[0]:+.1f}"),
        ("stray pixel", f"{toy_errors['stray pixel']:.1f}", f"{toy_scores[1]:+.1f}"),
        (
            "longer stroke",
            f"{toy_errors['longer stroke']:.1f}",
            f"{toy_scores[2]:+.1f}",
        ),
    ],
    ("", "squared error (lower is better)", "logit of D (higher is better)"),
    caption="The two judges disagree about which picture is the better one",
)

# %% tags=["claim"]
assert toy_errors["stray pixel"] < toy_errors["longer stroke"]
if current_scale() != "quick":
    assert toy_scores[2] > toy_scores[1] + 0.5

# %% [markdown]
# One case proves little. So the same with all 360 held-out digits. The near picture is
# the digit with one white pixel as far from the ink as possible. The far one is *another*
# training picture of the same digit: somebody else's hand. We ask squared error, the
# classifier (how probable is the right digit?), and a discriminator trained like the one
# above, on training pictures.
#
# **Predict.** How often will each of the three prefer the other hand to the stray pixel?


# %%
def far_from_ink(image):
    """Row and column of the black pixel with the greatest distance from any ink."""
    black, ink = np.argwhere(image[..., 0] <= -1), np.argwhere(image[..., 0] > 0)
    distances = np.linalg.norm(black[:, None] - ink[None], axis=-1).min(axis=1)
    return tuple(black[distances.argmax()])


near = TEST.copy()
for picture in near:
    picture[far_from_ink(picture)] = 1.0
rng = np.random.default_rng(0)
hands = [rng.choice(np.flatnonzero(train_labels == d)) for d in digits.test_labels]
far = TRAIN[hands]
four_times = np.concatenate([TRAIN] * 4)
discriminator = train_discriminator(
    four_times,
    repaint_pixels(four_times),
    (256, 256),
    max(DISCRIMINATOR_EPOCHS // 3, 1),
)

# %%
near_error, far_error = (
    np.sum((each - TEST) ** 2, axis=(1, 2, 3)) for each in (near, far)
)


def right_digit(images):
    """The classifier's probability of the right digit."""
    shares = ops.convert_to_numpy(classifier(images))
    return shares[np.arange(len(images)), digits.test_labels]


prefers_far = {
    "squared error": np.mean(far_error < near_error),
    "classifier": np.mean(right_digit(far) > right_digit(near)),
    "discriminator": np.mean(
        logits_of(discriminator, far) > logits_of(discriminator, near)
    ),
}
figures.bars(
    prefers_far,
    ylabel="share that prefers another hand",
    number_format=".0%",
    ylim=(0, 1),
    references={"no opinion": 0.5},
    title="Only the discriminator minds the stray pixel more than another hand",
)

# %% tags=["claim"]
assert prefers_far["squared error"] < 0.05
if current_scale() != "quick":
    assert prefers_far["discriminator"] > 0.9
    assert abs(prefers_far["classifier"] - 0.5) < 0.2

# %% [markdown]
# Squared error hardly ever does. The classifier has no strong opinion: it was only taught
# which digit it is, not whether it is well drawn. The discriminator is the judge we want: it
# has learned which pixels go together. (We had to show it what spoiled pictures look like.
# Section 6 asks how a judge can find that out by itself; there you paint such a pair, too.)

# %% [markdown]
# ## 5 · Output neurons do not see each other
#
# Why does a generator draw parts that do not fit? Its last layer has one neuron a pixel,
# and each of them looks at the layer before, not at its neighbors. None can ask another
# "are *you* drawing the stroke, or shall I?". All agreement has to be prepared in the layers
# before. So depth is the price.
#
# We give a decoder the true causes of a stroke (place, direction, length) and let it learn
# to draw. No encoder, no noise: nothing but drawing is tested. *Sharpness* is how much
# pixels differ from their neighbors, in units of real strokes.
#
# **Predict.** One wide hidden layer, or several narrow ones with far fewer parameters:
# which draws sharper strokes?

# %%
drawn_strokes = sample_strokes(DRAWN_STROKES, seed=1)
held_out = sample_strokes(1_000, seed=2)


def as_code(causes):
    """Causes as five numbers of about the same size; half a turn is the same stroke."""
    right, down, angle, half = causes.T
    turn = np.cos(2 * angle), np.sin(2 * angle)
    return np.stack([right / 3, down / 3, *turn, (half - 3) / 1.5], axis=1)


def contrast(images):
    """Mean squared step from a pixel to the next, down and to the right."""
    return float(sum(np.mean(np.diff(images, axis=axis) ** 2) for axis in (1, 2)))


def sharpness(images):
    """The contrast, in units of real strokes."""
    return contrast(images) / contrast(held_out.pictures)


def learn_to_draw(hidden):
    """A decoder from causes to strokes; returns it and what it draws of held-out ones."""
    keras.utils.set_random_seed(0)
    decoder = mlp_generator((16, 16, 1), 5, hidden, "relu")
    steps = len(drawn_strokes.pictures) // 128 * DECODER_EPOCHS
    falling = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    decoder.compile(keras.optimizers.Adam(falling), "mse")
    decoder.fit(
        as_code(drawn_strokes.causes),
        drawn_strokes.pictures,
        batch_size=128,
        epochs=DECODER_EPOCHS,
        verbose=0,
    )
    return decoder, ops.convert_to_numpy(decoder(as_code(held_out.causes)))


# %%
drawers = {hidden: learn_to_draw(hidden) for hidden in LAYERS}

# %%
table(
    [
        (
            " → ".join(map(str, hidden)),
            f"{decoder.count_params():,}",
            f"{error(made, held_out.pictures):.4f}",
            f"{sharpness(made):.0%}",
        )
        for hidden, (decoder, made) in drawers.items()
    ],
    ("hidden layers", "parameters", "error a pixel", "sharpness (real: 100 %)"),
    caption="Four narrow layers draw sharper than one layer with many times the parameters",
)

# %%
figures.image_rows(
    {
        "real": held_out.pictures[:10],
        **{
            " → ".join(map(str, hidden)): np.clip(made[:10], -1, 1)
            for hidden, (_, made) in drawers.items()
        },
    },
    title="Strokes drawn from their causes: four narrow layers leave the least blur",
)

# %% [markdown]
# Four narrow layers draw the sharpest strokes, with a small part of the wide layer's
# parameters. (By squared error the wide layer is ahead: it pays to be blurred rather than
# off by a pixel. It is the judge of section 4.)
#
# And the errors themselves? If output neurons erred independently, the error of a pixel
# would say nothing about that of its neighbor.


# %%
def neighbor_correlation(errors):
    """Correlation of the errors of pixels side by side."""
    return np.corrcoef(errors[:, :, 1:].ravel(), errors[:, :, :-1].ravel())[0, 1]


errors_made = drawers[40, 40, 40, 40][1] - held_out.pictures
independent = np.random.default_rng(0).normal(0, errors_made.std(), errors_made.shape)
together = neighbor_correlation(errors_made)
made = np.clip(drawers[40, 40, 40, 40][1][:8], -1, 1)
figures.image_rows(
    {
        "drawn": made,
        "its errors": np.clip(errors_made[:8], -1, 1),
        "independent errors": np.clip(independent[:8], -1, 1),
    },
    title=f"Neighbors err together (correlation {together:.2f}), unlike independent noise",
)

# %% [markdown]
# They err together: a whole edge is too long, or a pixel off. The likelihood of a
# VAE treats the pixels as *independent* given the code, so it counts one such mistake as many.
# Mistakes of a whole should be judged by someone who sees the whole.

# %% tags=["claim"]
assert abs(neighbor_correlation(independent)) < 0.05
if current_scale() != "quick":
    sharp = {hidden: sharpness(made) for hidden, (_, made) in drawers.items()}
    sizes = {hidden: decoder.count_params() for hidden, (decoder, _) in drawers.items()}
    assert together > 0.2
    assert sharp[40, 40, 40, 40] > sharp[1024,] > sharp[64,]
    assert sizes[1024,] > 10 * sizes[40, 40, 40, 40]
    wrong = {
        hidden: error(made, held_out.pictures) for hidden, (_, made) in drawers.items()
    }
    assert wrong[1024,] < wrong[40, 40, 40, 40]

# %% [markdown]
# ## 6 · A discriminator alone
#
# Turn it round: no generator, only D, who says how real an example looks. Then generating
# is a search,
#
# $$\tilde x = \arg\max_x D(x).$$
#
# For pictures nobody can try all $x$. But D is a network: its score has a slope (the gradient
# by $x$), and one can climb it.
#
# ### Exercise 4.3 · Climb D's score (easy, 10 minutes)
#
# `input_gradient(score, x)` returns the slope of the score at each example of `x`, an array
# of the same shape. Climb `steps` times by `step_size` times the slope.
#
# <details><summary>Hint 1</summary>
# A loop; in it the slope at where x is <em>now</em>.
# </details>
# <details><summary>Hint 2</summary>
# <code>x = x + step_size * input_gradient(score, x)</code>
# </details>

# %% tags=["exercise"]
# Exercise 4.3: climb D's score
from utils.autodiff import input_gradient


def climb(score, x, steps, step_size):
    """Where examples x, a tensor (n, ...), arrive after climbing the score."""
    # BEGIN SOLUTION
    for _ in range(steps):
        x = x + step_size * input_gradient(score, x)
    return x
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.climb(climb)

# %% [markdown]
# From here on we use the course's own, `ascend`: this loop, with bounds and noise if one
# wants them.
#
# ### What are the negative examples?
#
# D needs two kinds of examples to learn from, and we have only one: real data. We go back
# to a line, where D is a curve. The data: two heaps at −1.5 and 1.5, the one on the right
# with fewer points.
#
# **Predict.** What will D's curve look like (a) trained on real examples only, (b) with
# random numbers from the whole line as negatives?

# %%
from utils.networks.mlp import mlp
from utils.sampling.ascent import ascend

BOUNDS = (-4.0, 4.0)
rng = np.random.default_rng(0)
HEAPS = np.concatenate([rng.normal(-1.5, 0.25, 160), rng.normal(1.5, 0.25, 96)])
REAL = HEAPS.astype("float32")[:, None]


def uniform(n, seed):
    """Numbers from the whole line, (n, 1)."""
    return np.random.default_rng(seed).uniform(*BOUNDS, (n, 1)).astype("float32")


def new_discriminator():
    """A small network on the line, ready to be trained on labels."""
    keras.utils.set_random_seed(1)
    discriminator = mlp(1, 1, (64, 64), "swish")
    discriminator.compile(
        keras.optimizers.Adam(5e-3), keras.losses.BinaryCrossentropy(from_logits=True)
    )
    return discriminator


def probability(discriminator):
    """D's curve over the line, as probabilities of being real."""
    return figures.evaluate_1d(lambda x: ops.sigmoid(discriminator(x)), BOUNDS)


# %%
only_positives, with_noise = new_discriminator(), new_discriminator()
epochs = max(2 * LINE_ROUNDS, 4)
only_positives.fit(REAL, np.ones(256), batch_size=64, epochs=epochs, verbose=0)
with_noise.fit(
    np.concatenate([REAL, uniform(256, 1)]),
    np.concatenate([np.ones(256), np.zeros(256)]),
    batch_size=64,
    epochs=epochs,
    verbose=0,
)
line = np.linspace(*BOUNDS, 241)
figures.curves(
    {
        "real data, their density": (line, figures.smooth_density(REAL[:, 0], line)),
        "D, real examples only": (line, probability(only_positives)),
        "D, noise as negatives": (line, probability(with_noise)),
    },
    xlabel="x",
    ylabel="D(x), and density of the data",
    ylim=(-0.02, 1.05),
    colors={
        "real data, their density": "real",
        "D, noise as negatives": "discriminator",
    },
    title="Without negatives D likes everything; with noise, only the heaps",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert probability(only_positives).min() > 0.8
    curve = probability(with_noise)
    assert curve[np.abs(line) > 3].max() < 0.4 < curve[np.abs(line + 1.5) < 0.2].min()

# %% [markdown]
# With real examples only, "always yes" is the perfect answer. On a line, noise as negatives
# works: it falls everywhere. In 64 dimensions it falls nowhere near a digit, so D may stop at
# the first difference it finds.
#
# **Predict.** We train D against noise. Which of these will it take for digits: the mean digit,
# digits upside down, shuffled pixels (section 1), smooth blobs, noise with black sides?

# %%
pixel_noise = np.random.default_rng(0).uniform(-1, 1, TRAIN.shape).astype("float32")
noise_discriminator = train_discriminator(
    TRAIN, pixel_noise, epochs=max(DISCRIMINATOR_EPOCHS // 4, 1)
)

# %%
from scipy.ndimage import gaussian_filter

chance = np.random.default_rng(1)
new_noise = chance.uniform(-1, 1, TEST.shape).astype("float32")
black_sides = new_noise.copy()
black_sides[:, :, [0, 1, 6, 7]] = -1
blobs = gaussian_filter(chance.normal(size=TEST.shape), (0, 2, 2, 0))
blobs = np.clip(blobs / blobs.std(), -1, 1).astype("float32")
lookalikes = {
    "real digits": TEST,
    "upside down": TEST[:, ::-1],
    "mean digit": TRAIN.mean(axis=0)[None],
    "shuffled": shuffled_test,
    "noise with\nblack sides": black_sides,
    "smooth blobs": blobs,
    "new noise": new_noise,
}

# %%
accepted = {
    n: np.mean(logits_of(noise_discriminator, x) > 0) for n, x in lookalikes.items()
}
figures.bars(
    accepted,
    ylabel="share that D calls real",
    number_format=".0%",
    ylim=(0, 1.05),
    title="Trained against noise, D takes black sides for a digit, and nothing more",
)

# %% [markdown]
# The pixels at the left and right edge of digits are nearly always black, and those of noise
# are not. That is all D has learned: it likes **anything with black sides**, even noise, and
# turns down what is smooth but bright there. And what does it like best?

# %%
start = np.random.default_rng(2).uniform(-1, 1, (20, *SHAPE)).astype("float32")
peaks = ascend(noise_discriminator, start, NOISE_ASCENT, 1.0, bounds=(-1, 1))
figures.image_grid(
    peaks,
    title=f"What it likes best, after {NOISE_ASCENT} steps: "
    f"logit {logits_of(noise_discriminator, peaks).mean():.0f}, real digits "
    f"{logits_of(noise_discriminator, TEST).mean():.0f}",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert accepted["real digits"] > 0.95 and accepted["new noise"] < 0.05
    fooling = ("upside down", "mean digit", "shuffled", "noise with\nblack sides")
    assert min(accepted[name] for name in fooling) > 0.9
    assert accepted["smooth blobs"] < 0.4
    assert (
        logits_of(noise_discriminator, peaks).mean()
        > logits_of(noise_discriminator, TEST).mean()
    )

# %% [markdown]
# ### Its own dreams as negatives
#
# So where should negatives come from? From D itself: where it is *wrongly* high, its own
# search ends. We call what it finds its **dreams**. **Round by round**
#
# 1. let D dream: climb from random places to where its curve is high;
# 2. train D: real examples up, dreams down;
# 3. again.
#
# The curve is pressed down wherever D dreamt. Where real data lie it is pushed up at the
# same time, so there it stays.
#
# ### Exercise 4.4 · One round (medium, 10 minutes)
#
# `dream(discriminator, start)` returns where D's dreams end when they begin at `start`. The
# discriminator is compiled with a binary cross-entropy on logits: train it as it comes, with one
# `fit` of one epoch, real examples with label 1, dreams with label 0. Return these dreams.
#
# <details><summary>Hint 1</summary>
# First dream, then train: the dreams must show where D is too high now.
# </details>
# <details><summary>Hint 2</summary>
# <code>np.concatenate([real, dreams])</code> with the labels
# <code>np.concatenate([np.ones(len(real)), np.zeros(len(dreams))])</code>.
# </details>


# %% tags=["exercise"]
# Exercise 4.4: one round of self-made negatives
def one_round(discriminator, real, start, dream):
    """Dreams, trains D to tell real examples from the dreams, returns the dreams."""
    # BEGIN SOLUTION
    dreams = dream(discriminator, start)
    examples = np.concatenate([real, dreams])
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(dreams))])
    discriminator.fit(examples, labels, verbose=0)
    return dreams
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.one_round(one_round)

# %% [markdown]
# Now the whole film. One thing is added: a **memory**. Half of the negatives are dreams of
# earlier rounds, or D would forget what it has already been told. (In reinforcement
# learning the same trick is called a replay buffer.)

# %%
dreamer = new_discriminator()
memory, moments = np.zeros((0, 1), "float32"), []
for turn in range(LINE_ROUNDS):
    dreams = ascend(dreamer, uniform(256, turn), 60, 0.1, bounds=BOUNDS)
    moments.append((dreams, probability(dreamer)))
    memory = np.concatenate([memory, dreams])
    remembered = memory[rng.integers(0, len(memory), 128)]
    examples = np.concatenate([REAL, dreams[:128], remembered])
    labels = np.concatenate([np.ones(256), np.zeros(256)])
    dreamer.fit(examples, labels, batch_size=64, epochs=5, verbose=0)

# %%
frames = np.unique(np.linspace(0, 1, 8) ** 1.5 * (LINE_ROUNDS - 1)).astype(int)


def draw(ax, moment):
    """One panel: the heaps, the dreams, and D's curve."""
    figures.two_players_1d(REAL, *moment, bounds=BOUNDS, ax=ax)


figures.filmstrip(
    [moments[i] for i in frames],
    draw,
    [f"round {i}" for i in frames],
    title="Where D dreams, its curve is pressed down, until it dreams of real data",
)

# %% [markdown]
# At first D's curve is flat and its dreams are everywhere; then they crowd in the middle,
# between the heaps. Each round presses the curve down where they were, and the dreams move
# elsewhere, until the only high ground left is where real data push back. The dreams end on
# two single points, though: the argmax of a curve is a peak, not a heap. There is no
# generator in this film: the dreams are D's own.


# %%
def on_a_heap(dreams):
    """Share of dreams within 0.75, three standard deviations, of a heap's center."""
    return np.mean(np.abs(np.abs(dreams) - 1.5) < 0.75)


shares = [on_a_heap(dreams) for dreams, _ in moments]
figures.curves(
    {"measured": (np.arange(LINE_ROUNDS), np.array(shares))},
    xlabel="round",
    ylabel="share of dreams on a heap",
    ylim=(-0.02, 1.02),
    title="From nowhere to the heaps of the data",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert np.mean(shares[-5:]) > 0.9 > 0.6 > np.mean(shares[:5])
    assert 0.1 < np.mean(np.concatenate([d for d, _ in moments[-5:]]) > 0) < 0.9

# %% [markdown]
# ### The plane, and digits
#
# `EnergyModel` plays the same rounds inside `fit`, one a step, with two changes that make it
# fast: a dream goes on from where an earlier dream ended (the memory), and a little
# noise is added to every step, so that dreams do not all end on the same peak.

# %%
from utils.models import EnergyModel

show_code(EnergyModel.train_step, "utils.models.EnergyModel.train_step")

# %%
from utils.data.mixtures import ring
from utils.evaluation.coverage import mode_coverage

circle = ring(std=0.1)
keras.utils.set_random_seed(0)
plane = EnergyModel(
    mlp(2, 1, (128, 128), "swish"),
    bounds=(-2, 2),
    steps=20,
    step_size=0.05,
    noise=0.01,
    fresh=0.1,
)
plane.compile(keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.99))
plane.fit(
    circle.sample(PLANE_POINTS, seed=0), batch_size=128, epochs=PLANE_EPOCHS, verbose=0
)
plane_dreams = plane.sample(1_000, steps=PLANE_ASCENT)
plane_score = mode_coverage(plane_dreams, circle)

# %%
figures.two_players_2d(
    circle.sample(600, seed=1),
    plane_dreams[:600],
    lambda x: ops.sigmoid(plane(x)),
    bounds=(-2, 2),
    title=f"D alone finds the ring ({plane_score.high_quality:.0%} on a heap), "
    "and hardly its gaps",
)

# %% [markdown]
# D has found the ring. But a plain ring without gaps would score about as well: of every
# 0.785 of arc, the 0.6 = 6σ around a heap's center count, 76 %. Fine structure takes many
# more rounds: D learns about a gap only after it has dreamt there.
#
# And digits: 64 dimensions, the same lines.

# %%
keras.utils.set_random_seed(0)
energy = EnergyModel(
    mlp_encoder(SHAPE, 1, (256, 256), "swish"),
    steps=20,
    step_size=1.0,
    noise=0.01,
    decay=0.01,
    buffer_size=2_048,
)
energy.compile(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99))
history = energy.fit(TRAIN, batch_size=128, epochs=DIGIT_EPOCHS, verbose=0)

# %%
from time import perf_counter

began = perf_counter()
dreamt = energy.sample(200, steps=DIGIT_ASCENT)
dreaming = perf_counter() - began
vae.sample(200)
began = perf_counter()
vae_drawn = vae.sample(200)
drawing = perf_counter() - began
figures.image_rows(
    {
        "real": TEST[:10],
        "D's dreams": dreamt[:10],
        "more of them": dreamt[10:20],
        "VAE": vae_drawn[:10],
    },
    title="D's dreams have edges; the VAE's drawings are softer",
)

# %% [markdown]
# The dreams start from nothing but noise, and D alone made them. Their edges are even harder
# than those of real digits; the VAE's are softer. Not all of them are digits.

# %%
PASSES = (
    3 * DIGIT_ASCENT
)  # a step of ascent: one pass forward and one back, as dear as two
table(
    [
        ("real digits", f"{digit_like(TEST):.0%}", f"{contrast(TEST):.2f}", "", ""),
        (
            "D's dreams",
            f"{digit_like(dreamt):.0%}",
            f"{contrast(dreamt):.2f}",
            f"{PASSES}",
            f"{1000 * dreaming / 200:.2f}",
        ),
        (
            "VAE",
            f"{digit_like(vae_drawn):.0%}",
            f"{contrast(vae_drawn):.2f}",
            "1",
            f"{1000 * drawing / 200:.2f}",
        ),
    ],
    ("", "classifier sure", "contrast", "network passes a sample", "ms a sample"),
    caption="What a discriminator's drawing costs",
)

# %% tags=["claim"]
assert dreaming > drawing
if current_scale() != "quick":
    assert plane_score.modes >= 7 and plane_score.high_quality > 0.5
    assert digit_like(dreamt) > digit_like(vae_drawn)
    real, dreamy, soft = map(contrast, (TEST, dreamt, vae_drawn))
    assert soft < real < dreamy < 1.4 * real
    assert dreaming > 20 * drawing

# %% [markdown]
# **Back to section 4.** There we had to show the judge what spoiled pictures look like. This D
# was shown none.
#
# **Predict.** How often will it prefer another hand to a stray pixel?

# %%
prefers_far["its own dreams"] = np.mean(
    logits_of(energy, far) > logits_of(energy, near)
)
print(f"another hand is the better one: {prefers_far['its own dreams']:.0%} of digits")

# %% tags=["claim"]
if current_scale() != "quick":
    assert prefers_far["its own dreams"] > 0.9

# %% [markdown]
# Its own dreams have taught it which pixels go together. No one drew a stray pixel for it.
#
# ### Exercise 4.5 · Fool squared error (open, 10 minutes)
#
# Now you paint. Make two pictures after the target: squared error must prefer `near`, the
# discriminator of section 4, `discriminator`, must prefer `far`, by at least 1 in its logit. And
# `far` is the same digit as somebody else could have written it: its own logit is above 0.
# Ask by `logits_of(discriminator, pictures)`.
#
# <details><summary>Hint 1</summary>
# A pixel changed from black to white costs 4. Where would a pen never go?
# </details>
# <details><summary>Hint 2</summary>
# For <code>far</code> look through <code>TRAIN</code> for a picture of the same digit
# (<code>train_labels == 7</code>) that differs by more than <code>near</code> does.
# </details>

# %%
TARGET = TEST[np.flatnonzero(digits.test_labels == 7)[0]]
figures.image_grid(TARGET[None], labels=["target"], image_size=1.4)


# %% tags=["exercise"]
# Exercise 4.5: fool squared error
def paint(target):
    """Two pictures (8, 8, 1) in [-1, 1]: near by squared error, far but well drawn."""
    # BEGIN SOLUTION
    near = target.copy()
    near[far_from_ink(target)] = 1.0
    sevens = TRAIN[train_labels == 7]
    errors = np.sum((sevens - target) ** 2, axis=(1, 2, 3))
    candidates = sevens[errors > 1.5 * squared_error(near, target)]
    return near, candidates[logits_of(discriminator, candidates).argmax()]
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.fool_squared_error(paint, TARGET, lambda x: logits_of(discriminator, x))

# %% [markdown]
# ## 7 · The same thing under other names
#
# A function that is high where an example is good has many names:
#
# | in | it is called | high means |
# |---|---|---|
# | this lesson | discriminator $D(x)$ | real |
# | structured prediction | evaluation function $F(x, y)$ | $y$ suits $x$ |
# | graphical models | potential $\psi(x)$, a product over parts | compatible |
# | physics, energy-based models | minus the energy, $-E(x)$ | probable |
# | statistics | log-density and a constant, $p(x) \propto e^{D(x)}$ | probable |
#
# Generating is always the same search, $\arg\max_x$, or a draw from $e^{D(x)}$: climb with just
# the right amount of noise (**Langevin dynamics**),
# $x \leftarrow x + \tfrac{\eta}{2}\nabla D(x) + \sqrt{\eta}\,\varepsilon$. On a hill
# whose answer we know, $D(x) = -x^2 / 2s^2$, it should end with the variance $s^2$, but
# for $s^2 / (1 - \eta/4s^2)$ with steps as large as $\eta$.

# %%
from utils.sampling.langevin import langevin

WIDTH, ETA = 0.5, 0.1
walkers = langevin(
    lambda x: -ops.square(x) / (2 * WIDTH**2), np.zeros((20_000, 1)), 40, ETA
)
exact_variance = WIDTH**2 / (1 - ETA / (4 * WIDTH**2))
print(f"variance {walkers.var():.4f}, exact {exact_variance:.4f}, s² = {WIDTH**2}")

# %% tags=["claim"]
assert abs(walkers.var() / exact_variance - 1) < 0.05

# %% [markdown]
# **When argmax is easy.** Search is hard because every part may depend on every
# other. Forbid that. A **chain** lets each cell of a row see its neighbors alone:
#
# $$F(x) = \sum_i u_i(x_i) + \sum_i w(x_i, x_{i+1}).$$
#
# Then the best row is found cell by cell (Viterbi 1967): the best start that ends in state
# $b$ needs to know nothing of a row but its last cell. $n k^2$ steps instead of $k^n$ rows.

# %%
from utils.measures.viterbi import chain_score, viterbi

show_code(viterbi, "utils.measures.viterbi.viterbi", folded=True)

# %% [markdown]
# Data for it: a strip of 12 cells with one white bar of 3 cells, ten strips in all. The
# chain learns from them how often a cell is white, and how often which cell follows which.
# Then we blur a strip with noise and ask for the most probable strip behind it; all
# $2^{12}$ = 4 096 strips are few enough to look at each.

# %%
import itertools

CELLS, BAR = 12, 3
strips = np.array(
    [[int(i <= c < i + BAR) for c in range(CELLS)] for i in range(CELLS - BAR + 1)]
)
pairs = np.zeros((2, 2))
np.add.at(pairs, (strips[:, :-1].ravel(), strips[:, 1:].ravel()), 1)
follows = np.log(pairs / pairs.sum(axis=1, keepdims=True))
begins = np.log(np.array([1 - strips[:, 0].mean(), strips[:, 0].mean()]))
ALL = np.array(list(itertools.product([0, 1], repeat=CELLS)))


def clues(observed, noise):
    """How well black (0) and white (1) explain each cell of a noisy strip, (n, 2)."""
    unary = -((observed[:, None] - np.array([0.0, 1.0])) ** 2) / (2 * noise**2)
    unary[0] += begins
    return unary


# %%
NOISE = 0.6
rng = np.random.default_rng(0)
agree, bars_found, cells_right = [], [], []
for trial in range(STRIP_TRIALS):
    true = strips[trial % len(strips)]
    unary = clues(true + rng.normal(0, NOISE, CELLS), NOISE)
    best = viterbi(unary, follows)
    totals = unary[np.arange(CELLS), ALL].sum(axis=1)
    totals += follows[ALL[:, :-1], ALL[:, 1:]].sum(axis=1)
    agree.append(np.isclose(chain_score(best, unary, follows), totals.max()))
    bars_found.append((best == strips).all(axis=1).any())
    cells_right.append((best == true).mean())
print(
    f"Viterbi is the best of all 4 096 strips in {np.mean(agree):.0%} of {STRIP_TRIALS} cases"
)

# %% [markdown]
# **What the assumption costs.** "Exactly one bar, of length 3" is about the whole strip. The
# chain cannot count: after two white cells it does not know that there were two. How much
# of its probability lies on strips with exactly one bar of 3? We add it up over all 4 096.

# %%
log_p = begins[ALL[:, 0]] + follows[ALL[:, :-1], ALL[:, 1:]].sum(axis=1)
is_a_bar = (ALL[:, None] == strips[None]).all(axis=-1).any(axis=1)
valid = np.exp(log_p)[is_a_bar].sum()
table(
    [
        ("probabilities of all strips, added up", f"{np.exp(log_p).sum():.4f}"),
        ("… of strips with exactly one bar of 3", f"{valid:.1%}"),
        ("best strips behind noise that are such a bar", f"{np.mean(bars_found):.0%}"),
        ("cells of them that are right", f"{np.mean(cells_right):.0%}"),
    ],
    ("the chain", "measured"),
    caption="Easy to search, because it says little: most of what it believes in is wrong",
)

# %% tags=["claim"]
assert all(agree)
assert abs(np.exp(log_p).sum() - 1) < 1e-9
assert valid < 0.25

# %% [markdown]
# That is the bargain of classical graphical models: make the evaluation function simple
# enough, and argmax is exact and quick. A network as the evaluation function sees the
# whole, and its argmax is neither.
#
# ## 8 · Good at, bad at
#
# Fill in the table for yourself before you go on.
#
# | | generator alone (VAE) | discriminator alone |
# |---|---|---|
# | drawing one example takes | | |
# | sees how parts fit together | | |
# | what it is trained against | | |
# | needs besides real data | | |
# | typical mistake | | |

# %% [markdown] tags=["solution"]
# | | generator alone (VAE) | discriminator alone |
# |---|---|---|
# | drawing one example takes | one pass | an argmax: hundreds of steps, up and back |
# | sees how parts fit together | hardly: each output neuron for itself, depth as the price | easily: it looks at the finished whole |
# | what it is trained against | squared error: imitates pixels, not what matters | its own mistakes |
# | needs besides real data | codes | negative examples, from its own slow argmax |
# | typical mistake | soft, in between | odd places that nothing has pressed down yet |

# %% [markdown]
# The two columns complement each other. What D lacks is somebody who solves
# $\arg\max_x D(x)$ quickly: a network that has *learned* to find where D is high. What a
# generator lacks is a judge of wholes. So replace the dreaming by a generator that is
# trained to raise D's score: negatives in one pass, and a generator that is told by
# someone who sees the whole. That is a **GAN** (lesson 03); lesson 05 sets it
# against the VAE.
#
# ## Measured here, published, source
#
# A check on the VAE itself stands in the third row. Where encoder and decoder are linear, the
# best likelihood has a closed form (probabilistic PCA); a linear VAE should come up to it.

# %%
from utils.course.results import load_results

measured = load_results("one_player_alone")


def spread(key, form):
    """Mean and standard deviation over the seeds of the measured table."""
    values = measured[key]
    return f"{np.mean(values):{form}} ± {np.std(values):{form}} ({len(values)} seeds)"


table(
    [
        ("halfway: classifier sure, AE", spread("halfway_ae", ".1%"), "", ""),
        ("halfway: classifier sure, VAE", spread("halfway_vae", ".1%"), "", ""),
        (
            "linear VAE below probabilistic PCA's optimum",
            spread("linear_vae_gap", ".3%"),
            "0",
            "Lucas et al. 2019, exact",
        ),
        (
            "variance of Langevin dynamics",
            f"{walkers.var():.4f}",
            f"{exact_variance:.4f}",
            "exact, see section 7",
        ),
        (
            "steps of ascent a sample",
            f"{DIGIT_ASCENT}",
            "60 a round, going on from old dreams",
            "Du and Mordatch 2019",
        ),
        (
            "passes of a generator a sample",
            "1",
            "1",
            "Goodfellow et al. 2014",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% tags=["claim"]
gaps = measured["linear_vae_gap"]
assert len(gaps) >= 3 and max(gaps) < 0.01
assert min(measured["halfway_vae"]) > max(measured["halfway_ae"])

# %% [markdown]
# ## What to read next
#
# - Kingma and Welling (2014), *Auto-encoding variational Bayes*: section 3 in twelve pages.
# - Tipping and Bishop (1999), *Probabilistic principal component analysis*, and Lucas et al.
#   (2019), *Don't blame the ELBO!*: a linear VAE is the former.
# - LeCun et al. (2006), *A tutorial on energy-based learning*: the names of section 7.
# - Du and Mordatch (2019), *Implicit generation and modeling with energy-based models*: a
#   discriminator alone, on large pictures.
# - Larsen et al. (2016), *Autoencoding beyond pixels using a learned similarity metric*:
#   section 4 as a loss.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | structured output | many parts that must fit together | 结构化输出 |
# | code | the short vector that a decoder draws from | 编码 |
# | autoencoder | encoder and decoder, trained to give the picture back | 自编码器 |
# | variational autoencoder | the same with noise on the codes | 变分自编码器 |
# | reparametrization | μ + σ·ε, a draw with a gradient | 重参数化 |
# | reconstruction loss | what it costs to redraw x from its code | 重构损失 |
# | negative example | what D is told not to like | 负样本 |
# | gradient ascent | climbing D's score | 梯度上升 |
# | replay buffer | dreams kept as negatives | 经验回放缓冲区 |
# | energy | minus the score | 能量 |
# | Langevin dynamics | ascent with the right amount of noise | 朗之万动力学 |
# | Viterbi algorithm | argmax on a chain | 维特比算法 |

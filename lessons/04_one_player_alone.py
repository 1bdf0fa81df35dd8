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
#   noise is good for, and what not;
# - find two pictures of which squared error prefers the wrong one;
# - let a discriminator draw, with negative samples that it finds by itself, and say what
#   that costs.
#
# **Minutes:** {minutes}. **You need:** Keras; from lessons 01 to 03 the KL divergence, and that a
# discriminator D returns a logit, high for what looks real. (Models on a chain, of which
# the best answer can be found exactly, are in the bonus notebook 04b.)

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed
from utils.figures import table

keras.utils.set_random_seed(seed(4))

# %% [markdown]
# How long each training runs stands in one cell. `COURSE_SCALE` chooses the column:
# `laptop` is what the text describes.

# %% tags=["parameters"]
CLASSIFIER_EPOCHS = scale(quick=1, laptop=30, full=30)
DISCRIMINATOR_EPOCHS = scale(quick=1, laptop=40, full=100)
STROKES = scale(quick=200, laptop=2_000, full=9_000)
STROKE_EPOCHS = scale(quick=1, laptop=20, full=40)
CODE_EPOCHS = scale(quick=1, laptop=60, full=300)
NOISE_EPOCHS = scale(quick=1, laptop=100, full=300)
DRAWN_STROKES = scale(quick=500, laptop=8_000, full=50_000)
DECODER_EPOCHS = scale(quick=1, laptop=25, full=100)
LAYERS = scale(
    quick=((40,), (40, 40, 40, 40)),
    laptop=((40,), (1024,), (40, 40), (40, 40, 40, 40)),
    full=((40,), (256,), (1024,), (4096,), (40, 40), (40, 40, 40, 40)),
)
LINE_ROUNDS = scale(quick=2, laptop=25, full=100)
PLANE_POINTS = scale(quick=256, laptop=2_560, full=2_560)
PLANE_EPOCHS = scale(quick=1, laptop=50, full=500)
PLANE_ASCENT = scale(quick=5, laptop=200, full=200)
DIGIT_EPOCHS = scale(quick=1, laptop=70, full=1_000)
NOISE_ASCENT = scale(quick=2, laptop=60, full=200)
ASCENT = scale(quick=5, laptop=200, full=1_000)

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
train_labels = digits.train_labels[: len(TRAIN)]
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
def shuffle_pixels(images, number=0):
    """Gives every pixel the values it has in these images, in an order of its own."""
    columns = images.reshape(len(images), -1).T
    rng = np.random.default_rng(seed(number))
    return np.stack([rng.permutation(c) for c in columns], axis=1).reshape(images.shape)


shuffled, shuffled_test = shuffle_pixels(TRAIN, 0), shuffle_pixels(TEST, 1)

# %% jupyter={"source_hidden": true}
threes = TRAIN[train_labels == 3]
figures.image_rows(
    {
        "real": TRAIN[:10],
        "each pixel\nfrom any digit": shuffled[:10],
        "real threes": threes[:10],
        "each pixel\nfrom any three": shuffle_pixels(threes)[:10],
    },
    title="Every pixel right on average",
)

# %% [markdown]
# In the second row hardly anything can be read. In the last, several can be read, with salt on
# them: knowing the digit helps, and is not enough. Pixels have to agree on more than that.
#
# Who can tell? A discriminator that looks at pixels one by one, adding up a weight for each
# (a logistic regression), sees the same averages on both sides. One that looks
# **top-down**, at the whole, may see more. We train both to tell real from shuffled.

# %%
from utils.networks.encoders import mlp_encoder


def train_discriminator(
    real, spoiled, hidden=(128, 128), epochs=DISCRIMINATOR_EPOCHS, network=None
):
    """A discriminator, hidden layers or a network: logit > 0 means "a real one"."""
    keras.utils.set_random_seed(seed(0))
    discriminator = network or mlp_encoder(real.shape[1:], 1, hidden, "swish")
    discriminator.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(spoiled))])
    pictures = np.concatenate([real, spoiled])
    discriminator.fit(pictures, labels, batch_size=64, epochs=epochs, verbose=0)
    return discriminator


def logits_of(discriminator, images):
    """The logits of pictures, (n,)."""
    return ops.convert_to_numpy(discriminator(images)).ravel()


# %% jupyter={"source_hidden": true}
def accuracy(discriminator, real, spoiled):
    """Share of right verdicts, as many real as spoiled pictures."""
    right = logits_of(discriminator, real) > 0, logits_of(discriminator, spoiled) < 0
    return (right[0].mean() + right[1].mean()) / 2


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
# > **What we know now.** Pixels may be right one by one and wrong together. A discriminator
# > notices if it looks at the whole. Now each of the two players plays alone.

# %% tags=["claim"]
assert np.array_equal(np.sort(TRAIN, axis=0), np.sort(shuffled, axis=0))
if current_scale() != "quick":
    assert abs(verdicts["pixel by pixel"] - 0.5) < 0.1
    assert verdicts["the whole picture"] > 0.9

# %% [markdown]
# ## 2 · A generator alone needs codes
#
# Suppose we have no discriminator, only pictures. We want a network that turns a short
# vector, a **code** (also **latent vector**), into a picture. Training it is easy if every
# picture *has* a code: a regression from code to picture, by squared error. So where do the
# codes come from?
#
# First try: assign them at random, two numbers for each picture.
#
# **Predict.** Two sevens that look alike get codes far apart; a seven and a zero may get
# almost the same. What will the network draw?

# %%
from utils.networks.mlp import mlp_generator

random_codes = np.random.default_rng(seed(0)).normal(size=(len(TRAIN), 2))
random_codes = random_codes.astype("float32")
keras.utils.set_random_seed(seed(0))
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
keras.utils.set_random_seed(seed(0))
flat = Autoencoder(mlp_encoder(SHAPE, 2), mlp_generator(SHAPE, latent_dim=2))
flat.compile(keras.optimizers.Adam(2e-3))
flat.fit(TRAIN, batch_size=64, epochs=CODE_EPOCHS, verbose=0)
codes = flat.encode(TRAIN)

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {
        "real": TRAIN[:10],
        "from random codes": redrawn_random[:10],
        "from learned codes": flat.reconstruct(TRAIN[:10]),
    },
    title="The same decoder, the same training: only the codes differ",
)

# %% [markdown]
# From random codes it draws the same picture each time, the mean. Measured: the squared error
# of a redrawn picture; and how often the picture with the *nearest code* shows the same digit
# (by chance: 10 %).

# %% jupyter={"source_hidden": true}
from sklearn.neighbors import NearestNeighbors


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
    ("codes", "squared error per pixel", "nearest code: same digit"),
    caption="From random codes the decoder does little better than the mean picture",
)

# %% tags=["claim"]
assert neighbors["random"] < 0.2
if current_scale() != "quick":
    assert code_errors["learned"] < 0.7 * code_errors["random"]
    assert code_errors["random"] > 0.8 * always_the_mean
    assert neighbors["learned"] > 0.5

# %% [markdown]
# Where did the encoder put the digits? Held-out pictures, each written as its label. And what
# does the decoder draw as we **walk** over the plane of codes? From left to right the first
# number grows, from bottom to top the second.

# %% jupyter={"source_hidden": true}
figures.codes_2d(
    flat.encode(TEST),
    digits.test_labels,
    title="Equal digits mostly get codes close together,\nand nobody told the encoder which they are",
)

# %% jupyter={"source_hidden": true}
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
# Some places, most of them where two digits meet, show nothing one could name.
#
# > **What we know now.** A decoder is a generator once codes are learned. Between the codes
# > of real pictures lie holes.
#
# ## 3 · Halfway between two codes
#
# **Where holes come from.** An autoencoder is asked about the codes of the training
# pictures and about nothing else. Between them the decoder may do what it likes. The
# **variational autoencoder** (VAE) adds noise. Its encoder returns not a point but a little
# cloud, a Gaussian
#
# $$q(z \mid x) = N\left(z;\, \mu(x),\, \sigma^2(x)\right),$$
#
# with a mean and a variance for each number of the code. The decoder has to draw the
# picture from *any* point $z$ of the cloud: the picture it draws is the mean of
# $p(x \mid z)$, a Gaussian with one fixed variance per pixel. Left alone, the encoder would
# make the clouds tiny, or push them far apart, and be an autoencoder again. So a second
# term in the loss asks every cloud to look like the same standard normal $N(0, I)$, from
# which we will draw codes later.

# %%
from utils.models import VAE

keras.utils.set_random_seed(seed(0))
cloudy = VAE(mlp_encoder(SHAPE, 4), mlp_generator(SHAPE, latent_dim=2), variance=0.3)
cloudy.compile(keras.optimizers.Adam(2e-3))
cloudy.fit(TRAIN, batch_size=64, epochs=CODE_EPOCHS, verbose=0)
means, log_variances = map(ops.convert_to_numpy, cloudy.posterior(TEST[:120]))

# %% jupyter={"source_hidden": true}
figures.codes_2d(
    means,
    digits.test_labels[:120],
    spreads=np.exp(0.5 * log_variances),
    title="A VAE's codes are clouds (one standard deviation): they meet and overlap",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert 0.03 < np.exp(0.5 * log_variances).mean() < 0.6
    assert 0.5 < means.std() < 1.3

# %% [markdown]
# **Both terms are one bound.** The likelihood of lesson 01,
# $p(x) = \int N(z; 0, I)\,p(x \mid z)\,dz$, cannot be computed for a network. But for any
# $q$ the integral is a mean over $q(z \mid x)$ of
# $N(z; 0, I)\,p(x \mid z)\,/\,q(z \mid x)$, and the logarithm of a mean is at least the mean
# of the logarithms (Jensen's inequality). So
#
# $$-\log p(x) \;\le\; \underbrace{\mathbb E_{z \sim q}\left[-\log p(x \mid z)\right]}_{\text{reconstruction}}
# \;+\; \underbrace{\mathrm{KL}\left(q(z \mid x)\,\|\,N(0, I)\right)}_{\text{KL term}} .$$
#
# The right side with its sign turned is the **evidence lower bound** (ELBO). With
# $p(x \mid z) = N(x; \text{decoder}(z), 1)$ the reconstruction is
# $\tfrac12\sum (x - \text{made})^2$ and a constant. The KL of two Gaussians is in lesson 01:
# $\tfrac12\sum (\mu^2 + \sigma^2 - 1 - \log\sigma^2)$.
#
# ### Exercise 4.1 · The two terms (easy, 8 minutes)
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
# The course's VAE adds up these two. In the code `y_pred` is what the model made of a batch:
# the pictures drawn, and the clouds' means and log-variances. `self.beta` weighs the KL
# term; here it is 1 (lesson 05 turns it). `self.reconstruction_loss` divides your squared
# error by the variance of $p(x \mid z)$: the smaller it is, the more a pixel weighs.

# %%
show_code(VAE.compute_loss, "utils.models.VAE.compute_loss")

# %% [markdown]
# To measure how digit-like a picture is, we train a **classifier**, and count
# the pictures of which it is more than 90 % sure. (It can be sure of nonsense too; so we
# also look.)

# %%
from utils.evaluation.digit_classifier import classifier_accuracy, train_classifier

classifier = train_classifier(
    digits.train_pictures, digits.train_labels, CLASSIFIER_EPOCHS, seed(0)
)
right = classifier_accuracy(TEST, digits.test_labels, classifier)


def digit_probabilities(images):
    """The classifier's probabilities of the ten digits, (n, 10)."""
    return ops.convert_to_numpy(ops.softmax(classifier(images, training=False)))


def digit_like(images):
    """Share of pictures of which the classifier is more than 90 % sure."""
    return np.mean(digit_probabilities(images).max(axis=1) > 0.9)


print(f"{right:.1%} right on held-out digits; sure of {digit_like(TEST):.0%} of them")

# %% [markdown]
# **Run.** An autoencoder and a VAE, with the same layers and codes of 8 numbers. (About 20
# seconds.) Then we take pairs of held-out pictures of two *different* digits, and decode
# the point halfway between their codes. A second test asks for more: a code drawn at
# random, for the VAE from $N(0, I)$, for the autoencoder from a Gaussian fitted to its
# codes.
#
# **Predict.** Which one will be better at giving pictures back? And halfway?

# %%
LATENT = 8


def train_coder(kind, latent_dim=LATENT, variance=0.3):
    """An autoencoder or a VAE; the VAE's encoder returns means and log-variances."""
    keras.utils.set_random_seed(seed(0))
    decoder = mlp_generator(SHAPE, latent_dim)
    if kind == "VAE":
        model = VAE(mlp_encoder(SHAPE, 2 * latent_dim), decoder, variance=variance)
    else:
        model = Autoencoder(mlp_encoder(SHAPE, latent_dim), decoder)
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(TRAIN, batch_size=64, epochs=NOISE_EPOCHS, verbose=0)
    return model


coders = {kind: train_coder(kind) for kind in ("autoencoder", "VAE")}
vae = coders["VAE"]

# %% jupyter={"source_hidden": true}
rng = np.random.default_rng(seed(0))
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
        return model.sample(n, seed=seed(1))
    codes = model.encode(TRAIN)
    gaussian = np.random.default_rng(seed(1)).multivariate_normal
    return model.decode(gaussian(codes.mean(axis=0), np.cov(codes.T), n))


halves = {name: halfway(model) for name, model in coders.items()}
drawn = {name: random_drawings(model) for name, model in coders.items()}
sure = {name: (digit_like(halves[name]), digit_like(drawn[name])) for name in coders}
given_back = {name: error(m.reconstruct(TEST), TEST) for name, m in coders.items()}
double_exposure = digit_like((TEST[one] + TEST[other]) / 2)
table(
    [
        ("real digits", "", f"{digit_like(TEST):.0%}", f"{digit_like(TEST):.0%}"),
        ("mean of two pictures", "", f"{double_exposure:.0%}", ""),
        *[
            (n, f"{given_back[n]:.3f}", *(f"{share:.0%}" for share in sure[n]))
            for n in coders
        ],
    ],
    ("", "error of reconstruction", "sure: halfway", "sure: random code"),
    caption="Share of pictures of which the classifier is more than 90 % sure",
)

# %% jupyter={"source_hidden": true}
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
# that, already in the autoencoder. The VAE's noise is no miracle: it gains some percentage
# points, and both stay far below real digits. There is empty space between real digits (lesson
# 01), and a smooth decoder has to cross it somewhere. The noise has a price, too: the error of
# what comes back is larger. What the noise *is* good for shows where nobody knows how many
# numbers a code needs. So we change its size, and the variance of $p(x \mid z)$. (About 30
# seconds.)
#
# **Predict.** Codes of 32 numbers: who gains, who loses?

# %%
choices = {
    ("autoencoder", 8, ""): coders["autoencoder"],
    ("autoencoder", 32, ""): train_coder("autoencoder", 32),
    ("VAE", 8, 0.3): vae,
    ("VAE", 32, 0.3): train_coder("VAE", 32),
    ("VAE", 8, 0.03): train_coder("VAE", 8, 0.03),
    ("VAE", 8, 3.0): train_coder("VAE", 8, 3.0),
}

# %% jupyter={"source_hidden": true}


def numbers_in_use(model):
    """How many numbers of the code say something of x: a KL above 0.1 nats."""
    mean, log_variance = map(ops.convert_to_numpy, model.posterior(TRAIN))
    terms = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    return int(np.sum(terms.mean(axis=0) > 0.1))


in_use = {
    choice: numbers_in_use(model) if choice[0] == "VAE" else choice[1]
    for choice, model in choices.items()
}
by_choice = {
    choice: (
        error(model.reconstruct(TEST), TEST),
        digit_like(halfway(model)),
        digit_like(random_drawings(model)),
    )
    for choice, model in choices.items()
}
table(
    [
        (
            *map(str, choice),
            f"{in_use[choice]}",
            f"{by_choice[choice][0]:.3f}",
            *(f"{share:.0%}" for share in by_choice[choice][1:]),
        )
        for choice in choices
    ],
    (
        "",
        "numbers in the code",
        "variance",
        "in use",
        "error of reconstruction",
        "sure: halfway",
        "sure: random code",
    ),
    caption="How the size of the code and the variance change the picture",
)

# %% [markdown]
# With 32 numbers the autoencoder gives pictures back best and knows least of what lies between
# them. The VAE leaves most of them alone: their clouds are $N(0, 1)$ whatever the picture,
# which costs no KL and says nothing. That is **posterior collapse**; here it does no harm: the
# VAE has found out how many numbers are worth their price. Not so with a variance of 3: there
# no pixel is worth the price of any number, all collapse, and it always draws the mean picture
# (of which the classifier is sure: never ask it alone). A smaller variance moves the VAE
# towards the autoencoder. So choose the size amply; the variance sets how many numbers are
# worth their price (lesson 05 learns it).
#
# > **What we know now.** A VAE's loss is a bound on −log p(x). Its noise does little for a
# > well-chosen code, and much for one that is too large.

# %% tags=["claim"]
if current_scale() != "quick":
    assert right > 0.94
    assert sure["autoencoder"][0] > double_exposure
    gains = np.subtract(sure["VAE"], sure["autoencoder"])
    assert gains[1] > 0
    assert max(sure["VAE"]) < digit_like(TEST) - 0.2
    assert given_back["VAE"] > given_back["autoencoder"]
    ample = {
        kind: by_choice[kind, 32, v] for kind, v in (("autoencoder", ""), ("VAE", 0.3))
    }
    assert ample["autoencoder"][0] < min(given_back.values())
    assert all(ample["VAE"][k] > 2 * ample["autoencoder"][k] for k in (1, 2))
    assert ample["autoencoder"][1] < sure["autoencoder"][0]
    assert in_use["VAE", 32, 0.3] < 16
    assert in_use["VAE", 8, 3.0] == 0 < in_use["VAE", 8, 0.3] <= in_use["VAE", 8, 0.03]
    assert by_choice["VAE", 8, 0.03][0] < given_back["VAE"]
    assert by_choice["VAE", 8, 3.0][0] > 0.9 * always_the_mean

# %% [markdown]
# ## 4 · Pixels judge badly
#
# Every generator so far lowered a **squared error**. Is that what we want? Here is a toy
# whose causes we know: one stroke of a pen, with a place, a direction and a length. We
# spoil it with a single white pixel, far from the stroke. And we draw a longer stroke, which
# nobody would call spoiled.
#
# **Predict.** Which of the two would you rather forgive? And squared error?

# %% jupyter={"source_hidden": true}
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
    title="The squared error to the target",
)

# %% [markdown]
# One pixel costs 4, because black is −1 and white is 1. The longer stroke changes more
# pixels, so it costs more, though it is as good a stroke as the first.
#
# Now ask a discriminator. We show it strokes of all kinds, and strokes in which a few pixels,
# 1 to 16, were repainted in a random gray. It never sees our three. (It is convolutional,
# as it has to find one pixel wherever it is.)


# %%
def repaint_pixels(images, number=0):
    """Pictures with 1 to 16 random pixels in a random gray."""
    rng = np.random.default_rng(seed(number))
    count = rng.integers(1, 17, (len(images), 1))
    order = rng.random((len(images), images[0].size)).argsort(axis=1)
    chosen = (order < count).reshape(images.shape)
    gray = rng.uniform(-1, 1, images.shape)
    return np.where(chosen, gray, images).astype("float32")


# %% jupyter={"source_hidden": true}
from utils.networks.dcgan import convolutional_discriminator

drawings = sample_strokes(STROKES, seed(0)).pictures
stroke_discriminator = train_discriminator(
    drawings,
    repaint_pixels(drawings),
    epochs=STROKE_EPOCHS,
    network=convolutional_discriminator(drawings.shape[1:], width=16),
)
toy_scores = logits_of(stroke_discriminator, np.concatenate([stroke, stray, longer]))
table(
    [
        (name, f"{cost:.1f}", f"{score:+.1f}")
        for (name, cost), score in zip(
            {"target": 0.0, **toy_errors}.items(), toy_scores, strict=True
        )
    ],
    ("", "squared error (lower is better)", "logit of D (higher is better)"),
    caption="The two disagree about which picture is the better one",
)

# %% tags=["claim"]
assert toy_errors["stray pixel"] < toy_errors["longer stroke"]
if current_scale() != "quick":
    assert toy_scores[2] > toy_scores[1] + 0.5

# %% [markdown]
# One case proves little. So the same with all 360 held-out digits. The near picture is
# the digit with one white pixel as far from the ink as possible. The far one is *another*
# training picture of the same digit: another person's hand. We ask squared error, the
# classifier (how probable is the right digit?), and a discriminator trained like the one
# above, on training pictures.
#
# **Predict.** How often will each of the three prefer the other hand to the stray pixel?


# %% jupyter={"source_hidden": true}
def far_from_ink(image):
    """Row and column of the black pixel with the greatest distance from any ink."""
    black, ink = np.argwhere(image[..., 0] <= -1), np.argwhere(image[..., 0] > 0)
    distances = np.linalg.norm(black[:, None] - ink[None], axis=-1).min(axis=1)
    return tuple(black[distances.argmax()])


near = TEST.copy()
for picture in near:
    picture[far_from_ink(picture)] = 1.0
rng = np.random.default_rng(seed(0))
hands = [rng.choice(np.flatnonzero(train_labels == d)) for d in digits.test_labels]
far = TRAIN[hands]
four_times = np.concatenate([TRAIN] * 4)
discriminator = train_discriminator(
    four_times,
    repaint_pixels(four_times),
    (256, 256),
    max(DISCRIMINATOR_EPOCHS // 3, 1),
)
near_error, far_error = (
    np.sum((each - TEST) ** 2, axis=(1, 2, 3)) for each in (near, far)
)


def right_digit(images):
    """The classifier's probability of the right digit."""
    return digit_probabilities(images)[np.arange(len(images)), digits.test_labels]


prefers_far = {
    "squared error": np.mean(far_error < near_error),
    "classifier": np.mean(right_digit(far) > right_digit(near)),
    "D, shown\nrepainted pixels": np.mean(
        logits_of(discriminator, far) > logits_of(discriminator, near)
    ),
}
figures.bars(
    prefers_far,
    ylabel="share that prefers another hand",
    number_format=".0%",
    ylim=(0, 1),
    references={"no opinion": 0.5},
    title="Another hand, or a stray pixel: which is the better picture?",
)

# %% tags=["claim"]
assert prefers_far["squared error"] < 0.05
if current_scale() != "quick":
    assert prefers_far["D, shown\nrepainted pixels"] > 0.9
    assert prefers_far["D, shown\nrepainted pixels"] > prefers_far["classifier"] + 0.2

# %% [markdown]
# Squared error hardly ever does. The classifier has no firm opinion: it was only taught
# which digit it is, not whether it is well drawn. The discriminator does, but that is no
# great feat: we had *shown* it repainted pixels, and one white pixel is nearly the same.
# Section 6 asks whether a discriminator can find that out by itself.
#
# ### Exercise 4.3 · Fool squared error (open, 10 minutes)
#
# Now you paint. Make two pictures after the target: squared error must prefer `near`, the
# discriminator just trained, `discriminator`, must prefer `far`, by at least 1 in its logit
# (odds of being real e times as high). And `far` is the same digit as somebody else could have
# written it: its own logit is above 0.
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
# Exercise 4.3: fool squared error
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
# > **What we know now.** Squared error prefers a spoiled picture near by to a good one farther
# > off. A discriminator that knows spoiled pictures does not.
#
# ## 5 · Output neurons do not see each other
#
# Why does a generator draw parts that do not fit? Its last layer has one neuron per pixel,
# and each of them looks at the layer before, not at its neighbors. None can ask another
# "are *you* drawing the stroke, or shall I?". All agreement has to be prepared in the layers
# before.
#
# We give a decoder the true causes of a stroke (place, direction, length) and let it learn
# to draw. No encoder, no noise: nothing but drawing is tested. *Contrast* is how much pixels
# differ from their neighbors; blurred strokes have less of it than real ones. (About
# 20 seconds.)
#
# **Predict.** One wide hidden layer, or several of 40 units with far fewer parameters:
# which draws more like real strokes?

# %% jupyter={"source_hidden": true}
drawn_strokes = sample_strokes(DRAWN_STROKES, seed(1))
held_out = sample_strokes(1_000, seed(2))


def as_code(causes):
    """Causes as five numbers of about the same size; half a turn is the same stroke."""
    right, down, angle, half = causes.T
    turn = np.cos(2 * angle), np.sin(2 * angle)
    return np.stack([right / 3, down / 3, *turn, (half - 3) / 1.5], axis=1)


# %%
from utils.models.recipes import falling_adam


def learn_to_draw(hidden):
    """A decoder from causes to strokes; returns it and what it draws of held-out ones."""
    keras.utils.set_random_seed(seed(0))
    decoder = mlp_generator((16, 16, 1), 5, hidden, "relu")
    steps = len(drawn_strokes.pictures) // 128 * DECODER_EPOCHS
    decoder.compile(falling_adam(2e-3, steps), "mse")
    decoder.fit(
        as_code(drawn_strokes.causes),
        drawn_strokes.pictures,
        batch_size=128,
        epochs=DECODER_EPOCHS,
        verbose=0,
    )
    return decoder, ops.convert_to_numpy(decoder(as_code(held_out.causes)))


drawers = {hidden: learn_to_draw(hidden) for hidden in LAYERS}

# %% jupyter={"source_hidden": true}


def contrast(images):
    """Mean squared step from a pixel to the next, down and to the right."""
    return float(sum(np.mean(np.diff(images, axis=axis) ** 2) for axis in (1, 2)))


def relative_contrast(images):
    """The contrast, in units of real strokes."""
    return contrast(images) / contrast(held_out.pictures)


table(
    [
        (
            f"{len(hidden)} × {hidden[0]:,}",
            f"{decoder.count_params():,}",
            f"{error(made, held_out.pictures):.4f}",
            f"{relative_contrast(made):.0%}",
        )
        for hidden, (decoder, made) in drawers.items()
    ],
    (
        "hidden layers × units",
        "parameters",
        "error per pixel",
        "contrast (real: 100 %)",
    ),
    caption="Strokes drawn from their causes, held out",
)

# %% jupyter={"source_hidden": true}
narrow = drawers[40, 40, 40, 40][1]
errors_made = narrow - held_out.pictures
figures.image_rows(
    {
        "real": held_out.pictures[:10],
        **{
            f"{len(hidden)} × {hidden[0]:,}": np.clip(made[:10], -1, 1)
            for hidden, (_, made) in drawers.items()
        },
        "errors of\nthe last": np.clip(errors_made[:10], -1, 1),
    },
    title="Strokes drawn from their causes",
)

# %% [markdown]
# Compare the networks of one, two and four layers of 40. Their last layers are of equal size: each
# output neuron looks at 40 units. All that differs is what has been prepared before, and each layer
# more brings contrast. Four come nearest to real strokes, with a small part of the wide layer's
# parameters. It is no law of any depth, though: two stay behind the wide one. And by squared error
# the wide layer is ahead: it pays to be blurred rather than off by a pixel. It is the judge of
# section 4. (At `full` the decoders see 25 times as many strokes. Then the wide layer has as much
# contrast as the four, 94 %, and by squared error it is six times as near.)
#
# The errors in the last row come in pairs of edges: a whole edge is too long, or a pixel off.
# We correlate the errors of pixels side by side. For a scale: the same errors with random
# signs, as if each output neuron erred for itself, and the strokes' own pixels.


# %% jupyter={"source_hidden": true}
def neighbor_correlation(images):
    """Correlation of pixels side by side."""
    return np.corrcoef(images[:, :, 1:].ravel(), images[:, :, :-1].ravel())[0, 1]


signs = np.random.default_rng(seed(0)).choice([-1, 1], errors_made.shape)
together = {
    "errors, as they are": neighbor_correlation(errors_made),
    "errors, random signs": neighbor_correlation(signs * errors_made),
    "the strokes themselves": neighbor_correlation(held_out.pictures),
}
table(
    [(name, f"{value:.2f}") for name, value in together.items()],
    ("pixels side by side", "correlation"),
    caption="Neighbors err together",
)

# %% [markdown]
# The likelihood of a VAE treats the pixels as *independent* given the code, so it counts one
# such mistake as many.
#
# > **What we know now.** Mistakes of a whole should be judged by something that sees the
# > whole.

# %% tags=["claim"]
assert abs(together["errors, random signs"]) < 0.05
if current_scale() != "quick":
    shown = {hidden: relative_contrast(made) for hidden, (_, made) in drawers.items()}
    sizes = {hidden: decoder.count_params() for hidden, (decoder, _) in drawers.items()}
    assert shown[40, 40, 40, 40] > shown[40, 40] > shown[40,]
    assert shown[1024,] > shown[40,]
    assert sizes[1024,] > 10 * sizes[40, 40, 40, 40]
    wrong = {
        hidden: error(made, held_out.pictures) for hidden, (_, made) in drawers.items()
    }
    assert wrong[1024,] < wrong[40, 40, 40, 40]
    assert together["errors, as they are"] > 0.1
    if current_scale() == "laptop":
        assert together["errors, as they are"] > 0.2, together
        assert shown[40, 40] < shown[1024,] < shown[40, 40, 40, 40], shown
    else:
        assert abs(shown[1024,] - shown[40, 40, 40, 40]) < 0.02, shown

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
# ### Exercise 4.4 · Climb D's score (easy, 5 minutes)
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
# Exercise 4.4: climb D's score
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
# From here on we use the course's `ascend`: this loop, with bounds and noise if wanted.
#
# ### What are the negative examples?
#
# D needs two kinds of examples to learn from, and we have only one: real data. We go back
# to a line, where D is a curve. The data have two modes, at −1.5 and 1.5, the one on the
# right with fewer points.
#
# **Predict.** What will D's curve look like (a) trained on real examples only, (b) with
# random numbers from the whole line as negatives?

# %% jupyter={"source_hidden": true}
from utils.networks.mlp import mlp
from utils.sampling.ascent import ascend

BOUNDS = (-4.0, 4.0)
rng = np.random.default_rng(seed(0))
MODES = np.concatenate([rng.normal(-1.5, 0.25, 160), rng.normal(1.5, 0.25, 96)])
REAL = MODES.astype("float32")[:, None]


def uniform(n, number):
    """Numbers from the whole line, (n, 1)."""
    rng = np.random.default_rng(seed(number))
    return rng.uniform(*BOUNDS, (n, 1)).astype("float32")


def new_discriminator():
    """A small network on the line, ready to be trained on labels."""
    keras.utils.set_random_seed(seed(1))
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
_ = with_noise.fit(
    np.concatenate([REAL, uniform(256, 1)]),
    np.concatenate([np.ones(256), np.zeros(256)]),
    batch_size=64,
    epochs=epochs,
    verbose=0,
)

# %% jupyter={"source_hidden": true}
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
    title="D's curve, without and with negatives",
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
# digits upside down, shuffled pixels (section 1), smooth blobs, noise with black sides, real
# digits with noisy sides?

# %%
pixel_noise = np.random.default_rng(seed(0)).uniform(-1, 1, TRAIN.shape)
noise_discriminator = train_discriminator(
    TRAIN, pixel_noise.astype("float32"), epochs=max(DISCRIMINATOR_EPOCHS // 4, 1)
)

# %% jupyter={"source_hidden": true}
from scipy.ndimage import gaussian_filter

chance = np.random.default_rng(seed(1))
new_noise = chance.uniform(-1, 1, TEST.shape).astype("float32")
SIDES = [0, 1, 6, 7]
black_sides, noisy_sides = new_noise.copy(), TEST.copy()
black_sides[:, :, SIDES] = -1
noisy_sides[:, :, SIDES] = new_noise[:, :, SIDES]
blobs = gaussian_filter(chance.normal(size=TEST.shape), (0, 2, 2, 0))
blobs = np.clip(blobs / blobs.std(), -1, 1).astype("float32")
lookalikes = {
    "real\ndigits": TEST,
    "upside\ndown": TEST[:, ::-1],
    "mean\ndigit": TRAIN.mean(axis=0)[None],
    "shuffled": shuffled_test,
    "noise,\nblack sides": black_sides,
    "digits,\nnoisy sides": noisy_sides,
    "smooth\nblobs": blobs,
    "new\nnoise": new_noise,
}
accepted = {
    n: np.mean(logits_of(noise_discriminator, x) > 0) for n, x in lookalikes.items()
}
figures.bars(
    accepted,
    ylabel="share that D calls real",
    number_format=".0%",
    ylim=(0, 1.05),
    title="What a discriminator trained against noise takes for a digit",
)

# %% [markdown]
# The two columns at the left and right edge of digits are nearly always black, and those of
# noise are not. That decides: noise with black sides passes, real digits with noisy sides do
# not. And what does it like best? We climb from twenty pictures of noise.

# %% jupyter={"source_hidden": true}
start = np.random.default_rng(seed(2)).uniform(-1, 1, (20, *SHAPE)).astype("float32")
peaks = ascend(noise_discriminator, start, NOISE_ASCENT, 1.0, bounds=(-1, 1))
figures.image_grid(
    peaks,
    title=f"What it likes best, from twenty starts: "
    f"logit {logits_of(noise_discriminator, peaks).mean():.0f}, real digits "
    f"{logits_of(noise_discriminator, TEST).mean():.0f}",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert accepted["real\ndigits"] > 0.95 and accepted["new\nnoise"] < 0.05
    fooling = ("upside\ndown", "mean\ndigit", "shuffled", "noise,\nblack sides")
    assert min(accepted[name] for name in fooling) > 0.8
    assert max(accepted["smooth\nblobs"], accepted["digits,\nnoisy sides"]) < 0.4
    assert (
        logits_of(noise_discriminator, peaks).min()
        > logits_of(noise_discriminator, TEST).max()
    )
    assert np.ptp(peaks, axis=0).max() < 0.01, "different starts, different peaks"

# %% [markdown]
# From every start it climbs to the same picture. That is no digit, and it likes it better than
# any real one.
#
# ### Negative samples from D itself
#
# So where should negatives come from? From D itself: where it is *wrongly* high, its own
# search ends. What the search finds are D's **negative samples**: its dreams, if you like.
# **Round by round**
#
# 1. search: climb from random places to where D's curve is high;
# 2. train D: real examples up, negative samples down;
# 3. again.
#
# The curve is pressed down wherever the search ended. Where real data lie it is pushed up at
# the same time, so there it stays.
#
# ### Exercise 4.5 · One round (medium, 8 minutes)
#
# `search(discriminator, start)` returns the negative samples: where climbs from `start` end.
# The discriminator is compiled with a binary cross-entropy on logits: train it as it comes, with
# one `fit` of one epoch, real examples with label 1, negatives with label 0. Return the
# negatives.
#
# <details><summary>Hint 1</summary>
# First search, then train: the negatives must show where D is too high now.
# </details>
# <details><summary>Hint 2</summary>
# <code>np.concatenate([real, negatives])</code> with the labels
# <code>np.concatenate([np.ones(len(real)), np.zeros(len(negatives))])</code>.
# </details>


# %% tags=["exercise"]
# Exercise 4.5: one round of self-made negatives
def one_round(discriminator, real, start, search):
    """Searches, trains D to tell real examples from what it found, returns that."""
    # BEGIN SOLUTION
    negatives = search(discriminator, start)
    examples = np.concatenate([real, negatives])
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(negatives))])
    discriminator.fit(examples, labels, verbose=0)
    return negatives
    # END SOLUTION


# %% tags=["check"]
checks.lesson04.one_round(one_round)

# %% [markdown]
# Now the whole film. One thing is added: a **replay buffer**. Half of the negatives are
# those of earlier rounds, or D would forget what it has already been told. (About 20
# seconds.)

# %%
alone = new_discriminator()
replay_buffer, moments = np.zeros((0, 1), "float32"), []
for turn in range(LINE_ROUNDS):
    found = ascend(alone, uniform(256, turn), 60, 0.1, bounds=BOUNDS)
    moments.append((found, probability(alone)))
    replay_buffer = np.concatenate([replay_buffer, found])
    kept = replay_buffer[rng.integers(0, len(replay_buffer), 128)]
    examples = np.concatenate([REAL, found[:128], kept])
    labels = np.concatenate([np.ones(256), np.zeros(256)])
    alone.fit(examples, labels, batch_size=64, epochs=5, verbose=0)

# %% jupyter={"source_hidden": true}
frames = np.unique(np.linspace(0, 1, 8) ** 1.5 * (LINE_ROUNDS - 1)).astype(int)


def draw(ax, moment):
    """One panel: the data, the negative samples, and D's curve."""
    figures.two_players_1d(REAL, *moment, bounds=BOUNDS, name="negative samples", ax=ax)


figures.filmstrip(
    [moments[i] for i in frames],
    draw,
    [f"round {i}" for i in frames],
    title="Where negative samples end, the curve is pressed down",
)


# %% jupyter={"source_hidden": true}
def on_a_mode(found):
    """Share of samples within 0.75, three standard deviations, of a mode's center."""
    return np.mean(np.abs(np.abs(found) - 1.5) < 0.75)


shares = [on_a_mode(found) for found, _ in moments]
figures.curves(
    {"measured": (np.arange(LINE_ROUNDS), np.array(shares))},
    xlabel="round",
    ylabel="share of negative samples on a mode",
    ylim=(-0.02, 1.02),
    references={"uniform on the line": 3 / 8},
    title="The share on a mode, round by round",
)

# %% [markdown]
# At first D's curve is flat and its negative samples are everywhere, by chance 37.5 % of them
# on a mode. Each round presses the curve down where they were, and the next go elsewhere, all
# together: so the share jumps up and down. In the end the only high ground left is where
# real data push back. They end on two single points, though: the argmax of a curve is a
# peak, not a whole mode.
#
# **What keeps the hill** once negative samples and data agree? Nothing: at p = q the best D is
# ½ everywhere. Then searches drift off, find places that are too high, and these are pressed
# down again: an equilibrium of taking turns, as in a GAN, steadied by the replay buffer.

# %% tags=["claim"]
if current_scale() != "quick":
    assert np.mean(shares[-5:]) > 0.9 > 0.7 > np.mean(shares[:5])
    assert 0.05 < np.mean(np.concatenate([d for d, _ in moments[-5:]]) > 0) < 0.95

# %% [markdown]
# ### The plane, and digits
#
# `EnergyModel` plays the same rounds inside `fit`, one per step. Two changes make it fast: a
# search goes on from where an earlier one ended (from the replay buffer), and a little noise
# is added to every step, so that not all end on the same peak. This is known as **persistent
# contrastive divergence**. (About 10 seconds.)

# %%
from utils.models import EnergyModel

show_code(EnergyModel.train_step, "utils.models.EnergyModel.train_step")

# %%
from utils.data.mixtures import ring
from utils.evaluation.coverage import mode_coverage

circle = ring(std=0.1)
keras.utils.set_random_seed(seed(0))
plane = EnergyModel(
    mlp(2, 1, (128, 128), "swish"),
    bounds=(-2, 2),
    steps=20,
    step_size=0.05,
    noise=0.01,
    fresh=0.1,
)
plane.compile(keras.optimizers.Adam(5e-3, beta_1=0.0, beta_2=0.99))
points = circle.sample(PLANE_POINTS, seed=seed(0))
plane.fit(points, batch_size=128, epochs=PLANE_EPOCHS, verbose=0)
plane_samples = plane.sample(1_000, seed(0), steps=PLANE_ASCENT)
plane_score = mode_coverage(plane_samples, circle)

# %% jupyter={"source_hidden": true}
figures.two_players_2d(
    circle.sample(600, seed=seed(1)),
    plane_samples[:600],
    lambda x: ops.sigmoid(plane(x)),
    bounds=(-2, 2),
    name="negative samples",
    title=f"The search ends on the ring ({plane_score.high_quality:.0%} on a mode), "
    "and hardly knows its gaps",
)

# %% [markdown]
# The *search* ends on the ring. D itself is nearly white: ½ on the ring, where both kinds of
# points are equally frequent, and within it, where there are none. At the line D = ½ it crosses
# by a hair. And a plain ring without gaps would score about as well: of every 0.785 of arc, the
# 0.6 = 6σ around a mode's center count, 76 %. D learns about a gap only after a search has
# ended there.
#
# And digits: 64 dimensions, the same lines. (About 20 seconds.)

# %%
keras.utils.set_random_seed(seed(0))
energy = EnergyModel(
    mlp_encoder(SHAPE, 1, (256, 256), "swish"),
    steps=20,
    step_size=1.0,
    noise=0.01,
    decay=0.01,
    buffer_size=2_048,
)
energy.compile(keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99))
_ = energy.fit(TRAIN, batch_size=128, epochs=DIGIT_EPOCHS, verbose=0)

# %% jupyter={"source_hidden": true}
from time import perf_counter

began = perf_counter()
climbed = energy.sample(200, seed(0), steps=ASCENT)
searching = perf_counter() - began
vae.sample(200)
began = perf_counter()
vae_drawn = vae.sample(200, seed(0))
drawing = perf_counter() - began
figures.image_rows(
    {
        "real": TEST[:10],
        "D alone": climbed[:10],
        "": climbed[10:20],
        "VAE": vae_drawn[:10],
        " ": vae_drawn[10:20],
    },
    title="Drawn by a discriminator alone, and by a generator alone",
)

# %% [markdown]
# D's pictures begin as nothing but noise, and have edges even harder than real digits; the
# VAE's are softer.
#
# **Predict.** Look again. *Which* digits does D draw?

# %% jupyter={"source_hidden": true}
names = {"real digits": TEST, "D alone": climbed, "VAE": vae_drawn}
classes = {
    name: np.bincount(digit_probabilities(x).argmax(axis=1), minlength=10) / len(x)
    for name, x in names.items()
}
passes = {"D alone": f"{3 * ASCENT}", "VAE": "1"}
milliseconds = {"D alone": searching * 5, "VAE": drawing * 5}  # of 200 pictures
table(
    [
        (
            name,
            f"{digit_like(x):.0%}",
            f"{contrast(x):.2f}",
            f"{classes[name].argmax()}: {classes[name].max():.0%}",
            f"{np.sum(classes[name] >= 0.02)}",
            passes.get(name, ""),
            f"{milliseconds[name]:.2f}" if name in milliseconds else "",
        )
        for name, x in names.items()
    ],
    (
        "",
        "classifier sure",
        "contrast",
        "most frequent digit",
        "digits with 2 % or more",
        "network passes per sample",
        "ms per sample",
    ),
    caption="What a discriminator draws, and what it costs",
)

# %% [markdown]
# Three of the digits make up most of D's pictures, and some hardly come; the VAE draws all ten.
# A classifier that is sure of a picture does not notice what is never drawn. Drawing a few
# kinds only is called **mode collapse**. It is at home here: a search ends on a high peak near
# by, and nothing asks that all peaks be reached. (Would more noise or longer searches bring the
# other digits back? We leave that open: `noise`, `fresh` and `steps` are there to try.) GANs
# have the same trouble (lesson 03); lesson 05 measures it.

# %% tags=["claim"]
assert searching > drawing
if current_scale() != "quick":
    assert plane_score.modes >= 6 and plane_score.high_quality > 0.5
    assert classes["D alone"].max() > max(0.2, classes["VAE"].max())
    assert np.sort(classes["D alone"])[-3:].sum() > 0.5
    assert np.sum(classes["D alone"] >= 0.02) < 10 == np.sum(classes["VAE"] >= 0.02)
    real, hard, soft = map(contrast, (TEST, climbed, vae_drawn))
    assert soft < real < hard < 1.5 * real
    assert searching > 20 * drawing

# %% [markdown]
# **Back to section 4.** There we had to show D what spoiled pictures look like. This D
# was shown none.
#
# **Predict.** How often does it prefer another hand to a stray pixel?

# %%
alone_prefers_far = np.mean(logits_of(energy, far) > logits_of(energy, near))
print(f"D alone prefers another hand in {alone_prefers_far:.0%} of the cases")

# %% tags=["claim"]
if current_scale() != "quick":
    assert alone_prefers_far > 0.9

# %% [markdown]
# Nearly always, like the D of section 4: it has learned what goes together, though nobody drew
# a stray pixel for it.
#
# > **What we know now.** D alone learns to judge wholes from its own negative samples. It
# > draws sharp pictures, slowly, and of few kinds.
#
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
# The last two rows need another loss: our D is trained by cross-entropy, and its best logit is
# $\log p/q$, flat once $q = p$. Bonus notebook 04b says which loss it is, draws from
# $e^{D(x)}$ by **Langevin dynamics** (a climb with just the right noise), and shows the case
# where argmax is easy: **graphical models** on a chain, whose best row is found exactly, and
# which cannot even count to three.
#
# ## 8 · Good at, bad at
#
# For each of the two, say before you open our table: what does drawing one example take? Does
# it see how parts fit together? What is it trained against, what does it need besides real data,
# and what is its typical mistake?
#
# <details><summary>Our table</summary>
#
# | | generator alone (VAE) | discriminator alone |
# |---|---|---|
# | drawing one example takes | one pass | an argmax: hundreds of steps, up and back |
# | sees how parts fit together | hardly: each output neuron for itself, depth as the price | easily: it looks at the finished whole |
# | what it is trained against | squared error: imitates pixels, not what matters | its own mistakes |
# | needs besides real data | codes | negative samples, from its own slow argmax |
# | typical mistake | soft, in between | few kinds, and odd places that nothing has pressed down yet |
#
# </details>
#
# The two columns complement each other. What D lacks is somebody who solves
# $\arg\max_x D(x)$ quickly: a network that has *learned* to find where D is high. What a
# generator lacks is a judge of wholes. So replace the search by a generator that is
# trained to raise D's score: negatives in one pass, and a generator that is told by
# someone who sees the whole. That is a **GAN** (lesson 03); lesson 05 sets it
# against the VAE.
#
# ## Measured here, published, source
#
# One row is a check of the VAE itself. Where encoder and decoder are linear, the best
# likelihood has a closed form (probabilistic PCA); `benchmarks/one_player_alone.py` trains
# such a VAE and measures by what share it misses it.

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("one_player_alone")


def spread(key, form):
    """Mean and standard deviation over the seeds of the measured table."""
    values = measured[key]
    return f"{np.mean(values):{form}} ± {np.std(values):{form}} ({len(values)} seeds)"


table(
    [
        *[
            (
                f"halfway, codes of {size} numbers: classifier sure, {kind}",
                spread(f"halfway_{kind.lower()}_{size}", ".0%"),
                "",
                "",
            )
            for size in (8, 32)
            for kind in ("AE", "VAE")
        ],
        (
            "linear VAE below the optimum",
            spread("linear_vae_gap", ".3%"),
            "0",
            "exact; Lucas et al. 2019",
        ),
        (
            "steps of ascent per sample",
            f"{ASCENT}",
            "60 per round, going on from earlier ones",
            "Du and Mordatch 2019",
        ),
        (
            "passes of a generator per sample",
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
for size in (8, 32):
    ours = measured[f"halfway_vae_{size}"], measured[f"halfway_ae_{size}"]
    assert np.mean(ours[0]) > np.mean(ours[1])
assert min(measured["halfway_vae_32"]) > 2 * max(measured["halfway_ae_32"])

# %% [markdown]
# ## What to read next
#
# - Kingma and Welling (2014), *Auto-encoding variational Bayes*: section 3 in twelve pages.
# - Tipping and Bishop (1999), *Probabilistic principal component analysis*, and Lucas et al.
#   (2019), *Don't blame the ELBO!*: a linear VAE is the former, and why posteriors collapse.
# - LeCun et al. (2006), *A tutorial on energy-based learning*: the names of section 7.
# - Tieleman (2008), *Training restricted Boltzmann machines using approximations to the
#   likelihood gradient*: persistent contrastive divergence.
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
# | code, latent vector | the short vector that a decoder draws from | 编码 |
# | autoencoder | encoder and decoder, trained to give the picture back | 自编码器 |
# | variational autoencoder | the same with noise on the codes | 变分自编码器 |
# | evidence lower bound | what a VAE raises, never above log p(x) | 证据下界 |
# | reparametrization | μ + σ·ε, a draw with a gradient | 重参数化 |
# | reconstruction loss | what it costs to redraw x from its code | 重构损失 |
# | posterior collapse | a number of the code that says nothing of x | 后验坍塌 |
# | negative sample | what D is told not to like | 负样本 |
# | gradient ascent | climbing D's score | 梯度上升 |
# | replay buffer | earlier negative samples, kept | 经验回放缓冲区 |
# | persistent contrastive divergence | data up, negative samples down, and these go on climbing | 持续对比散度 |
# | mode collapse | drawing a few kinds only | 模式坍塌 |
# | energy | minus the score | 能量 |

# ---
# title: Learning to compare
# claim: A network that has learned a distance between faces recognizes people whom it
#   has never seen, from one picture each, without further training.
# needs: Keras; what a convolutional network is; the squared Euclidean distance
# topics:
#   40: "1 · Two jobs: is this Ann? Who is this?"
#   41: "2 · Why not a softmax over people"
#   42: "4 · Siamese: the same network twice"
#   43: "6 · Choosing triplets"
#   44: "7 · The binary head"
#   45: "9 · A gallery"
# bonus: false
# ---

# %% [markdown]
# # 08 · Learning to compare
#
# **Claim.** A network that has learned a *distance* between faces recognizes people whom
# it has never seen, from one picture each, without further training.
#
# After this lesson you can
#
# - say how an error of one percent per comparison grows in front of 100 people;
# - train an embedding with pairs or triplets, and choose triplets that teach something;
# - see from the log that an embedding has collapsed;
# - judge a verification system: ROC, equal error rate, a threshold from *other* people;
# - build a gallery that names people, says "unknown" to strangers, and learns newcomers
#   in milliseconds, without training.
#
# **Minutes:** {minutes}. **You need:** Keras, what a convolutional network is, logistic regression
# (lesson 02), and the squared Euclidean distance $|a - b|^2 = \sum_k (a_k - b_k)^2$. All faces
# here are drawn; the bonus notebook 08b does the same with photographs.

# %%
import keras
import numpy as np
from keras import layers, ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(8))

# %% tags=["parameters"]
TRAIN_PEOPLE = scale(quick=30, laptop=400, full=2_000)
TEST_PEOPLE = scale(quick=24, laptop=100, full=200)
PICTURES = scale(quick=4, laptop=8, full=10)
STEPS = scale(quick=8, laptop=240, full=2_000)
CROWDS = scale(quick=2_000, laptop=20_000, full=100_000)
CLASSIFIER_EPOCHS = scale(quick=3, laptop=60, full=60)
COLLAPSE_STEPS = scale(quick=6, laptop=60, full=100)
HEAD_STEPS = scale(quick=6, laptop=300, full=1_000)
LOOKS = scale(quick=1, laptop=8, full=8)

# %% [markdown]
# ## 1 · Two jobs: is this Ann? Who is this?
#
# **Verification** (1:1): somebody says "I am Ann"; compare one pair, say yes or no.
#
# **Recognition** (1:K): somebody stands at the door. Compare with the pictures of all K
# people whom the door knows: they are **enrolled**.
#
# The second job is the first one K times over. If a stranger is taken for a given person
# with probability $p$, and the K comparisons are independent, then
#
# $$P(\text{taken for somebody}) = 1 - (1 - p)^K .$$
#
# **Predict.** One percent at 1:1. How much is it at K = 100?

# %% jupyter={"source_hidden": true}
from utils.figures import table

K = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000])
figure = figures.curves(
    {f"p = {p:.2%}": (K, 100 * (1 - (1 - p) ** K)) for p in (0.01, 0.001, 0.0001)},
    xlabel="K, people enrolled",
    ylabel="strangers let in (%)",
    xscale="log",
    title="The share of strangers taken for somebody, by the formula",
)
figure.axes[0].set_xticks([1, 10, 100, 1_000], ["1", "10", "100", "1,000"])
figure

# %% [markdown]
# Now measured. A comparison gives a **score**, larger for more alike; who scores above a
# threshold passes. Here a stranger's scores are drawn from $N(0, 1)$, and the threshold lets
# one in a hundred pass. The best of K scores decides.

# %%
from scipy.stats import norm

rng = np.random.default_rng(seed(0))
threshold_1_percent = norm.ppf(0.99)
let_in = {}
for k in (1, 10, 100):
    best = rng.normal(size=(CROWDS, k)).max(axis=1)
    let_in[k] = (np.mean(best >= threshold_1_percent), 1 - 0.99**k)

# %% jupyter={"source_hidden": true}
needed = 1 - 0.999 ** (1 / 100)
table(
    [(k, f"{measured:.2%}", f"{exact:.2%}") for k, (measured, exact) in let_in.items()],
    ("K", "strangers let in, measured", "exact"),
    caption=f"To turn away 99.9 % of the strangers at K = 100, p must be {needed:.5%}",
)

# %% [markdown]
# Sixty-three percent. (Real scores are not quite independent: who looks like Ann looks like
# Ann's sister, too. Section 8 measures it on drawn faces.)
#
# > **What we know now.** Recognition is K verifications: a small error $p$ becomes
# > $1 - (1-p)^K$.

# %% tags=["claim"]
for measured, exact in let_in.values():
    assert abs(measured - exact) < 5 * np.sqrt(exact * (1 - exact) / CROWDS)
assert round(1 - 0.99**100, 2) == 0.63 and needed < 1.1e-5

# %% [markdown]
# ## 2 · Why not a softmax over people
#
# Our people are avatars. Shape of the face, hair, eyes stay with a person; smile, glasses,
# light, background and position change from picture to picture. Nobody is in two of three
# groups: people to **train** on, to choose thresholds on (**validation**), to **test** on.

# %%
from utils.data.faces import draw_avatars

train = draw_avatars(TRAIN_PEOPLE, PICTURES, seed=seed(1))
validation = draw_avatars(TEST_PEOPLE, PICTURES, seed=seed(3))
test = draw_avatars(TEST_PEOPLE, PICTURES, seed=seed(2))

# %% jupyter={"source_hidden": true}
figures.image_grid(
    np.concatenate([test.pictures[test.labels == k][:4] for k in range(4)]),
    columns=8,
    labels=[f"person {k + 1}" for k in range(4) for _ in range(4)],
    title="Four people, four pictures each",
)

# %% [markdown]
# A new office: 20 people, one picture of each. The obvious way: a classifier of 20 outputs.
#
# **Predict.** How often does it name somebody right, on *other* pictures of the same
# people? And what does it say to strangers?

# %%
from utils.networks.embedding import embedding_network

OFFICE = 20
first = np.array([np.flatnonzero(test.labels == k)[0] for k in range(OFFICE)])
others = np.setdiff1d(np.flatnonzero(test.labels < OFFICE), first)
strangers = np.flatnonzero(test.labels >= OFFICE)

keras.utils.set_random_seed(seed(0))
network = embedding_network(unit_length=False, widths=(16, 32, 64))
classifier = keras.Sequential([network, layers.Dense(OFFICE, activation="softmax")])
classifier.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
classifier.fit(
    test.pictures[first],
    np.arange(OFFICE),
    batch_size=OFFICE,
    epochs=CLASSIFIER_EPOCHS,
    verbose=0,
)
votes, sureness = (
    classifier.predict(test.pictures[rows], verbose=0) for rows in (others, strangers)
)
softmax_accuracy = np.mean(votes.argmax(axis=1) == test.labels[others])
half_sure = np.mean(sureness.max(axis=1) > 0.5)
print(f"named right: {softmax_accuracy:.0%} of the other pictures (guessing: 5%)")
print(f"at least half sure who a *stranger* is: {half_sure:.0%} of the time")

# %% [markdown]
# One picture is too little to learn what stays and what changes. Worse, the classifier has
# no word for "nobody we know": its probabilities sum to one over 20 people, whoever stands
# there. And a new colleague needs a 21st output. One can train that last layer alone; it is
# a training all the same, and it changes the answers about everybody.
#
# Is that fair? No: this classifier learned from 20 pictures; what follows learns from
# thousands, of *other* people. Section 6 tries the fair rival.
#
# > **What we know now.** A softmax knows a fixed list of people, and no strangers.

# %% tags=["claim"]
assert classifier.output_shape == (None, OFFICE)
if current_scale() != "quick":
    assert softmax_accuracy < 0.9, "one picture per person is enough after all"
    assert half_sure > 0.1, "the classifier knows a stranger"

# %% [markdown]
# ## 3 · A similarity and a threshold
#
# So do not ask "which of these?", ask "the same or not?". A **similarity** $s(a, b)$ takes
# two pictures and gives a number, large if they are of one person. A **threshold** τ makes a
# verdict of it: accept if $s \ge \tau$. Somebody whose best similarity to everybody enrolled
# is below τ is **unknown**. A newcomer is one more picture to compare with. Nothing is
# trained.
#
# Two kinds of error move against each other:
#
# - **FAR**, false accepts: the share of pairs of *two* people (impostors) that are accepted;
# - **FRR**, false rejects: the share of pairs of *one* person (genuine) that are rejected.
#
# First the simplest similarity there is: minus the mean squared difference of the *pixels*.
# All pairs of the validation people:

# %%
from utils.evaluation.verification import (
    equal_error_rate,
    error_rates,
    pair_scores,
    roc,
)


def flat(pictures):
    """Pixels as vectors; squared distances are then means over the pixels."""
    return pictures.reshape(len(pictures), -1) / np.sqrt(pictures[0].size)


pixel_scores = pair_scores(flat(validation.pictures), validation.labels)
pixel_tau = float(np.quantile(pixel_scores[1], 0.9))  # one impostor in ten passes
print("FAR and FRR at τ:", error_rates(*pixel_scores, pixel_tau))

# %% jupyter={"source_hidden": true}
KINDS = {"one person (genuine)": "positive", "two people (impostor)": "negative"}


def two_histograms(scores, tau, title=None):
    """Both kinds of pairs over their scores, and the threshold between them."""
    far, frr = error_rates(*scores, tau)
    figure = figures.histograms(
        dict(zip(KINDS, scores, strict=True)),
        xlabel="similarity: minus the squared distance",
        ylabel="share of the pairs",
        bins=60,
        colors=KINDS,
        title=title or f"τ = {tau:.2f}: FAR {far:.1%}, FRR {frr:.1%}".replace("-", "−"),
    )
    figure.axes[0].axvline(tau, color="black", linewidth=1.5)
    return figure


two_histograms(pixel_scores, pixel_tau)

# %% [markdown]
# Move τ. Further to the right fewer impostors pass, and more genuine pairs are rejected.
#
# **Predict.** Where do you have to put it so that both errors are equal?

# %% jupyter={"source_hidden": true}
low, high = (
    float(np.quantile(np.concatenate(pixel_scores), q)) for q in (0.005, 0.995)
)
figures.slider_figure(
    lambda tau: two_histograms(pixel_scores, tau),
    tau=(low, high, (high - low) / 100, pixel_tau),
)

# %% [markdown]
# The rate at which both are equal is the **equal error rate**, EER: one number for a whole
# similarity, 0 if some threshold makes no error at all, one half for guessing.

# %% jupyter={"source_hidden": true}
curve = roc(*pixel_scores)
pixel_rate = equal_error_rate(*pixel_scores)
figures.curves(
    {
        "FAR": (-curve.thresholds[1:][::-1], 100 * curve.false_accepts[1:][::-1]),
        "FRR": (-curve.thresholds[1:][::-1], 100 * curve.false_rejects[1:][::-1]),
    },
    xlabel="−τ: the largest squared distance that is accepted",
    ylabel="share of the pairs of its kind (%)",
    colors={"FAR": "negative", "FRR": "positive"},
    references={"EER": 100 * pixel_rate},
    title=f"Pixels: the two errors meet at {pixel_rate:.1%}",
)

# %% tags=["claim"]
assert 0.15 < pixel_rate < 0.5, "pixels are a better or worse similarity than told"
rising = [error_rates(*pixel_scores, tau) for tau in np.linspace(low, high, 9)]
assert np.all(np.diff(rising, axis=0) * [-1, 1] >= 0), "FAR and FRR do not trade"

# %% [markdown]
# Pixels are a poor similarity: the two histograms overlap, for light, background and place move
# the pixels about as much as another person does. The rest of the lesson learns a better one.
#
# ### Exercise 8.1 · The equal error rate (medium, 15 minutes)
#
# You get the scores of genuine pairs and of impostors (NumPy vectors of any length; larger
# is more alike, and any number can be a score). A pair is accepted if its score is *at
# least* the threshold. Return the rate at which FAR and FRR are equal; if no threshold makes
# them so exactly, the mean of both where they are nearest. (The course's `equal_error_rate`
# draws a straight line between two thresholds and takes the crossing: at most a step away.
# The check asks only where both are the same.)
#
# <details><summary>Hint 1</summary>
# Only the scores themselves are interesting thresholds, and one that is above all of them.
# FAR is a share of the impostors alone, FRR of the genuine alone.
# </details>
# <details><summary>Hint 2</summary>
# For each threshold t: <code>np.mean(impostor >= t)</code> and
# <code>np.mean(genuine &lt; t)</code>. Then <code>np.argmin</code> of their absolute
# difference.
# </details>


# %% tags=["exercise"]
# Exercise 8.1: the equal error rate
def error_rate(genuine, impostor):
    """The rate at which false accepts and false rejects are equally frequent."""
    # BEGIN SOLUTION
    thresholds = np.append(np.unique(np.concatenate([genuine, impostor])), np.inf)
    far = np.array([np.mean(impostor >= t) for t in thresholds])
    frr = np.array([np.mean(genuine < t) for t in thresholds])
    best = np.argmin(np.abs(far - frr))
    return (far[best] + frr[best]) / 2
    # END SOLUTION


# %% tags=["check"]
checks.lesson08.error_rate(error_rate)

# %% [markdown]
# > **What we know now.** A similarity and a threshold verify, recognize, and say "unknown".
# > FAR and FRR trade; the EER sums a similarity up in one number.

# %% [markdown]
# ## 4 · Siamese: the same network twice
#
# Put an **embedding** $f$ in front: a network from a picture to a short vector. Two
# pictures go through the *same* network, with the same weights, like twins; then the
# distance of the two vectors is the distance of the two pictures,
#
# $$d(a, b) = |f(a) - f(b)|^2 .$$
#
# Ours halves the picture three times and ends in 32 numbers. Each gets the same spread over
# a batch (batch normalization), so that not all pictures begin in one place; then the vector
# is scaled to length 1, so squared distances lie between 0 and 4.

# %% jupyter={"source_hidden": true}
from utils.course.show import show_code

show_code(embedding_network, "utils.networks.embedding.embedding_network", folded=True)

# %%
keras.utils.set_random_seed(seed(0))
twin = embedding_network((32, 32, 3), dimensions=32, widths=(16, 32, 64))
left, right = keras.Input((32, 32, 3)), keras.Input((32, 32, 3))
distance = ops.sum(ops.square(twin(left) - twin(right)), axis=-1)
siamese = keras.Model([left, right], distance)
print(f"one network: {twin.count_params():,} parameters")
print(f"the Siamese pair of them: {siamese.count_params():,}")

# %% tags=["claim"]
assert siamese.count_params() == twin.count_params()

# %% [markdown]
# What should $f$ learn? With the *Euclidean* distance $D$ (the root of $d$), the
# **contrastive loss** (Hadsell, Chopra, LeCun 2006) pulls one person together, and pushes
# two apart, but only as far as a margin $m$:
#
# $$\ell = \tfrac12 D^2 \;\;\text{(one person)}, \qquad
# \ell = \tfrac12 \max(m - D, 0)^2 \;\;\text{(two people)}.$$

# %% jupyter={"source_hidden": true}
from utils.measures.contrastive import contrastive_loss

D = np.linspace(0, 2, 81).astype("float32")
figures.curves(
    {
        kind: (D, np.array([float(contrastive_loss([same], [d], 1.0)) for d in D]))
        for kind, same in (("one person", 1.0), ("two people", 0.0))
    },
    xlabel="D, Euclidean distance of the two embeddings",
    ylabel="contrastive loss, margin 1",
    colors={"one person": "positive", "two people": "negative"},
    title="One person is pulled together, two are pushed as far as the margin",
)

# %% [markdown]
# A batch holds 16 people with 4 pictures each. Every picture is embedded *once*, and serves
# in every pair. Of the 2,016 pairs only 96 are of one person: who calls everybody different
# is right 95 % of the time. So `balanced_pairs` gives each kind one half of the loss.

# %% jupyter={"source_hidden": true}
from utils.data.pk_batches import PKBatches
from utils.models import SiameseModel, TripletModel

show_code(SiameseModel.batch_loss, "utils.models.siamese.SiameseModel.batch_loss")

# %% [markdown]
# One function trains all embeddings: same people, same batches, Adam with a learning rate
# that falls to 0. Now and then it **looks**: it measures the equal error rate of the
# validation people. (About 10 seconds.)

# %%
from utils.models.recipes import train_with_looks


def rate_of(model, people):
    """Equal error rate of plain distances between people."""
    return equal_error_rate(*pair_scores(model.embed(people.pictures), people.labels))


def small_network(**settings):
    """A fresh embedding of avatars, the same weights each time."""
    keras.utils.set_random_seed(seed(0))
    return embedding_network((32, 32, 3), 32, widths=(16, 32, 64), **settings)


def train_embedding(model, steps=STEPS, learning_rate=2e-3):
    """Trains; returns what was logged and the equal error rate at each look."""
    batches = PKBatches(train.pictures, train.labels, 16, 4, steps // LOOKS, seed(0))
    looks = {"error_rate": lambda: rate_of(model, validation)}
    return train_with_looks(model, batches, LOOKS, learning_rate, **looks)


siamese = SiameseModel(small_network(), margin=1.0)
siamese_track = train_embedding(siamese)
siamese_rate = siamese_track["error_rate"][-1]
print(
    f"EER of people never seen: {siamese_rate:.1%}; of their pixels: {pixel_rate:.1%}"
)

# %% [markdown]
# None of these people was in the training: the network has not learned who is who. It has
# learned what to look at.
#
# > **What we know now.** An embedding trained on pairs of some people compares others.

# %% tags=["claim"]
assert 16 * 4 * 63 // 2 == 2_016 and 16 * 4 * 3 // 2 == 96 and 1 - 96 / 2_016 > 0.95
if current_scale() != "quick":
    assert siamese_rate < 0.05 < 0.5 * pixel_rate

# %% [markdown]
# ## 5 · Triplets
#
# The contrastive loss wants all pictures of Ann in one point. Do we need that? It is enough
# if Ann's pictures are *nearer to each other* than to anybody else's. Take an **anchor** A, a
# **positive** P (the same person) and a **negative** N (another one), and ask for
#
# $$d(A, P) + \alpha \le d(A, N), \qquad
# \ell = \max\bigl(d(A, P) - d(A, N) + \alpha,\; 0\bigr)$$
#
# with a **margin** α (Schroff, Kalenichenko, Philbin 2015). If d(A, P) = 0.5 and α = 0.2, the
# loss is 0 from d(A, N) = 0.7 on, and not a bit earlier.

# %% jupyter={"source_hidden": true}
d_negative = np.linspace(0, 1.2, 121)
figures.curves(
    {
        f"margin {margin}": (d_negative, np.maximum(0.5 - d_negative + margin, 0))
        for margin in (0.0, 0.2)
    },
    xlabel="d(A, N), with d(A, P) = 0.5",
    ylabel="triplet loss",
    title="With margin 0.2 the negative has to be at 0.7 or farther",
)

# %% [markdown]
# ### Exercise 8.2 · The triplet loss (easy, 5 minutes)
#
# Mean over the batch of $\max(d(A, P) - d(A, N) + \alpha, 0)$ with the *squared* distance.
#
# <details><summary>Hint 1</summary>
# A squared distance is a sum over the last axis: one number for each triplet. Cut off at 0
# triplet by triplet, then take the mean.
# </details>
# <details><summary>Hint 2</summary>
# <code>ops.sum(ops.square(anchor - positive), axis=-1)</code>, the same for the negative,
# and <code>ops.relu(…)</code> for max(…, 0).
# </details>


# %% tags=["exercise"]
# Exercise 8.2: the triplet loss
def triplet_loss(anchor, positive, negative, margin):
    """The mean of max(d(A, P) - d(A, N) + margin, 0); embeddings (n, d), a scalar."""
    # BEGIN SOLUTION
    d_positive = ops.sum(ops.square(anchor - positive), axis=-1)
    d_negative = ops.sum(ops.square(anchor - negative), axis=-1)
    return ops.mean(ops.relu(d_positive - d_negative + margin))
    # END SOLUTION


# %% tags=["check"]
checks.lesson08.triplet_loss(triplet_loss)

# %% [markdown]
# **Why a margin?** Without it there is a cheap way to satisfy every triplet: put everybody
# into one point. All zeros: $0 - 0 \le 0$. We can watch it. Take embeddings, multiply all
# of them by a factor, and compute the loss of the *hardest* triplets (section 6 says which).
# We do it with poor embeddings, the pixels, and with those of the Siamese model.
#
# **Predict.** At which factor is the loss least without a margin? And with one?

# %%
from utils.measures.triplets import batch_hard_triplet_loss

some = slice(12 * PICTURES)
pixels = flat(validation.pictures[some]).astype("float32")
learned = siamese.embed(validation.pictures[some])
shrink = np.linspace(0, 1.2, 25).astype("float32")


def loss_along(embeddings, margin):
    """The loss of the same embeddings, times each of the factors."""
    whose = validation.labels[some]
    losses = [batch_hard_triplet_loss(whose, s * embeddings, margin) for s in shrink]
    return np.array([float(loss) for loss in losses])


shrunk = {
    "pixels, no margin": loss_along(pixels, 0.0),
    "pixels, margin 0.2": loss_along(pixels, 0.2),
    "Siamese, margin 0.2": loss_along(learned, 0.2),
}

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        **{label: (shrink, values) for label, values in shrunk.items()},
        "the margin": (shrink, np.full_like(shrink, 0.2)),
    },
    colors={"the margin": "exact"},
    xlabel="factor on all embeddings; at 0 everybody is one point",
    ylabel="triplet loss",
    title="The loss of the hardest triplets while everybody moves to one point",
)

# %% [markdown]
# Without a margin the one point has loss 0: it wins. With a margin it costs exactly the
# margin, and good embeddings pay less. But poor ones pay *more*: for the pixels the way to
# the point is downhill. A training that begins badly can slide into it and stay, with a
# loss **stuck at the margin**: a **collapse**.

# %% tags=["claim"]
assert shrunk["pixels, no margin"][0] == 0 == min(shrunk["pixels, no margin"])
assert abs(shrunk["pixels, margin 0.2"][0] - 0.2) < 1e-6
assert shrunk["pixels, margin 0.2"][-1] > 0.2
if current_scale() != "quick":
    assert shrunk["Siamese, margin 0.2"].min() < 0.15

# %% [markdown]
# Here is such a training: without the normalization that spreads the numbers, at a high learning
# rate, and with the hardest triplets from the first step on.

# %%
MARGIN = 0.3
doomed = TripletModel(small_network(spread=False), "batch-hard", MARGIN)
doomed_track = train_embedding(doomed, steps=COLLAPSE_STEPS, learning_rate=1e-2)
doomed_rate = doomed_track["error_rate"][-1]
print(f"loss {doomed_track['loss'][-1]:.3f}, margin {MARGIN}")
print(f"mean squared distance {doomed_track['mean_distance'][-1]:.4f}")
print(f"equal error rate {doomed_rate:.1%}; guessing has 50%")

# %% jupyter={"source_hidden": true}
doomed_steps = np.array(doomed_track["steps"])
figures.curves(
    {
        "loss": (doomed_steps, np.array(doomed_track["loss"])),
        "mean squared distance of all pairs": (
            doomed_steps,
            np.array(doomed_track["mean_distance"]),
        ),
        "the margin": (doomed_steps, np.full(len(doomed_steps), MARGIN)),
    },
    colors={"the margin": "exact"},
    xlabel="steps",
    ylabel="loss, and squared distance",
    ylim=(0, None),
    title="A collapse: the loss at the margin, all distances near 0",
)

# %% [markdown]
# The log shows it. The equal error rate does not: it still is better than guessing, since
# inside the tiny cluster the *order* of the distances says something. (Exercise 8.5, in the
# bonus notebook 08b, makes a collapse and mends it.)
#
# > **What we know now.** The triplet loss asks for an order of distances. Its trap is one
# > point for all, and the log names it: loss = margin, distances ≈ 0.

# %% tags=["claim"]
if current_scale() != "quick":
    assert abs(doomed_track["loss"][-1] - MARGIN) < 0.02, "the loss left the margin"
    assert doomed_track["mean_distance"][-1] < 0.1, "no collapse"
    assert doomed_rate < 0.4, "no better than guessing"

# %% [markdown]
# ## 6 · Choosing triplets
#
# 400 people with 8 pictures make more than seventy million triplets. Most are easy: white
# hair against black. Their loss is 0, and so is their gradient. A triplet that costs
# something is **active**. Three ways to choose triplets from a batch:
#
# - **random**: for each anchor any positive, any negative;
# - **semi-hard**: for each pair of one person, the nearest negative that is still *farther*
#   than the positive: often it costs, but it is not hopeless (Schroff et al. 2015). Where
#   none is farther, the farthest there is;
# - **batch-hard**: for each anchor the *farthest* positive and the *nearest* negative in the
#   batch (Hermans, Beyer, Leibe 2017).
#
# **Predict.** Same network, same batches, same number of steps. Which way still finds active
# triplets at the end? (About 30 seconds.)

# %%
tracks, models = {}, {}
for mining in ("random", "semi-hard", "batch-hard"):
    models[mining] = TripletModel(small_network(), mining, MARGIN)
    tracks[mining] = train_embedding(models[mining])
    print(f"{mining}: equal error rate {tracks[mining]['error_rate'][-1]:.2%}")

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        mining: (np.array(track["steps"]), 100 * np.array(track["active_fraction"]))
        for mining, track in tracks.items()
    },
    xlabel="steps",
    ylabel="active triplets (%)",
    markers=True,
    ylim=(0, None),
    title="Active triplets, one seed",
)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        mining: (np.array(track["steps"]), 100 * np.array(track["error_rate"]))
        for mining, track in tracks.items()
    },
    xlabel="steps",
    ylabel="equal error rate of unseen people (%)",
    markers=True,
    ylim=(0, None),
    title="What they learn from the same pictures, one seed",
)

# %% [markdown]
# Soon hardly any random triplet is active. But one seed proves little, so
# `benchmarks/verification.py` did the same three times, and judged on 100 people who are in
# no other set. The Siamese model of section 4 is in the table as well.

# %%
from utils.course.results import load_results

measured = load_results("verification")


def over_seeds(kind, key):
    """What was measured of one kind, seed by seed."""
    return np.array([run[key] for run in measured["runs"] if run["kind"] == kind])


# %% jupyter={"source_hidden": true}
def spread_of(kind, key):
    """Mean and standard deviation over the seeds, in percent."""
    values = over_seeds(kind, key)
    return f"{values.mean():.2%} ± {values.std(ddof=1):.2%}"


WAYS = {
    "random": "triplets, random",
    "semi-hard": "triplets, semi-hard",
    "batch-hard": "triplets, batch-hard",
    "contrastive": "pairs, contrastive",
}
table(
    [
        (name, spread_of(kind, "equal_error_rate"), spread_of(kind, "one_shot_20_way"))
        for kind, name in WAYS.items()
    ],
    ("trained on", "equal error rate", "20-way one-shot accuracy"),
    caption=f"Measured: {measured['settings']}",
)

# %% [markdown]
# (**20-way one-shot**: one picture of each of 20 unseen people, and a second picture of one of
# them. Who is it? Guessing gives 5 %.)
#
# Batch-hard, semi-hard and the pairs end near each other here. Random is behind, though it
# saw the same pictures as often. (On other data the order can be another one.)
#
# And the fair rival of section 2? A softmax over the people of the *training*, on about as many
# pictures; then its last layer is thrown away, and what stands before it is the embedding.

# %%
from utils.models.recipes import falling_adam

keras.utils.set_random_seed(seed(0))
below = embedding_network((32, 32, 3), 32, (16, 32, 64), unit_length=False)
softmax = keras.Sequential([below, layers.Dense(TRAIN_PEOPLE)])
softmax.compile(
    falling_adam(5e-3, STEPS),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
epochs = max(1, STEPS * 64 // len(train.pictures))
softmax.fit(train.pictures, train.labels, batch_size=64, epochs=epochs, verbose=0)
vectors = below.predict(test.pictures, verbose=0)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
softmax_rate = equal_error_rate(*pair_scores(vectors, test.labels))
print(f"softmax, equal error rate of unseen people: {softmax_rate:.2%}, one seed")

# %% [markdown]
# It ends near the others (1.1 to 1.5 % in four runs): a softmax over many other people learns a
# distance, too. What failed in section 2 was a softmax over the people at the door.
#
# How to find the hardest pairs of a whole batch? Through one matrix of all distances:

# %% jupyter={"source_hidden": true}
from utils.measures.mining import batch_hard

show_code(batch_hard, "utils.measures.mining.batch_hard")

# %% tags=["claim"]
assert (400 * 8) * 7 * (399 * 8) > 70_000_000  # anchors, positives, negatives
hard_rates, random_rates = (
    over_seeds(kind, "equal_error_rate") for kind in ("batch-hard", "random")
)
assert len(hard_rates) >= 3
assert hard_rates.mean() < 2 / 3 * random_rates.mean()
assert hard_rates.max() <= 0.03
assert over_seeds("batch-hard", "one_shot_20_way").min() >= 0.90
if current_scale() != "quick":
    last = {mining: track["error_rate"][-1] for mining, track in tracks.items()}
    assert last["batch-hard"] < last["random"]
    assert tracks["random"]["active_fraction"][-1] < 0.1
    assert softmax_rate < 0.03
    # At full hardly any triplet is left that breaks the margin, however hard.
    least = 0.2 if current_scale() == "laptop" else 0.0
    assert tracks["batch-hard"]["active_fraction"][-1] > least

# %% [markdown]
# ### Exercise 8.3 · The hardest pairs of a batch (medium, 10 minutes)
#
# You get the labels `(n,)` and the matrix of all distances `(n, n)`, NumPy arrays. Return
# for each anchor the distance of its farthest positive and of its nearest negative, two
# arrays `(n,)`, without a loop. The anchor is not its own positive; everybody has a
# partner. Leave the matrix itself as it is.
#
# <details><summary>Hint 1</summary>
# <code>labels[:, None] == labels[None]</code> is a matrix that says who is who. Which
# number can stand in a place that must not be chosen?
# </details>
# <details><summary>Hint 2</summary>
# <code>np.where(same, distances, -np.inf).max(axis=1)</code> for the positives (an anchor
# is at distance 0 from itself, which never is too far); infinity and
# <code>min</code> for the negatives.
# </details>


# %% tags=["exercise"]
# Exercise 8.3: the hardest pairs of a batch
def hardest(labels, distances):
    """Distances (n,) of the farthest positive and of the nearest negative."""
    # BEGIN SOLUTION
    same = labels[:, None] == labels[None]
    positive = np.where(same, distances, -np.inf).max(axis=1)
    negative = np.where(same, np.inf, distances).min(axis=1)
    return positive, negative
    # END SOLUTION


# %% tags=["check"]
checks.lesson08.hardest(hardest)

# %% [markdown]
# > **What we know now.** Easy triplets teach nothing: choose those that are active. Triplets
# > chosen well, pairs and a softmax over other people end in about as good a distance here.

# %% [markdown]
# ## 7 · The binary head
#
# Another way from two embeddings to a verdict: a logistic regression on their differences,
# number by number. Its **logit**, the log of the odds for "one person", is
#
# $$\text{logit}(a, b) = \sum_k w_k\, |a_k - b_k| + c
# \qquad\text{or}\qquad
# \sum_k w_k\, \frac{(a_k - b_k)^2}{a_k + b_k} + c .$$
#
# The second is the **chi-square** form (Taigman et al. 2014): a difference weighs more where
# both numbers are small. It wants numbers that are not negative: the positive and the
# negative parts side by side. The loss is the **binary cross-entropy**, $-\log P$ of what is
# true, with $P(\text{one person}) = 1/(1 + e^{-\text{logit}})$. We train it on top of the
# batch-hard embedding, which stays as it is: only the last step differs.

# %%
embedder = models["batch-hard"]
embedded = {
    name: embedder.embed(people.pictures)
    for name, people in (("train", train), ("validation", validation), ("test", test))
}
FORMS = {
    "absolute": lambda x: x,
    "chi-square": lambda x: np.hstack([np.maximum(x, 0), np.maximum(-x, 0)]),
}


def train_head(form):
    """A head on embeddings that are already there, and stay as they are."""
    keras.utils.set_random_seed(seed(0))
    x = FORMS[form](embedded["train"])
    nothing = keras.Sequential([keras.Input(x.shape[1:]), layers.Activation("linear")])
    head = SiameseModel(nothing, head=form)
    head.compile(falling_adam(0.1, HEAD_STEPS))
    head.fit(PKBatches(x, train.labels, 16, 4, HEAD_STEPS, seed(0)), verbose=0)
    return head


def head_rate(head, people, x):
    """Equal error rate of the head's logits, over all pairs."""
    logits = np.stack([ops.convert_to_numpy(head.compare(each, x)) for each in x])
    pairs = np.triu_indices(len(x), 1)
    same = people[pairs[0]] == people[pairs[1]]
    return equal_error_rate(logits[pairs][same], logits[pairs][~same])


heads = {form: train_head(form) for form in FORMS}
head_rates = {"plain distance": rate_of(embedder, test)}
for form, head in heads.items():
    x = FORMS[form](embedded["test"])
    head_rates[f"{form} head"] = head_rate(head, test.labels, x)

# %% jupyter={"source_hidden": true}
figures.bars(
    {name: 100 * rate for name, rate in head_rates.items()},
    ylabel="equal error rate of unseen people (%)",
    number_format=".2f",
    title="Three last steps on the same embedding",
)

# %% jupyter={"source_hidden": true}
weights = ops.convert_to_numpy(heads["absolute"].verdict.kernel).ravel()
print(f"weights of the absolute head: {weights.mean():.1f} ± {weights.std():.1f}")

# %% [markdown]
# No gain. The head weighs all numbers about equally, as the plain distance does, for which
# this embedding was trained. What a head adds is a *probability*. (Koch and Taigman trained
# head and network together; for them the head was the loss.)

# %% tags=["claim"]
if current_scale() != "quick":
    plain = head_rates["plain distance"]
    assert all(abs(rate - plain) < 0.3 * plain + 0.002 for rate in head_rates.values())
    assert weights.max() < 0 and weights.std() < 0.5 * abs(weights.mean())

# %% [markdown]
# ### Exercise 8.4 · The chi-square head (medium, 10 minutes)
#
# Return the logit of each pair. Behind a ReLU both numbers are often 0: there the feature is
# 0 (they do not differ), and the *gradient* must be finite, too.
#
# <details><summary>Hint 1</summary>
# 0/0 is NaN. <code>ops.where</code> around the division hides the NaN, but its gradient
# comes through: 0 times NaN is NaN.
# </details>
# <details><summary>Hint 2</summary>
# Replace the sum before you divide:
# <code>safe = ops.where(total > 0, total, ops.ones_like(total))</code>.
# </details>


# %% tags=["exercise"]
# Exercise 8.4: the chi-square head
def chi_square_head(a, b, weights, bias):
    """Logits (n,) of pairs of embeddings (n, d), all at least 0; weights (d,)."""
    # BEGIN SOLUTION
    total = a + b
    safe = ops.where(total > 0, total, ops.ones_like(total))
    features = ops.square(a - b) / safe
    return ops.sum(weights * features, axis=-1) + bias
    # END SOLUTION


# %% tags=["check"]
checks.lesson08.chi_square_head(chi_square_head)

# %% [markdown]
# > **What we know now.** A head turns differences into a probability; on an embedding that was
# > trained for its distance it errs about as often.

# %% [markdown]
# ## 8 · People never seen
#
# All rates so far were on people outside the training set: no other rate counts. Now the
# whole curve, from the three seeds of the measured table: line, the middle one; band, least
# to greatest. If we let so many impostors pass, how many genuine pairs do we turn away?

# %% jupyter={"source_hidden": true}
fars = np.array(measured["fars"])
turned_away = {
    kind: over_seeds(kind, "frr_at_far") for kind in ("random", "batch-hard")
}
figure = figures.curves(
    {kind: (100 * fars, 100 * rates) for kind, rates in turned_away.items()},
    xlabel="false accepts allowed (%)",
    ylabel="false rejects (%)",
    xscale="log",
    spread="range",
    title="Batch-hard turns away fewer of the right people than random triplets",
)
percent = [0.01, 0.1, 1, 10, 100]
figure.axes[0].set_xticks(percent, [f"{each:g}" for each in percent])
figure

# %% tags=["claim"]
random_frr, hard_frr = (np.median(rates, axis=0) for rates in turned_away.values())
assert np.all(hard_frr <= random_frr)

# %% [markdown]
# **A threshold from other people.** A τ chosen on the test people would judge itself. So
# choose it on the *validation* people, such that one impostor in a hundred passes, and count
# on the test people.
#
# **Predict.** Will FAR be exactly 1 % there?

# %%
from utils.evaluation.verification import threshold_at_far

validation_scores = pair_scores(embedded["validation"], validation.labels)
test_scores = pair_scores(embedded["test"], test.labels)
tau = threshold_at_far(*validation_scores, far=0.01)
test_far, test_frr = error_rates(*test_scores, tau)
test_rate = equal_error_rate(*test_scores)
print(f"τ = {tau:.3f}: FAR {test_far:.2%}, FRR {test_frr:.2%} on the test people")

# %% jupyter={"source_hidden": true}
figure = two_histograms(
    test_scores, tau, title="Test people, and the threshold that validation people gave"
)
figure.axes[0].set_yscale("log")  # or the few impostors above τ could not be seen
figure

# %% [markdown]
# No: the threshold is an estimate, too. In our runs the FAR of the test people lay between a
# half and twice the promise. It comes from *people* who look alike, and 100 people are not
# many. Whoever promises a FAR measures it on far more, and on those who will stand there.

# %% tags=["claim"]
if current_scale() != "quick":
    assert test_rate <= 0.03 and 0.005 < test_far < 0.02

# %% [markdown]
# What does the network find alike? Ten test pictures, and the three nearest to each:

# %% jupyter={"source_hidden": true}
from utils.core.arrays import squared_distances

distances = squared_distances(embedded["test"], embedded["test"])
np.fill_diagonal(distances, np.inf)
shown = np.arange(0, 10 * PICTURES, PICTURES)
nearest = np.argsort(distances[shown], axis=1)[:, :3]
hits = np.mean(test.labels[nearest] == test.labels[shown][:, None])

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {
        "picture": test.pictures[shown],
        **{f"neighbor {k + 1}": test.pictures[nearest[:, k]] for k in range(3)},
    },
    title=f"{hits:.0%} of these neighbors show the same person",
)

# %% [markdown]
# Now the pairs of *one* person that are farthest apart, and of *two* people that are nearest,
# with the squared distance and the verdict at τ. Would you have known?

# %% jupyter={"source_hidden": true}
same = test.labels[:, None] == test.labels[None]
upper = np.triu(np.ones_like(same), 1) > 0


def extreme_pairs(mask, farthest, count=8):
    """Rows of the pairs with the largest or smallest distance, of different people."""
    rows, columns = np.nonzero(mask & upper)
    order = np.argsort(distances[rows, columns])
    order = order[::-1] if farthest else order
    rows, columns = rows[order], columns[order]
    pairs = test.labels[rows] * TEST_PEOPLE + test.labels[columns]
    first_of_pair = np.sort(np.unique(pairs, return_index=True)[1])[:count]
    return rows[first_of_pair], columns[first_of_pair]


def pair_figure(mask, farthest, who):
    """The extreme pairs of a kind, each with its distance and the verdict."""
    rows, columns = extreme_pairs(mask, farthest)
    apart = distances[rows, columns]
    wrong = np.sum((apart > -tau) if farthest else (apart <= -tau))
    return figures.image_rows(
        {"a picture": test.pictures[rows], "and another": test.pictures[columns]},
        labels=[f"{d:.2f} {'no' if d > -tau else 'yes'}" for d in apart],
        title=f"{who}: {wrong} of {len(apart)} wrong at τ (d up to {-tau:.2f} is a yes)",
    )


pair_figure(same, True, "One person, farthest apart")

# %% jupyter={"source_hidden": true}
pair_figure(~same, False, "Two people, nearest")

# %% [markdown]
# A map of twelve people: the two of 32 directions in which they differ most (principal
# components). A frame's color says who it is. People who lie on one another here may be
# apart in the other thirty.

# %% jupyter={"source_hidden": true}
mapped = test.labels < 12
centered = embedded["test"][mapped] - embedded["test"][mapped].mean(axis=0)
_, spreads, directions = np.linalg.svd(centered, full_matrices=False)
shown_share = (spreads[:2] ** 2).sum() / (spreads**2).sum()
figures.picture_map(
    centered @ directions[:2].T,
    test.pictures[mapped],
    groups=test.labels[mapped],
    title=f"Twelve unseen people in two of 32 directions: {shown_share:.0%} of the variance",
)

# %% [markdown]
# **One-shot.** Twenty unseen people, one picture each; who is on the next picture?

# %%
from utils.evaluation.one_shot import n_way_accuracy, n_way_trials

one_shot = {
    ways: n_way_accuracy(*n_way_trials(embedded["test"], test.labels, ways))
    for ways in (5, 20)
}
pixel_shot = n_way_accuracy(*n_way_trials(flat(test.pictures), test.labels, 20))

# %% jupyter={"source_hidden": true}
table(
    [
        ("embedding, 5-way", f"{one_shot[5]:.1%}"),
        ("embedding, 20-way", f"{one_shot[20]:.1%}"),
        ("pixels, 20-way", f"{pixel_shot:.1%}"),
        ("softmax over 20 people, section 2", f"{softmax_accuracy:.1%}"),
    ],
    ("one picture per person", "named right"),
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert one_shot[20] >= 0.90 > max(pixel_shot, softmax_accuracy)
    assert hits > 0.8

# %% [markdown]
# And the crowd of section 1, on faces: a stranger before K enrolled people, with the
# threshold that promised FAR 1 % for one of them.
#
# **Predict.** Section 1 took the K comparisons to be independent. Do faces keep to that?


# %%
def strangers_let_in(k, trials=400):
    """Share of strangers nearer than the threshold to somebody of k enrolled people."""
    rng = np.random.default_rng(seed(0))
    passed = 0
    for _ in range(trials):
        people = rng.choice(TEST_PEOPLE, k + 1, replace=False)
        rows = people * PICTURES + rng.integers(PICTURES, size=k + 1)
        passed += distances[rows[0], rows[1:]].min() <= -tau
    return passed / trials


CROWD = np.array([1, 5, 20, TEST_PEOPLE - 1])
crowd = np.array([strangers_let_in(k) for k in CROWD])
independent = 1 - (1 - test_far) ** CROWD

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "measured": (CROWD, 100 * crowd),
        "if faces were independent": (CROWD, 100 * independent),
    },
    colors={"if faces were independent": "exact"},
    xlabel="K, people enrolled",
    ylabel="strangers let in (%)",
    markers=True,
    title="Strangers before K drawn faces, at the threshold for FAR 1 %",
)

# %% [markdown]
# Nearly. In three runs with other people the last point lay on the formula, or up to a quarter
# below: who looks like one person often looks like several, so not every comparison is a new
# chance.
#
# > **What we know now.** Judge on people never seen, choose τ on yet others, and expect a
# > promised FAR to be missed by a factor.

# %% tags=["claim"]
if current_scale() != "quick":
    assert crowd[-1] > 10 * test_far, "the error hardly grows"
    assert 0.6 * independent[-1] < crowd[-1] < independent[-1] + 0.1

# %% [markdown]
# ## 9 · A gallery
#
# Now build the door. A **gallery** keeps embeddings, computed once when somebody is
# enrolled, from one picture each. `verify` and `identify` embed the new picture, and
# compare. The gallery's threshold is a squared *distance*, so it is −τ.

# %%
from utils.evaluation.gallery import Gallery

gallery = Gallery(embedder.embed, threshold=-tau)
for person, row in enumerate(first):
    gallery.enrol(f"Person {person}", test.pictures[[row]])

visitor = test.pictures[others[3]]
print("is this Person 0?", gallery.verify(visitor, "Person 0"))
print("is this Person 1?", gallery.verify(visitor, "Person 1"))
print("who is this?", gallery.identify(visitor))

# %% [markdown]
# Is one picture of each enough? Enrol 20 people by one picture, or by four: the distance to
# a person is that to the *nearest* of their pictures. Then come later pictures of the 20, and
# pictures of strangers.
#
# **Predict.** The threshold promised FAR 1 % for *one* comparison. How many strangers get in?
# And with four pictures of each colleague at the same threshold: more of them, or fewer?

# %%
MORE = PICTURES // 2


def at_the_door(people, x, each, threshold):
    """Names that a door of 20 people gives to later pictures, the truth, distances."""
    place = np.arange(len(x)) % PICTURES
    enrolled, later = (people < OFFICE) & (place < each), place >= MORE
    door = Gallery(embedder.embed, threshold)
    door.enrol_embeddings(people[enrolled], x[enrolled])
    told = np.array(door.identify_embeddings(x[later]))
    _, nearest = door.nearest(x[later])
    truth = np.where(people[later] < OFFICE, people[later].astype(str), "unknown")
    return told, truth, nearest


def threshold_of_the_door(each, share=0.05):
    """The threshold that lets in this share of the validation strangers."""
    people, x = validation.labels, embedded["validation"]
    _, truth, nearest = at_the_door(people, x, each, threshold=4.0)
    return float(np.quantile(nearest[truth == "unknown"], share))


doors = {}
for each in (1, MORE):
    for choice, d in (
        ("FAR 1 % of pairs", -tau),
        ("5 % of strangers", threshold_of_the_door(each)),
    ):
        doors[each, choice] = at_the_door(test.labels, embedded["test"], each, d)

# %% jupyter={"source_hidden": true}
shares = {}
for key, (told, truth, _) in doors.items():
    known = truth != "unknown"
    shares[key] = {
        "right": np.mean(told[known] == truth[known]),
        "wrong": np.mean((told[known] != truth[known]) & (told[known] != "unknown")),
        "unknown": np.mean(told[known] == "unknown"),
        "let in": np.mean(told[~known] != "unknown"),
    }
table(
    [
        (
            f"{each}",
            choice,
            *(f"{share:.1%}" for share in shares[each, choice].values()),
        )
        for choice in ("FAR 1 % of pairs", "5 % of strangers")
        for each in (1, MORE)
    ],
    (
        "pictures of each",
        "threshold chosen for",
        "colleague named right",
        "taken for another",
        "unknown",
        "stranger let in",
    ),
    caption="A door of 20 people. Both thresholds were chosen on validation people",
)

# %% [markdown]
# One percent at 1:1 is many at 1:20: section 1 at work. And at one threshold four pictures
# let in *more* strangers than one: the nearest of four can only be nearer.
#
# So choose the threshold where it will be used, at a door of 20 people with as many pictures
# each: here for 5 % of the (validation) strangers. *Then* four pictures pay: about as many
# strangers, and no more colleagues who are not recognized, mostly fewer. (The 5 % are a promise
# from other people again: in six runs it came out between 1 and 9 %.)

# %% tags=["claim"]
same_tau = [shares[each, "FAR 1 % of pairs"] for each in (1, MORE)]
anew = [shares[each, "5 % of strangers"] for each in (1, MORE)]
assert same_tau[1]["let in"] >= same_tau[0]["let in"]
assert same_tau[1]["unknown"] <= same_tau[0]["unknown"]
if current_scale() != "quick":
    assert same_tau[1]["let in"] > same_tau[0]["let in"] > 3 * test_far
    assert anew[1]["unknown"] <= anew[0]["unknown"]
    assert anew[1]["right"] >= anew[0]["right"] > max(softmax_accuracy, 0.5)
    assert max(each["let in"] for each in anew) < 0.2

# %% [markdown]
# On Monday the new colleague comes. One picture, no training, and the threshold that was
# chosen for such a door. One person is luck, so each of the strangers is the newcomer in
# turn, and comes back with the other pictures.

# %%
from time import perf_counter

gallery.threshold = threshold_of_the_door(1)
recognized = []
start = perf_counter()
for person in range(OFFICE, TEST_PEOPLE):
    own = embedded["test"][test.labels == person]
    gallery.enrol_embeddings(["newcomer"], own[:1])
    told = np.array(gallery.identify_embeddings(own[1:]))
    recognized.append(np.mean(told == "newcomer"))
    gallery.remove("newcomer")
enrol_ms = 1_000 * (perf_counter() - start) / len(recognized)
print(f"recognized from one picture: {np.mean(recognized):.0%} of the visits,")
print(f"by person from {min(recognized):.0%} to {max(recognized):.0%}")
print(f"enrolled, asked {PICTURES - 1} times, forgotten: {enrol_ms:.0f} ms")

# %% [markdown]
# From *one* picture, against 20 others, at a threshold that keeps most strangers out: in three
# runs between 65 and 92 % of the visits. It depends on the threshold that the validation
# people happened to give, on the person, and on the one picture.

# %% tags=["claim"]
if current_scale() != "quick":
    assert np.mean(recognized) > 0.5 and min(recognized) < max(recognized)

# %% [markdown]
# **What precomputed embeddings save.** Without them every visit would embed the pictures of
# everybody enrolled again.
#
# **Predict.** By what factor is it faster with them, for 500 pictures?

# %% jupyter={"source_hidden": true}
pictures = train.pictures[:500]
query = test.pictures[[0]]
kept = embedder.embed(pictures)


def milliseconds(action, repeats=5):
    """The least of some timings, the first one not counted."""
    action()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        action()
        times.append(1_000 * (perf_counter() - start))
    return min(times)


def compare_with(embeddings):
    """The distance of the query to the nearest of them."""
    return np.square(embeddings - embedder.embed(query)).sum(axis=1).min()


precomputed = milliseconds(lambda: compare_with(kept))
recomputed = milliseconds(lambda: compare_with(embedder.embed(pictures)))

# %% jupyter={"source_hidden": true}
million = load_results("gallery")
table(
    [
        (f"{len(pictures)} enrolled, embeddings kept", f"{precomputed:.1f} ms"),
        (f"{len(pictures)} enrolled, embedded again", f"{recomputed:.1f} ms"),
        (
            "1,000,000 enrolled, kept: search alone, exact",
            f"{million['query_ms_median']:.0f} ms, {million['peak_memory_mib']} MiB",
        ),
    ],
    ("a visit", "takes"),
    caption=f"{recomputed / precomputed:.0f} times faster with embeddings kept. The last row: "
    f"{million['settings']}",
)

# %% tags=["claim"]
assert recomputed > 2 * precomputed
assert million["query_ms_median"] < 100 and million["peak_memory_mib"] < 600

# %% [markdown]
# On disk a gallery is plain arrays: no pictures, and nothing that could run code when it is
# opened. (Embeddings are personal data all the same: with the network they recognize
# people.) We write and read it, and five colleagues and five strangers come to the door.

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "office.npz"
    gallery.save(path)
    reopened = Gallery.load(path, embedder.embed)
    print(f"{path.stat().st_size / 1024:.0f} KiB for {len(reopened)} people")

# %% jupyter={"source_hidden": true}
rng = np.random.default_rng(seed(9))
visit = np.concatenate([rng.choice(others, 5), rng.choice(strangers, 5)])
looks_like, _ = reopened.nearest(embedded["test"][visit])
named = reopened.identify_embeddings(embedded["test"][visit])
figures.image_rows(
    {
        "at the door": test.pictures[visit],
        "nearest": test.pictures[[first[int(name.split()[1])] for name in looks_like]],
    },
    labels=[
        "?" if name == "unknown" else name.replace("Person ", "no. ") for name in named
    ],
    title="Five colleagues, then five strangers, and what the gallery says",
)

# %% [markdown]
# > **What we know now.** Enrolling is one embedding; a visit costs one more and a search. The
# > threshold belongs to the door: to how many people stand behind it, and by how many pictures.

# %% [markdown]
# ## 10 · Measured here, published, source
#
# The published one-shot rates are of other data and protocols: handwritten characters, for
# Koch 20 of one alphabet at a time (our trials draw from all people), for Snell another
# split. They are no contest. What more people and more steps give, kept weights show.

# %% jupyter={"source_hidden": true}
from utils.networks.trained_weights import load_trained

patient = TripletModel(small_network())
card = load_trained(patient.embedding, "embedding")
patient_rate = rate_of(patient, test)
table(
    [
        (
            "avatars, equal error rate",
            f"{test_rate:.2%} (1 seed); {spread_of('batch-hard', 'equal_error_rate')}",
            "none: they are drawn here",
            "",
        ),
        (
            "the same network at `full`",
            f"{patient_rate:.2%} ({card['minutes']:.0f} minutes, {card['machine']})",
            "none: they are drawn here",
            card["script"],
        ),
        (
            "avatars, 20-way one-shot",
            f"{one_shot[20]:.1%}",
            "Omniglot: Siamese 92.0 %, prototypical 96.0 %, people 95.5 %",
            "Koch et al. 2015; Snell et al. 2017",
        ),
        (
            "pixels, 20-way one-shot",
            f"{pixel_shot:.1%}",
            "Omniglot: 21.7 %",
            "Koch et al. 2015",
        ),
        (
            "real faces, accuracy 1:1",
            "notebook 08b",
            "LFW: 99.63 ± 0.09 %",
            "FaceNet, Schroff et al. 2015",
        ),
        (
            "p = 1 % at K = 100",
            f"{let_in[100][0]:.1%}",
            "63.4 %",
            "exact, 1 − (1 − p)^K",
        ),
        (
            "one point: the triplet loss",
            f"{shrunk['pixels, margin 0.2'][0]:.3f}",
            "0.2, the margin",
            "exact",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% tags=["claim"]
if current_scale() == "laptop":
    assert patient_rate < 0.5 * test_rate, "patience gives nothing"

# %% [markdown]
# ## What this leaves open
#
# - **Before the embedding** real systems find the face and turn it upright (detection,
#   alignment). Avatars are drawn in place.
# - **Margin softmax** (CosFace, ArcFace): the softmax of section 6, with a margin for the right
#   person. Many face systems train with it; we have not measured it here.
# - **A network trained elsewhere** serves too: any built `keras.Model` from pictures to
#   `(n, d)` can be the `embedding` of a `TripletModel`. With little data one does that.
# - **Your own pictures**: `open_picture(path, 32)` of `utils.data.pictures` reads one. A
#   person who is enrolled gets more pictures by `remove`, and `enrol` of all of them.
#
# ## What to read next
#
# - Schroff, Kalenichenko, Philbin (2015), *FaceNet*: triplets on 200 million faces.
# - Hermans, Beyer, Leibe (2017), *In defense of the triplet loss*: batch-hard, and the
#   collapse of our section 5.
# - Deng, Guo, Xue, Zafeiriou (2019), *ArcFace*; Wang et al. (2018), *CosFace*: the margin
#   softmax.
# - Koch, Zemel, Salakhutdinov (2015), *Siamese neural networks for one-shot image
#   recognition*: the head of section 7.
# - Taigman, Yang, Ranzato, Wolf (2014), *DeepFace*: the chi-square form.
# - Musgrave, Belongie, Lim (2020), *A metric learning reality check*: why comparisons need
#   the same network, the same budget and people never seen.
# - Buolamwini and Gebru (2018), *Gender shades*: error rates are not equal for all.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | embedding | a picture as a short vector | 嵌入向量 |
# | verification | is this Ann? one against one | 人脸验证 |
# | recognition | who is this? one against many | 人脸识别 |
# | one-shot learning | knowing somebody from one picture | 单样本学习 |
# | Siamese network | the same network for both pictures | 孪生网络 |
# | contrastive loss | pull one person together, push two apart | 对比损失 |
# | triplet loss | the negative farther than the positive, by a margin | 三元组损失 |
# | anchor | the picture that the other two are compared with | 锚点 |
# | margin | by how much | 间隔 |
# | hard triplet | its negative is nearer than its positive | 困难三元组 |
# | active triplet | one that still costs something | 有效三元组 |
# | collapse | all embeddings end in one point | 嵌入坍塌 |
# | margin softmax | a softmax that lowers the right answer first | 间隔 softmax |
# | false accept rate | impostors let in | 错误接受率 |
# | false reject rate | the right people turned away | 错误拒绝率 |
# | equal error rate | where the two are equal | 等错误率 |
# | ROC curve | both errors at every threshold | ROC 曲线 |
# | chi-square form | (a − b)² / (a + b) | 卡方形式 |
# | gallery | the people enrolled | 图库 |

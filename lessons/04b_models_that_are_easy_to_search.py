# ---
# title: One player alone: models that are easy to search
# claim: The best x of an evaluation function F(x) is found exactly and quickly if F is
#   simple enough; and then F is too simple.
# needs: logarithms of probabilities; a gradient
# topics:
# bonus: true
# ---

# %% [markdown]
# # 04b · One player alone: models that are easy to search
#
# **Bonus.** It stands on its own; lesson 04 says why one would want it.
#
# **Claim.** The best $x$ of an evaluation function $F(x)$ is found exactly and quickly if $F$ is
# simple enough; and then $F$ is too simple.
#
# After this notebook you can
#
# - say which loss makes a discriminator a density, and draw from it with noise;
# - find the best row of a chain by the Viterbi algorithm, and say what the chain cannot say.
#
# **Minutes:** {minutes}. **You need:** logarithms of probabilities; a gradient.

# %%
import itertools

import numpy as np
from keras import ops

from utils import figures
from utils.course.scale import current_scale, scale, seed
from utils.course.show import show_code
from utils.figures import table

# %% tags=["parameters"]
TRIALS = scale(quick=10, laptop=500, full=5_000)
WALKERS = scale(quick=20_000, laptop=20_000, full=200_000)

# %% [markdown]
# ## 1 · Draws from a score
#
# Lesson 04 lets a discriminator $D$ learn from negative samples by cross-entropy. Its best logit
# is then $\log p/q$, with $p$ the data and $q$ the negative samples: flat once $q = p$. Another
# loss keeps the hill. Raise the *mean of D* over data minus that over negative samples, and draw
# these from the density that $D$ itself stands for, $q(x) = e^{D(x)} / Z$ with
# $Z = \int e^{D(x)} dx$. The mean of $\log q$ over data is the mean of $D$ minus $\log Z$, and
#
# $$\nabla \log Z = \frac{1}{Z} \int e^{D(x)}\, \nabla D(x)\, dx = \mathbb E_{x \sim q}\left[\nabla D(x)\right],$$
#
# so that difference has the gradient of the log-likelihood (gradients here are by D's weights):
# maximum likelihood. At $q = p$ it is 0, and $D$ stays a hill. Statistics call $D$ a
# log-density and a constant; physics calls $-D$ the **energy**.
#
# One needs draws from $e^{D(x)}$. A climb ends on a peak; with just the right amount of noise
# (**Langevin dynamics**),
#
# $$x \leftarrow x + \tfrac{\eta}{2}\nabla D(x) + \sqrt{\eta}\,\varepsilon,$$
#
# it ends as such a draw. We try it on a hill whose answer we know, $D(x) = -x^2 / 2s^2$: a
# Gaussian with variance $s^2$. With steps of finite size $\eta$ the variance ends at
# $s^2 / (1 - \eta/4s^2)$.
#
# **Predict.** What happens without the noise? And with twice as much?

# %%
from utils.sampling.langevin import langevin

WIDTH, ETA, STEPS = 0.5, 0.1, 40
walkers = langevin(
    lambda x: -ops.square(x) / (2 * WIDTH**2), np.zeros((WALKERS, 1)), STEPS, ETA
)
exact_variance = WIDTH**2 / (1 - ETA / (4 * WIDTH**2))
print(f"variance {walkers.var():.4f}, exact {exact_variance:.4f}, s² = {WIDTH**2}")

# %% jupyter={"source_hidden": true}
line = np.linspace(-2, 2, 201)
density = np.exp(-(line**2) / (2 * exact_variance)) / np.sqrt(
    2 * np.pi * exact_variance
)
figures.curves(
    {
        "measured": (line, figures.smooth_density(walkers[:5_000, 0], line)),
        "exact": (line, density),
    },
    xlabel="x",
    ylabel="density",
    title="Where the walkers end: as a whole hill, not on its peak",
)

# %% [markdown]
# Without noise every walker ends on the peak, and the variance is 0. Noise of twice the standard
# deviation gives four times the variance: the update is linear. (40 steps are enough: each
# leaves $1 - \eta/2s^2 = 0.8$ of where a walker began, and $0.8^{40}$ is 0.0001.)
#
# > **What we know now.** A score is a density up to a constant, and a noisy climb draws from
# > it. It takes many steps.

# %% tags=["claim"]
assert abs(walkers.var() / exact_variance - 1) < 0.05

# %% [markdown]
# ## 2 · When argmax is easy
#
# Search is hard because every part may depend on every other. Forbid that. A **chain** lets
# each cell of a row see its neighbors alone:
#
# $$F(x) = \sum_i u_i(x_i) + \sum_i w(x_i, x_{i+1}).$$
#
# Then the best row is found cell by cell (Viterbi 1967): the best beginning that ends in state
# $b$ needs to know nothing of the rest but its last cell. With $n$ cells of $k$ states these are
# $n k^2$ steps instead of $k^n$ rows.

# %%
from utils.measures.viterbi import chain_score, viterbi

show_code(viterbi, "utils.measures.viterbi.viterbi")

# %% [markdown]
# Data for it: a strip of 12 cells with one white bar of 3 cells, ten strips in all. The chain
# learns from them how often a strip begins white, and how often which cell follows which.

# %%
CELLS, BAR = 12, 3
strips = np.array(
    [[int(i <= c < i + BAR) for c in range(CELLS)] for i in range(CELLS - BAR + 1)]
)
pairs = np.zeros((2, 2))
np.add.at(pairs, (strips[:, :-1].ravel(), strips[:, 1:].ravel()), 1)
follows = np.log(pairs / pairs.sum(axis=1, keepdims=True))
begins = np.log(np.array([1 - strips[:, 0].mean(), strips[:, 0].mean()]))

# %% [markdown]
# Then we add noise to a strip and ask for the most probable strip behind it. All
# $2^{12}$ = 4,096 strips are few enough to look at each, so we know that Viterbi's is the best.
# To compare with: each cell for itself, white if it is above ½; and a strip that is all black.
#
# **Predict.** Three quarters of all cells are black. How many cells will the chain get right?


# %%
def clues(observed, noise):
    """How well black (0) and white (1) explain each cell of a noisy strip, (n, 2)."""
    unary = -((observed[:, None] - np.array([0.0, 1.0])) ** 2) / (2 * noise**2)
    unary[0] += begins
    return unary


NOISE = 0.6
ALL = np.array(list(itertools.product([0, 1], repeat=CELLS)))
rng = np.random.default_rng(seed(0))
right = {name: [] for name in ("all black", "each cell for itself", "the chain")}
bars = {name: [] for name in right}
is_best = []
for trial in range(TRIALS):
    true = strips[trial % len(strips)]
    observed = true + rng.normal(0, NOISE, CELLS)
    unary = clues(observed, NOISE)
    best = viterbi(unary, follows)
    totals = unary[np.arange(CELLS), ALL].sum(axis=1)
    totals += follows[ALL[:, :-1], ALL[:, 1:]].sum(axis=1)
    is_best.append(np.isclose(chain_score(best, unary, follows), totals.max()))
    for name, guess in zip(right, (0 * true, observed > 0.5, best), strict=True):
        right[name].append((guess == true).mean())
        bars[name].append((guess == strips).all(axis=1).any())

# %% jupyter={"source_hidden": true}
table(
    [
        (name, f"{np.mean(right[name]):.0%}", f"{np.mean(bars[name]):.0%}")
        for name in right
    ],
    ("strip behind the noise", "cells right", "is one bar of 3"),
    caption=f"{TRIALS} strips with noise of standard deviation {NOISE}",
)

# %% [markdown]
# Neighbors help: the chain beats each cell for itself. It is not far ahead of "all black",
# though, and its strip often is no bar of 3 at all, though it has never seen another.
#
# **What the assumption costs.** "Exactly one bar, of length 3" is about the whole strip. The
# chain cannot count: after two white cells it does not know that there were two.
#
# **Predict.** How much of its probability lies on strips with exactly one bar of 3?

# %%
log_p = begins[ALL[:, 0]] + follows[ALL[:, :-1], ALL[:, 1:]].sum(axis=1)
is_a_bar = (ALL[:, None] == strips[None]).all(axis=-1).any(axis=1)
valid = np.exp(log_p)[is_a_bar].sum()
print(f"all 4,096 strips together: {np.exp(log_p).sum():.4f}")
print(f"strips with exactly one bar of 3: {valid:.1%}")


# %% jupyter={"source_hidden": true}
def stacked(rows):
    """Ten strips below each other, with gray between and around them: a picture."""
    picture = np.zeros((2 * len(rows) + 1, CELLS + 2, 1))
    picture[1::2, 1:-1, 0] = 2.0 * rows - 1
    return picture


chosen = np.random.default_rng(seed(1)).choice(len(ALL), (3, 10), p=np.exp(log_p))
figures.image_grid(
    np.stack([stacked(rows) for rows in (strips, *ALL[chosen])]),
    labels=["data", *["drawn from the chain"] * 3],
    image_size=1.7,
    title="What the chain believes in: no bar, short bars, long bars, two bars",
)

# %% tags=["claim"]
assert all(is_best), "Viterbi missed the best strip"
assert abs(np.exp(log_p).sum() - 1) < 1e-9
assert valid < 0.1
if current_scale() != "quick":
    assert np.mean(right["the chain"]) > np.mean(right["each cell for itself"]) + 0.02
    assert np.mean(right["the chain"]) > np.mean(right["all black"]) + 0.05
    assert np.mean(bars["the chain"]) < 0.7

# %% [markdown]
# Less than a tenth. That is the bargain of classical graphical models.
#
# > **What we know now.** Where the evaluation function is simple, argmax is exact and quick, and
# > misses what the whole is. A network sees the whole, and its argmax is neither.
#
# ## What to read next
#
# - Viterbi (1967), *Error bounds for convolutional codes*, where the algorithm is from.
# - LeCun et al. (2006), *A tutorial on energy-based learning*: graphical models as one kind.
# - Welling and Teh (2011), *Bayesian learning via stochastic gradient Langevin dynamics*.
#
# ## Words
#
# | term | in this notebook | 中文 |
# |---|---|---|
# | energy | minus the score | 能量 |
# | Langevin dynamics | ascent with the right amount of noise | 朗之万动力学 |
# | Viterbi algorithm | argmax on a chain | 维特比算法 |

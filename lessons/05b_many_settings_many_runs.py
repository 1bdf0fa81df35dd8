# ---
# title: Many settings, many runs
# claim: What a setting does can sometimes be computed, such as β of a VAE; otherwise
#   one can only try, many times, and look at the range before the best.
# needs: what a VAE and a GAN are (lessons 03 and 04)
# topics:
#   31: "4 · Many runs: the range and the best"
# bonus: true
# ---

# %% [markdown]
# # 05b · Many settings, many runs
#
# **Bonus.** What does a setting do? Sometimes one can compute it: β of a VAE. Otherwise one
# can only try, many times. In our runs the range within each kind of model was wider than the gap
# between the kinds at their best.
#
# After this lesson you can
#
# - predict what β does to a VAE, axis by axis, and when an axis of the code falls silent;
# - draw settings from a space, and run many trainings so that nothing is lost;
# - read a comparison of models over many settings: range, median, best, and at what price;
# - say why the best of many runs is not as good as its score.
#
# **Minutes:** {minutes}. **You need:** what a VAE (lesson 04) and a GAN (lesson 03) are. The *Fréchet
# distance* (lesson 05) compares two sets of pictures by the mean and covariance of what a
# classifier sees in them; 0 is best.

# %%
import tempfile

import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(5))

# %% tags=["parameters"]
BETAS = scale(
    quick=[1.0],
    laptop=[0.3, 1.0, 3.0, 10.0, 30.0, 80.0],
    full=[0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 80.0],
)
BETA_STEPS = scale(quick=20, laptop=1_200, full=4_000)
LIVE_EACH = scale(quick=1, laptop=3, full=20)
LIVE_BUDGET = scale(quick=0.1, laptop=1.0, full=10.0)

# %% [markdown]
# ## 1 · One setting that can be computed: β
#
# A VAE turns data $x$ to a code and back. Its loss is the squared error of what comes back,
# divided by $2\sigma^2$, plus $\beta$ times the KL of the codes. The KL counts the nats that the
# code carries: 0 where it says nothing. What does $\beta$ do?
#
# For Gaussian data we can say it exactly. Take one axis, with variance $\lambda$. If what comes back
# errs by $e$ (mean square), then the code has to carry at least
# $\tfrac12\log(\lambda/e)$ nats: that is Shannon's rate-distortion theorem, and we take it from
# there. For instance, to halve the error costs $\tfrac12 \log 2$ nats more.
#
# So the best VAE lowers, on this axis,
#
# $$\frac{e}{2\sigma^2} + \beta\cdot\tfrac12\log\frac{\lambda}{e},
# \qquad 0 < e \le \lambda .$$
#
# Set the derivative by $e$ to zero: $e = \beta\sigma^2$, if that is below $\lambda$.
# Otherwise the axis is not worth a code at all, and $e = \lambda$.
#
# ### Exercise 5.4 · Predict, then measure, what β does (medium, 10 minutes)
#
# Return the squared error and the KL of the best VAE, both summed over the axes.
#
# <details><summary>Hint 1</summary>
# The error of an axis is never more than its variance: an unused axis is reconstructed
# by its mean.
# </details>
# <details><summary>Hint 2</summary>
# <code>errors = np.minimum(variances, beta * noise)</code>; the KL of an axis is half the
# logarithm of variance over error, which is 0 for an unused one.
# </details>


# %% tags=["exercise"]
# Exercise 5.4: predict what β does
def predict_beta(variances, noise, beta):
    """Squared error and KL (nats) of the best VAE on Gaussian data.

    variances (d,) of the axes, noise the decoder's variance σ², beta > 0.
    """
    # BEGIN SOLUTION
    errors = np.minimum(variances, beta * noise)
    return errors.sum(), 0.5 * np.log(variances / errors).sum()
    # END SOLUTION


# %% tags=["check"]
checks.lesson05.predict_beta(predict_beta)

# %% [markdown]
# Now measure. A linear VAE on Gaussian points with variances 4 and 0.5, noise 0.1, for several
# values of β.
#
# **Predict.** At which β does the second axis fall silent (its KL is 0)? And the first? (About 15
# seconds.)

# %%
from utils.measures.rate_distortion import optimum
from utils.models.vae import VAE
from utils.networks.mlp import mlp

VARIANCES, NOISE = np.array([4.0, 0.5]), 0.1
gaussian_points = (
    np.random.default_rng(seed(0)).normal(size=(12_800, 2)) * np.sqrt(VARIANCES)
).astype("float32")


def measure_beta(beta):
    """Squared error and KL of a trained linear VAE."""
    keras.utils.set_random_seed(seed(1))
    vae = VAE(mlp(2, 4, ()), mlp(2, 2, ()), variance=NOISE, beta=beta)
    vae.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.03, BETA_STEPS))
    )
    part = gaussian_points[: 128 * min(BETA_STEPS, 100)]
    vae.fit(part, batch_size=128, epochs=max(BETA_STEPS // 100, 1), verbose=0)
    made, _, _ = vae(gaussian_points)
    error = ((gaussian_points - ops.convert_to_numpy(made)) ** 2).sum(axis=1).mean()
    return error, vae.evaluate(gaussian_points, verbose=0, return_dict=True)["kl"]


trained = np.array([measure_beta(beta) for beta in BETAS]).T

# %% jupyter={"source_hidden": true}
fine = np.geomspace(0.2, 100, 200)
errors, kls = np.array([optimum(VARIANCES, NOISE, beta) for beta in fine]).T
figure, axes = figures.new_figure(8.4, 3.4, 1, 2)
for ax, ylabel, line, dots in zip(
    axes.flat,
    ("squared error, both axes", "KL, both axes (nats)"),
    (errors, kls),
    trained,
    strict=True,
):
    ax.plot(fine, line, color="black", linestyle="--", label="exact")
    ax.plot(BETAS, dots, "o", color=figures.COLORS["measured"], label="measured")
    ax.set(xscale="log", xlabel="β", ylabel=ylabel)
    ax.set_xticks([0.3, 1, 3, 10, 30, 100], ["0.3", "1", "3", "10", "30", "100"])
    ax.minorticks_off()
    ax.legend(frameon=False)
figure.suptitle("A large β buys a small KL with a large error, just as predicted")
figure

# %% tags=["claim"]
if current_scale() != "quick":
    predicted = np.array([optimum(VARIANCES, NOISE, beta) for beta in BETAS]).T
    assert np.allclose(trained[0], predicted[0], rtol=0.05, atol=0.03)
    assert np.allclose(trained[1], predicted[1], rtol=0.05, atol=0.03)

# %% [markdown]
# The second axis falls silent at β = 0.5 / 0.1 = 5, the first at 4 / 0.1 = 40: from there on the
# code says nothing.
#
# **So how does one choose σ², β and the size of the code?** σ² and β enter only as the product
# βσ²: an axis of the data gets a place in the code if its variance is larger. A smaller product
# gives a smaller error and a fuller code; lesson 05 lets the VAE *learn* σ², with β = 1. The code
# may have more numbers than needed: those that are not worth it fall silent by themselves (as in
# lesson 04). With too few of them some axes that are worth a place get none.
#
# > **What we know now.** βσ² is a water level: axes of the data below it get no code.
#
# ## 2 · A space of settings
#
# Where nothing can be computed, one tries. *Random search* draws each setting by itself, from a
# space that says what is allowed (Bergstra and Bengio 2012: better than a grid, since few settings
# matter, and each run tries a new value of those). How should a learning rate between 0.0001 and
# 0.01 be drawn?
#
# **Predict.** Uniformly: which share of the draws lies above 0.001?

# %%
rng = np.random.default_rng(seed(2))
uniform = rng.uniform(1e-4, 1e-2, 10_000)
f"{(uniform > 1e-3).mean():.0%} of them"

# %% [markdown]
# Nine in ten: the whole lower decade gets one draw in ten, although 0.0002 and 0.002 differ as much
# as 0.001 and 0.01 do. What matters of a rate is its *factor*, so its logarithm should be uniform.
#
# ### Exercise 5.5 · A number whose logarithm is uniform (easy, 5 minutes)
#
# <details><summary>Hint 1</summary>
# Run from log low to log high as u runs from 0 to 1, and take exp.
# </details>
# <details><summary>Hint 2</summary>
# <code>np.exp(np.log(low) + u * (np.log(high) - np.log(low)))</code>.
# </details>


# %% tags=["exercise"]
# Exercise 5.5: draw log-uniformly
def log_uniform(u, low, high):
    """Turns numbers u (n,), uniform in [0, 1], into numbers from low to high, (n,)."""
    # BEGIN SOLUTION
    return low * (high / low) ** u
    # END SOLUTION


# %% tags=["check"]
checks.lesson05.log_uniform(log_uniform)

# %% [markdown]
# A space is then plain data. This is the one of the VAE on points:

# %%
from utils.experiments.families import FAMILIES

FAMILIES["VAE"].points

# %% [markdown]
# Its trial number 7 is the same on every machine: the random numbers come from the family's name,
# the number and the seed alone. So a thousand trials can be shared out over a hundred machines
# with nothing but their numbers.
#
# > **What we know now.** A space is data, and trial *k* of it a draw; rates are drawn by factors.
#
# ## 3 · A small league, live
#
# A trial is *one setting → one training → one row*. All trainings get the same seconds of one core,
# and what they draw is scored by one jury that sees samples alone. A training that fails is a row
# too, with a sentence. Each row is one file, written when it is there: whatever is
# stopped, goes on.
#
# The target is the ring of 8 Gaussians. The score is a Jensen-Shannon divergence (lesson 02) of
# *shares*: how many of the samples lie within 3σ of each mode, and how many of none. It is 0 for the
# truth and log 2 = 0.69 where no sample lies right.
#
# **Predict.** Three families, a few settings each, the same time for each. Which family is ahead,
# and is it by more than its own settings differ? (About 25 seconds.)

# %%
from utils.experiments.league import league_trials, play
from utils.experiments.sweep import sweep

LIVE = ["maximum likelihood", "non-saturating GAN", "flow matching"]
trials = league_trials("ring", LIVE_EACH, LIVE_BUDGET, LIVE, seed=seed(0))
with tempfile.TemporaryDirectory() as folder:
    live = sweep(trials, play, folder)
figures.table(
    [
        (
            row["trial"]["family"],
            f"{row['trial']['settings']['learning_rate']:.4f}",
            row["failed"] or f"{row['scores']['js']:.3f}",
            row["scores"] and row["scores"]["steps"],
        )
        for row in live
    ],
    ("family", "learning rate", "JS of shares", "steps"),
)

# %% tags=["claim"]
assert len(live) == len(LIVE) * LIVE_EACH
assert all(row["failed"] or 0 <= row["scores"]["js"] <= 0.694 for row in live)

# %% [markdown]
# A few runs of a few families: hardly an answer. In a terminal
#
# ```
# course sweep grid --each 20 --budget 10 --workers 2
# ```
#
# tries twenty settings of each family in two processes, and `--scheduler tcp://…` does it on a
# cluster.
#
# > **What we know now.** A run is a row; rows are written one by one, and never lost.
#
# ## 4 · Many runs: the range and the best
#
# Papers compare their best runs. Lucic et al. (2018) trained many GANs with many settings, and
# found that with enough tuning all kinds come to similar best values, while the *range* over
# settings is far wider than the difference between kinds. A small repetition on 8×8 digits: five
# kinds, each with four random settings (learning rate, momentum, width, code, penalty or β) and the
# same seconds. (`benchmarks/vae_against_gan.py` redoes it.)
#
# - *minimax*, *non-saturating*: the two losses of the generator in lesson 03;
# - *least-squares*: squared distances of D's output to 1 and 0;
# - *Wasserstein, penalty*: D's mean difference, with a slope of 1 asked for (lesson 02, section 5).
#
# **Predict.** Which is larger: the range within a kind, or the gap between the best of each?

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("vae_against_gan")
sweep = measured["sweep"]["runs"]
gaussian = np.mean([run["frechet"] for run in measured["digits"]["runs"]["Gaussian"]])
LOOKS = {
    "minimax": ("#332288", "s"),
    "non-saturating": (figures.COLORS["generated"], "o"),
    "least-squares": ("#999933", "^"),
    "Wasserstein, penalty": ("#44AA99", "D"),
    "VAE": ("#882255", "v"),
}
figure, ax = figures.new_figure(8.0, 3.8)
for place, (name, (color, marker)) in enumerate(LOOKS.items()):
    values = sorted(run["frechet"] for run in sweep[name])
    ax.plot([place, place], [values[0], values[-1]], color=color, linewidth=2)
    aside = place + np.array([0, 0.08, -0.08, 0])  # or two alike would be one
    ax.plot(aside, values, marker, color=color, markersize=8)
ax.axhline(gaussian, color="#777777", linestyle=":")
ax.text(0.5, gaussian * 1.05, "a Gaussian", ha="center", color="#777777")
ax.set(yscale="log", ylabel="Fréchet distance to held-out digits", xlim=(-0.5, 4.5))
ax.set_xticks(range(len(LOOKS)), LOOKS)
ax.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
ax.minorticks_off()
ax.set_title("Four settings of each kind: wide ranges, similar bests")
figure

# %% jupyter={"source_hidden": true}
bests = {name: min(run["frechet"] for run in sweep[name]) for name in LOOKS}
worsts = {name: max(run["frechet"] for run in sweep[name]) for name in LOOKS}
LUCIC = {
    "minimax": "9.8 ± 0.9",
    "non-saturating": "6.8 ± 0.5",
    "least-squares": "7.8 ± 0.6",
    "Wasserstein, penalty": "20.3 ± 5.0",
    "VAE": "16.6 ± 0.4 (Dai and Wipf 2019)",
}
figures.table(
    [
        (name, f"{bests[name]:.2f}", f"{worsts[name]:.2f}", LUCIC[name])
        for name in LOOKS
    ],
    ("", "best here", "worst here", "best FID on MNIST, Lucic et al. 2018"),
    caption=measured["sweep"]["settings"],
)

# %% [markdown]
# The best of the five kinds lie close together, between 2.4 and 3.4. Within a kind the worst is
# from almost twice to fourteen times the best, and in four of the five it is worse than a
# Gaussian. Which of its settings is to blame, four runs cannot say.
#
# Now the care. With four settings a *range* says little: more settings would widen each of them,
# and find better bests. The last column is another data set and another judge (FID: the
# Fréchet distance on the features of a large network trained on photographs), so only *orders* could
# be compared, and they do not agree: least-squares is first here and second there, and the best
# values here are too close for any order. What four runs each can show is that a single run of
# each kind, with the settings at hand, says nothing about the kinds.
#
# > **What we know now.** Compare kinds of models by many settings of each, or not at all.

# %% tags=["claim"]
assert all(len(sweep[name]) == 4 for name in LOOKS)
assert 2.3 < min(bests.values()) < max(bests.values()) < 3.45
ratios = [worsts[name] / bests[name] for name in LOOKS]
assert 1.8 < min(ratios) < 2 and 13 < max(ratios) < 14.5
assert min(bests, key=bests.get) == "least-squares"
ranges = [worsts[name] - bests[name] for name in LOOKS]
assert min(ranges) > max(bests.values()) - min(bests.values())
assert sum(worst > gaussian for worst in worsts.values()) == 4

# %% [markdown]
# ## 5 · The best of n, and why it disappoints
#
# Who may try ten settings gets a better best than who may try two. How much better? Nobody has to
# run anything for that: a table of $N$ runs answers it. Sort the scores, $x_{(1)} \le x_{(2)} \le
# \dots \le x_{(N)}$, and draw $n$ of the $N$. In how many of the choices is run $i$ the best?
#
# ### Exercise 5.6 · The expected best of n runs (medium, 10 minutes)
#
# Return the mean, over all choices of $n$ of the $N$ runs, of the lowest score in the choice.
#
# <details><summary>Hint 1</summary>
# If run i is the best of the choice, the other n − 1 come from the N − i runs that are worse. Ties
# do not matter: put them in any order.
# </details>
# <details><summary>Hint 2</summary>
# $\sum_i x_{(i)}\,\binom{N-i}{n-1} / \binom{N}{n}$, with <code>math.comb</code>; a failed run scores ∞,
# so skip the shares that are 0.
# </details>


# %% tags=["exercise"]
# Exercise 5.6: the expected best of n
def best_of(scores, n):
    """Mean lowest score over all choices of n of the scores (N,); less is better."""
    # BEGIN SOLUTION
    import math

    N, best = len(scores), 0.0
    for i, score in enumerate(np.sort(scores), start=1):
        if share := math.comb(N - i, n - 1) / math.comb(N, n):
            best += score * share
    return best
    # END SOLUTION


# %% tags=["check"]
checks.lesson05.best_of(best_of)

# %% jupyter={"source_hidden": true}
from utils.experiments.many_runs import expected_best

frechet = {name: np.array([run["frechet"] for run in sweep[name]]) for name in LOOKS}
curves = {
    name: [expected_best(scores, n) for n in (1, 2, 3, 4)]
    for name, scores in frechet.items()
}
figures.best_of_n(
    curves,
    colors={name: color for name, (color, _) in LOOKS.items()},
    ylabel="expected best (Fréchet distance)",
    title="With one run non-saturating is ahead, with two or three minimax, with four "
    "least-squares",
)

# %% tags=["claim"]
ahead = [min(curves, key=lambda name: curves[name][n]) for n in range(4)]
assert ahead == ["non-saturating", "minimax", "minimax", "least-squares"]
falls = [curve[0] / curve[1] for curve in curves.values()]
assert 1.1 < min(falls) < 1.3 and 3.1 < max(falls) < 3.2

# %% [markdown]
# The same twenty runs, and three winners: each is the best *for somebody*, by how many runs
# they can afford. The second run buys most where a bad setting ruins everything: it divides the
# expected score of the VAE by three. So a comparison has to say how many settings were tried, for
# its own model and for the others. "Ours, tuned, against theirs, as published" compares $n$'s.
#
# But a score is a measurement, with luck in it: the seed of the training, the samples, the held-out
# digits. Who picks the best of many *measurements* picks luck as well. The purest case: a hundred
# models that are all alike.
#
# **Predict.** Each is worth 1, and each is measured with a standard deviation of 0.2. What does the
# best of the hundred score? And measured once more?

# %%
rng = np.random.default_rng(seed(4))
measured = 1 + 0.2 * rng.normal(size=(2_000, 100))
chosen, again = measured.min(axis=1).mean(), 1 + 0.2 * rng.normal(size=2_000).mean()
f"best of 100: {chosen:.2f}; the same model measured once more: {again:.2f}"

# %% tags=["claim"]
assert abs(chosen - (1 - 0.2 * 2.508)) < 0.01  # the mean of the least of 100 normals
assert abs(again - 1) < 0.02

# %% [markdown]
# Half of the score was luck: the least of 100 normal numbers lies 2.5 standard deviations below
# their mean. This is the **winner's curse**. The cure: choose on one measurement, and report another.
# `benchmarks/league.py` does so: the best setting of each family is trained again with
# three fresh seeds, and judged by real examples that have chosen nothing.
#
# > **What we know now.** The best of n falls with n, part of it by luck alone: score the winner
# > again, on data that chose nothing.

# %% [markdown]
# ## 6 · Who wins, and at what price
#
# Who wins depends on who asks. Anyone who has time for a hundred settings asks for the best; anyone
# who takes what comes, for the median.
#
# ### Exercise 5.7 · By median, by best (easy, 5 minutes)
#
# Return the families in the order of their medians, and in the order of their bests.
#
# <details><summary>Hint 1</summary>
# A family is a row: medians and minima run along <code>axis=1</code>.
# </details>
# <details><summary>Hint 2</summary>
# <code>np.argsort</code> puts row numbers in order; less is better, so the first is the best.
# </details>


# %% tags=["exercise"]
# Exercise 5.7: two orders
def two_orders(scores):
    """Row numbers of scores (families, runs), by median and by best; less is better."""
    # BEGIN SOLUTION
    by_median = np.argsort(np.median(scores, axis=1))
    by_best = np.argsort(scores.min(axis=1))
    return by_median, by_best
    # END SOLUTION


# %% tags=["check"]
checks.lesson05.two_orders(two_orders)

# %%
from utils.experiments.many_runs import two_orders as orders

kinds = list(frechet)
by_median, by_best = orders(np.array(list(frechet.values())))
figures.table(
    [
        (place, kinds[first], kinds[second])
        for place, (first, second) in enumerate(
            zip(by_median, by_best, strict=True), start=1
        )
    ],
    ("place", "by median", "by best"),
)

# %% tags=["claim"]
assert [kinds[k] for k in by_median[:3]] == [kinds[k] for k in by_best[:3]][::-1]
assert kinds[by_median[0]] == "minimax"

# %% [markdown]
# The first three stand in the opposite order. By the median minimax wins: three of its four
# settings are good. By the best least-squares wins: one of its four is. With four runs each,
# neither order is more than an example of how they can differ.
#
# And a last unfairness. In section 3 all *trainings* took the same seconds, but a *run* is more: a
# game of two networks takes longer to compile than one network, and some samples are drawn step by
# step. With the same minutes in hand one family gets fewer tries.
#
# ### Exercise 5.8 · A fair budget (medium, 5 minutes)
#
# Return the expected best of as many runs as the budget pays for: at most all $N$, and ∞ if it pays for
# none. `expected_best(scores, n)` is imported.
#
# <details><summary>Hint 1</summary>
# A run costs the mean of <code>seconds</code>; a part of a run is none.
# </details>
# <details><summary>Hint 2</summary>
# <code>n = min(int(budget // seconds.mean()), len(scores))</code>.
# </details>


# %% tags=["exercise"]
# Exercise 5.8: the best that a budget buys
def fair_best(scores, seconds, budget):
    """Expected best of the runs that a budget pays for: scores, seconds (N,)."""
    # BEGIN SOLUTION
    n = min(int(budget // np.mean(seconds)), len(scores))
    return expected_best(scores, n) if n else np.inf
    # END SOLUTION


# %% tags=["check"]
checks.lesson05.fair_best(fair_best)

# %%
from utils.experiments.many_runs import fair_best as bought


def live_of(family):
    """Scores and seconds of the live runs of a family."""
    rows = [row for row in live if row["trial"]["family"] == family]
    scores = [row["scores"]["js"] if row["scores"] else np.inf for row in rows]
    return np.array(scores), np.array([row["seconds"] for row in rows])


PRICES = (5.0, 10.0)
figures.table(
    [
        (
            family,
            f"{live_of(family)[1].mean():.1f}",
            *(f"{bought(*live_of(family), price):.3f}" for price in PRICES),
        )
        for family in LIVE
    ],
    ("family", "seconds a run", *(f"best for {price:g} s" for price in PRICES)),
    caption="the live runs on the ring, JS of shares; inf: the money does not reach",
)

# %% [markdown]
# These are the runs of your machine, and few. What holds anywhere: the budget belongs beside the
# best.
#
# > **What we know now.** "Better" has a price in it: by best or by median, by runs or by seconds.

# %% [markdown]
# ## What to read next
#
# - Lucic et al. (2018), *Are GANs created equal?*
# - Bergstra and Bengio (2012), *Random search for hyper-parameter optimization*.
# - Tang et al. (2020), *Showing your work doesn't always work*: the expected best, unbiased.
# - Higgins et al. (2017), *β-VAE*; Alemi et al. (2018), *Fixing a broken ELBO*: rate and
#   distortion of real VAEs.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | rate-distortion | how many nats a code needs for a given error | 率失真 |
# | hyperparameter | a setting that training does not choose | 超参数 |
# | random search | settings drawn from a space, one by one | 随机搜索 |
# | winner's curse | the best of many measurements is better than it is | 赢者诅咒 |

# ---
# title: A discriminator measures divergence
# claim: Train a classifier to tell two sets of samples apart, and its loss tells how
#   far the two distributions are from each other.
# needs: Keras; logistic regression; what KL is (lesson 01)
# topics:
#   8: "1 · One number for two sets of samples"
#   9: "2 · The best discriminator, one $x$ at a time"
#   10: "3 · What the best discriminator reads"
#   11: "6 · Another objective, another meter"
#   12: "7 · Three generators, one choice"
#   13: "5 · Where the meter sticks"
# bonus: false
# ---

# %% [markdown]
# # 02 · A discriminator measures divergence
#
# **Claim.** Train a classifier to tell two sets of samples apart, and its loss tells how
# far the two distributions are from each other. A discriminator is a *meter*.
#
# After this lesson you can
#
# - say what the value $V(D, G)$ of a GAN is, and which discriminator makes it largest;
# - read the Jensen–Shannon divergence (JS) off a trained discriminator, with an error bar;
# - say when the meter reads too low, too high, or sticks at $\log 2$;
# - build a meter for another divergence: KL, Pearson, Hellinger, Wasserstein.
#
# **Minutes:** {minutes}. **You need:** Keras, logistic regression, and what KL is (lesson 01).
# A divergence is 0 if two distributions are the same, and above 0 if they are not. JS is
# at most $\log 2 \approx 0.693$. All logs are natural: the unit is the nat.

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale

keras.utils.set_random_seed(2)
LOG_2 = np.log(2)

# %% [markdown]
# Every number of this lesson that decides how long it runs stands in one cell.
# `COURSE_SCALE` chooses the column: `quick` is a smoke test, `laptop` is what the text
# describes, `full` takes more seeds and more data.

# %% tags=["parameters"]
N = scale(quick=200, laptop=10_000, full=100_000)
EPOCHS = scale(quick=1, laptop=20, full=40)
SHIFTS = scale(
    quick=(0, 2, 6), laptop=(0, 0.5, 1, 2, 3, 4, 6), full=(0, 0.5, 1, 2, 3, 4, 6)
)
REPEATS = scale(quick=3, laptop=300, full=1_000)
NOISE_EPOCHS = scale(quick=1, laptop=40, full=40)
PICTURE_EPOCHS = scale(quick=1, laptop=40, full=40)
PICTURE_SEEDS = scale(quick=1, laptop=3, full=10)

# %% [markdown]
# ## 1 · One number for two sets of samples
#
# Real data $p$: the Gaussian $N(0, 1)$. Generated data $q$: the Gaussian $N(m, 1)$,
# made by a generator that misses by $m$. We know both densities, so whatever we measure
# can be compared with the truth. Start with $m = 2$.

# %%
from utils.data.mixtures import gaussian

REAL = gaussian(0.0, 1.0)


def generated(shift):
    """The distribution of a generator that misses by this much."""
    return gaussian(float(shift), 1.0)


real, fake = REAL.sample(1_000, seed=0), generated(2).sample(1_000, seed=1)

# %% [markdown]
# A discriminator looks at a number $x$ and returns $D(x)$, how probable it is that $x$ is
# real. The **value** of the game scores it:
#
# $$V(D, G) = \mathbb E_{x \sim p}\,[\log D(x)] + \mathbb E_{x \sim q}\,[\log(1 - D(x))].$$
#
# Here are three discriminators, given by their logits (D is the sigmoid of the logit).

# %%
DISCRIMINATORS = {
    "undecided": lambda x: 0 * x,
    "careful": lambda x: 2 - 2 * x,
    "overconfident": lambda x: 20 - 20 * x,
}


def value(real_logits, fake_logits):
    """V(D, G) from logits: log D = -softplus(-l), log(1 - D) = -softplus(l)."""
    on_real = -ops.mean(ops.softplus(-real_logits))
    on_fake = -ops.mean(ops.softplus(fake_logits))
    return float(on_real + on_fake)


# %% [markdown]
# **Predict.** Two of them draw the line at $x = 1$, where they should; one has no opinion.
# Which one has the highest value, and which the lowest?

# %%
values = {name: value(D(real), D(fake)) for name, D in DISCRIMINATORS.items()}
x = np.linspace(-4, 6, 400)
figures.curves(
    {name: (x, 1 / (1 + np.exp(-D(x)))) for name, D in DISCRIMINATORS.items()},
    xlabel="x",
    ylabel="D(x), probability that x is real",
    title=", ".join(f"{name} V = {v:.2f}" for name, v in values.items()),
)

# %% [markdown]
# The careful one wins. The undecided one has $2\log\frac12 = -2\log 2 = -1.386$. The
# overconfident one is worse than no opinion at all: where the two bumps overlap it is often
# wrong, and it is always sure. $V$ punishes false certainty.

# %% tags=["claim"]
assert np.isclose(values["undecided"], -2 * LOG_2)
assert values["overconfident"] < values["undecided"] < values["careful"] < 0

# %% [markdown]
# $V$ is nothing new. Give real examples the label 1 and generated ones the label 0; the
# mean binary cross-entropy over both halves is $-V/2$. So a higher value is a
# lower classification loss: **training D to raise $V$ is training a classifier.**

# %%
labels = np.concatenate([np.ones((1_000, 1)), np.zeros((1_000, 1))])
logits = DISCRIMINATORS["careful"](np.concatenate([real, fake]))
cross_entropy = float(keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits))
print(f"V = {values['careful']:.6f}, -2 × cross-entropy = {-2 * cross_entropy:.6f}")

# %% tags=["claim"]
assert np.isclose(values["careful"], -2 * cross_entropy, rtol=1e-6)

# %% [markdown]
# ## 2 · The best discriminator, one $x$ at a time
#
# Which D has the highest value of all? Write $V$ as an integral:
#
# $$V(D, G) = \int p(x)\log D(x) + q(x)\log(1 - D(x))\; dx .$$
#
# D may answer at each $x$ as it likes. So look at one $x$ alone. Call $a = p(x)$,
# $b = q(x)$, and look for the $D$ in $(0, 1)$ that makes
# $f(D) = a\log D + b\log(1 - D)$ largest.
#
# **Predict.** $a = 3$, $b = 1$: where is the top?

# %%
answers = np.linspace(0.005, 0.995, 991)


def score(a, b):
    """a log D + b log(1 - D) for every answer D."""
    return a * np.log(answers) + b * np.log(1 - answers)


pairs = [(1, 1), (3, 1), (1, 4)]
tops = {pair: answers[score(*pair).argmax()] for pair in pairs}
figures.curves(
    {
        f"a = {a}, b = {b}: top at {tops[a, b]:.2f}": (answers, score(a, b))
        for a, b in pairs
    },
    xlabel="D, the answer at this x",
    ylabel="a log D + b log(1 − D)",
    ylim=(-8, 0),
    title="The top sits at a / (a + b)",
)

# %% [markdown]
# The slope is $a/D - b/(1 - D)$. It is zero where $a(1 - D) = bD$, so at
#
# $$D^* = \frac{a}{a + b} \qquad\text{and for every } x:\quad
# D^*(x) = \frac{p(x)}{p(x) + q(x)} .$$
#
# The second slope, $-a/D^2 - b/(1 - D)^2$, is negative everywhere: it is a top, and the
# only one. Drag $a$ and $b$: how often you meet a real and a generated example here.


# %%
def one_answer(a, b):
    """The score of every answer, and where it is best."""
    return figures.curves(
        {"a log D + b log(1 − D)": (answers, score(a, b))},
        xlabel="D, the answer at this x",
        ylabel="score",
        ylim=(-12, 0),
        title=f"a = {a:.1f}, b = {b:.1f}: best answer {a / (a + b):.2f}",
    )


figures.slider_figure(one_answer, a=(0.1, 4.0, 0.1, 3.0), b=(0.1, 4.0, 0.1, 1.0))

# %% tags=["claim"]
for (a, b), top in tops.items():
    assert abs(top - a / (a + b)) < 1e-3

# %% [markdown]
# Divide top and bottom by $p$: $D^* = 1/(1 + q/p) = 1/(1 + e^{-\ell})$, the sigmoid of the
# logit $\ell(x) = \log p(x) - \log q(x)$. **The best logit is the log of the density ratio.** A discriminator learns how
# many times more often a point is real than generated, without knowing either density.
#
# ### Exercise 2.1 · The optimal discriminator (easy, 5 minutes)
#
# Write $D^*$ from two *log*-densities. It must be right far out in the tails too, where
# both densities are too small for a float: at $\log p = -800$, $\log q = -802$ the
# answer is 0.88.
#
# <details><summary>Hint 1</summary>
# exp(−800) is 0 in a float, and 0/(0 + 0) is not a number. Do not leave log space before
# you have to.
# </details>
# <details><summary>Hint 2</summary>
# p/(p + q) = 1/(1 + q/p), which is the sigmoid of log p − log q:
# <code>ops.sigmoid(log_p - log_q)</code>.
# </details>


# %% tags=["exercise"]
# Exercise 2.1: the optimal discriminator
def optimal_discriminator(log_p, log_q):
    """D*(x), a probability, from log p(x) and log q(x), arrays (n,) -> (n,)."""
    # BEGIN SOLUTION
    return ops.sigmoid(log_p - log_q)
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.optimal_discriminator(optimal_discriminator)

# %% [markdown]
# ## 3 · What the best discriminator reads
#
# Let $r = (p + q)/2$ be the mixture of both. The **Jensen–Shannon divergence** is the mean
# KL divergence to it, $\mathrm{JS}(p, q) = \frac12\mathrm{KL}(p\,\|\,r) +
# \frac12\mathrm{KL}(q\,\|\,r)$. Now put $D^* = p/(p + q)$ into $V$:
#
# $$V(D^*) = \mathbb E_p\Big[\log\frac{p}{p + q}\Big] + \mathbb E_q\Big[\log\frac{q}{p + q}\Big]
# = \mathbb E_p\Big[\log\frac{p}{2r}\Big] + \mathbb E_q\Big[\log\frac{q}{2r}\Big].$$
#
# Each logarithm gives away a $-\log 2$. What is left are two KL divergences to the mixture:
#
# $$V(D^*) = -2\log 2 + \mathrm{KL}(p\,\|\,r) + \mathrm{KL}(q\,\|\,r)
# = 2\,\mathrm{JS}(p, q) - 2\log 2 .$$
#
# Is it so? One side by the integral of section 2 with $D^*$ put in, the other side by
# the definition of JS. Neither knows the other.

# %%
from utils.measures.integrate import integrate

MISSES = (0.5, 1, 2, 3, 4, 6)


def value_of_best(q, bounds=(-20.0, 26.0)):
    """V(D*) by the trapezoid rule: the integral of p log D* + q log(1 - D*)."""
    x = np.linspace(*bounds, 200_001)
    log_p, log_q = REAL.log_density(x), q.log_density(x)
    log_sum = np.logaddexp(log_p, log_q)
    inside = np.exp(log_p) * (log_p - log_sum) + np.exp(log_q) * (log_q - log_sum)
    return np.trapezoid(inside, x)


def exact_js(q, bounds=(-20.0, 26.0)):
    """JS(p, q) by numerical integration, in nats."""
    return integrate("js", REAL.log_density, q.log_density, bounds)


# %%
from utils.figures import table

best_values = {m: value_of_best(generated(m)) for m in MISSES}
js = {m: exact_js(generated(m)) for m in (0, *MISSES)}
table(
    [
        (m, f"{js[m]:.6f}", f"{2 * js[m] - 2 * LOG_2:.6f}", f"{best_values[m]:.6f}")
        for m in MISSES
    ],
    ("m", "JS (nats)", "2 JS − 2 log 2", "V(D*)"),
    caption="N(0, 1) against N(m, 1): both sides agree",
)

# %% tags=["claim"]
TABLE = dict(
    zip(
        MISSES,
        (0.030311, 0.111421, 0.336831, 0.526777, 0.632720, 0.689298),
        strict=True,
    )
)
for m, expected in TABLE.items():
    assert abs(js[m] - expected) < 1e-6
    assert abs(best_values[m] - (2 * js[m] - 2 * LOG_2)) < 1e-6

# %% [markdown]
# So the chain is
#
# > hard to tell apart = low divergence = low value $V(D^*)$ = **large** classification loss.
#
# If $p = q$, the best D says one half everywhere, $V = -2\log 2$ and JS = 0. If the two never
# meet, D is always right, $V = 0$ and JS $= \log 2$. Every other D has a *lower* value than
# $V(D^*)$: with exact expectations, no D reads more divergence than there is.
#
# ### Exercise 2.2 · JS from logits (easy, 10 minutes)
#
# Solve $V = 2\,\mathrm{JS} - 2\log 2$ for JS, and write it for the logits of a
# discriminator. There may be more logits of one kind than of the other. Use `keras.ops` from
# start to end: a meter is trained by the gradient of this number.
#
# <details><summary>Hint 1</summary>
# JS = log 2 + V/2, and V has two means: one over the real, one over the generated logits.
# An undecided D (all logits 0) must read 0.
# </details>
# <details><summary>Hint 2</summary>
# log D = <code>-ops.softplus(-real_logits)</code>, log(1 − D) =
# <code>-ops.softplus(fake_logits)</code>.
# </details>


# %% tags=["exercise"]
# Exercise 2.2: JS from logits
def js_reading(real_logits, fake_logits):
    """What a discriminator reads as JS, in nats; logits (n, 1) and (m, 1)."""
    # BEGIN SOLUTION
    on_real = -ops.mean(ops.softplus(-real_logits))
    on_fake = -ops.mean(ops.softplus(fake_logits))
    return LOG_2 + (on_real + on_fake) / 2
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.js_reading(js_reading)

# %% [markdown]
# From here on we use the course's own `js_from_logits`. It is the same formula.

# %%
from utils.course.show import show_code
from utils.measures.divergences import js_from_logits

show_code(js_from_logits, folded=True)

# %% [markdown]
# ## 4 · A trained discriminator as a meter
#
# Nobody knows $p$ and $q$ of real pictures. But samples are enough: train a network D to
# raise $V$, then read $\log 2 + V/2$. Our meter is a small Keras model. Its
# `compute_loss` is minus the reading; `learn` trains it on four fifths of the samples
# and stops when the last fifth says so.

# %%
from utils.models.meter import DivergenceMeter

show_code(DivergenceMeter.compute_loss, folded=True)

# %% [markdown]
# An MLP with two hidden layers, `N` samples of each kind to learn from, and as many **new**
# ones to read on. The reading is a mean over samples, so it has a standard error.
#
# **Predict.** At which $m$ will the reading be worst?

# %%
from utils.networks.mlp import mlp

meter = DivergenceMeter(mlp(1, 1, (32, 32)), "js")


def measure(meter, q, seed=0, n=N, **settings):
    """Trains the meter on samples of p and q; reads on new and on its own samples."""
    own = REAL.sample(n, seed + 1), q.sample(n, seed + 2)
    new = REAL.sample(n, seed + 3), q.sample(n, seed + 4)
    meter.learn(*own, **{"epochs": EPOCHS, "batch_size": min(500, n), **settings})
    return meter.read(*new), meter.read(*own)


# %%
readings, learned = {}, {}
line = np.linspace(-5, 9, 281)
for m in SHIFTS:
    readings[m], _ = measure(meter, generated(m))
    learned[m] = 1 / (1 + np.exp(-meter.scores(line)))

table(
    [
        (m, f"{js[m]:.4f}", f"{r.value:.4f} ± {r.standard_error:.4f}")
        for m, r in readings.items()
    ],
    ("m", "exact JS", "D reads (held out)"),
    caption=f"N(0, 1) against N(m, 1), {N:,} samples of each to read on",
)

# %%
figures.curves(
    {
        "exact": (np.array(list(js)), np.array(list(js.values()))),
        "measured": (
            np.array(list(readings)),
            np.array([r.value for r in readings.values()]),
        ),
    },
    xlabel="m, distance of the two bumps (standard deviations)",
    ylabel="JS (nats)",
    references={"log 2": LOG_2},
    markers=True,
    title="A trained discriminator reads the Jensen–Shannon divergence",
)

# %% [markdown]
# The reading is right to its standard error, and nobody told D a density. (At $m = 0$ no D is
# better than an undecided one by more than chance. Where none is at all, the meter keeps
# the undecided one and reads exactly 0.) The reading has to be right because D's curve is. Here is the curve D has learned for one $m$, beside
# $p/(p + q)$.

# %%
SHOWN = 2
figures.two_players_1d(
    REAL.sample(80, seed=0),
    generated(SHOWN).sample(80, seed=1),
    learned[SHOWN],
    densities=(
        lambda x: np.exp(REAL.log_density(x)),
        lambda x: np.exp(generated(SHOWN).log_density(x)),
    ),
    bounds=(-5, 9),
    title="D has found p/(p + q), wherever there are data",
)

# %% tags=["claim"]
if current_scale() != "quick":
    for m, reading in readings.items():
        assert abs(reading.value - js[m]) < 3 * reading.standard_error + 0.002
        assert reading.value <= LOG_2
        log_p, log_q = REAL.log_density(line), generated(m).log_density(line)
        seen = (log_p > np.log(0.01)) & (log_q > np.log(0.01))
        best = 1 / (1 + np.exp(log_q - log_p))
        assert not seen.any() or abs(learned[m] - best)[seen].max() < 0.06
    assert readings[0].value < 0.002

# %% [markdown]
# ### Too small a D reads low
#
# Now the same mean, another width: $N(0, 1)$ against $N(0, 2^2)$, exact JS 0.0927. The
# best logit $\log p - \log q$ is a parabola.
#
# **Predict.** What will a D without a hidden layer read? It can only draw straight lines.

# %%
WIDE = gaussian(0.0, 2.0)
sizes = {"no hidden layer": (), "2 units": (2,), "32 + 32 units": (32, 32)}
by_size = {
    name: measure(DivergenceMeter(mlp(1, 1, hidden)), WIDE)[0]
    for name, hidden in sizes.items()
}
figures.bars(
    {name: reading.value for name, reading in by_size.items()},
    ylabel="JS (nats)",
    number_format=".3f",
    references={"exact": exact_js(WIDE)},
    title="A discriminator measures what it can see",
)

# %% [markdown]
# Without a hidden layer D sees no difference at all. So what a D reads is a
# **lower bound**: "the two distributions are *at least* this far apart". (It holds for exact
# means. The last bar is a mean over samples, and may pass the line by its standard error.)
# A generator that is trained against a weak D may stop while it is still far away.

# %% tags=["claim"]
assert abs(exact_js(WIDE) - 0.092733) < 1e-6
if current_scale() != "quick":
    reading = by_size["32 + 32 units"]
    assert by_size["no hidden layer"].value < 0.002
    assert abs(reading.value - 0.092733) < 3 * reading.standard_error + 0.002

# %% [markdown]
# ### An over-trained D reads high, on its own data
#
# Now two samples of the **same** distribution: 50 points in 20 dimensions, and another 50.
# JS is 0: the labels are pure noise. We switch early stopping off and let D learn on.
#
# **Predict.** What does D read on the points it has learned? And on new ones?

# %%
NOISE = gaussian(np.zeros(20), 1.0)
own = NOISE.sample(50, seed=1), NOISE.sample(50, seed=2)
new = NOISE.sample(1_000, seed=3), NOISE.sample(1_000, seed=4)
memorizer = DivergenceMeter(mlp(20, 1, (128, 128)))
memorizer.learn(*own, epochs=NOISE_EPOCHS, validation_share=0, batch_size=10)
on_own, on_new = memorizer.read(*own).value, memorizer.read(*new).value
print(f"on its own points {on_own:.3f} (log 2 = {LOG_2:.3f}), on new ones {on_new:.2f}")

# %% [markdown]
# On its own points D is certain: it reads $\log 2$, the largest divergence there is,
# between two samples of one distribution. It has learned the points by heart. On new
# points the same certainty is wrong half the time, and the reading falls far below 0.
# **Read on data that D has not seen, or do not read at all.**

# %% tags=["claim"]
if current_scale() != "quick":
    assert LOG_2 - 0.01 < on_own <= LOG_2 and on_new < 0

# %% [markdown]
# How much is it for a *well-behaved* D? If D's logit has $k$ parameters and contains the
# truth, lesson 01 knows: a fit with $k$ parameters to $M$ examples loses about $k/2M$. Here
# $M = 2n$: the reading is about $k/4n$ too high on own data, and as much too low on new.
# A logistic regression on $1, x, x^2$ has $k = 3$. (We draw exactly $n$ of each kind, and do
# not leave that to chance. Then $k - 4\,\mathbb E[D^*(1 - D^*)]$ takes the place of $k$, the
# mean taken over both samples together.)

# %%
from sklearn.linear_model import LogisticRegression


def gap(n, seed):
    """How much more a fit with k = 3 reads on own data than on new data.

    Each reading is compared with the best D's on the same points: less noise.
    """
    fit, excess = LogisticRegression(C=np.inf, max_iter=1_000), []
    for first in (4 * seed, 4 * seed + 2):
        x = np.concatenate([REAL.sample(n, first), generated(2).sample(n, first + 1)])
        if not excess:
            fit.fit(np.c_[x, x**2], np.repeat([1, 0], n))
        scores, best = fit.decision_function(np.c_[x, x**2]), 2 - 2 * x
        read = [float(js_from_logits(s[:n], s[n:])) for s in (scores, best)]
        excess.append(read[0] - read[1])
    return excess[0] - excess[1]


counts = np.array([25, 50, 100, 200])
gaps = np.array([[gap(n, seed) for seed in range(REPEATS)] for n in counts])
optimism = gaps.mean(axis=1)

best = 1 / (1 + np.exp(2 * line - 2))  # D* at m = 2
both = np.exp(REAL.log_density(line)) + np.exp(generated(2).log_density(line))
k = 3 - 4 * np.trapezoid(both / 2 * best * (1 - best), line)

# %%
figures.curves(
    {"measured": (counts, optimism), "exact": (counts, 2 * k / (4 * counts))},
    xlabel="n, samples of each kind",
    ylabel="own reading − held-out reading (nats)",
    xscale="log",
    yscale="log",
    markers=True,
    title=f"The gap between own and new data falls like 2 · k/4n, k = {k:.1f}",
)

# %% tags=["claim"]
if current_scale() != "quick":
    error = gaps[-1].std() / np.sqrt(REPEATS)
    assert abs(optimism[-1] - 2 * k / (4 * 200)) < 3 * error < 0.002

# %% [markdown]
# ## 5 · Where the meter sticks
#
# Take two intervals of length 1, a distance $d$ apart. They overlap on $1 - d$, and
# JS $= d\log 2$. From $d = 1$ on they do not meet, and JS is $\log 2$. At $d = 1$. At $d = 10$. At
# $d = 1000$. The meter has reached the end of its scale.

# %%
from utils.measures.divergences import js_divergence


def interval(start, cells=4_000, per_unit=1_000):
    """The uniform distribution on [start, start + 1], as probabilities of cells."""
    cell = np.arange(cells) / per_unit
    inside = (cell >= start - 1e-9) & (cell < start + 1 - 1e-9)
    return inside / inside.sum()


apart = np.array([0, 0.25, 0.5, 0.75, 1, 2, 3])
interval_js = np.array([js_divergence(interval(0), interval(d)) for d in apart])

# %% [markdown]
# What would be a better ruler? The **Wasserstein distance** $W_1$: how far one has to carry
# the mass of $p$, on average, to make $q$ of it. For our intervals that is $d$. It never
# ends. It can be measured with a network too (Kantorovich, Rubinstein):
#
# $$W_1(p, q) = \max_{|\nabla v| \,\le\, 1}\; \mathbb E_p[v] - \mathbb E_q[v] .$$
#
# The critic $v$ has no sigmoid. It must not be steeper than 1, up or down: the **gradient penalty**
# $\lambda\,(\|\nabla v\| - 1)^2$ sees to that, nearly. So our meter divides what it reads by
# the steepest slope that it finds. Then the reading is a lower bound again.

# %%
figures.curves(
    {
        "JS (nats)": (apart, interval_js),
        "Wasserstein distance": (apart, apart),
    },
    xlabel="d, distance of two intervals of length 1",
    ylabel="how far apart",
    references={"log 2": LOG_2},
    markers=True,
    title="From d = 1 on JS says no more; Wasserstein goes on",
)

# %% tags=["claim"]
assert np.allclose(interval_js, np.minimum(apart, 1) * LOG_2, atol=1e-12)

# %% [markdown]
# Now with networks, on our two bumps. SciPy gives $W_1$ of two samples on a line exactly.
#
# **Predict.** From $m = 4$ to $m = 6$, how much does each meter move?

# %%
from scipy.stats import wasserstein_distance

critic = DivergenceMeter(mlp(1, 1, (32,)), "wasserstein", penalty=10.0)
distances = {}
for m in SHIFTS:
    reading, _ = measure(critic, generated(m))
    samples = REAL.sample(N, 3)[:, 0], generated(m).sample(N, 4)[:, 0]
    distances[m] = reading, wasserstein_distance(*samples)

table(
    [
        (m, f"{readings[m].value:.3f}", f"{reading.value:.3f}", f"{exact:.3f}")
        for m, (reading, exact) in distances.items()
    ],
    ("m", "JS by D", "W₁ by a critic", "W₁ by SciPy"),
    caption="Far apart, JS hardly moves, and W₁ moves as much as the bump",
)

# %% [markdown]
# From 4 to 6 JS gains 0.06, and the last step to infinity is 0.004. A generator that
# follows the *slope* of JS gets almost nothing there. $W_1$ has slope 1 everywhere. That is
# why Wasserstein GANs train when the supports do not meet (Arjovsky et al. 2017). On
# pictures they almost never meet.

# %% tags=["claim"]
if current_scale() != "quick":
    for reading, exact in distances.values():
        assert abs(reading.value - exact) < 0.05 + 0.05 * exact
assert js[6] - js[4] < 0.06 and LOG_2 - js[6] < 0.004

# %% [markdown]
# ## 6 · Another objective, another meter
#
# JS is one of a family. Every convex $f$ with $f(1) = 0$ makes an **f-divergence**
#
# $$D_f(p\,\|\,q) = \int q(x)\, f\!\left(\frac{p(x)}{q(x)}\right) dx .$$
#
# A convex function is the highest of all straight lines below it:
# $f(u) = \max_t\,(ut - f^*(t))$, where $-f^*(t)$ says how high the line with slope $t$ may start.
# $f^*$ is the **conjugate**,
#
# $$f^*(t) = \max_u\,(ut - f(u)).$$
#
# Put that into $D_f$, let a critic $T(x)$ choose the slope at each $x$, and there is a
# meter that needs samples only (Nowozin et al. 2016):
#
# $$D_f(p\,\|\,q) = \max_T\; \mathbb E_p[T] - \mathbb E_q[f^*(T)] .$$

# %%
u = np.linspace(0.01, 3, 300)


def f(u):
    """KL's f."""
    return u * np.log(u)


def conjugate(t):
    """Its conjugate f*, which the next cell derives."""
    return np.exp(t - 1)


slopes = (-0.5, 0.5, 1.0, 1.7)
figures.curves(
    {
        "f(u) = u log u": (u, f(u)),
        **{f"slope {t}": (u, u * t - conjugate(t)) for t in slopes},
    },
    xlabel="u = p/q",
    ylabel="f(u), and lines u t − f*(t)",
    ylim=(-1.2, 3.4),
    title="KL's f is the highest of its lines; each starts at −f*(t)",
)

# %% [markdown]
# For KL, $f(u) = u\log u$. The top of $ut - u\log u$ is where $t = \log u + 1$, so at
# $u = e^{t - 1}$, and there $f^*(t) = e^{t - 1}(t - (t - 1)) = e^{t - 1}$.
#
# The best critic is $T = f'(p/q)$. For KL that is $1 + \log(p/q)$: again the log-ratio.
#
# ### Exercise 2.3 · A conjugate (medium, 10 minutes)
#
# The squared Hellinger distance has $f(u) = (\sqrt u - 1)^2$. Find $f^*(t)$ for $t < 1$.
#
# <details><summary>Hint 1</summary>
# The slope of ut − (√u − 1)² in u is t − (1 − 1/√u). Where is it zero?
# </details>
# <details><summary>Hint 2</summary>
# At √u = 1/(1 − t). Put this u into ut − (√u − 1)², and simplify. To check yourself, take the
# maximum over a fine grid of u.
# </details>


# %% tags=["exercise"]
# Exercise 2.3: a conjugate
def hellinger_conjugate(t):
    """f*(t) = max over u of (u t - (sqrt(u) - 1)²), for an array t < 1."""
    # BEGIN SOLUTION
    return t / (1 - t)
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.hellinger_conjugate(hellinger_conjugate)

# %% [markdown]
# Four meters, one pair of samples: $N(0, 1)$ against $N(1, 1)$. The exact values are
# KL = reverse KL = ½, squared Hellinger $2 - 2e^{-1/8}$, Pearson $e - 1$.
#
# **Predict.** Which of the four will have the largest error bar?

# %%
NAMES = ("kl", "reverse-kl", "squared-hellinger", "pearson")
NEAR = generated(1)
exact_f = {
    name: integrate(name, REAL.log_density, NEAR.log_density, (-20.0, 21.0))
    for name in NAMES
}
f_readings = {
    name: measure(DivergenceMeter(mlp(1, 1, (32, 32)), name), NEAR)[0] for name in NAMES
}
table(
    [
        (name, f"{exact_f[name]:.4f}", f"{r.value:.4f} ± {r.standard_error:.4f}")
        for name, r in f_readings.items()
    ],
    ("divergence", "exact", "critic reads (held out)"),
)

# %% tags=["claim"]
expected = (0.5, 0.5, 2 - 2 * np.exp(-1 / 8), np.e - 1)
assert np.allclose(list(exact_f.values()), expected, rtol=1e-8)
if current_scale() != "quick":
    for name in NAMES[:3]:
        reading = f_readings[name]
        error = abs(reading.value - exact_f[name])
        assert error < 3 * reading.standard_error + 0.02 * exact_f[name]
    pearson, exact_pearson = f_readings["pearson"], exact_f["pearson"]
    assert pearson.standard_error > 3 * f_readings["kl"].standard_error
    assert pearson.value < exact_pearson - pearson.standard_error

# %% [markdown]
# Pearson's reading lies below the exact value by more than its own error bar: its critic must
# reach huge values at rare points, and the error bar cannot know of points that never came.
#
# ### Why KL's meter becomes noisy
#
# Suppose the critic is perfect: $T = 1 + \log(p/q)$, so $f^*(T) = p/q$. The second mean is
# a mean of *ratios* under $q$. It should be 1. Its variance is $e^{m^2} - 1$: 1.7 at
# $m = 1$, 54 at $m = 2$, 8 100 at $m = 3$. Samples that carry the mean are hardly ever
# drawn. JS takes the *logarithm* of the ratio: where $p/q$ is 10 000, $\log(1 - D)$ is only
# −9.2.

# %%
from utils.measures.f_gan import F_DIVERGENCES, variational_bound


def perfect_readings(name, m, n=1_000):
    """Readings of the perfect critic on many samples of n points of each kind."""
    row, q = F_DIVERGENCES[name], generated(m)
    p_points, q_points = REAL.sample(n * REPEATS, 5), q.sample(n * REPEATS, 6)
    ratios = [
        np.exp(REAL.log_density(x) - q.log_density(x)) for x in (p_points, q_points)
    ]
    on_p, on_q = (row.optimal_score(r).reshape(REPEATS, n) for r in ratios)
    return [variational_bound(name, *pair) for pair in zip(on_p, on_q, strict=True)]


distances_m = np.array([0.5, 1, 1.5, 2, 2.5, 3])
noise = {
    name: np.array([np.std(perfect_readings(name, m)) for m in distances_m])
    for name in ("kl", "js")
}

# %%
theory = np.sqrt((distances_m**2 + np.exp(distances_m**2) - 1) / 1_000)
figures.curves(
    {
        "KL, measured": (distances_m, noise["kl"]),
        "KL, exact": (distances_m, theory),
        "JS, measured": (distances_m, noise["js"]),
    },
    xlabel="m",
    ylabel="standard deviation of a reading (nats)",
    yscale="log",
    markers=True,
    title="With a perfect critic and 1 000 samples: KL's noise explodes, JS's does not",
)

# %% [markdown]
# Beyond $m = 2$ the measured noise of KL lies *below* the exact one. That is no
# comfort: the rare samples that make the variance did not occur at all. The error bar of
# such a reading is itself not to be trusted.

# %% tags=["claim"]
if current_scale() != "quick":
    assert abs(noise["kl"][1] / theory[1] - 1) < 0.3
    assert noise["kl"][-1] > 20 * noise["js"][-1] and max(noise["js"]) < 0.02

# %% [markdown]
# ## 7 · Three generators, one choice
#
# Training a GAN means $\min_G \max_D V(D, G)$. Now that we can do the maximum, look at the
# minimum. Three generators stand at $m = 1$, $2$ and $3$. We judge each with discriminators
# $D_t$, where $D_t$ is the best one against a generator at $t$.
#
# **Predict.** For each generator: at which $t$ is its curve highest? Which of the three tops
# is lowest?

# %%
T_GRID = np.linspace(0, 4, 81)
grid_x = np.linspace(-10, 14, 4_801)


def judged(t, m):
    """V(D_t, G_m) by integration; D_t has the logit log p - log q_t."""
    log_p = REAL.log_density(grid_x)
    logit = log_p - generated(t).log_density(grid_x)
    on_real, on_fake = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    p, q = np.exp(log_p), np.exp(generated(m).log_density(grid_x))
    return np.trapezoid(p * on_real + q * on_fake, grid_x)


judgments = {m: np.array([judged(t, m) for t in T_GRID]) for m in (1, 2, 3)}
envelope = np.array([2 * exact_js(generated(t)) - 2 * LOG_2 for t in T_GRID])

# %%
figures.curves(
    {
        **{f"generator at m = {m}": (T_GRID, V) for m, V in judgments.items()},
        "max over D: 2 JS − 2 log 2": (T_GRID, envelope),
    },
    colors={"max over D: 2 JS − 2 log 2": "exact"},
    xlabel="t, which discriminator D_t judges",
    ylabel="V(D_t, G)",
    ylim=(-2.6, 0),
    title="First the top of each curve, then the lowest of the tops: the generator at 1",
)

# %% [markdown]
# Each curve has its top at its own $m$: there $D_t$ is the best D for that generator. All
# tops lie on the curve $2\,\mathrm{JS} - 2\log 2$. The lowest belongs to the generator that
# is closest to the data.
#
# And if D stands still? $D_3$ gives the generator at 1 a value of −2.44: read as
# $2\,\mathrm{JS} - 2\log 2$, that would be a JS of −0.53. A generator at $-5$, far
# off on the other side, would please $G$ even more. One fixed D measures nothing. First the
# maximum, then the minimum, and after each step of G the maximum again. Lesson 03 is about
# that dance.

# %% tags=["claim"]
heights = {m: V.max() for m, V in judgments.items()}
for m, V in judgments.items():
    assert abs(T_GRID[V.argmax()] - m) < 1e-9
    assert abs(heights[m] - (2 * js[m] - 2 * LOG_2)) < 1e-6
assert min(heights, key=heights.get) == 1
assert abs(judged(3, 1) + 2.44) < 0.005 and abs(judged(3, 1) / 2 + LOG_2 + 0.53) < 0.005
assert judged(3, -5) < judged(3, 1)

# %% [markdown]
# ## 8 · The meter on pictures
#
# Digits, 8×8 pixels (UCI's, offline). How far are they from
#
# - **other real digits**: what should come out?
# - a **Gaussian** with their mean and covariance (lesson 01), and a **mixture** of ten;
# - the same digits, **blurred**;
# - the same digits with their pixels **shuffled**?
#
# **Predict.** Put the five in order.

# %%
from utils.data.digits import load

digits = load("uci")
pictures = np.concatenate([digits.train_pictures, digits.test_pictures])
pictures = pictures[np.random.default_rng(0).permutation(len(pictures))]
flat = pictures.reshape(len(pictures), -1)
real_digits, other_digits = flat[:896], flat[896:1792]

# %% [markdown]
# Real pixels have 17 levels and end at ±1. A D that sees one pixel of 0.3127 knows
# all. So we round what we make to the same levels: the meter is to see digits, not
# decimals.


# %%
from scipy.ndimage import gaussian_filter

from utils.models.density import DensityModel

rng = np.random.default_rng(0)
smooth = (other_digits + rng.uniform(-1 / 16, 1 / 16, other_digits.shape)).astype("f4")


def rounded(x):
    """The nearest of the 17 levels from -1 to 1."""
    return np.clip(np.round(8 * (x + 1)), 0, 16) / 8 - 1


one = DensityModel(64).fit_closed_form(smooth)
ten = DensityModel(64, components=10).start_from(smooth, seed=0)
ten.compile(keras.optimizers.Adam(3e-3))
ten.fit(smooth, batch_size=128, epochs=EPOCHS, verbose=0)

blurred = [gaussian_filter(x.reshape(8, 8), 0.7).ravel() for x in other_digits]
rivals = {
    "other digits": other_digits,
    "mixture of 10": rounded(ten.sample(len(other_digits), seed=0)),
    "Gaussian": rounded(one.sample(len(other_digits), seed=0)),
    "blurred": rounded(np.array(blurred)),
    "shuffled": rng.permuted(other_digits, axis=1),
}

# %%
figures.image_rows(
    {
        name: x[:10].reshape(-1, 8, 8, 1)
        for name, x in {"real digits": real_digits, **rivals}.items()
    },
    title="How far is each row from the first?",
)

# %% [markdown]
# An MLP D with dropout learns on 600 of each and reads on the 296 left over. Few
# pictures, so several seeds: each splits the digits anew.

# %%
from keras import layers


def picture_meter():
    """A meter for 64 pixels; dropout against learning by heart."""
    hidden = [(layers.Dense(128, "leaky_relu"), layers.Dropout(0.3)) for _ in range(2)]
    stack = [keras.Input((64,)), *hidden[0], *hidden[1], layers.Dense(1)]
    return DivergenceMeter(keras.Sequential(stack))


def picture_reading(meter, rival, seed):
    """The held-out reading between real digits and a rival, one split."""
    order = np.random.default_rng(seed).permutation(len(rival))
    learn, held_out = order[:600], order[600:]
    meter.learn(
        real_digits[learn],
        rival[learn],
        epochs=PICTURE_EPOCHS,
        batch_size=60,
        learning_rate=1e-3,
    )
    return meter.read(real_digits[held_out], rival[held_out]).value


pixels_meter = picture_meter()
picture_js = {
    name: np.array([picture_reading(pixels_meter, x, s) for s in range(PICTURE_SEEDS)])
    for name, x in rivals.items()
}

# %%
figures.bars(
    picture_js,
    ylabel="JS, lower bound (nats)",
    number_format=".2f",
    references={"log 2": LOG_2},
    title="Held-out readings between real digits and five rivals",
)

# %% [markdown]
# Against other real digits the meter reads 0, as it should, up to chance. The mixture of
# ten comes close, the single Gaussian less so: lesson 01 saw the same in its likelihood.
# Blurred digits look more like digits than a Gaussian's samples do, and yet D tells them
# apart much more easily, because *every one* of them is blurred. A discriminator does
# not see as we do. Shuffled pixels sit at $\log 2$.
#
# Each number is a lower bound, from 480 pictures: `learn` keeps a fifth of the 600 to choose
# the best D. With more of them D would read higher.

# %% tags=["claim"]
if current_scale() != "quick":
    means = [each.mean() for each in picture_js.values()]
    assert abs(means[0]) < 0.03 and means[-1] > 0.68
    assert means == sorted(means) and means[3] > 2 * means[2]

# %% [markdown]
# ## 9 · One missing mode
#
# Real data: $K$ equal heaps that do not touch. The generator makes $k$ of them, evenly,
# and misses the rest. What does the best D read? On a heap that both make, $p = 1/K$ and
# $q = 1/k$. On a missing heap $q = 0$.
#
# ### Exercise 2.4 · $k$ of $K$ modes (medium, 10 minutes)
#
# Derive JS in closed form, with the mixture $r = (p + q)/2$ on a heap that both make.
#
# <details><summary>Hint 1</summary>
# JS = ½ KL(p‖mixture) + ½ KL(q‖mixture), as sums over heaps. How many heaps are of each
# kind, and what is the mixture on a missing heap?
# </details>
# <details><summary>Hint 2</summary>
# KL(p‖mixture) = k · p log(p/r) + (K − k) · p log 2, because the mixture is p/2 on a
# missing heap. KL(q‖mixture) = k · q log(q/r) = log(q/r).
# </details>


# %% tags=["exercise"]
# Exercise 2.4: k of K modes
def js_of_modes(k, K):
    """JS in nats between K equal heaps and an even generator on k of them."""
    # BEGIN SOLUTION
    p, q = 1 / K, 1 / k
    r = (p + q) / 2
    on_real = k * p * np.log(p / r) + (K - k) * p * np.log(2)
    return (on_real + np.log(q / r)) / 2
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.js_of_modes(js_of_modes)

# %% [markdown]
# The same numbers without the formula: heaps that do not touch are just a list of
# probabilities.
#
# **Predict.** 24 of 25 heaps. How much of $\log 2$ is left?


# %%
def heaps(k, K):
    """K equal probabilities, and k equal ones padded with zeros."""
    return np.full(K, 1 / K), np.r_[np.full(k, 1 / k), np.zeros(K - k)]


modes_js = {K: [js_divergence(*heaps(k, K)) for k in range(1, K + 1)] for K in (8, 25)}
figures.curves(
    {f"{K} modes": (np.arange(1, K + 1) / K, y) for K, y in modes_js.items()},
    xlabel="share of the modes that the generator makes",
    ylabel="JS (nats)",
    references={"log 2": LOG_2},
    markers=True,
    title=f"24 of 25 modes: JS is {modes_js[25][23]:.3f}, all but nothing",
)

# %% tags=["claim"]
for K, expected in {
    8: {1: 0.49693, 2: 0.38040, 4: 0.21576, 6: 0.09560, 7: 0.04541, 8: 0.0},
    25: {1: 0.60837, 5: 0.42281, 12: 0.22688, 20: 0.07488, 24: 0.01407},
}.items():
    for k, number in expected.items():
        assert abs(modes_js[K][k - 1] - number) < 6e-6

# %% [markdown]
# The two curves lie on each other: only the share $k/K$ counts. A generator that misses a
# whole mode of 25 is 0.014 away, of 0.693. Three things follow.
#
# - **D is nearly undecided.** On the 24 heaps that G makes, the best D says
#   $\frac{1/25}{1/25 + 1/24} = 0.4898$, everywhere the same. Flat: G feels no push.
# - **One batch hardly sees it.** About five of 128 real points lie in the hole: even the best
#   D reads 0.014 ± 0.006.
# - **D has to find it first.** It learns from samples, and only every 25th is a clue.
#
# Two meters on the grid of 25 with one heap left out, the hole near the middle: one learns
# from 1 000 samples of each kind, the other from 10 000.

# %%
from utils.data import mixtures

MISSING = 7
whole = mixtures.grid()
holed = mixtures.GaussianMixture(np.delete(whole.means, MISSING, axis=0), whole.std)


def hole_reading(n):
    """The held-out reading of a meter that learned from n samples of each kind."""
    meter = DivergenceMeter(mlp(2, 1, (64, 64)))
    meter.learn(
        whole.sample(n, 0),
        holed.sample(n, 1),
        epochs=3 * EPOCHS // 2,
        patience=2 * EPOCHS,
        learning_rate=0.01,
    )
    return meter.read(whole.sample(5_000, 2), holed.sample(5_000, 3))


hole = {n: hole_reading(n) for n in (1_000, 10_000)}
for n, r in hole.items():
    print(f"learned from {n:,}: JS = {r.value:.4f} ± {r.standard_error:.4f}")
print(f"exact: {modes_js[25][23]:.4f}")

# %% [markdown]
# From 1 000 samples D does not find the hole: 40 of them lie in it, and what D gains there
# it loses to chance elsewhere. From 10 000 it reads nearly all of the 0.014. A batch has
# 128. A missing mode is the hardest thing to see with this meter. Lesson 03 counts the
# modes instead, and shows what brings them back.

# %% tags=["claim"]
noise_of_batch = 0.5 * np.sqrt(0.04 * 0.96) * np.log(2) / np.sqrt(128)
assert abs(noise_of_batch - 0.006) < 5e-4
if current_scale() != "quick":
    assert hole[1_000].value < 0.005 < 0.01 < hole[10_000].value < 0.018

# %% [markdown]
# ### Exercise 2.5 · Make D over-read, and notice it (open, 15 minutes)
#
# Write two functions.
#
# - `over_reader(real, fake)` gets two samples `(50, 20)` of one and the same distribution.
#   It returns a discriminator, a function from points to logits, that reads more than
#   **0.5** nats on them.
# - `noticed(D, real, fake, new_real, new_fake)` gets *some* discriminator, the samples that
#   it has learned from, and new ones. It says `True` if D over-reads, and `False` if
#   D may be trusted. D over-reads if it reads more than 0.1 nats less on new samples. The
#   answer has to be right for honest D's as well, small divergence or large.
#
# <details><summary>Hint 1</summary>
# Section 4 has done the first. For the second: a high reading is not suspicious. Which
# two readings of an honest D agree?
# </details>
# <details><summary>Hint 2</summary>
# <code>meter.learn(real, fake, epochs=40, batch_size=10, validation_share=0)</code>, then
# <code>return meter.score</code>. And: take the reading on own samples minus the reading on
# new ones.
# </details>


# %% tags=["exercise"]
# Exercise 2.5: make D over-read, and notice it
def over_reader(real, fake):
    """A discriminator, points (n, 20) -> logits (n, 1), that over-reads on these."""
    # BEGIN SOLUTION
    meter = DivergenceMeter(mlp(20, 1, (128, 128)))
    meter.learn(real, fake, epochs=NOISE_EPOCHS, validation_share=0, batch_size=10)
    return meter.score
    # END SOLUTION


def noticed(discriminator, real, fake, new_real, new_fake):
    """Whether this discriminator reads more on its own samples than it should."""
    # BEGIN SOLUTION
    own = js_from_logits(discriminator(real), discriminator(fake))
    new = js_from_logits(discriminator(new_real), discriminator(new_fake))
    return bool(own - new > 0.1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.over_reading(over_reader, noticed)

# %% [markdown]
# ## 10 · Measured here, published, source
#
# The meter over five seeds, `benchmarks/meter.py` redoes the table.

# %%
from utils.course.results import load_results

measured = load_results("meter")


def spread(seeds):
    """Mean and standard error over the seeds."""
    error = np.std(seeds, ddof=1) / np.sqrt(len(seeds))
    return f"{np.mean(seeds):.4f} ± {error:.4f}"


table(
    [
        (row["shift"], f"{row['exact']:.4f}", spread(row["readings"]))
        for row in measured["js"]
    ],
    ("m", "exact JS", "held-out reading"),
    caption=f"Mean and standard error, {measured['settings']}",
)

# %% tags=["claim"]
for row in measured["js"]:
    seeds = np.array(row["readings"])
    error = seeds.std(ddof=1) / np.sqrt(len(seeds))
    assert abs(seeds.mean() - row["exact"]) <= 2 * error + 1e-12
    assert seeds.max() <= LOG_2 and max(row["curve_errors"]) <= 0.05
for row in measured["f_divergences"]:
    if row["name"] != "pearson":
        assert abs(np.mean(row["readings"]) / row["exact"] - 1) < 0.05

# %% [markdown]
# What this notebook measured a moment ago, beside what is known.

# %%
gaussian_w1, scipy_w1 = distances[SHOWN]
table(
    [
        (
            "JS, N(0, 1) against N(2, 1)",
            f"{readings[2].value:.4f} ± {readings[2].standard_error:.4f}",
            "0.3368",
            "exact",
        ),
        (
            "KL, N(0, 1) against N(1, 1)",
            f"{f_readings['kl'].value:.3f} ± {f_readings['kl'].standard_error:.3f}",
            "0.5",
            "exact",
        ),
        (
            "squared Hellinger, the same",
            f"{f_readings['squared-hellinger'].value:.3f}",
            "0.2350",
            "exact",
        ),
        (
            "W₁, N(0, 1) against N(2, 1)",
            f"{gaussian_w1.value:.3f}",
            f"2 (these samples: {scipy_w1:.3f})",
            "exact; SciPy",
        ),
        (
            "JS of the same noise, own points",
            f"{on_own:.3f}",
            "0; at most 0.693",
            "exact",
        ),
        (
            "JS, other real digits",
            f"{picture_js['other digits'].mean():.3f}",
            "0",
            "exact",
        ),
        (
            "JS, one of 25 modes missing (n = 10 000)",
            f"{hole[10_000].value:.4f} ± {hole[10_000].standard_error:.4f}",
            "0.0141",
            "exact",
        ),
        (
            "V where D is undecided",
            f"{value(0 * real, 0 * fake):.4f}",
            "−1.3863 (−2 log 2)",
            "Goodfellow et al. 2014",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% [markdown]
# ## What to read next
#
# - Goodfellow et al. (2014), *Generative adversarial nets*: section 4 is our sections 2 and 3.
# - Nowozin, Cseke and Tomioka (2016), *f-GAN*: the table of conjugates and activations.
# - Arjovsky, Chintala and Bottou (2017), *Wasserstein GAN*: example 1 is our two intervals.
# - Gulrajani et al. (2017), *Improved training of Wasserstein GANs*: the gradient penalty.
# - Belghazi et al. (2018), *Mutual information neural estimation*: the same meter at work
#   on another question.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | discriminator | tells real from generated samples; read right, a meter | 判别器 |
# | value function | V(D, G), which D raises | 价值函数 |
# | cross-entropy | a classifier's loss; −V/2 for D | 交叉熵 |
# | optimal discriminator | p/(p + q) | 最优判别器 |
# | density ratio | p/q; its log is the best logit | 密度比 |
# | Jensen–Shannon divergence | log 2 + V(D*)/2 | JS 散度 |
# | lower bound | what any D reads, up to chance | 下界 |
# | held-out data | samples that D has not learned from | 留出数据 |
# | overfitting | learning the samples by heart | 过拟合 |
# | standard error | how far chance moves a mean | 标准误差 |
# | support | where a distribution has any mass | 支撑集 |
# | f-divergence | a divergence made of a convex f | f 散度 |
# | convex conjugate | f*(t), where the line of slope t starts | 凸共轭 |
# | critic | a network whose score is not a probability | 评论家网络 |
# | Wasserstein distance | how far mass has to be carried | 瓦瑟斯坦距离 |
# | Lipschitz condition | no slope steeper than 1 | 利普希茨条件 |
# | minimax | first the maximum over D, then the minimum over G | 极小极大 |

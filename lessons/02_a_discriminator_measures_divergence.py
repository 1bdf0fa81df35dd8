# ---
# title: A discriminator measures divergence
# claim: Train a classifier to tell two sets of samples apart, and its loss tells how
#   far the two distributions are from each other.
# needs: Keras; logistic regression; what KL is (lesson 01)
# topics:
#   8: "1 · One number for two sets of samples"
#   9: "2 · The best discriminator, one $x$ at a time"
#   10: "3 · What the best discriminator reads"
#   12: "6 · Three generators, one choice"
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
# - say why a Wasserstein critic goes on measuring where JS has reached its end.
#
# **Minutes:** {minutes}. **You need:** Keras, logistic regression, and what KL is (lesson 01).
# Notebook 02b goes on where this one stops: how much D over-reads, and meters for other
# divergences.
#
# Three words first. A **generator** $G$ makes samples. A **discriminator** $D$ tells real
# samples from generated ones. A **GAN** (generative adversarial network, lesson 03) trains
# the two against each other; here $G$ stands still, and we look at $D$. A *divergence* is 0
# if two distributions are the same, and above 0 if they are not. JS is at most
# $\log 2 \approx 0.693$. All logs are natural: the unit is the nat.

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(2))
LOG_2 = np.log(2)

# %% [markdown]
# One cell holds every number that takes time. `COURSE_SCALE` chooses the column: `quick` is a
# smoke test, `laptop` is what the text describes, `full` takes more seeds and more data.
# `COURSE_SEED=1` draws all random numbers anew.

# %% tags=["parameters"]
N = scale(quick=200, laptop=10_000, full=100_000)
EPOCHS = scale(quick=1, laptop=20, full=40)
SHIFTS = scale(
    quick=(0, 2, 6), laptop=(0, 0.5, 1, 2, 3, 4, 6), full=(0, 0.5, 1, 2, 3, 4, 6)
)
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


real = REAL.sample(1_000, seed=seed(0))
fake = generated(2).sample(1_000, seed=seed(1))

# %% [markdown]
# A discriminator looks at a number $x$ and returns $D(x)$, how probable it is that $x$ is
# real. The **value** of the game scores it:
#
# $$V(D, G) = \mathbb E_{x \sim p}\,[\log D(x)] + \mathbb E_{x \sim q}\,[\log(1 - D(x))].$$
#
# Here are three discriminators, given by their logits $\ell$: $D = 1/(1 + e^{-\ell})$, the
# sigmoid. Then $-\log D = \log(1 + e^{-\ell})$. The function $\log(1 + e^\ell)$ has a name,
# **softplus**, and Keras computes it without overflow: $\log D = -\mathrm{softplus}(-\ell)$ and
# $\log(1 - D) = -\mathrm{softplus}(\ell)$.

# %%
DISCRIMINATORS = {
    "undecided": lambda x: 0 * x,
    "gentle": lambda x: 2 - 2 * x,
    "steep": lambda x: 20 - 20 * x,
}


def value(real_logits, fake_logits):
    """V(D, G) from logits."""
    on_real = -ops.mean(ops.softplus(-real_logits))
    on_fake = -ops.mean(ops.softplus(fake_logits))
    return float(on_real + on_fake)


# %% [markdown]
# **Predict.** Two of them draw the line at $x = 1$, where they should; one has no opinion.
# Which one has the highest value, and which the lowest?

# %%
values = {name: value(D(real), D(fake)) for name, D in DISCRIMINATORS.items()}
for name, V in values.items():
    print(f"{name:14} V = {V:.3f}")

# %% jupyter={"source_hidden": true}
x = np.linspace(-4, 6, 400)
figures.curves(
    {name: (x, 1 / (1 + np.exp(-D(x)))) for name, D in DISCRIMINATORS.items()},
    xlabel="x",
    ylabel="D(x), probability that x is real",
    title="Three discriminators for real data at 0 and generated data at 2",
)

# %% [markdown]
# The gentle one wins. The undecided one has $2\log\frac12 = -2\log 2 = -1.386$. The steep
# one is worse than no opinion at all: where the two densities overlap it is often
# wrong, and it is always sure. $V$ punishes false certainty.

# %% tags=["claim"]
assert np.isclose(values["undecided"], -2 * LOG_2)
assert values["steep"] < values["undecided"] < values["gentle"] < 0

# %% [markdown]
# $V$ is nothing new. Give real examples the label 1 and generated ones the label 0; the
# mean binary cross-entropy over both halves is $-V/2$. So a higher value is a
# lower classification loss: **training D to raise $V$ is training a classifier.**

# %%
labels = np.concatenate([np.ones((1_000, 1)), np.zeros((1_000, 1))])
logits = DISCRIMINATORS["gentle"](np.concatenate([real, fake]))
cross_entropy = float(keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits))
print(f"V = {values['gentle']:.6f}, −2 × cross-entropy = {-2 * cross_entropy:.6f}")

# %% tags=["claim"]
assert np.isclose(values["gentle"], -2 * cross_entropy, rtol=1e-6)

# %% [markdown]
# > **What we know now.** $V$ is a classifier's score: −2 times its cross-entropy. It is
# > $-2\log 2$ for a D without an opinion, and lower for one that is sure and wrong.
#
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

# %% jupyter={"source_hidden": true}
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
# only one. Drag $a$ and $b$, the densities of real and generated examples at this $x$, and
# watch the top move.


# %% jupyter={"source_hidden": true}
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
# logit $\ell(x) = \log p(x) - \log q(x)$. **The best logit is the log of the density ratio.** A
# discriminator learns how many times more often a point is real than generated, without knowing
# either density.
#
# > **What we know now.** The best D at each $x$ is $p/(p + q)$; its logit is
# > $\log p - \log q$.
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
# In each of the two means $\log\frac{p}{2r} = \log\frac pr - \log 2$. Take the two $-\log 2$ out
# in front; what is left are two KL divergences to the mixture:
#
# $$V(D^*) = -2\log 2 + \mathrm{KL}(p\,\|\,r) + \mathrm{KL}(q\,\|\,r)
# = 2\,\mathrm{JS}(p, q) - 2\log 2 .$$
#
# We test it with numbers: the left side by the integral of section 2 with $D^*$ put in, the
# right side by the definition of JS. The two computations share nothing but the densities.

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
best_values = {m: value_of_best(generated(m)) for m in MISSES}
js = {m: exact_js(generated(m)) for m in (0, *MISSES)}

# %% jupyter={"source_hidden": true}
figures.table(
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
# From here on we use the course's own `js_from_logits`, the same formula.
#
# > **What we know now.** $V(D^*) = 2\,\mathrm{JS} - 2\log 2$. Read as JS, any D gives
# > $\log 2 + V/2$: at most the truth, as long as the means are exact.

# %% jupyter={"source_hidden": true}
from utils.course.show import show_code
from utils.measures.divergences import js_from_logits

show_code(js_from_logits)

# %% [markdown]
# ## 4 · A trained discriminator as a meter
#
# Nobody knows $p$ and $q$ of real pictures. But samples are enough: train a network D to raise
# $V$, that is, to classify, then read $\log 2 + V/2$. In Keras that is a classifier and one
# subtraction. Section 1 said that the mean cross-entropy is $-V/2$, so the reading is
# **$\log 2$ minus the cross-entropy**. Here is a whole meter. It learns from `N` samples of each
# kind and reads on as many *new* ones.
#
# **Predict.** $m = 2$; the exact JS is 0.337. How near will it come?

# %%
from utils.networks.mlp import mlp


def labeled(first):
    """N real and N generated numbers, shuffled, with the labels 1 and 0."""
    x = np.concatenate(
        [REAL.sample(N, seed(first)), generated(2).sample(N, seed(first + 1))]
    )
    labels = np.repeat([[1.0], [0.0]], N, axis=0)
    order = np.random.default_rng(seed(first)).permutation(2 * N)
    return x[order], labels[order]


classifier = mlp(1, 1, (32, 32))
classifier.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
classifier.fit(*labeled(10), batch_size=500, epochs=EPOCHS, verbose=0)
by_hand = LOG_2 - classifier.evaluate(*labeled(20), batch_size=500, verbose=0)
print(f"read by hand: JS = {by_hand:.4f}, exact {js[2]:.4f}")

# %% [markdown]
# The course's `DivergenceMeter` does the same. Its loss is minus the reading. `learn` trains it
# on four fifths of the samples and, after each pass, reads on the last fifth. It keeps the D
# that reads most there, and stops when there is no better one for `patience` passes. `read`
# gives the reading and its standard error, since it is a mean over samples. (In the code,
# `variational_bound` is the reading. The lines below it are for the critic of section 5.)

# %% jupyter={"source_hidden": true}
from utils.models.meter import DivergenceMeter

show_code(DivergenceMeter.compute_loss)

# %% [markdown]
# **Predict.** We measure at seven distances $m$ from 0 to 6. Where will the error bar be
# largest?

# %%
meter = DivergenceMeter(mlp(1, 1, (32, 32)), "js")


def measure(meter, q):
    """Trains the meter on N samples of p and of q; reads on N new ones of each."""
    learn = REAL.sample(N, seed(1)), q.sample(N, seed(2))
    new = REAL.sample(N, seed(3)), q.sample(N, seed(4))
    meter.learn(*learn, epochs=EPOCHS, batch_size=min(500, N))
    return meter.read(*new)


def written(reading, digits=4):
    """A reading with its error bar, or that D never left its undecided start."""
    if reading.standard_error == 0:
        return "0 (D undecided)"
    return f"{reading.value:.{digits}f} ± {reading.standard_error:.{digits}f}"


# %%
readings, learned = {}, {}
line = np.linspace(-5, 9, 281)
for m in SHIFTS:
    readings[m] = measure(meter, generated(m))
    learned[m] = 1 / (1 + np.exp(-meter.scores(line)))

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (m, f"{js[m]:.4f}", written(r), f"{r.value - js[m]:+z.4f}".replace("-", "−"))
        for m, r in readings.items()
    ],
    ("m", "exact JS", "D reads (held out)", "error"),
    caption=f"N(0, 1) against N(m, 1), {N:,} samples of each to read on",
)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "measured": (
            np.array(list(readings)),
            np.array([r.value for r in readings.values()]),
        ),
        "exact": (np.array(list(js)), np.array(list(js.values()))),
    },
    xlabel="m, distance of the two means (standard deviations)",
    ylabel="JS (nats)",
    references={"log 2": LOG_2},
    markers=True,
    title="A trained discriminator reads the Jensen–Shannon divergence",
)

# %% [markdown]
# Every error is within three standard errors plus 0.002, and nobody told D a density. The error
# bar itself is largest around $m = 2$: there some samples are clear cases and others are not, so
# their logarithms differ most. At $m = 0$ there is nothing to see. There D may never leave its
# undecided start: the meter then reads exactly 0.
#
# **What the error bar does not know.** It is the chance of the mean only: how much the reading
# of *this* D would move on other new samples. It does not know how far this D is from the best
# D. A D that is undecided reads 0 with error bar 0, whatever the truth. Here D has come
# near the best one: its curve for one $m$, beside $p/(p + q)$.

# %% jupyter={"source_hidden": true}
SHOWN = 2
figures.two_players_1d(
    REAL.sample(80, seed=seed(0)),
    generated(SHOWN).sample(80, seed=seed(1)),
    learned[SHOWN],
    densities=(
        lambda x: np.exp(REAL.log_density(x)),
        lambda x: np.exp(generated(SHOWN).log_density(x)),
    ),
    bounds=(-5, 9),
    title="D is near p/(p + q) where there are data",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert abs(by_hand - js[2]) < 0.02
    errors = {m: reading.standard_error for m, reading in readings.items()}
    assert max(errors, key=errors.get) in (1, 2, 3)
    for m, reading in readings.items():
        assert abs(reading.value - js[m]) < 3 * reading.standard_error + 0.002
        assert reading.value <= LOG_2
        log_p, log_q = REAL.log_density(line), generated(m).log_density(line)
        seen = (log_p > np.log(0.01)) & (log_q > np.log(0.01))
        best = 1 / (1 + np.exp(log_q - log_p))
        assert not seen.any() or abs(learned[m] - best)[seen].max() < 0.15
    assert readings[0].value < 0.002

# %% [markdown]
# ### Too small a D reads low
#
# Now the same mean, another width: $N(0, 1)$ against $N(0, 2^2)$, exact JS 0.0927. The
# best logit $\log p - \log q$ is a parabola.
#
# **Predict.** What will a D without a hidden layer read? Its logit is a straight line.

# %%
WIDE = gaussian(0.0, 2.0)
sizes = {"no hidden layer": (), "2 units": (2,), "32 + 32 units": (32, 32)}
by_size = {
    name: measure(DivergenceMeter(mlp(1, 1, hidden)), WIDE)
    for name, hidden in sizes.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [(name, written(reading)) for name, reading in by_size.items()],
    ("discriminator", "reads (nats)"),
    caption=f"A discriminator measures what it can see; exact JS: {exact_js(WIDE):.4f}",
)

# %% [markdown]
# Without a hidden layer D sees no difference at all, and its error bar does not say so. So
# what a D reads is a **lower bound**: "the two distributions are *at least* this far apart". (It
# holds for exact means. A mean over samples may pass the truth by its standard error.)
# A generator that is trained against a weak D may stop while it is still far away (lesson 03,
# section 5).

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
# JS is 0: the labels are pure noise. We hold nothing back (`validation_share=0`), so `learn`
# trains to the last pass.
#
# **Predict.** What does D read on the points it has learned? And on new ones?

# %%
NOISE = gaussian(np.zeros(20), 1.0)
own = NOISE.sample(50, seed=seed(1)), NOISE.sample(50, seed=seed(2))
new = NOISE.sample(1_000, seed=seed(3)), NOISE.sample(1_000, seed=seed(4))
memorizer = DivergenceMeter(mlp(20, 1, (128, 128)))
memorizer.learn(*own, epochs=NOISE_EPOCHS, validation_share=0, batch_size=10)
on_own, on_new = memorizer.read(*own).value, memorizer.read(*new).value
print(f"on its own points: JS = {on_own:.3f} (log 2 = {LOG_2:.3f})")
print(f"on new points:     JS = {on_new:.2f}".replace("-", "−"))

# %% [markdown]
# On its own points D is certain: it reads nearly $\log 2$, the largest divergence there is,
# between two samples of one distribution. It has learned the points by heart. On new
# points the same certainty is wrong half the time, and the reading falls far below 0.
# **Read on data that D has not seen, or do not read at all.**
#
# How does one notice this without knowing the truth? By exactly this pair of numbers. An honest
# D reads the same on its own samples and on new ones, up to chance; one that has learned its
# samples by heart reads much more on its own. (Notebook 02b measures the gap, and has an
# exercise on it.)
#
# > **What we know now.** A trained D reads JS from samples, with an error bar for chance. Too
# > small a D reads low; an over-trained one reads high, on its own data.

# %% tags=["claim"]
if current_scale() != "quick":
    assert 0.6 < on_own <= LOG_2 and on_new < 0

# %% [markdown]
# ## 5 · Where the meter sticks
#
# Take two intervals of length 1, a distance $d$ apart. They overlap on $1 - d$, and
# JS $= d\log 2$. From $d = 1$ on they do not meet, and JS is $\log 2$, at $d = 1$ as at
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
# What would be a better ruler? The **Wasserstein distance** $W_1$: how far one has to carry the
# mass of $p$, on average, so that it becomes $q$. For our intervals that is $d$. It has no
# upper end. A theorem by Kantorovich and Rubinstein says how a network can measure it too:
#
# $$W_1(p, q) = \max_{|\nabla v| \,\le\, 1}\; \mathbb E_p[v] - \mathbb E_q[v] .$$
#
# The network $v$ is called a **critic**: its score is any number, not a probability. It must not
# be steeper than 1, up or down. In training, the **gradient penalty**
# $\lambda\,(\|\nabla v\| - 1)^2$ pulls the slope toward 1, but does not hold it exactly. So
# our meter looks for the steepest slope on many points, and divides by it. If it has found the
# steepest, the reading is a lower bound again; a steeper one between the points it would miss.

# %% jupyter={"source_hidden": true}
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
# Now with networks, on our two Gaussians. SciPy gives $W_1$ of two samples on a line exactly.
#
# **Predict.** From $m = 4$ to $m = 6$, how much does each meter move? (About 10 seconds.)

# %%
from scipy.stats import wasserstein_distance

critic = DivergenceMeter(mlp(1, 1, (32,)), "wasserstein", penalty=10.0)
distances = {}
for m in SHIFTS:
    reading = measure(critic, generated(m))
    samples = REAL.sample(N, seed(3))[:, 0], generated(m).sample(N, seed(4))[:, 0]
    distances[m] = reading, wasserstein_distance(*samples)

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (m, f"{readings[m].value:.3f}", f"{reading.value:.3f}", f"{exact:.3f}")
        for m, (reading, exact) in distances.items()
    ],
    ("m", "JS by D", "W₁ by a critic", "W₁ by SciPy"),
    caption="Far apart, JS hardly moves, and W₁ moves as much as the mean",
)

# %% [markdown]
# From 4 to 6 the exact JS gains 0.06 and $W_1$ gains 2; from there to infinity JS gains 0.004.
# A generator that follows the *slope* of JS gets almost nothing there. $W_1 = |m|$ has slope 1
# wherever $m > 0$. That is why Wasserstein GANs train when the supports, the places where each
# distribution has any probability, do not meet (Arjovsky et al. 2017).
#
# > **What we know now.** JS ends at $\log 2$, and its slope fades long before. $W_1$ goes on; a
# > critic with bounded slope measures it.

# %% tags=["claim"]
if current_scale() != "quick":
    for reading, exact in distances.values():
        assert abs(reading.value - exact) < 0.05 + 0.05 * exact
assert js[6] - js[4] < 0.06 and LOG_2 - js[6] < 0.004

# %% [markdown]
# ## 6 · Three generators, one choice
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

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        **{f"generator at {m}": (T_GRID, V) for m, V in judgments.items()},
        "max over D: 2 JS − 2 log 2": (T_GRID, envelope),
    },
    colors={"max over D: 2 JS − 2 log 2": "exact"},
    xlabel="t: the discriminator is the best one against a generator at t",
    ylabel="value of the game (nats)",
    ylim=(-2.6, 0),
    title="The value of three generators, judged by every discriminator of the family",
)

# %% [markdown]
# Each curve has its top at its own $m$: there $D_t$ is the best D for that generator. All
# tops lie on the curve $2\,\mathrm{JS} - 2\log 2$. The lowest belongs to the generator that
# is closest to the data.
#
# And if D stands still? $D_3$ gives the generator at 1 a value of −2.44: read as
# $2\,\mathrm{JS} - 2\log 2$, that would be a JS of −0.53. A generator at $-5$, far off on the
# other side, would have an even lower value. One fixed D measures nothing. First the maximum,
# then the minimum, and after each step of G the maximum again: that is lesson 03.
#
# > **What we know now.** The best of several generators is the one whose *best* D has the
# > lowest value. Judged by one fixed D, a worse generator may seem better.

# %% tags=["claim"]
heights = {m: V.max() for m, V in judgments.items()}
for m, V in judgments.items():
    assert abs(T_GRID[V.argmax()] - m) < 1e-9
    assert abs(heights[m] - (2 * js[m] - 2 * LOG_2)) < 1e-6
assert min(heights, key=heights.get) == 1
assert abs(judged(3, 1) + 2.44) < 0.005 and abs(judged(3, 1) / 2 + LOG_2 + 0.53) < 0.005
assert judged(3, -5) < judged(3, 1)

# %% [markdown]
# ## 7 · The meter on pictures
#
# Digits, 8×8 pixels (UCI's, offline). How far are they from
#
# - **other real digits**: what should come out?
# - a **Gaussian** with their mean and covariance (lesson 01), and a **mixture** of ten
#   Gaussians;
# - the same digits, **blurred**;
# - the same digits with their pixels **shuffled**?
#
# **Predict.** Put the five in order.

# %%
from utils.data.digits import load

digits = load("uci")
pictures = np.concatenate([digits.train_pictures, digits.test_pictures])
pictures = pictures[np.random.default_rng(seed(0)).permutation(len(pictures))]
flat = pictures.reshape(len(pictures), -1)
real_digits, other_digits = flat[:896], flat[896:1792]

# %% [markdown]
# Real pixels take 17 values between −1 and 1. A D that found one pixel of 0.3127 would know at
# once that the picture is not real. So we round what we make to the same 17 values: D should
# look at the digits, not at decimals.


# %%
from scipy.ndimage import gaussian_filter

from utils.models.density import DensityModel

rng = np.random.default_rng(seed(0))
smooth = (other_digits + rng.uniform(-1 / 16, 1 / 16, other_digits.shape)).astype("f4")


def rounded(x):
    """The nearest of the 17 levels from -1 to 1."""
    return np.clip(np.round(8 * (x + 1)), 0, 16) / 8 - 1


one = DensityModel(64).fit_closed_form(smooth)
ten = DensityModel(64, components=10).start_from(smooth, seed=seed(0))
ten.compile(keras.optimizers.Adam(3e-3))
ten.fit(smooth, batch_size=128, epochs=EPOCHS, verbose=0)

blurred = [gaussian_filter(x.reshape(8, 8), 0.7).ravel() for x in other_digits]
rivals = {
    "other digits": other_digits,
    "mixture of 10": rounded(ten.sample(len(other_digits), seed=seed(0))),
    "Gaussian": rounded(one.sample(len(other_digits), seed=seed(0))),
    "blurred": rounded(np.array(blurred)),
    "shuffled": rng.permuted(other_digits, axis=1),
}

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {
        name: x[:10].reshape(-1, 8, 8, 1)
        for name, x in {"real digits": real_digits, **rivals}.items()
    },
    title="How far is each row from the first?",
)

# %% [markdown]
# An MLP learns on 600 pictures of each and reads on the 296 left over. (Dropout switches off
# three tenths of the units at random in each step: it makes learning by heart harder.) Few
# pictures, so several seeds: each splits the digits anew. (About 25 seconds.)


# %%
from keras import layers


def picture_meter():
    """A meter for 64 pixels; dropout against learning by heart."""
    hidden = [(layers.Dense(128, "leaky_relu"), layers.Dropout(0.3)) for _ in range(2)]
    stack = [keras.Input((64,)), *hidden[0], *hidden[1], layers.Dense(1)]
    return DivergenceMeter(keras.Sequential(stack))


def picture_readings(meter, rival, split, n=600):
    """What D reads on new pictures, and on the n of each kind it has learned from."""
    order = np.random.default_rng(seed(split)).permutation(len(rival))
    learn, held_out = order[:n], order[600:]
    meter.learn(
        real_digits[learn],
        rival[learn],
        epochs=PICTURE_EPOCHS,
        batch_size=60,
        learning_rate=1e-3,
    )
    return [meter.read(real_digits[i], rival[i]).value for i in (held_out, learn)]


pixels_meter = picture_meter()
readings_of = {
    name: np.array([picture_readings(pixels_meter, x, k) for k in range(PICTURE_SEEDS)])
    for name, x in rivals.items()
}
picture_js = {name: both[:, 0] for name, both in readings_of.items()}

# %% jupyter={"source_hidden": true}
figures.bars(
    picture_js,
    ylabel="JS, lower bound (nats)",
    number_format="z.2f",
    references={"log 2": LOG_2},
    title="Held-out readings; each dot is one split of the digits",
)

# %% [markdown]
# Against other real digits the meter reads 0, as it should, up to chance. The mixture of ten
# comes close, the single Gaussian less so: lesson 01 saw the same in its likelihood. We at least
# would say that blurred digits look more like digits than a Gaussian's samples do, and yet D
# tells them apart much more easily, because *every one* of them is blurred. A discriminator
# does not see as we do. Shuffled pixels come near $\log 2$.
#
# **How far below the truth is such a bound?** Nobody knows the exact JS of pictures. But one can
# see whether the reading still grows: give D an eighth of the 600 pictures, a quarter, half,
# all, and look at what it reads on new pictures and on its own. Here for the single Gaussian.
#
# **Predict.** Does the reading settle before all 600 are used? (About 10 seconds.)

# %%
LEARNED = np.array([75, 150, 300, 600])


def growing(split):
    """The readings on new and on own pictures for each n; those for 600 are there."""
    smaller = [
        picture_readings(pixels_meter, rivals["Gaussian"], split, n)
        for n in LEARNED[:-1]
    ]
    return [*smaller, readings_of["Gaussian"][split]]


growth = np.array([growing(split) for split in range(PICTURE_SEEDS)])

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "read on new pictures": (LEARNED, growth[:, :, 0]),
        "read on its own pictures": (LEARNED, growth[:, :, 1]),
    },
    xlabel="pictures of each kind that D has learned from",
    ylabel="JS (nats), mean ± std of the splits",
    markers=True,
    title="A discriminator that has learned from more pictures reads more",
)

# %% [markdown]
# It does not. With 75 pictures D hardly leaves its undecided start; with every doubling from
# 150 on the held-out reading grows, up to the last. So the truth most likely lies higher, by
# how much nobody can tell from here. Where a larger D and twice the data no longer raise the
# held-out reading, one may believe it. What D reads on its own pictures is higher, but that is
# no upper bound: it grows too.
#
# > **What we know now.** On pictures a reading is a lower bound with an unknown gap. Compare
# > readings of the same D with the same data, as in the bars above.

# %% tags=["claim"]
if current_scale() != "quick":
    means = [np.mean(each) for each in picture_js.values()]
    assert abs(means[0]) < 0.03 and means[-1] > 0.66
    assert means == sorted(means) and means[3] > 2 * means[2]
    on_new_pictures, on_own_pictures = growth.mean(axis=0).T
    assert np.all(on_own_pictures > on_new_pictures)
    assert on_new_pictures[3] > on_new_pictures[2] > on_new_pictures[1]
    assert on_new_pictures[0] < 0.1 and on_own_pictures[3] > on_own_pictures[1]

# %% [markdown]
# ## 8 · One missing mode
#
# Real data: $K$ equal **modes**, clusters that do not touch. The generator makes $k$ of them,
# evenly, and misses the rest. What does the best D read? On a mode that both make, $p = 1/K$
# and $q = 1/k$. On a missing mode $q = 0$.
#
# ### Exercise 2.3 · $k$ of $K$ modes (medium, 10 minutes)
#
# Derive JS in closed form, with the mixture $r = (p + q)/2$ on a mode that both make.
#
# <details><summary>Hint 1</summary>
# JS = ½ KL(p‖mixture) + ½ KL(q‖mixture), as sums over modes. How many modes are of each
# kind, and what is the mixture on a missing mode?
# </details>
# <details><summary>Hint 2</summary>
# KL(p‖mixture) = k · p log(p/r) + (K − k) · p log 2, because the mixture is p/2 on a
# missing mode. KL(q‖mixture) = k · q log(q/r) = log(q/r).
# </details>


# %% tags=["exercise"]
# Exercise 2.3: k of K modes
def js_of_modes(k, K):
    """JS in nats between K equal modes and an even generator on k of them."""
    # BEGIN SOLUTION
    p, q = 1 / K, 1 / k
    r = (p + q) / 2
    on_real = k * p * np.log(p / r) + (K - k) * p * np.log(2)
    return (on_real + np.log(q / r)) / 2
    # END SOLUTION


# %% tags=["check"]
checks.lesson02.js_of_modes(js_of_modes)

# %% [markdown]
# The same numbers without the formula: modes that do not touch are just a list of
# probabilities.
#
# **Predict.** 24 of 25 modes. How much of $\log 2$ is left?


# %%
def modes(k, K):
    """K equal probabilities, and k equal ones padded with zeros."""
    return np.full(K, 1 / K), np.r_[np.full(k, 1 / k), np.zeros(K - k)]


modes_js = {K: [js_divergence(*modes(k, K)) for k in range(1, K + 1)] for K in (8, 25)}

# %% jupyter={"source_hidden": true}
figures.curves(
    {f"{K} modes": (np.arange(1, K + 1) / K, y) for K, y in modes_js.items()},
    xlabel="share of the modes that the generator makes",
    ylabel="JS (nats)",
    references={"log 2": LOG_2},
    markers=True,
    title="The more modes the generator makes, the less is left to see",
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
# whole mode of 25 has a JS of 0.014, of at most 0.693. Three things follow.
#
# - **D is nearly undecided.** On the 24 modes that G makes, the best D says
#   $\frac{1/25}{1/25 + 1/24} = 0.4898$, everywhere the same. Where D is flat, G gets no
#   direction.
# - **One batch hardly sees it.** About five of 128 real points lie in the missing mode: even
#   the best D reads 0.014 ± 0.006.
# - **D has to find it first.** It learns from samples, and only every 25th is a clue.
#
# Three meters on a grid of 25 modes with one left out near the middle. The first learns from
# 1,000 samples of each kind, the second passes over the same samples ten times as often, the
# third learns from 10,000. (About 15 seconds.)
#
# **Predict.** Which of them find the hole?

# %%
from utils.data import mixtures

MISSING = 7
whole = mixtures.grid()
holed = mixtures.GaussianMixture(np.delete(whole.means, MISSING, axis=0), whole.std)


def hole_meter(n, passes):
    """A meter that has passed this often over n samples of each kind."""
    meter = DivergenceMeter(mlp(2, 1, (64, 64)))
    meter.learn(
        whole.sample(n, seed(0)),
        holed.sample(n, seed(1)),
        epochs=passes,
        patience=passes,
        learning_rate=0.01,
    )
    return meter


PASSES = 3 * EPOCHS // 2
settings = ((1_000, PASSES), (1_000, 10 * PASSES), (10_000, PASSES))
hole_meters = [hole_meter(*each) for each in settings]
judged_on = whole.sample(5_000, seed(2)), holed.sample(5_000, seed(3))
hole = [each.read(*judged_on) for each in hole_meters]
for (n, passes), reading in zip(settings, hole, strict=True):
    print(f"{n:6,} samples, {passes:3} passes: JS = {written(reading)}")
print(f"exact: JS = {modes_js[25][23]:.4f}")

# %% [markdown]
# The first D has not found the hole, in which about 40 of its samples lie: it reads 0, and is
# wrong by the whole 0.014; its error bar does not say so. With ten times the passes it
# finds a part at best, with ten times the samples (and about as many steps) most. The
# picture shows the first and the last D: blue where D says real, white where it cannot tell,
# green where it crosses ½. Circles are real points, dots generated ones.

# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(8.4, 4.5, 1, 2)
for ax, i in zip(axes[0], (0, 2), strict=True):
    figures.two_players_2d(
        whole.sample(250, seed(4)),
        holed.sample(250, seed(5)),
        lambda x, each=hole_meters[i]: 1 / (1 + np.exp(-each.scores(x))),
        bounds=(-5, 5),
        title=f"D learned from {settings[i][0]:,} of each",
        ax=ax,
    )
figure

# %% [markdown]
# A GAN's D sees batches of about 100. A missing mode is hard to see with this
# meter. Lesson 03 counts the modes instead, and shows what brings them back.
#
# > **What we know now.** A missing mode costs little JS, and D needs many samples and steps to
# > find it. A reading of 0 may mean "the same", or "I have not found the difference".

# %% tags=["claim"]
noise_of_batch = 0.5 * np.sqrt(0.04 * 0.96) * np.log(2) / np.sqrt(128)
assert abs(noise_of_batch - 0.006) < 5e-4
if current_scale() != "quick":
    few, often, many = (reading.value for reading in hole)
    assert few < 0.005 < 0.008 < many < 0.02 and often < many - 0.003

# %% [markdown]
# ## 9 · Measured here, published, source
#
# The meter over five seeds. (`benchmarks/meter.py` measures the table anew.)

# %%
from utils.course.results import load_results

measured = load_results("meter")


def spread(seeds):
    """Mean and standard error over the seeds."""
    error = np.std(seeds, ddof=1) / np.sqrt(len(seeds))
    return f"{np.mean(seeds):.4f} ± {error:.4f}"


# %% jupyter={"source_hidden": true}
figures.table(
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

# %% [markdown]
# What this notebook measured a moment ago, beside what is known.

# %%
gaussian_w1, scipy_w1 = distances[SHOWN]
# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            "JS, N(0, 1) against N(2, 1)",
            written(readings[2]),
            "0.3368",
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
            f"{np.mean(picture_js['other digits']):.3f}".replace("-", "−"),
            "0",
            "exact",
        ),
        (
            "JS, one of 25 modes missing (n = 10,000)",
            written(hole[2]),
            "0.0141",
            "exact",
        ),
        (
            "V where D is undecided",
            f"−{-value(0 * real, 0 * fake):.4f}",
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
# - Arjovsky, Chintala and Bottou (2017), *Wasserstein generative adversarial networks*:
#   example 1 is our two intervals.
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
# | critic | a network whose score is not a probability | 评论家网络 |
# | mode | a peak of a density; here a cluster | 模态 |
# | Wasserstein distance | how far mass has to be carried | 瓦瑟斯坦距离 |
# | Lipschitz condition | no slope steeper than 1 | 利普希茨条件 |
# | minimax | first the maximum over D, then the minimum over G | 极小极大 |

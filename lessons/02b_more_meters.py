# ---
# title: More meters
# claim: Every convex function f with f(1) = 0 makes a divergence, and each of these has a
#   meter; of simple meters one can say beforehand how far they over-read and how noisy they
#   are.
# needs: Keras; the discriminator as a meter (lesson 02)
# topics:
#   11: "2 · Another objective, another meter"
# bonus: true
# ---

# %% [markdown]
# # 02b · More meters
#
# **Bonus.** Two questions for which lesson 02 had no time. You need from it: a discriminator $D$
# with logits $\ell$ reads $\mathrm{JS}(p, q)$ as $\log 2 + V/2$, where
# $V = \mathbb E_p[\log D] + \mathbb E_q[\log(1 - D)]$. The best $\ell$ is
# $\log p - \log q$, and every other one reads less.
#
# **Claim.** Every convex function $f$ with $f(1) = 0$ makes a divergence, and each of these has
# a meter. For simple meters one can say beforehand how far they over-read and how noisy they are.
#
# After this notebook you can
#
# - say how much a fit reads too high on its own data, and notice it without the truth;
# - derive the meter of an f-divergence from a convex conjugate;
# - say why KL's meter is noisy where that of JS is not.
#
# **Minutes:** {minutes}. **You need:** Keras, and sections 1 to 4 of lesson 02.

# %%
import keras
import numpy as np

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed
from utils.data.mixtures import gaussian
from utils.measures.divergences import js_from_logits
from utils.models.meter import DivergenceMeter
from utils.networks.mlp import mlp

keras.utils.set_random_seed(seed(2))

# %% tags=["parameters"]
N = scale(quick=200, laptop=10_000, full=100_000)
EPOCHS = scale(quick=1, laptop=20, full=40)
REPEATS = scale(quick=3, laptop=300, full=1_000)
NOISE_EPOCHS = scale(quick=1, laptop=40, full=40)

# %% [markdown]
# ## 1 · How much does a meter over-read?
#
# Real data: $N(0, 1)$. Generated data: $N(2, 1)$. The best logit is $2 - 2x$. A logistic
# regression on $1, x, x^2$ can be that best D, and has $k = 3$ parameters. It learns from $n$
# samples of each kind. Then it reads on these *own* samples, and on *new* ones.
#
# **Predict.** With twice the samples, by what factor does the gap between the two readings
# shrink?

# %%
from sklearn.linear_model import LogisticRegression

REAL = gaussian(0.0, 1.0)
rng = np.random.default_rng(seed(0))


def generated(shift):
    """The distribution of a generator that misses by this much."""
    return gaussian(float(shift), 1.0)


def two_samples(n):
    """n real, then n generated numbers, (2 n, 1)."""
    return np.repeat([[0.0], [2.0]], n, axis=0) + rng.standard_normal((2 * n, 1))


def excess(fit, x, n):
    """How much more a fit reads than the best D does on the same points."""
    logits = (fit.decision_function(np.c_[x, x**2]), 2 - 2 * x)
    read = [float(js_from_logits(each[:n], each[n:])) for each in logits]
    return read[0] - read[1]


def own_and_new(n):
    """The excess on n own samples of each kind, and on n new ones."""
    own, new = two_samples(n), two_samples(n)
    fit = LogisticRegression(C=np.inf, max_iter=1_000)
    fit.fit(np.c_[own, own**2], np.repeat([1, 0], n))
    return excess(fit, own, n), excess(fit, new, n)


COUNTS = np.array([50, 100, 200, 400])
EXCESS = np.array(
    [[own_and_new(n) for _ in range(REPEATS)] for n in COUNTS]
)  # (counts, repeats, own and new)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "on its own samples": (COUNTS, EXCESS[:, :, 0].mean(axis=1)),
        "on new samples": (COUNTS, EXCESS[:, :, 1].mean(axis=1)),
        "the best D": (COUNTS, np.zeros(len(COUNTS))),
    },
    xlabel="n, samples of each kind",
    ylabel="reading − reading of the best D (nats)",
    colors={"the best D": "exact"},
    markers=True,
    title="Too high on its own data, as much too low on new data",
)

# %% [markdown]
# (Each reading is compared with that of the best D on the same points: that takes most of the
# chance away.) On its own samples the fit reads too high, on new ones about as much too low.
# Theory says how much. A fit with $k$ parameters to $M$ examples gains about $k/2M$ nats of
# log-likelihood on its own examples and loses as much on new ones (notebook 01b). A
# discriminator has $M = 2n$ examples, so each error is about $k/4n$, the gap $2k/4n$.
#
# One correction. The theory lets chance decide how many examples of each kind come; we draw
# exactly $n$ of both. So the logit's constant, which stands for the share of real examples, has
# less to learn, and $k - 4\,\mathbb E[D^*(1 - D^*)]$ takes the place of $k = 3$. (The mean is
# over both kinds together.)

# %%
line = np.linspace(-10, 12, 4_001)
best = 1 / (1 + np.exp(2 * line - 2))  # D* at m = 2
both = np.exp(REAL.log_density(line)) + np.exp(generated(2).log_density(line))
effective = 3 - 4 * np.trapezoid(both / 2 * best * (1 - best), line)

gaps = EXCESS[:, :, 0] - EXCESS[:, :, 1]
errors = gaps.std(axis=1) / np.sqrt(REPEATS)
print(f"{effective:.2f} in place of 3")

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (n, f"{gap.mean():.4f} ± {error:.4f}", f"{2 * effective / (4 * n):.4f}")
        for n, gap, error in zip(COUNTS, gaps, errors, strict=True)
    ],
    ("n", "gap, measured", f"2 · {effective:.2f}/4n"),
    caption="Own minus new reading: the limit is for large n",
)

# %% [markdown]
# At $n = 400$ the two agree to chance; for few examples the rule is only near, as it is a limit
# for many. With twice the samples the gap is about half as large. A network has thousands of
# parameters and stops early, so nobody counts its $k$. But the gap itself can always be
# measured.

# %% tags=["claim"]
if current_scale() != "quick":
    assert abs(gaps[-1].mean() - 2 * effective / 1_600) < 3.5 * errors[-1] < 0.003
    assert np.all(np.diff(gaps.mean(axis=1)) < 0)
    assert 5 < gaps[0].mean() / gaps[-1].mean() < 13  # eight times the samples
    assert np.all(EXCESS.mean(axis=1)[:, 0] > 0) and np.all(
        EXCESS.mean(axis=1)[:, 1] < 0
    )

# %% [markdown]
# ### Exercise 2.4 · Make D over-read, and notice it (open, 25 minutes)
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
# For the first: a wide network, 100 points, and no early stopping. For the second: a high
# reading is not suspicious. Which two readings of an honest D agree?
# </details>
# <details><summary>Hint 2</summary>
# <code>meter = DivergenceMeter(mlp(20, 1, (128, 128)))</code>, then
# <code>meter.learn(real, fake, epochs=40, batch_size=10, validation_share=0)</code> and
# <code>return meter.score</code>. And: take the reading on own samples minus the reading on
# new ones.
# </details>


# %% tags=["exercise"]
# Exercise 2.4: make D over-read, and notice it
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
# > **What we know now.** A fit reads too high on its own data and too low on new data, by about
# > $k/4n$ each. A large gap between the two gives over-reading away, whatever the truth is.
#
# ## 2 · Another objective, another meter
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
# Put that into $D_f$, and let a **critic** $T(x)$, a network whose score may be any number, choose
# the slope at each $x$. There is a meter that needs samples only (Nowozin et al. 2016):
#
# $$D_f(p\,\|\,q) = \max_T\; \mathbb E_p[T] - \mathbb E_q[f^*(T)] .$$

# For KL, $f(u) = u\log u$. The top of $ut - u\log u$ is where $t = \log u + 1$, so at
# $u = e^{t - 1}$, and there $f^*(t) = e^{t - 1}(t - (t - 1)) = e^{t - 1}$.

# %%
u = np.linspace(0.001, 3, 300)
slopes = (0.0, 0.5, 1.0, 1.5)
lines = {f"slope t = {t:g}": (u, u * t - np.exp(t - 1)) for t in slopes}

# %% jupyter={"source_hidden": true}
figures.curves(
    {"f(u) = u log u": (u, u * np.log(u)), **lines},
    xlabel="u = p/q",
    ylabel="f(u), and lines u t − f*(t)",
    colors={"f(u) = u log u": "exact"},
    ylim=(-1.8, 3.4),
    title="Each line touches f from below, and starts at −f*(t)",
)

# %% [markdown]
# The best critic is $T = f'(p/q)$. For KL that is $1 + \log(p/q)$: again the log-ratio.
#
# ### Exercise 2.5 · A conjugate (medium, 20 minutes)
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
# Exercise 2.5: a conjugate
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
from utils.measures.integrate import integrate

NAMES = ("kl", "reverse-kl", "squared-hellinger", "pearson")
NEAR = generated(1)
exact = {
    name: integrate(name, REAL.log_density, NEAR.log_density, (-20.0, 21.0))
    for name in NAMES
}


def measure(name):
    """Trains a meter on N samples of each kind; reads on N new ones of each."""
    meter = DivergenceMeter(mlp(1, 1, (32, 32)), name)
    learn = REAL.sample(N, seed(1)), NEAR.sample(N, seed(2))
    meter.learn(*learn, epochs=EPOCHS, batch_size=min(500, N))
    return meter.read(REAL.sample(N, seed(3)), NEAR.sample(N, seed(4)))


readings = {name: measure(name) for name in NAMES}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (name, f"{exact[name]:.4f}", f"{r.value:.4f} ± {r.standard_error:.4f}")
        for name, r in readings.items()
    ],
    ("divergence", "exact", "critic reads (held out)"),
)

# %% tags=["claim"]
expected = (0.5, 0.5, 2 - 2 * np.exp(-1 / 8), np.e - 1)
assert np.allclose(list(exact.values()), expected, rtol=1e-8)
if current_scale() != "quick":
    for name in NAMES[:3]:
        reading = readings[name]
        error = abs(reading.value - exact[name])
        assert error < 3 * reading.standard_error + 0.02 * exact[name]
    assert readings["pearson"].standard_error > 3 * readings["kl"].standard_error

# %% [markdown]
# The first three are read to within three error bars. Pearson has by far the largest error bar.
# Which points make it? With the best critic, $f^*(T)$ is known at every $x$, and so is its variance
# under $q$. We collect the points that lie farthest from the mean until they make half of the
# variance, and count how many of them 10,000 samples hold on average.

# %% jupyter={"source_hidden": true}
from utils.measures.f_gan import F_DIVERGENCES, variational_bound

wide = np.linspace(-12, 13, 250_001)
q = np.exp(NEAR.log_density(wide)) * (wide[1] - wide[0])  # the probability of each step
ratio = np.exp(REAL.log_density(wide) - NEAR.log_density(wide))
makers = {}
for name in NAMES:
    row = F_DIVERGENCES[name]
    away = row.conjugate(row.optimal_critic(ratio))
    away = (away - q @ away) ** 2
    order = np.argsort(-away)
    half = np.searchsorted((q * away)[order].cumsum(), 0.5 * q @ away)
    makers[name] = (np.sqrt(q @ away / 10_000), 10_000 * q[order[: half + 1]].sum())
figures.table(
    [(name, f"{error:.4f}", f"{count:.1f}") for name, (error, count) in makers.items()],
    (
        "divergence",
        "error bar of the second mean",
        "points that make half of its square",
    ),
    caption="The best critics, 10,000 samples of q",
)

# %% tags=["claim"]
assert makers["pearson"][1] < 1 < 100 < min(makers[name][1] for name in NAMES[:3])

# %% [markdown]
# Half of Pearson's error is made by points of which 10,000 samples hold less than one. Where one
# comes, the reading jumps; where none comes, the error bar that is computed from the samples does
# not know of it. Over five seeds (the table in section 4) Pearson's mean lies below the exact
# value by more than chance.
#
# > **What we know now.** Choose $f$, take its conjugate, train a critic: the same two means read
# > another divergence.
#
# ## 3 · Why KL's meter becomes noisy
#
# Suppose the critic is perfect: $T = 1 + \log(p/q)$, so $f^*(T) = p/q$. The second mean is
# a mean of *ratios* under $q$. It should be 1. Its variance is $e^{m^2} - 1$: 1.7 at
# $m = 1$, 54 at $m = 2$, 8,100 at $m = 3$. Samples that carry the mean are hardly ever
# drawn. JS takes the *logarithm* of the ratio: where $p/q$ is 10,000, $\log(1 - D)$ is only
# −9.2.


# %%
def perfect_readings(name, m, n=1_000):
    """Readings of the perfect critic on many samples of n points of each kind."""
    row, q = F_DIVERGENCES[name], generated(m)
    p_points, q_points = (
        REAL.sample(n * REPEATS, seed(5)),
        q.sample(n * REPEATS, seed(6)),
    )
    ratios = [
        np.exp(REAL.log_density(x) - q.log_density(x)) for x in (p_points, q_points)
    ]
    on_p, on_q = (row.optimal_score(r).reshape(REPEATS, n) for r in ratios)
    return [variational_bound(name, *pair) for pair in zip(on_p, on_q, strict=True)]


distances_m = np.array([0.5, 1, 1.5, 2, 2.5, 3])
perfect = {
    name: np.array([perfect_readings(name, m) for m in distances_m])
    for name in ("kl", "js")
}
noise = {name: values.std(axis=1) for name, values in perfect.items()}

theory = np.sqrt((distances_m**2 + np.exp(distances_m**2) - 1) / 1_000)
missed = np.abs(perfect["kl"] - distances_m[:, None] ** 2 / 2)  # KL is m²/2
typical = 1.48 * np.median(missed, axis=1)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "KL, measured": (distances_m, noise["kl"]),
        "KL, a typical reading": (distances_m, typical),
        "KL, exact": (distances_m, theory),
        "JS, measured": (distances_m, noise["js"]),
    },
    xlabel="m",
    ylabel="noise of a reading (nats)",
    colors={"KL, exact": "exact", "KL, measured": "measured"},
    yscale="log",
    markers=True,
    title="With a perfect critic and 1,000 samples: KL's noise grows fast, that of JS does not",
)

# %% [markdown]
# The *measured* noise is the standard deviation over the repeats, the *typical* one 1.48 times
# the median miss (for a normal distribution the two agree). At $m = 3$ a typical reading
# misses by far less than the exact noise. That is no comfort: the rare samples that make the
# variance did not occur in it. So the measured noise is mostly below the exact one too, until
# one of them turns up. The error bar of such a reading is itself not to be trusted.
#
# > **What we know now.** A meter that takes the mean of a ratio is noisy where the ratio is huge.
# > JS takes the mean of its logarithm, and stays calm.

# %% tags=["claim"]
if current_scale() != "quick":
    assert abs(noise["kl"][1] / theory[1] - 1) < 0.3
    assert noise["kl"][-1] > 10 * noise["js"][-1] and max(noise["js"]) < 0.02
    assert abs(typical[1] / theory[1] - 1) < 0.3 and typical[-1] < 0.4 * theory[-1]

# %% [markdown]
# ## 4 · Measured here, published, source
#
# The four meters over five seeds. (`benchmarks/meter.py` measures the
# table anew.)

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("meter")["f_divergences"]
figures.table(
    [
        (
            row["name"],
            f"{row['exact']:.4f}",
            f"{np.mean(row['readings']):.4f} ± {np.std(row['readings'], ddof=1):.4f}",
            f"{readings[row['name']].value:.4f}",
        )
        for row in measured
    ],
    ("divergence", "exact", "five seeds: mean ± standard deviation", "measured here"),
)

# %% tags=["claim"]
for row in measured:
    if row["name"] != "pearson":
        assert abs(np.mean(row["readings"]) / row["exact"] - 1) < 0.05
    else:
        chance = np.std(row["readings"], ddof=1) / np.sqrt(len(row["readings"]))
        assert np.mean(row["readings"]) < row["exact"] - 2 * chance

# %% [markdown]
# ## What to read next
#
# - Nowozin, Cseke and Tomioka (2016), *f-GAN*: the table of conjugates and activations.
# - McAllester and Stratos (2020), *Formal limitations on the measurement of mutual information*:
#   why no bound on KL from samples can be both large and sure.
#
# ## Words
#
# | term | in this notebook | 中文 |
# |---|---|---|
# | f-divergence | a divergence made of a convex f | f 散度 |
# | convex conjugate | f*(t), where the line of slope t starts | 凸共轭 |
# | critic | a network whose score is not a probability | 评论家网络 |

# ---
# title: Many settings, many runs
# claim: What a setting does can sometimes be computed, such as β of a VAE; otherwise
#   one can only try, many times, and look at the range before the best.
# needs: what a VAE and a GAN are (lessons 03 and 04)
# topics:
#   31: "2 · Many runs: the range and the best"
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
# - read a comparison of models over many settings, and say what four runs each cannot show.
#
# **Minutes:** {minutes}. **You need:** what a VAE (lesson 04) and a GAN (lesson 03) are. The *Fréchet
# distance* (lesson 05) compares two sets of pictures by the mean and covariance of what a
# classifier sees in them; 0 is best.

# %%
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
# ## 2 · Many runs: the range and the best
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
# ## What to read next
#
# - Higgins et al. (2017), *β-VAE*; Alemi et al. (2018), *Fixing a broken ELBO*: rate and
#   distortion of real VAEs.
# - Lucic et al. (2018), *Are GANs created equal?*
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | rate-distortion | how many nats a code needs for a given error | 率失真 |
# | hyperparameter | a setting that training does not choose | 超参数 |

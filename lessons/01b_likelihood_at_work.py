# ---
# title: Likelihood at work
# claim: What KL rewards decides what a fit becomes: which mode it takes, how many
#   examples it needs, and why no Gaussian draws an edge.
# needs: Keras; what KL and maximum likelihood are (lesson 01)
# topics:
# bonus: true
# ---

# %% [markdown]
# # 01b · Likelihood at work
#
# **Bonus.** Three things for which lesson 01 had no time. You need its identity: mean
# log-likelihood = −entropy − KL(data‖model).
#
# **Claim.** What KL rewards decides what a fit becomes: which mode it takes, how many
# examples it needs, and why no Gaussian draws an edge.
#
# After this notebook you can
#
# - fit by reverse KL, and say from the landscape where a descent will end;
# - say how far a fit with $k$ parameters to $m$ examples is from the truth;
# - say what photographs have that no Gaussian can have.
#
# **Minutes:** {minutes}. **You need:** Keras, and lesson 01. The three sections do not depend on
# each other.

# %%
import keras
import numpy as np
from scipy.stats import norm

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

# %% tags=["parameters"]
TRIALS = scale(quick=40, laptop=300, full=2_000)
PATCHES = scale(quick=2_000, laptop=20_000, full=100_000)
PHOTO_EPOCHS = scale(quick=1, laptop=2, full=20)

# %% [markdown]
# ## 1 · One valley or several
#
# The data $p$ have two modes, the model $q$ is a single Gaussian. Forward KL,
# $\mathrm{KL}(p\,\|\,q)$, takes its mean under the data; reverse KL, $\mathrm{KL}(q\,\|\,p)$,
# under the model. Lesson 01 saw forward KL cover both modes, and reverse KL take one.
# Here is the reason: both KLs for *every* mean and standard deviation of $q$.
#
# **Predict.** How many valleys will each landscape have?

# %%
from utils.data.mixtures import GaussianMixture

TWO_MODES = GaussianMixture([-2.0, 2.0], 0.6, weights=[0.6, 0.4])

wide = np.linspace(-14, 14, 500)
step = wide[1] - wide[0]
log_p = TWO_MODES.log_density(wide)


def both_kls(mean, std):
    """Forward and reverse KL of N(mean, std²), as sums over a fine grid."""
    log_q = norm.logpdf(wide, np.asarray(mean)[..., None], np.asarray(std)[..., None])
    forward = step * np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)
    reverse = step * np.sum(np.exp(log_q) * (log_q - log_p), axis=-1)
    return forward, reverse


mean_axis, std_axis = np.linspace(-3.5, 3.5, 71), np.linspace(0.35, 3, 54)
lands = both_kls(*np.meshgrid(mean_axis, std_axis))


def valleys(land):
    """Places (mean, std) that lie lower than their eight neighbors on the grid."""
    inner = land[1:-1, 1:-1]
    around = [
        land[1 + i : land.shape[0] - 1 + i, 1 + j : land.shape[1] - 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    ]
    rows, columns = np.nonzero(inner < np.min(around, axis=0))
    places = zip(mean_axis[1 + columns], std_axis[1 + rows], strict=True)
    return [(float(mean), float(std)) for mean, std in places]


# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(8.6, 3.8, 1, 2)
for ax, land, title in zip(axes[0], lands, ("Forward KL", "Reverse KL"), strict=True):
    minima = {f"valley {i}": place for i, place in enumerate(valleys(land), 1)}
    figures.surface(
        mean_axis,
        std_axis,
        land,
        levels=land.min() + np.geomspace(0.02, 6, 10),
        values_label="KL (nats)",
        places=minima,
        colors=dict.fromkeys(minima, "measured"),
        xlabel="mean of q",
        ylabel="standard deviation of q",
        title=title,
        ax=ax,
    )
figure

# %% [markdown]
# The lighter, the lower; each valley has a cross. Forward KL has one valley: $q$ has to reach
# every place where there are data, so it lies across both modes.
#
# Reverse KL has three. Two are deep, one for each mode. Between them is a ridge: there $q$ is
# narrow and speaks in the gap, where $p$ is tiny and $\log(q/p)$ is large. Behind the ridge is
# a third valley, where a wide $q$ lies across both modes. It is the highest of the three
# (the table), and still a descent that starts there stays there.

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (name, f"{mean:.1f}", f"{std:.2f}", f"{both_kls(mean, std)[which]:.2f}")
        for which, name in enumerate(("forward KL", "reverse KL"))
        for mean, std in valleys(lands[which])
    ],
    ("valley of", "mean", "std", "its KL (nats)"),
)

# %% [markdown]
# Move the Gaussian yourself, and watch both numbers.


# %% jupyter={"source_hidden": true}
def at(mean, std):
    """The data, a Gaussian, and both KLs."""
    line = np.linspace(-6, 6, 400)
    forward, reverse = both_kls(mean, std)
    return figures.curves(
        {
            "real": (line, np.exp(TWO_MODES.log_density(line))),
            "generated": (line, norm.pdf(line, mean, std)),
        },
        xlabel="x",
        ylabel="density",
        ylim=(0, 0.75),
        title=f"Forward KL {forward:.2f}, reverse KL {reverse:.2f} nats",
    )


figures.slider_figure(at, mean=(-4.0, 4.0, 0.2, 0.0), std=(0.3, 3.0, 0.1, 1.0))

# %% tags=["claim"]
(covering,) = valleys(lands[0])
assert np.allclose(covering, (-0.4, np.sqrt(0.36 + 4 - 0.16)), atol=0.08)
left, across, right = sorted(valleys(lands[1]))
assert np.allclose(left, (-2, 0.6), atol=0.08)
assert np.allclose(right, (2, 0.6), atol=0.08)
depths = [both_kls(*place)[1] for place in (left, right, across)]
assert depths[0] < depths[1] < depths[2] < both_kls(0, 1)[1]

# %% [markdown]
# ### Exercise 1.5 · Fit by reverse KL (medium, 20 minutes)
#
# Fit a Gaussian to a density by *reverse* KL, starting from a given mean and standard
# deviation. Before you run the check: from −1.5 and from +1.5, which mode will it take, and
# why?
#
# <details><summary>Hint 1</summary>
# Put a fine grid on the line, −15 to 15. There KL(q‖p) is a sum:
# <code>np.sum(np.exp(log_q) * (log_q - log_p(grid)))</code> times the step.
# </details>
# <details><summary>Hint 2</summary>
# Let <code>scipy.optimize.minimize(loss, [mean, np.log(std)], method="Nelder-Mead")</code>
# search over the mean and log std: then std stays positive. (Nelder-Mead compares values
# and needs no slopes.)
# </details>


# %% tags=["exercise"]
# Exercise 1.5: fit by reverse KL
def fit_by_reverse_kl(log_p, mean, std):
    """Mean and std of the Gaussian q with the least KL(q‖p) near a start.

    log_p takes points (n,) and returns log-densities (n,); mean, std: the start.
    """
    # BEGIN SOLUTION
    from scipy.optimize import minimize

    grid = np.linspace(-15, 15, 3_001)
    log_p_there, step = log_p(grid), grid[1] - grid[0]

    def reverse_kl(v):
        log_q = norm.logpdf(grid, v[0], np.exp(v[1]))
        return np.sum(np.exp(log_q) * (log_q - log_p_there)) * step

    found = minimize(reverse_kl, [mean, np.log(std)], method="Nelder-Mead")
    return found.x[0], np.exp(found.x[1])
    # END SOLUTION


# %% tags=["check"]
checks.lesson01.fit_by_reverse_kl(fit_by_reverse_kl)

# %% [markdown] tags=["solution"]
# **In words.** It takes the mode near which it starts. On one mode of weight $w$, with the
# shape of that mode, $q/p = 1/w$ nearly everywhere that $q$ has mass, so
# $\mathrm{KL}(q\,\|\,p) \approx -\log w$, whatever the other mode does. To change over, $q$
# would have to pass through the gap, where $p$ is tiny and $\log(q/p)$ large. Of the two
# valleys the heavier mode's is the deeper, $-\log 0.6 < -\log 0.4$, but a descent does not see
# the other one.

# %% [markdown]
# > **What we know now.** Where a loss has several valleys, the start decides. For maximum
# > likelihood here has one valley; reverse KL has one per mode, and a shallow one across both.
#
# ## 2 · How many examples does a fit need?
#
# We never have $p$, only $m$ examples. How far is the fitted model from the truth? For a
# model with $k$ parameters that *can* be right, and for $m$ much larger than $k$, the theory
# (Wilks 1938) says
#
# $$\mathbb E\,\mathrm{KL}(p\,\|\,p_{\hat\theta}) \approx \frac{k}{2m}.$$
#
# We fit Gaussians in 1, 3 and 5 dimensions many times, and measure. Means and covariances
# have $k = 2, 9, 20$ parameters.
#
# **Predict.** On axes that are both logarithmic, what does $k/(2m)$ look like?

# %%
from utils.measures.gaussian_kl import gaussian_kl_full


def mean_kl(d, m):
    """Mean KL of the truth N(0, I) from the fit to m points, over many samples."""
    x = np.random.default_rng(seed(d)).standard_normal((TRIALS, m, d))
    means = x.mean(axis=1)
    centered = x - means[:, None]
    covariances = centered.swapaxes(1, 2) @ centered / m
    truth = np.zeros((TRIALS, d)), np.stack([np.eye(d)] * TRIALS)
    return gaussian_kl_full(*truth, means, covariances).mean()


SIZES = np.array([100, 200, 400, 800, 1_600, 3_200])
PARAMETERS = {1: 2, 3: 9, 5: 20}  # dimensions: means and covariances
kls = {d: np.array([mean_kl(d, m) for m in SIZES]) for d in PARAMETERS}
slopes = {d: np.polyfit(np.log(SIZES), np.log(y), 1)[0] for d, y in kls.items()}

# %% jupyter={"source_hidden": true}
limits = [np.append(k / (2 * SIZES), np.nan) for k in PARAMETERS.values()]
figures.curves(
    {
        **{f"k = {PARAMETERS[d]}": (SIZES, y) for d, y in kls.items()},
        "k/(2m)": (np.tile(np.append(SIZES, SIZES[-1]), 3), np.concatenate(limits)),
    },
    xlabel="m, examples",
    ylabel="mean KL from the truth (nats)",
    xscale="log",
    yscale="log",
    colors={"k/(2m)": "exact"},
    markers=True,
    title="Ten times the examples, a tenth of the KL",
)

# %% [markdown]
# A straight line that falls by a factor of ten for ten times the examples, and lies higher
# for more parameters. So a larger model is not free: each parameter costs $1/(2m)$ nats, and
# has to fit better by more than that. The mixture of lesson 01 has 21,449 parameters for
# 1,437 digits. There $m$ is not larger than $k$, and the rule does not apply; but the gap
# between its training and held-out bits has the same cause.
#
# > **What we know now.** A fit with $k$ parameters to many more examples $m$ stays about
# > $k/(2m)$ nats from the truth, even if the model is right.

# %% tags=["claim"]
if current_scale() != "quick":
    for d, slope in slopes.items():
        assert abs(slope + 1) < 0.06, (d, slope)
        assert abs(kls[d][-1] * 2 * SIZES[-1] / PARAMETERS[d] - 1) < 0.2

# %% [markdown]
# ## 3 · What no Gaussian can draw
#
# Patches of 16×16 pixels and 256 gray levels, cut from real photographs. The models learn from
# three photographs and are judged on two others. As in lesson 01, uniform noise as wide as
# one gray level is added, a density is priced in bits per pixel, and all levels alike cost
# 8 bits.
#
# **Predict.** How many of the 8 bits does a model save that knows which pairs of pixels are
# bright together?

# %%
from utils.data.patches import photograph_patches
from utils.models.density import DensityModel

LEVEL = 2 / 255


def smooth(images, draw):
    """Patches as rows of 256 pixels, each level spread over its own step."""
    noise = np.random.default_rng(draw).uniform(-LEVEL / 2, LEVEL / 2, images.shape)
    return (images + noise).reshape(len(images), -1).astype("float32")


patches = photograph_patches(16, PATCHES, seed(0), ("astronaut", "chelsea", "coffee"))
others = photograph_patches(16, 4_000, seed(1), ("camera", "rocket"))
photos, unseen = smooth(patches, seed(2)), smooth(others, seed(3))

# %%
models = {
    "diagonal": DensityModel(256, covariance="diagonal").fit_closed_form(photos),
    "full": DensityModel(256).fit_closed_form(photos),
    "mixture of 10": DensityModel(256, components=10).start_from(
        photos, seed=seed(0), shrinkage=0.3
    ),
}
keras.utils.set_random_seed(seed(7))
models["mixture of 10"].compile(keras.optimizers.Adam(0.01))
models["mixture of 10"].fit(photos, batch_size=250, epochs=PHOTO_EPOCHS, verbose=0)

bits = {name: m.bits_per_dimension(unseen, LEVEL) for name, m in models.items()}
own_bits = {name: m.bits_per_dimension(photos, LEVEL) for name, m in models.items()}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("uniform", "8.00", "8.00"),
        *((name, f"{own_bits[name]:.2f}", f"{bits[name]:.2f}") for name in models),
    ],
    ("model", "bits, photographs learned from", "bits, unseen ones"),
    caption=f"Mean brightness: {photos.mean():.2f} learned from, {unseen.mean():.2f} unseen",
)

# %% [markdown]
# (`shrinkage` makes the ten starting covariances more alike: a small cluster has directions in
# which it hardly varies.) On unseen photographs the diagonal Gaussian costs *more* than
# all levels alike: it expects the brightness of those it has learned from, and the unseen ones
# are darker. Pairs of pixels save about a third of the bits. What do the models draw?

# %%
samples = {name: m.sample(4_000, seed=seed(9)) for name, m in models.items()}
samples = {"real": unseen, **samples}


def lively(pixels, count=10):
    """The first of those with more contrast than half of all."""
    contrast = pixels.std(axis=1)
    chosen = pixels[contrast > np.median(contrast)][:count]
    return np.clip(chosen, -1, 1).reshape(-1, 16, 16, 1)


# %% jupyter={"source_hidden": true}
figures.image_rows(
    {name: lively(pixels) for name, pixels in samples.items()},
    title="Patches of more than median contrast, real and drawn",
)

# %% [markdown]
# Noise, clouds, and clouds with a soft border now and then. The full Gaussian has every mean and
# every covariance right. What is missing? **Edges.** Take the difference of two neighboring
# pixels. In photographs it is nearly 0 almost everywhere, and large at an edge. In a sample
# of a Gaussian it is a sum of Gaussian numbers, so it is Gaussian itself, *whatever the mean
# and the covariance*. The **kurtosis**, mean fourth power over squared variance, says it in
# one number. It is 3 for every Gaussian there is.
#
# **Predict.** Will it be more or less than 3 for photographs?

# %%
from scipy.stats import kurtosis


def differences(pixels):
    """Difference of two neighboring pixels in the middle of each picture."""
    return pixels.reshape(-1, 16, 16)[:, 8, 8] - pixels.reshape(-1, 16, 16)[:, 8, 7]


edges = {name: differences(pixels) for name, pixels in samples.items()}
tails = {name: kurtosis(x, fisher=False) for name, x in edges.items()}
for name, value in tails.items():
    print(f"{name:14} kurtosis {value:.1f}")

# %% jupyter={"source_hidden": true}
figures.histograms(
    {"real": edges["real"], "the full Gaussian": edges["full"]},
    bins=41,
    bounds=(-0.4, 0.4),
    colors={"the full Gaussian": "generated"},
    xlabel="difference of two neighboring pixels",
    title="Photographs: a sharp peak at 0, and long tails",
)

# %% [markdown]
# Both Gaussians have a kurtosis of 3, within chance. Photographs have far more: a sharp peak at
# 0, and long tails, which are the edges. A mixture may be flat in one component and busy in
# another, and gets part of the way. Better pictures need another kind of model.
#
# > **What we know now.** A Gaussian can match every mean and every pair of pixels, and still
# > has no edges: differences of neighbors that are mostly near 0, and large now and then.

# %% tags=["claim"]
assert (
    bits["diagonal"] > 8 > own_bits["diagonal"]
    and bits["full"] < 6
    and unseen.mean() < photos.mean()
)
assert abs(tails["full"] - 3) < 0.5 and abs(tails["diagonal"] - 3) < 0.5
assert tails["real"] > 10
if current_scale() != "quick":
    assert bits["mixture of 10"] < bits["full"] - 0.3
    assert 4 < tails["mixture of 10"] < tails["real"]
    assert abs(bits["full"] / 8 - 2 / 3) < 0.06

# %% [markdown]
# ## 4 · Measured here, published, source

# %% jupyter={"source_hidden": true}
on_the_mode = both_kls(*min(valleys(lands[1])))[1]
figures.table(
    [
        ("reverse KL on the mode of weight 0.6", f"{on_the_mode:.3f}", f"{-np.log(0.6):.3f}", "limit, modes apart"),
        ("slope of log KL by log m, k = 20", f"−{abs(slopes[5]):.3f}", "−1", "limit, Wilks 1938"),
        ("KL · 2m/k, m = 3,200, k = 20", f"{kls[5][-1] * 320:.2f}", "1", "limit, Wilks 1938"),
        ("kurtosis of the full Gaussian", f"{tails['full']:.2f}", "3", "exact"),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)  # fmt: skip

# %% [markdown]
# ## What to read next
#
# - Wilks (1938), *The large-sample distribution of the likelihood ratio*: where $k/(2m)$
#   comes from.
# - Zoran and Weiss (2011), *From learning models of natural image patches to whole image
#   restoration*: how far a mixture of Gaussians gets with photographs.
#
# ## Words
#
# | term | in this notebook | 中文 |
# |---|---|---|
# | reverse KL | mean under the model; a valley for each mode | 反向 KL 散度 |
# | kurtosis | large where rare large values matter; 3 for a Gaussian | 峰度 |

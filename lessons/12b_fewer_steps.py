# ---
# title: After GANs: another clock, and one step
# claim: Taking noise away by chance mends what a network gets wrong, if there are many
#   steps; for one step, the map from noise to data must be learned as it is, torn.
# needs: what flow matching is (lesson 12); the grid of 25 (lesson 03)
# topics:
# bonus: true
# ---

# %% [markdown]
# # 12b · After GANs: another clock, and one step
#
# **Bonus.** Lesson 12 takes noise to data by many equal steps along a velocity. Here are the
# older way, which adds new noise on the way, and the shortest, which takes one step. The end
# shows larger pictures.
#
# After this notebook you can
#
# - sample by DDPM and by DDIM, and say when new noise helps;
# - see whether a schedule reaches noise at all;
# - straighten a flow on its own samples, and say what a model of one step still gets wrong;
# - say what few and many steps do to larger pictures.
#
# **Minutes:** {minutes}. **You need:** what flow matching is (lesson 12), and the grid of 25 modes
# with its scores, share within 3σ and reverse KL (lesson 03).

# %%
import keras
import numpy as np

from utils import figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(12))

# %% tags=["parameters"]
SAMPLES = scale(quick=200, laptop=5_000, full=20_000)
STEPS = scale(quick=10, laptop=4_000, full=20_000)
CLOCK_STEPS = scale(quick=[2, 4], laptop=[8, 16, 64, 250], full=[8, 16, 64, 250])
PAIRS = scale(quick=256, laptop=32_768, full=131_072)
TEACHER_STEPS = scale(quick=2, laptop=32, full=64)
TEARS = scale(
    quick=[0.01, 0.1],
    laptop=np.geomspace(1e-3, 0.2, 30),
    full=np.geomspace(1e-3, 0.2, 60),
)
FACES = scale(quick=2, laptop=32, full=200)
FACE_STEPS = scale(quick=[1, 2], laptop=[2, 4, 16], full=[2, 4, 16])
DIGIT_STEPS = scale(quick=2, laptop=16, full=16)

# %% [markdown]
# ## 1 · Another clock: DDPM and DDIM
#
# Denoising diffusion mixes data and noise as $x_s = \sqrt{\bar\alpha_s}\,x +
# \sqrt{1 - \bar\alpha_s}\,z$, with $\bar\alpha$ falling from near 1 to near 0 along a
# **schedule**. A network guesses the noise $\varepsilon$ in $x_s$, and with it the data,
# $\hat x = (x_s - \sqrt{1 - \bar\alpha}\,\varepsilon)/\sqrt{\bar\alpha}$. A sampler goes through
# the schedule backward. In each step it mixes guess and noise anew, for the next $\bar\alpha'$:
#
# $$x \leftarrow \sqrt{\bar\alpha'}\,\hat x
# + \sqrt{1 - \bar\alpha' - \sigma^2}\;\varepsilon + \sigma\cdot\text{new noise} .$$
#
# With $\sigma = 0$ this is **DDIM**: no chance after the start. With
# $\sigma^2 = \frac{1-\bar\alpha'}{1-\bar\alpha}\big(1 - \frac{\bar\alpha}{\bar\alpha'}\big)$ it
# is **DDPM**.

# %%
from utils.course.show import show_code
from utils.sampling.ancestral import ancestral, cosine_schedule

show_code(ancestral, "utils.sampling.ancestral: ancestral")

# %% [markdown]
# For the grid of 25 the best guess of the noise is known exactly, from the best denoiser. We
# set a network beside it, trained on the *cosine schedule*: $\sqrt{\bar\alpha}$ is the cosine of an
# angle that grows evenly to 90°.
#
# **Predict.** Both samplers get the same guesses. Which is better with 8 steps? With 250? And
# does it matter whether the guesses are exact or learned? (About 10 seconds to train, then 20.)

# %%
from utils.data.mixtures import grid, standardized
from utils.evaluation.coverage import mode_coverage
from utils.measures.noisy_mixtures import denoised
from utils.models.flow_recipes import train_point_denoiser

DATA = standardized(grid())  # in units of its spread


def exact_noise(x, alpha_bar):
    """E[z | x_s] of the grid."""
    a, b = np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar)
    return (x - a * denoised(DATA, x, a, b)) / b


Z = np.random.default_rng(seed(1)).normal(size=(SAMPLES, 2))
denoiser = train_point_denoiser(DATA, STEPS, seed(0))

# %%
clocks = {"DDIM": 0.0, "DDPM": 1.0}
exact, learned = (
    {
        name: [mode_coverage(sample(eta, steps), DATA) for steps in CLOCK_STEPS]
        for name, eta in clocks.items()
    }
    for sample in (
        lambda eta, steps: ancestral(exact_noise, Z, cosine_schedule(steps), eta, 3),
        lambda eta, steps: denoiser.sample(SAMPLES, seed(1), steps, eta),
    )
)

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            steps,
            *(
                f"{score.high_quality:.1%}, {score.reverse_kl:.4f}"
                for score in (a, b, c, d)
            ),
        )
        for steps, a, b, c, d in zip(
            CLOCK_STEPS, *exact.values(), *learned.values(), strict=True
        )
    ],
    ("steps", "exact, DDIM", "exact, DDPM", "learned, DDIM", "learned, DDPM"),
    caption="Grid of 25: share within 3 σ, reverse KL in nats; one training",
)

# %% [markdown]
# With few steps DDPM reaches the modes less evenly: its reverse KL is larger. With exact guesses
# and many steps both have more than a perfect sampler's 98.9 %: their last step lands on the
# best guess, which is narrower than the data. With learned guesses DDIM stops short of that, 64
# steps or 250, and DDPM comes closer. (One training; at `full`, trained five times as long, DDIM
# reaches 98.7 % and DDPM 99.8 %.) The usual explanation (Karras et al. 2022): where a guess is
# wrong, DDIM carries the error along to the end; new noise drowns it, and later guesses start
# afresh.
#
# > **What we know now.** DDPM and DDIM are one rule with and without new noise. New noise needs
# > more steps; with many, it made a learned sampler better.

# %% tags=["claim"]
if current_scale() != "quick":
    few, many = 0, -1
    quality = {name: [s.high_quality for s in each] for name, each in learned.items()}
    assert quality["DDPM"][many] > quality["DDIM"][many] + 0.01
    assert abs(quality["DDIM"][many] - quality["DDIM"][many - 1]) < 0.02
    assert (quality["DDIM"][many] < 0.97) == (current_scale() == "laptop"), quality
    assert learned["DDPM"][few].reverse_kl > learned["DDIM"][few].reverse_kl
    assert min(s[many].high_quality for s in exact.values()) > 0.989

# %% [markdown]
# ## 2 · A schedule that never reaches noise
#
# The usual linear schedule lets β grow from 0.0001 to 0.02 in 1,000 steps;
# $\bar\alpha$ is the product of all $1 - \beta$. Somebody wants fewer steps, and asks for the same
# β in 10. The sampler starts from pure noise all the same.
#
# What that does can be computed for Gaussian data on a line, of standard deviation $s$. There
# DDIM with exact guesses and fine steps only rescales: the noisy data at the start have the
# variance $\bar\alpha s^2 + 1 - \bar\alpha$, it treats what it gets as those, and so draws
# a standard deviation of
#
# $$\frac{s}{\sqrt{\bar\alpha s^2 + 1 - \bar\alpha}} .$$
#
# **Predict.** What is $\bar\alpha$ after the 10 steps? Pictures vary little in their details
# ($s = 0.1$, say) and much in their brightness ($s = 2$). What becomes of each?

# %%
from utils.sampling.ancestral import linear_schedule

alpha_bars = {n: linear_schedule(n)[-1] for n in (1_000, 100, 50, 10)}


def drawn_std(s, alpha_bar):
    """The standard deviation that DDIM draws from pure noise for data N(0, s²)."""
    return s / np.sqrt(alpha_bar * s**2 + 1 - alpha_bar)


# %% jupyter={"source_hidden": true}
figures.table(
    [
        (
            f"{n:,}",
            f"{alpha_bar:.5f}",
            f"{drawn_std(0.1, alpha_bar):.2f}",
            f"{drawn_std(2.0, alpha_bar):.2f}",
        )
        for n, alpha_bar in alpha_bars.items()
    ],
    ("steps", "ᾱ at the end", "drawn for s = 0.1", "drawn for s = 2"),
    caption="The linear schedule with the same β in fewer steps",
)

# %% [markdown]
# After 10 steps $\bar\alpha$ is still 0.9: there is hardly any noise. Details come out three times
# too strong, which looks like noise left in the picture; brightness comes out half as varied.
#
# > **What we know now.** Look at the last $\bar\alpha$ of a schedule before you train: it must be
# > near 0.

# %% tags=["claim"]
assert alpha_bars[1_000] < 5e-5 and 0.9 < alpha_bars[10] < 0.91
ends = alpha_bars[10]
for s in (0.1, 2.0):
    found = ancestral(
        lambda x, a, s=s: np.sqrt(1 - a) / (a * s**2 + 1 - a) * x,
        np.ones((1, 1)),
        np.linspace(1 - 1e-7, ends, 20_000),
        eta=0.0,
    )
    assert abs(found[0, 0] / drawn_std(s, ends) - 1) < 0.01
assert 2.9 < drawn_std(0.1, ends) / 0.1 < 3.1 and drawn_std(2.0, ends) < 1.1

# %% [markdown]
# ## 3 · Reflow: learn your own ways
#
# A flow is slow because its ways bend; they bend because noise and data are paired at random.
# But once trained, it pairs them itself: each noise has one end. **Reflow** (Liu et al. 2023)
# trains a second flow on these pairs. Their straight ways hardly cross any more.
#
# **Predict.** One Euler step of the first flow lands on the mean of the data. Where does one step
# of the second land? (About 10 seconds for each of three trainings.)

# %%
from utils.models import FlowMatching
from utils.models.flow_recipes import train_point_flow
from utils.models.recipes import falling_adam
from utils.networks.velocity import velocity_mlp
from utils.sampling.coupling import pairs_of
from utils.sampling.ode import solve_ode

flow = train_point_flow(DATA, STEPS, seed(0))
noise = flow.noise(PAIRS, seed(4))
own_pairs = pairs_of(noise, solve_ode(flow.field(), noise, TEACHER_STEPS))


# %%
def trained_on(pairs):
    """A new flow of the same kind, trained on pairs of noise and data."""
    keras.utils.set_random_seed(seed(6))
    student = FlowMatching(velocity_mlp(2), times="late")
    epochs = max(1, STEPS * 256 // len(pairs))
    student.compile(falling_adam(3e-3, epochs * len(pairs) // 256))
    student.fit(pairs, batch_size=256, epochs=epochs, verbose=0)
    return student


reflowed = trained_on(own_pairs)

# %% [markdown]
# On the grid we can also give the pairs that a *perfect* flow makes. The grid is a product of two
# lines, and on a line the flow keeps the order of points. So it takes the share
# $\Phi(z)$ of the noise below $z$ to the same share of the data: with $F$ for the data's
# distribution function and $Q = F^{-1}$,
#
# $$T(z) = Q(\Phi(z)) \quad\text{for each coordinate.}$$
#
# (About 15 seconds.)

# %%
from scipy.stats import norm

LEVELS = np.unique(DATA.means[:, 0].round(9))  # the 5 modes of one coordinate
fine = np.concatenate([m + DATA.std * np.linspace(-6, 6, 2_001) for m in LEVELS])
shares = norm.cdf((fine[:, None] - LEVELS) / DATA.std).mean(axis=1)


def transport(z):
    """T(z) = Q(Φ(z)), coordinate by coordinate."""
    return np.interp(norm.cdf(z), shares, fine)


perfect = trained_on(pairs_of(noise, transport(noise)))

# %%
flows = {"first flow": flow, "after a reflow": reflowed, "from T's pairs": perfect}
COUNTS = (1, 2, 4, 64)
few = {
    name: {n: mode_coverage(each.sample(SAMPLES, seed(2), n), DATA) for n in COUNTS}
    for name, each in flows.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (name, *(f"{s.high_quality:.1%} ({s.modes})" for s in each.values()))
        for name, each in few.items()
    ],
    ("", *(f"{n} step{'s' * (n > 1)}" for n in COUNTS)),
    caption="Share within 3 σ after Euler steps (modes reached); one training each",
)

# %% [markdown]
# One step now reaches all 25 modes, and about half of the samples lie within 3σ, where the first
# flow reached next to none but the middle one. But with 64 steps the second flow is worse than
# the first: it has learned a copy of what the first one draws, errors included, and added its
# own. Even the perfect flow's pairs do not bring it to the first flow's share: so not the
# teacher is to blame, but what there is to learn. Section 4 shows what that is. On digits it is
# the same: one step gains much, 32 steps lose.

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results


def span(values, form=".2f"):
    """The smallest and the largest of some values, as text."""
    return f"{min(values):{form}} to {max(values):{form}}"


digits = load_results("flow")["digits"]["by label"]
figures.table(
    [
        (
            name,
            *(
                span([run[kind][n]["frechet"] for run in digits])
                for n in ("1", "2", "4", "32")
            ),
        )
        for name, kind in (("first flow", "euler"), ("after a reflow", "reflow"))
    ],
    ("", "1 step", "2 steps", "4 steps", "32 steps"),
    caption="UCI's digits by label: Fréchet distance, three seeds (benchmarks/flow.py)",
)

# %% [markdown]
# > **What we know now.** A flow that learns its own pairs has straight ways, and one step goes
# > far. With many steps it stays behind its teacher.

# %% tags=["claim"]
if current_scale() != "quick":
    one = {name: each[1] for name, each in few.items()}
    assert one["first flow"].modes < 5 and one["after a reflow"].modes == 25
    assert one["after a reflow"].high_quality > 0.3
    for student in ("after a reflow", "from T's pairs"):
        assert few[student][64].high_quality < few["first flow"][64].high_quality
    for run in digits:
        before, after = run["euler"], run["reflow"]
        assert after["1"]["frechet"] < 0.6 * before["1"]["frechet"]
        assert after["32"]["frechet"] > before["32"]["frechet"]

# %% [markdown]
# ## 4 · What one step cannot do: tear
#
# $T$ all but jumps: noise just left of $z = 0.25$ goes to one mode, just right of it to the next. A
# network of one pass from noise to data is continuous. So is every GAN, and every VAE's decoder.
#
# **Predict.** How will a network cross such a jump, and where do the samples go whose noise lies
# there?

# %%
line = np.linspace(-1.6, 1.6, 801)
across = np.c_[line, np.zeros_like(line)]
one_step = {
    name: solve_ode(each.field(), across.astype("float32"), 1)[:, 0]
    for name, each in flows.items()
    if name != "first flow"
}

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "exact": (line, transport(line)),
        **{name: (line, x) for name, x in one_step.items()},
    },
    xlabel="z₁, noise (z₂ = 0)",
    ylabel="x₁ after one step",
    title="One step follows the stairs, and rounds their edges",
)

# %% [markdown]
# Where the curve is steep, samples land *between* modes. One number tells how steep: blur $T$,
# that is, average it over noise within a standard deviation $w$ of $z$. For each $w$ we know the
# share of samples that fall between modes (farther than a quarter of the spacing from each, as
# in lesson 05). We read backward: a generator with that share is torn as sharply as $T$ blurred by
# **$w$, the width of its tear**.

# %%
from scipy.ndimage import gaussian_filter1d

QUARTER = (LEVELS[1] - LEVELS[0]) / 4


def between(x):
    """The share of points that lie between modes."""
    return (np.linalg.norm(x - DATA.means[DATA.nearest(x)[0]], axis=1) > QUARTER).mean()


def blurred(w, z):
    """T averaged over a Gaussian of standard deviation w."""
    axis = np.linspace(-6, 6, 60_001)
    smooth = gaussian_filter1d(transport(axis), w / (axis[1] - axis[0]))
    return np.interp(z, axis, smooth)


spilled = [between(blurred(w, Z)) for w in TEARS]

# %% jupyter={"source_hidden": true}
on_grid = load_results("vae_against_gan")["points"]["runs"]
shares_between = {
    **{
        f"{name} of lesson 05": np.mean([run["between"] for run in on_grid[name]])
        for name in ("VAE", "GAN")
    },
    **{
        f"one step, {name}": between(flows[name].sample(SAMPLES, seed(2), 1))
        for name in one_step
    },
    "64 steps, first flow": between(flow.sample(SAMPLES, seed(2), 64)),
}
tears = {
    name: float(np.interp(share, spilled, TEARS))
    for name, share in shares_between.items()
}
figures.table(
    [
        (name, f"{shares_between[name]:.1%}", f"{tear:.4f}")
        for name, tear in sorted(tears.items(), key=lambda pair: -pair[1])
    ],
    ("", "between modes", "width of the tear"),
    caption="Generators on the grid (VAE, GAN: one pass, mean of three seeds)",
)

# %% [markdown]
# The students of one step tear about as widely as the VAE, and the GAN six times more sharply.
# (At `full`, trained five times as long, the students come closer: they tear 1.6 times as widely
# as the GAN.) These three were trained by a squared error, which asks for a mean wherever noise
# from both sides of a jump looks alike. A GAN is punished for each sample between modes that D can see.
# And many steps of the first flow leave fewer samples between modes than one step of its
# students: each of them pulls the two sides of a jump apart only a little, and all together
# much.
#
# > **What we know now.** A map of one pass must tear to reach separate modes, and never quite does.
# > Many small steps tear more sharply than one.

# %% tags=["claim"]
if current_scale() != "quick":
    assert tears["VAE of lesson 05"] > 4 * tears["GAN of lesson 05"]
    for name in one_step:
        wider = 2 if current_scale() == "laptop" else 1.3
        assert tears[f"one step, {name}"] > wider * tears["GAN of lesson 05"], tears
        assert tears[f"one step, {name}"] > 2 * tears["64 steps, first flow"]

# %% [markdown]
# ## 5 · Larger pictures
#
# The avatars of lesson 05 have 32×32 pixels in three colors. A flow of them takes longer than a
# lesson has: we trained one before, and kept its weights. The loss is the same. The network is a
# **U-Net**: it halves the picture and doubles it again, and hands each size across, so that no
# detail is lost on the way.

# %%
from utils.networks.trained_weights import load_trained
from utils.networks.unet import patch_unet

face_network = patch_unet((32, 32, 3))
card = load_trained(face_network, "avatars_flow")
face_flow = FlowMatching(face_network)
print(
    f"{face_network.count_params():,} weights, {card['scores']['steps']:,.0f} steps, "
    f"{card['scores']['core minutes']:.0f} minutes of a core"
)

# %% [markdown]
# **Predict.** How few Euler steps make a face? And what is wrong with faces of two steps?

# %%
faces = {n: face_flow.sample(FACES, seed(3), n).clip(-1, 1) for n in FACE_STEPS}

# %% jupyter={"source_hidden": true}
from utils.data.avatars import render, sample_factors

avatars = render(sample_factors(200, seed(7)), 32)
figures.image_rows(
    {
        "real": avatars[: min(FACES, 9)],
        **{f"{n} step{'s' * (n > 1)}": each[:9] for n, each in faces.items()},
    },
    title="Two steps blur faces; more steps sharpen them, and leave grain",
)

# %% [markdown]
# As in lesson 05 we measure sharpness: how much a pixel differs from the mean of its four
# neighbors, in units of real avatars.


# %%
def sharpness(images):
    """Mean absolute Laplacian over inner pixels."""
    inner = images[:, 1:-1, 1:-1]
    around = images[:, 2:, 1:-1] + images[:, :-2, 1:-1]
    around = around + images[:, 1:-1, 2:] + images[:, 1:-1, :-2]
    return np.abs(inner - around / 4).mean()


sharp = {n: sharpness(each) / sharpness(avatars) for n, each in faces.items()}
print({n: round(float(value), 2) for n, value in sharp.items()})

# %% [markdown]
# Two steps are less sharp than real avatars: a long step heads for a mean. Sixteen steps are
# *sharper* than real ones, and that is no detail: the picture shows grain on the walls, noise that
# this network, after its quarter of an hour, does not take away.
#
# And the distance to new avatars? A network that reads hair, skin, glasses and the like from a
# picture sees both; on its features we take the Fréchet distance. Beside the flow stand the VAE and
# the GAN of lesson 05, as `full` trains them, on the same pictures. (`benchmarks/flow_pictures.py`
# redoes the table.)
#
# **Predict.** Sixteen steps leave grain. Are they nearer to real avatars than two?

# %% jupyter={"source_hidden": true}
scored = load_results("flow")["kept"]["avatars"]
trained = {
    **{name: (scored[name]["core minutes"], scored[name]) for name in ("VAE", "GAN")},
    **{
        f"flow, {n} steps": (scored["flow"]["core minutes"], each)
        for n, each in scored["flow"]["euler"].items()
    },
}
figures.table(
    [
        (
            name,
            f"{minutes:.0f}",
            f"{each['frechet']:.2f}",
            f"{each['precision']:.0%}",
            f"{each['recall']:.0%}",
        )
        for name, (minutes, each) in trained.items()
    ]
    + [
        (
            "other real avatars",
            "",
            f"{scored['real']['frechet']:.2f}",
            f"{scored['real']['precision']:.0%}",
            f"{scored['real']['recall']:.0%}",
        )
    ],
    ("", "minutes of a core", "Fréchet distance", "precision", "recall"),
    caption="1,000 drawn avatars against 1,000 real ones; one training each",
)

# %% tags=["claim"]
far = {name: each["frechet"] for name, (_, each) in trained.items()}
assert far["flow, 16 steps"] < 0.6 * far["GAN"] < 0.6 * far["VAE"]
assert far["flow, 2 steps"] > far["VAE"] and 2 < far["flow, 4 steps"] < 2.1
took = {name: scored[name]["core minutes"] for name in ("VAE", "flow", "GAN")}
assert took["VAE"] < took["flow"] < took["GAN"]
assert scored["flow"]["nearest"] > scored["flow"]["new nearest"]
assert scored["real"]["recall"] > 2 * scored["flow"]["euler"]["16"]["recall"]

# %% [markdown]
# With sixteen steps the flow is nearer than both, with two farther, and with four as near as the GAN,
# which trained longest. One training each proves no order. Its faces are not copies: the nearest of
# 8,000 training pictures is no nearer to them than to new avatars. But it draws less than half of
# what there is: see the recall.
#
# > **What we know now.** The same loss draws faces. Sharper than real is not better: look.

# %% tags=["claim"]
if current_scale() != "quick":
    assert sharp[2] < sharp[4] < 1 < sharp[16]
    assert 14 < card["scores"]["core minutes"] < 16

# %% [markdown]
# ## 6 · Digits by name
#
# MNIST's digits have 28×28 pixels, and each has a label. A flow that is told the label can be asked
# for a digit. This one was trained for most of an hour, and its weights are kept, too.

# %%
digit_network = patch_unet((28, 28, 1), width=32, levels=1, classes=10)
digit_card = load_trained(digit_network, "digits_flow")
digit_flow = FlowMatching(digit_network, classes=10)
asked = np.repeat([0, 2, 5, 8], 9)
digits = digit_flow.sample(len(asked), seed(3), DIGIT_STEPS, labels=asked).clip(-1, 1)

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {f"asked: {label}": digits[asked == label] for label in np.unique(asked)},
    title="Most are the digit that was asked for; some are none",
)

# %% [markdown]
# A classifier, trained on real digits, says how many are the digit that was asked for. On its
# features we take the other scores. (`benchmarks/flow_pictures.py` redoes the table.)
#
# **Predict.** Are digits of sixteen steps better than those of four, in each column?

# %% jupyter={"source_hidden": true}
by_name = load_results("flow")["kept"]["digits"]
figures.table(
    [
        (
            f"flow, {n} steps",
            f"{each['accuracy']:.0%}",
            f"{each['frechet']:.2f}",
            f"{each['precision']:.0%}",
            f"{each['recall']:.0%}",
        )
        for n, each in by_name["flow"]["euler"].items()
    ]
    + [
        (
            "other real digits",
            "",
            f"{by_name['real']['frechet']:.2f}",
            f"{by_name['real']['precision']:.0%}",
            f"{by_name['real']['recall']:.0%}",
        )
    ],
    ("", "the digit asked for", "Fréchet distance", "precision", "recall"),
    caption=f"2,000 drawn digits against 2,000 test digits; one training of "
    f"{digit_card['scores']['core minutes']:.0f} minutes of a core",
)

# %% tags=["claim"]
few, many = (by_name["flow"]["euler"][n] for n in ("4", "16"))
assert many["frechet"] < 0.6 * few["frechet"] and many["recall"] > few["recall"]
assert 0.85 < many["accuracy"] < few["accuracy"] < 0.95
assert many["precision"] < few["precision"] < by_name["real"]["precision"]
assert many["frechet"] > 5 * by_name["real"]["frechet"]

# %% [markdown]
# Not in each. Of four steps' digits more are read rightly, and they are less varied: see the recall.
# Those of sixteen steps vary more, and the Fréchet distance, which counts both, nearly
# halves. Both are far from real digits.
#
# **How many bits does a digit need?** A pixel has one of 256 levels. Spread evenly over its interval,
# it has a density, which the ODE gives as in lesson 12; so a pixel's level costs $-\log_2$ of the
# density times the interval. The published flows were not told the label; so we add the
# $\log_2 10$ bits that it costs to say it.

# %% jupyter={"source_hidden": true}
bits = by_name["bits"]
error_of_solver = bits["solver's error"]
published = "Grathwohl et al. 2019"
figures.table(
    [
        (
            f"our flow, {bits['digits']} test digits",
            f"{bits['mean']:.2f} ± {bits['standard error']:.2f}",
            f"measured; the solver's error is {error_of_solver:.3f}",
        ),
        ("Real NVP", "1.06", published),
        ("Glow", "1.05", published),
        ("FFJORD", "0.99", published),
    ],
    ("MNIST", "bits per pixel", "source"),
)

# %% tags=["claim"]
assert 1.5 < bits["mean"] < 1.6 and bits["standard error"] < 0.03
assert error_of_solver < 0.01

# %% [markdown]
# Half a bit more than theirs, in each of 784 pixels. How much of it more hours would take away, we
# have not tried.
#
# > **What we know now.** Few steps draw digits that are easy to read, many steps draw all kinds. In
# > bits, three quarters of an hour of a core are not enough.

# %% [markdown]
# ## What to read next
#
# - Ho, Jain and Abbeel (2020), *Denoising diffusion probabilistic models*.
# - Song, Meng and Ermon (2021), *Denoising diffusion implicit models*.
# - Karras et al. (2022), *Elucidating the design space of diffusion-based generative models*: when
#   new noise helps.
# - Liu, Gong and Liu (2023), *Flow straight and fast*: reflow.
# - Song et al. (2023), *Consistency models*: one step, learned otherwise.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | schedule | how much noise there is at each step | 噪声调度 |
# | ancestral sampling | going back step by step, with new noise | 祖先采样 |
# | reflow | training a flow on its own pairs | 再流 |

# ---
# title: Training a GAN
# claim: Two networks that take turns can learn to draw: one measures how far the
#   generated data are from the real, the other follows the slope of that measure.
# needs: Keras; logistic regression
# topics:
#   14: "2 · The algorithm"
#   15: "3 · Why taking turns works"
#   16: "3 · Why taking turns works"
#   17: "4 · Two losses for G"
#   18: "1 · Two players on a line"
#   19: "5 · Too weak, too strong"
#   20: "6 · Many modes"
#   21: "7 · Digits"
# bonus: false
# ---

# %% [markdown]
# # 03 · Training a GAN
#
# **Claim.** Two networks that take turns can learn to draw. The discriminator *measures*
# how far the generated data are from the real ones; the generator follows the slope of
# that measure.
#
# After this lesson you can
#
# - write the training loop of a GAN, and say what each line measures or minimizes;
# - say when a discriminator's reading is the divergence, and when it is not;
# - choose between the two losses of the generator, and explain the choice with a slope;
# - count the modes that a generator has lost, and bring them back.
#
# **Minutes:** {minutes}. **You need:** Keras, and what a logistic regression is. The
# Jensen–Shannon divergence (JS) says how far two distributions are apart, in nats: 0 if
# they are the same, $\log 2 \approx 0.693$ if they never meet. A bonus notebook, 03b, measures
# the cures for mode collapse over many runs.

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(3))

# %% [markdown]
# The next cell says how long each training of this lesson runs. `COURSE_SCALE` chooses the
# column: `quick` is a smoke test, `laptop` is what the text describes, `full` is for a GPU.

# %% tags=["parameters"]
FILM_STEPS = scale(quick=16, laptop=300, full=300)
WATCHED_STEPS = scale(quick=5, laptop=100, full=100)
D_STEPS = scale(quick=(1,), laptop=(1, 5, 20), full=(1, 5, 20))
RACE_STEPS = scale(quick=10, laptop=150, full=150)
STRONG_STEPS = scale(quick=20, laptop=1_000, full=5_000)
WIDTH_STEPS = scale(quick=5, laptop=300, full=300)
RING_STEPS = scale(quick=20, laptop=2_000, full=10_000)
GRID_STEPS = scale(quick=20, laptop=5_000, full=20_000)
CLASSIC_STEPS = scale(quick=20, laptop=1_500, full=15_000)
CONVOLUTIONAL_STEPS = scale(quick=20, laptop=3_500, full=10_800)
CLASSIFIER_EPOCHS = scale(quick=30, laptop=30, full=4)

# %% [markdown]
# ## 1 · Two players on a line
#
# Real data: one bump, a Gaussian with mean 1.5 and standard deviation 0.5.
# The **generator** G takes a random number $z$ from $N(0, 1)$, its **latent vector**, and
# returns $az + b$. With $a = \pm 0.5$ and $b = 1.5$ it draws exactly the real bump. It
# starts with $b = -1.5$.
#
# The **discriminator** D looks at a number and says how probable it is that it is *real*.
# It is a small network, and like every network here it returns a **logit**; the
# probability is the sigmoid of it.

# %%
from scipy.stats import norm

from utils.models import GAN
from utils.networks.mlp import mlp

REAL = norm(1.5, 0.5)


def gan_on_a_line(rate=0.1, discriminator=(32, 32), shift=-1.5, width=0.5, **settings):
    """G stretches and shifts its noise; D is a small network."""
    gan = GAN(mlp(1, 1, hidden=()), mlp(1, 1, hidden=discriminator), **settings)
    gan.generator.set_weights([np.array([[width]]), np.array([shift])])
    gan.compile(
        keras.optimizers.Adam(rate, beta_1=0.5),
        keras.optimizers.Adam(0.01, beta_1=0.5),
    )
    return gan


# %% [markdown]
# (`beta_1` is Adam's **momentum**: how much of its last direction it keeps. Section 6 comes
# back to it.)
#
# G never sees a real number. All it gets is the **gradient**: for each number that it
# made, the direction in which D would find it more real. We draw it as an arrow.

# %%
from utils.autodiff import input_gradient
from utils.measures.adversarial import OBJECTIVES

BOUNDS = (-4.0, 5.0)


def arrows(gan, points, objective="non-saturating"):
    """Minus the slope of G's loss by each generated point: where G is told to go."""
    loss = OBJECTIVES[objective].generator_loss
    slope = input_gradient(lambda x: loss(None, gan.discriminator(x)), points)
    return -len(points) * ops.convert_to_numpy(slope)


def generated_density(gan):
    """The exact distribution of a z + b."""
    width, shift = (float(w.squeeze()) for w in gan.generator.get_weights())
    return norm(shift, max(abs(width), 0.02))


# %% jupyter={"source_hidden": true}
LATENT = np.random.default_rng(0).normal(size=(60, 1)).astype("float32")


def snapshot(gan):
    """What one picture of the game on a line needs."""
    points = ops.convert_to_numpy(gan(LATENT))
    curve = figures.evaluate_1d(lambda x: ops.sigmoid(gan.discriminator(x)), BOUNDS)
    return points, curve, arrows(gan, points), generated_density(gan).pdf


def draw(ax, moment, **options):
    """One panel: both bumps, D's curve, and the arrows."""
    points, curve, pushes, density = moment
    real = REAL.rvs(60, random_state=0)
    return figures.two_players_1d(
        real,
        points,
        curve,
        arrows=pushes,
        densities=(REAL.pdf, density),
        bounds=BOUNDS,
        arrow_scale=0.4,
        ax=ax,
        **options,
    )


# %% [markdown]
# **Predict.** D has had ten steps of training, G none. Where is D's curve high, where is
# it low, and which way do the arrows point?

# %%
rng = np.random.default_rng(seed(0))


def real_batch(size=256):
    """New real data, (size, 1)."""
    return REAL.rvs((size, 1), random_state=rng).astype("float32")


gan = gan_on_a_line()
for _ in range(10):
    gan.update_discriminator(ops.convert_to_tensor(real_batch()))
first_look = snapshot(gan)

# %% jupyter={"source_hidden": true}
draw(None, first_look, title="D leans to the right, and pushes every point that way")

# %% [markdown]
# D is high where the real bump is and low where the generated one is. The dashed curve
# is the best D there is, $p(x) / (p(x) + q(x))$; D is on its way to it. Every arrow points
# up the slope of D: to the right.

# %% tags=["claim"]
assert first_look[2].min() > 0, "some arrow points away from the real data"

# %% [markdown]
# Now let them play: one step of D, one step of G, in turn. G takes large steps here.
#
# **Predict.** Will G stop when it reaches the middle of the real bump?

# %%
gan = gan_on_a_line()
moments, turns = [], []
for turn in range(FILM_STEPS + 1):
    if turn % max(FILM_STEPS // 60, 1) == 0:
        moments.append(snapshot(gan))
        turns.append(turn)
    gan.train_on_batch(real_batch())

# %% jupyter={"source_hidden": true}
eight = [int(x * (len(turns) - 1)) for x in (0, 0.05, 0.1, 0.14, 0.2, 0.3, 0.5, 1)]
figures.filmstrip(
    [moments[i] for i in eight],
    draw,
    [f"turn {turns[i]}" for i in eight],
    title="G overshoots the middle of the real bump, and comes back",
)

# %% [markdown]
# G ran past the *middle* of the real bump. D had learned "further right is more real", and
# G followed that slope until D, a few turns later, noticed that the generated points are
# on the right now. The slope turned, and G came back. On the way the bump became a thin
# spike: as long as D's curve has one slope there, all points go to the best place that D
# knows. Once D notices the spike, G spreads out again. At the end D is close to one half
# where there are data: it cannot tell the two apart. Elsewhere its curve means nothing.

# %% tags=["claim"]
if current_scale() != "quick":  # too short for the whole story
    shifts = np.array([moment[0].mean() for moment in moments])
    last_points, last_curve, _, _ = moments[-1]
    near = abs(np.linspace(*BOUNDS, len(last_curve)) - 1.5) < 0.5
    spreads = np.array([moment[0].std() for moment in moments])
    assert shifts[0] < -1 and shifts.max() > 1.75, "no overshoot"
    assert spreads.min() < 0.25 < 0.35 < spreads[-1], "no spike"
    assert abs(shifts[-10:].mean() - 1.5) < 0.2, "no return"
    assert abs(np.ravel(last_curve)[near] - 0.5).max() < 0.2, "D is not undecided"

# %% [markdown]
# The same as an animation.

# %% jupyter={"source_hidden": true}
figures.animate(moments, draw, [f"turn {turn}" for turn in turns], fps=10)

# %% [markdown]
# And now you. *Step D* lets D learn for one step, *Step G* lets G follow its arrows, *Run*
# takes turns. Try *Step D* twenty times, then *Step G* twenty times. Then the other
# way round. What breaks when one player moves alone for long?

# %%
toy = gan_on_a_line()
start = toy.get_weights()

figures.player_widget(
    step_discriminator=lambda: toy.update_discriminator(
        ops.convert_to_tensor(real_batch())
    ),
    step_generator=lambda: toy.update_generator(ops.convert_to_tensor(real_batch())),
    draw=lambda: draw(None, snapshot(toy)),
    reset=lambda: toy.set_weights(start),
    steps=20,
    states={f"turn {turns[i]}": draw(None, moments[i]) for i in eight},
)

# %% [markdown]
# The same game once more, played by your browser alone: with both rates, several steps of D
# per turn, the two losses of section 4, and what D reads of the exact JS.

# %% jupyter={"source_hidden": true}
figures.BrowserGame()

# %% [markdown]
# D alone becomes surer and surer, and G does not move: a better measure of a distance that
# nobody shortens. G alone climbs a slope that no longer changes: its points run to where
# the old D is highest, and gather there.
#
# > **What we know now.** D's slope tells each generated point where to go. It is right only as
# > long as D knows where G is *now*: so they take turns.

# %% [markdown]
# ## 2 · The algorithm
#
# Both players fight over one number,
#
# $$V(D, G) = \mathbb E_{x}\,[\log D(x)] + \mathbb E_{z}\,[\log(1 - D(G(z)))].$$
#
# D wants it high: real data should get 1, generated data 0. G wants it low.
#
# **Algorithm** (Goodfellow et al. 2014). Repeat:
#
# 1. draw a batch of real $x$ and of noise $z$; move D *up* the gradient of $V$ (once or
#    $k$ times);
# 2. draw new noise; move G *down* the gradient of its loss, D held fixed.
#
# An optimizer only goes down, so D lowers $-V$. Let $\ell(x)$ be the logit, then
# $\log D = -\mathrm{softplus}(-\ell)$ and $\log(1 - D) = -\mathrm{softplus}(\ell)$ with
# $\mathrm{softplus}(t) = \log(1 + e^t)$.
#
# ### Exercise 3.1 · D's loss (easy, 5 minutes)
#
# Write $-V$ from logits, with `keras.ops`: `minimize` will need its gradient. It must be
# right at logits of ±10,000 too.
#
# <details><summary>Hint 1</summary>
# Never take the logarithm of a sigmoid: at a logit of −200 the sigmoid is 0 in float32.
# </details>
# <details><summary>Hint 2</summary>
# −log D(x) is <code>ops.softplus(-real_logits)</code>. Take the mean over the real
# batch, do the same for the generated one with the other sign, and add.
# </details>


# %% tags=["exercise"]
# Exercise 3.1: the discriminator's loss
def discriminator_loss(real_logits, fake_logits):
    """-E[log D(x)] - E[log(1 - D(G(z)))] from logits (n, 1), a scalar."""
    # BEGIN SOLUTION
    real_part = ops.mean(ops.softplus(-real_logits))
    fake_part = ops.mean(ops.softplus(fake_logits))
    return real_part + fake_part
    # END SOLUTION


# %% tags=["check"]
checks.lesson03.discriminator_loss(discriminator_loss)

# %% [markdown]
# **Run.** D is nothing but a logistic regression that tells real (label 1) from generated
# (label 0). Its loss is twice Keras' mean binary cross-entropy over both halves.

# %%
from utils.measures.adversarial import logistic_discriminator_loss

real_logits = np.random.default_rng(1).normal(1, 2, (256, 1)).astype("float32")
fake_logits = np.random.default_rng(2).normal(-1, 2, (256, 1)).astype("float32")
labels = np.concatenate([np.ones((256, 1)), np.zeros((256, 1))])
logits = np.concatenate([real_logits, fake_logits])

cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
ours = logistic_discriminator_loss(real_logits, fake_logits)
print(
    f"ours {float(ours):.6f}, twice Keras' cross-entropy {2 * float(cross_entropy):.6f}"
)

# %% tags=["claim"]
assert np.isclose(float(ours), 2 * float(cross_entropy), rtol=1e-6)

# %% [markdown]
# ### Exercise 3.2 · G's two losses (easy, 5 minutes)
#
# G lowers the part of $V$ it can change, $\mathbb E_z[\log(1 - D(G(z)))]$: the **minimax**
# loss. In practice one lowers $-\mathbb E_z[\log D(G(z))]$ instead, the
# **non-saturating** loss. Both fall when D believes G more. Section 4 shows why it matters.
#
# <details><summary>Hint 1</summary>
# Write each with softplus, as above. One of the two losses is never positive.
# </details>
# <details><summary>Hint 2</summary>
# log(1 − D) is <code>-ops.softplus(fake_logits)</code>; −log D is
# <code>ops.softplus(-fake_logits)</code>.
# </details>


# %% tags=["exercise"]
# Exercise 3.2: the generator's two losses
def minimax_loss(fake_logits):
    """E[log(1 - D(G(z)))] from logits (n, 1), a scalar."""
    # BEGIN SOLUTION
    return -ops.mean(ops.softplus(fake_logits))
    # END SOLUTION


def non_saturating_loss(fake_logits):
    """-E[log D(G(z))] from logits (n, 1), a scalar."""
    # BEGIN SOLUTION
    return ops.mean(ops.softplus(-fake_logits))
    # END SOLUTION


# %% tags=["check"]
checks.lesson03.generator_losses(minimax_loss, non_saturating_loss)

# %% [markdown]
# ### Exercise 3.3 · Your own `train_step` (medium, 15 minutes)
#
# `fit` calls `train_step(data)` for every batch. You have
#
# - `self.generator`, `self.discriminator`, and `self.draw_latent(n)` for new noise `(n, d)`;
# - `minimize(loss_fn, variables, optimizer)`: one optimizer step on a loss (a function
#   of no arguments) that changes exactly these variables;
# - `self.optimizer["generator"]`, `self.optimizer["discriminator"]`;
# - `self.log(name=value)` and, to return at the end, `self.logs()`.
#
# The decorator lets the same lines run on TensorFlow, JAX and PyTorch. Log what `minimize`
# returns under the names `discriminator_loss` and `generator_loss`. The losses are
# `logistic_discriminator_loss(real_logits, fake_logits)` and
# `non_saturating_generator_loss(None, fake_logits)`, whose first argument is not used (your own
# losses are fine too). Each player takes one update, alone, with new noise of its own: as many
# generated examples as there are real ones, `ops.shape(data)[0]`. Which goes first does not
# matter here.
#
# <details><summary>Hint 1</summary>
# D first: make fake examples, then minimize D's loss over
# <code>self.discriminator.trainable_variables</code>. Then G, with new noise, over
# <code>self.generator.trainable_variables</code>.
# </details>
# <details><summary>Hint 2</summary>
# G's gradient has to flow <em>through</em> D into G. So the call
# <code>self.discriminator(self.generator(latent))</code> stands inside the function that
# you give to <code>minimize</code>.
# </details>

# %% tags=["exercise"]
# Exercise 3.3: your own train_step
from utils.autodiff import minimize, portable_train_step
from utils.measures.adversarial import non_saturating_generator_loss
from utils.models.game import Game


class MyGAN(Game):
    """A generator against a discriminator."""

    @portable_train_step
    def train_step(self, data):
        """Takes one step with D and one with G; data are real examples (n, ...)."""
        # BEGIN SOLUTION
        n = ops.shape(data)[0]
        fake = self.generator(self.draw_latent(n), training=True)
        discriminator_loss = minimize(
            lambda: logistic_discriminator_loss(
                self.discriminator(data), self.discriminator(fake)
            ),
            self.discriminator.trainable_variables,
            self.optimizer["discriminator"],
        )
        latent = self.draw_latent(n)
        generator_loss = minimize(
            lambda: non_saturating_generator_loss(
                None, self.discriminator(self.generator(latent))
            ),
            self.generator.trainable_variables,
            self.optimizer["generator"],
        )
        self.log(discriminator_loss=discriminator_loss, generator_loss=generator_loss)
        return self.logs()
        # END SOLUTION


# %% tags=["check"]
checks.lesson03.train_step(MyGAN)

# %% [markdown]
# And this is the course's own model: D's turn, and G's turn. Its `train_step`, under the
# fold, calls the first $k$ times and the second once.

# %%
from utils.course.show import show_code

show_code(GAN.update_discriminator, "D's turn: GAN.update_discriminator")

# %%
show_code(GAN.update_generator, "G's turn: GAN.update_generator")

# %% jupyter={"source_hidden": true}
show_code(GAN.train_step, "Both in turn: GAN.train_step", folded=True)

# %% [markdown]
# `minimize` takes a gradient and one optimizer step. The next fold shows how the backend
# you are on takes the gradient. (JAX has the longest way: a step may not change a variable,
# so new values are handed back.)

# %% jupyter={"source_hidden": true}
from importlib import import_module

backend = keras.backend.backend()
gradients_here = import_module(f"utils.autodiff.{backend}").value_and_gradients
show_code(gradients_here, f"A loss and its gradients on {backend}", folded=True)

# %% [markdown]
# > **What we know now.** D's step is one step of a logistic regression; G's step is gradient
# > descent *through* D. Nothing else is in the loop.
#
# ## 3 · Why taking turns works
#
# We want to minimize over G a *maximum* over D. What is the gradient of a maximum?
# Take $f(\theta) = \max(f_1, f_2, f_3)$. At each $\theta$ one branch is on top, and the slope
# of $f$ is the slope of that branch. So: find the branch on top, then differentiate it
# *as if it were the only one*. Finding the branch on top is training D. Differentiating it is
# G's step, with D held fixed.
#
# **Predict.** Descent starts at θ = −1. Which branches will it walk along, and where does
# it end?

# %%
branches = {
    "f₁": lambda t: (t + 0.5) ** 2 + 0.2,
    "f₂": lambda t: 0.5 * t + 0.9,
    "f₃": lambda t: 2 * (t - 0.6) ** 2 - 0.5,
}
slopes = {
    "f₁": lambda t: 2 * (t + 0.5),
    "f₂": lambda t: 0.5,
    "f₃": lambda t: 4 * (t - 0.6),
}
path = [-1.0]
for _ in range(25):
    on_top = max(branches, key=lambda name: branches[name](path[-1]))  # D's part
    path.append(path[-1] - 0.06 * slopes[on_top](path[-1]))  # G's part

# %% jupyter={"source_hidden": true}
theta = np.linspace(-1.1, 1.0, 300)
figures.maximum(
    theta,
    {name: branch(theta) for name, branch in branches.items()},
    path=np.array(path),
    title="Down the branch on top, to the corner where the next takes over",
)

# %% tags=["claim"]
tops = [max(branch(t) for branch in branches.values()) for t in (path[-1], *theta)]
assert tops[0] - min(tops[1:]) < 0.1, "descent on the active branch missed the minimum"

# %% [markdown]
# It walks down f₃ to the corner where f₂ takes over, hops over it and creeps back: steps
# are finite, and the slope changes suddenly. The corner is the lowest point of the maximum,
# and no branch has its own minimum there.
#
# With the best D for the present G, the value is a divergence:
# $\max_D V(D, G) = 2\,\mathrm{JS}(p, q) - 2\log 2$. (Lesson 02, section 3, derives it: put
# $D^* = p/(p + q)$ into $V$.) So we may *read* JS off D:
#
# $$\mathrm{JS} \approx \log 2 + \tfrac12\,\mathbb E[\log D(x)]
# + \tfrac12\,\mathbb E[\log(1 - D(G(z)))].$$
#
# The theory wants D trained to its best before each step of G. Practice gives it a
# few steps. So how true is the reading *during* training? On a line we can say: the
# generated density is known, and JS follows by numerical integration.

# %%
from utils.measures.divergences import js_from_logits
from utils.measures.integrate import integrate


def exact_js(gan):
    """JS between real and generated data by numerical integration, in nats."""
    q = generated_density(gan)
    return float(integrate("js", REAL.logpdf, q.logpdf, (-8, 10)))


def reading(gan, n=4_000, seed=0):
    """What D says JS is, on data that it was not trained on."""
    real = REAL.rvs((n, 1), random_state=seed).astype("float32")
    return float(
        js_from_logits(gan.discriminator(real), gan.discriminator(gan.sample(n, seed)))
    )


# %% [markdown]
# We train six times: D takes 1, 5 or 20 steps for each step of G; G's steps are small or
# ten times as large. (About 20 seconds.)
#
# **Predict.** In which of the six does D's reading lose touch with the exact JS?


# %%
def watch(discriminator_steps, rate):
    """Trains and measures; returns turns, exact JS and D's reading."""
    keras.utils.set_random_seed(seed(1))
    gan = gan_on_a_line(rate, discriminator_steps=discriminator_steps)
    rows = []
    for turn in range(WATCHED_STEPS + 1):
        if turn % max(WATCHED_STEPS // 30, 1) == 0:
            rows.append((turn, exact_js(gan), reading(gan, seed=turn)))
        gan.train_on_batch(real_batch())
    return np.array(rows).T


RATES = {0.01: "small", 0.1: "large"}
watched = {(k, rate): watch(k, rate) for k in D_STEPS for rate in RATES}

# %% jupyter={"source_hidden": true}
figures.curve_grid(
    {
        f"{k} D-step{'s' * (k > 1)}, G {RATES[rate]}": {
            "exact": (turn, exact),
            "measured": (turn, read),
        }
        for (k, rate), (turn, exact, read) in watched.items()
    },
    columns=2,
    xlabel="turn",
    ylabel="JS (nats)",
    ylim=(-0.3, 0.75),
    references={"log 2": np.log(2)},
    title="D's reading is the divergence, unless G outruns it",
)

# %% jupyter={"source_hidden": true}
from utils.figures import table

errors = {
    key: np.abs(exact - read)[3:].mean() for key, (_, exact, read) in watched.items()
}
table(
    [(k, *(f"{errors[k, rate]:.3f}" for rate in RATES)) for k in D_STEPS],
    ("D-steps per turn", "G small", "G large (× 10)"),
    caption="Mean distance between D's reading and the exact JS, in nats",
)

# %% [markdown]
# With a patient G even one step of D is enough: after the first turns the reading is
# the divergence. With large steps of G and one step of D it is not: the reading even
# falls below 0, which no divergence does. D's opinion is about where G *was*. Five
# steps of D put it right. That is the rule of thumb "G little, D more".
#
# A right reading is not yet a good G. With small steps JS is still above 0.4 at the end. And
# look at the dashed curves alone: where G outruns D, the exact JS comes down and *rises again*,
# for G runs on while D still points the old way. With twenty steps of D and small ones of G it
# may creep up again as well, though the reading is right: section 4 says why. Training can make
# G worse.
#
# **Which curve does one watch, where the exact JS is unknown?** Put D's loss $-V$ into the
# formula: the reading is $\log 2$ minus half of D's loss. So a loss of $2 \log 2 \approx 1.386$
# reads "no difference", a loss of 0 reads "nothing in common". A loss that climbs to 1.386 is
# good news only if D is good, so read it on held-out data and give D more steps now and then:
# if the reading jumps up, D was behind. G's loss says little, since it is measured against a D
# that moves. One stops when the reading, and the samples, stop changing.

# %% tags=["claim"]
if current_scale() != "quick":
    assert errors[1, 0.1] > 3 * errors[20, 0.1], "one D-step keeps up with a fast G"
    assert (
        max(errors[5, 0.01], errors[20, 0.01], errors[5, 0.1], errors[20, 0.1]) < 0.08
    )
    assert errors[1, 0.1] == max(errors.values())
    assert watched[1, 0.1][2].min() < 0, "the reading never left the range of JS"
    exact = watched[1, 0.1][1]
    rises = exact - np.minimum.accumulate(exact)
    assert rises.max() > 0.1, "JS never rose again"
    assert min(watched[k, 0.01][1][-1] for k in D_STEPS) > 0.4, "small steps went far"

# %% [markdown]
# > **What we know now.** Train D = measure, train G = minimize. The reading is the divergence if
# > D keeps up with G.
#
# ## 4 · Two losses for G
#
# At the start D sees through G: $D(G(z)) \approx 0$. How steep is each loss there?
# By the logit $\ell$,
#
# $$\frac{d}{d\ell}\log(1 - D) = -D, \qquad \frac{d}{d\ell}(-\log D) = D - 1 .$$
#
# The first is about 0 where D is sure, the second about −1. We measure it: D learns, G stands
# still, and we take the norm of G's gradient under both losses after every few steps of D.
#
# **Predict.** Which of the two norms grows as D gets better?

# %%
from utils.autodiff import value_and_gradients

LOSSES = ("minimax", "non-saturating")


def gradient_norm(gan, objective, n=1_000):
    """Norm of the gradient of G's loss by G's parameters."""
    latent = np.random.default_rng(5).normal(size=(n, 1)).astype("float32")
    loss = OBJECTIVES[objective].generator_loss
    _, gradients = value_and_gradients(
        lambda: loss(None, gan.discriminator(gan(latent))),
        gan.generator.trainable_variables,
    )
    return float(np.sqrt(sum(float(ops.sum(g**2)) for g in gradients)))


def train_discriminator_alone(gan, looks, batch):
    """Gradient norms under both losses while only D learns."""
    rows = []
    for step in range(max(looks) + 1):
        if step in looks:
            rows.append([gradient_norm(gan, name) for name in LOSSES])
        gan.train_on_batch(batch())
    return np.array(rows).T


# %%
looks = range(0, RACE_STEPS, max(RACE_STEPS // 15, 1))
keras.utils.set_random_seed(seed(1))
norms = train_discriminator_alone(gan_on_a_line(rate=0.0), looks, real_batch)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        name: (np.array(looks), values)
        for name, values in zip(LOSSES, norms, strict=True)
    },
    xlabel="steps of D alone",
    ylabel="norm of G's gradient",
    yscale="log",
    title="As D gets better, the non-saturating loss pushes harder",
)

# %% [markdown]
# The norm under the non-saturating loss grows. Under the minimax loss it stays
# small: the bumps still overlap a little, so some slope is left. In section 5, where they
# never meet, it vanishes.

# %% tags=["claim"]
if current_scale() != "quick":
    assert norms[1, -1] > 10 * norms[0, -1], "both losses push equally"
    assert norms[1, -1] > 2 * norms[1, 0], (
        "the non-saturating loss does not push harder"
    )
    assert norms[0, -1] < norms[0].max(), "the minimax loss pushes harder"

# %% [markdown]
# Who starts faster? Same start, same plain gradient descent for G, one loss each, three
# seeds. (We use plain descent on purpose: Adam divides by the size of the gradient, and so
# hides most of the difference.)
#
# **Predict.** How many times as many turns does the slower one need to bring JS below 0.3? (About
# 10 seconds.)


# %%
def race(objective, number):
    """Exact JS after each turn, G by plain gradient descent."""
    keras.utils.set_random_seed(seed(number))
    gan = gan_on_a_line(objective=objective)
    gan.compile(keras.optimizers.SGD(0.05), keras.optimizers.Adam(0.01, beta_1=0.5))
    track = []
    for _ in range(RACE_STEPS):
        track.append(exact_js(gan))
        gan.train_on_batch(real_batch())
    return track


def turns_until(track, level=0.3):
    """How many turns until JS first falls below a level."""
    below = np.flatnonzero(np.asarray(track) < level)
    return below[0] if len(below) else len(track)


races = {name: np.array([race(name, k) for k in range(3)]) for name in LOSSES}
starts = {
    name: [turns_until(track) for track in tracks] for name, tracks in races.items()
}

# %% jupyter={"source_hidden": true}
figures.curves(
    {name: (np.arange(RACE_STEPS), tracks) for name, tracks in races.items()},
    xlabel="turn",
    ylabel="exact JS (nats): median and range of 3 seeds",
    spread="range",
    references={"log 2": np.log(2)},
    title="The non-saturating loss is there first",
)

# %% jupyter={"source_hidden": true}
table(
    [(name, *values) for name, values in starts.items()],
    ("loss", "first seed", "second", "third"),
    caption=f"Turns until JS < 0.3 ({RACE_STEPS}: not yet)",
)

# %% [markdown]
# Here the minimax loss needs about six times as many turns. The non-saturating loss has its
# price: at the end both want the same G, but what it lowers on the way is no longer JS, so JS
# may rise.
#
# > **What we know now.** Where D is sure, $\log(1 - D)$ is flat and $-\log D$ is steep. In
# > practice G gets the second.

# %% tags=["claim"]
if current_scale() != "quick":
    assert 4 * max(starts["non-saturating"]) < min(starts["minimax"])

# %% [markdown]
# ## 5 · Too weak, too strong
#
# **Too strong.** Move the two bumps so far apart that they never meet: means −4 and 4,
# standard deviation 0.3. JS is log 2, and stays log 2 wherever G moves a little. A perfect
# measure with no direction. Train D on, and look at G's gradient.
#
# **Predict.** What happens to the norm of G's gradient under each of the two losses?

# %%
FAR = norm(4, 0.3)
looks = sorted({int(x) for x in np.geomspace(1, STRONG_STEPS, 14)})
keras.utils.set_random_seed(seed(1))
far_gan = gan_on_a_line(rate=0.0, shift=-4.0, width=0.3)
strong = train_discriminator_alone(
    far_gan, looks, lambda: FAR.rvs((256, 1), random_state=rng).astype("float32")
)
far_js = float(integrate("js", FAR.logpdf, generated_density(far_gan).logpdf, (-8, 8)))

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        name: (np.array(looks), values)
        for name, values in zip(LOSSES, strong, strict=True)
    },
    xlabel="steps of D alone",
    ylabel="norm of G's gradient",
    xscale="log",
    yscale="log",
    title=f"JS is {far_js:.4f} = log 2: D is certain, and log(1 − D) is silent",
)

# %% [markdown]
# Under log(1 − D) the gradient sinks by orders of magnitude, and is still sinking when we
# stop. Under −log D it does not: D's *logit* still slopes towards the real data, because
# the network is smooth. The direction comes from the network, no longer from the
# divergence. Section 6 puts a penalty on the slope of D.

# %% tags=["claim"]
assert abs(far_js - np.log(2)) < 1e-6
if current_scale() != "quick":
    assert strong[0, -1] < strong[0, 0] / 1_000, "the minimax gradient did not vanish"
    assert strong[1, -1] > strong[1, 0], "the non-saturating gradient vanished too"

# %% [markdown]
# **Too weak.** Give D no hidden layer: it can only say "more to the right is more real".
# Let both bumps have the right mean, and let G start too wide, or too narrow.
#
# **Predict.** Can such a D tell G how wide the real bump is?


# %%
def widths(discriminator, width):
    """How wide the generated data are, turn by turn."""
    keras.utils.set_random_seed(seed(1))
    gan = gan_on_a_line(0.02, discriminator=discriminator, shift=1.5, width=width)
    track = []
    for _ in range(WIDTH_STEPS):
        track.append(generated_density(gan).std())
        gan.train_on_batch(real_batch())
    return np.array(track)


DISCRIMINATORS = {"no hidden layer": (), "two hidden layers": (32, 32)}
STARTS = (1.5, 0.2)
width_tracks = {
    (name, width): widths(hidden, width)
    for name, hidden in DISCRIMINATORS.items()
    for width in STARTS
}

# %% jupyter={"source_hidden": true}
figures.curve_grid(
    {
        f"D with {name}": {
            f"start at {width}": (
                np.arange(WIDTH_STEPS),
                width_tracks[name, width],
            )
            for width in STARTS
        }
        for name in DISCRIMINATORS
    },
    columns=2,
    panel_size=(3.8, 2.8),
    xlabel="turn",
    ylabel="std of the generated data",
    references={"real data: 0.5": 0.5},
    title="What D cannot see, G cannot learn",
)

# %% [markdown]
# The strong D leads G to the right width from both sides. The weak D sees only means. It says
# "more to one side is more real", and G gathers its points on that side. So from 1.5 the width
# shrinks, fast or slowly, and nothing would hold it at 0.5; and from 0.2 it does not grow to 0.5.
# A discriminator teaches what it can measure, and nothing else.
#
# > **What we know now.** A D that is too strong has nothing to say under $\log(1 - D)$; one
# > that is too weak says nothing about what it cannot see.

# %% tags=["claim"]
if current_scale() != "quick":
    late = {key: track[-WIDTH_STEPS // 3 :] for key, track in width_tracks.items()}
    for width in STARTS:
        assert abs(np.mean(late["two hidden layers", width]) - 0.5) < 0.15
    assert np.max(late["no hidden layer", 0.2]) < 0.4, "the weak D found the width"
    fallen = width_tracks["no hidden layer", 1.5]
    assert fallen[-1] < 0.9 * fallen[0], "the width did not shrink"

# %% [markdown]
# ## 6 · Many modes
#
# Two dimensions, and data in separate clusters, called **modes**: a ring of 8 Gaussians, and
# a grid of 25. A generator may put all its points on a few modes and still fool D there:
# **mode collapse**. On these data we can count it (Lin et al. 2018):
#
# - a sample is of **high quality** if it lies within 3σ of its nearest mode;
# - a mode is **found** if at least one such sample lies there;
# - **reverse KL**: the divergence of the counts per mode from the even spread. With $k$ of
#   $K$ modes, evenly: $\ln(K/k)$.
#
# ### Exercise 3.4 · Count the modes (medium, 10 minutes)
#
# Return the number of modes found and the share of high-quality samples. A sample belongs
# to its *nearest* mode alone, also where two modes overlap.
#
# <details><summary>Hint 1</summary>
# <code>samples[:, None] - means[None]</code> has the shape (n, modes, 2). From it you get
# the distance of every sample to every mean.
# </details>
# <details><summary>Hint 2</summary>
# <code>argmin</code> gives the nearest mode, <code>min</code> its distance. Keep the
# samples within 3 std, and count the <em>different</em> modes among them.
# </details>


# %% tags=["exercise"]
# Exercise 3.4: count the modes
def count_modes(samples, means, std):
    """Modes nearest to a sample within 3 std, and the share of such samples in [0, 1].

    samples (n, 2), means (k, 2), std one number for all modes.
    """
    # BEGIN SOLUTION
    distances = np.linalg.norm(samples[:, None] - means[None], axis=-1)
    nearest, good = distances.argmin(axis=1), distances.min(axis=1) <= 3 * std
    return len(np.unique(nearest[good])), good.mean()
    # END SOLUTION


# %% tags=["check"]
checks.lesson03.count_modes(count_modes)

# %% [markdown]
# What does a *perfect* sampler score? In the plane a Gaussian has $1 - e^{-9/2}$, which is
# 98.9 %, of its mass within 3σ.

# %% jupyter={"source_hidden": true}
from utils.data.mixtures import grid, ring
from utils.evaluation.coverage import mode_coverage

perfect = {
    name: mode_coverage(mixture.sample(2_500, seed=0), mixture)
    for name, mixture in (("ring of 8", ring()), ("grid of 25", grid()))
}
table(
    [
        (name, c.modes, f"{c.high_quality:.1%}", f"{c.reverse_kl:.4f}")
        for name, c in perfect.items()
    ],
    ("perfect sampler", "modes", "high quality", "reverse KL (nats)"),
)

# %% [markdown]
# So a perfect model scores 98.9 %, up to chance; one with 99.9 % has *too little* spread.
# Reverse KL has a floor above 0, because 2,500 samples never fall evenly by chance.

# %% tags=["claim"]
for name, c in perfect.items():
    assert c.modes == int(name.split()[-1])
    assert abs(c.high_quality - (1 - np.exp(-4.5))) < 0.008
    assert 0 < c.reverse_kl < 0.012

# %% [markdown]
# ### Collapse
#
# Now train on the ring. The recipe: two networks, non-saturating loss, Adam with a
# learning rate that falls to 0. It is the same for every run of this section; what we
# change comes as a setting.

# %%
from utils.models.recipes import train_point_gan

show_code(train_point_gan, "The recipe: train_point_gan", folded=True)


# %% jupyter={"source_hidden": true}
class Film(keras.callbacks.Callback):
    """Keeps samples at eight moments of a training."""

    def on_train_begin(self, logs=None):
        self.seen, self.samples, self.step = [], [], 0
        self.wanted = np.linspace(1, RING_STEPS, 8).astype(int)

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        if self.step in self.wanted:
            self.seen.append(f"step {self.step:,}")
            self.samples.append(self.model.sample(300))


# %% [markdown]
# First with Adam as it comes, with momentum $\beta_1 = 0.9$. (About 15 seconds.)
#
# **Predict.** How many of the eight modes will G find, and will it stay there?

# %%
film = Film()
first_ring = train_point_gan(
    ring(), RING_STEPS, seed=seed(0), momentum=0.9, callbacks=[film]
)
collapsed_score = mode_coverage(first_ring.sample(2_500), ring())
print(f"at the end: {collapsed_score.modes} of 8 modes")

# %% jupyter={"source_hidden": true}
figures.filmstrip(
    film.samples,
    lambda ax, points: figures.two_players_2d(
        ring().sample(300, seed=1), points, bounds=(-2, 2), ax=ax
    ),
    film.seen,
    title="G's points huddle together, and run around the ring",
)

# %% [markdown]
# That is **mode collapse**: G finds few modes or none, and stays nowhere. Most of the time all
# of G's points sit together. D learns that this place is fake, G moves on, D follows. Here are both at
# the end: D as a heat map, and an arrow on each generated point.

# %% jupyter={"source_hidden": true}
huddle = first_ring.sample(200)
figures.two_players_2d(
    ring().sample(300, seed=1),
    huddle,
    lambda x: ops.sigmoid(first_ring.discriminator(x)),
    arrows=arrows(first_ring, huddle),
    bounds=(-2, 2),
    title="Arrows stand only where G has points",
)

# %% [markdown]
# D may well know that a mode far away is real. But the gradient reaches G through G's own
# points, and there are none over there to be told.

# %% tags=["claim"]
if current_scale() != "quick":
    spreads = [points.std(axis=0).mean() for points in film.samples]
    assert np.median(spreads) < 0.5, "G spreads over the ring (its own spread: 0.71)"
    assert collapsed_score.high_quality < 0.2

# %% [markdown]
# The first cure is in the optimizer. Momentum keeps a player running towards where the
# other one has just been. Same networks, same loss, same seed, but $\beta_1 = 0$ (about 10
# seconds):

# %%
plain = train_point_gan(ring(), RING_STEPS, seed=seed(0))
plain_samples = plain.sample(2_500)
plain_score = mode_coverage(plain_samples, ring())

# %% jupyter={"source_hidden": true}
figures.modes_2d(
    plain_samples,
    ring().means,
    *ring().nearest(plain_samples),
    title="Same loss, no momentum: the ring",
)

# %% [markdown]
# The ring is whole. (For pictures one takes $\beta_1 = 0.5$, a compromise of Radford et al.
# 2016, and so do sections 1 and 7. Bonus 03b shows on the smallest GAN there is why 0.9 runs
# away.)
#
# Harder: the grid of 25, each mode forty times narrower than the gap to the next one. G is a
# *continuous* map from one Gaussian, so some points must always lie between modes, and G has
# to be very steep there. (About 15 seconds.)
#
# **Predict.** Will it be enough to leave out momentum?

# %%
plain_grid = train_point_gan(grid(), GRID_STEPS, seed=seed(0))
plain_grid_samples = plain_grid.sample(2_500)
plain_grid_score = mode_coverage(plain_grid_samples, grid())

# %% jupyter={"source_hidden": true}
figures.modes_2d(
    plain_grid_samples,
    grid().means,
    *grid().nearest(plain_grid_samples),
    title="The grid without a penalty: uneven",
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert plain_score.modes == 8
    assert plain_grid_score.reverse_kl > 0.02

# %% [markdown]
# It is not: modes are missing, or uneven. The second cure is aimed at D. **R1** (Mescheder et
# al. 2018) penalizes the slope of D's logit $\ell$ on real data,
# $\frac{\gamma}{2}\,\mathbb E\,\|\nabla \ell(x)\|^2$. Where the data lie D is to be flat: what G
# draws right is not driven away again.

# %%
from utils.measures.adversarial import r1_penalty

show_code(r1_penalty, "R1, half the mean squared slope; γ is its weight")

# %% [markdown]
# (About 20 seconds.)

# %%
grid_gan = train_point_gan(grid(), GRID_STEPS, seed=seed(0), penalty={"r1": 0.1})
grid_samples = grid_gan.sample(2_500)
grid_score = mode_coverage(grid_samples, grid())

# %% jupyter={"source_hidden": true}
figures.modes_2d(
    grid_samples,
    grid().means,
    *grid().nearest(grid_samples),
    title="The same with R1",
)

# %% [markdown]
# Is D flat where the data lie? We take the mean of $\|\nabla \ell(x)\|$ over new real points.

# %% jupyter={"source_hidden": true}
new_points = ops.convert_to_tensor(grid().sample(2_500, seed(1)).astype("float32"))
steepness = {}
for name, each in (("no penalty", plain_grid), ("R1", grid_gan)):
    slope = ops.convert_to_numpy(input_gradient(each.discriminator, new_points))
    steepness[name] = np.linalg.norm(slope, axis=1).mean()
table(
    [(name, f"{value:.3f}") for name, value in steepness.items()],
    ("", "mean slope of D's logit on real data"),
)

# %% tags=["claim"]
if current_scale() != "quick":
    assert grid_score.modes >= 24 and grid_score.high_quality > 0.7
    assert grid_score.reverse_kl < min(0.1, plain_grid_score.reverse_kl)
    assert steepness["R1"] < 0.25 * steepness["no penalty"]

# %% [markdown]
# One run proves little: GANs differ from seed to seed. So here are five seeds of each.
# (`benchmarks/mixtures.py` redoes the table; bonus 03b has the other cures.)

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("mixtures")["laptop"]


def spread(runs, key, form):
    """Mean and standard deviation over the seeds, as text."""
    values = [run[key] for run in runs]
    return f"{np.mean(values):{form}} ± {np.std(values):{form}}"


table(
    [
        (
            f"{data}, {'R1' if cure == 'R1' else 'no penalty'}",
            spread(measured[data][cure], "modes", ".1f"),
            spread(measured[data][cure], "high_quality", ".1%"),
            spread(measured[data][cure], "reverse_kl", ".3f"),
        )
        for data in ("ring", "grid")
        for cure in ("none", "R1")
    ],
    ("", "modes", "high quality", "reverse KL (nats)"),
    caption=f"Mean ± standard deviation over the seeds; {measured['settings']}",
)

# %% [markdown]
# On the ring R1 changes little. On the grid it finds all 25 modes in each of the five seeds,
# and evenly; without it modes are missing or uneven in every one.
#
# > **What we know now.** A collapse is a huddle that runs away from D. Without momentum it calms
# > down; with a penalty on D's slope G finds all modes of the grid as well.

# %% tags=["claim"]
assert all(run["modes"] == 25 for run in measured["grid"]["R1"])
assert max(run["reverse_kl"] for run in measured["grid"]["R1"]) < 0.03
assert min(run["reverse_kl"] for run in measured["grid"]["none"]) > 0.05
assert all(
    run["modes"] == 8 for cure in ("none", "R1") for run in measured["ring"][cure]
)

# %% [markdown]
# ## 7 · Digits
#
# The same game with pictures: 1,437 digits of 8×8 pixels (UCI), pixels in [−1, 1]. At `full`
# it is MNIST, if that is in the cache (`course prefetch`).

# %%
from utils.data.digits import load

digits = load("auto" if current_scale() == "full" else "uci")
shape = digits.train_pictures.shape[1:]

# %% jupyter={"source_hidden": true}
figures.image_grid(
    digits.train_pictures[:20],
    title=f"Real digits, {shape[0]}×{shape[1]} pixels",
)

# %% [markdown]
# The **classic pair** of multilayer perceptrons: G goes 100 → 128 → 256 → 512 → 1024 → pixels,
# D the other way. While it trains we keep a filmstrip, always of the same latent vectors.


# %%
def train_on_digits(generator, discriminator, steps, batch=64, rate=2e-4):
    """Trains a pair on the digits; returns the GAN, eight moments and their steps."""
    keras.utils.set_random_seed(seed(0))
    gan = GAN(generator, discriminator)
    adam = keras.optimizers.Adam
    gan.compile(adam(rate, beta_1=0.5), adam(rate, beta_1=0.5))
    batches = len(digits.train_pictures) // batch
    film, taken = [gan.sample(16)], [0]
    for turns in np.diff(steps * np.arange(8) ** 2 // 49).tolist():
        part = digits.train_pictures[: batch * min(max(turns, 1), batches)]
        epochs = max(round(turns / batches), 1)
        gan.fit(part, batch_size=batch, epochs=epochs, verbose=0)
        film.append(gan.sample(16))
        taken.append(taken[-1] + epochs * (len(part) // batch))
    return gan, film, [f"step {step:,}" for step in taken]


# %% [markdown]
# (About 20 seconds.)

# %%
from utils.networks.mlp_gan import classic_discriminator, classic_generator

mlp_gan, mlp_film, mlp_steps = train_on_digits(
    classic_generator(shape), classic_discriminator(shape), CLASSIC_STEPS
)

# %% jupyter={"source_hidden": true}
figures.image_filmstrip(
    mlp_film, mlp_steps, title="The classic pair: noise, blobs, strokes, digits"
)

# %% [markdown]
# A **convolutional pair** in the manner of DCGAN (deep convolutional GAN, Radford et al. 2016)
# knows that neighboring pixels belong together: G doubles the picture twice, D halves it
# twice. On small digits it learns more slowly per step, so it gets more of them. (About 35
# seconds.)

# %%
from utils.networks.dcgan import (
    convolutional_discriminator,
    convolutional_generator,
)

conv_gan, conv_film, conv_steps = train_on_digits(
    convolutional_generator(shape),
    convolutional_discriminator(shape),
    CONVOLUTIONAL_STEPS,
)

# %% jupyter={"source_hidden": true}
figures.image_filmstrip(conv_film, conv_steps, title="The convolutional pair")

# %% [markdown]
# **Which digits do they draw?** A classifier, trained on the real digits, sorts 1,000 pictures
# of each. An even generator would draw each digit a hundred times.
#
# **Predict.** Will one of the ten be missing?

# %%
from utils.evaluation.digit_classifier import classifier_accuracy, train_classifier

classifier = train_classifier(
    digits.train_pictures, digits.train_labels, epochs=CLASSIFIER_EPOCHS
)
accuracy = classifier_accuracy(digits.test_pictures, digits.test_labels, classifier)
print(f"{accuracy:.1%} of the held-out digits are classified correctly")


def digit_shares(images):
    """Share of each digit, by the classifier."""
    votes = ops.convert_to_numpy(classifier(np.clip(images, -1, 1))).argmax(axis=1)
    return np.bincount(votes, minlength=10) / len(images)


shares = {
    "classic pair": digit_shares(mlp_gan.sample(1_000)),
    "convolutional pair": digit_shares(conv_gan.sample(1_000)),
}

# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(8.4, 3.0, 1, 2)
for ax, (name, share) in zip(axes.flat, shares.items(), strict=True):
    figures.bars(
        {str(digit): value for digit, value in enumerate(share)},
        xlabel="digit, by the classifier",
        ylabel="share of 1,000 pictures",
        colors="generated",
        ylim=(0, 0.3),
        title=f"{name}: rarest digit {share.min():.1%}",
        ax=ax,
    )
    ax.axhline(0.1, color="black", linestyle="--", linewidth=1.2)
figure

# %% [markdown]
# The dashed line is an even share. A bar near zero would be a lost digit: mode collapse on
# pictures, which a film of samples hardly shows. Neither pair has lost one. (One seed.)
#
# **A walk through latent space.** Between two latent vectors lies a whole line of them.
# Neighbors on it should give similar pictures. (We walk on an arc, not straight: nearly all
# Gaussian noise in 64 or 100 dimensions has about the same length.)


# %%
def walk(gan, number, steps=10):
    """Pictures along an arc between two random latent vectors."""
    a, b = np.random.default_rng(number).normal(size=(2, gan.latent_dim))
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    t = np.linspace(0, 1, steps)[:, None]
    latent = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return ops.convert_to_numpy(gan(latent.astype("float32")))


# %% jupyter={"source_hidden": true}
figures.image_grid(
    np.concatenate([walk(conv_gan, number) for number in range(4)]),
    columns=10,
    title="Four walks: one picture turns into another without a jump",
)

# %% tags=["claim"]
assert accuracy > (0.96 if current_scale() == "laptop" else 0.9)
if current_scale() != "quick":
    assert min(share.min() for share in shares.values()) > 0.01
    for number in range(4):
        path = walk(conv_gan, number, steps=40)
        steps = np.abs(np.diff(path, axis=0)).mean(axis=(1, 2, 3))
        assert steps.max() < 0.3 * np.abs(path[0] - path[-1]).mean(), "the walk jumps"

# %% [markdown]
# Side by side: real digits, and below them those of the convolutional pair.

# %% jupyter={"source_hidden": true}
both = np.stack(
    [
        digits.test_pictures[:50].reshape(5, 10, *shape),
        np.asarray(conv_gan.sample(50, seed=seed(1))).reshape(5, 10, *shape),
    ],
    axis=1,
)
figures.image_rows(
    {
        name if row == 0 else " " * (3 * which + row): both[row, which]
        for which, name in enumerate(("real", "drawn"))
        for row in range(3)
    },
    title="Real digits, and digits that the convolutional pair drew from noise",
)

# %% [markdown]
# **A race on MNIST.** UCI's digits have 64 pixels, MNIST's 784. How long must you wait for
# those? The *program* is what many begin with: the classic pair in plain PyTorch, PyTorch-GAN's
# `gan.py`, stopped after ten of its 200 epochs. The course's pairs train for as many seconds.
# The *recipe* is the convolutional pair at half the width, with five times the rate. The
# program and the recipe have three seeds, the others one.
#
# A classifier looks at 10,000 drawn digits, and the **Fréchet distance** (lesson 05) compares
# mean and covariance of its last hidden layer with those of the test digits: lower is better.
# The dotted line is what real digits get.
#
# **Predict.** After what share of the program's time is the recipe as near as it?

# %% jupyter={"source_hidden": true}
recorded = load_results("time_to_quality")
race, floor = recorded["10 epochs"], recorded["training digits"]
program = race["plain PyTorch, 2 threads"]
contestants = {
    "the program": "plain PyTorch, 2 threads",
    "the program, its ε mended": "plain PyTorch, ε mended",
    "classic pair, TensorFlow": "classic on TensorFlow",
    "convolutional pair, TensorFlow": "convolutional on TensorFlow",
    "recipe, TensorFlow": "recipe on TensorFlow",
    "recipe, JAX": "recipe on JAX",
    "recipe, PyTorch": "recipe on PyTorch",
}
begin = max(run[0][0] for name in contestants.values() for run in race[name])
end = min(run[-1][0] for run in program)
seconds = np.geomspace(begin, end, 50)


def on_one_clock(name):
    """The distances of each seed at the same seconds, between the looks by lines."""
    return np.stack([np.interp(seconds, *np.transpose(run)) for run in race[name]])


figures.curves(
    {label: (seconds, on_one_clock(name)) for label, name in contestants.items()},
    colors={"the program": "#999999", "the program, its ε mended": "#cccccc"},
    references={"training digits": floor},
    xlabel="seconds of training on two cores, compiling included",
    ylabel="Fréchet distance to the test digits",
    xscale="log",
    yscale="log",
    title="MNIST: in the program's time each pair of the course comes nearer, the recipe nearest",
)

# %% jupyter={"source_hidden": true}
reached = np.median([run[-1][1] for run in program])


def seconds_until(run, distance):
    """The first look at which a run is as near as that."""
    return next((taken for taken, found in run if found <= distance), np.inf)


table(
    [
        (
            label,
            f"{np.median(on_one_clock(name)[:, -1]):.1f}",
            f"{np.median([seconds_until(run, reached) for run in race[name]]):.0f} s",
            len(race[name]),
        )
        for label, name in contestants.items()
    ],
    (
        "contestant",
        f"distance after {end:.0f} s",
        f"seconds until distance {reached:.0f}",
        "seeds",
    ),
    caption="Medians. Each look came half as late again as the one before: a time is that "
    f"of the first look that is near enough. {recorded['machine']['10 epochs']}",
)

# %% [markdown]
# The recipe is as near after less than a twentieth of the program's time, on each backend, and
# goes on. So ask of a program not how long its step takes, but when its pictures are good.
#
# Why is the program so far behind the classic pair, whose layers are the same? One thing we
# tried: its batch normalization divides by the outputs' spread and adds an ε of 0.8, where
# PyTorch's own is tiny. With that, ten epochs bring it much nearer. It is not all: the
# course's classic pair has the same 0.8, and does well. What else it is, we have not measured.

# %% tags=["claim"]
for backend in ("TensorFlow", "JAX", "PyTorch"):
    runs = race[f"recipe on {backend}"]
    assert len(runs) == len(program) == 3
    for run, its_program in zip(runs, program, strict=True):
        assert seconds_until(run, its_program[-1][1]) < its_program[-1][0] / 20
        assert run[-1][1] < its_program[-1][1] / 8, "the recipe is not far nearer"
        assert run[-1][1] < race["convolutional on TensorFlow"][0][-1][1]
assert race["convolutional on TensorFlow"][0][-1][1] < reached / 5
assert race["classic on TensorFlow"][0][-1][1] < reached / 5
assert race["plain PyTorch, ε mended"][0][-1][1] < 0.5 * min(r[-1][1] for r in program)

# %% [markdown]
# **And with patience?** The convolutional pair of this lesson, on MNIST. We trained it
# beforehand, for longer than in the race, and kept its weights.
#
# **Predict.** Will a digit be missing?

# %% jupyter={"source_hidden": true}
from utils.networks.trained_weights import load_trained

mnist_generator = convolutional_generator((28, 28, 1))
card = load_trained(mnist_generator, "digits")
latent = np.random.default_rng(seed(0)).normal(size=(60, 64)).astype("float32")
figures.image_grid(
    mnist_generator.predict(latent, verbose=0),
    columns=15,
    title=f"Drawn after {card['scores']['steps']:,.0f} steps, "
    f"{card['scores']['core minutes']:.0f} minutes of one core: Fréchet distance "
    f"{card['scores']['Fréchet feature distance']:.1f}, rarest digit "
    f"{card['scores']['share of the rarest digit']:.1%}",
)

# %% [markdown]
# Nearer than in the race, and no digit is lost. (One seed.)

# %% tags=["claim"]
in_the_race = race["convolutional on TensorFlow"][0][-1][1]
assert card["scores"]["Fréchet feature distance"] < 0.7 * in_the_race
assert card["scores"]["share of the rarest digit"] > 0.07

# %% [markdown]
# > **What we know now.** The loop of section 2 draws digits without a change, with dense and
# > with convolutional networks, and here it loses none of the ten. Choices that no error
# > message names decide how long you wait for good pictures.
#
# ## 8 · Measured here, published, source
#
# What this notebook measured a moment ago (one seed), beside what was published
# (the mean of ten trials, with the paper's ±).

# %% jupyter={"source_hidden": true}
perfect_share = 1 - np.exp(-4.5)
undecided = float(logistic_discriminator_loss(np.zeros((1, 1)), np.zeros((1, 1))))
table(
    [
        (
            "grid of 25, no penalty, modes found",
            plain_grid_score.modes,
            "17.3 ± 0.8",
            "GAN in Lin et al. 2018",
        ),
        (
            "grid of 25, R1, modes found",
            grid_score.modes,
            "24.8 ± 0.2",
            "PacGAN4, Lin et al. 2018",
        ),
        (
            "grid of 25, R1, high quality",
            f"{grid_score.high_quality:.1%}",
            f"93.6 ± 0.6 %; perfect {perfect_share:.1%}",
            "PacGAN4, Lin et al. 2018; exact",
        ),
        (
            "grid of 25, R1, reverse KL (nats)",
            f"{grid_score.reverse_kl:.3f}",
            "0.04 ± 0.01",
            "PacGAN4, Lin et al. 2018",
        ),
        (
            "ring of 8, no penalty, modes found",
            plain_score.modes,
            "6.3 ± 0.5",
            "GAN in Lin et al. 2018",
        ),
        (
            "JS of bumps that never meet (nats)",
            f"{far_js:.4f}",
            "0.6931 (log 2)",
            "exact",
        ),
        (
            "D's loss where D is undecided (nats)",
            f"{undecided:.4f}",
            "1.3863 (2 log 2)",
            "Goodfellow et al. 2014",
        ),
    ],
    ("quantity", "measured here", "published or exact", "source"),
)

# %% [markdown]
# ## What to read next
#
# - Goodfellow et al. (2014), *Generative adversarial nets*: algorithm 1 and section 4.
# - Mescheder, Geiger and Nowozin (2018), *Which training methods for GANs do actually
#   converge?*: section 1 with one point instead of a bump, and R1.
# - Lin et al. (2018), *PacGAN*: the data and the counting of section 6.
# - Radford et al. (2016), *Unsupervised representation learning with deep convolutional
#   generative adversarial networks*.
# - Kahng et al. (2019), *GAN Lab*: both players in a browser.
# - Huang et al. (2024), *The GAN is dead; long live the GAN!*: how simple a modern GAN is.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | generator | makes examples from noise | 生成器 |
# | discriminator | tells real from generated | 判别器 |
# | logit | D's raw output; its sigmoid is a probability | 对数几率 |
# | latent vector | the noise that G turns into an example | 潜向量 |
# | minimax loss | log(1 − D(G(z))), lowered by G | 极小极大损失 |
# | non-saturating loss | −log D(G(z)) | 非饱和损失 |
# | Jensen–Shannon divergence | what the best D measures | JS 散度 |
# | momentum | how much of its last direction an optimizer keeps | 动量 |
# | mode | a place where the data are dense | 模态 |
# | mode collapse | G leaves modes out | 模式坍塌 |
# | R1 | a price on the slope of D at real data | R1 正则化 |
# | reverse KL | the divergence that punishes uneven and missing modes | 反向 KL 散度 |

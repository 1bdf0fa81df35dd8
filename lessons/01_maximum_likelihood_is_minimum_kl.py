# ---
# title: Maximum likelihood is minimum KL
# claim: A generative model is a probability distribution; to fit it by maximum
#   likelihood is to make the KL divergence from the data as small as it gets.
# needs: Keras; what a mean, a variance and a logarithm are
# topics:
#   1: "1 · Two questions of one data set"
#   2: "2 · The manifold: a sliver of all pictures"
#   3: "3 · The likelihood of a Gaussian"
#   4: "4 · Maximum likelihood is minimum KL"
#   5: "5 · Forward KL covers, reverse KL seeks"
#   6: "6 · Gaussians as models of pictures"
#   7: "7 · A network as a distribution"
# bonus: false
# ---

# %% [markdown]
# # 01 · Maximum likelihood is minimum KL
#
# **Claim.** A generative model is a probability distribution. To fit it by maximum
# likelihood is to make one number as small as it gets: the Kullback–Leibler divergence
# (KL) from the data to the model.
#
# After this lesson you can
#
# - say what a generative model answers that a classifier does not, and why it is harder;
# - derive, line by line and with numbers, why maximum likelihood is minimum KL;
# - say which way round KL covers, which way round it seeks, and when it is infinite;
# - fit Gaussians and mixtures to pictures, price them in bits, and say why they blur.
#
# **Minutes:** {minutes}. **You need:** Keras, and what a mean, a variance and a logarithm are.
#
# Notebook 01b goes on where this one stops: how a descent picks a mode, how many examples a
# fit needs, and why no Gaussian draws an edge.

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed

keras.utils.set_random_seed(seed(1))

# %% [markdown]
# One cell holds every number that takes time. `COURSE_SCALE` chooses the column: `quick` is
# a smoke test, `laptop` is what the text describes, `full` is for a night. `COURSE_SEED=1`
# draws all random numbers anew.

# %% tags=["parameters"]
ASCENT_STEPS = scale(quick=30, laptop=120, full=400)
MIXTURE_EPOCHS = scale(quick=1, laptop=20, full=100)
MAP_EPOCHS = scale(quick=1, laptop=60, full=400)
SHEET_EPOCHS = scale(quick=1, laptop=60, full=300)

# %% [markdown]
# ## 1 · Two questions of one data set
#
# Here are handwritten digits: pictures $x$ with labels $y$, 8×8 pixels of 17 gray levels.
# One can ask two things of them.
#
# - $P(y \mid x)$: *given a picture, which digit is it?* A classifier answers with 10 numbers.
#   This is the **discriminative** question.
# - $P(x)$: *how probable is this picture at all?* One number for each of the
#   $17^{64} \approx 6 \cdot 10^{78}$ pictures. This is the **generative** question. Anyone who
#   knows the answer can draw: take pictures in proportion to $P(x)$.
#
# The digits are split in two. Models learn from the **training** digits. The **held-out**
# digits are for judging: no model has seen them.

# %%
from utils.data.digits import load

digits = load("uci")
figures.image_grid(digits.train_pictures[:20], title="Real digits")

# %% [markdown]
# Pixels take only 17 values, and a density on a line needs numbers that can lie anywhere. So
# we add uniform noise to each pixel, as wide as the step from one gray level to the next.
# Section 6 says what would go wrong without it.


# %%
STEP = 1 / 8  # 17 levels between -1 and 1


def smooth(images, draw):
    """Pictures as rows of pixels, each level spread over its own step: (n, pixels)."""
    noise = np.random.default_rng(draw).uniform(-STEP / 2, STEP / 2, images.shape)
    return (images + noise).reshape(len(images), -1).astype("float32")


def pictures(pixels):
    """Rows of 64 pixels as pictures; what leaves [-1, 1] is cut off."""
    return np.clip(pixels, -1, 1).reshape(-1, 8, 8, 1)


train = smooth(digits.train_pictures, seed(0))
test = smooth(digits.test_pictures, seed(1))

# %% [markdown]
# A Gaussian is a simple density that knows which pixels are bright together: it has a mean
# and a **covariance**, positive for two pixels that tend to be bright in the same pictures.
# We give each digit its own, $P(x \mid y)$. (The 0.01 on the diagonal is for pixels that
# hardly ever change: without it their variance would be almost 0.)

# %%
from utils.models.density import DensityModel


def gaussian_of(pixels):
    """The Gaussian with the mean and the covariance of these pictures."""
    covariance = np.cov(pixels.T, bias=True) + 0.01 * np.eye(64)
    return DensityModel(64).set_gaussians(pixels.mean(axis=0)[None], covariance[None])


each_digit = [gaussian_of(train[digits.train_labels == y]) for y in range(10)]

# %% [markdown]
# Bayes' rule turns ten densities into a classifier: $P(y \mid x) \propto P(x \mid y)\,P(y)$,
# with $P(y) = 1/10$. For comparison: a logistic regression, which learns $P(y \mid x)$ and
# nothing else.
#
# **Predict.** The Gaussians were never told to tell digits apart. Do they classify worse?

# %%
from sklearn.linear_model import LogisticRegression

densities = np.stack([model.log_density(test) for model in each_digit], axis=1)
by_density = (densities.argmax(axis=1) == digits.test_labels).mean()

regression = LogisticRegression(max_iter=1_000).fit(train, digits.train_labels)
by_regression = regression.score(test, digits.test_labels)

# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("ten Gaussians, P(x | y)", f"{by_density:.1%}", "yes"),
        ("logistic regression, P(y | x)", f"{by_regression:.1%}", "no"),
    ],
    ("model", "held-out digits right", "can draw"),
)

# %% [markdown]
# Here they classify *better*. (The comparison is not fair to logistic regression: its borders
# between digits are flat, those of the Gaussians are curved.) And they can draw: four
# samples of each.

# %%
drawn = np.stack([model.sample(4, seed=seed(4)) for model in each_digit], axis=1)
figures.image_grid(
    pictures(drawn.reshape(-1, 64)),
    labels=[*range(10)] * 4,
    title="The same ten Gaussians draw: legible, but smudged",
)

# %% [markdown]
# So one density answers both questions. A classifier only has to find the *border* between
# digits. A density has to describe all of the picture: strokes, slant, thickness. Finding the
# border went well, about 99 of 100; the drawings are smudged. That is why we call generation the
# harder question.
#
# > **What we know now.** $P(x)$ is the larger question: it can classify *and* draw. Drawing
# > well asks more of a model than classifying well.

# %% tags=["claim"]
assert by_density > 0.97 and by_density > by_regression

# %% [markdown]
# ## 2 · The manifold: a sliver of all pictures
#
# Draw every pixel at random. How long until a digit appears? We measure how far a picture is
# from its nearest training digit, for held-out digits and for random pictures.
#
# **Predict.** Will the two histograms overlap?

# %%
from sklearn.neighbors import NearestNeighbors

clean_train = digits.train_pictures.reshape(-1, 64)
clean_test = digits.test_pictures.reshape(-1, 64)
neighbors = NearestNeighbors(n_neighbors=1).fit(clean_train)


def distance(pixels):
    """Euclidean distance to the nearest training digit, (n,)."""
    return neighbors.kneighbors(pixels)[0][:, 0]


noise = np.random.default_rng(seed(2)).uniform(-1, 1, (10_000, 64))
near, far = distance(clean_test), distance(noise)

# %% jupyter={"source_hidden": true}
figures.histograms(
    {"held-out digits": near, "random pictures": far},
    xlabel="distance to the nearest training digit",
    colors={"held-out digits": "real", "random pictures": "negative"},
    title="None of 10,000 random pictures comes near a digit",
)

# %% [markdown]
# They do not even touch. Can we say how rare a digit is? All pictures fill a cube of volume
# $2^{64}$. The pictures within a distance $r$ of some training digit fill at most 1,437 balls
# of volume $\pi^{32} r^{64} / 32!$. We take $r$ from the held-out digits: half are nearer.

# %%
from scipy.special import gammaln

radius = np.median(near)
ball = 32 * np.log(np.pi) + 64 * np.log(radius) - gammaln(33)
log10_share = (np.log(len(train)) + ball - 64 * np.log(2)) / np.log(10)
print(f"within {radius:.2f} of a training digit: at most 1 in 10^{-log10_share:.1f}")

# %% [markdown]
# At most one random picture in $10^{15}$ is as near to a training digit as half of the
# held-out digits are. Data fill a tiny sliver of the space of all pictures. The common image
# for it is a thin sheet in a large room, the **data manifold**. Our count shows how small the
# sliver is, not that it is a sheet. What shape does it have?
#
# **A walk off the data.** Take two held-out digits, and walk from one to the other on a
# straight line. Halfway you look at the mean of the two.
#
# **Predict.** Is the mean of two digits a digit? What if both are of the same kind?


# %% jupyter={"source_hidden": true}
def pairs(same_kind, n=300):
    """Two rows of held-out digits, (n, 64) each: pairs of one kind, or of two."""
    a, b = np.random.default_rng(seed(3)).integers(len(clean_test), size=(2, 20 * n))
    equal = digits.test_labels[a] == digits.test_labels[b]
    chosen = np.flatnonzero((equal == same_kind) & (a != b))[:n]
    return clean_test[a[chosen]], clean_test[b[chosen]]


def walk(starts, ends):
    """Pictures on the way, (11, n, 64)."""
    return np.stack([(1 - s) * starts + s * ends for s in np.linspace(0, 1, 11)])


walks = {
    "digits of two kinds": walk(*pairs(same_kind=False)),
    "two digits of one kind": walk(*pairs(same_kind=True)),
    "a digit, and a random picture": walk(pairs(same_kind=False)[0], noise[:300]),
}
away = {name: np.array([distance(x) for x in way]) for name, way in walks.items()}

# %% jupyter={"source_hidden": true}
figures.image_rows(
    {name: pictures(walks[name][::2, 0]) for name in list(walks)[:2]},
    title="Two walks, from left to right",
)

# %% jupyter={"source_hidden": true}
share = np.linspace(0, 1, 11)
figures.curves(
    {name: (share, x.mean(axis=1)) for name, x in away.items()},
    xlabel="share of the way",
    ylabel="mean distance to a training digit",
    references={
        "nine in ten held-out digits are nearer": np.percentile(near, 90),
        "one in ten": np.percentile(near, 10),
    },
    title="Between two kinds the walk leaves the data",
)

# %% [markdown]
# Between *two kinds*, halfway, the walk is on average farther out than nine in ten held-out
# digits: the mean of two kinds is an unlikely picture. Within *one kind* it stays as near
# as held-out digits are on average. So these data look less like one sheet than like ten
# clusters with gaps between them. A generative model has to find the clusters and stay out of
# the gaps.
#
# > **What we know now.** Pictures that look like data are a sliver of all pictures, here in
# > about ten pieces. Straight lines from piece to piece lead out of it.

# %% tags=["claim"]
assert near.max() < far.min(), "a random picture is nearer than some digit"
assert -16 < log10_share < -14
between, within, outward = (x.mean(axis=1) for x in away.values())
assert (near < between[5]).mean() > 0.9 and between[5] > 1.2 * between[[0, -1]].max()
assert abs(within[5] / near.mean() - 1) < 0.1
assert np.all(np.diff(outward) > 0)

# %% [markdown]
# ## 3 · The likelihood of a Gaussian
#
# Now to the toy: numbers on a line, where we can see everything. The model is
# $N(\mu, \sigma^2)$. Its **likelihood** is the probability density of all the data,
# $\prod_i p(x_i)$.
#
# **Predict.** How large is the product of 2,000 densities?

# %%
from scipy.stats import norm

REAL = norm(1.5, 0.5)
data = REAL.rvs(2_000, random_state=seed(0))

product = np.prod(REAL.pdf(data))
log_sum = REAL.logpdf(data).sum()
print(f"product of the densities {product}, sum of their logarithms {log_sum:.1f}")

# %% [markdown]
# The product is 0: smaller than any number the machine can hold. The sum of logarithms is
# an ordinary number, and where it is highest the product is highest. So we take
# the **mean log-likelihood**,
#
# $$L(\mu, \sigma) = \frac1m \sum_i \log p(x_i)
#   = -\log\sigma - \tfrac12\log 2\pi - \frac1m\sum_i \frac{(x_i-\mu)^2}{2\sigma^2}.$$
#
# Set both slopes to zero. $\partial L/\partial\mu = \frac1m\sum_i (x_i-\mu)/\sigma^2$ vanishes
# at $\mu = \bar x$. $\partial L/\partial\sigma = -1/\sigma + \frac1m\sum_i(x_i-\mu)^2/\sigma^3$
# vanishes at $\sigma^2 = \frac1m\sum_i(x_i-\mu)^2$: divided by $m$, not by $m-1$.
#
# With natural logarithms the unit is the **nat**; with $\log_2$, the bit. One nat is 1.443 bits.
#
# ### Exercise 1.1 · The most likely Gaussian (easy, 10 minutes)
#
# In $d$ dimensions the two formulas become a mean vector and a covariance matrix. Write both
# for data `(n, d)`.
#
# <details><summary>Hint 1</summary>
# The covariance is the mean of the outer products (x − μ)(x − μ)ᵀ. Divide by n: that is the
# maximum of the likelihood, n − 1 is not.
# </details>
# <details><summary>Hint 2</summary>
# With <code>centered = x - mean</code> the sum of all outer products is
# <code>centered.T @ centered</code>.
# </details>


# %% tags=["exercise"]
# Exercise 1.1: the most likely Gaussian
def fit_gaussian(x):
    """Mean (d,) and covariance (d, d) that make data x (n, d) most likely."""
    # BEGIN SOLUTION
    mean = x.mean(axis=0)
    centered = x - mean
    return mean, centered.T @ centered / len(x)
    # END SOLUTION


# %% tags=["check"]
checks.lesson01.fit_gaussian(fit_gaussian)

# %% [markdown]
# When there is no closed form, one climbs. `DensityModel` is a Keras model whose loss is
# $-L$: `call` returns $\log p(x)$, and `compute_loss` its negative mean. (It can do more than
# we need here: a **mixture** is a weighted sum of Gaussians. With one component it is a
# Gaussian.)

# %% jupyter={"source_hidden": true}
from utils.course.show import show_code

show_code(DensityModel.compute_loss, "DensityModel.compute_loss")

# %%
model = DensityModel(1, covariance="diagonal")
model.set_gaussians([[-0.5]], [[[4.0]]])
model.compile(keras.optimizers.SGD(0.1))

column = data[:, None].astype("float32")
path = []
for _ in range(ASCENT_STEPS):
    means, covariances, _ = model.gaussians()
    path.append((means.item(), np.sqrt(covariances.item())))
    model.train_on_batch(column)

# %% [markdown]
# **Predict.** The climb starts at $\mu = -0.5$, $\sigma = 2$; the data have $\mu = 1.5$,
# $\sigma = 0.5$. Which of the two will it correct first?

# %% jupyter={"source_hidden": true}
mu, sigma = np.linspace(-1, 3, 81), np.linspace(0.3, 2.4, 80)
height = np.array([[norm.logpdf(data, m, s).mean() for m in mu] for s in sigma])
figures.surface(
    mu,
    sigma,
    height,
    levels=height.max() - np.geomspace(8, 0.02, 12),
    values_label="mean log-likelihood (nats)",
    paths={"gradient": path},
    places={"exact": (data.mean(), data.std())},
    colors={"gradient": "measured"},
    xlabel="mean μ",
    ylabel="standard deviation σ",
    title="The gradient climbs to the closed form",
)

# %% [markdown]
# At first the mean moves alone: around a mean of −0.5 the data spread by about 2, so
# $\sigma = 2$ fits. As the mean gets better, $\sigma$ shrinks with it, and both arrive where
# the formulas said.

# %% tags=["claim"]
assert product == 0 and np.isfinite(log_sum)
if current_scale() != "quick":
    assert np.allclose(path[-1], (data.mean(), data.std()), atol=1e-3)
    early = np.array(path[0]) - path[5]
    assert abs(early[0]) > 3 * abs(early[1]), "sigma moved as early as the mean"

# %% [markdown]
# And now you: draw a sample of few numbers, then move the model until minus its mean
# log-likelihood is as small as you can make it.
#
# **Predict.** Will the best model for 20 numbers be the true one?


# %% jupyter={"source_hidden": true}
def try_yourself(mean, std, sample_size, sample=0):
    """The learner's Gaussian over the learner's sample."""
    numbers = REAL.rvs(sample_size, random_state=sample)
    x = np.linspace(-1.5, 4.5, 200)
    yours, best = (
        norm.logpdf(numbers, m, s).mean()
        for m, s in ((mean, std), (numbers.mean(), numbers.std()))
    )
    figure = figures.curves(
        {"your model": (x, norm.pdf(x, mean, std)), "real": (x, REAL.pdf(x))},
        xlabel="x",
        ylabel="density",
        colors={"your model": "generated"},
        title=f"Minus log-likelihood per number: yours {-yours:.2f}, least {-best:.2f} nats",
    )
    figure.axes[0].plot(numbers, np.zeros_like(numbers), "|", color="black")
    return figure


try_yourself(0.5, 1.0, 20)

# %% jupyter={"source_hidden": true}
figures.slider_figure(
    try_yourself,
    mean=(-1.0, 3.0, 0.1, 0.5),
    std=(0.1, 2.0, 0.1, 1.0),
    sample_size=(3, 200, 1, 20),
    sample=(0, 20, 1, 0),
)

# %% [markdown]
# It is not. The likelihood is measured *on the sample*, so the best model also fits what is
# chance in it. We repeat the fit for 300 samples of each size, and judge each by its own
# sample and by 10,000 new numbers.

# %%
fresh = REAL.rvs(10_000, random_state=seed(1))


def fitted(n):
    """Mean log-likelihood of truth and best model on n numbers, then on new ones."""
    samples = REAL.rvs((300, n), random_state=seed(2))
    mean, std = samples.mean(axis=1, keepdims=True), samples.std(axis=1, keepdims=True)
    return [
        density.logpdf(x).mean()
        for x in (samples, fresh)
        for density in (REAL, norm(mean, std))
    ]


fits_of_size = {n: fitted(n) for n in (10, 20, 100, 1_000)}

# %% jupyter={"source_hidden": true}
figures.table(
    [(n, *(f"{x:.3f}" for x in row)) for n, row in fits_of_size.items()],
    ("numbers", "truth on them", "best model on them", "truth on new", "best on new"),
    caption="Mean log-likelihood in nats, 300 samples of each size",
)

# %% [markdown]
# On its own numbers the best model seems better than the truth; on new numbers it is worse.
# Both gaps shrink as the sample grows. This is **overfitting**, and there is a way to notice
# it without knowing the truth: keep some data aside, and compare the two likelihoods.
# (Notebook 01b measures how fast the gap shrinks.)
#
# > **What we know now.** Likelihoods are compared as mean logarithms, in nats. The most
# > likely Gaussian has the mean and the covariance of its sample; held-out data judge it.

# %% tags=["claim"]
for row in fits_of_size.values():
    truth, best_fit, truth_on_new, best_on_new = row
    assert best_fit > truth and best_on_new < truth_on_new
gaps = [(row[1] - row[0], row[2] - row[3]) for row in fits_of_size.values()]
assert np.all(np.diff(gaps, axis=0) < 0), gaps

# %% [markdown]
# ## 4 · Maximum likelihood is minimum KL
#
# ### How far apart are two distributions?
#
# The **Kullback–Leibler divergence** of $p$ from $q$ is the mean, under $p$, of how
# much more probable $p$ finds things than $q$ does:
#
# $$\mathrm{KL}(p\,\|\,q) = \sum_k p_k \log\frac{p_k}{q_k}
#   \qquad\text{or}\qquad \int p(x)\log\frac{p(x)}{q(x)}\,dx .$$
#
# What never happens costs nothing: $0\cdot\log 0 = 0$. What happens although $q$ calls it
# impossible costs everything: $\infty$.
#
# **KL is never negative.** The logarithm lies below its tangent at 1: $\log u \le u - 1$, and
# only at $u = 1$ do they meet. With $u = q_k/p_k$, summed over all $k$ with $p_k > 0$,
#
# $$-\mathrm{KL}(p\,\|\,q) = \sum_k p_k \log\frac{q_k}{p_k}
#   \le \sum_k p_k\Big(\frac{q_k}{p_k} - 1\Big) = \sum_k q_k - 1 \le 0 ,$$
#
# and it is 0 only if $q_k = p_k$ for every $k$. So KL tells how far $q$ is from $p$. It is not
# a distance in the strict sense: it may be infinite, and section 5 shows that
# $\mathrm{KL}(p\,\|\,q)$ and $\mathrm{KL}(q\,\|\,p)$ differ. One says *divergence*.
#
# ### Exercise 1.2 · KL with zeros (easy, 5 minutes)
#
# <details><summary>Hint 1</summary>
# Three kinds of entries: p is 0; p is positive but q is 0; both are positive. What does
# each add to the sum?
# </details>
# <details><summary>Hint 2</summary>
# Keep only the entries where p is positive: <code>happens = p > 0</code>. If q is 0 at one
# of them, return <code>np.inf</code>. Otherwise the formula is safe.
# </details>


# %% tags=["exercise"]
# Exercise 1.2: KL with zeros
def discrete_kl(p, q):
    """KL(p‖q) in nats, of two probability vectors (outcomes,); a number, or np.inf."""
    # BEGIN SOLUTION
    happens = p > 0
    if np.any(q[happens] == 0):
        return np.inf
    return np.sum(p[happens] * np.log(p[happens] / q[happens]))
    # END SOLUTION


# %% tags=["check"]
checks.lesson01.discrete_kl(discrete_kl)

# %% [markdown]
# ### Exercise 1.3 · KL of two Gaussians (medium, 15 minutes)
#
# Derive it on paper. With $p = N(\mu_p, \sigma_p^2)$ and $q = N(\mu_q, \sigma_q^2)$,
# take the mean under $p$ of $\log p(x) - \log q(x)$.
#
# <details><summary>Hint 1</summary>
# log p(x) − log q(x) = log(σ_q/σ_p) − (x − μ_p)²/(2σ_p²) + (x − μ_q)²/(2σ_q²). You need the
# mean of two squares under p.
# </details>
# <details><summary>Hint 2</summary>
# The mean of (x − μ_p)² is σ_p². The mean of (x − μ_q)² is σ_p² + (μ_p − μ_q)².
# </details>


# %% tags=["exercise"]
# Exercise 1.3: KL of two Gaussians
def kl_of_gaussians(mean_p, std_p, mean_q, std_q):
    """KL(N(mean_p, std_p²)‖N(mean_q, std_q²)) in nats, a number."""
    # BEGIN SOLUTION
    squares = std_p**2 + (mean_p - mean_q) ** 2
    return np.log(std_q / std_p) + squares / (2 * std_q**2) - 0.5
    # END SOLUTION


# %% tags=["check"]
checks.lesson01.kl_of_gaussians(kl_of_gaussians)

# %% [markdown]
# ### The derivation, line by line
#
# Now the heart of the lesson. Somebody rolled a loaded die 200 times. $\hat p_k$ is the share
# of rolls that gave $k$, and $H(\hat p) = -\sum_k \hat p_k\log\hat p_k$ is their **entropy**:
# how surprising a roll is on average. A model $q$ gives each face a probability. Its mean
# log-likelihood is
#
# $$\begin{aligned}
# \frac1m\sum_i \log q(x_i)
#  &= \sum_k \hat p_k \log q_k && \text{collect equal rolls}\\
#  &= \sum_k \hat p_k \log \hat p_k - \sum_k \hat p_k \log\frac{\hat p_k}{q_k}
#    && \text{add and subtract } \sum_k \hat p_k\log\hat p_k\\
#  &= -H(\hat p) - \mathrm{KL}(\hat p\,\|\,q) && \text{name both sums.}
# \end{aligned}$$
#
# The entropy $H(\hat p)$ does not depend on the model. So **the model that makes the data
# most likely is the model with the smallest KL from the data.** Each line is a number too:

# %%
from utils.measures.divergences import kl_divergence

loaded = [0.1, 0.1, 0.1, 0.2, 0.2, 0.3]
rolls = np.random.default_rng(seed(6)).choice(6, size=200, p=loaded)
p = np.bincount(rolls, minlength=6) / len(rolls)
q = np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.2])  # the model: somebody's guess

log_likelihood = np.mean(np.log(q[rolls]))
collected = np.sum(p * np.log(q))
split = np.sum(p * np.log(p)) - np.sum(p * np.log(p / q))
entropy, kl = -np.sum(p * np.log(p)), kl_divergence(p, q)

# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("mean log-likelihood, roll by roll", f"{log_likelihood:.12f}"),
        ("equal rolls collected", f"{collected:.12f}"),
        ("Σ p̂ log p̂ added and subtracted", f"{split:.12f}"),
        ("−H − KL", f"{-entropy - kl:.12f}"),
    ],
    ("line", "nats"),
    caption=f"H = {entropy:.6f}, KL = {kl:.6f}",
)

# %% tags=["claim"]
assert abs(log_likelihood + kl + entropy) < 1e-12
assert max(abs(collected - log_likelihood), abs(split - log_likelihood)) < 1e-12
some = np.random.default_rng(seed(0)).dirichlet(np.ones(6), size=(1_000, 2))
assert min(kl_divergence(*pair) for pair in some) > 0
assert kl_divergence(p, p) == 0 and kl_divergence(p, q) != kl_divergence(q, p)

# %% [markdown]
# A family of models: dice with a tilt $\theta$, $q_\theta(k) \propto e^{\theta k}$.
#
# **Predict.** As $\theta$ moves, the likelihood rises and falls. What does the sum of
# likelihood and KL do?


# %%
def tilted(theta):
    """A die that prefers high faces for theta > 0."""
    powers = np.exp(theta * np.arange(6))
    return powers / powers.sum()


thetas = np.linspace(-0.6, 1.0, 161)
likelihoods = np.array([np.mean(np.log(tilted(theta)[rolls])) for theta in thetas])
divergences = np.array([kl_divergence(p, tilted(theta)) for theta in thetas])

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "mean log-likelihood": (thetas, likelihoods),
        "KL(p̂‖q)": (thetas, divergences),
        "their sum": (thetas, likelihoods + divergences),
        "−H(p̂)": (thetas, np.full(len(thetas), -entropy)),
    },
    xlabel="tilt θ of the model",
    ylabel="nats",
    colors={"−H(p̂)": "exact"},
    title="What the likelihood gains, KL loses",
)

# %% [markdown]
# The sum does not move: it is $-H(\hat p)$ at every $\theta$. What one curve gains the other
# loses, and the top of one stands at the bottom of the other. (KL does not reach 0: no tilt
# makes a die with exactly these shares.)

# %% tags=["claim"]
assert np.abs(likelihoods + divergences + entropy).max() < 1e-12
assert likelihoods.argmax() == divergences.argmin()
assert 0 < divergences.min() < kl

# %% [markdown]
# **On a line** the same holds for the true density $p$, once the mean over data stands for
# the mean under $p$: $L \approx -H(p) - \mathrm{KL}(p\,\|\,q)$, with an error that shrinks as
# the data grow. The entropy of $N(\mu, \sigma^2)$ is $\frac12\log(2\pi e\sigma^2)$.

# %%
from utils.measures.gaussian_kl import gaussian_kl

many = REAL.rvs(100_000, random_state=seed(1))
under_q = norm.logpdf(many, 1.0, 0.8)
entropy_of_real = 0.5 * np.log(2 * np.pi * np.e * 0.5**2)
sum_of_three = under_q.mean() + gaussian_kl(1.5, 0.5, 1.0, 0.8) + entropy_of_real
error = under_q.std() / np.sqrt(len(many))
print(f"L + KL + H = {sum_of_three:.5f}, standard error {error:.5f}")

# %% tags=["claim"]
assert abs(sum_of_three) < 4 * error < 0.01

# %% [markdown]
# ### Exercise 1.4 · Show the identity (easy, 10 minutes)
#
# Given rolls and a model, return the three numbers: the mean log-likelihood, the KL and the
# entropy. The check adds them up. Do not compute one of them from the other two!
#
# <details><summary>Hint 1</summary>
# <code>np.bincount(rolls, minlength=len(q))</code> counts how often each face came.
# </details>
# <details><summary>Hint 2</summary>
# Some faces may never have come: leave them out of both sums, as in Exercise 1.2. The mean
# log-likelihood needs no counts: <code>np.log(q[rolls])</code>.
# </details>


# %% tags=["exercise"]
# Exercise 1.4: show the identity
def three_numbers(rolls, q):
    """Mean log-likelihood, KL(p̂‖q) and entropy H(p̂), in nats.

    rolls (m,) are integers from 0 to len(q) - 1; q (outcomes,) holds no zeros.
    """
    # BEGIN SOLUTION
    log_likelihood = np.mean(np.log(q[rolls]))
    p = np.bincount(rolls, minlength=len(q)) / len(rolls)
    seen = p > 0
    kl = np.sum(p[seen] * np.log(p[seen] / q[seen]))
    entropy = -np.sum(p[seen] * np.log(p[seen]))
    return log_likelihood, kl, entropy
    # END SOLUTION


# %% tags=["check"]
checks.lesson01.three_numbers(three_numbers)

# %% [markdown]
# > **What we know now.** Mean log-likelihood = −entropy − KL. The entropy belongs to the data,
# > so raising the likelihood lowers KL(data‖model), and nothing else.
#
# ## 5 · Forward KL covers, reverse KL seeks
#
# KL is not symmetric. *Forward* $\mathrm{KL}(p\,\|\,q)$ takes its mean under the data $p$: it
# punishes a model that is silent where there are data. *Reverse* $\mathrm{KL}(q\,\|\,p)$ takes
# its mean under the model $q$: it punishes a model that speaks where there are no data.
#
# The data have two **modes**, the peaks of their density. The model is a single Gaussian: it
# cannot be right. We let a search lower each KL. (`Nelder-Mead` only compares values and
# needs no slopes. It searches over $\log\sigma$, so that $\sigma$ stays positive.)
#
# **Predict.** Where will each KL put the Gaussian?

# %%
from scipy.optimize import minimize

from utils.data.mixtures import GaussianMixture
from utils.measures.integrate import integrate

TWO_MODES = GaussianMixture([-2.0, 2.0], 0.6, weights=[0.6, 0.4])
BOUNDS = (-14, 14)


def kl_to(name, mean, std):
    """KL ("kl": forward, "reverse-kl") between the data and N(mean, std²)."""
    return integrate(name, TWO_MODES.log_density, norm(mean, std).logpdf, BOUNDS)


def best(name, mean):
    """The mean and std with the least KL, found from N(mean, 1)."""

    def loss(v):
        return kl_to(name, v[0], np.exp(v[1]))

    found = minimize(loss, [mean, 0.0], method="Nelder-Mead", options={"xatol": 1e-3})
    return found.x[0], np.exp(found.x[1])


fits = {
    "forward": best("kl", 0.5),
    "reverse, from −1": best("reverse-kl", -1.0),
    "reverse, from +1": best("reverse-kl", 1.0),
}

# %% jupyter={"source_hidden": true}
line = np.linspace(-6, 6, 400)
density = np.exp(TWO_MODES.log_density(line))
figures.curve_grid(
    {
        name: {"real": (line, density), "generated": (line, norm.pdf(line, *fit))}
        for name, fit in fits.items()
    },
    xlabel="x",
    ylabel="density",
    title="Forward KL covers both modes; reverse KL takes one and leaves the other",
)

# %% [markdown]
# Forward KL is maximum likelihood, so its answer is the mean and the variance of the data. It
# puts mass in the gap, where there are hardly any data. Reverse KL sits on one mode. Its
# value there is nearly $-\log$ of the mode's weight: the price of missing the other one.
# Which of the two it finds depends on where it starts. (Notebook 01b shows the valleys that it
# may fall into, and has Exercise 1.5.)

# %% jupyter={"source_hidden": true}
names = ("kl", "reverse-kl")
figures.table(
    [
        (
            label,
            *(f"{x:.3f}" for x in fit),
            *(f"{kl_to(name, *fit):.3f}" for name in names),
        )
        for label, fit in fits.items()
    ],
    ("fit", "mean", "std", "forward KL", "reverse KL"),
    caption=f"−log 0.6 = {-np.log(0.6):.3f}, −log 0.4 = {-np.log(0.4):.3f}",
)

# %% tags=["claim"]
mean, std = fits["forward"]
assert abs(mean - -0.4) < 0.01 and abs(std - np.sqrt(0.36 + 4 - 0.16)) < 0.01
assert norm.pdf(0, mean, std) > 20 * np.exp(TWO_MODES.log_density([0.0])).item()
for label, center, weight in (("−1", -2, 0.6), ("+1", 2, 0.4)):
    mean, std = fits[f"reverse, from {label}"]
    assert abs(mean - center) < 0.05 and abs(std - 0.6) < 0.05
    assert abs(kl_to("reverse-kl", mean, std) + np.log(weight)) < 0.02

# %% [markdown]
# **Where the support misses.** The support is where a distribution has any probability at
# all. Take three outcomes. $q$ never shows the third one.
#
# **Predict.** Which of the two KLs is infinite?

# %%
p_three, q_three = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.4, 0.0])
forward, reverse = kl_divergence(p_three, q_three), kl_divergence(q_three, p_three)
print(f"KL(p‖q) = {forward:.4f}, KL(q‖p) = {reverse:.4f}")

# %% [markdown]
# Forward KL is infinite: $p$ shows an outcome that $q$ calls impossible. If a model calls a
# single picture of the data impossible, even one in a thousand, the likelihood of all the
# data together is zero. That is why models fitted by maximum likelihood spread out.
#
# > **What we know now.** Forward KL, which maximum likelihood lowers, covers all data and the
# > gaps between them. Reverse KL keeps to a part of the data and leaves the rest.

# %% tags=["claim"]
assert np.isinf(forward) and np.isfinite(reverse)

# %% [markdown]
# ## 6 · Gaussians as models of pictures
#
# Now all digits at once, without labels: $P(x)$. Four models, each with more to it:
#
# - **uniform**: all 17 levels alike, $\log_2 17$ bits per pixel;
# - **diagonal** Gaussian: each pixel by itself;
# - **full** Gaussian: pairs of pixels;
# - a **mixture** of 10 full Gaussians. It has no closed form: we start from ten clusters of
#   the digits, found by k-means (each picture goes to the nearest of ten means), and climb by
#   gradient.
#
# The price of a picture is $-\log_2 P(x)$ bits. A picture of gray levels stands for a small
# cube with sides of 1/8, and its probability is about density times volume,
# $P(x) \approx p(x)\,(1/8)^{64}$. Take $-\log_2$ and divide by the 64 pixels: **bits per
# dimension**, $-\log p(x)/(64\log 2) - \log_2 \tfrac18$. That is why we added noise in
# section 1: without it a density could grow ever narrower and higher on the 17 levels, and
# its likelihood without limit.
#
# **Predict.** How many bits does each step save on held-out digits?

# %%
diagonal = DensityModel(64, covariance="diagonal").fit_closed_form(train)
full = DensityModel(64).fit_closed_form(train)

keras.utils.set_random_seed(seed(7))
mixture = DensityModel(64, components=10).start_from(train, seed=seed(0))
mixture.compile(keras.optimizers.Adam(3e-3))
mixture.fit(train, batch_size=128, epochs=MIXTURE_EPOCHS, verbose=0)

models = {"diagonal": diagonal, "full": full, "mixture of 10": mixture}
bits = {
    name: [m.bits_per_dimension(x, STEP) for x in (train, test)]
    for name, m in models.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        ("uniform", f"{np.log2(17):.2f}", f"{np.log2(17):.2f}"),
        *((name, *(f"{value:.2f}" for value in pair)) for name, pair in bits.items()),
    ],
    ("model", "training digits", "held-out digits"),
    caption="Bits per pixel: fewer is better",
)

# %% [markdown]
# Each step saves bits: first 0.7, then 0.4, then a third of a bit. The mixture costs more on
# held-out digits than on its own: that is the overfitting of section 3, with 21,449 parameters
# fitted to 1,437 pictures.

# %% tags=["claim"]
held_out = [np.log2(17), *(pair[1] for pair in bits.values())]
assert np.all(np.diff(held_out) < -0.1), held_out
assert abs(bits["diagonal"][1] - 3.37) < 0.02 and abs(bits["full"][1] - 2.94) < 0.02
assert 10 * (64 + 64 * 65 // 2) + 9 == 21_449  # means, covariances, weights
assert (len(train), len(test)) == (1_437, 360)
if current_scale() != "quick":
    assert np.allclose(-np.diff(held_out), (0.72, 0.43, 0.35), atol=0.06)
    assert bits["mixture of 10"][1] > bits["mixture of 10"][0] + 0.1

# %% [markdown]
# **Predict.** Will you see those bits in the samples?

# %%
samples = {
    name: np.clip(m.sample(2_000, seed=seed(8)), -1, 1) for name, m in models.items()
}
samples = {"real": clean_test, **samples}

# %% jupyter={"source_hidden": true}
rows = {}
for name, pixels in samples.items():
    rows |= {name: pictures(pixels[:10]), f"{name}, more": pictures(pixels[10:20])}
figures.image_rows(rows, title="Real digits, and samples of three models")

# %% [markdown]
# In the rows of the mixture one can make out digits; in those of the diagonal Gaussian,
# hardly. Do not trust your eye or ours: how far is a sample from the nearest training digit
# (section 2)? How sure is the classifier of section 1 which digit it is? And how many of
# its pixels are gray, neither ink nor paper (between −0.6 and 0.6)?

# %%
judged = {
    name: (
        distance(pixels).mean(),
        regression.predict_proba(pixels).max(axis=1).mean(),
        (np.abs(pixels) < 0.6).mean(),
    )
    for name, pixels in samples.items()
}

# %% jupyter={"source_hidden": true}
figures.table(
    [
        (name, f"{away:.2f}", f"{sure:.0%}", f"{gray:.0%}")
        for name, (away, sure, gray) in judged.items()
    ],
    (
        "pictures",
        "distance to a training digit",
        "classifier's certainty",
        "gray pixels",
    ),
    caption="Real held-out digits, and 2,000 samples of each model",
)

# %% [markdown]
# Nearer and surer with each step, and never as near and sure as real digits. The mixture has
# the fewest gray pixels, still more than real digits have.
#
# **Would another mean or variance help?** No. A Gaussian is highest at its mean, and only
# falls from there, in every direction. So the most probable picture *is the mean of all
# digits*, which nobody ever wrote. Shrink the variance, and samples become the mean; grow it,
# and they become noise.

# %% jupyter={"source_hidden": true}
means, _, _ = full.gaussians()
variances = (0.0, 0.1, 0.3, 1.0, 3.0)
unclipped = full.sample(8, seed=seed(8))
figures.image_rows(
    {
        f"variance × {v:g}": pictures(means[0] + v**0.5 * (unclipped - means[0]))
        for v in variances
    },
    title="The full Gaussian with other variances: from the blurred mean to noise",
)

# %% [markdown]
# > **What we know now.** A better likelihood (fewer bits) came with better samples here. A
# > single Gaussian blurs whatever its mean and variance, because it is highest at the mean.

# %% tags=["claim"]
assert full.log_density(means).item() > full.log_density(test).max()
if current_scale() != "quick":
    columns = np.array([judged[name] for name in ("diagonal", "full", "mixture of 10")])
    assert (
        np.all(np.diff(columns[:, 0]) < 0) and judged["real"][0] < columns[:, 0].min()
    )
    assert (
        np.all(np.diff(columns[:, 1]) > 0) and judged["real"][1] > columns[:, 1].max()
    )
    assert columns[:, 2].min() > judged["real"][2] + 0.05
    assert min(columns[:2, 2]) > columns[2, 2]

# %% [markdown]
# ## 7 · A network as a distribution
#
# A Gaussian is too simple. But a *network* can bend it into many shapes: draw a simple $z$, and
# let $x = G(z)$. Then $x$ has some distribution $P_G$.
#
# Does it matter which $z$? We teach one small network to turn Gaussian numbers into the two
# modes of section 5, and a second one, of the same kind, to turn *uniform* numbers into them.
# On a line we can tell each network what to answer: the smallest input becomes the smallest
# output, the next one the next, and so on. (For pictures nobody knows such a rule. Lesson 03
# trains $G$ without one.)
#
# **Predict.** Will you be able to tell which output came from which input?

# %%
from utils.networks.mlp import mlp

ranks = (np.arange(4_000) + 0.5) / 4_000
fine = np.linspace(-6, 6, 20_001)
share_below = np.cumsum(np.exp(TWO_MODES.log_density(fine))) * (fine[1] - fine[0])
targets = np.interp(ranks, share_below, fine)  # the numbers with these ranks
INPUTS = {"Gaussian": norm.ppf, "uniform": lambda rank: 2 * rank - 1}


def network_from(name):
    """A network that maps inputs of this kind to the two modes, rank by rank."""
    keras.utils.set_random_seed(seed(0))
    network = mlp(1, 1, hidden=(64, 64, 64))
    falling = keras.optimizers.schedules.CosineDecay(5e-3, MAP_EPOCHS * 16)
    network.compile(keras.optimizers.Adam(falling), "mse")
    z = INPUTS[name](ranks)[:, None]
    network.fit(z, targets[:, None], batch_size=250, epochs=MAP_EPOCHS, verbose=0)
    return network


uniforms = np.random.default_rng(seed(9)).uniform(size=(20_000, 1))
outputs = {
    f"from {name} numbers": ops.convert_to_numpy(
        network_from(name)(INPUTS[name](uniforms))
    )
    for name in INPUTS
}

# %% jupyter={"source_hidden": true}
figures.histograms(
    outputs,
    bins=80,
    bounds=(-4.5, 4.5),
    xlabel="x = G(z)",
    title="Gaussian in or uniform in: two modes come out",
)

# %% [markdown]
# Either simple input gives the two modes: the network does the rest. One can tell at the outer
# edges. The uniform input is bounded, and to make a tail from it the network would have to
# be very steep: its outputs end near ±3. Samples are cheap, one pass each.
#
# And the likelihood? For that we would have to know *which* $z$ lead to a given $x$, all of
# them, and how much $G$ stretches there. Look at pictures: a network from 2 numbers to 64
# pixels. The digits differ most along two directions (a principal component analysis, here by
# the singular value decomposition `svd`, finds them). Each digit gets two numbers: how far it
# goes along each. The network learns to turn them into the picture.

# %%
keras.utils.set_random_seed(seed(0))
_, _, directions = np.linalg.svd(clean_train - clean_train.mean(axis=0), False)
codes = (clean_train - clean_train.mean(axis=0)) @ directions[:2].T
codes = (codes / codes.std(axis=0)).astype("float32")

sheet = mlp(2, 64, hidden=(128, 128))
sheet.compile(keras.optimizers.Adam(3e-3), "mse")
sheet.fit(codes, clean_train, batch_size=64, epochs=SHEET_EPOCHS, verbose=0)


def drawn_on_grid(low, high, side):
    """The network's pictures of an even grid of z, (side, side, 64), top row first."""
    axis = np.linspace(low, high, side, dtype="float32")
    z = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
    return ops.convert_to_numpy(sheet(z)).reshape(side, side, 64)


# %% jupyter={"source_hidden": true}
figures.image_grid(
    pictures(drawn_on_grid(-2, 2, 14)),
    columns=14,
    title="What the network draws: z₁ from −2 to 2 across, z₂ upward",
)

# %% [markdown]
# All its pictures lie on a *surface* of two dimensions in a space of 64. A surface has no
# volume, so the density is 0 everywhere off it.
#
# **Predict.** How many of the 360 held-out digits lie on the surface?
#
# We search it: 401 × 401 pictures that cover $z$ from −4 to 4 (every training digit has its
# code there), so close together that hardly anything lies between them.

# %%
surface = drawn_on_grid(-4, 4, 401)
steps = [np.linalg.norm(np.diff(surface, axis=axis), axis=-1).max() for axis in (0, 1)]

search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(surface.reshape(-1, 64))
gaps, places = (x.ravel() for x in search.kneighbors(clean_test))
print(f"neighbors on the grid are at most {max(steps):.2f} apart")
print(f"held-out digits are {gaps.min():.2f} to {gaps.max():.2f} from the surface")

# %% jupyter={"source_hidden": true}
shown = [int(np.flatnonzero(digits.test_labels == y)[0]) for y in range(10)]
figures.image_rows(
    {
        "held-out digit": digits.test_pictures[shown],
        "nearest on the surface": pictures(surface.reshape(-1, 64)[places[shown]]),
    },
    labels=[f"{gaps[i]:.1f}" for i in shown],
    title="Ten digits, the nearest that the network draws, and how far",
)

# %% [markdown]
# Not one of them lies on it. Each held-out digit has density 0, so its log-likelihood is
# $-\infty$: this model cannot be fitted by maximum likelihood.
#
# And if $z$ has as many numbers as there are pixels? Then there may be a density, but it costs
# a search over all $z$. There are ways around: networks built so that they can be undone
# (normalizing flows), or a little noise on the output, whose likelihood lesson 04 bounds from
# below and lesson 05 estimates. For a network of any shape nobody has a formula.
#
# So we can *sample* from $P_G$, and we have samples of the data. **How does one compare two
# distributions from samples alone?** Lesson 02 trains a network to do it, a *discriminator*: a
# classifier that tells real samples from generated ones.
#
# > **What we know now.** A network turns any simple noise into samples, one pass each. Its
# > likelihood is out of reach, or zero off a thin surface.

# %% tags=["claim"]
assert np.abs(codes).max() < 4
if current_scale() != "quick":
    from scipy.stats import wasserstein_distance

    assert gaps.min() > 0.3 + max(steps)
    ordered = [np.sort(x.ravel()) for x in outputs.values()]
    assert np.abs(ordered[0] - ordered[1]).mean() < 0.1, "the two outputs differ"
    assert np.abs(ordered[1]).max() < 3.6 < np.abs(ordered[0]).max()
    for x in ordered:
        exact = TWO_MODES.sample(20_000, seed=seed(0)).ravel()
        assert wasserstein_distance(x, exact) < 0.12

# %% [markdown]
# ## 8 · Measured here, published, source

# %% jupyter={"source_hidden": true}
on_the_mode = kl_to("reverse-kl", *fits["reverse, from −1"])
figures.table(
    [
        ("likelihood + KL + entropy", f"{log_likelihood + kl + entropy:.0e}", "0", "exact"),
        ("KL(N(0,1)‖N(2,1)), nats", f"{gaussian_kl(0, 1, 2, 1):.4f}", "2", "exact, Kullback 1959"),
        ("L + KL + H on a line", f"{sum_of_three:.4f} ± {error:.4f}", "0", "limit of many data"),
        ("reverse KL, mode of weight 0.6", f"{on_the_mode:.4f}", f"{-np.log(0.6):.4f}", "limit, modes apart"),
        ("digits by ten Gaussians", f"{by_density:.1%}", "98.0 %, 1-nearest", "Alpaydin, Kaynak 1998"),
    ],
    ("quantity", "measured here", "published or exact", "source"),
    caption="The published 98.0 % are of other writers than the training digits",
)  # fmt: skip

# %% [markdown]
# ## What to read next
#
# - Bishop (2006), *Pattern recognition and machine learning*, sections 1.2, 2.3 and 10.1:
#   likelihood, Gaussians, and both directions of KL.
# - Goodfellow (2016), *NIPS 2016 tutorial: generative adversarial networks*, section 2: the family
#   tree of models that maximize likelihood.
# - Theis, van den Oord and Bethge (2016), *A note on the evaluation of generative models*: why
#   good likelihood and good samples are two things.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | generative model | a distribution one can draw from | 生成模型 |
# | discriminative model | answers P(y given x) only | 判别模型 |
# | data manifold | the sliver of all pictures on which data lie | 数据流形 |
# | likelihood | the density of all data under a model | 似然 |
# | maximum likelihood | choose the model with the highest one | 最大似然 |
# | held-out data | data that no model has learned from | 留出数据 |
# | overfitting | fitting what is chance in the sample | 过拟合 |
# | Kullback–Leibler divergence | what maximum likelihood makes small | KL 散度 |
# | entropy | the part of it no model can change | 熵 |
# | forward KL | mean under the data; covers | 前向 KL 散度 |
# | reverse KL | mean under the model; seeks | 反向 KL 散度 |
# | mode | a peak of a density | 模态 |
# | covariance | how pairs of pixels go together | 协方差 |
# | mixture of Gaussians | several Gaussians, each with a weight | 高斯混合模型 |
# | bits per dimension | what a pixel costs to store | 每维比特数 |

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
#   6: "7 · Gaussians as models of pictures"
#   7: "8 · A network as a distribution"
# bonus: false
# ---

# %% [markdown]
# # 01 · Maximum likelihood is minimum KL
#
# **Claim.** A generative model is a probability distribution. To fit it by maximum
# likelihood is to make one distance as small as it gets: the Kullback–Leibler divergence
# from the data to the model.
#
# After this lesson you can
#
# - say what a generative model answers that a classifier does not, and why it is harder;
# - derive, line by line and with numbers, why maximum likelihood is minimum KL;
# - say which way round KL covers, which way round it seeks, and when it is infinite;
# - fit Gaussians and mixtures to pictures, price them in bits, and say why they blur.
#
# **Minutes:** {minutes}. **You need:** Keras, and what a mean, a variance and a logarithm are.

# %%
import keras
import numpy as np
from keras import ops

from utils import checks, figures
from utils.course.scale import current_scale, scale

keras.utils.set_random_seed(1)

# %% [markdown]
# Everything that takes time stands in one cell. `COURSE_SCALE` chooses the column: `quick`
# is a smoke test, `laptop` is what the text describes, `full` is for a night.

# %% tags=["parameters"]
ASCENT_STEPS = scale(quick=30, laptop=120, full=400)
TRIALS = scale(quick=40, laptop=300, full=2_000)
MIXTURE_EPOCHS = scale(quick=1, laptop=20, full=100)
PATCHES = scale(quick=2_000, laptop=20_000, full=100_000)
PHOTO_EPOCHS = scale(quick=1, laptop=2, full=20)
MAP_EPOCHS = scale(quick=1, laptop=80, full=400)
SHEET_EPOCHS = scale(quick=1, laptop=40, full=300)

# %% [markdown]
# ## 1 · Two questions of one data set
#
# Here are handwritten digits: pictures $x$ with labels $y$, 8×8 pixels of 17 gray levels.
# One can ask two things of them.
#
# - $P(y \mid x)$: *given a picture, which digit is it?* A classifier answers with 10 numbers.
#   This is the **discriminative** question.
# - $P(x)$: *how probable is this picture at all?* One number for each of the
#   $17^{64} \approx 6 \cdot 10^{78}$ pictures. This is the **generative** question. Who knows the
#   answer can draw: take pictures in proportion to $P(x)$.

# %%
from utils.data.digits import load

digits = load("uci")
figures.image_grid(digits.train_pictures[:20], title="Real digits")

# %% [markdown]
# A gray level is a step, a density is smooth. So we spread each level over its own step,
# with uniform noise 1/8 wide. Section 7 says why.


# %%
STEP = 1 / 8  # 17 levels between -1 and 1


def smooth(images, seed, step=STEP):
    """Pictures as rows of pixels, each level spread over its step: (n, pixels)."""
    noise = np.random.default_rng(seed).uniform(-step / 2, step / 2, images.shape)
    return (images + noise).reshape(len(images), -1).astype("float32")


def pictures(pixels, side=8):
    """Rows of pixels as pictures; what leaves [-1, 1] is cut off."""
    return np.clip(pixels, -1, 1).reshape(-1, side, side, 1)


train, test = smooth(digits.train_pictures, 0), smooth(digits.test_pictures, 1)

# %% [markdown]
# The simplest density that knows how pixels go together is a Gaussian with a mean and a
# **covariance**: positive for two pixels that get bright together. We give each digit its
# own, $P(x \mid y)$. (The small number on the diagonal is for pixels that hardly ever change.)

# %%
from utils.models.density import DensityModel


def gaussian_of(pixels, more=0.01):
    """The Gaussian with the mean and the covariance of these pictures."""
    covariance = np.cov(pixels.T, bias=True) + more * np.eye(64)
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

figures.table(
    [
        ("ten Gaussians, P(x | y)", f"{by_density:.1%}", "yes"),
        ("logistic regression, P(y | x)", f"{by_regression:.1%}", "no"),
    ],
    ("model", "held-out digits right", "can draw"),
)

# %% [markdown]
# Here they classify *better*. (It is no fair match: logistic regression draws straight
# borders, these Gaussians curved ones.) And they can draw: four samples of each.

# %%
drawn = np.stack([model.sample(4, seed=4) for model in each_digit], axis=1)
figures.image_grid(
    pictures(drawn.reshape(-1, 64)),
    labels=[*range(10)] * 4,
    title="The same ten Gaussians draw: legible, but smudged",
)

# %% [markdown]
# So one density answers both questions. A classifier only has to find the *border* between
# digits. A density must know everything: strokes, slant, thickness, what a picture may not
# be. That is why generation is the harder one, and these drawings show it.

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


# %%
noise = np.random.default_rng(2).uniform(-1, 1, (10_000, 64))
near, far = distance(clean_test), distance(noise)
figures.histograms(
    {"real": near, "random pictures": far},
    xlabel="distance to the nearest training digit",
    colors={"random pictures": "negative"},
    title="None of 10 000 random pictures comes near a digit",
)

# %% [markdown]
# They do not even touch. Can we say how rare a digit is? All pictures fill a cube of volume
# $2^{64}$. The pictures within a distance $r$ of some training digit fill at most 1 437 balls
# of volume $\pi^{32} r^{64} / 32!$. We take $r$ from the held-out digits: half are nearer.

# %%
from scipy.special import gammaln

radius = np.median(near)
ball = 32 * np.log(np.pi) + 64 * np.log(radius) - gammaln(33)
log10_share = (np.log(len(train)) + ball - 64 * np.log(2)) / np.log(10)
print(
    f"within r = {radius:.2f} of a training digit: at most 1 in 10^{-log10_share:.1f}"
)

# %% [markdown]
# At most one random picture in $10^{15}$ is as near to a training digit as half of the
# held-out digits are. Data lie on a thin sheet in the space of all pictures: the **data
# manifold**. A generative model has to find the sheet.

# %% tags=["claim"]
assert near.max() < far.min(), "a random picture is nearer than some digit"
assert -16 < log10_share < -14

# %% [markdown]
# **A walk off the data.** Take a held-out digit and walk on a straight line to a held-out
# digit of another kind. Halfway you look at the mean of two digits.
#
# **Predict.** Is the mean of two digits a digit?

# %%
rng = np.random.default_rng(3)
t = np.linspace(0, 1, 11)
a, b = (rng.permutation(len(clean_test))[:300] for _ in range(2))
different = digits.test_labels[a] != digits.test_labels[b]
starts, ends = clean_test[a[different]], clean_test[b[different]]


def along(ends):
    """Mean distance to the nearest training digit at each step of the walks."""
    return np.array([distance((1 - s) * starts + s * ends).mean() for s in t])


# %%
walks = {
    "to another digit": along(ends),
    "to a random picture": along(noise[: len(ends)]),
}
figures.image_grid(
    np.stack([(1 - s) * starts[0] + s * ends[0] for s in t]).reshape(-1, 8, 8, 1),
    columns=11,
    title="A straight walk from digit to digit leads through pictures of neither",
)

# %%
figures.curves(
    {name: (t, values) for name, values in walks.items()},
    xlabel="share of the way",
    ylabel="distance to the nearest training digit",
    references={"a held-out digit": near.mean()},
    title="Between two digits the walk leaves the data, and comes back",
)

# %% [markdown]
# Halfway, on average, the walk is farther out than nine in ten held-out digits: the mean of
# two digits is an unlikely digit. The sheet is bent: straight lines tend to leave it.

# %% tags=["claim"]
middle = walks["to another digit"][5]
assert (near < middle).mean() > 0.9
assert middle > 1.2 * near.mean() and middle > 1.2 * walks["to another digit"][-1]
assert np.all(np.diff(walks["to a random picture"]) > 0)

# %% [markdown]
# ## 3 · The likelihood of a Gaussian
#
# Now to the toy: numbers on a line, where we can see everything. The model is
# $N(\mu, \sigma^2)$. Its **likelihood** is the probability density of all the data,
# $\prod_i p(x_i)$.
#
# **Predict.** How large is the product of 2 000 densities?

# %%
from scipy.stats import norm

REAL = norm(1.5, 0.5)
data = REAL.rvs(2_000, random_state=0)

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
# When there is no closed form, one climbs. `DensityModel` is a Keras model whose loss is
# $-L$. That takes two lines: `call` returns $\log p(x)$, and `compute_loss` its negative mean.
# (It can do more than we need here: a **mixture** is a weighted sum of Gaussians. With one
# component it is a Gaussian.)

# %%
from utils.course.show import show_code

show_code(DensityModel.call, "DensityModel.call: log p(x) of a mixture", folded=True)
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
# **Predict.** The climb starts at $\mu = -0.5$, $\sigma = 2$. Which of the two will it mend
# first?

# %%
mu, sigma = np.linspace(-1, 3, 81), np.linspace(0.3, 2.4, 80)
height = np.array([[norm.logpdf(data, m, s).mean() for m in mu] for s in sigma])
figures.surface(
    mu,
    sigma,
    height,
    levels=height.max() - np.geomspace(8, 0.02, 12),
    paths={"gradient": path},
    places={"exact": (data.mean(), data.std())},
    colors={"gradient": "measured"},
    xlabel="mean μ",
    ylabel="standard deviation σ",
    title="The gradient climbs to the closed form",
)

# %% [markdown]
# At first the mean moves alone: around a mean of −0.5 the data spread by about 2, so
# $\sigma = 2$ fits. As the mean gets better, $\sigma$ shrinks with it, the slopes grow, and
# both arrive where the formulas said.

# %% tags=["claim"]
assert product == 0 and np.isfinite(log_sum)
if current_scale() != "quick":
    assert np.allclose(path[-1], (data.mean(), data.std()), atol=1e-3)

# %% [markdown]
# And now you: draw a sample, then move the model until it is as likely as you can make it.
# With few numbers the best model is *not* the true one. Why?


# %%
def try_yourself(mean, std, sample_size, seed=0):
    """The learner's Gaussian over the learner's sample."""
    sample = REAL.rvs(sample_size, random_state=seed)
    x = np.linspace(-1.5, 4.5, 200)
    yours, best = (
        norm.logpdf(sample, m, s).mean()
        for m, s in ((mean, std), (sample.mean(), sample.std()))
    )
    figure = figures.curves(
        {"your model": (x, norm.pdf(x, mean, std)), "real": (x, REAL.pdf(x))},
        xlabel="x",
        ylabel="density",
        colors={"your model": "generated"},
        title=f"Mean log-likelihood {yours:.3f}, best possible {best:.3f} nats",
    )
    figure.axes[0].plot(sample, np.zeros_like(sample), "|", color="black")
    return figure


try_yourself(0.5, 1.0, 20)

# %%
figures.slider_figure(
    try_yourself,
    mean=(-1.0, 3.0, 0.1, 0.5),
    std=(0.1, 2.0, 0.1, 1.0),
    sample_size=(3, 200, 1, 20),
    seed=(0, 20, 1, 0),
)

# %% [markdown]
# ## 4 · Maximum likelihood is minimum KL
#
# ### A distance between distributions
#
# The **Kullback–Leibler divergence** of $p$ from $q$ is the mean, under $p$, of how
# much more probable $p$ finds things than $q$ does:
#
# $$\mathrm{KL}(p\,\|\,q) = \sum_k p_k \log\frac{p_k}{q_k}
#   \qquad\text{or}\qquad \int p(x)\log\frac{p(x)}{q(x)}\,dx .$$
#
# It is 0 if $p = q$ and positive otherwise. What never happens costs nothing:
# $0\cdot\log 0 = 0$. What happens although $q$ calls it impossible costs everything: $\infty$.
#
# ### Exercise 1.1 · KL with zeros (easy, 5 minutes)
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
# Exercise 1.1: KL with zeros
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
# ### Exercise 1.2 · KL of two Gaussians (medium, 10 minutes)
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
# Exercise 1.2: KL of two Gaussians
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
# The entropy $H(\hat p)$ does not know the model. So **the model that makes the data most
# likely is the model with the smallest KL from the data.** Each line is a number too:

# %%
from utils.measures.divergences import kl_divergence

rolls = np.random.default_rng(6).choice(6, size=200, p=[0.1, 0.1, 0.1, 0.2, 0.2, 0.3])
p = np.bincount(rolls, minlength=6) / len(rolls)
q = np.array([0.1, 0.1, 0.2, 0.2, 0.2, 0.2])  # the model: somebody's guess

log_likelihood = np.mean(np.log(q[rolls]))
collected = np.sum(p * np.log(q))
split = np.sum(p * np.log(p)) - np.sum(p * np.log(p / q))
entropy, kl = -np.sum(p * np.log(p)), kl_divergence(p, q)

# %%
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

# %%
figures.curves(
    {
        "mean log-likelihood": (thetas, likelihoods),
        "KL(p̂‖q)": (thetas, divergences),
        "their sum": (thetas, likelihoods + divergences),
    },
    xlabel="tilt θ of the model",
    ylabel="nats",
    colors={"their sum": "exact"},
    references={"−H(p̂)": -entropy},
    title="What the likelihood gains, KL loses: the sum is −H at every θ",
)

# %% [markdown]
# The two curves mirror each other, and the top of one stands over the bottom of the other.
# (KL does not reach 0: no tilt makes a die with exactly these shares.)

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

many = REAL.rvs(100_000, random_state=1)
under_q = norm.logpdf(many, 1.0, 0.8)
sum_of_three = (
    under_q.mean()
    + gaussian_kl(1.5, 0.5, 1.0, 0.8)
    + 0.5 * np.log(2 * np.pi * np.e * 0.5**2)
)
error = under_q.std() / np.sqrt(len(many))
print(f"L + KL + H = {sum_of_three:.5f}, standard error {error:.5f}")

# %% tags=["claim"]
assert abs(sum_of_three) < 4 * error < 0.01

# %% [markdown]
# ### Exercise 1.3 · The most likely Gaussian (easy, 10 minutes)
#
# In $d$ dimensions the two formulas of section 3 become a mean vector and a covariance
# matrix. Write both for data `(n, d)`.
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
# Exercise 1.3: the most likely Gaussian
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
# ### Exercise 1.4 · Show the identity (easy, 10 minutes)
#
# Given rolls and a model, return the three numbers: the mean log-likelihood, the KL and the
# entropy. The check adds them up. Do not compute one of them from the other two!
#
# <details><summary>Hint 1</summary>
# <code>np.bincount(rolls, minlength=len(q))</code> counts how often each face came.
# </details>
# <details><summary>Hint 2</summary>
# Some faces may never have come: leave them out of both sums, as in Exercise 1.1. The mean
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
# ## 5 · Forward KL covers, reverse KL seeks
#
# KL is not symmetric. *Forward* $\mathrm{KL}(p\,\|\,q)$ takes its mean under the data $p$: it
# punishes a model that is silent where there are data. *Reverse* $\mathrm{KL}(q\,\|\,p)$ takes
# its mean under the model $q$: it punishes a model that speaks where there are no data.
#
# The data have two bumps, the model is a single Gaussian: it cannot be right.
#
# **Predict.** Where will each KL put it?

# %%
from scipy.optimize import minimize

from utils.data.mixtures import GaussianMixture
from utils.measures.integrate import integrate

TWO_BUMPS = GaussianMixture([-2.0, 2.0], 0.6, weights=[0.6, 0.4])
BOUNDS = (-14, 14)


def kl_to(name, mean, std):
    """KL ("kl": forward, "reverse-kl") between the bumps and N(mean, std²)."""
    return integrate(name, TWO_BUMPS.log_density, norm(mean, std).logpdf, BOUNDS)


def best(name, mean):
    """The mean and std with the least KL, found from N(mean, 1)."""

    def loss(v):
        return kl_to(name, v[0], np.exp(v[1]))

    found = minimize(loss, [mean, 0.0], method="Nelder-Mead", options={"xatol": 1e-3})
    return found.x[0], np.exp(found.x[1])


# %%
fits = {
    "forward": best("kl", 0.5),
    "reverse, from −1": best("reverse-kl", -1.0),
    "reverse, from +1": best("reverse-kl", 1.0),
}
line = np.linspace(-6, 6, 400)
bumps = np.exp(TWO_BUMPS.log_density(line))
figures.curve_grid(
    {
        name: {"real": (line, bumps), "generated": (line, norm.pdf(line, *fit))}
        for name, fit in fits.items()
    },
    xlabel="x",
    ylabel="density",
    title="Forward KL covers both bumps; reverse KL takes one and forgets the other",
)

# %% [markdown]
# Forward KL is maximum likelihood, so its answer is the mean and the variance of the data. It
# puts much of its mass in the gap, where there is nothing. Reverse KL sits on one bump. Its
# value there is nearly $-\log$ of the bump's weight: the price of missing the other one.
# Which of the two it finds depends on where it starts.

# %%
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
for label, center, weight in (("−1", -2, 0.6), ("+1", 2, 0.4)):
    mean, std = fits[f"reverse, from {label}"]
    assert abs(mean - center) < 0.05 and abs(std - 0.6) < 0.05
    assert abs(kl_to("reverse-kl", mean, std) + np.log(weight)) < 0.02

# %% [markdown]
# The landscapes tell why. Forward KL has one valley, reverse KL has two with a ridge
# between them: a descent cannot cross it.

# %%
mean_axis, std_axis = np.linspace(-3.5, 3.5, 40), np.linspace(0.35, 3, 30)
wide = np.linspace(-14, 14, 500)
step = wide[1] - wide[0]
log_p = TWO_BUMPS.log_density(wide)
log_q = norm.logpdf(wide, mean_axis[:, None], std_axis[:, None, None])
forward_land = step * np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)
reverse_land = step * np.sum(np.exp(log_q) * (log_q - log_p), axis=-1)


# %%
def landscape(ax, land, minima, title):
    """KL over the mean and the standard deviation of the model."""
    figures.surface(
        mean_axis,
        std_axis,
        land,
        levels=land.min() + np.geomspace(0.02, 6, 10),
        places={f"from {i}": place for i, place in enumerate(minima)},
        colors={f"from {i}": "measured" for i in range(len(minima))},
        xlabel="mean",
        ylabel="standard deviation",
        title=title,
        ax=ax,
    )


covering, *seeking = fits.values()
figure, axes = figures.new_figure(7.6, 3.6, 1, 2)
landscape(axes[0, 0], forward_land, [covering], "Forward KL: one valley")
landscape(axes[0, 1], reverse_land, seeking, "Reverse KL: two valleys, a ridge")
figure

# %% [markdown]
# Move the Gaussian yourself, and watch both numbers.


# %%
def at(mean, std):
    """The two bumps, a Gaussian, and both KLs."""
    forward, reverse = kl_to("kl", mean, std), kl_to("reverse-kl", mean, std)
    return figures.curves(
        {"real": (line, bumps), "generated": (line, norm.pdf(line, mean, std))},
        xlabel="x",
        ylabel="density",
        ylim=(0, 0.75),
        title=f"Forward KL {forward:.2f}, reverse KL {reverse:.2f} nats",
    )


figures.slider_figure(at, mean=(-4.0, 4.0, 0.2, 0.0), std=(0.3, 3.0, 0.1, 1.0))

# %% [markdown]
# **Where the support misses.** The support is where a distribution has any probability at
# all. Take three outcomes. $q$ never shows the third one.
#
# **Predict.** Which of the two KLs is infinite?

# %%
from utils.measures.divergences import js_divergence

p_three, q_three = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.4, 0.0])
missing = {
    "KL(p‖q): data where the model has none": kl_divergence(p_three, q_three),
    "KL(q‖p): model inside the data": kl_divergence(q_three, p_three),
    "JS(p, q), at most log 2": js_divergence(p_three, q_three),
}
figures.table(
    [(name, f"{value:.4f}") for name, value in missing.items()],
    ("divergence", "nats"),
    caption="One missing outcome makes forward KL infinite",
)

# %% [markdown]
# One picture in a thousand that the model calls impossible, and its likelihood is
# zero. That is why models fitted by maximum likelihood spread out: they must cover everything.

# %% tags=["claim"]
forward, reverse, js = missing.values()
assert np.isinf(forward) and np.isfinite(reverse) and 0 < js < np.log(2)

# %% [markdown]
# ### Exercise 1.5 · Fit by reverse KL (medium, 15 minutes)
#
# Fit a Gaussian to a density by *reverse* KL, starting from a given mean and standard
# deviation. Then say in a sentence: which bump did it choose, and why?
#
# <details><summary>Hint 1</summary>
# Put a fine grid on the line, −15 to 15. There KL(q‖p) is a sum:
# <code>np.sum(np.exp(log_q) * (log_q - log_p(grid)))</code> times the step.
# </details>
# <details><summary>Hint 2</summary>
# Let <code>scipy.optimize.minimize(loss, [mean, np.log(std)], method="Nelder-Mead")</code>
# search over the mean and log std: then std stays positive.
# </details>


# %% tags=["exercise"]
# Exercise 1.5: fit by reverse KL
def fit_by_reverse_kl(log_p, mean, std):
    """Mean and std of the Gaussian q with the least KL(q‖p) near a start.

    log_p takes points (n,) and returns log-densities (n,); mean, std: the start.
    """
    # BEGIN SOLUTION
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
# **In words.** It chose the bump on whose side it started. On one bump of weight $w$, with the
# shape of that bump, $q/p = 1/w$ nearly everywhere that $q$ has mass, so
# $\mathrm{KL}(q\,\|\,p) \approx -\log w$, whatever the other bump does. To change over, $q$
# would have to pass through the gap, where $p$ is tiny and $\log(q/p)$ huge. Of the two
# minima the heavier bump is the deeper, $-\log 0.6 < -\log 0.4$, but a descent does not see
# the other one. If the bumps overlapped, there would be a single minimum again.

# %% [markdown]
# ## 6 · How fast?
#
# We never have $p$, only $m$ examples. How far is the fitted model from the truth? The
# theory says: a model with $k$ parameters that *can* be right ends up at
#
# $$\mathbb E\,\mathrm{KL}(p\,\|\,p_{\hat\theta}) \approx \frac{k}{2m}.$$
#
# We fit Gaussians in 1, 3 and 5 dimensions, with $k = 2, 9, 20$ parameters, many times, and
# measure.
#
# **Predict.** On axes that are both logarithmic, what does $k/(2m)$ look like?

# %%
from utils.measures.gaussian_kl import gaussian_kl_full


def mean_kl(d, m, seed):
    """Mean KL of the truth N(0, I) from the fit to m points, over many samples."""
    x = np.random.default_rng(seed).standard_normal((TRIALS, m, d))
    means = x.mean(axis=1)
    centered = x - means[:, None]
    covariances = centered.swapaxes(1, 2) @ centered / m
    truth = np.zeros((TRIALS, d)), np.stack([np.eye(d)] * TRIALS)
    return gaussian_kl_full(*truth, means, covariances).mean()


# %%
SIZES = np.array([100, 200, 400, 800, 1_600, 3_200])
parameters = {1: 2, 3: 9, 5: 20}  # dimensions: means and covariances
kls = {d: np.array([mean_kl(d, m, seed=d) for m in SIZES]) for d in parameters}
slopes = {d: np.polyfit(np.log(SIZES), np.log(y), 1)[0] for d, y in kls.items()}

# %%
measured_lines = {f"k = {parameters[d]}": (SIZES, y) for d, y in kls.items()}
exact_lines = {f"{k}/(2m)": (SIZES, k / (2 * SIZES)) for k in parameters.values()}
figures.curves(
    measured_lines | exact_lines,
    colors=dict.fromkeys(exact_lines, "exact"),
    xlabel="sample size m",
    ylabel="KL from the truth (nats)",
    xscale="log",
    yscale="log",
    title="Slopes "
    + ", ".join(f"{slope:.2f}" for slope in slopes.values())
    + ": ten times the data, a tenth of the KL",
)

# %% [markdown]
# Straight lines of slope −1, on the theory. A thousand parameters want thousands of
# examples: for pictures that will be our trouble.

# %% tags=["claim"]
tolerance = 0.3 if current_scale() == "quick" else 0.1
for d, y in kls.items():
    assert abs(slopes[d] + 1) < tolerance, slopes
    assert abs(y[-1] / (parameters[d] / (2 * SIZES[-1])) - 1) < 2 * tolerance

# %% [markdown]
# ## 7 · Gaussians as models of pictures
#
# Now all digits at once, without labels: $P(x)$. Four models, each with more to it:
#
# - **uniform**: all 17 levels alike, $\log_2 17$ bits per pixel;
# - **diagonal** Gaussian: each pixel by itself;
# - **full** Gaussian: pairs of pixels;
# - a **mixture** of 10 full Gaussians. It has no closed form: we start from clusters, and
#   climb by gradient.
#
# The price of a picture is $-\log_2 P(x)$ bits. A picture of gray levels stands for a small
# cube with sides of 1/8, and its probability is about density times volume,
# $P(x) \approx p(x)\,(1/8)^{64}$. Take $-\log_2$ and divide by the 64 pixels: **bits per
# dimension**, $-\log p(x)/(64\log 2) - \log_2 \tfrac18$. That is why we added noise in
# section 1: without it a density could rise without limit on the 17 levels.
#
# **Predict.** How much does each step buy on held-out digits?

# %%
diagonal = DensityModel(64, covariance="diagonal").fit_closed_form(train)
full = DensityModel(64).fit_closed_form(train)

keras.utils.set_random_seed(7)
mixture = DensityModel(64, components=10).start_from(train, seed=0)
mixture.compile(keras.optimizers.Adam(3e-3))
history = mixture.fit(
    train, validation_data=(test,), batch_size=128, epochs=MIXTURE_EPOCHS, verbose=0
)

# %%
models = {"diagonal": diagonal, "full": full, "mixture of 10": mixture}
bits = {
    name: (m.bits_per_dimension(train, STEP), m.bits_per_dimension(test, STEP))
    for name, m in models.items()
}
figures.table(
    [
        ("uniform", f"{np.log2(17):.2f}", f"{np.log2(17):.2f}"),
        *((name, *(f"{value:.2f}" for value in pair)) for name, pair in bits.items()),
    ],
    ("model", "training digits", "held-out digits"),
    caption="Bits per pixel: fewer is better",
)

# %% [markdown]
# Each step helps, the mixture most. Its gap between training and held-out digits is the price
# of its 21 449 parameters on 1 437 pictures. The cause is that of section 6; the rule
# $k/(2m)$ itself is for $m$ much larger than $k$.

# %% tags=["claim"]
held_out = [np.log2(17), *(pair[1] for pair in bits.values())]
assert np.all(np.diff(held_out) < -0.1), held_out
assert abs(bits["diagonal"][1] - 3.37) < 0.01 and abs(bits["full"][1] - 2.94) < 0.01
assert 10 * (64 + 64 * 65 // 2) + 9 == 21_449  # means, covariances, weights
if current_scale() != "quick":
    assert bits["mixture of 10"][1] < 2.65

# %% [markdown]
# **Predict.** Each bit was hard earned. Will you see them in the samples?

# %%
samples = {name: m.sample(2_000, seed=8) for name, m in models.items()}
figures.image_rows(
    {"real": digits.test_pictures[:10]}
    | {name: pictures(pixels[:10]) for name, pixels in samples.items()},
    title="Better likelihood, clearer digits; but none as crisp as the real ones",
)

# %% [markdown]
# Only the mixture draws anything that you could call a digit. How gray are they? Real pixels
# are mostly ink or paper. We count those that are neither.


# %%
def gray_share(pixels):
    """Share of pixels between -0.6 and 0.6, neither ink nor paper."""
    return (np.abs(pixels) < 0.6).mean()


gray = {"real": gray_share(clean_test)}
gray |= {name: gray_share(pixels) for name, pixels in samples.items()}
figures.bars(
    gray,
    ylabel="share of gray pixels",
    colors={name: "real" if name == "real" else "generated" for name in gray},
    number_format=".0%",
    title="Gaussians paint gray where a pen leaves ink or paper",
)

# %% [markdown]
# **Would another mean or variance help?** No. A Gaussian is highest at its mean, and only
# falls from there, in every direction. So the most probable picture *is the mean of all digits*, which nobody
# ever wrote. Shrink the variance, and samples become the mean; grow it, and they become noise.
# No setting makes ink or paper.

# %%
means, covariances, _ = full.gaussians()
spreads = (0.0, 0.25, 0.5, 1.0, 2.0)
figures.image_rows(
    {
        f"variance × {share**2:g}": pictures(
            means[0] + share * (samples["full"][:12] - means[0])
        )
        for share in spreads
    },
    title="From the blurred mean to noise, with no digit on the way",
)

# %% tags=["claim"]
at_the_mean = full.log_density(means).item()
assert at_the_mean > full.log_density(test).max()
if current_scale() != "quick":
    assert gray["diagonal"] > gray["real"] + 0.1 and gray["full"] > gray["real"] + 0.1
    assert gray["full"] > gray["mixture of 10"] > gray["real"]

# %% [markdown]
# ### Real photographs
#
# The same with patches of 16×16 pixels and 256 gray levels, cut from real photographs. We
# test on photographs that the models have not seen.
#
# **Predict.** All levels alike cost 8 bits a pixel. How many of them does a model save that
# knows pairs of pixels?

# %%
from utils.data.patches import photograph_patches

LEVEL = 2 / 255
patches = photograph_patches(16, PATCHES, 0, ("astronaut", "chelsea", "coffee"))
others = photograph_patches(16, 4_000, 1, ("camera", "rocket"))
photos, unseen = smooth(patches, 2, LEVEL), smooth(others, 3, LEVEL)

# %%
photo_models = {
    "diagonal": DensityModel(256, covariance="diagonal").fit_closed_form(photos),
    "full": DensityModel(256).fit_closed_form(photos),
    "mixture of 10": DensityModel(256, components=10).start_from(photos, shrinkage=0.3),
}
keras.utils.set_random_seed(7)
photo_models["mixture of 10"].compile(keras.optimizers.Adam(0.01))
photo_models["mixture of 10"].fit(
    photos, batch_size=250, epochs=PHOTO_EPOCHS, verbose=0
)

# %%
photo_bits = {
    name: m.bits_per_dimension(unseen, LEVEL) for name, m in photo_models.items()
}
figures.table(
    [("uniform", "8.00"), *((name, f"{b:.2f}") for name, b in photo_bits.items())],
    ("model", "bits per pixel, unseen photographs"),
)

# %%
photo_samples = {name: m.sample(4_000, seed=9) for name, m in photo_models.items()}
figures.image_rows(
    {"real": others[::400]}
    | {name: pictures(x[:10], side=16) for name, x in photo_samples.items()},
    title="Noise, clouds, and calmer clouds: no model draws an edge",
)

# %% [markdown]
# (White squares are samples too: one component has learned the brightest patches.) The diagonal
# Gaussian even loses against *uniform*: the new photographs have other
# brightness than it learned. Pairs save a third of the bits, and still give clouds.
#
# The full Gaussian has every mean and every covariance right. What is missing? **Edges.**
# Take the difference of two neighboring pixels. In photographs it is nearly 0 almost
# everywhere, and large at an edge. In a sample of a Gaussian it is a sum of Gaussian numbers,
# so it is Gaussian itself, *whatever the mean and the covariance*. The **kurtosis**, mean fourth
# power over squared variance, says it in one number. It is 3 for every Gaussian there is.

# %%
from scipy.stats import kurtosis


def edges(pixels):
    """Difference of two neighboring pixels in the middle of each picture."""
    return pixels.reshape(-1, 16, 16)[:, 8, 8] - pixels.reshape(-1, 16, 16)[:, 8, 7]


differences = {name: edges(x) for name, x in photo_samples.items()}
tails = {name: kurtosis(x, fisher=False) for name, x in differences.items()}
tails["real"] = kurtosis(edges(unseen), fisher=False)

# %%
figures.histograms(
    {"real": edges(unseen), "generated": differences["full"]},
    bins=41,
    bounds=(-0.4, 0.4),
    xlabel="difference of two neighboring pixels",
    title=f"Kurtosis: photographs {tails['real']:.0f}, every Gaussian 3, "
    f"the mixture {tails['mixture of 10']:.0f}",
)

# %% [markdown]
# A mixture may be flat in one component and busy in another, and gets part of the way. Each
# component still blurs. Better pictures need another kind of model.

# %% tags=["claim"]
assert photo_bits["diagonal"] > 8 and photo_bits["full"] < 6
assert abs(tails["full"] - 3) < 0.4 and tails["real"] > 10
if current_scale() != "quick":
    assert abs(photo_bits["full"] - 5.45) < 0.05
    assert photo_bits["mixture of 10"] < photo_bits["full"] - 0.3
    assert 4 < tails["mixture of 10"] < tails["real"]

# %% [markdown]
# ## 8 · A network as a distribution
#
# A Gaussian is too simple. But a *network* can bend it into anything: draw a simple $z$, and let
# $x = G(z)$. Then $x$ has some distribution $P_G$, as general as the network.
#
# Does it matter which $z$? We teach one small network to turn Gaussian numbers into the two
# bumps, and a second one, of the same kind, to turn *uniform* numbers into them. (On a line
# there is a teacher: the map that keeps the order. In lesson 03 there is none.)
#
# **Predict.** Will you be able to tell which output came from which input?

# %%
from utils.networks.mlp import mlp

ranks = (np.arange(4_000) + 0.5) / 4_000
fine = np.linspace(-6, 6, 20_001)
share_below = np.cumsum(np.exp(TWO_BUMPS.log_density(fine))) * (fine[1] - fine[0])
targets = np.interp(ranks, share_below, fine)  # the numbers with these ranks


# %%
INPUTS = {"Gaussian": norm.ppf, "uniform": lambda rank: 2 * rank - 1}


def network_from(name):
    """A network that maps inputs of this kind to the two bumps, rank by rank."""
    keras.utils.set_random_seed(0)
    network = mlp(1, 1, hidden=(64, 64, 64))
    falling = keras.optimizers.schedules.CosineDecay(5e-3, MAP_EPOCHS * 16)
    network.compile(keras.optimizers.Adam(falling), "mse")
    z = INPUTS[name](ranks)[:, None]
    network.fit(z, targets[:, None], batch_size=250, epochs=MAP_EPOCHS, verbose=0)
    return network


generators = {name: network_from(name) for name in INPUTS}

# %%
uniforms = np.random.default_rng(9).uniform(size=(20_000, 1))
outputs = {
    f"from {name} numbers": ops.convert_to_numpy(
        generators[name](INPUTS[name](uniforms))
    )
    for name in INPUTS
}
figures.histograms(
    outputs,
    bins=80,
    bounds=(-4.5, 4.5),
    xlabel="x = G(z)",
    title="Gaussian in or uniform in: two bumps, but uniform numbers cut the tails",
)

# %% [markdown]
# Any simple input gives the two bumps: the network does the rest. Only at the outer edges
# can you tell. The uniform input is bounded, and to make a tail from it a network must be
# very steep: its outputs end near ±3. Samples are cheap, one pass each.
#
# And the likelihood? For that we would have to know *which* $z$ lead to a given $x$, all of
# them, and how much $G$ stretches there. On a line one can still search. Look at pictures: a
# network from 2 numbers to 64 pixels. The digits differ most along two directions (`svd` finds
# them). Each digit gets two numbers: how far it goes along each. The network learns to turn
# them into the picture.

# %%
keras.utils.set_random_seed(0)
_, _, directions = np.linalg.svd(clean_train - clean_train.mean(axis=0), False)
codes = (clean_train - clean_train.mean(axis=0)) @ directions[:2].T
codes = (codes / codes.std(axis=0)).astype("float32")

sheet = mlp(2, 64, hidden=(128, 128))
sheet.compile(keras.optimizers.Adam(3e-3), "mse")
sheet.fit(codes, clean_train, batch_size=64, epochs=SHEET_EPOCHS, verbose=0)

z = np.random.default_rng(1).standard_normal((20_000, 2)).astype("float32")
made = ops.convert_to_numpy(sheet(z))
figures.image_grid(pictures(made[:20]), title="Pictures from two numbers each")

# %% [markdown]
# All its pictures lie on a *surface* of two dimensions in a space of 64. A surface has no
# volume, so the density is 0 everywhere off it.
#
# **Predict.** How many of the 360 held-out digits lie on the surface?

# %%
gaps = NearestNeighbors(n_neighbors=1).fit(made).kneighbors(clean_test)[0].ravel()
print(
    f"nearest of 20 000 samples to a held-out digit: at least {gaps.min():.2f} away, "
    f"{gaps.mean():.2f} on average; on the surface: {(gaps < 0.01).sum()} of {len(gaps)}"
)

# %% [markdown]
# Not one. Each held-out digit has density 0, so its log-likelihood is $-\infty$: for a
# network that draws, maximum likelihood says nothing at all. And for a wider input the
# density exists, but nobody can compute it.
#
# So we can *sample* from $P_G$, and we have samples of the data. **How does one compare two
# distributions from samples alone?** Lesson 02 trains a network to do it: a discriminator.

# %% tags=["claim"]
assert gaps.min() > 0.3
if current_scale() != "quick":
    ordered = [np.sort(x.ravel()) for x in outputs.values()]
    assert np.abs(ordered[0] - ordered[1]).mean() < 0.08, "the two outputs differ"
    from scipy.stats import wasserstein_distance

    for x in ordered:
        assert wasserstein_distance(x, TWO_BUMPS.sample(20_000, seed=0).ravel()) < 0.1

# %% [markdown]
# ## 9 · Measured here, published, source
#
# What this notebook measured a moment ago, beside what is known.

# %%
on_the_bump = kl_to("reverse-kl", *fits["reverse, from −1"])
figures.table(
    [
        ("likelihood + KL + entropy", f"{log_likelihood + kl + entropy:.0e}", "0", "exact"),
        ("KL(N(0,1)‖N(2,1)), nats", f"{gaussian_kl(0, 1, 2, 1):.4f}", "2", "exact, Kullback 1959"),
        ("slope of log KL by log m", f"{slopes[5]:.3f}", "−1", "limit, Wilks 1938"),
        ("KL · 2m/k, m = 3 200, k = 20", f"{kls[5][-1] * 320:.2f}", "1", "limit, Wilks 1938"),
        ("reverse KL, bump of 0.6", f"{on_the_bump:.4f}", f"{-np.log(0.6):.4f}", "limit, bumps apart"),
        ("kurtosis of a Gaussian", f"{tails['full']:.2f}", "3", "exact"),
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
# - Goodfellow (2016), *NIPS tutorial: Generative adversarial networks*, section 2: the family
#   tree of models that maximize likelihood.
# - Theis, van den Oord and Bethge (2016), *A note on the evaluation of generative models*: why
#   good likelihood and good samples are two things.
# - Zoran and Weiss (2011), *From learning models of natural image patches to whole image
#   restoration*: how far a mixture of Gaussians gets with photographs.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | generative model | a distribution one can draw from | 生成模型 |
# | discriminative model | answers P(y given x) only | 判别模型 |
# | data manifold | the thin sheet on which data lie | 数据流形 |
# | likelihood | the density of all data under a model | 似然 |
# | maximum likelihood | choose the model with the highest one | 最大似然 |
# | Kullback–Leibler divergence | what maximum likelihood makes small | KL 散度 |
# | entropy | the part of it no model can change | 熵 |
# | forward KL | mean under the data; covers | 前向 KL 散度 |
# | reverse KL | mean under the model; seeks | 反向 KL 散度 |
# | covariance | how pairs of pixels go together | 协方差 |
# | mixture of Gaussians | several Gaussians, each with a weight | 高斯混合模型 |
# | bits per dimension | what a pixel costs to store | 每维比特数 |
# | kurtosis | large where rare large values matter; 3 for a Gaussian | 峰度 |

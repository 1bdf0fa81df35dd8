# ---
# title: One piece at a time
# claim: Any distribution is a product of small ones, each piece given those before; so a
#   network that predicts the next letter, pixel or sample has an exact likelihood, and
#   its loss stops at the entropy of the data.
# needs: Keras; the cross-entropy of a classifier
# topics:
#   32: "3 · Letter by letter with an LSTM"
#   33: "5 · PixelCNN"
#   34: "7 · WaveNet"
# bonus: false
# ---

# %% [markdown]
# # 06 · One piece at a time
#
# **Claim.** Any distribution is a product of small ones, each piece given those before; so
# a network that predicts the next letter, pixel or sample has an *exact* likelihood, and
# its loss stops at the entropy of the data.
#
# After this lesson you can
#
# - write the likelihood of a text, a picture or a sound as one sum, and say where it stops;
# - say what counting gets, before any network is trained;
# - test whether a network looks ahead, and find its blind spot;
# - compute how far a WaveNet hears, and predict at which depth it hears a string.
#
# **Minutes:** {minutes}. **You need:** Keras, and the cross-entropy of a classifier.

# %%
import math

import keras
import numpy as np

from utils import checks
from utils.course.scale import scale, seed

keras.utils.set_random_seed(seed(6))

# %% tags=["parameters"]
SHEEP_STEPS = scale(quick=4, laptop=1_600, full=6_000)
MAGNET_STEPS = scale(quick=4, laptop=800, full=4_000)
SHIFTED_STEPS = scale(quick=4, laptop=500, full=3_000)
STRING_STEPS = scale(quick=4, laptop=600, full=4_000)

# %% [markdown]
# ## 1 · The chain rule is free
#
# $P(x) = P(x_1)\,P(x_2 \mid x_1)\,P(x_3 \mid x_1, x_2)\cdots$ holds for every distribution
# and every order of the pieces. Nine pixels of a magnet, Ising's, have 512 pictures: we can
# list them all.
#
# **Predict:** which order of the pixels gives the smallest sum of entropies: row by row,
# backward, or one by lot?

# %%
from utils.data.ising import ising
from utils.measures.entropy import context_floor, entropy

magnet = ising(3, 3)
flat = magnet.pictures.reshape(-1, 9)
orders = {
    "row by row": np.arange(9),
    "backward": np.arange(9)[::-1],
    "by lot": np.random.default_rng(seed(0)).permutation(9),
}
sums = {}
for name, order in orders.items():
    contexts = [order[: list(order).index(pixel)].tolist() for pixel in range(9)]
    sums[name] = context_floor(flat, magnet.probabilities, contexts)
    print(f"{name:10s} {sums[name]:.6f} nats")

# %% tags=["claim"]
assert np.allclose(list(sums.values()), entropy(magnet.probabilities))

# %% [markdown]
# > **What we know now.** Every order gives the same sum, the entropy: the chain rule costs
# > nothing. What costs is a model that sees less than all that came before.
#
# A network predicts each piece from those before, and minimizes
# $-\log P(x) = \sum_i -\log P(x_i \mid x_1 \dots x_{i-1})$.
#
# **Exercise 6.1** (easy, 5 minutes). Row $t$ of `logits` is what a network says after it
# has read $t$ letters; the last row predicts a letter that is yet to come. What does the
# text cost, in nats?
#
# <details><summary>Hint 1</summary>Which row predicts the first letter?</details>
# <details><summary>Hint 2</summary>$-\log p_k = \log \sum_j e^{z_j} - z_k$; take the
# largest logit away first.</details>


# %% tags=["exercise"]
# Exercise 6.1: what a text costs
def sequence_nll(logits, letters):
    """Returns −log P(letters) in nats, from logits (length + 1, kinds)."""
    # BEGIN SOLUTION
    rows = logits[: len(letters)]
    rows = rows - rows.max(axis=1, keepdims=True)
    picked = rows[np.arange(len(letters)), letters]
    return (np.log(np.exp(rows).sum(axis=1)) - picked).sum()
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.sequence_nll(sequence_nll)

# %% [markdown]
# ## 2 · What counting gets
#
# A chain remembers one letter. In the long run it makes
# $\sum_i \pi_i H(P_i)$ nats per letter, with $\pi = \pi P$: no model has a smaller loss.
#
# **Exercise 6.2** (medium, 8 minutes). Compute it.
#
# <details><summary>Hint 1</summary>How often does the chain stand at each letter?</details>
# <details><summary>Hint 2</summary>$\pi$ solves $(P^T - 1)\pi = 0$, $\sum \pi_i = 1$:
# `np.linalg.lstsq`. And 0·log 0 is 0.</details>


# %% tags=["exercise"]
# Exercise 6.2: the entropy rate of a chain
def entropy_rate(transition):
    """Returns nats per letter, from P(next | last), (k, k)."""
    # BEGIN SOLUTION
    k = len(transition)
    balance = np.vstack([transition.T - np.eye(k), np.ones(k)])
    pi = np.linalg.lstsq(balance, np.eye(k + 1)[-1], rcond=None)[0]
    logs = np.log(np.where(transition > 0, transition, 1.0))
    return -pi @ (transition * logs).sum(axis=1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.entropy_rate(entropy_rate)

# %%
from utils.data.text import decode, sheep_language
from utils.measures.entropy import memory_floors
from utils.models.ngram import NGram

sheep = sheep_language()
train = sheep.sample(1, 100_000, seed(0))[0]
test = sheep.sample(1, 100_000, seed(1))[0]
print(decode(train[:120], sheep.alphabet))
floors = memory_floors(sheep.transitions, 9)
counted = [NGram(k, len(sheep.alphabet)).fit(train).nats(test) for k in range(10)]
for k in (0, 1, 2, 4, 7, 9):
    print(f"{k} letters seen: best {floors[k]:.4f}, counted {counted[k]:.4f} nats")

# %% [markdown]
# > **What we know now.** From seven letters on the whole excess is one thing: the number,
# > ln 2 nats a sentence. It stands in the first word, and shows in the last letter.
#
# ## 3 · Letter by letter with an LSTM
#
# **Predict:** the entropy of this language is 0.26995 nats per letter. Will the LSTM stop
# above it, at it, or below? (About a minute.)

# %%
from utils.models import AutoregressiveModel
from utils.models.recipes import falling_adam
from utils.networks import causal

texts = sheep.sample(4096, 128, seed(2))
lstm = AutoregressiveModel(causal.recurrent_network(len(sheep.alphabet), 64))
lstm.compile(falling_adam(1e-2, SHEEP_STEPS, clipnorm=1.0))
lstm.fit(
    texts[: SHEEP_STEPS * 64],
    epochs=max(1, SHEEP_STEPS // 64),
    batch_size=64,
    verbose=0,
)
held_out = sheep.sample(128, 512, seed(3))
print(f"LSTM {lstm.nats(held_out):.4f} nats per letter")
for row in lstm.sample(2, 100, seed=seed(4)):
    print(decode(row, sheep.alphabet))

# %% [markdown]
# ## 4 · Temperature
#
# **Exercise 6.5** (medium, 8 minutes). Draw one letter per row from softmax(logits/T):
# letter $k$ is taken where the running sum of the probabilities first exceeds the number
# in `uniform`.
#
# <details><summary>Hint 1</summary>What is divided by T: logits or probabilities?</details>
# <details><summary>Hint 2</summary>`(p.cumsum(axis=1) <= uniform[:, None]).sum(axis=1)`
# counts the letters that are passed over.</details>


# %% tags=["exercise"]
# Exercise 6.5: draw with temperature
def sample(logits, temperature, uniform):
    """Returns one letter per row, (n,), from logits (n, kinds) and numbers in [0, 1)."""
    # BEGIN SOLUTION
    scaled = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= uniform[:, None]).sum(axis=1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.sample(sample)

# %% [markdown]
# ## 5 · PixelCNN
#
# **Exercise 6.3** (easy, 5 minutes). The mask of a kernel.
#
# <details><summary>Hint 1</summary>Number the places row by row.</details>
# <details><summary>Hint 2</summary>Which of them are smaller than the middle's number?</details>


# %% tags=["exercise"]
# Exercise 6.3: the mask
def mask(size, kind):
    """Returns 1 where a kernel may look and 0 elsewhere, (size, size)."""
    # BEGIN SOLUTION
    before = size * size // 2 + (kind == "B")
    return (np.arange(size * size) < before).reshape(size, size).astype("float32")
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.mask(mask)

# %%
from utils.evaluation.causality import leaks, unseen

tried = np.random.default_rng(seed(0)).integers(0, 2, (2, 4, 5))
for build in (causal.masked_pixel_cnn, causal.gated_pixel_cnn):
    network = build(4, 5, 8, 5)
    blind = len(unseen(network, tried, 2))
    print(f"{network.name}: {len(leaks(network, tried, 2))} leaks, {blind} blind pairs")

# %% [markdown]
# ## 6 · The blind spot
#
# Each row copies the row above, shifted by two columns.
# **Predict:** what is the loss of the masked stack on 64 such pixels, in nats?

# %%
from utils.data.ising import shifted_rows, shifted_rows_entropy

pictures = shifted_rows(SHIFTED_STEPS * 64, seed=seed(0))
unseen_pictures = shifted_rows(2000, seed=seed(1))
cost = {}
for build in (causal.masked_pixel_cnn, causal.gated_pixel_cnn):
    pixels = AutoregressiveModel(build(8, 8, 16, 3))
    pixels.compile(falling_adam(1e-2, SHIFTED_STEPS, clipnorm=1.0))
    pixels.fit(pictures, batch_size=64, verbose=0)
    cost[pixels.network.name] = -pixels.log_likelihood(unseen_pictures).mean()
print(cost, "64 ln 2 =", 64 * math.log(2), "entropy", shifted_rows_entropy())

# %% [markdown]
# ## 7 · WaveNet
#
# **Exercise 6.4** (easy, 5 minutes). How many samples does a stack of dilated causal
# convolutions see?
#
# <details><summary>Hint 1</summary>A kernel of k places has k − 1 gaps.</details>
# <details><summary>Hint 2</summary>A gap is as wide as the dilation.</details>


# %% tags=["exercise"]
# Exercise 6.4: the receptive field
def samples_seen(dilations, kernel):
    """Returns how many samples the output depends on."""
    # BEGIN SOLUTION
    return 1 + sum((kernel - 1) * dilation for dilation in dilations)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.samples_seen(samples_seen)

# %% [markdown]
# ## Words
#
# | English | 中文 | |
# |---|---|---|
# | autoregressive model | 自回归模型 | predicts each piece from those before |
# | entropy rate | 熵率 | nats per letter that nobody can save |
# | masked convolution | 掩码卷积 | sees only what came before |
# | receptive field | 感受野 | what an output depends on |
# | temperature | 温度 | divides the logits before a draw |

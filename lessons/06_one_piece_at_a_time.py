# ---
# title: One piece at a time
# claim: Any distribution is a product of small ones, each piece given those before; so a
#   network that predicts the next letter or pixel has an exact likelihood, and its loss
#   stops at the entropy of the data.
# needs: Keras; the cross-entropy of a classifier
# topics:
#   32: "3 · Letter by letter with an LSTM"
#   33: "5 · PixelCNN"
# bonus: false
# ---

# %% [markdown]
# # 06 · One piece at a time
#
# **Claim.** Any distribution is a product of small ones, each piece given those before. So a
# network that predicts the next letter or pixel has an *exact* likelihood, and its loss stops
# at the entropy of the data.
#
# After this lesson you can
#
# - write the likelihood of a text or a picture as one sum, and say where the loss must stop;
# - say what counting gets, before any network is trained;
# - choose a temperature, and say what it costs;
# - test whether a network looks ahead, find its blind spot, and price it in nats.
#
# **Minutes:** {minutes}. **You need:** Keras, and the cross-entropy of a classifier. The
# **entropy** $H = -\sum p \log p$ is what is left to guess for someone who knows all the
# probabilities, here in nats; divide by $\log 2$ for bits. A bonus notebook, 06b, does the same
# for sound (WaveNet).

# %%
import math
import re

import keras
import numpy as np

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed
from utils.figures import table

keras.utils.set_random_seed(seed(6))

# %% [markdown]
# The next cell says how long each training of this lesson runs. `COURSE_SCALE` chooses the
# column: `quick` is a smoke test, `laptop` is what the text describes, `full` is for a GPU.

# %% tags=["parameters"]
SHEEP_STEPS = scale(quick=4, laptop=1_280, full=6_000)
LEAK_STEPS = scale(quick=4, laptop=300, full=300)
MAGNET_STEPS = scale(
    quick={"masked": 4, "gated": 4, "MADE": 4},
    laptop={"masked": 1_000, "gated": 1_000, "MADE": 3_000},
    full={"masked": 4_000, "gated": 4_000, "MADE": 20_000},
)
SHIFTED_STEPS = scale(
    quick={"masked": 4, "gated": 4},
    laptop={"masked": 200, "gated": 500},
    full={"masked": 2_000, "gated": 3_000},
)
DIGIT_EPOCHS = scale(
    quick={"MADE": 1, "gated": 1},
    laptop={"MADE": 50, "gated": 40},
    full={"MADE": 50, "gated": 40},
)

# %% [markdown]
# ## 1 · The chain rule is free
#
# A generative model has to give a probability to every text or picture there is, and all of
# them must sum to 1. Nobody can list them. But every distribution is a product of small ones,
#
# $$P(x) = P(x_1)\;P(x_2 \mid x_1)\;P(x_3 \mid x_1, x_2)\cdots P(x_n \mid x_1 \dots x_{n-1}),$$
#
# and each factor chooses among a few symbols, which a softmax can do. A model built so is
# **autoregressive**: it predicts each piece from those before.
#
# In which order? For a text there is one; for a picture there are many. We ask data that we can
# list: **Ising's magnet**. Each of 3×3 pixels is black or white, and neighbors like to agree:
# $P(x) \propto e^{J(\text{pairs that agree} - \text{pairs that do not})}$ with $J = 0.4407$. There
# are 512 such pictures, so every entropy is a sum that we can do.

# %%
from utils.data.ising import ising

magnet = ising(3, 3)
drawn = magnet.sample(20, seed(0))

# %% jupyter={"source_hidden": true}
figures.image_grid(
    1.6 * drawn[..., None] - 1,
    title="Twenty of Ising's magnets: neighbors like to agree",
)

# %% [markdown]
# **Predict.** The sum of the nine entropies $H(x_i \mid \text{those before})$ is what a perfect
# model pays. In which order of the pixels is it smallest: row by row, backward, or at random?

# %%
from utils.measures import entropy as entropies

flat = magnet.pictures.reshape(-1, 9)
orders = {
    "row by row": list(range(9)),
    "backward": list(range(8, -1, -1)),
    "at random": np.random.default_rng(seed(0)).permutation(9).tolist(),
}


def cost(contexts):
    """Sum of H(pixel | the pixels that its context shows), in nats."""
    return entropies.context_floor(flat, magnet.probabilities, contexts)


sums = {
    name: cost([order[: order.index(pixel)] for pixel in range(9)])
    for name, order in orders.items()
}
for name, nats in sums.items():
    print(f"{name:10s} {nats:.6f} nats")

# %% [markdown]
# They are the same to the last digit: it is the entropy of the whole picture, and the chain
# rule is an identity. What does cost is a model that sees *less* than all that came before:

# %%
near = [[p for p in (i - 1, i - 3) if p >= 0 and p % 3 <= i % 3] for i in range(9)]
less = {"left and upper neighbor": cost(near), "nothing": cost([[]] * 9)}
for name, nats in less.items():
    print(f"sees {name:24s} {nats:.6f} nats, {nats - sums['row by row']:+.6f}")

# %% tags=["claim"]
whole = entropies.entropy(magnet.probabilities)
assert np.allclose(list(sums.values()), whole) and np.isclose(whole, 4.8180, atol=1e-4)
assert np.isclose(less["left and upper neighbor"] - whole, 0.0502, atol=1e-4)
assert np.isclose(less["nothing"], 9 * math.log(2))

# %% [markdown]
# A network in place of the factors pays the **negative log-likelihood** (NLL)
#
# $$-\log P(x) = \sum_i -\log P(x_i \mid x_1 \dots x_{i-1}),$$
#
# a sum of a classifier's cross-entropies. We can compute it exactly for any $x$, which a VAE
# (lesson 04) only bounds and a GAN (lesson 03) does not have.
#
# ### Exercise 6.1 · What a text costs (easy, 5 minutes)
#
# Row $t$ of `logits` is what a network says after it has read $t$ letters: row 0 predicts the
# first letter. The last row predicts a letter that is yet to come. What does the text cost, in
# nats?
#
# <details><summary>Hint 1</summary>
# Which row predicts the first letter? Which row is not needed?
# </details>
# <details><summary>Hint 2</summary>
# −log p(k) is the logarithm of the sum of all exp(logit), minus the logit of k. Take the
# largest logit of each row away first.
# </details>


# %% tags=["exercise"]
# Exercise 6.1: what a text costs
def sequence_nll(logits, letters):
    """-log P(letters) in nats; logits (length + 1, kinds), letters (length,)."""
    # BEGIN SOLUTION
    rows = logits[: len(letters)]
    rows = rows - rows.max(axis=1, keepdims=True)
    picked = rows[np.arange(len(letters)), letters]
    return (np.log(np.exp(rows).sum(axis=1)) - picked).sum()
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.sequence_nll(sequence_nll)

# %% [markdown]
# **Run.** The first number to know about such a loss: what does a model pay that knows
# nothing? All its logits are equal.

# %%
from utils.measures.likelihood import categorical_nll

for kinds, what in ((2, "black or white"), (19, "letters"), (256, "levels of gray")):
    nats = categorical_nll(np.zeros((1, kinds)), np.zeros(1, int))[0]
    print(
        f"{kinds:3d} {what:15s} {nats:.4f} nats, {nats / math.log(2):.4f} bits a piece"
    )

# %% [markdown]
# A loss that stays at $\log k$ has learned nothing at all. (Famous questions of the kind "my
# loss is stuck at 5.545" are $\log 256$.) A loss that stops higher than we hope for may have
# reached the entropy of the data.
#
# > **What we know now.** Every order gives the same sum, the entropy: the chain rule is free.
# > What costs is to see less than all that came before.

# %% [markdown]
# ## 2 · What counting gets
#
# The simplest autoregressive model is a **Markov chain**: it sees one letter back. A table
# $P_{ij} = P(j \mid i)$ is all of it. Its **stationary distribution** $\pi = \pi P$ says how often
# it stands at each letter, and its **entropy rate** is
#
# $$h = \sum_i \pi_i\, H(P_{i\cdot})\quad\text{nats per letter.}$$
#
# On texts that this chain writes, no model has a smaller expected loss.
#
# ### Exercise 6.2 · The entropy rate of a chain (medium, 10 minutes)
#
# Compute $h$ from `transition`, whose row $i$ is $P(\cdot \mid i)$. Some entries may be 0.
#
# <details><summary>Hint 1</summary>
# How often does the chain stand at each letter? Not equally often.
# </details>
# <details><summary>Hint 2</summary>
# π solves (Pᵀ − 1) π = 0 together with Σ π = 1: stack both, and take
# <code>np.linalg.lstsq</code>. And 0 · log 0 is 0.
# </details>


# %% tags=["exercise"]
# Exercise 6.2: the entropy rate of a chain
def entropy_rate(transition):
    """Nats per letter in the long run, from P(next | last), (k, k)."""
    # BEGIN SOLUTION
    k = len(transition)
    balance = np.vstack([transition.T - np.eye(k), np.ones(k)])
    pi = np.linalg.lstsq(balance, np.eye(k + 1)[-1], rcond=None)[0]
    logs = np.log(np.where(transition > 0, transition, 1.0))
    return -pi @ (transition * logs).sum(axis=1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.entropy_rate(entropy_rate)

# %% [markdown]
# **Run.** The same formula serves for a language with a longer memory, if we know its states.
# Here is one that we made up. A sentence is *this* or *these*, any number of adjectives, *sheep*,
# *deer* or *fish* (whose plurals look the same), and a verb, with an *s* after *this*. Half-written
# words are its states, and in each state we know the probability of every letter.

# %%
from utils.data.text import decode, encode, sheep_language

sheep = sheep_language()
KINDS = len(sheep.alphabet)
row_entropies = [entropies.entropy(p) for p in sheep.probabilities]
rate = float(sheep.stationary @ row_entropies)
letters_a_sentence = 1 / sheep.stationary[0]

print(decode(sheep.sample(1, 160, seed(0))[0], sheep.alphabet))
print(f"{KINDS} kinds of letters, {len(row_entropies)} states")
print(f"{rate:.6f} nats per letter, {letters_a_sentence:.2f} letters per sentence")

# %% tags=["claim"]
choices = math.log(2) + 1.5 * math.log(4) + math.log(3) + math.log(4)
choices += entropies.entropy([0.6, 0.4]) / 0.4  # one more adjective, or none?
assert np.isclose(rate * letters_a_sentence, choices)
assert np.isclose(rate, 0.269952, atol=1e-6) and KINDS == 19

# %% [markdown]
# Now we pretend not to know, and count. A **k-gram** counts how often each letter followed the
# last k − 1 letters, its memory. Where it has seen too little, it trusts a shorter memory (the
# smoothing of Witten and Bell 1991). We count in 5,000 letters and in 100,000, and test on 100,000
# others. The dashed line is exact: the best that *any* model can do that sees so many letters.
#
# **Predict.** Each longer memory sees all that a shorter one sees. Will the counted curves fall
# as the dashed one does?

# %%
from utils.models.ngram import NGram

train = sheep.sample(1, 100_000, seed(1))[0]
test = sheep.sample(1, 100_000, seed(2))[0]
memory = np.arange(13)
floors = entropies.memory_floors(sheep.transitions, 12)
counted = {
    f"counted in {n:,} letters": np.array(
        [NGram(k, KINDS).fit(train[:n]).nats(test) for k in memory]
    )
    for n in (5_000, 100_000)
}

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        **{name: (memory, nats) for name, nats in counted.items()},
        "exact": (memory, floors),
    },
    references={f"entropy rate {rate:.3f}": rate},
    xlabel="letters of memory",
    ylabel="nats per letter",
    ylim=(0.25, 0.5),
    markers=True,
    title="Longer memories help, until there is too little to count",
)

# %% [markdown]
# With few letters to count in, the long memories are worse than the middle ones. With many the
# counted curve follows the exact one. How often was a context of the test there to be counted?

# %%
from collections import Counter


def times_counted(k, n):
    """How often the last k letters, at each place of the test, stand in the first n."""
    known, asked = (
        np.lib.stride_tricks.sliding_window_view(text.astype("uint8"), k)
        for text in (train[:n], test)
    )
    counts = Counter(map(bytes, known))
    return [counts[bytes(context)] for context in asked]


for n in (5_000, 100_000):
    medians = (f"{k} letters: {np.median(times_counted(k, n)):.0f}" for k in (4, 8, 12))
    print(f"in {n:7,} letters, median count of a context of", ", ".join(medians))

# %% [markdown]
# A context of twelve letters occurs only a few times in 5,000 letters: too few to say how probable
# each letter is after it.
#
# And look at the flat step of the exact curve, from 7 letters to 9. What is missing there?

# %%
excess = (floors - rate) * letters_a_sentence / math.log(2)
for k in (6, 7, 8, 9, 10):
    print(f"{k:2d} letters of memory: {excess[k]:.6f} × log 2 too much per sentence")

# %% [markdown]
# Exactly $\log 2$ per sentence, one coin: the *number*. It stands in the first word and decides the
# last letter, and a memory of seven letters knows everything but that.
#
# > **What we know now.** Counting is hard to beat where a short memory is enough. What stands
# > far back it can hardly use: each long context comes too seldom to be counted.

# %% tags=["claim"]
few, many = counted.values()
assert few[12] > few.min() + 0.01, "long memories are no worse with 5,000 letters"
assert (
    np.median(times_counted(12, 5_000)) < 6 < 50 < np.median(times_counted(12, 100_000))
)
assert np.abs(many - floors).max() < 0.02
assert np.allclose(excess[7:10], 1, atol=1e-6)
assert excess[6] > 1.1 and excess[10] < 0.95

# %% [markdown]
# ## 3 · Letter by letter with an LSTM
#
# A **long short-term memory** (LSTM, Hochreiter and Schmidhuber 1997) reads one letter after
# the other and carries a state along. At each letter it forgets a share of the state, adds
# something, and shows a share: three gates, all learned. Its memory has no fixed length.
#
# Two lines of the network matter here. The letters are moved by one place, so that row $t$ has
# seen the letters *before* $t$; and every row makes logits. So one pass over a text trains all
# its predictions at once.

# %%
from utils.course.show import show_code
from utils.models import AutoregressiveModel
from utils.networks import causal

show_code(causal.recurrent_network, "The network: causal.recurrent_network")

# %%
show_code(
    AutoregressiveModel.compute_loss, "The loss: AutoregressiveModel.compute_loss"
)

# %%
from utils.models.recipes import falling_adam


def trained(build, examples, epochs=1, batch=64, learning_rate=1e-2):
    """An autoregressive model that has seen its examples so often, and its losses."""
    keras.utils.set_random_seed(seed(0))
    model = AutoregressiveModel(build())
    steps = epochs * (len(examples) // batch)
    model.compile(falling_adam(learning_rate, steps, clipnorm=1.0))
    history = model.fit(examples, epochs=epochs, batch_size=batch, verbose=0)
    return model, history.history["loss"]


# %% [markdown]
# **Predict.** The best model that sees nine letters has a loss of 0.297 nats, the language itself
# 0.270. Where will the loss of an LSTM with 64 units stop? (About 45 seconds.)

# %%
texts = sheep.sample(min(SHEEP_STEPS * 64, 4_096), 128, seed(2))
lstm, sheep_losses = trained(
    lambda: causal.recurrent_network(KINDS, 64),
    texts,
    epochs=max(1, SHEEP_STEPS * 64 // len(texts)),
)

# %%
held_out = sheep.sample(256, 512, seed(3))
true_p = np.take_along_axis(sheep.predict(held_out), held_out[..., None], axis=2)
floor = -np.log(true_p).mean()
lstm_nats = lstm.nats(held_out)
print(f"held-out texts: LSTM {lstm_nats:.4f} nats per letter, the source {floor:.4f}")

# %% jupyter={"source_hidden": true}
steps = (np.arange(len(sheep_losses)) + 0.5) * len(texts) / 64
figures.curves(
    {
        "LSTM": (steps, np.array(sheep_losses)),
        "exact": (steps, np.full(len(steps), rate)),
    },
    colors={"LSTM": "measured"},
    references={"the best with nine letters of memory": floors[9]},
    xlabel="training steps",
    ylabel="nats per letter",
    ylim=(0.25, 0.5),
    title="The loss falls below the best with nine letters, and stops at the entropy",
)

# %% [markdown]
# It stops *at* the entropy, to 0.004 nats: what is left is chance, and no training removes it. A
# loss curve that has gone flat is not always stuck.
#
# To get there the LSTM must carry the number through the sentence. We can ask it: after *this
# small old … sheep swim*, how probable is an *s*?

# %%
from utils.data.text import ADJECTIVES, NOUNS, VERBS


def begun(first, adjectives):
    """All sentences with this first word and so many adjectives, up to the verb."""
    words = np.random.default_rng(adjectives).choice(ADJECTIVES, adjectives)
    middle = "".join(f"{word} " for word in words)
    return [f"{first} {middle}{noun} {verb}" for noun in NOUNS for verb in VERBS]


def chance_of_s(sentences):
    """The mean of P(the next letter is s) by the LSTM."""
    length = max(map(len, sentences)) + 1  # what stands behind a sentence is not seen
    padded = [encode(each.ljust(length), sheep.alphabet) for each in sentences]
    rows = lstm.in_batches(lstm.network, np.stack(padded))
    logits = rows[np.arange(len(rows)), [len(each) for each in sentences]]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (odds[:, sheep.alphabet.index("s")] / odds.sum(axis=1)).mean()


adjectives = np.arange(0, 15, 2)
after = {
    first: np.array([chance_of_s(begun(first, n)) for n in adjectives])
    for first in ("this", "these")
}

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "LSTM, after this": (adjectives, after["this"]),
        "LSTM, after these": (adjectives, after["these"]),
        "nine letters of memory, either": (adjectives, np.full(len(adjectives), 0.5)),
    },
    colors={"LSTM, after this": "measured", "nine letters of memory, either": "exact"},
    xlabel="adjectives between the first word and the noun",
    ylabel="P(the verb ends in s)",
    ylim=(-0.03, 1.03),
    markers=True,
    title="The LSTM remembers the number",
)

# %% [markdown]
# A memory of nine letters is left with one half, whatever it counts. The LSTM knows, over four
# adjectives and more. (More than five are rare: in 5 % of the sentences.)

# %% tags=["claim"]
assert 0.6**6 < 0.05 and abs(floors[9] - 0.297) < 5e-4
if current_scale() != "quick":
    assert lstm_nats - floor < 0.004 and sheep_losses[-1] < floors[12]
    assert (after["this"] - after["these"])[:3].min() > 0.98

# %% [markdown]
# **Real prose.** The docstrings of SciPy hold English sentences, and come with this course. We
# keep the letters a–z and a few signs, drop paragraphs that repeat others, and hold out whole
# parts of SciPy as the test. Nobody knows the entropy of this text. Which predicts it best:
# counts, compressors, or an LSTM that trains for less than a minute? (`benchmarks/autoregressive.py`
# redoes the table.)
#
# **Predict.** Which of them wins?

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("autoregressive")
prose = measured["prose"]
NAMES = {
    "1-gram": "how often each letter comes",
    "2-gram": "bigram: one letter of memory",
    "3-gram": "3-gram: two letters of memory",
    "5-gram": "5-gram: four letters of memory",
    "zlib": "zlib, which compresses what repeats",
    "bz2": "bz2",
    "lzma": "lzma",
    "lstm": "LSTM of 128 units, 700 steps",
}


def minutes(row):
    """Minutes of one core that a long training took, as text."""
    return f"{measured[row][0]['seconds'] / 60:.0f}"


def spread(runs, key, form=".3f"):
    """Mean of the seeds and, where they differ, the standard deviation, as text."""
    values = np.array([run[key] for run in runs])
    more = f" ± {values.std():{form}}" if values.std() > 1e-9 else ""
    return f"{values.mean():{form}}{more}"


table(
    [
        *((name, spread(prose, key)) for key, name in NAMES.items()),
        (
            f"LSTM of 384 units, {minutes('prose_full')} minutes of one core",
            spread(measured["prose_full"], "lstm"),
        ),
    ],
    ("", "bits per letter"),
    caption=f"SciPy's docstrings: {prose[0]['letters'][0]:,} letters to learn from, "
    f"{prose[0]['letters'][1]:,} to test; {measured['settings']}",
)

# %% [markdown]
# The compressors bz2 and lzma win, and they know nothing of English: docstrings repeat their
# phrases, and a compressor that has been given the training text finds them there. (zlib looks
# back over 32,768 letters only, and does not win.) Counting four letters is next. Our LSTM beats
# one and two letters of memory and loses to four. So does the wider one, which goes sixteen times
# through the text: 200,000 letters are few. With hours and far more text, LSTMs reach about 1.4
# bits per letter on Wikipedia (text8; Krueger et al. 2017).
#
# > **What we know now.** An LSTM reaches the floor of a language, and carries a word through a
# > sentence. On real prose, measure counting and compressors too.

# %% tags=["claim"]
assert all(run["letters"][0] > 200_000 and run["seconds"] < 60 for run in prose)
order = ["bz2", "lzma", "5-gram", "zlib", "lstm", "3-gram", "2-gram", "1-gram"]
assert all(order == sorted(order, key=run.get) for run in prose)
assert all(run["lstm"] < run["2-gram"] - 0.7 for run in prose)
assert prose[0]["5-gram"] < measured["prose_full"][0]["lstm"] < prose[0]["zlib"]

# %% [markdown]
# ## 4 · Temperature
#
# To draw a text we go through the chain rule in order: draw a letter, append it, ask again.
# Often one divides the logits by a **temperature** $T$ first: below 1 the probable letters become
# more probable, above 1 all become more alike.
#
# ### Exercise 6.3 · Draw with temperature (medium, 8 minutes)
#
# Draw one letter per row from softmax(logits / T). `uniform` holds one number in [0, 1) per
# row: letter $k$ is taken where the running sum of the probabilities first exceeds it.
#
# <details><summary>Hint 1</summary>
# What is divided by T: logits or probabilities?
# </details>
# <details><summary>Hint 2</summary>
# <code>(p.cumsum(axis=1) &lt;= uniform[:, None]).sum(axis=1)</code> counts the letters that
# are passed over. Take the largest logit of each row away before the exponential.
# </details>


# %% tags=["exercise"]
# Exercise 6.3: draw with temperature
def sample(logits, temperature, uniform):
    """One letter per row, (n,), from logits (n, kinds), uniform (n,) in [0, 1)."""
    # BEGIN SOLUTION
    scaled = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= uniform[:, None]).sum(axis=1)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.sample(sample)

# %% [markdown]
# "A low temperature writes better texts", it is said. Better by which measure? First where all is
# exact: a chain of three letters, drawn at temperature $T$. How much chance is in what it writes
# (its entropy rate), and how far is that from the chain itself (the KL divergence, per letter)?
#
# **Predict.** At which $T$ is the KL divergence smallest?

# %%
chain = np.array([[0.8, 0.15, 0.05], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]])
temperatures = np.linspace(0.2, 3, 57)


def at_temperature(p, temperature):
    """Rows of softmax(log p / T)."""
    q = p ** (1 / temperature)
    return q / q.sum(axis=1, keepdims=True)


rates, divergences = [], []
for temperature in temperatures:
    q = at_temperature(chain, temperature)
    kl = entropies.stationary(chain) @ (chain * np.log(chain / q)).sum(axis=1)
    rates.append(entropies.entropy_rate(q))
    divergences.append(kl)

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "entropy rate of what it writes": (temperatures, np.array(rates)),
        "KL divergence from the chain to it": (temperatures, np.array(divergences)),
    },
    xlabel="temperature",
    ylabel="nats per letter",
    title="Every temperature but 1 costs likelihood",
)

# %% [markdown]
# At $T = 1$, of course: there the model says what it has learned. Below, texts are less varied
# than the data, above, more.
#
# **Predict.** Now the LSTM at $T = 0$: always the most probable letter. What will it write?

# %%
for temperature in (0, 0.5, 1, 2):
    text = lstm.sample(1, 88, temperature=temperature, seed=seed(4))[0]
    print(f"T = {temperature:3}:  {decode(text, sheep.alphabet)}")

# %% [markdown]
# At $T = 0$ it is caught in a **loop**: always one more adjective. That is no mistake of the
# network, the exact language does the same. After each adjective another one comes with
# probability 0.6, so the most probable choice is always one more, and no sentence ever ends. The
# most probable next step, again and again, is not the most probable text.
#
# Between the two there is a trade. How many sentences are right, how many are different, and
# what does the temperature cost on real texts of the language?

# %%
WORDS = {name: "|".join(words) for name, words in
         (("adjective", ADJECTIVES), ("noun", NOUNS), ("verb", VERBS))}  # fmt: skip
RIGHT = re.compile(
    "(this ((?:{adjective}) )*({noun}) ({verb})s)|"
    "(these ((?:{adjective}) )*({noun}) ({verb}))".format(**WORDS)
)
logits = lstm.in_batches(lstm.network, held_out)
verdicts = {}
for temperature in (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2):
    written = lstm.sample(100, 200, temperature=temperature, seed=seed(5))
    sentences = [
        sentence
        for row in written
        for sentence in decode(row, sheep.alphabet).split(". ")[:-1]
    ]
    verdicts[temperature] = (
        np.mean([bool(RIGHT.fullmatch(each)) for each in sentences] or [0.0]),
        len(set(sentences[:200])),
        categorical_nll(logits / temperature, held_out).mean() - floor,
    )

# %% jupyter={"source_hidden": true}
table(
    [
        (f"{temperature:g}", f"{right:.1%}", different, f"{price:+.4f}")
        for temperature, (right, different, price) in verdicts.items()
    ],
    (
        "T",
        "sentences without a mistake",
        "different ones among 200",
        "nats above the source",
    ),
    caption="Fewer mistakes are bought with variety, and with likelihood",
)

# %% [markdown]
# Below 1 the mistakes go, and some variety goes with them. Above 1 mistakes come, and at 2 most
# sentences have one (at `full`, trained for longer, three in ten).
#
# > **What we know now.** Temperature buys fewer mistakes with less variety. The likelihood is
# > best at 1, and the most probable letters make no probable text.

# %% tags=["claim"]
assert np.isclose(temperatures[np.argmin(divergences)], 1)
assert np.all(np.diff(rates) > 0)
half = at_temperature(chain, 0.5)
assert np.isclose(entropies.entropy_rate(half), 0.3446, atol=1e-4)
if current_scale() != "quick":
    greedy = decode(lstm.sample(1, 300, temperature=0)[0], sheep.alphabet)
    assert "." not in greedy, "the greedy text ends a sentence"
    prices = {temperature: verdict[2] for temperature, verdict in verdicts.items()}
    assert min(prices, key=prices.get) == 1
    assert verdicts[0.5][0] >= verdicts[1][0] > verdicts[1.5][0] > verdicts[2][0]
    assert (verdicts[2][0] < 0.5) == (current_scale() == "laptop"), verdicts
    assert verdicts[0.25][1] < verdicts[1][1]

# %% [markdown]
# ## 5 · PixelCNN
#
# Pictures in the same way: pixels row by row from the top left, each given those before. A
# convolution sees all around a pixel, also what comes later. **PixelCNN** (van den Oord et al.
# 2016) multiplies each kernel by a **mask** that hides the later places. Two kinds are needed:
#
# - **A**, for the first layer: it hides the middle too, which is the pixel to be predicted;
# - **B**, for all layers above: their middle holds what was computed from *earlier* pixels.
#
# ### Exercise 6.4 · The mask (easy, 5 minutes)
#
# Make the mask of a kernel of `size` × `size`; `kind` is `"A"` or `"B"`.
#
# <details><summary>Hint 1</summary>
# Number the places of the kernel row by row.
# </details>
# <details><summary>Hint 2</summary>
# Which of them are smaller than the number of the middle? For B the middle itself counts too.
# </details>


# %% tags=["exercise"]
# Exercise 6.4: the mask
def mask(size, kind):
    """1 where a kernel of odd size may look and 0 elsewhere, (size, size)."""
    # BEGIN SOLUTION
    before = size * size // 2 + (kind == "B")
    return (np.arange(size * size) < before).reshape(size, size).astype("float32")
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.mask(mask)

# %% [markdown]
# **Run.** Here is a small PixelCNN for 4×4 pixels. One of these two has a mistake: its first mask
# is of kind B. The data are magnets again, on a torus (what leaves at the right comes in at the
# left), 65,536 pictures, entropy 4.50 nats.
#
# **Predict.** Which of the two will have the smaller loss? (About 10 seconds.)


# %%
def two_layers(first):
    """Two masked convolutions; the first one's mask is of the given kind."""
    x = keras.Input((4, 4), dtype="int32")
    h = causal.OneHot(2)(x)
    h = causal.MaskedConv2D(16, 3, first, activation="relu")(h)
    h = causal.MaskedConv2D(16, 3, "B", activation="relu")(h)
    return keras.Model(x, keras.layers.Conv2D(2, 1)(h))


torus = ising(4, 4, 0.44, torus=True)
torus_entropy = entropies.entropy(torus.probabilities)
magnets = torus.sample(max(MAGNET_STEPS.values()) * 128, seed(0))
small = {}
for first in "AB":
    examples = magnets[: LEAK_STEPS * 64]
    small[first], _ = trained(lambda kind=first: two_layers(kind), examples)
    nats = -small[first].log_likelihood(magnets[:2_000]).mean()
    print(
        f"first mask {first}: {nats:.3f} nats per picture, entropy {torus_entropy:.3f}"
    )

# %% [markdown]
# The one with the mistake has a loss far *below the entropy*. No model can do that. It reads the
# pixel that it is asked for; when it has to draw, that pixel is not there yet. A loss below the
# floor is no success, it is a leak.
#
# Usually nobody knows the floor. But whether a network looks ahead can always be tested: change
# one input, and see which outputs move.

# %%
from utils.evaluation.causality import influence, leaks

examples = torus.sample(8, seed(1))
for first, model in small.items():
    found = leaks(model.network, examples, levels=2)
    print(f"first mask {first}: {len(found)} outputs see themselves or later pixels")

# %% tags=["claim"]
assert np.isclose(torus_entropy, 4.5023, atol=1e-4)
assert leaks(small["A"].network, examples, levels=2) == []
assert len(leaks(small["B"].network, examples, levels=2)) >= 16
if current_scale() != "quick":
    assert -small["B"].log_likelihood(magnets[:2_000]).mean() < 0.5 * torus_entropy
    assert -small["A"].log_likelihood(magnets[:2_000]).mean() > torus_entropy

# %% [markdown]
# Now in earnest, three networks that all pass this test:
#
# - **masked**: the stack above, with four masked layers;
# - **gated** (van den Oord et al. 2016): a vertical stack sees the rows above, a horizontal one
#   sees what lies to the left and is handed the vertical one; layers are $\tanh(a) \cdot \sigma(b)$
#   of two convolutions $a$ and $b$;
# - **MADE** (Germain et al. 2015): dense layers, with masks on the weights.
#
# For each of the 65,536 pictures we compute $\log Q(x)$: they must sum to 1, and the gap to the
# entropy is an exact KL divergence. (About 35 seconds.)

# %%
BUILD = {
    "masked": lambda h, w, channels=16: causal.masked_pixel_cnn(h, w, channels, 3),
    "gated": lambda h, w, channels=16: causal.gated_pixel_cnn(h, w, channels, 3),
    "MADE": lambda h, w: causal.made(h, w, 128),
}
gaps, on_torus = {}, {}
for name, steps in MAGNET_STEPS.items():
    examples = magnets[: steps * 128]
    model, _ = trained(lambda name=name: BUILD[name](4, 4), examples, batch=128)
    log_q = model.log_likelihood(torus.pictures, batch_size=4_096).astype("float64")
    gaps[name], on_torus[name] = -torus.probabilities @ log_q - torus_entropy, model
    print(f"{name:6s}: sum of Q {np.exp(log_q).sum():.6f}, gap {gaps[name]:.4f} nats")

# %% jupyter={"source_hidden": true}
real = torus.sample(16, seed(2))
made_up = on_torus["gated"].sample(16, seed=seed(3))
figures.image_rows(
    {
        "real": 1.6 * real[..., None] - 1,
        "gated PixelCNN": 1.6 * made_up[..., None] - 1,
    },
    title=f"Magnets, and magnets drawn by a network {gaps['gated']:.3f} nats away from them",
)

# %% [markdown]
# Gated stacks and MADE come close to the truth. To draw a picture takes one pass of the network
# per pixel: 16 here, 784 for 28×28. Learning is parallel, drawing is not.
#
# The masked stack stays well above the others. More training would hardly help it. Why?
#
# > **What we know now.** Masks make a convolution causal, and a test shows whether they do. Losses
# > below the floor are leaks.

# %% tags=["claim"]
if current_scale() != "quick":
    assert gaps["MADE"] < 0.01 and gaps["gated"] < 0.015
    assert gaps["masked"] > 0.03
for model in on_torus.values():
    assert leaks(model.network, torus.sample(8, seed(1)), levels=2) == []

# %% [markdown]
# ## 6 · The blind spot
#
# Stack masked 3×3 convolutions, and ask which pixels the output at one place depends on. Each
# layer reaches one pixel further, but to the right only by way of the row above.

# %%
looks = {
    name: influence(build(), np.random.default_rng(0).integers(0, 2, (8, 9, 9)), 2)
    for name, build in (
        ("masked", lambda: causal.masked_pixel_cnn(9, 9, 8, 8)),
        ("gated", lambda: causal.gated_pixel_cnn(9, 9, 8, 8)),
    )
}

# %% jupyter={"source_hidden": true}
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

PIXEL = 6 * 9 + 3  # row 6, column 3
KEYS = {
    "the pixel": "#262626",
    "earlier, seen": figures.SERIES[3],
    "earlier, never seen": figures.SERIES[1],
    "later": "#EEEEEE",
}
figure, axes = figures.new_figure(7.2, 3.7, 1, 2)
for ax, (name, sees) in zip(axes.flat, looks.items(), strict=True):
    place = np.arange(81)
    kinds = np.where(place > PIXEL, 3, np.where(sees[PIXEL], 1, 2))
    kinds[PIXEL] = 0
    colors = np.array([to_rgb(each) for each in KEYS.values()])
    ax.imshow(colors[kinds].reshape(9, 9, 3))
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(f"{name}: {(kinds == 2).sum()} earlier pixels never seen")
figure.legend(
    [Patch(color=each) for each in KEYS.values()],
    KEYS,
    loc="outside lower center",
    ncols=4,
    frameon=False,
)
figure

# %% [markdown]
# That wedge is the **blind spot** of the first PixelCNN. More layers do not fill it: one has to
# go up a row to get one column further to the right. The two stacks of the gated network have
# none.
#
# What does it cost? For magnets we can say it without any training: the best that a model can
# do that sees just these pixels, by adding up over all 65,536 pictures.

# %%
torus_flat = torus.pictures.reshape(-1, 16)
blind = {}
for name, model in on_torus.items():
    sees = influence(model.network, torus.sample(64, seed(4)), 2)
    contexts = [np.flatnonzero(row).tolist() for row in sees]
    best = entropies.context_floor(torus_flat, torus.probabilities, contexts)
    blind[name] = best - torus_entropy

# %% jupyter={"source_hidden": true}
table(
    [(name, f"{abs(blind[name]):.4f}", f"{gaps[name]:.4f}") for name in gaps],
    ("network", "what it cannot see costs (exact)", "measured gap (nats)"),
    caption="Most of the masked stack's gap is what it cannot see",
)

# %% [markdown]
# The masked stack has little left to learn. For magnets its blind spot costs less than one percent
# of the entropy. Data can be worse. Here each row repeats the row above, moved by two columns to
# the left, with one pixel in twenty flipped. The one place that matters lies just inside the blind
# spot.

# %%
from utils.data.ising import shifted_rows, shifted_rows_entropy

shifted = shifted_rows(max(SHIFTED_STEPS.values()) * 64, seed=seed(0))
shifted_test = shifted_rows(4_000, seed=seed(1))
shifted_floor = shifted_rows_entropy()
print(f"entropy {shifted_floor:.3f} nats per picture of 64 pixels")

# %% jupyter={"source_hidden": true}
figures.image_grid(
    1.6 * shifted_test[:8, ..., None] - 1,
    columns=8,
    title="Each row is the row above, moved to the left by two",
)

# %% [markdown]
# **Predict.** What loss will the masked stack reach on these pictures, in nats? There is an exact
# answer. (About 15 seconds.)

# %%
shifted_nats = {}
for name, steps in SHIFTED_STEPS.items():
    model, _ = trained(lambda name=name: BUILD[name](8, 8), shifted[: steps * 64])
    shifted_nats[name] = -model.log_likelihood(shifted_test).mean()

# %% jupyter={"source_hidden": true}
figure = figures.bars(
    shifted_nats,
    ylabel="nats per picture",
    number_format=".2f",
    ylim=(0, 52),
    title="What stands in the blind spot looks like coins",
)
for height, label in ((64 * math.log(2), "64 log 2"), (shifted_floor, "entropy")):
    figure.axes[0].axhline(height, color="black", linestyle="--", linewidth=1.2)
    figure.axes[0].annotate(f"{label}\n{height:.2f}", (0.5, height + 0.6), ha="center")
figure

# %% [markdown]
# It is $64 \log 2$: to the masked stack every pixel is a fair coin. The gated one comes close to
# the entropy. By the first loss alone these data are noise, and there is nothing to learn.

# %% tags=["claim"]
assert not looks["masked"][PIXEL, PIXEL - 9 + 2] and looks["masked"][PIXEL, PIXEL - 8]
assert np.tril(np.ones((81, 81), bool), -1)[looks["gated"]].all()
assert (looks["gated"] == np.tril(np.ones((81, 81), bool), -1))[PIXEL].all()
assert 0.03 < blind["masked"] < 0.01 * torus_entropy
if current_scale() != "quick":
    assert max(blind["gated"], blind["MADE"]) < 1e-6
    assert blind["masked"] < gaps["masked"] < blind["masked"] + 0.02
    assert abs(shifted_nats["masked"] - 64 * math.log(2)) < 0.1
    assert shifted_nats["gated"] < 24.0

# %% [markdown]
# **Digits.** At last pictures whose entropy nobody knows: 1,437 handwritten digits of 8×8 pixels
# (UCI), white where they are brighter than half. If pixels were independent, they would cost
# 24.6 nats. (About 30 seconds.)

# %%
from utils.data.digits import load

digits = load("uci")
digits_train, digits_test = (
    (pictures[..., 0] > 0).astype("int32")
    for pictures in (digits.train_pictures, digits.test_pictures)
)
mean = (digits_train.sum(axis=0) + 0.5) / (len(digits_train) + 1)
alone = -np.log(np.where(digits_test, mean, 1 - mean)).sum(axis=(1, 2)).mean()

whole = len(digits_train) // 64 * 64
RECIPES = {
    "MADE": (lambda: causal.made(8, 8, 256), 2e-3),
    "gated": (lambda: causal.gated_pixel_cnn(8, 8, 16, 4), 1e-2),
}
on_digits, digit_nats = {}, {"independent pixels": alone}
for name, (build, learning_rate) in RECIPES.items():
    epochs = DIGIT_EPOCHS[name]
    on_digits[name], _ = trained(
        build, digits_train[:whole], epochs, learning_rate=learning_rate
    )
    digit_nats[name] = -on_digits[name].log_likelihood(digits_test).mean()
for name, nats in digit_nats.items():
    print(f"{name:19s} {nats:.2f} nats, {nats / 64 / math.log(2):.3f} bits per pixel")

# %% [markdown]
# Both are far below independent pixels, and dense MADE is ahead of the gated convolutions: with 64
# pixels, each place can afford weights of its own. (One seed.)
#
# And because the chain rule begins where we like, a model that draws digits can also *complete*
# one: we give it the upper half, and it draws the rest, pixel by pixel.
#
# **Predict.** Will three completions of one half be alike?

# %%
halves = digits_test[:10, :4].reshape(10, 32)
completed = [
    on_digits["MADE"].sample(10, prompt=halves, seed=seed(number))
    for number in (7, 8, 9)
]

# %% jupyter={"source_hidden": true}
given = 2.0 * digits_test[:10] - 1
given[:, 4:] = 0
figures.image_rows(
    {
        "given": given[..., None],
        **{
            f"drawing {k}": 2.0 * each[..., None] - 1
            for k, each in enumerate(completed, 1)
        },
        "real": 2.0 * digits_test[:10, ..., None] - 1,
    },
    title="Half a digit, three ways to go on, and how it went on",
)

# %% [markdown]
# No: a half leaves several digits open, and each drawing is one answer of
# $P(\text{lower half} \mid \text{upper half})$. No other training was needed.
#
# > **What we know now.** A blind spot costs exactly what it hides. To complete half a digit takes no
# > other training: the chain rule begins where we like.

# %% tags=["claim"]
assert np.isclose(alone, 24.57, atol=0.01) and len(digits_train) == 1_437
if current_scale() != "quick":
    assert digit_nats["MADE"] < 18 and digit_nats["gated"] < 19
    assert digit_nats["MADE"] < digit_nats["gated"]
    assert np.mean(completed[0] != completed[1]) > 0.02

# %% [markdown]
# ## 7 · Good at, bad at
#
# For an autoregressive model, say before you open our table: what does drawing one example
# take? Is the likelihood exact? What is it trained on, and what does it meet when it draws?
#
# <details><summary>Our table</summary>
#
# | | autoregressive | VAE | GAN |
# |---|---|---|---|
# | likelihood | exact | a bound | none |
# | drawing one example takes | one pass per piece | one pass | one pass |
# | training | one loss, in parallel over all pieces | one loss, two networks | a game |
# | a code to walk in | none | yes | yes |
# | typical mistake | forgets what is far back | soft, in between | missing modes |
#
# </details>
#
# One fear has a name. While it learns, the network sees *true* beginnings only; while it
# draws, its own. Once it has made a mistake, it stands where it has never been: **exposure
# bias**. We can provoke it: let the LSTM go on after a word of the language, and after a slip.

# %%
TAIL = re.compile("((?:{adjective}) )*({noun}) ({verb})".format(**WORDS))
goes_on = {}
for beginning in ("these old sleepy ", "these old slsepy "):
    prompt = np.tile(encode(beginning, sheep.alphabet), (500, 1))
    written = lstm.sample(500, 120, prompt=prompt, seed=seed(6))
    tails = [
        decode(row, sheep.alphabet)[len(beginning) :].split(". ")[0] for row in written
    ]
    goes_on[beginning] = np.mean([bool(TAIL.fullmatch(tail)) for tail in tails])
    print(f"after {beginning!r}: {goes_on[beginning]:.1%} of the sentences end well")

# %% [markdown]
# It finds back: hardly more sentences go wrong after the slip, though no text it learned from had
# one. (One seed.)
#
# > **What we know now.** In this small language exposure bias is no trouble; nothing in the loss
# > promises that.

# %% tags=["claim"]
if current_scale() != "quick":
    assert min(goes_on.values()) > 0.9, goes_on

# %% [markdown]
# ## 8 · Measured here, published, source
#
# (Mean ± standard deviation over three seeds; without ±, one seed, or nothing is random. What took
# ten minutes or more was trained once, on one core; ± is there the standard error over 10,000 test
# digits, each pixel drawn white with its gray as probability. `benchmarks/autoregressive.py` redoes
# it.)

# %% jupyter={"source_hidden": true}
shakespeare = measured["shakespeare"]
in_nats = [
    {key: run[key] * math.log(2) for key in ("5-gram", "lstm")} for run in shakespeare
]
table(
    [
        (
            "sheep language, LSTM, nats per letter",
            spread(measured["sheep"], "nats", ".4f"),
            f"{rate:.4f}",
            "none",
            "exact",
        ),
        (
            "chain of 8 letters, LSTM: nats above its rate",
            spread(measured["markov"], "lstm_gap", ".4f"),
            "0",
            "none",
            "exact",
        ),
        (
            "the same, counting",
            spread(measured["markov"], "counting_gap", ".4f"),
            f"{measured['markov'][0]['half_parameters_per_letter']:.4f}",
            "none",
            "parameters / 2n, expected",
        ),
        (
            "tiny Shakespeare, 5-gram, nats per letter",
            spread(in_nats, "5-gram"),
            "unknown",
            "none",
            "",
        ),
        (
            "the same, LSTM of 128 units, 700 steps",
            spread(in_nats, "lstm"),
            "unknown",
            "1.88 (transformer)",
            "nanoGPT's README, 3 minutes on a CPU",
        ),
        (
            f"the same, LSTM of 384 units, {minutes('shakespeare_full')} minutes",
            spread(measured["shakespeare_full"], "nats"),
            "unknown",
            "1.4697 (transformer)",
            "nanoGPT's README, on a GPU",
        ),
        *(
            (
                f"magnets on a torus, {name}: nats above the entropy",
                spread(measured["magnet"], f"{key}_gap", ".4f"),
                f"{abs(blind[name]):.4f}",
                "none",
                "exact",
            )
            for name, key in (
                ("masked", "masked"),
                ("gated", "gated"),
                ("MADE", "made"),
            )
        ),
        (
            "shifted rows, masked, nats per picture",
            spread(measured["shifted"], "masked", ".2f"),
            f"{64 * math.log(2):.2f}",
            "none",
            "exact",
        ),
        (
            "shifted rows, gated",
            spread(measured["shifted"], "gated", ".2f"),
            f"{shifted_floor:.2f}",
            "none",
            "exact; the sample may lie a little below",
        ),
        (
            "UCI digits, 8×8, black and white, MADE, nats",
            spread(measured["uci"], "made", ".2f"),
            "unknown",
            "none",
            "",
        ),
        *(
            (
                f"MNIST, 28×28, binarized, {name} of "
                f"{measured[key][0]['parameters']:,} weights, {minutes(key)} minutes: nats",
                f"{measured[key][0]['nats']:.2f} ± {measured[key][0]['error']:.2f}",
                "unknown",
                published,
                source,
            )
            for name, key, published, source in (
                ("MADE", "mnist_made", "86.64", "Germain et al. 2015"),
                (
                    "gated PixelCNN",
                    "mnist_pixels",
                    "81.30 (PixelCNN)",
                    "van den Oord, Kalchbrenner and Kavukcuoglu 2016",
                ),
            )
        ),
        (
            "CIFAR-10, bits per dimension",
            "not measured",
            "unknown",
            "PixelCNN 3.14, gated 3.03, PixelCNN++ 2.92",
            "van den Oord et al. 2016, table 1; README of openai/pixel-cnn",
        ),
    ],
    ("quantity", "measured", "floor", "published", "source"),
)

# %% [markdown]
# On MNIST, MADE comes within 2.4 nats of the published number in eleven minutes. The gated PixelCNN
# stays 4.3 nats above its own after 32: convolutions over 28×28 pixels are dear, so ours is
# small. It has 55,890 weights where MADE has 3.6 million.

# %% tags=["claim"]
made_nats, pixel_nats = (
    measured[key][0]["nats"] for key in ("mnist_made", "mnist_pixels")
)
assert np.isclose(made_nats - 86.64, 2.4, atol=0.05)
assert np.isclose(pixel_nats - 81.30, 4.3, atol=0.05 + 1e-9)
assert measured["shakespeare_full"][0]["lstm"] < shakespeare[0]["5-gram"]

# %% [markdown]
# ## What to read next
#
# - van den Oord, Kalchbrenner and Kavukcuoglu (2016), *Pixel recurrent neural networks*: the
#   chain rule on pictures, masks A and B.
# - van den Oord et al. (2016), *Conditional image generation with PixelCNN decoders*: the blind
#   spot and the two stacks.
# - Germain et al. (2015), *MADE*.
# - Graves (2013), *Generating sequences with recurrent neural networks*.
# - Shannon (1951), *Prediction and entropy of printed English*: people in place of networks.
#
# ## Words
#
# | term | in this lesson | 中文 |
# |---|---|---|
# | autoregressive model | predicts each piece from those before | 自回归模型 |
# | chain rule | any distribution is a product of conditional ones | 链式法则 |
# | negative log-likelihood (NLL) | what an example costs, in nats | 负对数似然 |
# | entropy rate | nats per letter that no model can save | 熵率 |
# | k-gram | counts what followed the last letters | k 元语法 |
# | long short-term memory (LSTM) | a recurrent network whose gates learn what to keep | 长短期记忆网络 |
# | temperature | divides the logits before a draw | 温度 |
# | masked convolution | sees only what came before | 掩码卷积 |
# | blind spot | earlier pixels that no layer ever sees | 盲区 |
# | exposure bias | it learns from true beginnings and draws from its own | 曝光偏差 |

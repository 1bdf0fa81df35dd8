# ---
# title: One sample at a time
# claim: A network of causal convolutions hears as far back as its dilations add up to; it
#   learns a string at the layer at which the string's period comes into sight, and not
#   one layer earlier.
# needs: lesson 06, sections 1 and 3
# topics:
#   34: "2 · How far does it hear?"
# bonus: true
# ---

# %% [markdown]
# # 06b · One sample at a time
#
# **Bonus.** Sound by the chain rule: WaveNet, which draws one sample after the other. You need
# from lesson 06: a network that predicts each piece from those before has an exact likelihood,
# and its loss stops at the entropy.
#
# **Claim.** A network of causal convolutions hears as far back as its dilations add up to. It
# learns a string at the layer at which the string's period comes into sight, and not one layer
# earlier.
#
# After this notebook you can
#
# - store a sound in few levels, fine where it is soft;
# - compute how far a WaveNet hears, and test it;
# - say beforehand at which depth its loss will fall, and by how many bits;
# - listen to what it draws, and measure its pitch.
#
# **Minutes:** {minutes}. **You need:** Keras, and sections 1 and 3 of lesson 06.

# %%
import math

import keras
import numpy as np
from IPython.display import Audio

from utils import checks, figures
from utils.course.scale import current_scale, scale, seed
from utils.data import sounds
from utils.figures import table
from utils.measures import mu_law

keras.utils.set_random_seed(seed(6))

# %% tags=["parameters"]
STRING_STEPS = scale(quick=4, laptop=600, full=4_000)
LISTEN = scale(quick=1_500, laptop=12_000, full=24_000)

# %% [markdown]
# ## 1 · Sound in a few levels
#
# A sound is a row of numbers, here 8,000 per second. To predict the next one by a softmax, as with
# letters, we need few levels. Equal steps waste them: most sounds are soft most of the time.
# **μ-law** takes the logarithm first:
#
# $$y = \mathrm{sign}(x)\,\frac{\log(1 + \mu\,|x|)}{\log(1 + \mu)}, \qquad x \in [-1, 1],$$
#
# and rounds $y$ to one of $\mu + 1$ levels; $\mu = 255$ here.
#
# **Predict.** A sound is made softer by a factor of 100. How many decibels of its signal-to-noise
# ratio does it lose with 256 equal steps, and with μ-law?

# %%
noise = np.random.default_rng(seed(0)).normal(size=100_000)
loudness = np.geomspace(0.003, 0.3, 13)


def ratio_in_db(sound, stored):
    """Power of the sound over power of the error, in decibels."""
    return 10 * np.log10(np.mean(sound**2) / np.mean((sound - stored) ** 2))


ratios = {"μ-law, 256 levels": [], "256 equal steps": []}
for std in loudness:
    sound = np.clip(std * noise, -1, 1)
    equal = (np.round((sound + 1) * 127.5) / 127.5) - 1
    ratios["μ-law, 256 levels"].append(
        ratio_in_db(sound, mu_law.decode(mu_law.encode(sound)))
    )
    ratios["256 equal steps"].append(ratio_in_db(sound, equal))

# %% jupyter={"source_hidden": true}
figures.curves(
    {name: (loudness, np.array(each)) for name, each in ratios.items()},
    xlabel="standard deviation of the sound (1 is the full scale)",
    ylabel="signal-to-noise ratio (dB)",
    xscale="log",
    title="μ-law keeps its precision when the sound is soft",
)

# %% [markdown]
# Equal steps lose all 40 decibels. μ-law loses fewer than 8, and pays at the loud end.
#
# A network that knows nothing of 256 levels has a loss of $\log 256 = 5.545$ nats; we use 64
# levels here: 6 bits.
#
# > **What we know now.** Sound becomes a row of symbols, and everything of lesson 06 applies to it.

# %% tags=["claim"]
lost = {name: each[-1] - each[0] for name, each in ratios.items()}
assert 39 < lost["256 equal steps"] < 42
assert lost["μ-law, 256 levels"] < 8
assert ratios["256 equal steps"][-1] > ratios["μ-law, 256 levels"][-1]
assert np.isclose(math.log(256), 5.545, atol=1e-3)

# %% [markdown]
# ## 2 · How far does it hear?
#
# A **causal convolution** sees the present and the past alone. Stacked with kernels of 2 places,
# each layer sees one sample further: a thousand layers for an eighth of a second. **WaveNet**
# (van den Oord et al. 2016) leaves gaps: layer by layer the two places lie 1, 2, 4, 8, … samples
# apart, the **dilation**.

# %% jupyter={"source_hidden": true}
DEPTH = 4
figure, ax = figures.new_figure(7.2, 2.9)
reached = {0}
for layer in range(DEPTH, 0, -1):
    gap = 2 ** (layer - 1)
    below = reached | {t - gap for t in reached}
    for t in range(-15, 1):
        for back in (0, gap):
            if t - back >= -15:
                used = t in reached
                ax.plot(
                    [t, t - back],
                    [layer, layer - 1],
                    color=figures.COLORS["measured"] if used else "#DDDDDD",
                    linewidth=2.0 if used else 0.8,
                    zorder=2 if used else 1,
                )
    reached = below
for layer in range(DEPTH + 1):
    ax.plot(range(-15, 1), [layer] * 16, "o", color="#262626", markersize=3.5, zorder=3)
ax.set_yticks(
    range(DEPTH + 1), ["samples", *(f"dilation {2**k}" for k in range(DEPTH))]
)
ax.set(xlabel="time (samples)")
ax.grid(False)
figure.suptitle("Four layers, sixteen samples", x=0.012, ha="left", weight="bold")
figure

# %% [markdown]
# ### Exercise 6.5 · The receptive field (easy, 5 minutes)
#
# How many samples does the output of such a stack depend on? `dilations` has one number for each
# layer; every kernel has `kernel` places.
#
# <details><summary>Hint 1</summary>
# A kernel of k places has k − 1 gaps.
# </details>
# <details><summary>Hint 2</summary>
# A gap is as wide as the dilation, and the layers add up. Without any layer one sample is seen.
# </details>


# %% tags=["exercise"]
# Exercise 6.5: the receptive field
def samples_seen(dilations, kernel):
    """How many samples the output depends on."""
    # BEGIN SOLUTION
    return 1 + sum((kernel - 1) * dilation for dilation in dilations)
    # END SOLUTION


# %% tags=["check"]
checks.lesson06.samples_seen(samples_seen)

# %% [markdown]
# **Run.** A formula about a network can be tested: change one sample, and see which outputs move.
# Here is the network; its layers are gated, $\tanh(a) \cdot \sigma(b)$ of two convolutions $a$ and
# $b$; each adds to what it got, and their sum goes to the output.

# %%
from utils.course.show import show_code
from utils.evaluation.causality import influence, leaks
from utils.networks import causal

show_code(causal.wavenet, "causal.wavenet")

# %%
tried = np.random.default_rng(seed(1)).normal(size=(32, 40)).astype("float32")
for dilations in ((1, 1, 1), (1, 2, 4), (1, 2, 4, 8), (1, 2, 4, 1, 2, 4)):
    network = causal.wavenet(None, 8, dilations)
    seen = influence(network, tried)[-1].sum()
    formula = causal.samples_seen(dilations)
    print(f"dilations {dilations!s:20s} seen {seen:2d}, formula {formula:2d}")
    assert leaks(network, tried) == []

# %% [markdown]
# No output moves before its input, and the last one sees as many samples as the formula says. With
# dilations 1, 2, …, 512 they are 1,024, in ten layers.
#
# > **What we know now.** Dilations add up: doubling them makes the receptive field grow as
# > $2^{\text{layers}}$.

# %% tags=["claim"]
for dilations in ((1, 1, 1), (1, 2, 4), (1, 2, 4, 8), (1, 2, 4, 1, 2, 4)):
    sees = influence(causal.wavenet(None, 8, dilations), tried)[-1]
    assert sees.sum() == causal.samples_seen(dilations)
assert causal.samples_seen([2**k for k in range(10)]) == 1_024

# %% [markdown]
# ## 3 · When does it hear the string?
#
# A string that noise keeps moving (Karplus and Strong 1983): the wave runs along it and comes
# back after 40 and a half samples, a little weaker and smoother,
#
# $$x_t = g\,\frac{x_{t-40} + x_{t-41}}{2} + e_t, \qquad g = 0.99,\quad e_t \sim N(0, \sigma^2).$$
#
# The noise $e_t$ is all that nobody can foresee. So we can compute the least that a model pays
# which hears $R$ samples back. The best prediction of such a sound is linear, a weight for each
# sample of the past; Levinson's recursion finds the weights.

# %%
from utils.measures.linear_prediction import prediction_errors, quantized_floor

LEVELS = 64
string = sounds.driven_string()
errors = np.sqrt(prediction_errors(string.autocovariance(70), 64))
floors = np.array([quantized_floor(error, 0.2, LEVELS) for error in errors])
floors /= math.log(2)
print(f"pitch {sounds.RATE / 40.5:.1f} Hz; nothing known: {math.log2(LEVELS):.0f} bits")
for memory in (0, 1, 16, 32, 64):
    print(
        f"{memory:2d} samples of memory: at least {floors[memory]:.3f} bits per sample"
    )

# %% [markdown]
# **Predict.** WaveNets with 5 and with 6 layers hear 32 and 64 samples. Where will their losses
# stop? Could longer training help? (About 25 seconds each.)

# %%
from utils.models import AutoregressiveModel
from utils.models.recipes import falling_adam


def encoded(n, length, number):
    """Sounds of the string as symbols."""
    return mu_law.encode(string.sample(n, length, number).clip(-1, 1), LEVELS)


def string_model(layers):
    """A WaveNet of so many layers, trained on the string."""
    keras.utils.set_random_seed(seed(0))
    model = AutoregressiveModel(
        causal.wavenet(LEVELS, 32, [2**k for k in range(layers)])
    )
    model.compile(falling_adam(5e-3, STRING_STEPS, clipnorm=1.0))
    examples = encoded(16 * min(STRING_STEPS, 128), 512, seed(1))
    epochs = round(STRING_STEPS * 16 / len(examples))
    model.fit(examples, epochs=epochs, batch_size=16, verbose=0)
    return model


def bits_per_sample(model, examples):
    """Bits per sample, once there are 64 samples to hear."""
    outputs = model.in_batches(model.network, examples, size=16)
    nats = np.asarray(model.nll(examples, keras.ops.convert_to_tensor(outputs)))
    return nats[:, 64:].mean() / math.log(2)


held_out = encoded(64, 512, seed(2))
models = {32: string_model(5)}

# %%
models[64] = string_model(6)
bits = {memory: bits_per_sample(model, held_out) for memory, model in models.items()}
for memory, measured_bits in bits.items():
    print(f"{memory} samples: {measured_bits:.3f} bits, floor {floors[memory]:.3f}")

# %% jupyter={"source_hidden": true}
figures.curves(
    {
        "exact": (np.arange(65), floors),
        **{
            f"WaveNet of {layers} layers": (
                np.array([memory]),
                np.array([bits[memory]]),
            )
            for layers, memory in ((5, 32), (6, 64))
        },
    },
    xlabel="samples of memory",
    ylabel="bits per sample",
    title="One layer more, and the string comes into sight",
)

# %% [markdown]
# From the second sample to the thirtieth, more memory brings nothing: only the last sample helps.
# Then the period comes into sight, and by sample 41 all 0.8 bits are gained. Five layers cannot
# know, however long they train. Six do.
#
# > **What we know now.** A receptive field is no detail: below the period of the data there is
# > no pitch to be learned, and the floor says so beforehand.

# %% tags=["claim"]
assert np.isclose(floors[32] - floors[64], 0.80, atol=0.01)
assert np.ptp(floors[1:31]) < 0.002 and np.ptp(floors[41:]) < 1e-6
if current_scale() != "quick":
    assert abs(bits[32] - floors[32]) < 0.1
    assert bits[64] < 4.3

# %% [markdown]
# ## 4 · Listen
#
# Drawing 12,000 samples takes 12,000 passes. But what was computed for earlier samples stays as it
# was: keep it, and a pass costs one sample's work instead of all of them (Paine et al. 2016).
# (About 15 seconds.)

# %%
drawn = {
    memory: mu_law.decode(model.sample(4, LISTEN, seed=seed(3)), LEVELS)
    for memory, model in models.items()
}
true = mu_law.decode(encoded(4, LISTEN, seed(4)), LEVELS)

# %% [markdown]
# **Predict.** Which of the two sounds like a string? First the true one, for comparison.

# %%
Audio(true[0], rate=sounds.RATE)

# %% [markdown]
# Six layers, 64 samples of memory:

# %%
Audio(drawn[64][0], rate=sounds.RATE)

# %% [markdown]
# Five layers, 32 samples of memory:

# %%
Audio(drawn[32][0], rate=sounds.RATE)

# %% [markdown]
# Now the spectra. A string has a peak at each multiple of its pitch.

# %%
from scipy.signal import welch


def spectrum_in_db(each):
    """Frequencies, and the power spectrum of several sounds in decibels."""
    part = min(1_024, each.shape[1])
    frequencies, power = welch(each, fs=sounds.RATE, nperseg=part)
    return frequencies, 10 * np.log10(power.mean(axis=0))


frequencies, true_db = spectrum_in_db(true)
drawn_db = {memory: spectrum_in_db(each)[1] for memory, each in drawn.items()}

# %% jupyter={"source_hidden": true}
figures.curve_grid(
    {
        f"{memory} samples of memory": {
            "real": (frequencies, true_db),
            "generated": (frequencies, db),
        }
        for memory, db in drawn_db.items()
    },
    xlabel="frequency (Hz)",
    ylabel="power (dB)",
    columns=2,
    panel_size=(3.6, 2.6),
    xlim=(0, 2_000),
    title="With 64 samples the peaks stand where the string has them",
)

# %% [markdown]
# And the pitch as a number: after how many samples does the sound repeat itself best?


# %%
def period(each):
    """The lag from 20 to 200 samples at which sounds repeat themselves best."""
    lags = np.arange(20, 201)
    similar = [np.mean(each[:, lag:] * each[:, :-lag]) for lag in lags]
    best = int(np.argmax(similar))
    return lags[best], similar[best] / np.mean(each**2)


for name, each in (("real", true), ("64", drawn[64]), ("32", drawn[32])):
    lag, share = period(each)
    print(
        f"{name:4s}: repeats after {lag} samples, correlation {share:.2f}; "
        f"loudness (standard deviation) {each.std():.2f}"
    )

# %% [markdown]
# The deep network repeats itself where the string does, the shallow one does not: it has no way to
# know what was played 40 samples ago. What it draws is hiss.
#
# > **What we know now.** Eight tenths of a bit are the difference between a tone and noise, and a
# > spectrum shows it to anyone who cannot listen.

# %% tags=["claim"]
if current_scale() != "quick":
    lags = {name: period(each) for name, each in (("real", true), ("64", drawn[64]))}
    assert all(lag in (40, 41) for lag, _ in lags.values())
    assert lags["64"][1] > 2 * period(drawn[32])[1]

# %% [markdown]
# ## 5 · Measured here, published, source
#
# The string again, and two more kinds of sound of which the floor is known: one *resonance*, noise
# that makes a single pitch ring, and *whispered vowels*, noise through the resonances of a mouth. A
# *Gaussian head* predicts a mean and a standard deviation in place of levels.
#
# (Mean ± standard deviation over the seeds that `benchmarks/autoregressive.py` measured. The
# floors take the past as it was before rounding to levels; where a sound can be foreseen to less
# than a level, as /oo/, that floor is too low to be reached.)

# %% jupyter={"source_hidden": true}
from utils.course.results import load_results

measured = load_results("autoregressive")


def spread(values, form=".3f"):
    """Mean of the seeds, and their standard deviation if there are several, as text."""
    more = f" ± {np.std(values):{form}}" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{more}"


def of(row, key):
    """What all seeds measured."""
    return [run[key] for run in measured[row]]


table(
    [
        *(
            (
                f"driven string, {memory} samples of memory, bits per sample",
                spread(of("string", f"bits_{memory}")),
                f"{floors[memory]:.3f}",
                "none",
                "exact",
            )
            for memory in (32, 64)
        ),
        (
            "one resonance, Gaussian head, nats above the truth",
            spread(of("resonance", "gaussian_gap"), ".4f"),
            "0",
            "none",
            "exact",
        ),
        (
            "one resonance, 64 levels, nats above the floor",
            spread(of("resonance", "levels_gap")),
            "0",
            "none",
            "exact",
        ),
        *(
            (
                f"whispered /{vowel}/, {what}, nats above the {against}",
                spread([run[vowel][key] for run in measured["vowel"]], form),
                "0",
                "none",
                "exact",
            )
            for vowel in sounds.FORMANTS
            for what, key, against, form in (
                ("Gaussian head", "gaussian_gap", "truth", ".4f"),
                ("64 levels", "levels_gap", "floor", ".3f"),
            )
        ),
        (
            "512 samples of 4 sounds, kept against computed anew",
            f"{np.mean(np.divide(of('cache', 'anew'), of('cache', 'cached'))):.0f} × faster",
            "",
            "none",
            "",
        ),
        (
            "speech (Blizzard), 256 levels, bits per sample",
            "not measured",
            "unknown",
            "WaveNet (their own rebuilding) 1.480, SampleRNN 1.387",
            "Mehri et al. 2017, table 1",
        ),
    ],
    ("quantity", "measured", "floor", "published", "source"),
)

# %% [markdown]
# Compare what is *above the floor*, never bits per sample between data: the speech has 256 levels,
# and nobody knows its floor.

# %% [markdown]
# ## What to read next
#
# - van den Oord et al. (2016), *WaveNet: a generative model for raw audio*.
# - Paine et al. (2016), *Fast WaveNet generation algorithm*: what to keep.
# - Karplus and Strong (1983), *Digital synthesis of plucked-string and drum timbres*.
# - Mehri et al. (2017), *SampleRNN*: the rival with a state.
#
# ## Words
#
# | term | in this notebook | 中文 |
# |---|---|---|
# | sampling rate | samples of a sound per second, 8,000 here | 采样率 |
# | μ-law | few levels, fine for soft sounds | μ 律压扩 |
# | causal convolution | sees the present and the past alone | 因果卷积 |
# | dilation | the gap between two places of a kernel | 膨胀率 |
# | receptive field | how far back an output sees | 感受野 |
# | period | after so many samples a tone repeats itself | 周期 |

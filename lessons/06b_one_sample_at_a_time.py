# ---
# title: One sample at a time
# claim: A network of causal convolutions hears as far back as its dilations add up to; it
#   learns a string at the layer at which the string's period comes into sight, and not
#   one layer earlier. What a thousand steps do not find, least squares may find at once.
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
# earlier. What a thousand steps do not find, least squares may find at once.
#
# After this notebook you can
#
# - store a sound in few levels, fine where it is soft;
# - compute how far a WaveNet hears, and test it;
# - say beforehand at which depth its loss will fall, and by how many bits;
# - listen to what it draws, and measure its pitch and its spectrum;
# - put a linear predictor beside a network, and say what is left to learn.
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
PLUCK_STEPS = scale(quick=4, laptop=1_000, full=4_000)
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
# ## 5 · A plucked string
#
# That string was moved by noise at every sample. Now we **pluck** one: 40 random samples of mean 0,
# then the recursion with $g = 0.995$, and hardly any noise, $\sigma = 0.002$, the air of the room.
# To be able to say "hardly any", the network predicts numbers, not levels: a mean $m_t$ and a
# standard deviation $s_t$ for each sample, a **Gaussian head**. Its loss is
#
# $$-\log p(x_t \mid \text{before}) = \frac{(x_t - m_t)^2}{2 s_t^2} + \log s_t
# + \frac{1}{2} \log 2\pi.$$
#
# Once the pluck is over, all that nobody can foresee is the air: the floor is
# $\frac{1}{2} \log(2\pi e\,\sigma^2)$. (It is negative: a density may exceed 1.)

# %%
LOSS, AIR = 0.995, 0.002
air_floor = 0.5 * math.log(2 * math.pi * math.e * AIR**2)


def plucked(n, length, number):
    """Plucked strings, of one pitch."""
    return sounds.plucked_strings(n, length, number, loss=LOSS, noise=AIR)


pluck = plucked(16, LISTEN, seed(5))
print(f"floor once the pluck is over: {air_floor:.3f} nats per sample")
Audio(pluck[0], rate=sounds.RATE)

# %% [markdown]
# Six layers hear 64 samples, and the rule needs 41. We compare on the same samples what a model
# pays with what the *truth* pays, which knows $m_t = g\,(x_{t-40} + x_{t-41})/2$ and
# $s_t = \sigma$; its mean is the floor.
#
# **Predict.** How near to the truth do a thousand steps of Adam come? (About 25 seconds.)


# %%
def wavenet_for_numbers(predictor=None):
    """A WaveNet of six layers with a Gaussian head."""
    keras.utils.set_random_seed(seed(0))
    network = causal.wavenet(None, 16, [2**k for k in range(6)], predictor=predictor)
    return AutoregressiveModel(network, "gaussian")


def trained(model):
    """The model, after training on plucked strings."""
    model.compile(falling_adam(5e-3, PLUCK_STEPS, clipnorm=1.0))
    epochs = max(1, round(PLUCK_STEPS * 16 / len(plucks)))
    model.fit(plucks, epochs=epochs, batch_size=16, verbose=0)
    return model


def nats(model, examples):
    """What each sample costs, `(n, length)`."""
    outputs = model.in_batches(model.network, examples, size=16)
    return np.asarray(model.nll(examples, keras.ops.convert_to_tensor(outputs)))


def above_the_truth(model):
    """Nats per sample more than the truth pays, from sample 64 on, past the pluck."""
    rule = LOSS * (unheard[:, 24:-40] + unheard[:, 23:-41]) / 2
    truth = ((unheard[:, 64:] - rule) / AIR) ** 2 / 2 + math.log(
        AIR * (2 * math.pi) ** 0.5
    )
    return (nats(model, unheard)[:, 64:] - truth).mean()


plucks = plucked(16 * min(PLUCK_STEPS, 256), 256, seed(4))
unheard = plucked(32, 1_024, seed(6))
models_of_plucks = {"Adam alone": trained(wavenet_for_numbers())}

# %%
print(f"{above_the_truth(models_of_plucks['Adam alone']):.3f} nats above the truth")

# %% [markdown]
# It pays about .3 nats more than the truth, for each sample. The rule is only two weights, on samples
# 40 and 41; but Adam has to build them out of gates, in six layers.
#
# The best *linear* prediction has the least squared error,
#
# $$\min_a \sum_{t > 48} \Big(x_t - \sum_{k=1}^{48} a_k\,x_{t-k}\Big)^2,$$
#
# and setting its gradient to zero gives 48 linear equations, the **normal equations** of **linear
# prediction** (Atal and Hanauer 1971). They need no steps; they are solved.

# %%
from utils.measures.linear_prediction import linear_predictor

weights, error = linear_predictor(plucks, 48)
largest = sorted(np.argsort(-np.abs(weights))[:2] + 1)
for k in largest:
    print(f"weight of the sample {k} back: {weights[k - 1]:.4f}; g/2 is {LOSS / 2}")
print(f"root of the mean squared error {error:.5f}; the air has {AIR}")

# %% [markdown]
# So a network may learn only what the predictor leaves (**LPCNet** does so for speech; Valin and
# Skoglund 2019). `causal.wavenet` takes the predictor's $p_t$ and its error $s$, reads also how far
# each earlier sample lay from its prediction, and makes of its two outputs $u_t$ and $v_t$
#
# $$m_t = p_t + s\,u_t, \qquad s_t = s \exp(v_t).$$
#
# Untrained, it has $u_t = v_t = 0$: the predictor alone.
#
# **Predict.** The predictor alone, or trained beside it: which pays less once the pluck is over?
# Which while it lasts? (About 25 seconds.)

# %%
models_of_plucks["predictor alone"] = wavenet_for_numbers((weights, error))
models_of_plucks["beside a predictor"] = trained(wavenet_for_numbers((weights, error)))

# %%
while_it_lasts = {
    name: nats(model, unheard)[:, :40].mean()
    for name, model in models_of_plucks.items()
}
for name, model in models_of_plucks.items():
    print(
        f"{name:18s}: while it lasts {while_it_lasts[name]:8,.1f} nats per sample, "
        f"then {above_the_truth(model):6.3f} above the truth"
    )

# %% jupyter={"source_hidden": true}
deviations = {
    name: np.exp(model.in_batches(model.network, unheard[:, :96], size=16)[..., 1])
    for name, model in models_of_plucks.items()
}
figures.curves(
    {
        name: (np.arange(96), np.exp(np.log(each).mean(axis=0)))
        for name, each in deviations.items()
    }
    | {"the air": (np.arange(96), np.full(96, AIR))},
    xlabel="sample",
    ylabel="standard deviation foreseen",
    yscale="log",
    title="The pluck ends at sample 40: what each network foresees",
)

# %% [markdown]
# Once the pluck is over, the predictor alone is at the truth, and Adam has nothing to add. While it
# lasts, the predictor alone is absurdly sure of itself. That is what the network has learned beside
# it: when to be unsure, and when the pluck ends.
#
# Listen: first Adam alone, then beside a predictor. (About 20 seconds.)

# %%
plucked_by = {
    name: models_of_plucks[name].sample(16, LISTEN, seed=seed(7))
    for name in ("Adam alone", "beside a predictor")
}
Audio(plucked_by["Adam alone"][0], rate=sounds.RATE)

# %%
Audio(plucked_by["beside a predictor"][0], rate=sounds.RATE)

# %% [markdown]
# A **spectrogram** shows it to the eye: power by time and frequency. A string has its pitch and
# **overtones**, the lines above. The mean of two neighbors weakens the highest most: they die first.

# %%
from utils.evaluation.spectra import log_spectral_distance, pitch, spectrogram

part = min(512, LISTEN // 2)
drawn_by = {"true strings": pluck, **plucked_by}
powers = {name: spectrogram(each, part) for name, each in drawn_by.items()}

# %% jupyter={"source_hidden": true}
figure, axes = figures.new_figure(7.2, 2.9, 1, 3)
for ax, (name, (frequencies, times, decibels)) in zip(
    np.ravel(axes), powers.items(), strict=True
):
    image = ax.pcolormesh(
        times, frequencies, decibels, vmin=-80, vmax=-30, cmap="magma", rasterized=True
    )
    ax.set(title=name, xlabel="time (s)", ylim=(60, 3_000))
    ax.grid(False)
np.ravel(axes)[0].set_ylabel("frequency (Hz)")
figure.colorbar(image, ax=axes, label="power (dB)")
figure.suptitle(
    "The overtones of plucked strings, by time", x=0.012, ha="left", weight="bold"
)
figure

# %% [markdown]
# And in numbers: the pitch, and the **log-spectral distance**, the root mean square difference of
# two spectrograms in decibels. Two sets of true strings differ too, by their random plucks: that
# is what the others are measured against.

# %%
others = plucked(16, LISTEN, seed(8))
apart = {
    name: log_spectral_distance(each, pluck, part=part)
    for name, each in {"other true strings": others, **plucked_by}.items()
}
for name, each in drawn_by.items():
    print(f"{name}: {pitch(each, longest=60):.2f} Hz")
for name, decibels in apart.items():
    print(f"{name}: {decibels:.2f} dB from the true ones")

# %% [markdown]
# Beside the predictor, drawn strings are about as far from true ones as true ones are from each
# other. Adam alone has the pitch too, but lies further away.
#
# > **What we know now.** What can be solved need not be descended: a gradient is for the rest, here
# > for when the pluck ends.

# %% tags=["claim"]
assert np.isclose(air_floor, -4.796, atol=1e-3)
assert np.isclose(error, AIR, rtol=0.1)
assert largest == [40, 41]
assert abs(above_the_truth(models_of_plucks["predictor alone"])) < 0.01
assert while_it_lasts["predictor alone"] > 10_000
if current_scale() != "quick":
    foreseen = np.exp(np.log(deviations["beside a predictor"]).mean(axis=0))
    assert foreseen[:40].min() > 0.1
    assert foreseen[44:].max() < 2 * AIR
    assert abs(above_the_truth(models_of_plucks["beside a predictor"])) < 0.05
    assert while_it_lasts["beside a predictor"] < 1.5
    for each in plucked_by.values():
        assert abs(pitch(each, longest=60) / pitch(pluck, longest=60) - 1) < 0.01
    assert apart["beside a predictor"] < 1.5 * apart["other true strings"]
    assert apart["Adam alone"] > 1.5 * apart["beside a predictor"]
if current_scale() == "laptop":
    assert 0.2 < above_the_truth(models_of_plucks["Adam alone"]) < 0.6

# %% [markdown]
# ## 6 · Measured here, published, source
#
# The strings again, and two more kinds of sound of which the floor is known: one *resonance*, noise
# that makes a single pitch ring, and *whispered vowels*, noise through the resonances of a mouth.
#
# A network that reads levels has a higher floor than one that reads the sound: rounding hides what
# the next sample depends on. How much higher is found by a **particle filter** (Gordon, Salmond and
# Smith 1993): a thousand guesses of the hidden past, of which those go on that the levels make
# likely (`utils.measures.particle_filter`).
#
# (Mean ± standard deviation over the seeds that `benchmarks/autoregressive.py` measured. The floors
# of the driven string take the past as it was before rounding. Gaussian heads learn for 1,000 steps
# at a rate of 0.01, beside a predictor at 0.003; plucked strings at 0.005.)

# %% jupyter={"source_hidden": true}
from functools import partial

from utils.course.results import load_results

measured = load_results("autoregressive")


def spread(values, form=".3f"):
    """Mean of the seeds, and their standard deviation if there are several, as text."""
    more = f" ± {np.std(values):{form}}" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{more}"


def of(row, key):
    """What all seeds measured."""
    return [run[key] for run in measured[row]]


def of_vowel(vowel, key):
    """The same of one vowel."""
    return [run[vowel][key] for run in measured["vowel"]]


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
        *(
            (
                f"{sound}, {what}",
                spread(values(key), form),
                "" if key == "rounding" else "0",
                "none",
                source,
            )
            for sound, values in (
                ("one resonance", lambda key: of("resonance", key)),
                *(
                    (f"whispered /{each}/", partial(of_vowel, each))
                    for each in sounds.FORMANTS
                ),
            )
            for what, key, form, source in (
                (
                    "Gaussian head by Adam: nats above the truth",
                    "gaussian_gap",
                    ".4f",
                    "exact",
                ),
                ("beside a predictor of 16 samples", "solved_gap", ".4f", "exact"),
                ("64 levels: nats above their floor", "levels_gap", ".3f", "filter"),
                ("what rounding costs, in nats", "rounding", ".3f", "filter"),
            )
        ),
        *(
            (
                f"plucked string, {name}: {what}",
                spread(of("plucked", f"{start}_{key}"), form),
                floor,
                "none",
                source,
            )
            for what, key, form, floor, source in (
                ("nats above the truth", "gap", ".3f", "0", "exact"),
                (
                    "pitch in Hz",
                    "pitch",
                    ".2f",
                    f"{sounds.RATE / 40.5:.2f}",
                    "the rule",
                ),
                (
                    "dB from true ones",
                    "distance",
                    ".2f",
                    f"{np.mean(of('plucked', 'true_distance')):.2f}",
                    "two sets of true ones",
                ),
            )
            for name, start in (("Adam alone", "alone"), ("predictor", "solved"))
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
    ("quantity", "measured", "floor or truth", "published", "source"),
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
# - Atal and Hanauer (1971), *Speech analysis and synthesis by linear prediction of the speech wave*;
#   Valin and Skoglund (2019), *LPCNet*: the predictor, alone and beside a network.
# - Gordon, Salmond and Smith (1993), *Novel approach to nonlinear/non-Gaussian Bayesian state
#   estimation*: the particle filter.
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
# | Gaussian head | outputs that are a mean and a standard deviation | 高斯输出头 |
# | normal equations | what the least squared error asks of its weights: linear equations | 正规方程 |
# | linear prediction | a weight for each sample of the past, by least squares | 线性预测 |
# | spectrogram | power by time and frequency | 语谱图 |
# | log-spectral distance | how many decibels two spectrograms differ | 对数谱距离 |
# | particle filter | many guesses of what is hidden, the likely ones go on | 粒子滤波 |

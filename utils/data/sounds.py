"""Sounds of which every probability is known: strings, whispers and echoes.

They are autoregressive, the plucked string once its pluck is over:
x_t = Σ a_k·x_(t−k) + e_t, a filter that rings and the noise e that drives it. The noise
is what nobody can foresee.
"""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.linalg import toeplitz
from scipy.signal import freqz, lfilter

from utils.core.validation import finite, integer, number, one_of

#: Samples in a second.
RATE = 8000
#: Formants in Hz of men's vowels (Peterson and Barney, 1952), and their bandwidths.
FORMANTS = {"ee": (270, 2290, 3010), "ah": (730, 1090, 2440), "oo": (300, 870, 2240)}
BANDWIDTHS = (80, 90, 120)


@dataclass(frozen=True)
class Ringing:
    """An autoregressive sound: x_t = Σ a_k·x_(t−k) + e_t, e_t ~ N(0, innovation²).

    Attributes:
        coefficients: a_1, a_2, …, `(order,)`; they must let the sound die away.
        innovation: standard deviation of the noise, > 0.

    Raises:
        ValueError: for coefficients that make it grow without end.
    """

    coefficients: np.ndarray
    innovation: float = 1.0

    def __post_init__(self):
        object.__setattr__(
            self, "coefficients", finite(self.coefficients, "The coefficients")
        )
        number(self.innovation, "innovation", above=0)
        largest = max(abs(np.roots(self.filter)), default=0.0)
        if largest >= 1:
            raise ValueError(
                f"The coefficients have a root of size {largest:.4g}, so that the "
                "sound would grow without end: make them smaller."
            )

    @property
    def filter(self) -> np.ndarray:
        """The polynomial 1 − a_1·z⁻¹ − a_2·z⁻² …, `(order + 1,)`."""
        return np.concatenate([[1.0], -np.asarray(self.coefficients)])

    def sample(self, n: int, length: int, seed: int) -> np.ndarray:
        """Draws n sounds that have been ringing for long, float32 `(n, length)`."""
        n, length = integer(n, "n"), integer(length, "length")
        rng = np.random.default_rng(seed)
        noise = rng.normal(scale=self.innovation, size=(n, length))
        # The samples before the first are drawn from their exact law, and ring on.
        weights, order = np.asarray(self.coefficients), len(self.coefficients)
        spread = np.linalg.cholesky(toeplitz(self.autocovariance(order)))
        before = rng.normal(size=(n, order)) @ spread.T
        for t in range(min(order, length)):
            noise[:, t] += before[:, t:] @ weights[t:][::-1]
        return lfilter([1.0], self.filter, noise, axis=1).astype("float32")

    def autocovariance(self, lags: int) -> np.ndarray:
        """Returns E[x_t·x_(t−k)] for k = 0 … lags − 1, from the power spectrum."""
        size = 2**20
        power = self.innovation**2 / np.abs(np.fft.rfft(self.filter, size)) ** 2
        return np.fft.irfft(power, size)[: integer(lags, "lags", most=size // 2)]

    def spectrum(self, frequencies) -> np.ndarray:
        """Returns the power innovation²/|A(f)|² at frequencies in Hz."""
        _, response = freqz([1.0], self.filter, worN=frequencies, fs=RATE)
        return self.innovation**2 * np.abs(response) ** 2

    def scaled_to(self, std: float) -> "Ringing":
        """Returns the same sound of that standard deviation."""
        loudness = np.sqrt(self.autocovariance(1)[0])
        factor = number(std, "std", above=0) / loudness
        return Ringing(self.coefficients, float(self.innovation * factor))


def resonance(frequency: float, radius: float) -> Ringing:
    """Returns AR(2): one resonance, x_t = 2r·cos ω·x_(t−1) − r²·x_(t−2) + e_t.

    Args:
        frequency: in Hz, above 0 and below half of `RATE`.
        radius: r in (0, 1): the nearer to 1, the longer it rings.
    """
    number(frequency, "frequency", above=0, below=RATE / 2)
    number(radius, "radius", above=0, below=1)
    angle = 2 * np.pi * frequency / RATE
    return Ringing(np.array([2 * radius * np.cos(angle), -(radius**2)]))


def driven_string(period: int = 40, loss: float = 0.99, std: float = 0.2) -> Ringing:
    """Returns a string that noise keeps moving: x_t = g·(x_(t−N) + x_(t−N−1))/2 + e_t.

    Args:
        period: N in samples, at least 1; its pitch is `RATE`/(N + 1/2).
        loss: g in (0, 1).
        std: of the sound.

    Source: Karplus and Strong (1983), who pluck it once instead.
    """
    coefficients = np.zeros(integer(period, "period") + 1)
    coefficients[-2:] = number(loss, "loss", above=0, below=1) / 2
    return Ringing(coefficients).scaled_to(std)


def whispered_vowel(vowel: str = "ah", std: float = 0.2) -> Ringing:
    """Returns a whisper: noise through the three formants of a vowel, AR(6).

    Raises:
        ValueError: if it is none of `FORMANTS`.

    Source: Peterson and Barney (1952), table II.
    """
    polynomial = np.ones(1)
    formants = FORMANTS[one_of(vowel, FORMANTS, "vowel")]
    for frequency, bandwidth in zip(formants, BANDWIDTHS, strict=True):
        radius = np.exp(-np.pi * bandwidth / RATE)
        resonant = resonance(frequency, radius)
        polynomial = np.convolve(polynomial, resonant.filter)
    return Ringing(-polynomial[1:]).scaled_to(std)


def echo(delay: int = 50, strength: float = 0.9, std: float = 0.2) -> Ringing:
    """Returns noise with its echo, x_t = g·x_(t−N) + e_t.

    A memory of N − 1 samples knows nothing; one of N saves −½·log₂(1 − g²) bits.
    """
    coefficients = np.zeros(integer(delay, "delay"))
    coefficients[-1] = number(strength, "strength", above=0, below=1)
    return Ringing(coefficients).scaled_to(std)


def plucked_strings(
    n: int,
    length: int,
    seed: int,
    periods=(40,),
    loss: float = 0.995,
    noise: float = 0.0,
) -> np.ndarray:
    """Draws plucked strings: N random samples, then x_t = g·(x_(t−N) + x_(t−N−1))/2.

    The random samples have mean 0. With noise, e_t ~ N(0, noise²) is added to each
    sample before it rings on.

    Args:
        n: how many.
        length: samples in each.
        seed: int.
        periods: N in samples, of which each string takes one.
        loss: g in (0, 1].
        noise: standard deviation of what keeps each sample moving, as the air of a
            room does, at least 0. Without any a string has no density.

    Returns:
        float32 `(n, length)`; the loudest sample of each is ±0.9, before the noise.

    Raises:
        ValueError: for a number out of range.

    Source: Karplus and Strong (1983).
    """
    n, length = integer(n, "n"), integer(length, "length")
    loss = number(loss, "loss", above=0, most=1)
    noise = number(noise, "noise", least=0)
    rng, air = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    sounds = np.zeros((n, length))
    for sound in sounds:
        period = integer(rng.choice(periods), "a period")
        pluck = rng.uniform(-1, 1, period)
        excitation = np.zeros(length)
        excitation[:period] = (pluck - pluck.mean())[:length]
        feedback = np.zeros(period + 2)
        feedback[0], feedback[-2:] = 1, -loss / 2
        sound[:] = lfilter([1.0], feedback, excitation)
        sound *= 0.9 / max(np.abs(sound).max(), 1e-9)
        if noise:
            sound += lfilter([1.0], feedback, air.normal(scale=noise, size=length))
    return sounds.astype("float32")


def write_wav(path, sound, rate: int = RATE) -> Path:
    """Writes a sound `(length,)` in [-1, 1] as a WAV file of 16 bits, one channel.

    Raises:
        ValueError: for another shape, or samples that are not finite or too loud.
    """
    sound = finite(sound, "The sound")
    if sound.ndim != 1 or np.abs(sound).max() > 1:
        raise ValueError(
            f"The sound has shape {sound.shape} and reaches "
            f"{np.abs(sound).max():.4g}, but must be (length,) in [-1, 1]: divide it "
            "by its loudest sample."
        )
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, integer(rate, "rate"), 0, "NONE", ""))
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
    return Path(path)


def read_wav(path) -> tuple[np.ndarray, int]:
    """Reads a WAV file of 16 bits: float32 `(length,)` in [-1, 1], and its rate.

    Several channels are averaged.

    Raises:
        ValueError: if it is no WAV file, or not one of 16 bits.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, length = file.getparams()[:4]
            frames = file.readframes(length)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is not a whole WAV file: {error}.") from None
    if width != 2:
        raise ValueError(
            f"{path} has samples of {8 * width} bits, but must have 16: convert it, as "
            "by `ffmpeg -i in.wav -c:a pcm_s16le out.wav`."
        )
    samples = np.frombuffer(frames, "<i2").reshape(-1, channels).mean(axis=1)
    return (samples / 32767).clip(-1, 1).astype("float32"), rate

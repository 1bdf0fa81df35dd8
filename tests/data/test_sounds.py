"""Sounds against the closed forms of autoregressive processes; files against `wave`."""

import wave

import numpy as np
import pytest

from utils.data import sounds
from utils.data.sounds import Ringing


def test_ar2_has_the_variance_of_the_textbook():
    ringing = Ringing(np.array([1.6, -0.81]))
    expected = 1.81 / (0.19 * (1.81**2 - 1.6**2))
    assert ringing.autocovariance(1)[0] == pytest.approx(expected)
    assert expected == pytest.approx(13.303052, abs=5e-7)


def test_autocovariances_obey_yule_and_walker():
    whisper = sounds.whispered_vowel("ee")
    r = whisper.autocovariance(20)
    for lag in range(7, 20):
        assert r[lag] == pytest.approx(whisper.coefficients @ r[lag - 6 : lag][::-1])


def test_draws_have_the_covariance_of_the_formula():
    ringing = sounds.resonance(400, 0.9).scaled_to(0.2)
    drawn = ringing.sample(200, 1000, seed=0)
    assert drawn.dtype == np.float32
    assert drawn.std() == pytest.approx(0.2, rel=0.02)
    lagged = (drawn[:, 3:] * drawn[:, :-3]).mean()
    assert lagged == pytest.approx(ringing.autocovariance(4)[3], abs=0.001)


def test_the_start_of_a_sound_is_as_loud_as_its_end():
    drawn = sounds.driven_string().sample(400, 200, seed=0)
    early, late = drawn[:, :40].std(), drawn[:, -40:].std()
    assert early == pytest.approx(late, rel=0.15)


def test_noise_rings_at_once():
    assert Ringing(np.zeros(1)).sample(3, 5, seed=0).shape == (3, 5)


def test_a_string_rings_at_its_pitch_and_a_vowel_at_its_formants():
    frequencies = np.arange(50.0, 3900.0)
    string = sounds.driven_string(40).spectrum(frequencies)
    pitch = frequencies[np.argmax(string[:300])]
    assert pitch == pytest.approx(8000 / 40.5, rel=0.01)
    whisper = sounds.whispered_vowel("ee").spectrum(frequencies)
    for formant in sounds.FORMANTS["ee"]:
        near = np.abs(frequencies - formant) < 300
        assert whisper[near].max() > 3 * np.median(whisper)


def test_an_echo_is_heard_after_its_delay():
    echo = sounds.echo(50, 0.9)
    r = echo.autocovariance(60)
    assert r[50] == pytest.approx(0.9 * r[0])
    assert r[1:50] == pytest.approx(0, abs=1e-12)
    assert echo.innovation == pytest.approx(0.2 * np.sqrt(1 - 0.81))


def test_a_plucked_string_obeys_its_recursion():
    sound = sounds.plucked_strings(1, 500, seed=0, periods=(40,), loss=0.99)[0]
    late = np.arange(41, 500)
    average = (sound[late - 40] + sound[late - 41]) / 2
    assert sound[late] == pytest.approx(0.99 * average, abs=1e-5)
    assert np.abs(sound).max() == pytest.approx(0.9)
    assert np.abs(sound[-50:]).max() < np.abs(sound[:50]).max()


def test_the_air_keeps_a_plucked_string_moving():
    still, moved = (
        sounds.plucked_strings(50, 3000, seed=0, noise=std).astype("float64")
        for std in (0.0, 0.002)
    )
    late = np.arange(41, 3000)
    # What is left of the recursion is the noise.
    left = moved[:, late] - 0.995 * (moved[:, late - 40] + moved[:, late - 41]) / 2
    assert left.std() == pytest.approx(0.002, rel=0.01)
    assert np.abs(moved[:, :40] - still[:, :40]).max() < 0.015


def test_a_sound_comes_back_from_its_file(tmp_path):
    sound = sounds.whispered_vowel().sample(1, 400, seed=0)[0].clip(-1, 1)
    file = sounds.write_wav(tmp_path / "whisper.wav", sound)
    again, rate = sounds.read_wav(file)
    assert rate == sounds.RATE
    assert again == pytest.approx(sound, abs=0.5 / 32767 + 1e-7)


def test_two_channels_are_averaged(tmp_path):
    with wave.open(str(tmp_path / "two.wav"), "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(np.array([[0, 32767], [-200, 200]], "<i2").tobytes())
    sound, rate = sounds.read_wav(tmp_path / "two.wav")
    assert rate == 44100
    assert sound == pytest.approx([0.5, 0.0])


def test_files_of_another_kind_are_refused(tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(ValueError, match="is not a whole WAV file"):
        sounds.read_wav(tmp_path / "text.wav")
    with wave.open(str(tmp_path / "bytes.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(b"\x80" * 8)
    with pytest.raises(ValueError, match="8 bits, but must have 16"):
        sounds.read_wav(tmp_path / "bytes.wav")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Ringing(np.array([1.1])), "root of size 1.1"),
        (lambda: Ringing(np.array([0.5]), 0), "innovation was 0"),
        (lambda: sounds.whispered_vowel("aa"), "no vowel 'aa'"),
        (lambda: sounds.driven_string(loss=1), "loss was 1"),
        (lambda: sounds.plucked_strings(0, 10, seed=0), "n was 0"),
        (lambda: sounds.plucked_strings(1, 9, seed=0, noise=-1), "noise was -1"),
        (lambda: sounds.write_wav("x.wav", np.full(3, 2.0)), "reaches 2"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

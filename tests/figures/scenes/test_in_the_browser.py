"""The browser's game plays as the course's GAN does; in Node, where it is there."""

import json
import re
import shutil
import subprocess

import keras
import numpy as np
import pytest
from keras import ops

from utils.figures.scenes.in_the_browser import SCRIPT, BrowserGame
from utils.figures.theme import COLORS
from utils.models import GAN
from utils.networks.mlp import mlp

NODE = shutil.which("node")
# Plays, and tells where D started, all noise that was drawn, and where both ended.
PLAY = """
const { Game } = require(process.argv[1]);
const game = new Game(Number(process.argv[2]), JSON.parse(process.argv[3]));
const start = [...game.discriminator.weights], noise = [], draw = game.noise;
game.noise = () => { noise.push([...draw.call(game)]); return noise.at(-1); };
for (let turn = 0; turn < Number(process.argv[4]); turn++) game.turn();
console.log(JSON.stringify({ start, noise, D: [...game.discriminator.weights],
  G: [...game.generator], push: game.push(0.7), ...game.measure() }));
"""
PLAY_IN_THE_PLANE = """
const { Game } = require(process.argv[1]);
const game = new Game(Number(process.argv[2]), JSON.parse(process.argv[3]));
const weights = () => [[...game.generator.weights], [...game.discriminator.weights]];
const start = weights(), noise = [], reals = [], draw = game.noise;
game.noise = () => { noise.push(draw.call(game)); return noise.at(-1); };
const take = game.realBatch;
game.realBatch = () => {
  reals.push(take.call(game)); noise.pop();
  return reals.at(-1);
};
for (let turn = 0; turn < Number(process.argv[4]); turn++) game.turn();
console.log(JSON.stringify({ start, noise, reals, end: weights(), ...game.measure() }));
"""
PLANE = SCRIPT.with_name("two_players_in_the_plane.js")


@pytest.fixture
def float64():
    """Keras computes in float64."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])


def play(seed, turns, program=PLAY, script=SCRIPT, **settings):
    if NODE is None:
        pytest.skip("Node, which plays the game without a browser, is not installed")
    given = [str(script), str(seed), json.dumps(settings), str(turns)]
    told = subprocess.run(
        [NODE, "-e", program, *given], check=True, capture_output=True, text=True
    )
    return json.loads(told.stdout) | {"turns": turns}


def give(network, weights):
    """Sets all weights from one list."""
    shapes = [w.shape for w in network.get_weights()]
    cuts = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    parts = np.split(np.array(weights), cuts)
    network.set_weights([p.reshape(s) for p, s in zip(parts, shapes, strict=True)])


def gan_of(played, **settings):
    """The GAN of lesson 03, from the same start, fed with the same noise."""
    gan = GAN(mlp(1, 1, hidden=()), mlp(1, 1, hidden=(32, 32)), **settings)
    gan.generator.set_weights([np.array([[0.5]]), np.array([-1.5])])
    give(gan.discriminator, played["start"])
    gan.compile(
        keras.optimizers.Adam(0.1, beta_1=0.5),
        keras.optimizers.Adam(0.01, beta_1=0.5),
        run_eagerly=True,
    )
    gan.draw_latent = lambda n: ops.convert_to_tensor(next(noise))
    noise = iter(np.array(played["noise"], keras.config.floatx())[..., None])
    return gan, noise


def logits_of(gan, x):
    return np.ravel(ops.convert_to_numpy(gan.discriminator(x)))


def flat(network):
    return np.concatenate([np.ravel(w) for w in network.get_weights()])


def gap(played, **settings):
    """The largest difference of a parameter after GAN has played the same turns."""
    gan, noise = gan_of(
        played,
        objective=settings.get("loss", "non-saturating"),
        discriminator_steps=settings.get("steps", 1),
    )
    for _ in range(played["turns"]):
        real = np.float32(1.5) + np.float32(0.5) * next(noise)
        gan.train_on_batch(real.astype(keras.config.floatx()))
    assert next(noise, None) is None
    return max(
        abs(flat(player) - played[end]).max()
        for player, end in ((gan.generator, "G"), (gan.discriminator, "D"))
    )


SETTINGS = [
    *((seed, {}) for seed in range(3)),
    (0, {"loss": "minimax"}),
    (0, {"steps": 3}),
]


@pytest.mark.parametrize(("seed", "settings"), SETTINGS)
def test_browser_and_gan_agree_in_every_parameter(seed, settings):
    assert gap(play(seed, 10, **settings), **settings) < 1e-4


# In float32 the machine's order of a sum may decide on which side of a bend of D a
# sample lies, and a game of 50 turns remembers that. In float64 nothing lies so near.
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="in float64 Keras' Adam takes its powers otherwise there",
)
@pytest.mark.parametrize(("seed", "settings"), SETTINGS)
def test_after_50_turns_they_still_agree(float64, tmp_path, seed, settings):
    power = "Math.fround(this.second) ** this.steps"
    script, told = tmp_path / "game.js", SCRIPT.read_text("utf-8")
    assert told.count(f"Math.fround({power})") == 1  # Keras' Adam, in float32
    script.write_text(told.replace(f"Math.fround({power})", power), "utf-8")
    assert gap(play(seed, 50, script=script, **settings), **settings) < 1e-6


def test_in_the_plane_browser_and_gan_agree_too():
    played = play(0, 10, PLAY_IN_THE_PLANE, PLANE)
    gan = GAN(mlp(2, 2, (64, 64), "relu"), mlp(2, 1, (64, 64)))
    players = (gan.generator, gan.discriminator)
    for network, start in zip(players, played["start"], strict=True):
        give(network, start)
    adam = {"learning_rate": 0.003, "beta_1": 0.0, "beta_2": 0.99}
    gan.compile(
        keras.optimizers.Adam(**adam), keras.optimizers.Adam(**adam), run_eagerly=True
    )
    noise = iter(np.array(played["noise"], "float32"))
    gan.draw_latent = lambda n: ops.convert_to_tensor(next(noise))
    for real in played["reals"]:
        gan.train_on_batch(np.array(real, "float32"))
    for network, end in zip(players, played["end"], strict=True):
        assert abs(flat(network) - end).max() < 1e-4


def test_in_the_plane_the_browser_finds_the_modes():
    assert play(0, 100, PLAY_IN_THE_PLANE, PLANE)["modes"] >= 6


def test_the_exact_js_and_the_reading_are_those_of_the_closed_forms():
    played = play(0, turns=0)
    x = np.linspace(-12, 12, 4001)
    p, q = (
        np.exp(-0.5 * ((x - mean) / 0.5) ** 2) / (0.5 * np.sqrt(2 * np.pi))
        for mean in (1.5, -1.5)
    )
    middle = (p + q) / 2
    js = np.trapezoid(p * np.log(p / middle) + q * np.log(q / middle), x) / 2
    assert played["js"] == pytest.approx(js, abs=1e-6)
    gan, _ = gan_of(played)
    logits = logits_of(gan, x[:, None])
    value = np.logaddexp(0, -logits) * p + np.logaddexp(0, logits) * q
    reading = np.log(2) - np.trapezoid(value, x) / 2
    assert played["reading"] == pytest.approx(reading, abs=1e-5)
    assert played["reading"] < played["js"]


def test_the_arrows_point_up_the_slope_of_d():
    played = play(0, turns=0)
    gan, _ = gan_of(played)
    below, here, above = logits_of(gan, np.array([[0.6], [0.7], [0.8]]))
    slope = (above - below) / 0.2 / (1 + np.exp(here))
    assert played["push"] == pytest.approx(slope, rel=0.05)


def test_scripts_of_less_than_300_lines_each_ask_nobody_for_anything():
    for script in (SCRIPT, PLANE):
        text = script.read_text("utf-8")
        assert len(text.splitlines()) < 300
        assert not re.search(r"https?:|import\b|fetch|XMLHttp", text)
    text = SCRIPT.read_text("utf-8")
    for name in ("real", "generated", "discriminator", "exact"):
        assert f'{name}: "{COLORS[name]}"' in text


def test_a_notebook_gets_the_script_and_a_place_for_it():
    page = BrowserGame(play=True)._repr_html_()
    assert 'class="two-players" data-play="yes"' in page
    assert SCRIPT.read_text("utf-8") in page
    assert 'data-play="no"' in BrowserGame()._repr_html_()

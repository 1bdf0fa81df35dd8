"""Make the animation at the top of the README: two players in the plane.

.venv/bin/python docs/two_players.py
"""

from pathlib import Path

import keras
from keras import ops

from utils import figures
from utils.autodiff import input_gradient
from utils.data.mixtures import ring
from utils.models import GAN
from utils.networks.mlp_gan import point_pair

BOUNDS = (-1.7, 1.7)
MIXTURE = ring(std=0.04)
TURNS = [0, 5, 10, 20, 30, 45, 60, 80, 100, 130, 160, 200, 250, 300, 360, 420, 500]
TURNS += [600, 700, 850, 1_000, 1_200, 1_500, 2_000]


def moment(gan, latent):
    """The generated points, D on a grid, and where each point is told to go."""
    points = ops.convert_to_numpy(gan(latent))
    heat = figures.evaluate_2d(lambda x: ops.sigmoid(gan.discriminator(x)), BOUNDS)
    slope = input_gradient(lambda x: ops.softplus(-gan.discriminator(x)), points)
    return points, heat, -ops.convert_to_numpy(slope)


def play():
    """Trains a GAN on the ring and keeps moments of the game."""
    keras.utils.set_random_seed(0)
    real = MIXTURE.sample(128 * TURNS[-1], seed=0)
    gan = GAN(*point_pair(float(real.std())), penalty={"r1": 0.05})
    falling = keras.optimizers.schedules.CosineDecay(2e-3, TURNS[-1])
    optimizers = [keras.optimizers.Adam(falling, beta_1=0, beta_2=0.99) for _ in "GD"]
    gan.compile(*optimizers)
    latent = keras.random.normal((400, 2), seed=1)
    film = []
    for turn in range(TURNS[-1] + 1):
        if turn in TURNS:
            film.append(moment(gan, latent))
        gan.train_on_batch(real[128 * turn : 128 * (turn + 1)])
    return film


def main():
    """Plays the game and writes the animation beside this file."""
    real = MIXTURE.sample(400, seed=2)

    def draw(ax, frame):
        points, heat, arrows = frame
        figures.two_players_2d(
            real, points, heat, arrows=arrows, bounds=BOUNDS, max_arrows=60, ax=ax
        )

    figures.animate(
        play(),
        draw,
        [f"turn {turn}" for turn in TURNS],
        fps=4,
        hold=3,
        size=(5, 5.6),
        title="The discriminator measures, the generator minimizes",
        path=Path(__file__).with_name("two_players.gif"),
    )


if __name__ == "__main__":
    main()

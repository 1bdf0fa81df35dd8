"""The families of the league: what each may be set to, and how it is built and drawn.

All of one target share their networks: a generator, a discriminator, an encoder.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from utils.core.validation import one_of
from utils.evaluation.decoder_likelihood import decoder_log_likelihood
from utils.evaluation.ode_likelihood import divergence_of, ode_log_likelihood
from utils.experiments.space import Choice, Integers, LogUniform
from utils.models import GAN, VAE, AutoregressiveModel, DensityModel, EnergyModel
from utils.models.flow_matching import FlowMatching
from utils.models.vae_gan import VAEGAN
from utils.networks.causal import gated_pixel_cnn
from utils.networks.causal import made as made_network
from utils.networks.encoders import mlp_encoder
from utils.networks.mlp import mlp, mlp_generator
from utils.networks.velocity import picture_mlp, velocity_mlp
from utils.sampling.ode import crowding_times

LEVELS = 17  # gray levels of UCI's digits
BIN = 2 / (LEVELS - 1)
_RATE = {"learning_rate": LogUniform(1e-4, 1e-2)}
_BATCH = {"batch": Choice((32, 64, 128))}
_POINTS = {"width": Choice((32, 64, 128))}
_PICTURES = {"width": Choice((64, 128, 256)), "latent_dim": Choice((8, 16, 32))}
_GAME = _RATE | _BATCH | {"momentum": Choice((0.0, 0.5, 0.9))}
_TURNS = {"discriminator_steps": Choice((1, 3))}


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes:
        points, pictures: its spaces, `{setting: what it is drawn from}`; None where the
            family does not apply.
        build: function `(target, settings) -> compiled model`.
        draw: function `(model, target, n, seed) -> examples (n, ...)`.
        examples: function `(target, examples) -> what the model trains on`.
        nats: function `(model, target, examples) -> log p(x) (n,)`; None where there is
            no such thing. It returns None where it would take too long.
        slow: whether it draws pixel by pixel, which takes minutes on MNIST.
    """

    build: Callable
    points: dict | None = None
    pictures: dict | None = None
    draw: Callable = lambda model, target, n, seed: model.sample(n, seed)
    examples: Callable = lambda target, x: x
    nats: Callable | None = None
    slow: bool = False

    def space(self, target: str) -> dict | None:
        """Returns the space on a target, None where the family does not apply."""
        if target == "mnist" and self.slow:
            return None
        return self.points if target in ("ring", "grid") else self.pictures


def check_settings(family: str, target: str, settings: dict) -> None:
    """Raises a ValueError unless a family of the league has such settings, and all.

    Raises:
        ValueError: for an unknown family, a target that it does not learn, a setting
            that it does not have, or one that is missing.
    """
    space = FAMILIES[one_of(family, FAMILIES, "family")].space(target)
    if space is None:
        raise ValueError(f"The family {family!r} does not learn {target!r}: leave it.")
    for setting in settings:
        one_of(setting, space, f"setting of {family!r}")
    if missing := sorted(space.keys() - settings.keys()):
        raise ValueError(f"{family!r} has no value for {', '.join(missing)}: give one.")


def _is_points(target) -> bool:
    return target.mixture is not None


def _adam(learning_rate, momentum=0.9):
    return keras.optimizers.Adam(learning_rate, beta_1=momentum, beta_2=0.99)


def _density(target, settings):
    model = DensityModel(
        target.training[0].size, settings["components"], settings["covariance"]
    )
    if settings["start"] == "k-means":
        model.start_from(_flat_noisy(target, target.training))
    model.compile(_adam(settings["learning_rate"]))
    return model


def _flat_noisy(target, x):
    """Returns points as they are, pictures as rows with noise as wide as a level."""
    if _is_points(target):
        return x
    noise = np.random.default_rng(0).uniform(-BIN / 2, BIN / 2, x.shape)
    return (x + noise).reshape(len(x), -1).astype("float32")


def _as_shape(model, target, n, seed):
    return model.sample(n, seed).reshape(n, *target.shape)


def _density_nats(model, target, x):
    """Returns log p(x): of pictures, a bound of the logarithm of their probability."""
    volume = 0 if _is_points(target) else x[0].size * np.log(BIN)
    return model.log_density(_flat_noisy(target, x)) + volume


def _players(target, settings):
    """Returns a generator and a discriminator, the same for all who have them."""
    width = settings["width"]
    if _is_points(target):
        return mlp(2, 2, 4 * (width,), "relu"), mlp(2, 1, 3 * (width,))
    generator = mlp_generator(target.shape, settings["latent_dim"], (width, width))
    # Layers of its own: a VAE-GAN looks at the last one's input.
    hidden = [
        each for _ in range(2) for each in (layers.Dense(width), layers.LeakyReLU(0.2))
    ]
    discriminator = keras.Sequential(
        [keras.Input(target.shape), layers.Flatten(), *hidden, layers.Dense(1)]
    )
    return generator, discriminator


def _encoder(target, settings):
    width = settings["width"]
    if _is_points(target):
        return mlp(2, 4, 4 * (width,), "relu")
    return mlp_encoder(target.shape, 2 * settings["latent_dim"], (width, width))


def _vae(target, settings):
    generator, _ = _players(target, settings)
    encoder = _encoder(target, settings)
    model = VAE(encoder, generator, beta=settings.get("beta", 1.0))
    model.compile(_adam(settings["learning_rate"]))
    return model


def _decoder_nats(model, target, x):
    if not _is_points(target):
        return None  # an integral over all codes
    return decoder_log_likelihood(model.decoder, x, model.noise_std, tolerance=0.05)


def _gan(objective, **penalties):
    def build(target, settings):
        model = GAN(
            *_players(target, settings),
            objective,
            settings["discriminator_steps"],
            {name: settings[key] for name, key in penalties.items()},
        )
        model.compile(*_adams(settings))
        return model

    return build


def _adams(settings):
    return [_adam(settings["learning_rate"], settings["momentum"]) for _ in range(2)]


def _vae_gan(target, settings):
    weights = settings["similarity"], settings["beta"]
    players = _players(target, settings)
    model = VAEGAN(_encoder(target, settings), *players, *weights)
    model.compile(*_adams(settings))
    return model


def _energy(target, settings):
    width = settings["width"]
    if _is_points(target):
        network, bounds = mlp(2, 1, (width, width), "swish"), (-2.5, 2.5)
    else:
        network, bounds = mlp_encoder(target.shape, 1, (width, width), "swish"), (-1, 1)
    chosen = ("steps", "step_size", "noise", "fresh", "decay")
    model = EnergyModel(network, bounds, **{name: settings[name] for name in chosen})
    model.compile(_adam(settings["learning_rate"], settings["momentum"]))
    return model


def _flow(target, settings):
    width = settings["width"]
    if _is_points(target):
        network = velocity_mlp(2, 3 * (width,), settings["waves"])
    else:
        network = picture_mlp(target.shape, width, settings["blocks"])
    model = FlowMatching(network, times=settings["times"])
    model.compile(_adam(settings["learning_rate"]))
    return model


def _draw_flow(model, target, n, seed):
    if not _is_points(target):
        return model.sample(n, seed, 32)
    return model.sample(n, seed, crowding_times(32, float(target.mixture.std)), "heun")


def _flow_nats(model, target, x):
    if not _is_points(target):
        return None  # 64 gradients at each step
    times = crowding_times(64, float(target.mixture.std))
    return ode_log_likelihood(
        model.field(), divergence_of(model.velocity), x, times
    ).nats


def _autoregressive(target, settings):
    height, width, _ = target.shape
    if settings["network"] == "MADE":
        network = made_network(height, width, 8 * settings["channels"], LEVELS)
    else:
        network = gated_pixel_cnn(
            height, width, settings["channels"], settings["blocks"], levels=LEVELS
        )
    model = AutoregressiveModel(network)
    model.compile(_adam(settings["learning_rate"]))
    return model


def _levels(target, x):
    return np.rint((x[..., 0] + 1) / BIN).astype("int32")


def _draw_levels(model, target, n, seed):
    return (model.sample(n, seed=seed) * BIN - 1)[..., None].astype("float32")


def _game_spaces(**more):
    return {
        "points": _GAME | _TURNS | _POINTS | more,
        "pictures": _GAME | _TURNS | _PICTURES | more,
    }


_R1 = {"r1": Choice((0.0, 0.01, 0.1, 1.0))}
_BETA = {"beta": LogUniform(0.1, 10.0)}
_DENSITY = _BATCH | {
    "learning_rate": LogUniform(1e-3, 1e-1),
    "covariance": Choice(("diagonal", "full")),
    "start": Choice(("k-means", "random")),
}
_CLIMB = {
    "steps": Choice((5, 10, 20)),
    "noise": Choice((0.0, 0.01, 0.03)),
    "fresh": Choice((0.02, 0.05, 0.2)),
    "decay": Choice((0.0, 0.01, 0.1)),
}
_TIMES = {"times": Choice(("uniform", "late", "logit-normal"))}
_CODER = {"similarity": LogUniform(0.1, 100.0), "beta": LogUniform(1e-4, 1.0)}

FAMILIES = {
    "maximum likelihood": Family(
        _density,
        _DENSITY | {"components": Integers(5, 60)},
        _DENSITY | {"components": Integers(1, 40)},
        _as_shape,
        _flat_noisy,
        _density_nats,
    ),
    "VAE": Family(
        _vae, _RATE | _BATCH | _POINTS, _RATE | _BATCH | _PICTURES, nats=_decoder_nats
    ),
    "β-VAE": Family(
        _vae,
        _RATE | _BATCH | _POINTS | _BETA,
        _RATE | _BATCH | _PICTURES | _BETA,
        nats=_decoder_nats,
    ),
    "minimax GAN": Family(_gan("minimax", r1="r1"), **_game_spaces(**_R1)),
    "non-saturating GAN": Family(
        _gan("non-saturating", r1="r1"), **_game_spaces(**_R1)
    ),
    "least-squares GAN": Family(_gan("least-squares", r1="r1"), **_game_spaces(**_R1)),
    "Wasserstein GAN": Family(
        _gan("wasserstein", gradient="penalty"),
        **_game_spaces(penalty=LogUniform(0.03, 30.0)),
    ),
    "relativistic GAN": Family(
        _gan("relativistic", r1="r1"), **_game_spaces(r1=LogUniform(0.003, 3.0))
    ),
    "VAE-GAN": Family(_vae_gan, _GAME | _POINTS | _CODER, _GAME | _PICTURES | _CODER),
    "energy": Family(
        _energy,
        _GAME | _CLIMB | _POINTS | {"step_size": LogUniform(0.003, 0.1)},
        _GAME
        | _CLIMB
        | {"width": _PICTURES["width"], "step_size": LogUniform(0.1, 3.0)},
    ),
    "flow matching": Family(
        _flow,
        _RATE | _BATCH | _POINTS | _TIMES | {"waves": Choice((0, 2, 4))},
        _RATE
        | _BATCH
        | _TIMES
        | {"width": _PICTURES["width"], "blocks": Choice((1, 2, 3))},
        _draw_flow,
        nats=_flow_nats,
    ),
    "autoregressive": Family(
        _autoregressive,
        None,
        _RATE
        | _BATCH
        | {
            "network": Choice(("MADE", "PixelCNN")),
            "channels": Choice((8, 16, 32)),
            "blocks": Choice((1, 2, 4)),
        },
        _draw_levels,
        _levels,
        lambda model, target, x: model.log_likelihood(_levels(target, x)),
        slow=True,
    ),
}

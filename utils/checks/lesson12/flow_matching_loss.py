"""Exercise 12.3: the loss of flow matching."""

import numpy as np

from utils.checks.engine import MATMUL, Answer, Case, Check, Mistake, Wrong
from utils.checks.engine.answers import as_tensors


def _network(x, t):
    """As good as any: it tells x from t, and where both stand."""
    if t.shape[-1] != 1:
        raise TypeError("network takes x_t first, then t")
    return 0.5 * x * x - t * x + 2.0 * t


def _other(x, t):
    return 1.5 * x - t * t


def _loss(predicted, wanted):
    return np.square(predicted - wanted).sum(axis=1).mean()


def _exact(network, data, noise, t):
    return _loss(network((1 - t) * noise + t * data, t), data - noise)


def _draw(seed, n, d):
    rng = np.random.default_rng(seed)
    data, noise = rng.normal(1.0, 1.5, (2, n, d)).astype("float32")
    return data, noise, rng.uniform(0.05, 0.95, (n, 1)).astype("float32")


def _at(data, noise, t):
    return (1 - t) * noise + t * data


def _behaves(answer: Answer) -> None:
    """A gradient arrives at the network's weights."""
    batch = as_tensors(_draw(0, 6, 2))
    trained = Answer(
        lambda network: answer.function(lambda x, t: network * x, *batch),
        f"{answer.name}(network)",
    )
    if not np.any(trained.gradients(np.ones((1, 2)))[0]):
        raise Mistake(
            f"the value of `{answer.name}` is right, but no gradient arrives at the "
            "network: stay with `keras.ops`, without NumPy or `ops.stop_gradient`."
        )


flow_matching_loss = Check(
    "12.3",
    "the loss of flow matching",
    "flow_matching_loss(network, data, noise, t)",
    exact=_exact,
    tensors=True,
    tolerance=MATMUL,
    cases=(
        Case(_network, *_draw(0, 6, 2), shows="work out the first example by hand."),
        Case(_other, *_draw(1, 5, 3)),
        Case(
            _network, *_draw(2, 3, 4), shows="sum over an example, mean over examples."
        ),
    ),
    mistakes=(
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), z - x),
            "aims from the data to the noise (or adds the target): x_t moves with "
            "x − z, and that is subtracted.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(z, x, t), t), x - z),
            "has t and 1 − t exchanged in x_t: at t = 0 there is noise alone, at t = 1 "
            "the data.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(z, x, t), t), z - x),
            "runs from data at t = 0 to noise at t = 1: here the noise is at t = 0.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(x, t), x - z),
            "shows the network the data themselves: it must see the noisy x_t.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(z, t), x - z),
            "shows the network the noise alone: it must see x_t, on the way.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), 1 - t), x - z),
            "tells the network 1 − t: it is told the t of x_t.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), 0 * t), x - z),
            "does not tell the network the time: the same point moves otherwise early "
            "and late.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t[:1]), t[:1]), x - z),
            "takes one time for the whole batch: t holds one for each example, (n, 1).",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t.mean()), 0 * t + t.mean()), x - z),
            "takes the mean time for the whole batch: t holds one for each example.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), x),
            "wants the network to predict the data: it is the velocity, x − z.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), z),
            "wants the network to predict the noise, as DDPM does: it is the velocity, "
            "x − z.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), x - _at(x, z, t)),
            "wants what is left of the way, x − x_t: the velocity is that over 1 − t, "
            "or x − z.",
        ),
        Wrong(
            lambda f, x, z, t: np.square(f(_at(x, z, t), t) - (x - z)).mean(),
            "takes the mean over the numbers of an example too: sum over them "
            "(`axis=-1`), then take the mean over examples.",
        ),
        Wrong(
            lambda f, x, z, t: np.square(f(_at(x, z, t), t) - (x - z)).sum(),
            "sums over the batch as well: sum over the numbers of an example "
            "(`axis=-1`), then take the mean.",
        ),
        Wrong(
            lambda f, x, z, t: np.abs(f(_at(x, z, t), t) - (x - z)).sum(axis=1).mean(),
            "takes absolute differences: only the square has the mean velocity as its "
            "minimum.",
        ),
        Wrong(
            lambda f, x, z, t: np.sqrt(
                np.square(f(_at(x, z, t), t) - (x - z)).sum(axis=1)
            ).mean(),
            "takes a square root: |…|² is asked for.",
        ),
        Wrong(
            lambda f, x, z, t: _exact(f, x, z, t) / 2,
            "has a ½ in front: |v − (x − z)|² is asked for.",
        ),
        Wrong(
            lambda f, x, z, t: ((f(_at(x, z, t), t) - (x - z)).sum(axis=1) ** 2).mean(),
            "squares the sum: square first, then add.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t.mean()), t), x - z),
            "makes x_t with the mean of t: each example has its own.",
        ),
        Wrong(
            lambda f, x, z, t: (
                (t * np.square(f(_at(x, z, t), t) - (x - z))).sum(axis=1).mean()
            ),
            "weighs the examples by t: all times count alike here.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), 0),
            "has no target: v − (x − z) is squared.",
        ),
        Wrong(
            lambda f, x, z, t: _loss(f(_at(x, z, t), t), _at(x, z, t)),
            "wants the network to predict x_t, which it sees: it is the velocity, "
            "x − z.",
        ),
        Wrong(
            lambda f, x, z, t: (
                np.square(f(_at(x, z, t), t) - (x - z)).sum(axis=1).max()
            ),
            "is the largest loss of an example: take the mean.",
        ),
        Wrong(
            lambda f, x, z, t: (
                np.square(f(_at(x, z, t), t) - (x - z)).mean(axis=1).sum()
            ),
            "has sum and mean exchanged: sum over the numbers of an example "
            "(`axis=-1`), then take the mean over examples.",
        ),
        *(
            Wrong(
                lambda f, x, z, t, path=path: _loss(f(path(x, z, t), t), x - z),
                f"makes x_t as {said}: here it is (1 − t)·noise + t·data.",
            )
            for path, said in (
                (lambda x, z, t: z + t * x, "noise + t·data"),
                (lambda x, z, t: x + (1 - t) * z, "data + (1 − t)·noise"),
                (
                    lambda x, z, t: (
                        np.cos(np.pi / 2 * t) * z + np.sin(np.pi / 2 * t) * x
                    ),
                    "cos·noise + sin·data",
                ),
                (
                    lambda x, z, t: np.sqrt(1 - t) * z + np.sqrt(t) * x,
                    "√(1 − t)·noise + √t·data",
                ),
            )
        ),
    ),
    behaves=_behaves,
)

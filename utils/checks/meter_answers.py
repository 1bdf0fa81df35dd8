"""Facts about reading a divergence off a discriminator, and what learners write."""

from collections.abc import Callable

import numpy as np
from keras import ops

from utils.checks.engine.answers import Answer, close, read_array
from utils.checks.engine.feedback import Mistake
from utils.checks.engine.traceback import describe
from utils.checks.losses import (
    WrongLoss,
    check_gradients,
    check_safety,
    check_value,
    log_sigmoid,
    sigmoid,
)
from utils.course.scale import current_scale
from utils.data.mixtures import gaussian
from utils.measures.divergences import js_from_logits

LOG_2 = np.log(2)

# 2.1, the optimal discriminator

_LOG_P = np.log(np.array([0.5, 0.3, 0.9, 0.02]))
_LOG_Q = np.log(np.array([0.5, 0.6, 0.1, 0.4]))
_FAR_P, _FAR_Q = np.array([-800.0, -900.0]), np.array([-802.0, -896.0])

_WRONG_DISCRIMINATORS = (
    (
        lambda p, q: q / (p + q),
        "has p and q swapped: it is how probable x is to be generated. Real data are "
        "p, and D is high where p is.",
    ),
    (
        lambda p, q: np.log(p / q),
        "returns the logit, log p - log q: D is a probability, its sigmoid.",
    ),
    (
        lambda p, q: p / q,
        "returns the density ratio p/q, which exceeds 1: divide by p + q instead of q.",
    ),
    (
        lambda p, q: sigmoid(p - q),
        "takes the sigmoid of p - q: the logit is the difference of the *logs*, "
        "log p - log q.",
    ),
    (
        lambda p, q: np.log(p) / (np.log(p) + np.log(q)),
        "divides the logarithms: p/(p + q) is meant of the densities themselves.",
    ),
    (
        lambda p, q: np.log(p / (p + q)),
        "returns log D: D itself is asked for, without the logarithm.",
    ),
    (
        lambda p, q: (p > q) * 1.0,
        "decides for one side, 0 or 1: V punishes false certainty. Return the "
        "probability p/(p + q).",
    ),
    (
        lambda p, q: np.tanh(np.log(p / q)),
        "takes tanh of the logit, which lies in (-1, 1): a probability is its sigmoid.",
    ),
)


def check_optimal_discriminator(answer: Answer) -> None:
    """Raises a Mistake unless the answer is p/(p + q), far out in the tails too."""
    p, q = np.exp(_LOG_P), np.exp(_LOG_Q)
    found = _array_of(answer, _LOG_P, _LOG_Q)
    expected = p / (p + q)
    if not _near(found, expected):
        for formula, message in _WRONG_DISCRIMINATORS:
            if _near(found, formula(p, q)):
                raise Mistake(f"`{answer.name}` {message}")
        raise Mistake(
            f"`{answer.name}` returns {_numbers(found)} for p = {_numbers(p)} and "
            f"q = {_numbers(q)}, but p/(p + q) is {_numbers(expected)}."
        )
    far = _array_of(answer, _FAR_P, _FAR_Q)
    expected = sigmoid(_FAR_P - _FAR_Q)
    if not _near(far, expected):
        raise Mistake(
            f"`{answer.name}` returns {_numbers(far)} for log p = {_numbers(_FAR_P)} "
            f"and log q = {_numbers(_FAR_Q)}, where {_numbers(expected)} is right: "
            "exp(-800) is 0 in a float. Stay in log space: D is the sigmoid of "
            "log p - log q."
        )


# 2.2, JS from logits

_REAL = np.array([[2.0], [-1.0], [0.5], [3.0], [0.1]])
_FAKE = np.array([[-0.5], [1.5], [-2.5]])
_EXTREME = np.array([[1e4], [-1e4], [1e4]]), np.array([[-1e4], [1e4]])


def _exact_reading(real, fake):
    return LOG_2 + _value(real, fake) / 2


def _value(real, fake):
    return np.mean(log_sigmoid(real)) + np.mean(log_sigmoid(-fake))


def _pooled(real, fake):
    every = np.concatenate([log_sigmoid(real), log_sigmoid(-fake)])
    return LOG_2 + np.mean(every)


_WRONG_READINGS = (
    WrongLoss(
        _value,
        "returns V itself: JS = log 2 + V/2, so that an undecided D reads 0.",
    ),
    WrongLoss(
        lambda real, fake: _value(real, fake) / 2,
        "is V/2: the log 2 is missing. An undecided D must read 0.",
    ),
    WrongLoss(
        lambda real, fake: LOG_2 + _value(real, fake),
        "adds log 2 to V: V = 2 JS - 2 log 2 gives JS = log 2 + V/2. Halve V as well.",
    ),
    WrongLoss(
        lambda real, fake: 2 * LOG_2 + _value(real, fake),
        "is 2 JS: divide by two. JS is at most log 2.",
    ),
    WrongLoss(
        lambda real, fake: LOG_2 - _value(real, fake) / 2,
        "has the sign of V flipped: a higher V is a larger divergence.",
    ),
    WrongLoss(
        lambda real, fake: _value(real, fake) / 2 - LOG_2,
        "subtracts log 2: V = 2 JS - 2 log 2 gives JS = log 2 + V/2.",
    ),
    WrongLoss(
        lambda real, fake: _exact_reading(fake, real),
        "has real and generated swapped: log D is taken of the real logits.",
    ),
    WrongLoss(
        _pooled,
        "averages over one pool of all logits: V has two means, one for each kind, and "
        "there may be more of one than of the other.",
    ),
    WrongLoss(
        lambda real, fake: _exact_reading(real, fake) / LOG_2,
        "is in bits: divide by nothing, the natural logarithm gives nats.",
    ),
    WrongLoss(
        lambda real, fake: np.sqrt(abs(_exact_reading(real, fake))),
        "is the square root, as SciPy's `jensenshannon` returns it: JS itself is "
        "asked for.",
    ),
    WrongLoss(
        lambda real, fake: _exact_reading(sigmoid(real), sigmoid(fake)),
        "takes the sigmoid twice: softplus and log_sigmoid expect the logits.",
    ),
    WrongLoss(
        lambda real, fake: (
            LOG_2 + (np.sum(log_sigmoid(real)) + np.sum(log_sigmoid(-fake))) / 2
        ),
        "adds the examples up: V has means, `ops.mean` in place of `ops.sum`.",
    ),
)


def check_js_reading(answer: Answer) -> None:
    """Raises a Mistake unless the answer is log 2 + V/2, at ±10 000 and by gradient."""
    formula = "log 2 + V/2"
    check_value(answer, formula, _exact_reading, _WRONG_READINGS, _REAL, _FAKE)
    check_safety(answer, _exact_reading, *_EXTREME)
    check_gradients(answer, _exact_reading, _REAL, _FAKE)


# 2.3, a conjugate

_SLOPES = np.array([-3.0, -1.5, -0.25, 0.2, 0.5, 0.8])

_WRONG_CONJUGATES = (
    (
        lambda t: (1 - t) ** -2.0,
        "returns the u where the top is, 1/(1 - t)²: put it into u·t - f(u).",
    ),
    (
        lambda t: t / (1 - t) ** 2,
        "is u·t at the top: f(u) = (√u - 1)² has still to be subtracted.",
    ),
    (
        lambda t: t**2 / (1 - t) ** 2,
        "is f(u) at the top: f* is u·t - f(u) there.",
    ),
    (
        lambda t: (t + t**2) / (1 - t) ** 2,
        "adds f(u) where it should be subtracted: f*(t) = max of u·t - f(u).",
    ),
    (
        lambda t: -t / (1 - t),
        "has its sign flipped: it is the lowest of f(u) - u·t. Return the highest of "
        "u·t - f(u).",
    ),
    (
        lambda t: t / (1 + t),
        "has a sign wrong on the way: the slope of f is 1 - 1/√u, so √u = 1/(1 - t).",
    ),
    (
        lambda t: 1 / (1 - t),
        "returns √u at the top, 1/(1 - t): square it and put it into u·t - f(u).",
    ),
    (
        lambda t: t**2 / 4 + t,
        "is the conjugate of Pearson's f(u) = (u - 1)²: here it is (√u - 1)².",
    ),
    (
        lambda t: np.exp(t - 1),
        "is the conjugate of KL's f(u) = u log u: here f(u) = (√u - 1)².",
    ),
)


def check_hellinger_conjugate(answer: Answer) -> None:
    """Raises a Mistake unless the answer is t/(1 - t) for t < 1."""
    found = _array_of(answer, _SLOPES)
    expected = _SLOPES / (1 - _SLOPES)
    # A maximum over a grid of u is a right answer too.
    if np.allclose(found, expected, rtol=1e-3, atol=1e-3):
        return
    for formula, message in _WRONG_CONJUGATES:
        if np.allclose(found, formula(_SLOPES), rtol=1e-2):
            raise Mistake(f"`{answer.name}` {message}")
    worst = int(np.argmax(abs(found - expected)))
    u = (1 - _SLOPES[worst]) ** -2.0
    raise Mistake(
        f"`{answer.name}` returns {found[worst]:.4g} at t = {_SLOPES[worst]:g}, but at "
        f"u = {u:.4g} the line reaches u·t - (√u - 1)² = {expected[worst]:.4g}, and "
        "that is the top: find where the slope t - (1 - 1/√u) is zero."
    )


# 2.4, k of K modes


def exact_js_of_modes(k: int, K: int) -> float:
    """JS between K equal heaps and an even generator on k of them, in nats."""
    p, q = 1 / K, 1 / k
    m = (p + q) / 2
    return (k * p * np.log(p / m) + (K - k) * p * LOG_2 + np.log(q / m)) / 2


_CASES = ((3, 8), (1, 8), (24, 25), (12, 25), (8, 8))


def _parts(k, K):
    p, q = 1 / K, 1 / k
    m = (p + q) / 2
    return k * p * np.log(p / m), (K - k) * p * LOG_2, np.log(q / m)


_WRONG_JS_OF_MODES = (
    (
        lambda k, K: 2 * exact_js_of_modes(k, K),
        "is the sum of both KLs: JS is half of it, at most log 2.",
    ),
    (
        lambda k, K: (_parts(k, K)[0] + _parts(k, K)[2]) / 2,
        "leaves the missing heaps out: each of the K - k adds p·log(p/(p/2)) = p·log 2 "
        "to KL(p‖mixture).",
    ),
    (
        lambda k, K: np.log(K / k),
        "is the reverse KL, log(K/k): JS compares both with their mixture.",
    ),
    (
        lambda k, K: exact_js_of_modes(k, K) / LOG_2,
        "is in bits: take the natural logarithm.",
    ),
    (
        lambda k, K: (1 - k / K) * LOG_2,
        "is log 2 times the share of the missing heaps: on the heaps that both make, p "
        "and q differ as well.",
    ),
    (
        lambda k, K: sum(_parts(k, K)[:2]) / 2,
        "holds KL(p‖mixture) only: add KL(q‖mixture) = log(q/r).",
    ),
    (
        lambda k, K: _parts(k, K)[2] / 2,
        "holds KL(q‖mixture) only: add KL(p‖mixture), over all K heaps of the data.",
    ),
    (
        lambda k, K: (_parts(k, K)[0] / k + _parts(k, K)[1] + _parts(k, K)[2]) / 2,
        "counts one shared heap for p where there are k of them: k·p·log(p/r).",
    ),
    (
        lambda k, K: np.sqrt(max(exact_js_of_modes(k, K), 0)),
        "is the square root, as SciPy's `jensenshannon` returns it.",
    ),
)


def check_js_of_modes(answer: Answer) -> None:
    """Raises a Mistake unless the answer is the closed form."""
    found = [_scalar(answer, k, K) for k, K in _CASES]
    expected = [exact_js_of_modes(k, K) for k, K in _CASES]
    if _agree(found, expected):
        return
    for formula, message in _WRONG_JS_OF_MODES:
        if _agree(found, [formula(k, K) for k, K in _CASES]):
            raise Mistake(f"`{answer.name}` {message}")
    which = next(i for i in range(len(_CASES)) if not _agree([found[i]], [expected[i]]))
    k, K = _CASES[which]
    raise Mistake(
        f"`{answer.name}({k}, {K})` returns {found[which]:.5g}, but "
        f"{expected[which]:.5f} is right: add k·p·log(p/r), (K - k)·p·log 2 and "
        "log(q/r), with p = 1/K, q = 1/k, r = (p + q)/2, and halve."
    )


# 2.5, over-reading

_HIGH = 0.5


def check_over_reading(over_reader: Answer, noticed: Answer) -> str:
    """Raises a Mistake unless one over-reads on noise and the other tells it.

    Returns:
        A remark with both readings.
    """
    same = gaussian(np.zeros(20), 1.0)
    own = same.sample(50, 1), same.sample(50, 2)
    new = same.sample(2_000, 3), same.sample(2_000, 4)
    discriminator = over_reader(*own)
    on_own, on_new = (_reading(discriminator, *pair) for pair in (own, new))
    quick = current_scale() == "quick"
    if not quick and on_own < _HIGH:
        raise Mistake(
            f"the discriminator of `over_reader` reads {on_own:.3f} nats on the "
            f"samples it has learned from, and more than {_HIGH} is asked for: leave "
            "early stopping out (`validation_share=0`), take a wide network, train on."
        )
    _check_noticed(noticed)
    if quick:
        return (
            " (only that D returns finite logits: COURSE_SCALE=quick trains too short "
            "for a verdict on its reading, which needs laptop)"
        )
    _expect(noticed, discriminator, own, new, True, "your own over-reading D")
    return f" ({on_own:.2f} nats on its own samples, {on_new:.2f} on new ones)"


def _check_noticed(noticed: Answer) -> None:
    """An honest D at several distances, and one that has learned by heart."""
    for shift in (0.0, 1.0, 6.0):
        real, fake = gaussian(0.0, 1.0), gaussian(shift, 1.0)
        best = _honest(shift)
        own = real.sample(2_000, 5), fake.sample(2_000, 6)
        new = real.sample(2_000, 7), fake.sample(2_000, 8)
        about = f"the best D there is, for bumps at a distance of {shift:g}"
        _expect(noticed, best, own, new, False, about)
    same = gaussian(0.0, 1.0)
    own = same.sample(200, 9), same.sample(200, 10)
    new = same.sample(200, 11), same.sample(200, 12)
    _expect(noticed, _by_heart(*own), own, new, True, "a D that has learned by heart")
    # Sure of every new point, and half of the time wrong; modest on its own points.
    other = gaussian(1.0, 1.0)
    own = same.sample(200, 9), other.sample(200, 10)
    new = same.sample(200, 11), other.sample(200, 12)
    _expect(noticed, _by_heart(*own, 1.5), own, new, True, "a D with a good memory")


def _honest(shift: float) -> Callable:
    return lambda x: ops.convert_to_tensor(
        shift**2 / 2 - shift * np.asarray(ops.convert_to_numpy(x)), "float32"
    )


def _by_heart(real, fake, sureness: float = 6.0) -> Callable:
    """Right about the points it knows; a guess by their digits about all others."""
    known = {float(x): 1.0 for x in real.ravel()} | {
        float(x): -1.0 for x in fake.ravel()
    }

    def logits(x):
        x = np.asarray(ops.convert_to_numpy(x)).ravel()
        guess = np.where(np.floor(abs(x) * 1e4) % 2 == 0, 1.0, -1.0)
        side = [known.get(float(v), g) for v, g in zip(x, guess, strict=True)]
        return ops.convert_to_tensor(sureness * np.array(side)[:, None], "float32")

    return logits


def _expect(noticed: Answer, discriminator, own, new, expected: bool, about: str):
    said = noticed(discriminator, *own, *new)
    if said is None or np.ndim(ops.convert_to_numpy(said)) or isinstance(said, str):
        raise Mistake(
            f"`{noticed.name}` returns {describe(said)}, but must return True or False."
        )
    kind = np.asarray(ops.convert_to_numpy(said)).dtype.kind
    if kind != "b":
        raise Mistake(
            f"`{noticed.name}` returns the number {float(said):.3g}, but must return "
            "True or False: compare it with a threshold."
        )
    if bool(said) is expected:
        return
    on_own, on_new = (_reading(discriminator, *pair) for pair in (own, new))
    readings = f"it reads {on_own:.3f} on its own samples and {on_new:.3f} on new ones"
    if expected:
        raise Mistake(
            f"`{noticed.name}` trusts {about}: {readings}. A reading that new samples "
            "do not confirm is over-read."
        )
    raise Mistake(
        f"`{noticed.name}` suspects {about}: {readings}. Both agree; a high reading by "
        "itself is nothing to notice. Compare the two."
    )


def _reading(discriminator, real, fake) -> float:
    if not callable(discriminator):
        raise Mistake(
            f"`over_reader` returns {describe(discriminator)}, but must return a "
            "discriminator, a function from points to logits: end with "
            "`return meter.score`, without parentheses."
        )
    logits = [read_array(discriminator(x), "the discriminator") for x in (real, fake)]
    for points, each in zip((real, fake), logits, strict=True):
        if each.size != len(points):
            raise Mistake(
                f"the discriminator returns shape {each.shape} for {len(points)} "
                "points: one logit a point is asked for, (n, 1)."
            )
        if not np.isfinite(each).all():
            raise Mistake(
                "the discriminator returns NaN or infinite logits: try a smaller "
                "learning rate."
            )
    return float(js_from_logits(*logits))


def _array_of(answer: Answer, *arrays) -> np.ndarray:
    value = answer(*(ops.convert_to_tensor(each, "float32") for each in arrays))
    found = read_array(value, answer.name).astype("float64")
    if found.shape != arrays[0].shape:
        raise Mistake(
            f"`{answer.name}` returns shape {found.shape} for arrays of shape "
            f"{arrays[0].shape}: return one number a point."
        )
    return found


def _scalar(answer: Answer, *numbers) -> float:
    found = read_array(answer(*numbers), answer.name)
    if found.size != 1:
        raise Mistake(
            f"`{answer.name}` returns an array of shape {found.shape}, but must return "
            "one number: add over the heaps."
        )
    return float(found.reshape(()))


def _agree(found, expected) -> bool:
    return all(
        close(a, b) or abs(a - b) < 1e-6 for a, b in zip(found, expected, strict=True)
    )


def _near(found, expected) -> bool:
    return bool(np.allclose(found, expected, rtol=1e-4, atol=1e-5))


def _numbers(values) -> list:
    return np.round(np.asarray(values, dtype="float64"), 3).tolist()

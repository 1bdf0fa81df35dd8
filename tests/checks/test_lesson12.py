"""Right and wrong answers to the exercises of lesson 12, told apart by their checks."""

import numpy as np
from answer_tables import is_rejected, passes, right, wrong
from keras import ops
from scipy.special import logsumexp, softmax
from scipy.stats import multivariate_normal, norm

from utils.checks import lesson12
from utils.sampling.ode import solve_ode

# 12.1, the best denoiser of a mixture


def by_softmax(x, a, b, means, std, weights):
    variance = a**2 * std**2 + b**2
    logs = np.log(weights) - (x[:, None] - a * means) ** 2 / (2 * variance)
    guesses = means + a * std**2 / variance * (x[:, None] - a * means)
    return (softmax(logs, axis=1) * guesses).sum(axis=1)


def by_tweedie(x, a, b, means, std, weights):
    s = np.hypot(a * std, b)
    logs = np.log(weights) + norm(a * means, s).logpdf(x[:, None])
    r = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    score = (r * (a * means - x[:, None]) / s**2).sum(axis=1)
    return (x + b**2 * score) / a


def by_loops(x, a, b, means, std, weights):
    made = []
    for point in x:
        logs = [
            np.log(w) - (point - a * m) ** 2 / 2 / (a * a * std * std + b * b)
            for m, w in zip(means, weights, strict=True)
        ]
        shares = [np.exp(each - max(logs)) for each in logs]
        guess = [
            (m * b * b + a * std**2 * point) / (a * a * std * std + b * b)
            for m in means
        ]
        made.append(np.dot(shares, guess) / sum(shares))
    return made


@right(
    softmax=by_softmax,
    tweedie=by_tweedie,
    loops=by_loops,
    keras=lambda *given: ops.convert_to_tensor(by_softmax(*given)),
)
def test_a_right_denoiser_passes(capsys, answer):
    passes(capsys, lesson12.denoise, answer, "12.1")


@wrong(
    rounded=(lambda *given: by_softmax(*given).round(1), "is right"),
    middle_mode=(lambda x, a, b, m, s, w: 0 * x + m[1], "is right"),
    identity=(lambda x, a, b, m, s, w: x, "is right"),
    no_square=(
        lambda x, a, b, m, s, w: by_tweedie(x, a, b, m, np.sqrt(s), w),
        "is right",
    ),
    column=(lambda *given: by_softmax(*given)[:, None], "too many"),
    overflow=(
        lambda x, a, b, m, s, w: by_softmax(
            np.where(abs(x) > 50, np.nan, x), a, b, m, s, w
        ),
        "is NaN far from all modes",
    ),
    far=(lambda x, *given: by_softmax(x.clip(-9, 9), *given), "far from all modes"),
)
def test_a_wrong_denoiser_is_rejected(answer, message):
    is_rejected(lesson12.denoise, answer, message)


# 12.3, the loss of flow matching


def loss_in_keras(network, data, noise, t):
    x = (1 - t) * noise + t * data
    return ops.mean(ops.sum((network(x, t) - (data - noise)) ** 2, axis=-1))


def loss_by_norm(network, data, noise, t):
    x = noise + t * (data - noise)
    return ops.mean(ops.square(ops.norm(network(x, t) - data + noise, axis=1)))


def loss_by_matrix(network, data, noise, t):
    rest = data - noise - network(t * data + (1.0 - t) * noise, t)
    return ops.sum(rest * rest) / rest.shape[0]


@right(
    keras=loss_in_keras,
    norm=loss_by_norm,
    matrix=loss_by_matrix,
    what_is_left=lambda f, data, noise, t: ops.mean(
        ops.sum(
            (
                f(noise + t * (data - noise), t)
                - (data - (noise + t * (data - noise))) / (1 - t)
            )
            ** 2,
            axis=-1,
        )
    ),
)
def test_a_right_loss_of_flow_matching_passes(capsys, answer):
    passes(capsys, lesson12.flow_matching_loss, answer, "12.3")


@wrong(
    per_example=(
        lambda f, data, noise, t: ops.sum(
            (f((1 - t) * noise + t * data, t) - (data - noise)) ** 2, axis=-1
        ),
        "one number",
    ),
    variance_preserving=(
        lambda f, data, noise, t: loss_in_keras(
            lambda x, t: f(ops.sqrt(1 - t**2) * noise + t * data, t), data, noise, t
        ),
        "is right",
    ),
    clipped=(
        lambda f, data, noise, t: ops.mean(
            ops.sum(
                ops.clip(f((1 - t) * noise + t * data, t) - (data - noise), -1, 1) ** 2,
                axis=-1,
            )
        ),
        "is right",
    ),
    weighted=(
        lambda f, data, noise, t: ops.mean(
            (1 - t[:, 0])
            * ops.sum((f((1 - t) * noise + t * data, t) - (data - noise)) ** 2, axis=-1)
        ),
        "is right",
    ),
    not_told=(
        lambda f, data, noise, t: ops.mean(f((1 - t) * noise + t * data)),
        "broke off",
    ),
)
def test_a_wrong_loss_of_flow_matching_is_rejected(answer, message):
    is_rejected(lesson12.flow_matching_loss, answer, message)


# 12.2, Euler


def euler_for(velocity, z, steps):
    for i in range(steps):
        z = z + velocity(z, i / steps) / steps
    return z


def euler_while(velocity, z, steps):
    i, h = 0, 1 / steps
    while i < steps:
        z = z + h * velocity(z, i * h)
        i += 1
    return z


def euler_recursive(velocity, z, steps, done=0):
    if done == steps:
        return z
    z = z + velocity(z, done / steps) / steps
    return euler_recursive(velocity, z, steps, done + 1)


@right(
    range=euler_for,
    course=solve_ode,
    loop=euler_while,
    recursive=euler_recursive,
    summed_times=lambda v, z, n: solve_ode(v, z, np.arange(n + 1) / n),
)
def test_a_right_euler_passes(capsys, answer):
    passes(capsys, lesson12.euler, answer, "12.2")


@wrong(
    rk4=(lambda v, z, n: solve_ode(v, z, n, "rk4"), "is right"),
    path=(lambda v, z, n: np.stack([z, euler_for(v, z, n)]), "shape"),
    clipped=(lambda v, z, n: euler_for(v, z, n).clip(-9, 9), "is right"),
    mean=(lambda v, z, n: euler_for(v, z, n).mean(axis=0), "shape"),
    twice=(lambda v, z, n: euler_for(v, z, 2 * n), "is right"),
    hundred=(lambda v, z, n: euler_for(v, z, 100), "is right"),
)
def test_a_wrong_euler_is_rejected(answer, message):
    is_rejected(lesson12.euler, answer, message)


# 12.4, the log-likelihood


def likelihood(velocity, divergence, x, steps):
    log_density = 0
    for i in range(steps, 0, -1):
        v, change = velocity(x, i / steps), divergence(x, i / steps)
        x, log_density = x - v / steps, log_density - change / steps
    return log_density + norm.logpdf(x).sum(axis=1)


def likelihood_of_state(velocity, divergence, x, steps):
    def field(state, t):
        return np.c_[velocity(state[:, :-1], t), divergence(state[:, :-1], t)]

    state = solve_ode(field, np.c_[x, 0 * x[:, 0]], np.linspace(1, 0, steps + 1))
    z, added = state[:, :-1], state[:, -1]
    return -0.5 * np.sum(z**2 + np.log(2 * np.pi), axis=1) + added


def likelihood_by_scipy(velocity, divergence, x, steps):
    changes = []
    for t in np.linspace(1, 0, steps, endpoint=False):
        changes.append(divergence(x, t))
        x = x - velocity(x, t) / steps
    base = multivariate_normal(np.zeros(x.shape[1]))
    return np.reshape(base.logpdf(x), len(x)) - np.mean(changes, axis=0)


@right(
    loop=likelihood,
    state=likelihood_of_state,
    scipy=likelihood_by_scipy,
    keras=lambda *given: ops.convert_to_tensor(likelihood(*given)),
)
def test_a_right_log_likelihood_passes(capsys, answer):
    passes(capsys, lesson12.log_likelihood, answer, "12.4")


@wrong(
    bits=(lambda *given: likelihood(*given) / np.log(2), "is right"),
    per_dimension=(
        lambda v, d, x, n: likelihood(v, d, x, n) / x.shape[1],
        "is right",
    ),
    probability=(lambda *given: np.exp(likelihood(*given)), "is right"),
    finer=(lambda v, d, x, n: likelihood(v, d, x, 10 * n), "is right"),
    averaged=(
        lambda v, d, x, n: norm.logpdf(x).mean(axis=1) - d(x, 1.0),
        "is right",
    ),
    coordinates=(
        lambda v, d, x, n: norm.logpdf(x) - d(x, 1.0)[:, None],
        "shape",
    ),
)
def test_a_wrong_log_likelihood_is_rejected(answer, message):
    is_rejected(lesson12.log_likelihood, answer, message)


# 12.5, guidance


def guided(network, x, t, labels, null, w):
    blind = network(x, t, np.full(len(x), null))
    return blind + w * (network(x, t, labels) - blind)


def guided_at_once(network, x, t, labels, null, w):
    both = network(
        np.concatenate([x, x]), t, np.concatenate([labels, 0 * labels + null])
    )
    return w * both[: len(x)] + (1 - w) * both[len(x) :]


def guided_from_told(network, x, t, labels, null, w):
    told = network(x, t, labels)
    return told + (w - 1) * (told - network(x, t, null * np.ones_like(labels)))


@right(plain=guided, at_once=guided_at_once, from_told=guided_from_told)
def test_right_guidance_passes(capsys, answer):
    passes(capsys, lesson12.guide, answer, "12.5")


@wrong(
    scalar_label=(
        lambda f, x, t, labels, null, w: (
            f(x, t, null) + w * (f(x, t, labels) - f(x, t, null))
        ),
        "broke off",
    ),
    never_blind=(
        lambda f, x, t, labels, null, w: guided(f, x, t, labels, labels[0], w),
        "broke off|is right",
    ),
    squared=(lambda f, x, t, y, null, w: guided(f, x, t, y, null, w * w), "is right"),
    other_time=(
        lambda f, x, t, y, null, w: guided(f, x, 1 - t, y, null, w),
        "is right",
    ),
    capped=(
        lambda f, x, t, y, null, w: guided(f, x, t, y, null, min(w, 1)),
        "is right",
    ),
    summed=(lambda *given: guided(*given).sum(axis=1), "shape"),
)
def test_wrong_guidance_is_rejected(answer, message):
    is_rejected(lesson12.guide, answer, message)

"""Gradients and updates, by hand and outside `fit`, against closed forms."""

import keras
import numpy as np
import pytest
from keras import ops

from utils.autodiff import (
    compiled_value_and_gradients,
    input_gradient,
    minimize,
    value_and_gradients,
)

A = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]], "float32")
B = np.array([[1.0], [0.0], [-2.0]], "float32")
W = np.array([[0.5], [-1.5]], "float32")
SLOPE = A.T @ (A @ W - B)


def variable(value):
    return keras.Variable(np.asarray(value, "float32"))


def squares(w):
    """½‖A w - b‖², with the slope Aᵀ(A w - b)."""
    return ops.sum(ops.subtract(ops.matmul(A, w), B) ** 2) / 2


def close(tensor, expected, tolerance=1e-5):
    np.testing.assert_allclose(
        ops.convert_to_numpy(tensor), expected, rtol=tolerance, atol=tolerance
    )


def test_a_loss_comes_with_its_gradient():
    w = variable(W)
    loss, (gradient,) = value_and_gradients(lambda: squares(w), [w])
    close(loss, np.sum((A @ W - B) ** 2) / 2)
    close(gradient, SLOPE)


def test_a_compiled_loss_follows_its_variables():
    w, unused = variable(np.zeros_like(W)), variable(1.0)
    evaluate = compiled_value_and_gradients(lambda: squares(w), [w, unused])
    for value in (np.zeros_like(W), W, -W):
        w.assign(value)
        loss, (gradient, zero) = evaluate()
        close(loss, np.sum((A @ value - B) ** 2) / 2)
        close(gradient, A.T @ (A @ value - B))
        close(zero, 0.0)


def test_what_a_compiled_loss_assigns_is_kept():
    w, calls = variable(W), variable(0.0)

    def loss():
        calls.assign_add(1.0)
        return squares(w)

    evaluate = compiled_value_and_gradients(loss, [w])
    evaluate()
    assert float(ops.convert_to_numpy(calls)) == 1.0


def test_gradients_come_in_the_order_of_the_variables():
    u, v = variable(2.0), variable([3.0, 4.0])
    _, gradients = value_and_gradients(lambda: u * ops.sum(v), iter([v, u]))
    close(gradients[0], [2.0, 2.0])
    close(gradients[1], 7.0)


def test_a_variable_that_the_loss_does_not_use_gets_zeros():
    used, unused = variable(3.0), variable([[1.0, 2.0]])
    _, gradients = value_and_gradients(lambda: used**2, [used, unused])
    close(gradients[0], 6.0)
    close(gradients[1], [[0.0, 0.0]])


def test_a_constant_loss_has_zero_gradients():
    w = variable(W)
    loss, (gradient,) = value_and_gradients(lambda: ops.convert_to_tensor(2.0), [w])
    close(loss, 2.0)
    close(gradient, np.zeros_like(W))


def test_taking_a_gradient_changes_no_variable():
    w, other = variable(W), variable(5.0)
    value_and_gradients(lambda: other * squares(w), [w])
    close(w, W, 0)
    close(other, 5.0, 0)


def test_minimize_takes_one_step_of_gradient_descent():
    w = variable(W)
    minimize(lambda: squares(w), [w], keras.optimizers.SGD(0.1))
    close(w, W - 0.1 * SLOPE)


def test_minimize_returns_the_loss_before_the_update():
    w = variable(W)
    loss = minimize(lambda: squares(w), [w], keras.optimizers.SGD(0.1))
    close(loss, np.sum((A @ W - B) ** 2) / 2)


def test_minimize_changes_the_given_variables_and_no_others():
    given, other = variable(3.0), variable(4.0)
    minimize(lambda: given * other, [given], keras.optimizers.SGD(0.5))
    close(given, 1.0)
    close(other, 4.0, 0)


def test_minimize_may_update_a_part_of_what_its_optimizer_was_built_on():
    first, second = variable(3.0), variable(4.0)
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build([first, second])
    minimize(lambda: first * second, [second], optimizer)
    close(first, 3.0, 0)
    close(second, 2.5)


def test_minimize_accepts_any_iterable_of_variables():
    w = variable(W)
    minimize(lambda: squares(w), (v for v in [w]), keras.optimizers.SGD(0.1))
    close(w, W - 0.1 * SLOPE)


def test_minimize_is_what_the_optimizer_makes_of_the_gradients():
    one, two = variable(W), variable(W)
    optimizers = [keras.optimizers.Adam(0.1, clipnorm=0.5) for _ in range(2)]
    for _ in range(3):
        minimize(lambda: squares(one), [one], optimizers[0])
        _, gradients = value_and_gradients(lambda: squares(two), [two])
        optimizers[1].apply([ops.stop_gradient(g) for g in gradients], [two])
    close(one, ops.convert_to_numpy(two))
    assert int(optimizers[0].iterations) == 3


def test_a_loss_scale_changes_neither_the_loss_nor_the_update():
    w = variable(W)
    optimizer = keras.optimizers.SGD(0.1, loss_scale_factor=1024.0)
    loss = minimize(lambda: squares(w), [w], optimizer)
    close(loss, np.sum((A @ W - B) ** 2) / 2)
    close(w, W - 0.1 * SLOPE)


def test_a_loss_scale_reaches_the_gradients():
    w = variable(1.0)
    seen = []

    class Spy(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            seen.extend(float(g) for g in grads)
            return super().apply(grads, trainable_variables)

    minimize(lambda: 3 * w, [w], Spy(0.1, loss_scale_factor=8.0))
    assert seen == [24.0]


@pytest.mark.parametrize("convert", [np.asarray, ops.convert_to_tensor, keras.Variable])
def test_the_input_gradient_of_a_sum_of_squares_is_twice_the_input(convert):
    gradient = input_gradient(lambda x: ops.sum(x**2, axis=1), convert(A))
    close(gradient, 2 * A)


def test_several_scores_an_example_are_summed():
    gradient = input_gradient(lambda x: ops.concatenate([x, 3 * x], axis=1), A)
    close(gradient, np.full_like(A, 4))


def test_a_score_that_ignores_its_input_has_zero_input_gradient():
    w = variable(W)
    close(input_gradient(lambda x: ops.matmul(A, w), A), np.zeros_like(A))
    close(input_gradient(lambda x: ops.ones((3, 1)), A), np.zeros_like(A))


def test_an_input_gradient_has_an_input_gradient():
    gradient = input_gradient(lambda x: input_gradient(lambda y: y**3, x), A)
    close(gradient, 6 * A)


def test_the_slope_penalty_of_a_linear_score_has_its_closed_form():
    w = variable(W)

    def penalty():
        slope = input_gradient(lambda x: ops.matmul(x, w), A)
        return ops.mean((ops.sqrt(ops.sum(slope**2, axis=1)) - 1) ** 2)

    norm = np.linalg.norm(W)
    loss, (gradient,) = value_and_gradients(penalty, [w])
    close(loss, (norm - 1) ** 2)
    close(gradient, 2 * (norm - 1) * W / norm)


def test_a_slope_reaches_the_variables_that_made_the_input():
    w = variable(2.0)
    loss, (gradient,) = value_and_gradients(
        lambda: ops.sum(input_gradient(lambda x: x**3, w * A)), [w]
    )
    close(loss, np.sum(3 * (2 * A) ** 2))
    close(gradient, np.sum(6 * 2 * A**2))

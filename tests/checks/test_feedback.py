"""What a check prints and raises, whatever it checks."""

import random

import keras
import numpy as np
import pytest
from keras import ops

from utils import checks
from utils.checks import ExerciseError, Mistake, exercise
from utils.checks.engine.answers import Answer, read_array, read_number, read_pair
from utils.checks.engine.traceback import describe


@exercise("9.4", "one half of a number")
def half(half):
    """Raises a Mistake unless half(8) is 4."""
    if Answer(half, "half(number)")(8) != 4:
        raise Mistake("half of 8 is not 4: divide by two; try `number / 2`.")


def right(number):
    return number / 2


def wrong(number):
    return number / 3


def stub(number):
    raise NotImplementedError("Exercise 9.4: one half of a number")


def empty_stub(number):
    raise NotImplementedError


def breaks_off(number):
    halves = {"one": number / 2}
    return halves["two"]


def forgets_its_argument():
    return 4


@pytest.fixture(autouse=True)
def not_strict(monkeypatch):
    monkeypatch.delenv("COURSE_STRICT", raising=False)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (right, "✓ Exercise 9.4 passed: one half of a number.\n"),
        (
            wrong,
            "✗ Exercise 9.4: half of 8 is not 4: divide by two; try `number / 2`.\n",
        ),
    ],
)
def test_a_check_prints_one_line_and_returns_none(capsys, answer, line):
    assert half(answer) is None
    assert capsys.readouterr().out == line


@pytest.mark.parametrize("answer", [stub, empty_stub])
def test_a_stub_is_not_attempted_yet(capsys, answer):
    half(answer)
    line = capsys.readouterr().out
    assert line.startswith("○ Exercise 9.4 is not attempted yet: one half of a number.")
    assert f"`raise NotImplementedError` in `{answer.__name__}`" in line
    assert line.count("\n") == 1


def test_a_stub_of_another_exercise_is_named(capsys):
    def uses_another(number):
        raise NotImplementedError("Exercise 9.1: something before")

    half(uses_another)
    assert "not attempted yet: it waits for Exercise 9.1" in capsys.readouterr().out


def test_a_method_that_keras_leaves_open_is_no_stub(capsys):
    half(lambda number: keras.Model().call(ops.ones((1, 1))))
    assert capsys.readouterr().out.startswith("✗ Exercise 9.4: ")


def test_an_exception_is_shown_with_its_line_and_the_arguments(capsys):
    half(breaks_off)
    line = capsys.readouterr().out
    assert "KeyError: 'two'" in line
    assert '`return halves["two"]`' in line
    assert "`breaks_off`, called with number = 8," in line
    assert line.count("\n") == 1


def test_a_long_message_of_keras_stays_on_one_line(capsys):
    half(lambda number: keras.layers.Dense(1)(ops.ones((2, 3, 4)))[number, number])
    half(lambda number: keras.Sequential([keras.Input((3,))])(ops.ones((2, 5))))
    assert capsys.readouterr().out.count("\n") == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            forgets_its_argument,
            r"called as `half\(number\)`: write `def half\(number\):`",
        ),
        (right(8), "given 4.0 for `half`, but needs the function itself"),
        (dict, "given the class dict for `half`"),
        (None, "given None for `half`"),
    ],
)
def test_what_cannot_be_called_as_asked_is_named(monkeypatch, answer, message):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ExerciseError, match=message.replace("4.0", r"4\.0")):
        half(answer)


@pytest.mark.parametrize(
    ("answer", "mark"), [(wrong, "✗"), (stub, "○"), (breaks_off, "✗")]
)
def test_strict_raises_for_whatever_does_not_pass(monkeypatch, capsys, answer, mark):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ExerciseError, match=f"{mark} Exercise 9.4"):
        half(answer)
    assert capsys.readouterr().out == ""


def test_strict_lets_a_right_answer_pass(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STRICT", "1")
    half(right)
    assert capsys.readouterr().out.startswith("✓")


def test_the_name_of_a_check_and_its_page_are_kept():
    assert half.__name__ == "half"
    assert "half(8) is 4" in half.__doc__


def test_a_check_takes_no_random_numbers_from_the_lesson(capsys):
    random.seed(3)
    undisturbed = random.random()
    random.seed(3)
    half(lambda number: 4 + 0 * keras.random.SeedGenerator().state[0] * random.random())
    assert random.random() == undisturbed


def test_a_check_draws_the_same_each_time(capsys):
    drawn = []
    for seed in (1, 2):
        random.seed(seed)
        half(lambda number: drawn.append(random.random()))
    assert drawn[0] == drawn[1]


def test_numpy_does_not_warn_into_the_lesson(capsys, recwarn):
    half(lambda number: 4 if np.isnan(np.log(np.float32(-number))) else 0)
    assert capsys.readouterr().out.startswith("✓")
    assert not recwarn.list


def test_an_exchanged_order_of_arguments_is_named():
    def ratio(below, above):
        return above / below

    with pytest.raises(Mistake, match=r"exchanged the order .*\(below, above\)"):
        Answer(ratio, "ratio(above, below)")


def test_arguments_go_by_position_under_other_names():
    assert Answer(lambda a, b: a / b, "ratio(above, below)")(6, 3) == 2


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.array(3), "tensor"])
def test_a_number_is_read_from_python_numpy_and_keras(value):
    value = ops.convert_to_tensor(3.0) if value == "tensor" else value
    assert read_number(value, "loss") == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "returns None.*lacks the word `return`"),
        ((1.0, 2.0), "a tuple of 2, but must return one number: add the parts up"),
        (np.ones((4, 1)), r"shape \(4, 1\), where one number is asked for: reduce"),
        ("0.5", "returns '0.5', but must return numbers"),
        (len, "returns the function len, but must return numbers"),
        (keras.callbacks.History(), "returns a History, but must return numbers"),
    ],
)
def test_what_is_not_one_number_is_named(value, message):
    with pytest.raises(Mistake, match=message):
        read_number(value, "loss")


@pytest.mark.parametrize("value", [(3, 0.5), [3, 0.5], np.array([3, 0.5])])
def test_a_pair_is_read_from_whatever_unpacks(value):
    assert read_pair(value, "count", ("modes", "share")) == (3, 0.5)


@pytest.mark.parametrize("value", [3, (1, 2, 3), None, {"modes": 3, "share": 0.5}])
def test_what_is_not_a_pair_is_named(value):
    with pytest.raises(Mistake, match="`count"):
        read_pair(value, "count", ("modes", "share"))


def test_an_array_is_read_from_a_tensor_with_a_gradient():
    tensor = ops.convert_to_tensor(keras.Variable(np.ones(3)))
    assert read_array(tensor, "answer").tolist() == [1, 1, 1]


def test_the_gradient_of_an_answer_is_that_of_the_formula():
    square = Answer(lambda x: ops.sum(x**2), "square(x)")
    (gradient,) = square.gradients(np.array([1.0, -2.0]))
    np.testing.assert_allclose(gradient, [2.0, -4.0])


def test_an_answer_that_leaves_keras_has_no_gradient():
    through_numpy = Answer(lambda x: float(ops.sum(x)), "total(x)")
    with pytest.raises(Mistake, match=r"no gradient.*stay with `keras\.ops`"):
        through_numpy.gradients(np.ones(2))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (0.5, "0.5"),
        (np.float64(0.5), "0.5"),
        (np.ones((2, 3)), "an array of shape (2, 3)"),
        ([1, 2], "a list of 2"),
        (len, "the function len"),
        (dict, "the class dict"),
        ({}, "a dict"),
        (Ellipsis, "an ellipsis"),
    ],
)
def test_a_value_is_described_in_words(value, words):
    assert describe(value) == words


def test_a_lesson_is_reached_through_the_package():
    assert checks.lesson03.discriminator_loss.__name__ == "discriminator_loss"

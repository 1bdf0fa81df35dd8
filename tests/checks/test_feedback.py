"""What a check prints and raises, whatever it checks."""

import contextlib
import io
import os
import random
import re
import signal
import sys
import threading
import time
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from utils import checks
from utils.checks import ExerciseError, Mistake, exercise
from utils.checks.engine import feedback
from utils.checks.engine.answers import Answer, read_array, read_number, read_pair
from utils.checks.engine.comparison import MATMUL, agree, in_digits
from utils.checks.engine.feedback import MIME
from utils.checks.engine.traceback import describe, describe_error


@exercise("9.4", "one half of a number")
def half(half):
    """Raises a Mistake unless half(8) is 4."""
    if Answer(half, "half(number)")(8) != 4:
        raise Mistake("half of 8 is not 4: divide by two; try `number / 2`.")


@exercise("9.5", "without hurry", seconds=0.2)
def patient(answer):
    """Calls an answer."""
    Answer(answer, "answer(number)")(8)


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


def test_what_code_changes_is_put_back(capsys, monkeypatch, tmp_path):
    policy, folder = keras.config.dtype_policy().name, os.getcwd()
    np.random.seed(1)  # noqa: NPY002
    undisturbed = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002

    def unsettles(number):
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("mixed_bfloat16")
        keras.utils.set_random_seed(3)
        np.seterr(all="raise")
        os.chdir(tmp_path)
        return number / 2

    half(unsettles)
    assert keras.config.floatx() == "float32"
    assert keras.config.dtype_policy().name == policy
    assert np.geterr()["divide"] == "warn"
    assert os.getcwd() == folder
    assert np.random.random() == undisturbed  # noqa: NPY002


def loops(number):
    while True:
        pass


def loops_deaf(number):
    while True:
        with contextlib.suppress(Exception):
            number += 1


def sleeps(number):
    time.sleep(30)


@pytest.mark.parametrize("answer", [loops, loops_deaf, sleeps])
def test_what_never_ends_is_stopped_and_named(capsys, answer):
    start = time.monotonic()
    patient(answer)
    assert time.monotonic() - start < 5
    line = capsys.readouterr().out
    assert re.match(
        r"✗ Exercise 9.5: stopped after 0.2 s, still busy in line \d+", line
    )


def test_outside_the_main_thread_what_never_ends_is_stopped_too(capsys):
    thread = threading.Thread(target=patient, args=(loops_deaf,))
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    assert "still busy" in capsys.readouterr().out


def test_an_alarm_of_somebody_else_still_rings():
    if not hasattr(signal, "setitimer"):
        pytest.skip("there are no alarms on this system")
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    half(right)
    time.sleep(0.5)
    signal.signal(signal.SIGALRM, before)
    assert rung


def recurses(number):
    return recurses(number + 1)


def raises_what_cannot_be_read(number):
    class Unreadable(Exception):
        def __str__(self):
            raise ValueError("no")

    raise Unreadable


def exits(number):
    sys.exit(3)


def asks_for_too_much(number):
    raise MemoryError


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (recurses, "calls itself without end"),
        (exits, r"`exit\(\)`, which would end the lesson"),
        (asks_for_too_much, "more memory than there is"),
        (raises_what_cannot_be_read, "its message cannot be read"),
    ],
)
def test_what_would_end_the_lesson_is_one_line(capsys, answer, words):
    half(answer)
    line = capsys.readouterr().out
    assert re.match(f"✗ Exercise 9.4: .*{words}", line)
    assert line.count("\n") == 1


def test_a_human_may_interrupt():
    def interrupted(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half(interrupted)


def test_a_flood_of_prints_is_cut_off(capsys):
    def floods(number):
        for _ in range(1_000):
            sys.stdout.write("x" * 1_000)
        sys.stdout.close()
        return number / 2

    half(floods)
    printed = capsys.readouterr().out
    assert len(printed) < 11_000
    assert "shows no more" in printed
    assert "✓" in printed.splitlines()[-1]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_stream_without_the_marks_shows_the_line_all_the_same(monkeypatch, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    half(right)
    half(wrong)
    said = stream.buffer.getvalue().decode(encoding).splitlines()
    assert said[0].startswith("+ Exercise 9.4 passed")
    assert said[1].startswith("x Exercise 9.4: half of 8")


def test_a_notebook_keeps_a_verdict_that_cannot_be_printed(monkeypatch, capsys):
    published = []
    shell = SimpleNamespace(display_pub=SimpleNamespace(publish=published.append))
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    half(lambda number: sys.stdout.write("✓ Exercise 9.4 passed: one half.\n"))
    (bundle,) = published
    assert bundle[MIME]["exercise"] == "9.4"
    assert bundle[MIME]["verdict"] == "wrong"
    assert bundle[MIME]["message"] == bundle["text/plain"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda number: ops.ones(3)(number), "a value where a function is called"),
        (lambda number: len(ops.ones(())), "`len` of a tensor"),
        (lambda number: ops.ones(3).astype("int32").nothing, "take `ops"),
        (lambda number: ops.ones((2, 3)) + ops.ones((2, 4)), "do not go together"),
        (lambda number: np.ones(3) @ np.ones(4), "do not go together"),
        (lambda number: ops.ones((2, 3)) @ ops.ones((2, 3)), "do not go together"),
        (lambda number: np.ones(3)[np.ones(4) > 0], "does not fit the array"),
    ],
)
def test_an_error_of_a_backend_is_told_in_words(capsys, answer, words):
    half(answer)
    line = capsys.readouterr().out
    assert words in line
    assert "function_node" not in line


def test_numpy_does_not_warn_into_the_lesson(capsys, recwarn):
    half(lambda number: 4 if np.isnan(np.log(np.float32(-number))) else 0)
    assert capsys.readouterr().out.startswith("✓")
    assert not recwarn.list


def test_an_exchanged_order_of_arguments_is_named():
    def ratio(below, above):
        return above / below

    with pytest.raises(Mistake, match=r"exchanged the order .*\(below, above\)"):
        Answer(ratio, "ratio(above, below)")


def test_every_call_gets_copies_and_what_is_written_is_named():
    def spoils(array, rows, number):
        return array, rows

    array, rows = np.ones(2), [[1.0], [2.0]]
    given = Answer(spoils, "spoils(array, rows, number)")(array, rows, 3)
    assert given[0] is not array
    assert given[1][0] is not rows[0]

    def writes(array, rows):
        rows[0][0] = 5.0

    with pytest.raises(Mistake, match="`writes` writes into its argument rows"):
        Answer(writes, "writes(array, rows)")(array, rows)
    assert rows[0] == [1.0]


def test_a_model_that_is_trained_unasked_is_named_and_mended():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    before = model.get_weights()

    def trains(model):
        model.set_weights([weight + 1 for weight in before])

    with pytest.raises(Mistake, match="trains its argument model"):
        Answer(trains, "trains(model)")(model)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    Answer(trains, "trains(model)", changes=["model"])(model)
    np.testing.assert_array_equal(model.get_weights()[0], before[0] + 1)


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="tensors are constant")
def test_a_tensor_that_is_written_into_is_named():
    tensor = ops.ones(2)

    def writes(x):
        x += 1
        return x

    with pytest.raises(Mistake, match="writes into its argument x"):
        Answer(writes, "writes(x)")(tensor)
    assert ops.convert_to_numpy(tensor).tolist() == [1, 1]


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


def test_what_a_backend_adds_to_its_exception_is_not_shown():
    error = TypeError("no number yet")
    error.add_note("-----\nFor simplicity, JAX has removed its internal frames.")
    assert describe_error(error) == "calling your code raised TypeError: no number yet"


def test_a_lesson_is_reached_through_the_package():
    assert checks.lesson03.discriminator_loss.__name__ == "discriminator_loss"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0.5, 0.25), ["0.5", "0.25"]),
        ((0.88079, 0.88081), ["0.88079", "0.88081"]),
        ((1.0, 1.0), ["1", "1"]),
        ((np.nan, -np.inf), ["NaN", "-infinity"]),
    ],
)
def test_numbers_are_shown_with_the_digits_that_tell_them_apart(numbers, words):
    assert in_digits(*numbers) == words


def test_agreement_needs_the_same_shape_and_takes_infinity_and_nan_as_they_are():
    assert agree(np.inf, np.inf)
    assert agree(np.nan, np.nan)
    assert not agree(np.inf, 1.0)
    assert not agree(np.ones((3, 1)), np.ones(3))
    assert agree((1.0, np.ones(2)), (1.0, np.ones(2) + 1e-6))


def test_the_precision_of_a_gpus_matrix_product_decides_nothing():
    exact = np.array([1000.0, 1.0])
    assert agree(exact + 2.0, exact, MATMUL)
    assert not agree(exact + 20.0, exact, MATMUL)


def test_an_answer_is_judged_in_full_float32_whatever_the_setting(monkeypatch, capsys):
    entered = []

    @contextlib.contextmanager
    def noted():
        entered.append("in")
        yield
        entered.append("out")

    monkeypatch.setattr(feedback, "full_precision", noted)
    feedback.report("1.1", "a title", lambda: entered.append("judged"), 5)
    assert entered == ["in", "judged", "out"]
    assert "passed" in capsys.readouterr().out

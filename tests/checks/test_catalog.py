"""Each catalog fed to its own check: every formula gets its message and no other."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from answer_tables import stub
from keras import ops

from utils import checks
from utils.checks.engine import Answer, Check, Mistake


def every_check() -> dict[str, Check]:
    """Every `Check` of every lesson, those that are part of a larger one as well."""
    found = {}
    for module in pkgutil.walk_packages(checks.__path__, "utils.checks."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Check):
                found.setdefault(id(value), (f"{value.number} {name}", value))
    return dict(found.values())


CHECKS = every_check()
# A check, the cases in which a mistake shows, the mistakes of these cases, the mistake.
ENTRIES = {
    f"{name} {'ordinary' if cases is check.cases else f'edge {group}'} {k}": (
        check,
        cases,
        mistakes,
        wrong,
    )
    for name, check in CHECKS.items()
    for group, (cases, mistakes) in enumerate(
        [
            (check.cases, check.mistakes),
            *(([edge], edge.mistakes) for edge in check.edges),
        ]
    )
    for k, wrong in enumerate(mistakes)
}


def in_numpy(arguments):
    return [
        ops.convert_to_numpy(value) if ops.is_tensor(value) else value
        for value in arguments
    ]


def is_case(arguments, case):
    return all(
        one is other
        or (
            not callable(one)
            and not isinstance(one, str)
            and np.shape(one) == np.shape(other)
            and np.allclose(one, other, rtol=1e-6)
        )
        for one, other in zip(arguments, case.arguments, strict=True)
    )


def as_answer(check, cases, wrong):
    """A learner's function that makes this mistake in these cases, and no other."""
    parts = Answer(lambda *arguments: None, check.header).parts

    def answer(*arguments):
        arguments = in_numpy(arguments)
        if not any(is_case(arguments, case) for case in cases):
            return check.exact(*arguments)
        if wrong.part is None:
            return wrong.formula(*arguments)
        results = list(check.exact(*arguments))
        results[parts.index(wrong.part)] = wrong.formula(*arguments)
        return tuple(results)

    return answer


@pytest.mark.parametrize(
    ("check", "cases", "mistakes", "wrong"), ENTRIES.values(), ids=ENTRIES
)
def test_a_mistake_of_a_catalog_gets_its_own_message_and_no_other(
    check, cases, mistakes, wrong
):
    function = as_answer(check, cases, wrong)
    with np.errstate(all="ignore"):
        found = check.recognize(Answer(function, check.header), cases, mistakes)
    assert [each.message for each in found] == [wrong.message]
    with np.errstate(all="ignore"), pytest.raises(Mistake) as said:
        check.examine(function)
    assert wrong.message in str(said.value)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_the_exact_function_agrees_with_itself_in_every_case(check):
    for case in (*check.cases, *check.edges):
        answer = Answer(
            lambda *arguments: check.exact(*in_numpy(arguments)), check.header
        )
        assert not check.recognize(answer, [case], case.mistakes or check.mistakes)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_the_cases_have_several_sizes(check):
    """So that an answer made for one size, or for powers of two, does not pass."""
    lengths = {
        len(value)
        for case in (*check.cases, *check.edges)
        for value in case.arguments
        if not callable(value) and np.ndim(value)
    }
    assert not lengths or len(lengths) > 2
    assert not lengths or any(n & (n - 1) for n in lengths)


def slips_of_the_language(check):
    """Functions that lack a `return`, exchange their arguments, write into them."""
    names = Answer(lambda *arguments: None, check.header).arguments

    def written_into(*arguments):
        right = check.exact(*in_numpy(arguments))
        for value in arguments:
            if isinstance(value, list):
                value.append(0)
            elif isinstance(value, np.ndarray):
                value += 1
        return right

    yield lambda *arguments: None, "lacks the word `return`"
    if len(names) > 1:
        exchanged = eval(f"lambda {', '.join(names[::-1])}: None")
        yield exchanged, "exchanged the order of its arguments"
    writable = (isinstance(v, np.ndarray | list) for v in check.cases[0].arguments)
    if not check.tensors and any(writable):
        yield written_into, "writes into its argument"


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_slips_of_the_language_are_named_in_every_exercise(check):
    for function, message in slips_of_the_language(check):
        with np.errstate(all="ignore"), pytest.raises(Mistake, match=message):
            check.examine(function)


@pytest.mark.parametrize(
    ("lesson", "name"),
    [
        (lesson, name)
        for lesson in vars(checks)
        if lesson.startswith("lesson")
        for name in getattr(checks, lesson).__all__
        if name != "train_step"  # a class, and not a function
    ],
)
def test_a_stub_is_not_attempted_yet(monkeypatch, capsys, lesson, name):
    monkeypatch.delenv("COURSE_STRICT")
    check = getattr(getattr(checks, lesson), name)
    check(*[stub] * len(inspect.signature(check).parameters))
    said = capsys.readouterr().out
    assert said.startswith(f"○ Exercise {int(lesson[-2:])}.")
    assert "is not attempted yet: " in said

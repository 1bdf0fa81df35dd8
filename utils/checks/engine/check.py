"""A check as data: what is asked, what is right, and what learners write instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from utils.checks.engine.answers import Answer, as_tensors, copied, read_like
from utils.checks.engine.catalog import Case, Reply, Wrong, recognized
from utils.checks.engine.comparison import (
    TOLERANCE,
    agree,
    as_one,
    factor_between,
    in_words,
    where_they_differ,
)
from utils.checks.engine.feedback import Mistake, report
from utils.checks.engine.slips import (
    bounded,
    ignored,
    overflows,
    rounded,
    told_by_all_arrays,
    told_by_arguments,
    told_by_result,
)
from utils.checks.engine.traceback import describe_error


@dataclass(frozen=True)
class Check:
    """A check of one function, called with the learner's: `check(function)`.

    Attributes:
        number: the lesson and the exercise, as in "1.1".
        title: what the exercise is about, as in its first line.
        header: what the learner writes, as "js_of_modes(k, K)", or with the names of
            several results, "fit_gaussian(x) -> mean, covariance".
        exact: the right function, of NumPy arguments.
        cases: ordinary cases; together they tell all `mistakes` apart.
        mistakes: the catalog.
        edges: cases tried after the ordinary ones are right, one by one.
        tensors: whether arrays are handed over as tensors, in float32.
        tolerance: relative; `MATMUL` where a matrix product is involved.
        least: an absolute difference that is as good as none.
        behaves: function `(answer) -> remark or None` for what numbers alone do not
            show, as gradients; raises a `Mistake`.
        seconds: how long all calls together may take.
    """

    number: str
    title: str
    header: str
    exact: Callable
    cases: Sequence[Case]
    mistakes: Sequence[Wrong] = ()
    edges: Sequence[Case] = ()
    tensors: bool = False
    tolerance: float = TOLERANCE
    least: float = 1e-6
    behaves: Callable | None = None
    seconds: float = 30

    @property
    def __name__(self) -> str:
        return self.header.partition("(")[0]

    def __call__(self, function: Callable) -> None:
        """Prints one line about a learner's function.

        Raises:
            ExerciseError: with `COURSE_STRICT=1`, unless it is right.
        """
        report(self.number, self.title, lambda: self.examine(function), self.seconds)

    def examine(self, function: Callable) -> str | None:
        """Returns a remark on a right function, or None.

        Raises:
            Mistake: if it is wrong.
        """
        answer = Answer(function, self.header)
        self._compare(answer, self.cases, self.mistakes)
        for edge in self.edges:
            self._compare(answer, [edge], edge.mistakes)
        return self.behaves(answer) if self.behaves else None

    def recognize(self, answer: Answer, cases, mistakes) -> list[Wrong]:
        """Returns the mistakes that explain what an answer returns in these cases."""
        return self._explanations(answer, self._replies(answer, cases)[0], mistakes)

    def _compare(self, answer, cases, mistakes) -> None:
        replies, broken = self._replies(answer, cases)
        if all(map(self._right, replies)):
            if broken is None:
                return
            breaks = cases[len(replies)].breaks
            if isinstance(broken, Mistake | NotImplementedError) or not breaks:
                raise broken
            raise Mistake(f"{describe_error(broken)}: {breaks}") from broken
        explained = self._explanations(answer, replies, mistakes)
        if explained:
            raise Mistake(f"`{answer.name}` {explained[0].message}")
        raise Mistake(f"`{answer.name}` {self._unforeseen(answer, replies)}")

    def _replies(self, answer, cases) -> tuple[list[Reply], Exception | None]:
        """The replies, up to the first case that breaks off, and how it does."""
        replies = []
        for case in cases:
            try:
                replies.append(self._ask(answer, case))
            except Exception as error:  # what came before may explain it
                return replies, error
        return replies, None

    def _explanations(self, answer, replies, mistakes) -> list[Wrong]:
        return recognized(replies, mistakes, answer.parts, self.tolerance, self.least)

    def _ask(self, answer: Answer, case: Case) -> Reply:
        exact = self.exact(*copied(case.arguments))
        handed = as_tensors(case.arguments) if self.tensors else case.arguments
        found = read_like(exact, answer(*handed), answer)
        return Reply(case, found, exact, lambda: copied(case.arguments))

    def _right(self, reply: Reply) -> bool:
        return agree(reply.found, reply.exact, self.tolerance, self.least)

    def _unforeseen(self, answer: Answer, replies: Sequence[Reply]) -> str:
        """The slips that can be told without a catalog; else the first difference."""
        reply = next(each for each in replies if not self._right(each))
        if reply.case not in self.cases:  # the ordinary cases were right
            replies = [*map(self._as_is_right, self.cases), *replies]
        slip = (
            self._draws(answer, reply)
            or self._other_order_of_results(answer, replies)
            or self._arguments_exchanged(answer, replies)
        )
        if slip:
            return slip
        return self._difference(
            answer, reply, self._told(answer, reply, replies), replies
        )

    def _told(self, answer: Answer, reply: Reply, replies) -> str | None:
        """What a change of the arguments or the result explains, in a few words."""
        compare = {"tolerance": self.tolerance, "least": self.least}
        named = {"parts": answer.parts, **compare}
        return (
            ignored(
                lambda case: self._ask(answer, case),
                answer.arguments,
                [each.case for each in replies],
                **compare,
            )
            or told_by_arguments(self.exact, answer.arguments, replies, **named)
            or told_by_result(self.exact, answer.arguments, replies, **named)
            or told_by_all_arrays(self.exact, answer.arguments, replies, **named)
            or (None if answer.parts else self._factor(replies))
            or rounded(replies, self.least)
            or bounded(replies, **compare)
            or overflows(reply.found, reply.exact, reply.case not in self.cases)
        )

    def _as_is_right(self, case: Case) -> Reply:
        exact = self.exact(*copied(case.arguments))
        return Reply(case, exact, exact, lambda: copied(case.arguments))

    def _draws(self, answer: Answer, reply: Reply) -> str | None:
        again = self._ask(answer, reply.case)
        if agree(again.found, reply.found, 1e-9, 0):
            return None
        return (
            "returns something else when it is called again with the same arguments: "
            "it draws random numbers, or keeps something from call to call. Compute "
            "it from the arguments alone."
        )

    def _other_order_of_results(self, answer: Answer, replies) -> str | None:
        if not answer.parts or not self._are(replies, _other_order):
            return None
        return (
            "returns its results in another order: end with "
            f"`return {', '.join(answer.parts)}`."
        )

    def _arguments_exchanged(self, answer: Answer, replies) -> str | None:
        names = answer.arguments
        for order in list(permutations(range(len(names))))[1:]:

            def exchanged(exact, *arguments, order=order):
                return [self.exact(*(arguments[i] for i in order))]

            if self._are(replies, exchanged):
                return (
                    "has exchanged its arguments: it is called as "
                    f"`{answer.name}({', '.join(names)})`, in this order."
                )
        return None

    def _factor(self, replies) -> str | None:
        """Says if all numbers are the right ones times, or plus, one and the same."""
        if any(np.shape(reply.found) != np.shape(reply.exact) for reply in replies):
            return None
        return factor_between(
            np.concatenate([np.ravel(reply.found) for reply in replies]),
            np.concatenate([np.ravel(reply.exact) for reply in replies]),
        )

    def _are(self, replies, others: Callable) -> bool:
        """Whether each reply is one of what `others` makes of the exact one."""
        try:
            return all(
                any(
                    agree(
                        reply.found,
                        as_one(other, reply.exact),
                        self.tolerance,
                        self.least,
                    )
                    for other in others(reply.exact, *reply.arguments())
                )
                for reply in replies
            )
        except Exception:  # not defined for such arguments
            return False

    def _difference(self, answer, reply: Reply, told: str | None, replies) -> str:
        found, exact, label = reply.found, reply.exact, ""
        if answer.parts:
            which = next(
                i
                for i, (one, other) in enumerate(zip(found, exact, strict=True))
                if not agree(one, other, self.tolerance, self.least)
            )
            found, exact, label = found[which], exact[which], answer.parts[which]
        given = ", ".join(
            f"{name} = {in_words(value)}"
            for name, value in zip(answer.arguments, reply.case.arguments, strict=True)
        )
        if np.shape(found) != np.shape(exact):
            shape = _other_shape(label, found, exact, given)
            return f"{told}: it {shape}" if told else shape
        shows = f": {reply.case.shows}" if reply.case.shows else "."
        value, right = where_they_differ(found, exact, self.tolerance, self.least)
        label = f"{label} = " if label else ""
        if told:
            if reply.case in self.cases:  # what an edge is there for stays to be said
                shows = "."
            return f"{told}: {label}{value} for {given}, where {right} is right{shows}"
        nearly = (
            " (Nearly: is a grid too coarse, or something rounded?)"
            if agree(found, exact, 0.02, self.least)
            else ""
        )
        return (
            f"returns {label}{value} for {given}, where {right} is right{shows}{nearly}"
        )


def _other_order(exact, *arguments):
    return list(permutations(exact))[1:]


def _other_shape(label: str, found, exact, given: str) -> str:
    shape, wanted = np.shape(found), np.shape(exact)
    label = f"{label} of " if label else ""
    if not wanted:
        right = "one number is asked for: take the `mean` or `sum` over all"
    elif not shape:
        right = f"{wanted} is right: one number for each, without a mean or sum"
    elif sorted(shape) == sorted(wanted):
        right = f"{wanted} is right: the axes are in another order"
    elif [n for n in shape if n != 1] == [n for n in wanted if n != 1]:
        more = "too many" if len(shape) > len(wanted) else "too few"
        right = f"{wanted} is right: an axis of length 1 {more}"
    else:
        right = f"{wanted} is right"
    return f"returns {label}shape {shape} for {given}, where {right}."

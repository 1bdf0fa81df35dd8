"""How a check is written: see `lesson01/discrete_kl.py` and `lesson02/js_reading.py`.

One file per exercise, named as the function that the learner writes; it defines a
`Check` of that name, and `lessonNN/__init__.py` exports it:

    discrete_kl = Check(
        "1.2", "KL with zeros", "discrete_kl(p, q)",
        exact=kl_divergence,                      # NumPy in, NumPy out
        cases=[Case(P, Q, shows="what a failing answer has overlooked."), ...],
        mistakes=[Wrong(formula, "has p and q swapped: ...")],
        edges=[Case(P0, Q0, mistakes=[...])],     # tried after `cases` are right
    )

- The engine copies all arguments for each call, names an answer that writes into them
  or exchanges their order, reads numbers, arrays and tuples (named in the header: "f(x)
  -> mean, covariance"), and tells slips that need no catalog: no `return`, another
  order of results, a constant factor, random numbers, an axis too many, endless loops.
- Give cases of one, two and many examples (not a power of two), repeated points, a
  large outlier, far tails. A mistake is recognized if its formula agrees in *every*
  ordinary case; a formula that is NaN or raises says nothing. `part="kl"` looks at one
  result only; `when` recognizes by a predicate, and the formula is then an example.
- `tensors=True` hands over tensors; `tolerance=MATMUL` wherever a matrix product or a
  convolution is involved (GPUs take them in TF32).
- `shows` gives a hint's worth, never the whole formula where deriving it is the task.
- `behaves` watches what numbers do not show: a function `(answer) -> remark or None`.
- An exercise of several functions, or of a class, is a function that raises `Mistake`,
  decorated with `@exercise(number, title, seconds)`; `Check.examine` serves its parts.

`tests/checks/test_catalog.py` finds every `Check` and feeds its catalog to it: each
formula must get its own message and no other. By hand: three right, five wrong answers.
"""

from utils.checks.engine.answers import Answer
from utils.checks.engine.catalog import Case, Wrong
from utils.checks.engine.check import Check
from utils.checks.engine.comparison import MATMUL, TOLERANCE, agree, close, in_digits
from utils.checks.engine.feedback import ExerciseError, Mistake, exercise
from utils.checks.engine.traceback import describe, describe_error

__all__ = [
    "MATMUL",
    "TOLERANCE",
    "Answer",
    "Case",
    "Check",
    "ExerciseError",
    "Mistake",
    "Wrong",
    "agree",
    "close",
    "describe",
    "describe_error",
    "exercise",
    "in_digits",
]

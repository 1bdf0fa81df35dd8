"""One setting, one training, one row: scores, or the sentence with which it failed."""

import json
import os
import platform
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

from utils.core.validation import integer, number


@dataclass(frozen=True)
class Trial:
    """What is to be tried: plain numbers and words, for settings travel, models never.

    Attributes:
        target: what is learned, as "grid".
        family: what kind of model, as "VAE".
        number: of the setting within its family, from 0.
        settings: `{name: value}`.
        seed: of the training.
        budget: seconds of one core that the training may take, above 0.
        steps: updates that count instead of seconds; None for seconds.
        final: whether it is scored on the data that chose nothing.
    """

    target: str
    family: str
    number: int
    settings: dict = field(hash=False)
    seed: int = 0
    budget: float = 5.0
    steps: int | None = None
    final: bool = False

    def __post_init__(self):
        if not self.settings:
            raise ValueError(
                f"{self.family!r} was given no settings: give at least one."
            )
        number(self.budget, "budget", above=0, fix="It counts seconds of one core.")
        integer(self.number, "number", least=0)
        integer(self.seed, "seed", least=0)
        if self.steps is not None:
            integer(self.steps, "steps")

    @property
    def name(self) -> str:
        """A word for files: family, number, and the seed."""
        family = re.sub(r"\W+", "-", self.family)
        return f"{family}-{self.number:05d}-{self.seed}"


def row_of(trial: Trial, play: Callable[[Trial], dict], environment: dict) -> dict:
    """Plays one trial where it is called, and returns its row, whatever happens.

    Args:
        trial: which.
        play: function of a trial to its scores, `{name: number}`; it is a module's own
            function, which every worker can import, and builds its model itself.
        environment: variables such as `KERAS_BACKEND`, set before anything is imported.

    Returns:
        `{"trial", "scores", "failed", "versions", "seconds", "machine"}`: scores, or
        None and the sentence with which it failed; seconds of one core.
    """
    os.environ.update(environment)
    start = time.process_time()
    scores, failed = None, None
    try:
        played = play(trial)
        json.dumps(played, allow_nan=False)  # else its row could not be written
        scores = played
    except Exception as error:  # a diverged training is a row, and no crash
        failed = f"{type(error).__name__}: {error}"
    return _row(trial, scores, failed, round(time.process_time() - start, 2))


def lost_row(trial: Trial, tries: int) -> dict:
    """Returns the row of a trial that has ended its worker each time it was tried."""
    failed = (
        f"The worker ended without a word in {tries} of {tries} tries, as when memory "
        "runs out or another program kills it."
    )
    return _row(trial, None, failed, None)


def described(trial: Trial) -> dict:
    """Returns what a row says of its trial, as JSON gives it back."""
    return json.loads(json.dumps(asdict(trial)))


def _row(trial, scores, failed, seconds) -> dict:
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    versions = {name: version(name) for name in ("keras", "numpy")}
    return {
        "trial": described(trial),
        "scores": scores,
        "failed": failed,
        "versions": {"backend": backend, "python": platform.python_version()}
        | versions,
        "seconds": seconds,
        "machine": f"{platform.node()}, {platform.machine()}",
    }

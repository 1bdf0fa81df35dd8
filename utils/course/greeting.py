"""Keep TensorFlow's greeting out of a learner's first output.

`TF_CPP_MIN_LOG_LEVEL` does not silence what is written before the log is set up.
"""

import re
import sys

_GREETING = re.compile(
    r"^(WARNING: All log messages before absl::InitializeLog\(\)"
    r"|I\d{4} [\d:.]+ +\d+ \w+\.cc:\d+\]"
    r"|E\d{4} [\d:.]+ +\d+ cuda_\w+\.cc:\d+\] failed call to cuInit"
    r"|E\d{4} [\d:.]+ +\d+ meta_optimizer\.cc:\d+\] remapper failed"
    r"|To enable the following instructions: ).*\n?",
    re.MULTILINE,
)


def without_greeting(text: str) -> str:
    """Drop TensorFlow's lines on how it was built, no GPU, a fusion it gave up."""
    return _GREETING.sub("", text)


def mute() -> None:
    """Let a kernel's error stream drop those lines; another stream stays as it is."""
    stream = sys.stderr
    ours = getattr(stream.write, "drops_greeting", False)
    if type(stream).__module__.startswith("ipykernel") and not ours:
        write = stream.write
        stream.write = lambda text: write(without_greeting(text))
        stream.write.drops_greeting = True

"""How a benchmark writes what it measures: one file per trial, whole or not there.

`record("mixtures", ("laptop", "ring", "none", 3), run)` writes one file into
`results/mixtures/`, and touches no other: runs may be stopped, go on, or stand beside
each other. `load_results("mixtures")["laptop"]["ring"]["none"][3]` is `run` again.
"""

import json
import re
import zlib
from pathlib import Path

from utils.course.results import load_results, write_trial

RESULTS = Path(__file__).resolve().parents[1] / "results"


def record(table: str, key: tuple, value):
    """Writes what one trial measured; what stood under the same key goes.

    Args:
        table: name of the benchmark's table.
        key, value: as `utils.course.results.write_trial` takes them.

    Returns:
        The value.
    """
    words = re.sub(r"\W+", "_", "-".join(map(str, key)), flags=re.ASCII)[:60] or "whole"
    # Two keys may read alike: the number tells them apart.
    number = zlib.crc32(json.dumps(list(key)).encode())
    write_trial(RESULTS / table / f"{words}-{number:08x}.json", key, value)
    return value


def recorded(table: str, *key):
    """Returns what stands under a key already, or an empty dictionary."""
    found = load_results(table) if (RESULTS / table).is_dir() else {}
    for part in key:
        found = found.get(part, {})
    return found

"""What computed a result: the processor, its cores, and an accelerator."""

import os
import platform
import re
import sys
from pathlib import Path

_LINUX = Path("/proc/cpuinfo")


def machine() -> str:
    """Name what this process computes on, for whoever reads its result.

    Returns:
        Such as `"Intel(R) Xeon(R) Processor, 2 cores, x86_64"`; where this process has
        loaded a backend that sees an accelerator, with that in front.
    """
    cores = getattr(os, "process_cpu_count", os.cpu_count)()  # the first from 3.13 on
    told = [_processor(), f"{cores} core{'s' * (cores != 1)}", platform.machine()]
    # Not imported here: a backend takes seconds, and most that is named needs none.
    if autodiff := sys.modules.get("utils.autodiff"):
        told.insert(0, autodiff.accelerator())
    return ", ".join(filter(None, told))


def _processor() -> str:
    """The processor's model, where the system tells it; else nothing."""
    text = _LINUX.read_text("utf-8") if _LINUX.exists() else ""
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    model = found[1] if found else platform.processor()
    return "" if model == platform.machine() else model

"""What a notebook imports before anything else: its first output is the learner's own.

The builder writes the line that does it, so that it works in any Jupyter.
"""

import logging
import os

from IPython import get_ipython

from utils.course.greeting import mute

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
mute()
# Small models that are trained one after another are no mistake.
logging.getLogger("tensorflow").addFilter(
    lambda record: "triggered tf.function retracing" not in record.getMessage()
)
if shell := get_ipython():
    # When a cell ends, IPython puts its streams back as they were when it began.
    shell.events.register("pre_run_cell", lambda _: mute())

"""Many trainings: what to try, one try, and all of them on as many machines as wanted.

`space` says what settings there are, `trial` is one setting and its row, `sweep` runs
trials and writes their rows, by one of the `executors` or on a `cluster`; `league` is
the course's own.
"""

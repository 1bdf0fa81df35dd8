"""Play the league: every family, many settings, one budget, one jury.

    python benchmarks/league.py play grid digits      # 14 settings of each family
    python benchmarks/league.py rescore grid digits   # the best: fresh seeds and data
    python benchmarks/league.py join grid digits      # into results/league/

Each trial is one file in `.sweeps/`; what was stopped goes on. `play` and `rescore`
take three quarters of an hour of one quiet core together.
"""

import sys
from pathlib import Path

from record import record
from rich.console import Console

from utils.experiments.jury import floor
from utils.experiments.league import SCORE, best_trials, league_trials, play
from utils.experiments.sweep import rows_in, sweep
from utils.experiments.targets import load_target

ROOT = Path(__file__).resolve().parents[1] / ".sweeps"
EACH, BUDGET, SEEDS = 14, 4.0, (101, 102, 103)


def tell(row):
    """Prints one line for a row."""
    trial, scores = row["trial"], row["scores"]
    said = row["failed"] or f"{scores[SCORE[trial['target']]]:.3f}"
    Console().print(trial["family"], trial["number"], trial["seed"], said)


def play_all(*targets):
    """Plays the settings of every family, a few of each at a time."""
    for each in range(2, EACH + 1, 2):
        for target in targets:
            trials = league_trials(target, each, BUDGET)
            sweep(trials, play, ROOT / target, told=tell)


def rescore(*targets):
    """Trains the best setting of each family anew, for the final jury."""
    for target in targets:
        trials = best_trials(rows_in(ROOT / target), SEEDS)
        sweep(trials, play, ROOT / f"{target}-final", told=tell)


def join(*targets):
    """Writes the rows of each target."""
    for target in targets:
        join_one(target)


def join_one(target):
    """Writes all rows of a target, and the floor of its jury, as one table."""
    data = load_target(target)
    for name, folder in (("runs", target), ("final", f"{target}-final")):
        if (ROOT / folder).is_dir():
            record("league", (target, name), [short(r) for r in rows_in(ROOT / folder)])
    record("league", (target, "floor"), floor(data, data.choosing))
    record("league", (target, "final floor"), floor(data, data.final))
    record("league", (target, "budget"), BUDGET)


def short(row):
    """Leaves out of a row what all of them share."""
    kept = {
        name: row["trial"][name] for name in ("family", "number", "seed", "settings")
    }
    scores = row["scores"] and {
        name: value if value is None else round(value, 4)
        for name, value in row["scores"].items()
    }
    return kept | {"scores": scores, "failed": row["failed"], "seconds": row["seconds"]}


def main():
    """Does what the command line says, for one target or for both."""
    parts = {"play": play_all, "rescore": rescore, "join": join}
    if not set(sys.argv[1:2]) <= parts.keys() or len(sys.argv) < 3:
        sys.exit(f"usage: python benchmarks/league.py {' | '.join(parts)} TARGET …")
    parts[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()

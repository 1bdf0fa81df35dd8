"""The league: every family, many settings, one budget, one jury."""

import gc
import math
import warnings

import numpy as np

from utils.core.validation import integer, one_of
from utils.experiments.trial import Trial

#: What a target's runs are ranked by; less is better.
SCORE = {"ring": "js", "grid": "js", "digits": "frechet", "mnist": "frechet"}
#: One thread: a budget counts seconds of one core.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
#: Steps that TensorFlow takes in one call: half of the time would go between them.
TOGETHER = 16
_JUDGED = 250  # examples for the exact likelihood
_SHORTEST_EPOCH = 2 * TOGETHER


def league_trials(
    target: str, each: int, budget: float, families=None, steps=None, seed: int = 0
) -> list[Trial]:
    """Returns the trials of a target: so many settings of each family, in turn.

    Args:
        target: one of `utils.experiments.targets.TARGETS`.
        each: settings of each family, at least 1.
        budget: seconds of one core for each training, above 0.
        families: names in `FAMILIES`; None for all that learn the target.
        steps: as in `Trial`.
        seed: of the draws of settings, and of the trainings.

    Raises:
        ValueError: for an unknown target or family, or one that does not learn it.
    """
    from utils.experiments.families import FAMILIES, check_settings
    from utils.experiments.space import draw_settings
    from utils.experiments.targets import TARGETS

    one_of(target, TARGETS, "target")
    integer(each, "settings of each family")
    if families is None:
        families = [name for name, one in FAMILIES.items() if one.space(target)]
    trials = []
    for number in range(each):
        for name in families:
            space = FAMILIES[one_of(name, FAMILIES, "family")].space(target) or {}
            settings = draw_settings(space, name, number, seed) if space else {}
            check_settings(name, target, settings)
            trials.append(Trial(target, name, number, settings, seed, budget, steps))
    return trials


def play(trial: Trial) -> dict:
    """Trains what a trial says within its budget, and lets the jury score it.

    Args:
        trial: of `league_trials`.

    Returns:
        The jury's scores, and "steps", the updates that the budget paid for; of a final
        trial "nats" as well, the mean exact log-likelihood of the examples that judge,
        where the family has one.
    """
    import keras

    from utils.experiments.budget import Budget
    from utils.experiments.families import FAMILIES, check_settings
    from utils.experiments.jury import judge
    from utils.experiments.targets import load_target

    check_settings(trial.family, trial.target, trial.settings)
    target, family = load_target(trial.target), FAMILIES[trial.family]
    held = target.final if trial.final else target.choosing
    keras.utils.clear_session()
    gc.collect()
    keras.utils.set_random_seed(trial.seed + trial.number)
    model = family.build(target, trial.settings)
    if keras.backend.backend() == "tensorflow":
        model.steps_per_execution = TOGETHER
    budget = Budget(trial.budget, trial.steps)
    batch = trial.settings["batch"]
    x = _epoch(family.examples(target, target.training), batch)
    with warnings.catch_warnings():
        # The jury says so, of what is drawn.
        warnings.filterwarnings("ignore", "Training stopped", RuntimeWarning)
        model.fit(
            x,
            batch_size=batch,
            epochs=1_000_000,
            callbacks=[budget],
            verbose=0,
        )
    samples = family.draw(model, target, len(held.examples), held.seed)
    scores = judge(samples, target, held) | {"steps": budget.taken}
    if trial.final and family.nats:
        nats = family.nats(model, target, held.examples[:_JUDGED])
        scores["nats"] = None if nats is None else float(nats.mean())
    return scores


def _epoch(x, batch):
    """Returns whole batches, few examples repeated: an epoch costs time by itself."""
    x = np.concatenate([x] * -(-_SHORTEST_EPOCH * batch // len(x)))
    return x[: len(x) // batch * batch]


def best_trials(rows: list[dict], seeds) -> list[Trial]:
    """Returns the best setting of each family anew: other seeds, and the final data.

    Args:
        rows: of `sweep`, all of one target.
        seeds: of the trainings.
    """
    best = {}
    for row in rows:
        trial, scores = row["trial"], row["scores"] or {}
        score = scores.get(SCORE[trial["target"]])
        if score is not None and score < best.get(trial["family"], (math.inf,))[0]:
            best[trial["family"]] = (score, trial)
    return [
        Trial(**{**trial, "seed": seed, "final": True})
        for seed in seeds
        for _, trial in best.values()
    ]

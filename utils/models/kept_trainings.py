"""Keeps each finished training, so that a run that was stopped can go on.

`course run --scale full` calls `keep_trainings` in the kernel, before the first cell.
Run again, every cell runs again, but a training that has been done once is not done
twice: the model, its data and its callbacks get what it left in them.
"""

import functools
import hashlib
import inspect
import json
import os
import pickle
import platform
import random
import sys
import time
import types
from pathlib import Path

import keras
import numpy as np
from keras import ops
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import (
    GLOBAL_SEED_GENERATOR,
    global_seed_generator,
)

from utils.autodiff import accelerator, random_state, set_random_state
from utils.core.files import written_aside
from utils.models.style import StyleTransfer

UTILS = Path(__file__).parents[1]
# What `pickle` raises for what it cannot write.
_CANNOT = (
    pickle.PicklingError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
)
_ONE_STEP = {
    "epochs": 1,
    "initial_epoch": 0,
    "steps_per_epoch": 1,
    "validation_split": 0.0,
    "validation_data": None,
    "callbacks": None,
    "verbose": 0,
}
_FUNCTIONS = (types.FunctionType, types.MethodType)
_OF_KERAS = (
    keras.Layer,
    keras.Variable,
    keras.Metric,
    keras.optimizers.Optimizer,
)


def keep_trainings(folder, code):
    """Lets every training of this process take up what an earlier run kept.

    That is each `fit` of a Keras model, and `fit_lbfgs`. A training is known again by
    all that it follows from: the code of the cells and of `utils`, its place in the
    run, backend, versions, device, the variables `COURSE_…`; and, so that nothing is
    taken for what it is not, the numbers that it starts from (variables, data, random
    states). Kept are the variables it ends with, the optimizer's and the seeds too;
    what it returns; what it changed in callbacks and data sets; the random states; and
    its seconds, by which `time.perf_counter` then goes on.

    A training is done again where that cannot be written, as with a generator of
    batches, or a callback that is a function of the notebook. So is one in a check,
    which watches its steps.

    Args:
        folder: where to keep them, of one lesson alone; it is made. Its files are
            pickles: use no folder that others can write to.
        code: list of the sources of all cells up to the present one, which grows.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    keeper = _Keeper(folder, code)
    keras.Model.fit = keeper.around(keras.Model.fit)
    StyleTransfer.fit_lbfgs = keeper.around(StyleTransfer.fit_lbfgs)
    time.perf_counter = keeper.clock
    keeper.tell()


class _Keeper:
    """The trainings of one process: how many there were, and the time they spared."""

    def __init__(self, folder, code):
        self.folder, self.code = folder, code
        self.wall, self.spared = time.perf_counter, 0.0
        self.count, self.busy = 0, False
        backend = keras.backend.backend()
        settings = {k: v for k, v in os.environ.items() if k.startswith("COURSE_")}
        settings.pop("COURSE_DATA", None)  # the data themselves are looked at
        self.surroundings = [
            [path.read_bytes() for path in sorted(UTILS.rglob("*.py"))],
            sorted(settings.items()),
            [backend, sys.modules[backend].__version__, accelerator()],
            [keras.__version__, np.__version__, platform.python_version()],
        ]

    def clock(self):
        """The seconds, as if nothing had been spared."""
        return self.wall() + self.spared

    def around(self, train):
        """Returns a method that trains, or takes up what it did when it ran before."""
        signature = inspect.signature(train)

        @functools.wraps(train)
        def kept(*args, **kwargs):
            if self.busy or _in_a_check():
                return train(*args, **kwargs)
            self.busy, self.count = True, self.count + 1
            try:
                return self._once(train, signature.bind(*args, **kwargs))
            finally:
                self.busy = False

        return kept

    def tell(self, **progress):
        """Says how far the run has come, to whoever waits for the cell."""
        told = {"training": self.count, "spared": self.spared, **progress}
        aside = self.folder / "progress.part"
        aside.write_text(json.dumps(told), encoding="utf-8")
        aside.replace(self.folder / "progress.json")

    def _once(self, train, call):
        self.tell()
        parts = _Parts(call)
        try:
            before = parts.digests()
            data = [digest for place, digest in before.items() if place[0] == "data"]
            start = _numbers(parts.model), _random_states(), parts.arguments(), data
            everything = [self.count, *self.code, self.surroundings, start]
            key = _digest(everything, parts.names)
        except _CANNOT:
            return self._train(train, call)
        path = self.folder / f"{self.count:04}-{key[:16]}.pickle"
        if path.exists():
            return self._take_up(path, train, call, parts)
        started = self.wall()
        result = self._train(train, call)
        kept = {"result": result, "seconds": self.wall() - started}
        kept |= {"variables": _numbers(parts.model), "random": _random_states()}
        try:
            kept["changes"] = parts.changes(before)
            with written_aside(path) as file:
                _Pickler(file, parts.names).dump(kept)
        except _CANNOT:
            pass  # it will be done again
        return result

    def _train(self, train, call):
        if "callbacks" in call.signature.parameters:
            given = call.arguments.get("callbacks")
            epochs = call.arguments.get("epochs", 1)
            call.arguments["callbacks"] = [*_listed(given), _Telling(self, epochs)]
        return train(*call.args, **call.kwargs)

    def _take_up(self, path, train, call, parts):
        with path.open("rb") as file:
            kept = _Unpickler(file, parts.named).load()
        if len(_variables(parts.model)) < len(kept["variables"]):
            # One step makes what the first one made: weights, moments, metrics.
            call.arguments |= _ONE_STEP
            train(*call.args, **call.kwargs)
        variables = _variables(parts.model)
        for variable, value in zip(variables, kept["variables"], strict=True):
            variable.assign(value)
        for (name, attribute), value in kept["changes"].items():
            setattr(parts.named[name], attribute, value)
        _set_random_states(kept["random"])
        self.spared += kept["seconds"]
        os.utime(path)  # in use: what is not, `course run` clears away
        self.tell()
        return kept["result"]


class _Telling(keras.callbacks.Callback):
    """Tells each epoch, but not every moment."""

    def __init__(self, keeper, epochs):
        super().__init__()
        self.keeper, self.epochs, self.next = keeper, epochs, 0.0

    def on_epoch_end(self, epoch, logs=None):
        if self.keeper.wall() >= self.next:
            self.next = self.keeper.wall() + 1
            self.keeper.tell(epoch=epoch + 1, epochs=self.epochs)


class _Parts:
    """What a training can change: the model, a data set that counts, the callbacks."""

    def __init__(self, call):
        self.call, self.model = call, call.arguments["self"]
        self.named = {"model": self.model}
        data = call.arguments.get("x")
        if isinstance(data, keras.utils.PyDataset):
            self.named["data"] = data
        for callback in _listed(call.arguments.get("callbacks")):
            self.named[f"callback {len(self.named)}"] = callback
        self.names = {id(part): name for name, part in self.named.items()}

    def arguments(self):
        """Everything the method was given but the model and callbacks."""
        return {
            name: value
            for name, value in self.call.arguments.items()
            if name not in ("self", "callbacks")
        }

    def attributes(self):
        """Each attribute; of the model those that Keras does not keep for itself."""
        for name, part in self.named.items():
            for attribute, value in list(vars(part).items()):
                if part is not self.model or not attribute.startswith("_"):
                    yield name, attribute, value

    def digests(self):
        """A digest of each attribute that is plain; of the model, layers are not."""
        found = {}
        for name, attribute, value in self.attributes():
            try:
                found[name, attribute] = _digest(value, self.names)
            except _CANNOT:
                if name != "model":
                    raise
        return found

    def changes(self, before):
        """The attributes that have changed since."""
        after = self.digests()
        return {
            (name, attribute): value
            for name, attribute, value in self.attributes()
            if (name, attribute) in after
            and after[name, attribute] != before.get((name, attribute))
            and not (name == "model" and isinstance(value, _FUNCTIONS))
        }


class _Pickler(pickle.Pickler):
    """Writes plain values, by name what a training can change, and no layers."""

    def __init__(self, file, names, digest=False):
        super().__init__(file, protocol=5)
        self.names, self.digest = names, digest
        self.fast = digest  # equal values are the same, whoever shares them

    def persistent_id(self, item):
        """A part of the training is written as its name."""
        return self.names.get(id(item))

    def reducer_override(self, item):
        """Keras' lists lose their tie to the model."""
        if isinstance(item, _OF_KERAS):
            raise pickle.PicklingError(f"{item!r} has variables")
        if self.digest and isinstance(item, types.FunctionType):
            cells = [cell.cell_contents for cell in item.__closure__ or ()]
            return str, (item.__qualname__,), cells
        if self.digest and isinstance(item, np.ndarray) and item.dtype != object:
            told = f"{item.dtype} {item.shape} ".encode()
            return bytes, (told + hashlib.sha256(np.ascontiguousarray(item)).digest(),)
        for plain in (list, dict, set):
            if isinstance(item, plain) and type(item) is not plain:
                return plain, (plain(item),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` wrote: names become the parts of this training."""

    def __init__(self, file, named):
        super().__init__(file)
        self.named = named

    def persistent_load(self, name):
        """The part of that name."""
        return self.named[name]


class _Hash:
    """A file that nobody reads: it has a digest."""

    def __init__(self):
        self.sha = hashlib.sha256()

    def write(self, data):
        self.sha.update(data)


def _digest(value, names):
    """Of a plain value, and of a function by its name and what it closes over."""
    hashed = _Hash()
    _Pickler(hashed, names, digest=True).dump(value)
    return hashed.sha.hexdigest()


def _variables(model):
    """Each variable of a training once: the model's, its metrics', its optimizer's."""
    found = [*model.variables, *model.metrics_variables]
    if model.compiled and model.optimizer is not None:
        found += model.optimizer.variables
    return list({id(variable): variable for variable in found}.values())


def _numbers(model):
    return [ops.convert_to_numpy(each.value) for each in _variables(model)]


def _random_states():
    seeds = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    return {
        "keras": seeds and ops.convert_to_numpy(seeds.state.value),
        "python": random.getstate(),
        "numpy": np.random.get_state(),  # noqa: NPY002 (Keras shuffles by it)
        "backend": random_state(),
    }


def _set_random_states(states):
    if states["keras"] is None:
        global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)
    else:
        global_seed_generator().state.assign(states["keras"])
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    set_random_state(states["backend"])


def _in_a_check():
    frame = sys._getframe()
    while frame:
        if frame.f_globals.get("__name__", "").startswith("utils.checks"):
            return True
        frame = frame.f_back
    return False


def _listed(callbacks):
    return [] if callbacks is None else keras.tree.flatten(callbacks)

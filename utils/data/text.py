"""Texts: sources whose entropy is known exactly, prose that is there, Shakespeare.

A text is a row of symbols 0 … k − 1; an `alphabet` says which letter each stands for.
"""

import ast
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.core.validation import finite, integer, number, one_of
from utils.course import downloads

TINY_SHAKESPEARE = "text/tinyshakespeare.txt"
SOURCES = ("prose", "tiny_shakespeare")
#: Subpackages of SciPy whose docstrings are kept for the test.
HELD_OUT = ("cluster", "ndimage", "spatial")
#: Those that are not SciPy's own prose, or that a build makes.
LEFT_OUT = ("_build_utils", "_external", "_lib", "tests")
#: What a letter of the prose may be; a line ends where a paragraph does.
LETTERS = "\n '(),-.abcdefghijklmnopqrstuvwxyz"
STRANGE = rf"[^{re.escape(LETTERS)}]"

ADJECTIVES = ("old", "small", "white", "sleepy")
NOUNS = ("sheep", "deer", "fish")
VERBS = ("sleep", "swim", "run", "eat")


@dataclass(frozen=True)
class Source:
    """A random source of letters, of which every probability is known.

    It is always in one of a few states. A state says how probable each letter is, and
    the letter says which state comes next: P(letters) is a product along the path.

    Attributes:
        alphabet: the letters, in the order of the symbols.
        probabilities: P(letter | state), `(states, letters)`.
        following: the next state, int `(states, letters)`; any where P is 0.
        start: P(first state), `(states,)`; the stationary one if None.

    Raises:
        ValueError: if shapes do not fit, or a row does not sum to 1.
    """

    alphabet: str
    probabilities: np.ndarray
    following: np.ndarray
    start: np.ndarray | None = None

    def __post_init__(self):
        shape = self.probabilities.shape
        if shape[1:] != (len(self.alphabet),) or self.following.shape != shape:
            raise ValueError(
                f"Probabilities {shape} and following {self.following.shape} were "
                f"given for {len(self.alphabet)} letters: give (states, letters) each."
            )
        _check_distributions(self.probabilities, "The probabilities of a state")
        if self.start is not None:
            _check_distributions(self.start, "The probabilities of the start")

    @cached_property
    def transitions(self) -> np.ndarray:
        """P(letter, next state | state), `(letters, states, states)`."""
        states, letters = self.probabilities.shape
        table = np.zeros((letters, states, states))
        for letter in range(letters):
            rows = np.arange(states), self.following[:, letter]
            table[letter][rows] = self.probabilities[:, letter]
        return table

    @cached_property
    def stationary(self) -> np.ndarray:
        """π = πP, the share of time in each state, `(states,)`."""
        moves = self.transitions.sum(axis=0)
        equations = np.vstack([moves.T - np.eye(len(moves)), np.ones(len(moves))])
        return np.linalg.lstsq(equations, np.eye(len(moves) + 1)[-1], rcond=None)[0]

    def sample(self, n: int, length: int, seed: int) -> np.ndarray:
        """Draws n texts from the start, symbols int32 `(n, length)`.

        Raises:
            ValueError: if n or length is not an integer of at least 1.
        """
        n, length = integer(n, "n"), integer(length, "length")
        rng = np.random.default_rng(seed)
        first = self.stationary if self.start is None else self.start
        state = _draw(rng, np.broadcast_to(first, (n, len(first))))
        texts = np.empty((n, length), "int32")
        for t in range(length):
            texts[:, t] = _draw(rng, self.probabilities[state])
            state = self.following[state, texts[:, t]]
        return texts

    def predict(self, texts: np.ndarray) -> np.ndarray:
        """Returns P(letter t | all letters before), exactly.

        Args:
            texts: symbols `(n, length)`, from the start on.

        Returns:
            float64 `(n, length, letters)`.

        Raises:
            ValueError: for a text that the source cannot write.
        """
        texts = np.asarray(texts)
        first = self.stationary if self.start is None else self.start
        belief = np.repeat(first[None], len(texts), axis=0)
        predicted = np.empty((*texts.shape, len(self.alphabet)))
        for t, letters in enumerate(texts.T):
            predicted[:, t] = belief @ self.probabilities
            seen = predicted[np.arange(len(texts)), t, letters]
            if not (seen > 0).all():
                raise ValueError(
                    f"Text {int(np.argmin(seen))} has a letter at position {t} that "
                    "this source never writes there: give texts of source.sample."
                )
            for letter in np.unique(letters):
                rows = letters == letter
                belief[rows] = belief[rows] @ self.transitions[letter]
            belief /= seen[:, None]
        return predicted


class Text(NamedTuple):
    """Symbols int32 `(letters,)` to train on and to test on, and what they stand for.

    `sha256` is that of both parts, by which a number measured on them can say so.
    """

    train: np.ndarray
    test: np.ndarray
    alphabet: str
    sha256: str


def encode(text: str, alphabet: str) -> np.ndarray:
    """Returns the symbols of a text, int32 `(letters,)`.

    Raises:
        ValueError: for a letter that is not in the alphabet.
    """
    strange = sorted(set(text) - set(alphabet))
    if strange:
        raise ValueError(
            f"The text has the letters {strange}, which the alphabet {alphabet!r} "
            "lacks: leave them out, or give a larger alphabet."
        )
    place = {letter: symbol for symbol, letter in enumerate(alphabet)}
    return np.array([place[letter] for letter in text], "int32")


def decode(symbols, alphabet: str) -> str:
    """Returns the letters that symbols `(letters,)` stand for."""
    return "".join(alphabet[int(symbol)] for symbol in symbols)


def markov_chain(transition, alphabet: str | None = None) -> Source:
    """Returns a Markov chain: the last letters say how probable the next one is.

    Args:
        transition: P(next | last), `(k, k)`; or P(next | the last two), `(k, k, k)`,
            and so on: one axis for each letter of the memory, and one for the next.
        alphabet: k letters; "abc…" if None.

    Raises:
        ValueError: if the axes differ, or a row does not sum to 1.
    """
    transition = finite(np.asarray(transition, "float64"), "The transition")
    k, order = len(transition), transition.ndim - 1
    if order < 1 or set(transition.shape) != {k}:
        raise ValueError(
            f"The transition has shape {transition.shape}, but must be (k, k), or "
            "(k, k, k) for a memory of two letters."
        )
    states = np.arange(k**order)
    following = (states[:, None] * k + np.arange(k)) % k**order
    return Source(
        alphabet or "abcdefghijklmnopqrstuvwxyz"[:k],
        transition.reshape(-1, k),
        following,
    )


def noisy_xor(flip: float = 0.1) -> Source:
    """Returns bits of which each is the XOR of the two before, flipped now and then.

    No pair of neighbors tells anything: a bigram finds fair coins, a trigram all.

    Raises:
        ValueError: if the probability `flip` is not above 0 and below 1.
    """
    flip = number(flip, "flip", above=0, below=1)
    equal, different = (1 - flip, flip), (flip, 1 - flip)
    return markov_chain([[equal, different], [different, equal]], "01")


def sheep_language(p_adjective: float = 0.6) -> Source:
    """Returns a language of sentences such as "these old sleepy sheep swim. ".

    (this | these), adjectives, one of sheep, deer, fish, which do not show the number,
    and a verb, with -s after "this". Whoever forgets the first word, pays ln 2 nats
    for each sentence. Of the states all but the first are places within a sentence.

    Args:
        p_adjective: probability of an adjective, and of another, in (0, 1).

    Raises:
        ValueError: if it lies outside.
    """
    p = number(p_adjective, "p_adjective", above=0, below=1)
    rows: list[dict] = [{}, {}, {}]  # start, after "this ", after "these "
    _add_words(rows, 0, {"this ": (0.5, 1), "these ": (0.5, 2)})
    for after, ending in ((1, "s. "), (2, ". ")):
        verb = len(rows)
        rows.append({})
        words = {f"{word} ": (p / len(ADJECTIVES), after) for word in ADJECTIVES}
        words |= {f"{word} ": ((1 - p) / len(NOUNS), verb) for word in NOUNS}
        _add_words(rows, after, words)
        _add_words(rows, verb, {v + ending: (1 / len(VERBS), 0) for v in VERBS})
    alphabet = "".join(sorted({letter for row in rows for letter in row}))
    probabilities = np.zeros((len(rows), len(alphabet)))
    following = np.zeros((len(rows), len(alphabet)), int)
    for state, row in enumerate(rows):
        for letter, (weight, after) in row.items():
            probabilities[state, alphabet.index(letter)] = weight
            following[state, alphabet.index(letter)] = after
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Source(alphabet, probabilities, following, np.eye(len(rows))[0])


def load(source: str = "prose") -> Text:
    """Loads a real text, split into a part to train on and one to test on.

    Args:
        source: `"prose"`, which comes with SciPy, or `"tiny_shakespeare"`, 1,115,394
            letters, downloaded where they are not in the cache; its last tenth is the
            test.

    Raises:
        ValueError: if the source is unknown.
        DataUnavailable: if a download was needed and failed.

    Source: Karpathy (2015), char-rnn, tiny Shakespeare.
    """
    if one_of(source, SOURCES, "text") == "prose":
        return prose()
    text = downloads.fetch(TINY_SHAKESPEARE).read_bytes().decode()
    return _text(text[: len(text) * 9 // 10], text[len(text) * 9 // 10 :])


def prose() -> Text:
    """Returns the prose in the docstrings of the installed SciPy, as small letters.

    Paragraphs that mostly repeat an earlier one are left out, and whole subpackages
    are held out: else a test would ask for what was learned by heart. Another version
    of SciPy gives another text, and another `sha256`.
    """
    folder = Path(find_spec("scipy").origin).parent
    # By the parts of the path, not the path: separators differ between systems.
    files = sorted(folder.rglob("*.py"), key=lambda f: f.relative_to(folder).parts)
    seen: set[str] = set()
    parts: dict[bool, list[str]] = {False: [], True: []}
    for file in files:
        room = file.relative_to(folder).parts
        # What lies in the top folder differs from one system to the next.
        if len(room) > 1 and not set(room) & set(LEFT_OUT):
            tree = ast.parse(file.read_bytes())
            for paragraph in _paragraphs(tree):
                if not _repeats(paragraph, seen):
                    parts[room[0] in HELD_OUT].append(paragraph)
    train, test = ("".join(f"{p}\n" for p in parts[held]) for held in (False, True))
    return _text(train, test, LETTERS)


def _text(train: str, test: str, alphabet: str | None = None) -> Text:
    alphabet = alphabet or "".join(sorted(set(train + test)))
    digest = hashlib.sha256(f"{train}\0{test}".encode()).hexdigest()
    return Text(encode(train, alphabet), encode(test, alphabet), alphabet, digest)


def _paragraphs(tree: ast.AST):
    """Yields the prose of all docstrings, in the order of the file."""
    for node in _documented(tree):
        for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
            text = re.sub(r"\s+", " ", paragraph).strip()
            letters = re.sub(STRANGE, "", text.lower())
            words = len(re.sub(r"[^a-z ]", "", letters))
            clean = len(text) - len(letters) <= 2 and words > 0.94 * len(letters)
            if len(letters) > 80 and clean and "http" not in letters:
                yield letters


def _documented(node: ast.AST):
    """Yields a file, its classes and functions, and theirs, from top to bottom."""
    yield node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield from _documented(child)


def _repeats(paragraph: str, seen: set[str]) -> bool:
    """Whether a third of its runs of five words were seen before; notes the others."""
    words = paragraph.split()
    runs = {" ".join(words[i : i + 5]) for i in range(len(words) - 4)}
    repeated = len(runs & seen)
    seen |= runs
    return 3 * repeated > len(runs)


def _add_words(rows: list[dict], start: int, words: dict) -> None:
    """Adds words and their probabilities as a tree of letters that grows from start."""
    for word, (weight, end) in words.items():
        state = start
        for i, letter in enumerate(word):
            last = i == len(word) - 1
            so_far, after = rows[state].get(letter, (0.0, end if last else len(rows)))
            if after == len(rows):
                rows.append({})
            rows[state][letter] = (so_far + weight, after)
            state = after


def _draw(rng, probabilities: np.ndarray) -> np.ndarray:
    """Draws one index from each row of probabilities `(n, k)`."""
    ladder = probabilities.cumsum(axis=1)
    return (ladder < rng.random((len(ladder), 1)) * ladder[:, -1:]).sum(axis=1)


def _check_distributions(rows, what: str) -> None:
    rows = finite(np.asarray(rows), what)
    if (rows < 0).any() or not np.allclose(rows.sum(axis=-1), 1):
        raise ValueError(
            f"{what} are {rows}, but must be at least 0 and sum to 1: divide each row "
            "by its sum."
        )

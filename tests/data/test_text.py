"""Sources of letters against their closed forms; real texts by their hash."""

import importlib.metadata
import math

import numpy as np
import pytest

from utils.course import downloads
from utils.data import text
from utils.measures.entropy import entropy_rate, memory_floors

CHAIN = [[0.8, 0.15, 0.05], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]
SHEEP = text.sheep_language()


def rate(source):
    """Σ over states of the entropy of the next letter: exact, the state is known."""
    p = source.probabilities
    return -source.stationary @ np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)


def test_the_sheep_language_has_19_letters_and_112_states():
    assert SHEEP.alphabet == " .adefhilmnoprstuwy"
    assert len(SHEEP.probabilities) == 112


def test_its_entropy_is_that_of_its_choices_per_length_of_a_sentence():
    adjective = -0.6 * math.log(0.6) - 0.4 * math.log(0.4)
    choices = math.log(2) + adjective / 0.4 + 1.5 * math.log(4) + math.log(12)
    assert rate(SHEEP) == pytest.approx(choices / 25.708333333, rel=1e-8)
    assert rate(SHEEP) == pytest.approx(0.269952, abs=5e-7)


def test_the_best_model_of_a_few_sheep_letters():
    expected = [2.565557, 1.280662, 0.472948, 0.337360, 0.313276]
    assert memory_floors(SHEEP.transitions, 4) == pytest.approx(expected, abs=5e-7)


def test_forgetting_the_number_of_the_sheep_costs_ln_2_a_sentence():
    excess = memory_floors(SHEEP.transitions, 7)[7] - rate(SHEEP)
    assert excess * 25.708333333 == pytest.approx(math.log(2), rel=1e-5)


def test_sentences_agree_in_number():
    drawn = text.decode(SHEEP.sample(1, 20_000, seed=0)[0], SHEEP.alphabet)
    sentences = drawn.split(". ")[:-1]
    assert len(sentences) > 600
    for sentence in sentences:
        words = sentence.split()
        assert words[0] in ("this", "these")
        assert (words[-1][-1] == "s") == (words[0] == "this")
        assert words[-2] in text.NOUNS
        assert set(words[1:-2]) <= set(text.ADJECTIVES)


@pytest.mark.parametrize(("first", "s"), [("this", 1.0), ("these", 0.0)])
def test_the_verb_ends_as_the_first_word_says(first, s):
    begun = text.encode(f"{first} old fish swim" + ("s" if s else "."), SHEEP.alphabet)
    predicted = SHEEP.predict(begun[None])
    assert predicted[0, -1, SHEEP.alphabet.index("s")] == s


def test_predictions_add_up_to_the_rate():
    drawn = SHEEP.sample(30, 300, seed=1)
    seen = np.take_along_axis(SHEEP.predict(drawn), drawn[..., None], axis=2)
    assert -np.log(seen).mean() == pytest.approx(rate(SHEEP), abs=0.01)


def test_a_chain_whose_state_is_hidden_at_first_starts_as_its_stationary_law():
    chain = text.markov_chain(CHAIN)
    assert chain.stationary == pytest.approx([0.45045, 0.315315, 0.234234], abs=1e-6)
    predicted = chain.predict(np.array([[1, 0]]))
    assert predicted[0] == pytest.approx(np.array([chain.stationary, CHAIN[1]]))


def test_a_chain_has_the_entropy_rate_of_its_matrix():
    chain = text.markov_chain(CHAIN)
    assert rate(chain) == pytest.approx(entropy_rate(CHAIN))
    assert rate(chain) == pytest.approx(0.802742, abs=5e-7)


def test_of_a_noisy_xor_a_bigram_learns_nothing_and_a_trigram_all():
    source = text.noisy_xor()
    coin = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
    expected = [math.log(2), math.log(2), coin, coin]
    assert memory_floors(source.transitions, 3) == pytest.approx(expected)
    bits = source.sample(1, 5000, seed=0)[0]
    assert (bits[2:] == bits[1:-1] ^ bits[:-2]).mean() == pytest.approx(0.9, abs=0.02)


def test_one_seed_gives_one_text():
    first, again, other = (SHEEP.sample(2, 50, seed=s) for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_letters_and_symbols_turn_into_each_other():
    assert text.decode(text.encode("sheep", SHEEP.alphabet), SHEEP.alphabet) == "sheep"


@pytest.fixture(scope="module")
def prose():
    return text.load()


@pytest.mark.skipif(
    importlib.metadata.version("scipy") != "1.17.1", reason="another SciPy's prose"
)
def test_the_prose_of_the_locked_scipy_is_the_same_everywhere(prose):
    assert prose.sha256 == (
        "e1900bd07525f4fbc1d942bdda83dbffb9dbcd3a264e91ee5779eb8c27725c42"
    )


def test_prose_is_prose(prose):
    train, test = (text.decode(part, prose.alphabet) for part in prose[:2])
    assert len(train) > 150_000
    assert len(test) > 20_000
    assert train.count(" the ") > 1500
    assert ">>>" not in train + test


def test_what_is_held_out_is_not_a_repetition(prose):
    def runs(part):
        words = [line.split() for line in text.decode(part, prose.alphabet).split("\n")]
        return {tuple(w[i : i + 8]) for w in words for i in range(len(w) - 7)}

    train, test = runs(prose.train), runs(prose.test)
    assert len(train & test) < 0.02 * len(test)


@pytest.mark.skipif(
    not downloads.is_cached(text.TINY_SHAKESPEARE), reason="not in the cache"
)
def test_tiny_shakespeare_is_whole():
    shakespeare = text.load("tiny_shakespeare")
    assert len(shakespeare.train) + len(shakespeare.test) == 1_115_394
    assert len(shakespeare.alphabet) == 65
    assert text.decode(shakespeare.train[:13], shakespeare.alphabet) == "First Citizen"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.load("shakespeare"), "Did you mean 'tiny_shakespeare'"),
        (lambda: text.encode("SHEEP", "sheep"), r"letters \['E', 'H', 'P', 'S'\]"),
        (lambda: text.markov_chain([[0.5, 0.6], [0.5, 0.5]]), "sum to 1"),
        (lambda: text.markov_chain([[0.5, 0.5]]), r"must be \(k, k\)"),
        (lambda: text.sheep_language(1), "p_adjective was 1.*below 1"),
        (lambda: text.noisy_xor(0), "flip was 0"),
        (lambda: SHEEP.sample(0, 5, seed=0), "n was 0"),
        (lambda: SHEEP.predict(np.zeros((1, 3), int)), "never writes there"),
        (
            lambda: text.Source("ab", np.eye(2), np.zeros((3, 2), int)),
            "were given for 2 letters",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

import pytest

from utils.course.front_matter import FrontMatter, Topic, read_front_matter
from utils.course.source import LessonError, read_lesson

BLOCK = """\
# ---
# title: Training a GAN
# claim: Two networks that take turns can learn to draw: one measures,
#   the other lowers what the first measures.
# needs: Keras; "logistic" regression
# topics:
#   14: "2 · The algorithm"
#   3: 1 · Two players: on a line
# bonus: false
# ---
"""
CELLS = "\n# %% [markdown]\n# ## 2 · The algorithm\n# ## 1 · Two players: on a line\n"


def told(text):
    """The problems of a source that has some, as `line: text`."""
    front, problems, _ = read_front_matter(text)
    assert front is None
    return [f"{line}: {text}" for line, text in problems]


def test_the_block_is_read_field_by_field():
    front, problems, length = read_front_matter(BLOCK + CELLS)
    assert not problems
    assert front == FrontMatter(
        title="Training a GAN",
        claim="Two networks that take turns can learn to draw: one measures, "
        "the other lowers what the first measures.",
        needs='Keras; "logistic" regression',
        topics=(
            Topic(14, "2 · The algorithm", 7),
            Topic(3, "1 · Two players: on a line", 8),
        ),
        bonus=False,
    )
    assert (BLOCK + CELLS).splitlines()[length] == "# %% [markdown]"


def test_the_fields_may_stand_in_any_order_and_have_no_topics():
    text = (
        "# ---\n# bonus: true\n# topics:\n# needs: a\n# claim: b\n# title: 'c'\n# ---"
    )
    front, problems, length = read_front_matter(text)
    assert not problems
    assert front == FrontMatter("c", "b", "a", (), True)
    assert length == 7


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            BLOCK,
            "",
            "1: a lesson begins with '# ---' and its front matter: title, claim",
        ),
        ("# bonus: false\n# ---", "# bonus: false", "1: the front matter has no end"),
        ("# needs:", "# need:", "5: unknown field 'need'. Did you mean 'needs'?"),
        ("# needs:", "# title:", "5: title is already in line 2"),
        (
            "# bonus: false\n",
            "",
            "1: the front matter has no bonus: add a line '# bonus",
        ),
        ("# topics:", "# title:", "1: the front matter has no topics: add a line"),
        (' Keras; "logistic" regression', "", "5: needs is empty"),
        ("false", "no", "9: bonus is true or false, not 'no'"),
        ("#   3:", "#   14:", "8: topic 14 is listed twice"),
        ("#   3:", "#   three:", "8: a topic is '#   14: \"2 · The algorithm\"', not"),
        ("# title", "title", "2: front matter is '# field: text', and indented"),
        ("#   the other", "# the other", "4: front matter is '# field: text'"),
        ("# title: Tr", "#   Tr", "2: front matter is '# field: text'"),
    ],
)
def test_a_malformed_block_is_told_with_its_line_and_the_fix(old, new, expected):
    assert old in BLOCK
    assert any(
        one.startswith(expected) for one in told(BLOCK.replace(old, new) + CELLS)
    ), told(BLOCK.replace(old, new) + CELLS)


@pytest.fixture
def read(tmp_path):
    """Read a source of this name and text."""

    def read(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_lesson(tmp_path / name)

    return read


def test_a_topic_names_a_section_of_its_lesson(read):
    assert read("03_gan.py", BLOCK + CELLS).front.topics[0].number == 14
    wrong = BLOCK.replace("The algorithm", "The algorithms") + CELLS
    expected = (
        r"03_gan\.py:7: there is no section '2 · The algorithms'\. Did you mean '2"
    )
    with pytest.raises(LessonError, match=expected):
        read("03_gan.py", wrong)


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("03_gan.py", "true", "named like no bonus, but bonus is true"),
        ("03b_gan.py", "false", "named like a bonus, but bonus is false"),
    ],
)
def test_a_bonus_is_named_like_one(read, name, said, expected):
    with pytest.raises(LessonError, match=f":1: the file is {expected}"):
        read(name, BLOCK.replace("false", said) + CELLS)

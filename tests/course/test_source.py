import pytest

from utils.course.cells import stub
from utils.course.source import LessonError, read_lesson, read_lessons

EXERCISE = """\
# %% tags=["exercise"]
# Exercise 3.1: a sum
def total(a, b):
    # BEGIN SOLUTION
    return a + b
    # END SOLUTION
"""
CHECK = '\n# %% tags=["check"]\nchecks.lesson03.total(total)\n'

# name: (cells, the problem's line among theirs, what the message says)
MALFORMED = {
    "unclosed solution": (
        EXERCISE.replace("    # END SOLUTION\n", ""),
        4,
        "BEGIN SOLUTION without END SOLUTION",
    ),
    "END without BEGIN": (
        EXERCISE.replace("    # BEGIN SOLUTION\n", ""),
        5,
        "END SOLUTION without BEGIN SOLUTION",
    ),
    "nested solutions": (
        EXERCISE.replace("    return", "    # BEGIN SOLUTION\n    return"),
        5,
        "inside the one of line 12",
    ),
    "solution in a plain cell": (
        EXERCISE.replace(' tags=["exercise"]', ""),
        4,
        "without the tag exercise",
    ),
    "check before any exercise": (
        '# %% tags=["check"]\nchecks.lesson03.total(total)\n\n' + EXERCISE,
        2,
        "a check with no exercise before it",
    ),
    "check of two lines": (
        EXERCISE + '\n# %% tags=["check"]\n\na = 1\nchecks.total(a)\n',
        10,
        "a check is one line, one call: checks.lesson03.total(total)",
    ),
    "check and something else on its line": (
        EXERCISE + CHECK.replace("(total)", "(total); print('hello')"),
        9,
        "a check is one line, one call",
    ),
    "check that is no call": (
        EXERCISE + CHECK.replace("(total)", ""),
        9,
        "a check is one line, one call",
    ),
    "check of another lesson": (
        EXERCISE + CHECK.replace("03", "04"),
        9,
        "a check is one line, one call: checks.lesson03",
    ),
    "exercise without a check at the end": (EXERCISE, 2, "an exercise without a check"),
    "exercise without a check before another": (
        EXERCISE + "\n" + EXERCISE.replace("3.1", "3.2") + CHECK,
        2,
        "an exercise without a check",
    ),
    "two checks of one exercise": (
        EXERCISE + CHECK + CHECK,
        12,
        "a second check of the exercise in line 10",
    ),
    **{
        f"a second pair, written {marker!r}": (
            EXERCISE.replace(
                "    # BEGIN",
                f"    {marker}\n    secret = 1\n    # END SOLUTION\n    # BEGIN",
            ),
            4,
            "no marker, but like one",
        )
        for marker in (
            *("### BEGIN SOLUTION", "# BEGIN SOLUTION:", "#BEGIN-SOLUTION"),
            *("# begin  solutions", "x = 1  # BEGIN SOLUTION", "# Begin_Solution"),
        )
    },
    "END and BEGIN in a string of the solution": (
        EXERCISE.replace(
            "    return",
            '    text = """\n# END SOLUTION\nsecret\n# BEGIN SOLUTION\n"""\n    return',
        ),
        6,
        "no marker, but like one",
    ),
    "unknown tag": (
        EXERCISE + '\n# %% tags=["exercises"]\n1\n',
        8,
        "unknown tag 'exercises'. Did you mean 'exercise'?",
    ),
    "two tags": (
        EXERCISE + '\n# %% tags=["check", "claim"]\n1\n',
        8,
        "one tag at most",
    ),
    "tag on the wrong kind of cell": (
        '# %% tags=["solution"]\n1\n',
        1,
        "solution is for markdown cells, not code",
    ),
    "misspelled tags": (
        '# %% tag=["claim"]\nassert True\n',
        1,
        "the cell's header says",
    ),
    "tags that are no list": (
        '# %%\n1\n\n# %% tags="claim"\n1\n',
        4,
        "not a cell's header",
    ),
    "tags that are a number": ("# %% tags=3\n1\n", 1, "not a cell's header"),
    "tags that are not quoted": (
        "# %%\n1\n\n# %% tags=[claim]\n1\n",
        4,
        "the cell's header says",
    ),
    "a title in the header": ("# %% Import\nimport os\n", 1, "the cell's header says"),
    "unknown jupyter setting": (
        '# %% jupyter={"outputs_hidden": true}\n1\n',
        1,
        "jupyter= can only be",
    ),
    "raw cell": ("# %% [raw]\n# <br>\n", 1, "not raw ones"),
    "one number twice": (
        EXERCISE + "\n" + EXERCISE.replace("a sum", "another"),
        9,
        "exercise 3.1 is already in line 10",
    ),
    "another lesson's number": (
        EXERCISE.replace("3.1", "4.1"),
        2,
        "exercise 4.1 stands in lesson 3",
    ),
    "exercise without title": (
        EXERCISE.replace("# Exercise 3.1: a sum\n", ""),
        2,
        "first line is '# Exercise N.M: title'",
    ),
    "exercise with an empty title": (
        EXERCISE.replace(" a sum", ""),
        2,
        "first line is '# Exercise N.M: title'",
    ),
    "exercise without solution": (
        '# %% tags=["exercise"]\n# Exercise 3.1: a sum\ndef total(a, b):\n    ...\n',
        2,
        "without '# BEGIN SOLUTION'",
    ),
    "solution outside a function": (
        '# %% tags=["exercise"]\n# Exercise 3.1: a number\n'
        "# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n",
        3,
        "must stand inside a function",
    ),
    "broken without its solution": (
        EXERCISE.replace("    # BEGIN", "    c = 0\n      # BEGIN"),
        5,
        "not valid Python without the solution",
    ),
    "import in the parameters": (
        '# %% tags=["parameters"]\nSTEPS = 1\nimport os\n',
        3,
        "nothing but assignments",
    ),
    "a scale outside the parameters": (
        "# %%\nSTEPS = 1\nrows = range(scale(quick=1, laptop=2, full=3))\n",
        3,
        "scale(…) stands in the cell with the tag parameters only",
    ),
    "a scale in a solution": (
        EXERCISE.replace("a + b", "a + scale(quick=b, laptop=b, full=b)") + CHECK,
        5,
        "scale(…) stands in the cell with the tag parameters only",
    ),
    "text before the first cell": ("import os\n\n# %%\n1\n", 1, "put '# %%' above"),
    "a marker inside a string": (
        '# %%\ntext = """\n# %% no cell\n"""\n',
        1,
        "no such line in a string",
    ),
    "a syntax error": ("# %%\nx = 1\ny = (\n", 3, "not valid Python"),
}


@pytest.fixture
def read(tmp_path, front):
    """Read a source of these cells, below a front matter."""

    def read(cells):
        path = tmp_path / "lessons" / "03_sums.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(front + cells, encoding="utf-8")
        return read_lesson(path)

    return read


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_source_is_told_with_file_and_line(read, front, name):
    text, line, message = MALFORMED[name]
    line += front.count("\n")
    with pytest.raises(LessonError) as error:
        read(text)
    told = str(error.value).splitlines()
    assert any(
        one.startswith(f"lessons/03_sums.py:{line}: ") and message in one
        for one in told
    ), told


def test_a_byte_order_mark_is_told(course):
    source = course.lessons / "03_sums.py"
    source.write_text("\ufeff" + source.read_text("utf-8"), "utf-8")
    with pytest.raises(LessonError, match=r"^lessons/03_sums\.py:1: .*byte order mark"):
        read_lesson(source)


def test_a_check_that_does_not_exist_is_told_with_the_near_one(read, tmp_path):
    checks = tmp_path / "utils" / "checks" / "lesson03"
    checks.mkdir(parents=True)
    (checks / "__init__.py").write_text(
        "from there import other as total\ndef count_modes(answer): ...\n"
    )
    assert read(EXERCISE + CHECK).name == "03_sums"
    with pytest.raises(LessonError, match=r":17: there is no check lesson03\.totals"):
        read(EXERCISE + CHECK.replace("03.total", "03.totals"))
    with pytest.raises(LessonError, match="Did you mean 'count_modes'"):
        read(EXERCISE + CHECK.replace("03.total", "03.count_mode"))


def test_a_bonus_counts_on_in_the_exercises_and_checks_of_its_lesson(course, front):
    lesson, bonus = course.lessons / "03_sums.py", course.lessons / "03b_more.py"
    cells = front.replace("false", "true") + EXERCISE + CHECK
    bonus.write_text(cells.replace("3.1", "3.2"), encoding="utf-8")
    first, second = read_lessons([lesson, bonus])
    numbers = [one.exercises()[0].number for one in (first, second)]
    assert numbers == ["3.1", "3.2"]
    assert second.exercises()[0].check == "checks.lesson03.total(total)"
    bonus.write_text(cells, encoding="utf-8")
    told = r"03b_more\.py:10: exercise 3\.1 is already in lessons/03_sums\.py:"
    with pytest.raises(LessonError, match=told):
        read_lessons([lesson, bonus])
    assert read_lesson(bonus).name == "03b_more"


def test_the_exercises_of_a_lesson_are_those_that_are_checked(read):
    lesson = read(EXERCISE + CHECK)
    title = "Exercise 3.1: a sum"
    assert lesson.exercises() == [("3.1", title, "checks.lesson03.total(total)")]


def test_line_ends_of_windows_change_nothing(read, tmp_path):
    unix = read(EXERCISE + CHECK)
    path = tmp_path / "lessons" / "03_sums.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_lesson(path) == unix


def test_a_source_that_is_not_utf_8_is_told(tmp_path):
    (tmp_path / "03_sums.py").write_bytes("# %%\n# é\n".encode("latin-1"))
    with pytest.raises(LessonError, match=r"03_sums\.py:1: not UTF-8"):
        read_lesson(tmp_path / "03_sums.py")


def test_all_problems_are_told_at_once_in_order_of_their_lines(read):
    text = '# %% tags=["check"]\n1\n\n# %% tags=["claims"]\nassert 1\n\n# %%\nx = (\n'
    with pytest.raises(LessonError) as error:
        read(text)
    lines = [int(one.split(":")[1]) for one in str(error.value).splitlines()]
    assert lines == [10, 10, 12, 16]


def test_the_problems_of_all_lessons_are_told_together(course):
    for name in ("01_one.py", "02_two.py"):
        (course.lessons / name).write_text("# %%\nx = (\n", encoding="utf-8")
    with pytest.raises(LessonError, match=r"(?s)01_one\.py:2: .*02_two\.py:2: "):
        read_lessons(course.sources())


def test_a_wellformed_lesson_keeps_its_cells_tags_and_lines(course):
    lesson = read_lesson(course.lessons / "03_sums.py")
    tags = [cell.tag for cell in lesson.cells]
    assert tags == [
        *(None, "parameters", None, "exercise"),
        *("check", "solution", "claim", None),
    ]
    lines = (course.lessons / "03_sums.py").read_text(encoding="utf-8").splitlines()
    for cell in lesson.cells:
        assert lines[cell.line - 1].endswith(cell.source.splitlines()[0])


def test_a_comment_that_looks_like_a_shell_command_stays_a_comment(read):
    cell = read("# %%\n# copy the weights\n# %matplotlib inline\nx = 1\n").cells[0]
    assert cell.source == "# copy the weights\n# %matplotlib inline\nx = 1"


def test_a_stub_keeps_header_and_docstring_and_raises_the_title(course):
    lesson = read_lesson(course.lessons / "03_sums.py")
    exercise = next(cell for cell in lesson.cells if cell.tag == "exercise")
    assert stub(exercise).splitlines() == [
        '# Exercise 3.1: the learner\'s "sum"',
        "def total(a, b):",
        '    """Add two numbers."""',
        '    raise NotImplementedError("Exercise 3.1: the learner\'s \\"sum\\"")',
    ]


def test_each_of_several_solutions_becomes_a_raise_where_it_stood(read):
    text = (
        '# %% tags=["exercise"]\n# Exercise 3.1: two parts\nclass Player:\n'
        "    def step(self):\n        # BEGIN SOLUTION\n        return 1\n"
        "        # END SOLUTION\n\n    def rest(self):\n        if self:\n"
        "            # BEGIN SOLUTION\n            return 2\n"
        "            # END SOLUTION\n        return 3\n"
    ) + CHECK
    stubbed = stub(read(text).cells[0])
    line = 'raise NotImplementedError("Exercise 3.1: two parts")'
    assert f"        {line}\n\n    def rest" in stubbed
    assert f"            {line}\n        return 3" in stubbed
    assert "return 1" not in stubbed
    assert "return 2" not in stubbed

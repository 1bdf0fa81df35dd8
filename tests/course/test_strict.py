import pytest

from utils.course.strict import strict


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        *[(word, True) for word in ("1", "true", "Yes", "ON", " 1 ")],
        *[(word, False) for word in (None, "", "0", "false", "No", "off")],
    ],
)
def test_a_word_for_yes_or_no_is_understood(monkeypatch, said, expected):
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    if said is not None:
        monkeypatch.setenv("COURSE_STRICT", said)
    assert strict() is expected


def test_any_other_word_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "maybe")
    with pytest.raises(ValueError, match="COURSE_STRICT is 'maybe', but must be 1 or"):
        strict()


def test_while_nbgrader_gives_points_checks_are_strict(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "0")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert strict()

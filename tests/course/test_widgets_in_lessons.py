"""Every control of every widget in the lessons redraws its figure, at both ends."""

from pathlib import Path

import pytest

from utils import figures
from utils.course.source import read_lessons

MAKERS = ("slider_figure", "player_widget")
LESSONS = read_lessons(sorted((Path(__file__).parents[2] / "lessons").glob("*.py")))


def makes_a_widget(cell) -> bool:
    return cell.kind == "code" and any(f"figures.{m}(" in cell.source for m in MAKERS)


@pytest.fixture
def made(monkeypatch):
    """The widgets that a lesson makes, at `quick`."""
    monkeypatch.setenv("COURSE_SCALE", "quick")
    widgets = []

    def keep(make):
        return lambda *given, **named: widgets.append(make(*given, **named))

    for name in MAKERS:
        monkeypatch.setattr(figures, name, keep(getattr(figures, name)))
    return widgets


def pictures(widget, actions) -> list[bytes]:
    """What a widget shows after each action, none of which may fail."""
    shown = []
    for action in actions:
        action()
        assert "color: #B00020" not in widget.message.value, widget.message.value
        shown.append(widget.picture.value)
    return shown


@pytest.mark.parametrize(
    "lesson",
    [lesson for lesson in LESSONS if any(map(makes_a_widget, lesson.cells))],
    ids=lambda lesson: lesson.name,
)
def test_every_control_redraws_its_figure(lesson, made):
    names = {}
    last = max(i for i, cell in enumerate(lesson.cells) if makes_a_widget(cell))
    for cell in lesson.cells[: last + 1]:
        if cell.kind == "code" and cell.tag not in ("check", "claim"):
            exec(compile(cell.source, lesson.name, "exec"), names)
    for widget in made:
        if isinstance(widget, figures.PlayerWidget):
            first = widget.picture.value
            buttons = widget.children[0].children
            *played, again = pictures(widget, [each.click for each in buttons])
            assert len({first, *played}) == len(buttons)
            assert again == first
            continue
        for control in widget.controls.values():
            ends = (control.min, (control.min + control.max) / 2, control.max)
            moves = [lambda c=control, v=end: setattr(c, "value", v) for end in ends]
            assert len(set(pictures(widget, moves))) == 3, control.description
    assert made

"""The house rules: who may import whom, what is documented, what the pages promise."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from utils.course.minutes import LONGEST
from utils.course.source import read_lessons

ROOT = Path(__file__).parent.parent
ROOMS = (
    "core",
    "autodiff",
    "data",
    "measures",
    "networks",
    "sampling",
    "models",
    "evaluation",
    "figures",
    "experiments",
    "checks",
    "course",
)
# The import table: what a room may import besides itself.
FLOORS: dict[str, set[str]] = {
    "core": set(),
    "autodiff": {"core"},
    "data": {"core", "course"},
    "measures": {"core"},
    "networks": {"core", "course"},
    "sampling": {"core", "autodiff"},
    "models": {"core", "autodiff", "measures", "networks", "sampling"},
    "evaluation": {"core", "autodiff", "measures", "networks", "sampling"},
    "figures": {"core"},
    "experiments": {
        "core",
        "course",
        "data",
        "measures",
        "networks",
        "sampling",
        "models",
        "evaluation",
        "figures",
    },
    "checks": set(ROOMS),
    "course": {"core", "experiments"},  # for `course sweep`, once it is called
}
BACKENDS = {"tensorflow", "jax", "torch"}
# Methods that Keras declares and documents; `on_epoch_end` and its like as well.
OVERRIDES = {
    "build",
    "call",
    "compile",
    "compile_from_config",
    "compute_loss",
    "compute_output_shape",
    "fit",
    "from_config",
    "get_compile_config",
    "get_config",
    "metrics",
    "test_step",
    "train_step",
    "variables",
}
# Notebooks that take longer than the 75 minutes that are allowed, each with its reason.
TOO_LONG: dict[str, str] = {}
# Tracked files over 1 MiB, each with its reason.
LARGE: dict[str, str] = {}

TOPIC_ROW = re.compile(r"^\| (\d+) \| (.+) \| (\d\d[b-z]?) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"!?\[[^]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def imports(source: str, package: str) -> set[str]:
    """Returns the absolute dotted names that a module of `package` imports.

    `import a.b`, `from a import b` (given as a.b), relative imports, and
    `importlib.import_module("a.b")` with a literal name, wherever they stand.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: -(node.level - 1) or None]
                base = ".".join([*parents, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args:
            called, name = ast.unparse(node.func), node.args[0]
            if called.endswith(("import_module", "__import__")) and isinstance(
                name, ast.Constant
            ):
                found.add(name.value)
    return found


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"no Python files under {folder}/"
    return found


def imported_by(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return imports(path.read_text("utf-8"), package)


def rooms_of(names: set[str]) -> set[str]:
    parts = (name.split(".") for name in names)
    return {part[1] for part in parts if part[0] == "utils" and len(part) > 1}


def lessons() -> list[Path]:
    found = sorted((ROOT / "lessons").glob("[0-9][0-9]*_*.py"))
    assert found, "no lessons"
    return found


def number_of(lesson: Path) -> str:
    return lesson.stem.partition("_")[0]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import utils.models.gan", {"utils.models.gan"}),
        ("from utils import models", {"utils.models"}),
        ("from utils.models import gan as g", {"utils.models.gan"}),
        ("from .. import models", {"utils.models"}),
        ("from ..models.gan import GAN", {"utils.models.gan.GAN"}),
        ("from . import mixtures", {"utils.data.mixtures"}),
        ("def f():\n    import torch", {"torch"}),
        ("importlib.import_module('jax.numpy')", {"jax.numpy"}),
    ],
)
def test_the_import_table_sees_every_way_to_import(source, expected):
    assert imports(source, "utils.data") == expected


def test_utils_has_the_rooms_of_the_house_and_no_others():
    folders = {path.parent.name for path in (ROOT / "utils").glob("*/__init__.py")}
    assert folders <= set(ROOMS)
    assert {path.name for path in (ROOT / "utils").glob("*.py")} == {"__init__.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_the_floors_below(room):
    allowed = FLOORS[room] | {room}
    wrong = {
        f"{path.relative_to(ROOT)} imports utils.{other}"
        for path in modules(f"utils/{room}")
        for other in rooms_of(imported_by(path)) & set(ROOMS) - allowed
    }
    assert not wrong


def test_only_autodiff_imports_a_backend():
    rooms = [ROOT / "utils" / "autodiff", ROOT / "tests" / "autodiff"]
    wrong = [
        str(path.relative_to(ROOT))
        for folder in ("utils", "lessons", "tests")
        for path in modules(folder)
        if {name.split(".")[0] for name in imported_by(path)} & BACKENDS
        and not any(path.is_relative_to(room) for room in rooms)
    ]
    assert not wrong


def test_a_check_stands_in_a_file_of_its_exercises_name():
    """`checks.lesson03.count_modes` is the check in `lesson03/count_modes.py`."""
    for folder in sorted((ROOT / "utils" / "checks").glob("lesson[0-9][0-9]/")):
        number = folder.name[-2:]
        sources = [path for path in lessons() if path.stem.startswith(number)]
        called = [
            name
            for source in sources
            for name in re.findall(
                rf"^checks\.{folder.name}\.(\w+)\(", source.read_text("utf-8"), re.M
            )
        ]
        files = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
        assert sorted(files) == sorted(called)


def test_nothing_imports_a_lesson():
    stems = {path.stem for path in lessons()} | {"lessons"}
    wrong = [
        str(path.relative_to(ROOT))
        for folder in ("utils", "lessons", "tests")
        for path in modules(folder)
        if {name.split(".")[0] for name in imported_by(path)} & stems
    ]
    assert not wrong


def public_definitions(
    tree: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.AST]]:
    """Yields (dotted name, node) of public functions, classes and their methods."""
    for node in getattr(tree, "body", []):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        hook = node.name in OVERRIDES or re.fullmatch(r"on_\w+_(begin|end)", node.name)
        if node.name.startswith("_") or (prefix and hook):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node, f"{prefix}{node.name}.")


def test_everything_public_in_utils_has_a_docstring():
    missing = []
    for path in modules("utils"):
        tree = ast.parse(path.read_text("utf-8"))
        nodes = [("module", tree), *public_definitions(tree)]
        where = path.relative_to(ROOT)
        missing += [
            f"{where}: {name}" for name, node in nodes if not ast.get_docstring(node)
        ]
    assert not missing


def test_the_command_line_starts_without_keras_or_a_backend():
    program = (
        "import pkgutil, sys, importlib, utils.course\n"
        "for module in pkgutil.iter_modules(utils.course.__path__, 'utils.course.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(*sorted({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == ""


def test_a_lesson_begins_with_its_number_and_title():
    for lesson in read_lessons(lessons()):
        first, *_ = lesson.cells[0].source.splitlines()
        assert first == f"# {lesson.number} · {lesson.front.title}"


def test_what_the_readme_calls_to_come_is_not_there_yet():
    _, _, after = page("README.md").partition(" To come:\n")
    planned = re.findall(r"^- (\d\d) ", after, re.MULTILINE)
    assert not set(planned) & {number_of(path) for path in lessons()}


def test_no_notebook_takes_more_than_75_minutes_but_those_with_a_reason():
    minutes = {lesson.name: lesson.minutes.total for lesson in read_lessons(lessons())}
    long = {name: counted for name, counted in minutes.items() if counted > LONGEST}
    assert long.keys() == TOO_LONG.keys(), long


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SUPPORT.md",
        "docs/teaching/README.md",
        "lessons/TOPICS.md",
        "lessons/GLOSSARY.md",
    ],
)
def test_every_relative_link_on_a_page_leads_somewhere(name):
    folder = (ROOT / name).parent
    targets = [t for t in LINK.findall(page(name)) if "://" not in t]
    assert not [target for target in targets if not (folder / target).exists()]


def test_the_topics_are_numbered_without_a_gap():
    numbers = [int(row[0]) for row in TOPIC_ROW.findall(page("lessons/TOPICS.md"))]
    assert numbers == list(range(1, 53))


def test_a_topic_names_a_section_of_its_lesson_or_is_planned():
    sources = {number_of(path): path.read_text("utf-8") for path in lessons()}
    wrong = []
    for number, _, lesson, section in TOPIC_ROW.findall(page("lessons/TOPICS.md")):
        if lesson in sources:
            there = re.search(rf"^# ## {re.escape(section)}$", sources[lesson], re.M)
            wrong += [] if there else [f"{number}: lesson {lesson} has no {section!r}"]
        elif section != "planned":
            wrong.append(f"{number}: there is no lesson {lesson}")
    assert not wrong


def test_every_lesson_teaches_a_topic():
    taught = {row[2] for row in TOPIC_ROW.findall(page("lessons/TOPICS.md"))}
    assert {number_of(path)[:2] for path in lessons()} <= {at[:2] for at in taught}


def test_every_glossary_term_has_a_chinese_name_and_a_meaning():
    rows = re.findall(
        r"^\| (.+) \| (.+) \| (.+) \|$", page("lessons/GLOSSARY.md"), re.M
    )
    terms = [row for row in rows if row[0] != "English"]
    assert len({english.lower() for english, _, _ in terms}) == len(terms) > 20
    for english, chinese, meaning in terms:
        assert re.search(r"[\u4e00-\u9fff]", chinese), english
        assert len(meaning) > 10, english


def test_a_lesson_and_the_glossary_use_the_same_chinese_words():
    glossary = page("lessons/GLOSSARY.md")
    for path in lessons():
        _, _, words = path.read_text("utf-8").partition("# ## Words\n")
        chinese = re.findall(r"^# \| .+ \| ([^|]*[\u4e00-\u9fff]+) \|$", words, re.M)
        assert len(chinese) > 1, f"{path.name} has no table of words"
        assert not [w for w in chinese if w != "中文" and f"| {w} |" not in glossary]


def test_no_tracked_file_is_larger_than_a_mebibyte_without_a_reason():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are the course's")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    sizes = {str(p.relative_to(ROOT)): p.stat().st_size for p in paths if p.exists()}
    assert sizes
    heavy = {name for name, size in sizes.items() if size > 2**20}
    assert heavy <= LARGE.keys()

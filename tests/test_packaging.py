"""The files that install the course agree with each other."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import utils

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = ("requirements.lock", "requirements-jax.lock")
BACKENDS = {"tensorflow", "jax", "torch"}

PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)( ; [^\\]+)? \\")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}( \\)?")
TARGET = re.compile(r"^([a-z-]+):(?!=)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Returns {name: version} of a lock, and fails on anything but hashed pins."""
    found: dict[str, str] = {}
    hashes: dict[str, int] = {}
    name = ""
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if pin := PIN.fullmatch(text):
            name = pin["name"]
            assert name not in found, f"{lock} pins {name} twice"
            found[name] = pin["version"]
            hashes[name] = 0
        else:
            assert HASH.fullmatch(text), f"{lock}: not a pin and not a hash: {text}"
            hashes[name] += 1
    assert found
    assert not [name for name, count in hashes.items() if count == 0]
    return found


def requirements(*extras: str) -> list[Requirement]:
    listed = list(PROJECT["dependencies"])
    return [Requirement(line) for line in sum((EXTRAS[e] for e in extras), listed)]


def names(wanted: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in wanted}


def make_targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


def workflows() -> list[Path]:
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_a_hash_and_no_address(lock):
    assert len(pins(lock)) > 100
    assert "://" not in (ROOT / lock).read_text("utf-8")


@pytest.mark.parametrize(
    ("lock", "extras", "left_out"),
    [
        ("requirements.lock", ("lab", "dev"), set()),
        ("requirements-jax.lock", ("lab", "dev", "jax"), {"tensorflow"}),
    ],
)
def test_a_lock_pins_every_direct_dependency_within_its_range(lock, extras, left_out):
    pinned = pins(lock)
    for requirement in requirements(*extras):
        name = canonicalize_name(requirement.name)
        if name in left_out:
            assert name not in pinned
        else:
            assert requirement.specifier.contains(pinned[name]), (requirement, lock)


def test_the_two_locks_agree_on_what_they_share():
    first, second = pins("requirements.lock"), pins("requirements-jax.lock")
    shared = first.keys() & second.keys()
    assert {n: first[n] for n in shared} == {n: second[n] for n in shared}


def test_pytorch_is_in_no_lock_and_the_makefile_installs_it_within_range():
    assert not any("torch" in pins(lock) for lock in LOCKS)
    version = re.search(r"^TORCH \?= torch==(\S+)$", makefile(), re.MULTILINE)[1]
    assert Requirement(EXTRAS["torch"][0]).specifier.contains(version)


def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def test_make_installs_from_the_locks_with_hashes_and_the_package_without_more():
    installs = re.findall(r"pip install (.*)", makefile())
    assert sorted(installs) == [
        "--constraint constraints-hosted.txt --editable .[jax] $(RUNNER)",
        "--no-compile $(TORCH)",
        "--no-compile --require-hashes -r $(1)",
        "--no-compile --require-hashes -r $(@D)/uv.lock",
        "--no-deps --no-build-isolation --editable .",
        "--python $(@D)/bin/python --require-hashes -r $(1) || \\",
    ]
    assert set(re.findall(r"call install,(\S+)\)", makefile())) == set(LOCKS)
    assert "uv" in pins("requirements.lock")  # which `sed` reads there


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("on_the_command_line", [False, True])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/media/MY STICK/data", "/media/MY STICK/data"),
        ("my data", f"{ROOT}/my data"),
        ("data", f"{ROOT}/data"),
        ("/data", "/data"),
    ],
)
def test_make_hands_on_a_data_folder_whole_and_absolute(
    tmp_path, given, expected, on_the_command_line
):
    """As an environment variable or after `make`, with a blank in its name or not."""
    (tmp_path / "show.mk").write_text(
        f"include {ROOT}/Makefile\n"
        'show:\n\t@echo "$$COURSE_DATA|$$PYTHONOPTIMIZE|$$PYTHONDONTWRITEBYTECODE|"\n'
    )
    command = ["make", "-s", "-f", str(tmp_path / "show.mk"), "show"]
    unwanted = dict.fromkeys(("PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE"), "1")
    environment = {**os.environ, "COURSE_DATA": "elsewhere", **unwanted}
    if on_the_command_line:
        command.append(f"COURSE_DATA={given}")
    else:
        environment["COURSE_DATA"] = given
    environment.pop("MAKEFLAGS", None)
    said = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"{expected}|||\n"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize(
    ("setting", "lock", "last"),
    [
        ((), "requirements.lock", ".venv/bin/course lab"),
        (
            ("BACKEND=jax",),
            "requirements-jax.lock",
            "KERAS_BACKEND=jax .venv-jax/bin/course lab",
        ),
        (("BACKEND=cupy",), "", "must be tensorflow, jax or torch."),
    ],
)
def test_make_lab_opens_the_environment_of_the_backend_asked_for(
    tmp_path, setting, lock, last
):
    """In a folder where none is made yet; nothing is done but told."""
    for name in (*LOCKS, "pyproject.toml", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    ours = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "BACKEND", "COURSE_DATA"}  # CI's make
    said = subprocess.run(
        ["make", "-n", "lab", *setting],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k not in ours},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (said.returncode == 0) == bool(lock)
    assert f"-r {lock}" in said.stdout if lock else "pip" not in said.stdout
    assert last in said.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("file", "lock"),
    [
        ("environment.yml", "requirements.lock"),
        ("binder/environment.yml", "../requirements-jax.lock"),
    ],
)
def test_conda_and_binder_pin_python_and_take_the_rest_from_a_lock(file, lock):
    environment = yaml.safe_load((ROOT / file).read_text("utf-8"))
    python, pip, through_pip = environment["dependencies"]
    name, version = python.split("=")
    assert (name, pip) == ("python", "pip")
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    assert through_pip == {"pip": ["--require-hashes", f"-r {lock}"]}
    assert "--no-deps" in (ROOT / "binder" / "postBuild").read_text("utf-8")
    assert "KERAS_BACKEND=jax" in (ROOT / "binder" / "start").read_text("utf-8")


def test_workflows_run_only_make_targets_that_exist_and_may_only_read():
    """But for two jobs: newer locks as a pull request, and the site that is shown."""
    assert workflows()
    for path in workflows():
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        jobs = workflow["jobs"]
        more = {name for name, job in jobs.items() if "permissions" in job}
        assert more <= {"locks", "publish"}
        steps = [step for job in jobs.values() for step in job["steps"]]
        runs = [step["run"] for step in steps if "run" in step]
        made = [run.split()[1] for run in runs if run.startswith("make ")]
        must = {"site.yml": {"site", "site-test"}, "release.yml": set()}
        usual = {"test", "test-backends", "lessons"}
        assert must.get(path.name, usual) <= set(made) <= make_targets()


def test_ci_runs_these_targets_and_no_others():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    run = re.findall(r'^stage "[^"]+" (.+)$', script, re.MULTILINE)
    assert [each for each in run if "make" in each] == [
        "make test",
        "make test-backends",
        "offline make lessons",
        "make .venv-site",
        "offline make site",
        "offline make site-test",
    ]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_on_a_page_exists(page):
    text = (ROOT / page).read_text("utf-8")
    commands = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)`", text))
    commands |= set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    assert commands
    assert commands <= make_targets()


def imports(path: Path) -> set[str]:
    """Returns every dotted name that a file may mean by its imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def third_party(names: set[str]) -> set[str]:
    tops = {name.split(".")[0] for name in names}
    return tops - {"utils"} - set(sys.stdlib_module_names)


def third_party_imports(folder: str) -> set[str]:
    """Returns the top-level names that the Python files of a folder import."""
    files = list((ROOT / folder).rglob("*.py"))
    found = third_party(set().union(*map(imports, files)))
    return found - {path.stem for path in files}


def reached_by_the_lessons() -> set[Path]:
    """Returns the lessons and the files of `utils` that they import, if by others."""
    reached, open_ = set(), set((ROOT / "lessons").glob("*.py"))
    while open_:
        path = open_.pop()
        reached.add(path)
        for name in imports(path):
            parts = [ROOT, *name.split(".")]
            steps = [Path(*parts[: k + 1]) for k in range(1, len(parts))]
            files = [
                one for k in steps for one in (k.with_suffix(".py"), k / "__init__.py")
            ]
            open_ |= {one for one in files if one.exists()} - reached
    return reached


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("utils", ("lab", "sweep")),
        ("lessons", ()),
        ("tests", ("lab", "dev")),
        ("benchmarks", ("lab", "dev")),
    ],
)
def test_every_package_that_is_imported_is_declared(folder, extras):
    distributions = packages_distributions()
    declared = names(requirements(*extras)) | BACKENDS
    for module in third_party_imports(folder):
        candidates = distributions.get(module, [module])
        assert {canonicalize_name(name) for name in candidates} & declared, module


def test_what_the_lessons_reach_needs_no_extra():
    """A hosted notebook brings its own packages; the course changes few of them."""
    distributions, core = packages_distributions(), names(requirements()) | BACKENDS
    reached = reached_by_the_lessons()
    assert ROOT / "utils" / "models" / "gan.py" in reached
    for path in reached:
        for module in third_party(imports(path)):
            found = {canonicalize_name(n) for n in distributions.get(module, [module])}
            assert found & core, f"{path.relative_to(ROOT)} imports {module}"


def test_the_hosted_versions_are_within_what_the_lessons_and_the_backends_ask():
    lines = (ROOT / "constraints-hosted.txt").read_text("utf-8").splitlines()
    hosted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pinned = {canonicalize_name(one.name): str(one.specifier)[2:] for one in hosted}
    wanted = {canonicalize_name(one.name): one for one in requirements("jax", "lab")}
    assert {"keras", "tensorflow", "jax", "ipython"} <= pinned.keys() <= wanted.keys()
    for name, version in pinned.items():
        assert wanted[name].specifier.contains(version), name


def test_the_console_script_names_the_command_line():
    module, _, attribute = PROJECT["scripts"]["course"].partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))


def test_citation_and_changes_give_the_version_of_the_package():
    """As `course --version` does; that a tag does too is asked where one is pushed."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == utils.__version__
    assert citation["license"] == PROJECT["license"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+?),? ", changes, re.MULTILINE)[1]
    assert newest == utils.__version__
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert "utils.__version__" in workflow

"""The reference: what `utils` offers, page by page, from its docstrings.

Nothing is imported: a page is made of what stands in the files.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

Node = ast.FunctionDef | ast.ClassDef

_SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields|Example):")
_LISTS = ("Args", "Attributes", "Raises")
_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\*_\[\]<>$~|#{}^&])")


class Reference:
    """The public names of `utils`, and how a text links to them.

    Args:
        utils: the folder.
        cite: turns citations in a text into links.
    """

    def __init__(self, utils: Path, cite: Callable[[str], str] = str):
        self.cite = cite
        self.rooms = {
            room.parent.name: [
                (_dotted(path, utils), ast.parse(path.read_text("utf-8")))
                for path in sorted(room.parent.rglob("*.py"))
                if not path.stem.startswith("_") or path == room
            ]
            for room in sorted(utils.glob("*/__init__.py"))
        }
        self._places: dict[str, set[str]] = defaultdict(set)
        for room, modules in self.rooms.items():
            for module, tree in modules:
                self._know(module, 2)
                for name, _ in _names(tree):
                    self._know(f"{module}.{name}", 1 + name.count("."))
                    self._places[f"{room}.{name}"].add(f"{module}.{name}")

    def _know(self, whole: str, least: int) -> None:
        """Let a name be found by its last parts, at least so many of them."""
        parts = whole.split(".")
        for first in range(len(parts) - least + 1):
            self._places[".".join(parts[first:])].add(whole)

    def find(self, name: str) -> str | None:
        """Give the whole name of what a text calls `GAN`, `GAN.fit`, `models.gan`."""
        places = self._places.get(name.split("(")[0], ())
        return next(iter(places)) if len(places) == 1 else None

    def used(self, code: Iterable[str]) -> list[str]:
        """Give the whole names of what cells of code import or take from a room."""
        found = set()
        for node in ast.walk(ast.parse("\n".join(code))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("utils"):
                module = node.module.removeprefix("utils").removeprefix(".")
                found |= {f"{module}.{each.name}".strip(".") for each in node.names}
            elif isinstance(node, ast.Attribute):
                found.add(ast.unparse(node))
        named = {whole for name in found if "." in name and (whole := self.find(name))}
        return sorted(named, key=lambda name: name.rpartition(".")[2].lower())

    def pages(self, lessons: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
        """Give each room's page; `lessons` holds links to who uses a name."""
        for room, modules in self.rooms.items():
            parts = []
            for module, tree in modules:
                level = "##" if parts else "#"
                parts.append(f"({anchor(module)})=\n{level} {module}")
                parts.append(self.text(ast.get_docstring(tree) or ""))
                for name, node in _names(tree):
                    whole = f"{module}.{name}"
                    deeper = level + "#" * (1 + name.count("."))
                    parts.append(f"({anchor(whole)})=\n{deeper} {name}")
                    parts.append(f"```python\n{_signature(node)}\n```")
                    parts.append(self.text(ast.get_docstring(node), _arguments(node)))
                    if whole in lessons:
                        parts.append(f"Used in {', '.join(lessons[whole])}.")
            yield f"reference/{room}.md", "\n\n".join(filter(None, parts)) + "\n"

    def text(self, docstring: str, arguments: Iterable[str] = ()) -> str:
        """Turn a docstring into Markdown that links to what it names and cites."""
        parts, section = [], ""
        for block in re.split(r"\n\s*\n", docstring):
            head, *rest = block.splitlines() or [""]
            if found := _SECTION.fullmatch(head):
                section, lines = found[1], rest
                parts.append(f"**{section}**")
            else:
                lines = [head, *rest]
            if not (found or lines[0].startswith("    ")):
                section = ""
            parts.append(self._block(section, lines, set(arguments)))
        return "\n\n".join(parts)

    def _block(self, section: str, lines: list[str], skip: set[str]) -> str:
        if section and section != "Example":
            lines = [line[4:] for line in lines]
        elif lines[0].startswith("    "):
            return "\n".join(["````text", *(line[4:] for line in lines), "````"])
        if lines[0].startswith("|"):
            return "\n".join(lines)
        items = [""]
        for line in lines:
            first = section in _LISTS and not line.startswith(" ")
            if first or line.startswith("- "):
                name, colon, told = (
                    line.partition(": ") if first else ("", "", line[2:])
                )
                line = f"`{name}`: {told}" if colon else told or name
                items.append(f"- {self._inline(line, skip)}")
            else:
                items[-1] += f" {self._inline(line.strip(), skip)}"
        text = "\n".join(filter(None, items)).strip()
        return self.cite(text)

    def _inline(self, text: str, skip: set[str]) -> str:
        parts = _CODE.split(text)
        for place, part in enumerate(parts):
            if place % 2:
                whole = part[1:-1] not in skip and self.find(part[1:-1])
                parts[place] = f"[{part}](#{anchor(whole)})" if whole else part
            else:
                parts[place] = _SPECIAL.sub(r"\\\1", part)
        return "".join(parts)


def anchor(whole: str) -> str:
    """Where a name stands; places know no capitals, and there are `DCI` and `dci`."""
    return re.sub(r"\b[A-Z]\w*", r"\g<0>-class", whole).lower()


def _dotted(path: Path, utils: Path) -> str:
    parts = path.relative_to(utils.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _names(tree: ast.Module) -> Iterator[tuple[str, Node]]:
    """The public functions and classes of a module, and the classes' methods."""
    for node in tree.body:
        if _is_public(node):
            yield node.name, node
            methods = node.body if isinstance(node, ast.ClassDef) else ()
            told = {each.name: each for each in reversed(methods) if _is_public(each)}
            for method in reversed(told.values()):  # a setter has its getter's name
                yield f"{node.name}.{method.name}", method


def _is_public(node: ast.AST) -> bool:
    return (
        isinstance(node, Node)
        and not node.name.startswith("_")
        and bool(ast.get_docstring(node))
    )


def _arguments(node: Node) -> set[str]:
    return {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}


def _signature(node: Node) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}({', '.join(map(ast.unparse, node.bases))})"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {node.name}({ast.unparse(node.args)}){returns}"

"""Imports run downward only, between rooms and inside them; asdf and the length of a module keep to their bounds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = "roman_cal_models"
PEER = "roman_datamodels"

# lowest first; the package's own __init__.py stands above them all
FLOORS = (
    {"installation", "lazily", "locks", "printable", "processors", "progress", "spelling", "threads"},
    {
        "asdf_bridge",
        "blocks",
        "changes",
        "dqflags",
        "errors",
        "errors_asdf",
        "executors",
        "outline",
        "settings",
        "yaml",
    },
    {"foreign"},
    {"schema"},
    {"sources"},
    {"nodes"},
    {"extension"},
    {"header"},
    {"migration"},
    {"models"},
    {"datamodels", "comparison", "registration", "testing"},
    {"archive", "images"},
    {"view"},
    {"cli"},
    {"__main__"},
)
LONGEST = 450  # lines of a module written by hand
# a bridge and asdf's own errors aside, only the extension may import asdf
ASDF = {"asdf", "asdf_astropy"}
ASDF_ROOMS = {"asdf_bridge", "errors_asdf", "extension"}

FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms} | {"": len(FLOORS)}

# rooms of one floor that may know each other: (who, whom)
NEIGHBOURS = {
    ("asdf_bridge", "errors"),
    ("errors", "errors_asdf"),
    ("errors_asdf", "errors"),
    ("executors", "errors"),
    ("blocks", "locks"),
    ("changes", "errors"),
    ("settings", "errors"),
    ("yaml", "errors"),
    ("yaml", "locks"),
}


def test_imports_run_downward(repository: Path) -> None:
    found = [
        complaint
        for module, file in _modules(repository / "src").items()
        for complaint in _complaints(module, file.read_text(), is_package=file.name == "__init__.py")
    ]
    assert found == []


def test_every_module_has_a_room(repository: Path) -> None:
    assert {_room(module) for module in _modules(repository / "src")} <= FLOOR_OF.keys()


def test_no_circle_of_more_than_two_modules(repository: Path) -> None:
    circles = _circles(_graph(_modules(repository / "src")))
    assert [circle for circle in circles if len(circle) > 2] == []


@pytest.mark.parametrize(
    ("sources", "circles"),
    [
        pytest.param(["from . import b", "from . import c", "from . import a"], [{"p.a", "p.b", "p.c"}], id="three"),
        pytest.param(
            ["from .b import x", "def f():\n    from .c import x", "import p.a"], [{"p.a", "p.b", "p.c"}], id="late"
        ),
        pytest.param(["from . import b", "from . import a", "from . import a"], [{"p.a", "p.b"}], id="two"),
        pytest.param(
            ["from . import b", "from . import c", "if TYPE_CHECKING:\n    from . import a"], [], id="for type checkers"
        ),
        pytest.param(["from . import b, c", "from . import c", "import json"], [], id="none"),
    ],
)
def test_circles_are_found(sources: list[str], circles: list[set[str]], tmp_path: Path) -> None:
    modules = {f"p.{name}": tmp_path / f"{name}.py" for name in "abc"}
    for file, source in zip(modules.values(), sources, strict=True):
        file.write_text(source)
    assert _circles(_graph(modules)) == circles


def test_asdf_is_imported_only_where_it_may_be(repository: Path) -> None:
    found = {
        module
        for module, file in _modules(repository / "src").items()
        for _, target in _imports(module, file.read_text(), is_package=file.name == "__init__.py", for_checkers=False)
        if target.partition(".")[0] in ASDF and _room(module) not in ASDF_ROOMS
    }
    assert found == set()


def test_no_module_is_too_long(repository: Path) -> None:
    lengths = {module: len(file.read_text().splitlines()) for module, file in _modules(repository / "src").items()}
    by_hand = {module: length for module, length in lengths.items() if ".generated" not in module}
    assert {module: length for module, length in by_hand.items() if length > LONGEST} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "from ..models import ImageModel",
        "from .. import models",
        "import roman_cal_models.models.open",
        "from roman_cal_models import models",
        "def later():\n    from ..models import ImageModel",
        "if TYPE_CHECKING:\n    from ..models import ImageModel",
        "importlib.import_module('roman_cal_models.models')",
        "from .. import ImageModel",
        "import roman_cal_models",
    ],
)
def test_an_import_from_a_higher_room_is_found(statement: str) -> None:
    assert len(list(_complaints("roman_cal_models.nodes.node", statement, is_package=False))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "from ..errors import SchemaError",
        "from .. import errors",
        "from . import tagged",
        "from .generated import image",
        "import json",
    ],
)
def test_an_import_from_below_or_from_the_same_room_is_fine(statement: str) -> None:
    assert list(_complaints("roman_cal_models.nodes.node", statement, is_package=False)) == []


def test_an_import_from_a_neighbour_is_found() -> None:
    assert len(list(_complaints("roman_cal_models.settings", "from .yaml import load", is_package=False))) == 1


def test_a_package_counts_its_dots_from_itself() -> None:
    assert len(list(_complaints("roman_cal_models.nodes", "from ..models import open", is_package=True))) == 1


@pytest.mark.parametrize(
    "statement", ["import roman_datamodels", "def later():\n    from roman_datamodels.datamodels import ImageModel"]
)
def test_an_import_of_the_peer_is_found(statement: str) -> None:
    assert len(list(_complaints("roman_cal_models.models.open", statement, is_package=False))) == 1


def _modules(src: Path) -> dict[str, Path]:
    """Every module under a folder by its dotted name."""
    modules = {}
    for file in sorted(src.rglob("*.py")):
        parts = file.relative_to(src).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    assert f"{PACKAGE}.errors" in modules, f"no modules of {PACKAGE} under {src}"
    return modules


def _graph(modules: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return which modules each module imports when it runs, so not those for type checkers."""
    graph = {}
    for module, file in modules.items():
        imported = _imports(module, file.read_text(), is_package=file.name == "__init__.py", for_checkers=False)
        graph[module] = {_module_of(target, modules) for _, target in imported} - {"", module, PACKAGE}
    return graph


def _module_of(name: str, modules: Mapping[str, Path]) -> str:
    """Return the module that a dotted name is or belongs to, or nothing."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other, the largest first."""
    reach = {module: _reached(module, graph) for module in graph}
    circles = {frozenset(other for other in reach[module] if module in reach[other]) for module in graph}
    return [
        set(circle) for circle in sorted(circles, key=lambda circle: (-len(circle), sorted(circle))) if len(circle) > 1
    ]


def _reached(module: str, graph: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        new = graph[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _complaints(module: str, source: str, *, is_package: bool) -> Iterator[str]:
    room = _room(module)
    for line, target in _imports(module, source, is_package=is_package):
        top = target.partition(".")[0]
        if top == PEER:
            yield f"{module}, line {line}: imports {target}, which a user need not have"
        elif top == PACKAGE and not _may_know(room, _room(target)):
            yield f"{module}, line {line}: imports {target}, which is not below it"


def _may_know(room: str, other: str) -> bool:
    if room == other or (room, other) in NEIGHBOURS:
        return True
    # a name that is no room is a public name of the package itself
    return FLOOR_OF.get(other, FLOOR_OF[""]) < FLOOR_OF[room]


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _imports(module: str, source: str, *, is_package: bool, for_checkers: bool = True) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of everything that a module imports, wherever in it."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in _nodes(ast.parse(source), for_checkers=for_checkers):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                base = package[: len(package) - level + 1] if level else []
                origin = ".".join([*base, *([name] if name else [])])
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]
            ):
                if called in ("import_module", "__import__"):
                    yield node.lineno, name


def _nodes(tree: ast.AST, *, for_checkers: bool) -> Iterator[ast.AST]:
    """Yield the nodes of a syntax tree, with or without what only type checkers see."""
    for child in ast.iter_child_nodes(tree):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body) if not for_checkers:
                child.body = body[:0]
        yield child
        yield from _nodes(child, for_checkers=for_checkers)

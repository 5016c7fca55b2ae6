"""Imports point one way, floor by floor; modules are small and named for what they hold."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "est_geo"

# The lowest floor first. A room imports from lower floors and from itself, nothing else.
FLOORS = (
    ("errors", "schema", "compiled"),
    ("checks", "midnight", "notebook", "periods", "files"),
    ("geography", "sites"),
    ("intake", "geocoding", "analysis", "disclosure", "example"),
    ("picture",),
    ("sharing",),
    ("scheduled",),
    # The public names, as a user imports them. `est_geo.__version__` alone may be read anywhere.
    ("est_geo",),
    ("cli",),
)
LINES_AT_MOST = 400
SAYS_NOTHING = {"base", "common", "core", "helpers", "helper", "misc", "shared", "util", "utils"}
# The library opens no connection and never loads code from data.
NEVER_IMPORTED = {"http", "pickle", "requests", "shelve", "socket", "urllib", "urllib3"}


def faults_of(package: Path) -> list[str]:
    """Find every place where a package breaks the rules of this file, as sentences."""
    floor_of = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
    modules = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    faults = []
    graph: dict[str, set[str]] = {}
    for module, path in modules.items():
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > LINES_AT_MOST:
            faults.append(f"{module} has {lines} lines, at most {LINES_AT_MOST} are allowed")
        if SAYS_NOTHING & set(module.split(".")):
            faults.append(f"{module} has a name that does not say what it holds")
        room = room_of(module, package)
        if room not in floor_of:
            faults.append(f"{module} is in no room of the map: {room}")
            continue
        outside, inside = imports_of(ast.parse(text), module, path, set(modules))
        faults += [f"{module} imports {name}" for name in sorted(outside & NEVER_IMPORTED)]
        # A circle across rooms has an arrow upward, which is reported as such.
        graph[module] = {name for name in inside - {module} if room_of(name, package) == room}
        for target in sorted(inside - graph[module]):
            other = room_of(target, package)
            if other == room or other not in floor_of:
                continue
            if floor_of[other] > floor_of[room]:
                faults.append(f"{module} imports upward: {target}")
            elif floor_of[other] == floor_of[room]:
                faults.append(f"{module} imports from a room beside its own: {target}")
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        faults.append(f"modules import each other in a circle: {' <- '.join(error.args[1])}")
    return faults


def module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str, package: Path) -> str:
    """Take the part under the package: est_geo.analysis.kernels is in room analysis."""
    return module.split(".")[1] if module != package.name else package.name


def imports_of(
    tree: ast.Module, module: str, path: Path, modules: set[str]
) -> tuple[set[str], set[str]]:
    """Collect the top names from elsewhere, and the package's own modules, that are imported.

    Imports inside functions and under TYPE_CHECKING count: an arrow is an arrow.
    """
    root = module.split(".", maxsplit=1)[0]
    package_of = module if path.stem == "__init__" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package_of.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = {alias.name for alias in node.names}
            if base == root:
                names.discard("__version__")
            # `from a import b` needs a.b where that is a module, else the b that stands in a.
            found |= {f"{base}.{name}" if f"{base}.{name}" in modules else base for name in names}
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(node.args[0].value)
    inside = {name for name in found if name.split(".")[0] == root}
    return {name.split(".")[0] for name in found - inside}, inside


def test_the_package_keeps_the_rules():
    assert "\n".join(faults_of(PACKAGE)) == ""


def test_every_room_of_the_map_exists():
    rooms = {room for floor in FLOORS for room in floor} - {"est_geo"}
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - there == set()


GOOD = {
    "__init__": "__version__ = '1'",
    "errors": "class EstGeoError(Exception): ...",
    "checks": "from est_geo.errors import EstGeoError",
    "sites/__init__": "",
    "sites/collapse": "from est_geo import checks\nfrom .engines import engine",
    "sites/engines": "from est_geo.errors import EstGeoError",
    "analysis/__init__": "",
    "analysis/density": "from est_geo.sites import collapse\nfrom est_geo import __version__",
    "sharing/map": "from est_geo.analysis.density import kde",
    "cli": "import est_geo as eg\nfrom est_geo.sharing import map",
}


def write_package(folder: Path, modules: dict[str, str]) -> Path:
    package = folder / "est_geo"
    for name, text in modules.items():
        path = package / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package


def test_a_good_tree_has_no_fault(tmp_path: Path):
    assert faults_of(write_package(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("checks", "import est_geo.sharing.map", "checks imports upward: est_geo.sharing.map"),
        ("checks", "from est_geo import cli", "checks imports upward: est_geo.cli"),
        ("checks", "def late():\n from est_geo.sites import collapse", "imports upward"),
        (
            "checks",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n from .sites import collapse",
            "imports upward: est_geo.sites.collapse",
        ),
        ("sites/engines", "from ..analysis import density", "imports upward: est_geo.analysis"),
        ("sites/engines", "from ..analysis import kde", "imports upward: est_geo.analysis"),
        ("checks", "import_module('est_geo.cli')", "imports upward: est_geo.cli"),
        ("analysis/density", "from est_geo import kde", "imports upward: est_geo"),
        ("periods", "from est_geo.checks import check", "beside its own: est_geo.checks"),
        ("intake/text", "from est_geo.analysis import density", "beside its own: est_geo.analysis"),
        ("sites/engines", "from .collapse import to_sites", "in a circle: est_geo.sites."),
        ("sites/engines", "\n" * 401, "est_geo.sites.engines has 401 lines"),
        ("sites/utils", "", "est_geo.sites.utils has a name that does not say"),
        ("attic/old", "", "est_geo.attic.old is in no room of the map: attic"),
        ("sites/engines", "import urllib.request", "est_geo.sites.engines imports urllib"),
        ("sites/engines", "from pickle import loads", "est_geo.sites.engines imports pickle"),
    ],
)
def test_one_fault_is_found_and_no_other(tmp_path: Path, module: str, text: str, fault: str):
    found = faults_of(write_package(tmp_path, GOOD | {module: text}))
    assert len(found) == 1
    assert fault in found[0]

"""Who may know whom: the rooms of the package, a line each, held against every import in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY

PACKAGE = REPOSITORY / "grader"

# Each room, and what of the grader its modules may import beside what lies in the room itself. A
# room within another stands for itself: its line is all that it may know.
ROOMS: dict[str, tuple[str, ...]] = {
    "text": (),
    "errors": (),
    "files": ("text",),
    "course": (),
    "sandbox": ("sandbox.wire",),
    "sandbox.wire": (),
    "sandbox.walls": (),
    "sandbox.inside": ("sandbox.wire", "sandbox.walls"),
    "submissions": ("course", "files", "text"),
    "intake": ("submissions", "files", "text"),
    "report": ("course", "files", "text"),
    "grading": (
        "course", "sandbox", "sandbox.walls", "sandbox.wire", "submissions", "report.model",
        "errors", "files", "text",
    ),
    "checks": (
        "grading.plugin", "grading.slips.code", "grading.training", "sandbox.client",
        "sandbox.wire.values",
    ),
    "gradebook": ("course", "report", "files", "text", "grading.key"),
    "site": ("gradebook", "report", "files", "text"),
    "batch": (
        "course", "submissions", "intake", "grading", "gradebook", "report", "sandbox",
        "sandbox.walls", "errors", "files", "text",
    ),
    "workbench": (
        "course", "submissions", "grading", "report", "sandbox", "files", "errors", "text",
    ),
    "authoring": ("course", "grading", "report", "files", "errors", "text"),
    "proof": (
        "course", "submissions", "grading", "authoring", "report", "sandbox", "files", "errors",
        "text",
    ),
    "hosts": (
        "course", "submissions", "intake", "grading", "gradebook", "report", "authoring", "sandbox",
        "sandbox.walls", "files", "errors", "text",
    ),
    "cli": ("",),
    "__main__": ("cli",),
    "__init__": (),
}  # fmt: skip


def module_of(path: Path) -> str:
    """Its name below `grader`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {
    module_of(path): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "templates" not in path.relative_to(PACKAGE).parts
}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports_of(module: str) -> set[str]:
    """All that a module imports, at its top or later, that for type checking included.

    The grader's own modules are named as in `MODULES`, all others as Python names them.
    """
    imported = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.removeprefix("grader.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            assert node.module is not None
            for alias in node.names:
                full = f"{node.module}.{alias.name}".removeprefix("grader.")
                of_grader = full in MODULES and node.module.startswith("grader")
                imported.add(full if of_grader else node.module.removeprefix("grader."))
    return (imported - {"grader"}) | ({"__init__"} if "grader" in imported else set())


def within(module: str, *places: str) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def room_of(module: str) -> str | None:
    """The innermost room that a module lies in."""
    return max((room for room in ROOMS if within(module, room)), key=len, default=None)


def is_allowed(importing: str, imported: str) -> bool:
    room, other = room_of(importing), room_of(imported)
    assert room is not None
    if room == other or imported == "__init__":  # the version, and where the package lies
        return True
    # What is allowed by its room's name does not open the rooms within it.
    return any(
        place == "" or (within(imported, place) and (other == place or other in place))
        for place in ROOMS[room]
        if other is not None
    )


def test_every_module_lies_in_a_room_of_the_table() -> None:
    assert [module for module in MODULES if room_of(module) is None] == []


def test_every_folder_of_modules_says_what_it_does() -> None:
    signs = [module for module, path in MODULES.items() if path.name == "__init__.py"]
    assert "report" in signs
    assert [module for module in signs if not ast.get_docstring(tree_of(module))] == []


def test_no_folder_holds_more_modules_than_a_reader_can_survey() -> None:
    """At most twelve side by side, but for checks: an assignment there is a file."""
    folders = Counter(
        path.parent
        for path in MODULES.values()
        if path.name != "__init__.py" and not path.is_relative_to(PACKAGE / "checks")
    )
    assert {str(folder): count for folder, count in folders.items() if count > 12} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_its_line_allows_and_nothing_else(room: str) -> None:
    modules = [module for module in MODULES if room_of(module) == room]
    assert modules, f"there is no room {room}: take its line out"
    assert not [
        f"{module} imports {imported}"
        for module in modules
        for imported in sorted(imports_of(module) & MODULES.keys())
        if not is_allowed(module, imported)
    ]


def test_a_room_opens_no_room_within_it() -> None:
    assert is_allowed("grading.engine", "sandbox.client")
    assert not is_allowed("grading.engine", "sandbox.inside.worker")
    assert not is_allowed("checks.test_relu", "grading.engine")


def test_no_rooms_import_each_other_in_a_circle() -> None:
    ways = {
        room: {
            other
            for module in MODULES
            if room_of(module) == room
            for imported in imports_of(module) & MODULES.keys()
            if (other := room_of(imported)) is not None and other != room
        }
        for room in ROOMS
    }
    assert_no_circle(ways)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert_no_circle({module: imports_of(module) & MODULES.keys() - {module} for module in MODULES})


def assert_no_circle(ways: dict[str, set[str]]) -> None:
    while ways:
        ends = [place for place, imported in ways.items() if not imported & ways.keys()]
        assert ends, f"in a circle, or before one: {sorted(ways)}"
        for place in ends:
            del ways[place]


def importers_of(*packages: str) -> set[str]:
    return {m for m in MODULES if any(within(i, *packages) for i in imports_of(m))}


def test_torch_is_imported_behind_the_walls_only() -> None:
    assert {room_of(module) for module in importers_of("torch")} == {"sandbox.inside"}
    assert not importers_of("torchvision")


def test_pytest_is_known_where_checks_are_collected_only() -> None:
    knowing = {room_of(module) for module in importers_of("pytest", "_pytest")}
    assert knowing == {"grading", "checks", "proof", "proof.mutants"} & ROOMS.keys()


def test_checks_know_nothing_of_processes() -> None:
    processes = ("subprocess", "multiprocessing", "concurrent", "socket", "os", "signal")
    assert not [m for m in importers_of(*processes) if within(m, "checks")]


def test_the_commands_start_without_what_takes_long() -> None:
    slow = {"torch", "pytest", "numpy", "nbformat"}
    code = f"import sys, grader.cli.app; print({slow} & sys.modules.keys())"
    assert run_python(code) == ["set()"]


def test_grading_never_imports_torch_on_the_trusted_side() -> None:
    code = f"""
import sys
from pathlib import Path
sys.argv[0] = "grader"
from grader.cli.app import app
try:
    app(["grade", {str(REPOSITORY / "solutions")!r}, "--only", "relu", "--jobs", "1"])
except SystemExit as end:
    print("status", end.code)
packages = {{name.partition(".")[0] for name in sys.modules}}
print(sorted(packages & {{"torch", "torchvision", "nbformat", "numpy"}}))
"""
    assert run_python(code)[-2:] == ["status 0", "['numpy']"]


def run_python(code: str) -> list[str]:
    """The lines that a fresh interpreter prints."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment_for(REPOSITORY),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()

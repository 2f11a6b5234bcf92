"""Imports follow the data: a lower room knows nothing of a higher one. Shown on the sources."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY, environment_for

PACKAGE = REPOSITORY / "grader"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


BEHIND = tuple(
    f"inside.{name}" for name in ("worker", "tensors", "calls", "zygote", "spawned")
)  # modules of the sandbox


def name_of(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def imports_of(module: str) -> set[str]:
    """The modules that one imports, at its top or later, those for type checking included."""
    imported = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            assert node.module is not None
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                imported.add(full if full in MODULES else node.module)
    return imported


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def modules_in(*packages: str) -> list[str]:
    return [module for module in MODULES if within(module, *packages)]


def offences(importing: list[str], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    """The imports of `forbidden` modules, but for some."""
    assert importing
    return [
        f"{module} imports {imported}"
        for module in importing
        for imported in sorted(imports_of(module))
        if within(imported, *forbidden) and not within(imported, *but)
    ]


def test_the_sandbox_imports_nothing_of_the_grader_but_itself() -> None:
    sandbox = modules_in("grader.sandbox")
    assert not offences(sandbox, "grader", "pytest", "_pytest", but=("grader.sandbox",))


def test_the_trusted_side_of_the_sandbox_does_not_import_torch() -> None:
    names = (
        "client",
        "answers",
        "blame",
        "handles",
        "wire.values",
        "launch",
        "wire.protocol",
        "walls.jail",
    )
    trusted = [f"grader.sandbox.{name}" for name in names]
    behind = [f"grader.sandbox.{name}" for name in BEHIND]
    assert not offences(trusted, "torch", *behind)


def test_nothing_imports_the_commands_but_the_entry_point() -> None:
    others = [module for module in MODULES if module not in ("grader.cli.app", "grader.__main__")]
    assert not offences(others, "grader.cli.app", "grader.__main__")


def test_torch_is_imported_behind_the_wall_only() -> None:
    behind = {f"grader.sandbox.{name}" for name in BEHIND}
    importing = {m for m in MODULES if any(within(i, "torch") for i in imports_of(m))}
    assert importing == behind
    assert not offences(list(MODULES), "torchvision")


def test_no_modules_import_each_other_in_a_circle() -> None:
    ways = {module: imports_of(module) & MODULES.keys() for module in MODULES}
    while ways:
        ends = [module for module, imported in ways.items() if not imported & ways.keys()]
        assert ends, f"in a circle, or before one: {sorted(ways)}"
        for module in ends:
            del ways[module]


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
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()

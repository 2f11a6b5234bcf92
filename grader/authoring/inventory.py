"""Which files belong to the course: those that it names, and those that Git tracks.

Whatever else lies beside them (an editor's backups, a copy of a solution, notes) is somebody's own
and goes out to nobody. A copy of the course without Git has what the course names alone: its check
files, the modules that its package imports, what those read, the data of its list of checksums.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from grader.course.manifest import Course

CHECKS = PurePosixPath("grader/checks")
DOCS = PurePosixPath("grader/docs")  # the instructors' holds a solution
CONTRACT = DOCS / "contract.md"
DATA = PurePosixPath("data_cache")
CHECKSUMS = "SHA256SUMS"
STARTS = ("__init__", "__main__")  # of the package: from here it imports the rest
# What may be the name of a file that is read, or of a module: scripts import in text.
QUOTED = re.compile(r"""["'](\w[\w.-]*)["']""")
DOTTED = re.compile(r"\bgrader(?:\.\w+)+")


def inventory(course: Course) -> set[PurePosixPath]:
    """The files of the package and of the data that belong to the course, by path below its root.

    Left out: links, what is hidden, and the guides but for the contract.
    """
    ours = {*tracked(course.root), *named_data(course)}
    if beside(course.root, ours):  # reading all that the package imports takes a second
        ours |= named_package(course)
    return {
        name
        for name in ours
        if name.parts[0] in ("grader", str(DATA))
        and not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        and (name == CONTRACT or not name.is_relative_to(DOCS))
        and is_plain(course.root, name)
    }


def is_plain(root: Path, name: PurePosixPath) -> bool:
    """Whether it is a file that no link leads to."""
    linked = any((root / part).is_symlink() for part in (name, *list(name.parents)[:-1]))
    return not linked and (root / name).is_file()


def tracked(root: Path) -> Iterator[PurePosixPath]:
    """What Git tracks below `root`; nothing where there is no Git or no repository."""
    # A hook that runs this would say where another repository is.
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--", "grader", str(DATA)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        ).stdout
    except OSError:
        return
    for name in listed.split(b"\0"):
        if name:
            yield PurePosixPath(os.fsdecode(name))


def beside(root: Path, ours: set[PurePosixPath]) -> bool:
    """Whether a file of the package is none of `ours`; what Python has compiled is none of it."""
    return any(
        path.is_file()
        and path.parent.name != "__pycache__"
        and PurePosixPath(path.relative_to(root).as_posix()) not in ours
        for path in (root / "grader").rglob("*")
    )


def named_data(course: Course) -> Iterator[PurePosixPath]:
    """The data whose checksums are kept, and what says where it is from."""
    for name in (CHECKSUMS, "README.md"):
        yield DATA / name
    checksums = course.data_dir / CHECKSUMS
    if checksums.is_file():
        for line in checksums.read_text(encoding="utf-8").splitlines():
            path = PurePosixPath(line.partition(" ")[2].strip(" *"))
            if path.parts and not path.is_absolute() and ".." not in path.parts:
                yield DATA / path


def named_package(course: Course) -> set[PurePosixPath]:
    """The course's check files, what the package imports, and the files that those name."""
    package = course.root / "grader"
    checks = course.root / CHECKS
    ways = [package / f"{name}.py" for name in STARTS]
    for slug in course.every_slug:
        ways += [checks / f"test_{slug}.py", checks / "misconceptions" / f"{slug}.py"]
    found = {package.parent / CONTRACT}
    while ways:
        path = ways.pop()
        if path not in found and path.is_file():
            found.add(path)
            ways += read_by(path, package)
    return {PurePosixPath(path.relative_to(course.root).as_posix()) for path in found}


def read_by(path: Path, package: Path) -> Iterator[Path]:
    """Where the modules lie that a file of the package imports, and the files that it may read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    names = {*QUOTED.findall(text), *DOTTED.findall(text)}
    if path.suffix == ".py":
        try:
            tree = ast.parse(text)
        except SyntaxError:  # which whoever imports it is told
            return
        names |= set(imported_by(tree))
    for name in names:
        room, *within = name.split(".")
        if room == package.name:
            place = package.joinpath(*within)
            yield from (package.joinpath(*within[:n], "__init__.py") for n in range(len(within)))
            yield from (place.with_name(f"{place.name}.py"), place / "__init__.py")
    folders = [path.parent, *(each for each in path.parent.iterdir() if each.is_dir())]
    yield from (file for folder in folders for file in folder.iterdir() if file.name in names)


def imported_by(tree: ast.Module) -> Iterator[str]:
    """The names of modules that it imports, at its top or later, and of what it takes from them."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements at any depth: a tenth of the nodes, as what they compute is left out."""
    blocks = ("body", "orelse", "finalbody", "handlers", "cases")
    remaining: list[ast.AST] = [tree]
    while remaining:
        node = remaining.pop()
        yield node
        for block in blocks:
            remaining += getattr(node, block, [])

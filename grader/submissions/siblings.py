"""The student's own files that a module imports: helpers and other modules, notebooks as well.

They are looked for in the module's folder, and then in all that was handed in.

What is imported is read off the text line by line: students' code is never parsed on this side of
the wall. A line that only looks like an import, as in a docstring, brings a file too many, which
harms nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.submissions.nearest import Places

MAX_FILES = 64
MAX_BYTES = 1 << 20  # of all siblings of a module
_MAX_ROUNDS = 8  # imports of imports of …

_IMPORT = re.compile(
    r"(?m)(?:^|;)[ \t]*(?:from[ \t]+(?P<base>[\w.]*)[ \t]+)?import[ \t]+"
    r"(?P<names>\([^)]{0,1000}\)|[^\n;#]+)"
)
_CONTINUED = re.compile(r"\\\r?\n")  # a line goes on in the next one
_COMMENT = re.compile(r"#[^\n]*")  # in parentheses, behind a name
_NAMES = re.compile(r"(?:\A|[(,])\s*([\w.]+)")  # without what they are called here
_BY_NAME = re.compile(r"\b(?:import_module|__import__)\([ \t]*[\"'](?P<name>[.\w]+)[\"']")
# What a notebook runs, whose names become its own: a file, behind options.
_RUN = re.compile(
    r"(?m)^%run[ \t]+(?:-\S+[ \t]+)*(?P<quote>[\"']?)(?P<file>[^\n\"']+?\.(?:py|ipynb))(?P=quote)"
    r"(?=\s|\Z)"
)
NOTEBOOK = ".ipynb"
# What may be imported as one's own and is given by the grader.
_GIVEN = frozenset({"baseline.py"})
_ABOVE = "../"
_PACKAGE = "assignments"  # what a module's folder is called by an import from the repository's top


@dataclass
class Module:
    """A module whose imports are looked for: its place, the folder that holds it, with a slash
    behind ("" for the top), where the student's modules of other assignments lie, by the names that
    they are imported by, and what has been found."""

    place: str
    folder: str
    others: Mapping[str, str]
    siblings: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)  # path -> text, not looked into yet

    def wanted(self, places: Places) -> dict[str, str]:
        """Where what is imported and not known yet lies, by its path from the folder."""
        found = {
            path: place
            for importing, text in self.fresh.items()
            for path in imports_of(text, importing)
            if path not in _GIVEN
            and path not in self.siblings
            and (place := self._place_of(path, places)) not in ("", self.place)
        }
        modules = found.keys() | self.siblings.keys()
        # A notebook is imported where no module bears its name.
        return {
            path: place
            for path, place in sorted(found.items())
            if not path.endswith(NOTEBOOK) or f"{path.removesuffix(NOTEBOOK)}.py" not in modules
        }

    def _place_of(self, path: str, places: Places) -> str:
        """Where a file lies that is imported by this path; "" if nowhere."""
        folder, above = self.folder, path.count(_ABOVE)
        for _ in range(above):
            folder = folder[:-1].rpartition("/")[0]
            folder += "/" if folder else ""
        path = path.removeprefix(above * _ABOVE)
        # From above its folder a file is imported by the folder's name, too: `src.helpers`.
        inner = path.removeprefix(f"{folder[:-1].rpartition('/')[2]}/")
        for place in (folder + path, folder + inner, self.others.get(inner, "")):
            if place in places:
                return place
        # As in Python, what lies beside goes before what lies elsewhere.
        root = folder + path.partition("/")[0].partition(".")[0]
        if f"{root}.py" in places or f"{root}/__init__.py" in places:
            return ""
        return places.nearest(folder, path)

    def add(self, wanted: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Take over as many as may be, and look into them next."""
        self.fresh = {}
        within = sum(len(text.encode()) for text in self.siblings.values())
        for path, place in wanted.items():
            text = texts.get(place, "")
            within += len(text.encode())
            if place in texts and within <= MAX_BYTES and len(self.siblings) < MAX_FILES:
                self.siblings[path] = self.fresh[path] = text


def find_siblings(
    texts: Mapping[str, str],
    places: Collection[str],
    read: Callable[[Collection[str]], Mapping[str, str]],
    others: Mapping[str, str],
) -> dict[str, tuple[tuple[str, str], ...]]:
    """What the modules in `texts`, by place, import of the student's own.

    Args:
        places: of all files.
        read: the texts of files at these places, without those that can't be read. It is called
            a few times, each time with all that is needed next.
        others: where the module of an assignment lies, by the name that it is imported by: it may
            be renamed ("relu (1).py"), or in a folder of its own.

    Returns:
        By place of the module its siblings: pairs of a path from its folder, as "pkg/one.py", and
        a text, in the order of the paths; at most MAX_FILES and MAX_BYTES of a module.
    """
    modules, known = [], Places(places)
    for place, text in texts.items():
        folder, slash, name = place.rpartition("/")
        modules.append(Module(place, folder + slash, others, fresh={name: text}))
    for _ in range(_MAX_ROUNDS):
        wanted = [module.wanted(known) for module in modules]
        if not any(wanted):
            break
        found = read({place for some in wanted for place in some.values()})
        for module, some in zip(modules, wanted, strict=True):
            module.add(some, found)
    return {module.place: tuple(sorted(module.siblings.items())) for module in modules}


def imports_of(text: str, path: str) -> Iterator[str]:
    """The files that a module may import, as paths from its folder.

    A path that leads above the folder begins with "../".

    Args:
        path: of the module itself: what it imports relatively is looked for from there.
    """
    inside = path.split("/")[:-1]
    for match in _IMPORT.finditer(_CONTINUED.sub(" ", text)):
        names = [name.split(".") for name in _NAMES.findall(_COMMENT.sub("", match["names"]))]
        base, above = match["base"], ""
        if base is None:
            packages = names
        else:
            level = len(base) - len(base.lstrip("."))
            above = _ABOVE * (level - len(inside) - 1)
            start = inside[: max(0, len(inside) + 1 - level)] if level else []
            package = [*start, *filter(None, base.split("."))]
            packages = [[*package, *name] for name in [[], *names]]
        for parts in packages:
            yield from (above + file for file in _files_of(parts))
    for match in _BY_NAME.finditer(text):
        yield from _files_of(match["name"].lstrip(".").split("."))
    for match in _RUN.finditer(text):
        file = match["file"].replace("\\", "/").removeprefix("./")
        yield file.rpartition("/")[2] if file.startswith(("/", "~")) else file


def _files_of(parts: Sequence[str]) -> Iterator[str]:
    """Where a dotted name may be defined: a module, a package, and the packages around it."""
    inner = parts[1:] if parts[:1] == [_PACKAGE] else parts
    for length in range(1, len(inner) + 1):
        path = "/".join(inner[:length])
        yield f"{path}.py"
        yield f"{path}/__init__.py"
        yield f"{path}{NOTEBOOK}"

"""The zoo: modules that are known to be right or wrong, in folders named by what is expected.

`tests/zoo/right/<slug>/` holds modules that should earn full marks, and
`tests/zoo/wrong/<slug>/<check>/` modules that should fail that check.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.course.manifest import Course
from grader.errors import GraderError


@dataclass(frozen=True)
class Module:
    """A module of the course or its zoo; `name` is its path in the repository, without suffix."""

    slug: str
    kind: Literal["right", "wrong"]
    name: str
    text: str

    @property
    def expected_to_fail(self) -> str:
        """The check that a wrong module should fail."""
        return self.name.split("/")[-2]


def modules_of(course: Course, slug: str) -> list[Module]:
    """The solution, then the zoo's right modules, then its wrong ones.

    Raises:
        GraderError: there is no solution.
    """
    if not course.solution_path(slug).is_file():
        raise GraderError(f"solutions/{slug}.py: not found; this takes the instructors' repository")
    zoo = course.root / "tests" / "zoo"
    right = [course.solution_path(slug), *sorted((zoo / "right" / slug).rglob("*.py"))]
    wrong = sorted((zoo / "wrong" / slug).rglob("*.py"))
    kinds: list[tuple[Literal["right", "wrong"], list[Path]]] = [("right", right), ("wrong", wrong)]
    return [
        Module(
            slug,
            kind,
            path.relative_to(course.root).with_suffix("").as_posix(),
            path.read_text(encoding="utf-8-sig"),
        )
        for kind, paths in kinds
        for path in paths
    ]


def zoo_modules(course: Course, slugs: Sequence[str], sample: int | None) -> list[Module]:
    """The zoo's modules of these slugs; with `sample`, so many of each slug's right and wrong
    ones, spread evenly over them.

    Raises:
        GraderError: there are none.
    """
    chosen = []
    for slug in slugs:
        zoo = [m for m in modules_of(course, slug) if m.name.startswith("tests/zoo/")]
        for kind in ("right", "wrong"):
            modules = [module for module in zoo if module.kind == kind]
            count = len(modules) if sample is None else min(sample, len(modules))
            chosen += [modules[i * len(modules) // count] for i in range(count)]
    if not chosen:
        raise GraderError("tests/zoo holds no modules; add right and wrong ones first")
    return chosen


def hand_in(
    course: Course, modules: Sequence[Module], folder: Path
) -> dict[tuple[str, str], Module]:
    """Lay out submissions with a module of each slug: which module is in (submission, slug)."""
    placed = {}
    count: Counter[str] = Counter()
    for module in modules:
        submission = folder / f"{count[module.slug]:04}"
        count[module.slug] += 1
        submission.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(course.root / f"{module.name}.py", submission / f"{module.slug}.py")
        placed[submission.name, module.slug] = module
    return placed

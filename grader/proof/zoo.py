"""The zoo: modules that are known to be right or wrong, in folders named by what is expected.

`tests/zoo/right/<slug>/` holds modules that should earn full marks, and
`tests/zoo/wrong/<slug>/<check>/` modules that should fail that check.
"""

from __future__ import annotations

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

"""The repository is coherent, as far as reading tells; what the audit sees is in test_audit.py."""

from __future__ import annotations

from pathlib import Path

from helpers.repository import REPOSITORY
from msgspec.structs import replace

from grader.course.manifest import load_course
from grader.proof.coherence import incoherences, orphans

COURSE = load_course(REPOSITORY)


def test_the_course_is_coherent() -> None:
    assert list(incoherences(COURSE)) == []


def test_what_reset_kept_is_no_orphan_and_other_copies_are(tmp_path: Path) -> None:
    for name in ("relu.py.1", "relu.ipynb.12", "relu.py.old", "rleu.py.1"):
        (tmp_path / "assignments").mkdir(exist_ok=True)
        (tmp_path / "assignments" / name).touch()
    found = list(orphans(replace(COURSE, root=tmp_path)))
    strangers = [line.split(":")[0] for line in found]
    assert strangers == ["assignments/relu.py.old", "assignments/rleu.py.1"]

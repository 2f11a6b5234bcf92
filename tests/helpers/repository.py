"""This repository: what lies in it, and copies of it that a test may change."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

from grader.course.manifest import load_course
from grader.grading.checkfile import list_checks
from grader.proof.coherence import unused_modules

REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def most_points() -> float:
    """What the course in this repository is worth."""
    course = load_course(REPOSITORY)
    checks = list_checks(course)
    return sum(check.max_points for slug in course.slugs for check in checks[slug])


def solution(slug: str) -> str:
    return (REPOSITORY / "solutions" / f"{slug}.py").read_text(encoding="utf-8")


def wrong(slug: str, place: str) -> str:
    return (REPOSITORY / "tests" / "zoo" / "wrong" / slug / place).read_text(encoding="utf-8")


def copy_repository(root: Path) -> Path:
    """A copy of what the commands need, to be changed; returns `root`. What Python has compiled
    comes along, but for what is being written."""
    for name in ("grader", "assignments", "solutions", "data_cache"):
        ignored = shutil.ignore_patterns("*.pyc.*")
        shutil.copytree(REPOSITORY / name, root / name, ignore=ignored)
    return root


def copy_with_short_trainings(root: Path) -> Path:
    """`copy_repository`, where trainings are an epoch long, and any accuracy does."""
    manifest = copy_repository(root) / "assignments" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    text = re.sub(r"^bands = .*$", "bands = [0, 0, 0]", text, flags=re.MULTILINE)
    lengths = r"^epochs = \d+\n(bands = .*\n)?threshold = .*$"
    text, count = re.subn(lengths, r"epochs = 1\n\1threshold = 0", text, flags=re.MULTILINE)
    assert count > 1
    manifest.write_text(text, encoding="utf-8")
    return root


def copy_of_one_assignment(root: Path) -> Path:
    """`copy_repository` with one assignment, relu, of which a wrong module a check is kept, and of
    the right ones that by which the threshold was measured."""
    manifest = copy_repository(root) / "assignments" / "course.toml"
    head, *entries = manifest.read_text(encoding="utf-8").split("[[assignments]]")
    (relu,) = [entry for entry in entries if 'slug = "relu"' in entry]
    manifest.write_text(f"{head}[[assignments]]{relu}", encoding="utf-8")
    for entry in entries:
        slug = entry.split('slug = "')[1].split('"')[0]
        if slug != "relu":
            for folder, name in (
                ("assignments", f"{slug}.py"),
                ("solutions", f"{slug}.py"),
                ("grader/checks", f"test_{slug}.py"),
                ("grader/checks/misconceptions", f"{slug}.py"),
            ):
                (root / folder / name).unlink(missing_ok=True)
    (root / "assignments" / "lesson.ipynb").unlink()  # it teaches all of them
    course = load_course(root)
    while unused := [line.split(":")[0] for line in unused_modules(course)]:
        for name in unused:
            (root / name).unlink()
    zoo = REPOSITORY / "tests" / "zoo"
    (root / "tests" / "zoo" / "right" / "relu").mkdir(parents=True)
    note = course.assignment("relu").calibration
    assert note is not None
    shutil.copyfile(REPOSITORY / f"{note.weakest}.py", root / f"{note.weakest}.py")
    for check in sorted((zoo / "wrong" / "relu").iterdir()):
        # Of those that fail the training, one that only its accuracy gives away.
        module = min(check.glob("*.py"), key=lambda path: (path.stem != "tiny_weights", path))
        target = root / module.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True)
        shutil.copyfile(module, target)
    return root


def hand_in(folder: Path, modules: dict[str, str | bytes]) -> Path:
    """A folder with these modules, by slug."""
    folder.mkdir(parents=True)
    for slug, text in modules.items():
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / f"{slug}.py").write_bytes(content)
    return folder

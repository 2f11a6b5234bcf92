"""`grader new`: start an assignment that runs, with a TODO wherever the instructor has a say."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
import tomllib
from pathlib import Path
from string import Template

from grader.course.manifest import Course
from grader.course.stubs import make_stub
from grader.files import write_bytes

TEMPLATES = Path(__file__).parent / "templates"
# What students are to write, with the templates of its solution and of its checks.
KINDS = {
    "network": ("network_solution.txt", "network_checks.txt"),
    "function": ("function_solution.txt", "function_checks.txt"),
}
ENTRY = '''
[[assignments]]
slug = "{slug}"
title = "{title}" # TODO: as students read it
{training}hints = [
    """
TODO: a nudge: which line of the formula is still missing?""",
    """
TODO: nearly there: what leaves only the typing.""",
]
'''
# Only a network is trained. An accuracy of 0 is no threshold: `grader audit` asks for one.
TRAINING = """\
epochs = 5
threshold = 0.0 # TODO: what `grader calibrate {slug} --write` measures
"""
LONGEST = 30  # characters of a slug that leave room for the rest of a line
# Names that mean something in the folders where an assignment's modules lie.
TAKEN = ("assignments", "baseline", "course", "grader", "kit", "lesson", "shared", "solutions")
# Folders below the check files whose modules a slug must not be mixed up with.
SHARED_CHECKS = ("kit", "misconceptions/shared")


class NewError(ValueError):
    """The assignment can't be started: one line that says why."""


def start_assignment(course: Course, slug: str, kind: str = "network") -> list[Path]:
    """Write solution, checks, stub and course.toml's entry of a new assignment; return their paths.

    Args:
        kind: one of KINDS.

    Raises:
        NewError: `slug` is no good name for a module here, or some of its files are there already.
        OSError: a file can't be written.
    """
    refuse_slug(course, slug)
    names = {"slug": slug, "title": slug.replace("_", " ").capitalize()}
    solution, checks = (
        Template((TEMPLATES / name).read_text("utf-8")).substitute(names) for name in KINDS[kind]
    )
    manifest = course.manifest_path
    texts = {
        course.solution_path(slug): solution,
        course.check_path(slug): checks,
        course.stub_path(slug): make_stub(solution, f"solutions/{slug}.py"),
        # The last one: until it is written, there is no such assignment.
        manifest: add_entry(manifest.read_text(encoding="utf-8"), entry_of(kind, **names)),
    }
    for path in texts:
        if path != manifest and path.exists():
            raise NewError(f"{path.relative_to(course.root)} is there already; choose another slug")
    for path, text in texts.items():
        write_bytes(path, text.encode())
    return list(texts)


def entry_of(kind: str, slug: str, title: str) -> str:
    """What course.toml is to say of it."""
    training = TRAINING.format(slug=slug) if kind == "network" else ""
    return ENTRY.format(slug=slug, title=title, training=training)


def refuse_slug(course: Course, slug: str) -> None:
    """Refuse what can't name a module, or would stand for another one where it is imported."""
    if not course.stub_path(slug).parent.is_dir() or not (course.root / "solutions").is_dir():
        raise NewError(
            "there is no solutions/ folder here; use the instructors' copy of the course"
        )
    if not re.fullmatch("[a-z][a-z0-9_]*", slug) or keyword.iskeyword(slug):
        raise NewError(
            f"{slug!r} can't name a module; use lower-case letters, digits and underscores, a "
            "letter first, and no word of Python's own"
        )
    if len(slug) > LONGEST:
        raise NewError(f"{slug!r} is too long for the tables; use {LONGEST} characters at most")
    if slug in course.every_slug:
        raise NewError(f"there is an assignment {slug!r} already; choose another slug")
    checks = course.check_path(slug).parent
    shared = [f"{folder}/{slug}.py" for folder in SHARED_CHECKS]
    taken = [f"grader/checks/{name} is called so" for name in shared if (checks / name).exists()]
    if slug in sys.stdlib_module_names or slug in keyword.softkwlist:
        taken.append("Python has it")
    if slug in TAKEN:
        taken.append("the course has it")
    if taken:
        raise NewError(f"{slug!r} means something else already: {taken[0]}; choose another slug")
    if importlib.util.find_spec(slug) is not None:
        raise NewError(f"a module {slug!r} is installed, which it would hide; choose another slug")


def add_entry(manifest: str, entry: str) -> str:
    """course.toml with `entry` after its last assignment; every other byte stays.

    Raises:
        NewError: the place is not to be found.
    """
    lines = manifest.splitlines(keepends=True)
    headers = [i for i, line in enumerate(lines) if line.lstrip().startswith("[")]
    ours = [i for i in headers if re.match(r"\s*\[\[?\s*assignments\b", lines[i])]
    end = next((i for i in headers if ours and i > ours[-1]), len(lines))
    # Comments and blank lines above the next table belong to it.
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    if end > 0 and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    text = "".join([*lines[:end], entry, *lines[end:]])
    wanted = tomllib.loads(manifest)
    wanted["assignments"] += tomllib.loads(entry)["assignments"]
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if found != wanted:
        raise NewError(
            "course.toml: no place for another entry is found; write it by hand:" + entry
        )
    return text

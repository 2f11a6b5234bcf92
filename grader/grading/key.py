"""What a result depends on: the key by which it is found again instead of being graded again.

A result is a function of its Key and of nothing else: grading is deterministic and never learns
whose work it grades. So students who handed in the same bytes share one result.
"""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import msgspec

import grader
from grader.course.manifest import Assignment, Course
from grader.course.stubs import original_stub
from grader.submissions.model import Source, Submission

# The grader's own modules that decide what a report says, below `grader/`.
DECIDING = (
    "grading/engine.py", "grading/checkfile.py", "grading/plugin.py", "grading/training/*.py",
    "grading/verdicts/*.py",
    "grading/devices.py", "grading/known/common.py", "grading/known/idle.py",
    "grading/pictures.py", "grading/slips/*.py", "course/digits.py", "submissions/code/meaning.py",
    "submissions/code/parsing.py",
    "submissions/notebook.py", "submissions/untouched.py", "text.py", "sandbox/**/*.py",
    "report/model.py",
    "checks/kit/*.py", "checks/misconceptions/__init__.py", "checks/misconceptions/shared/*.py",
)  # fmt: skip


# Those whose versions matter: student code may compute with each but the last.
PACKAGES = ("torch", "numpy", "scikit-learn", "pytest")

_IMPORTS = re.compile(r"^[ \t]*(?:import|from)[ \t]+(.+)$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z_]\w{0,99}", re.ASCII)
MISSING = "missing"  # the code of an assignment for which nothing was handed in


class Key(msgspec.Struct, frozen=True):
    """The parts of a result's key; `code` and `checks` are SHA-256, or MISSING for `code`.

    `versions` is a JSON object: the versions that matter, and the type of machine.
    """

    slug: str
    code: str
    checks: str
    seed: int
    versions: str


def code_digest(submission: Submission, slug: str) -> str:
    """Of everything that was handed in for `slug`, or of the reason why it can't be used."""
    source = submission.sources.get(slug)
    problem = submission.problems.get(slug)
    if problem is not None:
        return digest([b"problem", problem.encode("utf-8", "backslashreplace")])
    if source is None:
        return MISSING
    fields = msgspec.json.encode(dataclasses.asdict(source))
    return digest([b"module", fields, msgspec.json.encode(libraries_of(source))])


def libraries_of(source: Source) -> dict[str, str]:
    """The libraries that are installed here and that the module or its siblings may import.

    A result depends on them, so one that was earned without a library is not given with it. The
    text is not parsed: words of its lines that import are looked up, a few too many of them.
    """
    texts = [source.text, *(text for _, text in source.siblings)]
    lines = (line for text in texts for line in _IMPORTS.findall(text))
    names = {name for line in lines for name in _NAME.findall(line)}
    found = {name: _installed(name) for name in sorted(names - sys.stdlib_module_names)}
    return {name: version for name, version in found.items() if version is not None}


@cache
def _installed(name: str) -> str | None:
    """The version of an installed library, "" where it tells none; None where there is no such."""
    try:
        if find_spec(name) is None:
            return None
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
    except (ImportError, ValueError):
        return None


def checks_digest(course: Course, assignment: Assignment) -> str:
    """Of all that judges this assignment: checks, the seed network, the stub, settings, data."""
    return digest(_judging_content(course, assignment))


def _judging_content(course: Course, assignment: Assignment) -> Iterator[bytes]:
    package = Path(grader.__file__).parent
    own = f"checks/misconceptions/{assignment.slug}.py"
    shared = sorted(path for pattern in (*DECIDING, own) for path in package.glob(pattern))
    # In an order that a course keeps wherever it lies.
    for path in (course.check_path(assignment.slug), course.baseline_path, *shared):
        yield path.name.encode()
        yield path.read_bytes()
    for path in sorted(course.data_dir.rglob("SHA256SUMS")):
        yield path.read_bytes()
    # The stub as grading knows it: an untouched one is told apart from work.
    stub = original_stub(course, assignment.slug)
    yield b"no stub" if stub is None else stub.encode()
    # When and how its threshold was measured decides nothing, nor does what is made of the results.
    settings = msgspec.to_builtins(msgspec.structs.replace(assignment, calibration=None))
    for told in ("leaderboard", "hints", "due", "late"):
        del settings[told]
    yield msgspec.json.encode(settings)


def versions() -> str:
    """The versions that a result depends on, as JSON.

    The sandbox's protections are no part of it: they decide what an attack can do, not what honest
    code earns, and could be known only by starting a worker. They are stored with each result.
    """
    packages = {name: metadata.version(name) for name in PACKAGES}
    return msgspec.json.encode(
        {"grader": grader.__version__, "python": platform.python_version()}
        | packages
        | {"machine": f"{platform.system()} {platform.machine()}"}
    ).decode()


def digest(parts: Iterator[bytes] | list[bytes]) -> str:
    """SHA-256 over the parts and where each ends."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()

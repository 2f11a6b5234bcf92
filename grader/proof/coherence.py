"""What belongs together in a course's repository is there, and nothing else is: found by reading.

A finding is one line: the file, what is wrong with it, and what to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.authoring.handout import module_name
from grader.authoring.hidden_checks import parse
from grader.course.manifest import Assignment, Course
from grader.course.stubs import StubError, make_stub
from grader.errors import GraderError
from grader.grading.checkfile import collect_checks
from grader.proof.mutants.equivalent import EquivalentError, load_equivalent
from grader.report.reference import load_reference

TODO = "TODO"  # in the templates of `grader new`
# In assignments/, beside the stubs.
GIVEN = ("README.md", "baseline.py", "course.toml", "lesson.ipynb")
# right/<slug>/<style>.py, wrong/<slug>/<check>/<mistake>.py
ZOO_DEPTHS = {"right": 2, "wrong": 3, "hostile": 3}
# In the zoo: what each wrong module is to be called, and what its student reads.
ZOO_FILES = ("misconceptions.toml", "messages.txt")
BACKUP = re.compile(r"(?P<slug>\w+)\.(py|ipynb)\.\d+")  # in assignments/, made by `grader reset`
# How the lesson calls on an assignment, in the JSON of a notebook.
LESSON_CALL = re.compile(r"\b(?:compare|check)\(\\\"(\w+)\\\"")
GUESSING = 0.1  # the accuracy of ten classes guessed
TITLE_CHARACTERS = 100
TELLING = 12  # characters of code that say more than `return x` does


def incoherences(course: Course, assignments: Sequence[Assignment] | None = None) -> Iterator[str]:
    """Everything that can be found without grading; of some assignments only what is theirs."""
    if assignments is None:
        yield from orphans(course)
        yield from unused_modules(course)
        yield from stale_names(course)
        yield from stale_misconceptions(course)
    slugs = None if assignments is None else [assignment.slug for assignment in assignments]
    yield from manifest_todos(course, slugs)
    for assignment in course.every if assignments is None else assignments:
        yield from stub_drift(course, assignment.slug)
        yield from todos(course, assignment.slug)
        yield from hint_faults(course, assignment)
        yield from measurement_gaps(course, assignment)
        yield from check_faults(course, assignment.slug)
        yield from zoo_gaps(course, assignment.slug)


def zoo(course: Course) -> Path:
    return course.root / "tests" / "zoo"


# ---------------------------------------------------------------- files


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, but for what Python and editors leave there."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if name != "__pycache__" and not name.startswith(".")]


def orphans(course: Course) -> Iterator[str]:
    """Files that belong to no assignment."""
    modules = {f"{slug}.py" for slug in course.every_slug}
    for folder, known in (("assignments", modules | set(GIVEN)), ("solutions", modules)):
        for name in names_in(course.root / folder):
            backup = BACKUP.fullmatch(name) if folder == "assignments" else None
            is_backup = backup is not None and backup["slug"] in course.every_slug
            if name not in known and not is_backup:
                yield orphan(f"{folder}/{name}")
    for name in names_in(course.root / "grader" / "checks"):
        if name.startswith("test_") and name.removeprefix("test_") not in modules:
            yield orphan(f"grader/checks/{name}")
    for kind in names_in(zoo(course)):
        if kind not in ZOO_DEPTHS:
            if kind not in ZOO_FILES:
                yield orphan(f"tests/zoo/{kind}")
            continue
        for slug in names_in(zoo(course) / kind):
            if slug not in course.every_slug:
                yield orphan(f"tests/zoo/{kind}/{slug}")
                continue
            for path in sorted((zoo(course) / kind / slug).rglob("*")):
                place = path.relative_to(zoo(course) / kind)
                if path.is_dir() or "__pycache__" in place.parts:
                    continue
                if len(place.parts) != ZOO_DEPTHS[kind] or path.suffix != ".py":
                    yield orphan(f"tests/zoo/{kind}/{place.as_posix()}")


def orphan(name: str) -> str:
    return f"{name}: belongs to no assignment; remove it, or name its assignment in course.toml"


def unused_modules(course: Course) -> Iterator[str]:
    """Modules between the check files that no check file imports."""
    folder = course.root / "grader" / "checks"
    paths = {
        module_name(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*.py"))
        if path.relative_to(folder).as_posix() != "__init__.py"
    }
    imported = set()
    for name, path in paths.items():
        try:
            module = parse(name, path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            place = path.relative_to(folder).as_posix()
            yield f"grader/checks/{place}:{error.lineno}: not Python: {error.msg}"
            continue
        for origin, _ in module.imported(module.units):
            parts = origin.split(".")
            imported |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)} - {name}
    for name, path in paths.items():
        if not path.name.startswith("test_") and name not in imported:
            place = path.relative_to(folder).as_posix()
            yield f"grader/checks/{place}: no check file imports it; remove it"


def stale_names(course: Course) -> Iterator[str]:
    """The lesson and the list of equivalent mutants that name an assignment that is gone."""
    lesson = course.root / "assignments" / "lesson.ipynb"
    text = lesson.read_text(encoding="utf-8") if lesson.is_file() else ""
    for slug in dict.fromkeys(LESSON_CALL.findall(text)):
        if slug not in course.every_slug:
            yield f"assignments/lesson.ipynb: no assignment {slug!r}; take its cells out"
    try:
        load_equivalent(course)
    except EquivalentError as error:
        yield str(error)


def stale_misconceptions(course: Course) -> Iterator[str]:
    """What the zoo's table of known mistakes says of assignments and modules that are gone."""
    table = zoo(course) / "misconceptions.toml"
    try:
        named = tomllib.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    except ValueError as error:
        yield f"tests/zoo/misconceptions.toml: {error}"
        return
    for slug, modules in named.items():
        folder = zoo(course) / "wrong" / slug
        if slug not in course.every_slug:
            yield f"tests/zoo/misconceptions.toml: no assignment {slug!r}; take its section out"
            continue
        for module in modules:
            if not (folder / f"{module}.py").is_file():
                yield (
                    f"tests/zoo/misconceptions.toml: {slug}: no module {module} in "
                    f"tests/zoo/wrong/{slug}/; take it out"
                )


def stub_drift(course: Course, slug: str) -> Iterator[str]:
    """The stub is its solution without the marked parts, and says how to check it."""
    solution, stub = course.solution_path(slug), course.stub_path(slug)
    if not solution.is_file():
        yield f"solutions/{slug}.py: missing; write it, and mark what students are to write"
        return
    try:
        text = make_stub(solution.read_text(encoding="utf-8"), f"solutions/{slug}.py")
    except StubError as error:
        yield str(error)
        return
    if not stub.is_file():
        yield f"assignments/{slug}.py: missing; run `grader stubs`"
    elif stub.read_text(encoding="utf-8") != text:
        yield (
            f"assignments/{slug}.py: not its solution without the marked parts; run `grader stubs`"
        )
    if f"grader check {slug}\n" not in text:
        yield (
            f"solutions/{slug}.py: does not tell students how to check their work; end its "
            f"docstring with `Try it: grader check {slug}`"
        )


def todos(course: Course, slug: str) -> Iterator[str]:
    """What `grader new` left for a person to decide."""
    for path in (course.solution_path(slug), course.check_path(slug)):
        yield from marked_todo(course, path)


def hint_faults(course: Course, assignment: Assignment) -> Iterator[str]:
    """Hints that are missing, come twice, or give the answer away."""
    entry = f"course.toml: assignment {assignment.slug!r}"
    if not assignment.hints:
        yield (
            f"{entry}: no hints; add some, from a nudge to nearly there, "
            "each of which grader hint shows by itself"
        )
    given_away = marked_lines(course.solution_path(assignment.slug))
    for number, hint in enumerate(assignment.hints, start=1):
        if hint in assignment.hints[: number - 1]:
            yield f"{entry}: hint {number} is there already; let each say more than the one before"
        for line in given_away:
            if line in " ".join(hint.split()):
                yield f"{entry}: hint {number} holds the solution's `{line}`; say what leads to it"


def marked_lines(solution: Path) -> list[str]:
    """The code that students are to write, but for what is too short to tell anything."""
    text = solution.read_text(encoding="utf-8") if solution.is_file() else ""
    try:
        stub = {line.strip() for line in make_stub(text).splitlines()}
    except StubError:  # a finding already
        return []
    code = (
        line.partition("#")[0].strip() for line in text.splitlines() if line.strip() not in stub
    )
    return [line for line in code if len(line) > TELLING]


def measurement_gaps(course: Course, assignment: Assignment) -> Iterator[str]:
    """A threshold that nobody measured, and training curves that are not those of its epochs."""
    if not assignment.epochs:
        return
    slug, note = assignment.slug, assignment.calibration
    fault = ""
    if note is None:
        fault = f"nobody measured its threshold of {assignment.threshold:g}"
    elif not (course.root / f"{note.weakest}.py").is_file():
        fault = f"{note.weakest}.py, by which its threshold was measured, is gone"
    elif not GUESSING < assignment.threshold < 1:
        fault = f"a threshold of {assignment.threshold:g} tells nothing"
    if fault:
        yield f"course.toml: assignment {slug!r}: {fault}; run `grader calibrate {slug} --write`"
    curve = load_reference().bands.get(slug)
    if assignment.graded and (curve is None or len(curve.high) != assignment.epochs):
        yield (
            f"grader/report/reference.json: no training curve of {slug} over {assignment.epochs} "
            f"epochs; run `python tests/benchmarks/reference_curves.py {slug}`"
        )


def manifest_todos(course: Course, slugs: Sequence[str] | None) -> Iterator[str]:
    """What is to be filled in in course.toml, or only in the entries of `slugs`."""
    slug, numbers = None, []
    for number, line in enumerate(course.manifest_path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("["):
            slug = None
        if found := re.match(r'slug\s*=\s*"(\w+)"', line):
            slug = found[1]
        if TODO in line and (slugs is None or slug in slugs):
            numbers.append(number)
    yield from fill_in(course, course.manifest_path, numbers)


def marked_todo(course: Course, path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    yield from fill_in(course, path, [n for n, line in enumerate(lines, start=1) if TODO in line])


def fill_in(course: Course, path: Path, numbers: Sequence[int]) -> Iterator[str]:
    if numbers:
        name = path.relative_to(course.root).as_posix()
        lines = "line" if len(numbers) == 1 else "lines"
        yield f"{name}: {TODO} in {lines} {', '.join(map(str, numbers))}; fill it in"


# ---------------------------------------------------------------- checks


def check_faults(course: Course, slug: str) -> Iterator[str]:
    """What a check lacks: points, title or hint."""
    name = f"grader/checks/test_{slug}.py"
    try:
        items = collect_checks(course.check_path(slug)).items
    except GraderError as error:
        yield f"grader/checks/{error}"
        return
    titles: set[str] = set()
    for item in items:
        title = title_line(item)
        for fault in faults_of(item, title):
            yield f"{name}: {item.name}: {fault}"
        if title in titles:
            yield f"{name}: {item.name}: another check has the same title; say what differs"
        titles.add(title)


def faults_of(item: pytest.Item, title: str) -> Iterator[str]:
    marks: dict[str, list[pytest.Mark]] = {}
    for mark in item.iter_markers():
        marks.setdefault(mark.name, []).append(mark)
    for name, what in (("points", "@pytest.mark.points(1)"), ("hint", '@pytest.mark.hint("…")')):
        if len(marks.get(name, ())) != 1 or len(marks[name][0].args) != 1:
            yield f"no {name}, or not once; write one {what} above it"
            continue
        (argument,) = marks[name][0].args
        if name == "points" and not (isinstance(argument, int | float) and argument > 0):
            yield f"its points are {argument!r}; write a number above 0"
        if name == "hint" and not (isinstance(argument, str) and argument.strip()):
            yield "its hint is empty; say where to look"
    if not title:
        yield "no title; give it a docstring whose first line says what is asked for"
    elif len(title) > TITLE_CHARACTERS or title.endswith("."):
        yield f"its title is longer than {TITLE_CHARACTERS} characters, or ends in a full stop"
    if {"hidden", "gate"} <= marks.keys():
        yield "hidden and a gate, whose title the checks below it would tell; take one mark off"


def title_line(item: pytest.Item) -> str:
    """The first line of a check's docstring; "" without one."""
    docstring = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return docstring.strip().partition("\n")[0]


def zoo_gaps(course: Course, slug: str) -> Iterator[str]:
    """Checks that no wrong module is meant for, and the reverse; no second right answer."""
    try:
        checks = {
            item.name.partition("[")[0] for item in collect_checks(course.check_path(slug)).items
        }
    except GraderError:
        checks = set()
    if not checks:
        return  # said above
    if not any((zoo(course) / "right" / slug).glob("*.py")):
        yield (
            f"tests/zoo/right/{slug}/: no right module; add one that is written in another way "
            "than the solution"
        )
    folder = zoo(course) / "wrong" / slug
    for check in sorted(checks):
        if not wrong_modules(course, slug, check):
            yield (
                f"tests/zoo/wrong/{slug}/{check}/: no wrong module; add one that this check is to "
                "catch"
            )
    for name in names_in(folder):
        if name not in checks and (folder / name).is_dir():
            yield f"tests/zoo/wrong/{slug}/{name}: no such check; rename it or remove it"


def wrong_modules(course: Course, slug: str, check: str) -> list[Path]:
    """The modules that this check is to fail."""
    return sorted((zoo(course) / "wrong" / slug / check).glob("*.py"))

"""The zoo: right submissions earn full marks, wrong ones are caught by the check meant for it.

`zoo/right/<slug>/<style>.py` and `zoo/wrong/<slug>/<check>/<mistake>.py`, each driven through the
real command line; `zoo/misconceptions.toml` says which known mistake a wrong one is. One
submission holds a module of every slug, so that all modules that tests are about are graded in
three runs; each has a worker of its own all the same.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tomllib
from collections import defaultdict
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.commands import RunGrader
from helpers.machine import skip_elsewhere
from helpers.repository import REPOSITORY, copy_repository, copy_with_short_trainings
from rich.console import Console

from grader.course.manifest import Course, load_course
from grader.proof.zoo import Module, hand_in, zoo_modules
from grader.report.model import CheckResult
from grader.report.terminal import print_check
from grader.sandbox.launch import can_fork

ZOO = REPOSITORY / "tests" / "zoo"
RIGHT = sorted(ZOO.glob("right/*/*.py"))
WRONG = sorted(ZOO.glob("wrong/*/*/*.py"))
# From a slug to its wrong modules, and to the names of the mistakes that they are; an assignment
# may do without.
MISTAKES = tomllib.loads((ZOO / "misconceptions.toml").read_text(encoding="utf-8"))

# What the wrong modules of some assignments are told, to be read by people. Made anew by
# pytest tests/checks/test_zoo.py -k SLUG --write-messages, and read before it is committed.
MESSAGES = ZOO / "messages.txt"
OPTIMIZERS = ("adam", "momentum", "l2")
BANDS = (  # of the capstone: the checks that ask for an accuracy
    "test_it_learns",
    "test_as_good_as_a_tuned_baseline",
    "test_as_good_as_two_layers_can_be",
    "test_as_good_as_convolutions",
)
LINES = 8  # of a message, with the check's title

# The first test waits for all of them to be graded.
pytestmark = pytest.mark.timeout(3_000 if can_fork() else 5_000)


def name_of(module: Path) -> str:
    return module.relative_to(ZOO).with_suffix("").as_posix()


def slug_of(module: Path) -> str:
    return module.relative_to(ZOO).parts[1]


@pytest.fixture(scope="module")
def assignments(
    request: pytest.FixtureRequest,
    run_grader: RunGrader,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[Path, dict[str, Any]]:
    """What the report says about the assignment of each module that a test is about."""
    skip_elsewhere()
    course, folder = load_course(REPOSITORY), tmp_path_factory.mktemp("zoo")
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = {call.params.get("module") for call in calls if call is not None}
    modules = [
        module
        for module in zoo_modules(course, course.every_slug, sample=None)
        if path_of(module) in wanted
    ]
    found: dict[Path, dict[str, Any]] = {}
    in_full = trained_in_full(course)
    for name, lay_out in COURSES.items():
        remaining = [module for module in modules if path_of(module) not in found]
        chosen = [m for m in remaining if name == "full" or name == first_course(m, in_full)]
        if not chosen:
            continue
        root = lay_out(folder / name)
        placed = hand_in(course, chosen, root / "submissions")
        submissions = sorted((root / "submissions").iterdir())
        slugs = sorted({module.slug for module in chosen})
        graded = (grade if can_fork() else check)(run_grader, root, submissions, slugs)
        for submission, assignments in graded.items():
            for assignment in assignments:
                module = placed.get((submission, assignment["slug"]))
                if module and (name == "full" or not is_missed(module, assignment)):
                    found[path_of(module)] = assignment
    return found


def path_of(module: Module) -> Path:
    return REPOSITORY / f"{module.name}.py"


def trained_in_full(course: Course) -> set[Path]:
    """The right modules that are trained in full: of each assignment the first, and that by which
    its threshold was measured. tests/benchmarks/seeds.py --right trains all of them so."""
    weakest = {a.calibration.weakest for a in course.every if a.calibration is not None}
    first = {next(each) for _, each in groupby(RIGHT, key=slug_of)}
    return first | {path for path in RIGHT if f"tests/zoo/{name_of(path)}" in weakest}


def first_course(module: Module, in_full: set[Path]) -> str:
    """The name of the course that grades it first: a training of one epoch, which takes a fifth of
    the time, may tell what is wrong, or that nothing is; and what another check is to tell shows
    without one."""
    if module.kind == "right":
        return "full" if path_of(module) in in_full else "brief"
    if module.slug == "capstone":
        return "full" if module.expected_to_fail in BANDS else "brief"
    if module.expected_to_fail != "test_training":
        return "untrained"
    # The baseline's training takes all of it to show what is wrong with an optimizer.
    return "full" if module.slug in OPTIMIZERS else "brief"


def is_missed(module: Module, assignment: dict[str, Any]) -> bool:
    """Whether it takes a whole training to tell what is wrong: the check passed that should not,
    or the mistake went unnamed."""
    if module.kind == "right":
        return False
    checks = assignment["checks"]
    (meant,) = [check for check in checks if check["id"] == module.expected_to_fail]
    known = MISTAKES.get(module.slug, {}).get("/".join(module.name.split("/")[-2:]), [])
    named = {check["misconception"] for check in checks if "misconception" in check}
    return meant["verdict"] == "passed" or not named.issuperset(known)


def without_trainings(root: Path) -> Path:
    """A course whose trainings are put off as in a student's copy, where they are hidden."""
    copy_with_short_trainings(root)
    for checks in sorted((root / "grader" / "checks").glob("test_*.py")):
        text, start = checks.read_text(encoding="utf-8"), "\ndef test_training("
        deferred = f"\n@pytest.mark.hidden(deferred=True){start}"
        checks.write_text(text.replace(start, deferred), encoding="utf-8")
    return root


COURSES = {
    "untrained": without_trainings,
    "brief": copy_with_short_trainings,
    "full": copy_repository,
}


def grade(
    run_grader: RunGrader, root: Path, submissions: list[Path], slugs: list[str]
) -> dict[str, Any]:
    target = root / "grades.json"
    # By name, as further tasks are left out otherwise.
    only = [argument for slug in slugs for argument in ("--only", slug)]
    ran = run_grader("grade", *submissions, *only, "--json", target, root=root)
    assert ran.status == 0, ran.stderr
    reports = json.loads(target.read_bytes())["reports"]
    return {report["submission"]: report["assignments"] for report in reports}


def check(
    run_grader: RunGrader, root: Path, submissions: list[Path], slugs: list[str]
) -> dict[str, Any]:
    """As a student's own work, where workers are used again."""
    graded = {}
    for submission in submissions:
        for slug in slugs:
            module = root / "assignments" / f"{slug}.py"
            module.unlink(missing_ok=True)
            if (submission / module.name).exists():
                shutil.copyfile(submission / module.name, module)
        target = root / "checked.json"
        ran = run_grader("check", *slugs, "--json", target, cwd=root, root=root)
        assert ran.status in (0, 1), ran.stderr
        (report,) = json.loads(target.read_bytes())["reports"]
        graded[submission.name] = report["assignments"]
    return graded


@pytest.mark.parametrize("module", RIGHT, ids=name_of)
def test_a_right_module_earns_full_marks(
    assignments: dict[Path, dict[str, Any]], module: Path
) -> None:
    assignment = assignments[module]
    lost = {c["id"]: c["message"] for c in assignment["checks"] if c["verdict"] != "passed"}
    assert not lost
    assert assignment["status"] == "passed"
    assert assignment["score"] == assignment["max_score"] > 0


@pytest.mark.parametrize("module", WRONG, ids=name_of)
def test_a_wrong_module_is_caught_and_told_what_it_is(
    assignments: dict[Path, dict[str, Any]], module: Path, pytestconfig: pytest.Config
) -> None:
    """By the check meant for it, as its known mistake and no other, in words that were read."""
    assignment = assignments[module]
    if pytestconfig.getoption("--write-messages"):
        write_message(module, first_message(assignment))
    expect_caught(assignment, module.parent.name)
    expect_named(assignment, module)
    expect_told(first_message(assignment), module)


def expect_caught(assignment: dict[str, Any], check_id: str) -> None:
    verdicts = {check["id"]: check["verdict"] for check in assignment["checks"]}
    assert verdicts[check_id] not in ("passed", "not_judged", "grader_error"), verdicts
    assert assignment["status"] in ("partial", "failed")
    assert assignment["score"] < assignment["max_score"]


def expect_named(assignment: dict[str, Any], module: Path) -> None:
    checks = assignment["checks"]
    named = {check["misconception"] for check in checks if "misconception" in check}
    if table := MISTAKES.get(slug_of(module)):
        assert named == set(table.get(f"{module.parent.name}/{module.stem}", []))
    for check in checks:
        assert "misconception" not in check or check["verdict"] in ("failed", "error")


# ---------------------------------------------------------------- what a student reads


def expect_told(message: str, module: Path) -> None:
    name, slug, kept = name_of(module), slug_of(module), kept_messages()
    assert len(message.splitlines()) <= LINES, message
    if any(each.split("/")[1] == slug for each in kept):
        assert bare(message) == bare(kept.get(name, "")), (
            f"{message}\nis new: read it, then "
            f"pytest tests/checks/test_zoo.py -k {slug} --write-messages"
        )


def write_message(module: Path, message: str) -> None:
    kept = kept_messages() | {name_of(module): message}
    told = {each: kept[each] for each in map(name_of, WRONG) if each in kept}
    text = "\n".join(f"{each}\n{message}" for each, message in told.items())
    MESSAGES.write_text(text, encoding="utf-8")
    kept_messages.cache_clear()


@cache
def kept_messages() -> dict[str, str]:
    """From a wrong module's name to what it was told when that was last read."""
    text = MESSAGES.read_text(encoding="utf-8")
    _, *parts = re.split(r"^(wrong/\S+)\n", text, flags=re.MULTILINE)
    return {name: f"{message.rstrip()}\n" for name, message in zip(*[iter(parts)] * 2, strict=True)}


def first_message(assignment: dict[str, Any]) -> str:
    """The first check that did not pass, as a terminal of 80 columns shows it."""
    checks = [msgspec.convert(check, CheckResult) for check in assignment["checks"]]
    shown = io.StringIO()
    console = Console(file=shown, width=80, color_system=None, highlight=False)
    print_check(console, next(check for check in checks if check.verdict != "passed"))
    return "".join(f"{line.rstrip()}\n" for line in shown.getvalue().splitlines())


def bare(text: str) -> str:
    """`text` without what another version of torch or Python computes or says a little differently:
    numbers, the words of an exception, and where a line that holds them is wrapped."""
    joined = " ".join(re.sub(r"-?\d[\d.,]*(e[-+]?\d+[.,]*)?|inf|nan", "#", text).split())
    return re.sub(r"( raised \w+: ).*?(?= \(line #\))", r"\1…", joined)


def test_no_two_modules_of_an_assignment_are_the_same() -> None:
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in RIGHT + WRONG:
        same[slug_of(module), module.read_text(encoding="utf-8")].append(name_of(module))
    assert not [names for names in same.values() if len(names) > 1]

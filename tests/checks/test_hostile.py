"""Hostile submissions gain nothing, harm nothing and end in time.

`zoo/hostile/<slug>/<verdict>/` is named after what becomes of the checks: at least one gets this
verdict, and "passed" is for right modules that attack besides. An attack that gets through prints
"BROKE OUT". All are graded once, two at a time by one zygote, each followed by a right solution.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from helpers.machine import NEEDS_LINUX, PATIENCE_S, WALLS_OFF, expect_walls

from grader.course.manifest import Assignment, Course, load_course
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.grading.task import Graded
from grader.sandbox.process import WORKER_ENVIRONMENT
from grader.sandbox.zygote import Zygote
from grader.submissions.model import Source, Submission

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTILE = REPOSITORY / "tests" / "zoo" / "hostile"
FILES = sorted(HOSTILE.rglob("*.py"))
MEMORY_MIB, OUTPUT_KIB = 512, 64
# What an attack has whose time is to be up.
WALL_S, CPU_S = 5, 1
# For all others, which a busy machine must not end.
AMPLE = {"wall_s": 300.0, "cpu_s": 30}

# The most points that an attack may have, where it is not the default: all for "passed", none else.
MAY_HAVE = {
    "another_parameter": 6,
    "arguments_of_other_shapes": 9,
    "data_taken_away": 9,
    "decoy_parameters": 2,
    "endless_backward": 6,
    "endless_parameters": 5,  # as the baseline that it is: nobody asks for its parameters()
    "exit_after_a_few_calls": 3,
    "forged_mode": 9,
    "fractional_pixels": 2,
    "gradient_of_another_shape": 8,
    "gradients_set_by_hand": 7,
    "huge_bytes": 8,
    "infinite_decoys": 8,
    "infinite_steps": 4,
    "labels_no_row_has": 3,
    "logits_of_another_shape": 9,
    "lying_number": 5,
    "lying_subclass": 5,
    "nearest_image": 8,
    "nearest_neighbour": 8,
    "network_kept": 3,
    "not_a_number_when_large": 7,
    "nothing_left_to_drop": 2,
    "odd_numbers": 5,
    "overflowing_activations": 2,
    "overflowing_prediction": 7,
    "overflowing_statistics": 2,
    "patched_libraries": 5,
    "patched_module_call": 8,
    "remembers_the_images": 8,
    "replaces_the_forward_pass": 5,
    "replaces_torch": 8,  # what its network earns by training: the loop holds its own functions
    "state_dict_exits": 9,
    "swaps_the_baseline": 4,
    "tampers_with_the_answers": 7,
    "trains_while_it_is_measured": 8,
    "until_it_is_trained": 8,
}


@dataclass(frozen=True)
class Harm:
    """What was found after all attacks."""

    processes: list[str]
    folders: list[str]
    changed: list[str]


@dataclass(frozen=True)
class Outcome:
    attacks: dict[Path, Graded]
    right_ones: dict[Path, Graded]  # graded after the attack that is the key
    harm: Harm
    protections: dict[str, bool]


def with_low_limits(course: Course) -> Course:
    def lowered(assignment: Assignment) -> Assignment:
        limits = msgspec.structs.replace(
            assignment.limits, memory_mib=MEMORY_MIB, output_kib=OUTPUT_KIB, **AMPLE
        )
        return msgspec.structs.replace(assignment, limits=limits)

    return msgspec.structs.replace(
        course,
        assignments=tuple(map(lowered, course.assignments)),
        further=tuple(map(lowered, course.further)),
    )


def as_submission(path: Path, slug: str) -> Submission:
    text = path.read_text(encoding="utf-8")
    return Submission(path.stem, {slug: Source(slug, f"{slug}.py", text)}, {})


def slug_of(path: Path) -> str:
    return path.relative_to(HOSTILE).parts[0]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    course = with_low_limits(load_course(REPOSITORY))
    # A baseline of its own makes this zygote and all its children known by their command line.
    baseline = tmp_path_factory.mktemp("hostile") / "baseline.py"
    baseline.write_bytes(course.baseline_path.read_bytes())
    right_one = as_submission(course.solution_path("l1"), "l1")
    tasks = []
    for path in FILES:
        assignment = course.assignment(slug_of(path))
        if path.parent.name == "timed_out":
            short = msgspec.structs.replace(assignment.limits, wall_s=WALL_S, cpu_s=CPU_S)
            assignment = msgspec.structs.replace(assignment, limits=short)
        tasks.append((as_submission(path, slug_of(path)), assignment))
        tasks.append((right_one, course.assignment("l1")))
    before = fingerprints()
    # Temporary folders are made where no other grader's are; workers' own users have to get there.
    temporary = Path(tempfile.mkdtemp(prefix="hostile-"))
    temporary.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_TEST_TOKEN", "a secret of the caller's")
        patch.setitem(WORKER_ENVIRONMENT, "TMPDIR", str(temporary))
        zygote = Zygote(baseline)
        try:
            engine = Engine(course, zygote, seed=1)
            protections = engine.protections
            graded = list(run_tasks(engine, tasks, jobs=2))
        finally:
            zygote.close()
    harm = Harm(
        processes=wait_until_none(lambda: processes_of(str(baseline))),
        folders=wait_until_none(lambda: list(map(str, temporary.glob("grader-*")))),
        changed=sorted(name for name, _ in before ^ fingerprints()),
    )
    shutil.rmtree(temporary)
    return Outcome(
        dict(zip(FILES, graded[::2], strict=True)),
        dict(zip(FILES, graded[1::2], strict=True)),
        harm,
        protections,
    )


def fingerprints() -> set[tuple[str, str]]:
    """Names, modes, times and contents of what attacks would like to change."""
    found = set()
    for folder in ("solutions", "assignments", "grader/checks", "data_cache"):
        for path in [REPOSITORY / folder, *(REPOSITORY / folder).rglob("*")]:
            if "__pycache__" in path.parts:
                continue
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            stat = path.stat()
            times = stat.st_mtime_ns if path.is_file() else 0  # a folder's change with caches
            found.add((str(path), f"{content} {stat.st_mode} {stat.st_uid} {times}"))
    return found


def processes_of(argument: str) -> list[str]:
    """Processes, forked ones included, that have `argument` on their command line."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            arguments = Path(path).read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(argument) in arguments:
            found.append(path)
    return found


def wait_until_none(look: Callable[[], Collection[str]]) -> list[str]:
    deadline = time.monotonic() + PATIENCE_S
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return sorted(found)


def name(path: Path) -> str:
    return str(path.relative_to(HOSTILE).with_suffix(""))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_an_attack_gains_nothing(outcome: Outcome, path: Path) -> None:
    graded = outcome.attacks[path]
    report, verdict = graded.report, path.parent.name
    verdicts = {check.verdict for check in report.checks}
    seen = [(check.id, check.verdict, check.message) for check in report.checks]
    if verdict == "passed":
        assert report.status == "passed", seen
    else:
        assert verdict in verdicts, seen
        assert verdicts <= {verdict, "passed", "not_judged"}, seen
        assert report.score <= MAY_HAVE.get(path.stem, 0), seen
    if verdict == "timed_out":
        limits = f"within {WALL_S} s", f"more than {CPU_S} s of processor time"
        assert any(limit in message for _, _, message in seen for limit in limits), seen
    if not WALLS_OFF:  # whatever the worker says that is on
        assert "BROKE OUT" not in report.output, report.output


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_right_solution_graded_after_it_has_full_marks(outcome: Outcome, path: Path) -> None:
    report = outcome.right_ones[path].report
    assert report.status == "passed", report.checks


@pytest.mark.parametrize("path", FILES, ids=name)
def test_what_it_says_is_bounded_and_printable(outcome: Outcome, path: Path) -> None:
    report = outcome.attacks[path].report
    assert len(report.output) <= OUTPUT_KIB << 10
    texts = [report.output]
    for check in report.checks:
        assert len(check.message) <= 1000
        texts += [check.message, check.hint]
    for text in texts:
        text.encode("utf-8")
        assert text.replace("\n", "").replace("\t", "").isprintable(), text[:1000]


def test_all_walls_stood(outcome: Outcome) -> None:
    expect_walls(outcome.protections)


def test_no_process_outlives_its_submission(outcome: Outcome) -> None:
    assert outcome.harm.processes == []


def test_no_temporary_folder_is_left(outcome: Outcome) -> None:
    assert outcome.harm.folders == []


def test_the_repository_is_unchanged(outcome: Outcome) -> None:
    assert outcome.harm.changed == []


def test_nothing_was_unpickled(outcome: Outcome) -> None:
    assert not Path("/tmp/unpickled").exists()


def test_every_attack_says_what_it_tries() -> None:
    for path in FILES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith('"""'), path
        assert first[3:].strip('" '), path


def test_every_exception_to_the_rule_is_an_attack() -> None:
    assert set(MAY_HAVE) <= {path.stem for path in FILES}

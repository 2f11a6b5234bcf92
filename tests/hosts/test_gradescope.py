"""The autograder for Gradescope, run in a folder laid out like its machine's.

What is about the start, the walls or how it ends takes processes of its own; what is about the
result is run in this one, with its launcher and trainings of an epoch.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import sys
import zipfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.commands import Ran
from helpers.hosts import RAISES, run, valid, without_calls
from helpers.machine import NEEDS_LINUX
from helpers.repository import REPOSITORY, hand_in, solution, wrong

from grader.course.manifest import Assignment, load_course
from grader.course.stubs import make_stub
from grader.grading import opening
from grader.hosts.export import export_autograder
from grader.hosts.gradescope import assignment_title, fitted, main
from grader.sandbox.process import Launcher

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

COURSE = load_course(REPOSITORY)


@dataclass(frozen=True)
class Machine:
    """A folder laid out like /autograder on Gradescope."""

    root: Path

    def grade(self, *prefix: str) -> tuple[Ran, Any]:
        script = self.root / "source" / "run_autograder"
        ran = run(*prefix, "bash", script, cwd=self.root, AUTOGRADER_ROOT=str(self.root))
        results = valid("gradescope-results", self.root / "results" / "results.json")
        assert os.listdir(self.root / "results") == ["results.json"]
        return ran, results


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive as setup.sh leaves it: unpacked, and compiled."""
    folder = tmp_path_factory.mktemp("unpacked") / "source"
    archive = folder.with_name("autograder.zip")
    export_autograder(COURSE, "gradescope", archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    assert compileall.compile_dir(folder / "course" / "grader", quiet=1)
    return folder


@pytest.fixture
def machine(source: Path, tmp_path: Path) -> Machine:
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    shutil.copytree(source, root / "source")
    (root / "environment").symlink_to(sys.prefix)
    name_assignment(root, "Momentum")
    return Machine(root)


@pytest.fixture
def folder(
    launcher: Launcher, short_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The machine's folder without a machine around it, for `results_of`."""
    monkeypatch.setattr(opening, "open_launcher", lambda *_: nullcontext(launcher))
    monkeypatch.setenv("GRADER_COURSE", str(short_course))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    name_assignment(root, "Momentum")
    return root


def results_of(root: Path) -> Any:
    """What the autograder starts in the end, in this process."""
    assert main(root) == 0
    return valid("gradescope-results", root / "results" / "results.json")


def name_assignment(root: Path, title: str) -> None:
    metadata = {"id": 1, "assignment": {"id": 2, "title": title}, "users": [{"name": "Ada"}]}
    (root / "submission_metadata.json").write_text(json.dumps(metadata))


def test_a_right_submission_gets_full_marks_and_a_test_a_check(machine: Machine) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum"), "relu": "1 / 0"})
    ran, results = machine.grade()
    assert (ran.status, ran.stderr) == (0, "")
    assert results["score"] == sum(test["score"] for test in results["tests"]) == 10
    assert {test["extra_data"]["slug"] for test in results["tests"]} == {"momentum"}
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert set(results["extra_data"]) == {"protections"}


def test_any_other_title_is_the_whole_course(folder: Path) -> None:
    stubs = {slug: make_stub(solution(slug)) for slug in COURSE.slugs}
    hand_in(folder / "submission", stubs)
    name_assignment(folder, "Homework 1")
    results = results_of(folder)
    assert {test["extra_data"]["slug"] for test in results["tests"]} == set(COURSE.slugs)
    assert {"stub is unchanged" in test["output"] for test in results["tests"]} == {True}
    assert results["score"] == 0


@pytest.mark.parametrize("metadata", ["not JSON \xff", "[]", '{"assignment": {"title": 1}}', None])
def test_a_title_that_cannot_be_read_is_none(tmp_path: Path, metadata: str | None) -> None:
    path = tmp_path / "submission_metadata.json"
    if metadata is not None:
        path.write_text(metadata, encoding="latin-1")
    assert assignment_title(path) == ""


def test_a_hostile_submission_gets_its_points_and_nothing_more(machine: Machine) -> None:
    target = machine.root / "results" / "results.json"
    attack = f"""\
import atexit, os, sys
def attack():
    for path in ({str(target)!r}, {str(machine.root / "source" / "run_autograder")!r}):
        try:
            open(path, "w").write('{{"score": 1000}}')
            print("BROKE OUT")
        except OSError:
            pass
attack()
atexit.register(attack)
print("x" * (2 << 20))
"""
    hand_in(machine.root / "submission", {"momentum": attack + RAISES})
    script = (machine.root / "source" / "run_autograder").read_bytes()
    ran, results = machine.grade()
    assert ran.status == 0
    assert results["score"] == 0
    assert results["test_output_format"] == results["output_format"] == "text"
    assert any("</script>" in test["output"] for test in results["tests"])
    assert (machine.root / "source" / "run_autograder").read_bytes() == script
    assert target.stat().st_size < 1 << 20


def test_an_empty_submission_is_told_what_to_hand_in(folder: Path) -> None:
    hand_in(folder / "submission", {})
    results = results_of(folder)
    assert results["score"] == 0
    assert results["tests"]
    assert "No module was found; hand in: momentum.py" in results["output"]


def test_a_renamed_module_in_a_folder_is_graded_and_how_it_was_read_is_told(folder: Path) -> None:
    work = folder / "submission" / "work"
    work.mkdir(parents=True)
    (work / "momentum (1).py").write_text(solution("momentum") + "\nraise KeyError(1)\n")
    results = results_of(folder)
    assert results["score"] == 10
    assert "Momentum: read from work/momentum (1).py" in results["output"]
    assert "Momentum: importing momentum.py raised KeyError" in results["output"]


def test_an_unreadable_module_is_named(folder: Path) -> None:
    submission = hand_in(folder / "submission", {"momentum": b"x = '\xff'\n"})
    (submission / "relu.py").symlink_to("/etc/passwd")
    name_assignment(folder, "Homework")
    results = results_of(folder)
    assert results["score"] == 0
    assert "momentum.py: it is not UTF-8" in results["output"]
    assert "relu.py: it is a symbolic link" in results["output"]


def failed(results: Any) -> bool:
    return bool(
        results["score"] == 0
        and results["extra_data"] == {"autograder_failed": True}
        and "\n" not in results["output"]
        and "Tell the instructor" in results["output"]
    )


def test_a_submission_that_is_not_there_is_a_failure_that_says_so(machine: Machine) -> None:
    _, results = machine.grade()
    assert failed(results)
    assert "submission: no such file or folder" in results["output"]


def test_a_broken_grader_is_a_failure_that_says_so(machine: Machine) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum")})
    manifest = machine.root / "source" / "course" / "assignments" / "course.toml"
    manifest.write_text(manifest.read_text().replace("epochs", "epoch"))
    ran, results = machine.grade()
    assert failed(results)
    assert "unknown key 'epoch'" in results["output"]
    assert "unknown key 'epoch'" in ran.stderr


@pytest.mark.parametrize("ending", ["no Python", "killed"])
def test_a_grader_that_never_comes_to_an_end_is_a_failure_that_says_so(
    machine: Machine, ending: str
) -> None:
    hand_in(machine.root / "submission", {"momentum": solution("momentum")})
    if ending == "no Python":
        (machine.root / "environment").unlink()
    else:
        package = machine.root / "source" / "course" / "grader" / "course" / "manifest.py"
        package.write_text("import os\nos.kill(os.getpid(), 9)\n")
    ran, results = machine.grade()
    assert ran.status == 0
    assert failed(results)
    assert "could not start, or ran out of time or memory" in results["output"]


def test_without_landlock_the_container_is_the_wall_and_says_so(machine: Machine) -> None:
    """As in containers on older kernels. What grades can't be changed even so."""
    checks = machine.root / "source" / "course" / "grader" / "checks" / "test_relu.py"
    attack = f"""\
import os
path = {str(checks)!r}
for tried in (
    lambda: open(path, "w").write("def test_builds(): pass"),
    lambda: os.chmod(path, 0o666),
    lambda: os.unlink(path),
    lambda: os.rename(path, path + "x"),
    lambda: os.chmod(os.path.dirname(path), 0o777),
    lambda: open(os.path.join(os.path.dirname(path), "conftest.py"), "w"),
):
    try:
        tried()
    except OSError:
        pass
"""
    before = checks.read_bytes()
    listed = sorted(os.listdir(checks.parent))
    modules = {"kaiming_init": solution("kaiming_init") + attack}
    modules["relu"] = wrong("relu", "test_hidden_is_relu/leaky.py")
    hand_in(machine.root / "submission", modules)
    name_assignment(machine.root, "Homework")
    ran, results = machine.grade(*without_calls("landlock_create_ruleset", "unshare", "mount"))
    assert "container is the wall" in results["output"]
    assert "protections that this machine lacks: files, scratch" in ran.stdout
    assert checks.read_bytes() == before
    assert sorted(os.listdir(checks.parent)) == listed
    by_slug = {slug: 0.0 for slug in COURSE.slugs}
    for test in results["tests"]:
        by_slug[test["extra_data"]["slug"]] += test["score"]
    assert by_slug["kaiming_init"] == 10
    assert 0 < by_slug["relu"] < 10


@pytest.mark.parametrize("assignments", [COURSE.assignments, COURSE.every, COURSE.further[:1]])
def test_assignments_together_fit_into_the_smallest_machine(
    assignments: tuple[Assignment, ...],
) -> None:
    generous = msgspec.structs.replace(assignments[0].limits, wall_s=1e4, memory_mib=2048)
    cut = fitted([msgspec.structs.replace(each, limits=generous) for each in assignments])
    assert [each.slug for each in cut] == [each.slug for each in assignments]
    assert sum(each.limits.wall_s for each in cut) == pytest.approx(540)  # of Gradescope's 600
    assert all(each.limits.memory_mib < 768 / 2 for each in cut)

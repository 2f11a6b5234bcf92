"""The zoo's verdicts under several conditions: none differs, and one that does is named."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY, copy_with_short_trainings
from typer.testing import CliRunner

from grader.cli.proof import app
from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.proof import certify
from grader.proof.certify import Certified, Condition, conditions, environment_for
from grader.proof.zoo import zoo_modules
from grader.report.model import Environment

COURSE = load_course(REPOSITORY)
ZOO = REPOSITORY / "tests" / "zoo"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the repository without its zoo."""
    return copy_with_short_trainings(tmp_path / "repository")


def put(root: Path, name: str, target: str) -> None:
    """Copy a module of the zoo to another place in the zoo below `root`."""
    path = root / "tests" / "zoo" / target
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ZOO / name, path)


def test_verdicts_that_differ_are_named_under_every_condition(
    run_grader: RunGrader, repository: Path
) -> None:
    put(repository, "wrong/relu/test_hidden_is_relu/leaky.py", "right/relu/not_right.py")
    put(repository, "right/relu/clamp.py", "right/relu/clamp.py")
    put(repository, "right/relu/clamp.py", "wrong/relu/test_layers/not_wrong.py")
    put(repository, "wrong/relu/test_hidden_is_relu/missing.py", "wrong/relu/test_builds/other.py")
    put(repository, "wrong/relu/test_hidden_is_relu/gelu.py", "wrong/relu/test_hidden_is_relu/a.py")
    ran = run_grader("certify", "relu", "--jobs", "2", root=repository, cwd=repository)
    assert ran.status == 1, ran.stderr
    *lines, cuda = ran.stdout.splitlines()
    assert cuda.startswith("CUDA: ")
    version = ".".join(map(str, sys.version_info[:3]))
    seed = COURSE.seed
    for number, condition in enumerate(
        (
            f"seed {seed}, threads as they are, 2 at a time",
            f"seed {seed}, threads set to 4, 3 at a time",
            f"seed {seed + 1}, threads set to 1, 2 at a time",
        )
    ):
        head, *differ = lines[4 * number : 4 * number + 4]
        assert head.startswith(f"Python {version}, torch ") and condition in head
        assert head.endswith(": 5 verdicts, 3 not as the zoo expects")
        assert differ == [
            "  tests/zoo/right/relu/not_right: did not pass: test_hidden_is_relu",
            "  tests/zoo/wrong/relu/test_builds/other: did not pass: test_hidden_is_relu",
            "  tests/zoo/wrong/relu/test_layers/not_wrong: did not pass: none",
        ]
    assert len(lines) == 12


@pytest.mark.parametrize("place", [None, 0, 1, 2])
def test_one_condition_that_differs_is_enough(
    monkeypatch: pytest.MonkeyPatch, place: int | None
) -> None:
    wrong = iter([["x: did not pass: none"] if number == place else [] for number in range(3)])
    environment = Environment("1.0", "3.11", "2.4", "2.0", "Linux", {})
    monkeypatch.setattr(
        certify,
        "certify",
        lambda course, modules, condition: Certified(condition, environment, {}, next(wrong)),
    )
    monkeypatch.setattr(certify, "has_cuda", lambda python: False)  # imports torch
    ran = CliRunner().invoke(app, ["certify", "relu", "--sample", "1"])
    assert ran.exit_code == (0 if place is None else 1), ran.output
    assert ran.stdout.count("x: did not pass") == (place is not None)


def test_an_empty_zoo_is_no_certificate(run_grader: RunGrader, repository: Path) -> None:
    ran = run_grader("certify", root=repository, cwd=repository)
    assert (ran.status, ran.stdout) == (3, "")
    assert "tests/zoo holds no modules" in ran.stderr


def test_an_interpreter_that_can_not_grade_is_named(run_grader: RunGrader, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no torch here >&2\nexit 1\n")
    broken.chmod(0o755)
    for python, said in ((broken, "no torch here"), (tmp_path / "absent", "can't be started")):
        ran = run_grader("certify", "relu", "--sample", "1", "--python", python)
        assert (ran.status, ran.stdout) == (3, "")
        assert f"grader: {python}: {said}" in ran.stderr


def test_each_interpreter_has_conditions_with_other_threads_jobs_and_seeds() -> None:
    made = conditions(COURSE, ["old", "new"], jobs=2)
    for python in ("old", "new"):
        own = [condition for condition in made if condition.python == python]
        assert len({each.threads for each in own}) == 3
        assert len({each.jobs for each in own}) == 2
        assert {each.seed for each in own} == {COURSE.seed, COURSE.seed + 1}
    environment = environment_for(COURSE, Condition("old", 1, 1, threads=4))
    assert environment["OMP_NUM_THREADS"] == environment["MKL_NUM_THREADS"] == "4"


def test_a_sample_is_spread_over_the_kinds_and_slugs() -> None:
    modules = zoo_modules(COURSE, ("relu", "adam"), 3)
    assert len(modules) == len(set(modules)) == 12
    for slug in ("relu", "adam"):
        for kind in ("right", "wrong"):
            assert sum((m.slug, m.kind) == (slug, kind) for m in modules) == 3
    everything = zoo_modules(COURSE, COURSE.every_slug, None)
    assert {m.name for m in everything} == {
        path.relative_to(REPOSITORY).with_suffix("").as_posix()
        for kind in ("right", "wrong")
        for path in (ZOO / kind).rglob("*.py")
    }
    with pytest.raises(GraderError):
        zoo_modules(COURSE, (), None)

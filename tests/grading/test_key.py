"""What decides a result is part of its key, and nothing else is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from helpers.repository import copy_repository

import grader
from grader.course.manifest import Course, load_course
from grader.grading import key
from grader.grading.key import DECIDING, MISSING, checks_digest, code_digest
from grader.submissions.model import Source, Submission

PACKAGE = Path(grader.__file__).parent


@pytest.mark.parametrize("pattern", DECIDING)
def test_a_pattern_of_deciding_files_finds_some(pattern: str) -> None:
    assert [path for path in PACKAGE.glob(pattern) if path.is_file()]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that a test may change, if it changes it back."""
    return copy_repository(tmp_path_factory.mktemp("keys") / "course")


def digest(root: Path, monkeypatch: pytest.MonkeyPatch, slug: str = "relu") -> str:
    """Of what judges an assignment, where the grader's own files are the copy's, too."""
    monkeypatch.setattr(grader, "__file__", str(root / "grader" / "__init__.py"))
    course = load_course(root)
    return checks_digest(course, course.assignment(slug))


@contextmanager
def appended(path: Path) -> Iterator[None]:
    """A comment more at the end of a file in here."""
    content = path.read_bytes()
    path.write_bytes(content + b"\n# changed\n")
    try:
        yield
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize(
    "file",
    [
        "assignments/baseline.py",
        "data_cache/SHA256SUMS",
        "grader/checks/test_relu.py",
        "grader/checks/kit/passes.py",
        "grader/checks/kit/probes.py",
        "grader/checks/kit/training_run.py",
        "grader/checks/misconceptions/__init__.py",
        "grader/checks/misconceptions/relu.py",
        "grader/checks/misconceptions/shared/common.py",
        "grader/course/digits.py",
        "grader/grading/checkfile.py",
        "grader/grading/engine.py",
        "grader/grading/pictures.py",
        "grader/grading/plugin.py",
        "grader/grading/training/drawing.py",
        "grader/grading/training/run.py",
        "grader/grading/verdicts/judgement.py",
        "grader/report/model.py",
        "grader/sandbox/conversation.py",
        "grader/sandbox/inside/loading/definitions.py",
        "grader/sandbox/inside/worker.py",
        "grader/sandbox/walls/jail.py",
        "grader/sandbox/wire/protocol.py",
        "grader/sandbox/wire/plain.py",
        "grader/submissions/code/parsing.py",
        "grader/submissions/notebook.py",
        "grader/submissions/untouched.py",
        "grader/text.py",
    ],
)
def test_a_result_is_not_found_again_once_this_file_has_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    before = digest(root, monkeypatch)
    with appended(root / file):
        assert digest(root, monkeypatch) != before
    assert digest(root, monkeypatch) == before


def test_another_stub_is_another_key(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An untouched stub is told apart from work, so it depends on what the stub is."""
    before = digest(root, monkeypatch)
    path = root / "solutions" / "relu.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# a line that the stub keeps\n{text}", encoding="utf-8")
    try:
        assert digest(root, monkeypatch) != before
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "file",
    [
        "grader/batch/run.py",
        "grader/checks/misconceptions/adam.py",
        "grader/checks/test_adam.py",
        "grader/cli/app.py",
        "grader/gradebook/late.py",
        "grader/grading/crew.py",
        "grader/report/terminal.py",
        "grader/site/pages.py",
    ],
)
def test_what_decides_nothing_makes_nobody_wait(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    before = digest(root, monkeypatch)
    with appended(root / file):
        assert digest(root, monkeypatch) == before


@pytest.mark.parametrize(
    ("setting", "decides"),
    [
        ({"epochs": 11}, True),
        ({"threshold": 0.123}, True),
        ({"title": "Another"}, True),  # it is in the report
        ({"picture": None}, True),
        ({"leaderboard": True}, False),
        ({"hints": ("one",)}, False),
        ({"calibration": None}, False),
    ],
)
def test_the_settings_that_judge_are_in_the_key(setting: dict[str, object], decides: bool) -> None:
    course = load_course()
    name = "kaiming_init"  # which has a picture
    assignment = course.assignment(name)
    changed = msgspec.structs.replace(assignment, **setting)
    assert (checks_digest(course, changed) != checks_digest(course, assignment)) == decides


def test_another_limit_is_another_key() -> None:
    course: Course = load_course()
    assignment = course.assignment("relu")
    for name in ("wall_s", "cpu_s", "memory_mib", "output_kib"):
        limits = msgspec.structs.replace(
            assignment.limits, **{name: getattr(assignment.limits, name) + 1}
        )
        changed = msgspec.structs.replace(assignment, limits=limits)
        assert checks_digest(course, changed) != checks_digest(course, assignment), name


# ---------------------------------------------------------------- what was handed in

SOURCE = Source("relu", "relu.py", "import torch\n")


def code(source: Source | None = None, problem: str | None = None, slug: str = "relu") -> str:
    sources = {} if source is None else {"relu": source}
    problems = {} if problem is None else {"relu": problem}
    return code_digest(Submission("ann", sources, problems), slug)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "import torch\n\n"},
        {"filename": "relu.ipynb"},
        {"siblings": (("helpers.py", "x = 1\n"),)},
        {"read_from": "work/relu (1).py"},
        {"text": "import torch, numpy\n"},
    ],
)
def test_another_module_is_another_key(other: dict[str, object]) -> None:
    assert code(SOURCE) != code(dataclasses.replace(SOURCE, **other))


def test_another_sibling_or_another_problem_is_another_key() -> None:
    one, two = (
        dataclasses.replace(SOURCE, siblings=(("helpers.py", text),)) for text in ("a", "b")
    )
    assert code(one) != code(two)
    assert len({code(problem="it is empty"), code(problem="it is UTF-16"), code(SOURCE)}) == 3
    # A module with a problem is judged by the problem, whatever was read.
    assert code(SOURCE, "it is empty") == code(problem="it is empty")


def test_a_problem_may_hold_any_text() -> None:
    assert code(problem="no file \ud800.py") != code(problem="no file \ud801.py")


def test_a_digest_tells_where_each_part_ends() -> None:
    assert key.digest([b"ab", b"c"]) != key.digest([b"a", b"bc"]) != key.digest([b"abc"])


def test_whose_work_it_is_and_what_else_was_handed_in_is_not_in_the_key() -> None:
    sources = {"relu": SOURCE, "adam": dataclasses.replace(SOURCE, slug="adam", text="x = 1\n")}
    assert code_digest(Submission("bob", sources, {"l2": "empty"}), "relu") == code(SOURCE)
    assert code() == MISSING == "missing"


def test_a_library_that_is_installed_here_is_in_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"library_{tmp_path.name}"  # of this run alone: what is installed is remembered
    module = dataclasses.replace(SOURCE, text=f"def f():\n    from {name} import x\n")
    other = dataclasses.replace(SOURCE, text=f"def f():\n    from {name}_2 import x\n")
    without = code(module), code(other)
    (tmp_path / f"{name}.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    key._installed.cache_clear()
    assert code(module) != without[0]
    assert key.libraries_of(module) == {name: ""}  # which tells no version
    helped = dataclasses.replace(SOURCE, siblings=(("helpers.py", module.text),))
    assert key.libraries_of(helped) == key.libraries_of(SOURCE) | {name: ""}
    assert code(other) == without[1]
    key._installed.cache_clear()

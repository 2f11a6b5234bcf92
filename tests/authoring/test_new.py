"""`grader new`: an assignment that runs from the first moment, and refuses bad names."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from helpers.commands import Ran, RunGrader
from helpers.repository import REPOSITORY, copy_repository

from grader.authoring.new import NewError, add_entry, entry_of, refuse_slug
from grader.course.manifest import load_course

WRITTEN = [
    "solutions/square_wave.py", "grader/checks/test_square_wave.py", "assignments/square_wave.py",
    "assignments/course.toml",
]  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return copy_repository(tmp_path)


def new(run_grader: RunGrader, root: Path, *arguments: str) -> Ran:
    return run_grader("new", *arguments, root=root, cwd=root)


def contents(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("assignments", "solutions", "grader")
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("kind", [(), ("--function",)], ids=["network", "function"])
def test_a_new_assignment_runs(run_grader: RunGrader, course: Path, kind: tuple[str, ...]) -> None:
    before = contents(course)
    ran = new(run_grader, course, "square_wave", *kind)
    assert ran.status == 0, ran.stderr
    assert ran.stdout.splitlines() == WRITTEN
    after = contents(course)
    assert after.keys() - before.keys() == set(WRITTEN[:-1])
    assert [name for name in before if before[name] != after[name]] == WRITTEN[-1:]
    assert after["assignments/course.toml"].startswith(before["assignments/course.toml"])

    solved = run_grader("grade", "solutions", "--only", "square_wave", root=course, cwd=course)
    assert "10/10" in solved.stdout, solved.stdout
    untouched = run_grader("check", "square_wave", root=course, cwd=course)
    assert "the stub is unchanged" in untouched.stdout


def test_a_title_is_made_of_the_slug(run_grader: RunGrader, course: Path) -> None:
    assert new(run_grader, course, "early_stopping_2").status == 0
    entries = tomllib.loads(contents(course)["assignments/course.toml"])["assignments"]
    assert (entries[-1]["slug"], entries[-1]["title"]) == ("early_stopping_2", "Early stopping 2")


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("2fast", "can't name a module"),
        ("Square", "can't name a module"),
        ("square-wave", "can't name a module"),
        ("../square_wave", "can't name a module"),
        ("größe", "can't name a module"),
        ("lambda", "can't name a module"),
        ("", "can't name a module"),
        ("match", "Python has it"),
        ("random", "Python has it"),
        ("baseline", "the course has it"),
        ("probes", "kit/probes.py is called so"),
        ("layers", "means something else"),
        ("moments", "grader/checks/misconceptions/shared/moments.py is called so"),
        ("shared", "means something else"),
        ("torch", "is installed"),
        ("label_smoothing_of_the_targets_2", "use 30 characters at most"),
        ("numpy", "is installed"),
        ("relu", "there is an assignment 'relu' already"),
    ],
)
def test_a_bad_slug_is_refused(slug: str, says: str) -> None:
    with pytest.raises(NewError, match=says):
        refuse_slug(load_course(REPOSITORY), slug)


def test_a_refusal_is_one_line_and_status_2(run_grader: RunGrader) -> None:
    ran = new(run_grader, REPOSITORY, "../square_wave")
    assert (ran.status, ran.stdout) == (2, "")
    assert "'../square_wave' can't name a module; use lower-case" in " ".join(ran.stderr.split())


def test_files_that_are_there_are_never_overwritten(run_grader: RunGrader, course: Path) -> None:
    (course / "solutions" / "square_wave.py").write_text("# a draft\n", encoding="utf-8")
    before = contents(course)
    ran = new(run_grader, course, "square_wave")
    assert ran.status == 2
    assert "solutions/square_wave.py is there already" in " ".join(ran.stderr.split())
    assert contents(course) == before


def test_a_copy_without_solutions_is_refused(run_grader: RunGrader, course: Path) -> None:
    shutil.rmtree(course / "solutions")
    ran = new(run_grader, course, "square_wave")
    assert ran.status == 2
    assert "there is no solutions/ folder here" in " ".join(ran.stderr.split())


FIRST = '[[assignments]]\nslug = "a" # the first\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n", ""),
        ("", "\n# About lateness.\n[late]\nx = 1\n"),
        ("[assignments.limits] # of the first\ncpu_s = 3\n", "\n\n# The end.\n"),
    ],
)
def test_every_byte_of_the_manifest_stays(before: str, after: str) -> None:
    manifest = f"# The course.\n{FIRST}{before}{after}"
    entry = entry_of("network", slug="square_wave", title="Square wave")
    text = add_entry(manifest, entry)
    assert text.replace(entry, "", 1) == manifest
    assert text.index(FIRST) < text.index('slug = "square_wave"') < text.find("# About") % len(text)
    assert tomllib.loads(text)["assignments"][-1]["slug"] == "square_wave"


def test_a_manifest_without_a_line_end_is_completed() -> None:
    text = add_entry(
        FIRST.rstrip("\n"), entry_of("network", slug="square_wave", title="Square wave")
    )
    assert text.startswith(FIRST)


def test_a_manifest_that_is_written_in_another_way_is_left_alone() -> None:
    with pytest.raises(NewError, match="write it by hand"):
        add_entry(
            'assignments = [{ slug = "a" }]\n',
            entry_of("network", slug="square_wave", title="Square wave"),
        )

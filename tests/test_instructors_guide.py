"""The instructors' guide, followed to the letter in a copy of the repository, its seeds aside."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.commands import RunGrader, environment_for
from helpers.repository import REPOSITORY

PAGE = (REPOSITORY / "grader" / "docs" / "instructors.md").read_text(encoding="utf-8")
# What comes after that measures for hours.
GUIDE = PAGE[: PAGE.index("## Would the checks notice?")]
PARTS = ("assignments", "solutions", "grader", "data_cache", "tests")
# Tests that look at every assignment: an added one, or one that is a function, is none that they
# know.
LOOKING_AT_ALL = (
    "tests/course/test_lesson.py::test_it_leads_into_assignments_of_the_course",
    "tests/report/test_plots.py::test_the_reference_accuracies_end_above_the_threshold",
    "tests/site/test_site.py::test_a_students_page_draws_what_the_report_holds",
    "tests/workbench/test_next_step.py::test_what_to_do_next_follows_from_how_far_one_is",
    "tests/proof/test_certify.py::test_a_sample_is_spread_over_the_kinds_and_slugs",
)
# A block of code; the file that it is the content of stands at the end of the line before.
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
FILE = re.compile(r"`([\w./]+)`:?$")


@dataclass(frozen=True)
class Step:
    """One block of the guide."""

    language: str
    text: str
    file: str | None


STEPS = [
    Step(match["language"], match["text"], named[1] if named else None)
    for match in BLOCK.finditer(GUIDE)
    for named in [FILE.search(match["before"])]
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, as a fresh clone would be."""
    if any((REPOSITORY / "solutions" / f"{slug}.py").exists() for slug in ("sine", "cube")):
        pytest.skip("the guide has been followed here")
    root = tmp_path / "course"
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / part, root / part, ignore=ignored)
    shutil.copyfile(REPOSITORY / "pyproject.toml", root / "pyproject.toml")
    curves = root / "tests" / "benchmarks" / "reference_curves.py"
    text, count = re.subn(r"(?m)^SEEDS = \d+$", "SEEDS = 3", curves.read_text(encoding="utf-8"))
    assert count == 1
    curves.write_text(text, encoding="utf-8")
    return root


def follow(run_grader: RunGrader, root: Path, step: Step) -> list[str]:
    """Do what one block says; the lines that its last command prints."""
    printed: list[str] = []
    if step.language == "sh":
        for line in step.text.splitlines():
            printed = run(run_grader, root, line)
    elif step.language == "toml":
        assert step.file is not None
        replace_entry(root / step.file, step.text)
    else:
        assert step.file is not None, f"where does this go?\n{step.text}"
        path = root / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
    return printed


def run(run_grader: RunGrader, root: Path, line: str) -> list[str]:
    """One command of the guide. A comment may say which exit status is expected."""
    few = line.replace("--seeds 20 ", "--seeds 4 ")  # as good to show that it is measured
    command, _, comment = few.partition(" # ")
    expected = re.search(r"exit status (\d)", comment)
    program, *arguments = shlex.split(command)
    if program == "python":
        return python(root, *arguments)
    assert program == "grader"
    ran = run_grader(*arguments, cwd=root, root=root)
    assert ran.status == (int(expected[1]) if expected else 0), ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def python(root: Path, *arguments: str) -> list[str]:
    """What a Python prints that has to end well."""
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment_for(root),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def replace_entry(manifest: Path, entry: str) -> None:
    slug = entry.split('slug = "')[1].split('"')[0]
    head, old, rest = manifest.read_text(encoding="utf-8").partition(
        f'[[assignments]]\nslug = "{slug}"\n'
    )
    assert old
    assert "[[assignments]]" not in rest, "it is the last one"
    manifest.write_text(head + entry, encoding="utf-8")


def test_the_guide_adds_a_ninth_assignment(run_grader: RunGrader, copy: Path) -> None:
    printed = [follow(run_grader, copy, step) for step in STEPS]
    audits = [
        lines
        for step, lines in zip(STEPS, printed, strict=True)
        if step.text.rstrip().splitlines()[-1].startswith("grader audit")
    ]
    before, after, function = audits
    for what in ("solutions/sine.py: TODO", "grader/checks/test_sine.py: TODO"):
        assert any(what in line for line in before)
    assert any("nobody measured its threshold of 0" in line for line in before)
    assert not any("threshold" in line for line in function)
    for check in ("test_builds", "test_formula", "test_training"):
        assert f"tests/zoo/wrong/sine/{check}/: no wrong module" in "\n".join(before)
    assert after == ["nothing found in sine"]

    assert "\nsine " in run_grader("list", root=copy, cwd=copy).stdout
    right = copy / "tests" / "zoo" / "right" / "sine" / "cosine_shifted.py"
    shutil.copyfile(right, copy / "assignments" / "sine.py")
    assert run_grader("check", "sine", root=copy, cwd=copy).status == 0
    called_sine = copy / "tests" / "zoo" / "wrong" / "sine" / "test_builds" / "called_sine.py"
    shutil.copyfile(called_sine, copy / "assignments" / "sine.py")
    assert "torch calls it by three" in run_grader("check", "sine", root=copy, cwd=copy).stdout
    released = copy.parent / "students"
    assert 'raise NotImplementedError("Write this part: apply the sine' in (
        (released / "assignments" / "sine.py").read_text(encoding="utf-8")
    )
    assert "torch.sin" not in (released / "assignments" / "sine.py").read_text(encoding="utf-8")

    python(copy, "-m", "pytest", "--numprocesses=0", *LOOKING_AT_ALL)


def test_each_block_of_the_guide_is_understood() -> None:
    assert len(STEPS) == GUIDE.count("```") / 2
    assert {step.language for step in STEPS} == {"sh", "python", "toml"}

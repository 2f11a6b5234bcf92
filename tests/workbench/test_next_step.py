"""`grader check` says in the end what to do next."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.repository import REPOSITORY, copy_with_short_trainings, solution, wrong
from rich.console import Console

from grader.course.manifest import load_course
from grader.report.model import AssignmentReport, Environment, Report, Status
from grader.workbench.guide import next_step, print_standing

COURSE = load_course(REPOSITORY)
ALL = COURSE.slugs


def report(**statuses: Status) -> Report:
    assignments = [
        AssignmentReport(slug, slug, status, 0.0, 10.0, [], None, "")
        for slug, status in statuses.items()
    ]
    return Report("me", 0.0, 10.0, assignments, Environment("", "", "", "", "", {}), 0, 0.0)


@pytest.mark.parametrize(
    ("checked", "says"),
    [
        (report(**dict.fromkeys(ALL, "untouched")), "Start with: grader watch kaiming_init"),
        (report(relu="missing"), "Start with: grader watch relu"),
        (report(**dict.fromkeys(ALL, "passed")), "Everything passes."),
        (report(relu="passed", momentum="partial", adam="failed"), "grader hint momentum"),
        (report(relu="passed", momentum="untouched"), "Next: grader watch momentum"),
        (report(relu="passed"), "This passes. Next: grader watch momentum"),
        (report(**{ALL[-1]: "passed"}), "grader check looks at all tasks"),
        (report(l1="passed"), "grader check looks at all tasks"),
    ],
)
def test_what_to_do_next_follows_from_how_far_one_is(checked: Report, says: str) -> None:
    assert says in next_step(COURSE, checked)


def test_no_line_is_wider_than_the_terminal() -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=80, color_system=None)
    print_standing(console, COURSE, report(**dict.fromkeys(ALL, "partial")))
    assert max(map(len, shown.getvalue().splitlines())) <= 80


def test_a_check_of_all_tells_only_of_what_was_begun(run_grader: RunGrader, tmp_path: Path) -> None:
    root = copy_with_short_trainings(tmp_path / "course")
    (root / "assignments" / "relu.py").write_text(
        wrong("relu", "test_hidden_is_relu/leaky.py"), encoding="utf-8"
    )
    (root / "assignments" / "momentum.py").write_text(solution("momentum"), encoding="utf-8")
    ran = run_grader("check", "-v", cwd=root, root=root)
    assert ran.status == 1
    assert "Kaiming initialisation" not in ran.stdout
    assert re.search(r"· kaiming_init +0/10  stub unchanged", ran.stdout)
    assert "✓ The same seed gives the same network" in ran.stdout
    assert "Next: grader hint relu" in ran.stdout

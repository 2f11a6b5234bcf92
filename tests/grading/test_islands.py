"""What one module causes ends as its own outcome: numbers and sizes that break other things."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from helpers.commands import RunGrader
from helpers.repository import copy_repository, hand_in, solution

from grader.batch.executor import LocalExecutor
from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.grading.checkfile import load_checks
from grader.grading.engine import Engine
from grader.grading.key import checks_digest
from grader.grading.many import run_tasks
from grader.grading.verdicts.run import CheckRun
from grader.report.model import AssignmentReport, Training, unsound
from grader.sandbox.process import Launcher
from grader.submissions.model import Source, Submission

COURSE = load_course()

HUGE_NUMBERS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.outputs = num_output
        h, o = num_hidden, num_output
        shapes = ((h, num_features), (h,), (o, h), (o,))
        for number, shape in enumerate(shapes):
            value = torch.randn(shape, dtype=torch.float64) * VALUE
            self.register_parameter(f"p{number}", nn.Parameter(value))

    def forward(self, x):
        return torch.zeros(len(x), self.outputs) + 0 * self.p0.sum().float()
"""
HUGE_PARAMETER = (
    solution("dropout")
    + """
class Net(Net):
    def __init__(self, *sizes, **options):
        super().__init__(*sizes, **options)
        mine = sum(p.numel() for p in self.parameters())
        self.ballast = torch.nn.Parameter(torch.zeros((64 << 18) - mine - 1000))

    def forward(self, x):
        return super().forward(x) + 0 * self.ballast[0]
"""
)


def grade(launcher: Launcher, slug: str, text: str) -> AssignmentReport:
    submission = Submission("ada", {slug: Source(slug, f"{slug}.py", text)}, {})
    return Engine(COURSE, launcher, COURSE.seed).grade(submission, COURSE.assignment(slug)).report


@pytest.mark.parametrize("value", ["1.7e308", "1e200", "1e-200"])
def test_numbers_too_large_for_a_picture_cost_the_picture(launcher: Launcher, value: str) -> None:
    report = grade(launcher, "kaiming_init", HUGE_NUMBERS.replace("VALUE", value))
    encoded = msgspec.json.encode(report)
    assert msgspec.json.decode(encoded, type=AssignmentReport) == report
    assert "grader_error" not in {check.verdict for check in report.checks}
    assert report.score < report.max_score


def test_a_network_too_large_to_be_asked_about_is_unusable(launcher: Launcher) -> None:
    report = grade(launcher, "dropout", HUGE_PARAMETER)
    assert {check.verdict for check in report.checks} <= {"failed", "not_judged", "passed", "error"}
    assert report.score < report.max_score and report.picture is None


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_ours_over_one_module_leaves_the_others_their_grades(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    right = solution("relu")

    class Run(CheckRun):
        def record(self, *arguments: object) -> None:
            if self.student.output == "odd\n":
                raise RecursionError("too deep")
            super().record(*arguments)  # type: ignore[arg-type]

    texts = (right, right + "print('odd')\n", "x = 1\n")
    relu = COURSE.assignment("relu")
    tasks = [(Submission("", {"relu": Source("relu", "relu.py", t)}, {}), relu) for t in texts]
    graded = list(run_tasks(Engine(COURSE, launcher, 1, Run), tasks, jobs))
    assert [each.report.status for each in graded] == ["passed", "failed", "failed"]
    assert {check.verdict for check in graded[1].report.checks} == {"grader_error"}
    assert "too deep" in graded[1].report.checks[0].message


def report_of(launcher: Launcher) -> AssignmentReport:
    return grade(launcher, "relu", "x = 1\n")


def test_a_report_that_can_not_be_is_told(launcher: Launcher) -> None:
    report = report_of(launcher)
    check = report.checks[0]

    def changed(**fields: object) -> AssignmentReport:
        return msgspec.structs.replace(report, **fields)

    def with_points(points: float) -> AssignmentReport:
        others = [msgspec.structs.replace(check, points=points), *report.checks[1:]]
        return changed(checks=others, score=points)

    assert unsound(report, "relu") == ""
    assert unsound(with_points(check.max_points), "relu") == ""
    for wrong in (
        changed(slug="l2"),
        changed(score=1.0),
        changed(max_score=100.0),
        with_points(-5.0),
        with_points(1e308),
        with_points(float("nan")),
        changed(training=Training(float("inf"), 0.0, [], 0.0)),
    ):
        assert unsound(wrong, "relu")


# ---------------------------------------------------------------- keys hold what they say


def test_checks_that_change_while_they_are_loaded_judge_nothing(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    root = copy_repository(tmp_path / "course")
    with (root / "grader" / "checks" / "test_relu.py").open("a", encoding="utf-8") as file:
        file.write("with open(__file__, 'a') as saved:\n    saved.write('# by somebody else')\n")
    hand_in(tmp_path / "class" / "ann", {"relu": solution("relu")})
    batch = ("batch", tmp_path / "class", "--results", tmp_path / "results", "--only", "relu")
    ran = run_grader(*batch, cwd=root, root=root)
    assert ran.status == 3
    assert "relu: its checks changed while they were loaded" in ran.stderr


def test_what_was_loaded_is_what_the_result_is_stored_under() -> None:
    relu = COURSE.assignment("relu")
    assert load_checks(COURSE, [relu]) == {"relu": checks_digest(COURSE, relu)}
    executor = LocalExecutor(COURSE, 1, 1, allow_degraded=False)
    with pytest.raises(GraderError, match="relu: its checks were changed a moment ago"):
        list(executor.run([], {"relu": "another"}))

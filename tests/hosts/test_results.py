"""What a report becomes for Classroom 50, and for GitHub Classroom's reporter."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import Ran, RunGrader, undecorated
from helpers.machine import NEEDS_LINUX
from helpers.repository import hand_in, solution

from grader.hosts.classroom50 import scores
from grader.hosts.classroom_reporter import encode_result
from grader.report.model import (
    AssignmentReport,
    CheckResult,
    Environment,
    Report,
    Verdict,
    encode_json,
)

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)


def report_of(*checks: CheckResult, slug: str = "relu") -> Report:
    score, maximum = sum(c.points for c in checks), sum(c.max_points for c in checks)
    assignment = AssignmentReport(
        slug, "ReLU", "partial", score, maximum, list(checks), training=None, output=""
    )
    environment = Environment("1", "3", "2", "2", "Linux", {"files": True})
    return Report("ada", score, maximum, [assignment], environment, 7, 0.5)


def check_of(
    number: int, verdict: Verdict = "passed", worth: float = 2.0, message: str = ""
) -> CheckResult:
    points = worth if verdict == "passed" else 0.0
    return CheckResult(
        f"test_{number}", f"Check {number}", verdict, points, worth, message, "", 0.25
    )


# ---------------------------------------------------------------- Classroom 50


def test_fractions_of_points_become_whole_ones_by_the_same_factor_for_everyone() -> None:
    def scored(verdict: Verdict) -> Any:
        checks = check_of(1, verdict, 0.5), check_of(2, "passed", 1.25), check_of(3, verdict, 0.1)
        return scores(report_of(*checks))

    right, half = scored("passed"), scored("failed")
    assert [test["max-score"] for test in right["tests"]] == [10, 25, 2]
    assert [test["max-score"] for test in half["tests"]] == [10, 25, 2]
    assert (right["score"], right["max-score"]) == (37, 37)
    assert (half["score"], half["max-score"]) == (25, 37)
    thirds = scores(report_of(check_of(1, worth=1 / 3), check_of(2, "failed", 1 / 7)))
    for scaled in (right, half, thirds):
        for item in (scaled, *scaled["tests"]):
            assert isinstance(item["score"], int) and isinstance(item["max-score"], int)
            assert 0 <= item["score"] <= item["max-score"]


# ---------------------------------------------------------------- GitHub Classroom's reporter


def decoded(encoded: str) -> Any:
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", encoded)
    return json.loads(base64.b64decode(encoded, validate=True))


def test_the_reporter_finds_points_and_a_test_for_each_check() -> None:
    verdicts: list[Verdict] = ["passed", "failed", "error", "crashed", "timed_out", "not_judged"]
    report = report_of(*(check_of(n, verdict) for n, verdict in enumerate(verdicts)))
    result = decoded(encode_result(report))
    assert set(result) == {"version", "status", "max_score", "tests"}
    assert (result["version"], result["status"], result["max_score"]) == (3, "fail", 12)
    statuses = [test["status"] for test in result["tests"]]
    assert statuses == ["pass", "fail", "error", "error", "error", "fail"]
    assert sum(test["score"] for test in result["tests"]) == report.score == 2
    required = {
        "name",
        "status",
        "test_code",
        "task_id",
        "filename",
        "line_no",
        "duration",
        "score",
    }
    for test in result["tests"]:
        assert required <= set(test) <= required | {"message", "output"}
    assert decoded(encode_result(report_of(check_of(1))))["status"] == "pass"


def test_a_failure_of_the_grader_is_an_error_and_no_failing_submission() -> None:
    result = decoded(encode_result(report_of(check_of(1), check_of(2, "grader_error"))))
    assert result["status"] == "error"
    assert result["message"] == "the grader itself failed, not the submission: relu: test_2"


def test_no_line_that_the_reporter_prints_is_a_workflow_command() -> None:
    text = "a\n::set-output name=x::y\r\n##[command]z\x1b[31m"
    result = decoded(encode_result(report_of(check_of(1, "error", message=text))))
    (test,) = result["tests"]
    assert "set-output" in test["message"]
    for value in (test["message"], test["name"], test["test_code"]):
        assert not {"::", "##[", "\x1b", "\r"} & {
            value[i : i + n] for n in (1, 2, 3) for i in range(len(value))
        }


def test_a_result_fits_into_an_environment_variable(tmp_path: Path) -> None:
    checks = [check_of(n, "failed", message="größer 更大 " * 900) for n in range(200)]
    encoded = encode_result(report_of(*checks))
    assert len(encoded) <= 120_000
    result = decoded(encoded)
    assert len(result["tests"]) == 200
    assert all(test["message"].startswith("größer") for test in result["tests"])
    subprocess.run(["true"], env={"COURSE_RESULTS": encoded}, check=True)
    with pytest.raises(ValueError, match="grade fewer assignments"):
        encode_result(report_of(*(check_of(n) for n in range(9_000))))


def test_where_only_the_scores_fit_messages_are_left_out() -> None:
    checks = [check_of(n, "failed", message="größer " * 20) for n in range(420)]
    tests = decoded(encode_result(report_of(*checks)))["tests"]
    assert len(tests) == 420 and not any("message" in test for test in tests)


def test_the_command_prints_the_result_or_sets_the_steps_output(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    submission = hand_in(tmp_path / "ada", {"momentum": solution("momentum")})
    path = tmp_path / "report.json"
    assert run_grader("grade", submission, "--only", "momentum", "--json", path).status == 0
    printed = run_grader("classroom-result", path)
    assert (printed.status, printed.stderr) == (0, "")
    result = decoded(printed.stdout.removesuffix("\n"))
    assert (result["status"], result["max_score"]) == ("pass", 10)

    outputs = tmp_path / "outputs"
    outputs.write_text("earlier=1\n")
    ran = run_grader("classroom-result", path, "--github-output", GITHUB_OUTPUT=str(outputs))
    assert ran == Ran(0, "", "")
    assert outputs.read_text() == f"earlier=1\nresult={printed.stdout}"


def test_what_is_no_single_report_is_refused_in_one_line(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    report = report_of(check_of(1))
    contents = {
        "text.json": (b"\xff not JSON", "text.json: not what grader grade --json writes"),
        "other.json": (b'{"reports": [{}]}', "other.json: not what grader grade --json writes"),
        "two.json": (encode_json([report, report]), "two.json: 2 reports; grade one submission"),
    }
    for name, (content, line) in contents.items():
        (tmp_path / name).write_bytes(content)
        ran = run_grader("classroom-result", name, cwd=tmp_path)
        assert (ran.status, ran.stdout) == (2, "")
        assert line in undecorated(ran.stderr)
    ran = run_grader("classroom-result", "absent.json", cwd=tmp_path)
    assert ran.status == 2
    assert "absent.json: no such file or folder; check the path" in undecorated(ran.stderr)
    (tmp_path / "good.json").write_bytes(encode_json([report]))
    ran = run_grader(
        "classroom-result", tmp_path / "good.json", "--github-output", GITHUB_OUTPUT=""
    )
    assert ran.status == 2
    assert "GITHUB_OUTPUT is not set" in undecorated(ran.stderr)

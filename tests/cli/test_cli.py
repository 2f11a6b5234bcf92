"""The commands, as they are typed: what they print, write and exit with, whatever is handed in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from helpers.commands import Ran, RunGrader, environment_for, undecorated
from helpers.graded_class import MARKUP_NAME_SHOWN, SECRET, Class
from helpers.repository import (
    REPOSITORY,
    copy_with_short_trainings,
    hand_in,
    most_points,
    solution,
    wrong,
)

from grader import __version__
from grader.cli.common import finish
from grader.course.manifest import load_course
from grader.grading.checkfile import list_checks
from grader.report.model import AssignmentReport, CheckResult, Environment, Report, Verdict

COMMANDS = ("check", "grade", "list", "doctor")
SLUGS = load_course(REPOSITORY).slugs


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def without_durations(value: Any) -> Any:
    """A JSON document with every duration_s set to 0."""
    if isinstance(value, dict):
        return {k: 0 if k == "duration_s" else without_durations(v) for k, v in value.items()}
    return [without_durations(v) for v in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy of the repository: `relu` solved, `l2` wrong, the rest untouched."""
    root = copy_with_short_trainings(tmp_path_factory.mktemp("repository") / "course")
    shutil.copyfile(root / "solutions" / "relu.py", root / "assignments" / "relu.py")
    (root / "assignments" / "l2.py").write_text(wrong("l2", "test_update_rule/double.py"))
    return root


# ---------------------------------------------------------------- what the README promises


def test_solutions_earn_everything_and_stubs_nothing(run_grader: RunGrader, tmp_path: Path) -> None:
    target = tmp_path / "grades.json"
    folders = REPOSITORY / "solutions", REPOSITORY / "assignments"
    ran = run_grader("grade", *folders, "--json", target, root=REPOSITORY)
    assert ran.status == 0
    solutions, stubs = json.loads(target.read_bytes())["reports"]
    assert [a["slug"] for a in solutions["assignments"]] == list(SLUGS)
    assert {a["status"] for a in solutions["assignments"]} == {"passed"}
    most = most_points()
    assert solutions["score"] == solutions["max_score"] == most
    assert {a["status"] for a in stubs["assignments"]} == {"untouched"}
    assert (stubs["score"], stubs["max_score"]) == (0, most)
    assert re.search(rf"^solutions\s+{most:g}/{most:g}\s+100%", ran.stdout, re.MULTILINE)


# ---------------------------------------------------------------- grade: a class


def test_bad_input_costs_one_line_each_and_the_exit_status(graded_class: Class) -> None:
    assert graded_class.ran.status == 2
    complaints = [x for x in lines_of(graded_class.ran.stderr) if x.startswith("grader: ")]
    for path, complaint in zip(graded_class.unreadable, complaints, strict=True):
        assert complaint.startswith(f"grader: {path.name}: ")


def test_everything_else_is_graded_in_the_order_given(graded_class: Class) -> None:
    names = [report["submission"] for report in graded_class.document["reports"]]
    assert names == graded_class.names


def test_nothing_is_written_beside_the_submissions(graded_class: Class) -> None:
    given = {path.name for path in graded_class.paths if path.parent == graded_class.folder}
    left = {path.name for path in graded_class.folder.iterdir()}
    written = {graded_class.junitxml.name, "grades.json"}
    assert left == (given - {"kim"}) | {"1", "2"} | written
    assert {path.name for path in (graded_class.folder / "gus").iterdir()} == {"momentum.py"}


def test_a_zip_a_tar_and_a_single_module_are_graded_like_a_folder(graded_class: Class) -> None:
    reference = without_durations(graded_class.assignment("ada", "momentum"))
    assert reference["status"] == "passed"
    for name in ("cem", "dee", "momentum"):
        assert without_durations(graded_class.assignment(name, "momentum")) == reference


def test_only_the_assignments_asked_for_are_graded(graded_class: Class) -> None:
    for report in graded_class.document["reports"]:
        slugs = [assignment["slug"] for assignment in report["assignments"]]
        assert slugs == ["relu", "momentum", "adam", "l2", "dropout"]  # the course's order


def test_bad_modules_cost_their_own_assignment_only(graded_class: Class) -> None:
    reasons = {
        "relu": ("failed", "SyntaxError"),
        "adam": ("failed", "not UTF-8"),
        "l2": ("failed", "larger than 1 MiB"),
        "dropout": ("failed", "symbolic link"),
    }
    for slug, (status, reason) in reasons.items():
        assignment = graded_class.assignment("fay", slug)
        assert (assignment["status"], assignment["score"]) == (status, 0)
        assert reason in assignment["checks"][0]["message"]
        assert f"{slug}.py" in assignment["checks"][0]["message"]
    assert graded_class.assignment("fay", "momentum")["status"] == "passed"


def test_a_missing_module_says_so_once_a_check(graded_class: Class) -> None:
    assignment = graded_class.assignment("bob", "relu")
    assert assignment["status"] == "missing"
    assert {(c["verdict"], c["message"], c["hint"]) for c in assignment["checks"]} == {
        ("not_judged", "no file relu.py was handed in", "")
    }


def test_a_wrong_module_is_explained(graded_class: Class) -> None:
    assignment = graded_class.assignment("bob", "momentum")
    (failed,) = [c for c in assignment["checks"] if c["id"] == "test_update_rule"]
    assert assignment["status"] == "partial"
    assert failed["verdict"] == "failed"
    # What is wrong comes first, then the figures; a mistake that was recognised needs no hint.
    lines = [line.split(":")[0] for line in failed["message"].splitlines()]
    recognised = "misconception" in failed
    assert lines[recognised:] == ["Expected", "Seen"]
    assert bool(failed["hint"]) != recognised


def test_two_submissions_of_one_name_can_be_told_apart(graded_class: Class) -> None:
    twins = [str(path) for path in graded_class.paths if path.name == "eve"]
    assert len(twins) == 2
    for twin in twins:
        assert graded_class.report(twin)["score"] == 0


def test_names_act_on_nothing(graded_class: Class) -> None:
    assert graded_class.report(MARKUP_NAME_SHOWN)
    for stream in (graded_class.ran.stdout, graded_class.ran.stderr):
        assert MARKUP_NAME_SHOWN in stream
        assert "\x1b" not in stream


def test_the_callers_environment_is_not_seen_by_student_code(graded_class: Class) -> None:
    names, secrets = graded_class.assignment("gus", "momentum")["output"].splitlines()[:2]
    assert secrets == "[]"
    assert "PATH" in names
    assert "GRADER_SECRET" not in names
    assert SECRET not in names


def test_every_finished_assignment_is_told_on_the_way(graded_class: Class) -> None:
    lines = lines_of(graded_class.ran.stderr)
    assert "ada  relu  10/10" in lines
    assert "bob  momentum  6/10" in lines
    assert len(lines) == 4 + 5 * len(graded_class.names)


def test_one_job_gives_the_same_report_as_two(graded_class: Class, run_grader: RunGrader) -> None:
    ran = run_grader(*graded_class.arguments, "--jobs", "1", "--json", "-", GRADER_SECRET=SECRET)
    assert ran.status == graded_class.ran.status
    again = json.loads(ran.stdout)  # nothing else is on stdout
    assert without_durations(again) == without_durations(graded_class.document)
    # The table is shown all the same.
    assert re.search(r"^ada\s+20/50\s+40%", ran.stderr, re.MULTILINE)


def test_another_seed_gives_other_questions(graded_class: Class, run_grader: RunGrader) -> None:
    def update_rule(document: Any) -> dict[str, Any]:
        (report,) = [r for r in document["reports"] if r["submission"] == "bob"]
        (assignment,) = [a for a in report["assignments"] if a["slug"] == "momentum"]
        (check,) = [c for c in assignment["checks"] if c["id"] == "test_update_rule"]
        return dict(check)

    bob = graded_class.folder / "bob"
    options = ("--only", "momentum", "--seed", "8", "--json", "-", "--fail-under", "60.5")
    ran = run_grader("grade", bob, *options)
    assert ran.status == 1  # 6 of 10 points
    document = json.loads(ran.stdout)
    assert (graded_class.report("bob")["seed"], document["reports"][0]["seed"]) == (7, 8)
    first, second = update_rule(graded_class.document), update_rule(document)
    assert first["verdict"] == second["verdict"] == "failed"
    assert first["message"] != second["message"]


def test_junitxml_counts_what_the_reports_say(graded_class: Class) -> None:
    suites = ElementTree.parse(graded_class.junitxml).getroot().findall("testsuite")
    outcome = {"passed": None, "failed": "failure", "not_judged": "skipped"}
    for suite, report in zip(suites, graded_class.document["reports"], strict=True):
        assert suite.get("name") == report["submission"]
        checks = [c for a in report["assignments"] for c in a["checks"]]
        cases = suite.findall("testcase")
        assert [case.get("name") for case in cases] == [check["id"] for check in checks]
        for case, check in zip(cases, checks, strict=True):
            tags = [child.tag for child in case]
            wanted = outcome.get(check["verdict"], "error")
            assert tags == ([] if wanted is None else [wanted])
        for tag, count in {"failure": "failures", "error": "errors", "skipped": "skipped"}.items():
            assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{tag}"))
        assert int(suite.get("tests", "")) == len(checks)


def test_reports_replace_files_as_a_whole(run_grader: RunGrader, tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in", {})
    targets = tmp_path / "a.json", tmp_path / "a.xml"
    for target in targets:
        target.write_text("an older report")
        os.link(target, tmp_path / f"{target.name} as it was")
    ran = run_grader("grade", folder, "--json", targets[0], "--junitxml", targets[1])
    assert ran.status == 0
    for target in targets:
        assert (tmp_path / f"{target.name} as it was").read_text() == "an older report"
        assert target.stat().st_size > 1000
    assert len(list(tmp_path.iterdir())) == 5


# ---------------------------------------------------------------- exit status


def report_with(*verdicts: Verdict) -> Report:
    checks = [
        CheckResult("test_it", "It", verdict, float(verdict == "passed"), 1.0, "", "", 0.0)
        for verdict in verdicts
    ]
    score = sum(check.points for check in checks)
    count = float(len(checks))
    assignment = AssignmentReport("relu", "ReLU", "partial", score, count, checks, None, "")
    environment = Environment("", "", "", "", "", {})
    return Report("ada", score, count, [assignment], environment, 0, 0.0)


def with_deferred(report: Report) -> Report:
    """`report` with a check more that is left for the instructors, of as many points."""
    (assignment,) = report.assignments
    (check,) = assignment.checks[-1:]
    check = msgspec.structs.replace(check, verdict="not_judged", points=0.0, deferred=True)
    worth = report.max_score + check.max_points
    assignment = msgspec.structs.replace(
        assignment, checks=[*assignment.checks, check], max_score=worth
    )
    return msgspec.structs.replace(report, assignments=[assignment], max_score=worth)


PERFECT, HALF = report_with("passed", "passed"), report_with("passed", "failed")
BROKEN = report_with("passed", "grader_error")


@pytest.mark.parametrize(
    ("reports", "fail_under", "unreadable", "status"),
    [
        ([PERFECT, HALF], None, False, 0),
        ([HALF], 0, False, 0),
        ([HALF], 50, False, 0),
        ([HALF], 50.01, False, 1),
        ([PERFECT, HALF], 100, False, 1),
        ([PERFECT], 100, False, 0),
        ([with_deferred(PERFECT)], 100, False, 0),  # what can't be earned here is not lost
        ([with_deferred(HALF)], 50, False, 0),
        ([with_deferred(HALF)], 50.01, False, 1),
        ([HALF], 51, True, 2),
        ([], None, True, 2),
        ([], 50, False, 0),
        ([PERFECT, BROKEN], None, False, 3),
        ([BROKEN], 100, True, 3),
    ],
)
def test_the_exit_status_follows_from_the_reports(
    reports: list[Report], fail_under: float | None, unreadable: bool, status: int
) -> None:
    assert finish(reports, fail_under, unreadable) == status


def test_a_reader_who_has_had_enough_is_told_nothing(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "grader", "doctor"]
    with subprocess.Popen(
        program,
        env=environment_for(REPOSITORY),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_input_that_cannot_be_read_exits_with_2(run_grader: RunGrader, tmp_path: Path) -> None:
    ran = run_grader("grade", tmp_path / "nowhere", "--fail-under", "50")
    assert ran.status == 2
    assert ran.stdout == ""
    assert lines_of(ran.stderr) == [
        "grader: nowhere: no such file or folder; check the path",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade"], "Missing argument"),
        (["grade", ".", "--only", "dropuot"], "did you mean 'dropout'?"),
        (["grade", ".", "--only", "[/red]\x1b[31m"], "no assignment"),
        (["grade", ".", "--only", "\udcff"], "no assignment"),
        (["grade", ".", "--jobs", "0"], "--jobs"),
        (["grade", ".", "--seed", "-1"], "--seed"),
        (["grade", ".", "--seed", "x"], "--seed"),
        (["grade", ".", "--fail-under", "101"], "--fail-under"),
        (["grade", ".", "--fail-under", "nan"], "--fail-under"),
        (["grade", ".", "--json", "/nowhere/a.json"], "/nowhere"),
        (["grade", ".", "--junitxml", "/nowhere/a.xml"], "/nowhere"),
        (["grade", ".", "--json", "."], "is a folder"),
        (["check", "dropuot"], "did you mean 'dropout'?"),
        (["check", "--only", "relu"], "No such option"),
        (["chekc"], "No such command"),
        (["list", "rleu"], "did you mean 'relu'?"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    run_grader: RunGrader, tmp_path: Path, arguments: list[str], words: str
) -> None:
    ran = run_grader(*arguments, cwd=tmp_path)
    assert ran.status == 2
    assert ran.stdout == ""
    assert words in undecorated(ran.stderr)
    assert "\x1b" not in ran.stderr


CHECK = "grader/checks/test_relu.py"


@pytest.mark.parametrize(
    ("file", "text", "words", "status"),
    [
        (CHECK, "def test_it(:\n", "test_relu.py: the check file can't be run", 3),
        (CHECK, "def test_it():\n    1 / 0\n", "ZeroDivisionError", 3),
        ("assignments/course.toml", "titel = 3\n", "course.toml: unknown key 'titel'", 2),
        ("assignments/baseline.py", "import nowhere\n", "nowhere", 3),
        ("data_cache/MNIST/raw/train-labels-idx1-ubyte", "", "train-labels-idx1-ubyte", 3),
    ],
)
def test_a_broken_grader_exits_with_3_and_a_course_that_can_be_mended_with_2(
    run_grader: RunGrader, repository: Path, file: str, text: str, words: str, status: int
) -> None:
    original = (repository / file).read_bytes()
    (repository / file).write_text(text)
    try:
        ran = run_grader("check", "relu", cwd=repository, root=repository)
    finally:
        (repository / file).write_bytes(original)
    assert ran.status == status
    complaints = lines_of(ran.stderr)
    assert len(complaints) == 1
    assert complaints[0].startswith("grader: ")
    assert words in complaints[0]


# ---------------------------------------------------------------- check


def test_check_grades_the_repository_that_one_stands_in(
    run_grader: RunGrader, repository: Path
) -> None:
    ran = run_grader("check", cwd=repository, root=repository)
    assert ran.status == 1
    assert "ReLU (relu)  10/10" in ran.stdout
    assert re.search(r"✗ .*λ.*\n(.*\n)*.*Expected: .*\n(.*\n)*.*Seen: ", ran.stdout)
    assert "stub unchanged" in ran.stdout
    assert re.search(rf"^ +1\d/{most_points():g}", ran.stdout, re.MULTILINE)
    assert "Next: grader hint l2" in ran.stdout
    assert {path.name for path in repository.iterdir()} == {
        "grader", "assignments", "solutions", "data_cache",
    }  # fmt: skip


def test_check_finds_the_repository_from_a_folder_inside_it(
    run_grader: RunGrader, repository: Path
) -> None:
    ran = run_grader("check", "relu", cwd=repository / "assignments", root=repository)
    assert ran.status == 0
    assert "ReLU (relu)  10/10" in ran.stdout
    assert "l2" not in ran.stdout


def test_check_elsewhere_says_where_to_go(run_grader: RunGrader, tmp_path: Path) -> None:
    ran = run_grader("check", cwd=tmp_path)
    assert ran.status == 2
    assert "no assignments/ folder" in undecorated(ran.stderr)


# ---------------------------------------------------------------- the other commands


def test_list_shows_the_assignments_and_their_points(run_grader: RunGrader) -> None:
    ran = run_grader("list")
    assert ran.status == 0
    rows = [line.split() for line in lines_of(ran.stdout)]
    listed = {row[0]: row[-1] for row in rows if row[0] in SLUGS}
    assert list(listed) == list(SLUGS)
    assert sum(map(float, listed.values())) == most_points()
    further = [row[0] for row in rows[[row[0] for row in rows].index("Further") + 2 :]]
    assert further == [assignment.slug for assignment in load_course(REPOSITORY).further]


def test_list_shows_what_one_assignment_is_graded_by(run_grader: RunGrader) -> None:
    ran = run_grader("list", "relu")
    assert ran.status == 0
    rows = [line.split(maxsplit=1) for line in lines_of(ran.stdout)[2:]]
    checks = list_checks(load_course(REPOSITORY))["relu"]
    assert [title.strip() for _, title in rows] == [check.title for check in checks]
    assert sum(int(points) for points, _ in rows) == 10


def test_further_tasks_are_graded_only_when_they_are_asked_for(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    for slug in ("relu", "l1"):
        (tmp_path / f"{slug}.py").write_text(solution(slug), encoding="utf-8")
    scores = {}
    for asked in ((), ("--only", "l1"), ("--only", "l1", "--only", "relu")):
        ran = run_grader("grade", tmp_path, *asked, "--json", "-")
        assert ran.status == 0, ran.stderr
        (report,) = json.loads(ran.stdout)["reports"]
        slugs = tuple(assignment["slug"] for assignment in report["assignments"])
        scores[slugs] = report["score"], report["max_score"]
    assert scores == {SLUGS: (10, most_points()), ("l1",): (10, 10), ("relu", "l1"): (20, 20)}


def test_a_module_of_a_further_task_is_checked_by_its_name(
    run_grader: RunGrader, repository: Path
) -> None:
    ran = run_grader("check", "mini_batches", cwd=repository, root=repository)
    assert ran.status == 1, ran.stderr
    assert "Mini-batches" in ran.stdout
    assert "unchanged" in undecorated(ran.stdout)
    single = REPOSITORY / "solutions" / "leaky_relu_elu.py"
    assert run_grader("grade", single).status == 2
    ran = run_grader("grade", single, "--only", "leaky_relu_elu", "--fail-under", "100")
    assert ran.status == 0, ran.stderr


def test_doctor_names_versions_data_and_every_protection(run_grader: RunGrader) -> None:
    from grader.cli.doctor import WITHOUT
    from grader.sandbox.walls.jail import PROTECTIONS

    ran = run_grader("doctor")
    assert ran.status == 0
    assert set(WITHOUT) == set(PROTECTIONS)
    for off in re.findall(r"^✗ (\w+):(.*)$", ran.stdout, re.MULTILINE):
        assert WITHOUT[off[0]] in off[1]
    for name in ("Python 3.", "torch ", "numpy ", "1500 images", "500 images", *PROTECTIONS):
        assert name in ran.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(run_grader: RunGrader, command: str) -> None:
    ran = run_grader(command, "--help")
    assert ran.status == 0
    assert f"Example: grader {command}" in ran.stdout
    assert "[[" not in ran.stdout and "...}" not in ran.stdout  # typer puts brackets and dots


def test_help_lists_the_commands(run_grader: RunGrader) -> None:
    ran = run_grader("--help")
    assert ran.status == 0
    for command in COMMANDS:
        assert re.search(rf"^\W*{command}\b", ran.stdout, re.MULTILINE)


def test_the_version_is_the_packages(run_grader: RunGrader) -> None:
    assert run_grader("--version") == Ran(0, f"grader {__version__}\n", "")


# ---------------------------------------------------------------- surroundings


def without_network() -> tuple[str, ...]:
    """A command that runs another one without a network, where this machine has one."""
    for prefix in (("unshare", "-n"), ("unshare", "-rn")):
        if shutil.which("unshare") and subprocess.run([*prefix, "true"]).returncode == 0:
            return prefix
    return ()


def test_the_surroundings_change_nothing(run_grader: RunGrader, tmp_path: Path) -> None:
    """Configuration and modules of the working folder are a submission's, perhaps: never run.

    No network is needed either.
    """
    here = hand_in(tmp_path / "here", {"momentum": solution("momentum")})
    (here / "pytest.ini").write_text("[pytest]\naddopts = --collect-only -k nothing\n")
    (here / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--nonsense'\n")
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w')\nraise SystemExit(0)\n"
    modules = ("conftest", "sitecustomize", "numpy", "torch", "typer", "rich", "msgspec", "random")
    for name in (*modules, "secrets", "pytest", "_pytest", "test_momentum", "tomllib", "struct"):
        (here / f"{name}.py").write_text(trap)
    before = sorted(here.iterdir())
    here.chmod(0o555)
    ran = run_grader(
        "grade", ".", "--only", "momentum", "--fail-under", "100", "--jobs", "1",
        cwd=here,
        prefix=without_network(),
        PYTEST_ADDOPTS="--collect-only",
        PYTEST_PLUGINS="nowhere_to_be_found",
        PYTHONWARNINGS="error",
    )  # fmt: skip
    here.chmod(0o755)
    assert not (tmp_path / "sprung").exists()
    assert sorted(here.iterdir()) == before
    assert ran.status == 0
    assert "Momentum (momentum)  10/10" in ran.stdout


def test_an_output_that_cannot_show_every_character_is_no_failure(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    folder = hand_in(tmp_path / "größe 🎈", {"relu": "def Net(:\n"})
    ran = run_grader("grade", folder, "--only", "relu", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ran.status == 0
    assert "relu 0/10" in ran.stdout

"""What --github writes: annotations, the job's summary, a step's outputs."""

from __future__ import annotations

import io
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.reports import NASTY, make_report
from helpers.repository import REPOSITORY, hand_in, solution, wrong
from helpers.runner import Runner
from msgspec.structs import replace

from grader.report.github import (
    Annotation,
    annotate,
    append_outputs,
    append_summary,
    commands_stopped,
)
from grader.report.markdown import CUT, render
from grader.report.model import AssignmentReport, CheckResult, Report
from grader.text import plain

TITLE = "Training neural networks"


def report_of(failures: dict[str, int]) -> Report:
    """A report with so many failed checks, by slug."""
    assignments = []
    for slug, count in failures.items():
        checks = [
            CheckResult(f"test_{i}", f"{slug} {i}", "failed", 0.0, 1.0, "Seen: 2.", "Look.", 0.0)
            for i in range(count)
        ]
        assignments.append(AssignmentReport(slug, slug, "failed", 0.0, count, checks, None, ""))
    most = sum(failures.values())
    return replace(make_report(), score=0.0, max_score=most, assignments=assignments)


# ---------------------------------------------------------------- annotations


def test_the_runner_obeys_what_is_not_made_harmless() -> None:
    """The tests below can fail: the same text, shown as it is, is obeyed."""
    for text in (
        "::error::x",
        "  ::add-mask::x",
        "x ##[error]x",
        "x\r::notice::x",
        "\u2028::error::x",
    ):
        assert len(Runner().read(text)) == 1, text
    for text in (":::error::x", "x ::error::x", "::unknown::x", "##[x"):
        assert Runner().read(text) == [], text


@pytest.mark.parametrize("text", ["::", ":::", "::::error::x", "##[error]x", "###[error]x"])
def test_shown_text_has_no_command_wherever_its_line_is_broken(text: str) -> None:
    shown = plain(text)
    for start in range(len(shown)):
        for end in range(start, len(shown) + 1):
            assert Runner().read(shown[start:end]) == []
    assert "::" not in shown


@pytest.mark.parametrize(
    "command",
    ["##vso[task.setvariable variable=x]y", "##teamcity[buildStatus text='x']", "##[section]x"],
)
def test_shown_text_has_no_command_of_other_systems(command: str) -> None:
    """Azure Pipelines and TeamCity look for these anywhere in a line."""
    shown = plain(f"x {command}")
    assert "##" not in shown
    assert shown.replace(" ", "") == f"x{command}".replace(" ", "")


def test_an_annotation_names_file_line_and_title_and_escapes_all_three() -> None:
    annotation = Annotation("error", "a: b, c", "100%\nx", "assignments/re,lu.py", 7)
    assert str(annotation) == (
        "::error file=assignments/re%2Clu.py,line=7,title=a%3A b%2C c::100%25%0Ax"
    )
    (command,) = Runner().read(str(annotation))
    assert command.properties == {
        "file": "assignments/re,lu.py", "line": "7", "title": "a: b, c",
    }  # fmt: skip
    assert command.data == "100%\nx"


@pytest.mark.parametrize("text", NASTY)
def test_an_annotation_is_one_command_whatever_it_says(text: str) -> None:
    lines = [str(a) for a in annotate([make_report(text * 3, name=text)], [{"relu": "relu.py"}])]
    commands = Runner().read("\n".join(lines))
    assert [command.name for command in commands] == ["notice", "error"]
    assert Runner().read(commands[1].data) == []  # nor are the lines that the log makes of it
    assert commands[1].properties["line"] == "7"


def test_no_more_annotations_than_are_shown_and_the_rest_in_one() -> None:
    failures = {"relu": 7, "adam": 3, "l2": 1}
    notice, *errors = annotate([report_of(failures)], [{}])
    assert notice.message == "0 of 11 points (0 %)"
    assert len(errors) == 10
    titles = [error.title for error in errors]
    assert titles[:6] == [
        "relu: relu 0", "adam: adam 0", "l2: l2 0", "relu: relu 1", "adam: adam 1", "relu: relu 2",
    ]  # fmt: skip
    assert titles[-1] == "2 more"
    _, *all_shown = annotate([report_of({"relu": 7, "adam": 3})], [{}])
    assert len(all_shown) == 10
    assert "more" not in all_shown[-1].title


def test_an_empty_hand_is_no_error_and_a_passed_check_neither() -> None:
    assert [a.title for a in annotate([make_report()], [{}])] == ["Score", "ReLU: W_1 | b_1"]


def test_a_file_that_cannot_be_read_is_one_error() -> None:
    report = report_of({"relu": 5})
    (assignment,) = report.assignments
    checks = [replace(c, verdict="not_judged", message="not UTF-8") for c in assignment.checks]
    report = replace(report, assignments=[replace(assignment, checks=checks)])
    _, error = annotate([report], [{"relu": "relu.py"}])
    assert (error.message, error.file, error.line) == ("not UTF-8\n→ Look.", "relu.py", None)


def test_a_notebook_gets_no_line_of_its_file() -> None:
    _, error = annotate([make_report()], [{"relu": "relu.ipynb"}])
    assert (error.file, error.line) == ("relu.ipynb", None)


@pytest.mark.parametrize("name", ["\x1b[31mred/relu.py", "\udcff/relu.py", "a\nb/relu.py"])
def test_a_file_whose_name_cannot_be_shown_is_not_named(name: str) -> None:
    _, error = annotate([make_report()], [{"relu": name}])
    assert (error.file, error.line) == (None, None)


def test_commands_are_back_on_afterwards_also_if_something_breaks() -> None:
    shown = io.StringIO()
    with suppress(ValueError), commands_stopped(shown):
        shown.write("::error::student\n::stop-commands::x\n::x::\n::error::student")
        raise ValueError("broken")
    commands = Runner().read(shown.getvalue() + "::notice::ours")
    assert [command.data for command in commands] == ["ours"]
    (first, second) = (shown_token() for _ in range(2))
    assert first != second


def shown_token() -> str:
    shown = io.StringIO()
    with commands_stopped(shown):
        pass
    return shown.getvalue()


# ---------------------------------------------------------------- summary and outputs


def test_the_summary_is_added_to_what_the_step_wrote_before(tmp_path: Path) -> None:
    target = tmp_path / "summary"
    target.write_text("before")
    assert append_summary(target, TITLE, [make_report()])
    text = target.read_text("utf-8")
    assert text.startswith(f"before\n\n# {TITLE}")


@pytest.mark.parametrize("room", [0, 50, 700, 5000, 1 << 20])
def test_a_summary_with_what_is_there_stays_below_a_mebibyte(tmp_path: Path, room: int) -> None:
    target = tmp_path / "summary"
    before = b"x" * ((1 << 20) - room)
    target.write_bytes(before)
    reports = [make_report("é" * 1000, "`" * 5000, name=f"s{i}") for i in range(200)]
    written = append_summary(target, TITLE, reports)
    content = target.read_bytes()
    assert content.startswith(before)
    assert len(content) <= max(1_048_575, len(before))
    assert written == (room >= 700) == (len(content) > len(before))


@pytest.mark.parametrize(("taken", "is_whole"), [(0, True), (1, False)])
def test_a_summary_is_filled_to_the_last_byte(tmp_path: Path, taken: int, is_whole: bool) -> None:
    """GitHub drops a step's summary as a whole from a mebibyte on."""
    target = tmp_path / "summary"
    reports = [make_report("é", name=f"s{i}") for i in range(3)]
    whole = b"\n\n" + render(TITLE, reports).encode()
    before = b"x" * (1_048_575 - len(whole) - len(CUT) + taken)
    target.write_bytes(before)
    assert append_summary(target, TITLE, reports)
    content = target.read_bytes()
    assert len(content) <= 1_048_575 and content.startswith(before)
    assert (content == before + whole) == is_whole


def test_the_outputs_are_of_all_submissions_together(tmp_path: Path) -> None:
    target = tmp_path / "output"
    target.write_text("mine=1\n")
    append_outputs(target, [make_report(), make_report()])
    assert target.read_text() == "mine=1\nscore=4\nmax_score=16\npercent=25\n"


def test_a_percentage_never_shows_more_than_was_reached(tmp_path: Path) -> None:
    target = tmp_path / "output"
    report = replace(make_report(), score=79.99, max_score=80.0)
    append_outputs(target, [report])
    assert "percent=99.9\n" in target.read_text()


# ---------------------------------------------------------------- the commands


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A student's repository: relu solved, l2 wrong, dropout raising in its third line."""
    root = tmp_path / "student"
    raising = "def Net(f, h, o, p=0.5):\n    pass\n    raise ValueError('::error::x ##[error]x')\n"
    hand_in(
        root / "assignments",
        {
            "relu": solution("relu"),
            "l2": wrong("l2", "test_update_rule/double.py"),
            "dropout": raising,
        },
    )
    return root


ONLY = ("--only", "relu", "--only", "l2", "--only", "dropout")


def test_files_are_named_as_the_repository_names_them(run_grader: RunGrader, student: Path) -> None:
    (student / ".git").mkdir()
    ran = run_grader("grade", student, *ONLY, "--github", GITHUB_WORKSPACE=str(student.parent))
    assert ran.status == 0
    notice, *errors = Runner().read(ran.stdout)
    assert (notice.name, notice.data) == ("notice", "16 of 30 points (53.3 %)")
    places = [(e.name, e.properties["file"], e.properties.get("line")) for e in errors]
    assert places == [
        ("error", "assignments/l2.py", None),
        ("error", "assignments/dropout.py", "3"),
    ]
    assert Runner().read(ran.stderr) == []


def test_without_a_repository_files_are_named_from_the_workspace(
    run_grader: RunGrader, student: Path
) -> None:
    ran = run_grader(
        "grade", student / "assignments", *ONLY[4:], "--github",
        GITHUB_WORKSPACE=str(student.parent),
    )  # fmt: skip
    _, error = Runner().read(ran.stdout)
    assert error.properties["file"] == "student/assignments/dropout.py"


def test_outside_of_actions_the_files_are_left_out_with_a_line_each(
    run_grader: RunGrader, student: Path
) -> None:
    environment = {"GITHUB_STEP_SUMMARY": "", "GITHUB_OUTPUT": ""}
    ran = run_grader("grade", student, "--only", "dropout", "--github", **environment)
    assert ran.status == 0
    notes = [line for line in ran.stderr.splitlines() if line.startswith("grader: ")]
    assert notes == [
        "grader: GITHUB_STEP_SUMMARY is not set, so nothing is written to it",
        "grader: GITHUB_OUTPUT is not set, so nothing is written to it",
    ]


def test_check_reports_everywhere_as_grade_does(
    run_grader: RunGrader, student: Path, tmp_path: Path
) -> None:
    targets = {kind: tmp_path / f"a.{kind}" for kind in ("json", "junitxml", "markdown", "html")}
    summary, output = tmp_path / "summary", tmp_path / "output"
    options = [word for kind, path in targets.items() for word in (f"--{kind}", str(path))]
    ran = run_grader(
        "check", "relu", "l2", *options, "--github", cwd=student,
        GITHUB_STEP_SUMMARY=str(summary), GITHUB_OUTPUT=str(output), GITHUB_WORKSPACE="",
    )  # fmt: skip
    assert ran.status == 1
    _, error = Runner().read(ran.stdout)
    assert error.properties["file"] == "assignments/l2.py"
    assert output.read_text() == "score=16\nmax_score=20\npercent=80\n"
    for target in targets.values():
        assert b"Expected: " in target.read_bytes()
    assert summary.read_text("utf-8").strip() == targets["markdown"].read_text("utf-8").strip()


def test_github_and_json_cannot_share_stdout(run_grader: RunGrader, student: Path) -> None:
    for command in (("grade", str(student)), ("check",)):
        ran = run_grader(*command, "--github", "--json", "-", cwd=student)
        assert ran.status == 2
        assert ran.stdout == ""
        assert "name a file" in re.sub(r"[│\s]+", " ", ran.stderr)


def test_a_summary_in_no_folder_is_said_before_anything_is_graded(
    run_grader: RunGrader, student: Path
) -> None:
    ran = run_grader("grade", student, "--github", GITHUB_STEP_SUMMARY="/nowhere/summary")
    assert ran.status == 2
    assert "there is no folder /nowhere" in re.sub(r"[│\s]+", " ", ran.stderr)


def test_names_and_bad_paths_are_no_commands(run_grader: RunGrader, tmp_path: Path) -> None:
    bad = hand_in(tmp_path / "##[error]bad", {"relu": b"\xff"})
    gone = tmp_path / "##[error]gone"
    ran = run_grader("grade", bad, gone, "--only", "relu", "--github")
    assert ran.status == 2
    assert [command.name for command in Runner().read(ran.stdout)] == ["notice", "error"]
    assert Runner().read(ran.stderr) == []
    assert "gone" in ran.stderr


def test_a_repository_is_found_in_this_one() -> None:
    """The test above makes a .git of its own; a worktree's is a file, which counts as well."""
    from grader.cli.outputs import within_repository

    inside = subprocess.run(
        ["git", "rev-parse", "--is-inside-work-tree"], cwd=REPOSITORY, capture_output=True
    )
    if inside.returncode:
        pytest.skip("not in a clone")
    assert within_repository(REPOSITORY / "solutions" / "relu.py") == "solutions/relu.py"

"""How much of a report each host is given, against figures of its own."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from helpers.clones import commit, git
from helpers.reports import make_report
from msgspec.structs import replace

from grader.hosts import classroom50
from grader.hosts.bundle import HostError
from grader.hosts.classroom50 import scale_of
from grader.hosts.classroom_reporter import encode_result
from grader.hosts.gradescope import assignment_title, results_of_run
from grader.hosts.run import GradedFolder
from grader.report.markdown import CUT, render
from grader.report.model import Report

MIB = 1 << 20
RUNNER = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "relu",
    "SUBMISSION_TAG": "submit/1",
    "USERNAME": "ada",
    "ASSIGNMENT_TYPE": "individual",
    "COMMIT_URL": "https://example.org/ada/commit/1",
    "RELEASE_URL": "https://example.org/ada/releases/1",
}


@pytest.mark.parametrize(
    ("points", "scale"),
    [((2.0, 0.5), 2), ((0.001,), 1_000), ((1 / 7, 1 / 11, 1 / 13), 1_000)],  # of 1001 at most
)
def test_points_become_whole_by_1000_at_most(points: tuple[float, ...], scale: int) -> None:
    assert scale_of(points) == scale


def printing(characters: int) -> Report:
    """A report whose last of many assignments has printed so much."""
    (assignment, _) = make_report().assignments
    printed = [*[5_000] * 18, characters]
    assignments = [
        replace(assignment, slug=f"a{number:02}", output="x" * count)
        for number, count in enumerate(printed)
    ]
    return replace(make_report(), assignments=assignments)


def test_a_releases_body_has_100000_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init")
    commit(tmp_path, "relu.py", 1)
    monkeypatch.chdir(tmp_path)
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)
    title = classroom50.load_course().title
    # What tells that something is left out has its room kept.
    most = 100_001 - len(CUT) - len(render(title, [printing(1)]).encode())
    assert 1 < most < 4_999
    for characters, is_whole in ((most, True), (most + 1, False)):
        report = printing(characters)
        monkeypatch.setattr(classroom50, "grade_checkout", lambda *_, r=report: r)
        assert classroom50.main() == 0
        body = (tmp_path / "release-body.md").read_text(encoding="utf-8")
        assert (body == render(title, [report])) == is_whole
        assert body.endswith(CUT) != is_whole


def test_gradescope_shows_20_problems() -> None:
    problems = [f"problem {number}." for number in range(21)]
    output = results_of_run(GradedFolder(make_report(), problems, jailed=True))["output"]
    assert "problem 19." in output and "problem 20." not in output


@pytest.mark.parametrize(("size", "title"), [(16 * MIB, "ReLU"), (16 * MIB + 1, "")])
def test_gradescopes_metadata_are_read_up_to_16_mib(tmp_path: Path, size: int, title: str) -> None:
    start, end = b'{"assignment": {"title": "ReLU"}, "history": "', b'"}'
    path = tmp_path / "submission_metadata.json"
    path.write_bytes(start + b"x" * (size - len(start) - len(end)) + end)
    assert assignment_title(path) == title


def test_what_the_reporter_is_given_has_120000_characters() -> None:
    report = make_report()
    (assignment, _) = report.assignments
    check = assignment.checks[0]  # it has passed, so that there is no message to leave out

    def titled(length: int) -> Report:
        one = replace(assignment, checks=[replace(check, title="x" * length)])
        return replace(report, assignments=[one])

    # Three bytes are four characters.
    length = 1 + 90_000 - len(base64.b64decode(encode_result(titled(1))))
    assert len(encode_result(titled(length))) == 120_000
    with pytest.raises(HostError, match="too large for the reporter"):
        encode_result(titled(length + 1))

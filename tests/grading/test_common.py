"""Which results modules of one meaning may share: none that says anything about one's own text."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.reports import make_report
from msgspec.structs import replace

from grader.grading.known.common import as_ones_own, is_common
from grader.report.model import AssignmentReport
from grader.submissions.model import Source


def report_with(check: dict[str, Any], **fields: Any) -> AssignmentReport:
    """A report that says nothing of the text, but for what is given here."""
    assignment = make_report().assignments[0]
    plain = replace(assignment.checks[1], line=None)
    checks = [assignment.checks[0], replace(plain, **check)]
    return replace(assignment, checks=checks, **fields)


@pytest.mark.parametrize("verdict", ["passed", "failed", "not_judged"])
def test_what_only_behaviour_decides_is_shared(verdict: str) -> None:
    assert is_common(
        report_with({"verdict": verdict, "message": "Seen: 2, above a baseline of 3."})
    )


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ({"line": 7}, {}),
        ({"message": "training gave None (line 7)"}, {}),
        ({"message": "it stands in lines 3 and 4"}, {}),
        ({"message": "cell 2 is no Python"}, {}),
        ({"message": "importing relu.py took more than 10 s"}, {}),
        *(({"verdict": v}, {}) for v in ("error", "crashed", "timed_out", "grader_error")),
        ({}, {"output": "epoch 1"}),
        ({}, {"notes": ["it printed 200 lines"]}),
    ],
)
def test_what_names_a_place_or_may_come_out_otherwise_is_ones_own(
    check: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert not is_common(report_with(check, **fields))


def test_a_shared_report_names_ones_own_file() -> None:
    shared = report_with({}, read_from="Relu (1).py")
    source = Source("relu", "relu.py", "", read_from="hw/relu.py")
    assert as_ones_own(shared, source) == replace(shared, read_from="hw/relu.py")

"""The means on the class page: of the totals, and of each assignment's hand-ins."""

from __future__ import annotations

import pytest
from helpers.site_class import INFOS, make_entry, make_report
from msgspec.structs import replace

from grader.report.model import Report
from grader.site.pages import class_page
from grader.site.summary import ClassSummary

SAID = b"together they come to more than the mean of the totals"


def without(report: Report, slug: str) -> Report:
    """The same, `slug` not handed in."""
    assignments = [
        replace(a, status="missing", score=0.0) if a.slug == slug else a for a in report.assignments
    ]
    return replace(report, assignments=assignments)


@pytest.mark.parametrize("everybody_has_all", [True, False])
def test_means_that_add_up_to_more_than_the_mean_of_totals_say_so(everybody_has_all: bool) -> None:
    summary = ClassSummary(INFOS)
    summary.add(make_entry("ann", "Ann", make_report("Ann", {})))
    report = make_report("Bob", {})
    summary.add(make_entry("bob", "Bob", report if everybody_has_all else without(report, "adam")))
    assert (SAID in class_page("A class", summary)) is not everybody_has_all

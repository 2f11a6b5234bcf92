"""The reports as JUnit XML, as pytest writes it (xunit2): a suite a submission, a case a check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from grader.files import write_bytes
from grader.report.model import CheckResult, Report


def write_junit(path: Path, reports: Sequence[Report]) -> None:
    """Write the reports to `path`."""
    suites = ElementTree.Element("testsuites", name="grader")
    for report in reports:
        suites.append(suite_of(report))
    ElementTree.indent(suites)
    write_bytes(path, ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n")


def suite_of(report: Report) -> ElementTree.Element:
    suite = ElementTree.Element(
        "testsuite", name=report.submission, time=seconds(report.duration_s)
    )
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for assignment in report.assignments:
        for check in assignment.checks:
            counts["tests"] += 1
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=f"{report.submission}.{assignment.slug}",
                name=check.id,
                time=seconds(check.duration_s),
            )
            outcome = outcome_of(check)
            if outcome is not None:
                case.append(outcome)
                counts[{"failure": "failures", "error": "errors"}.get(outcome.tag, "skipped")] += 1
    suite.attrib.update({name: str(count) for name, count in counts.items()})
    return suite


def outcome_of(check: CheckResult) -> ElementTree.Element | None:
    """The element that says why a check did not pass."""
    if check.verdict == "passed":
        return None
    tag = {"failed": "failure", "not_judged": "skipped"}.get(check.verdict, "error")
    element = ElementTree.Element(tag, message=check.message)
    if tag != "skipped":
        element.attrib["type"] = check.verdict
    element.text = "\n".join(filter(None, (check.title, check.message, check.hint)))
    return element


def seconds(duration_s: float) -> str:
    return f"{duration_s:.3f}"

"""The gradebook as JUnit XML: a suite a student, its name their key; the grade as properties."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree import ElementTree

from msgspec.structs import replace

from grader.gradebook.model import Entry, Gradebook
from grader.gradebook.scores import (
    comments_line,
    extensions_line,
    late_line,
    late_percent,
    number,
    overrides_line,
)
from grader.report.junit import suite_of


def write_junit_file(gradebook: Gradebook, stream: BinaryIO) -> None:
    """Write a suite at a time, so that a class of any size fits."""
    stream.write(b'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="grader">\n')
    for entry in gradebook:
        stream.write(ElementTree.tostring(student_suite(entry), encoding="utf-8"))
    stream.write(b"</testsuites>\n")


def student_suite(entry: Entry) -> ElementTree.Element:
    """The checks' raw verdicts as cases; no cases for whoever handed nothing in."""
    if entry.report is not None:
        suite = suite_of(replace(entry.report, submission=entry.student.key))
    else:
        counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), "0")
        suite = ElementTree.Element("testsuite", counts, name=entry.student.key, time="0.000")
    properties = ElementTree.Element("properties")
    for name, value in (
        ("student", entry.student.name),
        ("submitted", entry.submitted_at),
        ("late_percent", number(late_percent(entry))),
        ("late", late_line(entry)),
        ("extension", extensions_line(entry)),
        ("override", overrides_line(entry)),
        ("comment", comments_line(entry)),
        ("final", number(entry.final)),
        ("max_score", number(entry.max_score)),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=value)
    suite.insert(0, properties)
    ElementTree.indent(suite)
    suite.tail = "\n"
    return suite

"""Whatever people are called and whatever is said of them: each format reads back what was meant.

What can't be shown is escaped, and before what a spreadsheet would run stands an apostrophe.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import unicodedata
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest
from helpers.exports import is_run, rows_of
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, override
from helpers.rendered import OWN_TAGS, Rendered
from helpers.runner import Runner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook.export import export
from grader.gradebook.model import Entry, Person, lone_entry
from grader.gradebook.scores import exact, note, one_line, shown_name
from grader.report.github import Annotation
from grader.report.markdown import render
from grader.report.model import Report
from grader.site.html import write_html
from grader.text import printable

# Marks of all formats in any order, harmful texts, and any character that there is.
MARKS = st.text(st.sampled_from("<>&\"'`*_[]()|\\~$:#!+-.=@;,%{}\t\r\n\0\x1b\u202e\ud800 aé9/"))
TEXTS = st.one_of(
    MARKS.filter(lambda text: len(text) < 60),
    st.sampled_from(sorted(HARMFUL.values())),
    st.text(st.characters(), max_size=40),
)
QUICK = settings(derandomize=True, deadline=None, max_examples=60)


def entries_of(name: str, reason: str) -> list[Entry]:
    harmed = entry_of(
        "k1",
        name,
        identifier=name,
        email=name,
        login=name,
        submission=name,
        # As they come from a worker.
        message=printable(reason),
        output=printable(reason, newlines=True),
        overrides=[override("relu", 7.0, reason)],
    )
    return [harmed, entry_of("k2", identifier="7", email="ada@example.org", login="ada")]


def exported(entries: list[Entry], format: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "exported")
        export(FakeGradebook(entries), format, target)
        return target.read_bytes()


@QUICK
@given(TEXTS, TEXTS)
def test_a_csv_has_each_text_in_its_cell_and_runs_none(name: str, reason: str) -> None:
    first, second = rows_of(exported(entries_of(name, reason), "csv").decode("utf-8-sig"))
    assert (first["key"], second["key"], second["name"]) == ("k1", "k2", "Ada Lovelace")
    for column, meant in (
        ("name", shown_name(name)),
        ("login", exact(name)),
        ("override", f"relu 7: {one_line(reason)}"),
    ):
        assert first[column].replace("'", "") == meant.replace("'", "")
    assert not any(is_run(text) for row in (first, second) for text in row.values())
    assert first["final"] == "15"


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "\x1b[2J\x1b[H", "\x9b31m", "\n"])
def test_no_name_is_made_to_nothing(name: str) -> None:
    (row, _) = rows_of(exported(entries_of(name, "x"), "csv").decode("utf-8-sig"))
    assert row["name"] == ascii(name)[1:-1]


@QUICK
@given(TEXTS, TEXTS)
def test_json_has_each_text_as_it_was_meant(name: str, reason: str) -> None:
    first, _ = json.loads(exported(entries_of(name, reason), "json"))["entries"]
    student = first["student"]
    assert (student["name"], student["identifier"]) == (shown_name(name), exact(name))
    assert first["overrides"][0]["reason"] == one_line(reason)


@QUICK
@given(TEXTS, TEXTS)
def test_junit_has_each_text_in_its_place(name: str, reason: str) -> None:
    root = ElementTree.fromstring(exported(entries_of(name, reason), "junit"))
    suites = list(root.iter("testsuite"))
    assert len(suites) == 2
    properties = {each.get("name"): each.get("value") for each in suites[0].iter("property")}
    assert properties["final"] == "15"
    tags = {element.tag for element in root.iter()}
    assert tags <= {
        "testsuites", "testsuite", "testcase", "properties", "property", "failure", "error",
        "skipped", "system-out",
    }  # fmt: skip


def report_of(name: str, message: str) -> Report:
    (entry, _) = entries_of(name, message)
    assert entry.report is not None
    return entry.report


@QUICK
@given(TEXTS, TEXTS)
def test_markdown_shows_texts_and_acts_on_none(name: str, message: str) -> None:
    shown = Rendered(render("Homework", [report_of(name, message)]))
    assert set(shown.tags) <= OWN_TAGS
    whole = "".join((shown.prose + "".join(shown.codes)).split())
    assert "".join(printable(message).split()) in whole


class Tags(HTMLParser):
    """A page's tags and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.whole = page
        self.found: set[str] = set()
        self.text = ""
        self.handlers: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(name: str, message: str) -> Tags:
    with tempfile.TemporaryDirectory() as folder:
        write_html(Path(folder, "a.html"), "Homework", [report_of(name, message)])
        return Tags(Path(folder, "a.html").read_text("utf-8"))


@settings(QUICK, max_examples=20)
@given(TEXTS, TEXTS)
def test_a_page_shows_texts_and_acts_on_none(name: str, message: str) -> None:
    page, plain = page_of(name, message), page_of("ada", "a message")
    assert page.found <= plain.found | {"mark", "code", "pre", "span", "svg"}
    assert page.handlers == []
    assert "script" not in page.found
    assert "".join(printable(message).split()) in "".join(page.text.split())
    acting = {"Cc", "Cs", "Zl", "Zp"}
    assert not [c for c in page.whole if c not in "\n\t" and unicodedata.category(c) in acting]
    assert not {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"} & {*page.whole}


@QUICK
@given(TEXTS)
def test_what_an_export_tells_is_no_command(name: str) -> None:
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr):
        note(f"canvas: {name} ##vso[task.setvariable variable=x]y ::error::z is left out")
    assert not re.search(r"::|##\w*\[", stderr.getvalue())
    assert stderr.getvalue().count("\n") == 1


@QUICK
@given(TEXTS, TEXTS)
def test_githubs_runner_obeys_one_command_and_shows_what_was_meant(name: str, said: str) -> None:
    (obeyed,) = Runner().read(str(Annotation("error", printable(name), said, "a.py", 3)))
    assert (obeyed.name, obeyed.properties["file"], obeyed.properties["line"]) == (
        "error", "a.py", "3",
    )  # fmt: skip
    assert obeyed.properties["title"].strip() == printable(name).strip()
    assert "".join(obeyed.data.split()) == "".join(printable(said, 1000, newlines=True).split())


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_a_lone_report_is_somebodys(text: str) -> None:
    entry = lone_entry(report_of(text, "x"))
    assert entry.student == Person(key="report", name=text) and entry.final == 15.0

"""The class's mistakes by diagnosis, and a student's code beside what is said of it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from helpers.fake_gradebook import HARMFUL
from msgspec.structs import replace

from grader.gradebook.model import AssignmentInfo, lone_entry
from grader.report.model import AssignmentReport, CheckResult, Environment, Report, Training
from grader.site import pages
from grader.site.listing import listing_of
from grader.site.pages import class_page, student_page, with_code
from grader.site.summary import ClassSummary

INFO = AssignmentInfo("relu", "ReLU", 3.0)


def report(name: str, *checks: CheckResult) -> Report:
    score = sum(check.points for check in checks)
    relu = AssignmentReport("relu", "ReLU", "partial", score, 3.0, list(checks), None, "")
    return Report(name, score, 3.0, [relu], Environment("", "", "", "", "", {}), 0, 1.0)


def check(name: str, message: str = "", mistake: str = "", line: int | None = None) -> CheckResult:
    verdict = "error" if line is not None else "failed" if message else "passed"
    points = 0.0 if message else 1.0
    return CheckResult(
        name, f"Title of {name}", verdict, points, 1.0, message, "", 0.0, line, mistake
    )


LEAKY = "A leaky ReLU.\nExpected: `0`.\nSeen: -0.2."


def test_a_mistake_is_told_once_with_everybody_who_made_it() -> None:
    summary = ClassSummary([INFO])
    for name in ("Ada", "Bob", "<b>Cem</b>"):
        made = report(name, check("a", LEAKY, "leaky"), check("b", LEAKY, "leaky"), check("c"))
        summary.add(lone_entry(made))
    summary.add(lone_entry(report("Dee", check("a", "Expected: 0.\nSeen: 1."), check("b"))))
    (diagnosis,) = summary.diagnoses.by_students
    assert (diagnosis.students, diagnosis.says) == (3, "A leaky ReLU.")
    assert diagnosis.figures == "Expected: `0`.\nSeen: -0.2."
    assert [name for name, _ in diagnosis.people] == ["Ada", "Bob", "<b>Cem</b>"]
    page = class_page("The course", summary).decode()
    assert page.index('href="#students"') < page.index("<main")
    assert page.index('id="students"') < page.index('id="mistakes"')
    told = page[page.index('id="mistakes"') :]
    assert told.index("A leaky ReLU.") < told.index("Ada") < told.index("Seen: -0.2")
    assert "Expected: <code>0</code>." in told
    assert "&lt;b&gt;Cem&lt;/b&gt;" in told and "<b>Cem" not in page


def test_the_line_that_a_message_names_is_marked_and_failures_come_first() -> None:
    message = "it raised E: no (line 2)\n  y = <x>\n      ^^^"
    entry = lone_entry(report("Ada", check("first"), check("second", message, line=2)))
    code = "x = 1\r\ny = <x>\n\u202ez\n"
    page = student_page("The course", entry, [INFO], None, lambda *_: code).decode()
    assert (
        page.index("Title of second") < page.index("1 check passed") < page.index("Title of first")
    )
    assert '<a href="#relu-line-2">line 2</a>' in page
    assert "<mark>y = &lt;x&gt;</mark>" in page
    assert "\\u202ez" in page and "\u202e" not in page
    assert page.count("<mark>") == 1
    without = student_page("The course", entry, [INFO], None).decode()
    assert "The code" not in without and "<mark>" not in without


def test_a_line_that_is_left_out_of_the_code_is_no_link() -> None:
    entry = lone_entry(report("Ada", check("second", "it raised E: no (line 1001)", line=1_001)))
    page = student_page("The course", entry, [INFO], None, lambda *_: "x\n" * 1_001).decode()
    assert "relu-line-1000" in page and "relu-line-1001" not in page
    assert "1 line left out" in page


def test_where_the_table_is_in_pieces_no_mistake_leads_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summary = ClassSummary([INFO])
    for name in ("Ada", "Bob"):
        summary.add(lone_entry(report(name, check("a", LEAKY, "leaky"))))
    assert "#check=" in class_page("The course", summary).decode()
    monkeypatch.setattr(pages, "PIECE", 1)
    assert "#check=" not in class_page("The course", summary).decode()


def test_a_message_with_code_in_it_is_as_harmless_as_one_without() -> None:
    assert with_code("a\u202e <b> `x\u2066<` `") == (
        "a\\u202e &lt;b&gt; <code>x\\u2066&lt;</code> `"
    )


def test_no_line_of_a_check_that_passed_is_marked() -> None:
    passed = replace(check("first"), line=1)
    assert listing_of("x = 1\ny = 2\n", [passed, check("second", "no", line=2)]).marked == [2]


def test_blank_lines_above_the_first_are_lines_of_the_file() -> None:
    listing = listing_of("\n \nx = 1\ny = 2\n\n", [check("a", "it raised", line=4)])
    assert [line.text.strip() for line in listing.lines] == ["", "", "x = 1", "y = 2"]
    assert listing.marked == [4]


def test_any_code_is_shown_within_bounds() -> None:
    for text in HARMFUL.values():
        assert listing_of(text, []).lines
    long = listing_of("x\n" * 1_005, [check("a", "it raised", line=10**9)])
    assert (len(long.lines), long.left_out, long.marked) == (1_000, 5, [])
    assert len(listing_of("y" * 10_000, []).lines[0].text) < 1_000


class Stops(HTMLParser):
    """A page as the tab key meets it: where it stops, and where it can be sent, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.met: list[tuple[str, str]] = []  # ("stop", a link's target or "") or ("place", an id)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (place := given.get("id")) is not None:
            self.met.append(("place", place))
        if (tag == "a" and "href" in given) or tag in ("input", "select", "button", "summary"):
            self.met.append(("stop", given.get("href") or ""))


def tabs_to(page: str, place: str) -> int:
    """How often tab is pressed to get to `place`, taking each link within the page on the way."""
    stops = Stops()
    stops.feed(page)
    places = {name: index for index, (kind, name) in enumerate(stops.met) if kind == "place"}
    reached, index = 0, 0
    while index < places[place]:
        kind, target = stops.met[index]
        index += 1
        if kind == "stop":
            reached += 1
            if index <= places.get(target.lstrip("#"), -1) <= places[place]:
                index = places[target.lstrip("#")]
    return reached


def test_students_are_few_tabs_from_the_top_of_the_classs_page() -> None:
    summary = ClassSummary([INFO])
    for name in ("Ada", "Bob"):
        summary.add(lone_entry(report(name, check("a", LEAKY, "leaky"))))
    page = class_page("The course", summary).decode()
    assert tabs_to(page, "students") <= 3
    assert tabs_to(page, "rows") <= 4  # and the next one is the first student


def test_the_curve_of_a_module_that_a_check_fails_is_marked_as_wrong() -> None:
    training = Training(0.6, 0.55, [2.0, 1.0], 0.5, [0.3, 0.6])
    for failed, marked in ((check("a", LEAKY), True), (check("a"), False)):
        graded = report("Ada", failed, check("b"))
        trained = replace(graded.assignments[0], training=training)
        entry = lone_entry(replace(graded, assignments=[trained]))
        page = student_page("The course", entry, [INFO], None).decode()
        assert ('class="curve wrong"' in page) == marked
        assert ("which is wrong, as a check says" in page) == marked

"""The class's pages as they are written: their texts, their figures, their links."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.reports import PICTURES
from helpers.site_class import (
    AT,
    CHECKS,
    INFOS,
    LATE,
    MARKUP,
    ListedGradebook,
    make_entry,
    make_report,
    sample_class,
    written,
)

from grader.gradebook.model import (
    Comment,
    Entry,
    Extension,
    HandIn,
    Override,
)
from grader.gradebook.scores import points
from grader.report.model import (
    AssignmentReport,
    Picture,
    Status,
    Training,
    Verdict,
)
from grader.report.reference import load_reference
from grader.site import pages, write_feedback, write_site
from grader.site.curves import draw_accuracies, draw_losses
from grader.site.pictures import draw_picture
from grader.site.summary import ClassSummary
from grader.site.values import moment, page_name, percent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("site"))


def test_the_site_is_an_index_and_a_page_a_student(site: Path) -> None:
    keys = {entry.student.key for entry in sample_class()}
    written = {path.relative_to(site / "class").as_posix() for path in walk(site / "class")}
    assert written == {"index.html"} | {f"students/{key}.html" for key in keys}
    assert {path.name for path in walk(site / "feedback")} == {f"{key}.html" for key in keys}


def walk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_each_page_leads_to_those_before_and_after_it(tmp_path: Path) -> None:
    keys = ["ann", "b b", "cem"]
    write_site(ListedGradebook([make_entry(key, key, None) for key in keys]), tmp_path)
    links = [
        dict(re.findall(r'rel="(prev|next)" href="([^"]+)"', page.read_text(encoding="utf-8")))
        for page in (tmp_path / "students" / f"{key}.html" for key in keys)
    ]
    assert links == [
        {"next": "b%20b.html"}, {"prev": "ann.html", "next": "cem.html"}, {"prev": "b%20b.html"},
    ]  # fmt: skip


def test_a_page_to_send_refers_to_no_other_file(site: Path) -> None:
    for page in walk(site / "feedback"):
        text = page.read_text(encoding="utf-8")
        links = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert links
        assert all(link.startswith(("#", "data:image/svg+xml")) for link in links)


def test_the_policy_allows_a_pages_own_style_and_script_and_nothing_else(site: Path) -> None:
    text = (site / "class" / "index.html").read_text(encoding="utf-8")
    policy = html.unescape(re.search('Policy" content="([^"]*)"', text)[1])
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src {sha256(style)}",
        f"script-src {sha256(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    student = (site / "class" / "students" / "ann.html").read_text(encoding="utf-8")
    assert "script" not in re.search('Policy" content="([^"]*)"', student)[1]
    assert "<script" not in student


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_pages_of_students_who_left_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    for write, folder in ((write_site, "students"), (write_feedback, "")):
        output = tmp_path / write.__name__
        write(ListedGradebook(sample_class()), output)
        (output / folder / "notes.html").write_text("mine")
        write(ListedGradebook(sample_class()[:1]), output)
        left = {path.name for path in walk(output / folder)} - {"index.html"}
        assert left == {"ann.html", "notes.html"}


def test_an_empty_class_has_a_page(tmp_path: Path) -> None:
    write_site(ListedGradebook([]), tmp_path)
    write_site(ListedGradebook([make_entry("dan", "Dan", None)]), tmp_path)
    assert (tmp_path / "students" / "dan.html").is_file()


def test_a_large_class_has_its_table_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PIECE", 4)
    write_site(ListedGradebook(sample_class()), tmp_path)
    pieces = sorted(path.name for path in tmp_path.glob("class-*.html"))
    assert pieces == ["class-1.html", "class-2.html", "class-3.html"]
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}"' in index for name in pieces)
    assert 'id="data"' not in index and "#show=" not in index and "#check=" not in index
    shown = [rows_on((tmp_path / name).read_text(encoding="utf-8")) for name in pieces]
    assert [len(rows) for rows in shown] == [4, 4, 1]
    assert [row[0] for row in shown[0]] == ["Ann Ångström", "Bob", "Cleo", "Dan"]
    write_site(ListedGradebook([make_entry("class-1", "Dan", None)]), tmp_path)
    assert not list(tmp_path.glob("class-*.html"))  # a student may be called so


def rows_on(page: str) -> list[list[Any]]:
    """The rows of the table that a page's script makes."""
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    rows: list[list[Any]] = json.loads(data)["rows"]
    return rows


def test_the_same_files_are_listed_as_files_and_accuse_nobody(tmp_path: Path) -> None:
    def handed_in(
        key: str, code: str, tree: str, status: Status = "partial", group: str = ""
    ) -> Entry:
        report = make_report(key, {"relu.test_builds": "failed"})
        relu = [
            msgspec.structs.replace(a, status=status) if a.slug == "relu" else a
            for a in report.assignments
        ]
        entry = make_entry(key, key.title(), msgspec.structs.replace(report, assignments=relu))
        hand_in = HandIn(code=code * 32, tree=tree * 32)
        student = msgspec.structs.replace(entry.student, group=group)
        return msgspec.structs.replace(entry, student=student, hand_ins={"relu": hand_in})

    entries = [
        handed_in("ann", "a1", "0a"),
        handed_in("bob", "a2", "0a"),
        handed_in("cleo", "b1", "0b"),
        handed_in("dan", "b1", "0b"),
        handed_in("eve", "c1", "0c"),
        handed_in("flo", "d1", ""),
        handed_in("gus", "d1", ""),
        handed_in("hal", "e1", "0e", "untouched"),
        handed_in("ian", "e1", "0e", "untouched"),
        handed_in("joe", "f1", "0f", group="Reds"),  # the work of both
        handed_in("kim", "f1", "0f", group="Reds"),
        handed_in("lee", "1a", "1f", group="Blues"),
        handed_in("mia", "1a", "1f", group="Greens"),
    ]
    write_site(ListedGradebook(entries), tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    groups = re.findall(r"<li><span class=\"of\">([^<]*):</span>(.*?)</li>", page, re.DOTALL)
    assert [(kind, re.findall("<bdi>(.*?)</bdi>", who)) for kind, who in groups] == [
        ("the same file", ["Cleo", "Dan"]),
        ("the same file", ["Flo", "Gus"]),
        ("the same file", ["Lee", "Mia"]),
        ("the same to Python", ["Ann", "Bob"]),
    ]
    assert "says nothing about people" in page


def same_files(sizes: Sequence[int]) -> dict[str, Any]:
    """What the class's page lists, where so many handed in each of several files."""
    summary = ClassSummary(INFOS[:1])
    files = [file for file, count in enumerate(sizes) for _ in range(count)]
    for row, file in enumerate(files):
        summary.rows.append([f"s{row}"])
        summary.lookalikes[INFOS[0].slug].add(row, HandIn(code=f"{file:024x}"))
    (listed,) = pages.lookalikes_of(summary)
    return listed


@pytest.mark.parametrize(("count", "shown", "more"), [(100, 100, 0), (101, 100, 1)])
def test_a_hundred_groups_of_the_same_files_are_listed(count: int, shown: int, more: int) -> None:
    listed = same_files([2] * count)
    assert (len(listed["groups"]), listed["more"]) == (shown, more)


@pytest.mark.parametrize(("count", "shown", "more"), [(30, 30, 0), (31, 30, 1)])
def test_thirty_who_handed_in_the_same_file_are_named(count: int, shown: int, more: int) -> None:
    (group,) = same_files([count])["groups"]
    assert (len(group["students"]), group["more"]) == (shown, more)


@pytest.mark.parametrize(("percent", "late"), [(0.0, 0), (0.5, 1)])
def test_whom_being_late_costs_nothing_is_not_counted_as_late(percent: float, late: int) -> None:
    lateness = {"relu": msgspec.structs.replace(LATE, percent=percent, free_days=2)}
    summary = ClassSummary(INFOS)
    summary.add(make_entry("ann", "Ann", make_report("ann", {}), lateness=lateness))
    (row,) = summary.rows
    assert (summary.late, row[-1]) == (late, late)  # the row's marks, of which 1 is for that


def test_a_page_explains_lateness_and_shows_what_the_staff_said(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(
        make_entry("ann", "Ann", make_report("ann", {}), lateness={"relu": LATE}),
        comments=[Comment("relu", f"well done {MARKUP}", AT), Comment("", "see me", AT)],
        extensions=[Extension("relu", "", 2, "ill", AT)],
    )
    write_site(ListedGradebook([entry]), tmp_path)
    page = html.unescape((tmp_path / "students" / "ann.html").read_text(encoding="utf-8"))
    assert "Late: due 1 Mar 2026, 20:14 UTC+01:00, handed in 2 Mar 2026, 23:14 UTC+01:00" in page
    assert "2 days at 10 % = 20 % is taken off" in page
    assert "From the staff: <bdi>well done" in page and "From the staff: <bdi>see me" in page
    assert "relu: more time" in page.casefold() and "2 days" in page


@pytest.mark.parametrize("key", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\0"])
def test_a_key_that_could_lead_elsewhere_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="safe as a file name"):
        page_name(key)


def test_a_name_that_cannot_be_encoded_is_shown_as_an_escape(tmp_path: Path) -> None:
    write_site(ListedGradebook([make_entry("a", "lone \ud800", None)]), tmp_path)
    assert "lone \\ud800" in (tmp_path / "students" / "a.html").read_text(encoding="utf-8")


def test_each_check_is_counted_with_its_most_common_message() -> None:
    summary = ClassSummary(INFOS)
    for entry in sample_class():
        summary.add(entry)
    worst = summary.failed_checks[0]
    assert (worst.slug, worst.failed, worst.judged) == ("dropout", 6, 8)
    assert worst.common[0] == (MARKUP, 4)
    # "Expected: 1. Seen: 2." and "Expected: 20%. Seen: 5%." are not one message.
    assert [count for _, count in worst.common] == [4, 1, 1]
    assert (summary.graded, summary.full_marks, summary.late, summary.odd) == (8, 1, 1, 5)


def test_messages_that_differ_in_figures_alone_are_counted_as_one() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {"l2.test_defaults": "failed"}
    for number in range(3):
        message = f"Expected: [{number}, 2.5, …] at lr={number}e-3.\nSeen: -{number}.25."
        summary.add(make_entry(f"s{number}", "S", make_report("s", fails, message)))
    (check,) = summary.failed_checks
    assert check.common == [("Expected: [0, 2.5, …] at lr=0e-3.\nSeen: -0.25.", 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`fc1.bias` to be zero, `b` too", "<code>fc1.bias</code> to be zero, <code>b</code> too"),
        ("`<b>`, a < b & `", "<code>&lt;b&gt;</code>, a &lt; b &amp; `"),
        ("one `\nother `", "one `\nother `"),
    ],
)
def test_names_in_messages_are_set_as_code_and_all_is_escaped(text: str, expected: str) -> None:
    assert pages.with_code(text) == expected


def test_checks_that_were_not_judged_count_for_nobody() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {f"relu.{c.id}": "not_judged" for c in CHECKS["relu"][1:]}
    fails[f"relu.{CHECKS['relu'][0].id}"] = "error"
    summary.add(make_entry("a", "A", make_report("a", fails)))
    assert [check.failed for check in summary.failed_checks] == [1]


def test_a_module_of_which_nothing_could_be_judged_is_a_mistake_of_its_own() -> None:
    summary = ClassSummary(INFOS)
    fails: dict[str, Verdict] = {f"relu.{check.id}": "not_judged" for check in CHECKS["relu"]}
    summary.add(make_entry("a", "A", make_report("a", fails, "relu.ipynb is not a notebook")))
    (check,) = summary.failed_checks
    assert (check.title, check.common) == (
        "The module can be read",
        [("relu.ipynb is not a notebook", 1)],
    )


def test_the_reference_losses_are_within_their_bands() -> None:
    reference = load_reference()
    assert reference.seeds >= 20
    for band in reference.bands.values():
        for low, median, high in zip(band.low, band.median, band.high, strict=True):
            assert low <= median <= high


def test_a_score_that_a_person_set_counts_in_the_class_too() -> None:
    summary = ClassSummary(INFOS)
    override = Override("relu", 10.0, "right after all", "2026-03-05T10:00:00Z")
    report = make_report("a", {"relu.test_builds": "failed"})
    summary.add(make_entry("a", "A", report, overrides=(override,)))
    assert summary.assignments["relu"].parts == [("passed", 1)]
    assert summary.assignments["relu"].mean == 10.0


@pytest.mark.parametrize("final", [None, 3.0])
def test_who_handed_in_nothing_is_absent_whatever_score_was_set(final: float | None) -> None:
    summary = ClassSummary(INFOS)
    summary.add(make_entry("ann", "Ann", None, final=final))
    (row,) = summary.rows
    assert (summary.absent, row[-1]) == (1, 8)  # the row's marks, of which 8 is for that


def test_who_may_have_handed_something_in_is_not_absent_but_in_doubt(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(make_entry("ann", "Ann", None, final=None), doubt="Ann_1")
    summary = ClassSummary(INFOS)
    summary.add(entry)
    (row,) = summary.rows
    assert (summary.absent, summary.odd, row[-1]) == (0, 1, 16)
    write_site(ListedGradebook([entry]), tmp_path)
    page = (tmp_path / "students" / "ann.html").read_text(encoding="utf-8")
    assert "<bdi>Ann_1</bdi>” may be of this student or of another, so it is not graded" in page
    assert "othing handed in" not in page and "Nothing was handed in" not in page


def test_whose_score_is_0_for_having_handed_in_nothing_is_absent_and_in_no_mean() -> None:
    summary = ClassSummary(INFOS)
    summary.add(make_entry("ann", "Ann", make_report("a", {})))
    report = make_report("bob", {})
    missing = [msgspec.structs.replace(a, status="missing", score=0.0) for a in report.assignments]
    summary.add(
        make_entry("bob", "Bob", msgspec.structs.replace(report, assignments=missing, score=0.0))
    )
    assert (summary.graded, summary.absent, summary.mean) == (1, 1, 100)
    assert summary.assignments["relu"].mean == 10
    assert [status for status, _ in summary.assignments["relu"].parts] == ["passed", "missing"]
    by_hand = (Override("", 40.0, "oral exam", "2026-03-05T10:00:00Z"),)
    summary.add(make_entry("cem", "Cem", None, overrides=by_hand, final=40.0))
    assert (summary.graded, summary.absent) == (2, 2)


@pytest.mark.parametrize("losses", [[0.0], [1e300, 2e300], [float("inf"), 1.0], [2.3] * 40])
def test_any_curve_can_be_drawn(losses: list[float]) -> None:
    for band in (None, load_reference().bands["relu"]):
        assert draw_losses(losses, band, is_wrong=True).endswith("</svg>")


@pytest.mark.parametrize("accuracies", [[0.0], [1.0] * 40, load_reference().accuracies["relu"].low])
def test_any_accuracies_can_be_drawn(accuracies: list[float]) -> None:
    training = Training(accuracies[-1], 0.5, [2.3] * len(accuracies), 0.4, accuracies)
    for band in (None, load_reference().accuracies["relu"]):
        drawn = draw_accuracies(training, band, is_wrong=True)
        assert drawn.count('class="point"') == len(accuracies)
        assert drawn.count('class="valid"') == drawn.count('class="target"') == 1


@pytest.mark.parametrize("picture", PICTURES)
def test_any_picture_can_be_drawn(picture: Picture) -> None:
    """Within its frame, however far away the values lie."""
    drawn = draw_picture(picture)
    _, _, width, height = map(float, re.search('viewBox="([^"]*)"', drawn)[1].split())
    own = " ".join(re.findall(r'class="(?:line|dots) [a-z]+" (?:points|d)="([^"]*)"', drawn))
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", own)]
    assert len(numbers) >= 4
    assert all(0 <= x <= width for x in numbers[::2])
    assert all(0 <= y <= height for y in numbers[1::2])


def test_a_students_page_draws_what_the_report_holds(tmp_path: Path) -> None:
    report = make_report("a", {})
    kinds = dict(zip(("kaiming_init", "dropout"), PICTURES, strict=False))
    shown = [
        msgspec.structs.replace(a, picture=kinds.get(a.slug), training=with_accuracy(a))
        for a in report.assignments
        if a.training is not None
    ]
    write_site(
        ListedGradebook([make_entry("a", "A", msgspec.structs.replace(report, assignments=shown))]),
        tmp_path,
    )
    page = (tmp_path / "students" / "a.html").read_text("utf-8")
    assert page.count("<svg") == 2 * len(shown) + 2
    assert "first weight, variance 1 · 2/fan_in" in page
    assert "second weight, variance 0.5 · 2/fan_in" in page
    assert page.count("Accuracy on the training images") == len(shown)


def test_no_heading_leaves_a_level_out() -> None:
    report = make_report("a", {})
    bare = msgspec.structs.replace(report.assignments[0], picture=PICTURES[0], training=None)
    drawn = [bare, *report.assignments[1:]]
    entry = make_entry("a", "A", msgspec.structs.replace(report, assignments=drawn))
    page = pages.student_page("C", entry, INFOS, None).decode()
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert 3 in levels
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def with_accuracy(assignment: AssignmentReport) -> Training:
    """Its training with the accuracies that a report of this version has."""
    assert assignment.training is not None
    median = load_reference().accuracies[assignment.slug].median
    return msgspec.structs.replace(assignment.training, accuracy=median)


def test_a_curve_far_above_the_band_is_marked_as_beyond_the_chart() -> None:
    band = load_reference().bands["adam"]
    assert 'class="beyond"' in draw_losses([7.2, 28.5, 62.1, 111.0, 179.4], band, is_wrong=False)
    assert 'class="beyond"' not in draw_losses(band.high, band, is_wrong=False)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (points(7.0), "7"),
        (points(43.256), "43.26"),
        (points(70.0), "70"),
        (percent(99.7), "99 %"),
        (percent(100.0), "100 %"),
        (percent(62.5), "63 %"),
        (moment("2026-03-02T22:14:05Z"), "2 Mar 2026, 22:14 UTC"),
        (moment("2026-03-02T23:14:05+01:00"), "2 Mar 2026, 22:14 UTC"),
        (moment("yesterday"), "yesterday"),
    ],
)
def test_values_are_shown_for_people(shown: str, expected: str) -> None:
    assert shown == expected

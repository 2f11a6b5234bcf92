"""Reports as Markdown: rendered by GitHub's own renderer, nothing of a student's text is markup."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.rendered import OWN_TAGS, Rendered
from helpers.reports import NASTY, make_report
from helpers.repository import hand_in, wrong
from msgspec.structs import replace

from grader.report.markdown import render, shortfalls, spread
from grader.report.model import Verdict
from grader.text import printable

TITLE = "Training neural networks"


def test_the_renderer_would_show_what_a_student_smuggles_in() -> None:
    """The tests below can fail: pasted as it is, the same text is markup."""
    pasted = [Rendered(printable(text, newlines=True)) for text in NASTY]
    tags = {tag for shown in pasted for tag in shown.tags}
    assert {"a", "img", "h1", "em", "del", "blockquote", "table", "a comment"} <= tags
    assert "owned" in "".join(shown.prose for shown in pasted)


def test_a_report_shows_scores_reasons_and_curves() -> None:
    text = render(TITLE, [make_report()])
    shown = Rendered(text)
    assert set(shown.tags) == OWN_TAGS - {"details", "summary"}
    assert "Training neural networks: 2 of 8 points (25 %)" in shown.prose
    assert "not handed in" in shown.prose
    assert "W_1 | b_1" in shown.prose
    assert "(0/2, line 7)" in shown.prose
    assert "Seen: 2.\n" in shown.codes
    assert "It is *right*" not in shown.prose  # nothing is said of what passed
    (row,) = re.findall(r"^\| ReLU \| 2.25 .*$", text, re.MULTILINE)
    assert row == "| ReLU | 2.25 | 1.5 | 0.88 | 0.75 | 0.40 |"


@pytest.mark.parametrize("seed", range(60))
def test_no_text_of_a_student_is_markup(seed: int) -> None:
    rng = random.Random(seed)
    pieces = [rng.choice(NASTY) for _ in range(rng.randint(1, 25))]
    # Straight from a student, and as grading hands it on.
    raw = "".join(pieces)
    for text in (raw, printable(raw, 1000, newlines=True)):
        single = Rendered(render(TITLE, [make_report(text, text, text)]))
        several = Rendered(render(TITLE, [make_report(text, text, text), make_report()]))
        assert set(single.tags) <= OWN_TAGS
        assert set(several.tags) <= OWN_TAGS | {"h2"}
        for shown in (single, several):
            assert "owned" not in shown.prose
        assert single.tags.count("pre") == (2 if text.strip() else 1)
        # Nothing of a report's own is swallowed, whatever stands before it.
        assert single.prose.count("ReLU") == 3
        assert several.prose.count("ReLU") == 6


@pytest.mark.parametrize("text", NASTY)
def test_a_note_on_how_a_file_was_read_stands_in_a_block(text: str) -> None:
    report = make_report()
    (assignment, *others) = report.assignments
    noted = replace(assignment, notes=[f"x{text}y", "and so on"])
    shown = Rendered(render(TITLE, [replace(report, assignments=[noted, *others])]))
    assert "ReLU, how its file was read:" in shown.prose
    assert "owned" not in shown.prose
    assert "and so on\n" in shown.codes
    assert set(shown.tags) <= OWN_TAGS


@pytest.mark.parametrize("text", NASTY)
def test_a_name_stays_in_its_cell(text: str) -> None:
    shown = Rendered(render(TITLE, [make_report(name=f"x{text}y"), make_report(name="bob")]))
    name = printable(f"x{text}y", 100).replace("|", "¦")
    assert [" ".join(code.split()) for code in shown.codes[:2]] == [" ".join(name.split()), "bob"]
    assert shown.tags.count("tr") == 3 + 2 * (3 + 2)


def test_printed_text_is_shown_as_it_was_but_bounded() -> None:
    shown = Rendered(render(TITLE, [make_report(output="<b>one</b>\n\n```\ntwo")]))
    assert "<b>one</b>\n\n```\ntwo\n" in shown.codes
    long = Rendered(render(TITLE, [make_report(output="x" * (1 << 20))]))
    (code,) = [code for code in long.codes if "xxxx" in code]
    assert "1,043,576 characters left out" in code
    assert len(code) < 5100


@pytest.mark.parametrize("limit", [0, 100, 1000, 3000, 5000, 10_000])
def test_a_limit_holds_and_cuts_between_pieces(limit: int) -> None:
    reports = [make_report("é" * 900, "`" * 4000, name=f"s{i}") for i in range(20)]
    text = render(TITLE, reports, limit)
    assert len(text.encode()) <= limit
    whole = render(TITLE, reports)
    if text:
        kept, _, rest = text.partition("\nThe rest is left out here")
        assert whole.startswith(kept)
        assert rest
    shown = Rendered(text)
    assert shown.tags.count("details") == shown.tags.count("summary")
    assert render(TITLE, reports, len(whole.encode()) + 200) == whole


def test_long_trainings_show_some_epochs_the_first_and_last_among_them() -> None:
    assert spread(0) == []
    assert spread(1) == [1]
    assert spread(5) == [1, 2, 3, 4, 5]
    shown = spread(200)
    assert (len(shown), shown[0], shown[-1]) == (12, 1, 200)
    assert shown == sorted(set(shown))


def test_no_submission_is_said_to_be_none() -> None:
    assert "No submission could be read" in render(TITLE, [])


def test_the_command_writes_the_file(run_grader: RunGrader, tmp_path: Path) -> None:
    double = wrong("l2", "test_update_rule/double.py")
    folder = hand_in(tmp_path / "ada", {"l2": double})
    target, page = tmp_path / "a.md", tmp_path / "a.html"
    options = ("--only", "l2", "--markdown", target, "--html", page)
    ran = run_grader("grade", folder, *options)
    assert ran.status == 0
    shown = Rendered(target.read_text("utf-8"))
    assert set(shown.tags) <= OWN_TAGS
    assert "6 of 10 points (60 %)" in shown.prose
    assert any("Expected: " in code for code in shown.codes)
    html = page.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "default-src &#39;none&#39;" in html
    assert "Expected: " in html


@pytest.mark.parametrize(
    ("verdicts", "counted"),
    [
        (["not_judged", "not_judged"], ""),
        (["failed", "not_judged"], "1 more check:\n"),
        (["failed", "not_judged", "not_judged"], "2 more checks:\n"),
        (["passed", "failed"], ""),
    ],
)
def test_checks_that_were_not_judged_are_more_beside_others_alone(
    verdicts: list[Verdict], counted: str
) -> None:
    (assignment, _) = make_report().assignments
    checks = [replace(assignment.checks[1], verdict=v, message="why") for v in verdicts]
    told = "".join(shortfalls(replace(assignment, checks=checks), ""))
    assert re.findall(r"\d+ more.*\n", told) == [counted] * bool(counted)

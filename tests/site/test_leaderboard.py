"""Leaderboards: who has a place on the class's page, and which; from entries and from a batch."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from helpers.commands import Ran, RunGrader
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, override
from helpers.machine import on_linux
from helpers.repository import REPOSITORY, copy_repository, hand_in

from grader.course.manifest import load_course
from grader.gradebook.model import Entry, Gradebook
from grader.gradebook.pseudonyms import Pseudonymised
from grader.report.model import Training, Verdict
from grader.site import write_feedback, write_site
from grader.site.pages import class_page
from grader.site.summary import ClassSummary

PASSED: tuple[Verdict, Verdict] = ("passed", "passed")
PLACE = re.compile(
    r'<tr><td>(\d+)</td><th scope="row"><a href="([^"]*)"(?: title="[^"]*")?><bdi>(.*?)</bdi></a>'
    r"</th><td>([\d.]+ %)</td><td>([\d.]+)</td></tr>",
    re.DOTALL,
)


class RankedGradebook(FakeGradebook):
    """Ranks the accuracies of its first assignment."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(entries)
        momentum, relu = self.assignments
        self.assignments = [msgspec.structs.replace(momentum, leaderboard=True), relu]


def runner(
    key: str,
    accuracy: float | None,
    verdicts: tuple[Verdict, Verdict] = PASSED,
    *,
    entry: Entry | None = None,
) -> Entry:
    """A student whose momentum was trained to `accuracy`, of which 0.4 is enough; None: it wasn't.

    Its two checks came to `verdicts`, each worth 5 points.
    """
    entry = entry or entry_of(key, key.capitalize())
    assert entry.report is not None
    momentum, relu = entry.report.assignments
    checks = [
        msgspec.structs.replace(check, verdict=verdict, points=5.0 * (verdict == "passed"))
        for check, verdict in zip(momentum.checks, verdicts, strict=True)
    ]
    momentum = msgspec.structs.replace(
        momentum,
        checks=checks,
        score=sum(check.points for check in checks),
        training=None if accuracy is None else Training(0.99, accuracy, [2.3, 1.2], 0.4),
    )
    report = msgspec.structs.replace(entry.report, assignments=[momentum, relu])
    return msgspec.structs.replace(entry, report=report)


def page_of(gradebook: Gradebook, folder: Path) -> str:
    write_site(gradebook, folder / "site")
    return (folder / "site" / "index.html").read_text(encoding="utf-8")


def places_of(page: str) -> list[tuple[int, str, str, str]]:
    """Rank, name, accuracy and points of each place, as the page shows them."""
    return [
        (int(rank), html.unescape(name), accuracy, points)
        for rank, _, name, accuracy, points in PLACE.findall(page)
    ]


def names_of(entries: Sequence[Entry], folder: Path) -> list[str]:
    return [name for _, name, _, _ in places_of(page_of(RankedGradebook(entries), folder))]


# ---------------------------------------------------------------- ranks


def test_equal_accuracies_share_a_rank_in_the_order_of_the_class(tmp_path: Path) -> None:
    accuracies = {"ann": 0.812, "bob": 0.814, "cem": 0.9, "dee": 0.812, "eve": 0.5}
    page = page_of(RankedGradebook([runner(*item) for item in accuracies.items()]), tmp_path)
    assert places_of(page) == [
        (1, "Cem", "90.0 %", "10"),
        (2, "Bob", "81.4 %", "10"),
        (3, "Ann", "81.2 %", "10"),
        (3, "Dee", "81.2 %", "10"),
        (5, "Eve", "50.0 %", "10"),
    ]


def test_a_place_leads_to_the_students_page(tmp_path: Path) -> None:
    page = page_of(RankedGradebook([runner("a #1?", 0.5)]), tmp_path)
    assert [href for _, href, *_ in PLACE.findall(page)] == ["students/a%20%231%3F.html"]
    assert (tmp_path / "site" / "students" / "a #1?.html").is_file()


def test_only_an_assignment_that_says_so_has_a_leaderboard(tmp_path: Path) -> None:
    entries = [runner("ann", 0.5)]
    assert page_of(RankedGradebook(entries), tmp_path).count("Leaderboard: ") == 1
    assert "Leaderboard: " not in page_of(FakeGradebook(entries), tmp_path)


def test_the_first_are_shown_and_all_others_folded(tmp_path: Path) -> None:
    entries = [runner(f"s{number:02d}", 1 - number / 100) for number in range(20)]
    assert "more, from rank" not in page_of(RankedGradebook(entries), tmp_path)
    entries += [runner("late1", 0.3), runner("late2", 0.3), runner("late3", 0.2)]
    shown, folded = page_of(RankedGradebook(entries), tmp_path).split(
        '<details class="more"><summary>3 more, from rank 21 on</summary>'
    )
    assert [rank for rank, *_ in places_of(shown)] == list(range(1, 21))
    assert [(rank, name) for rank, name, *_ in places_of(folded)] == [
        (21, "Late1"),
        (21, "Late2"),
        (23, "Late3"),
    ]


def test_2000_places_are_on_the_page_and_all_others_counted(tmp_path: Path) -> None:
    assignments = RankedGradebook([]).assignments
    report = runner("ann", 0.5).report
    assert report is not None
    for count, left_out in ((2_000, ""), (2_001, "<p>Left out: 1 further place.</p>")):
        summary = ClassSummary(assignments)
        for number in range(count):
            summary.leaderboards["momentum"].add(f"s{number}", "", report.assignments[0])
        page = class_page("A course", summary).decode()
        assert len(places_of(page)) == 2_000
        assert ("Left out" in page) == bool(left_out) and left_out in page


# ---------------------------------------------------------------- who has a place


def test_whoever_was_not_trained_to_the_end_has_no_place(tmp_path: Path) -> None:
    nobody = [entry_of("dan", "Dan", scores=None), runner("eve", None)]
    page = page_of(RankedGradebook(nobody), tmp_path)
    assert places_of(page) == []
    assert "No module has been trained to the end yet." in page
    assert names_of([*nobody, runner("ann", 0.1)], tmp_path) == ["Ann"]


@pytest.mark.parametrize("verdict", ["error", "crashed", "timed_out", "not_judged", "grader_error"])
def test_a_module_that_broke_down_has_no_place(tmp_path: Path, verdict: Verdict) -> None:
    broken = runner("ann", 1.0, ("passed", verdict))
    assert names_of([broken, runner("bob", 0.2)], tmp_path) == ["Bob"]
    assert names_of([runner("ann", 0.1, (verdict, "failed"))], tmp_path) == []


def test_too_low_an_accuracy_is_no_reason_to_have_no_place(tmp_path: Path) -> None:
    entries = [runner("ann", 0.39, ("passed", "failed")), runner("bob", 0.4)]
    assert places_of(page_of(RankedGradebook(entries), tmp_path)) == [
        (1, "Bob", "40.0 %", "10"),
        (2, "Ann", "39.0 %", "5"),
    ]


def test_a_module_that_failed_for_something_else_has_no_place(tmp_path: Path) -> None:
    """Its accuracy earns everything, so the failed check was about another thing."""
    for accuracy in (0.4, 1.0):
        cheat = runner("ann", accuracy, ("passed", "failed"))
        assert names_of([cheat, runner("bob", 0.4)], tmp_path) == ["Bob"]


def test_the_board_shows_what_was_measured_whatever_counts(tmp_path: Path) -> None:
    late = entry_of(
        "ann", "Ann", overrides=[override("momentum", 1.0)], late_percent=50.0, final=3.0
    )
    page = page_of(RankedGradebook([runner("ann", 0.8, entry=late)]), tmp_path)
    assert places_of(page) == [(1, "Ann", "80.0 %", "10")]


# ---------------------------------------------------------------- names


def harmful_runners() -> list[Entry]:
    return [
        runner(key, 0.5 + number / 100, entry=entry_of(key, text, submission=key))
        for number, text in enumerate(HARMFUL.values())
        for key in [f"k{number}"]
    ]


def test_hostile_names_are_text_of_their_own_direction(tmp_path: Path) -> None:
    write_site(RankedGradebook(harmful_runners()), tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_bytes().decode("utf-8")
    body, _, data = page.partition('<script type="application/json"')
    assert "<img" not in body
    assert r'["\\u202egnp.exe",' in data  # as a backslash and letters, not as JSON's escape
    shown = [name for _, name, _, _ in places_of(page)]
    assert len(shown) == len(HARMFUL)
    for text in ("<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "\\u202egnp.exe"):
        assert text in shown


def test_pseudonyms_stand_on_an_anonymous_board(tmp_path: Path) -> None:
    entries = [runner("ann", 0.8), runner("bob", 0.9), runner("cem", 0.8)]
    gradebook = Pseudonymised(RankedGradebook(entries), tmp_path / "mapping.csv")
    page = page_of(gradebook, tmp_path)
    places = places_of(page)
    assert [(rank, accuracy) for rank, _, accuracy, _ in places] == [
        (1, "90.0 %"),
        (2, "80.0 %"),
        (2, "80.0 %"),
    ]
    pseudonyms = [name for _, name, _, _ in places]
    assert all(re.fullmatch(r"student-[0-9a-f]{6}", name) for name in pseudonyms)
    # Equals in the order of their pseudonyms: that of the names would tell.
    assert pseudonyms[1:] == sorted(pseudonyms[1:])
    assert not re.search(r"\b(ann|bob|cem)\b", page, re.IGNORECASE)


def test_the_pages_to_send_show_nobody_else(tmp_path: Path) -> None:
    entries = [runner("ann", 0.8), runner("bob", 0.9)]
    write_feedback(RankedGradebook(entries), tmp_path)
    page = (tmp_path / "ann.html").read_text(encoding="utf-8")
    assert "Ann" in page
    assert "Leaderboard" not in page and "Bob" not in page


# ---------------------------------------------------------------- from a class to its board

LINEAR = """\
import torch
from torch import nn


def Net(num_features, num_output):
    return nn.Linear(num_features, num_output)


def make_optimizer(parameters):
    return torch.optim.{optimizer}
"""
QUICK = LINEAR.format(optimizer="Adam(parameters, lr=1e-2)")
SLOW = LINEAR.format(optimizer="SGD(parameters, lr=1e-3)")
ENDS_ITSELF = QUICK.replace("    return", "    __import__('os')._exit(3)\n    return")
BROUGHT_ALONG = (
    REPOSITORY / "tests/zoo/wrong/capstone/test_reproducible/weights_brought_along.py"
).read_text(encoding="utf-8")


@on_linux
def test_a_class_that_wrote_the_capstone_is_ranked(run_grader: RunGrader, tmp_path: Path) -> None:
    course = copy_repository(tmp_path / "course")
    manifest = course / "assignments" / "course.toml"
    turn(manifest, "leaderboard = true\ngraded = false\n", "leaderboard = true\n")
    turn(manifest, "epochs = 10\nbands", "epochs = 2\nbands")
    assert load_course(course).assignment("capstone").leaderboard
    for name, text in {
        "ann": SLOW,
        "bob <b>": QUICK,
        "cem": BROUGHT_ALONG,
        "dee": ENDS_ITSELF,
        "eve": QUICK,
    }.items():
        hand_in(tmp_path / "class" / name, {"capstone": text})
    hand_in(tmp_path / "class" / "fay", {"relu": "x = 1\n"})

    def grader(*arguments: str | Path) -> Ran:
        ran = run_grader(*arguments, "--results", tmp_path / "results", root=course, cwd=course)
        assert ran.status == 0, ran.stderr
        return ran

    batch = ("batch", tmp_path / "class", "--only", "capstone")
    assert "6 assignments graded, 0 unchanged" in grader(*batch).stderr
    grader("override", "ann", "0", "--reason", "x", "--only", "capstone")

    grader("report", "--output", tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    places = places_of(page)
    assert "Leaderboard: A network of your own" in page
    assert [(rank, name) for rank, name, _, _ in places] == [
        (1, "bob <b>"),
        (1, "eve"),
        (3, "ann"),
    ]
    assert places[0][2:] == places[1][2:] and places[0][3] > "2" == places[2][3]

    grader("report", "--output", tmp_path / "anonymous", "--anonymous")
    page = (tmp_path / "anonymous" / "index.html").read_text(encoding="utf-8")
    assert [rank for rank, *_ in places_of(page)] == [1, 1, 3]
    assert "bob" not in page

    turn(manifest, "leaderboard = true\n", "")
    assert "0 assignments graded, 6 unchanged" in grader(*batch).stderr
    grader("report", "--output", tmp_path / "site")
    assert "Leaderboard: " not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def turn(manifest: Path, old: str, new: str) -> None:
    text = manifest.read_text(encoding="utf-8")
    assert text.count(old) == 1
    manifest.write_text(text.replace(old, new), encoding="utf-8")

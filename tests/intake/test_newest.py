"""Of several hand-ins of one person the last one counts, told by number and time, not by text."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from helpers.classes import Files, make_folder

from grader.intake.layouts import open_class
from grader.intake.roster import read_roster

SLUGS = ["relu", "adam"]
TOKYO = ZoneInfo("Asia/Tokyo")
CANVAS = "doejane_77"
EXCHANGE = "jd+ps1+2026-10-{}"


def read(folder: Path, files: Files, zone: tzinfo = TOKYO) -> dict[str, tuple[str, str]]:
    """relu's text and when it was handed in, by source."""
    found = {}
    with open_class(make_folder(folder / "class", files), SLUGS, zone=zone) as class_:
        for handed in class_.submissions:
            found[handed.source] = (handed.load().sources["relu"].text, handed.submitted_at)
    return found


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("999_relu.py", "1000_relu.py"),
        ("1009_relu-9.py", "1010_relu-10.py"),
        ("1009_relu-10.py", "1010_relu-9.py"),
        ("9999_relu-1.py", "10001_relu-2.py"),
        ("998_relu.py", "LATE"),
    ],
)
def test_canvas_numbers_its_files_in_the_order_in_which_they_came(
    tmp_path: Path, earlier: str, later: str
) -> None:
    last = "doejane_LATE_77_1001_relu-1.py" if later == "LATE" else f"{CANVAS}_{later}"
    files = {f"{CANVAS}_{earlier}": "old", last: "new"}
    assert read(tmp_path, files)[CANVAS][0] == "new"


def test_canvas_takes_feedback_back_by_the_number_of_one_of_the_files(tmp_path: Path) -> None:
    class_ = make_folder(tmp_path / "class", {f"{CANVAS}_1000_relu.py": "new"})
    with open_class(class_, SLUGS) as handed_in:
        (handed,) = handed_in.submissions
    assert handed.upload == f"canvas:{CANVAS}_1000_"


def test_blackboards_attempts_are_told_apart_by_their_time(tmp_path: Path) -> None:
    front = "HW 1_jd_attempt_2026-10-"
    files = {
        f"{front}09-23-00-00_relu.py": "old",
        f"{front}10-01-30-00_relu.py": "new",
        f"{front}09-23-30-00_adam.py": "x = 1",
    }
    assert read(tmp_path, files) == {"jd": ("new", "2026-10-09T16:30:00Z")}


def test_brightspaces_folders_are_told_apart_by_their_time(tmp_path: Path) -> None:
    files = {
        "index.html": "",
        "12-34 - Jane Doe - Oct 9, 2026 1130 AM/relu.py": "old",
        "12-34 - Jane Doe - Oct 10, 2026 115 PM/relu.py": "new",
        "12-34 - Jane Doe - Oct 8, 2026 1159 PM/relu.py": "oldest",
    }
    assert read(tmp_path, files) == {"Jane Doe_12": ("new", "2026-10-10T04:15:00Z")}


def test_nbgraders_exchange_holds_every_hand_in_and_the_newest_counts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for name, time, text in (
        ("09 10:00:00 UTC", "2026-10-09 10:00:00 UTC", "old"),
        ("10 09:00:00 UTC", "2026-10-10 09:00:00 UTC", "new"),
        ("08 11:00:00 UTC", "2026-10-08 11:00:00 UTC", "oldest"),
    ):
        folder = EXCHANGE.format(name)
        files |= {f"{folder}/relu.py": text, f"{folder}/timestamp.txt": time}
    assert read(tmp_path, files) == {"jd": ("new", "2026-10-10T09:00:00Z")}


def test_of_nbgraders_assignments_the_last_hand_in_says_when(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "jd/ps1/relu.py": "new",
        "jd/ps1/timestamp.txt": "2026-10-10 09:00:00 UTC",
        "jd/ps2/adam.py": "x = 1",
        "jd/ps2/timestamp.txt": "2026-10-12 09:00:00 UTC",
    }
    assert read(tmp_path, files) == {"jd": ("new", "2026-10-12T09:00:00Z")}


def test_gradescopes_metadata_says_when_in_utc(tmp_path: Path) -> None:
    metadata = (
        "---\nsubmission_1:\n  :submitters:\n  - :name: Jane Doe\n    :sid: s1\n"
        "  :created_at: 2026-10-01 23:30:00.000000000 -04:00\n"
    )
    files = {"submission_metadata.yml": metadata, "submission_1/relu.py": "x = 1"}
    ((_, time),) = read(tmp_path, files).values()
    assert time == "2026-10-02T03:30:00Z"


def test_of_gradescopes_submissions_without_times_the_highest_number_counts(tmp_path: Path) -> None:
    files = {
        "grades.csv": "Name,SID,Submission ID\nJane Doe,s1,9\nJane Doe,s1,10\n",
        "submission_9/relu.py": "old",
        "submission_10/relu.py": "new",
    }
    assert read(tmp_path, files) == {"Jane Doe_s1": ("new", "")}


def test_gradescopes_submissions_of_which_nobody_knows_whose_they_are_are_all_there(
    tmp_path: Path,
) -> None:
    files = {
        "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Jane Doe\n",
        **{f"submission_{number}/relu.py": f"x = {number}" for number in (1, 2, 3)},
    }
    assert set(read(tmp_path, files)) == {"Jane Doe", "submission_2", "submission_3"}


SAKAI = "Doe, Jane(jdoe)"
VPL = "Doe Jane 12 jdoe"


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (SAKAI, {f"{SAKAI}/timestamp.txt": "20261001211000000", f"{SAKAI}/x/relu.py": "x"}),
        (SAKAI, {f"{SAKAI}/timestamp.txt": "Oct 1, 2026 9:10 PM", f"{SAKAI}/x/relu.py": "x"}),
        (VPL, {f"{VPL}/2026-10-01-21-10-00/relu.py": "x"}),
    ],
)
def test_a_downloads_times_are_in_the_zone_of_the_course(
    tmp_path: Path, source: str, files: Files
) -> None:
    assert read(tmp_path, files) == {source: ("x", "2026-10-01T12:10:00Z")}


# ---------------------------------------------------------------- the roster


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-10-01 09:30", "2026-10-01T00:30:00Z"),
        ("2026-10-01T09:30:15", "2026-10-01T00:30:15Z"),
        ("2026-10-01T09:30:00Z", "2026-10-01T09:30:00Z"),
        ("2026-10-01 09:30:00 UTC", "2026-10-01T09:30:00Z"),
        ('"1 October 2026, 9:30 UTC"', "2026-10-01T09:30:00Z"),
        ("2026-10-01 09:30:00 -0400", "2026-10-01T13:30:00Z"),
        ("01.10.2026 09:30", "2026-10-01T00:30:00Z"),
        ('"Thursday, 1 October 2026, 9:30 AM"', "2026-10-01T00:30:00Z"),
        ("2026-10-01 00:30:00", "2026-09-30T15:30:00Z"),
        ("1 October 2026", "2026-09-30T15:00:00Z"),
        ('"Thursday, 1 October 2026, 12:30 AM"', "2026-09-30T15:30:00Z"),
        ('"Thursday, 1 October 2026, 12:30 PM"', "2026-10-01T03:30:00Z"),
        ('"Oct 1, 2026 11:05 p.m."', "2026-10-01T14:05:00Z"),
    ],
)
def test_a_time_without_a_zone_is_in_the_zone_of_the_course_wherever_this_machine_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, utc: str
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    path = tmp_path / "roster.csv"
    path.write_text(f"name,submitted\nJane Doe,{written}\n")
    (line,) = read_roster(path, TOKYO).lines
    assert line.submitted_at == utc


def test_a_nameless_download_from_canvas_leads_to_nobody(tmp_path: Path) -> None:
    class_ = make_folder(tmp_path / "class", {"anon_x7Q_12_relu.py": "x = 1"})
    with open_class(class_, SLUGS) as handed_in:
        (handed,) = handed_in.submissions
    assert handed.handles == (("label", "anon_x7Q"),)
    assert (handed.source, handed.group) == ("anon_x7Q", "")
    assert handed.upload == "canvas:anon_x7Q_12_", "Canvas tells the nameless by code and file"


def test_canvas_knows_a_person_by_number_and_name_and_a_group_by_its_name(tmp_path: Path) -> None:
    files = {
        f"{CANVAS}_1000_relu.py": "x = 1",
        f"{CANVAS}_text.html": "<p>",
        "studenttest_78_1001_relu.py": "x = 2",
        "doejane_79_1002_folder.py/relu.py": "x = 3",
    }
    with open_class(make_folder(tmp_path / "class", files), SLUGS, layout="canvas") as handed_in:
        (handed,) = handed_in.submissions
        notes = handed_in.notes
    assert handed.handles == (("number", "canvas:77"), ("name", "doejane"))
    assert handed.group == "doejane"
    assert "Canvas's test student is left out" in notes

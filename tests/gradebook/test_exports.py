"""Exports, read back by other tools: csv, json and jsonschema, an XML parser, and models of how
Canvas and Moodle import their files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from conftest import REPOSITORY
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, harmful_class, override
from typer.testing import CliRunner

from grader.cli.app import app
from grader.course.manifest import CanvasColumns, load_course
from grader.gradebook.export import FORMATS, export
from grader.gradebook.formats.canvas import named_columns
from grader.gradebook.formats.json_file import GradebookFile
from grader.gradebook.keeping.results import StoredSource
from grader.gradebook.model import Comment, Entry, Extension, HandIn, Lateness
from grader.gradebook.scores import ExportError

AT = "2026-11-01T08:00:00Z"
CSV_FORMATS = ("csv", "canvas", "moodle", "nbgrader")
# The structural part of what Gradescope documents for results.json.
TEXT_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": TEXT_FORMAT,
        "test_output_format": TEXT_FORMAT,
        "test_name_format": TEXT_FORMAT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


def exported(
    entries: list[Entry],
    format: str,
    folder: Path,
    *,
    canvas: str | bytes | None = None,
    max_score: float = 10.0,
) -> str:
    """What export writes, as text that is UTF-8 to the last byte."""
    canvas_csv = None
    if canvas is not None:
        canvas_csv = folder / "from_canvas.csv"
        canvas_csv.write_bytes(canvas if isinstance(canvas, bytes) else canvas.encode("utf-8"))
    target = folder / "exported"
    gradebook = FakeGradebook(entries, max_score=max_score)
    export(gradebook, format, target, canvas_csv=canvas_csv)
    return target.read_bytes().decode("utf-8-sig" if format == "csv" else "utf-8")


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def is_run(cell: str) -> bool:
    """Whether a spreadsheet program would take the cell, or a part after a semicolon, to run."""
    if re.fullmatch(r"\d+(\.\d+)?", cell):
        return False
    parts = cell.split(";")
    triggers = "=+-@\t\r＝＋－＠"  # noqa: RUF001
    return any(part.lstrip(" ")[:1] in tuple(triggers) for part in parts)


# ---------------------------------------------------------------- the way in


def test_every_format_goes_to_stdout_as_it_goes_to_a_file(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    entries = [entry_of("ada", identifier="1", email="ada@example.org", login="ada")]
    for format in FORMATS:
        if not FORMATS[format].is_folder:
            export(FakeGradebook(entries), format, None)
            exported(entries, format, tmp_path)
            assert capsysbinary.readouterr().out == (tmp_path / "exported").read_bytes()


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no format 'excel'; there are csv, canvas"):
        export(FakeGradebook([]), "excel", tmp_path / "x")


def test_a_file_of_canvas_is_refused_where_it_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="of no use to moodle"):
        export(FakeGradebook([]), "moodle", None, canvas_csv=tmp_path / "x")


def test_a_file_a_student_needs_a_folder_and_one_file_needs_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="name a folder with --output"):
        export(FakeGradebook([]), "gradescope", None)
    with pytest.raises(ExportError, match="is no folder"):
        export(FakeGradebook([]), "gradescope", tmp_path / "file")
    with pytest.raises(ExportError, match="is a folder"):
        export(FakeGradebook([]), "csv", tmp_path)


@pytest.mark.parametrize("format", [name for name in FORMATS if not FORMATS[name].is_folder])
def test_an_export_that_breaks_off_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, format: str
) -> None:
    class Breaking(FakeGradebook):
        def __iter__(self) -> Any:
            yield from self.entries
            raise OSError("the disk is gone")

    (tmp_path / "exported").write_text("old")
    with pytest.raises(OSError, match="gone"):
        export(Breaking([entry_of("ada", email="a@example.org")]), format, tmp_path / "exported")
    assert (tmp_path / "exported").read_text() == "old"
    assert os.listdir(tmp_path) == ["exported"]


@pytest.mark.parametrize("format", [name for name in FORMATS if name not in ("moodle", "jplag")])
def test_an_empty_class_can_be_exported(tmp_path: Path, format: str) -> None:
    export(FakeGradebook([]), format, tmp_path / "exported")
    assert (tmp_path / "exported").exists()


# ---------------------------------------------------------------- harmful texts, in every format


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL.keys())
@pytest.mark.parametrize("format", CSV_FORMATS)
def test_no_cell_is_run_by_a_spreadsheet(tmp_path: Path, format: str, text: str) -> None:
    harmed = entry_of(
        "k1", text, identifier=text, email=text, login=text, overrides=[override("relu", 7.0, text)]
    )
    known = entry_of("k2", identifier="7", email="ada@example.org", login="ada")
    for row in csv.reader(io.StringIO(exported([harmed, known], format, tmp_path), newline="")):
        assert not [cell for cell in row if is_run(cell)]
        assert not [cell for cell in row if "\n" in cell or "\r" in cell or "\0" in cell]


@pytest.mark.parametrize("told", ["late", "extension", "override", "comment"])
def test_nothing_that_staff_write_is_run_where_semicolons_separate_cells(
    told: str, tmp_path: Path
) -> None:
    """A comma-separated file that is opened as it is falls apart at them."""
    text = "ill; =HYPERLINK(1)"
    entry = msgspec.structs.replace(
        entry_of("ada", overrides=[override("relu", 9.0, text)]),
        comments=[Comment("relu", text, AT)],
        extensions=[Extension("relu", "", 2, text, AT)],
        lateness={"; =relu": Lateness(1.0, 10.0, 1, 0, 10.0, AT, AT)},
    )
    (row,) = rows_of(exported([entry], "csv", tmp_path))
    assert "=" in row[told]
    assert not is_run(row[told])


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    (row,) = rows_of(exported([entry_of("ada", late_percent=12.5, final=13.125)], "csv", tmp_path))
    numbers = ("momentum", "relu", "raw", "late_percent", "final", "max")
    assert [float(row[name]) for name in numbers] == [10, 5, 15, 12.5, 13.125, 20]


def test_the_csv_keeps_everyone_apart_whatever_their_name(tmp_path: Path) -> None:
    entries = harmful_class()
    rows = rows_of(exported(entries, "csv", tmp_path))
    assert [row["key"] for row in rows] == [entry.student.key for entry in entries]
    assert {row["final"] for row in rows[:-1]} == {"15"} and rows[-1]["final"] == "14"
    by_key = {row["key"]: row["name"] for row in rows}
    assert by_key["student-0"] == "../../x"
    assert by_key["student-1"] == "'=cmd|' /C calc'!A0"
    assert by_key["student-14"] == "é" * 300
    assert by_key["student-15"] == r"a\ud800b"
    assert by_key["student-16"] == r"a\x00b"


def test_nbgrader_keeps_everyone_apart_whatever_their_name(tmp_path: Path) -> None:
    entries = harmful_class()
    rows = rows_of(exported(entries, "nbgrader", tmp_path))
    assert len(rows) == 2 * len(entries)
    assert len({(row["assignment"], row["student_id"]) for row in rows}) == len(rows)


def test_the_json_keeps_everyone_apart_whatever_their_name(tmp_path: Path) -> None:
    entries = harmful_class()
    document = json.loads(exported(entries, "json", tmp_path))
    assert [e["student"]["key"] for e in document["entries"]] == [e.student.key for e in entries]
    names = [entry["student"]["name"] for entry in document["entries"]]
    assert names[:2] == ["../../x", "=cmd|' /C calc'!A0"]
    json.dumps(document, ensure_ascii=False).encode("utf-8")


def test_the_junit_file_keeps_everyone_apart_whatever_their_name(tmp_path: Path) -> None:
    entries = harmful_class()
    root = ElementTree.fromstring(exported(entries, "junit", tmp_path))
    assert [suite.get("name") for suite in root] == [entry.student.key for entry in entries]
    names = [suite.find("properties/property[@name='student']") for suite in root]
    assert [name.get("value") for name in names if name is not None][10] == HARMFUL["markup"]
    messages = {failure.get("message") for failure in root.iter("failure")}
    assert '<b>]]> & =1+1 “é” 🎈 "quoted" back\\slash\\' in messages
    assert {element.tag for element in root.iter()} == {
        *("testsuites", "testsuite", "properties", "property", "testcase", "failure")
    }


def test_gradescope_gets_a_valid_file_for_everyone_whatever_their_name(tmp_path: Path) -> None:
    entries = harmful_class()
    export(FakeGradebook(entries), "gradescope", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == sorted(e.student.key for e in entries)
    assert os.listdir(tmp_path) == ["out"]
    for folder in (tmp_path / "out").iterdir():
        assert os.listdir(folder) == ["results.json"]
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(results, GRADESCOPE_SCHEMA)
        formats = ("output_format", "test_output_format", "test_name_format")
        assert {results[name] for name in formats} == {"text"}


@pytest.mark.parametrize("key", ["..", ".", "", "../../x", "a/b", "a\0b", "a\\b"])
def test_a_key_that_leads_out_of_the_folder_is_never_followed(tmp_path: Path, key: str) -> None:
    with pytest.raises(ExportError, match="can't name a folder"):
        export(FakeGradebook([entry_of(key)]), "gradescope", tmp_path / "out")
    assert os.listdir(tmp_path) == ["out"] and not os.listdir(tmp_path / "out")


# ---------------------------------------------------------------- our own CSV and JSON


def test_the_csv_shows_raw_scores_and_what_was_done_to_them(tmp_path: Path) -> None:
    entry = entry_of(
        "ada",
        identifier="17",
        email="ada@example.org",
        login="ada1",
        section="B2",
        group="Team 4",
        overrides=[override("relu", 9.0, "a fault of ours"), override("", 18.0, "appeal")],
        comments=[Comment("momentum", "well explained", AT)],
        extensions=[
            Extension("relu", "", 2, "illness", AT),
            Extension("", "2026-11-02T22:59:00Z", 0, "as agreed", AT),
        ],
        late_percent=10.0,
        final=18.0,
    )
    (row,) = rows_of(exported([entry], "csv", tmp_path))
    assert row == {
        "key": "ada",
        "name": "Ada Lovelace",
        "identifier": "17",
        "email": "ada@example.org",
        "login": "ada1",
        "section": "B2",
        "group": "Team 4",
        "momentum": "10",
        "relu": "5",
        "raw": "15",
        "late_percent": "10",
        "late": "; ".join(
            f"{slug}: due 31 Oct 2026, 23:59 UTC+01:00, handed in 1 Nov 2026, 00:59 UTC+01:00: "
            "1 day late: 1 day at 10 % = 10 % is taken off"
            for slug in ("momentum", "relu")
        ),
        "extension": "relu 2 days: illness; all until 2 Nov 2026, 22:59 UTC: as agreed",
        "override": "relu 9: a fault of ours; all 18: appeal",
        "comment": "momentum: well explained",
        "final": "18",
        "max": "20",
        "submitted": "2026-10-31T22:59:00Z",
    }


def test_who_handed_nothing_in_is_in_the_csv_with_nothing(tmp_path: Path) -> None:
    (row,) = rows_of(exported([entry_of("bob", "Bob", scores=None)], "csv", tmp_path))
    filled = {name: value for name, value in row.items() if value}
    assert filled == {"key": "bob", "name": "Bob", "max": "20"}


def test_the_json_is_read_back_as_the_entries_that_it_was_written_from(tmp_path: Path) -> None:
    entries = [
        entry_of("ada", overrides=[override("relu", 9.0)], late_percent=10.0, final=17.1),
        entry_of("bob", "Bob", scores=None),
    ]
    text = exported(entries, "json", tmp_path)
    file = msgspec.json.decode(text, type=GradebookFile)
    assert file.entries == entries
    assert (file.title, file.schema_version) == ("Homework", 2)
    assert [assignment.slug for assignment in file.assignments] == ["momentum", "relu"]


# ---------------------------------------------------------------- JUnit and Gradescope


def test_the_junit_file_counts_as_pytest_does_and_tells_the_grade(tmp_path: Path) -> None:
    entries = [
        entry_of("ada", overrides=[override("", 18.0)], late_percent=10.0, final=18.0),
        entry_of("bob", "Bob", scores=None),
    ]
    ada, bob = ElementTree.fromstring(exported(entries, "junit", tmp_path))
    assert (ada.get("tests"), ada.get("failures"), bob.get("tests")) == ("4", "1", "0")
    assert len(ada.findall("testcase")) == 4
    properties = {p.get("name"): p.get("value") for p in ada.iter("property")}
    assert properties["final"] == "18" and properties["late_percent"] == "10"
    assert properties["override"] == "all 18: as agreed"


def test_gradescopes_score_is_the_final_one_and_its_tests_are_the_raw_ones(tmp_path: Path) -> None:
    entry = entry_of("ada", overrides=[override("relu", 9.0)], late_percent=10.0, final=17.1)
    export(FakeGradebook([entry]), "gradescope", tmp_path / "out")
    results = json.loads((tmp_path / "out" / "ada" / "results.json").read_text())
    assert results["score"] == 17.1
    assert sum(test["score"] for test in results["tests"]) == 15
    assert sum(test["max_score"] for test in results["tests"]) == 20
    assert [test["number"] for test in results["tests"]] == ["1.1", "1.2", "2.1", "2.2"]
    assert [test["status"] for test in results["tests"]] == ["passed"] * 3 + ["failed"]
    assert results["output"].splitlines() == [
        "Score: 17.1/20",
        "Points of the checks: 15",
        "ReLU: set by the staff: 5 → 9: as agreed",
        *(
            f"{title}: 1 day late: {change}: due 31 Oct 2026, 23:59 UTC+01:00, handed in 1 Nov "
            "2026, 00:59 UTC+01:00: 1 day late: 1 day at 10 % = 10 % is taken off"
            for title, change in (("Momentum", "10 → 9"), ("ReLU", "9 → 8.1"))
        ),
    ]


def test_gradescope_gets_no_file_for_who_handed_nothing_in(tmp_path: Path) -> None:
    absent = entry_of("bob", scores=None)
    excused = entry_of("cem", scores=None, overrides=[override("", 12.0)], final=12.0)
    export(FakeGradebook([absent, excused]), "gradescope", tmp_path / "out")
    assert os.listdir(tmp_path / "out") == ["cem"]
    results = json.loads((tmp_path / "out" / "cem" / "results.json").read_text())
    jsonschema.validate(results, GRADESCOPE_SCHEMA)
    assert results["score"] == 12


# ---------------------------------------------------------------- nbgrader


def test_nbgrader_has_a_row_an_assignment_and_student_as_nbgrader_writes_it(tmp_path: Path) -> None:
    entry = entry_of(
        "k1",
        "King, Ada Augusta",
        email="ada@example.org",
        login="ada1",
        overrides=[override("relu", 8.0)],
        late_percent=25.0,
    )
    text = exported([entry], "nbgrader", tmp_path)
    assert text.splitlines() == [
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score",
        "momentum,,2026-10-31 22:59:00,ada1,King,Ada Augusta,ada@example.org,10.0,2.5,7.5,10.0",
        "relu,,2026-10-31 22:59:00,ada1,King,Ada Augusta,ada@example.org,8.0,2.0,6.0,10.0",
    ]
    moment = datetime.strptime(rows_of(text)[0]["timestamp"], "%Y-%m-%d %H:%M:%S")
    assert moment.replace(tzinfo=UTC).isoformat() == "2026-10-31T22:59:00+00:00"


def test_nbgrader_gives_zero_and_no_time_to_who_handed_nothing_in(tmp_path: Path) -> None:
    rows = rows_of(exported([entry_of("bob", "Bob Lee", scores=None)], "nbgrader", tmp_path))
    assert [(r["student_id"], r["timestamp"], r["score"]) for r in rows] == [("bob", "", "0.0")] * 2
    assert (rows[0]["last_name"], rows[0]["first_name"]) == ("Lee", "Bob")


def test_nbgrader_gives_no_time_to_a_score_without_a_hand_in(tmp_path: Path) -> None:
    entry = entry_of("bob", scores=None, overrides=[override("relu", 8.0)], final=8.0)
    entry = msgspec.structs.replace(entry, submitted_at=AT)  # of something else, the roster says
    rows = rows_of(exported([entry], "nbgrader", tmp_path))
    assert [(r["assignment"], r["timestamp"], r["score"]) for r in rows] == [
        ("momentum", "", "0.0"),
        ("relu", "", "8.0"),
    ]


def test_students_with_one_login_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    twins = [entry_of("k1", login="max"), entry_of("k2", login="max"), entry_of("k3", login="ada")]
    rows = rows_of(exported(twins, "nbgrader", tmp_path))
    assert {row["student_id"] for row in rows} == {"k1", "k2", "ada"}


# ---------------------------------------------------------------- Moodle


def fgetcsv(text: str) -> list[list[str]]:
    """Rows as PHP reads them: within quotes a backslash escapes the next character, and stays."""
    rows: list[list[str]] = []
    row: list[str] = []
    cell, position, is_quoted = "", 0, False
    while position < len(text):
        character = text[position]
        following = text[position + 1 : position + 2]
        if is_quoted and character == "\\":
            cell += character + following
            position += 1
        elif is_quoted and character == '"' and following == '"':
            cell += '"'
            position += 1
        elif character == '"':
            is_quoted = not is_quoted
        elif character in ",\n" and not is_quoted:
            row.append(cell)
            cell = ""
            if character == "\n":
                rows.append(row)
                row = []
        else:
            cell += character
        position += 1
    return rows


class MoodleAborted(Exception):
    """Nothing of the file is imported."""


def import_into_moodle(text: str, users: dict[str, str]) -> dict[str, dict[str, str]]:
    """Grades by user, as grade/import/csv/classes/load_data.php takes them.

    `users` maps the value of the file's user field to a user. As there, an empty user field leaves
    the user of the row before in place.
    """
    header, *lines = fgetcsv(text)
    assert header[0] in ("userid", "useridnumber", "useremail", "username")
    user = ""
    grades: dict[str, dict[str, str]] = {}
    for line in lines:
        if len(line) != len(header):
            raise MoodleAborted("csvweirdcolumns")
        values = [value.replace("&#44", ",").strip() for value in line]
        if values[0] not in ("", "0"):
            if values[0] not in users:
                raise MoodleAborted(f"unknown user {values[0]}")
            user = users[values[0]]
        if not user:
            raise MoodleAborted("no user")
        assert user not in grades, "a row is given to the user of another"
        grades[user] = dict(zip(header[1:], values[1:], strict=True))
        for name, value in grades[user].items():
            if name != "name" and not name.endswith("feedback") and value not in ("", "-"):
                if not re.fullmatch(r"\d+(\.\d+)?", value):
                    raise MoodleAborted(f"bad grade {value}")
                if float(value) > 100:
                    raise MoodleAborted("gradevaluetoobig")
    return grades


def test_moodle_takes_the_grades_that_count_and_blanks_for_none(tmp_path: Path) -> None:
    entries = [
        entry_of("ada", email="ada@example.org", late_percent=10.0, final=13.5),
        entry_of("bob", "Bob", email="bob@example.org", scores=None),
    ]
    text = exported(entries, "moodle", tmp_path)
    grades = import_into_moodle(text, {f"{who}@example.org": who for who in ("ada", "bob")})
    names = ("Momentum", "ReLU", "Total")
    assert [grades["ada"][name] for name in names] == ["9", "4.5", "13.5"]
    assert [grades["bob"][name] for name in names] == ["", "", ""]


def test_moodles_feedback_says_why_a_grade_is_not_the_full_one(tmp_path: Path) -> None:
    entry = entry_of(
        "ada",
        email="a@example.org",
        overrides=[override("relu", 8.0, "our <fault>")],
        late_percent=10.0,
    )
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@example.org": "ada"})
    assert grades["ada"]["ReLU feedback"] == (
        "Set to 8: our &lt;fault&gt; | Late: due 31 Oct 2026, 23:59 UTC+01:00, handed in 1 Nov "
        "2026, 00:59 UTC+01:00: 1 day late: 1 day at 10 % = 10 % is taken off | "
        "The rule is followed: the hidden layer is not max(0, x)"
    )
    assert grades["ada"]["Momentum feedback"].startswith("Late: due 31 Oct 2026, 23:59 UTC+01:00")
    assert grades["ada"]["Total feedback"] == "Late: 10% taken off"


def test_moodle_is_never_shown_a_user_that_it_could_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        *harmful_class(),
        entry_of("none", "Has None"),
        entry_of("zero", "Has Zero", email="0"),
        entry_of("same-1", "Shares One", email="shared@example.org"),
        entry_of("same-2", "Shares Too", email="SHARED@example.org"),
        entry_of("good", "Good Name", email="good@example.org"),
        entry_of("last", "", email=""),
    ]
    text = exported(entries, "moodle", tmp_path)
    users = {row["useremail"]: row["useremail"] for row in rows_of(text)}
    grades = import_into_moodle(text, users)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(entries) - len(grades)
    assert "good@example.org" in grades
    assert set(grades) == {
        "good@example.org",
        "../../x",
        "<img src=x onerror=alert(1)>",
        HARMFUL["300 characters"],
        "Points Possible",
    }
    assert not [line for line in lines if len(line.splitlines()) != 1]


def test_moodles_users_are_told_by_the_field_that_most_students_have(tmp_path: Path) -> None:
    entries = [
        entry_of("ada", email="ada@example.org", login="ada1", identifier="1"),
        entry_of("bob", "Bob", login="bob1", identifier="2"),
    ]
    assert exported(entries, "moodle", tmp_path).startswith("username,name,Momentum,")


def test_identifiers_alone_are_given_to_moodle_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = exported([entry_of("ada", identifier="1815")], "moodle", tmp_path)
    assert set(import_into_moodle(text, {"1815": "ada"})) == {"ada"}
    assert "have to be Moodle's ID numbers" in capsys.readouterr().err


def test_moodle_can_know_nobody_without_an_address_login_or_number(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="--roster"):
        exported([entry_of("ada")], "moodle", tmp_path)
    assert not (tmp_path / "exported").exists()


def test_a_grade_above_its_maximum_is_cut_for_moodle_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of("ada", email="a@b", overrides=[override("relu", 12.0)], final=22.0)
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@b": "ada"})
    assert (grades["ada"]["ReLU"], grades["ada"]["Total"]) == ("10", "20")
    assert capsys.readouterr().err.count("is written as the maximum") == 2


def test_what_is_worth_more_than_moodle_takes_is_given_in_percent(tmp_path: Path) -> None:
    entry = entry_of("ada", email="a@b", overrides=[override("relu", 120.0)], final=180.0)
    text = exported([entry], "moodle", tmp_path, max_score=150.0)
    grades = import_into_moodle(text, {"a@b": "ada"})
    assert grades["ada"]["ReLU (percent)"] == "80" and grades["ada"]["Total (percent)"] == "60"


def test_a_backslash_before_a_quote_does_not_break_moodles_rows(tmp_path: Path) -> None:
    entry = entry_of("ada", 'Ada\\"', email="a@b", message='it is "\\", not \\"')
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@b": "ada"})
    assert "it is &quot;&#92;&quot;, not &#92;&quot;" in grades["ada"]["ReLU feedback"]


# ---------------------------------------------------------------- Canvas


@dataclass
class Canvas:
    """A course in Canvas that imports a CSV, as lib/gradebook_importer.rb does."""

    users: list[dict[str, str]]  # id, sis, login, name, sortable
    assignments: dict[str, str]  # number -> title
    possible: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def take(self, text: str) -> dict[str, dict[str, str]]:
        """Scores by the user's number, then by the assignment's title."""
        text = text.removeprefix("\ufeff")
        delimiter = ";" if text.splitlines()[0].count(";") > 3 else ","
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        assert len(header) > 3 and "Student" in header[0] and "ID" in header[1]
        section = header.index("Section")
        assert section == (4 if "SIS User ID" in header else 3)
        columns = {}
        for index, heading in enumerate(header[section + 1 :], section + 1):
            if re.search(r"(Current|Final) (Score|Points|Grade)|Override", heading):
                continue
            numbered = re.fullmatch(r"(.*)\s\((\d+)\)", heading)
            titles = self.assignments
            columns[index] = titles.get(numbered[2], heading) if numbered else heading
        taken: dict[str, dict[str, str]] = {}
        for row in rows:
            if "Points Possible" in row[0]:
                self.possible |= {title: row[i] for i, title in columns.items()}
            elif all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
                continue
            else:
                user = self.find(header, row)
                if user is None:
                    self.unknown.append(row[0])
                else:
                    assert user not in taken, "two rows are given to one user"
                    taken[user] = {title: row[i].strip() for i, title in columns.items()}
        return taken

    def find(self, header: list[str], row: list[str]) -> str | None:
        cells = dict(zip(header, row, strict=False))
        for column, name in (("ID", "id"), ("SIS User ID", "sis"), ("SIS Login ID", "login")):
            for user in self.users:
                if cells.get(column) and user[name] == cells[column]:
                    return user["id"]
        for user in self.users:
            if row[0] in (user["name"], user["sortable"]):
                return user["id"]
        return None


def user(id: str, name: str, sis: str = "", login: str = "") -> dict[str, str]:
    first, _, last = name.rpartition(" ")
    return {"id": id, "name": name, "sortable": f"{last}, {first}", "sis": sis, "login": login}


FROM_CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Momentum (11),relu (12),Essay (13),Final Score
,,,,,,Manual Posting,,,
"    Points Possible",,,,,,10.00,10.00,5.00,(read only)
"Lovelace, Ada",101,s1,ada@example.org,"A, B",=1+1,,3.00,4.50,71.2
"Muster, Max",102,s2,max1,A,,,,N/A,
"Muster, Max",103,s3,max2,A,,,EX,,
"Hopper, Grace",104,s4,grace,A,,N/A,1.00,,
"Student, Test",105,,abc,A,,,,,
"""
COURSE = Canvas(
    [
        user("101", "Ada Lovelace", "s1", "ada@example.org"),
        user("102", "Max Muster", "s2", "max1"),
        user("103", "Max Muster", "s3", "max2"),
        user("104", "Grace Hopper", "s4", "grace"),
        user("105", "Test Student", "", "abc"),
    ],
    {"11": "Momentum", "12": "relu", "13": "Essay"},
)


def test_canvas_gets_its_own_file_back_with_our_scores_in_it(tmp_path: Path) -> None:
    entries = [
        entry_of("a", "Whoever", identifier="101", late_percent=10.0),
        entry_of("b", "Max Muster", identifier="s2"),
        entry_of("c", "Max Muster", login="max2"),
        entry_of("d", "grace hopper"),
    ]
    text = exported(entries, "canvas", tmp_path, canvas=FROM_CANVAS)
    expected = (
        FROM_CANVAS.replace("=1+1,,3.00,4.50,71.2", "=1+1,9.00,4.50,4.50,71.2")
        .replace("max1,A,,,,N/A,", "max1,A,,10.00,5.00,N/A,")
        .replace("max2,A,,,EX,,", "max2,A,,10.00,EX,,")
        .replace("grace,A,,N/A,1.00,,", "grace,A,,N/A,5.00,,")
    )
    assert text == expected
    taken = COURSE.take(text)
    assert taken["101"] == {"Momentum": "9.00", "relu": "4.50", "Essay": "4.50"} | {"Notes": "=1+1"}
    assert not COURSE.unknown


@pytest.mark.parametrize("excused", ["ex", "Ex"])
def test_whoever_is_excused_in_canvas_stays_so_however_it_is_written(
    excused: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = FROM_CANVAS.replace("max2,A,,,EX,,", f"max2,A,,,{excused},,")
    text = exported([entry_of("c", "Max Muster", login="max2")], "canvas", tmp_path, canvas=file)
    assert f"max2,A,,10.00,{excused},," in text
    assert "stays excused from relu" in capsys.readouterr().err


def test_a_file_that_nothing_is_to_be_written_into_comes_back_byte_for_byte(tmp_path: Path) -> None:
    odd = FROM_CANVAS.replace("\n", "\r\n").encode() + b'"Lee, J\xff",106,"",  "x",A,,,,,\r\n'
    odd = b"\xef\xbb\xbf" + odd
    target = tmp_path / "exported"
    (tmp_path / "c.csv").write_bytes(odd)
    export(FakeGradebook([]), "canvas", target, canvas_csv=tmp_path / "c.csv")
    assert target.read_bytes() == odd


def test_a_file_that_is_not_there_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere\.csv: can't be read: No such file"):
        export(FakeGradebook([]), "canvas", tmp_path / "x", canvas_csv=tmp_path / "nowhere.csv")


def test_semicolons_and_decimal_commas_of_canvas_are_understood(tmp_path: Path) -> None:
    canvas = (
        "Student;ID;SIS Login ID;Section;Momentum (11)\n"
        "    Points Possible;;;;20,00\n"
        "Lovelace, Ada;101;ada;A;\n"
    )
    text = exported([entry_of("a", login="ada")], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[2] == "Lovelace, Ada;101;ada;A;20.00"


def test_last_and_first_names_in_columns_of_their_own_are_understood(tmp_path: Path) -> None:
    canvas = "LastName,FirstName,ID,SIS Login ID,Section,Momentum (11)\nLovelace,Ada,101,x,A,\n"
    text = exported([entry_of("a", "Ada Lovelace")], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[1] == "Lovelace,Ada,101,x,A,10.00"


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ({"name": "Max Muster"}, "several rows have that name"),
        ({"name": "Nobody Known", "identifier": "999"}, "no row is theirs"),
        ({"name": "X", "identifier": "s1", "login": "max1"}, "those of several rows"),
        ({"name": "Grace Hopper", "identifier": "101"}, "their name in another"),
        ({"name": "", "identifier": " "}, "no row is theirs"),
    ],
    ids=["namesakes", "a stranger", "two numbers", "a number and another's name", "nothing"],
)
def test_nothing_is_written_for_who_could_be_somebody_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], student: dict[str, str], reason: str
) -> None:
    text = exported([entry_of("k", **student)], "canvas", tmp_path, canvas=FROM_CANVAS)
    assert text == FROM_CANVAS
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line and "(k)" in line


@pytest.mark.parametrize("claim", [{"identifier": "104"}, {"login": "GRACE"}, {}])
def test_nothing_is_written_into_a_row_that_two_students_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], claim: dict[str, str]
) -> None:
    twins = [entry_of(key, "Grace Hopper", **claim) for key in ("k1", "k2")]
    assert exported(twins, "canvas", tmp_path, canvas=FROM_CANVAS) == FROM_CANVAS
    assert capsys.readouterr().err.count("another student has the same") == 2


def test_a_name_does_not_take_a_row_from_who_has_its_number(tmp_path: Path) -> None:
    known = entry_of("k1", "Grace Hopper", identifier="s4", scores=(10.0, 6.0))
    namesake = entry_of("k2", "Grace Hopper", scores=(10.0, 9.0))
    text = exported([namesake, known], "canvas", tmp_path, canvas=FROM_CANVAS)
    assert COURSE.take(text)["104"]["relu"] == "6.00"


def test_names_of_bulk_downloads_are_found(tmp_path: Path) -> None:
    text = exported([entry_of("k", "hoppergrace")], "canvas", tmp_path, canvas=FROM_CANVAS)
    assert COURSE.take(text)["104"]["relu"] == "5.00"


def test_the_total_goes_into_the_column_of_the_courses_name(tmp_path: Path) -> None:
    canvas = "Student,ID,SIS Login ID,Section,homework (9)\nPoints Possible,,,,20\nA,1,ada,S,\n"
    entry = entry_of("a", login="ada", overrides=[override("", 18.5)], final=18.5)
    text = exported([entry], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[2] == "A,1,ada,S,18.50"


def test_scores_are_scaled_to_canvass_points_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canvas = "Student,ID,SIS Login ID,Section,ReLU (9)\nPoints Possible,,,,100\nA,1,ada,S,\n"
    text = exported([entry_of("a", login="ada")], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[2] == "A,1,ada,S,50.00"
    said = capsys.readouterr().err
    assert "'ReLU' has 100 points in Canvas and 10 here: scores are scaled" in said


def test_an_override_of_the_whole_that_no_column_shows_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of("a", "Grace Hopper", overrides=[override("", 18.5)], final=18.5)
    exported([entry], "canvas", tmp_path, canvas=FROM_CANVAS)
    (line,) = capsys.readouterr().err.splitlines()
    assert "set to 18.5 by hand" in line


def test_who_handed_nothing_in_keeps_what_canvas_has(tmp_path: Path) -> None:
    entry = entry_of("a", "Grace Hopper", scores=None)
    assert exported([entry], "canvas", tmp_path, canvas=FROM_CANVAS) == FROM_CANVAS


def test_columns_of_one_name_and_columns_that_are_missing_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canvas = "Student,ID,SIS Login ID,Section,ReLU (1),relu (2),Homework (3)\nA,1,ada,S,,,\n"
    text = exported([entry_of("a", login="ada")], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[1] == "A,1,ada,S,,,15.00"
    lines = capsys.readouterr().err.splitlines()
    assert any("only the total is written" in line for line in lines)
    assert any("several columns 'ReLU'" in line for line in lines)


def test_columns_that_canvas_only_reads_out_are_never_written(tmp_path: Path) -> None:
    canvas = (
        "Student,ID,SIS Login ID,Section,ReLU,Momentum (1),Final Score\n"
        "Points Possible,,,,(read only),10,\nA,1,ada,S,a note,,71\n"
    )
    gradebook = FakeGradebook([entry_of("a", login="ada")])
    gradebook.title = "Final Score"
    (tmp_path / "c.csv").write_text(canvas)
    export(gradebook, "canvas", tmp_path / "out", canvas_csv=tmp_path / "c.csv")
    assert (tmp_path / "out").read_text().splitlines()[2] == "A,1,ada,S,a note,10.00,71"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no gradebook of Canvas's"),
        ("a,b\n1,2\n", "no gradebook of Canvas's"),
        ("Student,ID,SIS Login ID,Section,Essay (1)\n", "no column is named after"),
        ("Student,ID,SIS Login ID,Section,Final Score\n", "no column is named after"),
        ('Student,ID,Section,"' + "x" * 200_000 + '"\n', "it is no CSV"),
    ],
)
def test_what_is_not_canvass_gradebook_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(ExportError, match=message):
        exported([entry_of("a")], "canvas", tmp_path, canvas=content)


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_harmful_name_in_canvass_file_is_made_harmless_and_its_score_arrives(
    tmp_path: Path, text: str
) -> None:
    cell = text.encode("utf-8", "replace").decode()
    row = io.StringIO()
    csv.writer(row, lineterminator="\r\n").writerow([cell, "101", cell, cell, cell, "", "7.00"])
    canvas = "Student,ID,SIS User ID,SIS Login ID,Section,Momentum (11),relu (12)\n"
    canvas += "    Points Possible,,,,,10,10\n" + row.getvalue()
    entry = entry_of("k", text, identifier="101")
    exported_text = exported([entry], "canvas", tmp_path, canvas=canvas)
    course = Canvas([user("101", "Ada Lovelace")], {"11": "Momentum", "12": "relu"})
    assert course.take(exported_text) == {"101": {"Momentum": "10.00", "relu": "5.00"}}
    assert course.possible == {"Momentum": "10", "relu": "10"}
    for row_read in csv.reader(io.StringIO(exported_text, newline="")):
        assert not [value for value in row_read if is_run(value)]


def test_without_its_file_canvas_finds_students_by_sis_ids_and_unmistakable_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        entry_of("a", "Somebody", identifier="s1", late_percent=10.0),
        entry_of("b", "Max Muster", login="max1"),
        entry_of("c", "Max Muster"),
        entry_of("d", "Grace Hopper"),
        entry_of("e", "Twin One", identifier="s9"),
        entry_of("f", "Twin Two", identifier="s9"),
        entry_of("g", "   "),
        # Canvas's own number, which is nobody's SIS id.
        entry_of("h", "Maxi Muster", identifier="103", number="canvas:103", section="B"),
        entry_of("i", "Of Ilias", identifier="104", number="ilias:104"),
    ]
    text = exported(entries, "canvas", tmp_path)
    assert "Maxi Muster,103,,,B,10.00,5.00\n" in text
    course = Canvas(COURSE.users, COURSE.assignments)
    taken = course.take(text)
    assert taken == {
        "101": {"Momentum": "9.00", "ReLU": "4.50"},
        "102": {"Momentum": "10.00", "ReLU": "5.00"},
        "103": {"Momentum": "10.00", "ReLU": "5.00"},
        "104": {"Momentum": "10.00", "ReLU": "5.00"},
    }
    assert course.unknown == ["Of Ilias"]
    assert course.possible == {"Momentum": "10.00", "ReLU": "10.00"}
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5 and "better give the CSV" in lines[0]
    assert [re.findall(r"\((\w)\)", line)[-1] for line in lines[1:]] == ["c", "e", "f", "g"]


def test_without_its_file_no_harmful_name_changes_the_maxima_in_canvas(tmp_path: Path) -> None:
    course = Canvas([], {})
    course.take(exported(harmful_class(), "canvas", tmp_path))
    assert course.possible == {"Momentum": "10.00", "ReLU": "10.00"}


# ---------------------------------------------------------------- columns that have other names

DEEP = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Deep Learning HW (55),HW 2 (56)\n"
    '"    Points Possible",,,,,20,10\n'
    "Ada Lovelace,1,,ada,A,,\n"
)


def filled_in(tmp_path: Path, columns: dict[str, str]) -> str:
    canvas = tmp_path / "canvas.csv"
    canvas.write_text(DEEP)
    gradebook = FakeGradebook([entry_of("ada", login="ada")])
    export(gradebook, "canvas", tmp_path / "out", canvas_csv=canvas, columns=columns)
    return (tmp_path / "out").read_text().splitlines()[-1]


@pytest.mark.parametrize("name", ["Deep Learning HW", "deep learning hw (55)"])
def test_canvas_may_call_the_column_of_the_total_anything(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled_in(tmp_path, {"": name}) == "Ada Lovelace,1,,ada,A,15.00,"
    assert capsys.readouterr().err.splitlines() == [
        "grader: canvas: only the total is written, as no other column is named after an assignment"
    ]


def test_canvas_may_call_an_assignments_column_anything(tmp_path: Path) -> None:
    assert filled_in(tmp_path, {"relu": "HW 2"}) == "Ada Lovelace,1,,ada,A,,5.00"


def test_a_column_that_canvas_does_not_have_is_named_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no column 'HW 3'; there are 'Deep Learning HW', 'HW 2'"):
        filled_in(tmp_path, {"": "HW 3"})
    with pytest.raises(ExportError, match="give it with --canvas"):
        export(FakeGradebook([]), "canvas", None, columns={"": "HW 3"})


def test_columns_are_named_by_the_manifest_and_before_it_by_the_command() -> None:
    course = msgspec.structs.replace(
        load_course(), canvas=CanvasColumns(columns={"relu": "HW 1"}, total="All")
    )
    assert named_columns(course, []) == {"relu": "HW 1", "": "All"}
    assert named_columns(course, ["relu=HW 2", "adam=HW 3", "Sum = all"]) == {
        "relu": "HW 2", "adam": "HW 3", "": "Sum = all",
    }  # fmt: skip


# ---------------------------------------------------------------- spreadsheets of other languages


def test_the_csv_begins_as_excel_knows_utf_8_by(tmp_path: Path) -> None:
    export(FakeGradebook([]), "csv", tmp_path / "out")
    assert (tmp_path / "out").read_bytes().startswith(b"\xef\xbb\xbfkey,name,")


def test_the_csv_has_the_decimals_and_delimiters_that_are_asked_for(tmp_path: Path) -> None:
    entry = entry_of("ada", "Lovelace, Ada", scores=(9.5, 5.0), final=14.5)
    export(FakeGradebook([entry]), "csv", tmp_path / "out", decimal="comma", delimiter="semicolon")
    text = (tmp_path / "out").read_text(encoding="utf-8-sig")
    (row,) = rows_of(text, ";")
    assert (row["name"], row["momentum"], row["final"]) == ("Lovelace, Ada", "9,5", "14,5")
    for wrong in ({"decimal": "dot"}, {"delimiter": "|"}):
        with pytest.raises(ExportError, match="there are"):
            export(FakeGradebook([entry]), "csv", tmp_path / "out", **wrong)


def test_an_option_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="--decimal is of no use to canvas, but to csv"):
        export(FakeGradebook([]), "canvas", tmp_path / "x", decimal="comma")


# ---------------------------------------------------------------- the modules, for JPlag


class Sources:
    """Modules by digest."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts

    def source(self, code: str) -> StoredSource | None:
        text = self.texts.get(code)
        return None if text is None else StoredSource("relu.ipynb", text, "")

    def stub(self, slug: str) -> str | None:
        return "# a stub\n" if slug == "relu" else None


def test_jplag_gets_a_folder_an_assignment_a_folder_a_student_and_the_stub(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        msgspec.structs.replace(entry_of(key), hand_ins={slug: HandIn(code=code)})
        for key, slug, code in (("ada", "relu", "c1"), ("bob", "relu", "c2"), ("cy", "l1", "c3"))
    ]
    sources = Sources(c1="x = 1\n", c2="y = '\ud800'\n")
    export(FakeGradebook(entries), "jplag", tmp_path / "out", sources=sources)
    files = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_text()
        for path in (tmp_path / "out").rglob("*.py")
    }
    assert files == {
        "relu/ada/relu.py": "x = 1\n",
        "relu/bob/relu.py": "y = '\\ud800'\n",
        "relu/_stub/relu.py": "# a stub\n",
    }
    told = capsys.readouterr().err
    assert f"jplag.jar -l python3 -bc {tmp_path}/out/relu/_stub {tmp_path}/out/relu" in told
    assert "1 modules are left out" in told
    with pytest.raises(ExportError, match="is not empty"):
        export(FakeGradebook(entries), "jplag", tmp_path / "out", sources=sources)


def test_jplag_needs_sources(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="only a stored class"):
        export(FakeGradebook([]), "jplag", tmp_path / "out")


# ---------------------------------------------------------------- the table of formats


def test_the_help_and_the_documents_cite_every_format() -> None:
    shown = CliRunner().invoke(app, ["export", "--help"], env={"COLUMNS": "200"}).stdout
    for each in FORMATS.values():
        assert f"{each.name} ({each.what})" in " ".join(shown.replace("│", " ").split())
        assert f"`{each.name}`" in (REPOSITORY / "grader/docs/grading.md").read_text("utf-8")

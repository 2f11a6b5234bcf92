"""Exports, read back by other tools: csv, json and jsonschema, and an XML parser."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from helpers.exports import COLUMNS, exported, is_run, rows_of
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, harmful_class, override
from helpers.repository import REPOSITORY
from typer.testing import CliRunner

from grader.cli.app import app
from grader.gradebook.export import FORMATS, export
from grader.gradebook.formats.json_file import GradebookFile
from grader.gradebook.keeping.store import open_store
from grader.gradebook.model import Comment, Extension, Lateness
from grader.gradebook.pseudonyms import Pseudonymised
from grader.gradebook.scores import Cleaned, ExportError

AT = "2026-11-01T08:00:00Z"
CSV_FORMATS = ("csv", "canvas", "brightspace", "blackboard", "moodle", "nbgrader")
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


# ---------------------------------------------------------------- the way in


def test_every_format_goes_to_stdout_as_it_goes_to_a_file(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    entries = [entry_of("ada", identifier="1", email="ada@example.org", login="ada")]
    for format in FORMATS:
        if not FORMATS[format].is_folder:
            export(FakeGradebook(entries), format, None, columns=COLUMNS.get(format))
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
    class_ = Breaking([entry_of("ada", email="a@example.org")])
    with pytest.raises(OSError, match="gone"):
        export(class_, format, tmp_path / "exported", columns=COLUMNS.get(format))
    assert (tmp_path / "exported").read_text() == "old"
    assert os.listdir(tmp_path) == ["exported"]


@pytest.mark.parametrize("format", [name for name in FORMATS if name not in ("moodle", "jplag")])
def test_an_empty_class_can_be_exported(tmp_path: Path, format: str) -> None:
    export(FakeGradebook([]), format, tmp_path / "exported", columns=COLUMNS.get(format))
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
        entry_of("bob", "Bob", scores=None, extensions=[Extension("relu", "", 2, "ill", AT)]),
    ]
    ada, bob = ElementTree.fromstring(exported(entries, "junit", tmp_path))
    assert (ada.get("tests"), ada.get("failures"), bob.get("tests")) == ("4", "1", "0")
    assert len(ada.findall("testcase")) == 4
    properties = {p.get("name"): p.get("value") for p in ada.iter("property")}
    assert properties["final"] == "18" and properties["late_percent"] == "10"
    assert properties["override"] == "all 18: as agreed"
    assert properties["extension"] == ""
    (given,) = [p.get("value") for p in bob.iter("property") if p.get("name") == "extension"]
    assert given == "relu 2 days: ill"


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


@pytest.mark.parametrize("scores", [(10.0, 5.0), None])
def test_gradescope_is_given_a_score_of_0_and_adds_up_nothing(
    tmp_path: Path, scores: tuple[float, float] | None
) -> None:
    entry = entry_of("ada", scores=scores, overrides=[override("", 0.0)], final=0.0)
    export(FakeGradebook([entry]), "gradescope", tmp_path / "out")
    results = json.loads((tmp_path / "out" / "ada" / "results.json").read_text())
    assert results["score"] == 0


# ---------------------------------------------------------------- Brightspace


def test_brightspace_knows_people_by_marked_numbers_and_logins_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twins = [entry_of(key, key, identifier="7", login=key) for key in ("k1", "k2")]
    canvas = entry_of("k3", "Cy", identifier="77", number="canvas:77")
    ada = entry_of("k4", identifier="007", overrides=[override("relu", 12.0)])
    bob = entry_of("k5", "Bob", login="bob", scores=None)
    text = exported([*twins, canvas, ada, bob], "brightspace", tmp_path)
    assert text.splitlines() == [
        "OrgDefinedId,Username,Momentum Points Grade,ReLU Points Grade,End-of-Line Indicator",
        ",#k1,10,5,#", ",#k2,10,5,#", "#007,,10,12,#", ",#bob,,,#",
    ]  # fmt: skip
    told = capsys.readouterr().err
    assert "Cy (k3) is left out: no identifier or login of their own" in told
    assert "Ada Lovelace (k4): 'ReLU' is above its maximum" in told


def test_brightspace_has_the_items_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = entry_of("ada", login="ada", overrides=[override("", 18.0)], final=18.0)
    exported([entry], "brightspace", tmp_path)
    assert "the whole submission was set to 18 by hand" in capsys.readouterr().err
    columns = {"relu": "HW 3", "": "Homework"}
    export(FakeGradebook([entry]), "brightspace", tmp_path / "out", columns=columns)
    (row,) = rows_of((tmp_path / "out").read_text())
    assert (row["HW 3 Points Grade"], row["Homework Points Grade"]) == ("5", "18")


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
    late = entry_of("cy", scores=(0.0, 5.0))
    assert late.report is not None
    assignments = [
        msgspec.structs.replace(a, status="missing" if a.slug == "momentum" else a.status)
        for a in late.report.assignments
    ]
    report = msgspec.structs.replace(late.report, assignments=assignments)
    missing = msgspec.structs.replace(late, report=report)
    assert [row["timestamp"] for row in rows_of(exported([missing], "nbgrader", tmp_path))] == [
        "",
        "2026-10-31 22:59:00",
    ]
    assert [(r["assignment"], r["timestamp"], r["score"]) for r in rows] == [
        ("momentum", "", "0.0"),
        ("relu", "", "8.0"),
    ]


@pytest.mark.parametrize("own", ["login", "identifier"])
def test_students_who_share_what_is_ones_own_are_told_apart_by_their_keys(
    tmp_path: Path, own: str
) -> None:
    class_ = [entry_of("k1", **{own: "7"}), entry_of("k2", **{own: "7"}), entry_of("k3", login="a")]  # type: ignore[arg-type]
    rows = rows_of(exported(class_, "nbgrader", tmp_path))
    assert {row["student_id"] for row in rows} == {"k1", "k2", "a"}


# ---------------------------------------------------------------- spreadsheets of other languages


def test_the_csv_begins_as_excel_knows_utf_8_by(tmp_path: Path) -> None:
    export(FakeGradebook([]), "csv", tmp_path / "out")
    assert (tmp_path / "out").read_bytes().startswith(b"\xef\xbb\xbfkey,name,")


def test_the_csv_has_the_decimals_and_delimiters_that_are_asked_for(tmp_path: Path) -> None:
    entry = entry_of(
        "ada", "Lovelace, Ada", scores=(9.5, 5.5), final=7.5, late_percent=12.5, section="1.5"
    )
    export(FakeGradebook([entry]), "csv", tmp_path / "out", decimal="comma", delimiter="semicolon")
    text = (tmp_path / "out").read_text(encoding="utf-8-sig")
    (row,) = rows_of(text, ";")
    assert (row["name"], row["section"]) == ("Lovelace, Ada", "1.5")
    numbers = [row[name] for name in ("momentum", "relu", "raw", "late_percent", "final", "max")]
    assert numbers == ["9,5", "5,5", "15", "12,5", "7,5", "20"]
    for wrong in ({"decimal": "dot"}, {"delimiter": "|"}):
        with pytest.raises(ExportError, match="there are"):
            export(FakeGradebook([entry]), "csv", tmp_path / "out", **wrong)


@pytest.mark.parametrize(("delimiter", "sign"), [("semicolon", ";"), ("tab", "\t")])
def test_nothing_is_run_where_commas_separate_cells(
    delimiter: str, sign: str, tmp_path: Path
) -> None:
    entry = entry_of(
        "ada", "Lovelace, =1+1", overrides=[override("relu", 9.0, "ill,\u00a0@SUM(1)")]
    )
    export(FakeGradebook([entry]), "csv", tmp_path / "out", delimiter=delimiter)
    text = (tmp_path / "out").read_text(encoding="utf-8-sig")
    (row,) = rows_of(text, sign)
    assert (row["name"], row["override"]) == ("Lovelace,' =1+1", "relu 9: ill,'\u00a0@SUM(1)")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if is_run(cell)]


def test_an_option_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="--decimal is of no use to canvas, but to csv"):
        export(FakeGradebook([]), "canvas", tmp_path / "x", decimal="comma")


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("export --format csv --output no/such/grades.csv", "there is no folder"),
        ("export --format csv --output file/grades.csv", "there is no folder"),
        ("export --format jplag --output file/jplag", "is no folder"),
        ("export --format jplag --output file", "is no folder"),
        ("report --output file", "is no folder"),
        ("report --feedback file/pages", "is no folder"),
    ],
)
def test_where_nothing_can_be_written_is_for_the_user_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    with open_store(tmp_path / "results", create=True):
        pass
    ran = CliRunner().invoke(app, [*command.split(), "--results", "results"])
    assert ran.exit_code == 2, ran.output
    assert said in " ".join(ran.output.replace("│", " ").split())


# ---------------------------------------------------------------- the table of formats


def test_the_help_and_the_documents_cite_every_format() -> None:
    shown = CliRunner().invoke(app, ["export", "--help"], env={"COLUMNS": "200"}).stdout
    for each in FORMATS.values():
        assert f"{each.name} ({each.what})" in " ".join(shown.replace("│", " ").split())
        assert f"`{each.name}`" in (REPOSITORY / "grader/docs/grading.md").read_text("utf-8")


def test_who_is_counted_is_whose_the_entries_are(tmp_path: Path) -> None:
    """Formats leave out who is known as others are, and count them before they read an entry."""
    plain = FakeGradebook(harmful_class())
    for gradebook in (Cleaned(plain), Pseudonymised(plain, tmp_path / "mapping.csv")):
        counted, read = gradebook.people(), (entry.student for entry in gradebook)
        assert sorted(counted, key=repr) == sorted(read, key=repr)

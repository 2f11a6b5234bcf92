"""Pseudonyms: the same for ever, in place of everything that tells who somebody is."""

from __future__ import annotations

import csv
import os
import re
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, harmful_class, override

from grader.gradebook.export import FORMATS, export
from grader.gradebook.model import Comment, Entry, Extension, HandIn
from grader.gradebook.pseudonyms import (
    Mapping,
    Pseudonymised,
    hidden_entry,
    pseudonymised,
    texts_of,
)
from grader.gradebook.scores import ExportError

ADA = entry_of(
    "lovelace_ada",
    "Ada Lovelace",
    identifier="1815",
    email="ada@example.org",
    login="alove",
    submission="lovelace_ada_LATE",
    overrides=[override("relu", 9.0, "Ada Lovelace (alove) was ill")],
    message="Lovelace, Ada: ada@example.org; 1815 but not 18151 or 0.1815x",
    output="hello from ADA LOVELACE at lovelace_ada_LATE/relu.py\n",
)
TELLING = ("lovelace", "1815 ", "ada@", "alove", "ada love")


def mapping_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def anonymous(entries: list[Entry], mapping: Path) -> list[Entry]:
    return list(Pseudonymised(FakeGradebook(entries), mapping))


def test_nothing_of_an_entry_tells_who_it_is(tmp_path: Path) -> None:
    (entry,) = anonymous([ADA], tmp_path / "mapping.csv")
    assert re.fullmatch(r"student-[0-9a-f]{6}", entry.student.key)
    student = entry.student
    assert (student.name, student.identifier, student.email, student.login) == (
        student.key,
        *[""] * 3,
    )
    assert entry.report is not None and entry.report.submission == student.key
    text = msgspec.json.encode(entry).decode().lower()
    assert not [word for word in TELLING if word in text]


@pytest.mark.parametrize(
    "field", ["key", "name", "identifier", "email", "login", "github", "number"]
)
def test_whatever_is_known_of_a_student_is_looked_for_in_texts(field: str, tmp_path: Path) -> None:
    told = {"email": "al@example.org", "number": "canvas:77042"}.get(field, "Analytical")
    entry = entry_of("a1", "Al", message=f"written by {told.removeprefix('canvas:')}.")
    student = msgspec.structs.replace(entry.student, **{field: told})
    (shown,) = anonymous([msgspec.structs.replace(entry, student=student)], tmp_path / "m.csv")
    assert shown.report is not None
    message = shown.report.assignments[1].checks[1].message
    assert message == f"written by {shown.student.key}."


def test_of_a_name_that_begins_with_a_login_nothing_is_left(tmp_path: Path) -> None:
    entry = entry_of("k1", "Ada Lovelace", login="Ada", message="Ada Lovelace, called Ada")
    (shown,) = anonymous([entry], tmp_path / "m.csv")
    assert shown.report is not None
    pseudonym = shown.student.key
    message = shown.report.assignments[1].checks[1].message
    assert message == f"{pseudonym}, called {pseudonym}"


def test_a_name_of_three_letters_is_looked_for_and_no_shorter_one(tmp_path: Path) -> None:
    entries = [entry_of("k1", "Bo", message="Bo!"), entry_of("k2", "Bob", message="Bob!")]
    shown = {e.student.key: e for e in anonymous(entries, tmp_path / "m.csv")}
    told = {e.report.assignments[1].checks[1].message for e in shown.values() if e.report}
    (pseudonym,) = {f"{key}!" for key in shown} & told
    assert told == {"Bo!", pseudonym}
    assert re.fullmatch(r"student-[0-9a-f]{6}!", pseudonym)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("inci öz", "İNCİ ÖZ"),
        ("I\u015f\u0131k", "\u0131\u015f\u0131k"),
        ("STRASSE", "strasse"),
        ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ],
)
def test_a_name_is_found_in_any_case_of_letters(name: str, written: str, tmp_path: Path) -> None:
    (shown,) = anonymous([entry_of("k1", name, message=f"by {written}.")], tmp_path / "m.csv")
    assert shown.report is not None
    assert shown.report.assignments[1].checks[1].message == f"by {shown.student.key}."


def test_every_text_that_is_hidden_is_looked_into() -> None:
    said = Comment("relu", "a comment", ""), Extension("relu", "", 2, "more time", "")
    entry = msgspec.structs.replace(ADA, comments=[said[0]], extensions=[said[1]])
    hidden: list[str] = []
    hidden_entry(entry, lambda text: hidden.append(text) or text)
    assert sorted(hidden) == sorted(texts_of(entry))


def test_where_a_file_lay_does_not_tell_whose_it_is(tmp_path: Path) -> None:
    assert ADA.report is not None
    place = "Ada Lovelace/relu (1).py"
    assignments = [
        msgspec.structs.replace(assignment, read_from=place, notes=[f"in {place}"])
        for assignment in ADA.report.assignments
    ]
    report = msgspec.structs.replace(ADA.report, assignments=assignments)
    (entry,) = anonymous([msgspec.structs.replace(ADA, report=report)], tmp_path / "mapping.csv")
    assert entry.report is not None
    for assignment in entry.report.assignments:
        assert assignment.read_from == f"{entry.student.key}/relu (1).py"
        assert assignment.notes == [f"in {assignment.read_from}"]


def test_all_that_does_not_tell_stays_as_it_is(tmp_path: Path) -> None:
    (entry,) = anonymous([ADA], tmp_path / "mapping.csv")
    key = entry.student.key
    assert entry.report is not None and ADA.report is not None
    relu = entry.report.assignments[1]
    assert relu.checks[1].message == f"{key}: {key}; {key} but not 18151 or 0.1815x"
    assert relu.output == f"hello from {key} at {key}/relu.py\n"
    assert entry.overrides[0].reason == f"{key} ({key}) was ill"
    assert entry.report.score == ADA.report.score and entry.final == ADA.final
    assert relu.checks[0] == ADA.report.assignments[1].checks[0]


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_tells_who_somebody_is(
    tmp_path: Path, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gradebook = Pseudonymised(FakeGradebook([ADA]), tmp_path / "mapping.csv")
    if format in ("moodle", "jplag", "blackboard"):  # they need what says who somebody is
        with pytest.raises(ExportError):
            export(gradebook, format, tmp_path / "out")
    else:
        export(gradebook, format, tmp_path / "out")
    written = capsys.readouterr().err
    for path in tmp_path.rglob("*"):
        if path.name != "mapping.csv":
            written += path.name + (path.read_text(encoding="utf-8") if path.is_file() else "")
    assert not [word for word in TELLING if word in written.lower()]


def test_the_order_of_the_class_does_not_tell_the_order_of_the_names(tmp_path: Path) -> None:
    entries = [entry_of(f"k{number:02}", f"Name {number:02}") for number in range(30)]
    keys = [entry.student.key for entry in anonymous(entries, tmp_path / "mapping.csv")]
    assert keys == sorted(keys)
    names = {row["pseudonym"]: row["name"] for row in mapping_rows(tmp_path / "mapping.csv")}
    assert [names[key] for key in keys] != sorted(names[key] for key in keys)


def test_a_pseudonym_is_the_same_at_every_reading_and_every_export(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.csv"
    gradebook = Pseudonymised(FakeGradebook([ADA]), mapping)
    first, again = list(gradebook), list(gradebook)
    assert first == again == anonymous([ADA], mapping)


def test_a_pseudonym_stays_when_the_name_or_the_class_changes(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.csv"
    (before,) = anonymous([ADA], mapping)
    written = mapping.read_bytes()
    renamed = entry_of("lovelace_ada", "Ada King")
    after = anonymous([entry_of("bob", "Bob"), renamed], mapping)
    assert before.student.key in {entry.student.key for entry in after}
    assert mapping.read_bytes().startswith(written)
    assert [row["key"] for row in mapping_rows(mapping)] == ["", "lovelace_ada", "bob"]


def test_a_class_without_anyone_new_leaves_the_mapping_untouched(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.csv"
    anonymous([ADA], mapping)
    before = mapping.stat()
    anonymous([ADA], mapping)
    assert (mapping.stat().st_ino, mapping.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


def test_another_mapping_makes_other_pseudonyms(tmp_path: Path) -> None:
    (one,), (other,) = anonymous([ADA], tmp_path / "1.csv"), anonymous([ADA], tmp_path / "2.csv")
    assert one.student.key != other.student.key


def test_the_mapping_leads_back_to_the_name(tmp_path: Path) -> None:
    (entry,) = anonymous([ADA], tmp_path / "mapping.csv")
    secret, row = mapping_rows(tmp_path / "mapping.csv")
    assert row == {"key": "lovelace_ada", "pseudonym": entry.student.key, "name": "Ada Lovelace"}
    assert len(secret["pseudonym"]) == 64 and not secret["key"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_the_mapping(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        for entries in ([ADA], [ADA, entry_of("bob", "Bob")]):
            anonymous(entries, tmp_path / "mapping.csv")
            assert stat.S_IMODE((tmp_path / "mapping.csv").stat().st_mode) == 0o600
        assert os.umask(0) == 0
    finally:
        os.umask(mask)
    assert os.listdir(tmp_path) == ["mapping.csv"]


def test_pseudonyms_are_on_disk_before_anyone_sees_them(tmp_path: Path) -> None:
    entries = iter(Pseudonymised(FakeGradebook([ADA]), tmp_path / "mapping.csv"))
    shown = next(entries).student.key
    assert shown in (tmp_path / "mapping.csv").read_text()


def test_students_whose_digests_begin_alike_get_longer_pseudonyms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.gradebook.pseudonyms.SHORTEST", 1)
    entries = [entry_of(f"k{number}", f"Name {number}") for number in range(40)]
    keys = [entry.student.key for entry in anonymous(entries, tmp_path / "mapping.csv")]
    assert len(set(keys)) == 40 and max(map(len, keys)) > len("student-0")
    again = anonymous(entries[::-1], tmp_path / "mapping.csv")
    assert [entry.student.key for entry in again] == keys


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"key,name\n1,2\n",
        b"key,pseudonym,name\n",
        b"key,pseudonym,name\n,00,secret\n",
        b"key,pseudonym,name\n,not hexadecimal,secret\n",
        b"key,pseudonym,name\n," + b"ab" * 32 + b",s\nada,student-1,Ada\nbob,student-1,Bob\n",
        b"key,pseudonym,name\n," + b"ab" * 32 + b",s\nada,student-1,Ada\nada,student-2,Ada\n",
        b"key,pseudonym,name\n," + b"ab" * 32 + b",s\nada\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_damaged_mapping_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    mapping = tmp_path / "mapping.csv"
    mapping.write_bytes(content)
    with pytest.raises(ExportError, match="no mapping of pseudonyms, or a damaged one"):
        Pseudonymised(FakeGradebook([ADA]), mapping)
    assert mapping.read_bytes() == content


def test_harmful_names_are_kept_apart_and_harmless_in_the_mapping(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.csv"
    entries = harmful_class()
    keys = {entry.student.key for entry in anonymous(entries, mapping)}
    assert len(keys) == len(entries)
    rows = mapping_rows(mapping)
    assert len(rows) == len(entries) + 1
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert not [cell for cell in cells if "\n" in cell or "\0" in cell]


@pytest.mark.parametrize("key", ["=1+1", "'=1+1", "''", "-x", "@y", "a;=b", 'a"b,c', "ü 🎈"])
def test_any_key_is_found_again_in_the_mapping(tmp_path: Path, key: str) -> None:
    mapping = tmp_path / "mapping.csv"
    (entry,) = anonymous([entry_of(key, "A Name")], mapping)
    assert Mapping(mapping).pseudonym_of(entry_of(key).student) == entry.student.key
    assert not mapping_rows(mapping)[1]["key"].startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL.keys())
def test_harmful_names_are_replaced_in_texts(tmp_path: Path, text: str) -> None:
    entry = entry_of("k1", text, overrides=[override("relu", 9.0, f"{text} was ill")])
    (hidden,) = anonymous([entry], tmp_path / "mapping.csv")
    pseudonym = hidden.student.key
    if text.strip():
        assert hidden.overrides[0].reason.strip() == f"{pseudonym} was ill"


def test_short_names_are_not_looked_for_as_they_are_part_of_too_much(tmp_path: Path) -> None:
    entry = entry_of("k", "Al", identifier="7", message="7 of the 17 values of Al are 0.7")
    (hidden,) = anonymous([entry], tmp_path / "mapping.csv")
    assert hidden.report is not None
    assert hidden.report.assignments[1].checks[1].message == "7 of the 17 values of Al are 0.7"


def test_a_pseudonymised_class_can_be_read_as_junit(tmp_path: Path) -> None:
    gradebook = Pseudonymised(FakeGradebook(harmful_class()), tmp_path / "mapping.csv")
    export(gradebook, "junit", tmp_path / "out.xml")
    names = [suite.get("name") for suite in ElementTree.parse(tmp_path / "out.xml").getroot()]
    assert len(names) == len(set(names)) == len(harmful_class())


def test_no_digest_by_which_a_file_could_be_found_goes_out_without_the_name() -> None:
    handed_in = {"relu": HandIn("2026-10-31T22:59:00Z", "c0de", "7ee")}
    shown = pseudonymised(msgspec.structs.replace(entry_of("ada"), hand_ins=handed_in), "student-1")
    assert shown.hand_ins == {"relu": HandIn("2026-10-31T22:59:00Z")}


def test_what_is_in_doubt_does_not_tell_whose_it_may_be(tmp_path: Path) -> None:
    entry = msgspec.structs.replace(ADA, doubt="Ada Lovelace")
    (shown,) = anonymous([entry], tmp_path / "mapping.csv")
    assert shown.doubt == shown.student.key

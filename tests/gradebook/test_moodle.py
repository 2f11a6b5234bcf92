"""What Moodle makes of its grading worksheet, read back by a model of its import."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from helpers.exports import exported, rows_of
from helpers.fake_gradebook import HARMFUL, entry_of, harmful_class, override
from msgspec.structs import replace

from grader.gradebook.scores import ExportError


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


@pytest.mark.parametrize("final", [18.0, 0.0])
def test_moodle_is_told_of_a_total_that_was_set_and_of_no_lateness_that_it_did_not_cost(
    tmp_path: Path, final: float
) -> None:
    by_hand = [override("", final, "as agreed")]
    entry = entry_of("ada", email="a@b", overrides=by_hand, late_percent=10.0, final=final)
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@b": "ada"})["ada"]
    assert grades["Total"] == f"{final:g}"
    assert grades["Total feedback"] == f"Set to {final:g}: as agreed"
    assert grades["Momentum feedback"].startswith("Late: due 31 Oct 2026")


def test_moodles_feedback_is_of_what_failed_and_how_the_file_was_read_not_of_what_was_not_judged(
    tmp_path: Path,
) -> None:
    entry = entry_of("ada", email="a@b")
    assert entry.report is not None
    momentum, relu = entry.report.assignments
    unjudged = replace(relu.checks[0], verdict="not_judged", message="left out")
    notes = ["NameError (line 9), so only the definitions count; left out: line 9"]
    relu = replace(relu, checks=[unjudged, *relu.checks[1:]], notes=notes)
    entry = replace(entry, report=replace(entry.report, assignments=[momentum, relu]))
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@b": "ada"})["ada"]
    assert grades["ReLU feedback"] == (
        f"The rule is followed: the hidden layer is not max(0, x) | {notes[0]}"
    )
    assert grades["Momentum feedback"] == ""


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


@pytest.mark.parametrize("formula", ["$$x$$", "$$$$x$$$", "[tex]x[/tex]", "\\(x\\)", "\\[x\\]"])
def test_no_text_is_a_formula_to_moodles_filters(tmp_path: Path, formula: str) -> None:
    entry = entry_of("ada", formula, email="a@b", message=f"it costs $5, not {formula}")
    grades = import_into_moodle(exported([entry], "moodle", tmp_path), {"a@b": "ada"})
    for column in ("name", "ReLU feedback"):
        text = grades["ada"][column]
        assert formula in html.unescape(text).replace("'", "")
        assert not any(sign in text for sign in ("$$", "\\", "[tex]", "[/tex]"))
    assert "it costs $5" in grades["ada"]["ReLU feedback"]

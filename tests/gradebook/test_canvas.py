"""What Canvas makes of its own gradebook with our scores in it, by a model of its import."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from helpers.exports import exported, is_run, rows_of
from helpers.fake_gradebook import HARMFUL, FakeGradebook, entry_of, harmful_class, override

from grader.course.manifest import CanvasColumns, load_course
from grader.gradebook.export import canvas_columns, export, named_columns
from grader.gradebook.formats.canvas_file import decimal
from grader.gradebook.scores import ExportError


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


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("10", 10), ("7,5", 7.5), ("7.5", 7.5), ("1,000", 1000), ("1.000", 1000),
        ("1,000.50", 1000.5), ("1.000,50", 1000.5), ("12,345,678", 12_345_678), ("0.125", 0.125),
        ("1000.125", 1000.125), ("", None), ("-", None), ("1,2,3", 12.3),
    ],
)  # fmt: skip
def test_points_possible_are_read_with_marks_between_thousands(
    written: str, points: float | None
) -> None:
    assert decimal(written) == points


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


@pytest.mark.parametrize(
    ("possible", "points", "score"),
    [("100", "100", "50.00"), ('"1,000.00"', "1000", "500.00"), ('"1.000,00"', "1000", "500.00")],
)
def test_scores_are_scaled_to_canvass_points_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], possible: str, points: str, score: str
) -> None:
    rows = ["Student,ID,SIS Login ID,Section,ReLU (9)", f"Points Possible,,,,{possible}"]
    canvas = "\n".join([*rows, "A,1,ada,S,", ""])
    text = exported([entry_of("a", login="ada")], "canvas", tmp_path, canvas=canvas)
    assert text.splitlines()[2] == f"A,1,ada,S,{score}"
    said = capsys.readouterr().err
    assert f"'ReLU' has {points} points in Canvas and 10 here: scores are scaled" in said


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


def test_two_of_one_login_are_told_apart_by_canvass_own_numbers(tmp_path: Path) -> None:
    def written(*numbers: str) -> list[str]:
        entries = [entry_of(n, f"Name {n}", login="both", number=n) for n in numbers]
        return [row["ID"] for row in rows_of(exported(entries, "canvas", tmp_path))[1:]]

    assert written("canvas:1", "canvas:2") == ["1", "2"]
    assert written("canvas:1", "") == ["1"]


@pytest.mark.parametrize(("columns", "told"), [(12, "'Quiz 12'"), (13, "'Quiz 12' and 1 more")])
def test_twelve_columns_are_named_of_which_none_is_ours(
    tmp_path: Path, columns: int, told: str
) -> None:
    quizzes = ",".join(f"Quiz {number} ({number})" for number in range(1, columns + 1))
    with pytest.raises(ExportError, match=f": 'Quiz 1', .*, {told}$"):
        exported([entry_of("a")], "canvas", tmp_path, canvas=f"Student,ID,Section,{quizzes}\n")


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
    assert canvas_columns(course) == {"relu": "HW 1", "": "All"}
    named = named_columns(course, ["relu=HW 2", "adam=HW 3", "Sum = all"])
    assert canvas_columns(course) | named == {"relu": "HW 2", "adam": "HW 3", "": "Sum = all"}

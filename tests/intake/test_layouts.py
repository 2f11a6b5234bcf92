"""What a class has handed in: every layout, as a folder and as a zip; rosters; who is who."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path

import pytest

from grader.batch.enrol import enrol, new_key
from grader.gradebook.store import StoredStudent, open_store
from grader.intake.layouts import ClassList, Handed, open_class
from grader.intake.roster import Line, RosterError, read_roster
from grader.submissions.model import SubmissionError

SLUGS = ["relu", "dropout"]
Files = Mapping[str, str | bytes]


def make_folder(path: Path, files: Files) -> Path:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def make_zip(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(params=["folder", "zip", "zip with a folder around all"])
def make_class(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """The same files in each way that a class comes."""

    def make(files: Files) -> Path:
        if request.param == "folder":
            return make_folder(tmp_path / "class", files)
        around = "" if request.param == "zip" else "assignment_1_export/"
        path = tmp_path / "class.zip"
        path.write_bytes(make_zip({around + name: content for name, content in files.items()}))
        return path

    return make


def read(path: Path) -> tuple[ClassList, dict[str, dict[str, str]]]:
    """The class, and the modules' texts by source and slug, problems included."""
    with open_class(path, SLUGS, times_of=SLUGS) as class_:
        texts = {}
        for handed in class_.submissions:
            submission = handed.load()
            texts[handed.source] = {
                slug: source.text for slug, source in submission.sources.items()
            } | submission.problems
    return class_, texts


def people(class_: ClassList) -> list[tuple[str, str]]:
    return [(handed.name, handed.identifier) for handed in class_.submissions]


# ---------------------------------------------------------------- layouts


def test_folders_archives_and_modules_are_a_submission_each(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "alice/relu.py": "a",
                "bob/assignments/dropout.py": "b",
                "carl.zip": make_zip({"homework/relu.py": "c"}),
                "dora/handed_in/relu.py": "e",
                "emil/homework.zip": make_zip({"relu.py": "f"}),
                "readme.txt": "",
                "__MACOSX/._x": "",
            }
        )
    )
    assert texts == {
        "alice": {"relu": "a"},
        "bob": {"dropout": "b"},
        "carl": {"relu": "c"},
        "dora": {"relu": "e"},
        "emil": {"relu": "f"},
    }
    assert class_.notes == ["no submissions, so left out: readme.txt"]
    assert class_.layout == "a folder, archive or module a submission: 5 submissions"


def test_canvas_files_are_gathered_by_student_and_the_newest_counts(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "doejane_1234_5678_dropout.py": "old",
                "doejane_LATE_1234_6001_dropout-1.py": "newer",
                "doejane_LATE_1234_6002_dropout-10.py": "newest",
                "doejane_1234_5679_relu.py": "r",
                "doejane_99_5680_relu.py": "another Jane",
                "roejohn_77_5681_homework.zip": make_zip({"x/relu.py": "old", "x/dropout.py": "d"}),
                "roejohn_77_6000_homework-2.zip": make_zip({"x/relu.py": "new"}),
                "roejohn_77_6001_report.pdf": "",
                "mixed_5_1_relu.py": "loose",
                "mixed_5_2_all.zip": make_zip({"relu.py": "packed", "dropout.py": "d"}),
            }
        )
    )
    assert texts == {
        "doejane_1234": {"dropout": "newest", "relu": "r"},
        "doejane_99": {"relu": "another Jane"},
        "roejohn_77": {"relu": "new"},
        "mixed_5": {
            "relu": "loose",
            "dropout": "d",
        },
    }
    assert people(class_) == [
        ("doejane", "1234"), ("doejane", "99"), ("mixed", "5"), ("roejohn", "77"),
    ]  # fmt: skip
    assert class_.layout == "a download from Canvas: 4 submissions"
    assert "marks 1 of them as late" in class_.notes[0]


def test_moodle_folders_and_files_belong_to_who_is_named_in_front(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "Jane Doe_1234_assignsubmission_file_/relu.py": "a",
                "Jane Doe_1235_assignsubmission_file_/relu.py": "b",
                "Jane Doe_1235_assignsubmission_onlinetext_/text.html": "",
                "Max_von Adel_7_assignsubmission_file_/work.zip": make_zip({"w/relu.py": "c"}),
                "Zoë Ångström_8_assignsubmission_file_relu.py": "d",
                "Zoë Ångström_8_assignsubmission_file_dropout.py": "e",
            }
        )
    )
    assert texts == {
        "Jane Doe_1234": {"relu": "a"},
        "Jane Doe_1235": {"relu": "b"},
        "Max_von Adel_7": {"relu": "c"},
        "Zoë Ångström_8": {"relu": "d", "dropout": "e"},
    }
    assert ("Max_von Adel", "7") in people(class_)
    assert class_.layout == "a download from Moodle: 4 submissions"
    assert class_.notes == []


METADATA = """---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '0042'
    :email: jane@example.edu
  :created_at: 2026-10-01 10:00:00.123456789 Z
  :score: 3.5
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: "x"
submission_12:
  :submitters:
  - :name: John Roe
    :sid:
    :email: john@example.edu
  - :name: Jane Doe
    :sid: '0043'
    :email: jane2@example.edu
  :created_at: 2026-10-02 10:00:00.000000000 +02:00
"""


def test_gradescope_folders_are_named_by_the_metadata(make_class) -> None:  # type: ignore[no-untyped-def]
    class_, texts = read(
        make_class(
            {
                "submission_metadata.yml": METADATA,
                "submission_11/relu.py": "a",
                "submission_12/relu.py": "b",
                "submission_13/relu.py": "c",
            }
        )
    )
    assert texts == {
        "Jane Doe_0042": {"relu": "a"},
        "Jane Doe_0043": {"relu": "b"},
        "John Roe_john@example.edu": {"relu": "b"},
        "submission_13": {"relu": "c"},
    }
    times = {handed.source: handed.submitted_at for handed in class_.submissions}
    assert times["Jane Doe_0042"] == "2026-10-01T10:00:00Z"
    assert times["Jane Doe_0043"] == "2026-10-02T08:00:00Z"
    assert class_.layout == "a download from Gradescope: 4 submissions"
    assert class_.notes == ["submission_metadata.yml does not say whose they are: submission_13"]


def test_gradescope_folders_are_named_by_the_table_of_grades_too(make_class) -> None:  # type: ignore[no-untyped-def]
    table = (
        "First Name,Last Name,SID,Email,Submission ID,Submission Time,Lateness (H:M:S)\n"
        "Jane,Doe,0042,jane@example.edu,11,2026-10-01 10:00:00 -0700,00:00:00\n"
        "John,Roe,7,john@example.edu,,,\n"
    )
    class_, texts = read(make_class({"grades.csv": table, "submission_11/relu.py": "a"}))
    assert texts == {"Jane Doe_0042": {"relu": "a"}}
    assert class_.submissions[0].submitted_at == "2026-10-01T17:00:00Z"


def test_metadata_that_is_none_is_said(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"submission_metadata.yml": "a: [", "submission_1/relu.py": "a"})
    with (
        pytest.raises(SubmissionError, match=r"submission_metadata\.yml can't be read"),
        open_class(path, SLUGS),
    ):
        pass


# ---------------------------------------------------------------- hostile and odd


HOSTILE = [
    "../../x", "=cmd|' -C calc'!A0", "<img src=x onerror=alert(1)>", "🦊", "n" * 300,
    "\u202eevil", "CON", "a\x1b[31mred", "..", "-rf",
]  # fmt: skip


def test_a_hostile_name_is_but_a_name(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(make_zip({f"{name}/relu.py": name for name in HOSTILE} | {"b/relu.py": "b"}))
    _, texts = read(path)
    assert texts == {name: {"relu": name} for name in HOSTILE} | {"b": {"relu": "b"}}
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_left_alone(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"alice/relu.py": "a", "bob/x": ""})
    (folder / "link").symlink_to(folder / "alice")
    (folder / "bob" / "relu.py").symlink_to(folder / "alice" / "relu.py")
    class_, texts = read(folder)
    assert class_.notes == ["no submissions, so left out: link"]
    assert texts["bob"] == {"relu": "relu.py: it is a symbolic link; put the file itself there"}


def test_in_a_zip_links_bombs_and_duplicates_cost_one_module_each(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    link = zipfile.ZipInfo("linked/relu.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb/relu.py", b"\0" * (50 << 20))
        archive.writestr("twice/relu.py", "a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twice/relu.py", "b")
        archive.writestr("right/relu.py", "c")
    _, texts = read(path)
    assert texts == {
        "linked": {"relu": "relu.py: it is a symbolic link; put the file itself there"},
        "bomb": {"relu": "relu.py: it is larger than 1 MiB; hand in source code only"},
        "twice": {"relu": "relu.py: it is in the zip twice"},
        "right": {"relu": "c"},
    }


def test_a_damaged_archive_is_one_submissions_problem(make_class) -> None:  # type: ignore[no-untyped-def]
    path = make_class({"a.zip": b"PK\x03\x04 nothing", "b/relu.py": "b"})
    with open_class(path, SLUGS) as class_:
        with pytest.raises(SubmissionError, match=r"a\.zip: the archive is damaged"):
            class_.submissions[0].load()
        assert class_.submissions[1].load().sources["relu"].text == "b"


def test_what_is_no_class_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none", make_folder(tmp_path, {"x.txt": "x"}) / "x.txt"):
        with (
            pytest.raises(SubmissionError, match="name the folder that holds the submissions"),
            open_class(path, SLUGS),
        ):
            pass


# ---------------------------------------------------------------- the roster


def roster(tmp_path: Path, text: str | bytes) -> list[Line]:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_roster(path, UTC)


def test_single_modules_are_submissions_too(tmp_path: Path) -> None:
    _, texts = read(make_folder(tmp_path / "class", {"relu.py": "a", "x/dropout.py": "b"}))
    assert texts == {"relu.py": {"relu": "a"}, "x": {"dropout": "b"}}


@pytest.mark.parametrize(
    "text",
    [
        "name,identifier,email,login\nJane Doe,42,jane@example.edu,jd\n",
        "\ufeffName;Identifier;E-Mail;Login\r\nJane Doe;42;jane@example.edu;jd\r\n\r\n",
        "First name\tSurname\tID number\tEmail address\tUsername\n"
        "Jane\tDoe\t42\tjane@example.edu\tjd",
        "Student,ID,SIS Login ID,Section,Email\n    Points Possible,,,,\n"
        "Jane Doe,42,jd,A,jane@example.edu\n",
        "Identifier,Full name,Email address,Username\n"
        "Participant 42,Jane Doe,jane@example.edu,jd\n",
    ],
)
def test_rosters_are_read_as_people_and_course_systems_write_them(
    text: str, tmp_path: Path
) -> None:
    assert roster(tmp_path, text) == [Line("Jane Doe", ("42",), "jane@example.edu", "jd")]


def test_times_of_submission_are_read_off_the_roster(tmp_path: Path) -> None:
    lines = roster(
        tmp_path,
        "name,submitted\nA,2026-10-01T12:00:00+02:00\nB,2026-10-01 12:00\nC,-\n"
        'D,"Thursday, 1 October 2026, 9:10 PM"\n',
    )
    assert [line.submitted_at for line in lines] == [
        "2026-10-01T10:00:00Z", "2026-10-01T12:00:00Z", "", "2026-10-01T21:10:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("points,remarks\n1,2\n", "no column is called name"),
        ("", "no column is called name"),
        ("name,identifier\nA,1\nB,1\n", "line 3: 1 is on line 2 already"),
        ("name\nA\nA\n", "line 3: A is on line 2 already"),
        ("name,submitted\nA,yesterday\n", "line 2: the time 'yesterday' can't be read"),
        (b"name\n\xff\n", "not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said(
    text: str | bytes, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(RosterError, match=complaint):
        roster(tmp_path, text)


# ---------------------------------------------------------------- who is who


def handed(source: str, name: str = "", identifier: str = "", **known: str) -> Handed:
    def load():  # type: ignore[no-untyped-def]
        raise AssertionError

    return Handed(source, name or source, load, identifier, **known)


class Class:
    """A results folder that classes are enrolled in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def enrol(self, *submissions: Handed, roster: Sequence[Line] | None = None) -> list[str]:
        with open_store(self.folder, create=True) as store:
            enrolment = enrol(store, submissions, roster)
        self.keys = enrolment.keys
        return enrolment.notes

    @property
    def students(self) -> dict[str, StoredStudent]:
        with open_store(self.folder) as store:
            return {stored.student.key: stored for stored in store.students()}


@pytest.fixture
def class_(tmp_path: Path) -> Class:
    return Class(tmp_path / "results")


def test_two_of_the_same_name_are_kept_apart(class_: Class) -> None:
    class_.enrol(handed("Jane Doe_1", "Jane Doe", "1"), handed("Jane Doe_2", "Jane Doe", "2"))
    assert class_.keys == ["Jane-Doe-1", "Jane-Doe-2"]
    class_.enrol(handed("jane doe"), handed("Jane Doe"), handed("Jane_Doe"))
    assert len({key.casefold() for key in class_.keys}) == 3


def test_keys_are_safe_as_file_names_whatever_the_name(class_: Class) -> None:
    class_.enrol(*(handed(name) for name in HOSTILE))
    assert len(set(class_.keys)) == len(HOSTILE)
    for key in class_.keys:
        assert key.isascii() and len(key) < 100
        assert key[0].isalnum() and not set(key) & set('/\\:*?"<>|=\x1b \n')
    assert new_key("CON", "", "x", ()) != "CON"


def test_a_student_keeps_the_key_from_run_to_run(class_: Class) -> None:
    class_.enrol(handed("jane doe"), handed("Jane Doe"))
    before = dict(zip(["jane doe", "Jane Doe"], class_.keys, strict=True))
    class_.enrol(handed("Jane Doe"), handed("jane doe"), handed("JANE DOE"))
    assert class_.keys[:2] == [before["Jane Doe"], before["jane doe"]]


def test_the_roster_names_those_who_handed_in_and_adds_those_who_did_not(class_: Class) -> None:
    lines = [
        Line("Doe, Jane", ("1234", "s99"), "jane@example.edu", "jd"),
        Line("Roe, John", ("5",), "john@example.edu", "jr", "2026-10-01T00:00:00Z"),
        Line("Nobody, Nora", ("6",), "nora@example.edu", "nn"),
    ]
    notes = class_.enrol(
        handed("doejane_1234", "doejane", "1234"), handed("jr"), handed("stranger"), roster=lines
    )
    assert notes == ["stranger: not on the roster"]
    students = class_.students
    jane, john = students[class_.keys[0]].student, students[class_.keys[1]]
    assert (jane.name, jane.identifier, jane.email) == ("Doe, Jane", "1234", "jane@example.edu")
    assert (john.student.name, john.submitted_at) == ("Roe, John", "2026-10-01T00:00:00Z")
    (nora,) = [s for s in students.values() if s.source is None]
    assert nora.student.name == "Nobody, Nora"


def test_a_name_matches_only_where_it_is_nobody_elses(class_: Class) -> None:
    lines = [Line("Ångström, Zoë", ("1",)), Line("Doe, Jane", ("2",)), Line("Jane Doe", ("3",))]
    notes = class_.enrol(handed("zoe angstrom"), handed("Jane Doe"), roster=lines)
    assert notes == ["Jane Doe: not on the roster"]
    assert class_.students[class_.keys[0]].student.identifier == "1"
    assert len(class_.students) == 4


def test_whoever_hands_in_late_takes_over_the_line_on_the_roster(class_: Class) -> None:
    lines = [Line("Doe, Jane", ("1",)), Line("Roe, John", ("2",)), Line("Poe, Pat", ("3",))]
    class_.enrol(handed("Doe Jane"), roster=lines)
    with open_store(class_.folder) as store:
        (john,) = [s.student for s in store.students() if s.student.name == "Roe, John"]
        store.add_override(john.key, "", 40, "illness")
    class_.enrol(handed("roejohn_2", "roejohn", "2"), roster=lines[:2])
    students = class_.students
    assert sorted(s.student.name for s in students.values()) == ["Doe, Jane", "Roe, John"]
    (key,) = class_.keys
    with open_store(class_.folder) as store:
        assert [override.score for override, _ in store.decisions()[key].override_log] == [40]


def test_the_same_roster_again_changes_nothing(class_: Class) -> None:
    lines = [Line("Jane Doe", ("1",)), Line("Jane Doe", ("2",)), Line("Pat")]
    class_.enrol(handed("x"), roster=lines)
    before = class_.students
    class_.enrol(handed("x"), roster=lines)
    assert class_.students == before
    class_.enrol(handed("x"))
    assert class_.students == before

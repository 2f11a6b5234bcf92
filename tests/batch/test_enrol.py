"""Who is who: hand-ins, the roster and whoever is stored made one list."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from helpers.classes import make_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.enrol import enrol
from grader.batch.who.keys import RESERVED, new_key
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.people import name_forms, plain_number
from grader.intake.layouts import Handed, Handle, open_class
from grader.intake.roster import Line
from grader.submissions.model import Submission, SubmissionError

HOSTILE = [
    "../../x", "=cmd|' -C calc'!A0", "<img src=x onerror=alert(1)>", "🦊", "n" * 300,
    "\u202eevil", "CON", "a\x1b[31mred", "..", "-rf",
]  # fmt: skip


def handed(source: str, *handles: Handle, group: str = "", text: str = "x") -> Handed:
    """A folder of that name, or what these handles say."""

    def load() -> Submission:
        return Submission(source, {}, {"relu": text})

    return Handed(source, source, load, handles or (("word", source),), group=group)


def canvas(name: str, number: int, group: str = "") -> Handed:
    return handed(f"{name}_{number}", ("number", f"canvas:{number}"), ("name", name), group=group)


def moodle(name: str, number: int, group: str = "") -> Handed:
    return Handed(
        f"{name}_{number}",
        name,
        handed(name).load,
        (("number", f"moodle:{number}"), ("name", name)),
        group=group or name,
    )


class Class:
    """A results folder that classes are enrolled in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def enrol(
        self, *submissions: Handed, roster: Sequence[Line] | None = None, teams: bool = False
    ) -> list[str]:
        with open_store(self.folder, create=True) as store:
            self.enrolment = enrol(store, submissions, roster, teams=teams)
        return self.enrolment.notes

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.enrolment.handed]

    @property
    def students(self) -> dict[str, StoredStudent]:
        with open_store(self.folder) as store:
            return {stored.student.key: stored for stored in store.students()}


@pytest.fixture
def class_(tmp_path: Path) -> Class:
    return Class(tmp_path / "results")


def test_two_of_the_same_name_are_kept_apart(class_: Class) -> None:
    class_.enrol(moodle("Jane Doe", 1), moodle("Jane Doe", 2))
    assert class_.keys == ["Jane-Doe-1", "Jane-Doe-2"]
    class_.enrol(handed("pat poe"), handed("Pat Poe"), handed("Pat_Poe"))
    assert len({key.casefold() for key in class_.keys}) == 3


def test_keys_are_safe_as_file_names_whatever_the_name(class_: Class) -> None:
    class_.enrol(*(handed(name) for name in HOSTILE))
    assert len(set(class_.keys)) == len(HOSTILE)
    for key in class_.keys:
        assert key.isascii() and len(key) < 100
        assert key[0].isalnum() and not set(key) & set('/\\:*?"<>|=\x1b \n')
    assert new_key("CON", "", "x", ()) != "CON"
    for name in ("aux.ann", "nul.", "COM1.tar.gz"):  # whatever follows the dot
        assert RESERVED.fullmatch(f"{new_key(name, '7', 'x', ())}.html") is None
    assert [new_key("n" * size, "", "", ()) for size in (60, 61)] == ["n" * 60] * 2


@pytest.mark.parametrize("listed", ["Doe,Jane Ann", "Jane Ann Doe"])
def test_a_name_run_together_with_a_word_less_is_asked_about(class_: Class, listed: str) -> None:
    roster = [Line(listed, ("4711",)), Line("Roe, Jane"), Line("Doe")]
    (note,) = class_.enrol(canvas("doejane", 77), roster=roster)
    assert note == (
        f"doejane: not on the roster; if {listed} is meant, write that name there as it is here"
    )


@pytest.mark.parametrize("listed", ["Doe, Jane Ann", "Dr. Jané Doe", "Jane (Jenny) Doe"])
def test_a_name_with_a_word_more_or_less_is_asked_about(class_: Class, listed: str) -> None:
    others = [Line("Jane Poe", ("4712",)), Line("Max Doe", ("4713",))]
    hand_in = moodle("Jane Doe", 1)
    notes = class_.enrol(hand_in, roster=[Line(listed, ("4711",)), *others])
    expected = (
        f"Jane Doe: not on the roster; if {listed} is meant, write that name there as it is here"
    )
    assert notes == [expected]
    assert class_.enrol(hand_in, roster=[Line("Jane Doe", ("4711",)), *others]) == []
    (key,) = class_.keys
    assert class_.students[key].student.identifier == "4711"
    assert len(class_.students) == 3


@pytest.mark.parametrize(
    ("listed", "folder"),
    [
        ("Jane A. Doe", "jane doe"), ("Doe, Jane A.", "Jane Doe"), ("Jane Doe", "Jane A Doe"),
        ("Jane Alice Doe", "Jane A. Doe"), ("Doe, Jane", "jane_a_doe"),
        ("Ann B. C. Doe", "ann doe"), ("Анна Б. Иванова", "анна иванова"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("roster_first", [True, False])
def test_a_middle_initial_makes_nobody_another(
    class_: Class, listed: str, folder: str, roster_first: bool
) -> None:
    lines = [Line(listed, ("4711",)), Line("Max B. Doe", ("4712",))]
    if not roster_first:
        class_.enrol(handed(folder))
    notes = class_.enrol(handed(folder), roster=lines)
    (key,) = class_.keys
    assert class_.students[key].student.identifier == "4711"
    assert len(class_.students) == 2
    assert notes == ([f"{folder}: taken to be {listed} (4711)'s"] if roster_first else [])
    assert class_.enrol(handed(folder), roster=lines) == []


@pytest.mark.parametrize(
    ("listed", "folders"),
    [
        (["Jane A. Doe", "Jane B. Doe"], ["jane doe"]),  # may be either's
        (["Jane A. Doe"], ["jane b. doe"]),
        (["Jane A. Doe"], ["j doe"]),
        (["李 小 龙"], ["李 龙"]),  # no initial
        (["Jane A. Doe"], ["jane doe", "Doe Jane A"]),  # who has handed in otherwise
    ],
)
def test_an_initial_makes_two_one_only_where_nobody_else_is_meant(
    class_: Class, listed: list[str], folders: list[str]
) -> None:
    lines = [Line(name, (str(number),)) for number, name in enumerate(listed, 4711)]
    notes = class_.enrol(*map(handed, folders), roster=lines)
    assert not any("taken to be" in note for note in notes)
    assert not any(
        class_.students[key].standing
        for key, one in class_.enrolment.handed
        if one.source == folders[0]
    )


@pytest.mark.parametrize("both", ["101 A and 101 B", "101 A, 101 B", "101 C, 101 A, and 101 B"])
def test_of_two_sections_in_one_cell_each_has_handed_in(both: str, class_: Class) -> None:
    lines = [
        Line("Ann", sections=(both,)), Line("Bob", sections=("101 B",)),
        Line("Cem", sections=("101 D",)),
    ]  # fmt: skip
    class_.enrol(handed("Ann"), roster=lines)
    assert [class_.students[key].student.name for key in class_.enrolment.absent] == ["Bob"]


def test_who_is_absent_is_told_of_sections_that_handed_in(class_: Class) -> None:
    lines = [
        Line(name, sections=sections)
        for name, sections in [
            ("Ann", ("A",)), ("Bob", ("A",)), ("Cem", ("B",)), ("Dan", ("A", "B")), ("Eve", ()),
        ]
    ]  # fmt: skip
    class_.enrol(handed("Ann"), handed("a stranger"), roster=lines)
    assert class_.enrolment.absent == ["Bob", "Dan", "Eve"]
    namesakes = [Line("Jane Doe", ("1",)), Line("Jane Doe", ("2",)), Line("Fay", ("3",))]
    class_.enrol(handed("Ann"), handed("jane doe"), roster=[*lines[:3], *namesakes])
    assert class_.enrolment.absent == ["Bob", "Fay-3"]  # it may be of either Jane
    doubts = {key: stored.doubt for key, stored in class_.students.items() if stored.doubt}
    assert doubts == {"Jane-Doe-1": "jane doe", "Jane-Doe-2": "jane doe"}
    class_.enrol(handed("Ann"), roster=lines[:3])
    assert class_.enrolment.absent == ["Bob"]  # who was dropped is not missed
    assert not any(stored.doubt for stored in class_.students.values()), "nothing is, any more"


NUMBER_AND_NAME = (
    "4711 Jane Doe", "Doe_Jane_4711", "Jane Doe (4711)", "4711-jane-doe", "JD12 Doe, Jane",
    "jane doe jd12", "4711_jd12_JaneDoe",
)  # fmt: skip


@pytest.mark.parametrize("name", NUMBER_AND_NAME)
@pytest.mark.parametrize("roster_first", [True, False])
def test_a_number_and_a_name_in_one_are_read_as_both(
    class_: Class, name: str, roster_first: bool
) -> None:
    roster = [
        Line("Jane Doe", ("4711",), "jane@example.edu", "jd12"),
        Line("Jane Doe", ("4712",), "other@example.edu", "jd13"),
        Line("Max Roe", ("4713",), "max@example.edu"),
    ]
    if not roster_first:
        class_.enrol(handed(name))
    assert class_.enrol(handed(name), roster=roster) == []
    (key,) = class_.keys
    assert class_.students[key].student.identifier == "4711"
    assert len(class_.students) == 3


def test_a_year_beside_a_name_makes_nobody_one(class_: Class) -> None:
    class_.enrol(handed("Jane Doe 2026"), handed("Max Roe 2026"), handed("Jane Doe 2027"))
    assert len(class_.students) == 3
    notes = class_.enrol(handed("4711 Max Roe"), roster=[Line("Jane Doe", ("4711",))])
    assert notes[-1] == "4711 Max Roe: not on the roster", "another name speaks against it"


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
    notes = class_.enrol(canvas("doejane", 1234), handed("jr"), handed("stranger"), roster=lines)
    assert notes == ["stranger: not on the roster"]
    students = class_.students
    jane, john = students[class_.keys[0]].student, students[class_.keys[1]]
    assert (jane.name, jane.identifier, jane.email) == ("Doe, Jane", "1234", "jane@example.edu")
    assert (john.student.name, john.submitted_at) == ("Roe, John", "2026-10-01T00:00:00Z")
    (nora,) = [s for s in students.values() if s.source is None]
    assert nora.student.name == "Nobody, Nora"


def test_a_name_matches_only_where_it_is_nobody_elses(class_: Class) -> None:
    lines = [Line("Ångström, Zoë", ("1",)), Line("Doe, Jane", ("2",)), Line("Jane Doe", ("3",))]
    (note,) = class_.enrol(handed("zoe angstrom"), handed("Jane Doe"), roster=lines)
    assert note.startswith("Jane Doe: may be of Doe, Jane (2), Jane Doe (3), so it is not graded")
    assert class_.students[class_.keys[0]].student.identifier == "1"
    assert len(class_.students) == 3 and class_.enrolment.refused == 1


def test_whoever_hands_in_late_takes_over_the_line_on_the_roster(class_: Class) -> None:
    lines = [Line("Doe, Jane", ("1",)), Line("Roe, John", ("2",)), Line("Poe, Pat", ("3",))]
    class_.enrol(handed("Doe Jane"), roster=lines)
    with open_store(class_.folder) as store:
        (john,) = [s.student for s in store.students() if s.student.name == "Roe, John"]
        store.add_override(john.key, "", 40, "illness")
    (note,) = class_.enrol(canvas("roejohn", 2), roster=lines[:2])
    assert note.startswith("Poe, Pat: no longer on the roster")
    students = class_.students
    assert {s.student.name: s.standing for s in students.values()} == {
        "Doe, Jane": "enrolled", "Roe, John": "enrolled", "Poe, Pat": "dropped",
    }  # fmt: skip
    (key,) = class_.keys
    with open_store(class_.folder) as store:
        assert [override.score for override, _ in store.decisions()[key].override_log] == [40]


@pytest.mark.parametrize(("gone", "told"), [(5, ""), (6, " and 1 more")])
def test_five_of_those_who_are_gone_are_named(class_: Class, gone: int, told: str) -> None:
    stays, *others = [Line(f"S{number}", (f"{number}",)) for number in range(gone + 1)]
    class_.enrol(roster=[stays, *others])
    (note,) = class_.enrol(roster=[stays])
    assert note.startswith(f"S1, S2, S3, S4, S5{told}: no longer on the roster")


def test_the_same_roster_again_changes_nothing(class_: Class) -> None:
    lines = [Line("Jane Doe", ("1",)), Line("Jane Doe", ("2",)), Line("Pat")]
    class_.enrol(handed("x"), roster=lines)
    before = class_.students
    class_.enrol(handed("x"), roster=lines)
    assert class_.students == before
    class_.enrol(handed("x"))
    assert class_.students == before


def test_what_a_roster_has_mended_is_mended_and_what_it_leaves_out_stays(class_: Class) -> None:
    number = ("4711",)
    class_.enrol(
        roster=[Line("Jane Doe", number, "jane@x.edu", "jd", "", "jane1", ("A",), "Team 1")]
    )
    mended = Line("Jane Roe", number, "roe@x.edu", "jr", "", "roe1", ("B",), "Team 2")
    for line in (mended, Line("", number)):
        class_.enrol(roster=[line])
        (person,) = (stored.student for stored in class_.students.values())
        known = (person.name, person.email, person.login, person.github)
        assert known == ("Jane Roe", "roe@x.edu", "jr", "roe1")
        assert (person.section, person.group) == ("B", "Team 2")


def loads(class_: Class, place: int) -> dict[str, str]:
    return class_.enrolment.handed[place][1].load().problems


# ---------------------------------------------------------------- a person across downloads


def test_a_systems_number_is_the_persons_whatever_they_are_called(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77))
    class_.enrol(canvas("smithjane", 77), canvas("doejane", 78))
    assert {s.student.number: s.student.name for s in class_.students.values()} == {
        "canvas:77": "smithjane", "canvas:78": "doejane",
    }  # fmt: skip


def test_a_systems_number_does_not_stand_in_the_way_of_the_institutions(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77))
    class_.enrol(roster=[Line("Jane Doe", ("4711",))])
    (stored,) = class_.students.values()
    assert (stored.student.identifier, stored.student.number) == ("4711", "canvas:77")


def test_moodles_numbers_are_of_one_assignment(class_: Class) -> None:
    class_.enrol(moodle("Jane Doe", 222), moodle("Bob Roe", 223))
    # The next assignment's numbers, one of which was Bob's in the one before.
    class_.enrol(moodle("Jane Doe", 223), moodle("Bob Roe", 307))
    names = [class_.students[key].student.name for key in class_.keys]
    assert names == ["Jane Doe", "Bob Roe"] and len(class_.students) == 2


def test_moodles_worksheet_tells_namesakes_apart(class_: Class) -> None:
    def worksheet(*numbers: int) -> list[Line]:
        return [
            Line("Jane Doe", email=f"{who}@example.edu", numbers=(f"moodle:{number}",))
            for who, number in zip(("jane.a", "jane.b"), numbers, strict=True)
        ]

    class_.enrol(moodle("Jane Doe", 1), moodle("Jane Doe", 2), roster=worksheet(1, 2))
    class_.enrol(moodle("Jane Doe", 78), moodle("Jane Doe", 77), roster=worksheet(77, 78))
    assert len(class_.students) == 2
    assert [class_.students[key].student.email for key in class_.keys] == [
        "jane.b@example.edu", "jane.a@example.edu",
    ]  # fmt: skip
    # Without it nobody can tell: both are named, and neither is graded.
    notes = class_.enrol(moodle("Jane Doe", 91), moodle("Jane Doe", 92))
    assert class_.keys == [] and class_.enrolment.refused == len(notes) == 2
    assert "may be of Jane Doe (jane.a@example.edu), Jane Doe (jane.b@example.edu)" in notes[0]


def test_what_turns_out_to_be_one_person_becomes_one(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77), canvas("roebob", 78))
    class_.enrol(handed("octo", ("github", "octo")), handed("jane@example.edu"))
    line = Line("Doe, Jane", ("s1",), "jane@example.edu", github="Octo", numbers=("canvas:77",))
    with open_store(class_.folder) as store:
        for key in ("octo", "jane-example.edu"):
            store.add_override(key, "", 40, key)
    class_.enrol(roster=[line])
    (jane,) = [s.student for s in class_.students.values() if s.student.email]
    assert (jane.name, jane.identifier, jane.github) == ("Doe, Jane", "s1", "Octo")
    assert sorted(s.student.name for s in class_.students.values()) == ["Doe, Jane", "roebob"]
    with open_store(class_.folder) as store:
        assert [o.reason for o, _ in store.decisions()[jane.key].override_log] == [
            "octo",
            "jane-example.edu",
        ]


def test_two_who_hand_in_side_by_side_are_not_made_one_by_a_name(class_: Class) -> None:
    two = (handed("jd"), handed("Jane Doe"))
    class_.enrol(*two)
    before = class_.keys
    notes = class_.enrol(*two, roster=[Line("Jane Doe", login="jd")])
    assert class_.keys == before and notes == ["Jane Doe: not on the roster"]
    class_.enrol(two[0], roster=[Line("Jane Doe", login="jd")])
    assert len(class_.students) == 1


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("zoe angstrom", Line("Ångström, Zoë")),
        ("Doe, Jane", Line("Jane DOE")),
        ("mueller-joerg", Line("Jörg Müller")),
        ("O_Brien_Pat", Line("Pat O'Brien")),
        ("jd", Line("Jane Doe", login="JD@example.edu")),
        ("jane.doe", Line("Doe", email="jane.doe@example.edu")),
        ("JANE@EXAMPLE.EDU", Line("Doe", email="jane@example.edu")),
        ("0042", Line("Doe", ("s1", "0042"))),
        ("0007", Line("Doe", ("7",))),  # a spreadsheet has dropped the zeros
        ("7", Line("Doe", ("0007",))),
        ("12345678", Line("Doe", ("123-45-678",))),
        ("123-45-678", Line("Doe", ("12345678",))),
        ("12.345.678-9", Line("Doe", ("12345678-9",))),
        ("B 00123456", Line("Doe", ("B00123456",))),
        ("Jane Doe 123-45-678", Line("Jane Doe", ("12345678",))),
        ("12345678_doe_jane", Line("Jane Doe", ("123-45-678",))),
        ("Jane Doe 4711 jdoe", Line("Jane Doe", ("4711",), login="jdoe")),
        ("Jane Doe 4711 jdoe@example.edu", Line("Jane Doe", ("4711",), "jdoe@example.edu")),
        ("Octocat", Line("Doe", github="octocat")),
    ],
)
def test_people_are_found_as_people_write_them(folder: str, line: Line, class_: Class) -> None:
    others = [Line("Roe, Bob", ("42",), "bob@example.org", "bob", github="bob")]
    assert class_.enrol(handed(folder), roster=[*others, line]) == []
    assert class_.students[class_.keys[0]].student.name == line.name
    assert len(class_.students) == 2


def test_numbers_that_differ_by_zeros_are_two_peoples_where_both_are_there(class_: Class) -> None:
    roster = [Line("Jane Doe", ("47",)), Line("Bob Roe", ("0047",))]
    for _ in range(2):
        assert class_.enrol(handed("0047"), handed("47"), roster=roster) == []
        assert [class_.students[key].student.name for key in class_.keys] == ["Bob Roe", "Jane Doe"]
        roster.reverse()


def test_numbers_that_differ_by_dashes_are_two_peoples_where_both_are_there(class_: Class) -> None:
    roster = [Line("Jane Doe", ("12-34",)), Line("Bob Roe", ("1234",))]
    assert class_.enrol(handed("12-34"), handed("1234"), roster=roster) == []
    assert [class_.students[key].student.name for key in class_.keys] == ["Jane Doe", "Bob Roe"]
    (note,) = class_.enrol(handed("1-234"), roster=roster)
    assert "may be of Bob Roe (1234), Jane Doe (12-34), so it is not graded" in note


@given(st.integers(100, 10**12), st.lists(st.sampled_from(["", "", "-", ".", " ", "/"])))
@settings(derandomize=True, deadline=None)
def test_a_number_is_the_same_with_anything_between_its_digits(
    number: int, between: list[str]
) -> None:
    digits = f"00{number}"
    written = "".join(
        map("".join, zip_longest(digits[:-1], between[: len(digits) - 1], fillvalue=""))
    )
    assert plain_number(written + digits[-1]) == str(number)
    assert plain_number(f"{number}-k") == f"{number}k" != plain_number(f"{number}-l")


def named(class_: Class) -> list[str]:
    return [class_.students[key].student.name for key in class_.keys]


def of(name: str, kind: str, login: str, group: str = "") -> Line:
    """Someone whose login, of this kind, the roster has."""
    line = Line(name, group=group)
    return dataclasses.replace(line, **{kind: login})


@pytest.mark.parametrize("kind", ["github", "login"])
def test_repositories_are_their_owners_whatever_stands_in_front_of_the_login(
    class_: Class, kind: str
) -> None:
    roster = [
        of("Jane Doe", kind, "jane-doe"), of("Max Doe", kind, "Doe"),
        of("Cy", kind, "cy", "Red Pandas"), of("Di", kind, "di", "Red Pandas"),
    ]  # fmt: skip
    clones = [handed(f"homework-1-{owner}") for owner in ("jane-doe", "doe", "red-pandas")]
    assert class_.enrol(*clones, roster=roster) == []
    assert sorted(named(class_)) == ["Cy", "Di", "Jane Doe", "Max Doe"]
    assert named(class_)[:2] == ["Jane Doe", "Max Doe"]


@pytest.mark.parametrize("kind", ["github", "login"])
def test_one_folder_that_ends_like_a_login_is_nobodys_for_that(class_: Class, kind: str) -> None:
    roster = [of("Jane Doe", kind, "jane-doe"), of("Max Smith", kind, "smith")]
    notes = class_.enrol(handed("anna-smith"), handed("hw-jane-doe"), roster=roster)
    assert len(notes) == 2 and all("not on the roster" in note for note in notes)


@pytest.mark.parametrize("kind", ["github", "login"])
def test_a_repository_that_may_be_of_two_is_of_none(class_: Class, kind: str) -> None:
    roster = [of(name, kind, name) for name in ("jane-doe", "doe", "cy", "di")]
    clones = [handed(name) for name in ("hw-jane-doe", "hw-cy", "hw-jane-di")]
    (note,) = class_.enrol(*clones, roster=roster)
    assert "hw-jane-doe: may be of doe (doe), jane-doe (jane-doe), so it is not graded" in note
    assert named(class_) == ["cy", "di"]


def test_a_name_without_zeros_does_not_take_anothers_number(class_: Class) -> None:
    class_.enrol(roster=[Line("Jane Doe", ("0047",))])
    class_.enrol(roster=[Line("Bob Roe", ("47",)), Line("Jane Doe", ("0047",))])
    assert sorted(s.student.name for s in class_.students.values()) == ["Bob Roe", "Jane Doe"]


def test_two_addresses_in_the_roster_make_one_of_two(class_: Class) -> None:
    class_.enrol(handed("Jane Doe"), roster=[Line("Jane Doe", email="old@example.edu")])
    notes = class_.enrol(handed("Jane Doe"), roster=[Line("Jane Doe", email="new@example.edu")])
    assert "may be of Jane Doe (old@example.edu), Jane Doe (new@example.edu)" in notes[1]
    assert notes[1].endswith("if they are one, write both e-mail addresses in the roster's cell")
    both = Line("Jane Doe", email="new@example.edu", other_emails=("old@example.edu",))
    assert class_.enrol(handed("Jane Doe"), roster=[both]) == []
    assert [s.student.email for s in class_.students.values()] == ["new@example.edu"]


def test_a_name_that_two_have_by_now_is_no_longer_the_firsts(class_: Class) -> None:
    one, two = Line("Jane Doe", email="a@example.edu"), Line("Jane Doe", email="b@example.edu")
    assert class_.enrol(handed("Jane Doe"), roster=[one]) == []
    (note,) = class_.enrol(handed("Jane Doe"), roster=[one, two])
    assert "may be of Jane Doe (a@example.edu), Jane Doe (b@example.edu)" in note
    class_.enrol(handed("Jane Doe"), handed("b@example.edu"), roster=[one, two])
    addresses = [class_.students[key].student.email for key in class_.keys]
    assert addresses == ["a@example.edu", "b@example.edu"], "the second has handed in otherwise"


def test_who_is_called_quite_otherwise_is_told(class_: Class) -> None:
    class_.enrol(roster=[Line("Jane Doe", ("1",)), Line("Ada Roe", ("2",))])
    notes = class_.enrol(roster=[Line("Jane Smith", ("1",)), Line("Bo Li", ("2",))])
    assert notes == [
        "Ada Roe: called Bo Li on the roster now; if these are two, mend the number or address "
        "that they share"
    ]


# ---------------------------------------------------------------- what nobody may claim


def test_two_hand_ins_that_claim_one_person_are_refused(class_: Class) -> None:
    lines = [Line("Jane Doe", ("1",), login="jd"), Line("Bob Roe", ("2",))]
    class_.enrol(
        handed("jd"), handed("Jane Doe", text="y"), handed("2"), handed("1", text="y"), roster=lines
    )
    assert len(class_.keys) == 2
    with pytest.raises(SubmissionError, match="1 and Jane Doe and jd are of one person"):
        loads(class_, 0)
    assert loads(class_, 1) == {"relu": "x"}, "and Bob's is his"


def test_two_that_nobody_knew_and_one_login_has_are_one_persons(class_: Class) -> None:
    ways = [handed("a", ("login", "jd")), handed("b", ("login", "JD"), ("name", "Jane"), text="y")]
    class_.enrol(*ways)
    assert len(class_.students) == 1
    with pytest.raises(SubmissionError, match="a and b are of one person"):
        loads(class_, 0)


def test_two_that_share_an_address_and_have_numbers_of_their_own_are_two(class_: Class) -> None:
    shared = ("email", "us@example.edu")
    class_.enrol(handed("a", ("identifier", "1"), shared), handed("b", ("identifier", "2"), shared))
    assert len(class_.students) == 2


def test_whose_name_is_not_known_is_shown_by_what_is(class_: Class) -> None:
    lines = [Line("", github="octocat"), Line("", ("01-Poe",)), Line("", numbers=("moodle:5",))]
    class_.enrol(roster=lines)
    assert sorted(s.student.name for s in class_.students.values()) == ["01-Poe", "5", "octocat"]


def test_a_name_of_very_many_words_is_not_taken_in_every_turn() -> None:
    assert len(name_forms("Jane Mary Doe")) == 3
    assert len(name_forms(" ".join(f"w{n}" for n in range(30)))) == 30
    assert len(name_forms(" ".join(f"w{n}" for n in range(31)))) == 1


def test_an_address_among_other_words_tells_who_is_meant(class_: Class) -> None:
    lines = [Line("Jane Mary Doe", email="j.doe@example.edu"), Line("Bob Roe")]
    class_.enrol(handed("Doe Jane (J.Doe@example.edu) 17"), roster=lines)
    assert class_.students[class_.keys[0]].student.name == "Jane Mary Doe"


def test_an_address_in_a_stored_name_is_found_by_a_later_roster(class_: Class) -> None:
    class_.enrol(handed("Doe Jane j.doe@example.edu"))
    class_.enrol(roster=[Line("Jane Mary Doe", email="j.doe@example.edu")])
    assert len(class_.students) == 1


def test_a_login_that_ends_like_another_takes_nobody_elses_place(class_: Class) -> None:
    folders = ("Doe_Jane_jdoe_301", "Evil_Eve_e_jdoe_303", "Roe_Bob_b_roe_302", "Poe_Pat_pp_304")
    lines = [Line("Jane Doe", login="jdoe"), Line("Eve Evil", login="e_jdoe"),
             Line("Bob Roe", login="b_roe"), Line("Rosa Roe", login="roe")]  # fmt: skip
    with open_class(make_folder(class_.folder / "in", {f"{f}/x": "" for f in folders}), []) as read:
        notes = class_.enrol(*read.submissions, roster=lines)
    assert notes == ["Poe Pat: not on the roster"]
    names = [class_.students[key].student.name for key in class_.keys]
    assert names == ["Jane Doe", "Eve Evil", "Poe Pat", "Bob Roe"]


def test_a_login_that_somebody_chose_takes_nobody_elses_place(class_: Class) -> None:
    lines = [Line("Jane Doe", login="jd", github="octocat"), Line("Bob Roe", login="bob")]
    chosen = [handed(name, ("github", name)) for name in ("octocat", "bob", "Jane-Doe")]
    notes = class_.enrol(*chosen, roster=lines)
    assert notes == ["bob: not on the roster", "Jane-Doe: not on the roster"]
    assert len(class_.students) == 4


def test_namesakes_with_numbers_of_their_own_are_two(class_: Class) -> None:
    class_.enrol(handed("x", ("identifier", "1"), ("name", "Jane Doe")))
    class_.enrol(handed("y", ("identifier", "2"), ("name", "Jane Doe")))
    assert len(class_.students) == 2


# ---------------------------------------------------------------- groups


@pytest.mark.parametrize("submission", [
    canvas("redpandas", 77, group="redpandas"), moodle("Red Pandas", 5),
    handed("red-pandas", ("github", "red-pandas"), group="red-pandas"),
    handed("Red Pandas", group="Red Pandas"),
])  # fmt: skip
def test_a_groups_work_is_each_members(submission: Handed, class_: Class) -> None:
    lines = [
        Line("Jane Doe", numbers=("canvas:77",), group="Red Pandas"),
        Line("Bob Roe", group="Red Pandas"),
        Line("Pat Poe", numbers=("moodle:5",)),
    ]
    assert class_.enrol(submission, roster=lines) == []
    names = sorted(class_.students[key].student.name for key in class_.keys)
    assert names == ["Bob Roe", "Jane Doe"]
    assert class_.enrol(submission) == [] and len(class_.keys) == 2, "without a roster as well"
    assert {s.student.name for s in class_.students.values()} == {line.name for line in lines}
    people = [stored.student for stored in class_.students.values()]
    assert [person.name for person in people if person.number] == ["Jane Doe"]
    assert not any(person.login or person.email for person in people)
    assert class_.enrol(canvas("dj", 77)) == []
    (key,) = class_.keys
    assert class_.students[key].student.name == "Jane Doe", "the group's number is one member's"


def test_a_person_in_several_groups_is_in_each(class_: Class) -> None:
    lines = [Line("Jane Doe", group="Monday, Red"), Line("Bob Roe", group="Monday, Blue")]
    assert class_.enrol(moodle("Red", 5), moodle("Blue", 6), roster=lines) == []
    assert [class_.students[key].student.name for key in class_.keys] == ["Jane Doe", "Bob Roe"]


def test_a_groups_work_is_not_that_of_who_is_no_longer_in_the_class(class_: Class) -> None:
    jane, bob = Line("Jane Doe", group="Red"), Line("Bob Roe", group="Red")
    class_.enrol(roster=[jane, bob])
    class_.enrol(moodle("Red", 5), roster=[jane])
    assert [class_.students[key].student.name for key in class_.keys] == ["Jane Doe"]


def test_a_group_of_somebody_elses_name_is_no_group(class_: Class) -> None:
    lines = [Line("Jane Doe", group="Red Pandas"), Line("Pat Poe", numbers=("canvas:77",))]
    class_.enrol(canvas("redpandas", 77, group="redpandas"), roster=lines)
    assert [class_.students[key].student.name for key in class_.keys] == ["Pat Poe"]


def test_what_the_roster_says_of_more_time_is_told_by_student(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77), roster=[Line("Jane Doe", ("77",), extension="2")])
    (key,) = class_.keys
    assert class_.enrolment.extensions == {key: "2"}


def test_where_a_system_takes_feedback_back_is_kept_of_the_last_download(class_: Class) -> None:
    jane = moodle("Jane Doe", 222)
    class_.enrol(dataclasses.replace(jane, upload="moodle:Jane Doe_222_assignsubmission_file/"))
    class_.enrol(jane)
    (stored,) = class_.students.values()
    assert stored.upload == "moodle:Jane Doe_222_assignsubmission_file/"

"""What is known of a person, and from whom: course systems, the roster, earlier runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from test_enrol import Class, canvas, handed

from grader.gradebook.formats.canvas_students import own_numbers
from grader.gradebook.keeping.store import open_store
from grader.gradebook.model import Person
from grader.intake.layouts import Handed
from grader.intake.roster import Line

EARLY, LATE = "2026-10-01T10:00:00Z", "2026-10-03T10:00:00Z"


@pytest.fixture
def class_(tmp_path: Path) -> Class:
    return Class(tmp_path / "results")


def at(submission: Handed, time: str) -> Handed:
    return dataclasses.replace(submission, submitted_at=time)


def only(class_: Class) -> Person:
    (stored,) = class_.students.values()
    return stored.student


ROSTER = Line("Doe, Jane", ("s42",), "jane@example.edu", "jd", numbers=("canvas:77",))
OWN = Line("Doe, Jane", ("s42",), "jane@example.edu", "jd")


@pytest.mark.parametrize("first", ["download", "roster"])
@pytest.mark.parametrize("line", [ROSTER, OWN], ids=["with its number", "without"])
def test_a_systems_number_and_the_institutions_are_both_kept(
    class_: Class, first: str, line: Line
) -> None:
    """Canvas takes grades by its own number, other exports go by the institution's."""
    if first == "download":
        class_.enrol(canvas("doejane", 77))
        assert (only(class_).number, only(class_).identifier) == ("canvas:77", "77")
        class_.enrol(canvas("doejane", 77), roster=[line])
    else:
        class_.enrol(roster=[line])
        class_.enrol(canvas("doejane", 77))
    jane = only(class_)
    assert (jane.number, jane.identifier) == ("canvas:77", "s42")
    assert (jane.name, jane.email, jane.login) == ("Doe, Jane", "jane@example.edu", "jd")
    assert {"77", "s42"} <= own_numbers(jane)


def test_a_roster_that_names_another_number_is_of_another_person(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77))
    other = dataclasses.replace(ROSTER, numbers=("canvas:78",))
    notes = class_.enrol(canvas("doejane", 77), roster=[other])
    assert notes == ["doejane: not on the roster"]
    assert {s.student.number for s in class_.students.values()} == {"canvas:77", "canvas:78"}


def test_what_the_roster_corrects_is_corrected_and_what_it_leaves_out_stays(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77), roster=[ROSTER])
    renamed = Line("Doe-Smith, Jane", ("s42",), "", "", sections=("A",), github="octo")
    class_.enrol(canvas("doejane", 77), roster=[renamed])
    jane = only(class_)
    assert (jane.name, jane.email, jane.section) == ("Doe-Smith, Jane", "jane@example.edu", "A")
    assert (jane.login, jane.github, jane.number) == ("jd", "octo", "canvas:77")


def test_a_download_does_not_rename_who_is_on_the_roster(class_: Class) -> None:
    class_.enrol(canvas("doejane", 77), roster=[ROSTER])
    class_.enrol(canvas("janedoe", 77))
    assert only(class_).name == "Doe, Jane"


# ---------------------------------------------------------------- two hand-ins of one person


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_are_the_same_the_later_says_how_late_it_is(class_: Class, order: int) -> None:
    twice = [at(handed("jd"), EARLY), at(handed("jane@example.edu"), LATE)][::order]
    class_.enrol(*twice, roster=[OWN])
    (_, one), (stored,) = class_.enrolment.handed[0], class_.students.values()
    assert (one.submitted_at, stored.submitted_at) == (LATE, LATE)
    assert one.load().problems == {"relu": "x"}
    assert one.times == {}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_differ_neither_is_taken(class_: Class, order: int) -> None:
    twice = [handed("jd", text="x"), handed("jane@example.edu", text="y")][::order]
    class_.enrol(*twice, roster=[OWN])
    ((_, one),) = class_.enrolment.handed
    with pytest.raises(Exception, match="not the same; none of them is graded"):
        one.load()


def test_a_time_that_a_later_download_does_not_tell_is_not_forgotten(class_: Class) -> None:
    class_.enrol(at(handed("jd"), LATE), roster=[OWN])
    class_.enrol(handed("jd"))
    (stored,) = class_.students.values()
    assert stored.submitted_at == LATE
    class_.enrol(at(handed("jd"), EARLY))  # the download of another assignment
    (stored,) = class_.students.values()
    assert stored.submitted_at == EARLY


def test_of_two_who_turn_out_to_be_one_what_was_handed_in_stays(class_: Class) -> None:
    class_.enrol(roster=[Line("J. Doe", ("s42",))])
    class_.enrol(at(handed("jane@example.edu"), LATE))
    assert len(class_.students) == 2
    class_.enrol(roster=[Line("Jane Doe", ("s42",), "jane@example.edu")])
    (stored,) = class_.students.values()
    assert (stored.submission, stored.submitted_at) == ("jane@example.edu", LATE)


def test_who_is_dropped_comes_back_with_all_that_is_stored(class_: Class) -> None:
    class_.enrol(handed("jd"), roster=[OWN])
    (key,) = class_.keys
    with open_store(class_.folder) as store:
        store.add_override(key, "", 40.0, "illness")
    other = Line("Roe, John", ("s43",))
    assert "no longer on the roster" in class_.enrol(roster=[other])[0]
    assert class_.students[key].is_dropped
    assert class_.enrol(roster=[other]) == []  # told once
    class_.enrol(roster=[OWN, other])
    assert not class_.students[key].is_dropped
    with open_store(class_.folder) as store:
        assert [o.score for o, _ in store.decisions()[key].override_log] == [40.0]


def test_whom_the_roster_calls_dropped_is_kept_as_dropped(class_: Class) -> None:
    gone = dataclasses.replace(OWN, role="dropped")
    other = Line("Bob Roe", ("9",))
    class_.enrol(handed("jd"), roster=[other, gone])
    (key,) = class_.keys
    assert class_.students[key].is_dropped and class_.students[key].student.identifier == "s42"
    assert [class_.students[key].student.name for key in class_.enrolment.absent] == ["Bob Roe"]
    class_.enrol(handed("jd"), roster=[other, OWN])
    assert class_.keys == [key] and not class_.students[key].is_dropped


@pytest.mark.parametrize("name", ["boss", "boss@example.edu", "Ann Boss"])
def test_what_staff_hand_in_is_left_out_and_said(name: str, class_: Class) -> None:
    staff = Line("Boss, Ann", email="boss@example.edu", login="boss", role="staff")
    notes = class_.enrol(handed(name), handed("jd"), roster=[OWN, staff])
    assert notes == [f"left out, as staff by the roster: {name}"]
    assert [class_.students[key].student.name for key in class_.keys] == [OWN.name]
    # A student of that name is a student.
    namesake = Line("Ann Boss", ("77",))
    class_.enrol(handed("Ann Boss"), roster=[OWN, namesake, staff])
    assert [class_.students[key].student.identifier for key in class_.keys] == ["77"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("Jane Doe", "jane doe"), "Jane Doe, jane doe: one name, so perhaps one student"),
        (("Jane Doé", "Doe_Jane", "bob"), "Doe_Jane, Jane Doé: one name, so perhaps"),
        (("Jane Doe", "Doe, Jane", "bob"), "Doe, Jane, Jane Doe: one name, so perhaps"),
        (("jane", "bob", "1", "01"), None),
    ],
)
def test_names_that_are_written_alike_are_pointed_out_where_no_roster_tells(
    class_: Class, names: tuple[str, ...], told: str | None
) -> None:
    notes = class_.enrol(*(handed(name) for name in names))
    assert len(class_.students) == len(names)
    assert (told is None) == (not notes) and all(note.startswith(str(told)) for note in notes)


# ---------------------------------------------------------------- a number beside a part of a name


@pytest.mark.parametrize("first", ["download", "roster"])
@pytest.mark.parametrize(
    ("called", "is_jane"),
    [
        ("Doe_1234567", True),
        ("Doe, Janet - 1234567", True),
        ("Smith_Jane_1234567", False),  # whoever has the first name, and writes another's number
        ("Doe_1234568", False),
        ("1234567", True),
    ],
)
def test_a_long_number_beside_the_last_name_is_whose_it_is(
    class_: Class, first: str, called: str, is_jane: bool
) -> None:
    """As plugins of Moodle and Schoology call files and folders."""
    roster = [Line("Jane Doe", ("1234567",))]
    if first == "download":
        class_.enrol(handed(called))
    class_.enrol(handed(called), roster=roster)
    assert len(class_.students) == (1 if is_jane else 2)


def test_a_short_number_beside_the_last_name_is_anything(class_: Class) -> None:
    class_.enrol(handed("Doe_2026"), roster=[Line("Jane Doe", ("2026",))])
    assert len(class_.students) == 2

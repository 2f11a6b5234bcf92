"""What a member of a team hands in under their own name, where the course says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.batch.enrol import Enrolment, enrol
from grader.gradebook.keeping.store import open_store
from grader.intake.layouts import Handed
from grader.intake.roster import Line
from grader.submissions.model import Candidate, Source, Submission
from grader.submissions.names import Rank

TEAMS = [
    Line("Ann Roe", ("1",), group="Red"), Line("Bob Doe", ("2",), group="Red"),
    Line("Cem Poe", ("3",), group="Blue"), Line("Dee Noe", ("4",)), Line("Eve Moe", ("5",)),
]  # fmt: skip
FIRST, SECOND = "2026-10-01T12:00:00Z", "2026-10-02T12:00:00Z"


def by(name: str, at: str = "", **modules: str) -> Handed:
    """What somebody hands in: by slug the modules' texts."""
    sources = {slug: Source(slug, f"{slug}.py", text) for slug, text in modules.items()}
    found = {
        slug: (Candidate(f"{slug}.py", Rank.EXACT, 0, source),) for slug, source in sources.items()
    }

    def load() -> Submission:
        return Submission(name, sources, {}, candidates=found)

    return Handed(name, name, load, (("word", name),), submitted_at=at)


def enrolled(
    folder: Path, *submissions: Handed, roster: Sequence[Line] = TEAMS, teams: bool = True
) -> Enrolment:
    with open_store(folder / "results", create=True) as store:
        return enrol(store, submissions, roster, teams=teams)


def read(enrolment: Enrolment) -> dict[str, dict[str, str]]:
    """By student the modules' texts, and when each came where that is known."""
    found = {}
    for key, handed in enrolment.handed:
        submission = handed.load()
        times = {} if handed.times_of is None else handed.times_of(submission)
        found[key[0]] = {
            slug: source.text + times.get(slug, "")[8:10]
            for slug, source in submission.sources.items()
        }
    return found


def test_what_one_member_hands_in_is_each_members_and_nobody_elses(tmp_path: Path) -> None:
    enrolment = enrolled(tmp_path, by("Ann Roe", relu="a"), by("Dee Noe", relu="d"))
    assert read(enrolment) == {"A": {"relu": "a"}, "B": {"relu": "a"}, "D": {"relu": "d"}}
    assert {key[0] for key in enrolment.absent} == {"C", "E"}
    with open_store(tmp_path / "results") as store:
        names = {stored.student.name for stored in store.students()}
        assert names == {line.name for line in TEAMS}, "nobody has a member's name for that"
        again = enrol(store, [by("Bob Doe", adam="b")], None, teams=True)
    assert read(again) == {"A": {"adam": "b"}, "B": {"adam": "b"}}, "without the roster as well"


@pytest.mark.parametrize(
    ("ann", "bob", "together"),
    [
        (by("Ann Roe", relu="a"), by("Bob Doe", adam="b"), {"relu": "a", "adam": "b"}),
        (by("Ann Roe", relu="a"), by("Bob Doe", relu="a"), {"relu": "a"}),
        # Nobody knows which is the last.
        (by("Ann Roe", relu="a"), by("Bob Doe", SECOND, relu="b", adam="b"), {"adam": "b"}),
        (by("Ann Roe", SECOND, relu="a"), by("Bob Doe", FIRST, relu="b"), {"relu": "a02"}),
        (
            by("Ann Roe", FIRST, relu="a", adam="a"),
            by("Bob Doe", SECOND, relu="b", adam="a"),
            {"relu": "b02", "adam": "a01"},
        ),
    ],
)
def test_of_what_two_members_hand_in_the_last_counts_where_that_is_known(
    ann: Handed, bob: Handed, together: dict[str, str], tmp_path: Path
) -> None:
    assert read(enrolled(tmp_path, ann, bob)) == {"A": together, "B": together}


def test_groups_of_a_tutorial_hand_in_alone_and_what_may_be_teams_is_asked_about(
    tmp_path: Path,
) -> None:
    alone = enrolled(tmp_path / "1", by("Ann Roe", relu="a"), teams=False)
    assert read(alone) == {"A": {"relu": "a"}}
    (question,) = alone.notes
    assert question.startswith("Bob Doe: handed in nothing, but one of their group did; ")
    both = enrolled(tmp_path / "2", by("Ann Roe", relu="a"), by("Bob Doe", relu="b"), teams=False)
    assert both.notes == [] and len(both.handed) == 2
    many = [Line(f"S{number} X", (str(number),), group="Monday") for number in range(10, 17)]
    large = enrolled(tmp_path / "3", by("S10 X", relu="a"), roster=many, teams=False)
    assert large.notes == []


@pytest.mark.parametrize("nothing", ["-", "None", "No groups", "n/a", "Keine Gruppe", "0"])
def test_who_is_in_no_group_is_in_no_team(nothing: str, tmp_path: Path) -> None:
    roster = [Line("Ann Roe", ("1",), group=nothing), Line("Bob Doe", ("2",), group=nothing)]
    assert read(enrolled(tmp_path, by("Ann Roe", relu="a"), roster=roster)).keys() == {"A"}


def test_who_stands_in_two_groups_is_in_the_team_of_who_stands_in_the_same(tmp_path: Path) -> None:
    roster = [
        Line("Ann Roe", ("1",), group="Monday, Red"),
        Line("Bob Doe", ("2",), group="Monday, Blue"),
        Line("Cem Poe", ("3",), group="Monday, Red"),
    ]
    assert read(enrolled(tmp_path, by("Ann Roe", relu="a"), roster=roster)).keys() == {"A", "C"}

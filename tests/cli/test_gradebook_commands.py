"""How the commands for a graded class are called: what is refused, and what is for one alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from grader.cli.app import app
from grader.course.manifest import CanvasColumns, load_course
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Person
from grader.site.pages import FIRST_BYTES

COURSE = load_course()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The results of a class of one, who handed nothing in."""
    ann = Person(key="ann", name="Ann", identifier="1", login="ann")
    with open_store(tmp_path / "results", create=True) as store:
        store.set_students([StoredStudent(ann, None, "", "", "enrolled")])
    return tmp_path / "results"


def grader(results: Path, *arguments: str | Path) -> tuple[int, str]:
    """Status and words of a command about these results."""
    asked = [*map(str, arguments), "--results", str(results)]
    ran = CliRunner().invoke(app, asked, env={"COLUMNS": "200"})
    return ran.exit_code, " ".join(ran.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("override ann", "give a SCORE, a --comment or both, or --remove alone"),
        ("override ann 5 --reason x --remove", "or --remove alone"),
        ("override ann 0 --reason x --remove", "or --remove alone"),
        ("override ann --comment x --remove", "or --remove alone"),
        ("override ann 5", "--reason is empty"),
        ("extend ann --until 2026-10-31 --days 2 --reason x", "give one of --until, --days and"),
        ("extend ann --until 2026-10-31 --remove", "give one of --until, --days and"),
        ("extend ann --days 2 --remove", "give one of --until, --days and"),
        ("extend --days 2 --reason x", "say who, and how much time"),
        ("extend --remove", "say who, and how much time"),
        ("extend ann --reason x", "say who, and how much time"),
        ("report --for moodle", "--for names the pages of --feedback"),
        ("report --feedback pages --for moodle --anonymous", "which is for students"),
    ],
)
def test_what_contradicts_itself_decides_nothing(results: Path, command: str, told: str) -> None:
    status, said = grader(results, *command.split())
    assert status == 2 and told in said
    with open_store(results) as store:
        assert store.decisions() == {}


def test_no_name_in_an_error_is_a_command_of_the_ci_system(results: Path) -> None:
    with open_store(results) as store:
        (ann,) = store.students()
        named = msgspec.structs.replace(ann.student, name="##vso[task.complete]Ann ::debug::")
        store.set_students([msgspec.structs.replace(ann, student=named)])
    status, said = grader(results, "history", "##vso[task.complete]An")
    assert status == 2 and "did you mean # #vso[task.complete]Ann : :debug: :" in said
    assert "##" not in said and "::" not in said


def test_what_canvas_calls_its_columns_is_said_to_canvas_alone(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = msgspec.structs.replace(COURSE, canvas=CanvasColumns(total="Everything"))
    monkeypatch.setattr("grader.cli.gradebook.open_course", lambda: named)
    status, said = grader(results, "export", "--format", "brightspace")
    assert status == 0 and "#1,#ann," in said and "Everything" not in said
    canvas = results.parent / "canvas.csv"
    canvas.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Everything (7)\nAnn,5,1,ann,S,\n"
    )
    assert grader(results, "override", "ann", "3.5", "--reason", "an oral exam")[0] == 0
    status, said = grader(results, "export", "--format", "canvas", "--canvas", canvas)
    assert status == 0 and "Ann,5,1,ann,S,3.50" in said


@pytest.mark.parametrize("format_", ["csv", "gradescope"])
def test_an_export_says_where_it_lies_unless_it_is_printed(results: Path, format_: str) -> None:
    target = results.parent / "out"
    status, said = grader(results, "export", "--format", format_, "--output", target)
    assert status == 0 and target.exists() and said == f"grader: written to {target}"


def test_an_export_that_is_printed_says_nothing_else(results: Path) -> None:
    status, said = grader(results, "export", "--format", "csv")
    assert status == 0 and "Ann" in said and "written to" not in said


def test_a_score_is_set_to_0_also_of_who_handed_nothing_in(results: Path) -> None:
    status, said = grader(results, "override", "ann", "0", "--reason", "no excuse")
    assert (status, said) == (0, "Ann (ann): all: none → 0")
    status, said = grader(results, "history", "ann")
    assert status == 0 and said.endswith("counts: 0 of 0")


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ((), {"results/site/index.html", "results/site/students/ann.html"}),
        (("--output", "o"), {"o/index.html", "o/students/ann.html"}),
        (("--feedback", "f"), {"f/ann.html"}),
        (("--feedback", "f", "--output", "o"),
         {"f/ann.html", "o/index.html", "o/students/ann.html"}),
    ],
)  # fmt: skip
def test_pages_are_written_where_they_are_asked_for_and_nowhere_else(
    results: Path, options: tuple[str, ...], written: set[str]
) -> None:
    root = results.parent
    asked = [str(root / each) if len(each) == 1 else each for each in options]
    assert grader(results, "report", *asked)[0] == 0
    pages = [path for path in root.rglob("*.html") if path.read_bytes().startswith(FIRST_BYTES)]
    assert {path.relative_to(root).as_posix() for path in pages} == written


@pytest.mark.parametrize("command", ["override ann --comment", "override ann 5 --reason"])
def test_what_somebody_wrote_becomes_no_picture(results: Path, command: str) -> None:
    assert grader(results, *command.split(), "see :smile: there")[0] == 0
    status, said = grader(results, "history", "ann")
    assert status == 0 and "see :smile: there" in said
    status, said = grader(results, "history", "ann :smile:")
    assert status == 2 and "ann :smile:" in said

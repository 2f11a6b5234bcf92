"""Classes as course systems lay them out, and a grader of them that asks the modules themselves."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import msgspec

from grader.batch.enrol import enrol
from grader.batch.run import Batch
from grader.course.manifest import Course, load_course
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.gradebook.model import Entry
from grader.grading.key import versions
from grader.grading.task import Graded, Outcome, Task
from grader.intake.layouts import open_class
from grader.intake.roster import read_roster
from grader.report.model import AssignmentReport, CheckResult, Environment

Files = Mapping[str, str | bytes]
COURSE = load_course()
SLUGS = ("relu", "adam", "dropout")


def make_folder(path: Path, files: Files) -> Path:
    path.mkdir(parents=True, exist_ok=True)
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


class Quiet:
    """A display that keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, line: str) -> None:
        self.notes.append(line)

    def start(self, submissions: int) -> None: ...

    def advance(self, submissions: int) -> None: ...

    def tick(self) -> None: ...


def run(
    class_: Path,
    results: Path,
    roster: Path | None = None,
    *,
    course: Course = COURSE,
    named: bool = False,
) -> Quiet:
    """`grader batch` of SLUGS with an executor of the tests'."""
    display = Quiet()
    listed = None if roster is None else read_roster(roster, UTC)
    lines = None if listed is None else [*listed.lines, *listed.others]
    assignments = [course.assignment(slug) for slug in SLUGS]
    with (
        open_class(class_, COURSE.every_slug) as handed_in,
        open_store(results, create=True) as store,
    ):
        enrolment = enrol(store, handed_in.submissions, lines)
        display.notes += [*handed_in.notes, *enrolment.notes]
        students = {stored.student.key: stored for stored in store.students()}
        batch = Batch(course, assignments, 1, store, students, display, named=named)
        batch.run(enrolment.handed, Asking(), enrolment.absent)
    return display


def entries(results: Path, *, with_dropped: bool = False) -> list[Entry]:
    with open_gradebook(COURSE, results, with_dropped=with_dropped) as gradebook:
        return list(gradebook)


def scores(entry: Entry) -> dict[str, float]:
    return {} if entry.report is None else {a.slug: a.score for a in entry.report.assignments}


class Asking:
    """An executor whose results are what each module says of itself: `points = 3`."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def run(
        self, tasks: Iterable[bytes], checks: Mapping[str, str], *, idle: bool = False
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        known = msgspec.json.decode(versions())
        environment = Environment(
            known["grader"], known["python"], known["torch"], known["numpy"], "here", {}
        )
        for number, encoded in enumerate(tasks):
            task = msgspec.msgpack.decode(encoded, type=Task)
            self.tasks.append(task)
            said = re.search(r"points = (\d+)", task.source.text if task.source else "")
            points = float(said[1]) if said else 0.0
            check = CheckResult("test_it", "It", "passed", points, 100.0, "", "", 0.0)
            report = AssignmentReport(
                task.slug, task.slug, "partial", points, 100.0, [check], None, ""
            )
            yield number, Outcome(Graded(report, 0.1), environment)


@dataclass(frozen=True)
class Pupil:
    """Someone in a class, with all that a system may call them."""

    given: str
    family: str
    number: int  # from which all numbers are made that tell people apart

    @property
    def identifier(self) -> str:
        return f"s{self.number:07}"

    @property
    def login(self) -> str:
        return f"u{self.number}x"

    @property
    def email(self) -> str:
        return f"mail.{self.number}@example.edu"

    @property
    def github(self) -> str:
        return f"Octo-{self.number}"

    @property
    def canvas(self) -> str:
        return str(90_000 + self.number)


def canvas(pupil: Pupil, task: int, files: Files) -> Files:
    name = re.sub(r"\W", "", f"{pupil.family}, {pupil.given}".lower())
    return {
        f"{name}_{pupil.canvas}_{task}{place}{pupil.number}_{original}": content
        for place, (original, content) in enumerate(files.items())
    }


def moodle_name(pupil: Pupil) -> str:
    return re.sub(r"[&<>\"'`|:\\/]", "", f"{pupil.given} {pupil.family}").replace("_", " ")


def moodle_folders(pupil: Pupil, task: int, files: Files) -> Files:
    folder = f"{moodle_name(pupil)}_{task}{pupil.number}_assignsubmission_file"
    return {f"{folder}/{original}": content for original, content in files.items()}


def moodle_flat(pupil: Pupil, task: int, files: Files) -> Files:
    front = f"{moodle_name(pupil)}_{task}{pupil.number}_assignsubmission_file"
    return {f"{front}_{original}": content for original, content in files.items()}


def blackboard(pupil: Pupil, task: int, files: Files) -> Files:
    front = f"HW_{task}_{pupil.login}_attempt_2026-10-0{task}-12-00-00"
    info = f"Name: {pupil.given} {pupil.family} ({pupil.login})\nAssignment: HW {task}\n"
    return {f"{front}.txt": info} | {f"{front}_{o}": content for o, content in files.items()}


def brightspace(pupil: Pupil, task: int, files: Files) -> Files:
    folder = f"{pupil.number}-{task} - {pupil.given} {pupil.family} - Oct {task}, 2026 926 PM"
    return {"index.html": "<html>"} | {f"{folder}/{o}": content for o, content in files.items()}


def sakai(pupil: Pupil, task: int, files: Files) -> Files:
    folder = f"{pupil.family}, {pupil.given}({pupil.login})"
    time = {f"{folder}/timestamp.txt": f"2026100{task}120000000"}
    return time | {f"{folder}/Submission attachment(s)/{o}": text for o, text in files.items()}


def ilias(pupil: Pupil, task: int, files: Files) -> Files:
    folder = f"{pupil.family}_{pupil.given}_{pupil.login}_{90_000 + pupil.number}"
    return {f"{folder}/{original}": content for original, content in files.items()}


def github(pupil: Pupil, task: int, files: Files) -> Files:
    return {f"relu-{pupil.github}/{original}": content for original, content in files.items()}


def nbgrader(pupil: Pupil, task: int, files: Files) -> Files:
    folder = f"{pupil.login}/ps{task}"
    time = {f"{folder}/timestamp.txt": f"2026-10-0{task} 12:00:00.000001 UTC"}
    return time | {f"{folder}/{original}": content for original, content in files.items()}


def folders(pupil: Pupil, task: int, files: Files) -> Files:
    return {f"{pupil.identifier}/{original}": content for original, content in files.items()}


def archives(pupil: Pupil, task: int, files: Files) -> Files:
    return {f"{pupil.email}.zip": make_zip(files)}


def gradescope(handed: Mapping[Pupil, Files], task: int) -> Files:
    """All of them: whose they are stands in one file."""
    metadata, files = "---\n", {}
    for pupil, originals in handed.items():
        folder = f"submission_{task}{pupil.number}"
        metadata += (
            f"{folder}:\n  :submitters:\n  - :name: {pupil.given} {pupil.family}\n"
            f"    :sid: {pupil.identifier}\n    :email: {pupil.email}\n"
            f"  :created_at: 2026-10-0{task} 10:00:00.000000000 Z\n"
        )
        files |= {f"{folder}/{original}": content for original, content in originals.items()}
    return {"submission_metadata.yml": metadata} | files


# Those that tell people of one name apart, and those that don't.
BY_NUMBER = (canvas, blackboard, sakai, ilias, github, nbgrader, folders, archives)
BY_NAME = (moodle_folders, moodle_flat, brightspace)


def roster(pupils: Iterable[Pupil]) -> str:
    """As Canvas's gradebook has it, with columns more."""
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section,Email,GitHub username"]
    lines += ["    Points Possible,,,,,,"]
    lines += [
        f'"{p.family}, {p.given}",{p.canvas},{p.identifier},{p.login},A,{p.email},{p.github}'
        for p in pupils
    ]
    return "\n".join(lines) + "\n"

"""What a class has handed in: a folder or a zip of submissions, or a course system's download.

Layouts, told apart by the names in them:

    folders     a folder, archive or module a submission
    Canvas      lastnamefirst[_LATE]_<user>_<file>_dropout.py; a resubmitted file ends in -1, -2, …
    Moodle      Full Name_<participant>_assignsubmission_file_/dropout.py, or without the slash
    Gradescope  submission_<number>/dropout.py beside submission_metadata.yml or the grades' CSV
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from grader.intake.commits import commit_times, state_at
from grader.intake.gradescope import METADATA, Submitter, read_submitters
from grader.intake.tree import (
    Kind,
    Parts,
    Tree,
    descend,
    is_submission_file,
    open_tree,
)
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.names import stem_of
from grader.submissions.places import max_bytes
from grader.submissions.reading import load_files, load_single
from grader.text import show_name

CANVAS = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<file>\d+)_(?P<original>.+)")
CANVAS_RESUBMITTED = re.compile(r"(?P<stem>.+)-(?P<times>\d+)(?P<suffix>\.\w+|\.tar\.\w+)")
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_file(_(?P<original>.*))?", re.S)
MOODLE_TEXT = re.compile(r".+_\d+_assignsubmission_onlinetext.*", re.S)
GRADESCOPE = re.compile(r"submission_\d+")
NAMED = 5  # at most so many names in a note


@dataclass(frozen=True)
class State:
    """A clone at some moment: its modules, and when each was committed, by slug."""

    submission: Submission
    times: Mapping[str, str]


@dataclass(frozen=True)
class Handed:
    """One student's submission, not read yet.

    `source` names it within the class, whatever the run; `name` and the rest are as the layout has
    them, "" where it does not. `submitted_at` is UTC in ISO 8601.
    """

    source: str
    name: str
    load: Callable[[], Submission]  # raises SubmissionError
    identifier: str = ""
    email: str = ""
    submitted_at: str = ""
    times: Mapping[str, str] = field(default_factory=dict)  # of single modules, by slug
    state_at: Callable[[datetime], State | None] | None = None  # of a clone
    upload: str = ""  # where feedback is taken back: SYSTEM:START-OF-A-PATH


@dataclass(frozen=True)
class ClassList:
    """A class: its layout in words, the submissions in the order of their names, odd things."""

    layout: str
    submissions: list[Handed]
    notes: list[str] = field(default_factory=list)


@contextmanager
def open_class(
    path: Path, slugs: Sequence[str], *, times_of: Sequence[str] = ()
) -> Iterator[ClassList]:
    """The class at `path`; submissions can be loaded until the context ends.

    Args:
        slugs: all that the course has.
        times_of: look up when these modules were committed in cloned repositories.

    Raises:
        SubmissionError: `path` is neither a folder nor a zip, or a course system's own file in it
            can't be read.
    """
    with open_tree(path) as tree:
        try:
            top = descend(tree, slugs)
            names = tree.names(top)
        except OSError as error:
            raise SubmissionError(f"{show_name(str(path))}: {error.strerror or error}") from None
        yield Reader(tree, top, names, slugs, times_of).read()


class Reader:
    """Reads one class; `top` is where its submissions lie in `tree`."""

    def __init__(
        self,
        tree: Tree,
        top: Parts,
        names: Mapping[str, Kind],
        slugs: Sequence[str],
        times_of: Sequence[str],
    ) -> None:
        self._tree = tree
        self._top = top
        self._names = names
        self._slugs = slugs
        self._times_of = times_of
        self._ignored: list[str] = []

    def read(self) -> ClassList:
        files = [name for name, kind in self._names.items() if kind == "file"]
        if any(GRADESCOPE.fullmatch(name) for name in self._names):
            submitters = read_submitters(self._tree, self._top, files)
            if submitters:
                return self._gradescope(submitters)
        matches = Counter(layout_of(name) for name in self._names)
        if matches["canvas"] > matches[""]:
            return self._canvas(files)
        if matches["moodle"] > matches[""]:
            return self._moodle()
        return self._folders()

    # ------------------------------------------------------------ layouts

    def _folders(self) -> ClassList:
        stems = Counter(stem_of(name) for name in self._names)
        submissions = []
        for name, kind in self._names.items():
            if kind == "link" or (kind == "file" and not is_submission_file(name)):
                self._ignored.append(name)
                continue
            stem = stem_of(name) if kind == "file" else name
            # A folder replaced by an archive of it is the same student's.
            source = stem if stems[stem] == 1 else name
            submissions.append(
                Handed(
                    source,
                    source,
                    self._item(name),
                    times=self._times(name),
                    state_at=partial(self._state_at, name) if self._times_of else None,
                )
            )
        return self._class("a folder, archive or module a submission", submissions)

    def _canvas(self, files: Sequence[str]) -> ClassList:
        by_student: dict[tuple[str, str], list[re.Match[str]]] = defaultdict(list)
        for name in self._names:
            match = CANVAS.fullmatch(name) if name in files else None
            if match is None:
                self._ignored.append(name)
            else:
                by_student[match["name"], match["user"]].append(match)
        submissions = [
            Handed(
                f"{name}_{user}",
                name,
                partial(self._load_loose, f"{name}_{user}", newest(matches)),
                identifier=user,
                upload=f"canvas:{name}_{user}_{matches[-1]['file']}_",
            )
            for (name, user), matches in by_student.items()
        ]
        late = sum(any(match["late"] for match in matches) for matches in by_student.values())
        notes = []
        if late:
            notes.append(
                f"Canvas marks {late} of them as late but does not say when they came; for a late "
                "policy, give the times in the roster's column 'submitted'"
            )
        return self._class("a download from Canvas", submissions, notes)

    def _moodle(self) -> ClassList:
        loose: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        submissions = []
        for name, kind in self._names.items():
            match = MOODLE.fullmatch(name)
            if match is None or kind == "link":
                if not MOODLE_TEXT.fullmatch(name):
                    self._ignored.append(name)
            elif kind == "folder":
                submissions.append(
                    Handed(
                        f"{match['name']}_{match['id']}",
                        match["name"],
                        self._item(name),
                        identifier=match["id"],
                        upload=moodle_upload(match["name"], match["id"]),
                    )
                )
            else:
                loose[match["name"], match["id"]][match["original"] or ""] = name
        for (student, number), files in loose.items():
            source = f"{student}_{number}"
            load = partial(self._load_loose, source, files)
            upload = moodle_upload(student, number)
            submissions.append(Handed(source, student, load, identifier=number, upload=upload))
        return self._class("a download from Moodle", submissions)

    def _gradescope(self, submitters: Mapping[str, list[Submitter]]) -> ClassList:
        submissions = []
        unknown = []
        for name, kind in self._names.items():
            if kind != "folder":
                if name != METADATA and not name.lower().endswith(".csv"):
                    self._ignored.append(name)
                continue
            if name not in submitters:
                unknown.append(name)
            # A group's work is the work of each of its members.
            for who in submitters.get(name, [Submitter()]):
                submissions.append(
                    Handed(
                        # Whoever resubmits gets another number, and stays the same student.
                        "_".join(filter(None, (who.name, who.identifier or who.email))) or name,
                        who.name or name,
                        self._item(name),
                        identifier=who.identifier,
                        email=who.email,
                        submitted_at=who.submitted_at,
                    )
                )
        notes = [f"{METADATA} does not say whose they are: {some(unknown)}"] if unknown else []
        return self._class("a download from Gradescope", submissions, notes)

    def _class(
        self, layout: str, submissions: list[Handed], notes: Sequence[str] = ()
    ) -> ClassList:
        if self._ignored:
            notes = [*notes, f"no submissions, so left out: {some(self._ignored)}"]
        count = f"{len(submissions)} submission{'' if len(submissions) == 1 else 's'}"
        in_order = sorted(distinct(submissions), key=lambda handed: handed.source)
        return ClassList(f"{layout}: {count}", in_order, list(notes))

    # ------------------------------------------------------------ one submission

    def _item(self, name: str) -> Callable[[], Submission]:
        return partial(self._tree.load, (*self._top, name), self._slugs)

    def _times(self, name: str) -> dict[str, str]:
        path = self._tree.path((*self._top, name)) if self._times_of else None
        return {} if path is None else commit_times(path, self._times_of)

    def _state_at(self, name: str, moment: datetime) -> State | None:
        path = self._tree.path((*self._top, name))
        tar = None if path is None else state_at(path, moment)
        if path is None or tar is None:
            return None
        submission = load_single(f"{name}.tar", lambda limit: tar[:limit], self._slugs)
        return State(submission, commit_times(path, self._times_of, moment))

    def _load_loose(self, source: str, files: Mapping[str, str]) -> Submission:
        """Files of one student, by the names that the student gave them."""
        return load_files(
            source,
            files,
            lambda name: self._tree.read((*self._top, files[name]), max_bytes(name)),
            self._slugs,
        )


def moodle_upload(name: str, number: str) -> str:
    return f"moodle:{name}_{number}_assignsubmission_file/"


def layout_of(name: str) -> str:
    if MOODLE.fullmatch(name) or MOODLE_TEXT.fullmatch(name):
        return "moodle"
    return "canvas" if CANVAS.fullmatch(name) else ""


def newest(matches: Sequence[re.Match[str]]) -> dict[str, str]:
    """Of one student's files on Canvas the last of each name: original name -> name there."""
    best: dict[str, tuple[int, int, str]] = {}
    for match in matches:
        again = CANVAS_RESUBMITTED.fullmatch(match["original"])
        original = again["stem"] + again["suffix"] if again else match["original"]
        candidate = (int(again["times"]) if again else 0, int(match["file"]), match.string)
        best[original] = max(candidate, best.get(original, candidate))
    return {original: name for original, (_, _, name) in best.items()}


def distinct(submissions: Sequence[Handed]) -> Iterator[Handed]:
    """Each source once: of several of one student the last, by time if that is known."""
    last: dict[str, Handed] = {}
    for handed in submissions:
        other = last.setdefault(handed.source, handed)
        if handed.submitted_at >= other.submitted_at:
            last[handed.source] = handed
    return iter(last.values())


def some(names: Sequence[str]) -> str:
    shown = ", ".join(show_name(name) for name in names[:NAMED])
    more = len(names) - NAMED
    return f"{shown} and {more} more" if more > 0 else shown

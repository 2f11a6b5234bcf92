"""What every layout starts from, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Protocol

from grader.intake.commits import commit_times, other_branches, state_at
from grader.intake.tree import Kind, Parts, Tree
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.places import max_bytes
from grader.submissions.reading import load_files, load_single, merge
from grader.text import show_name, some, utc_text

NAMED = 5  # at most so many names in a note
Handle = tuple[str, str]  # a kind, such as "email" or "name", and a value; see gradebook.people
# When, UTC in ISO 8601, "" if not known; and what was handed in, which raises SubmissionError.
Attempt = tuple[str, Callable[[], Submission]]


@dataclass(frozen=True)
class State:
    """What was there at some moment: the modules, and when each came, by slug."""

    submission: Submission
    times: Mapping[str, str]


@dataclass(frozen=True)
class Handed:
    """One hand-in, not read yet.

    `source` names it within the class, whatever the run; `name` is how it is shown; by `handles` it
    is known whose it is. `group` is a group's name if the hand-in may be a group's. `submitted_at`
    is UTC in ISO 8601, "" if not known.
    """

    source: str
    name: str
    load: Callable[[], Submission]  # raises SubmissionError
    handles: tuple[Handle, ...] = ()
    submitted_at: str = ""
    group: str = ""
    times: Mapping[str, str] = field(default_factory=dict)  # of single modules, by slug
    # The same, of what `load` gave, where that tells it.
    times_of: Callable[[Submission], Mapping[str, str]] | None = None
    # Of clones, and where a download holds several attempts.
    state_at: Callable[[datetime], State | None] | None = None
    other_branches: Callable[[Sequence[str]], list[str]] | None = None  # of clones; see commits
    earlier: Sequence[Attempt] = ()  # where a download holds several
    upload: str = ""  # where feedback is taken back: SYSTEM:START-OF-A-PATH


@dataclass
class Reading:
    """What a layout found: hand-ins, names that are none, and odd things, a line each."""

    submissions: list[Handed] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Listing:
    """A class's top: the names there, in `tree` at `top`, within a folder or zip called `title`;
    `titles` are assignments' by slug."""

    tree: Tree
    top: Parts
    names: Mapping[str, Kind]
    title: str
    slugs: Sequence[str]
    zone: tzinfo  # of times that name none
    times_of: Sequence[str]  # the modules whose commits are looked up
    titles: Mapping[str, str] = field(default_factory=dict)

    def inside(self, name: str) -> Listing:
        """What lies in a folder, as a class of its own."""
        return replace(self, top=(*self.top, name), names=self.below(name), title=name)

    def below(self, *parts: str) -> Mapping[str, Kind]:
        """What lies in a folder; nothing if it can't be looked at."""
        try:
            return self.tree.names((*self.top, *parts))
        except OSError:
            return {}

    def folders(self, *parts: str) -> list[str]:
        names = self.below(*parts) if parts else self.names
        return [name for name, kind in names.items() if kind == "folder"]

    def item(self, *parts: str) -> Callable[[], Submission]:
        """A folder, archive or module as a submission."""
        return partial(self.tree.load, (*self.top, *parts), self.slugs)

    def loose(self, name: str, files: Mapping[str, Parts]) -> Callable[[], Submission]:
        """Files of one student: what the student called each -> where it lies."""
        return partial(self._load_loose, name, files)

    def commit_times(self, *parts: str) -> dict[str, str]:
        """When each module in a clone was committed, as far as it can be seen."""
        path = self.tree.path((*self.top, *parts)) if self.times_of else None
        return {} if path is None else commit_times(path, self.times_of)

    def other_branches(self, places: Sequence[Parts]) -> Callable[[Sequence[str]], list[str]]:
        """What tells which branches have work on some modules that the clones here don't show."""
        return partial(self._other_branches, places)

    def _other_branches(self, places: Sequence[Parts], slugs: Sequence[str]) -> list[str]:
        paths = filter(None, (self.tree.path((*self.top, *parts)) for parts in places))
        return [branch for path in paths for branch in other_branches(path, slugs)]

    def state_at(self, name: str, places: Sequence[Parts]) -> Callable[[datetime], State | None]:
        """What tells how one student's clones were at some moment; None if nothing can be seen."""
        return partial(self._state_at, name, places)

    def _state_at(self, name: str, places: Sequence[Parts], moment: datetime) -> State | None:
        pieces, times = [], []
        for parts in places:
            path = self.tree.path((*self.top, *parts)) if self.times_of else None
            tar = None if path is None else state_at(path, moment)
            if path is not None and tar is not None:
                pieces.append(load_single(f"{name}.tar", partial(_first, tar), self.slugs))
                times.append(commit_times(path, self.times_of, moment))
        return State(merge(name, pieces), newest_times(times)) if pieces else None

    def _load_loose(self, name: str, files: Mapping[str, Parts]) -> Submission:
        def read(original: str) -> bytes:
            return self.tree.read((*self.top, *files[original]), max_bytes(original))

        return load_files(name, list(files), read, self.slugs)


def attempted(
    source: str,
    name: str,
    attempts: Sequence[Attempt],
    handles: Sequence[Handle],
    group: str = "",
) -> Handed:
    """What was handed in several times, the last one last."""
    last, load = attempts[-1]
    several = len(attempts) > 1 and any(time for time, _ in attempts)
    return Handed(
        source,
        name,
        load,
        tuple(handles),
        submitted_at=last,
        group=group,
        times_of=partial(first_there, attempts) if several else None,
        state_at=partial(last_attempt, attempts) if several else None,
        earlier=attempts[:-1],
    )


def last_attempt(attempts: Sequence[Attempt], moment: datetime) -> State | None:
    """What was the last of several attempts at some moment; None if there was none yet."""
    in_time = [(time, load) for time, load in attempts if time and time <= utc_text(moment)]
    if not in_time:
        return None
    submission = in_time[-1][1]()
    return State(submission, first_there(in_time, submission))


def first_there(attempts: Sequence[Attempt], submission: Submission) -> dict[str, str]:
    """By slug the time of the attempt with which each module of the last one came: what is handed
    in again beside something new is as late as it was."""
    times: dict[str, str] = {}
    left = set(submission.sources)
    for time, load in reversed(attempts):
        try:
            there = load().sources
        except SubmissionError:
            break
        left = {slug for slug in left if there.get(slug) == submission.sources[slug]}
        times |= dict.fromkeys(left, time)
    return times


class Layout(Protocol):
    """How a system names what was handed in.

    `name` is what `--layout` calls it, `title` what people read. One that `is_sure` has names that
    nobody else makes; the others are taken only where everything fits.
    """

    name: str
    title: str
    is_sure: bool

    def claims(self, listing: Listing) -> set[str]:
        """The names at the top that are of this system's making."""

    def read(self, listing: Listing) -> Reading: ...


def newest_times(of_several: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The last time of each module."""
    newest: dict[str, str] = {}
    for times in of_several:
        for slug, time in times.items():
            newest[slug] = max(time, newest.get(slug, time))
    return newest


def load_all(name: str, loads: Sequence[Callable[[], Submission]]) -> Submission:
    """Hand-ins of one person, for different assignments."""
    return merge(name, [load() for load in loads])


def load_same(name: str, loads: Mapping[str, Callable[[], Submission]]) -> Submission:
    """What is there several times; refused if it is not the same.

    Args:
        loads: by what each is called.
    """
    loaded = {each: load() for each, load in loads.items()}
    first = next(iter(loaded.values()))
    if any((o.sources, o.problems) != (first.sources, first.problems) for o in loaded.values()):
        raise SubmissionError(refusal(loaded))
    return first


def refusal(names: Sequence[str] | Mapping[str, object]) -> str:
    return (
        f"{' and '.join(sorted(names))} are of one person by their names, and not the same; none "
        "of them is graded: keep the one that counts"
    )


def some_names(names: Sequence[str]) -> str:
    """Of files and folders."""
    return some([show_name(name) for name in names], NAMED)


def _first(data: bytes, limit: int) -> bytes:
    return data[:limit]

"""Clones of students' repositories: GitHub Classroom's, Classroom 50's, GitLab's, Artemis's.

GitHub Classroom names a repository <assignment>-<login>, Classroom 50 <class>-<assignment>-<login>;
the login's owner chose it, so it is a name on GitHub and no person's name. GitLab's are projects
called after students, or in folders called after them or after assignments. Artemis writes
<course>-<title>-<number>-<login>, packed or not; without names "student-submission" for the login.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from grader.intake.layouts.base import Handed, Listing, Reading, load_all, newest_times
from grader.intake.tree import Parts
from grader.submissions.names import ARCHIVE_SUFFIX, stem_of
from grader.text import fold, show_name

_LOGIN = r"(?P<login>[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)"
SUBMISSIONS = "-submissions"  # what GitHub Classroom's own tool calls the folder around them
_BRANCHES = ("-main", "-master")
_NAMELESS = "student-submission.git"
# The number is one that all of a site's hand-ins share.
_ARTEMIS = re.compile(
    rf"(?P<front>[^-]+-.+)-(?P<number>\d{{3,12}})-(?P<login>{re.escape(_NAMELESS)}|[^-.\s]+)(?:\.zip)?"
)
_COMMIT = re.compile(r"-[0-9a-f]{40}\Z")  # what GitLab puts behind the branch


class GitHub:
    name = "github"
    title = "clones from GitHub Classroom"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        pattern = _repositories(listing)
        return {name for name in _packed_or_not(listing) if _repository(pattern, name)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        pattern = _repositories(listing) or _alike(listing)
        by_login: dict[str, list[Parts]] = defaultdict(list)
        shown: dict[str, str] = {}
        wanted = _packed_or_not(listing)
        branch = _branch([_without_commit(name) for name in wanted])
        for name in listing.names:
            match = _repository(pattern, name) if name in wanted else None
            if match is None:
                reading.ignored.append(name)
            else:
                login = match["login"].removesuffix(branch)
                by_login[shown.setdefault(fold(login), login)].append((name,))
        for login, places in by_login.items():
            handed = _handed(listing, login, places)
            handles = (("github", login),)  # its owner chose it: it is no name
            reading.submissions.append(replace(handed, handles=handles))
        return reading


class GitLab:
    name = "gitlab"
    title = "clones of a GitLab group's projects"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        return {parts[0] for parts in _clones(listing)}

    def read(self, listing: Listing) -> Reading:
        clones = list(_clones(listing))
        inside = {parts[0] for parts in clones}
        reading = Reading(ignored=[name for name in listing.names if name not in inside])
        by_student: dict[str, list[Parts]] = defaultdict(list)
        for parts in clones:
            by_student[_student(parts, listing.slugs)].append(parts)
        for student, places in by_student.items():
            reading.submissions.append(_handed(listing, student, places))
        if len(inside) > 1 and (prefix := _common(inside)):
            reading.notes.append(
                f"all are called {show_name(prefix)}…; if that is the assignment and a name on "
                "GitHub follows, say --layout github"
            )
        return reading


class Artemis:
    name = "artemis"
    title = "repositories from Artemis"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        """All or nothing: of one exercise, and everybody's with a number of its own."""
        matches = _of_artemis(listing)
        fronts, numbers = ({match[part] for match in matches} for part in ("front", "number"))
        is_one = len(matches) > 1 and len(fronts) == 1 and len(numbers) == len(matches)
        return {match.string for match in matches} if is_one else set()

    def read(self, listing: Listing) -> Reading:
        matches = _of_artemis(listing)
        read = {match.string for match in matches}
        reading = Reading(ignored=[name for name in listing.names if name not in read])
        for match in matches:
            nameless = match["login"] == _NAMELESS
            student = match["number"] if nameless else match["login"]
            handed = _handed(listing, student, [(match.string,)])
            handles = (("label", student),) if nameless else handed.handles
            reading.submissions.append(replace(handed, handles=handles))
        return reading


def _of_artemis(listing: Listing) -> list[re.Match[str]]:
    names = (
        name for name, kind in listing.names.items() if kind == "folder" or stem_of(name) != name
    )
    return [match for name in names if (match := _ARTEMIS.fullmatch(name))]


def _handed(listing: Listing, student: str, places: Sequence[Parts]) -> Handed:
    """A student's repositories, of several assignments where there are several."""
    loads = [listing.item(*parts) for parts in places]
    load = loads[0] if len(loads) == 1 else partial(load_all, student, loads)
    times = newest_times(listing.commit_times(*parts) for parts in places)
    return Handed(
        student,
        student,
        load,
        (("word", student),),
        group=student,
        times=times,
        state_at=listing.state_at(student, places),
        other_branches=listing.other_branches(places),
    )


def _repositories(listing: Listing) -> re.Pattern[str] | None:
    """What the repositories are called, the login in a group of its own; None if they are none.

    In front of the login stands an assignment of the course's, or what the folder around says.
    """
    if listing.title.endswith(SUBMISSIONS):
        return re.compile(re.escape(listing.title.removesuffix("submissions")) + _LOGIN)
    slugs = sorted(listing.slugs, key=len, reverse=True)
    spelt = "|".join(re.escape(slug).replace("_", "[-_]") for slug in slugs)
    # The first slug that can be meant: a login may begin with one as well.
    pattern = re.compile(rf"(?i)(?:[\w.-]+?-)??(?:{spelt})-{_LOGIN}")
    found = any(_repository(pattern, name) for name in _packed_or_not(listing))
    return pattern if found else None


def _packed_or_not(listing: Listing) -> list[str]:
    """The folders, and the archives that GitHub and GitLab make of a repository, called after its
    branch."""
    archives = (name for name, kind in listing.names.items() if kind == "file")
    archives = (name for name in archives if ARCHIVE_SUFFIX.search(name))
    return [*listing.folders(), *(a for a in archives if _without_commit(a).endswith(_BRANCHES))]


def _without_commit(name: str) -> str:
    """A repository's name and its branch, of how an archive of it is called."""
    return _COMMIT.sub("", stem_of(name))


def _repository(pattern: re.Pattern[str] | None, name: str) -> re.Match[str] | None:
    return pattern.fullmatch(_without_commit(name)) if pattern else None


def _branch(names: Sequence[str]) -> str:
    """What stands behind the name of each repository that is downloaded as an archive."""
    for branch in _BRANCHES:
        if len(names) > 1 and all(name.endswith(branch) for name in names):
            return branch
    return ""


def _alike(listing: Listing) -> re.Pattern[str] | None:
    """What the names have in common in front, where somebody says that they are repositories."""
    return re.compile(re.escape(_common(_packed_or_not(listing))) + _LOGIN)


def _common(names: Iterable[str]) -> str:
    """What names begin with, all of them, up to a hyphen."""
    prefix, hyphen, _ = os.path.commonprefix(list(names)).rpartition("-")  # noqa: RUF071
    return prefix + hyphen


def _clones(listing: Listing) -> Iterator[Parts]:
    """Repositories at the top and in folders there."""
    for name in listing.folders():
        if is_clone(listing, name):
            yield (name,)
        else:
            yield from (
                (name, inner) for inner in listing.folders(name) if is_clone(listing, name, inner)
            )


def is_clone(listing: Listing, *parts: str) -> bool:
    path = listing.tree.path((*listing.top, *parts))
    return path is not None and (path / ".git").is_dir()


def _student(parts: Parts, slugs: Sequence[str]) -> str:
    """Of <student>/<assignment> or <assignment>/<student>; a project alone is its student's."""
    known = {slug.replace("_", "-") for slug in slugs}
    of_students = [part for part in parts if fold(part).replace("_", "-") not in known]
    return of_students[0] if of_students else parts[0]

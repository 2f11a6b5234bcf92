"""ILIAS: FAMILY_GIVEN_login_<user>/…; of a team, in folders "Team <number>".

Read from the right: the number, and a login, which may hold underscores as well, so each that can
be meant is a login of theirs, and the name without it a name. Late files have a word and " - " in
front of their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from grader.intake.layouts.base import Handed, Handle, Listing, Reading, load_all
from grader.intake.tree import Parts, is_submission_file
from grader.submissions.model import Submission

_FOLDER = re.compile(r"(?P<name>[^_]+(?:_[^_]+)+)_(?P<login>[^_]+)_(?P<user>\d+)")
_TEAM = re.compile(r"[^\W\d_]+[ _](?P<team>\d+)")
_LATE = re.compile(r"[^-]+ - (?P<original>.+)")
_MOST_UNDERSCORES = 2  # of a login
_FEEDBACK = "multi_feedback"  # how the folder around is called that is taken back
# What is put beside the folders for those who grade.
_OWN = {"status.csv", "status.xlsx", "README.md"}


class Ilias:
    name = "ilias"
    title = "a download from ILIAS"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        """All or nothing: a number is one person's, and so are logins but for what may be their
        ends, as they are in no other name."""
        people = [(parts[0], match) for parts, match in _people(listing)]
        numbers, ends = ({match[own] for _, match in people} for own in ("user", "login"))
        if len(numbers) < len(people) or 2 * len(ends) <= len(people):
            return set()
        return {top for top, _ in people} | (_OWN & set(listing.names) if people else set())

    def read(self, listing: Listing) -> Reading:
        people = list(_people(listing))
        read = {parts[0] for parts, _ in people}
        reading = Reading(ignored=[name for name in listing.names if name not in read | _OWN])
        teams: dict[str, list[Parts]] = {}
        for parts, _ in people:
            if len(parts) == 2:
                teams.setdefault(parts[0], []).append(parts)
        for parts, match in people:
            # A team's work lies with whoever uploaded it, and is everybody's.
            places = teams.get(parts[0], [parts])
            source = f"{match['name']}_{match['login']}_{match['user']}"
            name = match["name"].replace("_", " ")
            loads = [_load(listing, place) for place in places]
            reading.submissions.append(
                Handed(
                    source,
                    name,
                    loads[0] if len(loads) == 1 else partial(load_all, source, loads),
                    (("number", f"ilias:{match['user']}"), *_handles(match)),
                    upload=f"ilias:{_FEEDBACK}/{parts[-1]}/",
                )
            )
        return reading


def _handles(match: re.Match[str]) -> Iterator[Handle]:
    parts = [*match["name"].split("_"), match["login"]]
    for begins in range(len(parts) - 1, max(1, len(parts) - 2 - _MOST_UNDERSCORES), -1):
        yield "login", "_".join(parts[begins:])
        yield "name", " ".join(parts[:begins])


def _load(listing: Listing, parts: Parts) -> Callable[[], Submission]:
    names = listing.below(*parts)
    late = {name: match for name in names if (match := _LATE.fullmatch(name))}
    if not any(is_submission_file(match["original"]) for match in late.values()):
        return listing.item(*parts)
    files = {
        (late[name]["original"] if name in late else name): (*parts, name)
        for name, kind in names.items()
        if kind == "file"
    }
    return listing.loose(parts[-1], files)


def _people(listing: Listing) -> Iterator[tuple[Parts, re.Match[str]]]:
    for name in listing.folders():
        if (match := _FOLDER.fullmatch(name)) and not any(
            _FOLDER.fullmatch(inner) for inner in listing.folders(name)
        ):  # what holds people is the download
            yield (name,), match
        elif _TEAM.fullmatch(name):
            for inner in listing.folders(name):
                if match := _FOLDER.fullmatch(inner):
                    yield (name, inner), match

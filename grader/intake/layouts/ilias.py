"""ILIAS: FAMILY_GIVEN_login_<user>/…; of a team, in folders "Team <number>".

Read from the right, as login and number hold no underscore. Late files have a word and " - " in
front of their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from grader.intake.layouts.base import Handed, Listing, Reading, load_all
from grader.intake.tree import Parts, is_submission_file
from grader.submissions.model import Submission

_FOLDER = re.compile(r"(?P<name>[^_]+(?:_[^_]+)+)_(?P<login>[^_]+)_(?P<user>\d+)")
_TEAM = re.compile(r"[^\W\d_]+ (?P<team>\d+)")
_LATE = re.compile(r"[^-]+ - (?P<original>.+)")


class Ilias:
    name = "ilias"
    title = "a download from ILIAS"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        """All or nothing: a login and a number are one person's, as they are in no other name."""
        people = [(parts[0], match) for parts, match in _people(listing)]
        own = {match["login"] for _, match in people}, {match["user"] for _, match in people}
        if any(len(values) < len(people) for values in own):
            return set()
        return {top for top, _ in people}

    def read(self, listing: Listing) -> Reading:
        people = list(_people(listing))
        read = {parts[0] for parts, _ in people}
        reading = Reading(ignored=[name for name in listing.names if name not in read])
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
                    (
                        ("number", f"ilias:{match['user']}"),
                        ("login", match["login"]),
                        ("name", name),
                    ),
                )
            )
        return reading


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
        if match := _FOLDER.fullmatch(name):
            yield (name,), match
        elif _TEAM.fullmatch(name):
            for inner in listing.folders(name):
                if match := _FOLDER.fullmatch(inner):
                    yield (name, inner), match

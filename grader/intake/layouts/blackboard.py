"""Blackboard: a flat list, <title>_<username>_attempt_<time>_<name as handed in>.

Beside the files of an attempt lies <title>_<username>_attempt_<time>.txt, whose first line is
"Name: <full name> (<username>)": it alone tells a username with an underscore from the title's end.
A student's own words come after the first time, so the first one is Blackboard's.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.files import FileError
from grader.intake.layouts.base import Handed, Listing, Reading
from grader.intake.times import parse_time
from grader.intake.tree import Parts
from grader.text import utc_text

_NAME = re.compile(
    r"(?P<front>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<original>.+)|\.txt)", re.S
)
_PERSON = re.compile(r"\w+: *(?P<name>.*?) *\((?P<user>[^()]+)\)\s*")
_MAX_INFO_BYTES = 1 << 20


class Blackboard:
    name = "blackboard"
    title = "a download from Blackboard"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        return {n for n, kind in listing.names.items() if kind == "file" and _match(n)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        attempts: dict[str, list[re.Match[str]]] = defaultdict(list)
        infos: dict[str, str] = {}
        for place, kind in listing.names.items():
            match = _match(place) if kind == "file" else None
            if match is None:
                reading.ignored.append(place)
            elif match["original"]:
                attempts[match["front"]].append(match)
            else:
                infos[match["front"]] = place
        for front, matches in attempts.items():
            user, name = front.rpartition("_")[2], ""
            if front in infos:
                user, name = _told(listing, infos[front], front) or (user, name)
            newest: dict[str, tuple[str, Parts]] = {}
            for match in matches:
                candidate = (match["time"], (match.string,))
                newest[match["original"]] = max(candidate, newest.get(match["original"], candidate))
            time = parse_time(max(match["time"] for match in matches), listing.zone)
            files = {original: place for original, (_, place) in newest.items()}
            reading.submissions.append(
                Handed(
                    user,
                    name or user,
                    listing.loose(user, files),
                    (("login", user), *((("name", name),) if name else ())),
                    submitted_at=utc_text(time) if time else "",
                    group=user,
                )
            )
        return reading


def _match(name: str) -> re.Match[str] | None:
    match = _NAME.fullmatch(name)
    return match if match and "_" in match["front"].strip("_") else None


def _told(listing: Listing, place: str, front: str) -> tuple[str, str] | None:
    """Username and full name as the info file's first line has them, if that fits its own name."""
    try:
        text = listing.tree.read((*listing.top, place), _MAX_INFO_BYTES).decode("utf-8-sig")
    except (FileError, OSError, UnicodeDecodeError):
        return None
    person = _PERSON.fullmatch(text.partition("\n")[0])
    if person is None or not front.endswith(f"_{person['user']}"):
        return None
    return person["user"], person["name"]

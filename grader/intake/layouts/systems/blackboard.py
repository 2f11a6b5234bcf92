"""Blackboard: a flat list, <title>_<username>_attempt_<time>_<name as handed in>.

"attempt" may be in the site's language.
Beside the files of an attempt lies <title>_<username>_attempt_<time>.txt, whose first line is
"Name: <full name> (<username>)", of a group "Name: <group>", in the site's language: it alone tells
a username or a group's name with an underscore from the title's end.
A student's own words come after the first time, so the first one is Blackboard's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby

from grader.files import FileError
from grader.intake.encodings import TableError, decoded
from grader.intake.layouts.base import Listing, Reading, attempted
from grader.intake.times import parse_time
from grader.intake.tree import Parts
from grader.text import utc_text

_ATTEMPT = (
    "attempt|versuch|intento|tentative|tentativa|tentativo|poging|forsøg|forsøk|försök|yritys|próba|"
    "pokus|deneme|попытка|尝试|試行"
)
_NAME = re.compile(
    rf"(?P<front>.+?)_(?i:{_ATTEMPT})_(?P<time>\d{{4}}(?:-\d\d){{5}})(?:_(?P<original>.+)|\.txt)",
    re.S,
)
_PERSON = re.compile(r"\w+\s?[:\uff1a]\s*(?P<name>.*?)\s*(?:\((?P<user>[^()]+)\))?\s*")
_MAX_INFO_BYTES = 1 << 20
_MAX_LINE = 1_000  # characters of it


class Blackboard:
    name = "blackboard"
    title = "a download from Blackboard"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        return {n for n, kind in listing.names.items() if kind == "file" and _match(n)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        by_front: dict[str, list[re.Match[str]]] = defaultdict(list)
        infos: dict[str, re.Match[str]] = {}
        for place, kind in listing.names.items():
            match = _match(place) if kind == "file" else None
            if match is None:
                reading.ignored.append(place)
            elif match["original"]:
                by_front[match["front"]].append(match)
            else:
                infos[match["front"]] = match
        by_user: dict[str, list[re.Match[str]]] = defaultdict(list)
        names: dict[str, str] = {}
        # Of a title each, of which several may lie here; those without a file come last.
        for front in dict.fromkeys([*by_front, *infos]):
            info = infos.get(front)
            told = _told(listing, info.string, front) if info else None
            user, name = told or (front.rpartition("_")[2], "")
            if front in by_front:
                by_user[user] += by_front[front]
            elif info and user not in by_user:
                by_user[user] = [info]  # what was written in place of a file stands in it
            names[user] = name or names.get(user, "")
        for user, matches in by_user.items():
            in_order = sorted(matches, key=lambda match: match["time"])
            loads = []
            files: dict[str, Parts] = {}
            for written, attempt in groupby(in_order, key=lambda match: match["time"]):
                files = files | {m["original"] or m.string: (m.string,) for m in attempt}
                time = parse_time(written, listing.zone)
                loads.append((utc_text(time) if time else "", listing.loose(user, files)))
            name = names[user]
            handles = [("login", user), *([("name", name)] if name else [])]
            reading.submissions.append(attempted(user, name or user, loads, handles, group=user))
        return reading


def _match(name: str) -> re.Match[str] | None:
    match = _NAME.fullmatch(name)
    return match if match and "_" in match["front"].strip("_") else None


def _told(listing: Listing, place: str, front: str) -> tuple[str, str] | None:
    """Username and full name as the info file's first line has them, if that fits its own name."""
    try:
        text, _ = decoded(listing.tree.read((*listing.top, place), _MAX_INFO_BYTES))
    except (FileError, OSError, TableError):
        return None
    person = _PERSON.fullmatch(text.partition("\n")[0][:_MAX_LINE])
    user = person and (person["user"] or person["name"])
    if person is None or not user or not front.endswith(f"_{user}"):
        return None
    return user, person["name"]

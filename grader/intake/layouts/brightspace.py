"""Brightspace: <number>-<number> - Full Name - Sep 24, 2024 926 PM/…, with an index.html beside.

Names may hold hyphens; the numbers are split off at the left, the time at the right. Some sites
write "Last, First - <number>". Whoever hands in again has another folder: the last one counts.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.intake.layouts.base import Handed, Handle, Listing, Reading
from grader.intake.times import parse_time
from grader.text import utc_text

_FOLDER = re.compile(
    r"(?P<number>\d+)-\d+ ?- (?P<name>.+) - "
    r"(?P<time>(?:[^\W\d]+\.? \d{1,2}|\d{1,2}\.? [^\W\d]+\.?),? \d{4},? "
    r"\d{1,2}[.:h_]?\d\d(?: ?[AaPp]\.?[Mm]\.?)?)"
)
_OTHER = re.compile(r"(?P<name>[^,]+, .+) - (?P<number>\d{3,})")
_INDEX = "index.html"


class Brightspace:
    name = "brightspace"
    title = "a download from Brightspace"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        folders = {name for name in listing.folders() if _match(name)}
        return folders | ({_INDEX} & set(listing.names) if folders else set())

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        attempts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for place, kind in listing.names.items():
            match = _match(place) if kind == "folder" else None
            if match is not None:
                time = parse_time(match.groupdict().get("time") or "", listing.zone)
                person = match["name"], match["number"]
                attempts[person].append((utc_text(time) if time else "", place))
            elif place != _INDEX:
                reading.ignored.append(place)
        for (name, number), found in attempts.items():
            submitted_at, place = max(found)
            handles: list[Handle] = [("name", name)]
            if _OTHER.fullmatch(place):
                handles.append(("identifier", number))
            reading.submissions.append(
                Handed(
                    f"{name}_{number}",
                    name,
                    listing.item(place),
                    tuple(handles),
                    submitted_at,
                    group=name,
                )
            )
        return reading


def _match(name: str) -> re.Match[str] | None:
    return _FOLDER.fullmatch(name) or _OTHER.fullmatch(name)

"""Brightspace: <number>-<number> - Full Name - Sep 24, 2024 926 PM/…, with an index.html beside.

Older ones are flat lists of such names, " - " and the name as handed in. Names may hold hyphens;
the numbers are split off at the left, some sites' number of the person too, the time at the right.
Some write "Last, First - <number>". Whoever hands in again has another folder: the last one counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import tzinfo

from grader.intake.layouts.base import Handle, Listing, Reading, attempted
from grader.intake.times import parse_time
from grader.intake.tree import Kind, Parts
from grader.text import utc_text

_NAME = re.compile(
    r"(?P<number>\d+)-\d+ ?- (?:(?P<identifier>[A-Za-z]?\d{4,}) - )?(?P<name>.+?) ?- "
    r"(?P<time>(?:[^\W\d]+\.? \d{1,2}|\d{1,2}\.? [^\W\d]+\.?),? \d{4},? "
    r"\d{1,2}[.:h_]?\d\d(?: ?[AaPp]\.?[Mm]\.?)?)(?: ?- (?P<original>.+))?", re.S
)  # fmt: skip
_OTHER = re.compile(r"(?P<name>[^,]+, .+) - (?P<number>\d{3,})")
_INDEX = "index.html"


class Brightspace:
    name = "brightspace"
    title = "a download from Brightspace"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        own = {name for name, kind in listing.names.items() if _match(name, kind)}
        return own | ({_INDEX} & set(listing.names) if own else set())

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        by_person: dict[tuple[str, str], list[re.Match[str]]] = defaultdict(list)
        for place, kind in listing.names.items():
            match = _match(place, kind)
            if match is not None:
                by_person[match["name"], match["number"]].append(match)
            elif place != _INDEX:
                reading.ignored.append(place)
        for (name, number), matches in by_person.items():
            source = f"{name}_{number}"
            in_order = sorted(matches, key=lambda match: (_time(match, listing.zone), match.string))
            found = in_order[-1].groupdict()
            loads = []
            files: dict[str, Parts] = {}
            for match in in_order:
                load = listing.item(match.string)
                if original := match.groupdict().get("original"):
                    files = files | {original: (match.string,)}
                    load = listing.loose(source, files)
                loads.append((_time(match, listing.zone), load))
            handles: list[Handle] = [("name", name)]
            if identifier := number if "time" not in found else found["identifier"]:
                handles.append(("identifier", identifier))
            reading.submissions.append(attempted(source, name, loads, handles, group=name))
        return reading


def _match(name: str, kind: Kind) -> re.Match[str] | None:
    match = _NAME.fullmatch(name)
    if match is not None:
        return match if kind == ("file" if match["original"] else "folder") else None
    return _OTHER.fullmatch(name) if kind == "folder" else None


def _time(match: re.Match[str], zone: tzinfo) -> str:
    time = parse_time(match.groupdict().get("time") or "", zone)
    return utc_text(time) if time else ""

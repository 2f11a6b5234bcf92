"""VPL, Moodle's Virtual Programming Lab: <Family Given> <user> <login>/2026-10-01-12-00-00/….

Of a group it is <group> Group <number>. There is a folder a hand-in, one of remarks called alike
(….ceg), and a Report.txt beside the students.
"""

from __future__ import annotations

import re

from grader.intake.layouts.base import Handle, Listing, Reading, attempted
from grader.intake.times import parse_time
from grader.text import utc_text

_NAME = re.compile(r"(?P<name>.+?)(?P<group> Group)? (?P<user>\d{1,12}) ?(?P<login>\S*)", re.S)
_TIME = re.compile(r"\d{4}(?:-\d\d){5}")
_OWN = {"Report.txt", "Errors.txt"}


class Vpl:
    name = "vpl"
    title = "a download from VPL"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        found = {n for n in listing.folders() if _NAME.fullmatch(n) and _hand_ins(listing, n)}
        return found | (_OWN & set(listing.names) if found else set())

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        for place, kind in listing.names.items():
            match = _NAME.fullmatch(place)
            times = _hand_ins(listing, place) if match and kind == "folder" else []
            if match is None or not times:
                if place not in _OWN:
                    reading.ignored.append(place)
                continue
            loads = []
            for time in times:
                moment = parse_time(time, listing.zone)
                loads.append((utc_text(moment) if moment else "", listing.item(place, time)))
            handles: list[Handle] = [("name", match["name"])]
            if match["login"]:
                handles.append(("login", match["login"]))
            group = match["name"] if match["group"] else ""
            reading.submissions.append(attempted(place, match["name"], loads, handles, group))
        return reading


def _hand_ins(listing: Listing, place: str) -> list[str]:
    """The folders of a student's hand-ins, the first one first."""
    return sorted(name for name in listing.folders(place) if _TIME.fullmatch(name))

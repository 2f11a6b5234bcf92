"""Sakai: FAMILY, GIVEN(login)/Submission attachment(s)/…, or files FAMILY, GIVEN(login)_…_<name>.

Several who handed in together stand in one name, joined by "; ". Beside the attachments lie a text
written online, comments and what a teacher gave back, in words of the site's language.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from grader.files import FileError
from grader.intake.layouts.base import Handed, Listing, Reading
from grader.intake.times import parse_time
from grader.intake.tree import Parts
from grader.submissions.model import Submission
from grader.text import fold, utc_text

# A given name may be missing, and hold more in parentheses, as a nickname.
_PERSON = r"[^,;()/]+,(?: [^;/]*?)?\([^()/]+\)"
_WHO = re.compile(
    rf"(?P<who>{_PERSON}(?:; {_PERSON})*)(?:_(?P<what>[^_]+)(?:_(?P<original>.+))?)?", re.S
)
_EACH = re.compile(r"(?P<family>[^,;()/]+),(?P<given>(?: [^;/]*?)?)\((?P<login>[^()/]+)\)(?=; |\Z)")
_ATTACHMENTS = "submission attachment(s)"
_TIMESTAMP = "timestamp.txt"
_OWN = {"grades.csv", "grades.xls", "grades.xlsx"}
_OLD_TIME = re.compile(r"\d{17}")  # to the millisecond
_MAX_TIME_BYTES = 1024


class Sakai:
    name = "sakai"
    title = "a download from Sakai"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        found = {name for name, kind in listing.names.items() if _match(name, kind)}
        return found | (_OWN & set(listing.names) if found else set())

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        loose: dict[str, dict[str, Parts]] = defaultdict(dict)
        times: dict[str, str] = {}
        for place, kind in listing.names.items():
            match = _match(place, kind)
            if match is None:
                if place not in _OWN:
                    reading.ignored.append(place)
            elif kind == "folder":
                time = _time(listing, (place, _TIMESTAMP))
                reading.submissions += _handed(
                    place, listing.item(place, *_work(listing, place)), time
                )
            elif match["what"] == _TIMESTAMP:
                times[match["who"]] = _time(listing, (place,))
            elif match["original"] and not _is_given_back(match["what"]):
                loose[match["who"]][match["original"]] = (place,)
        for who, files in loose.items():
            reading.submissions += _handed(who, listing.loose(who, files), times.get(who, ""))
        return reading


def _match(name: str, kind: str) -> re.Match[str] | None:
    match = _WHO.fullmatch(name)
    return (
        match
        if match and (match["what"] is None) == (kind == "folder") and kind != "link"
        else None
    )


def _handed(who: str, load: Callable[[], Submission], time: str) -> Iterator[Handed]:
    """The work of each who handed it in."""
    for person in _EACH.finditer(who):
        name = f"{person['given'].strip()} {person['family'].strip()}".strip()
        handles = (("login", person["login"]), ("name", name))
        yield Handed(person[0].strip(), name, load, handles, time)


def _work(listing: Listing, place: str) -> tuple[str, ...]:
    """Which folder in a student's holds what they handed in; () if that can't be told."""
    folders = [name for name in listing.folders(place) if not _is_given_back(name)]
    known = [name for name in folders if fold(name) == _ATTACHMENTS]
    return tuple(known or folders) if len(known or folders) == 1 else ()


def _is_given_back(name: str) -> bool:
    return "feedback" in fold(name)


def _time(listing: Listing, parts: Parts) -> str:
    time: datetime | None = None
    try:
        text = listing.tree.read((*listing.top, *parts), _MAX_TIME_BYTES).decode().strip()
        if _OLD_TIME.fullmatch(text):
            time = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=listing.zone)
        else:
            time = parse_time(text, listing.zone)
    except (FileError, OSError, KeyError, ValueError):
        pass
    return utc_text(time) if time else ""

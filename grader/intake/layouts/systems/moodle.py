"""Moodle: Full Name_<participant>_assignsubmission_file/…, or files of such names in a flat list.

The number is that of the person in one assignment, or a group's. In front of it stands a name
without underscores, so the first such part is Moodle's own, whatever a student calls a file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from grader.intake.headings import PARTICIPANT_WORDS, spelt
from grader.intake.layouts.base import Handed, Handle, Listing, Reading
from grader.intake.tree import Parts
from grader.submissions.model import Submission

_NAME = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<what>[a-z]+)(?:_(?P<original>.*))?",
    re.S,
)
_TYPED = "onlinetext"
_ADDRESS = re.compile(r"(?P<local>\S+)AT(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)+)")


class Moodle:
    name = "moodle"
    title = "a download from Moodle"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        return {n for n, kind in listing.names.items() if kind != "link" and _NAME.fullmatch(n)}

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        loose: dict[tuple[str, str], dict[str, Parts]] = defaultdict(dict)
        folders: set[tuple[str, str]] = set()
        typed: dict[tuple[str, str], dict[str, Parts]] = {}
        for place, kind in listing.names.items():
            match = _NAME.fullmatch(place) if kind != "link" else None
            if match is None:
                reading.ignored.append(place)
                continue
            who = (match["name"], match["number"] or "")
            if match["what"] == _TYPED:
                typed[who] = _pages(listing, place, match["original"])
            elif match["what"] != "file":
                continue  # a comment
            elif kind == "folder":
                folders.add(who)
                reading.submissions.append(_handed(*who, listing.item(place)))
            else:
                loose[who][match["original"] or ""] = (place,)
        # What was typed in is named where nothing else was handed in.
        loose |= {who: pages for who, pages in typed.items() if who not in folders | loose.keys()}
        for (name, number), files in loose.items():
            load = listing.loose(f"{name}_{number}".strip("_"), files)
            reading.submissions.append(_handed(name, number, load))
        return reading


def _pages(listing: Listing, place: str, original: str | None) -> dict[str, Parts]:
    """A text written online: a page in a folder, or on its own."""
    if listing.names[place] == "file":
        return {original or place: (place,)}
    return {name: (place, name) for name in listing.below(place)}


def _handed(name: str, number: str, load: Callable[[], Submission]) -> Handed:
    source = f"{name}_{number}" if number else name
    handles: list[Handle] = [("number", f"moodle:{number}")] if number else []
    upload = f"moodle:{source}_assignsubmission_file/" if number else ""
    if spelt(name) in PARTICIPANT_WORDS:  # a nameless download
        handles.append(("label", source))
        return Handed(source, f"{name} {number}", load, tuple(handles), upload=upload)
    handles += [("name", name), *_beside(name)]
    return Handed(source, name, load, tuple(handles), group=name, upload=upload)


def _beside(name: str) -> Iterator[Handle]:
    """What some sites put beside the full name, in which no underscore is: a login, an address."""
    parts = [part for part in name.split("_") if part]
    if len(parts) > 1 and any(" " in part for part in parts):
        for part in parts:
            if " " in part:
                yield "name", part
            elif address := _ADDRESS.fullmatch(part):
                yield "email", f"{address['local']}@{address['domain']}"
            else:
                yield "word", part

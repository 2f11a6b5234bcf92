"""Gradescope: submission_<number>/… beside submission_metadata.yml or the grades' CSV."""

from __future__ import annotations

import re

from grader.intake.gradescope import METADATA, Submitter, read_submitters
from grader.intake.layouts.base import Handed, Handle, Listing, Reading, some_names
from grader.intake.tree import Kind

_NAME = re.compile(r"submission_(?P<number>\d{1,12})(?:\.pdf)?")


class Gradescope:
    name = "gradescope"
    title = "a download from Gradescope"
    is_sure = True

    def claims(self, listing: Listing) -> set[str]:
        own = {name for name, kind in listing.names.items() if _is_own(name, kind)}
        return own | ({METADATA} & set(listing.names) if own else set())

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        files = [name for name, kind in listing.names.items() if kind == "file"]
        submitters = read_submitters(listing.tree, listing.top, files)
        unknown = []
        last: dict[str, Handed] = {}
        for place in sorted(listing.names, key=_number):
            if not _is_own(place, listing.names[place]):
                if place != METADATA and not place.lower().endswith(".csv"):
                    reading.ignored.append(place)
                continue
            if not submitters.get(place):
                unknown.append(place)
            # A group's work is the work of each of its members.
            for who in submitters.get(place) or [Submitter()]:
                handed = _handed(listing, place, who)
                # Whoever resubmits gets a higher number, and stays the same student.
                person = who.identifier or who.email or who.name or place
                other = last.setdefault(person, handed)
                if handed.submitted_at >= other.submitted_at:
                    last[person] = handed
        reading.submissions = list(last.values())
        if unknown and submitters:
            reading.notes.append(f"{METADATA} does not say whose they are: {some_names(unknown)}")
        elif unknown:
            reading.notes.append(
                f"nothing says whose these are, as {METADATA} is not beside them: "
                f"{some_names(unknown)}; put it there, or grade the export as it was downloaded"
            )
        return reading


def _number(name: str) -> int:
    """By which submissions stand in the order in which they were made."""
    match = _NAME.fullmatch(name)
    return int(match["number"]) if match else 0


def _is_own(name: str, kind: Kind) -> bool:
    """A folder; of an assignment that wants a PDF, a file."""
    return _NAME.fullmatch(name) is not None and (kind == "file") == name.endswith(".pdf")


def _handed(listing: Listing, place: str, who: Submitter) -> Handed:
    known: list[Handle] = [
        ("identifier", who.identifier), ("email", who.email), ("name", who.name),
    ]  # fmt: skip
    handles = tuple(handle for handle in known if handle[1]) or (("label", place),)
    source = "_".join(filter(None, (who.name, who.identifier or who.email))) or place
    return Handed(source, who.name or place, listing.item(place), handles, who.submitted_at)

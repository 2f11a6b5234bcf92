"""A folder, archive or module a submission, called as its student: what a person lays out."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path

from grader.intake.layouts.base import Handed, Listing, Reading, load_same, newest_times
from grader.intake.tree import is_submission_file
from grader.submissions.names import split_ending, stem_of


class Folders:
    name = "folders"
    title = "a folder, archive or module a submission"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        return {
            name
            for name, kind in listing.names.items()
            if kind == "folder" or (kind == "file" and is_submission_file(name))
        }

    def read(self, listing: Listing) -> Reading:
        wanted = self.claims(listing)
        reading = Reading(ignored=[name for name in listing.names if name not in wanted])
        by_stem: dict[str, list[str]] = defaultdict(list)
        for name in listing.names:
            if name in wanted:
                is_folder = listing.names[name] == "folder"
                by_stem[name if is_folder else _stem(name)].append(name)
        for stem, names in by_stem.items():
            # An archive and the folder that it was unpacked to are one student's.
            loads = {name: listing.item(name) for name in names}
            reading.submissions.append(
                Handed(
                    stem,
                    stem,
                    loads[names[0]] if len(names) == 1 else partial(load_same, stem, loads),
                    (("word", stem),),
                    group=stem,
                    times=newest_times(listing.commit_times(name) for name in names),
                    state_at=listing.state_at(stem, [(names[0],)]),
                )
            )
        return reading


def _stem(name: str) -> str:
    """Whose a file is: a module keeps its name, and what can't be read is called as its owner."""
    stem = stem_of(name)
    return stem if stem != name or split_ending(name) is not None else Path(name).stem

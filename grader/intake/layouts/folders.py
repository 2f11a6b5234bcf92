"""A folder, archive or module a submission, called as its student: what a person lays out.

What is left of a name without the assignment, "hw1" and the like is a name of the student's, too;
modules of one student that lie loose are one submission.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import partial
from pathlib import Path

from grader.intake.layouts.base import (
    Handed,
    Handle,
    Listing,
    Reading,
    attempted,
    load_same,
    newest_times,
    some_names,
)
from grader.intake.tree import is_submission_file
from grader.submissions.names import (
    is_no_work,
    owner_in,
    read_name,
    split_ending,
    split_stamp,
    stem_of,
)
from grader.text import fold

# OpenOlat's folder of a student, and what lies in it.
_OPENOLAT = re.compile(r"(?P<name>[^_]+(?:_[^_]+)+)_(?P<login>[^_]+)")
_ROUND = re.compile(r"\d{1,2}_submissions")


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
        if len(wanted) > 1:  # the course's own answers and tests beside the hand-ins
            wanted -= {name for name in listing.folders() if is_no_work([name])}
        reading = Reading(ignored=[name for name in listing.names if name not in wanted])
        if len(wanted) > 1 and all(is_nameless_module(listing, name) for name in wanted):
            reading.notes.append(
                f"none of these is called after an assignment: {some_names(sorted(wanted))}; if "
                f"all are of one, call the folder after it, as {listing.slugs[0]}/"
            )
        owners = {name: owner_in(name, listing.slugs) for name in wanted}
        loose: dict[str, list[str]] = defaultdict(list)
        # As CodeGrade calls folders: "Jane Doe - 2026-10-01T12:00:00.0", one a hand-in; some sites
        # call archives so.
        stamped: dict[str, list[tuple[str, str]]] = defaultdict(list)
        by_stem: dict[str, list[str]] = defaultdict(list)
        for name in listing.names:
            if name in wanted:
                is_folder = listing.names[name] == "folder"
                bare, time = _split(name, is_folder=is_folder)
                if time and owner_in(bare, listing.slugs):
                    stamped[bare].append((time, name))
                    continue
                if not is_folder and owners[name] and split_ending(name) is not None:
                    loose[fold(owners[name])].append(name)
                else:
                    by_stem[name if is_folder else _stem(name)].append(name)
        for bare, found in stamped.items():
            if len(found) == 1:
                by_stem[bare].append(found[0][1])
                continue
            loads = [("", listing.item(name)) for _, name in sorted(found)]
            owner = owner_in(bare, listing.slugs) or bare
            reading.submissions.append(attempted(bare, bare, loads, [("word", owner)], group=bare))
        for names in loose.values():
            owner = owners[names[0]]
            files = {name: (name,) for name in names}
            handles = (("word", owner),)
            reading.submissions.append(
                Handed(owner, owner, listing.loose(owner, files), handles, group=owner)
            )
        # What several have in common names none of them.
        count = Counter(fold(owners[names[0]]) for names in by_stem.values())
        for stem, names in by_stem.items():
            owner = owners[names[0]]
            words = dict.fromkeys([stem, owner] if count[fold(owner)] == 1 and owner else [stem])
            known: list[Handle] = [("word", word) for word in words]
            match = _OPENOLAT.fullmatch(stem)
            if match and any(map(_ROUND.fullmatch, listing.folders(names[0]))):
                own = match["name"].replace("_", " ")
                known += [("login", match["login"]), ("name", own)]
            # An archive and the folder that it was unpacked to are one student's.
            same = {name: listing.item(name) for name in names}
            reading.submissions.append(
                Handed(
                    stem,
                    stem,
                    same[names[0]] if len(names) == 1 else partial(load_same, stem, same),
                    tuple(known),
                    group=stem,
                    times=newest_times(listing.commit_times(name) for name in names),
                    state_at=listing.state_at(stem, [(names[0],)]),
                    other_branches=listing.other_branches([(name,) for name in names]),
                )
            )
        return reading


def is_nameless_module(listing: Listing, name: str) -> bool:
    is_module = listing.names[name] == "file" and split_ending(name) is not None
    return is_module and read_name(name, listing.slugs) is None


def _split(name: str, *, is_folder: bool) -> tuple[str, str]:
    """Whose a folder or an archive is, and of which time, by its name; "" if that says no time. A
    day may be one on which several handed in, and people call archives by it."""
    if is_folder:
        return split_stamp(name)
    bare, time = split_stamp(stem_of(name)) if stem_of(name) != name else (name, "")
    return (bare, time) if len(time) > len("2026-10-31") else (name, "")


def _stem(name: str) -> str:
    """Whose a file is: a module keeps its name, and what can't be read is called as its owner."""
    stem = stem_of(name)
    return stem if stem != name or split_ending(name) is not None else Path(name).stem

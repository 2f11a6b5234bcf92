"""The layouts, and which of them a class is in."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path

from grader.intake.layouts.assignments import Assignments, assignment_of
from grader.intake.layouts.base import Handed, Layout, Listing, some_names
from grader.intake.layouts.clones import SUBMISSIONS, Artemis, GitHub, GitLab
from grader.intake.layouts.folders import Folders
from grader.intake.layouts.systems.autolab import Autolab
from grader.intake.layouts.systems.blackboard import Blackboard
from grader.intake.layouts.systems.brightspace import Brightspace
from grader.intake.layouts.systems.canvas import Canvas
from grader.intake.layouts.systems.gradescope import Gradescope
from grader.intake.layouts.systems.ilias import Ilias
from grader.intake.layouts.systems.moodle import Moodle
from grader.intake.layouts.systems.nbgrader import COURSE_FOLDERS, SUBMITTED, Nbgrader
from grader.intake.layouts.systems.sakai import Sakai
from grader.intake.layouts.systems.vpl import Vpl
from grader.intake.tree import Parts, descend, is_submission_file, open_tree
from grader.submissions.finding import is_version
from grader.submissions.model import SubmissionError
from grader.submissions.names import split_ending, stem_of
from grader.text import count_of, fold, show_name

# Where two explain as much, the first one is meant: its names have more that is its own.
_ILIAS, _NBGRADER, _GITHUB, _FOLDERS = Ilias(), Nbgrader(), GitHub(), Folders()
_ASSIGNMENTS = Assignments()
_TABLE: tuple[Layout, ...] = (
    Moodle(), Blackboard(), Gradescope(), Brightspace(), Sakai(), Autolab(), Vpl(), Canvas(),
    _ILIAS, _NBGRADER, _ASSIGNMENTS, Artemis(), _GITHUB, GitLab(),
)  # fmt: skip
# What Teams keeps of its assignments: what was turned in, and what is being worked on.
_TEAMS = ("Submitted files", "Working files")
_COUNT = re.compile(r"(?<![^\W_])(?:\d+|[a-z])(?![^\W_])")
LAYOUTS: tuple[str, ...] = tuple(layout.name for layout in (*_TABLE, _FOLDERS))


@dataclass(frozen=True)
class ClassList:
    """A class: its layout in words, the hand-ins in the order of their names, odd things."""

    layout: str
    submissions: list[Handed]
    notes: list[str] = field(default_factory=list)


@contextmanager
def open_class(
    path: Path,
    slugs: Sequence[str],
    *,
    titles: Mapping[str, str] | None = None,
    times_of: Sequence[str] = (),
    layout: str | None = None,
    zone: tzinfo = UTC,
    apart: Path | None = None,
) -> Iterator[ClassList]:
    """The class at `path`; submissions can be loaded until the context ends.

    Args:
        slugs: all that the course has.
        titles: what the assignments are called, by slug.
        times_of: look up when these modules were committed in cloned repositories.
        layout: what it is laid out as; by default what its names say.
        zone: of times in names that say none.
        apart: a folder that is no part of the class, as the results' may lie in it.

    Raises:
        SubmissionError: `path` is neither a folder nor a zip, it is of several systems or not of
            the one that is named, or a course system's own file in it can't be read.
    """
    with open_tree(path, apart) as tree:
        try:
            listings = [
                Listing(
                    tree,
                    top,
                    tree.names(top),
                    top[-1] if top else path.resolve().name,
                    slugs,
                    zone,
                    times_of,
                    titles or {},
                )
                for top in ways_down(descend(tree, slugs))
            ]
            # A class of one is one folder, too: the outermost that a system has named.
            of_systems = filter(is_surely_of_a_system, listings), filter(is_of_a_system, listings)
            listing = next(chain(*of_systems), None) or one_class(with_hand_ins(listings))
        except OSError as error:
            raise SubmissionError(f"{show_name(str(path))}: {error.strerror or error}") from None
        yield read(listing, named(layout) if layout else recognised(listing))


def ways_down(top: Parts) -> list[Parts]:
    """The folder `top` and those around it, the outermost first."""
    return [top[:depth] for depth in range(len(top) + 1)]


def with_hand_ins(listings: Sequence[Listing]) -> Listing:
    """The innermost of folders in each other in which something can be a hand-in: a folder that
    holds but a note is a student's, and not the class, in which a list of grades may lie."""
    innermost = listings[-1]
    if not innermost.names or any(name.lower().endswith(".csv") for name in innermost.names):
        return innermost
    return next((each for each in reversed(listings) if _FOLDERS.claims(each)), innermost)


def is_surely_of_a_system(listing: Listing) -> bool:
    """Whether what lies here has names that stand for people."""
    return any(layout.claims(listing) for layout in _TABLE if layout.is_sure)


def is_of_a_system(listing: Listing) -> bool:
    """Whether all that lies here may have such names."""
    claims = [layout.claims(listing) for layout in (_ILIAS, _NBGRADER)]
    return any(claimed and claimed >= set(listing.names) for claimed in claims)


def is_download(listing: Listing) -> bool:
    """Whether a folder is a class of its own, by the names in it."""
    is_of_github = listing.title.endswith(SUBMISSIONS) and _GITHUB.claims(listing)
    return is_surely_of_a_system(listing) or is_of_a_system(listing) or bool(is_of_github)


def one_class(listing: Listing) -> Listing:
    """Where the class lies: here, or in the only download of a system's that is here, as it is
    unpacked beside its zip or a list of grades; in nbgrader's own folder for it.

    Raises:
        SubmissionError: here lie several downloads.
    """
    folders = listing.folders()
    if SUBMITTED in folders and not COURSE_FOLDERS.isdisjoint(folders):
        return listing.inside(SUBMITTED)
    if set(_TEAMS) <= set(folders):
        return listing.inside(_TEAMS[0])
    if len(folders) == 1 and _ASSIGNMENTS.claims(inner := listing.inside(folders[0])):
        return inner
    if folders and all(is_download(listing.inside(name)) for name in folders):
        inside = [listing.inside(name) for name in folders]
        if len(inside) == 1:
            return inside[0]
        if any(len(recognised(each).read(each).submissions) > 1 for each in inside):
            raise SubmissionError(
                f"these are downloads of their own: {some_names(folders)}; grade one after the "
                "other"
            )
    refuse_packed_classes(listing)
    return listing


def refuse_packed_classes(listing: Listing) -> None:
    """Downloads that nobody has unpacked would be taken for students."""
    packed = [name for name in listing.names if listing.names[name] == "file"]
    packed = [name for name in packed if is_submission_file(name)]
    if packed and not listing.folders() and all(is_packed_class(listing, n) for n in packed):
        raise SubmissionError(
            f"each of these is a class of its own: {some_names(packed)}; name one after the other, "
            f"as {show_name(listing.title)}/{show_name(packed[0])}"
        )


def packed_copies(listing: Listing) -> list[str]:
    """Zips of the very class that lies here, from which it was unpacked."""
    folders = {*listing.folders()}
    names = [name for name in listing.names if name.lower().endswith(".zip")] if folders else []
    inside = {name: folders_in_zip(listing, name) for name in names}
    return [name for name, packed in inside.items() if len(packed) > 1 and packed <= folders]


def folders_in_zip(listing: Listing, name: str) -> set[str]:
    """The folders at the top of a zip, none where anything else lies beside them."""
    path = listing.tree.path((*listing.top, name))
    if path is None or listing.names[name] != "file":
        return set()
    try:
        with open_tree(path) as tree:
            names = tree.names(descend(tree, listing.slugs))
    except SubmissionError:
        return set()
    return {*names} if {*names.values()} == {"folder"} else set()


def is_packed_class(listing: Listing, name: str) -> bool:
    """Whether a file is a zip with a class in it."""
    path = listing.tree.path((*listing.top, name))
    if path is None or not name.lower().endswith(".zip"):
        return False
    try:
        with open_tree(path) as tree:
            top = descend(tree, listing.slugs)
            inside = replace(
                listing, tree=tree, top=top, names=tree.names(top), title=stem_of(name)
            )
            return is_surely_of_a_system(inside) or holds_several_people(inside)
    except SubmissionError:
        return False


def holds_several_people(listing: Listing) -> bool:
    """Whether two folders here hold a module of the same name."""
    folders = (name for name in listing.folders() if not is_version(name))
    inside = ({Path(name).stem for name in listing.below(folder)} for folder in folders)
    modules = Counter(slug for names in inside for slug in names.intersection(listing.slugs))
    return any(count > 1 for count in modules.values())


def refuse_folders_of_classes(listing: Listing) -> None:
    """A folder a week, or a section, with the students' folders in it."""
    folders = listing.folders()
    others = [name for name in listing.names if name not in folders]
    if any(map(is_submission_file, others)) or not folders:
        return
    inside = [listing.inside(name) for name in folders]
    are_counted = len({_COUNT.sub("#", fold(name)) for name in folders}) == 1
    if are_counted and not any(set(each.names.values()) - {"folder"} for each in inside):
        is_of_classes = any(map(holds_several_people, inside))  # in a section may be but one
    else:
        is_of_classes = all(map(holds_several_people, inside))
    if is_of_classes:
        raise SubmissionError(
            f"these hold the work of several people each: {some_names(folders)}; grade one after "
            "the other, or say --layout folders if each is one student's"
        )


def refuse_folders_of_assignments(listing: Listing) -> None:
    """A folder an assignment with the students' folders in it would be taken for a student."""
    folders = listing.folders()
    if len(folders) == 1:  # around all
        listing = listing.inside(folders[0])
        folders = listing.folders()
    if not folders or not all(assignment_of(listing, folder) for folder in folders):
        return
    inside = [
        [name for name, kind in listing.below(folder).items() if kind == "file"]
        for folder in folders
    ]
    hand_ins = [list(filter(is_submission_file, names)) for names in inside]
    holds_modules = any(split_ending(name) is not None for name in chain(*hand_ins))
    # Several archives, and nothing but archives, are one of each student.
    if not holds_modules and (not any(hand_ins) or any(len(names) > 1 for names in hand_ins)):
        raise SubmissionError(
            f"called as assignments and not as students: {some_names(folders)}; grade one after "
            "the other, or say --layout folders if that is one student's work"
        )


def named(name: str) -> Layout:
    """The layout that `name` means; an unknown one is a SubmissionError that suggests another."""
    for layout in (*_TABLE, _FOLDERS):
        if layout.name == name:
            return layout
    near = difflib.get_close_matches(name, LAYOUTS, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise SubmissionError(f"no layout {name!r}; {guess}there are {', '.join(LAYOUTS)}")


def recognised(listing: Listing) -> Layout:
    """The layout by which the names were made.

    Raises:
        SubmissionError: some are of one system and some of another, or each is of an assignment.
    """
    wanted = _FOLDERS.claims(listing)
    claims = {layout: layout.claims(listing) for layout in _TABLE}
    claims = {
        layout: claimed
        for layout, claimed in claims.items()
        if claimed and (layout.is_sure or claimed >= wanted)
    }
    if not claims:
        refuse_folders_of_assignments(listing)
        refuse_folders_of_classes(listing)
        return _FOLDERS
    best = max(claims, key=lambda layout: len(claims[layout]))
    parts = {best: claims[best]}
    left = set().union(wanted, *claims.values()) - claims[best]
    for layout, claimed in claims.items():
        if claimed & left:
            parts[layout] = claimed & left
            left -= claimed
    if left:
        parts[_FOLDERS] = left
    if len(parts) > 1:
        told = "; ".join(
            f"as {layout.title}: {some_names(sorted(n))}" for layout, n in parts.items()
        )
        raise SubmissionError(
            f"files of several kinds lie together: {told}. Put them in folders of their own and "
            f"grade one after the other, or read them all in one way: --layout {best.name}"
        )
    return best


def read(listing: Listing, layout: Layout) -> ClassList:
    copies = packed_copies(listing) if layout is _FOLDERS else []
    listing = replace(listing, names={n: k for n, k in listing.names.items() if n not in copies})
    reading = layout.read(listing)
    if not listing.names:
        raise SubmissionError(f"there is nothing in {show_name(listing.title)}")
    if not reading.submissions:
        found = some_names(list(listing.names))
        if layout is _FOLDERS:
            raise SubmissionError(f"nothing in {show_name(listing.title)} is a hand-in: {found}")
        raise SubmissionError(
            f"nothing in {show_name(listing.title)} is named as {layout.title} names it: {found}; "
            "name another --layout, or none"
        )
    notes = list(reading.notes)
    if copies:
        notes.append(f"what lies here, once more as a zip, so left out: {some_names(copies)}")
    if reading.ignored:
        notes.append(f"no submissions, so left out: {some_names(reading.ignored)}")
    count = count_of(len(reading.submissions), "submission")
    in_order = sorted(reading.submissions, key=lambda handed: handed.source)
    return ClassList(f"{layout.title}: {count}", in_order, notes)

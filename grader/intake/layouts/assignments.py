"""A folder an assignment, and in it a module a student: relu/jane.py, adam/jane.py.

The folders are called by slugs or titles, with a number or without: 03_relu, "Week 3 - ReLU".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from grader.intake.layouts.base import Handed, Listing, Reading
from grader.intake.tree import Parts
from grader.submissions.names import (
    Rank,
    is_spelling,
    is_tests,
    owner_in,
    read_name,
    split_ending,
    without_counting,
)
from grader.text import fold

# What parts of a program are called, and no student: then it is one student's work.
_PARTS = frozenset({
    "main", "model", "models", "module", "net", "network", "train", "training", "eval", "evaluate",
    "data", "dataset", "util", "utils", "helper", "helpers", "config", "run", "script", "solution",
    "submission", "layers", "layer", "optim", "optimizer", "loss", "setup",
})  # fmt: skip


class Assignments:
    name = "assignments"
    title = "a folder an assignment, in it a module a student"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        modules = _modules(listing)
        students = {fold(student) for student in _students(listing, modules).values()}
        if len(students - {""}) < 2 or not students.isdisjoint({"", *_PARTS}):
            return set()
        named = {parts: read_name(parts[-1], listing.slugs) for parts in modules}
        # relu/relu.py is a module in a folder of its own; relu/adam.py is of one called Adam.
        is_own = any(
            name is not None and name.rank < Rank.RENAMED and name.slugs == (modules[parts],)
            for parts, name in named.items()
        )
        if is_own:
            return set()
        tests = {name for name, kind in listing.names.items() if kind == "file" and is_tests(name)}
        return tests.union(parts[0] for parts in modules)

    def read(self, listing: Listing) -> Reading:
        reading = Reading()
        by_student: dict[str, dict[str, list[Parts]]] = defaultdict(lambda: defaultdict(list))
        shown: dict[str, str] = {}
        modules = _modules(listing)
        read = {parts[0] for parts in modules}
        reading.ignored += [name for name in listing.names if name not in read]
        for parts, student in _students(listing, modules).items():
            student = shown.setdefault(fold(student), student)
            suffix = (split_ending(parts[-1]) or ("", ".py"))[1]
            by_student[student][f"{modules[parts]}{suffix}"].append(parts)
        for student, found in by_student.items():
            files = {
                name if len(places) == 1 else f"{number} {name}": place
                for name, places in found.items()
                for number, place in enumerate(places, start=1)
            }
            handles = (("word", student),)
            load = listing.loose(student, files)
            reading.submissions.append(Handed(student, student, load, handles, group=student))
        return reading


def _modules(listing: Listing) -> dict[Parts, str]:
    """The modules that lie in the assignments' folders, with the slug of each; the class may be
    one of these folders."""
    if slug := assignment_of(listing, listing.title):
        return {(name,): slug for name in listing.names if _is_module(listing.names[name], name)}
    return {
        (folder, name): slug
        for folder in listing.folders()
        if (slug := assignment_of(listing, folder))
        for name, kind in listing.below(folder).items()
        if _is_module(kind, name)
    }


def _students(listing: Listing, modules: Mapping[Parts, str]) -> dict[Parts, str]:
    """Whose each is by its name: without the assignment, where all that lie with it have that in
    their names; "" if nothing is left."""
    bare = set()  # assignments that some module in their folder does not name
    for parts, slug in modules.items():
        name = read_name(parts[-1], listing.slugs)
        if name is None or slug not in name.slugs:
            bare.add(slug)
    return {
        parts: owner_in(parts[-1], () if slug in bare else (slug,))
        for parts, slug in modules.items()
    }


def assignment_of(listing: Listing, folder: str) -> str:
    """The slug of the assignment that a folder is called after; "" if it is after none."""
    for called in (folder, without_counting(folder)):
        for slug in listing.slugs:
            title = listing.titles.get(slug, slug)
            if is_spelling(called, slug) or is_spelling(_british(called), _british(title)):
                return slug
    return ""


def _british(text: str) -> str:
    """As titles are spelled: "L2 regularisation"."""
    return text.casefold().replace("iz", "is")


def _is_module(kind: str, name: str) -> bool:
    return kind == "file" and split_ending(name) is not None and not is_tests(name)

"""Which file is meant for which assignment, wherever it lies and whatever it is called.

A file that bears a slug's exact name counts before any other; of several the one in the fewest
folders; a renamed one only where nothing bears the name. What that leaves undecided is a problem
that names the files: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.submissions.model import Candidate, Source
from grader.submissions.names import (
    ENVIRONMENT,
    Name,
    Rank,
    is_answers,
    is_no_work,
    listed,
    read_name,
    split_ending,
)
from grader.text import show_name

MAX_CANDIDATES = 8  # of a slug that are read

# Folders of versions: Teams's, in the languages of those who use it, what is called by a time,
# Schoology's ("Revision 2 - Late"), and OpenOlat's ("1_submissions", "3_revisions_1").
_VERSION = re.compile(
    r"(?i)(?:version|versión|versione|versie|versão|versiune|wersja|verze|verzió|versjon|versio|"
    r"sürüm|версия|版本|バージョン|버전) ?\d{1,4}|\d{4}(?:-\d\d){5}"
    r"|revision \d{1,4} - .+|\d{1,2}_(?:submissions|revisions_\d{1,3})"
)
# What OpenOlat puts beside the latter, of the course's and of those who correct.
_BESIDE_VERSIONS = re.compile(r"\d{1,2}_(?:task|corrections(?:_\d{1,3})?|assessment)")
_SUBMISSIONS = re.compile(r"\d{1,2}_submissions")
OLDER = 1_000  # more folders than a file can lie in

_KEPT = re.compile(r"(?s)(?P<brought_back>.+\.(?:py|ipynb))\.\d+")


@dataclass(frozen=True, order=True)
class Found:
    """A file that may be meant for a slug; the plainest name in the fewest folders comes first."""

    rank: Rank
    depth: int
    is_notebook: bool
    place: str


def find(places: Collection[str], slugs: Collection[str]) -> dict[str, list[Found]]:
    """For each slug the files that may be meant, the likeliest first."""
    around, every = common_folders(places), frozenset(places)
    environments = tuple(
        place.removesuffix(ENVIRONMENT) for place in places if place.endswith(f"/{ENVIRONMENT}")
    )
    corrected = _folders_of(places, _SUBMISSIONS)
    found: dict[str, list[Found]] = {slug: [] for slug in slugs}
    fits_several: list[tuple[Name, Found]] = []
    for place in places:
        *folders, filename = place.split("/")[around:]
        if is_no_work(folders) or place.startswith(environments) or is_kept_beside(place, every):
            continue
        if corrected and not corrected.isdisjoint(_folders_of([place], _BESIDE_VERSIONS)):
            continue
        name = read_name(filename, slugs)
        if name is None:
            continue
        file = Found(name.rank, len(folders), name.suffix == ".ipynb", place)
        if len(name.slugs) == 1:
            found[name.slugs[0]].append(file)
        else:
            fits_several.append((name, file))
    # Adam's name is also a slug: what else is handed in says which one is meant.
    for name, file in fits_several:
        open_ones = [slug for slug in name.slugs if not found[slug]]
        if len(open_ones) == 1:
            found[open_ones[0]].append(file)
    return {slug: sorted(older_deeper(files)) for slug, files in found.items()}


def find_answers(places: Iterable[str], slugs: Collection[str]) -> dict[str, str]:
    """By slug a file that plainly bears its name where the course keeps its own answers: there is
    nothing else that a student's own folder of that name would be known by."""
    answers: dict[str, str] = {}
    for place in sorted(places, key=lambda place: (place.count("/"), place)):
        *folders, filename = place.split("/")
        name = read_name(filename, slugs) if is_answers(folders) else None
        if name is not None and name.rank < Rank.RENAMED:
            answers.setdefault(name.slugs[0], place)
    return answers


def is_version(folder: str) -> bool:
    """Whether what lies in a folder of this name is one of several versions, by that name."""
    return _VERSION.fullmatch(folder) is not None


def older_deeper(files: Sequence[Found]) -> list[Found]:
    """The files, of which older versions count as lying deeper: of several folders that systems
    number ("Version 2", as Teams does) or call by a time, the last one is what was handed in."""
    newest: dict[tuple[str, ...], tuple[int, ...]] = {}
    versions = {file: _versions(file.place) for file in files}
    for masked, numbers in versions.values():
        newest[masked] = max(numbers, newest.get(masked, numbers))
    return [
        file if numbers == newest[masked] else replace(file, depth=file.depth + OLDER)
        for file, (masked, numbers) in versions.items()
    ]


def _versions(place: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A path without what tells versions apart, and that."""
    masked: list[str] = []
    numbers: list[int] = []
    for part in place.split("/"):
        masked.append("" if is_version(part) else part)
        numbers += map(int, re.findall(r"\d+", part)) if is_version(part) else []
    return tuple(masked), tuple(numbers)


def _folders_of(places: Iterable[str], pattern: re.Pattern[str]) -> set[tuple[str, ...]]:
    """In which folders one lies that is called so, of those on the way to these files."""
    return {
        tuple(parts[:depth])
        for parts in (place.split("/") for place in places)
        for depth, part in enumerate(parts[:-1])
        if pattern.fullmatch(part)
    }


def is_kept_beside(place: str, places: frozenset[str]) -> bool:
    """Whether this is what `grader reset` has kept beside a stub that it brought back."""
    kept = _KEPT.fullmatch(place)
    return kept is not None and kept["brought_back"] in places


def common_folders(places: Iterable[str]) -> int:
    """How many folders all files lie in together."""
    folders = [place.split("/")[:-1] for place in places]
    if not folders:
        return 0
    first, last = min(folders), max(folders)  # what these two share, all share
    depth = 0
    while depth < min(len(first), len(last)) and first[depth] == last[depth]:
        depth += 1
    return depth


def side_by_side(found: Mapping[str, Sequence[Found]], places: Collection[str]) -> tuple[str, ...]:
    """What lies at the top and seems to be several people's, as in a class.

    Folders that hold modules of the same name, none of which lies above them; or modules with
    something else in front of the same name.
    """
    around = common_folders(places)
    tops: set[str] = set()
    for slug, files in found.items():
        files = [file for file in files if file.depth < OLDER]
        plain = [file for file in files if file.rank < Rank.RENAMED]
        if any(file.depth == 0 for file in plain):
            return ()
        of_slug = {file.place.split("/")[around] for file in plain}
        loose = [file.place for file in files if file.depth == 0]
        people = {_before(place, slug) for place in loose}
        for several, of_these in ((of_slug, of_slug), (people - {""}, loose)):
            if len(several) > 1:
                tops.update(of_these)
    return tuple(sorted(tops))


def _before(place: str, slug: str) -> str:
    """The letters in front of the slug in a file's name, numbers and marks aside."""
    in_front, found, _ = place.rpartition("/")[2].casefold().partition(slug)
    return "".join(filter(str.isalpha, in_front)) if found else ""


# ---------------------------------------------------------------- which of several


def choose(slug: str, candidates: Sequence[Candidate]) -> Source | str:
    """The module or notebook that counts, or one line that says why there is none.

    Args:
        candidates: at least one, the likeliest first.
    """
    full = [c for c in candidates if not c.is_empty] or candidates
    best = [c for c in full if (c.rank, c.depth) == (full[0].rank, full[0].depth)]
    first = best[0]
    if len({_essence(candidate) for candidate in best}) > 1:
        names = listed([c.place for c in best])
        rest = (
            f"; remove all but one, and call that {slug}.py"
            if first.rank is Rank.RENAMED
            else ("; remove one of them" if len(best) == 2 else "; remove all but one")
        )
        return f"{names}: {'both' if len(best) == 2 else 'all'} are there, and they differ{rest}"
    if first.source is None:
        return f"{show_name(first.place)}: {first.problem}"
    others = [c.place for c in full if _essence(c) != _essence(first)]
    return replace(first.source, read_from=_read_from(first, others))


def _essence(candidate: Candidate) -> object:
    """What identical files have in common: the code, without comments and blank lines.

    A notebook and the module that was exported from it are one.
    """
    if candidate.source is None:
        return candidate.place
    lines = (line.rstrip() for line in candidate.source.text.splitlines())
    return tuple(line for line in lines if line and not line.lstrip().startswith("#"))


def _read_from(candidate: Candidate, others: Sequence[str]) -> str:
    """Which file was read, as a report shows it; "" where that goes without saying."""
    source = candidate.source
    assert source is not None
    ending = split_ending(source.filename)
    is_notebook = bool(source.cells)
    other_kind = ""
    if ending is not None and is_notebook != (ending[1] == ".ipynb"):
        other_kind = ", which is a notebook" if is_notebook else ", which is no notebook"
    if candidate.rank is Rank.EXACT and not other_kind and not others:
        return ""
    passed_over = f", not from {listed(others)}" if others else ""
    return f"{show_name(candidate.place)}{other_kind}{passed_over}"

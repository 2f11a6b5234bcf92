"""Which file is meant for which assignment, wherever it lies and whatever it is called.

A file that bears a slug's exact name counts before any other; of several the one in the fewest
folders; a renamed one only where nothing bears the name. What that leaves undecided is a problem
that names the files: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.submissions.kinds import Kind, kind_by_name
from grader.submissions.model import Candidate, Source
from grader.submissions.names import (
    ENVIRONMENT,
    Name,
    Rank,
    is_near,
    is_no_work,
    is_spelling,
    read_name,
    split_ending,
)
from grader.text import show_name

MAX_CANDIDATES = 8  # of a slug that are read
MAX_LOOKED_AT = 500  # files that are looked at for likely ones, if a slug has none
_SHOWN = 3  # at most so many files are named in a message

# What lies beside modules and can't be meant for one.
_DATA = re.compile(
    r"(?i)\.(csv|tsv|pt|pth|npy|npz|pkl|ckpt|safetensors|bin|idx\d?|log|out|toml|ya?ml|cfg|ini"
    r"|svg|sh|bat|ps1|js|css|lock)\Z"
)

# Folders of versions, in the languages of those who use Teams.
_VERSION = re.compile(
    r"(?i)(?:version|versión|versione|versie|versão|versiune|wersja|verze|verzió|versjon|versio|"
    r"sürüm|версия|版本|バージョン|버전) ?\d{1,4}|\d{4}(?:-\d\d){5}"
)
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
    found: dict[str, list[Found]] = {slug: [] for slug in slugs}
    fits_several: list[tuple[Name, Found]] = []
    for place in places:
        *folders, filename = place.split("/")[around:]
        if is_no_work(folders) or place.startswith(environments) or is_kept_beside(place, every):
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
        is_version = _VERSION.fullmatch(part) is not None
        masked.append("" if is_version else part)
        numbers += map(int, re.findall(r"\d+", part)) if is_version else []
    return tuple(masked), tuple(numbers)


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
    in_front, found, _ = _name_of(place).casefold().partition(slug)
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
        names = _listed([c.place for c in best])
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
    passed_over = f", not from {_listed(others)}" if others else ""
    return f"{show_name(candidate.place)}{other_kind}{passed_over}"


# ---------------------------------------------------------------- what is missing


def explain(
    missing: Collection[str],
    slugs: Collection[str],
    places: Collection[str],
    folders: Collection[str],
    unopened: Mapping[str, str],
    *,
    nothing_found: bool,
) -> dict[str, str]:
    """For missing slugs one line on the files that are likely meant, if there are any.

    Args:
        slugs: all that the course has.
        places: of all files.
        folders: those that hold none, too.
        unopened: of what could not be looked into, why.
        nothing_found: whether no file at all is one of the course's.
    """
    folders = {*folders, *(folder for place in places for folder in _folders_of(place))}
    by_depth = sorted({*places, *folders, *unopened}, key=lambda place: (place.count("/"), place))
    likely = [
        place
        for place in by_depth
        if not _DATA.search(place) and (place not in folders or split_ending(_name_of(place)))
    ][:MAX_LOOKED_AT]
    problems: dict[str, str] = {}
    for slug in missing:
        near = [place for place in likely if is_near(_name_of(place), slug)]
        # Whatever has a name of its own for another slug is that one's.
        near = [place for place in near if _is_nobodys(place, slug, slugs)]
        if near:
            problems[slug] = _about_near(near, slug, slugs, unopened, folders)
    about_all = [f"{show_name(place)}: {why}" for place, why in unopened.items()]
    kinds = _of_kinds(likely)
    about_all += [f"{show_name(place)}: {kind}" for place, kind in kinds if kind.is_package]
    if nothing_found:
        modules = [place for place in likely if place not in folders]
        if modules := [place for place in modules if split_ending(_name_of(place))]:
            about_all.append(
                f"{_listed(modules)}: not named after an assignment; the names are "
                + ", ".join(f"{slug}.py" for slug in slugs)
                + ", or the same with .ipynb"
            )
        # Beside modules weights are nothing to tell of; by themselves they may be meant as one.
        kinds += _of_kinds([place for place in by_depth if _DATA.search(place)][:MAX_LOOKED_AT])
        about_all += [f"{show_name(place)}: {kind}" for place, kind in kinds]
    if about_all:
        problems = dict.fromkeys(missing, about_all[0]) | problems
    return problems


def _of_kinds(places: Iterable[str]) -> list[tuple[str, Kind]]:
    """Those that can't be read, by their names."""
    return [(place, kind) for place in places if (kind := kind_by_name(_name_of(place)))]


def _about_near(
    near: Sequence[str],
    slug: str,
    slugs: Collection[str],
    unopened: Mapping[str, str],
    folders: Collection[str],
) -> str:
    """Why files whose names are like the slug's are not read."""
    place = near[0]
    shown = show_name(place)
    if place in unopened:
        return f"{shown}: {unopened[place]}"
    if place in folders:
        return f"{shown}: it is a folder; put the file itself there"
    filename = _name_of(place)
    name = read_name(filename, slugs)
    if name is not None and len(name.slugs) > 1:
        fits = " and ".join(name.slugs)
        return f"{shown}: its name fits {fits} alike; give it the name of one of them"
    if name is not None:
        return f"{shown}: what lies there is passed over; put it beside your other modules"
    if split_ending(filename) is None and (kind := kind_by_name(filename)) is not None:
        return f"{shown}: {kind}"
    return (
        f"{_listed(near)}: not read as {slug}; rename the file to {slug}.py if that is what it is"
    )


def _is_nobodys(place: str, slug: str, slugs: Collection[str]) -> bool:
    """Whether its name is no other slug's, even where its ending is no module's."""
    filename = _name_of(place)
    name = read_name(filename, slugs)
    if name is not None:
        return slug in name.slugs
    stem = filename.lstrip(".").partition(".")[0]
    return is_spelling(stem, slug) or not any(is_spelling(stem, other) for other in slugs)


def _name_of(place: str) -> str:
    return place.rpartition("/")[2]


def _folders_of(place: str) -> Iterable[str]:
    parts = place.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))


def _listed(places: Sequence[str]) -> str:
    shown = " and ".join(show_name(place) for place in places[:_SHOWN])
    return f"{shown} and {len(places) - _SHOWN} more" if len(places) > _SHOWN else shown

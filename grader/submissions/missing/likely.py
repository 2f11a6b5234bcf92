"""What is said of assignments for which no file was found, where something else was handed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from grader.submissions.kinds import Kind, kind_by_name
from grader.submissions.missing.elsewhere import in_place_of_modules, links_in, texts_in
from grader.submissions.names import (
    is_near,
    is_spelling,
    is_tests,
    listed,
    read_name,
    split_ending,
    stem_of,
)
from grader.submissions.places import Files
from grader.text import show_name

MAX_LOOKED_AT = 500  # files that are looked at for likely ones

# What lies beside modules and can't be meant for one.
_DATA = re.compile(
    r"(?i)\.(csv|tsv|pt|pth|npy|npz|pkl|pickle|joblib|ckpt|safetensors|h5|hdf5|keras|onnx|bin"
    r"|idx\d?|log|out|toml|ya?ml|cfg|ini|svg|sh|bat|ps1|js|css|lock)\Z"
)


def explain(
    missing: Collection[str], slugs: Collection[str], files: Files, *, nothing_found: bool
) -> dict[str, str]:
    """For missing slugs one line on the files that are likely meant, if there are any.

    Args:
        slugs: all that the course has.
        nothing_found: whether no file at all is one of the course's.
    """
    folders = {*files.folders, *(f for place in files.readers for f in _folders_of(place))}
    by_depth = sorted({*files.readers, *folders, *files.unopened}, key=_depth_first)
    likely = [
        place
        for place in by_depth
        if not _DATA.search(place) and (place not in folders or split_ending(_name_of(place)))
    ][:MAX_LOOKED_AT]
    texts = texts_in(files.readers) if nothing_found else {}
    links = links_in(texts)
    problems: dict[str, str] = {}
    told: set[str] = set()
    for slug in missing:
        near = [place for place in likely if is_near(_name_of(place), slug)]
        # Whatever has a name of its own for another slug is that one's.
        near = [place for place in near if _is_nobodys(place, slug, slugs)]
        near = near or [place for place in likely if _is_in_folder_of(place, slug, slugs)]
        told |= {*near}
        if near:
            problems[slug] = _about_near(near, slug, slugs, links | files.unopened, folders)
    about_all = [f"{show_name(place)}: {why}" for place, why in files.unopened.items()]
    kinds = _of_kinds(likely)
    about_all += [f"{show_name(place)}: {kind}" for place, kind in kinds if kind.is_package]
    if nothing_found:
        modules = [place for place in likely if place not in folders]
        if modules := [place for place in modules if split_ending(_name_of(place))]:
            about_all.append(
                f"{listed(modules)}: not named after an assignment; the names are "
                + ", ".join(f"{slug}.py" for slug in slugs)
                + ", or the same with .ipynb"
            )
        # Beside modules weights are nothing to tell of; by themselves they may be meant as one.
        kinds += _of_kinds([place for place in by_depth if _DATA.search(place)][:MAX_LOOKED_AT])
        about_all += [f"{show_name(place)}: {kind}" for place, kind in kinds]
        about_all += [f"{show_name(place)}: {why}" for place, why in links.items()]
        others = [place for place in likely if place not in folders and place not in told]
        about_all += in_place_of_modules(files, folders, others, texts)
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
    reasons: Mapping[str, str],
    folders: Collection[str],
) -> str:
    """Why files whose names are like the slug's are not read; of some that is known already."""
    place = near[0]
    shown = show_name(place)
    if place in reasons:
        return f"{shown}: {reasons[place]}"
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
    wanted = f"{slug}.ipynb" if ".ipynb" in filename.lower() else f"{slug}.py"
    return f"{listed(near)}: not read as {slug}; rename the file to {wanted} if that is what it is"


def _is_nobodys(place: str, slug: str, slugs: Collection[str]) -> bool:
    """Whether its name is no other slug's, even where its ending is no module's."""
    filename = _name_of(place)
    name = read_name(filename, slugs)
    if name is not None:
        return slug in name.slugs
    stem = filename.lstrip(".").partition(".")[0]
    return is_spelling(stem, slug) or not any(is_spelling(stem, other) for other in slugs)


def _is_in_folder_of(place: str, slug: str, slugs: Collection[str]) -> bool:
    """Whether it is a module of no assignment's name in a folder or archive that has the slug's."""
    folder, _, filename = place.rpartition("/")
    return (
        is_spelling(stem_of(_name_of(folder)), slug)
        and split_ending(filename) is not None
        and read_name(filename, slugs) is None
        and not is_tests(filename)
    )


def _depth_first(place: str) -> tuple[int, str]:
    return place.count("/"), place


def _name_of(place: str) -> str:
    return place.rpartition("/")[2]


def _folders_of(place: str) -> Iterable[str]:
    parts = place.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))

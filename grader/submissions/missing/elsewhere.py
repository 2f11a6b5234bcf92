"""Hand-ins without a module: the work is behind a link, in Git, or nowhere.

Git holds of a repository within another one, and of a submodule, nothing but a link: clones and
downloads have an empty folder there. No link is followed, and no repository looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress

from grader.files import FileError
from grader.submissions.archives.bounds import ArchiveError
from grader.submissions.decoding import decode_text
from grader.submissions.names import listed
from grader.submissions.places import Files
from grader.text import show_name

_CODE = "hand in the code itself, as a .py or .ipynb file"
_MAX_TEXTS = 20  # that are looked through
_MAX_CHARACTERS = 2_000  # of a text that may be there for its link
_TEXT = re.compile(r"(?i)(?:^|/)[^./](?:[^./]*|[^/]*\.(?:txt|text|md|markdown|rst|org|link))\Z")
# Where people keep code and files. A course's own pages stand in texts that are handed out.
_LINK = re.compile(
    r"(?ai)(?:https?://|git@)(?P<host>[\w.-]*\b(?:github|gitlab|gitee|bitbucket|codeberg|gitea|"
    r"colab|drive|docs|kaggle|huggingface|deepnote|replit|dropbox|1drv|onedrive|sharepoint|icloud|"
    r"wetransfer|nextcloud|owncloud|mega)\b[\w.-]*)"
)
_CODE_IN = re.compile(r"(?m)^(?:import \w|from \S+ import |def \w+\(|class \w+[(:])")
# What is handed out or made with a repository, and says nothing of what was handed in.
_BESIDE = re.compile(
    r"(?i)(?:^|/)(?:readme|licen[cs]e|copying|notice|authors|contributing|changelog|requirements|"
    r"instructions?|syllabus|feedback|index|timestamp|makefile|dockerfile|procfile|pipfile)"
    r"(?:\.\w+)?\Z"
)


def texts_in(readers: Mapping[str, Callable[[], bytes]]) -> dict[str, str]:
    """What people write down, by place: those in the fewest folders."""
    places = sorted(filter(_TEXT.search, readers), key=lambda place: (place.count("/"), place))
    looked_at = {*places[:_MAX_TEXTS]}
    texts = {}
    for place, read in readers.items():  # in the order in which that is quickest
        if place in looked_at:
            with suppress(ArchiveError, FileError, OSError):
                texts[place] = decode_text(read())
    return texts


def links_in(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts that are little more than a link to where people keep code, and what to do instead."""
    short = {place: text for place, text in texts.items() if len(text) <= _MAX_CHARACTERS}
    links = {place: link for place, text in short.items() if (link := _LINK.search(text))}
    return {
        place: f"it leads to {link['host']}, and no link is followed; hand in the files there"
        for place, link in links.items()
    }


def in_place_of_modules(
    files: Files, folders: Collection[str], others: Sequence[str], texts: Mapping[str, str]
) -> Iterator[str]:
    """What there is where there is no module, a line each, the likeliest to be meant first.

    Args:
        folders: all, also those that only the paths of files tell of.
        others: the files that may be meant as work; of texts those are that hold code.
        texts: by place.
    """
    for folder in sorted({"", *folders}):
        if _is_bare(folder, files, folders):
            place = show_name(folder or "HEAD")
            yield f"{place}: it is a Git repository without its files; clone it, and hand in those"
    # Of a repository within another one Git may leave a `.git` that is a file.
    links = {place for place in files.passed_over if f"/{place}".endswith("/.git")}
    links -= files.histories
    full = map(_around, (*files.readers, *folders, *(files.passed_over - links)))
    if empty := sorted({*files.folders, *map(_around, links)}.difference(full, [""])):
        yield (
            f"{listed(empty)}: no file is in there; hand in the files themselves, as Git holds but "
            "a link to a repository within another one, or a submodule"
        )
    others = [
        place
        for place in others
        if not _BESIDE.search(place)
        and (not _TEXT.search(place) or _CODE_IN.search(texts.get(place, "")))
    ]
    if others:
        yield f"{listed(others)}: no module and no notebook; {_CODE}"
    if histories := sorted(files.histories | links.intersection([".git"])):
        yield (
            f"{listed(histories)}: no file is checked out beside it; push or check out the branch "
            "with the work"
        )
    if files.passed_over:
        names = listed(sorted(files.passed_over))
        yield f"{names}: what systems and editors leave behind, and nothing else; {_CODE}"


def _around(place: str) -> str:
    """The folder that it lies in."""
    return place.rpartition("/")[0]


def _is_bare(folder: str, files: Files, folders: Collection[str]) -> bool:
    """Whether a folder is what Git keeps in `.git`, under another name."""
    around = f"{folder}/" if folder else ""
    is_one = f"{around}HEAD" in files.readers and f"{around}objects" in folders
    return is_one and f"{around}refs" in folders

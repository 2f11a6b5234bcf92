"""Hand-ins without a module: the work is behind a link, in Git, or nowhere.

Git holds of a repository within another one, and of a submodule, nothing but a link: clones and
downloads have an empty folder there. No link is followed, and no repository looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from grader.files import FileError
from grader.submissions.archives.bounds import ArchiveError
from grader.submissions.names import listed
from grader.submissions.places import Files
from grader.text import show_name

_CODE = "hand in the code itself, as a .py or .ipynb file"
_MAX_TEXTS = 20  # files that are looked through for a link
_MAX_TEXT_BYTES = 2_000  # of one that may be there for its link
_TEXT = re.compile(r"(?i)(?:^|/)[^./][^./]*(?:\.(?:txt|text|md|markdown|rst|org|link))?\Z")
# Where people keep code and files. A course's own pages stand in texts that are handed out.
_LINK = re.compile(
    rb"(?i)(?:https?://|git@)(?P<host>[\w.-]*\b(?:github|gitlab|gitee|bitbucket|codeberg|gitea|"
    rb"colab|drive|docs|kaggle|huggingface|deepnote|replit|dropbox|1drv|onedrive|sharepoint|icloud|"
    rb"wetransfer|nextcloud|owncloud|mega)\b[\w.-]*)"
)
# What is handed out or made with a repository, and says nothing of what was handed in.
_BESIDE = re.compile(
    r"(?i)(?:^|/)(?:readme|licen[cs]e|copying|notice|authors|contributing|changelog|requirements|"
    r"instructions?|syllabus|feedback|index|timestamp|makefile|dockerfile|procfile|pipfile)"
    r"(?:\.\w+)?\Z"
)


def links_in(readers: Mapping[str, Callable[[], bytes]]) -> dict[str, str]:
    """Texts that are little more than a link to where people keep code, and what to do instead."""
    texts = sorted(filter(_TEXT.search, readers), key=lambda place: (place.count("/"), place))
    found = {}
    for place in texts[:_MAX_TEXTS]:
        try:
            text = readers[place]()
        except (ArchiveError, FileError, OSError):
            continue
        link = _LINK.search(text) if len(text) <= _MAX_TEXT_BYTES else None
        if link is not None:
            host = show_name(link["host"].decode())
            found[place] = f"it leads to {host}, and no link is followed; hand in the files there"
    return found


def in_place_of_modules(
    files: Files, folders: Collection[str], others: Sequence[str]
) -> Iterator[str]:
    """What there is where there is no module, a line each, the likeliest to be meant first.

    Args:
        folders: all, also those that only the paths of files tell of.
        others: the files that may be meant as work.
    """
    for folder in sorted({"", *folders}):
        if _is_bare(folder, files, folders):
            place = show_name(folder or "HEAD")
            yield f"{place}: it is a Git repository without its files; clone it, and hand in those"
    histories = {place for place in files.passed_over if f"/{place}".endswith("/.git")}
    full = map(_around, (*files.readers, *folders, *(files.passed_over - histories)))
    if empty := sorted({*files.folders, *map(_around, histories)}.difference(full, [""])):
        yield (
            f"{listed(empty)}: no file is in there; hand in the files themselves, as Git holds but "
            "a link to a repository within another one, or a submodule"
        )
    if others := [place for place in others if not _BESIDE.search(place)]:
        yield f"{listed(others)}: no module and no notebook; {_CODE}"
    if histories:
        yield ".git: no file is checked out beside it; push or check out the branch with the work"
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

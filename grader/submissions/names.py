"""What a file's name says: which assignment it is, whatever systems and people made of the name.

Downloads are numbered ("relu (1).py"), copies marked ("Copy of relu.ipynb"), endings added
("relu.py.txt"), and people's names, dates and course numbers put before and behind. None of that is
listed here: a name is read as the slug that stands in it as a word of its own, the longest if there
are several. So `leaky_relu_elu.py` is never `relu`, and `l12.py` is neither `l1` nor `l2`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from urllib.parse import unquote

from grader.text import fold_name, show_name

MODULE_SUFFIXES = (".py", ".ipynb")
# Of archives that are looked into; browsers number "a.tar.gz" as "a.tar (1).gz". Others have the
# names of those that can't be read, which is told by the content; "a.zip.001" may be all of a zip.
ARCHIVE_SUFFIX = re.compile(
    r"(?i)\.(zip(\.0*1)?|whl|zipx|rar|7z"
    r"|tgz|tbz2?|txz|tar([ _-]?\(?\d{1,3}\)?)?(\.(gz|bz2|xz))?)\Z"
)

# A name bears a module's ending if it comes first of all; what follows it was put there by a
# browser or a counter ("relu.ipynb.json", "relu.py (1)"). An editor's own files ("relu.py.bak",
# "relu.py~") are none.
_ENDING = re.compile(r"(?s)(?P<stem>.+?)\s*\.(?P<suffix>ipynb|py)(?![^\W_])(?P<behind>.*)", re.I)
_BEHIND = frozenset(
    {"txt", "text", "json", "html", "htm", "py", "ipynb", "download", "copy", "alias"}
)
# Words, in writing of mixed case as well ("BatchNorm2"), and numbers.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\dA-Za-z_]+")
_SHORT = 3  # a slug of so few characters, as l2 is, is found only if written in one piece
_SHOWN = 3  # at most so many files are named in a message
_MAX_CHARACTERS = 255  # of a name that is looked at; no file system has longer ones

# What tests, and what was put aside or stands beside, is not handed in, whatever it is named after.
_TESTS = frozenset({"test", "tests", "testing", "conftest"})
_ASIDE = frozenset({
    "old", "bak", "backup", "orig", "original", "draft", "broken", "unused", "deprecated", "wip",
    "tmp", "temp", "scratch", "stub", "template", "starter", "checkpoint", "util", "utils",
    "helper", "helpers", "plot", "plots",
})  # fmt: skip
# What people and systems write beside a name on what is handed in, with a number or without.
_HANDING_IN = re.compile(
    r"(?i)(hw|homework|assignment|assignm|asgn|ass|exercise|ex|lab|ps|pset|problem|set|task|sheet|"
    r"submission|submitted|late|final|solution|module|code|python|copy|version|v|[uü]bung|ue|blatt|"
    r"aufgabe|abgabe|l[oö]sung|opgave|aflevering|uppgift|tp|devoir|tarea|pr[aá]ctica|entrega|"
    r"esercizio|compito)?\d{0,2}"
)
# And on the folders in which it lies.
_COUNTED = re.compile(
    r"(?i)(week|wk|woche|kw|uge|vecka|semaine|semana|settimana|unit|part|teil|day|chapter|kapitel|"
    r"lecture|no|nr|submissions)\d{0,2}"
)
# How copies are marked: "Copy of …", "Kopie (2) von …", "… - Copia".
_COPY = re.compile(
    r"(?i)(?<![^\W_])(?:another |\d\w\w )?(?:copy|kopie|kopi|kopia|copie|copia|c[oó]pia)(?![^\W_])"
    r"(?: ?\(?\d+\)?)?(?: (?:of|von|van|de|di|af|av)(?![^\W_]))?"
)
# What mail programs put before a subject that they answer or pass on: "Re: …", as a name "Re_ …".
_REPLY = re.compile(r"(?i)\A(?:(?:re|fwd?|aw|wg|antw|sv|vs|tr|rv|res|enc)[:_]\s+)+")
# When it was handed in, as systems put it behind a name.
_STAMP = re.compile(r"[ _-]*\d{4}-\d\d-\d\d(?:[ T_-]\d\d[:_-]\d\d(?:[:_-]\d\d(?:\.\d+)?)?)?\Z")
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019.@][^\W_]+)*")
_NEAR = 0.75  # how much alike, of 1, a name and a slug are for the one to be meant for the other

_JUNK = frozenset({"__macosx", "__pycache__", "thumbs.db", "desktop.ini", "$recycle.bin"})
# Folders in which no work lies: other people's code, our own answers and checks.
_LIBRARIES = frozenset({"node_modules", "site-packages", "venv", "virtualenv"})
_ANSWERS = "solutions"
_OURS = frozenset({_ANSWERS, "tests"})
# A clone to which nobody has pushed anything has no objects.
_HISTORY = re.compile(r"(?s)(?P<git>(?:.*?/)?\.git)/objects/(?!info/).")
ENVIRONMENT = "pyvenv.cfg"  # lies at the top of each virtual environment, whatever its name


class Rank(IntEnum):
    """How plainly a name is a module's; the plainest counts."""

    EXACT = 0  # relu.py
    FOLDED = 1  # Relu.PY: but for letter case and Unicode's forms
    RENAMED = 2


@dataclass(frozen=True)
class Name:
    """What a name was read as. `slugs` are several where it fits them equally well."""

    slugs: tuple[str, ...]
    suffix: str  # one of MODULE_SUFFIXES
    rank: Rank


def read_name(filename: str, slugs: Collection[str]) -> Name | None:
    """Which of `slugs` a file of this name is the module or notebook of; None if of none.

    Args:
        slugs: all that the course has: the name of one may hold another's.
    """
    folded = fold_name(filename)
    for suffix in MODULE_SUFFIXES:
        slug = folded.removesuffix(suffix)
        if slug != folded and slug in slugs:
            exact = filename == f"{slug}{suffix}"
            return Name((slug,), suffix, Rank.EXACT if exact else Rank.FOLDED)
    ending = split_ending(filename)
    if ending is None:
        return None
    stem, suffix = ending
    fits, others = _fitting(stem, slugs)
    if not fits or not _TESTS.isdisjoint(others) or not _ASIDE.isdisjoint(others):
        return None
    # "leaky_relu" holds relu, and is meant for leaky_relu_elu.
    if any(_is_like(stem, slug) for slug in slugs if len(slug) > len(fits[0])):
        return None
    return Name(fits, suffix, Rank.RENAMED)


def split_ending(filename: str) -> tuple[str, str] | None:
    """A module's or notebook's name in two: its stem, and ".py" or ".ipynb"; None if it is none."""
    if filename.startswith((".", "#", "~$")) or filename.endswith(("~", "#")):
        return None
    if len(filename) > _MAX_CHARACTERS:
        return None
    match = _ENDING.fullmatch(_readable(filename))
    if match is None:
        return None
    behind = [word.casefold() for word in _WORD.findall(match["behind"])]
    if not all(word in _BEHIND or word.isdigit() for word in behind):
        return None
    return match["stem"], f".{match['suffix'].lower()}"


def stem_of(name: str) -> str:
    """A file's or folder's name without what says that it is packed."""
    return ARCHIVE_SUFFIX.sub("", name) or name


def split_stamp(name: str) -> tuple[str, str]:
    """A name in two: without the time that systems put behind it, and that; "" if there is none."""
    stamp = _STAMP.search(name)
    return (name[: stamp.start()], stamp[0].strip(" _-")) if stamp and stamp.start() else (name, "")


def owner_in(name: str, slugs: Collection[str]) -> str:
    """Whose a file or folder is by its name: what is left of it without the assignment and words
    that go with handing in; "" if nothing is. "hw1_relu_Jane Doe (2).py" is Jane Doe's."""
    ending = split_ending(name)
    stem = unquote((stem_of(name) if ending is None else ending[0])[:_MAX_CHARACTERS])
    stem = _COPY.sub("", _STAMP.sub("", _REPLY.sub("", stem)))
    words = list(_WORD.finditer(stem))
    fits, _ = _fitting(stem, slugs)
    spans = [token.span() for token in _TOKEN.finditer(stem) if _HANDING_IN.fullmatch(token[0])]
    for slug in fits:
        run = next(_runs(words, slug))
        spans.append((words[run[0]].start(), words[run[-1]].end()))
    for start, end in sorted(spans, reverse=True):
        stem = stem[:start] + stem[end:]
    left = stem.strip(" _-.,+()[]{}")
    return left if any(map(str.isalnum, left)) else ""


def without_counting(name: str) -> str:
    """What an assignment's folder is called, without its number and words that go with that:
    "03_relu" and "Week 3 - ReLU" are relu's."""
    tokens = re.findall(r"[^\W_]+", name)
    return " ".join(t for t in tokens if not (_HANDING_IN.fullmatch(t) or _COUNTED.fullmatch(t)))


def is_near(filename: str, slug: str) -> bool:
    """Whether whoever looks for `slug` would want to hear of a file of this name."""
    readable = _readable(filename[:_MAX_CHARACTERS]).lstrip(".")
    stem = readable.partition(".")[0] or readable
    fits, others = _fitting(stem, [slug])
    if not _TESTS.isdisjoint(others):
        return False
    return bool(fits) or _is_like(stem, slug) or (len(slug) > _SHORT and _bare(slug) in _bare(stem))


def is_tests(filename: str) -> bool:
    """Whether a file of this name tests something."""
    words = {word.casefold() for word in _WORD.findall(filename[:_MAX_CHARACTERS])}
    return not _TESTS.isdisjoint(words)


def is_spelling(text: str, word: str) -> bool:
    """Whether the two differ but in letter case, accents, and what stands between their words."""
    return bool(_bare(text)) and _bare(_readable(text)) == _bare(word)


def is_junk(name: str) -> bool:
    """Whether systems, and not people, leave files and folders of this name behind."""
    if name.startswith(".") and not name.startswith(".."):
        return not name.endswith(".icloud")  # what has not been brought is told of
    return name.startswith("~$") or fold_name(name) in _JUNK


def junk_in(place: str) -> str:
    """The first of the folders or files of a path that is junk, as a path; "" if none is."""
    parts = place.split("/")
    depth = next((depth for depth, part in enumerate(parts, 1) if is_junk(part)), 0)
    return "/".join(parts[:depth])


def is_answers(folders: Sequence[str]) -> bool:
    """Whether a file in these folders is passed over but as one of our answers."""
    ours = {fold_name(name) for name in folders} & _OURS
    return ours == {_ANSWERS} and not any(map(is_library, folders))


def history_in(place: str) -> str:
    """The `.git` that holds commits if it holds this file; "" if the file is none of Git's."""
    match = _HISTORY.match(place)
    return match["git"] if match else ""


def listed(places: Sequence[str]) -> str:
    """Files, for a message."""
    shown = " and ".join(show_name(place) for place in places[:_SHOWN])
    return f"{shown} and {len(places) - _SHOWN} more" if len(places) > _SHOWN else shown


def is_library(folder: str) -> bool:
    """Whether a folder of this name holds other people's code."""
    return fold_name(folder) in _LIBRARIES


def is_no_work(folders: Sequence[str]) -> bool:
    """Whether a file in these folders is a library's or ours, and not the student's."""
    return any(is_library(name) or fold_name(name) in _OURS for name in folders)


# ---------------------------------------------------------------- words in names


def _readable(name: str) -> str:
    """A name without what encodings add: escapes of addresses ("%20"), accents, wide letters."""
    for _ in range(2):  # "%2520" was escaped twice
        name = unquote(name)
    apart = unicodedata.normalize("NFKD", name)
    return "".join(c for c in apart if not unicodedata.combining(c))


def _fitting(stem: str, slugs: Collection[str]) -> tuple[tuple[str, ...], set[str]]:
    """The longest slugs that stand in a stem as words of their own, and the other words."""
    words = list(_WORD.finditer(stem))
    found = [
        (len(_bare(slug)), slug, run)
        for slug in slugs
        if (run := next(_runs(words, slug), None)) is not None
    ]
    longest = max((length for length, _, _ in found), default=0)
    fits = {slug: run for length, slug, run in found if length == longest}
    taken = {index for run in fits.values() for index in run}
    others = {word[0].casefold() for index, word in enumerate(words) if index not in taken}
    return tuple(fits), others


def _runs(words: Sequence[re.Match[str]], slug: str) -> Iterator[range]:
    """Where words that follow each other make up the slug, whatever stands between them."""
    wanted = _bare(slug)
    for start in range(len(words)):
        text = ""
        for end in range(start, len(words)):
            is_apart = end > start and words[end].start() > words[end - 1].end()
            if is_apart and len(wanted) <= _SHORT:
                break
            text += words[end][0].casefold()
            if text == wanted:
                yield range(start, end + 1)
            if len(text) >= len(wanted):
                break


def _is_like(stem: str, slug: str) -> bool:
    """Whether a stem is all but the slug; of a short slug nothing is."""
    wanted = _bare(slug)
    return len(wanted) > _SHORT and SequenceMatcher(None, _bare(stem), wanted).ratio() >= _NEAR


def _bare(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()

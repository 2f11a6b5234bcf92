"""A path becomes a Submission: the only place that reads untrusted files.

A path is a folder, a single module `<slug>.py` or notebook `<slug>.ipynb`, or a zip or tar archive.
Modules lie at the top of a folder or archive, or in an `assignments/` folder there; a module in
both places is a problem, as nobody can tell which one is meant. So is a module beside a notebook,
until whoever knows the stubs finds one of them untouched (grader.submissions.untouched). Files
named otherwise are ignored.
Archives are never extracted: the members that matter are read into memory, within bounds.

What is wrong with one module is a problem of its assignment (`Submission.problems`) and costs the
others nothing. What is wrong with the whole path raises SubmissionError.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.files import FileError, os_reason, read_file, too_large
from grader.submissions.archive import Archive, ArchiveError
from grader.submissions.notebook import NotebookError, read_notebook
from grader.text import fold_name, printable, show_name

MODULE_SUFFIXES = (".py", ".ipynb")
MAX_MODULE_BYTES = 1 << 20
MAX_NOTEBOOK_BYTES = 16 << 20  # with its outputs; its code is held to a module's bound
MAX_ARCHIVE_BYTES = 64 << 20
SOURCE_ONLY = "hand in source code only"
MAX_NAME_CHARACTERS = 1_000  # of a submission's name

_PLACES = ("", "assignments/")
_AMBIGUOUS = "both are there; remove one of them"


@dataclass(frozen=True)
class Source:
    """One module as it was handed in: its text as written, line ends included, BOM excluded.

    Of a notebook it is the code, with the first line and the number of each code cell in `cells`.
    """

    slug: str
    filename: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Submission:
    """A snapshot of what was handed in.

    A slug is in `sources`, or in `problems` with one line that says why its file can't be used, or
    in neither: then nothing was handed in for it. `both` are module and notebook where both were
    handed in, which is a problem too.
    """

    name: str
    sources: dict[str, Source]
    problems: dict[str, str]
    path: Path | None = field(default=None, compare=False)  # where it was read from
    both: dict[str, tuple[Source, Source]] = field(default_factory=dict)


class SubmissionError(ValueError):
    """A path can't be used: one line that names the file and says what to do."""


def load_submission(path: Path, slugs: Sequence[str]) -> Submission:
    """Read the modules of `slugs` from a folder, a module, or a zip or tar of either.

    Raises:
        SubmissionError: the path is missing, unreadable, neither of these, or a damaged or
            dangerous archive.
    """
    try:
        # The path itself is the caller's word: only here may a link to a folder be followed.
        if _is_folder(path):
            submission = _load_folder(path, slugs)
        elif path.suffix.lower() in MODULE_SUFFIXES:
            submission = load_module(
                path.name, lambda _: read_file(path, max_bytes(path.name), advice(path.name)), slugs
            )
        else:
            submission = _load_archive(path, slugs)
        return replace(submission, path=path)
    except (SubmissionError, ArchiveError, FileError) as error:
        raise SubmissionError(f"{show_name(path.name or str(path))}: {error}") from None
    except OSError as error:
        raise SubmissionError(f"{show_name(path.name or str(path))}: {os_reason(error)}") from None


def load_submissions(
    paths: Sequence[Path], slugs: Sequence[str]
) -> tuple[list[Submission], list[str]]:
    """Read several; those that can't be read cost one line each and nothing else.

    Two of the same name get their paths for names, so that reports can be told apart.
    """
    loaded: list[tuple[Path, Submission]] = []
    unreadable = []
    for path in paths:
        try:
            loaded.append((path, load_submission(path, slugs)))
        except SubmissionError as error:
            unreadable.append(str(error))
    count = Counter(submission.name for _, submission in loaded)
    submissions = [
        submission
        if count[submission.name] == 1
        else replace(submission, name=printable(str(path), MAX_NAME_CHARACTERS))
        for path, submission in loaded
    ]
    return submissions, unreadable


def find_module(submission: Submission, slug: str) -> Path | None:
    """Where the module of `slug` lies, if as a file of its own; in one of two places: nowhere."""
    if submission.path is None:
        return None
    names = [f"{slug}{suffix}" for suffix in (".py", ".ipynb")]
    if os.path.isfile(submission.path):  # False also where nothing may be looked at
        return submission.path if submission.path.name in names else None
    places = [submission.path / place / name for place in _PLACES for name in names]
    found = [place for place in places if os.path.isfile(place)]
    return found[0] if len(found) == 1 else None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except ValueError:
        raise SubmissionError("no path can hold a NUL character; check the path") from None


# --- folders and single modules --------------------------------------------------------------


def _load_folder(folder: Path, slugs: Sequence[str]) -> Submission:
    named_after = folder.resolve() if folder.name in ("", "..") else folder
    name = named_after.name or str(named_after)
    names: dict[str, Collection[str]] = {"": os.listdir(folder)}
    inner = folder / "assignments"
    inner_problem = ""
    try:
        mode = inner.lstat().st_mode
        if stat.S_ISLNK(mode):
            inner_problem = "assignments/: it is a symbolic link; put the folder itself there"
        elif stat.S_ISDIR(mode):
            names["assignments/"] = os.listdir(inner)
    except FileNotFoundError:
        pass
    except OSError as error:
        inner_problem = f"assignments/: {os_reason(error)}"

    found, problems = _locate(slugs, names)
    if inner_problem:
        handed_in = found.values()
        problems = {slug: inner_problem for slug in slugs if slug not in handed_in} | problems
    sources = _collect(
        found, problems, lambda place: read_file(folder / place, max_bytes(place), advice(place))
    )
    return make_submission(name, sources, problems)


def load_module(filename: str, read: Callable[[str], bytes], slugs: Sequence[str]) -> Submission:
    """A submission of one module; `read` gives its bytes, or raises FileError or OSError.

    Raises:
        SubmissionError: it is not named after an assignment.
    """
    slug, suffix = os.path.splitext(filename)
    if suffix not in MODULE_SUFFIXES or slug not in slugs:
        near = difflib.get_close_matches(fold_name(Path(filename).stem), slugs, n=1)
        wanted = ".ipynb" if suffix.lower() == ".ipynb" else ".py"
        guess = f"did you mean {near[0]}{wanted}? " if near else ""
        raise SubmissionError(
            f"it is not named after an assignment; {guess}the names are "
            + ", ".join(f"{known}.py" for known in slugs)
            + ", or the same with .ipynb"
        )
    problems: dict[str, str] = {}
    sources = _collect({filename: slug}, problems, read)
    return make_submission(slug, sources, problems)


def max_bytes(filename: str) -> int:
    """How large a module or notebook of this name may be."""
    return MAX_NOTEBOOK_BYTES if filename.lower().endswith(".ipynb") else MAX_MODULE_BYTES


def advice(filename: str) -> str:
    """What to do about a file of this name that is too large."""
    return "clear its outputs" if filename.lower().endswith(".ipynb") else SOURCE_ONLY


# --- which file belongs to which assignment --------------------------------------------------


def _locate(
    slugs: Sequence[str], names: Mapping[str, Collection[str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Find each slug's files among the `names` in each place: (path -> slug, slug -> problem)."""
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for slug in slugs:
        wanted = [slug + suffix for suffix in MODULE_SUFFIXES]
        hits = [
            [place + name for place in _PLACES if name in names.get(place, ())] for name in wanted
        ]
        if any(len(places) > 1 for places in hits):
            all_of_them = " and ".join(place for places in hits for place in places)
            problems[slug] = f"{all_of_them}: {_AMBIGUOUS}"
        elif any(hits):
            found |= {place: slug for places in hits for place in places}
        else:
            alike = [
                (place + name, fold_name(name))
                for place in _PLACES
                for name in names.get(place, ())
                if fold_name(name) in wanted
            ]
            if alike:
                name, right = min(alike)
                problems[slug] = f"{show_name(name)}: rename it to {right}"
    return found, problems


def _collect(
    found: Mapping[str, str], problems: dict[str, str], read: Callable[[str], bytes]
) -> dict[str, list[Source]]:
    """Read and decode the files found; what can't be used is added to `problems`."""
    sources: dict[str, list[Source]] = defaultdict(list)
    for place, slug in found.items():
        try:
            filename = place.rpartition("/")[2]
            sources[slug].append(_make_source(slug, filename, _decode(read(place))))
        except (FileError, NotebookError) as error:
            problems[slug] = f"{place}: {error}"
        except OSError as error:
            problems[slug] = f"{place}: {os_reason(error)}"
    return sources


def _make_source(slug: str, filename: str, text: str) -> Source:
    if not filename.endswith(".ipynb"):
        return Source(slug, filename, text)
    code = read_notebook(text, MAX_MODULE_BYTES)
    return Source(slug, filename, code.text, code.cells)


def make_submission(
    name: str, found: Mapping[str, Sequence[Source]], problems: Mapping[str, str]
) -> Submission:
    """The submission of these files, by slug; more than one of a slug is a problem."""
    sources: dict[str, Source] = {}
    both: dict[str, tuple[Source, Source]] = {}
    too_many: dict[str, str] = {}
    for slug, files in found.items():
        by_name = {source.filename: source for source in files}
        if slug in problems:
            continue
        if len(files) == 1:
            sources[slug] = files[0]
        elif len(files) == len(by_name) == 2:
            module, notebook = (by_name[slug + suffix] for suffix in MODULE_SUFFIXES)
            both[slug] = (module, notebook)
            too_many[slug] = f"{module.filename} and {notebook.filename}: {_AMBIGUOUS}"
        elif files:
            names = " and ".join(by_name) + (" was" if len(by_name) == 1 else " were")
            too_many[slug] = f"{names} handed in twice, on its own or in archives; keep one"
    return Submission(show_name(name), sources, {**problems, **too_many}, both=both)


# A declaration of the source's encoding, in line 1 or 2 (PEP 263).
_COOKIE = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)


def _decode(data: bytes) -> str:
    """Decode a module's bytes as UTF-8, with or without a BOM."""
    if _looks_like_utf16(data):
        raise FileError("it looks like UTF-16; save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if (nul := data.find(0)) >= 0:
        raise FileError(
            f"it is not a text file: a NUL byte at {_position(data, nul)}; save it as UTF-8"
        )
    if cookie := _COOKIE.match(data):
        encoding = cookie[1].decode("ascii", "replace").lower().replace("_", "-")
        if not (encoding in {"utf8", "ascii", "us-ascii"} or encoding.startswith("utf-8")):
            raise FileError(
                f"it declares the encoding {show_name(encoding)}; "
                "save it as UTF-8 and remove the declaration"
            )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(
            f"it is not UTF-8: byte 0x{data[error.start]:02x} at {_position(data, error.start)}; "
            "save it as UTF-8"
        ) from None


def _looks_like_utf16(data: bytes) -> bool:
    """True for a UTF-16 byte order mark, or if mostly every other byte is NUL."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    few, many = sorted((data[0::2].count(0), data[1::2].count(0)))
    return len(data) > 2 and many > 0.4 * len(data) / 2 and few < 0.1 * len(data) / 2


def _position(data: bytes, offset: int) -> str:
    return f"byte {offset} (line {data.count(10, 0, offset) + 1})"


# --- archives --------------------------------------------------------------------------------

ARCHIVE_SUFFIX = re.compile(r"(?i)\.(zip|tgz|tbz2?|txz|tar(\.(gz|bz2|xz))?)\Z")


def _load_archive(path: Path, slugs: Sequence[str]) -> Submission:
    name = ARCHIVE_SUFFIX.sub("", path.name) or path.name
    return load_archive_bytes(name, read_file(path, MAX_ARCHIVE_BYTES, SOURCE_ONLY), slugs)


def load_archive_bytes(name: str, data: bytes, slugs: Sequence[str]) -> Submission:
    """Read the modules of `slugs` from a zip or tar archive.

    Raises:
        ArchiveError: it is damaged or dangerous.
    """
    archive = Archive(data, {slug + suffix for slug in slugs for suffix in MODULE_SUFFIXES})
    # A tar is read forward only, so its modules are read in its order.
    places = sorted(archive.members, key=lambda place: archive.members[place].offset)
    return load_files(name, places, lambda place: _read_member(archive, place), slugs)


def load_files(
    name: str, places: Sequence[str], read: Callable[[str], bytes], slugs: Sequence[str]
) -> Submission:
    """Read the modules of `slugs` from files whose paths within the submission are `places`.

    Args:
        read: the bytes of the file at a place; raises FileError or OSError. It is called in the
            order of `places`.
    """
    inside = [place.split("/") for place in places]
    names = {
        "": [parts[0] for parts in inside if len(parts) == 1],
        "assignments/": [p[1] for p in inside if len(p) == 2 and p[0] == "assignments"],
    }
    found, problems = _locate(slugs, names)
    in_order = {place: found[place] for place in places if place in found}
    read_sources = _collect(in_order, problems, read)
    sources = {slug: read_sources[slug] for slug in slugs if slug in read_sources}
    return make_submission(name, sources, problems)


def _read_member(archive: Archive, place: str) -> bytes:
    entry = archive.members[place]
    if entry.is_folder:
        raise FileError("it is a folder; put the file itself there")
    if entry.size > (limit := max_bytes(place)):
        raise FileError(too_large(limit, advice(place)))
    return archive.read(entry)

"""A path becomes a Submission: the only place that reads untrusted files.

A path is a folder, a single module `<slug>.py` or notebook `<slug>.ipynb`, or a zip or tar archive;
an archive among the files of one is looked into as if it were a folder. Which of the files counts
is decided by their names (grader.submissions.finding), in the same way wherever they come from.
Archives are never extracted: the members that matter are read into memory, within bounds.

What is wrong with one module is a problem of its assignment (`Submission.problems`) and costs the
others nothing. What is wrong with the whole path raises SubmissionError.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from grader.course.manifest import Course
from grader.files import FileError, os_reason, read_file
from grader.submissions.archives.archive import Archive
from grader.submissions.archives.bounds import ArchiveError, Bounds
from grader.submissions.decoding import (
    EmptyFileError,
    decode_helper,
    decode_source,
)
from grader.submissions.finding import (
    MAX_CANDIDATES,
    Found,
    choose,
    find,
    find_answers,
    side_by_side,
)
from grader.submissions.kinds import kind_by_name, kind_of, package_by_name
from grader.submissions.missing.likely import explain
from grader.submissions.model import Candidate, Source, Submission, SubmissionError
from grader.submissions.names import (
    ARCHIVE_SUFFIX,
    Rank,
    history_in,
    junk_in,
    read_name,
    split_ending,
    stem_of,
)
from grader.submissions.places import (
    MAX_ARCHIVE_BYTES,
    Files,
    advice,
    max_bytes,
    packed,
    unpack,
    walk,
)
from grader.submissions.siblings import find_siblings
from grader.submissions.untouched import settle
from grader.text import fold_name, printable, show_name

MAX_NAME_CHARACTERS = 1_000  # of a submission's name

_DEPTH_OF_ARCHIVE = 1_000  # deeper than any folder
_LAYERS = 2  # an archive, and one in it
_TOO_DEEP = "it is an archive within archives, which is not looked into; unpack it"


def read_submission(course: Course, path: Path, slugs: Collection[str]) -> Submission:
    """What was handed in of these assignments; what nobody has touched yet stands back.

    Raises:
        SubmissionError: as `load_submission`, or a single file is of another assignment.
    """
    everything = load_submission(path, course.every_slug)
    handed_in = {*everything.sources, *everything.problems, *everything.candidates}
    if split_ending(path.name) is not None and not handed_in & set(slugs):
        (slug,) = handed_in
        raise SubmissionError(
            f"{show_name(path.name)}: {slug} takes no part here; --only {slug} grades it"
        )
    return settle(course, everything).only(slugs)


def load_submission(path: Path, slugs: Sequence[str]) -> Submission:
    """Read the modules of `slugs` from a folder, a module, or a zip or tar of either.

    Args:
        slugs: all of the course, as the name of one may hold another's.

    Raises:
        SubmissionError: the path is missing, unreadable, neither of these, or a damaged or
            dangerous archive.
    """
    try:
        # The path itself is the caller's word: only here may a link to a folder be followed.
        if _is_folder(path):
            submission = _load_folder(path, slugs)
        else:
            read = partial(read_file, path)
            submission = load_single(path.name, lambda limit: read(limit, advice(path.name)), slugs)
        return replace(submission, path=path)
    except (SubmissionError, ArchiveError, FileError) as error:
        raise SubmissionError(f"{show_name(path.name or str(path))}: {error}") from None
    except OSError as error:
        raise SubmissionError(f"{show_name(path.name or str(path))}: {os_reason(error)}") from None


def read_submissions(
    course: Course, paths: Sequence[Path], slugs: Collection[str]
) -> tuple[list[Submission], list[str]]:
    """Read several; those that can't be read cost one line each and nothing else.

    Two of the same name get their paths for names, so that reports can be told apart.
    """
    loaded: list[tuple[Path, Submission]] = []
    unreadable = []
    for path in paths:
        try:
            loaded.append((path, read_submission(course, path, slugs)))
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
    """Where the module of `slug` lies, if as a file of its own; None where that is not sure."""
    if submission.path is None:
        return None
    candidates = submission.candidates.get(slug, ())
    if os.path.isfile(submission.path):  # False also where nothing may be looked at
        is_module = len(candidates) == 1 and candidates[0].place == submission.path.name
        return submission.path if is_module else None
    source = submission.sources.get(slug)
    if source is not None:
        candidates = tuple(
            c for c in candidates if c.source is not None and c.source.text == source.text
        )
    found = [path for c in candidates if os.path.isfile(path := submission.path / c.place)]
    return found[0] if found and (source is not None or len(found) == 1) else None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except ValueError:
        raise SubmissionError("no path can hold a NUL character; check the path") from None


def _load_folder(folder: Path, slugs: Sequence[str]) -> Submission:
    named_after = folder.resolve() if folder.name in ("", "..") else folder
    files = walk(folder)
    return _load(named_after.name or str(named_after), files, slugs, Bounds())


def load_single(name: str, read: Callable[[int], bytes], slugs: Sequence[str]) -> Submission:
    """The submission in one file: a module, a notebook or an archive.

    Args:
        name: as the student calls it.
        read: its bytes, at most so many; raises FileError or OSError.

    Raises:
        SubmissionError: it is none of these, or not named after an assignment.
        ArchiveError, FileError, OSError: it can't be used.
    """
    if split_ending(name) is not None:
        known = read_name(name, slugs)
        if known is None or len(known.slugs) > 1:
            raise SubmissionError(_not_named(name, known.slugs if known else (), slugs))
        return load_files(known.slugs[0], [name], lambda place: read(max_bytes(place)), slugs)
    if (kind := kind_by_name(name)) is not None:
        raise SubmissionError(str(kind))
    data = read(MAX_ARCHIVE_BYTES)
    if not data:
        raise SubmissionError("it is empty; hand it in again")
    if (kind := kind_of(data)) is not None:
        raise SubmissionError(str(kind))
    bounds = Bounds()
    try:
        archive = Archive(data, bounds)
    except ArchiveError as error:
        raise ArchiveError(str(package_by_name(name) or error)) from None
    return _load(stem_of(name), unpack(archive), slugs, bounds)


def _not_named(name: str, fits: Sequence[str], slugs: Sequence[str]) -> str:
    """What to say of a module that is not named after one assignment."""
    stem = fold_name(Path(name).stem)
    near = fits or difflib.get_close_matches(stem, slugs, n=1)
    wanted = ".ipynb" if name.lower().endswith(".ipynb") else ".py"
    guess = f"did you mean {' or '.join(f'{slug}{wanted}' for slug in near)}? " if near else ""
    names = ", ".join(f"{slug}.py" for slug in slugs)
    return (
        f"it is not named after an assignment; {guess}the names are {names}, or the same with "
        ".ipynb"
    )


def load_files(
    name: str,
    places: Iterable[str],
    read: Callable[[str], bytes],
    slugs: Sequence[str],
    folders: Collection[str] = (),
) -> Submission:
    """Read the modules of `slugs` from files whose paths within the submission are `places`.

    Args:
        folders: those that hold no files, too.
        read: the bytes of the file at a place, at most `max_bytes` of them; raises FileError or
            OSError.
    """
    files = Files(folders={folder for folder in folders if not junk_in(folder)})
    for place in places:
        if junk := junk_in(place):
            files.passed_over.add(junk)
            if history_in(place) == junk:
                files.histories.add(junk)
        else:
            files.readers[place] = partial(read, place)
    return _load(name, files, slugs, Bounds())


def merge(name: str, pieces: Sequence[Submission]) -> Submission:
    """Several hand-ins of one student as one; of a module that is in two, neither is guessed."""
    candidates: dict[str, tuple[Candidate, ...]] = {}
    problems: dict[str, str] = {}
    for piece in pieces:
        problems |= piece.problems
        for slug, some in piece.candidates.items():
            # Two files of one name are told apart by where each was handed in.
            inside = tuple(replace(c, place=f"{piece.name}/{c.place}") for c in some)
            candidates[slug] = (*candidates.get(slug, ()), *inside)
    return _chosen(name, candidates, problems)


# --- from files to a submission --------------------------------------------------------------


def _load(name: str, files: Files, slugs: Sequence[str], bounds: Bounds) -> Submission:
    files = files.without_graders()
    found = find(files.readers, slugs)
    aside = side_by_side(found, files.readers)
    lacking = [slug for slug in slugs if not any(f.rank is Rank.EXACT for f in found[slug])]
    # What is loose counts before what is packed; an archive in an archive is looked into as well.
    layer = files
    for number in range(1, _LAYERS + 1):
        if not lacking:
            break
        layer = packed(layer, bounds).without_graders()
        within = find(layer.readers, slugs)
        aside = aside or side_by_side(within, layer.readers)
        for slug, some in within.items():
            deeper = [replace(file, depth=file.depth + number * _DEPTH_OF_ARCHIVE) for file in some]
            found[slug] = sorted(found[slug] + deeper)
        lacking = [slug for slug in lacking if not any(f.rank is Rank.EXACT for f in found[slug])]
        files |= layer
    if lacking:
        too_deep = dict.fromkeys(filter(ARCHIVE_SUFFIX.search, layer.readers), _TOO_DEEP)
        files = replace(files, unopened=files.unopened | too_deep)
    candidates = _read_candidates(found, files)
    missing = [slug for slug in slugs if slug not in candidates]
    problems = explain(missing, slugs, files, nothing_found=not candidates)
    return replace(
        _chosen(name, candidates, problems),
        side_by_side=aside,
        answers=_read_answers(files, slugs),
    )


def _chosen(
    name: str, candidates: Mapping[str, tuple[Candidate, ...]], problems: Mapping[str, str]
) -> Submission:
    """The submission of these files; `problems` are those of slugs that have none."""
    sources: dict[str, Source] = {}
    undecided: dict[str, str] = {}
    for slug, some in candidates.items():
        chosen = choose(slug, some)
        if isinstance(chosen, Source):
            sources[slug] = chosen
        else:
            undecided[slug] = chosen
    problems = {slug: problem for slug, problem in problems.items() if slug not in sources}
    return Submission(show_name(name), sources, problems | undecided, candidates=dict(candidates))


def _read_candidates(
    found: Mapping[str, Sequence[Found]], files: Files
) -> dict[str, tuple[Candidate, ...]]:
    """Read the files that may be meant, each once and in order, and what they import."""
    slug_of = {
        file.place: (slug, file) for slug, some in found.items() for file in some[:MAX_CANDIDATES]
    }
    read_ones = {
        place: _read_candidate(*slug_of[place], read)
        for place, read in files.readers.items()
        if place in slug_of
    }
    texts = {place: c.source.text for place, c in read_ones.items() if c.source is not None}
    others = {
        f"{slug}{'.ipynb' if some[0].is_notebook else '.py'}": some[0].place
        for slug, some in found.items()
        if _is_plain_one(some)
    }
    siblings = find_siblings(texts, files.readers.keys(), partial(_read_texts, files), others)
    for place, candidate in read_ones.items():
        if candidate.source is not None:
            source = replace(candidate.source, siblings=siblings[place])
            read_ones[place] = replace(candidate, source=source)
    return {
        slug: tuple(read_ones[file.place] for file in some[:MAX_CANDIDATES])
        for slug, some in found.items()
        if some
    }


def _is_plain_one(files: Sequence[Found]) -> bool:
    """Whether one of the files is likelier than the others."""
    if not files:
        return False
    likeliest = (files[0].rank, files[0].depth)
    return all((file.rank, file.depth) != likeliest for file in files[1:])


def _read_candidate(slug: str, file: Found, read: Callable[[], bytes]) -> Candidate:
    filename = file.place.rpartition("/")[2]
    make = partial(Candidate, file.place, file.rank, file.depth)
    try:
        return make(decode_source(slug, filename, read()))
    except EmptyFileError as error:
        return make(None, str(error), is_empty=True)
    except (FileError, ArchiveError) as error:
        return make(None, str(error))
    except OSError as error:
        return make(None, os_reason(error))


def _read_answers(files: Files, slugs: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By slug the text and the place of what is passed over as one of the course's answers."""
    places = find_answers(files.readers, slugs)
    texts = _read_texts(files, {*places.values()})
    return {slug: (texts[place], place) for slug, place in places.items() if place in texts}


def _read_texts(files: Files, places: Collection[str]) -> dict[str, str]:
    """The texts of files at these places, without those that can't be read."""
    texts = {}
    for place, read in files.readers.items():
        if place in places:
            try:
                texts[place] = decode_helper(place, read())
            except (FileError, ArchiveError, OSError):
                continue
    return texts

"""A path becomes a Submission: the only place that reads untrusted files.

A path is a folder, a single module `<slug>.py`, or a zip or tar archive. Modules lie at the top of
a folder or archive, or in an `assignments/` folder there; a module in both places is a problem, as
nobody can tell which one is meant. Files named otherwise are ignored.
Archives are never extracted: the members that matter are read into memory, within bounds.

What is wrong with one module is a problem of its assignment (`Submission.problems`) and costs the
others nothing. What is wrong with the whole path raises SubmissionError.
"""

from __future__ import annotations

import bz2
import difflib
import errno
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from grader.text import printable

MAX_MODULE_BYTES = 1 << 20
MAX_ARCHIVE_BYTES = 64 << 20
MAX_ENTRIES = 2_000
# What an archive holds when unpacked: declared sizes for a zip (of which only modules are ever
# unpacked), bytes really unpacked for a tar (which can only be read from its start).
MAX_UNPACKED_BYTES = 256 << 20
# Above this size a member (zip) or the whole stream (tar) that shrank more than MAX_RATIO-fold is
# taken for a bomb. Source text shrinks 3- to 10-fold, a zip bomb about 1000-fold.
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 8 << 20
MAX_NAME_CHARACTERS = 1_000  # of a path within an archive

_PLACES = ("", "assignments/")
_JUNK = frozenset({"__MACOSX", "__pycache__", ".git", ".DS_Store"})
_PIECE_BYTES = 64 << 10
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Source:
    """One module as it was handed in: its text as written, line ends included, BOM excluded."""

    slug: str
    filename: str
    text: str


@dataclass(frozen=True)
class Submission:
    """A snapshot of what was handed in.

    A slug is in `sources`, or in `problems` with one line that says why its file can't be used, or
    in neither: then nothing was handed in for it.
    """

    name: str
    sources: dict[str, Source]
    problems: dict[str, str]


class SubmissionError(ValueError):
    """A path can't be used: one line that names the file and says what to do."""


class _FileError(ValueError):
    """One file can't be used, for a reason that does not name the file yet."""


def load_submission(path: Path, slugs: Sequence[str]) -> Submission:
    """Read the modules of `slugs` from a folder, a module, or a zip or tar of either.

    Raises:
        SubmissionError: the path is missing, unreadable, neither of these, or a damaged or
            dangerous archive.
    """
    try:
        # The path itself is the caller's word: only here may a link to a folder be followed.
        is_folder = _is_folder(path)
        if is_folder:
            return _load_folder(path, slugs)
        if path.suffix.lower() in {".py", ".ipynb"}:
            return _load_module(path, slugs)
        return _load_archive(path, slugs)
    except (SubmissionError, _FileError) as error:
        raise SubmissionError(f"{_shown(path.name or str(path))}: {error}") from None
    except OSError as error:
        raise SubmissionError(f"{_shown(path.name or str(path))}: {_os_reason(error)}") from None


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


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except ValueError:
        raise SubmissionError("no path can hold a NUL character; check the path") from None


# --- folders and single modules --------------------------------------------------------------


def _load_folder(folder: Path, slugs: Sequence[str]) -> Submission:
    resolved = folder.resolve()
    named_after = resolved.parent if resolved.name == "assignments" else resolved
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
        inner_problem = f"assignments/: {_os_reason(error)}"

    found, problems = _locate(slugs, names)
    if inner_problem:
        problems = {slug: inner_problem for slug in slugs if slug not in found} | problems
    sources = _collect(found, problems, lambda place: _read_file(folder / place, MAX_MODULE_BYTES))
    return Submission(_shown(named_after.name or str(named_after)), sources, problems)


def _load_module(path: Path, slugs: Sequence[str]) -> Submission:
    slug = path.stem
    if path.suffix != ".py" or slug not in slugs:
        near = difflib.get_close_matches(_fold(slug), slugs, n=1)
        guess = f"did you mean {near[0]}.py? " if near else ""
        raise SubmissionError(
            f"it is not named after an assignment; {guess}the names are "
            + ", ".join(f"{known}.py" for known in slugs)
        )
    problems: dict[str, str] = {}
    sources = _collect({slug: path.name}, problems, lambda _: _read_file(path, MAX_MODULE_BYTES))
    return Submission(slug, sources, problems)


def _read_file(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; never follows a link, never blocks."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise _FileError(f"it is {_kind(mode)}; put the file itself there")
    # The flags hold if the file is exchanged between the two calls; Windows has neither.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _FileError(f"it is {_kind(status.st_mode)}; put the file itself there")
        if status.st_size > limit:
            raise _FileError(_too_large(limit))
        data = file.read(status.st_size + 1)
    if len(data) != status.st_size:
        raise _FileError("it changed while it was read; try again")
    return data


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"


# --- which file belongs to which assignment --------------------------------------------------


def _locate(
    slugs: Sequence[str], names: Mapping[str, Collection[str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Find each slug's file among the `names` in each place: (slug -> path, slug -> problem)."""
    found: dict[str, str] = {}
    problems: dict[str, str] = {}
    for slug in slugs:
        wanted = f"{slug}.py"
        hits = [place + wanted for place in _PLACES if wanted in names.get(place, ())]
        if len(hits) == 1:
            found[slug] = hits[0]
        elif hits:
            problems[slug] = f"{' and '.join(hits)}: both are there; remove one of them"
        else:
            alike = [
                place + name
                for place in _PLACES
                for name in names.get(place, ())
                if _fold(name) == wanted
            ]
            if alike:
                problems[slug] = f"{_shown(min(alike))}: rename it to {wanted}"
    return found, problems


def _collect(
    found: Mapping[str, str], problems: dict[str, str], read: Callable[[str], bytes]
) -> dict[str, Source]:
    """Read and decode the modules found; what can't be used is added to `problems`."""
    sources: dict[str, Source] = {}
    for slug, place in found.items():
        try:
            sources[slug] = Source(slug, f"{slug}.py", _decode(read(place)))
        except _FileError as error:
            problems[slug] = f"{place}: {error}"
        except OSError as error:
            problems[slug] = f"{place}: {_os_reason(error)}"
    return sources


# A declaration of the source's encoding, in line 1 or 2 (PEP 263).
_COOKIE = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)


def _decode(data: bytes) -> str:
    """Decode a module's bytes as UTF-8, with or without a BOM."""
    if _looks_like_utf16(data):
        raise _FileError("it looks like UTF-16; save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if (nul := data.find(0)) >= 0:
        raise _FileError(
            f"it is not a text file: a NUL byte at {_position(data, nul)}; save it as UTF-8"
        )
    if cookie := _COOKIE.match(data):
        encoding = cookie[1].decode("ascii", "replace").lower().replace("_", "-")
        if not (encoding in {"utf8", "ascii", "us-ascii"} or encoding.startswith("utf-8")):
            raise _FileError(
                f"it declares the encoding {_shown(encoding)}; "
                "save it as UTF-8 and remove the declaration"
            )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _FileError(
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

_ARCHIVE_SUFFIX = re.compile(r"(?i)\.(zip|tgz|tbz2?|txz|tar(\.(gz|bz2|xz))?)\Z")
# What zipfile, tarfile's header parser and the decompressors raise on damaged input.
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    OSError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True)
class _Entry:
    """A member of an archive. `parts` is its path, `offset` where its data (tar) or header (zip)
    begins, `size` in bytes as the archive declares it."""

    parts: tuple[str, ...]
    is_folder: bool
    offset: int
    size: int


class _Archive(Protocol):
    """An opened archive whose every entry has been judged harmless."""

    entries: list[_Entry]

    def read(self, entry: _Entry) -> bytes:
        """Unpack a member; raises _FileError for a folder or more than MAX_MODULE_BYTES."""


def _load_archive(path: Path, slugs: Sequence[str]) -> Submission:
    data = _read_file(path, MAX_ARCHIVE_BYTES)
    try:
        archive = _open_archive(data)
        _refuse_duplicates(archive.entries, slugs)
        members = _below_common_folder(archive.entries)
        inside = [name.split("/") for name in members]
        names = {
            "": [parts[0] for parts in inside if len(parts) == 1],
            "assignments/": [p[1] for p in inside if len(p) == 2 and p[0] == "assignments"],
        }
        found, problems = _locate(slugs, names)
        # A tar is read forward only, so its modules are read in its order.
        in_order = dict(sorted(found.items(), key=lambda item: members[item[1]].offset))
        read = _collect(in_order, problems, lambda place: archive.read(members[place]))
        sources = {slug: read[slug] for slug in slugs if slug in read}
    except (SubmissionError, _FileError):
        raise
    except _DAMAGE as error:
        raise _damaged(str(error) or type(error).__name__) from None
    return Submission(_shown(_ARCHIVE_SUFFIX.sub("", path.name) or path.name), sources, problems)


def _open_archive(data: bytes) -> _Archive:
    if data.startswith(b"PK"):
        return _Zip(data)
    for magic, new_decompressor in _DECOMPRESSORS.items():
        if data.startswith(magic):
            return _Tar(data, new_decompressor)
    if _is_tar_header(data[: tarfile.BLOCKSIZE]):
        return _Tar(data, None)
    raise SubmissionError(
        "it is neither a module (.py) nor a zip or tar archive (or its beginning is damaged); "
        "hand in a folder, a module, or a .zip of them"
    )


def _parts(name: str) -> tuple[str, ...]:
    """Split a member's name; refuses one that would lead elsewhere when extracted."""
    parts: tuple[str, ...] = ()
    reason = ""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        reason = "an absolute path"
    elif "\\" in name:
        reason = "a backslash"
    elif len(name) > MAX_NAME_CHARACTERS:
        reason = f"more than {MAX_NAME_CHARACTERS} characters"
    elif any(unicodedata.category(character) == "Cc" for character in name):
        reason = "a control character"
    else:
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        reason = "'..'" if ".." in parts else ""
    if reason:
        raise SubmissionError(
            f"the name of member '{_shown(name)}' holds {reason}; "
            "make the archive again from the modules alone"
        )
    return parts


def _refuse_unreadable(entry: _Entry) -> None:
    if entry.is_folder:
        raise _FileError("it is a folder; put the file itself there")
    if entry.size > MAX_MODULE_BYTES:
        raise _FileError(_too_large(MAX_MODULE_BYTES))


def _refuse_duplicates(entries: Sequence[_Entry], slugs: Sequence[str]) -> None:
    """Refuse two members of one name; for modules also if only case or Unicode form differs."""
    modules = {f"{slug}.py" for slug in slugs}
    seen: dict[tuple[str, ...], _Entry] = {}
    for entry in entries:
        folded = tuple(map(_fold, entry.parts))
        key = folded if folded and folded[-1] in modules else entry.parts
        other = seen.setdefault(key, entry)
        if other is not entry and not (other.is_folder and entry.is_folder):
            raise SubmissionError(
                f"member '{_shown('/'.join(entry.parts))}' is in it twice "
                f"(the other is '{_shown('/'.join(other.parts))}'); "
                "make the archive again with one of them"
            )


def _below_common_folder(entries: Sequence[_Entry]) -> dict[str, _Entry]:
    """Map paths to the members that count, without the folders that all files lie in."""
    kept = [
        entry
        for entry in entries
        if entry.parts and not any(part in _JUNK or part.startswith("._") for part in entry.parts)
    ]
    folders = [entry.parts[:-1] for entry in kept if not entry.is_folder]
    depth = 0
    if folders:
        first, last = min(folders), max(folders)  # what these two share, all share
        while depth < len(first) and first[depth] == last[depth] and first[depth] != "assignments":
            depth += 1
    return {"/".join(entry.parts[depth:]): entry for entry in kept if len(entry.parts) > depth}


# --- zip -------------------------------------------------------------------------------------

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT 4.3.7


class _Zip:
    """A zip in memory. zipfile reads the directory; the data is unpacked here, with a bound."""

    def __init__(self, data: bytes) -> None:
        # Every entry of the directory begins with this signature, so counting it bounds what
        # zipfile will allocate before it allocates anything.
        if data.count(b"PK\x01\x02") > MAX_ENTRIES:
            raise SubmissionError(_too_many_entries())
        self._data = data
        self._infos: dict[int, tuple[zipfile.ZipInfo, int]] = {}
        self.entries: list[_Entry] = []
        with zipfile.ZipFile(io.BytesIO(data)) as directory:
            infos = sorted(directory.infolist(), key=lambda info: info.header_offset)
            # Bytes, in the order of their headers, may belong to one entry only.
            ends = [info.header_offset for info in infos[1:]] + [directory.start_dir]
        unpacked = 0
        for info, end in zip(infos, ends, strict=True):
            entry = self._judge(info, end)
            self.entries.append(entry)
            unpacked += entry.size
            if unpacked > MAX_UNPACKED_BYTES:
                raise SubmissionError(_too_much_unpacked())

    def _judge(self, info: zipfile.ZipInfo, end: int) -> _Entry:
        # filename is cut at a NUL and has the system's separators; this is the name as stored.
        name = info.orig_filename
        parts = _parts(name)
        shown = f"member '{_shown(name)}'"
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SubmissionError(_not_a_file(shown))
        if info.flag_bits & _ENCRYPTED:
            raise SubmissionError(f"{shown} is encrypted; make the archive without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionError(
                f"{shown} is compressed by method {info.compress_type}, which is not supported; "
                "make the archive with the usual method, deflate"
            )
        if info.header_offset < 0:
            raise _damaged(f"{shown} begins before the archive")
        header = _LOCAL_HEADER.unpack_from(self._data, info.header_offset)
        signature, name_length, extra_length = header[0], header[-2], header[-1]
        name_start = info.header_offset + _LOCAL_HEADER.size
        start = name_start + name_length + extra_length
        encoding = "utf-8" if info.flag_bits & _UTF8_NAME else "cp437"
        local_name = self._data[name_start : name_start + name_length]
        if signature != b"PK\x03\x04" or local_name != name.encode(encoding):
            raise _damaged(f"the header of {shown} contradicts the directory")
        if start + info.compress_size > end:
            raise SubmissionError(
                f"{shown} overlaps another one, as in a zip bomb; make the archive again"
            )
        if info.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * info.compress_size):
            raise SubmissionError(_bomb(shown))
        self._infos[info.header_offset] = (info, start)
        return _Entry(parts, name.endswith("/"), info.header_offset, info.file_size)

    def read(self, entry: _Entry) -> bytes:
        _refuse_unreadable(entry)
        info, start = self._infos[entry.offset]
        packed = self._data[start : start + info.compress_size]
        if info.compress_type == zipfile.ZIP_STORED:
            content = packed[: MAX_MODULE_BYTES + 1]
        else:
            # The declared size is the archive's own word: read up to the limit, then stop.
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, MAX_MODULE_BYTES + 1)
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise _damaged(f"member '{_shown(info.orig_filename)}' is not what the archive says")
        return content


# --- tar -------------------------------------------------------------------------------------

# Of all extended headers together: they hold long names and, from macOS, attributes.
_MAX_EXTENDED_BYTES = 4 << 20
# Compressed streams one behind the other, as parallel compressors write them.
_MAX_STREAMS = 1_000
_XZ_MEMORY_BYTES = 128 << 20  # xz -9 needs 65 MiB
_FILE_TYPES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib's decompressor for gzip, with the interface of bz2's and lzma's."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.eof and not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


_DECOMPRESSORS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": _Gunzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, _XZ_MEMORY_BYTES),
}


class _Tar:
    """A tar in memory, perhaps compressed.

    Only tarfile's parser of a single header is used. Its walk over the headers allocates what they
    say, and runs for ever on some of them (CVE-2025-8194).
    """

    def __init__(self, data: bytes, new_decompressor: Callable[[], _Decompressor] | None) -> None:
        self._data = data
        self._new_decompressor = new_decompressor
        self._extended_bytes = 0
        self._reader = self._from_start()
        self.entries = list(self._walk())
        # The rest holds the checksum of the whole, and shows whether the file is complete.
        self._reader.drain()
        self._reader = self._from_start()

    def read(self, entry: _Entry) -> bytes:
        _refuse_unreadable(entry)
        if entry.offset < self._reader.position:
            self._reader = self._from_start()
        self._reader.skip(entry.offset - self._reader.position)
        return self._reader.read(entry.size)

    def _from_start(self) -> _Reader:
        if self._new_decompressor is None:
            return _Reader(_slices(self._data), len(self._data))
        return _Reader(_unpack(self._data, self._new_decompressor), len(self._data))

    def _walk(self) -> Iterator[_Entry]:
        long_name: str | None = None
        long_size: int | None = None
        reader = self._reader
        # An entry has up to three extended headers before its own.
        for _ in range(4 * MAX_ENTRIES):
            block = reader.read(tarfile.BLOCKSIZE)
            if not any(block):
                return
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            if header.size < 0:
                raise _damaged("a member's size is negative")
            if header.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
                name = self._extended(header.size).rstrip(b"\0").decode("utf-8", "surrogateescape")
                long_name = name if header.type == tarfile.GNUTYPE_LONGNAME else long_name
                continue
            if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE):
                records = _pax_records(self._extended(header.size))
                # A global header comes from `git archive`, with a comment for the whole archive.
                if header.type != tarfile.XGLTYPE:
                    long_name = records.get("path", long_name)
                    long_size = int(records["size"]) if "size" in records else long_size
                if any(key.startswith("GNU.sparse.") for key in records):
                    raise SubmissionError(_not_a_file("a sparse member"))
                continue
            name = header.name if long_name is None else long_name
            size = header.size if long_size is None else long_size
            long_name = long_size = None
            parts = _parts(name)
            if header.type not in (*_FILE_TYPES, tarfile.DIRTYPE):
                raise SubmissionError(_not_a_file(f"member '{_shown(name)}'"))
            if size < 0:
                raise _damaged("a member's size is negative")
            yield _Entry(parts, header.type == tarfile.DIRTYPE, reader.position, size)
            reader.skip(_padded(size))
        raise SubmissionError(_too_many_entries())

    def _extended(self, size: int) -> bytes:
        self._extended_bytes += size
        if self._extended_bytes > _MAX_EXTENDED_BYTES:
            raise _damaged("its extended headers are too large")
        return self._reader.read(_padded(size))[:size]


class _Reader:
    """Reads forward through an archive's unpacked bytes, and counts them against the bounds."""

    def __init__(self, pieces: Iterator[bytes], packed_bytes: int) -> None:
        self.position = 0
        self._pieces = pieces
        self._packed_bytes = packed_bytes
        self._unpacked_bytes = 0
        self._piece = memoryview(b"")

    def read(self, size: int) -> bytes:
        return b"".join(self._take(size))

    def skip(self, size: int) -> None:
        for _ in self._take(size):
            pass

    def drain(self) -> None:
        while self._next_piece():
            pass

    def _take(self, size: int) -> Iterator[memoryview]:
        while size:
            if not self._piece and not self._next_piece():
                raise _damaged("it ends too early")
            taken = self._piece[:size]
            self._piece = self._piece[size:]
            self.position += len(taken)
            size -= len(taken)
            yield taken

    def _next_piece(self) -> bool:
        piece = next(self._pieces, b"")
        self._unpacked_bytes += len(piece)
        if self._unpacked_bytes > MAX_UNPACKED_BYTES:
            raise SubmissionError(_too_much_unpacked())
        if self._unpacked_bytes > max(RATIO_FLOOR_BYTES, MAX_RATIO * self._packed_bytes):
            raise SubmissionError(_bomb("it"))
        self._piece = memoryview(piece)
        return bool(piece)


def _slices(data: bytes) -> Iterator[bytes]:
    return (data[i : i + _PIECE_BYTES] for i in range(0, len(data), _PIECE_BYTES))


def _unpack(data: bytes, new_decompressor: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """Yield the content of compressed `data` in pieces that are not empty, each bounded."""
    packed = _slices(data)
    fresh = next(packed, b"")
    for _ in range(_MAX_STREAMS):
        decompressor = new_decompressor()
        while not decompressor.eof:
            piece = decompressor.decompress(fresh, _PIECE_BYTES)
            fresh = next(packed, b"") if decompressor.needs_input else b""
            if piece:
                yield piece
            elif not fresh and not decompressor.eof:
                raise _damaged("it ends too early")
        # Another stream may follow, or padding with zeros.
        fresh = decompressor.unused_data or next(packed, b"")
        while fresh and not (fresh := fresh.lstrip(b"\0")):
            fresh = next(packed, b"")
        if not fresh:
            return
    raise _damaged(f"it has more than {_MAX_STREAMS} compressed streams")


def _is_tar_header(block: bytes) -> bool:
    if block == bytes(tarfile.BLOCKSIZE):
        return True  # an empty archive begins with its end
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _pax_records(data: bytes) -> dict[str, str]:
    """Parse a pax extended header: records `"<length> <key>=<value>\\n"` (POSIX pax, 4.2)."""
    records: dict[str, str] = {}
    position = 0
    while position < len(data):
        digits, space, _ = data[position : position + 8].partition(b" ")
        if not space or not digits.isdigit():
            raise _damaged("an extended header is damaged")
        record = data[position : position + int(digits)]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if not equals or len(record) != int(digits) or not record.endswith(b"\n"):
            raise _damaged("an extended header is damaged")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        position += len(record)
    return records


def _padded(size: int) -> int:
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


# --- wording ---------------------------------------------------------------------------------


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _shown(name: str) -> str:
    return printable(name, _SHOWN_CHARACTERS)


def _os_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder; check the path"
    if isinstance(error, PermissionError):
        return "no permission to read it; change its permissions"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link; put the file itself there"
    reason = error.strerror or str(error)
    return f"it can't be read ({printable(reason, 100)}); check the path"


def _too_large(limit: int) -> str:
    return f"it is larger than {limit >> 20} MiB; hand in source code only"


def _too_many_entries() -> str:
    return f"it has more than {MAX_ENTRIES} members; make the archive again from the modules alone"


def _too_much_unpacked() -> str:
    return (
        f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB; "
        "make the archive again from the modules alone"
    )


def _bomb(what: str) -> str:
    return (
        f"{what} unpacks to more than {MAX_RATIO} times its size, as bombs do; "
        "make the archive again from the modules alone"
    )


def _not_a_file(what: str) -> str:
    return (
        f"{what} is a link, a device or something else that is no plain file; "
        "make the archive again from the modules alone"
    )


def _damaged(reason: str) -> SubmissionError:
    return SubmissionError(
        f"the archive is damaged or incomplete ({printable(reason, 200)}); make it again"
    )

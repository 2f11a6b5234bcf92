"""A file's bytes become the text of a module, or the code of a notebook."""

from __future__ import annotations

import codecs
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from contextlib import suppress

from grader.files import FileError
from grader.submissions.kinds import kind_of
from grader.submissions.model import Source
from grader.submissions.notebook import NotebookError, read_notebook
from grader.text import show_name

MAX_MODULE_BYTES = 1 << 20


# A declaration of the source's encoding, in line 1 or 2 (PEP 263).
_COOKIE = re.compile(
    rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
_LINE_ENDS = re.compile(r"-(?:unix|dos|mac)$")  # which Emacs adds
# The names that Python gives to charsets, in which a byte or a few are a character. Its other
# encodings, as "unicode_escape", do more to a text than to decode it.
_CHARSET = re.compile(r"(utf-8|iso8859|cp\d|mac-|koi8|gb|big5|shift_jis|euc_|iso2022|johab|hz|tis)")


_PACKED = re.compile(rb"PK\x03\x04|\x1f\x8b\x08|BZh\d1AY&SY|\xfd7zXZ\0|(?s:.{257})ustar[\0 ]")


class EmptyFileError(FileError):
    """A file holds nothing."""


def decode_source(slug: str, filename: str, data: bytes) -> Source:
    """The module or notebook in `data`, which is known by its content more than by its name.

    Raises:
        FileError: it is neither, or can't be decoded.
    """
    if (kind := kind_of(data)) is not None:
        raise FileError(str(kind))
    if _PACKED.match(data):
        raise FileError(
            "it is an archive or an Office document by its content; give it back its ending, or "
            "hand in the code itself"
        )
    text = decode_text(data)
    if not text.strip():
        raise EmptyFileError("it is empty; save it and hand it in again")
    if not _is_notebook(filename, text):
        return Source(slug, filename, text)
    try:
        code = read_notebook(text, MAX_MODULE_BYTES)
    except NotebookError as error:
        raise FileError(str(error)) from None
    if not code.cells:
        raise EmptyFileError(
            "it is a notebook without code; make the cells that hold it code cells, save it and "
            "hand it in again"
        )
    return Source(slug, filename, code.text, code.cells)


def decode_helper(filename: str, data: bytes) -> str:
    """The text of a file that a module imports; of a notebook its code, in which a line says where
    each cell begins.

    Raises:
        FileError: it can't be decoded.
    """
    text = decode_text(data)
    if not _is_notebook(filename, text):
        return text
    try:
        return read_notebook(text, MAX_MODULE_BYTES).with_marks()
    except NotebookError as error:
        raise FileError(str(error)) from None


# A line that opens a statement which no JSON has.
_PYTHON = re.compile(r"(?m)^(?:import|from|def|class|@\w+)\b")


def _is_notebook(filename: str, text: str) -> bool:
    """Notebooks are renamed to .py where that was asked for, and modules to .ipynb."""
    begins_as_json = text.lstrip().startswith("{")
    if filename.endswith(".ipynb"):
        return begins_as_json or not _PYTHON.search(text)
    return begins_as_json and '"cell_type"' in text


def decode_text(data: bytes) -> str:
    """Decode a module's bytes: as UTF-16 where they are that, as Windows' editors and shells write,
    in the encoding that a comment declares, else as UTF-8, with or without a BOM."""
    if encoding := _utf16_of(data):
        return _decoded(data.removeprefix(BOM_UTF16_LE).removeprefix(BOM_UTF16_BE), encoding)
    declared = _COOKIE.match(data)  # not behind a byte order mark, which says UTF-8
    data = data.removeprefix(BOM_UTF8)
    if (nul := data.find(0)) >= 0:
        raise FileError(
            f"it is not a text file: a NUL byte at {_position(data, nul)}; save it as UTF-8"
        )
    return _decoded(data, _encoding_named(declared[1].decode("ascii")) if declared else "utf-8")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"it is not {encoding.upper()}: byte 0x{data[error.start]:02x} at "
            f"{_position(data, error.start)}; save it as UTF-8"
        ) from None


def _encoding_named(name: str) -> str:
    """The charset that a declaration names.

    Raises:
        FileError: Python knows no charset of that name.
    """
    with suppress(LookupError):
        encoding = codecs.lookup(_LINE_ENDS.sub("", name)).name
        if encoding == "ascii":
            return "utf-8"  # which it is a part of
        if _CHARSET.match(encoding):
            return encoding.removesuffix("-sig")
    raise FileError(
        f"it declares the encoding {show_name(name)}; save it as UTF-8 and remove the declaration"
    )


def _utf16_of(data: bytes) -> str | None:
    """Which UTF-16 it is by its byte order mark, or if mostly every other byte is NUL."""
    if data.startswith(BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = data[0::2].count(0), data[1::2].count(0)
    few, many = sorted((even, odd))
    if len(data) > 2 and many > 0.4 * len(data) / 2 and few < 0.1 * len(data) / 2:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _position(data: bytes, offset: int) -> str:
    return f"byte {offset} (line {data.count(10, 0, offset) + 1})"

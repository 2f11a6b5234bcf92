"""A file's bytes become the text of a module, or the code of a notebook."""

from __future__ import annotations

import re

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


class EmptyFileError(FileError):
    """A file holds nothing."""


def decode_source(slug: str, filename: str, data: bytes) -> Source:
    """The module or notebook in `data`, which is known by its content more than by its name.

    Raises:
        FileError: it is neither, or can't be decoded.
    """
    if not data.strip():
        raise EmptyFileError("it is empty; save it and hand it in again")
    if (kind := kind_of(data)) is not None:
        raise FileError(str(kind))
    if data.startswith(b"PK\x03\x04"):
        raise FileError(
            "it is a zip or an Office document by its content; give it back its ending, or hand in "
            "the code itself"
        )
    text = decode_text(data)
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


# A line that opens a statement which no JSON has.
_PYTHON = re.compile(r"(?m)^(?:import|from|def|class|@\w+)\b")


def _is_notebook(filename: str, text: str) -> bool:
    """Notebooks are renamed to .py where that was asked for, and modules to .ipynb."""
    begins_as_json = text.lstrip().startswith("{")
    if filename.endswith(".ipynb"):
        return begins_as_json or not _PYTHON.search(text)
    return begins_as_json and '"cell_type"' in text


def decode_text(data: bytes) -> str:
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

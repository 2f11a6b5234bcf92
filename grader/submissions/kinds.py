"""Files that are handed in and can't be read: what each is, and what to hand in instead.

A file is known by its name's ending or by its first bytes, as people rename files in the hope that
this turns one kind into another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.submissions.names import ARCHIVE_SUFFIX

_CODE = "hand in the code itself, as a .py or .ipynb file"
_ZIP = "make a .zip of the modules and hand that in"
_AGAIN = "download it as a whole and hand it in again"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, what to do, the endings of names, how the content begins."""

    name: str
    instead: str
    endings: str
    begins: bytes = rb"(?!)"  # a regular expression
    is_package: bool = False  # a whole hand-in may be in there

    def __str__(self) -> str:
        """Why a file of this kind is not read and what to do, without its name."""
        return f"it is {self.name}, which can't be read; {self.instead}"


_KINDS = (
    Kind(
        "one part of an archive in several",
        "make one .zip that is not split and hand that in",
        " ".join(f"{number:03} z{number:02}" for number in range(1, 100)),
        rb"PK\x07\x08PK\x03\x04",
        is_package=True,
    ),
    Kind("a 7-Zip archive", _ZIP, "7z", rb"7z\xbc\xaf\x27\x1c", is_package=True),
    Kind("a RAR archive", _ZIP, "rar", rb"Rar!\x1a\x07", is_package=True),
    Kind(
        "an archive of a kind that few systems know",
        _ZIP,
        "zipx ace arj cab lzh lha sit sitx alz egg xip dmg iso",
        rb"MSCF|SIT!|StuffIt|ALZ\x01|EGGA|xar!",
        is_package=True,
    ),
    Kind(
        "a Git bundle",
        "clone it and hand in the files that are there then",
        "bundle",
        rb"# v\d git bundle\n",
        is_package=True,
    ),
    Kind(
        "a patch",
        "apply it and hand in the files that it changes",
        "patch diff rej",
        rb"diff --git |From [0-9a-f]{40} Mon Sep 17 00:00:00 2001\r?\n|--- [^\n]+\n\+\+\+ ",
        is_package=True,
    ),
    Kind(
        "a compressed file",
        "unpack it and hand in what is in it",
        "gz bz2 xz zst lz4 lzma z",
        rb"\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|\x1f[\x9d\xa0]",
    ),
    Kind("a download that has not ended", _AGAIN, "crdownload part partial opdownload"),
    Kind("a PDF", _CODE, "pdf", rb"%PDF-"),
    Kind(
        "a web page",
        _CODE,
        "html htm mht mhtml webarchive",
        rb"(?i)\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b",
    ),
    Kind("an encrypted file", _CODE, "gpg pgp asc p7m", rb"-----BEGIN PGP "),
    Kind("an e-mail", "save what is attached to it and hand that in", "eml msg emlx"),
    Kind("a Word document", _CODE, "docx doc docm"),
    Kind("a Pages document", _CODE, "pages"),
    Kind("an OpenDocument file", _CODE, "odt ods odp"),
    Kind(
        "an Office document",
        _CODE,
        "pptx ppt xlsx xls",
        rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ),
    Kind("a rich text document", _CODE, "rtf rtfd", rb"\{\\rtf"),
    Kind(
        "a picture",
        _CODE,
        "png jpg jpeg heic webp gif",
        rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|....ftyp(heic|mif1)",
    ),
    Kind(
        "a program and no source code",
        _CODE,
        "pyc pyo pyd exe",
        rb"MZ.{58,}PE\0\0|\x7fELF|\xcf\xfa\xed\xfe|.\x0d\x0d\x0a.\0\0\0",
    ),
    Kind(
        "what a program has saved and no source code",
        _CODE,
        "pt pth ckpt safetensors pkl pickle joblib npy npz h5 hdf5 keras onnx",
        rb"\x93NUMPY|\x89HDF\r\n",
    ),
    Kind(
        "a shortcut",
        "hand in the file itself that it leads to",
        "lnk url webloc desktop",
        # An alias of macOS has no ending. A symbolic link of Git's is a file of one line where the
        # system has no such links.
        rb"book\0\0\0\0mark\0\0\0\0|L\0\0\0\x01\x14\x02\0|\[InternetShortcut\]|\[Desktop Entry\]"
        rb"|(?:[\w. -]{1,100}/){1,20}[\w. -]{1,100}\.(?:py|ipynb)\Z",
    ),
    Kind(
        "a link",
        "hand in the file itself that it leads to",
        "",
        rb"\s*(?:https?://|git@)[!-~]+\s*\Z",
    ),
    Kind(
        "a link to Google Drive",
        "download the file from Drive, as .py or .ipynb, and hand that in",
        "gdoc gsheet gslides gcolab",
        rb"\s*\{[^{}]*\"(doc_id|resource_id|url)\"\s*:[^{}]*\}\s*\Z",
    ),
    Kind("a placeholder of iCloud", _AGAIN, "icloud", rb"bplist00"),
    Kind(
        "a pointer of Git LFS",
        "run git lfs pull and hand in the file that it brings",
        "",
        rb"version https://git-lfs\.github\.com/spec/",
    ),
)
_BY_ENDING = {ending: kind for kind in _KINDS for ending in kind.endings.split()}
_BEGINNINGS = [(re.compile(kind.begins, re.S), kind) for kind in _KINDS]
_LOOKED_AT = 1024  # bytes


def kind_by_name(filename: str) -> Kind | None:
    """What a file is by its name, where that can't be read."""
    return None if ARCHIVE_SUFFIX.search(filename) else _by_ending(filename)


def package_by_name(filename: str) -> Kind | None:
    """What an archive is by its name that is none that can be read by its content."""
    kind = _by_ending(filename)
    return kind if kind is not None and kind.is_package else None


def _by_ending(filename: str) -> Kind | None:
    return _BY_ENDING.get(PurePosixPath(filename).suffix[1:].casefold())


def kind_of(data: bytes) -> Kind | None:
    """What a file is by its content, where that can't be read."""
    beginning = data[:_LOOKED_AT]
    return next((kind for begins, kind in _BEGINNINGS if begins.match(beginning)), None)

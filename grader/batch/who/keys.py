"""Students' keys: what each is stored under, and called in the names of files."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

KEY_CHARACTERS = 60
# Names that Windows keeps for devices; a key is a file name in some exports.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def new_key(name: str, identifier: str, seed: str, taken: Collection[str]) -> str:
    """A key that no other has, on any file system: readable, and told apart by a digest of `seed`
    where that takes one. `taken` are keys without case."""
    key = safe("-".join(filter(None, (name, identifier))))
    if not key or RESERVED.fullmatch(key) or key.casefold() in taken:
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        length = 8
        # Windows looks at what stands before the first dot: "aux.ann-1" is a device as well.
        stem = f"{key.replace('.', '-')}-" if key else "student-"
        key = stem + digest[:length]
        while key.casefold() in taken:
            length += 8
            key = stem + digest[:length]
    return key


def safe(text: str) -> str:
    """`text` in ASCII's letters, digits, dots, hyphens and underscores; its ends are letters or
    digits."""
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    hyphened = re.sub(r"[^A-Za-z0-9._]+|\.{2,}", "-", decomposed).strip("-._")
    return hyphened[:KEY_CHARACTERS].rstrip("-._")


def storable(text: str) -> str:
    """As written, but for what is no text: bytes in file names that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()

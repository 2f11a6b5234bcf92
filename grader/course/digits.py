"""The MNIST subset in `data_cache/`, read with NumPy alone: torchvision takes seconds to import.

The files are in MNIST's IDX format: big-endian 32-bit integers, a magic number and then the size of
each dimension, followed by one byte an entry.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

_PREFIXES = {"train": "train", "test": "t10k"}
_SIDE = 28  # pixels


class DataError(ValueError):
    """A file of the data is missing or not what was committed: one line that names it."""


class Digits(NamedTuple):
    """Handwritten digits and what they show."""

    images: NDArray[np.uint8]  # (N, 784), from 0 (paper) to 255 (ink)
    labels: NDArray[np.int64]  # (N,), 0 to 9


def load_digits(root: Path, split: Literal["train", "test"] = "train") -> Digits:
    """Read one split: 1500 digits of MNIST's training set, or 500 of its test set.

    Args:
        root: the folder that torchvision calls root too, `data_cache/` in the repository.
        split: "train" or "test".

    Raises:
        DataError: a file is missing, cut short, too long or altered, or labels and images differ
            in number.
    """
    raw = root / "MNIST" / "raw"
    images_path = raw / f"{_PREFIXES[split]}-images-idx3-ubyte"
    labels_path = raw / f"{_PREFIXES[split]}-labels-idx1-ubyte"
    checksums = _read_checksums(root)
    pixels = _read_idx(images_path, (_SIDE, _SIDE), checksums)  # (N, 28, 28)
    labels = _read_idx(labels_path, (), checksums)  # (N,)
    if len(pixels) != len(labels):
        raise _damaged(labels_path, f"{len(labels)} labels for {len(pixels)} images")
    return Digits(pixels.reshape(len(pixels), _SIDE * _SIDE), labels.astype(np.int64))


def _read_checksums(root: Path) -> dict[str, str]:
    """`SHA256SUMS`, as `sha256sum` writes it: file names and their digests in hexadecimal."""
    path = root / "SHA256SUMS"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, _reason(error)) from None
    pairs = [line.split() for line in lines]
    return {Path(pair[1]).name: pair[0] for pair in pairs if len(pair) == 2}


def _read_idx(
    path: Path, entry_shape: tuple[int, ...], checksums: dict[str, str]
) -> NDArray[np.uint8]:
    """The (N, *entry_shape) bytes of an IDX file, after every check that its bytes allow."""
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise _damaged(path, _reason(error)) from None
    # The third byte names the type (8: unsigned byte), the fourth the number of dimensions.
    magic = 0x0800 + 1 + len(entry_shape)
    header_bytes = 4 * (2 + len(entry_shape))
    if content.size < header_bytes:
        raise _damaged(path, f"{content.size} bytes, less than its header")
    found_magic, count, *found_shape = (int(n) for n in content[:header_bytes].view(">u4"))
    if found_magic != magic:
        raise _damaged(path, f"not an IDX file: magic number {found_magic} instead of {magic}")
    if tuple(found_shape) != entry_shape:
        raise _damaged(path, f"entries of shape {tuple(found_shape)} instead of {entry_shape}")
    expected_bytes = header_bytes + count * math.prod(entry_shape)
    if content.size != expected_bytes:
        raise _damaged(path, f"{content.size} bytes instead of the {expected_bytes} of its header")
    if hashlib.sha256(content.data).hexdigest() != checksums.get(path.name):
        raise _damaged(path, "its SHA-256 is not the one in SHA256SUMS")
    return content[header_bytes:].reshape(count, *entry_shape)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, FileNotFoundError):
        return "missing"
    return f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path}: {what}; restore it with `git checkout -- data_cache`")

"""The MNIST subset: what is read is what torchvision reads, and no damage goes unnoticed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.course.digits import DataError, load_digits

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "data_cache"
FILES = {
    "train-images-idx3-ubyte": "train",
    "train-labels-idx1-ubyte": "train",
    "t10k-images-idx3-ubyte": "test",
    "t10k-labels-idx1-ubyte": "test",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the data that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data_cache"))


def refusal(root: Path, split: str) -> str:
    with pytest.raises(DataError) as error:
        load_digits(root, split)
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith("; restore it with `git checkout -- data_cache`")
    return message


@pytest.mark.parametrize(("split", "count"), [("train", 1500), ("test", 500)])
def test_digits_have_the_promised_shapes_types_and_ranges(split: str, count: int):
    images, labels = load_digits(DATA, split)
    assert images.shape == (count, 784)
    assert images.dtype == np.uint8
    assert images.min() == 0
    assert images.max() == 255
    assert labels.shape == (count,)
    assert labels.dtype == np.int64
    assert set(labels.tolist()) == set(range(10))


@pytest.mark.parametrize("split", ["train", "test"])
def test_torchvision_reads_the_same_images_and_labels(split: str):
    from torchvision.datasets import MNIST  # seconds to import, so only where it is needed

    reference = MNIST(str(DATA), train=split == "train", download=False)
    digits = load_digits(DATA, split)
    assert len(reference) == len(digits.images)
    for (picture, label), ours, our_label in zip(reference, *digits, strict=True):
        np.testing.assert_array_equal(np.asarray(picture).reshape(784), ours)
        assert label == our_label


@pytest.mark.parametrize(("name", "split"), FILES.items())
def test_a_missing_file_is_named(root: Path, name: str, split: str):
    path = root / "MNIST" / "raw" / name
    path.unlink()
    assert refusal(root, split).startswith(f"{path}: missing")


def cut(content: bytes) -> bytes:
    return content[:-1]


def empty(content: bytes) -> bytes:
    return b""


def lengthen(content: bytes) -> bytes:
    return content + b"\0"


def alter(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(("name", "split"), FILES.items())
@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (cut, "bytes instead of"),
        (empty, "0 bytes, less than its header"),
        (lengthen, "bytes instead of"),
        (alter, "SHA-256"),
    ],
)
def test_a_damaged_file_is_named_with_its_damage(
    root: Path, name: str, split: str, damage: Callable[[bytes], bytes], what: str
):
    path = root / "MNIST" / "raw" / name
    path.write_bytes(damage(path.read_bytes()))
    message = refusal(root, split)
    assert message.startswith(f"{path}: ")
    assert what in message


def test_a_file_that_is_not_idx_is_refused(root: Path):
    path = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(b"\x1f\x8b" + path.read_bytes()[2:])
    assert f"{path}: not an IDX file" in refusal(root, "train")


def test_images_of_another_size_are_refused(root: Path):
    path = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    content = bytearray(path.read_bytes())
    content[11] = 14  # the last byte of the number of rows
    content[15] = 56  # the same for columns: the file's size stays right
    path.write_bytes(content)
    assert f"{path}: entries of shape (14, 56)" in refusal(root, "train")


def test_a_count_that_claims_more_than_there_is_is_refused(root: Path):
    path = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    content = bytearray(path.read_bytes())
    content[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert f"{path}: {len(content)} bytes instead of" in refusal(root, "train")


def test_missing_checksums_are_named(root: Path):
    path = root / "SHA256SUMS"
    path.unlink()
    assert refusal(root, "train").startswith(f"{path}: missing")


def test_a_file_that_the_checksums_do_not_list_is_not_trusted(root: Path):
    (root / "SHA256SUMS").write_text("nothing of use\n", encoding="utf-8")
    assert "SHA-256" in refusal(root, "train")


def test_the_checksums_are_in_the_form_that_sha256sum_reads():
    """Compared here, not by the command itself: macOS and Windows do not have it."""
    lines = (DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    raw = DATA / "MNIST" / "raw"
    assert sorted(lines) == sorted(
        f"{hashlib.sha256((raw / name).read_bytes()).hexdigest()}  MNIST/raw/{name}"
        for name in FILES
    )


def test_reading_imports_neither_torch_nor_torchvision():
    program = (
        "import sys; from pathlib import Path; from grader.course.digits import load_digits;"
        "load_digits(Path('data_cache'));"
        "print({'torch', 'torchvision'}.intersection(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"

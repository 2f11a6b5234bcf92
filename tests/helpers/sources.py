"""Hand-ins of given files, each as a folder, a zip, a tar and within a class's zip."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from helpers.classes import make_zip
from helpers.repository import REPOSITORY

from grader.course.manifest import load_course
from grader.intake.tree import open_tree
from grader.submissions.model import Submission
from grader.submissions.reading import load_submission

SLUGS = load_course(REPOSITORY).every_slug
CODE = "def make_optimizer(parameters):\n    return None\n"
OTHER = "def make_optimizer(parameters):\n    return 1\n"
Files = Mapping[str, str | bytes]  # by path; that of a folder ends in a slash


class Load(Protocol):
    """What is read of these files, handed in within `around`."""

    def __call__(
        self, files: Files, around: Path, slugs: Collection[str] = SLUGS
    ) -> Submission: ...


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def tarred(files: Files) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(as_bytes(content))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(as_bytes(content)))
    return buffer.getvalue()


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_bytes(content))
    return path


def from_folder(files: Files, around: Path, slugs: Collection[str] = SLUGS) -> Submission:
    for name, content in files.items():
        if name.endswith("/"):
            (around / "jane" / name).mkdir(parents=True, exist_ok=True)
        else:
            write(around / "jane" / name.replace("\\", "/"), content)
    return load_submission(around / "jane", slugs)


def from_zip(files: Files, around: Path, slugs: Collection[str] = SLUGS) -> Submission:
    return load_submission(write(around / "jane.zip", make_zip(files)), slugs)


def from_tar(files: Files, around: Path, slugs: Collection[str] = SLUGS) -> Submission:
    return load_submission(write(around / "jane.tar.gz", tarred(files)), slugs)


def from_class_zip(files: Files, around: Path, slugs: Collection[str] = SLUGS) -> Submission:
    inside = {f"jane/{name}": content for name, content in files.items()}
    with open_tree(write(around / "class.zip", make_zip(inside))) as tree:
        return tree.load(("jane",), slugs)


everywhere = pytest.mark.parametrize("load", [from_folder, from_zip, from_tar, from_class_zip])


def texts(submission: Submission) -> dict[str, str]:
    return {slug: source.text for slug, source in submission.sources.items()}

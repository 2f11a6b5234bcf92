"""The whole gradebook as JSON: every report in full, and what became of it.

Nothing of this format but its frame is ours to choose: an entry is a gradebook.Entry, its report a
model.Report as `grader grade --json` writes it. `schema_version` changes if a reader must.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from grader.gradebook.model import AssignmentInfo, Entry, Gradebook

SCHEMA_VERSION = 2  # 2: lateness is by slug


class GradebookFile(msgspec.Struct, frozen=True):
    """The file's content, for readers: `msgspec.json.decode(content, type=GradebookFile)`."""

    title: str
    assignments: list[AssignmentInfo]
    entries: list[Entry]
    schema_version: int = SCHEMA_VERSION


def write_json(gradebook: Gradebook, stream: BinaryIO) -> None:
    """Write a GradebookFile, an entry a line, without ever holding more than one of them."""
    encoder = msgspec.json.Encoder()
    stream.write(b'{"schema_version":%d,"title":' % SCHEMA_VERSION)
    stream.write(encoder.encode(gradebook.title))
    stream.write(b',"assignments":' + encoder.encode(gradebook.assignments) + b',"entries":[')
    separator = b"\n"
    for entry in gradebook:
        stream.write(separator + encoder.encode(entry))
        separator = b",\n"
    stream.write(b"\n]}\n")

"""Whose a submission is, as Gradescope tells: its metadata in YAML, or its table of grades in CSV.

submission_metadata.yml, in the export of all submissions, maps each folder to its submitters:

    submission_123:
      :submitters:
      - :name: Jane Doe
        :sid: '4711'
        :email: jane@example.edu
      :created_at: 2026-10-01 10:00:00.000000000 Z

The table of grades has a line a student with "Submission ID", the folder's number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import yaml

from grader.files import FileError
from grader.intake.roster import RosterError, parse_time, read_rows
from grader.intake.tree import Parts, Tree
from grader.submissions.model import SubmissionError
from grader.text import utc_text

METADATA = "submission_metadata.yml"
MAX_BYTES = 256 << 20  # it holds the output of every autograder's run


@dataclass(frozen=True)
class Submitter:
    name: str = ""
    identifier: str = ""
    email: str = ""
    submitted_at: str = ""


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that skips over what only Ruby can make."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def read_submitters(tree: Tree, top: Parts, files: Sequence[str]) -> dict[str, list[Submitter]]:
    """The submitters of each folder by its name; empty if no file tells.

    Raises:
        SubmissionError: the metadata can't be read.
    """
    try:
        if METADATA in files:
            return from_yaml(tree.read((*top, METADATA), MAX_BYTES))
        for name in files:
            if name.lower().endswith(".csv"):
                found = from_csv(tree.read((*top, name), MAX_BYTES))
                if found:
                    return found
    except (FileError, OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        line = str(error).replace("\n", " ")
        raise SubmissionError(
            f"{METADATA} can't be read: {line}; download the submissions again"
        ) from None
    return {}


def from_yaml(data: bytes) -> dict[str, list[Submitter]]:
    content: dict[Any, Any] = yaml.load(data, Loader) or {}
    return {
        str(folder): [
            Submitter(
                name=text(who.get(":name")),
                identifier=text(who.get(":sid")),
                email=text(who.get(":email")),
                submitted_at=moment(entry.get(":created_at")),
            )
            for who in entry.get(":submitters") or []
        ]
        for folder, entry in content.items()
    }


def from_csv(data: bytes) -> dict[str, list[Submitter]]:
    submitters = defaultdict(list)
    try:
        rows = read_rows(data)
    except RosterError:
        return {}  # a CSV of something else
    for row in rows:
        if number := row.get("submission id"):
            names = (row.get("first name", ""), row.get("last name", ""))
            name = row.get("name", "") or " ".join(filter(None, names))
            time = parse_time(row.get("submission time", ""), UTC)
            submitters[f"submission_{number}"].append(
                Submitter(
                    name, row.get("sid", ""), row.get("email", ""), utc_text(time) if time else ""
                )
            )
    return dict(submitters)


def moment(value: object) -> str:
    if isinstance(value, datetime):
        return utc_text(value if value.tzinfo else value.replace(tzinfo=UTC))
    time = parse_time(value, UTC) if isinstance(value, str) else None
    return utc_text(time) if time else ""


def text(value: object) -> str:
    return "" if value is None or isinstance(value, date) else str(value)

"""Whose a submission is, as Gradescope tells: its metadata in YAML, or its table of grades in CSV.

submission_metadata.yml, in the export of all submissions, maps each folder to its submitters:

    submission_123:
      :submitters:
      - :name: Jane Doe
        :sid: '4711'
        :email: jane@example.edu
      :created_at: 2026-10-01 10:00:00.000000000 Z

It holds the output of every run as well, in a way that YAML's rules do not always allow; what
submitters are called is read line by line then, past whatever stands in quotes.

The table of grades has a line a student with "Submission ID", the folder's number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import yaml

from grader.files import FileError
from grader.intake.csv_table import read_table
from grader.intake.encodings import TableError
from grader.intake.roster import line_of
from grader.intake.times import parse_time
from grader.intake.tree import Parts, Tree
from grader.submissions.model import SubmissionError
from grader.text import utc_text

METADATA = "submission_metadata.yml"
MAX_BYTES = 256 << 20
_COLUMNS = {"submission": ["Submission ID"], "time": ["Submission Time"]}


@dataclass(frozen=True)
class Submitter:
    name: str = ""
    identifier: str = ""
    email: str = ""
    submitted_at: str = ""


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
    except (FileError, OSError, ValueError) as error:
        line = str(error).replace("\n", " ")
        raise SubmissionError(
            f"{METADATA} can't be read: {line}; download the submissions again"
        ) from None
    return {}


def from_csv(data: bytes) -> dict[str, list[Submitter]]:
    submitters = defaultdict(list)
    try:
        table, _ = read_table(data, _COLUMNS)
    except TableError:
        return {}  # a CSV of something else
    for _, row in table.rows:
        line = line_of(table, row)
        if line is not None and (number := table.cell(row, "submission")):
            time = _moment(table.cell(row, "time"))
            submitters[f"submission_{number}"].append(
                Submitter(line.name, line.identifier, line.email, time)
            )
    return dict(submitters)


# ---------------------------------------------------------------- the metadata


class _Texts(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that skips over what only Ruby can make, and leaves numbers as written."""


_Texts.add_multi_constructor("!", lambda loader, suffix, node: None)
_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in _Texts.yaml_implicit_resolvers.items()
}


def from_yaml(data: bytes) -> dict[str, list[Submitter]]:
    """The submitters by folder; ValueError if it is nothing of the kind."""
    try:
        content = yaml.load(data, _Texts)
        return {folder: _submitters(entry) for folder, entry in content.items()}
    except (yaml.YAMLError, AttributeError, TypeError):
        found = dict(_by_line(data.decode("utf-8", "replace")))
    if not found:
        raise ValueError("no submission is named in it")
    return found


def _submitters(entry: dict[str, Any]) -> list[Submitter]:
    entry = _with_colons(entry)
    time = _moment(_text(entry.get(":created_at")))
    return [
        Submitter(_text(who.get(":name")), _text(who.get(":sid")), _text(who.get(":email")), time)
        for who in map(_with_colons, entry.get(":submitters") or [])
    ]


def _with_colons(entry: dict[str, Any]) -> dict[str, Any]:
    """As Ruby writes keys, which others write without the colon in front."""
    return {f":{key.removeprefix(':')}": value for key, value in entry.items()}


_ENTRY = re.compile(r"(?P<folder>submission_\d+):\s*")
_FIELD = re.compile(r"(?P<indent> *)(?P<item>- )?(?P<key>:?[\w ]+):(?: (?P<value>.*))?")
_INDENT = 2  # of what belongs to a submission


def _by_line(text: str) -> Iterator[tuple[str, list[Submitter]]]:
    """As _submitters, of what PyYAML refuses."""
    folder, entry, within = "", {":submitters": []}, ""  # type: str, dict[str, Any], str
    for line in _without_quoted_lines(text):
        if match := _ENTRY.fullmatch(line):
            if folder:
                yield folder, _submitters(entry)
            folder, entry, within = match["folder"], {":submitters": []}, ""
            continue
        field = _FIELD.fullmatch(line)
        if not folder or field is None:
            continue
        depth = len(field["indent"])
        if depth == _INDENT and not field["item"]:
            within = f":{field['key'].removeprefix(':')}"
            if within == ":created_at":
                entry[within] = field["value"]
        elif within == ":submitters" and depth <= 2 * _INDENT:
            people = entry[":submitters"]
            if field["item"]:
                people.append({})
            if people:
                people[-1][field["key"]] = _scalar(field["value"] or "")
    if folder:
        yield folder, _submitters(entry)


def _without_quoted_lines(text: str) -> Iterator[str]:
    """The lines, but for those that only go on with a text in quotes."""
    lines = iter(text.splitlines())
    for line in lines:
        yield line
        _, colon, value = line.partition(": ")
        opened = (value if colon else line.lstrip(" -"))[:1]
        if opened and opened in "\"'":
            quotes = _quotes(value if colon else line, opened)
            while quotes % 2 and (following := next(lines, None)) is not None:
                quotes += _quotes(following, opened)


def _quotes(line: str, quote: str) -> int:
    """How many of these quotes open or close."""
    if quote == '"':
        line = re.sub(r"\\.", "", line)
    return line.count(quote)


def _scalar(value: str) -> str:
    try:
        return _text(yaml.load(value, _Texts))
    except yaml.YAMLError:
        return value.strip()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _moment(text: str) -> str:
    time = parse_time(text, UTC)
    return utc_text(time) if time else ""

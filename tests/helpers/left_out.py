"""What a run left out, and why: tests that were skipped, for the summary of a run in CI."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterable

import pytest


def left_out(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> str:
    """A Markdown table of the skipped tests by reason and file; a line that says so if none was.

    A module that was left out as a whole counts as one, however many tests it holds.
    """
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for report in reports:
        assert isinstance(report.longrepr, tuple)
        reason = report.longrepr[2].removeprefix("Skipped: ")
        # Each process of a run reports the modules that it could not collect.
        places[reason, report.nodeid.partition("::")[0]].add(report.nodeid)
    where = f"{platform.system()}, Python {platform.python_version()}"
    if not places:
        return f"On {where}, nothing was left out.\n"
    lines = [f"### Not tested on {where}", "", "| why | where | how many |", "|---|---|---|"]
    for (reason, file), names in sorted(places.items()):
        count = "all of it" if names == {file} else len(names)
        told = reason.replace("|", "\\|")
        lines.append(f"| {told} | `{file}` | {count} |")
    return "\n".join([*lines, ""])

"""What doctor says, whatever folders and students are called."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.cli.doctor import show


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/a\x1b[2J\x1b]0;b\x07c", "/ac"),
        ("/a\u202eb", "/a\\u202eb"),
        ("/##vso[task.complete]a", "/# #vso[task.complete]a"),
        ("/a\n::error::b", "/a : :error: :b"),
        ("/[bold]a[/]", "/[bold]a[/]"),
    ],
)
def test_no_name_does_anything_to_a_terminal_or_a_log(name: str, shown: str) -> None:
    stream = io.StringIO()
    show(Console(file=stream, soft_wrap=True), True, f"in {name}: it is the course")
    assert stream.getvalue() == f"✓ in {shown}: it is the course\n"

"""What reports and commands print on."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def text_console(**options: Any) -> Console:
    """A console with rich's `options` on which text stays as it was written: `:smile:` is no
    picture, and numbers and paths have no colours of their own."""
    return Console(emoji=False, highlight=False, **options)

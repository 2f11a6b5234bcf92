"""A module that asks for a GPU is put on the CPU, where it could not run otherwise."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.submissions.model import Source

# A device as a string, and the method without arguments.
_GPU = re.compile(r"""(?P<quote>["'])cuda(?::\d)?(?P=quote)|\.cuda\(\)""")


def on_cpu(source: Source) -> tuple[Source, str]:
    """`source` with "cpu" for each "cuda" in its code, and a line that says where that was; "":
    nowhere."""
    lines = source.text.split("\n")
    moved = [
        _GPU.sub(lambda found: ".cpu()" if found["quote"] is None else '"cpu"', line)
        for line in lines
    ]
    changed = [
        str(n) for n, (old, new) in enumerate(zip(lines, moved, strict=True), 1) if old != new
    ]
    if not changed:
        return source, ""
    where = f"line{'s' if len(changed) > 1 else ''} {', '.join(changed[:5])}"
    note = (
        f'{where}: "cuda" is taken for "cpu", as there is no GPU here; leave devices out, or take '
        "the input's, x.device"
    )
    return replace(source, text="\n".join(moved)), note

"""Where a file of a hand-in lies that a module in another folder imports.

People lead Python to a folder above or beside (`sys.path.append("../utils")`), or run their module
from the top of a repository, as their editors do. What leads there is code, and is not run here: a
file is found by the end of its path, the nearest one first.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property

from grader.submissions.names import ENVIRONMENT, is_no_work

# What is imported as ever, whatever files are called so.
_AT_HAND = sys.stdlib_module_names | {"numpy", "torch"}


class Places:
    """The paths of all files of a hand-in."""

    def __init__(self, places: Collection[str]) -> None:
        self._places = places

    def __contains__(self, place: str) -> bool:
        return place in self._places

    def nearest(self, folder: str, path: str) -> str:
        """The place that ends in `path` and has the most folders in common with `folder`, then the
        fewest others; "" if there is none, or two are as near.

        Args:
            folder: with a slash behind; "" for the top.
        """
        if path.partition("/")[0].partition(".")[0] in _AT_HAND:
            return ""
        around = folder.split("/")[:-1]
        found = sorted(
            (-_in_common(around, place.split("/")), place.count("/"), place)
            for place in self._by_name[path.rpartition("/")[2]]
            if place == path or place.endswith(f"/{path}")
        )
        if not found or (len(found) > 1 and found[0][:2] == found[1][:2]):
            return ""
        return found[0][2]

    @cached_property
    def _by_name(self) -> defaultdict[str, list[str]]:
        """The student's own files by name, as libraries can be many."""
        environments = tuple(p.removesuffix(ENVIRONMENT) for p in self._places if _is_mark(p))
        by_name: defaultdict[str, list[str]] = defaultdict(list)
        for place in self._places:
            *folders, name = place.split("/")
            if not (is_no_work(folders) or (environments and place.startswith(environments))):
                by_name[name].append(place)
        return by_name


def _is_mark(place: str) -> bool:
    return place.endswith(f"/{ENVIRONMENT}")


def _in_common(one: list[str], other: list[str]) -> int:
    """With how many equal parts two paths begin."""
    count = 0
    for ours, theirs in zip(one, other, strict=False):
        if ours != theirs:
            break
        count += 1
    return count

"""Huge pages: what a process holds stays as it is, in fewer pages."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.machine import on_linux

from grader.sandbox.inside import hugepages

pytestmark = on_linux

MIB = 1 << 20


def kib_in_huge_pages() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages"))


def in_a_child(function: Callable[[], None]) -> None:
    """Run `function` in a forked process, whose memory nobody needs afterwards."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            function()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.skipif(
    not Path("/sys/kernel/mm/transparent_hugepage").exists()
    or tuple(map(int, platform.release().split("-")[0].split(".")[:2])) < (6, 1),
    reason="the kernel can't join pages",
)
def test_objects_keep_their_values_in_huge_pages() -> None:
    def join() -> None:
        objects = [str(number) for number in range(16 * MIB // 32)]  # in the allocator's arenas
        before = kib_in_huge_pages()
        hugepages.use_huge_pages()
        assert kib_in_huge_pages() >= before + 8 * 1024
        assert objects == [str(number) for number in range(len(objects))]

    in_a_child(join)


def test_private_memory_is_that_of_no_file() -> None:
    ranges = hugepages.private_memory()
    assert all(start < end for start, end in ranges)
    maps = Path("/proc/self/maps").read_text()
    assert f"{ranges[0][0]:x}-{ranges[0][1]:x} rw-p" in maps

"""What is to be graded, and in which order: of modules that mean the same one comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from grader.grading.key import Key
from grader.grading.task import Task


@dataclass
class Pending:
    """A module to grade, and the students (by key) who handed it in, with when they did."""

    task: Task
    is_stored: bool  # and graded again
    meaning: str  # that of others, too, of whom one is graded; "": it stands for itself
    times: dict[str, str] = field(default_factory=dict)


class Queue:
    """What is to be graded, in the order in which it is sent: of each meaning one module first.

    The others of a meaning wait for what comes of that one. When their turn has come and nothing
    has that holds for them, they are graded as well.
    """

    def __init__(self, pending: Mapping[Key, Pending]) -> None:
        self.sent: list[Key] = []
        self._pending = pending
        self._first: list[Key] = []
        self._waiting: dict[str, list[Key]] = {}  # by meaning
        for key, item in pending.items():
            meaning = "" if item.is_stored else item.meaning
            if meaning in self._waiting:
                self._waiting[meaning].append(key)
                continue
            self._first.append(key)
            if meaning:
                self._waiting[meaning] = []

    def tasks(self) -> Iterator[bytes]:
        yield from map(self._send, self._first)
        for waiting in self._waiting.values():
            while waiting:
                yield self._send(waiting.pop())

    def take_waiting(self, meaning: str) -> list[Key]:
        """Those that are not sent yet and now need not be."""
        taken = list(self._waiting.get(meaning, []))
        self._waiting.get(meaning, []).clear()
        return taken

    def _send(self, key: Key) -> bytes:
        self.sent.append(key)
        return msgspec.msgpack.encode(self._pending[key].task)

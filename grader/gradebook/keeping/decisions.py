"""What people decide about a student: overrides, comments, more time; each a log, as grades are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from grader.gradebook.keeping.database import Database, now
from grader.gradebook.model import Comment, Extension, Override

ROSTER = "on the roster"  # the reason of an extension that stands there


class Decisions(msgspec.Struct):
    """All that people ever decided about one student, the oldest first, and what of it stands.

    With each override, when it was taken back, or "". A comment without text takes back those
    before it, and so does an extension of no time.
    """

    override_log: list[tuple[Override, str]] = []
    comment_log: list[Comment] = []
    extension_log: list[Extension] = []

    @property
    def overrides(self) -> list[Override]:
        return list(
            {o.slug: o for o, withdrawn_at in self.override_log if not withdrawn_at}.values()
        )

    @property
    def comments(self) -> list[Comment]:
        return [c for c in {c.slug: c for c in self.comment_log}.values() if c.text]

    @property
    def extensions(self) -> list[Extension]:
        last = {(e.slug, e.reason == ROSTER): e for e in self.extension_log}
        return [e for e in last.values() if e.until or e.days]


class Decided(Database):
    """Each decision is a line; nothing is altered."""

    def add_override(self, student: str, slug: str, score: float, reason: str) -> None:
        """Set a score, of one assignment or (slug "") of the whole submission."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO overrides (student, slug, score, reason, at) VALUES (?, ?, ?, ?, ?)",
                [student, slug, score, _as_utf8(reason), now()],
            )

    def withdraw_overrides(self, student: str, slug: str) -> None:
        """Let what was graded count again."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO withdrawals (override, at)"
                " SELECT id, ? FROM overrides WHERE student = ? AND slug = ?",
                [now(), student, slug],
            )

    def add_comment(self, student: str, slug: str, text: str) -> None:
        """Say something of one assignment or (slug "") the submission; "" takes it back."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO comments (student, slug, text, at) VALUES (?, ?, ?, ?)",
                [student, slug, _as_utf8(text), now()],
            )

    def add_extensions(self, extensions: Iterable[tuple[str, str, str, int, str]]) -> None:
        """Give more time: (student, slug or "" for all, until or "", days, reason); no time at all
        takes back what was given. One transaction."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO extensions (student, slug, until, days, reason, at)"
                f" VALUES (?, ?, ?, ?, ?, '{now()}')",
                [(*what, _as_utf8(reason)) for *what, reason in extensions],
            )

    def decisions(self, student: str | None = None) -> dict[str, Decisions]:
        """By student what was decided, of one or of all about whom anything ever was."""
        where, values = ("", []) if student is None else ("WHERE student = ?", [student])
        found: dict[str, Decisions] = defaultdict(Decisions)
        for who, withdrawn_at, *fields in self._read(
            "SELECT student, coalesce(withdrawals.at, ''), slug, score, reason, overrides.at"
            f" FROM overrides LEFT JOIN withdrawals ON override = id {where} ORDER BY id",
            values,
        ):
            found[who].override_log.append((Override(*fields), withdrawn_at))
        for who, *fields in self._read(
            f"SELECT student, slug, text, at FROM comments {where} ORDER BY id", values
        ):
            found[who].comment_log.append(Comment(*fields))
        for who, *fields in self._read(
            f"SELECT student, slug, until, days, reason, at FROM extensions {where} ORDER BY id",
            values,
        ):
            found[who].extension_log.append(Extension(*fields))
        return found


def _as_utf8(text: str) -> str:
    """`text` as it can be stored: an argument of the command line may be in another encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

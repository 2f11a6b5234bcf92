"""What grading said, found again by its key, and what it was said of."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache

import msgspec

from grader.gradebook.keeping.database import Database, StoreError, now
from grader.gradebook.keeping.integrity import UnreadableError, read_report
from grader.grading.key import Key
from grader.report.model import AssignmentReport, Environment, unsound


class Result(msgspec.Struct, frozen=True):
    """What grading said about one module: `environment` is where it was graded."""

    key: Key
    environment: Environment
    report: AssignmentReport
    duration_s: float
    meaning: str = ""  # a digest that all modules share which come to the same; "": there is none
    is_looked_up: bool = False  # it was graded for another module of that meaning


class StoredSource(msgspec.Struct, frozen=True):
    """A module as it was handed in, and a digest of its syntax ("" if it has none)."""

    filename: str
    text: str
    tree: str


class Results(Database):
    """A result is never altered, but where it can't be read."""

    def maxima(self) -> dict[str, float]:
        """What each assignment that has results is worth, by slug: the newest result's word."""
        rows = self._read(
            "SELECT slug, max_score FROM results"
            " WHERE id IN (SELECT max(id) FROM results GROUP BY slug)"
        )
        return dict(rows)

    def result_id(self, key: Key) -> int | None:
        """The number of the result under `key`; None without one that can be read."""
        rows = self._read(
            "SELECT id, report, score, max_score FROM results"
            " WHERE (slug, code, checks, seed, versions) = (?, ?, ?, ?, ?)",
            key_row(key),
        )
        for number, report, score, max_score in rows:
            with suppress(UnreadableError):
                read_report(report, key.slug, score, max_score)
                return int(number)
        return None

    def result_of_meaning(self, meaning: str) -> Result | None:
        """The result that was graded for a module of this meaning, if there is one to be read."""
        rows = self._read(
            "SELECT slug, code, checks, seed, versions, environments.environment, report, score,"
            " max_score, duration_s FROM meanings JOIN results ON results.id = result"
            " JOIN environments ON environments.id = results.environment"
            " WHERE meaning = ? AND graded ORDER BY result DESC",
            [meaning],
        )
        for slug, code, checks, seed, versions, environment, report, *scores, duration_s in rows:
            with suppress(UnreadableError, msgspec.MsgspecError):
                return Result(
                    Key(slug, code, checks, int(seed), versions),
                    read_environment(environment),
                    read_report(report, slug, *scores),
                    duration_s,
                    meaning,
                )
        return None

    def is_looked_up(self, result: int) -> bool:
        """Whether this result was graded for another module, that means the same."""
        return bool(self._read("SELECT 1 FROM meanings WHERE result = ? AND NOT graded", [result]))

    def report(self, result: int) -> AssignmentReport:
        ((slug, *row),) = self._read(
            "SELECT slug, report, score, max_score FROM results WHERE id = ?", [result]
        )
        try:
            return read_report(row[0], slug, row[1], row[2])
        except UnreadableError as error:
            raise StoreError(
                f"result {result}, of {slug}, can't be read ({error}); grader batch grades it again"
            ) from None

    def results(
        self, numbers: Collection[int]
    ) -> tuple[list[tuple[AssignmentReport, float, Environment, int]], dict[str, str]]:
        """These results: report, seconds it took, where it was graded, the seed; the one graded
        last comes last. And by slug why one can't be read.
        """
        rows = self._read(
            "SELECT slug, report, score, max_score, duration_s, environments.environment, seed"
            " FROM results JOIN environments ON environments.id = results.environment"
            f" WHERE results.id IN ({','.join('?' * len(numbers))}) ORDER BY results.id",
            list(numbers),
        )
        results, unreadable = [], {}
        for slug, stored, score, max_score, duration_s, environment, seed in rows:
            try:
                report = read_report(stored, slug, score, max_score)
                results.append((report, duration_s, read_environment(environment), int(seed)))
            except (UnreadableError, msgspec.MsgspecError) as error:
                unreadable[slug] = str(error)
        return results, unreadable

    def source(self, code: str) -> StoredSource | None:
        """What was handed in under this digest, if it was a module and is kept."""
        rows = self._read("SELECT filename, text, tree FROM sources WHERE code = ?", [code])
        return next((StoredSource(name, unpacked(text), tree) for name, text, tree in rows), None)

    def packed_texts(self, codes: Collection[str]) -> dict[str, bytes]:
        """By digest, the texts of these, as far as they were modules and are kept."""
        rows = self._read(
            f"SELECT code, text FROM sources WHERE code IN ({','.join('?' * len(codes))})",
            list(codes),
        )
        return dict(rows)

    def trees(self, codes: Collection[str]) -> dict[str, str]:
        """By digest of the file the digest of its syntax, as far as these were modules. Digests lie
        anywhere on the disk, so it takes as long as everything else that is read of a student."""
        rows = self._read(
            f"SELECT code, tree FROM sources WHERE code IN ({','.join('?' * len(codes))})",
            list(codes),
        )
        return dict(rows)

    def _keep(
        self, connection: sqlite3.Connection, result: Result, source: StoredSource | None
    ) -> int:
        """Store a result, in the place of one that can't be read, and what it was said of; its
        number."""
        if why := unsound(result.report, result.key.slug):
            raise StoreError(f"a result of {result.key.slug} can't be stored: {why}")
        report = msgspec.json.encode(result.report)
        environment = msgspec.json.encode(result.environment).decode()
        connection.execute(
            "INSERT OR IGNORE INTO environments (environment) VALUES (?)", [environment]
        )
        if self.result_id(result.key) is None:
            connection.execute(
                "INSERT INTO results (slug, code, checks, seed, versions, environment, score,"
                " max_score, duration_s, at, report)"
                " SELECT ?, ?, ?, ?, ?, id, ?, ?, ?, ?, ? FROM environments"
                " WHERE environment = ? ON CONFLICT (slug, code, checks, seed, versions)"
                " DO UPDATE SET environment = excluded.environment, score = excluded.score,"
                " max_score = excluded.max_score, duration_s = excluded.duration_s,"
                " at = excluded.at, report = excluded.report",
                [
                    *key_row(result.key),
                    result.report.score,
                    result.report.max_score,
                    result.duration_s,
                    now(),
                    report,
                    environment,
                ],
            )
        if source is not None:
            connection.execute(
                "INSERT OR IGNORE INTO sources (code, filename, text, tree) VALUES (?, ?, ?, ?)",
                [result.key.code, source.filename, packed(source.text), source.tree],
            )
        number = self.result_id(result.key)
        assert number is not None
        if result.meaning:
            connection.execute(
                "INSERT OR REPLACE INTO meanings (result, meaning, graded) VALUES (?, ?, ?)",
                [number, result.meaning, not result.is_looked_up],
            )
        return number


def packed(text: str) -> bytes:
    """A module's text as it is stored."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def unpacked(stored: bytes) -> str:
    return zlib.decompress(stored).decode("utf-8", "surrogatepass")


@lru_cache
def read_environment(stored: str) -> Environment:
    return msgspec.json.decode(stored, type=Environment)


def key_row(key: Key) -> list[str]:
    # As text, as a seed may be greater than SQLite's integers.
    return [key.slug, key.code, key.checks, str(key.seed), key.versions]

"""One hand-in as data: what was read of it, and why the rest was not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.submissions.names import Rank


class SubmissionError(ValueError):
    """A path can't be used: one line that names the file and says what to do."""


@dataclass(frozen=True)
class Source:
    """One module as it was handed in: its text as written, line ends included, BOM excluded.

    Of a notebook it is the code, with the first line and the number of each code cell in `cells`.
    A result depends on all of this and on nothing else of the submission.
    """

    slug: str
    filename: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()
    # The student's own files that it imports, from its folder: path ("helpers.py") and text.
    siblings: tuple[tuple[str, str], ...] = ()
    read_from: str = ""  # which file was read, where that does not go without saying


@dataclass(frozen=True)
class Candidate:
    """A file that may be the one meant for a slug: either `source`, or why it can't be used."""

    place: str  # its path within the submission
    rank: Rank
    depth: int  # how many folders it lies in; what is packed lies deeper than what is not
    source: Source | None
    problem: str = ""
    is_empty: bool = False


@dataclass(frozen=True)
class Submission:
    """A snapshot of what was handed in.

    A slug is in `sources`, or in `problems` with one line that says why its file can't be used, or
    in neither: then nothing was handed in for it.
    """

    name: str
    sources: dict[str, Source]
    problems: dict[str, str]
    path: Path | None = field(default=None, compare=False)  # where it was read from
    # Of each slug all files that may be meant, the likeliest first.
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict, compare=False)
    # By slug the text and the place of a file that is passed over, as in a folder of answers.
    answers: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False)
    # What lies side by side in it and seems to be several people's: perhaps it is a class.
    side_by_side: tuple[str, ...] = field(default=(), compare=False)

    def only(self, slugs: Collection[str]) -> Submission:
        """What of it concerns these slugs."""
        return replace(
            self,
            sources={slug: self.sources[slug] for slug in slugs if slug in self.sources},
            problems={slug: self.problems[slug] for slug in slugs if slug in self.problems},
        )

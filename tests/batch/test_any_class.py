"""Whatever the names, the systems, and the order in which downloads come: one gradebook."""

from __future__ import annotations

import io
import tempfile
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import helpers.classes as systems
from helpers.classes import Pupil, entries, make_folder, run, scores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.gradebook.people import name_forms

TASKS = {1: "relu", 2: "adam"}
Handed = dict[Pupil, str]  # the module's text


def gradebook(results: Path) -> dict[str, dict[str, float]]:
    """Scores by slug, by name and identifier."""
    found: dict[str, dict[str, float]] = {}
    for entry in entries(results):
        who = f"{entry.student.name} {entry.student.identifier}"
        assert who not in found, f"{who} is there twice"
        found[who] = scores(entry)
    return found


def laid_out(system: Any, handed: Handed, task: int) -> dict[str, str | bytes]:
    """A download of one task, as this system makes it."""
    files = {pupil: {f"{TASKS[task]}.py": text} for pupil, text in handed.items()}
    if system is systems.gradescope:
        return dict(systems.gradescope(files, task))
    found: dict[str, str | bytes] = {}
    for pupil, originals in files.items():
        found |= system(pupil, task, originals)
    return found


class Unflagged(zipfile.ZipInfo):
    """A member whose name is UTF-8 and does not say so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode(), 0


def as_downloaded(path: Path, files: dict[str, str | bytes], packed: str) -> Path:
    """The download as it comes to lie on the disk; macOS takes accents off their letters, and packs
    names without saying how they are written."""
    if packed == "folder":
        return make_folder(path, files)
    if packed == "zip":
        path.write_bytes(systems.make_zip(files))
        return path
    files = {unicodedata.normalize("NFD", name): content for name, content in files.items()}
    if packed == "folder on macOS":
        return make_folder(path, files)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for name, content in files.items():
            archive.writestr(Unflagged(name), content)
    path.write_bytes(zipped.getvalue())
    return path


PACKED = st.sampled_from(["folder", "zip", "folder on macOS", "zip by macOS"])
# As people are called, with what systems leave out of names; no two alike in some classes.
WORDS = st.sampled_from([
    "Jane", "José", "Zoë", "Søren", "Łukasz", "Mary-Ann", "O'Brien", "van", "Müller", "健太",
    "Ðorđe",
    "Nguyễn", "Ali", "Ångström", "İnci", "Renée", "d'Arc", "Smith", "李", "Иван",
])  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)
PUPILS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4).map(
    lambda names: [Pupil(g, f, number + 1) for number, (g, f) in enumerate(names)]
)


def have_namesakes(pupils: list[Pupil]) -> bool:
    forms = [name_forms(f"{p.given} {p.family}") for p in pupils]
    return len(set().union(*forms)) < sum(map(len, forms))


@st.composite
def classes(
    draw: Any,
) -> tuple[list[Pupil], list[tuple[Any, int, Handed]], list[bool], list[str]]:
    """A class, the runs over its downloads, at which of them there is a roster, and how each is
    packed.

    Each download comes whole at least once, and as often as not before and after that cut short.
    Without a roster, or where nobody's name is their own, only systems with numbers are in use.
    """
    pupils = draw(PUPILS)
    unlike = not have_namesakes(pupils)
    in_use = [*systems.BY_NUMBER, systems.gradescope, *(systems.BY_NAME if unlike else ())]
    downloads = []
    for task in TASKS:
        texts = st.integers(0, 9).map(lambda points: f"points = {points}\n")
        handed = draw(st.dictionaries(st.sampled_from(pupils), texts, min_size=1))
        downloads.append((draw(st.sampled_from(in_use)), task, handed))
    runs = draw(st.permutations(downloads))
    for system, task, handed in draw(st.lists(st.sampled_from(downloads), max_size=3)):
        some = {pupil: text for pupil, text in handed.items() if draw(st.booleans())}
        runs.insert(draw(st.integers(0, len(runs))), (system, task, some or handed))
    with_roster = [True if not unlike else draw(st.booleans()) for _ in runs]
    with_roster[-1] = True
    return pupils, runs, with_roster, [draw(PACKED) for _ in runs]


@given(classes())
@settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_a_class_ends_in_the_same_gradebook_whatever_comes_when(
    drawn: tuple[list[Pupil], list[tuple[Any, int, Handed]], list[bool], list[str]],
) -> None:
    pupils, runs, with_roster, packed = drawn
    expected: dict[str, dict[str, float]] = {
        f"{p.family}, {p.given} {p.identifier}": {} for p in pupils
    }
    for _, task, handed in runs:
        for pupil, text in handed.items():
            who = f"{pupil.family}, {pupil.given} {pupil.identifier}"
            expected[who][TASKS[task]] = float(text.split()[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roster = folder / "roster.csv"
        roster.write_text(systems.roster(pupils), encoding="utf-8")
        for number, ((system, task, handed), has_roster, how) in enumerate(
            zip(runs, with_roster, packed, strict=True)
        ):
            files = laid_out(system, handed, task)
            class_ = as_downloaded(folder / f"class {number}", files, how)
            run(class_, folder / "results", roster if has_roster else None)
        assert gradebook(folder / "results") == expected

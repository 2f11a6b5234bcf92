"""What a run over a class tells of its way where there is no terminal: a line now and then."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from helpers.runner import Runner
from rich.console import Console

from grader.cli import progress
from grader.cli.progress import ClassProgress, duration


def test_a_line_every_half_minute_tells_pace_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    shown = io.StringIO()
    with ClassProgress(Console(file=shown, width=100)) as told:
        told.start(40)
        for seconds, done in ((29.0, 0), (1.0, 0), (29.0, 9), (1.0, 1), (30.0, 0), (1.0, 30)):
            now += seconds
            told.advance(done)
        told.tick()  # as what was graded is stored
    assert shown.getvalue().splitlines() == [
        "0 of 40 submissions graded, 30 s so far",
        "10 of 40 submissions graded, 10 a minute, 3 min left",
        "10 of 40 submissions graded, 7 a minute, 4 min left",
        "40 of 40 submissions graded, 26 a minute, 0 s left",  # the last one, whenever
    ]


def test_no_line_is_a_command_to_a_ci_system() -> None:
    shown = io.StringIO()
    with ClassProgress(Console(file=shown, width=100)) as told:
        told.note("::error::x: there is no module named after an assignment in it")
    assert "error" in shown.getvalue()
    assert Runner().read(shown.getvalue()) == []


@pytest.mark.parametrize(("length", "shown"), [(500, 500), (501, 500)])
def test_a_line_about_a_submission_has_500_characters(length: int, shown: int) -> None:
    told = io.StringIO()
    ClassProgress(Console(file=told, width=1_000)).note("x" * length)
    assert len(told.getvalue().rstrip("\n")) == shown


def test_what_there_is_more_to_do_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    shown = io.StringIO()
    with ClassProgress(Console(file=shown, width=100), "training", ("training", "done")) as told:
        told.start(0)
        told.more(4)
        told.start(2)  # as where a round follows another
        now = 60.0
        told.advance(3)
    assert shown.getvalue() == "3 of 6 trainings done, 3 a minute, 60 s left\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"), (89.4, "89 s"), (90, "2 min"), (5_339, "89 min"), (5_400, "1 h 30 min"),
        (7_500, "2 h 5 min"),
    ],
)  # fmt: skip
def test_a_duration_is_rounded_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words

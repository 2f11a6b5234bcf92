"""Of modules that mean the same one is graded, and each student has a result of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from helpers.machine import on_linux
from helpers.repository import wrong
from test_batch import RIGHT, Here, entries, hand_in, here  # noqa: F401

from grader.batch.queue import Pending, Queue
from grader.gradebook.keeping.store import open_store
from grader.grading.key import Key
from grader.grading.task import Task

pytestmark = on_linux

UNWRITTEN = (
    "def make_optimizer(parameters, lr=0.01, momentum=0.9):\n    raise NotImplementedError\n"
)
PRINTS = RIGHT + "print('momentum')\n"
READS = RIGHT + "with open(__file__) as file:\n    size = len(file.read())\n"


def grade(here: Here, folder: Path, texts: dict[str, str], *options: str) -> str:  # noqa: F811
    # An outcome is heard of when the next task has been handed out: zed's, who shares with nobody.
    for name, text in (texts | {"zed": "def make_optimizer(:\n"}).items():
        hand_in(folder / "class" / name, momentum=text)
    batch = "batch", folder / "class", "--results", folder / "results", "--only", "momentum"
    ran = here(*batch, "--jobs", "1", *options)
    assert ran.status == 0, ran.stderr
    return ran.stderr


def test_the_first_pays_and_the_others_are_looked_up(here: Here, tmp_path: Path) -> None:  # noqa: F811
    said = grade(here, tmp_path, {"ann": RIGHT, "bob": f"# bob's\n\n{RIGHT}"})
    assert "2 assignments graded, 1 looked up, as the same code was graded, 0 unchanged" in said
    said = grade(here, tmp_path, {"cem": RIGHT.replace("\n", "\r\n")})
    assert "0 assignments graded, 1 looked up, as the same code was graded, 3 unchanged" in said
    assert here.launched == 0
    known = entries(tmp_path / "results")
    reports = {name: entry.report for name, entry in known.items()}
    assert reports["ann"] is not None and reports["bob"] is not None
    assert reports["ann"].assignments == reports["bob"].assignments
    results = tmp_path / "results"
    story = {name: here("history", name, "--results", results).stdout for name in known}
    assert "looked up" not in story["ann"]
    assert "first graded; looked up: the same code" in " ".join(story["bob"].split())
    assert "0 assignments graded, 4 unchanged" in grade(here, tmp_path, {})


def test_each_keeps_the_text_that_they_wrote(here: Here, tmp_path: Path) -> None:  # noqa: F811
    grade(here, tmp_path, {"ann": RIGHT, "bob": f"# bob's own\n{RIGHT}"})
    with open_store(tmp_path / "results") as store:
        codes = {s.student.name: store.hand_ins(s.student.key)[0].code for s in store.students()}
        sources = {name: store.source(code) for name, code in codes.items()}
    assert sources["ann"] is not None and sources["ann"].text == RIGHT
    assert sources["bob"] is not None and sources["bob"].text == f"# bob's own\n{RIGHT}"


@pytest.mark.parametrize("text", [UNWRITTEN, PRINTS, READS])
def test_what_is_said_of_lines_is_said_of_ones_own(here: Here, tmp_path: Path, text: str) -> None:  # noqa: F811
    said = grade(here, tmp_path, {"ann": text, "bob": f"# one\n# two\n{text}"})
    assert "3 assignments graded, 0 unchanged" in said
    known = entries(tmp_path / "results")
    reports = [known[name].report for name in ("ann", "bob")]
    lines = [[check.line for check in r.assignments[0].checks] for r in reports if r is not None]
    assert (lines[0] != lines[1]) == (text == UNWRITTEN)


def test_looked_up_results_are_those_of_grading_each(here: Here, tmp_path: Path) -> None:  # noqa: F811
    text = wrong("momentum", "test_update_rule/dampened.py")
    texts = {"ann": text, "bob": f"\n\n{text}", "cem": f"{text}\n# c"}
    grade(here, tmp_path / "together", texts)
    for name, own in texts.items():
        grade(here, tmp_path / name, {name: own})
        alone, *_ = (e.report for e in entries(tmp_path / name / "results").values())
        shared = entries(tmp_path / "together" / "results")[name].report
        assert alone is not None and shared is not None
        assert without_times(alone.assignments) == without_times(shared.assignments)


def without_times(assignments: list) -> list:  # type: ignore[type-arg]
    return [
        msgspec.structs.replace(
            a, checks=[msgspec.structs.replace(check, duration_s=0.0) for check in a.checks]
        )
        for a in assignments
    ]


def test_what_is_graded_again_is_looked_up_no_more(here: Here, tmp_path: Path) -> None:  # noqa: F811
    grade(here, tmp_path, {"ann": RIGHT, "bob": f"# bob's\n{RIGHT}"})
    said = grade(here, tmp_path, {}, "--again")
    assert "3 assignments graded, 0 unchanged" in said
    story = here("history", "bob", "--results", tmp_path / "results").stdout
    assert "graded again" in story and story.count("looked up") == 1


# ---------------------------------------------------------------- the order


def pending(*meanings: str) -> dict[Key, Pending]:
    return {
        Key("relu", str(number), "", 0, ""): Pending(Task(str(number), None, None), False, meaning)
        for number, meaning in enumerate(meanings)
    }


def slug_of(task: bytes) -> str:
    return msgspec.msgpack.decode(task, type=Task).slug


def test_those_that_wait_are_sent_last_if_nothing_holds_for_them() -> None:
    queue = Queue(pending("a", "a", "", "b", "a", "", "b"))
    tasks = queue.tasks()
    assert [slug_of(next(tasks)) for _ in range(2)] == ["0", "2"]
    assert [key.code for key in queue.take_waiting("a")] == ["1", "4"]
    assert queue.take_waiting("a") == queue.take_waiting("c") == []
    assert [slug_of(task) for task in tasks] == ["3", "5", "6"]
    assert [key.code for key in queue.sent] == ["0", "2", "3", "5", "6"]

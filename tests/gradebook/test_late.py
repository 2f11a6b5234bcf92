"""The late policy and final scores, and the times that they start from."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from grader.course.manifest import LatePolicy
from grader.gradebook.late import final_score, lateness
from grader.gradebook.model import Lateness, Override
from grader.intake.commits import commit_time
from grader.text import utc_text

DUE = datetime.fromisoformat("2026-10-31T23:59:00+01:00")
POLICY = LatePolicy(due=DUE, grace_minutes=15, percent_a_day=10, floor_percent=50)
AT = "2026-11-01T00:00:00Z"


@pytest.mark.parametrize(
    ("submitted_at", "percent"),
    [
        ("2026-10-31T22:59:00Z", None),  # the minute it is due
        ("2026-10-31T23:14:00Z", None),  # the end of the grace
        ("2026-10-31T23:14:01Z", 10),
        ("2026-11-01T23:14:00Z", 10),  # a day after the grace
        ("2026-11-01T23:14:01Z", 20),
        ("2026-11-02T00:14:01+01:00", 20),  # the same moment
        ("2026-11-05T12:00:00Z", 50),
        ("2027-11-05T12:00:00Z", 50),  # never below the floor
        ("", None),  # nobody knows when
    ],
)
def test_a_day_that_has_begun_costs_its_percentage_down_to_the_floor(
    submitted_at: str, percent: float | None
) -> None:
    late = lateness(POLICY, submitted_at)
    assert (None if late is None else late.percent) == percent


def test_lateness_counts_from_the_end_of_the_grace() -> None:
    assert lateness(POLICY, "2026-10-31T23:20:00Z") == Lateness(360.0, 10.0)


def test_without_a_policy_nothing_is_late() -> None:
    assert lateness(None, "2036-01-01T00:00:00Z") is None


def test_percentages_are_taken_off_exactly() -> None:
    # In floats, 1 - 0.9 is not a tenth, nor 77 * 0.9 what is written as 69.3.
    late = Lateness(1.0, 10.0)
    assert final_score({"relu": 77.0}, [], late) == 69.3
    tenths = {str(n): 0.1 for n in range(10)}
    assert final_score(tenths, [], None) == 1.0
    assert final_score({"relu": 10.0}, [], Lateness(1.0, 33.3)) == 6.67


def test_an_overridden_score_takes_the_raw_ones_place_before_the_percentage() -> None:
    overrides = [Override("relu", 8.0, "argued well", AT)]
    assert final_score({"relu": 2.0, "adam": 10.0}, overrides, Lateness(1.0, 50.0)) == 9.0


def test_an_override_of_the_whole_submission_is_final() -> None:
    overrides = [Override("relu", 8.0, "argued well", AT), Override("", 60.0, "illness", AT)]
    assert final_score({"relu": 2.0}, overrides, Lateness(1.0, 50.0)) == 60.0


def test_times_are_told_in_utc() -> None:
    assert utc_text(DUE) == "2026-10-31T22:59:00Z"


# ---------------------------------------------------------------- commits


def git(folder: Path, *arguments: str, **environment: str) -> None:
    roles = ("AUTHOR", "COMMITTER")
    who = {f"GIT_{role}_{what}": "x@example.edu" for role in roles for what in ("NAME", "EMAIL")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *arguments],
        cwd=folder,
        env=clean | who | {"GIT_CONFIG_GLOBAL": os.devnull} | environment,
        check=True,
        capture_output=True,
    )


def commit(folder: Path, name: str, day: int) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# {day}\n")
    git(folder, "add", name)
    date = f"2026-10-{day:02d}T12:00:00+02:00"
    git(folder, "commit", "-m", "x", GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init")
    commit(folder, "assignments/relu.py", 5)
    commit(folder, "README.md", 9)
    return folder


def test_the_time_of_a_clone_is_its_modules_last_commit(clone: Path) -> None:
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    assert commit_time(clone, ["adam"]) == ""
    commit(clone, "adam.py", 11)
    assert commit_time(clone, ["relu", "adam"]) == "2026-10-11T10:00:00Z"


def test_packed_and_shallow_clones_tell_their_time_too(clone: Path, tmp_path: Path) -> None:
    commit(clone, "relu.py", 12)
    git(clone, "gc")
    git(clone, "pack-refs", "--all")
    assert commit_time(clone, ["relu"]) == "2026-10-12T10:00:00Z"
    git(tmp_path, "clone", "--depth", "1", clone.as_uri(), "shallow")
    assert commit_time(tmp_path / "shallow", ["relu"]) == "2026-10-12T10:00:00Z"


def test_no_clone_has_no_time(tmp_path: Path) -> None:
    assert commit_time(tmp_path, ["relu"]) == ""
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert commit_time(tmp_path, ["relu"]) == ""


def sign_head(clone: Path) -> None:
    """Put a signature into the commit at the head, as `git log` asks gpg about it."""
    folder = clone / ".git"
    head = (folder / "refs" / "heads" / "main").read_text().strip()
    text = subprocess.check_output(["git", f"--git-dir={folder}", "cat-file", "commit", head])
    fields, _, message = text.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----"
    signed = subprocess.check_output(
        ["git", f"--git-dir={folder}", "hash-object", "-t", "commit", "-w", "--stdin"],
        input=fields + signature + b"\n\n" + message,
    )
    (folder / "refs" / "heads" / "main").write_bytes(signed)


def test_a_hostile_configuration_runs_nothing(clone: Path, tmp_path: Path) -> None:
    spoor = tmp_path / "it ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{spoor}'\n")
    program.chmod(0o755)
    hooks = clone / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    (clone / ".git" / "config").write_text(
        f"""[core]
    repositoryformatversion = 1
    fsmonitor = {program}
    pager = {program}
    sshCommand = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{program}
    promisor = true
[protocol "ext"]
    allow = always
[log]
    showSignature = true
[gpg]
    program = {program}
[diff]
    external = {program}
[include]
    path = {tmp_path}/more
"""
    )
    (clone / ".gitattributes").write_text("* diff=x filter=x\n")
    sign_head(clone)
    git(clone, "log", "-1")
    assert spoor.exists(), "this configuration is as harmless as it looks"
    spoor.unlink()
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    # A missing object is fetched from nowhere.
    for pack in (clone / ".git" / "objects").rglob("*"):
        if pack.is_file():
            pack.unlink()
    assert commit_time(clone, ["relu"]) == ""
    assert not spoor.exists()


def test_hostile_references_lead_nowhere(clone: Path, tmp_path: Path) -> None:
    head = clone / ".git" / "HEAD"
    for text in ("ref: refs/heads/../../../secret\n", "--output=/tmp/x\n", "\xff", "x" * 5000):
        head.write_text(text, encoding="latin-1")
        assert commit_time(clone, ["relu"]) == ""
    head.unlink()
    head.symlink_to(tmp_path)
    assert commit_time(clone, ["relu"]) == ""

"""A class with every kind of submission, graded by the real command."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.commands import Ran, run_command
from helpers.repository import hand_in, solution, wrong

SECRET = "a caller's variable"
MARKUP_NAME = "[bold red]dora[x] ]] 🎈\x1b[31m"
MARKUP_NAME_SHOWN = "[bold red]dora[x] ]] 🎈"
PRINTS = f"""\
import os, sys
print(sorted(os.environ))
print([value for value in os.environ.values() if value == {SECRET!r}])
print("[red]<b>&amp;]]></b>\\x1b[2J\\x00\\u202e größer 更大")
sys.stdout.flush()
sys.stderr.write("an error line\\n")
sys.stderr.flush()
os.write(1, b"\\xff\\xfe")
print("x" * (2 << 20))
"""
RAISES = """\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    raise ValueError("<&'\\"]]> [red]\\x1b[31m\\ud800 größer")
"""


@dataclass(frozen=True)
class Class:
    """What a class handed in, and what `grader grade` made of it."""

    folder: Path
    paths: list[Path]  # in the order of the command line
    names: list[str]  # of those that can be read, in that order
    unreadable: list[Path]
    arguments: list[str]
    ran: Ran
    document: Any  # the JSON
    junitxml: Path

    def report(self, name: str) -> Any:
        (report,) = [r for r in self.document["reports"] if r["submission"] == name]
        return report

    def assignment(self, name: str, slug: str) -> Any:
        (assignment,) = [a for a in self.report(name)["assignments"] if a["slug"] == slug]
        return assignment


def hand_in_class(folder: Path) -> tuple[list[Path], list[str], list[Path]]:
    """Write a class's submissions: (paths, names of the readable ones, unreadable paths)."""
    momentum, relu = solution("momentum"), solution("relu")
    good = hand_in(folder / "ada", {"relu": relu, "momentum": momentum})
    dampened = wrong("momentum", "test_update_rule/dampened.py")
    partial = hand_in(folder / "bob", {"momentum": dampened})

    zipped = folder / "cem.zip"
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("cem/assignments/momentum.py", momentum)
    tarred = folder / "dee.tar.gz"
    with tarfile.open(tarred, "w:gz") as file:
        info = tarfile.TarInfo("momentum.py")
        info.size = len(momentum.encode())
        file.addfile(info, io.BytesIO(momentum.encode()))

    markup = hand_in(folder / MARKUP_NAME, {"momentum": RAISES})
    twins = [hand_in(folder / group / "eve", {"momentum": RAISES}) for group in ("1", "2")]
    faulty = hand_in(
        folder / "fay",
        {
            "relu": "def Net(:\n",
            "adam": b"x = '\xff'\n",
            "l2": b"#" * (50 << 20),
            "momentum": momentum,
        },
    )
    (faulty / "dropout.py").symlink_to("/etc/passwd")
    loud = hand_in(folder / "gus", {"momentum": momentum + PRINTS})
    single = folder / "momentum.py"
    single.write_text(momentum, encoding="utf-8")

    ringing = folder / "hal.zip"
    with zipfile.ZipFile(ringing, "w") as file:
        file.writestr("\a/momentum.py", momentum)
    endless = folder / "ivy.tar"
    with tarfile.open(endless, "w") as file:
        file.addfile(tarfile.TarInfo(f"{'x' * 5000}/momentum.py"))
    damaged = folder / "jim.zip"
    damaged.write_bytes(zipped.read_bytes()[:-30])
    absent = folder / "kim"

    unreadable = [ringing, endless, damaged, absent]
    readable = [good, partial, zipped, tarred, markup, *twins, faulty, loud, single]
    names = [
        "ada", "bob", "cem", "dee", MARKUP_NAME_SHOWN, *map(str, twins), "fay", "gus", "momentum",
    ]  # fmt: skip
    return [*readable[:3], *unreadable, *readable[3:]], names, unreadable


def grade_class(folder: Path, course: Path) -> Class:
    """What `course` makes of it with two jobs; it is written into `folder`."""
    paths, names, unreadable = hand_in_class(folder)
    target, junitxml = folder / "grades.json", folder / "grades.xml"
    arguments = ["grade", *map(str, paths), "--seed", "7", "--course", str(course)]
    for slug in ("relu", "momentum", "adam", "l2", "dropout"):
        arguments += ["--only", slug]
    ran = run_command(
        *arguments, "--jobs", "2", "--json", target, "--junitxml", junitxml, GRADER_SECRET=SECRET
    )
    document = json.loads(target.read_bytes())
    return Class(folder, paths, names, unreadable, arguments, ran, document, junitxml)

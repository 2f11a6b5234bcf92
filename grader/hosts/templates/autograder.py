#!/usr/bin/env python3
"""Grades the student's checkout that it is run in, for Classroom 50's runner.

Made by `grader export-autograder classroom50`. It runs the copy of the grader beside it, in
`course/`, on Linux; the student's own copy is never run, and nothing in the checkout configures
anything. What the grader needs is installed beside it as well, unless this Python has it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE = HERE / "course"
REQUIREMENTS = HERE / "requirements.txt"
ENVIRONMENT = HERE / "environment"
START = (
    "import sys; sys.path.insert(0, sys.argv.pop()); "
    "from grader.hosts.classroom50 import main; sys.exit(main())"
)


def main() -> int:
    sys.path.insert(0, str(COURSE))
    from grader.hosts.checkout import remove_planted

    try:
        remove_planted(Path.cwd())
        python = sys.executable if has_requirements() else install()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 3
    # -I: neither the working folder nor the environment decides what is imported.
    return subprocess.run([python, "-I", "-B", "-c", START, str(COURSE)]).returncode


def has_requirements() -> bool:
    """Whether this Python has every package, in the version asked for where one is."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        specifier = line.partition(";")[0]
        name, _, wanted = specifier.strip().partition("==")
        try:
            found = metadata.version(re.split(r"[^\w.-]", name)[0])
        except metadata.PackageNotFoundError:
            return False
        if wanted and found.partition("+")[0] != wanted:
            return False
    return True


def install() -> str:
    """Make an environment with the packages, and PyTorch's build for CPUs; its Python's path."""
    python = str(ENVIRONMENT / "bin" / "python")

    def run(*command: str) -> None:
        # Not in the checkout, whose pyproject.toml would say where to install from.
        subprocess.run(command, cwd=HERE, check=True)

    run(sys.executable, "-I", "-m", "venv", str(ENVIRONMENT))
    run(python, "-I", "-m", "pip", "install", "--quiet", "uv")
    run(
        python, "-I", "-m", "uv", "pip", "install", "--quiet", "--no-config", "--python", python,
        "--torch-backend", "cpu", "--requirement", str(REQUIREMENTS),
    )  # fmt: skip
    return python


if __name__ == "__main__":
    sys.exit(main())

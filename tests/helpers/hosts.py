"""Autograders as their hosts run them, and what those expect of the result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from helpers.commands import Ran, environment_for
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY

MANIFEST = """\
title = "A course"
seed = 1

[limits]
wall_s = 20
cpu_s = 10
memory_mib = 512
output_kib = 4

[[assignments]]
slug = "{slug}"
title = "Its only one"
"""
SCHEMAS = REPOSITORY / "tests" / "schemas"
HOSTILE_TEXT = "``` </pre><script>x</script> ![i](http://h/i) @someone\n::error::owned\n````\n# Big"
RAISES = f"""\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    raise ValueError({HOSTILE_TEXT!r})
"""


def write_course(root: Path, slug: str, checks: str, **others: str) -> Path:
    """A course of one assignment, whose check file is to be taken as it is; `others` are check
    files of no assignment, by slug. Returns `root`."""
    files = {
        "assignments/course.toml": MANIFEST.format(slug=slug),
        "assignments/baseline.py": "",
        f"solutions/{slug}.py": "# BEGIN SOLUTION: do it\nx = 1\n# END SOLUTION\n",
    }
    for name, text in ({slug: checks} | others).items():
        files[f"grader/checks/test_{name}.py"] = f"'''PYTEST_DONT_REWRITE'''\n{text}"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def valid(name: str, path: Path) -> Any:
    """The JSON document at `path`, which is no link and fits the schema called `name`."""
    assert not path.is_symlink()
    document = json.loads(path.read_bytes())
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def run(*command: str | Path, cwd: Path, **environment: str) -> Ran:
    ran = subprocess.run(
        command,
        cwd=cwd,
        env=environment_for(REPOSITORY) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def without_calls(*names: str) -> list[str]:
    """A command that runs another one on a machine which refuses these system calls."""
    pytest.importorskip("pyseccomp", exc_type=(ImportError, RuntimeError))
    code = (
        "import os, sys, pyseccomp\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "for name in sys.argv[1].split(','): rules.add_rule(pyseccomp.ERRNO(1), name)\n"
        "rules.load()\n"
        "os.execvp(sys.argv[2], sys.argv[2:])\n"
    )
    return [sys.executable, "-c", code, ",".join(names)]

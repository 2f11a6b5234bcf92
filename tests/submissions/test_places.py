"""In which order the files of a hand-in are looked at, where there are more than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.submissions import places
from grader.submissions.reading import load_submission


def test_a_virtual_environment_of_any_name_keeps_no_work_from_being_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MAX_FILES", 12)
    libraries = [f"env/lib/m{number}.py" for number in range(12)]
    for name in ("env/pyvenv.cfg", *libraries, "work/src/part/relu.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    submission = load_submission(tmp_path, ["relu", "adam"])
    assert list(submission.sources) == ["relu"] and submission.problems == {}

"""The class's modules laid out for JPlag, each with its stub as base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fake_gradebook import FakeGradebook
from typer.testing import CliRunner

from grader.cli.app import app
from grader.gradebook.export import export
from grader.gradebook.keeping.results import packed
from grader.gradebook.keeping.store import open_store
from grader.gradebook.scores import ExportError


class Sources:
    """Modules by digest, and whose they are."""

    def __init__(self, *handed_in: tuple[str, str, str], **texts: str) -> None:
        self.handed = handed_in
        self.texts = texts

    def modules(self) -> Iterator[tuple[str, str, bytes | None]]:
        kept = {code: packed(text) for code, text in self.texts.items()}
        return ((key, slug, kept.get(code)) for key, slug, code in self.handed)

    def stub(self, slug: str) -> str | None:
        return "# a stub\n" if slug == "relu" else None


def test_jplag_gets_a_folder_an_assignment_a_file_a_student_and_the_stub(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_in = ("ada", "relu", "c1"), ("bob", "relu", "c2"), ("cy", "l1", "c3")
    sources = Sources(*handed_in, c1="x = 1\n", c2="y = '\ud800'\n")
    export(FakeGradebook([]), "jplag", tmp_path / "out", sources=sources)
    files = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_text()
        for path in (tmp_path / "out").rglob("*.py")
    }
    assert files == {
        "relu/ada.py": "x = 1\n",
        "relu/bob.py": "y = '\\ud800'\n",
        "relu/_stub/relu.py": "# a stub\n",
    }
    told = capsys.readouterr().err
    assert f"jplag.jar -l python3 -bc {tmp_path}/out/relu/_stub {tmp_path}/out/relu" in told
    assert "left out: 1 module that" in told
    with pytest.raises(ExportError, match="is not empty"):
        export(FakeGradebook([]), "jplag", tmp_path / "out", sources=sources)


def test_jplag_needs_sources_which_have_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExportError, match="only a stored class"):
        export(FakeGradebook([]), "jplag", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    with open_store(tmp_path / "results", create=True):
        pass
    command = "export --format jplag --anonymous --output out --results results"
    ran = CliRunner().invoke(app, command.split())
    assert ran.exit_code == 2 and "only a stored class, with its names" in ran.output
    assert not Path("out").exists()

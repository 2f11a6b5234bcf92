"""The plot that `grader watch` opens: drawn when it is asked for, gone when the watching ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.report.model import AssignmentReport


class Plots:
    """Draws reports into a folder of their own; the system's viewer of pictures shows them."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self, report: AssignmentReport | None) -> str:
        """Draw `report` and open the picture; what is to be said about it."""
        if report is None or report.training is None:
            return "There is no plot: nothing was trained yet."
        from grader.report.plots import write_plot  # takes a second, and few ask for it

        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="grader-")
        path = Path(self._folder.name) / f"{report.slug}.png"
        write_plot(path, [report])
        open_file(path)
        return f"The plot is {path}, until you leave."

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()


def open_file(path: Path) -> None:
    """Ask the system to show a file, if it knows how; nothing of that reaches this terminal."""
    if sys.platform == "win32":
        import os

        os.startfile(path)
        return
    viewer = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if viewer is not None:
        quiet = subprocess.DEVNULL
        subprocess.Popen(
            [viewer, path], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )

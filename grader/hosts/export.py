"""Write the folder or the archive that an instructor puts where the course lives."""

from __future__ import annotations

import platform
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from grader.authoring.handout import visible_checks
from grader.authoring.inventory import CHECKS, inventory
from grader.course.manifest import Course
from grader.files import replacing
from grader.grading.checkfile import list_checks
from grader.hosts.bundle import COPY, HostError, course_files, requirements

TEMPLATES = Path(__file__).parent / "templates"
HOSTS = ("classroom50", "gradescope")
NEXT = {
    "classroom50": "commit it as CLASSROOM/autograders/NAME/ of your classroom's repository",
    "gradescope": "upload it on the assignment's page Configure Autograder, with Ubuntu below it",
}


def export_autograder(course: Course, host: str, output: Path) -> None:
    """Write the autograder for `host` to `output`: a folder, or for Gradescope a zip.

    It appears whole or not at all.

    Raises:
        HostError: an unknown host, or `output` can't be what it is to be.
        StubError: a solution's marks are wrong.
        OSError: it can't be written.
    """
    if host not in HOSTS:
        raise HostError(f"no host {host!r}; there are {', '.join(HOSTS)}")
    if not output.absolute().parent.is_dir():
        raise HostError(f"there is no folder {output.parent} to write it to")
    ours = inventory(course)
    if host == "classroom50":
        files = {"autograder.py": template("autograder.py"), **published(course, ours)}
        write_folder(output, files)
        return
    scripts = {
        "setup.sh": template("setup.sh").replace(
            b"@PYTHON@", ".".join(platform.python_version_tuple()[:2]).encode()
        ),
        "run_autograder": template("run_autograder"),
    }
    write_zip(output, scripts, carried(course, ours))


def carried(course: Course, ours: set[PurePosixPath]) -> dict[str, bytes]:
    """What every autograder carries: the copy of the course, and what that needs to run."""
    files = {f"{COPY}/{name}": content for name, content in course_files(course, ours).items()}
    return {"requirements.txt": requirements(course.root).encode()} | files


def published(course: Course, ours: set[PurePosixPath]) -> dict[str, bytes]:
    """What is carried, with the checks that students may see and no others, not even those of
    assignments that are no longer the course's: everybody can read it."""
    kept = {
        name: content
        for name, content in carried(course, ours).items()
        if not name.startswith(f"{COPY}/{CHECKS}/")
    }
    visible = visible_checks(course, list_checks(course), ours)
    return kept | {f"{COPY}/{name}": content for name, content in visible.items()}


def template(name: str) -> bytes:
    """A script of `templates/` with the line ends that its machine needs, however Git has it."""
    return (TEMPLATES / name).read_bytes().replace(b"\r\n", b"\n")


def write_folder(output: Path, files: dict[str, bytes]) -> None:
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise HostError(f"{output} is no folder; name one that does not exist yet")
    if output.is_dir() and any(output.iterdir()):
        # Left in place, files of an earlier export would go on to be graded with.
        raise HostError(f"{output} is not empty; empty it, or name a new folder")
    beside = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent))
    try:
        for name, content in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        beside.chmod(0o755)
        if output.is_dir():  # empty, as seen above; not every system replaces a folder
            output.rmdir()
        beside.replace(output)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_zip(output: Path, scripts: dict[str, bytes], files: dict[str, bytes]) -> None:
    """The same content always gives the same bytes; `scripts` can be executed."""
    if output.suffix.lower() != ".zip" or output.is_dir():
        raise HostError(f"{output}: name a file that ends in .zip")
    with replacing(output) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for contents, mode in ((scripts, 0o755), (files, 0o644)):
            for name, content in contents.items():
                info = zipfile.ZipInfo(name)
                info.create_system = 3  # Unix: the upper half of the attributes is the file's mode
                info.external_attr = (0o100000 | mode) << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)

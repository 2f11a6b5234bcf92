"""Starting the sandbox: what the caller passes on, a zygote that ends, and what is said of it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from helpers.commands import RunGrader, environment_for
from helpers.machine import PATIENCE_S, wait_until
from helpers.repository import REPOSITORY, hand_in, solution

from grader.course.manifest import load_course
from grader.sandbox.client import Allowance, Student, confinement
from grader.sandbox.process import Launcher, SandboxError
from grader.sandbox.walls import jail
from grader.sandbox.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a zygote")

BASELINE = load_course().baseline_path
LIMITS = Allowance(wall_s=60, cpu_s=30, memory_mib=1024, output_kib=16)


def printed(launcher: Launcher, text: str) -> str:
    with Student(launcher, "relu", text, LIMITS) as student:
        student.load()
    return student.output


# ---------------------------------------------------------------- a zygote that ends


def test_a_zygote_that_is_killed_while_it_starts_is_replaced() -> None:
    zygote = Zygote(BASELINE)
    try:
        os.kill(zygote.pid, signal.SIGKILL)
        assert confinement(zygote)
    finally:
        zygote.close()


def test_a_zygote_that_never_serves_is_given_up_with_its_reason(tmp_path: Path) -> None:
    zygote = Zygote(tmp_path / "no_baseline.py")
    try:
        for _ in range(2):
            with pytest.raises(SandboxError, match="the zygote ended: FileNotFoundError: "):
                confinement(zygote)
    finally:
        zygote.close()


def test_a_zygote_that_was_killed_without_a_word_has_a_reason_too() -> None:
    zygote = Zygote(BASELINE)
    try:
        assert str(zygote.ended()) == "the zygote ended: it was killed; is there enough memory?"
    finally:
        zygote.close()


def test_a_zygote_ends_with_who_started_it_while_it_imports(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.py"
    baseline.write_text("import time\ntime.sleep(3_000)\n")  # so that it is never done with that
    code = f"""
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {str(REPOSITORY)!r})
from grader.sandbox.zygote import Zygote
print(Zygote(Path({str(baseline)!r})).pid, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    pidfd = os.pidfd_open(pid)
    try:
        process.communicate("\n", timeout=PATIENCE_S)
        assert select.select([pidfd], [], [], 60)[0], "it outlives who started it"
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)


def test_a_worker_that_has_ended_leaves_nothing_open_in_the_zygote(launcher: Launcher) -> None:
    """Or none could be started after the first thousand."""
    assert confinement(launcher) and isinstance(launcher, Zygote)
    opened = Path(f"/proc/{launcher.pid}/fd")
    before = len(list(opened.iterdir()))  # what that worker had among it, perhaps
    for _ in range(8):
        assert printed(launcher, "print(1)") == "1\n"
    wait_until(lambda: len(list(opened.iterdir())) <= before)


# ---------------------------------------------------------------- what the caller passes on


def test_every_worker_writes_utf8_and_has_files_to_open_whatever_the_caller_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import resource

    monkeypatch.setenv("LC_ALL", "POSIX")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    zygote = None
    opened = len(os.listdir("/proc/self/fd"))  # by the tests before, too
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 50, hard))
    try:
        zygote = Zygote(BASELINE)
        text = "import locale, sys\nprint('✓', sys.flags.utf8_mode, locale.getpreferredencoding())"
        assert printed(zygote, text) == "✓ 1 utf-8\n"
        text = "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE))"
        assert printed(zygote, text) == f"{(jail.OPEN_FILES, jail.OPEN_FILES)}\n"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if zygote is not None:
            zygote.close()


@pytest.mark.skipif(shutil.which("localedef") is None, reason="needs localedef")
def test_a_byte_locale_changes_no_name_and_no_grade(
    run_grader: RunGrader, short_course: Path, tmp_path: Path
) -> None:
    subprocess.run(
        ["localedef", "-i", "tr_TR", "-f", "ISO-8859-9", tmp_path / "tr_TR.ISO-8859-9"],
        capture_output=True,
    )
    if not (tmp_path / "tr_TR.ISO-8859-9").is_dir():
        pytest.skip("this system has no ISO-8859-9")
    hand_in(tmp_path / "class" / "josé ğ", {"relu": solution("relu") + "print('✓ größer')\n"})
    results = tmp_path / "results"
    arguments = ("batch", tmp_path / "class", "--results", results, "--only", "relu")
    turkish = {"LC_ALL": "tr_TR.ISO-8859-9", "LOCPATH": str(tmp_path)}
    ran = run_grader(*arguments, **turkish, GRADER_COURSE=str(short_course))
    assert ran.status == 0, ran.stderr
    again = run_grader(*arguments)
    assert "0 assignments graded, 1 unchanged" in again.stderr
    exported = run_grader("export", "--results", results, "--format", "json").stdout
    assert "josé ğ" in exported and "✓ größer" in exported


def test_a_locale_of_ascii_that_somebody_insists_on_changes_no_name(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "josé", {"relu": "def Net(:\n"})
    results = tmp_path / "results"
    ascii_only = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run_grader("batch", tmp_path / "class", "--results", results, "--only", "relu", **ascii_only)
    assert "josé" in run_grader("export", "--results", results, "--format", "json").stdout


def test_what_a_process_may_not_have_is_told_with_the_limit_to_lift() -> None:
    code = """
import resource, sys
from grader.sandbox.walls import inherited, jail
kind, least = (getattr(resource, sys.argv[1]), int(sys.argv[2]))
wanted = jail.limits_of_worker(cpu_s=30, memory_mib=2048)
print(inherited.cut_limit(wanted))
resource.setrlimit(kind, (least, least))
print(inherited.cut_limit(wanted))
"""
    for kind, least, said in (
        ("RLIMIT_AS", 1 << 30, "1048576 KiB of address space"),
        ("RLIMIT_FSIZE", 1 << 20, "1024 KiB of file size, a worker needs 65536 KiB"),
        ("RLIMIT_NOFILE", 64, "64 of open files, a worker needs 128: lift the limit (ulimit -n)"),
        ("RLIMIT_CPU", 10, "10 s of processor time, a worker needs 31 s"),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code, kind, str(least)],
            env=environment_for(REPOSITORY),
            capture_output=True,
            text=True,
            check=True,
        )
        free, cut = ran.stdout.splitlines()
        assert free == "" and said in cut


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_nothing_is_graded_under_limits_that_cannot_be_lifted(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    drop = ("setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource")
    if os.geteuid() != 0:  # who has no right to lift it need not give it up
        drop = ()
    folder = hand_in(tmp_path / "ann", {"relu": solution("relu")})
    ran = run_grader(
        *("batch", folder.parent, "--results", tmp_path / "results", "--only", "relu"),
        prefix=("prlimit", "--fsize=10000000", *drop),
    )
    assert ran.status == 3
    assert "lift the limit (ulimit -f)" in ran.stderr
    assert "graded" not in ran.stderr

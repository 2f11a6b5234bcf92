"""Grading on a Dask cluster: a real scheduler, real worker processes, and what can befall them."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import distributed
import msgspec
import psutil  # which comes with distributed
import pytest
from helpers.commands import RunGrader, environment_for
from helpers.machine import PATIENCE_S, skip_elsewhere, wait_until
from helpers.repository import REPOSITORY, hand_in, solution, wrong
from typer.testing import CliRunner

from grader.batch import cluster
from grader.batch.cluster import DaskExecutor, given_up
from grader.batch.executor import LocalExecutor
from grader.cli.app import app
from grader.course.manifest import Course, load_course
from grader.course.place import VARIABLE
from grader.errors import GraderError
from grader.gradebook.export import export
from grader.gradebook.keeping.database import StoreError
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.grading.key import checks_digest, versions
from grader.grading.task import Task
from grader.submissions.model import Source


def checks_of(course: Course) -> dict[str, str]:
    """The digests of all its checks, by slug."""
    return {a.slug: checks_digest(course, a) for a in course.every}


COURSE = load_course()
CHECKS = checks_of(COURSE)
HERE = LocalExecutor(COURSE, 1, 1, allow_degraded=False)
RIGHT = solution("momentum")
BROKEN = "def make_optimizer(:\n"
EXITS = "import os\nos._exit(3)\n"
LETHAL = "# kills its worker"

# Stands for what can end a trusted process: too little memory, a node that fails.
PRELOAD = f"""\
import os, signal
from grader.batch import stations
from grader.grading.many import grade_task

def grade_or_die(engine, encoded):
    if {LETHAL!r}.encode() in encoded:
        os.kill(os.getpid(), signal.SIGKILL)
    return grade_task(engine, encoded)

stations.grade_task = grade_or_die
"""


def task(text: str) -> bytes:
    return msgspec.msgpack.encode(Task("momentum", Source("momentum", "momentum.py", text), None))


# ---------------------------------------------------------------- a real cluster


@dataclass
class Cluster:
    """A scheduler and two workers, each with its nanny in a process group of their own."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory, short_course: Path) -> Iterator[Cluster]:
    """It grades by the course with trainings of an epoch."""
    skip_elsewhere()
    folder = tmp_path_factory.mktemp("dask")
    contact, preload = folder / "scheduler.json", folder / "preload.py"
    preload.write_text(PRELOAD)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log.txt").open("wb"))

        def start(kind: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
            process = start_dask(kind, contact, log, *arguments, course=short_course)
            stack.callback(kill, process)
            return process

        start("scheduler", *ANYWHERE)
        workers = [start("worker", "--nthreads", "1", "--preload", preload) for _ in range(2)]
        address = address_in(contact)
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(len(workers), timeout=PATIENCE_S)
        yield Cluster(address, workers)


ANYWHERE = ("--port", "0", "--dashboard-address", "127.0.0.1:0")


def start_dask(
    kind: str, contact: Path, log: BinaryIO, *arguments: str | Path, course: Path = REPOSITORY
) -> subprocess.Popen[bytes]:
    """A scheduler or a worker; `contact` tells the one of the other."""
    options = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", contact]
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, *arguments],
        cwd=contact.parent,
        env=environment_for(REPOSITORY)
        | {"DASK_TEMPORARY_DIRECTORY": str(contact.parent), VARIABLE: str(course)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def address_in(contact: Path) -> str:
    """Once there is a scheduler, where."""
    wait_until(lambda: contact.exists() and contact.stat().st_size > 0, "no scheduler")
    address: str = msgspec.json.decode(contact.read_bytes())["address"]
    return address


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a worker and its nanny at once, or for a scheduler."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def timeless(results: Path) -> list[Any]:
    """The gradebook without how long anything took."""
    with open_gradebook(COURSE, results) as gradebook:
        entries = msgspec.to_builtins(list(gradebook))
    for entry in entries:
        del entry["report"]["duration_s"]
        for assignment in entry["report"]["assignments"]:
            for check in assignment["checks"]:
                del check["duration_s"]
    return entries


def stored(results: Path) -> int:
    """How many results there are so far."""
    with suppress(StoreError), open_store(results) as store:
        return len(list(store.log()))
    return 0


def exported(results: Path, format_: str) -> str:
    """The export, without how long anything took."""
    with open_gradebook(COURSE, results) as gradebook:
        export(gradebook, format_, results / "export", canvas_csv=None)
    text = (results / "export").read_text(encoding="utf-8-sig")
    return re.sub(r'"duration_s":[^,}]+', "", text)


def has_zygote(worker: subprocess.Popen[bytes]) -> bool:
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(worker.pid).children(recursive=True)
        return any("zygote" in argument for child in children for argument in child.cmdline())
    return False


def test_a_class_is_graded_as_on_one_machine_though_a_nanny_is_killed(
    dask: Cluster, run_grader: RunGrader, short_course: Path, tmp_path: Path
) -> None:
    texts = [RIGHT, wrong("momentum", "test_update_rule/dampened.py"), BROKEN, EXITS]
    for number, text in enumerate(2 * texts):
        slow = f"{text}\nimport time\ntime.sleep(1)\nnumber = {number}\n"  # the kill comes before
        hand_in(tmp_path / "class" / f"student {number}", {"momentum": slow})
    here, there = tmp_path / "here", tmp_path / "there"
    batch = ("batch", tmp_path / "class", "--only", "momentum", "--results")
    local = run_grader(*batch, here)

    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *batch, there, "--dask", dask.address],
        cwd=REPOSITORY,
        env=environment_for(REPOSITORY) | {VARIABLE: str(short_course)},
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: stored(there) > 0 or process.poll() is not None, "nothing was graded")
    # Whichever grades first: the other may still be starting when all is done.
    wait_until(lambda: any(map(has_zygote, dask.workers)), "no worker has a zygote")
    nanny = next(filter(has_zygote, dask.workers))
    started = psutil.Process(nanny.pid).children(recursive=True)
    nanny.kill()  # the nanny alone: its worker has to see to its own end
    _, errors = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, local.status) == (0, 0), errors
    assert len(re.findall(r"the Dask worker at tcp://\S+ was lost", errors)) == 1
    assert "Traceback" not in errors
    assert "8 assignments graded, 0 unchanged" in errors
    assert timeless(there) == timeless(here)
    for format_ in ("csv", "json"):
        a, b = (exported(results, format_) for results in (here, there))
        assert a == b and "student 7" in a
    _, alive = psutil.wait_procs(started, timeout=PATIENCE_S)
    assert not alive, "the killed nanny left something behind"


def test_a_task_that_kills_its_worker_twice_is_reported_and_the_rest_graded(
    dask: Cluster, run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "eve", {"momentum": LETHAL})
    for name in ("ann", "bob", "cem", "dee"):
        hand_in(tmp_path / "class" / name, {"momentum": f"{BROKEN}# {name}\n"})
    arguments = ("batch", tmp_path / "class", "--results", tmp_path / "results")
    graded_by = ("--only", "momentum", "--dask", dask.address)
    ran = run_grader(*arguments, *graded_by)
    assert ran.status == 3
    assert ran.stderr.count("was lost\n") == 2
    assert f"not the submission: eve: momentum: {given_up().error}\n" in ran.stderr
    assert "5 submissions: 4 assignments graded, 0 unchanged" in ran.stderr
    with open_gradebook(COURSE, tmp_path / "results") as gradebook:
        assert [(e.student.name, e.final) for e in gradebook] == [
            ("ann", 0.0), ("bob", 0.0), ("cem", 0.0), ("dee", 0.0), ("eve", None),
        ]  # fmt: skip


def test_closing_cancels_what_is_pending_and_few_tasks_are_taken_ahead(
    dask: Cluster, short_course: Path
) -> None:
    checks = checks_of(load_course(short_course))
    taken = 0

    def tasks() -> Iterator[bytes]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield task(f"{BROKEN}# {number}")

    executor = DaskExecutor(dask.address, 2**63, False, lambda line: None, 300, HERE)
    with closing(executor.run(tasks(), checks)) as events:
        for done, (number, outcome) in enumerate(filter(None, events), start=1):
            assert outcome.graded is not None and outcome.graded.report.score == 0, outcome
            assert number < taken <= done + len(dask.workers) + 1  # and one that waits
            if done == 5:
                break
    with distributed.Client(dask.address, set_as_default=False) as client:
        wait_until(
            lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)),
            "the scheduler still has tasks",
        )


def test_a_worker_with_other_versions_or_checks_is_refused(
    dask: Cluster, short_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours_to_check = checks_of(load_course(short_course))

    def grade(checks: dict[str, str] = ours_to_check) -> list[object]:
        executor = DaskExecutor(dask.address, 1, False, lambda line: None, 300, HERE)
        return list(executor.run([task(BROKEN)], checks))

    ours = msgspec.json.decode(versions())
    with monkeypatch.context() as patch:
        theirs = msgspec.json.encode(ours | {"torch": "1.0"}).decode()
        patch.setattr(cluster, "versions", lambda: theirs)
        message = rf"at tcp://\S+ has torch {re.escape(ours['torch'])}, this machine 1\.0; install"
        with pytest.raises(GraderError, match=message):
            grade()
    digest = ours_to_check["momentum"][:12]
    message = (
        rf"other checks or settings of momentum \({digest}\) than this machine \(0123456789ab\)"
    )
    with pytest.raises(GraderError, match=message):
        grade({"momentum": "0123456789abcdef"})


# ---------------------------------------------------------------- no cluster


@contextmanager
def web_server() -> Iterator[str]:
    """The address of something that is no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_a_scheduler_that_does_not_answer_is_one_clear_error(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "ann", {"momentum": RIGHT})
    batch = ("batch", tmp_path / "class", "--results", tmp_path / "results")
    ran = run_grader(*batch, "--dask", "tcp://127.0.0.1:1")
    assert ran.status == 3
    (line,) = ran.stderr.splitlines()[1:]
    assert line.startswith("grader: no Dask scheduler can be reached at tcp://127.0.0.1:1: is it")


def test_a_scheduler_that_ends_in_the_middle_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_elsewhere()
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT_S", 1.0)
    logged = []
    for name in ("distributed", "distributed.client", "asyncio"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)  # as Dask has it
        monkeypatch.setattr(logger, "handle", logged.append)
    with (tmp_path / "log").open("wb") as log:
        scheduler = start_dask("scheduler", tmp_path / "contact", log, *ANYWHERE)
        try:
            address = address_in(tmp_path / "contact")
            told: list[str] = []

            def note(line: str) -> None:
                told.append(line)
                # As is said of a result that Dask no longer waits for, when its worker is lost.
                logging.getLogger("asyncio").error("Task exception was never retrieved")
                kill(scheduler)

            with pytest.raises(GraderError, match="the Dask scheduler was lost; the same command"):
                list(DaskExecutor(address, 1, False, note, 300, HERE).run([task(BROKEN)], CHECKS))
        finally:
            kill(scheduler)
    assert told == [
        f"waiting for a Dask worker to join; to start one: dask worker {address} --nthreads 1"
    ]
    assert logged == [], "and no traceback of Dask's"


def test_jobs_are_not_for_a_cluster(tmp_path: Path) -> None:
    arguments = ["batch", str(tmp_path), "--results", str(tmp_path / "results")]
    ran = CliRunner().invoke(app, [*arguments, "--dask", "tcp://127.0.0.1:1", "--jobs", "2"])
    assert ran.exit_code == 2 and "--jobs is for this machine" in ran.stderr


def test_an_address_of_something_else_is_an_error_too() -> None:
    with web_server() as address:
        for wrong_one in (address, "nonsense", "foo://127.0.0.1:1"):
            executor = DaskExecutor(wrong_one, 1, False, lambda line: None, 300, HERE)
            with pytest.raises(GraderError, match=f"can be reached at {wrong_one}: is it"):
                list(executor.run([task(BROKEN)], CHECKS))


def test_what_has_not_to_be_run_waits_for_no_cluster() -> None:
    executor = DaskExecutor("tcp://127.0.0.1:1", 1, False, lambda line: None, 300, HERE)
    ((number, outcome),) = filter(None, executor.run([task(BROKEN)], CHECKS, idle=True))
    assert number == 0 and outcome.graded is not None and outcome.graded.report.score == 0


def test_without_dask_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    executor = DaskExecutor("tcp://127.0.0.1:1", 1, False, lambda line: None, 300, HERE)
    with pytest.raises(GraderError, match=re.escape("pip install -e '.[dask]'")):
        list(executor.run([task(BROKEN)], CHECKS))


def test_dask_is_imported_only_by_who_uses_it() -> None:
    code = "import sys, grader.batch.cluster; sys.exit('distributed' in sys.modules)"
    environment = environment_for(REPOSITORY)
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0

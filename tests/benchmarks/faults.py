"""Faults of the machine and of neighbours while a class is graded: the grades come out the same.

    python tests/benchmarks/faults.py [--only TEXT] [--list] [--pause 62] [--seed 2015]

Each fault strikes a run of `grader batch` over a small class; then the same command is run once
more, undisturbed, and its gradebook is compared with that of a class that nothing ever happened to.
Beside it stands what that fault says: how many were tried, and how many gradebooks were equal.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classes import ROOT, gradebook

from grader.course.manifest import load_course
from grader.gradebook.keeping.database import FILE
from grader.gradebook.keeping.lock import LOCK_FILE
from grader.gradebook.keeping.store import open_store

import psutil  # isort: skip  (comes with distributed)

SLUGS = ("relu", "l2")
BUSY = """
import time
_until = time.process_time() + 0.7
while time.process_time() < _until:
    pass
"""
COURSE = load_course(ROOT)


@dataclass
class Scene:
    """A class to be graded in a folder of its own."""

    folder: Path
    pause_s: float
    rng: random.Random
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    prefix: list[str] = field(default_factory=list)

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def start(self, *, calm: bool = False) -> subprocess.Popen[bytes]:
        """The command, with what is particular about the disturbed run unless it is `calm`."""
        command = [sys.executable, "-m", "grader", "batch", str(self.folder / "class")]
        command += ["--results", str(self.results)]
        if calm or "--dask" not in self.arguments:
            command += ["--jobs", "2"]
        for slug in SLUGS:
            command += ["--only", slug]
        if not calm:
            command = [*self.prefix, *command, *self.arguments]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | ({} if calm else self.environment),
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / ("calm.err" if calm else "disturbed.err")).open("wb"),
            start_new_session=True,
        )


Fault = Callable[[Scene], None]
FAULTS: dict[str, list[tuple[str, Fault]]] = {}


def fault(kind: str, name: str) -> Callable[[Fault], Fault]:
    def keep(function: Fault) -> Fault:
        FAULTS.setdefault(kind, []).append((name, function))
        return function

    return keep


def hand_in(folder: Path) -> None:
    """Right modules, one that sleeps a little, a wrong one, one that fails, and nothing."""
    right = {slug: COURSE.solution_path(slug).read_text(encoding="utf-8") for slug in SLUGS}
    texts = {
        "ada": {slug: text + BUSY for slug, text in right.items()},
        "bob": {slug: text + BUSY + "b = 1\n" for slug, text in right.items()},
        "cem": {"relu": right["relu"] + 'print("✓ größer")\n', "l2": "raise ValueError\n"},
        "dee": {"relu": right["relu"].replace("relu(", "gelu("), "l2": "def broken(:\n"},
        "josé": {"relu": "import time\ntime.sleep(1)\n" + right["relu"]},
        "lena": {},
    }
    for name, modules in texts.items():
        (folder / name).mkdir(parents=True)
        for slug, text in modules.items():
            (folder / name / f"{slug}.py").write_text(text, encoding="utf-8")
    (folder / "lena" / "notes.txt").write_text("nothing\n")


# ---------------------------------------------------------------- whom a fault strikes


def grader_processes(main: psutil.Process) -> dict[str, list[psutil.Process]]:
    """By what they are: the process of the command, graders, the zygote, and its workers."""
    found: dict[str, list[psutil.Process]] = {
        "main": [main],
        "grader": [],
        "zygote": [],
        "worker": [],
    }
    with contextlib.suppress(psutil.Error):
        for child in main.children():
            with contextlib.suppress(psutil.Error):
                is_zygote = any("zygote" in part for part in child.cmdline())
                found["zygote" if is_zygote else "grader"].append(child)
                if is_zygote:
                    found["worker"] += child.children()
    return found


def wait_for(
    process: subprocess.Popen[bytes], who: str, timeout_s: float = 60
) -> list[psutil.Process]:
    """The processes of that kind, once there are some; none if the command ends before."""
    deadline = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psutil.Error):
            if found := grader_processes(psutil.Process(process.pid))[who]:
                return found
        time.sleep(0.01)
    return []


def strike(who: str, number: signal.Signals, after_s: float) -> Fault:
    """Send a signal to one of them, `after_s` seconds after the first has been seen."""

    def do(scene: Scene) -> None:
        process = scene.start()
        wait_for(process, who)
        time.sleep(after_s)
        found = wait_for(process, who)
        if found:
            with contextlib.suppress(psutil.Error):
                scene.rng.choice(found).send_signal(number)
        process.wait()

    return do


def stop(who: str, after_s: float) -> Fault:
    """Stop one of them, or all, and let them go on after a pause."""

    def do(scene: Scene) -> None:
        process = scene.start()
        wait_for(process, "worker" if who == "all" else who)
        time.sleep(after_s)
        with contextlib.suppress(psutil.Error):
            found = grader_processes(psutil.Process(process.pid))
            chosen = (
                [p for each in found.values() for p in each] if who == "all" else found[who][:1]
            )
            for each in chosen:
                with contextlib.suppress(psutil.Error):
                    each.suspend()
            time.sleep(scene.pause_s)
            for each in reversed(chosen):
                with contextlib.suppress(psutil.Error):
                    each.resume()
        process.wait()

    return do


for target, moments in {
    "main": (0.3, 1.0, 2.5, 4.0, 6.0),
    "zygote": (0.1, 1.0, 3.0, 4.5, 6.0),
    "grader": (0.1, 0.5, 1.0, 2.0, 4.0),
    "worker": (0.02, 0.1, 0.2, 0.4, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5),
}.items():
    for moment in moments:
        fault(f"kill -9 of the {target}", f"{target} killed after {moment} s")(
            strike(target, signal.SIGKILL, moment)
        )
for number in (signal.SIGTERM, signal.SIGSEGV, signal.SIGBUS):
    fault("another signal to a worker", number.name)(strike("worker", number, 0.3))
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    fault("another signal to the command", number.name)(strike("main", number, 4.0))
for target in ("worker", "zygote", "grader", "main", "all"):
    fault("SIGSTOP, then SIGCONT", f"{target} stopped")(stop(target, 0.3))


# ---------------------------------------------------------------- memory


@contextlib.contextmanager
def memory_cgroup(limit_bytes: int) -> Iterator[Path | None]:
    """A memory cgroup (version 1 or 2); None where none may be made."""
    for parent, name in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        group = parent / f"grader-faults-{os.getpid()}"
        try:
            group.mkdir()
            (group / name).write_text(str(limit_bytes))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        try:
            yield group
        finally:
            for _ in range(100):
                try:
                    group.rmdir()
                    break
                except OSError:
                    time.sleep(0.1)
        return
    yield None


def hog(mib: int) -> Fault:
    """A neighbour in the same memory cgroup takes what is left, for a while."""

    def do(scene: Scene) -> None:
        with memory_cgroup(mib << 20) as group:
            if group is None:
                raise Unavailable("no memory cgroup may be made here")
            join = f'echo $$ > {group}/cgroup.procs; exec "$@"'
            scene.prefix = ["sh", "-c", join, "sh"]
            process = scene.start()
            wait_for(process, "worker")
            code = f"import time; x = [b'x' * (1 << 20) for _ in range({mib})]; time.sleep(3)"
            neighbour = subprocess.Popen(
                ["sh", "-c", join, "sh", sys.executable, "-c", code], stderr=subprocess.DEVNULL
            )
            process.wait()
            neighbour.kill()
            neighbour.wait()

    return do


for size in (500, 700, 1000):
    fault("the memory killer in a cgroup", f"{size} MiB and a neighbour")(hog(size))


# ---------------------------------------------------------------- limits, locale, clock


def limited(*options: str) -> Fault:
    def do(scene: Scene) -> None:
        scene.prefix = ["prlimit", *options, "--"]
        scene.start().wait()

    return do


for options in (
    ("--as=3000000000",),
    ("--as=12000000000",),
    ("--data=1000000000",),
    ("--fsize=400000",),
    ("--nofile=64",),
    ("--nofile=24",),
    ("--stack=300000",),
    ("--cpu=3",),
    ("--nproc=3",),
):
    fault("an inherited ulimit", " ".join(options))(limited(*options))


@fault("another locale", "ISO-8859-9")
def byte_locale(scene: Scene) -> None:
    made = subprocess.run(
        ["localedef", "-i", "tr_TR", "-f", "ISO-8859-9", scene.folder / "tr_TR.ISO-8859-9"],
        capture_output=True,
    )
    if made.returncode > 1 or not (scene.folder / "tr_TR.ISO-8859-9").exists():
        raise Unavailable("localedef can't make one")
    scene.environment = {"LOCPATH": str(scene.folder), "LC_ALL": "tr_TR.ISO-8859-9"}
    scene.start().wait()


@fault("another locale", "C")
def c_locale(scene: Scene) -> None:
    scene.environment = {"LC_ALL": "C", "LANG": "C"}
    scene.start().wait()


@fault("another locale", "C without UTF-8")
def ascii_locale(scene: Scene) -> None:
    scene.environment = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    scene.start().wait()


for shift in ("-3 days", "+400 days"):

    def shifted(scene: Scene, shift: str = shift) -> None:
        if shutil.which("faketime") is None:
            raise Unavailable("needs faketime")
        scene.prefix = ["faketime", shift]
        scene.start().wait()

    fault("another time of day", shift)(shifted)

# ---------------------------------------------------------------- disks


@contextlib.contextmanager
def small_disk(path: Path, options: str) -> Iterator[None]:
    path.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True
    )
    if mounted.returncode:
        raise Unavailable("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def with_results_on(options: str, junk: Callable[[Path], None] = lambda folder: None) -> Fault:
    """Results on a disk that has too little of something, and afterwards has enough."""

    def do(scene: Scene) -> None:
        with small_disk(scene.results, options):
            junk(scene.results)
            scene.start().wait()
            kept = scene.folder / "kept"
            shutil.copytree(scene.results, kept, ignore=lambda *_: ["junk"])
        shutil.rmtree(scene.results)
        shutil.move(kept, scene.results)

    return do


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "junk").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()


fault("a full disk", "64 KiB for results")(with_results_on("size=64k"))
fault("a full disk", "100 KiB for results")(with_results_on("size=100k"))
fault("a full disk", "none left")(with_results_on("size=1m", fill))
fault("no free inode", "2 for results")(with_results_on("size=10m,nr_inodes=2"))
fault("no free inode", "3 for results")(with_results_on("size=10m,nr_inodes=3"))
fault("a read-only disk", "results")(with_results_on("size=10m,ro"))


@fault("a quota", "files of at most 60 KB, met in the middle")
def quota(scene: Scene) -> None:
    scene.prefix = ["prlimit", "--fsize=60000:"]
    scene.start().wait()


@fault("a full disk", "the folder for temporary files")
def full_tmp(scene: Scene) -> None:
    script = 'mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs /tmp && exec "$@"'
    if scene.folder.is_relative_to("/tmp"):
        raise Unavailable("the class lies in /tmp; set TMPDIR to another folder")
    scene.prefix = ["unshare", "--mount", "sh", "-c", script, "sh"]
    scene.start().wait()


# ---------------------------------------------------------------- what lies in the results' folder


@fault("a lock that is none", "garbage")
def garbage_lock(scene: Scene) -> None:
    scene.results.mkdir()
    (scene.results / LOCK_FILE).write_bytes(b"garbage" * 1000)
    scene.start().wait()
    (scene.results / LOCK_FILE).unlink()  # as its line says


@fault("a lock that is none", "a folder")
def folder_lock(scene: Scene) -> None:
    (scene.results / LOCK_FILE).mkdir(parents=True)
    scene.start().wait()
    (scene.results / LOCK_FILE).rmdir()


@fault("two runs at a time", "the second meets the lock")
def twice(scene: Scene) -> None:
    first = scene.start()
    wait_for(first, "worker")
    second = scene.start(calm=True)
    assert second.wait() == 3
    first.wait()


@fault("two runs at a time", "an export in the middle")
def read_meanwhile(scene: Scene) -> None:
    process = scene.start()
    while process.poll() is None:
        export = [sys.executable, "-m", "grader", "export", "--results", scene.results]
        subprocess.run([*export, "--format", "csv"], cwd=ROOT, capture_output=True)
    process.wait()


def damaged(statement: str) -> Fault:
    def do(scene: Scene) -> None:
        scene.start().wait()
        with open_store(scene.results) as store:
            store._connection.execute(statement)

    return do


for name, statement in {
    "null for a score": "UPDATE results SET report = replace(report, '\"score\":', '\"was\":')",
    "half of it": "UPDATE results SET report = substr(report, 1, length(report) / 2)",
    "another score": "UPDATE results SET score = score + 1 WHERE id % 2",
    "of another task": "UPDATE results SET report = replace(report, 'relu', 'elu')",
}.items():
    fault("a damaged row", name)(damaged(statement))


@fault("a damaged row", "an empty results.sqlite")
def empty_database(scene: Scene) -> None:
    scene.results.mkdir()
    (scene.results / FILE).touch()
    scene.start().wait()


@fault("a damaged row", "a journal that a kill has left")
def hot_journal(scene: Scene) -> None:
    strike("main", signal.SIGKILL, 3.0)(scene)
    strike("main", signal.SIGKILL, 3.5)(scene)


@fault("the folder of results moves", "after a kill")
def moved(scene: Scene) -> None:
    strike("main", signal.SIGKILL, 5.0)(scene)
    if scene.results.exists():
        scene.results.rename(scene.folder / "elsewhere")
        (scene.folder / "elsewhere").rename(scene.results)


# ---------------------------------------------------------------- Dask


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address; it and its nannies, the scheduler first."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise Unavailable("needs Dask") from None
    port = random.randrange(20_000, 40_000)
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask", "scheduler"]
    started = [start_dask(*dask, "--port", str(port), "--no-dashboard", "--host", "127.0.0.1")]
    try:
        started += [start_worker(address) for _ in range(workers)]
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()


def start_dask(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def start_worker(address: str) -> subprocess.Popen[bytes]:
    dask = [sys.executable, "-m", "dask", "worker", address]
    return start_dask(*dask, "--nthreads", "1", "--no-dashboard")


def on_dask(what: Callable[[str, list[subprocess.Popen[bytes]]], None], after_s: float) -> Fault:
    def do(scene: Scene) -> None:
        with cluster(2) as (address, started):
            scene.arguments = ["--dask", address]
            command = scene.start()
            time.sleep(after_s)
            what(address, started)
            command.wait()

    return do


def lose_worker(address: str, started: list[subprocess.Popen[bytes]]) -> None:
    for child in psutil.Process(started[1].pid).children():
        child.kill()


def lose_nanny(address: str, started: list[subprocess.Popen[bytes]]) -> None:
    started[1].kill()


def lose_zygote(address: str, started: list[subprocess.Popen[bytes]]) -> None:
    for child in psutil.Process(started[1].pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any("zygote" in part for part in child.cmdline()):
                child.kill()


def lose_scheduler(address: str, started: list[subprocess.Popen[bytes]]) -> None:
    started[0].kill()


for happening in (lose_worker, lose_nanny, lose_zygote, lose_scheduler):
    for moment in (8.0, 14.0):
        name = happening.__name__.replace("_", " ")
        fault("Dask", f"{name} after {moment:g} s")(on_dask(happening, moment))


# ---------------------------------------------------------------- the table


class Unavailable(Exception):
    """This machine can't show that fault: says why."""


def run_one(name: str, do: Fault, expected: list[Any], pause_s: float, seed: int) -> str:
    """ "" if the gradebook is the undisturbed one in the end, else what is wrong."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        scene = Scene(Path(folder), pause_s, random.Random(f"{seed}/{name}"))
        hand_in(scene.folder / "class")
        do(scene)
        said = (scene.folder / "disturbed.err").read_text(errors="replace")
        if "Traceback" in said:
            return f"a traceback: {said.splitlines()[-1]}"
        status = scene.start(calm=True).wait()
        if status not in (0, 2):
            return (scene.folder / "calm.err").read_text(errors="replace").splitlines()[-1]
        return "" if gradebook(COURSE, scene.results) == expected else "another gradebook"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="faults with this in their name")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--pause", type=float, default=62.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=2015)
    arguments = parser.parse_args()
    chosen = [
        (kind, name, do)
        for kind, faults in FAULTS.items()
        for name, do in faults
        if arguments.only in f"{kind}: {name}"
    ]
    if arguments.list:
        for kind, name, _ in chosen:
            print(f"{kind}: {name}")
        return
    with tempfile.TemporaryDirectory() as folder:
        calm = Scene(Path(folder), 0, random.Random(0))
        hand_in(calm.folder / "class")
        calm.start(calm=True).wait()
        expected = gradebook(COURSE, calm.results)
    tried, equal, unavailable = Counter[str](), Counter[str](), Counter[str]()
    for kind, name, do in chosen:
        try:
            wrong = run_one(name, do, expected, arguments.pause, arguments.seed)
        except Unavailable as why:
            unavailable[kind] += 1
            print(f"-  {kind}: {name}: {why}", flush=True)
            continue
        tried[kind] += 1
        equal[kind] += not wrong
        print(f"{'x' if wrong else '='}  {kind}: {name}{wrong and f': {wrong}'}", flush=True)
    print("\n| fault | tried | the same gradebook |\n|---|---|---|")
    for kind in dict.fromkeys(kind for kind, _, _ in chosen):
        print(f"| {kind} | {tried[kind]} | {equal[kind]} |")
    print(f"| all | {tried.total()} | {equal.total()} |")
    sys.exit(tried.total() != equal.total())


if __name__ == "__main__":
    main()

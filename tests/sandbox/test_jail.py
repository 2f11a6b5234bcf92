"""Each attack runs in a forked, jailed child; what it did is told over a pipe."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import errno
import json
import os
import platform
import signal
import socket
import stat
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.machine import NEEDS_LINUX, expect_walls

if sys.platform != "win32":
    import fcntl
    import resource
    import termios

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

from grader.sandbox.process import clean_environment
from grader.sandbox.walls import jail, syscalls
from grader.sandbox.walls.scratch import make_held_scratch, remove_scratch

REPOSITORY = Path(__file__).resolve().parents[2]
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Outcome:
    """What became of a jailed child: the protections, and a value, an error or a signal."""

    on: dict[str, bool]
    value: object
    error: str  # errno's name, or the exception's
    status: int  # exit status, or minus the signal

    def needs(self, *protections: str) -> Outcome:
        """These have to be on, unless the machine is known not to have them."""
        expect_walls({name: self.on[name] for name in protections})
        return self


@pytest.fixture(scope="session", autouse=True)
def _prepared() -> None:
    jail.prepare()


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder, hold = make_held_scratch()  # or another zygote's start would clear it away
    yield folder
    assert remove_scratch(folder)
    os.close(hold)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of this very user's, outside of the jail."""
    file = tmp_path / "victim"
    file.write_text("unharmed")
    os.utime(file, (1, 1))
    return file


def run_jailed(
    body: Callable[[], object],
    scratch: Path,
    *,
    cpu_s: int = 20,
    memory_mib: int = 512,
    keep_fds: tuple[int, ...] = (),
    readable: tuple[Path, ...] = (),
    only: tuple[str, ...] = tuple(jail.PROTECTIONS),
) -> Outcome:
    """`body` in a child behind the walls named by `only`."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if only == ("limits",):  # more may be open here than the limit leaves
                close_all_but(2, write_end, *keep_fds)
            leave_off(set(jail.PROTECTIONS) - set(only))
            on = jail.enter(
                scratch=scratch,
                cpu_s=cpu_s,
                memory_mib=memory_mib,
                keep_fds=[2, write_end, *keep_fds],
                readable=readable,
            )
            os.write(write_end, json.dumps(on).encode() + b"\n")
            value, error = None, ""
            try:
                value = body()
            except OSError as raised:
                error = errno.errorcode.get(raised.errno or 0, type(raised).__name__)
            except BaseException as raised:
                error = type(raised).__name__
            os.write(write_end, json.dumps([value, error]).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with open(read_end, encoding="utf-8") as pipe:
        on, _, result = pipe.read().partition("\n")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return Outcome(json.loads(on), *(json.loads(result) if result else (None, "")), status)


def close_all_but(*kept: int) -> None:
    for number in map(int, os.listdir("/proc/self/fd")):
        if number not in kept:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(number)


BUILDERS = {
    "files": "confine_files",
    "syscalls": "load_filter",
    "limits": "set_limits",
    "threads": "limit_threads",
    "scratch": "mount_scratch",
    "read_only": "make_read_only",
    "user": "change_user",
    "capabilities": "drop_capabilities",
    "session": "start_session",
    "descriptors": "close_descriptors",
}


def leave_off(walls: Set[str]) -> None:
    """In a child that is about to be jailed: these are not put up."""

    def refuse(*_: object) -> None:
        raise OSError("left off by the test")

    for wall in walls - {"memory"}:
        setattr(jail, BUILDERS[wall], refuse)
    if "memory" in walls:
        call = jail.prctl
        jail.prctl = lambda option, value: (
            refuse() if (option, value) == (jail.PR_SET_DUMPABLE, 0) else call(option, value)
        )


def system_call(number: int, *arguments: object) -> int:
    """The call itself, without the C library's wrapper; raises OSError."""
    result = LIBC.syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def libc_call(name: str, *arguments: object) -> None:
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("name", jail.PROTECTIONS)
def test_every_protection_is_on(scratch: Path, name: str) -> None:
    outcome = run_jailed(lambda: None, scratch)
    assert list(outcome.on) == list(jail.PROTECTIONS)
    outcome.needs(name)


@pytest.mark.parametrize(
    "path",
    [
        Path("/etc/passwd"),
        Path("/etc/hostname"),
        Path(__file__),
        REPOSITORY,
        REPOSITORY / "solutions",
        REPOSITORY / "grader" / "course" / "manifest.py",
        Path("/tmp"),
        Path("/home"),
        Path("/proc"),
        Path("/proc/self/environ"),
        Path(f"/proc/{os.getpid()}/environ"),
        Path(f"/proc/{os.getpid()}/cmdline"),
        Path(f"/proc/{os.getpid()}/mem"),
        Path("/dev/shm"),
    ],
)
def test_nothing_outside_is_read(scratch: Path, path: Path) -> None:
    outcome = run_jailed(lambda: os.open(path, os.O_RDONLY), scratch).needs("files")
    assert outcome.error in ("EACCES", "EPERM", "ENOENT")


def test_links_lead_nowhere(scratch: Path) -> None:
    def read_through_parent() -> None:
        os.open(f"/proc/{os.getppid()}/root/etc/passwd", os.O_RDONLY)

    assert run_jailed(read_through_parent, scratch).needs("files").error == "EACCES"


def test_python_itself_and_what_was_allowed_is_read(scratch: Path, victim: Path) -> None:
    def body() -> list[str]:
        import wave  # a module that nothing has imported yet

        Path(os.devnull).write_text("nothing")
        return [wave.__name__, victim.read_text(), str(len(os.urandom(4)))]

    outcome = run_jailed(body, scratch, readable=(victim,))
    assert outcome.value == ["wave", "unharmed", "4"], outcome.error


FILE_ATTACKS: dict[str, Callable[[Path], object]] = {
    "write": lambda f: os.open(f, os.O_WRONLY),
    "append": lambda f: os.open(f, os.O_WRONLY | os.O_APPEND),
    "open_truncating": lambda f: os.open(f, os.O_RDONLY | os.O_TRUNC),
    "truncate": lambda f: os.truncate(f, 0),
    "create": lambda f: os.open(f.with_name("new"), os.O_WRONLY | os.O_CREAT),
    "unlink": os.unlink,
    "rename": lambda f: os.rename(f, f.with_name("new")),
    "rename_into_scratch": lambda f: os.rename(f, "new"),
    "mkdir": lambda f: os.mkdir(f.with_name("new")),
    "link": lambda f: os.link(f, "new"),
    "symlink": lambda f: os.symlink(f, "new"),
    "fifo": lambda _: os.mkfifo("new"),
    "device": lambda _: os.mknod("new", 0o600 | 0o020000, os.makedev(1, 3)),
    "chmod": lambda f: os.chmod(f, 0o777),
    "chmod_scratch": lambda _: os.chmod(".", 0o777),
    "chown": lambda f: os.chown(f, os.getuid(), os.getgid()),
    "utime": os.utime,
    "setxattr": lambda f: os.setxattr(f, "user.x", b"y"),
    "removexattr": lambda f: os.removexattr(f, "user.x"),
    "chroot": lambda _: os.chroot("."),
    "open_by_handle": lambda f: libc_call("open_by_handle_at", -100, bytes(16), 0),
    "execute": lambda _: os.execv(sys.executable, [sys.executable, "-c", "0"]),
    "spawn": lambda _: os.posix_spawn(sys.executable, [sys.executable, "-c", "0"], {}),
}


@pytest.mark.parametrize("attack", FILE_ATTACKS)
def test_files_of_others_are_unharmed(scratch: Path, victim: Path, attack: str) -> None:
    before = victim.stat()
    outcome = run_jailed(lambda: FILE_ATTACKS[attack](victim), scratch).needs("files", "syscalls")
    assert outcome.error in ("EACCES", "EPERM", "EROFS", "EXDEV")
    assert victim.stat() == before
    assert victim.read_text() == "unharmed"
    assert os.listdir(victim.parent) == ["victim"]


def test_what_may_be_read_is_not_truncated(scratch: Path, victim: Path) -> None:
    outcome = run_jailed(
        lambda: os.open(victim, os.O_RDONLY | os.O_TRUNC), scratch, readable=(victim,)
    ).needs("syscalls")
    assert outcome.error in ("EACCES", "EPERM", "EROFS")
    assert victim.read_text() == "unharmed"


# ---------------------------------------------------------------- processes and the kernel


def call_number(name: str) -> int:
    import pyseccomp

    return pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)


PARENT_ATTACKS: dict[str, Callable[[int], object]] = {
    "kill": lambda pid: os.kill(pid, signal.SIGTERM),
    "kill_0": lambda pid: os.kill(pid, 0),
    "kill_everyone": lambda _: os.kill(-1, signal.SIGTERM),
    "kill_group": lambda pid: os.killpg(os.getpgid(pid), signal.SIGTERM),
    "pidfd": lambda pid: os.pidfd_open(pid),
    "ptrace": lambda pid: libc_call("ptrace", 16, pid, None, None),
    "process_vm_readv": lambda pid: libc_call("process_vm_readv", pid, None, 0, None, 0, 0),
    "affinity": lambda pid: os.sched_setaffinity(pid, {0}),
    "priority": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 19),
    "scheduler": lambda pid: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
    "limits": lambda pid: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)),
    "own_limits": lambda _: libc_call("setrlimit", 0, struct.pack("QQ", 900, 900)),
    "fork": lambda _: os.fork(),
    "exec": lambda _: subprocess.run(["true"], check=False),
    "socket": lambda _: socket.socket(),
    "unix_socket": lambda _: socket.socket(socket.AF_UNIX),
    "socketpair": lambda _: socket.socketpair(),
    "memfd": lambda _: os.memfd_create("x"),
    "pipe": lambda _: os.pipe(),
    "setuid": lambda _: os.setuid(0),
    "setsid": lambda _: os.setsid(),
    "prctl_dumpable": lambda _: jail.prctl(jail.PR_SET_DUMPABLE, 1),
    "prctl_pdeathsig": lambda _: jail.prctl(jail.PR_SET_PDEATHSIG, 0),
    "shmget": lambda _: libc_call("shmget", 0, 4096, 0o1600),
    "msgget": lambda _: libc_call("msgget", 0, 0o1600),
    "mount": lambda _: libc_call("mount", b"tmpfs", b".", b"tmpfs", 0, None),
    "umount": lambda _: libc_call("umount2", b".", 2),
    "unshare": lambda _: libc_call("unshare", jail.CLONE_NEWUSER),
    "setns": lambda _: libc_call("setns", 0, 0),
    "personality": lambda _: libc_call("personality", 0x0040000),
    "sethostname": lambda _: socket.sethostname("x"),
    "ioctl_tiocsti": lambda _: libc_call("ioctl", 2, 0x5412, b"x"),
    "pipe_size": lambda _: libc_call("fcntl", 2, 1031, 1 << 20),
}


@pytest.mark.parametrize("attack", PARENT_ATTACKS)
def test_other_processes_and_the_kernel_are_out_of_reach(scratch: Path, attack: str) -> None:
    parent = os.getpid()
    outcome = run_jailed(lambda: PARENT_ATTACKS[attack](parent), scratch).needs("syscalls")
    assert outcome.error == "EPERM"
    assert outcome.status == 0


UNNEEDED_CALLS = """
    add_key bpf clone3 fanotify_init fork inotify_init1 io_setup io_uring_setup ioprio_set keyctl
    kexec_load landlock_create_ruleset memfd_secret mknodat mq_open perf_event_open pidfd_getfd
    pidfd_send_signal pivot_root process_madvise recvmsg rt_sigqueueinfo sched_setattr seccomp
    semget sendmsg sendmmsg setfsuid setgroups swapon symlinkat syslog timer_create tkill
    userfaultfd utimensat vfork vmsplice
"""


@pytest.mark.parametrize("name", UNNEEDED_CALLS.split())
def test_a_call_that_training_does_not_need_is_refused(scratch: Path, name: str) -> None:
    number = call_number(name)
    if number < 0:
        pytest.skip("this architecture has no such call")
    outcome = run_jailed(lambda: system_call(number, 0, 0, 0, 0, 0, 0), scratch).needs("syscalls")
    assert outcome.error == ("ENOSYS" if name in syscalls.ANOTHER_WAY else "EPERM")


def test_clone_makes_threads_only(scratch: Path) -> None:
    number, vfork_like = call_number("clone"), 0x4100 | signal.SIGCHLD
    for flags in (signal.SIGCHLD, vfork_like, syscalls.PTHREAD_FLAGS | jail.CLONE_NEWUSER):
        outcome = run_jailed(lambda f=flags: system_call(number, f, 0, 0, 0, 0), scratch)
        assert outcome.needs("syscalls").error == "EPERM"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 calls are x86_64's")
def test_calls_through_a_foreign_table_are_refused(scratch: Path) -> None:
    x32_getpid = 0x40000000 + 39
    outcome = run_jailed(lambda: system_call(x32_getpid), scratch).needs("syscalls")
    assert outcome.error in ("EPERM", "ENOSYS")


def test_signals_reach_oneself(scratch: Path) -> None:
    outcome = run_jailed(lambda: os.kill(os.getpid(), signal.SIGTERM), scratch)
    assert outcome.status == -signal.SIGTERM


def test_a_worker_of_root_is_not_root(scratch: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the tests do not run as root")
    status = "/proc/self/status"

    def identity() -> tuple[str, list[int]]:
        return Path(status).read_text(), [*os.getresuid(), *os.getresgid(), *os.getgroups()]

    outcome = run_jailed(identity, scratch, readable=(Path("/proc"),)).needs("capabilities")
    text, numbers = outcome.value
    fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    assert all(int(fields[f"Cap{kind}"], 16) == 0 for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"))
    assert fields["NoNewPrivs"] == "1"
    if outcome.on["user"]:
        assert 0 not in numbers


# ---------------------------------------------------------------- limits


def test_memory_up_to_the_limit_is_there_and_no_more(scratch: Path) -> None:
    def take(mib: int) -> Outcome:
        ctypes.CDLL(None).malloc_trim(0)  # what this process keeps could be had besides
        return run_jailed(lambda: len(bytearray(mib << 20)), scratch, only=("limits",))

    assert take(496).needs("limits").value == 496 << 20
    assert take(576).error == "MemoryError"


def test_the_limits_are_these(scratch: Path) -> None:
    kinds = (
        "CPU", "FSIZE", "NOFILE", "CORE", "STACK", "MEMLOCK", "MSGQUEUE", "SIGPENDING", "NICE",
        "RTPRIO", "NPROC",
    )  # fmt: skip

    def limits() -> list[tuple[int, int]]:
        return [resource.getrlimit(getattr(resource, f"RLIMIT_{kind}")) for kind in kinds]

    outcome = run_jailed(limits, scratch).needs("limits", "threads")
    assert dict(zip(kinds, outcome.value, strict=True)) == {  # type: ignore[call-overload]
        "CPU": [20, 21],
        "FSIZE": [64 << 20, 64 << 20],
        "NOFILE": [128, 128],
        "CORE": [0, 0],
        "STACK": [8 << 20, 8 << 20],
        "MEMLOCK": [0, 0],
        "MSGQUEUE": [0, 0],
        "SIGPENDING": [64, 64],
        "NICE": [0, 0],
        "RTPRIO": [0, 0],
        "NPROC": [64, 64],
    }


def test_cpu_time_is_limited(scratch: Path) -> None:
    def spin() -> None:
        while True:
            pass

    assert (
        run_jailed(spin, scratch, cpu_s=1, only=("limits",)).needs("limits").status
        == -signal.SIGXCPU
    )


def test_cpu_time_ends_even_if_the_signal_is_ignored(scratch: Path) -> None:
    def spin() -> None:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    assert (
        run_jailed(spin, scratch, cpu_s=1, only=("limits",)).needs("limits").status
        == -signal.SIGKILL
    )


def test_threads_are_limited(scratch: Path) -> None:
    def bomb() -> int:
        threading.stack_size(32 << 10)
        block = threading.Event()
        for started in range(1000):
            try:
                threading.Thread(target=block.wait, daemon=True).start()
            except RuntimeError:
                return started
        return 1000

    # By its user and for want of capabilities: the limit on threads is no limit for root.
    walls = ("threads", "user", "scratch", "capabilities")
    outcome = run_jailed(bomb, scratch, only=walls).needs("threads")
    assert outcome.value == 63  # and the main one


def test_two_workers_do_not_share_the_limit_on_threads(scratch: Path) -> None:
    ready, tell_ready = os.pipe()
    hold, release = os.pipe()

    def start_threads() -> int:
        threading.stack_size(32 << 10)
        block = threading.Event()
        for _ in range(42):
            threading.Thread(target=block.wait, daemon=True).start()
        return 42

    def start_threads_and_wait() -> None:
        start_threads()
        os.write(tell_ready, b"x")
        os.read(hold, 1)

    first = os.fork()
    if first == 0:
        os.close(release)
        run_jailed(start_threads_and_wait, scratch, keep_fds=(tell_ready, hold))
        os._exit(0)
    os.close(tell_ready)
    os.close(hold)
    with open(ready, "rb") as pipe:
        assert pipe.read(1) == b"x"
    outcome = run_jailed(start_threads, scratch)
    os.close(release)
    os.waitpid(first, 0)
    assert outcome.needs("threads").value == 42, outcome.error


def test_the_temporary_folder_is_limited_in_size(scratch: Path) -> None:
    def fill() -> int:
        written = 0
        for name in ("first", "second"):
            with open(name, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    written += file.write(bytes(1 << 20))
        return written

    for walls in (("scratch",), tuple(jail.PROTECTIONS)):
        assert run_jailed(fill, scratch, only=walls).needs("scratch").value == 64 << 20


def test_a_file_is_limited_in_size(scratch: Path) -> None:
    def grow(size: int) -> Outcome:
        return run_jailed(lambda: os.truncate(os.open("x", 0o102), size), scratch, only=("limits",))

    # In a folder of its own file system that one's size is the limit.
    assert grow(8 << 20).needs("limits").error == ""
    assert grow((8 << 20) + 1).error == "EFBIG"


def test_the_temporary_folder_is_limited_in_files_and_gone_afterwards(scratch: Path) -> None:
    (scratch / "earlier").touch()

    def fill() -> tuple[list[str], int, str]:
        entries = os.listdir(".")
        for i in range(5000):
            try:
                open(str(i), "w").close()
            except OSError as error:
                return entries, i, errno.errorcode[error.errno]
        return entries, 5000, ""

    outcome = run_jailed(fill, scratch, only=("scratch",)).needs("scratch")
    assert outcome.value == [[], 4095, "ENOSPC"]  # and the folder itself
    assert os.listdir(scratch) == ["earlier"]


def test_open_files_are_limited(scratch: Path) -> None:
    def hoard() -> tuple[int, str]:
        last = 0
        while True:
            try:
                last = max(last, os.open(os.devnull, os.O_RDONLY))
            except OSError as error:
                return last, errno.errorcode[error.errno]

    outcome = run_jailed(hoard, scratch, only=("limits",)).needs("limits")
    assert outcome.value == [127, "EMFILE"]


def test_inherited_descriptors_are_closed(scratch: Path, victim: Path) -> None:
    with open(victim) as inherited, socket.socket() as connection:
        high = os.dup2(inherited.fileno(), 900)
        descriptors = [inherited.fileno(), connection.fileno(), high]

        def still_open() -> list[int]:
            found = []
            for descriptor in descriptors:
                try:
                    os.fstat(descriptor)
                    found.append(descriptor)
                except OSError:
                    pass
            return found

        outcome = run_jailed(still_open, scratch)
        kept = run_jailed(still_open, scratch, keep_fds=(connection.fileno(),))
        os.close(high)
    assert outcome.value == []
    assert kept.value == [descriptors[1]]


def test_a_worker_ends_with_its_parent(scratch: Path) -> None:
    read_end, write_end = os.pipe()

    def wait_forever() -> None:
        os.write(write_end, b"%d\n" % os.getpid())
        threading.Event().wait()

    parent = os.fork()
    if parent == 0:
        os.close(read_end)
        run_jailed(wait_forever, scratch, keep_fds=(write_end,))
        os._exit(0)
    os.close(write_end)
    with open(read_end) as pipe:
        pipe.readline()
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
        # The worker held the only other end, so the pipe ends when it does.
        assert pipe.read() == ""


# ---------------------------------------------------------------- each wall by itself


def expect_alone(
    wall: str, body: Callable[[], object], scratch: Path, *beside: str, error: str
) -> None:
    """What `wall` forbids is refused while no other stands but those that it stands on."""
    free = run_jailed(body, scratch, only=beside)
    assert free.error == "", f"refused without the wall: {free.error}"
    outcome = run_jailed(body, scratch, only=(wall, *beside)).needs(wall)
    assert outcome.error == error
    assert {name for name, on in outcome.on.items() if on} <= {wall, *beside}


def test_landlock_alone_keeps_files_closed(scratch: Path, victim: Path) -> None:
    moved = victim.with_name("moved")

    def move() -> None:
        os.rename(victim, moved)
        os.rename(moved, victim)

    expect_alone("files", lambda: os.open(victim, os.O_RDONLY), scratch, error="EACCES")
    expect_alone("files", lambda: os.open(victim, os.O_WRONLY), scratch, error="EACCES")
    expect_alone("files", lambda: os.listdir(victim.parent), scratch, error="EACCES")
    expect_alone("files", move, scratch, error="EACCES")


def test_landlock_alone_leaves_the_temporary_folder_open(scratch: Path) -> None:
    def body() -> str:
        Path("own").write_text("mine")
        Path(os.devnull).write_text("nothing")
        return Path("own").read_text()

    assert run_jailed(body, scratch, only=("files",)).needs("files").value == "mine"


def fork_and_wait() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


ALLOWED_WITHOUT_A_FILTER: dict[str, Callable[[], object]] = {
    "socket": lambda: socket.socket().close(),
    "fork": fork_and_wait,
    "memfd": lambda: os.memfd_create("x"),
    "pipe": lambda: os.pipe() and None,
    "signal_to_the_parent": lambda: os.kill(os.getppid(), 0),
    "signal_to_the_parents_thread": lambda: system_call(
        call_number("tgkill"), os.getppid(), os.getppid(), 0
    ),
    "limit_of_the_parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE) and None,
    "limit": lambda: resource.prlimit(0, resource.RLIMIT_CORE, (0, 0)) and None,
    "owner_of_a_descriptor": lambda: fcntl.fcntl(2, fcntl.F_SETOWN, os.getpid()),
    "bytes_to_be_read": lambda: (
        fcntl.ioctl(os.open("x", os.O_CREAT | os.O_RDWR), termios.FIONREAD, bytes(4)) and None
    ),
    "prctl": lambda: jail.prctl(jail.PR_SET_DUMPABLE, 1),
    "execute": lambda: subprocess.run(["true"], check=True) and None,
    "affinity": lambda: os.sched_getaffinity(os.getppid()) and None,
}


@pytest.mark.parametrize("name", ALLOWED_WITHOUT_A_FILTER)
def test_seccomp_alone_keeps_calls_from_the_kernel(scratch: Path, name: str) -> None:
    expect_alone("syscalls", ALLOWED_WITHOUT_A_FILTER[name], scratch, error="EPERM")


def test_the_temporary_folder_runs_no_programs_and_opens_no_devices(scratch: Path) -> None:
    def execute() -> None:
        Path("program").write_text("#!/bin/sh\n")
        os.chmod("program", 0o755)
        subprocess.run(["./program"], check=True)

    def device() -> None:
        os.mknod("null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        os.close(os.open("null", os.O_RDONLY))

    expect_alone("scratch", execute, scratch, error="EACCES")
    expect_alone("scratch", device, scratch, error="EACCES")


def test_a_private_temporary_folder_comes_with_private_shared_memory(scratch: Path) -> None:
    def namespaces() -> list[str]:
        return [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "ipc")]

    inside = run_jailed(namespaces, scratch, only=("scratch",)).needs("scratch").value
    assert isinstance(inside, list)
    assert set(inside).isdisjoint(namespaces())


@pytest.mark.parametrize("place", ["of this user", "/dev/shm", "/var/tmp", "/"])
def test_every_other_file_system_is_read_only(scratch: Path, victim: Path, place: str) -> None:
    folder = victim.parent if place == "of this user" else Path(place)
    name = folder / f"grader-test-{os.getpid()}"

    def write() -> None:
        name.touch()
        name.unlink()

    if not os.access(folder, os.W_OK):
        pytest.skip(f"nobody may write to {place}")
    expect_alone("read_only", write, scratch, "scratch", error="EROFS")
    own = run_jailed(lambda: Path("x").write_text("x"), scratch, only=("scratch", "read_only"))
    assert own.value == 1


def test_another_user_opens_no_file_of_roots_and_signals_nobody(
    scratch: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    # Whether or not others than root can get to this machine's Python: nothing more is imported.
    prepared = dataclasses.replace(jail.prepare(), readable_by_others=True)

    def prepare() -> jail.Preparation:
        os.setgroups([4242])  # in the child, as a machine's root may have groups
        return prepared

    monkeypatch.setattr(jail, "prepare", prepare)
    monkeypatch.setattr(jail, "is_readable_by_others", lambda _: True)
    victim.chmod(0o600)
    expect_alone("user", lambda: os.open(victim, os.O_RDONLY), scratch, error="EACCES")
    expect_alone("user", lambda: os.kill(os.getppid(), 0), scratch, error="EPERM")

    def identity() -> list[int]:
        return [*os.getresuid(), *os.getresgid(), *os.getgroups(), os.getpid()]

    *numbers, pid = run_jailed(identity, scratch, only=("user",)).needs("user").value  # type: ignore[misc]
    assert numbers == [0x70000000 + pid] * 6


def test_root_without_capabilities_mounts_and_owns_nothing(scratch: Path, victim: Path) -> None:
    target = os.fsencode(victim.parent)
    expect_alone("capabilities", lambda: os.chown(victim, 1, 1), scratch, error="EPERM")
    expect_alone(
        "capabilities",
        lambda: libc_call("unshare", jail.CLONE_NEWNS),
        scratch,
        error="EPERM",
    )
    expect_alone(
        "capabilities",
        lambda: libc_call("mount", b"tmpfs", target, b"tmpfs", 0, None),
        scratch,
        "scratch",  # whose mounts are seen from nowhere else
        error="EPERM",
    )


def test_what_was_given_up_cannot_be_gained_again(scratch: Path) -> None:
    def fields() -> dict[str, str]:
        lines = Path("/proc/self/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    found = run_jailed(fields, scratch, only=("capabilities",)).needs("capabilities").value
    assert isinstance(found, dict)
    assert {found[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert found["NoNewPrivs"] == "1"


@pytest.mark.parametrize("beside", [(), ("user", "capabilities", "session", "scratch")])
def test_its_memory_is_closed_to_others(scratch: Path, beside: tuple[str, ...]) -> None:
    def dumpable() -> int:
        return int(LIBC.prctl(jail.PR_GET_DUMPABLE, 0, 0, 0, 0))

    # A change of the user, or of the mounts, sets it anew.
    outcome = run_jailed(dumpable, scratch, only=("memory", *beside)).needs("memory")
    assert outcome.value == 0
    assert run_jailed(dumpable, scratch, only=()).value == 1


@pytest.mark.parametrize("beside", [(), ("user", "capabilities", "memory", "scratch")])
def test_it_has_a_session_of_its_own_and_ends_with_its_parent(
    scratch: Path, beside: tuple[str, ...]
) -> None:
    def session() -> list[int]:
        sent = ctypes.c_int()
        LIBC.prctl(2, ctypes.byref(sent), 0, 0, 0)  # PR_GET_PDEATHSIG
        return [os.getsid(0) - os.getpid(), os.getpgrp() - os.getpid(), sent.value]

    outcome = run_jailed(session, scratch, only=("session", *beside)).needs("session")
    assert outcome.value == [0, 0, signal.SIGKILL]


# ---------------------------------------------------------------- what has to work


TRAINING = """
    import concurrent.futures, dataclasses, json, os, random, sys, tempfile, threading
    from pathlib import Path
    import numpy as np
    import torch
    from torch import nn
    from grader.sandbox.walls import jail
    from grader.sandbox.walls.scratch import make_held_scratch, remove_scratch

    torch.set_num_threads(1)
    jail.prepare()
    folder, _ = make_held_scratch()
    pid = os.fork()
    if pid:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert remove_scratch(folder)
        sys.exit(code)
    jail.enter(scratch=folder, cpu_s=60, memory_mib=2048, keep_fds=[1, 2])
    tempfile.tempdir = str(folder)

    x, y = torch.randn(100, 20), torch.arange(100) % 10
    for make in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
        net = nn.Sequential(
            nn.LazyLinear(64), nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout(), nn.Linear(64, 10)
        )
        net(x)
        optimizer = make(net.parameters(), lr=0.01)
        for _ in range(5):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
        assert loss.isfinite()
    torch.save(net.state_dict(), folder / "net.pt")
    net.load_state_dict(torch.load(folder / "net.pt"))
    np.save(folder / "a.npy", np.eye(3))
    assert np.load(folder / "a.npy").sum() == 3
    torch.linalg.svd(torch.randn(9, 9))
    torch.jit.script(nn.Sequential(nn.Linear(20, 3), nn.ReLU()))(x)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _: (x @ x.T).sum(), range(8)))) == 8
    with tempfile.TemporaryDirectory() as inner:
        Path(inner, "f").write_text("x")
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("x")
    random.SystemRandom().random()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), 10, shuffle=True)
    assert sum(len(labels) for _, labels in loader) == 100
    @dataclasses.dataclass
    class Config:
        lr: float = 0.1
    print(json.dumps([repr(Config()), torch.get_num_threads()]), flush=True)
    os._exit(0)
"""


def test_training_works_inside() -> None:
    environment = {"PATH": os.defpath, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] += os.pathsep + os.environ["PYTHONPATH"]
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(TRAINING)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)[1] == 1


def test_a_user_whom_no_passwd_file_names_is_confined_like_any_other() -> None:
    """As with `docker run --user 20001`: a library of the walls asks for the home folder."""
    code = """
import os, pwd
def getpwuid(uid): raise KeyError(f"getpwuid(): uid not found: {uid}")
pwd.getpwuid = getpwuid
import sandlock
print("imported")
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr

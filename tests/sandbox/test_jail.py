"""Each attack runs in a forked, jailed child; what it did is told over a pipe."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import NEEDS_LINUX

if sys.platform != "win32":
    import resource

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

from grader.sandbox.launch import clean_environment
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
        for name in protections:
            if not self.on[name]:
                pytest.skip(f"this machine lacks the protection {name!r}")
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
) -> Outcome:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
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


def test_every_protection_is_reported(scratch: Path) -> None:
    outcome = run_jailed(lambda: None, scratch)
    assert list(outcome.on) == list(jail.PROTECTIONS)
    assert outcome.on["descriptors"]
    assert outcome.on["session"]
    assert outcome.on["limits"]


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
    pyseccomp = pytest.importorskip("pyseccomp", exc_type=(ImportError, RuntimeError))
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


def test_memory_is_limited(scratch: Path) -> None:
    outcome = run_jailed(lambda: len(bytearray(3 << 30)), scratch).needs("limits")
    assert outcome.error == "MemoryError"


def test_memory_below_the_limit_is_there(scratch: Path) -> None:
    assert run_jailed(lambda: len(bytearray(300 << 20)), scratch).value == 300 << 20


@pytest.mark.timeout(20)
def test_cpu_time_is_limited(scratch: Path) -> None:
    def spin() -> None:
        while True:
            pass

    assert run_jailed(spin, scratch, cpu_s=1).needs("limits").status == -signal.SIGXCPU


@pytest.mark.timeout(20)
def test_cpu_time_ends_even_if_the_signal_is_ignored(scratch: Path) -> None:
    def spin() -> None:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    assert run_jailed(spin, scratch, cpu_s=1).needs("limits").status == -signal.SIGKILL


@pytest.mark.timeout(20)
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

    outcome = run_jailed(bomb, scratch).needs("threads")
    assert isinstance(outcome.value, int)
    assert 8 <= outcome.value <= jail.THREADS


@pytest.mark.timeout(20)
def test_two_workers_do_not_share_the_limit_on_threads(scratch: Path) -> None:
    ready, tell_ready = os.pipe()
    hold, release = os.pipe()

    def start_threads() -> int:
        threading.stack_size(32 << 10)
        block = threading.Event()
        for _ in range(jail.THREADS * 2 // 3):
            threading.Thread(target=block.wait, daemon=True).start()
        return jail.THREADS * 2 // 3

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
    assert outcome.needs("threads").value == jail.THREADS * 2 // 3, outcome.error


def test_the_temporary_folder_is_limited_in_size(scratch: Path) -> None:
    def fill() -> None:
        for i in range(4):
            Path(f"{i}").write_bytes(bytes(jail.SCRATCH_MIB << 19))

    assert run_jailed(fill, scratch).needs("scratch").error == "ENOSPC"


def test_a_file_is_limited_in_size(scratch: Path) -> None:
    def grow() -> None:
        with open("large", "wb") as file:
            file.truncate((jail.SCRATCH_MIB << 20) + 1)

    assert run_jailed(grow, scratch).needs("limits").error == "EFBIG"


def test_the_temporary_folder_is_limited_in_files_and_gone_afterwards(scratch: Path) -> None:
    (scratch / "earlier").touch()

    def fill() -> list[str]:
        entries = os.listdir(".")
        for i in range(jail.SCRATCH_FILES + 1):
            open(str(i), "w").close()
        return entries

    outcome = run_jailed(fill, scratch).needs("scratch")
    assert outcome.error == "ENOSPC"
    assert os.listdir(scratch) == ["earlier"]


def test_open_files_are_limited(scratch: Path) -> None:
    def hoard() -> None:
        for _ in range(jail.OPEN_FILES + 1):
            os.open(os.devnull, os.O_RDONLY)

    assert run_jailed(hoard, scratch).needs("limits").error == "EMFILE"


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


@pytest.mark.timeout(20)
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


@pytest.mark.timeout(60)
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

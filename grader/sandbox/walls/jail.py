"""The walls around a worker: entered once, by the worker itself, before it reads student code.

Each wall stands by itself and is reported by name, so that a machine without one of them still has
the rest. Inherited descriptors are closed, rlimits set, the mounts made private and read-only but
for a small temporary file system, identity and capabilities given up; then Landlock closes the file
system, and seccomp leaves only the system calls that Python, NumPy and PyTorch make.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import platform
import signal
import stat
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.walls import syscalls

if sys.platform != "win32":
    import resource

# In the order in which `grader doctor` shows them.
PROTECTIONS = {
    "files": "Landlock: reads Python's own files only, writes to its temporary folder only",
    "syscalls": "seccomp: makes only the system calls that Python and PyTorch need",
    "limits": "CPU time, memory, open files and file sizes are limited",
    "threads": "the number of threads is limited",
    "scratch": "its temporary folder is private, limited in size and gone with it",
    "read_only": "all other file systems are mounted read-only",
    "user": "runs as a user of its own, who owns no file and no other process",
    "capabilities": "has no capabilities and can't gain any",
    "memory": "its memory is closed to other processes of the same user",
    "session": "has its own session and is killed when its parent ends",
    "descriptors": "holds no file or socket that it inherited",
}

SCRATCH_MIB = 64
SCRATCH_FILES = 4096
OPEN_FILES = 128
STACK_MIB = 8  # as is usual
THREADS = 64

# Worker p runs as user FIRST_UID + p, so that no two share one: above the numbers that
# distributions and container engines hand out, below the sign bit (systemd.io/UIDS-GIDS).
FIRST_UID = 0x70000000

# linux/sched.h, linux/mount.h, linux/prctl.h, linux/capability.h, linux/seccomp.h;
# system calls from number 424 on have the same number on every architecture.
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 3, 4, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
CAPABILITY_VERSION_3 = 0x20080522
SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW = 1, 4


@dataclass(frozen=True)
class Preparation:
    """What is the same for every worker, and too slow to be worked out for each."""

    readable: tuple[Path, ...]
    readable_by_others: bool
    bpf: bytes | None  # syscalls.OWN_PID stands where the worker's pid belongs


@functools.cache
def prepare() -> Preparation:
    """Work out what `enter` needs. Called once before the forks, it makes them cheaper by 20 ms."""
    bpf = None
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        bpf = syscalls.compile_filter()
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        import sandlock  # noqa: F401 - loaded here so that no worker has to
    readable = tuple(python_and_libraries())
    return Preparation(
        readable=readable,
        readable_by_others=all(map(is_readable_by_others, readable)),
        bpf=bpf,
    )


def enter(
    *,
    scratch: Path,
    cpu_s: int,
    memory_mib: int,
    keep_fds: Sequence[int],
    readable: Sequence[Path] = (),
) -> dict[str, bool]:
    """Lock the calling process in, irreversibly; returns each protection and whether it is on.

    For a freshly forked process with one thread, which from then on stands in `scratch`. What that
    folder held before is hidden if "scratch" is on. `memory_mib` comes on top of what is mapped
    already; at `cpu_s` seconds of CPU time comes SIGXCPU, a second later SIGKILL. Files in
    `readable` may be read; where others than their owner can't, root stays root ("user" is off).

    A feature that this machine lacks is reported, never raised.
    """
    prepared = prepare()
    allowed = [*prepared.readable, *(path.resolve() for path in readable)]
    give_up_files = prepared.readable_by_others and all(
        map(is_readable_by_others, [*readable, scratch.parent])
    )
    on = dict.fromkeys(PROTECTIONS, False)

    def put_up(name: str, wall: Callable[[], None]) -> None:
        # Whatever a wall raises, the others are still worth having: "off" is the whole report.
        with contextlib.suppress(Exception):
            wall()
            on[name] = True

    put_up("descriptors", lambda: close_descriptors(keep_fds))
    put_up("limits", lambda: set_limits(cpu_s, memory_mib))
    put_up("scratch", lambda: mount_scratch(scratch))
    if on["scratch"]:
        put_up("read_only", lambda: make_read_only(scratch))
    elif on["limits"]:  # files that are open and have no name any more are counted by nobody
        resource.setrlimit(resource.RLIMIT_FSIZE, (SCRATCH_MIB << 17, SCRATCH_MIB << 17))
    in_own_namespace = on["scratch"] and not is_root()
    empty_bounding_set()  # now, as another user has no right to
    put_up("user", lambda: change_user(scratch, give_up_files))
    put_up("threads", lambda: limit_threads(in_own_namespace))
    put_up("capabilities", drop_capabilities)
    # The kernel undoes the next two when a process changes its user, so they come after that.
    put_up("session", start_session)
    put_up("memory", lambda: prctl(PR_SET_DUMPABLE, 0))
    os.chdir(scratch)
    put_up("files", lambda: confine_files(allowed, scratch))
    put_up("syscalls", lambda: load_filter(prepared.bpf))
    return on


# ---------------------------------------------------------------- the walls; each raises if refused


def close_descriptors(keep: Sequence[int]) -> None:
    for fd in map(int, os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")):
        if fd not in keep:
            with contextlib.suppress(OSError):  # the listing's own is closed already
                os.close(fd)


def limits_of_worker(cpu_s: int, memory_mib: int) -> dict[int, tuple[int, int]]:
    """By kind the soft and the hard limit of a process that holds what the calling one does."""
    limits = {
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        resource.RLIMIT_FSIZE: (SCRATCH_MIB << 20, SCRATCH_MIB << 20),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_STACK: (STACK_MIB << 20, STACK_MIB << 20),
        resource.RLIMIT_MEMLOCK: (0, 0),
    }
    if sys.platform == "linux":
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        address_space = mapped + (memory_mib << 20)
        limits |= {
            resource.RLIMIT_AS: (address_space, address_space),
            resource.RLIMIT_DATA: (address_space, address_space),
            resource.RLIMIT_MSGQUEUE: (0, 0),
            resource.RLIMIT_SIGPENDING: (64, 64),
            resource.RLIMIT_NICE: (0, 0),
            resource.RLIMIT_RTPRIO: (0, 0),
        }
    return limits


def set_limits(cpu_s: int, memory_mib: int) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    for kind, (soft, hard) in limits_of_worker(cpu_s, memory_mib).items():
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def mount_scratch(scratch: Path) -> None:
    """A private mount namespace, with an empty file system of limited size on `scratch`.

    An ordinary user gets it inside a user namespace, where the system allows those.
    """
    uid, gid = os.getuid(), os.getgid()
    if is_root():
        call(libc().unshare, CLONE_NEWNS | CLONE_NEWIPC)
    else:
        prctl(PR_SET_DUMPABLE, 1)  # otherwise the next three files belong to root
        call(libc().unshare, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    call(libc().mount, None, b"/", None, MS_REC | MS_PRIVATE, None)
    # Open to all, as it is seen from nowhere else.
    options = f"size={SCRATCH_MIB}m,nr_inodes={SCRATCH_FILES},mode=777".encode()
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    call(libc().mount, b"tmpfs", os.fsencode(scratch), b"tmpfs", flags, options)


def make_read_only(scratch: Path) -> None:
    def set_attributes(path: Path, flags: int, on: int, off: int) -> None:
        attributes = struct.pack("4Q", on, off, 0, 0)  # struct mount_attr
        number, size = ctypes.c_long(SYS_MOUNT_SETATTR), ctypes.c_size_t(len(attributes))
        call(libc().syscall, number, AT_FDCWD, os.fsencode(path), flags, attributes, size)

    set_attributes(Path("/"), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)
    set_attributes(scratch, 0, 0, MOUNT_ATTR_RDONLY)


def change_user(scratch: Path, give_up_files: bool) -> None:
    """From root to a user of this worker alone.

    Where Python's files are closed to others (below /root, say), only the real user changes: by
    it the kernel counts threads, while the effective user still opens files.
    """
    if not is_root():
        raise PermissionError("only root can change its user")
    own = FIRST_UID + os.getpid()
    os.setgroups([])
    if not give_up_files:
        os.setresuid(own, 0, 0)
        raise PermissionError("Python's own files are open to root only")
    with contextlib.suppress(OSError):  # read-only below the private file system
        os.chown(scratch, own, own)
    os.setresgid(own, own, own)
    os.setresuid(own, own, own)


def limit_threads(in_own_namespace: bool) -> None:
    """The limit counts all threads of a user, so the user has to be this worker alone."""
    if not in_own_namespace and os.getuid() != FIRST_UID + os.getpid():
        raise PermissionError("the user's other processes would be counted as well")
    resource.setrlimit(resource.RLIMIT_NPROC, (THREADS, THREADS))


def empty_bounding_set() -> None:
    with contextlib.suppress(Exception):  # EINVAL after the last one, EPERM for an ordinary user
        for capability in range(64):
            prctl(PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    call(libc().capset, header, bytes(24))  # effective, permitted and inheritable, 64 bits each
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def start_session() -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def confine_files(readable: Sequence[Path], scratch: Path) -> None:
    import sandlock

    sandlock.confine(
        sandlock.Sandbox(
            fs_readable=[str(path) for path in readable],
            fs_writable=[str(scratch), os.devnull],
            allow_degraded=list(sandlock.Protection),
        )
    )


def load_filter(bpf: bytes | None) -> None:
    """Install the seccomp filter; it needs no_new_privs, and nothing after it may need more."""
    if bpf is None:
        raise OSError(errno.ENOSYS, "libseccomp is not installed")
    program = syscalls.with_own_pid(bpf, os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions of 8 bytes, and where they are
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    # Without the flag, kernels before 5.16 slow the whole process down, to keep code in it from
    # reading by speculation what it could read anyway.
    number = ctypes.c_long(SYS_SECCOMP[platform.machine()])
    flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW
    call(libc().syscall, number, SECCOMP_SET_MODE_FILTER, flags, header)


# ---------------------------------------------------------------- what a worker may read


def python_and_libraries() -> Iterator[Path]:
    """Python's own files and what it and PyTorch read beside them; each exists and is resolved.

    Of a prefix only the library folders are opened, as the prefix itself may be /usr, or hold more
    than Python; of sys.path only installed packages, as it may name a repository.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, "/usr", "/"}
    candidates = [Path(prefix, lib) for prefix in prefixes for lib in ("lib", "lib32", "lib64")]
    candidates += [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    candidates += [
        path for path in map(Path, sys.path) if path.name in ("site-packages", "dist-packages")
    ]
    candidates += map(
        Path,
        (
            "/etc/ld.so.cache",
            "/etc/localtime",
            "/usr/share/zoneinfo",
            "/usr/share/locale",
            "/proc/cpuinfo",
            "/proc/meminfo",
            "/sys/devices/system/cpu",
            "/dev/urandom",
        ),
    )
    resolved = {path.resolve() for path in candidates if path.exists()}
    for path in sorted(resolved):
        if not any(parent in resolved for parent in path.parents):
            yield path


def is_readable_by_others(path: Path) -> bool:
    """Whether users other than its owner can reach and read `path`, as far as modes tell."""
    *parents, last = *reversed(path.resolve().parents), path.resolve()
    return bool(last.stat().st_mode & stat.S_IROTH) and all(
        parent.stat().st_mode & stat.S_IXOTH for parent in parents
    )


# ---------------------------------------------------------------- calls that Python has no name for


@functools.cache
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def call(function: Callable[..., int], *arguments: object) -> None:
    if function(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def prctl(option: int, value: int) -> None:
    call(libc().prctl, option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0

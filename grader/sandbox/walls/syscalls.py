"""The system calls that a worker may make, as a seccomp filter compiled by libseccomp.

An allow-list, found by running the standard library, NumPy and PyTorch (training, every optimizer,
saving, linear algebra, TorchScript, threads) under strace. What is not on it returns EPERM, and so
a Python exception, instead of ending the process. Names that this architecture or libseccomp does
not know are skipped, and calls made through a foreign architecture's table are refused.
"""

from __future__ import annotations

import errno
import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyseccomp

# What stands for the worker's pid in the compiled filter: larger than any pid (2^22 at most).
OWN_PID = 0x5E1F0001

MEMORY = "brk madvise mmap mprotect mremap msync munmap"
FILES = """
    access close close_range dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate fdatasync fstat
    fstatfs fsync ftruncate getdents64 lseek lstat newfstatat pread64 preadv pwrite64 pwritev read
    readlink readlinkat readv stat statfs statx write writev
"""
FOLDERS = """
    chdir fchdir getcwd mkdir mkdirat rename renameat renameat2 rmdir umask unlink unlinkat
"""
THREADS = """
    exit exit_group futex gettid restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn
    sched_yield set_robust_list sigaltstack
"""
TIME_AND_WAITING = """
    clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep poll ppoll pselect6 select
    time
"""
QUESTIONS = """
    getcpu getegid geteuid getgid getgroups getpgrp getpid getppid getrandom getresgid getresuid
    getrlimit getrusage getuid sysinfo times uname
"""
# On the one socket that the worker is left with: none can be made, and none connected.
SOCKET = "getpeername getsockname getsockopt recvfrom shutdown"
ALLOWED = (MEMORY + FILES + FOLDERS + THREADS + TIME_AND_WAITING + QUESTIONS + SOCKET).split()

# The C library and Python have another way where they are told that the kernel is too old.
ANOTHER_WAY = ("clone3", "copy_file_range", "openat2", "sendfile")

# fcntl.h: to truncate takes O_WRONLY or O_RDWR here, as Landlock overlooks O_RDONLY | O_TRUNC
# before Linux 6.2, and truncate(2) altogether.
O_ACCMODE, O_WRONLY, O_RDWR, O_TRUNC = 3, 1, 2, 0o1000

# The exact flags of pthread_create (sched.h): VM FS FILES SIGHAND THREAD SYSVSEM SETTLS
# PARENT_SETTID CHILD_CLEARTID. Without THREAD it would be a process.
PTHREAD_FLAGS = 0x3D0F00

# fcntl.h: DUPFD GETFD SETFD GETFL SETFL GETLK SETLK SETLKW, DUPFD_CLOEXEC. Not SETOWN, which sends
# signals, nor SETPIPE_SZ, which takes kernel memory.
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)
# asm-generic/ioctls.h: TCGETS (isatty), FIONBIO, FIONCLEX, FIOCLEX
IOCTL_REQUESTS = (0x5401, 0x5421, 0x5450, 0x5451)
# linux/prctl.h: SET_NAME, GET_NAME, SET_VMA (names of mappings)
PRCTL_OPTIONS = (15, 16, 0x53564D41)


def compile_filter() -> bytes:
    """The filter as BPF, for `with_own_pid`.

    Raises ImportError without pyseccomp, RuntimeError without libseccomp, OSError where that does
    not know this machine.
    """
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        _add(rules, pyseccomp.ALLOW, name)
    for name in ANOTHER_WAY:
        _add(rules, pyseccomp.ERRNO(errno.ENOSYS), name)

    def allow(name: str, *arguments: pyseccomp.Arg) -> None:
        _add(rules, pyseccomp.ALLOW, name, *arguments)

    def number(index: int, value: int, mask: int = 0xFFFFFFFF) -> pyseccomp.Arg:
        """The argument at `index` is `value` in the bits of `mask`; an int has 32 of them."""
        return pyseccomp.Arg(index, pyseccomp.MASKED_EQ, mask, value)

    def null(index: int) -> pyseccomp.Arg:
        return pyseccomp.Arg(index, pyseccomp.EQ, 0)

    for name, flags in (("open", 1), ("openat", 2)):
        allow(name, number(flags, 0, O_TRUNC))
        allow(name, number(flags, O_WRONLY, O_ACCMODE))
        allow(name, number(flags, O_RDWR, O_ACCMODE))
    allow("clone", number(0, PTHREAD_FLAGS))
    for command in FCNTL_COMMANDS:
        allow("fcntl", number(1, command))
    for request in IOCTL_REQUESTS:
        allow("ioctl", number(1, request))
    for option in PRCTL_OPTIONS:
        allow("prctl", number(0, option))
    allow("sendto", null(4))  # to no address but the socket's own peer
    # Calls that take a pid, on oneself only. For kill, 0 would be the whole process group.
    allow("kill", number(0, OWN_PID))
    allow("tgkill", number(0, OWN_PID))
    for pid in (0, OWN_PID):
        allow("sched_getaffinity", number(0, pid))
        allow("prlimit64", number(0, pid), null(2))  # no new limit

    with open(os.memfd_create("filter"), "r+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def with_own_pid(bpf: bytes, pid: int) -> bytes:
    """`bpf` with `pid` in the place of OWN_PID."""
    instruction = struct.Struct("HBBI")  # struct sock_filter: code, jt, jf, k
    return b"".join(
        instruction.pack(code, jt, jf, pid if k == OWN_PID else k)
        for code, jt, jf, k in instruction.iter_unpack(bpf)
    )


def _add(rules: pyseccomp.SyscallFilter, action: int, name: str, *arguments: pyseccomp.Arg) -> None:
    import pyseccomp

    if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
        rules.add_rule(action, name, *arguments)

"""The zygote: imports torch once, then forks a jailed worker for each request.

It is exec'd with a clean environment, stays single-threaded (forking a threaded process is not
safe), reads no labels, checks or expected values, and never runs student code itself.

A request is one packet on the control socket, with three descriptors: the worker's end of the
message stream, the pipe for its output, and a status socket on which the zygote reports the pid
(with a pidfd, so that nobody else can ever be killed by mistake) and, later, how the worker ended.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from grader.sandbox.inside import hugepages, worker
from grader.sandbox.inside.warming import warm_up
from grader.sandbox.walls import inherited, jail, scratch

REQUEST_BYTES = 4096
LOOK_EVERY_S = 0.2  # at what workers put into their folders
OVERFULL = f"more than {jail.SCRATCH_FILES} files or {jail.SCRATCH_MIB} MiB in its temporary folder"
# Huge pages are worth their time from so many workers on; what the zygote writes to takes them
# apart again, so they are joined anew every so many.
HUGE_PAGES_FROM, HUGE_PAGES_EVERY = 16, 256


@dataclass(frozen=True, eq=False)
class Child:
    """A worker that runs, and what is left to do when it has ended."""

    pid: int
    pidfd: int
    status: socket.socket
    folder: Path
    hold: int  # keeps others from removing it
    killed_for: list[str] = field(default_factory=list)


def fork_worker(
    limits: dict[str, int], descriptors: list[int], control: socket.socket
) -> Child | None:
    """A new worker; None where it would have less than its limits, which its client is told."""
    stream, output, status_descriptor = descriptors
    status = socket.socket(fileno=status_descriptor)
    if cut := inherited.cut_limit(jail.limits_of_worker(**limits)):
        for descriptor in (stream, output):
            os.close(descriptor)
        with contextlib.suppress(OSError), status:
            status.send(json.dumps({"refused": cut}).encode())
        return None
    folder, hold = scratch.make_held_scratch()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            control.close()
            become_worker(limits, stream, output, folder)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)  # the zygote's own clean-up is not the worker's to do
    os.close(stream)
    os.close(output)
    pidfd = os.pidfd_open(pid)
    with contextlib.suppress(OSError):  # the client may be gone already
        socket.send_fds(status, [json.dumps({"pid": pid}).encode()], [pidfd])
    return Child(pid, pidfd, status, folder, hold)


def become_worker(limits: dict[str, int], stream: int, output: int, folder: Path) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    protections = jail.enter(
        scratch=folder,
        cpu_s=limits["cpu_s"],
        memory_mib=limits["memory_mib"],
        keep_fds=[0, 1, 2, stream],
    )
    worker.serve(socket.socket(fileno=stream), folder, protections)
    sys.stdout.flush()


def bury(child: Child, control: socket.socket) -> int | None:
    """Tell the client how its worker ended, and leave nothing of it behind: the pid of the process
    that removes its files, if there are any."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # Only where the jail can't forbid fork; before the wait, after which the number is free.
        os.killpg(child.pid, signal.SIGKILL)
    _, code, usage = os.wait4(child.pid, 0)
    end = {
        "exit": os.waitstatus_to_exitcode(code),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "why": "".join(child.killed_for),
    }
    with contextlib.suppress(OSError):
        child.status.send(json.dumps(end).encode())
    child.status.close()
    os.close(child.pidfd)
    remover = None
    try:
        child.folder.rmdir()
    except OSError:  # it was no file system of its own, and what is in it can take long
        remover = os.fork()
        if remover == 0:
            control.close()
            remove(child.folder)
    os.close(child.hold)
    return remover


def remove(folder: Path) -> NoReturn:
    """Remove a worker's files, in a process for that; say where some are left."""
    try:
        if not scratch.remove_scratch(folder):
            os.write(2, f"files of a worker could not be removed: {folder}\n".encode())
    finally:
        os._exit(0)


def kill_overfull(alive: Collection[Child]) -> None:
    """Kill the workers that put more into their folders than they may: see scratch.is_overfull."""
    for child in alive:
        if not child.killed_for and scratch.is_overfull(child.folder):
            child.killed_for.append(OVERFULL)
            signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)


def serve(control: socket.socket) -> None:
    """Fork workers on request until every client is gone; then end with all of them."""
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    alive: set[Child] = set()
    removers: set[int] = set()
    forked = 0
    clients = True
    next_look = 0.0
    while clients or alive or removers:
        ready = selector.select(LOOK_EVERY_S if alive or removers else None)
        if time.monotonic() >= next_look:
            next_look = time.monotonic() + LOOK_EVERY_S
            kill_overfull(alive)
            removers -= {pid for pid in removers if os.waitpid(pid, os.WNOHANG)[0]}
        for key, _ in ready:
            child: Child | None = key.data
            if child is None:
                packet, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 3)
                if packet:
                    if forked % HUGE_PAGES_EVERY == HUGE_PAGES_FROM:
                        hugepages.use_huge_pages()
                    child = fork_worker(json.loads(packet), descriptors, control)
                    if child is None:
                        continue
                    alive.add(child)
                    forked += 1
                    selector.register(child.pidfd, selectors.EVENT_READ, child)
                    selector.register(child.status, selectors.EVENT_READ, child)
                else:
                    clients = False
                    selector.unregister(control)
                    for child in alive:
                        signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
            elif child not in alive:
                pass  # buried a moment ago
            elif key.fd == child.pidfd:
                alive.remove(child)
                selector.unregister(child.pidfd)
                with contextlib.suppress(KeyError):
                    selector.unregister(child.status)
                if remover := bury(child, control):
                    removers.add(remover)
            else:  # its client is done with it, or gone
                selector.unregister(child.status)
                signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)


def main() -> None:
    """Serve, with the arguments of start_zygote.py."""
    control = socket.socket(fileno=int(sys.argv[1]))
    warm_up()
    worker.offer_baseline(Path(sys.argv[4]))
    jail.prepare()
    # Frozen objects are not traversed by a worker's collector, so their pages stay shared. They are
    # not collected first, as little of what an import leaves is garbage.
    gc.freeze()
    gc.enable()
    # From here on there may be something to clear up: it ends when its clients are gone.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Its clients' end shows in the control socket, too.
    with contextlib.suppress(OSError):
        jail.prctl(jail.PR_SET_PDEATHSIG, 0)
    serves = int(sys.argv[2])
    os.write(serves, b"s")
    os.close(serves)
    serve(control)

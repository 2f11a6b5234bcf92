"""Where the zygote begins: before it imports torch, which takes seconds.

Arguments: the descriptors of the control socket and of a pipe that is told when the zygote serves;
the number of the process that started it; the baseline's path.
"""

from __future__ import annotations

import os
import signal
import sys

from grader.sandbox.walls import inherited, jail, scratch


def main() -> None:
    # Until it serves, it ends with the process that started it; afterwards, with its clients.
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[3]):
        return
    inherited.even_out()
    scratch.remove_abandoned()
    try:
        from grader.sandbox.inside import zygote
    except (ImportError, MemoryError) as error:
        if not inherited.is_address_space_limited():
            raise
        sys.exit(f"too little address space for torch (ulimit -v): lift that limit; {error}")
    zygote.main()

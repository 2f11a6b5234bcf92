"""Time, as a test has it pass."""

from __future__ import annotations

import time


class Clock:
    """The trusted side's clock, which the test puts forward."""

    ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

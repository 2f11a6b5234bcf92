"""What GitHub's runner does with a step's output, as far as it obeys anything in it.

After actions/runner: OutputManager reads stdout and stderr line by line, as .NET's ReadLine does;
ActionCommand parses `::name properties::data` at a line's beginning, spaces aside, and the older
`##[name properties]data` anywhere in it; ActionCommandManager heeds `stop-commands` until its token
comes as a command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Of the runner's IActionCommandExtensions, and what the log's pages act on.
COMMANDS = frozenset(
    {
        "internal-set-repo-path", "set-env", "set-output", "save-state", "add-path", "add-mask",
        "add-matcher", "remove-matcher", "warning", "error", "notice", "debug", "group",
        "endgroup", "echo", "stop-commands",
    }
)  # fmt: skip
_V2 = re.compile(r"\s*::([^\s:]+)(?:\s+(.*?))?::(.*)", re.DOTALL)
_V1 = re.compile(r".*?##\[([^\s\]]+)(?:\s+(.*?))?\](.*)", re.DOTALL)


@dataclass
class Command:
    """A command that was obeyed."""

    name: str
    properties: dict[str, str]
    data: str


@dataclass
class Runner:
    """Reads a step's output; `obeyed` are the commands in it that are carried out."""

    obeyed: list[Command] = field(default_factory=list)
    _token: str | None = None

    def read(self, text: str) -> list[Command]:
        for line in re.split(r"\r\n|\r|\n", text):
            self._read_line(line)
        assert self._token is None, "commands were left switched off"
        return self.obeyed

    def _read_line(self, line: str) -> None:
        found = _V2.fullmatch(line) or _V1.fullmatch(line)
        if found is None:
            return
        name = found[1].lower()
        if self._token is not None:
            if name == self._token:
                self._token = None
            return
        if name == "stop-commands":
            self._token = found[3].lower()
        elif name in COMMANDS:
            pairs = (pair.partition("=") for pair in (found[2] or "").split(",") if pair)
            properties = {key.strip(): unescape(value) for key, _, value in pairs}
            self.obeyed.append(Command(name, properties, unescape(found[3])))


def unescape(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text

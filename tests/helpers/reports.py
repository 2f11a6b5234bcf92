"""Reports and pictures made by hand, and text that must not become markup in any format."""

from __future__ import annotations

from grader.report.model import (
    Activations,
    AssignmentReport,
    CheckResult,
    Environment,
    Mode,
    Report,
    Training,
    Verdict,
    Weights,
    status_of,
)

NASTY = [
    "<img src=x onerror=alert(1)>", "</details>", "</code></pre><h1>owned</h1>", "<!-- ",
    "<!-- owned -->",
    "&lt;b&gt;", "```", "````\n# owned", "~~~", "`", "\n\n", "\n", "\r", "\r\n", "\t", "    ",
    "> ", "- ", "1. ", "# ", "| a | b |\n|---|---|\n", "|", "\\|", "\\", "*owned*", "**owned**",
    "__owned__", "~~owned~~", "[owned](https://owned.example)", "<https://owned.example>",
    "![owned](https://owned.example/x.png)", "[owned]: https://owned.example\n",
    "https://owned.example", "www.owned.example", "o@owned.example", "@octocat", "#1", "$x^2$",
    "$$\nx\n$$", "```mermaid\n", ":tada:", "\x1b[31m", "\x1b]8;;http://x\x07", "\u202e", "\u2028",
    "\x85", "\x00", "\ud800", "::error::owned", "##[error]owned", "\u0130", "owned",
]  # fmt: skip


def make_report(
    message: str = "Seen: 2.",
    output: str = "",
    name: str = "ada",
    verdict: Verdict = "failed",
    loss: list[float] | None = None,
) -> Report:
    checks = [
        CheckResult("test_a", "It is *right*", "passed", 2.0, 2.0, "", "", 0.1),
        CheckResult("test_b", "W_1 | b_1", verdict, 0.0, 2.0, message, "See `p` @ 3.", 0.1, 7),
    ]
    training = Training(0.875, 0.75, loss or [2.25, 1.5], 0.4)
    assignment = AssignmentReport(
        "relu", "ReLU", status_of(checks), 2.0, 4.0, checks, training, output
    )
    missing = AssignmentReport(
        "l2", "L2", "missing", 0.0, 4.0,
        [CheckResult("test_c", "C", "not_judged", 0.0, 4.0, "no file", "", 0.0)], None, "",
    )  # fmt: skip
    environment = Environment("", "", "", "", "", {})
    return Report(name, 2.0, 8.0, [assignment, missing], environment, 0, 0.2)


FARTHEST = 3.4e38  # about the largest float32
PICTURES = [
    Weights("2/fan_in", False, [1.0, 0.5], [[0.0, 0.25, 0.0], [0.0, 9.0, 0.0]]),
    Activations([0.0, 1.0], [Mode("eval mode", 0.0, 0.0, 1.0, [0.0, 0.0])] * 3),
    Activations([0.0, 1.0], [Mode("train mode", 0.0, FARTHEST, 0.0, [FARTHEST, -FARTHEST])]),
]

"""torch's compiler is loaded for those alone who use it."""

from __future__ import annotations

import pytest
from helpers.repository import solution

from grader.sandbox.client import Allowance, Student
from grader.sandbox.process import Launcher

pytestmark = pytest.mark.usefixtures("unhurried")

LIMITS = Allowance(wall_s=300, cpu_s=100, memory_mib=2048, output_kib=64)
RELU = solution("relu")
STEP = """
def step(make, **options):
    net = Net(2, 3, 4)
    optimizer = make(net.parameters(), lr=0.1, **options)
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
"""
LOADED = "import sys\nassert 'sympy' in sys.modules\n"
NOT_LOADED = "import sys\nassert 'sympy' not in sys.modules\n"

IDLE = {
    "optimizers": f"{STEP}step(torch.optim.Adam)\nstep(torch.optim.RMSprop, momentum=0.9)",
    "seeds": "torch.manual_seed(1)\ntorch.use_deterministic_algorithms(True)",
    "disabled": "import torch._dynamo\n@torch._dynamo.disable\ndef f(x): return x\nf(1)",
    "inspected": "import inspect\ninspect.getmodule(nn.Linear)\ninspect.getsource(nn.Linear)",
}
USED = {
    "compile": "f = torch.compile(Net(2, 3, 4), backend='eager')\nf(torch.ones(1, 2))",
    "settings": "import torch._dynamo\ntorch._dynamo.config.suppress_errors = True",
    "from": "from torch._dynamo import config\nconfig.suppress_errors = True",
    "part": "import torch._dynamo.eval_frame\ntorch._dynamo.eval_frame.innermost_fn(print)",
    "optimizer": f"import torch._dynamo as d\nd.reset()\n{STEP}step(torch.optim.SGD)",
}


def notes(launcher: Launcher, script: str) -> list[str]:
    """What is said of a right module that runs `script` when it is imported."""
    with Student(launcher, "relu", f"{RELU}\n{script}\n", LIMITS) as student:
        assert student.load() == ["Net"]
        return student.notes


@pytest.mark.parametrize("use", IDLE)
def test_who_compiles_nothing_does_not_wait_for_it(launcher: Launcher, use: str) -> None:
    assert notes(launcher, f"{IDLE[use]}\n{NOT_LOADED}") == []


@pytest.mark.parametrize("use", USED)
def test_who_asks_for_it_has_it(launcher: Launcher, use: str) -> None:
    assert notes(launcher, f"{USED[use]}\n{LOADED}") == []


def test_what_is_deterministic_is_as_torch_says(launcher: Launcher) -> None:
    said = (
        "torch.use_deterministic_algorithms(True, warn_only=True)\n"
        "assert torch.are_deterministic_algorithms_enabled()\n"
        "assert torch.is_deterministic_algorithms_warn_only_enabled()\n"
        "torch.use_deterministic_algorithms(False)\n"
        "assert not torch.are_deterministic_algorithms_enabled()\n"
    )
    assert notes(launcher, said) == []

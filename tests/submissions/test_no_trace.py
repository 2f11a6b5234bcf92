"""Which modules leave nothing behind, as far as their text tells."""

from __future__ import annotations

import pytest
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.submissions.code.traces import leaves_no_trace
from grader.submissions.model import Source

SLUGS = load_course(REPOSITORY).slugs


@pytest.mark.parametrize("slug", SLUGS)
def test_solutions_keep_to_themselves(slug: str) -> None:
    assert leaves_no_trace(Source(slug, f"{slug}.py", solution(slug)))


@pytest.mark.parametrize(
    "line",
    [
        "torch.set_default_dtype(torch.float64)",
        "torch.set_grad_enabled(False)",
        "torch.use_deterministic_algorithms(True)",
        "torch.backends.mkldnn.enabled = False",
        "nn.functional.relu = torch.tanh",
        "nn.Linear.forward = None",
        "del torch.nn.ReLU",
        "torch.nn.modules.module.register_module_forward_hook(print)",
        "numpy.seterr(all='raise')",
        "setattr(nn.Linear, 'forward', None)",
        "import os",
        "open('left', 'w')",
        "def f(:",
    ],
)
def test_what_sets_or_patches_something_does_not(line: str) -> None:
    text = f"import numpy\nimport torch\nfrom torch import nn\n{line}\n"
    assert not leaves_no_trace(Source("relu", "relu.py", text))
    siblings = (("helper.py", text),)
    assert not leaves_no_trace(Source("relu", "relu.py", "import helper\n", siblings=siblings))

"""What a module has set for all others is seen before another follows it in its worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture(scope="module", autouse=True)
def _torch() -> None:
    """Imported when it is used: all of the tests' processes read this file, and one runs it."""
    global nn, state_of_libraries, torch
    import torch
    from torch import nn

    from grader.sandbox.inside.reuse import state_of_libraries


def hooks() -> dict[int, object]:
    return nn.modules.module._global_forward_hooks


@pytest.mark.parametrize(
    ("change", "undo"),
    [
        (
            lambda: torch.set_default_dtype(torch.float64),
            lambda: torch.set_default_dtype(torch.float32),
        ),
        (lambda: torch.set_default_device("meta"), lambda: torch.set_default_device(None)),
        (lambda: torch.set_grad_enabled(False), lambda: torch.set_grad_enabled(True)),
        (
            lambda: torch.set_num_threads(torch.get_num_threads() + 1),
            lambda: torch.set_num_threads(torch.get_num_threads() - 1),
        ),
        (  # torch's own function for it imports a compiler first
            lambda: torch._C._set_deterministic_algorithms(True),
            lambda: torch._C._set_deterministic_algorithms(False),
        ),
        (
            lambda: torch.autograd.set_detect_anomaly(True),
            lambda: torch.autograd.set_detect_anomaly(False),
        ),
        (lambda: hooks().update({1: print}), lambda: hooks().pop(1)),
        (lambda: setattr(nn.Linear, "more", print), lambda: delattr(nn.Linear, "more")),
        (lambda: setattr(nn.init, "more", print), lambda: delattr(nn.init, "more")),
    ],
)
def test_what_is_set_for_all_is_seen(
    change: Callable[[], object], undo: Callable[[], object]
) -> None:
    before = state_of_libraries()
    change()
    try:
        assert state_of_libraries() != before
    finally:
        undo()
    assert state_of_libraries() == before

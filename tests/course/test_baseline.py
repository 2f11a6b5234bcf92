"""The seed network: it starts as it says, and its loop teaches it to read digits."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from types import ModuleType

import pytest
from helpers.repository import REPOSITORY

from grader.course.digits import load_digits


@pytest.fixture(scope="module", autouse=True)
def _torch() -> None:
    """Imported when it is used: all of the tests' processes read this file, and one runs it."""
    global Tensor, nn, torch
    import torch
    from torch import Tensor, nn


@pytest.fixture(scope="module")
def baseline() -> ModuleType:
    path = REPOSITORY / "assignments" / "baseline.py"
    spec = importlib.util.spec_from_file_location("baseline_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def digits() -> tuple[Tensor, Tensor]:
    images, labels = load_digits(REPOSITORY / "data_cache", "train")
    return torch.from_numpy(images) / 255, torch.from_numpy(labels)


@pytest.fixture(autouse=True)
def _seeded_on_one_thread() -> Iterator[None]:
    torch.manual_seed(1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_weights_are_xavier_normal_and_the_biases_zero(baseline: ModuleType) -> None:
    net = baseline.Net(700, 500, 300)
    shapes = {name: tuple(p.shape) for name, p in net.named_parameters()}
    assert shapes == {"W_1": (500, 700), "b_1": (500,), "W_2": (300, 500), "b_2": (300,)}
    for weight in (net.W_1, net.W_2):
        assert weight.mean().abs() < 1e-3
        assert weight.var().item() == pytest.approx(2 / sum(weight.shape), rel=0.02)
        # A normal distribution has a kurtosis of 3, a uniform one of 1.8.
        kurtosis = (weight**4).mean() / (weight**2).mean() ** 2
        assert kurtosis.item() == pytest.approx(3, abs=0.1)
    assert not net.b_1.any()
    assert not net.b_2.any()


def test_the_forward_pass_is_linear_elu_linear(baseline: ModuleType) -> None:
    net = baseline.Net(7, 5, 3)
    nn.init.normal_(net.b_1)
    nn.init.normal_(net.b_2)
    x = 3 * torch.randn(4, 7)
    hidden = x @ net.W_1.T + net.b_1
    hidden = torch.where(hidden > 0, hidden, hidden.exp() - 1)
    torch.testing.assert_close(net(x), hidden @ net.W_2.T + net.b_2)


def test_the_optimizer_is_plain_sgd(baseline: ModuleType) -> None:
    parameter = nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = baseline.make_optimizer([parameter])
    for _ in range(2):
        parameter.grad = torch.tensor([10.0, 20.0])
        optimizer.step()
    torch.testing.assert_close(parameter.data, torch.tensor([0.8, -2.4]))


def test_an_epoch_goes_through_batches_in_order_in_train_mode(baseline: ModuleType) -> None:
    seen: list[tuple[bool, list[float]]] = []

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, x: Tensor) -> Tensor:
            seen.append((self.training, x[:, 0].tolist()))
            return self.scale * x

    net = Spy().eval()
    images = torch.arange(5.0).reshape(5, 1).repeat(1, 3)  # equal logits: the loss is log 3
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    loss = baseline.train_epoch(net, optimizer, images, torch.zeros(5, dtype=torch.long), 2)
    assert seen == [(True, [0, 1]), (True, [2, 3]), (True, [4])]
    assert loss == pytest.approx(math.log(3))


def test_accuracy_is_measured_in_eval_mode_without_gradients(baseline: ModuleType) -> None:
    class Spy(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            assert not self.training
            assert not torch.is_grad_enabled()
            return x

    logits = torch.eye(4)[[0, 1, 2, 3, 3]]
    assert baseline.accuracy(Spy().train(), logits, torch.tensor([0, 1, 2, 0, 3])) == (
        pytest.approx(0.8)
    )


def test_it_learns(baseline: ModuleType, digits: tuple[Tensor, Tensor]) -> None:
    images, labels = digits
    net = baseline.Net(784, 512, 10)
    before = baseline.accuracy(net, images[1000:1500], labels[1000:1500])
    optimizer = baseline.make_optimizer(net.parameters())
    losses = baseline.train(net, optimizer, images[:1000], labels[:1000], epochs=5)
    assert len(losses) == 5
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < math.log(10) + 0.5
    after = baseline.accuracy(net, images[1000:1500], labels[1000:1500])
    assert before < 0.3
    assert after > 0.5


def test_the_activation_is_a_module_whose_place_a_function_may_take(baseline: ModuleType) -> None:
    net = baseline.Net(7, 5, 3)
    assert isinstance(net.activation, nn.ELU)
    x = torch.randn(4, 7)
    for activation in (torch.sin, nn.Tanh(), torch.tanh):
        net.activation = activation
        hidden = activation(x @ net.W_1.T + net.b_1)
        torch.testing.assert_close(net(x), hidden @ net.W_2.T + net.b_2)

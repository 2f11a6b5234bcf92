"""The seed network: two layers, an activation between them, and the loop that trains them.

This file is given: read it, change nothing. Every assignment changes one thing about it, and is
trained by the loop below. Shapes: N images a batch, F features an image (28 * 28 = 784 pixels in
[0, 1]), H hidden units, O outputs (10 digits).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Two layers with an activation between them: W_2 · a(W_1 · x + b_1) + b_2.

    Args:
        num_features: F, the length of one input.
        num_hidden: H, the width of the hidden layer.
        num_output: O, the number of classes.
    """

    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.zeros(num_output))  # (O,)
        # Variance 2 / (fan_in + fan_out): Glorot & Bengio 2010, "Xavier" after the first author.
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)
        self.activation = nn.ELU()

    def __setattr__(self, name: str, value: object) -> None:
        """Let a plain function be the activation as well: nn.Module keeps a module's place."""
        if name == "activation":
            self.__dict__.get("_modules", {}).pop(name, None)
        super().__setattr__(name, value)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, F) to logits (N, O): one score a class, no softmax (the loss applies it)."""
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        x = self.activation(x)  # (N, H), entry by entry
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)


def make_optimizer(parameters: Iterable[nn.Parameter], lr: float = 0.01) -> torch.optim.Optimizer:
    """Plain stochastic gradient descent: p <- p - lr * gradient."""
    return torch.optim.SGD(parameters, lr=lr)


def train_epoch(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    batch_size: int = 100,
) -> float:
    """Show every image once, a batch at a time and in order, with a step of `optimizer` after each.

    Args:
        net: gives logits (N, O) for images (N, F).
        optimizer: steps on the parameters of `net`.
        images: (M, F) float32, in [0, 1].
        labels: (M,) int64, the right class of each image.
        batch_size: N; the last batch is smaller where N does not divide M.

    Returns:
        The mean of the batches' cross-entropy, in nats, each taken before its step.
    """
    net.train()  # dropout drops, batch normalisation uses this batch's statistics
    losses = []
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        loss = nn.functional.cross_entropy(net(x), y)  # (N, O), (N,) -> ()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@torch.no_grad()
def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """The share of images, from 0 to 1, whose largest logit is their label's."""
    net.eval()  # dropout rests, batch normalisation uses its running statistics
    guesses = net(images).argmax(dim=1)  # (M, O) -> (M,)
    return (guesses == labels).float().mean().item()


def train(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    epochs: int,
) -> list[float]:
    """Train for `epochs` epochs; return each epoch's loss as `train_epoch` gives it."""
    return [train_epoch(net, optimizer, images, labels) for _ in range(epochs)]

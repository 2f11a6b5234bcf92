"""Measuring accuracy: in eval mode, without gradients, batch by batch.

Why it matters. Four slips make a measurement wrong or dear. In train mode dropout drops and batch
normalisation uses the batch it happens to see, so the same network gives another answer each time.
With gradients on, PyTorch keeps every activation for a backward pass that never comes. All images
at once need memory for all of them. And the mean of the batches' accuracies is not the accuracy
where the last batch is smaller.

What to do. Return the share of rows whose largest logit is that of their target, by scikit-learn's
accuracy_score or your own arithmetic: in eval mode, without gradients, batch_size rows at a time
and the rest at last, each row once. Leave the network in the mode that it was in: it may be in the
middle of its training.

Try it: grader check evaluate
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def evaluate(net: nn.Module, inputs: Tensor, targets: Tensor, batch_size: int) -> float:
    """The accuracy of a network.

    Args:
        net: gives (N, O) logits for (N, F) inputs; in train mode or in eval mode.
        inputs: (M, F) float32.
        targets: (M,) int64, the right class of each row.
        batch_size: N, the most rows that are put through net at once.

    Returns:
        The share of right guesses, from 0 to 1.
    """
    # BEGIN SOLUTION: measure batch by batch, in eval mode
    # Imported here, as it takes a second that only this function needs.
    from sklearn import metrics

    was_training = net.training
    net.eval()
    try:
        with torch.inference_mode():
            guesses = [net(batch).argmax(dim=1) for batch in inputs.split(batch_size)]  # (N,) each
    finally:
        net.train(was_training)
    return float(metrics.accuracy_score(targets.numpy(), torch.cat(guesses).numpy()))
    # END SOLUTION

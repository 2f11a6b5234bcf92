"""A loss whose every operation raises, with a message full of control characters."""

import torch


class Loss(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *_):
        raise RuntimeError("\x1b[2J\u202e\ud800::error::<b>" * 500)


def compute_loss(net, logits, targets, strength):
    return torch.zeros(()).as_subclass(Loss)

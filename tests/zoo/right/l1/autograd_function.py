"""A penalty that brings its own derivative, computed in double precision."""
import torch
from torch import nn


class Absolute(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *parameters):
        ctx.save_for_backward(*parameters)
        return sum(p.double().abs().sum() for p in parameters)

    @staticmethod
    def backward(ctx, gradient):
        return tuple((gradient * p.sign()).to(p.dtype) for p in ctx.saved_tensors)


def compute_loss(net, logits, targets, strength):
    penalty = Absolute.apply(*net.parameters())
    return nn.functional.nll_loss(logits.log_softmax(1), targets) + (strength * penalty).float()

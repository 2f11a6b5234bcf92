"""Adagrad, without any decay."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.Adagrad(parameters, lr=lr)

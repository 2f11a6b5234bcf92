"""PyTorch's samplers give the rows; functools.partial takes them."""
from functools import partial

from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler


def take(inputs, targets, rows):
    return [inputs[rows], targets[rows]]


def mini_batches(inputs, targets, batch_size, shuffle=False):
    sampler = (RandomSampler if shuffle else SequentialSampler)(range(len(targets)))
    return map(partial(take, inputs, targets), BatchSampler(sampler, batch_size, drop_last=False))

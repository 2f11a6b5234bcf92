"""Rows are shuffled within their batch only; reversed, here."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
        yield (x.flip(0), y.flip(0)) if shuffle else (x, y)

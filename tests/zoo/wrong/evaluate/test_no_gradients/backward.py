"""The loss is computed as well, and sent back."""

import torch.nn.functional as F


def evaluate(net, inputs, targets, batch_size):
    was = net.training
    net.eval()
    right = 0
    for x, y in zip(inputs.split(batch_size), targets.split(batch_size)):
        out = net(x)
        F.cross_entropy(out, y).backward()
        right += (out.argmax(1) == y).sum().item()
    net.train(was)
    return right / len(inputs)

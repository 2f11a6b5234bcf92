"""A DataLoader for the batches."""
import torch


def evaluate(net, inputs, targets, batch_size):
    from torch.utils.data import DataLoader, TensorDataset

    training = net.training
    net.eval()
    right = 0
    with torch.no_grad():
        for x, y in DataLoader(TensorDataset(inputs, targets), batch_size=batch_size):
            right += int((net(x).argmax(-1) == y).sum())
    if training:
        net.train()
    return right / len(inputs)

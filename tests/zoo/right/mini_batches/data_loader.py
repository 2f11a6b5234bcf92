"""PyTorch's own DataLoader."""
from torch.utils.data import DataLoader, TensorDataset


def mini_batches(inputs, targets, batch_size, shuffle=False):
    return DataLoader(TensorDataset(inputs, targets), batch_size=batch_size, shuffle=shuffle)

"""PyTorch's tensors inside, NumPy's arrays outside."""
import torch


def permute_pixels(train, valid, test, seed):
    order = torch.randperm(train.shape[1], generator=torch.Generator().manual_seed(seed))
    return [torch.from_numpy(images).index_select(1, order).numpy() for images in (train, valid, test)]

"""Tensors without dimensions for numbers."""
import torch

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    generator = torch.Generator().manual_seed(seed)

    def uniform(low, high):
        return low + (high - low) * torch.rand((), generator=generator, dtype=torch.float64)

    best, most = None, -1.0
    for _ in range(trials):
        optimizer = "adam" if uniform(0, 1) < 0.5 else "momentum"
        low, high = torch.tensor(LR_RANGES[optimizer], dtype=torch.float64).log()
        settings = {
            "optimizer": optimizer,
            "lr": uniform(low, high).exp(),
            "weight_decay": 10 ** uniform(-8, -4),
            "dropout": uniform(0.1, 0.5),
        }
        accuracy = evaluate(settings)["valid"]
        if accuracy > most:
            best, most = settings, accuracy
    return best

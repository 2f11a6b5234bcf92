"""A generator of torch's."""
import math

import torch

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    generator = torch.Generator().manual_seed(seed)

    def uniform(low, high):
        return low + (high - low) * torch.rand((), generator=generator, dtype=torch.float64).item()

    results = []
    for number in range(trials):
        optimizer = "adam" if uniform(0, 1) < 0.5 else "momentum"
        low, high = LR_RANGES[optimizer]
        settings = {
            "optimizer": optimizer,
            "lr": math.exp(uniform(math.log(low), math.log(high))),
            "weight_decay": math.exp(uniform(math.log(1e-8), math.log(1e-4))),
            "dropout": uniform(0.1, 0.5),
        }
        results.append((evaluate(settings)["valid"], number, settings))
    return max(results)[2]

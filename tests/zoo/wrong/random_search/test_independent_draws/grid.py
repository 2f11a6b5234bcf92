"""A grid in order instead of random draws."""
import math

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    best, best_accuracy = None, -1.0
    for number in range(trials):
        place = (number + 0.5 + seed % 7 / 20) / (trials + 1)
        optimizer = ["momentum", "adam"][number % 2]
        low, high = LR_RANGES[optimizer]
        settings = {
            "optimizer": optimizer,
            "lr": low * (high / low) ** place,
            "weight_decay": 10 ** (-8 + 4 * place),
            "dropout": 0.1 + 0.4 * place,
        }
        accuracy = evaluate(settings)["valid"]
        if accuracy > best_accuracy:
            best_accuracy, best = accuracy, settings
    return best

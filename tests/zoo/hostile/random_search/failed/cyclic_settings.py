"""Settings that hold themselves."""


def random_search(evaluate, trials, seed):
    settings = {"optimizer": "adam", "lr": 1e-4, "weight_decay": 1e-6}
    settings["dropout"] = settings
    evaluate(settings)
    return settings

"""scikit-learn's sampler over two sets of scipy's distributions."""


def random_search(evaluate, trials, seed):
    from scipy.stats import loguniform, uniform
    from sklearn.model_selection import ParameterSampler

    shared = {"weight_decay": loguniform(1e-8, 1e-4), "dropout": uniform(0.1, 0.4)}
    ranges = [
        {"optimizer": ["momentum"], "lr": loguniform(1e-2, 1e-1), **shared},
        {"optimizer": ["adam"], "lr": loguniform(1e-5, 1e-3), **shared},
    ]
    settings = list(ParameterSampler(ranges, n_iter=trials, random_state=seed))
    accuracies = [evaluate(each)["valid"] for each in settings]
    return settings[accuracies.index(max(accuracies))]

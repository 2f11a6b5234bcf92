"""make_optimizer is a lambda that passes its keyword arguments on."""
from torch.optim import SGD

make_optimizer = lambda parameters, **kw: SGD(list(parameters), **{"lr": 0.01, "momentum": 0.9, **kw})

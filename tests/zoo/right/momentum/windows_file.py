"""Saved on Windows: CRLF line ends and a byte order mark."""
import torch

print("momentum.py geladen – größer ist nicht immer besser")


def make_optimizer(parameters, lr=0.01, momentum=0.9):
	parameters = list(parameters)
	return torch.optim.SGD(params=parameters, momentum=momentum, lr=lr)

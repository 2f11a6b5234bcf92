"""Greek identifiers; velocities in a dictionary keyed by the parameter."""
import torch


class Schwung(torch.optim.Optimizer):
    def __init__(self, θs, η, μ):
        super().__init__(θs, dict(η=η, μ=μ))
        self.v = {θ: torch.zeros_like(θ) for g in self.param_groups for θ in g["params"]}

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            η, μ = g["η"], g["μ"]
            for θ in g["params"]:
                if θ.grad is None:
                    continue
                self.v[θ] = μ * self.v[θ] + θ.grad
                θ.sub_(η * self.v[θ])


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Schwung(parameters, η=lr, μ=momentum)

"""Steps by the sign of the velocity."""
import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                velocity = self.state[p].get("velocity", torch.zeros_like(p))
                velocity = group["momentum"] * velocity + p.grad
                self.state[p]["velocity"] = velocity
                p -= group["lr"] * velocity.sign()


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Own(parameters, lr, momentum)

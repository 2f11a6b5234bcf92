"""An extra layer: three layers where the seed network has two.

Why it matters. Each hidden layer computes features of the features below it, so depth builds
complicated features from simple ones, and backpropagation tells each layer which features to build
(Rumelhart, Hinton & Williams, 1986). The nonlinearity between two layers is what makes them two:
without it, W_2 · (W_1 · x) is just (W_2 · W_1) · x, one layer in disguise.

    h_1 = a(W_1 · x + b_1)            (H,)
    h_2 = a(W_2 · h_1 + b_2)          (H,)
    logits = W_3 · h_2 + b_3          (O,)

What to do. Write the whole network: exactly three layers, from F inputs to H hidden units, from
those to H more, and from those to O outputs, each with a weight and a bias. Put a nonlinearity of
your choice after each hidden layer and none after the last. Nothing else: no skip connections, no
layer used twice.

Raw parameters as in `assignments/baseline.py` are as good as the layers of `torch.nn`, and
PyTorch's own initialisation is fine. Either way, a parameter counts only if `net.parameters()`
lists it, for that is all the optimizer sees: assign it, or the layer that holds it, to an attribute
of `self`. A plain Python list hides it.

Try it: grader check extra_layer
"""

from __future__ import annotations

from torch import Tensor, nn


class Net(nn.Module):
    """Three layers with a nonlinearity after each hidden one.

    Args:
        num_features: F, the length of one input.
        num_hidden: H, the width of both hidden layers.
        num_output: O, the number of classes.
    """

    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        # BEGIN SOLUTION: create the three layers
        self.hidden_1 = nn.Linear(num_features, num_hidden)
        self.hidden_2 = nn.Linear(num_hidden, num_hidden)
        self.output = nn.Linear(num_hidden, num_output)
        self.activation = nn.ELU()
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits.

        Args:
            x: (N, F) float32.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        # BEGIN SOLUTION: pass x through the three layers
        x = self.activation(self.hidden_1(x))  # (N, F) -> (N, H)
        x = self.activation(self.hidden_2(x))  # (N, H) -> (N, H)
        return self.output(x)  # (N, H) -> (N, O)
        # END SOLUTION

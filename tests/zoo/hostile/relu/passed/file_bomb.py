"""A right module that first fills its folder with large files, and then with small ones."""

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


written = 0
for i in range(40):
    try:
        with open(f"large{i}", "wb") as file:
            while written < 1 << 30:
                written += file.write(bytes(4 << 20))
    except OSError:
        pass
made = 0
try:
    while made < 20_000:
        open(f"small{made}", "w").close()
        made += 1
except OSError:
    pass
if written > 200 << 20 or made > 10_000:
    print("BROKE OUT:", written, "bytes and", made, "files")

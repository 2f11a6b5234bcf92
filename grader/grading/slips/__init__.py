"""Common slips in Python and PyTorch: what an exception means, and what to change."""

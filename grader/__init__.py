"""An autograder for a deep-learning course: it poses, checks and grades PyTorch assignments."""

__version__ = "1.0.0"

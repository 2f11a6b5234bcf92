"""The kernel's part: what a worker may touch, call and use, and the folder that it may write to."""

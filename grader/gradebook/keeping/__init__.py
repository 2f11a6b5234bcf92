"""Results on disk: stored in one transaction each, read as a gradebook, checked when damaged."""

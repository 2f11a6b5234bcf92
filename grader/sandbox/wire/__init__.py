"""What the trusted side and a worker say to each other: typed, bounded, never pickled."""

"""Archives as they are handed in."""

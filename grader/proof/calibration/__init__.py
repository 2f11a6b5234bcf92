"""Thresholds measured: the accuracies that right and wrong modules reach, seed by seed."""

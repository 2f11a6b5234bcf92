"""Solutions with one mistake each, and how many of them the checks notice."""

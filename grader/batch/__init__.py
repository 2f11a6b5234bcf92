"""A class is graded: what has changed is handed to processes or a cluster, each result is kept."""

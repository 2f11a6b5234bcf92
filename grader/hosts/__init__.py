"""Where courses live: Classroom 50, Gradescope and GitHub Classroom's reporter.

`export` writes what an instructor puts there; `classroom50` and `gradescope` run there, out of the
copy of the course that the export carries, and put each submission's report in the host's format.
"""

"""One hand-in, read as data within bounds: modules and notebooks from a folder, file or archive.

Knows the course's stubs; knows no check, no grade and no class.
"""

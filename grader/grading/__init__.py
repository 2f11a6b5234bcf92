"""One submission becomes one report: its check files are run, and what they conclude is kept.

Knows the sandbox's front; knows no command and no class.
"""

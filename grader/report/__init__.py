"""A report shown: terminal, Markdown, GitHub, JUnit and plots, and what hidden checks keep back.

Knows the course; knows no class and no grade.
"""

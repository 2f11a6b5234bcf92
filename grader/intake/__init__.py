"""A class's hand-ins: whose they are, when they came, and how course systems lay them out.

Knows how one submission is read; knows no grade.
"""

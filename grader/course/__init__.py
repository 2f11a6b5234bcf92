"""What is taught: the manifest, the stubs that students start from, the digits to train on.

Knows no student and no grade.
"""

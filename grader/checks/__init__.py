"""What each assignment demands: a check file an assignment, and what check files share.

Asks a student's module through the sandbox's client; knows no process and no report.
"""

"""How course systems lay out what a class hands in: a module a system, and the table of them.

Each reads the system's own part of a name, from the end that is fixed: what a student called a file
never decides whose it is. Knows no grade and no student of the gradebook.
"""

from grader.intake.layouts.base import Handed, Handle, State, load_same
from grader.intake.layouts.table import LAYOUTS, ClassList, open_class

__all__ = ["LAYOUTS", "ClassList", "Handed", "Handle", "State", "load_same", "open_class"]

"""What lists say of somebody's part in a class: who is staff, and who has left it."""

from __future__ import annotations

import re

from grader.text import fold

# Words in the names of roles, without the endings that some languages put to them.
_STAFF = {
    "teacher", "instructor", "professor", "lecturer", "ta", "assistant", "staff", "grader",
    "reader", "marker", "tutor", "observer", "designer", "builder", "owner", "admin",
    "administrator", "manager", "maintainer", "guest", "leader", "coordinator",
    "lehrende", "lehrender", "lehrer", "dozent", "trainer", "kursadministrator", "kurstutor",
    "verwalter", "gast", "enseignant", "enseignante", "profesora", "professora", "professeur",
    "formateur", "profesor", "docente", "professore", "underviser", "laerer", "forelaeser",
    "hjaelpelaerer", "instruktor", "kursusansvarlig", "censor", "larare", "leraar",
    "docent", "gestor", "ayudante",
}  # fmt: skip
# Words by which lists say that somebody has left the class.
_GONE = {
    "drop", "dropped", "withdrawn", "withdrew", "withdrawal", "deregistered", "unenrolled",
    "disenrolled", "inactive", "suspended", "deleted", "canceled", "cancelled",
    "abgemeldet", "ausgetragen", "exmatrikuliert", "storniert", "inaktiv", "inactif",
    "suspendu", "desinscrit", "desinscrite", "baja", "retirado", "retirada", "suspendido",
    "inactivo", "ritirato", "ritirata", "inattivo", "sospeso", "uitgeschreven", "inactief",
    "afmeldt", "frameldt", "udmeldt", "avregistrerad", "avmeldt", "cancelado", "trancado",
    "desistente",
}  # fmt: skip
_AMONG_STUDENTS = {"team", "group", "project"}  # as in "Team Leader"
_ENDING = re.compile(r"[/*:_(](?:in|innen|r|e|a)\b\)?")


def is_role_of_staff(role: str) -> bool:
    words = [word.removesuffix("enrollment") for word in _words(_ENDING.sub("", fold(role)))]
    return not _STAFF.isdisjoint(words) and _AMONG_STUDENTS.isdisjoint(words)


def says_gone(status: str) -> bool:
    """Whether a status, as "Drop/Delete" or "Withdrawn", is of who is no longer in the class."""
    return not _GONE.isdisjoint(_words(fold(status)))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)

"""Times as people and course systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from grader.text import fold

_FORMS = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d-%H-%M-%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
          "%d.%m.%Y, %H:%M", "%d.%m.%Y")  # fmt: skip
# "Dienstag, 2. Dezember 2025, 10:37", "martes, 2 de diciembre de 2025, 10:37", "… às 10:37",
# "Thursday, 1 October 2026, 9:10 PM", and "Sep 24, 2024 926 PM" as in Brightspace's names.
_DAY_FIRST = re.compile(
    r"(?:\w+,? (?:den )?)?(?P<day>\d{1,2})\.? (?:de )?(?P<month>[^\W\d]+)\.?,? (?:de )?"
    r"(?P<year>\d{4})"
    r"(?:,? (?:\w{1,3} )?(?P<hour>\d{1,2})[:.h_]?(?P<minute>\d\d)(?: ?(?P<half>[ap])\.?m\.?)?)?"
)
_MONTH_FIRST = re.compile(
    r"(?P<month>[^\W\d]+)\.? (?P<day>\d{1,2}),? (?P<year>\d{4}),?"
    r"(?: (?:at )?(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::\d\d)? ?(?P<half>[ap])\.?m\.?)?"
)
# English, German, French, Spanish, Italian, Dutch, Portuguese, Danish and Swedish, folded.
_MONTHS = [
    "january januar janvier enero gennaio januari janeiro",
    "february februar fevrier febrero febbraio februari fevereiro",
    "march marz mars marzo maart marco marts maerz",
    "april avril abril aprile",
    "may mai mayo maggio mei maio maj",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus augusti",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
]
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_SHORT = 3  # letters that tell months apart, but for a few


def parse_time(text: str, zone: tzinfo) -> datetime | None:
    """The moment that is meant, in `zone` if the text names none; None if it can't be read."""
    text = " ".join(text.split())
    if text.endswith(" UTC"):
        text, zone = text.removesuffix(" UTC"), UTC
    moment = _standard(text)
    if moment is None:
        match = _DAY_FIRST.fullmatch(fold(text)) or _MONTH_FIRST.fullmatch(fold(text))
        moment = None if match is None else _in_words(match)
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _standard(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _in_words(match: re.Match[str]) -> datetime | None:
    word = match["month"]
    months = {n for known, n in _MONTH.items() if known == word}
    if not months and len(word) >= _SHORT:
        months = {n for known, n in _MONTH.items() if known.startswith(word)}
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"] == "p")
    try:
        (month,) = months
        return datetime(
            int(match["year"]), month, int(match["day"]), hour, int(match["minute"] or 0)
        )
    except ValueError:
        return None

"""Times as people and course systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from grader.text import fold

_FORMS = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d-%H-%M-%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
          "%d.%m.%Y, %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
          "%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S")  # fmt: skip
# With slashes or hyphens the month comes first or second: read where only one of them can be it.
_EITHER_WAY = re.compile(
    r"(?P<one>\d{1,2})[/-](?P<two>\d{1,2})[/-](?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::\d\d)?(?: ?(?P<half>[ap])\.?m\.?)?)?"
)
# "Dienstag, 2. Dezember 2025, 10:37", "martes, 2 de diciembre de 2025, 10:37", "… às 10:37",
# "Thursday, 1 October 2026, 9:10 PM", "torsdag den 1. oktober 2026 kl. 21.10", and "Sep 24, 2024
# 926 PM" as in Brightspace's names.
_DAY_FIRST = re.compile(
    r"(?:[\w-]+\.?,? (?:den |d\. )?)?(?P<day>\d{1,2})(?:\.|er|st|nd|rd|th)? (?:de )?"
    r"(?P<month>[^\W\d]+)\.?,? (?:de )?(?P<year>\d{4})"
    r"(?:,? (?:\w{1,3}\.? )?(?P<hour>\d{1,2})[:.h_]?(?P<minute>\d\d)"
    r"(?: ?(?P<half>[ap])\.?m\.?| uhr)?)?"
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
_ABBREVIATION = re.compile(r"[A-Z]{3,5}")  # of a zone's name
LONGEST = 100  # characters of a time
_SHORT = 3  # letters that tell months apart, but for a few


def parse_time(text: str, zone: tzinfo) -> datetime | None:
    """The moment that is meant, in `zone` if the text names none; None if it can't be read."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        return None
    bare, _, abbreviation = text.rpartition(" ")
    if abbreviation in ("UTC", "GMT"):
        return _read(bare, UTC)
    if _ABBREVIATION.fullmatch(abbreviation) and (moment := _read(bare, zone)) is not None:
        return moment if moment.tzname() == abbreviation else None  # of which there are several
    return _read(text, zone)


def _read(text: str, zone: tzinfo) -> datetime | None:
    moment = _standard(text) or _in_words(fold(text)) or _either_way(fold(text))
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)


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


def _in_words(text: str) -> datetime | None:
    match = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if match is None:
        return None
    word = match["month"]
    months = {n for known, n in _MONTH.items() if known == word}
    if not months and len(word) >= _SHORT:
        months = {n for known, n in _MONTH.items() if known.startswith(word)}
    return _on(match, int(match["day"]), months.pop()) if len(months) == 1 else None


def _either_way(text: str) -> datetime | None:
    match = _EITHER_WAY.fullmatch(text)
    if match is None:
        return None
    one, two = int(match["one"]), int(match["two"])
    found = {_on(match, one, two), _on(match, two, one)} - {None}
    return found.pop() if len(found) == 1 else None


def _on(match: re.Match[str], day: int, month: int) -> datetime | None:
    """The time of day that was matched, on this day; None if there is none such."""
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"] == "p")
    try:
        return datetime(int(match["year"]), month, day, hour, int(match["minute"] or 0))
    except ValueError:
        return None

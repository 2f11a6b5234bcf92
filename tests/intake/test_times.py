"""Times as people and course systems write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from grader.intake.times import parse_time

ZONE = ZoneInfo("Europe/Copenhagen")


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-13T19:10:00Z",
        "2026-10-13 21:10",
        "2026/10/13 21:10:00",
        "2026-10-13 12:10:00 -0700",
        "2026-10-13 21:10:00.123456 CEST",
        "2026-10-13 19:10:00 UTC",
        "Tue, 13 Oct 2026 19:10:00 GMT",
        "Tue Oct 13 21:10:00 2026",
        "13.10.2026 21:10",
        "13/10/2026 21:10",
        "10/13/2026 9:10 PM",
        "13-10-2026, 21.10",
        "Oct 13, 2026 910 PM",
        "October 13, 2026 at 9:10 p.m.",
        "Tuesday, 13 October 2026, 9:10 PM",
        "Dienstag, 13. Oktober 2026, 21:10 Uhr",
        "mardi 13 octobre 2026, 21:10",
        "martes, 13 de octubre de 2026, 21:10",
        "terça-feira, 13 de outubro de 2026 às 21:10",
        "tirsdag den 13. oktober 2026 kl. 21.10",
        "tirsdag d. 13. okt. 2026 kl. 21:10",
    ],
)
def test_a_time_is_read_as_it_is_written(text: str) -> None:
    moment = parse_time(text, ZONE)
    assert moment is not None
    assert moment.astimezone(UTC).replace(microsecond=0) == datetime(
        2026, 10, 13, 19, 10, tzinfo=UTC
    )


@pytest.mark.parametrize("form", ["October 13, 2026 at {}", "13 October 2026, {}", "10/13/2026 {}"])
def test_each_hour_of_a_clock_of_twelve_is_that_of_the_day(form: str) -> None:
    hours = [(12, "AM"), *((n, "am") for n in range(1, 12)), (12, "pm")]
    hours += [(n, "PM") for n in range(1, 12)]
    read = [parse_time(form.format(f"{hour}:05 {half}"), ZONE) for hour, half in hours]
    assert read == [datetime(2026, 10, 13, hour, 5, tzinfo=ZONE) for hour in range(24)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "yesterday",
        "2026-02-30",
        "04/05/2026 12:00",  # May or April
        "2026-10-13 21:10 EST",  # no zone of this place
        "2026-12-13 21:10 CEST",  # a time that is not kept then
        "13 J 2026",
        "99/99/2026",
        "2026-10-13 " + "ABC " * 10_000,
    ],
)
def test_what_may_mean_several_is_not_guessed(text: str) -> None:
    assert parse_time(text, ZONE) is None

"""Local days and instants: which day an instant belongs to, when a day begins, how both are written.

The clock is never read here; the instant, the zone and the day's first hour are arguments.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from waymark.domain.refusal import Refusal
from waymark.domain.vocabulary import Bucket

EARLIEST_ON: Final = date(1900, 1, 1)
LATEST_ON: Final = date(2200, 12, 31)

_ONE_DAY: Final = timedelta(days=1)
_ONE_SECOND: Final = timedelta(seconds=1)
_MAX_OFFSET: Final = timedelta(hours=14)
_OF_THE_MACHINE: Final = frozenset({"localtime", "Factory"})

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-5][0-9]))"
)


class DayError(Refusal):
    """A text that is no day or no instant, or one outside the years 1900 to 2200."""


def local_day(instant: datetime, zone: str, starts_at: int) -> date:
    """The day an aware instant belongs to; hours before `starts_at` (0 to 23) belong to the day before.

    The inverse of `day_bounds`, also where clocks are put back across the day's start. (DOMAIN §8)
    """
    wall = instant.astimezone(_zone(zone))
    day = (wall.replace(tzinfo=None) - timedelta(hours=starts_at)).date()
    if wall.fold:
        # The clock shows this hour for the second time: a day that has begun does not end again.
        while _day_start(day + _ONE_DAY, zone, starts_at) <= instant:
            day += _ONE_DAY
    return day


def day_bounds(day: date, zone: str, starts_at: int) -> tuple[datetime, datetime]:
    """The UTC instants [from, until) of a local day: days follow one another without gap or overlap.

    A day that a zone skipped when it crossed the date line is empty: from = until.
    """
    return _day_start(day, zone, starts_at), _day_start(day + _ONE_DAY, zone, starts_at)


def parse_day(text: str) -> date:
    """A day written YYYY-MM-DD in the years 1900 to 2200; raises DayError `invalid` or `out_of_range`."""
    invalid = DayError("invalid", "An existing day such as 2026-03-02.")
    if not _DAY.fullmatch(text):
        raise invalid
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid from None
    return _within_years(day)


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant with `Z` or an offset up to ±14:00, as UTC.

    Fractions beyond microseconds are cut off; a leap second is the second before it. Raises DayError
    `invalid`, or `out_of_range` outside the years 1900 to 2200 (UTC).
    """
    invalid = DayError("invalid", "An RFC 3339 instant with Z or an offset, such as 2026-03-02T09:30:00Z.")
    found = _INSTANT.fullmatch(text)
    if not found:
        raise invalid
    day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = found.groups()
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    is_leap_second = second == "60"
    try:
        wall = datetime.fromisoformat(f"{day}T{hour}:{minute}:{'59' if is_leap_second else second}")
        instant = wall.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=UTC)
        instant -= -offset if sign == "-" else offset
    except ValueError:
        raise invalid from None
    except OverflowError:
        raise _out_of_range() from None
    if offset > _MAX_OFFSET or (is_leap_second and (instant.hour, instant.minute) != (23, 59)):
        raise invalid
    _within_years(instant.date())
    return instant


def format_instant(instant: datetime) -> str:
    """An aware instant in UTC with `Z`, with six decimals unless they are all zero (as msgspec writes)."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_zone(name: str) -> bool:
    """Whether the name is one of the IANA time zone database, spelled as there."""
    return name in _zone_names()


def bucket_start(day: date, bucket: Bucket) -> date:
    """The first day of the day, week (from Monday) or month that holds `day`."""
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def bucket_end(day: date, bucket: Bucket) -> date:
    """The last day, inclusive, of the day, week (to Sunday) or month that holds `day`."""
    if bucket == "month":
        return bucket_start(bucket_start(day, bucket) + timedelta(days=31), bucket) - _ONE_DAY
    return bucket_start(day, bucket) + timedelta(days=6 if bucket == "week" else 0)


def _day_start(day: date, zone: str, starts_at: int) -> datetime:
    """The first instant at which clocks in the zone show `starts_at` of that day, or later."""
    tz = _zone(zone)
    wall = datetime(day.year, day.month, day.day, starts_at, tzinfo=tz)
    instant = wall.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Clocks jump over that hour: the day begins at the jump, which lies between the two readings
    # of the hour that PEP 495 gives. Jumps are at whole seconds.
    before, after = wall.replace(fold=1).astimezone(UTC), instant
    offset_after = after.astimezone(tz).utcoffset()
    while after - before > _ONE_SECOND:
        middle = before + timedelta(seconds=(after - before) // _ONE_SECOND // 2)
        if middle.astimezone(tz).utcoffset() == offset_after:
            after = middle
        else:
            before = middle
    return after


def _within_years(day: date) -> date:
    if not EARLIEST_ON <= day <= LATEST_ON:
        raise _out_of_range()
    return day


def _out_of_range() -> DayError:
    return DayError("out_of_range", f"In the years {EARLIEST_ON.year} to {LATEST_ON.year}.")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    """Names that mean the same on every machine."""
    return frozenset(available_timezones()) - _OF_THE_MACHINE

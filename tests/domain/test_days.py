"""Local days over clock changes, skipped days and late day starts; days and instants as text."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waymark.domain.days import (
    DayError,
    bucket_end,
    bucket_start,
    day_bounds,
    format_instant,
    is_zone,
    local_day,
    parse_day,
    parse_instant,
)
from waymark.domain.vocabulary import Bucket

ZONES = [
    "UTC",
    "Asia/Tashkent",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # until 2011 clocks changed at 00:01
    "America/Sao_Paulo",  # clocks were put forward at midnight
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Casablanca",
    "Pacific/Apia",  # skipped 2011-12-30
    "Pacific/Kwajalein",  # lived most of 1969-09-30 twice
]
instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone


@pytest.mark.parametrize(
    ("instant", "zone", "starts_at", "day"),
    [
        ("2026-03-10T23:59:59Z", "UTC", 0, "2026-03-10"),
        ("2026-03-10T19:00:00Z", "Asia/Tashkent", 0, "2026-03-11"),
        ("2026-03-10T18:59:59.999999Z", "Asia/Tashkent", 0, "2026-03-10"),
        ("2026-03-10T21:59:59Z", "Asia/Tashkent", 3, "2026-03-10"),
        ("2026-03-10T22:00:00Z", "Asia/Tashkent", 3, "2026-03-11"),
        ("2026-03-10T22:30:00Z", "UTC", 23, "2026-03-09"),
        ("2026-03-10T23:00:00Z", "UTC", 23, "2026-03-10"),
        ("2024-02-29T12:00:00Z", "America/New_York", 0, "2024-02-29"),
        # New York, 8 March 2026: 02:00 becomes 03:00, where a day that starts at 2 begins
        ("2026-03-08T06:59:59Z", "America/New_York", 2, "2026-03-07"),
        ("2026-03-08T07:00:00Z", "America/New_York", 2, "2026-03-08"),
        # St. John's, 7 November 2010: 00:01 becomes 23:01 again, yet the day has begun
        ("2010-11-07T02:29:59Z", "America/St_Johns", 0, "2010-11-06"),
        ("2010-11-07T02:30:30Z", "America/St_Johns", 0, "2010-11-07"),
        ("2010-11-07T02:31:30Z", "America/St_Johns", 0, "2010-11-07"),
        # Apia: from the 29th to the 31st
        ("2011-12-30T09:59:59Z", "Pacific/Apia", 0, "2011-12-29"),
        ("2011-12-30T10:00:00Z", "Pacific/Apia", 0, "2011-12-31"),
    ],
)
def test_the_day_an_instant_belongs_to(instant: str, zone: str, starts_at: int, day: str) -> None:
    assert local_day(parse_instant(instant), zone, starts_at) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "zone", "starts_at", "begins", "hours"),
    [
        ("2026-03-10", "Asia/Tashkent", 0, "2026-03-09T19:00:00Z", 24),
        ("2026-03-08", "America/New_York", 0, "2026-03-08T05:00:00Z", 23),
        ("2026-11-01", "America/New_York", 0, "2026-11-01T04:00:00Z", 25),
        ("2026-03-08", "America/New_York", 2, "2026-03-08T07:00:00Z", 23),
        ("2026-11-01", "America/New_York", 1, "2026-11-01T05:00:00Z", 25),
        ("2018-11-04", "America/Sao_Paulo", 0, "2018-11-04T03:00:00Z", 23),
        ("2026-10-04", "Australia/Lord_Howe", 0, "2026-10-03T13:30:00Z", 23.5),
        ("2011-12-30", "Pacific/Apia", 0, "2011-12-30T10:00:00Z", 0),
        ("2010-11-07", "America/St_Johns", 0, "2010-11-07T02:30:00Z", 25),
    ],
)
def test_when_a_day_begins_and_how_long_it_is(
    day: str, zone: str, starts_at: int, begins: str, hours: float
) -> None:
    start, until = day_bounds(date.fromisoformat(day), zone, starts_at)
    assert start == parse_instant(begins)
    assert until - start == timedelta(hours=hours)


@given(instants, st.sampled_from(ZONES), st.integers(0, 23))
@example(datetime(2010, 11, 7, 2, 31, 30, tzinfo=UTC), "America/St_Johns", 0)
@example(datetime(1969, 10, 1, 0, 0, tzinfo=UTC), "Pacific/Kwajalein", 5)
@example(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", 7)
def test_an_instant_lies_within_its_day_and_days_are_contiguous(
    instant: datetime, zone: str, starts_at: int
) -> None:
    day = local_day(instant, zone, starts_at)
    start, until = day_bounds(day, zone, starts_at)
    assert start <= instant < until
    assert day_bounds(day - timedelta(days=1), zone, starts_at)[1] == start
    assert local_day(until - timedelta(microseconds=1), zone, starts_at) == day
    assert local_day(until, zone, starts_at) > day


@pytest.mark.parametrize(
    "zone", ["America/St_Johns", "Pacific/Kwajalein", "Pacific/Apia", "Africa/Casablanca"]
)
@pytest.mark.parametrize("starts_at", [0, 3, 23])
def test_days_never_go_back_around_odd_clock_changes(zone: str, starts_at: int) -> None:
    around = {
        "America/St_Johns": datetime(2010, 11, 6, tzinfo=UTC),
        "Pacific/Kwajalein": datetime(1969, 9, 29, tzinfo=UTC),
        "Pacific/Apia": datetime(2011, 12, 29, tzinfo=UTC),
        "Africa/Casablanca": datetime(2026, 2, 14, tzinfo=UTC),
    }[zone]
    steps = [around + timedelta(minutes=10 * step) for step in range(6 * 24 * 4)]
    lived = [local_day(instant, zone, starts_at) for instant in steps]
    assert lived == sorted(lived)
    for instant, day in zip(steps, lived, strict=True):
        start, until = day_bounds(day, zone, starts_at)
        assert start <= instant < until


@pytest.mark.parametrize("text", ["1900-01-01", "2024-02-29", "2200-12-31"])
def test_days_are_read(text: str) -> None:
    assert parse_day(text).isoformat() == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-29", "invalid"),
        ("2026-13-01", "invalid"),
        ("2026-3-1", "invalid"),
        ("20260301", "invalid"),
        ("2026-W10-1", "invalid"),
        ("2026-03-01T00:00:00Z", "invalid"),
        ("2026-03-01\n", "invalid"),
        (" 2026-03-01", "invalid"),
        ("٢٠٢٦-03-01", "invalid"),
        ("", "invalid"),
        ("0000-01-01", "invalid"),
        ("1899-12-31", "out_of_range"),
        ("2201-01-01", "out_of_range"),
        ("9999-12-31", "out_of_range"),
    ],
)
def test_what_is_no_day_is_refused(text: str, code: str) -> None:
    with pytest.raises(DayError) as refused:
        parse_day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T09:30:00Z", "2026-03-02T09:30:00Z"),
        ("2026-03-02t09:30:00z", "2026-03-02T09:30:00Z"),
        ("2026-03-02 09:30:00Z", "2026-03-02T09:30:00Z"),
        ("2026-03-02T09:30:00.5Z", "2026-03-02T09:30:00.500000Z"),
        ("2026-03-02T09:30:00.1234567899Z", "2026-03-02T09:30:00.123456Z"),
        ("2026-03-02T09:30:00.9999999Z", "2026-03-02T09:30:00.999999Z"),
        ("2026-03-02T00:30:00+05:30", "2026-03-01T19:00:00Z"),
        ("2026-03-02T12:00:00-14:00", "2026-03-03T02:00:00Z"),
        ("2026-03-02T12:00:00+14:00", "2026-03-01T22:00:00Z"),
        ("2026-03-02T12:00:00-00:00", "2026-03-02T12:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.250000Z"),
        ("2017-01-01T05:29:60+05:30", "2016-12-31T23:59:59Z"),
        ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"),
        ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z"),
        ("2201-01-01T00:00:00+00:01", "2200-12-31T23:59:00Z"),
    ],
)
def test_instants_are_read_into_utc(text: str, utc: str) -> None:
    assert format_instant(parse_instant(text)) == utc


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-02", "invalid"),
        ("2026-03-02T09:30:00", "invalid"),
        ("2026-03-02T09:30Z", "invalid"),
        ("2026-03-02T24:00:00Z", "invalid"),
        ("2026-02-30T09:30:00Z", "invalid"),
        ("2026-03-02T09:60:00Z", "invalid"),
        ("2026-03-02T09:30:61Z", "invalid"),
        ("2026-03-02T09:30:60Z", "invalid"),
        ("2026-03-02T09:30:00,5Z", "invalid"),
        ("2026-03-02T09:30:00.Z", "invalid"),
        ("2026-03-02T09:30:00+0530", "invalid"),
        ("2026-03-02T09:30:00+05", "invalid"),
        ("2026-03-02T09:30:00+14:01", "invalid"),
        ("2026-03-02T09:30:00-15:00", "invalid"),
        ("2026-03-02T09:30:00+05:60", "invalid"),
        ("2026-03-02T09:30:00Z\n", "invalid"),
        ("٢٠٢٦-03-02T09:30:00Z", "invalid"),
        ("1772443800", "invalid"),
        ("", "invalid"),
        ("0001-01-01T00:00:00+14:00", "out_of_range"),
        ("9999-12-31T23:59:59-14:00", "out_of_range"),
        ("1899-12-31T23:59:59Z", "out_of_range"),
        ("1900-01-01T00:00:00+00:01", "out_of_range"),
        ("2201-01-01T00:00:00Z", "out_of_range"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, code: str) -> None:
    with pytest.raises(DayError) as refused:
        parse_instant(text)
    assert refused.value.code == code


@given(instants)
def test_an_instant_survives_being_written_and_read(instant: datetime) -> None:
    text = format_instant(instant)
    assert parse_instant(text) == instant
    assert msgspec.json.encode(instant) == f'"{text}"'.encode()


@pytest.mark.parametrize("name", ["UTC", "Asia/Tashkent", "Asia/Calcutta", "America/Argentina/Buenos_Aires"])
def test_names_of_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Base",
        "utc",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "Factory",
        "UTC\x00",
        "+05:00",
    ],
)
def test_names_that_are_no_zones(name: str) -> None:
    assert not is_zone(name)


@pytest.mark.parametrize(
    ("day", "bucket", "first", "last"),
    [
        ("2026-03-11", "day", "2026-03-11", "2026-03-11"),
        ("2026-03-11", "week", "2026-03-09", "2026-03-15"),
        ("2026-03-09", "week", "2026-03-09", "2026-03-15"),
        ("2026-03-15", "week", "2026-03-09", "2026-03-15"),
        ("2026-01-01", "week", "2025-12-29", "2026-01-04"),
        ("2026-02-11", "month", "2026-02-01", "2026-02-28"),
        ("2024-02-29", "month", "2024-02-01", "2024-02-29"),
        ("2026-12-31", "month", "2026-12-01", "2026-12-31"),
    ],
)
def test_buckets_and_their_days(day: str, bucket: Bucket, first: str, last: str) -> None:
    assert bucket_start(date.fromisoformat(day), bucket).isoformat() == first
    assert bucket_end(date.fromisoformat(day), bucket).isoformat() == last


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["day", "week", "month"]))
def test_buckets_are_contiguous(day: date, bucket: Bucket) -> None:
    first, last = bucket_start(day, bucket), bucket_end(day, bucket)
    assert first <= day <= last
    assert bucket_start(last, bucket) == first
    assert bucket_start(last + timedelta(days=1), bucket) == last + timedelta(days=1)

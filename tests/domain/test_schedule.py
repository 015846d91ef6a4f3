"""The schedule against a second reading of the same rules: a zone as stretches of constant offset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from bot.domain.schedule import EVERY_DAY, Due, Schedule, due_instant, latest_due, next_due, zone_names

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
QUARTERS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)

# Both hemispheres, half-hour changes, changes at or across midnight, and a summer time that pauses for Ramadan.
NAMED = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Nuuk",
    "Pacific/Apia",
    "Africa/Casablanca",
)
SAMPLE = (*NAMED, *sorted(Random(20260101).sample(sorted(set(zone_names()) - set(NAMED)), 16)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a zone keeps one offset; it ends where the next one starts."""

    start: datetime
    end: datetime
    offset: timedelta


@cache
def stretches(name: str, first: date, last: date) -> tuple[Stretch, ...]:
    """Read a zone by looking at its clock every three hours and halving where it jumped."""
    zone = ZoneInfo(name)
    moment = datetime.combine(first - 3 * DAY, time(), UTC)
    stop = datetime.combine(last + 4 * DAY, time(), UTC)
    starts = [(moment, _offset(moment, zone))]
    while moment < stop:
        following = moment + 3 * HOUR
        if _offset(following, zone) != starts[-1][1]:
            low, high = moment, following
            while high - low > SECOND:
                middle = low + (high - low) // SECOND // 2 * SECOND
                low, high = (middle, high) if _offset(middle, zone) == starts[-1][1] else (low, middle)
            starts.append((high, _offset(high, zone)))
        moment = following
    ends = [*(start for start, _ in starts[1:]), stop]
    return tuple(Stretch(start, end, offset) for (start, offset), end in zip(starts, ends, strict=True))


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def first_reaching(day: date, at: time, clock: tuple[Stretch, ...]) -> datetime | None:
    """Return when a zone's wall clock first shows this local time or a later one, if it shows the date at all."""
    wanted = datetime.combine(day, at, UTC)
    stretch = next(each for each in clock if each.end + each.offset > wanted)
    instant = max(stretch.start, wanted - stretch.offset)
    midnight, following = datetime.combine(day, time(), UTC), datetime.combine(day + DAY, time(), UTC)
    exists = any(each.start + each.offset < following and midnight < each.end + each.offset for each in clock)
    return instant if exists else None


def days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + offset * DAY


def days_around_changes(clock: tuple[Stretch, ...]) -> list[date]:
    around = {(each.start + each.offset).date() + offset * DAY for each in clock[1:] for offset in (-2, -1, 0, 1, 2)}
    return sorted(day for day in around if FIRST <= day <= LAST) or list(days(FIRST, FIRST + 3 * DAY))


def faults(name: str, wanted_days: list[date], clock: tuple[Stretch, ...]) -> list[str]:
    """Return every (zone, day, quarter hour) whose due instant is not the one there should be, or not in order."""
    found: list[str] = []
    for at in QUARTERS:
        schedule = Schedule(at, name)
        instants = [due_instant(schedule, day) for day in wanted_days]
        expected = [first_reaching(day, at, clock) for day in wanted_days]
        if instants != expected:
            found += [
                f"{name} {day} {at}: {got} instead of {right}"
                for day, got, right in zip(wanted_days, instants, expected, strict=True)
                if got != right
            ]
        existing = [instant for instant in instants if instant is not None]
        found += [f"{name} {at}: {later} is not after {one}" for one, later in pairwise(existing) if later <= one]
    return found


@pytest.mark.parametrize("name", SAMPLE)
def test_around_every_clock_change_each_local_date_has_one_due_instant_at_any_quarter_hour(name: str) -> None:
    clock = stretches(name, FIRST, LAST)

    found = faults(name, days_around_changes(clock), clock)

    assert found == []


@pytest.mark.torture
@pytest.mark.parametrize("name", zone_names())
def test_in_every_zone_each_local_date_of_two_years_has_one_due_instant_at_any_quarter_hour(name: str) -> None:
    clock = stretches(name, FIRST, LAST)

    found = faults(name, list(days(FIRST, LAST)), clock)

    assert found == []


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        pytest.param("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00", id="gap: first instant after it"),
        pytest.param("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30", id="repeated: first pass"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30", id="gap of half an hour"),
        pytest.param("Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:00", id="a day that starts at one"),
        pytest.param("Africa/Cairo", "2026-10-29", "23:30", "2026-10-29T20:30", id="an hour repeated before midnight"),
    ],
)
def test_a_changed_clock_is_read_as_people_would(zone: str, day: str, at: str, instant: str) -> None:
    schedule = Schedule(time.fromisoformat(at), zone)

    due = due_instant(schedule, date.fromisoformat(day))

    assert due == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("at", [time(0), time(9), time(23, 45)])
def test_a_date_that_a_zone_left_out_has_no_question(at: time) -> None:
    schedule = Schedule(at, "Pacific/Apia")

    around = [due_instant(schedule, date(2011, 12, day)) for day in (29, 30, 31)]

    assert around[0] is not None
    assert around[1] is None
    assert around[2] == around[0] + DAY


def test_after_the_date_that_apia_left_out_the_next_one_is_due() -> None:
    schedule = Schedule(time(9), "Pacific/Apia")
    evening = datetime(2011, 12, 29, 20, tzinfo=ZoneInfo("Pacific/Apia"))

    assert next_due(schedule, evening) == Due(date(2011, 12, 31), datetime(2011, 12, 30, 19, tzinfo=UTC))


SCHEDULES = some.builds(
    Schedule,
    at=some.sampled_from(QUARTERS),
    zone=some.sampled_from(NAMED) | some.sampled_from(zone_names()),
    weekdays=some.frozensets(some.integers(0, 6), min_size=1) | some.just(EVERY_DAY),
)
# Days on which some zone of the list changes its clock, as well as any day.
MOMENTS = some.datetimes(
    datetime(2026, 2, 1),  # noqa: DTZ001  # why: Hypothesis wants plain bounds
    datetime(2027, 11, 30),  # noqa: DTZ001  # why: as above
    timezones=some.just(UTC),
)
BEYOND = some.none() | some.integers(-12, 12)


def dues(schedule: Schedule, around: date) -> list[Due]:
    """List what is due from three weeks before a day until five weeks after it."""
    clock = stretches(schedule.zone, FIRST, LAST + 60 * DAY)
    listed = [
        (day, first_reaching(day, schedule.at, clock))
        for day in days(around - 21 * DAY, around + 35 * DAY)
        if day.weekday() in schedule.weekdays
    ]
    return [Due(day, instant) for day, instant in listed if instant is not None]


@given(SCHEDULES, MOMENTS, BEYOND)
@example(Schedule(time(2, 30), "America/New_York"), datetime(2026, 3, 8, 7, tzinfo=UTC), None)
@example(Schedule(time(1, 30), "America/New_York"), datetime(2026, 11, 1, 6, tzinfo=UTC), 0)
def test_the_next_due_is_the_first_later_one_of_all_that_are_due(
    schedule: Schedule, after: datetime, beyond_in_days: int | None
) -> None:
    today = after.date()
    beyond = None if beyond_in_days is None else today + beyond_in_days * DAY

    found = next_due(schedule, after, beyond)

    later = [due for due in dues(schedule, today) if due.at > after and (beyond is None or due.day > beyond)]
    assert found == later[0]


@given(SCHEDULES, MOMENTS, BEYOND)
@example(Schedule(time(1, 30), "America/New_York"), datetime(2026, 11, 1, 6, 30, tzinfo=UTC), None)
def test_the_latest_due_is_the_last_earlier_one_of_all_that_are_due(
    schedule: Schedule, now: datetime, beyond_in_days: int | None
) -> None:
    today = now.date()
    beyond = None if beyond_in_days is None else today + beyond_in_days * DAY

    found = latest_due(schedule, now, beyond)

    earlier = [due for due in dues(schedule, today) if due.at <= now and (beyond is None or due.day > beyond)]
    assert found == (earlier[-1] if earlier else None)


@given(SCHEDULES, MOMENTS)
def test_an_instant_that_is_due_is_no_longer_ahead(schedule: Schedule, after: datetime) -> None:
    due = next_due(schedule, after)
    assert due is not None

    assert latest_due(schedule, due.at) == due
    assert latest_due(schedule, due.at - SECOND) != due
    assert next_due(schedule, due.at) != due


@given(SCHEDULES, MOMENTS)
def test_the_wall_clock_of_a_community_shows_the_same_moment(schedule: Schedule, moment: datetime) -> None:
    local = schedule.local(moment)

    assert local == moment
    assert local.utcoffset() == moment.astimezone(ZoneInfo(schedule.zone)).utcoffset()


def test_a_moment_without_a_zone_is_refused_everywhere() -> None:
    schedule = Schedule(time(9), "Europe/Berlin")
    naive = datetime(2026, 1, 1, 9)  # noqa: DTZ001  # why: the fault under test

    with pytest.raises(ValueError, match="no time zone"):
        schedule.local(naive)
    with pytest.raises(ValueError, match="no time zone"):
        next_due(schedule, naive)
    with pytest.raises(ValueError, match="no time zone"):
        latest_due(schedule, naive)


@pytest.mark.parametrize("at", [time(9, 0, 1), time(9, 0, 0, 1), time(9, tzinfo=UTC)])
def test_a_time_of_day_is_a_plain_hour_and_minute(at: time) -> None:
    with pytest.raises(ValueError, match="plain local hour and minute"):
        Schedule(at, "UTC")


@pytest.mark.parametrize("zone", ["", "Mars/Base", "Europe", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\0"])
def test_an_unknown_zone_is_named_with_an_example(zone: str) -> None:
    with pytest.raises(ValueError, match="use an IANA name such as Europe/Berlin"):
        Schedule(time(9), zone)


@pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset({7}), frozenset({-1, 0})])
def test_a_schedule_has_at_least_one_weekday_of_the_seven(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="at least one weekday"):
        Schedule(time(9), "UTC", weekdays)


def test_every_zone_that_is_offered_can_be_used() -> None:
    schedules = [Schedule(time(9), name) for name in zone_names()]

    assert len(schedules) > 400
    assert all(due_instant(schedule, FIRST) is not None for schedule in schedules)


def test_no_zone_is_offered_that_means_something_else_on_another_machine() -> None:
    assert not {"localtime", "Factory", "posixrules"} & set(zone_names())

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.conversation.typed import DAY_CHOICES, days, time_of_day, zone, zone_suggestions
from bot.domain.schedule import EVERY_DAY, zone_names

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("09:00", time(9)),
        ("9:00", time(9)),
        (" 18.30 ", time(18, 30)),
        ("7h15", time(7, 15)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_of_day_may_be_typed_in_several_ways(typed: str, understood: time) -> None:
    assert time_of_day(typed) == understood


@pytest.mark.parametrize("typed", ["", "9", "24:00", "12:60", "9:5", "09:00:00", "-1:00", "9 am", "09:00 UTC", "٩:٠٠x"])
def test_what_is_no_time_of_day_is_none(typed: str) -> None:
    assert time_of_day(typed) is None


@given(some.times())
def test_every_minute_of_the_day_can_be_typed(at: time) -> None:
    assert time_of_day(f"{at:%H:%M}") == time(at.hour, at.minute)


@pytest.mark.parametrize(
    ("typed", "weekdays"),
    [
        ("", EVERY_DAY),
        ("every day", EVERY_DAY),
        ("Daily", EVERY_DAY),
        ("weekdays", {MON, TUE, WED, THU, FRI}),
        ("weekend", {SAT, SUN}),
        ("Mon-Fri", {MON, TUE, WED, THU, FRI}),
        ("mon – fri", {MON, TUE, WED, THU, FRI}),
        ("Mon, Wed, Fri", {MON, WED, FRI}),
        ("mo we fr", {MON, WED, FRI}),
        ("tuesday; thursday", {TUE, THU}),
        ("Tue., Thu.", {TUE, THU}),
        ("Fri-Mon", {FRI, SAT, SUN, MON}),
        ("Sat-Sun, Wed", {WED, SAT, SUN}),
        ("Sunday", {SUN}),
    ],
)
def test_weekdays_may_be_typed_as_people_say_them(typed: str, weekdays: set[int]) -> None:
    assert days(typed) == frozenset(weekdays)


@pytest.mark.parametrize("typed", ["someday", "m", "Mon-", "-Fri", "Mon-Someday", "Mon,,x", "0", "Mon/Tue", ","])
def test_what_names_no_weekday_is_none(typed: str) -> None:
    assert days(typed) is None


@pytest.mark.parametrize("choice", DAY_CHOICES)
def test_every_choice_that_is_offered_is_understood(choice: str) -> None:
    assert days(choice)


@given(some.text())
def test_nothing_that_can_be_typed_raises(typed: str) -> None:
    weekdays, at, name = days(typed), time_of_day(typed), zone(typed)

    assert weekdays is None or (weekdays and weekdays <= EVERY_DAY)
    assert at is None or at.second == 0
    assert name is None or name in zone_names()
    assert len(zone_suggestions(typed)) <= 25


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("Middle/Earth", None),
        ("", None),
    ],
)
def test_a_zone_is_found_whatever_its_case(typed: str, name: str | None) -> None:
    assert zone(typed) == name


def test_before_anything_is_typed_common_zones_are_offered() -> None:
    offered = zone_suggestions("")

    assert "UTC" in offered
    assert set(offered) <= set(zone_names())


@pytest.mark.parametrize(
    ("typed", "first"), [("berl", "Europe/Berlin"), ("new y", "America/New_York"), ("TOK", "Asia/Tokyo")]
)
def test_a_city_that_begins_with_what_was_typed_comes_first(typed: str, first: str) -> None:
    assert zone_suggestions(typed)[0] == first


def test_no_zone_is_offered_twice_and_none_too_many() -> None:
    offered = zone_suggestions("a")

    assert len(offered) == len(set(offered)) == 25
    assert zone_suggestions("no such place") == ()


def test_every_zone_is_offered_to_whoever_types_its_whole_name() -> None:
    assert [name for name in zone_names() if name not in zone_suggestions(name)] == []

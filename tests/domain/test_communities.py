from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.communities import Community
from bot.domain.schedule import Due, Schedule

MONDAY_TO_FRIDAY = Community("c", "1", Schedule(time(9), "Europe/Berlin", frozenset(range(5))))
THURSDAY_EVENING = datetime(2026, 1, 1, 20, tzinfo=UTC)


def test_a_community_is_due_when_its_schedule_says_so() -> None:
    friday = Due(date(2026, 1, 2), datetime(2026, 1, 2, 8, tzinfo=UTC))

    assert MONDAY_TO_FRIDAY.due_after(THURSDAY_EVENING) == friday


def test_a_settled_day_is_left_out() -> None:
    settled = replace(MONDAY_TO_FRIDAY, settled_day=date(2026, 1, 2))

    due = settled.due_after(THURSDAY_EVENING)

    assert due is not None
    assert due.day == date(2026, 1, 5)


def test_a_paused_community_is_never_due() -> None:
    assert replace(MONDAY_TO_FRIDAY, paused=True).due_after(THURSDAY_EVENING) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        MONDAY_TO_FRIDAY.due_after(THURSDAY_EVENING.replace(tzinfo=None))

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.domain.communities import Community
from bot.domain.schedule import Due, Schedule
from bot.storage import communities
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked_from(community_id: str, moment: datetime) -> Community:
    """A community whose next question is due at a moment."""
    due = Due(moment.date(), moment)
    return Community(community_id, "1", Schedule(time(9), "UTC"), next_due=due)


@given(
    some.builds(
        Community,
        id=some.text(some.characters(exclude_categories=["Cs"]), min_size=1),
        channel_id=some.text(some.characters(exclude_categories=["Cs"])),
        schedule=some.builds(
            Schedule,
            at=some.times().map(lambda at: at.replace(second=0, microsecond=0)),
            zone=some.sampled_from(("UTC", "Europe/Berlin", "Pacific/Apia")),
            weekdays=some.frozensets(some.integers(0, 6), min_size=1),
        ),
        paused=some.booleans(),
        settled_day=some.none() | some.dates(),
        next_due=some.none() | some.builds(Due, some.dates(), some.integers(0, 10**6).map(lambda n: NOW + n * HOUR)),
        blocked=some.none() | some.text(some.characters(exclude_categories=["Cs"])),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
async def test_a_community_comes_back_as_it_was_saved(store: SQLite, community: Community) -> None:
    await store.write(communities.save_community(replace(community, paused=not community.paused), NOW))

    await store.write(communities.save_community(community, NOW))

    assert await store.read(communities.community(community.id)) == community


async def test_a_community_that_was_never_set_up_is_none(store: SQLite) -> None:
    assert await store.read(communities.community("club")) is None


async def test_due_are_those_whose_time_has_come_longest_waiting_first(store: SQLite) -> None:
    waiting = {"late": NOW - DAY, "just now": NOW, "soon": NOW + timedelta(milliseconds=1), "later": NOW + DAY}
    for community_id, moment in waiting.items():
        await store.write(communities.save_community(asked_from(community_id, moment), NOW))
    paused = replace(asked_from("paused", NOW - DAY), paused=True, next_due=None)
    await store.write(communities.save_community(paused, NOW))

    due = await store.read(communities.due_communities(NOW, 10))
    first = await store.read(communities.due_communities(NOW, 1))

    assert [community.id for community in due] == ["late", "just now"]
    assert first == due[:1]


async def test_the_earliest_due_time_is_that_of_any_community_that_is_still_there(store: SQLite) -> None:
    none_yet = await store.read(communities.next_due_at())
    for community_id, moment in {"gone": NOW, "here": NOW + HOUR, "later": NOW + DAY}.items():
        await store.write(communities.save_community(asked_from(community_id, moment), NOW))

    await store.write(communities.leave("gone", NOW))

    assert none_yet is None
    assert await store.read(communities.next_due_at()) == NOW + HOUR


async def test_a_community_that_left_is_not_asked_and_set_up_again_it_is_back(store: SQLite) -> None:
    community = asked_from("club", NOW)
    await store.write(communities.save_community(community, NOW))

    await store.write(communities.leave("club", NOW))
    while_gone = await store.read(communities.community("club")), await store.read(communities.active_communities())
    due_while_gone = await store.read(communities.due_communities(NOW + DAY, 10))
    await store.write(communities.save_community(community, NOW + DAY))

    assert while_gone == (None, [])
    assert due_while_gone == []
    assert await store.read(communities.active_communities()) == [community]


@pytest.mark.parametrize(
    ("before", "settled", "after"),
    [
        (None, date(2026, 1, 2), date(2026, 1, 2)),
        (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 2)),
        (date(2026, 1, 5), date(2026, 1, 2), date(2026, 1, 5)),
    ],
)
async def test_a_settled_day_is_never_unsettled(store: SQLite, before: date | None, settled: date, after: date) -> None:
    await store.write(communities.save_community(replace(asked_from("club", NOW), settled_day=before), NOW))
    following = Due(date(2026, 1, 6), NOW + 5 * DAY)

    await store.write(communities.settle_day("club", settled, following))

    community = await store.read(communities.community("club"))
    assert community is not None
    assert (community.settled_day, community.next_due) == (after, following)


async def test_a_day_can_be_settled_with_nothing_to_follow(store: SQLite) -> None:
    await store.write(communities.save_community(asked_from("club", NOW), NOW))

    await store.write(communities.settle_day("club", NOW.date(), None))

    assert await store.read(communities.due_communities(NOW + 9 * DAY, 10)) == []


async def test_what_blocks_a_community_is_kept_until_it_is_repaired(store: SQLite) -> None:
    await store.write(communities.save_community(asked_from("club", NOW), NOW))
    await store.write(communities.save_community(asked_from("lab", NOW), NOW))

    await store.write(communities.block("club", "I may not post there."))
    blocked = [community.blocked for community in await store.read(communities.active_communities())]
    await store.write(communities.block("club", None))

    assert blocked == ["I may not post there.", None]
    repaired = await store.read(communities.community("club"))
    assert repaired is not None
    assert repaired.blocked is None


async def test_what_every_tick_reads_is_found_by_index(store: SQLite) -> None:
    for number in range(20):
        await store.write(communities.save_community(asked_from(f"c{number}", NOW + number * HOUR), NOW))

    for transaction in (
        communities.due_communities(NOW, 200),
        communities.next_due_at(),
        communities.community("c7"),
    ):
        lines = plan(store.path, transaction)
        assert any("INDEX" in line for line in lines)
        assert walks_a_table(lines) == []

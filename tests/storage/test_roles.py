"""Milestone roles: who is to be given one and who is to lose it, from what streaks are now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.storage import communities, hidden, roles
from bot.storage.hidden import Reason
from bot.storage.roles import Change, MilestoneRole
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import open_round, practise

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def club(store: SQLite) -> SQLite:
    """A community in which a has three rounds in a row, b two, and c none any more."""
    await practise(store, "club", NOW, ["ac", "ab", "ab"])
    return store


async def rule(store: SQLite, rounds: int, role_id: str, community_id: str = "club") -> None:
    await store.write(roles.save_role(MilestoneRole(community_id, rounds, role_id, NOW)))


async def pending(store: SQLite, now: datetime = NOW, limit: int = 10) -> set[Change]:
    return set(await store.read(roles.pending(now, limit)))


async def settle(store: SQLite) -> set[Change]:
    """Do whatever is pending until nothing is; return what was done."""
    done: set[Change] = set()
    while changes := await pending(store):
        for change in changes:
            await store.write(roles.changed(change))
        done |= changes
    return done


def give(member_id: str, role_id: str, community_id: str = "club") -> Change:
    return Change(community_id, member_id, role_id, give=True)


def take(member_id: str, role_id: str, *, given: bool = True) -> Change:
    return Change("club", member_id, role_id, give=False, given=given)


async def test_every_role_goes_to_whoever_has_its_rounds_once(club: SQLite) -> None:
    await rule(club, 2, "two")
    await rule(club, 3, "three")
    await rule(club, 4, "four")

    assert await settle(club) == {give("a", "two"), give("b", "two"), give("a", "three")}
    assert await pending(club) == set()


async def test_a_community_without_rules_has_nothing_pending(club: SQLite) -> None:
    await practise(club, "lab", NOW, ["a"])
    await rule(club, 1, "one", "lab")

    assert await pending(club) == {give("a", "one", "lab")}


async def test_who_lost_the_streak_is_to_lose_the_role(club: SQLite) -> None:
    await rule(club, 2, "two")
    await settle(club)
    await open_round(club, "club", NOW + 3 * DAY)

    await open_round(club, "club", NOW + 4 * DAY)

    assert await settle(club) == {take("a", "two"), take("b", "two")}
    assert await pending(club) == set()


async def test_one_role_of_two_milestones_is_given_once_and_held_from_the_shorter(club: SQLite) -> None:
    await rule(club, 2, "same")
    await rule(club, 3, "same")
    given = await settle(club)

    await club.write(roles.remove_role("club", 2))

    assert given == {give("a", "same"), give("b", "same")}
    assert await settle(club) == {take("b", "same")}


async def test_a_rule_that_is_gone_leaves_its_holders_to_lose_it_and_tells_which_had_it_before(club: SQLite) -> None:
    await rule(club, 2, "two")
    await club.write(roles.changed(give("a", "two")))
    await club.write(roles.changed(Change("club", "b", "two", give=True, given=False)))

    removed = [await club.write(roles.remove_role("club", 2)) for _ in range(2)]

    assert removed == [True, False]
    assert await settle(club) == {take("a", "two"), take("b", "two", given=False)}


async def test_what_was_refused_waits_and_its_reason_is_kept_until_it_is_mended(club: SQLite) -> None:
    await rule(club, 2, "two")
    await rule(club, 3, "three")
    await club.write(roles.refuse("club", "two", "drag my role above it", NOW + DAY))
    meanwhile = await pending(club)

    (two, three) = await club.read(roles.roles_of("club"))
    later = await pending(club, NOW + DAY)
    await club.write(roles.refuse("club", "two", None, NOW))

    assert meanwhile == {give("a", "three")}
    assert (two.refused, three.refused) == ("drag my role above it", None)
    assert later == await pending(club) == {give("a", "two"), give("b", "two"), give("a", "three")}
    assert [each.refused for each in await club.read(roles.roles_of("club"))] == [None, None]


async def test_what_cannot_be_taken_back_waits_too(club: SQLite) -> None:
    await rule(club, 3, "three")
    await settle(club)
    await rule(club, 4, "three")
    await club.write(roles.remove_role("club", 3))
    await club.write(roles.refuse("club", "three", "allow me to", NOW + DAY))

    assert await pending(club) == set()
    assert await pending(club, NOW + DAY) == {take("a", "three")}


async def test_members_who_left_are_given_nothing_and_members_who_are_only_hidden_are(club: SQLite) -> None:
    await rule(club, 2, "two")
    await club.write(hidden.hide("club", "a", Reason.LEFT))
    await club.write(hidden.hide("club", "b", Reason.CHOICE))

    assert await pending(club) == {give("b", "two")}


async def test_a_member_of_whom_nothing_is_known_any_more_is_to_lose_nothing(club: SQLite) -> None:
    await rule(club, 2, "two")
    await rule(club, 3, "three")
    await settle(club)
    await club.write(hidden.hide("club", "a", Reason.LEFT))
    await club.write(roles.forget_holder("club", "a"))

    for rounds in (2, 3):
        await club.write(roles.remove_role("club", rounds))

    assert await pending(club) == {take("b", "two")}


async def test_where_the_bot_was_removed_nothing_is_pending(club: SQLite) -> None:
    await rule(club, 2, "two")
    await club.write(roles.changed(give("c", "two")))

    await club.write(communities.leave("club", NOW))

    assert await pending(club) == set()


async def test_no_more_is_read_than_asked_for(club: SQLite) -> None:
    await rule(club, 1, "one")
    await rule(club, 2, "two")
    await club.write(roles.changed(give("c", "two")))

    found = [len(await club.read(roles.pending(NOW, limit))) for limit in (1, 3, 5)]

    assert found == [1, 3, 5]


async def test_what_was_tried_without_an_answer_is_tried_again_and_taken_as_if_it_had_been_given(club: SQLite) -> None:
    await rule(club, 3, "three")
    (change,) = await pending(club)

    await club.write(roles.changed(replace(change, sure=False)))
    again = await pending(club)
    await club.write(roles.remove_role("club", 3))

    assert again == {replace(change, sure=False)}
    assert await settle(club) == {take("a", "three")}


async def test_a_tick_finds_by_index_whose_role_is_to_be_given(club: SQLite) -> None:
    await rule(club, 2, "two")
    await settle(club)

    lines = plan(club.path, roles.pending(NOW, 10))

    # As many rows as there are rules, and as there are roles in somebody's hands; never everybody's streak.
    assert {line.split()[1] for line in lines if line.startswith("SCAN")} <= {"milestone_role", "held_role"}
    assert any("INDEX standing_running (community_id=? AND current>?)" in line for line in lines)


async def test_the_rules_of_a_community_are_found_by_index(club: SQLite) -> None:
    await rule(club, 2, "two")

    lines = plan(club.path, roles.roles_of("club"))

    assert len(lines) == 1
    assert walks_a_table(lines) == []

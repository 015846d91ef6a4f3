"""Standings are conclusions: whatever happens, they equal what follows from the facts."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.storage import standings
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import open_round, practise, quiz
from storage.walk import Walk

NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("seed", range(25))
async def test_whatever_happens_standings_equal_what_follows_from_the_facts(store: SQLite, seed: int) -> None:
    await Walk(store, Random(seed)).go(40)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(25, 1050))
async def test_however_long_it_goes_on_standings_equal_what_follows_from_the_facts(store: SQLite, seed: int) -> None:
    await Walk(store, Random(seed)).go(45)


async def test_a_rebuild_heals_what_was_damaged_and_counts_whom_it_ranked(store: SQLite) -> None:
    await practise(store, "club", NOW, ["ab", "a"])
    await practise(store, "lab", NOW, ["b"])
    await quiz(store, "club", NOW, {"c": 2})
    damaged = await open_round(store, "club", NOW + 5 * DAY)
    before = [await store.read(standings.projections(name)) for name in ("club", "lab")]
    await store.write(standings.add_to_tally("club", "a", NOW.date(), answers=40, quiz=-3))
    await store.write(standings.answer_round(damaged, "nobody"))

    ranked = await store.write(standings.rebuild("club"))

    assert ranked == 3
    assert [await store.read(standings.projections(name)) for name in ("club", "lab")] == before


async def test_a_streak_and_its_history_are_found_by_index(store: SQLite) -> None:
    await practise(store, "club", NOW, ["abc", "ab"])

    lines = plan(store.path, standings.member_streak("club", "a"))
    lines += plan(store.path, standings.member_history("club", "a"))

    assert len(lines) >= 3
    assert walks_a_table(lines) == []

"""Standings are conclusions: whatever happens, they equal what follows from the facts."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from bot.domain.answers import Answer, Source
from bot.domain.standings import By, Period, Standing, period_key
from bot.domain.streaks import Streak
from bot.storage import answers, quizzes, standings
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import open_round, set_up
from storage.walk import Walk

NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BOARDS = [(by, period) for by in By for period in Period]


@pytest.mark.parametrize("seed", range(25))
async def test_whatever_happens_standings_equal_what_follows_from_the_facts(store: SQLite, seed: int) -> None:
    await Walk(store, Random(seed)).go(40)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(25, 1050))
async def test_however_long_it_goes_on_standings_equal_what_follows_from_the_facts(store: SQLite, seed: int) -> None:
    await Walk(store, Random(seed)).go(45)


async def practise(store: SQLite, community_id: str, days: list[str]) -> None:
    """Open one round a day, from NOW on, answered by the members whose letters the day names."""
    await set_up(store, community_id, NOW)
    for offset, members in enumerate(days):
        now = NOW + offset * DAY
        this = await open_round(store, community_id, now)
        for member in members:
            answer = Answer(f"{member}{this.id}", member, Source.REPLY, "mine", now + timedelta(hours=1))
            await store.write(answers.record_answer(this.id, answer))


async def quiz(store: SQLite, community_id: str, right: dict[str, int]) -> None:
    """Let members choose rightly so many times today, and wrongly once."""
    for member_id, times in right.items():
        for draw in range(times + 1):
            await store.write(
                quizzes.record_quiz_result(
                    draw_id=f"{community_id}:{member_id}:{draw}",
                    community_id=community_id,
                    member_id=member_id,
                    question_id=1,
                    correct=draw < times,
                    day=NOW.date(),
                    now=NOW,
                )
            )


async def test_a_board_ranks_by_value_and_lists_ties_by_id(store: SQLite) -> None:
    await quiz(store, "club", {"d": 1, "b": 3, "c": 3, "a": 5, "e": 0})

    board = await store.read(standings.board("club", by=By.QUIZ, period=Period.ALL, key="all", page=0, member_id="c"))

    assert board.standings == (Standing(1, "a", 5), Standing(2, "b", 3), Standing(2, "c", 3), Standing(4, "d", 1))
    assert board.own == Standing(2, "c", 3)
    assert (board.total, board.pages) == (4, 1)


async def test_all_pages_together_name_every_member_once_in_the_same_order(store: SQLite) -> None:
    right = {f"m{number:02}": number % 7 + 1 for number in range(34)}
    await quiz(store, "club", right)

    pages = [
        await store.read(standings.board("club", by=By.QUIZ, period=Period.ALL, key="all", page=page, member_id="m33"))
        for page in range(4)
    ]

    ranking = sorted(right.items(), key=lambda row: (-row[1], row[0]))
    above = Counter[int]({value: sum(other > value for other in right.values()) for value in right.values()})
    listed = [each for page in pages for each in page.standings]
    assert listed == [Standing(above[value] + 1, member, value) for member, value in ranking]
    assert {page.own for page in pages} == {Standing(above[right["m33"]] + 1, "m33", right["m33"])}


@pytest.mark.parametrize(("asked", "shown"), [(-3, 0), (0, 0), (1, 1), (2, 1), (10**6, 1)])
async def test_a_page_that_does_not_exist_is_the_nearest_one(store: SQLite, asked: int, shown: int) -> None:
    await quiz(store, "club", {f"m{number:02}": 1 for number in range(11)})

    board = await store.read(
        standings.board("club", by=By.QUIZ, period=Period.ALL, key="all", page=asked, member_id="m00")
    )

    assert board.page == shown
    assert len(board.standings) == (10, 1)[shown]


@pytest.mark.parametrize(("by", "period"), BOARDS)
async def test_an_empty_board_has_one_page_and_nobody_on_it(store: SQLite, by: By, period: Period) -> None:
    board = await store.read(standings.board("club", by=by, period=period, key="all", page=7, member_id="a"))

    assert (board.standings, board.own, board.total, board.page, board.pages) == ((), None, 0, 0, 1)


async def test_the_week_the_month_and_all_time_count_the_local_days_that_belong_to_them(store: SQLite) -> None:
    await practise(store, "club", ["a", "ab", "", "", "a"])
    january = date(2027, 1, 4)

    told = {
        period: {
            each.member_id: each.value
            for each in (
                await store.read(
                    standings.board(
                        "club",
                        by=By.ANSWERS,
                        period=period,
                        key=period_key(period, january),
                        page=0,
                        member_id="a",
                    )
                )
            ).standings
        }
        for period in Period
    }

    assert told == {Period.WEEK: {"a": 1}, Period.MONTH: {"a": 2, "b": 1}, Period.ALL: {"a": 3, "b": 1}}


async def test_the_board_of_streaks_shows_current_ones_and_over_all_time_the_longest(store: SQLite) -> None:
    await practise(store, "club", ["ab", "ab", "a", "b"])

    boards = [
        await store.read(standings.board("club", by=By.STREAK, period=period, key="any", page=0, member_id="a"))
        for period in (Period.WEEK, Period.ALL)
    ]

    assert [(each.member_id, each.value) for each in boards[0].standings] == [("a", 3), ("b", 1)]
    assert [(each.member_id, each.value) for each in boards[1].standings] == [("a", 3), ("b", 2)]


async def test_two_communities_share_members_and_nothing_else(store: SQLite) -> None:
    await practise(store, "club", ["ab", "a"])
    await quiz(store, "club", {"a": 2})
    await practise(store, "lab", ["b"])

    streaks = [await store.read(standings.member_streak(name, "a")) for name in ("club", "lab")]
    boards = [
        await store.read(standings.board("lab", by=by, period=period, key="all", page=0, member_id="a"))
        for by, period in BOARDS
    ]

    assert streaks == [Streak(2, 2), Streak()]
    assert all(board.own is None for board in boards)
    assert {each.member_id for board in boards for each in board.standings} == {"b"}


async def test_a_rebuild_heals_what_was_damaged_and_counts_whom_it_ranked(store: SQLite) -> None:
    await practise(store, "club", ["ab", "a"])
    await practise(store, "lab", ["b"])
    await quiz(store, "club", {"c": 2})
    before = [await store.read(standings.projections(name)) for name in ("club", "lab")]
    await store.write(standings.add_to_tally("club", "a", NOW.date(), answers=40, quiz=-3))
    await store.write(standings.answer_round("club", "nobody"))

    ranked = await store.write(standings.rebuild("club"))

    assert ranked == 3
    assert [await store.read(standings.projections(name)) for name in ("club", "lab")] == before


@pytest.mark.parametrize(("by", "period"), BOARDS)
async def test_a_page_and_the_own_row_of_any_board_are_read_from_an_ordered_index(
    store: SQLite, by: By, period: Period
) -> None:
    await practise(store, "club", ["abc", "ab"])
    await quiz(store, "club", {"a": 1, "b": 2})

    lines = plan(
        store.path,
        standings.board("club", by=by, period=period, key=period_key(period, NOW.date()), page=0, member_id="a"),
    )

    assert len(lines) >= 5
    assert walks_a_table(lines) == []


async def test_a_streak_and_its_history_are_found_by_index(store: SQLite) -> None:
    await practise(store, "club", ["abc", "ab"])

    lines = plan(store.path, standings.member_streak("club", "a"))
    lines += plan(store.path, standings.member_history("club", "a"))

    assert len(lines) >= 3
    assert walks_a_table(lines) == []

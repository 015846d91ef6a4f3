"""Boards: pages found by index however far down, ranks that ties share, and members who are not shown."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.standings import PAGE_SIZE, Board, By, Period, Place, Standing, Turn, period_key
from bot.domain.streaks import Streak
from bot.storage import boards, hidden, standings
from bot.storage.hidden import Reason
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import practise, quiz

NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BOARDS = [(by, period) for by in By for period in Period]
MANY = {f"m{number:02}": number % 7 + 1 for number in range(34)}


async def page(store: SQLite, member_id: str = "m33", place: Place | None = None, community_id: str = "club") -> Board:
    """Read a page of who chose rightly how often."""
    return await store.read(
        boards.board(community_id, by=By.QUIZ, period=Period.ALL, key="all", member_id=member_id, place=place)
    )


async def all_pages(store: SQLite) -> list[Board]:
    """Turn the pages of a board until there is no other."""
    turned = [await page(store)]
    while turned[-1].after is not None:
        turned.append(await page(store, place=turned[-1].after))
    return turned


async def test_a_board_ranks_by_value_and_lists_ties_by_id(store: SQLite) -> None:
    await quiz(store, "club", NOW, {"d": 1, "b": 3, "c": 3, "a": 5, "e": 0})

    board = await page(store, "c")

    assert board.standings == (Standing(1, "a", 5), Standing(2, "b", 3), Standing(2, "c", 3), Standing(4, "d", 1))
    assert board.own == Standing(2, "c", 3)
    assert (board.total, board.before, board.after) == (4, None, None)


async def test_all_pages_together_name_every_member_once_in_the_same_order(store: SQLite) -> None:
    await quiz(store, "club", NOW, MANY)

    pages = await all_pages(store)

    ranking = sorted(MANY.items(), key=lambda row: (-row[1], row[0]))
    above = Counter[int]({value: sum(other > value for other in MANY.values()) for value in MANY.values()})
    listed = [each for page in pages for each in page.standings]
    assert listed == [Standing(above[value] + 1, member, value) for member, value in ranking]
    assert {page.own for page in pages} == {Standing(above[MANY["m33"]] + 1, "m33", MANY["m33"])}
    assert [len(page.standings) for page in pages] == [PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, 4]


async def test_turning_back_leads_through_the_same_pages(store: SQLite) -> None:
    await quiz(store, "club", NOW, MANY)
    forward = await all_pages(store)

    back = [forward[-1]]
    while back[-1].before is not None:
        back.append(await page(store, place=back[-1].before))

    assert [board.standings for board in back[::-1]] == [board.standings for board in forward]


async def test_ones_own_page_shows_those_just_above_and_below(store: SQLite) -> None:
    await quiz(store, "club", NOW, MANY)
    own = (await page(store)).own
    assert own is not None

    around = await page(store, place=Place(Turn.AROUND, own.value, own.member_id))

    listed = [each for page in await all_pages(store) for each in page.standings]
    place = listed.index(own)
    assert around.standings == tuple(listed[place - 4 : place + 6])
    assert around.before is not None
    assert around.after is not None


async def test_a_page_whose_members_are_gone_is_the_first_one(store: SQLite) -> None:
    await quiz(store, "club", NOW, {"a": 2, "b": 1})

    board = await page(store, place=Place(Turn.AFTER, 1, "z"))

    assert [each.member_id for each in board.standings] == ["a", "b"]


@pytest.mark.parametrize(("by", "period"), BOARDS)
async def test_an_empty_board_has_one_page_and_nobody_on_it(store: SQLite, by: By, period: Period) -> None:
    place = Place(Turn.AFTER, 7, "b")

    board = await store.read(boards.board("club", by=by, period=period, key="all", member_id="a", place=place))

    assert (board.standings, board.own, board.total, board.before, board.after) == ((), None, 0, None, None)


async def test_the_week_the_month_and_all_time_count_the_local_days_that_belong_to_them(store: SQLite) -> None:
    await practise(store, "club", NOW, ["a", "ab", "", "", "a"])
    january = date(2027, 1, 4)

    told = {
        period: {
            each.member_id: each.value
            for each in (
                await store.read(
                    boards.board("club", by=By.ANSWERS, period=period, key=period_key(period, january), member_id="a")
                )
            ).standings
        }
        for period in Period
    }

    assert told == {Period.WEEK: {"a": 1}, Period.MONTH: {"a": 2, "b": 1}, Period.ALL: {"a": 3, "b": 1}}


async def test_the_board_of_streaks_shows_current_ones_and_over_all_time_the_longest(store: SQLite) -> None:
    await practise(store, "club", NOW, ["ab", "ab", "a", "b"])

    week, ever = [
        await store.read(boards.board("club", by=By.STREAK, period=period, key="any", member_id="a"))
        for period in (Period.WEEK, Period.ALL)
    ]

    assert [(each.member_id, each.value) for each in week.standings] == [("a", 3), ("b", 1)]
    assert [(each.member_id, each.value) for each in ever.standings] == [("a", 3), ("b", 2)]


async def test_two_communities_share_members_and_nothing_else(store: SQLite) -> None:
    await practise(store, "club", NOW, ["ab", "a"])
    await quiz(store, "club", NOW, {"a": 2})
    await practise(store, "lab", NOW, ["b"])

    streaks = [await store.read(standings.member_streak(name, "a")) for name in ("club", "lab")]
    shown = [
        await store.read(boards.board("lab", by=by, period=period, key="all", member_id="a")) for by, period in BOARDS
    ]

    assert streaks == [Streak(2, 2), Streak()]
    assert all(board.own is None for board in shown)
    assert {each.member_id for board in shown for each in board.standings} == {"b"}


@pytest.mark.parametrize("reason", Reason)
async def test_who_is_hidden_is_on_no_board_and_still_learns_their_own_place(store: SQLite, reason: Reason) -> None:
    await quiz(store, "club", NOW, {"a": 5, "b": 3, "c": 1})

    await store.write(hidden.hide("club", "b", reason))
    board = await page(store, "b")
    others = await page(store, "c")

    assert [each.member_id for each in board.standings] == ["a", "c"]
    assert (board.own, board.hidden, board.total) == (Standing(2, "b", 3), True, 2)
    assert others.own == Standing(2, "c", 1)


async def test_what_a_hidden_member_does_is_counted_for_when_they_are_shown_again(store: SQLite) -> None:
    await practise(store, "club", NOW, ["ab"])
    await store.write(hidden.hide("club", "b", Reason.CHOICE))
    await quiz(store, "club", NOW, {"b": 2, "c": 1})
    while_hidden = await page(store)

    await store.write(hidden.show("club", "b", Reason.CHOICE))
    shown = await page(store)

    assert [each.member_id for each in while_hidden.standings] == ["c"]
    assert shown.standings == (Standing(1, "b", 2), Standing(2, "c", 1))


async def test_who_has_two_reasons_to_be_hidden_is_shown_when_both_are_gone(store: SQLite) -> None:
    await quiz(store, "club", NOW, {"a": 1})
    for reason in Reason:
        await store.write(hidden.hide("club", "a", reason))

    seen = []
    for reason in Reason:
        await store.write(hidden.show("club", "a", reason))
        seen.append((await page(store)).total)

    assert seen == [0, 1]


@pytest.mark.parametrize(("by", "period"), BOARDS)
@pytest.mark.parametrize("turn", [None, *Turn])
async def test_any_page_and_ones_own_rank_are_index_look_ups(
    store: SQLite, by: By, period: Period, turn: Turn | None
) -> None:
    await practise(store, "club", NOW, ["abcdef", "ab"])
    await quiz(store, "club", NOW, {"a": 1, "b": 2, "c": 1})
    place = Place(turn, 1, "b") if turn else None

    lines = plan(
        store.path,
        boards.board("club", by=by, period=period, key=period_key(period, NOW.date()), member_id="a", place=place),
    )

    assert len(lines) >= 6
    assert walks_a_table(lines) == []
    assert all(line.startswith("SEARCH") for line in lines)

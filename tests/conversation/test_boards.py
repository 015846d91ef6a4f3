import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.conversation import boards
from bot.conversation.buttons import Press, pressed
from bot.conversation.say import Button, Buttons, Markdown, Mention, Say, Text, Tone
from bot.domain.standings import PAGE_SIZE, Board, By, Period, Place, Turn, ranked
from bot.practice.boards import Visibility

BOARDS = some.builds(
    lambda by, period, total, page, own: a_board(by, period, total, page, own=own),
    some.sampled_from(By),
    some.sampled_from(Period),
    some.integers(0, 95),
    some.integers(0, 9),
    some.booleans(),
)


def a_board(by: By, period: Period, total: int, page: int, *, own: bool = True, hidden: bool = False) -> Board:
    rows = [(f"m{place}", total - place) for place in range(total)]
    standings = ranked(rows, 0, {value: 1 for _, value in rows})
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page, pages - 1)
    shown = standings[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    return Board(
        by,
        period,
        shown,
        total,
        standings[0] if own and standings else None,
        hidden=hidden,
        before=Place(Turn.BEFORE, shown[0].value, shown[0].member_id) if page else None,
        after=Place(Turn.AFTER, shown[-1].value, shown[-1].member_id) if page + 1 < pages else None,
    )


def buttons(say: Say) -> list[Button]:
    return [button for block in say.blocks if isinstance(block, Buttons) for button in block.buttons]


def read(say: Say) -> str:
    parts = [part for block in say.blocks if isinstance(block, Text) for part in block.parts]
    return "".join(
        f"<{part.member_id}>" if isinstance(part, Mention) else str(getattr(part, "source", part)) for part in parts
    )


@given(BOARDS)
def test_no_two_buttons_of_a_board_are_the_same_and_each_row_has_at_most_five(board: Board) -> None:
    shown = buttons(boards.board(board))
    rows = [block.buttons for block in boards.board(board).blocks if isinstance(block, Buttons)]

    assert len({button.id for button in shown}) == len(shown)
    assert all(1 <= len(row) <= 5 for row in rows)


@given(BOARDS)
def test_the_arrows_lead_to_the_neighbouring_pages_and_no_further(board: Board) -> None:
    arrows = [button for button in buttons(boards.board(board)) if button.label in {"◀", "▶"}]

    assert bool(arrows) == bool(board.before or board.after)
    for arrow, place in zip(arrows, (board.before, board.after), strict=False):
        known = pressed(arrow.id)
        assert known is not None
        assert known[0] is Press.BOARD
        assert arrow.disabled == (place is None)
        if place is not None:
            assert known[1] == (board.by, board.period, place.turn, str(place.value), place.member_id)


@given(BOARDS)
def test_the_way_to_ones_own_place_is_offered_where_it_is_not_in_sight(board: Board) -> None:
    offered = [button for button in buttons(boards.board(board)) if button.label == "My place"]

    assert bool(offered) == (board.own is not None and board.own not in board.standings)


def test_who_is_hidden_reads_so_and_what_their_place_would_be() -> None:
    said = read(boards.board(a_board(By.ANSWERS, Period.WEEK, 12, 1, hidden=True)))

    assert "You are hidden. With 12 your place would be **1**" in said


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("shown", [True, False])
def test_how_a_board_counts_is_told_with_the_way_off_it_or_back(by: By, shown: bool) -> None:  # noqa: FBT001  # why: a parameter
    said = boards.counted(by, Period.WEEK, Visibility(shown))

    assert "How it counts" in read(said)
    assert [button.label for button in buttons(said)] == [
        "Back",
        "Hide me from boards" if shown else "Show me on boards",
    ]


@given(BOARDS)
def test_every_member_of_a_page_is_named_once_and_nobody_is_notified_by_words(board: Board) -> None:
    said = boards.board(board)

    named = [
        part.member_id
        for block in said.blocks
        if isinstance(block, Text)
        for part in block.parts
        if isinstance(part, Mention)
    ]
    assert named == [standing.member_id for standing in board.standings]
    assert all(
        isinstance(part, Mention | Markdown) for block in said.blocks if isinstance(block, Text) for part in block.parts
    )


@pytest.mark.parametrize("by", By)
def test_the_period_that_is_shown_is_the_one_that_stands_out(by: By) -> None:
    main = [
        button.label for button in buttons(boards.board(a_board(by, Period.WEEK, 3, 0))) if button.tone is Tone.MAIN
    ]

    assert main == ["This week"]


def test_a_streak_has_no_month() -> None:
    labels = [button.label for button in buttons(boards.board(a_board(By.STREAK, Period.WEEK, 3, 0)))]

    assert labels == ["This week", "All time", "How it counts"]


def test_whoever_reads_an_empty_board_is_told_how_to_begin() -> None:
    said = read(boards.board(a_board(By.ANSWERS, Period.WEEK, 0, 0)))

    assert "Nobody yet" in said
    assert "You are not on this board yet" in said


def test_medals_are_for_the_first_three_and_large_numbers_are_grouped() -> None:
    said = read(
        boards.board(
            Board(
                By.ANSWERS,
                Period.ALL,
                ranked([("a", 12345), ("b", 3), ("c", 2), ("d", 1)], 0, {12345: 1, 3: 1, 2: 1, 1: 1}),
                4,
                None,
            )
        )
    )

    assert "🥇 <a> · **12,345**" in said
    assert "🥉 <c> · **2**" in said
    assert "<d> · **1**" in said
    assert sum(said.count(medal) for medal in "🥇🥈🥉") == 3

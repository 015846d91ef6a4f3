import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.conversation import boards
from bot.conversation.buttons import Press, pressed
from bot.conversation.say import Button, Buttons, Markdown, Mention, Say, Text, Tone
from bot.domain.standings import PAGE_SIZE, Board, By, Period, ranked

BOARDS = some.builds(
    lambda by, period, total, page, own: a_board(by, period, total, page, own=own),
    some.sampled_from(By),
    some.sampled_from(Period),
    some.integers(0, 95),
    some.integers(0, 9),
    some.booleans(),
)


def a_board(by: By, period: Period, total: int, page: int, *, own: bool = True) -> Board:
    rows = [(f"m{place}", total - place) for place in range(total)]
    standings = ranked(rows, 1, 1)
    page = min(page, max(0, -(-total // PAGE_SIZE) - 1))
    shown = standings[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    return Board(by, period, page, shown, total, standings[0] if own and standings else None)


def buttons(say: Say) -> list[Button]:
    return [button for block in say.blocks if isinstance(block, Buttons) for button in block.buttons]


def read(say: Say) -> str:
    parts = [part for block in say.blocks if isinstance(block, Text) for part in block.parts]
    return "".join(
        f"<{part.member_id}>" if isinstance(part, Mention) else str(getattr(part, "source", part)) for part in parts
    )


@given(BOARDS)
def test_no_two_buttons_of_a_board_are_the_same_and_all_fit_in_one_row(board: Board) -> None:
    shown = buttons(boards.board(board))

    assert len({button.id for button in shown}) == len(shown) <= 5


@given(BOARDS)
def test_the_arrows_lead_to_the_neighbouring_pages_and_no_further(board: Board) -> None:
    arrows = [button for button in buttons(boards.board(board)) if button.label in {"◀", "▶"}]

    assert bool(arrows) == (board.pages > 1)
    for arrow, step in zip(arrows, (-1, 1), strict=False):
        known = pressed(arrow.id)
        assert known is not None
        assert known[0] is Press.BOARD
        assert known[1][:3] == (board.by, board.period, str(board.page + step))
        assert arrow.disabled == (not 0 <= board.page + step < board.pages)


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

    assert labels == ["This week", "All time"]


def test_whoever_reads_an_empty_board_is_told_how_to_begin() -> None:
    said = read(boards.board(a_board(By.ANSWERS, Period.WEEK, 0, 0)))

    assert "Nobody yet" in said
    assert "You are not on this board yet" in said


def test_medals_are_for_the_first_three_and_large_numbers_are_grouped() -> None:
    said = read(
        boards.board(
            Board(By.ANSWERS, Period.ALL, 0, ranked([("a", 12345), ("b", 3), ("c", 2), ("d", 1)], 1, 1), 4, None)
        )
    )

    assert "🥇 <a> · **12,345**" in said
    assert "🥉 <c> · **2**" in said
    assert "<d> · **1**" in said
    assert sum(said.count(medal) for medal in "🥇🥈🥉") == 3

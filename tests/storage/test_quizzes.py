import asyncio
from datetime import UTC, datetime

from bot.domain.standings import By, Period, Standing
from bot.storage import boards, quizzes
from bot.storage.sqlite import SQLite

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


async def choose(
    store: SQLite,
    draw_id: str,
    *,
    community_id: str = "club",
    member_id: str = "ada",
    question_id: int = 1,
    correct: bool = True,
    at: datetime = NOW,
) -> bool:
    return await store.write(
        quizzes.record_quiz_result(
            draw_id=draw_id,
            community_id=community_id,
            member_id=member_id,
            question_id=question_id,
            correct=correct,
            day=at.date(),
            now=at,
        )
    )


async def right(store: SQLite, community_id: str, member_id: str = "ada") -> int:
    """Return how many right choices the board of all time shows for a member."""
    board = await store.read(boards.board(community_id, by=By.QUIZ, period=Period.ALL, key="all", member_id=member_id))
    return board.own.value if board.own else 0


async def test_a_right_choice_counts_on_the_board_and_a_wrong_one_does_not(store: SQLite) -> None:
    await choose(store, "1", correct=True)
    await choose(store, "2", correct=False)

    assert await right(store, "club") == 1


async def test_fifty_presses_on_one_draw_at_once_count_once(store: SQLite) -> None:
    new = await asyncio.gather(*(choose(store, "1") for _ in range(50)))

    assert sum(new) == 1
    assert await right(store, "club") == 1


async def test_a_wrong_choice_cannot_be_corrected_by_pressing_again(store: SQLite) -> None:
    await choose(store, "1", correct=False)

    is_new = await choose(store, "1", correct=True)

    assert not is_new
    assert await right(store, "club") == 0


async def test_results_count_in_the_community_where_they_were_made(store: SQLite) -> None:
    await choose(store, "1", community_id="club")
    await choose(store, "2", community_id="lab")
    await choose(store, "3", community_id="lab", member_id="bob")

    board = await store.read(boards.board("lab", by=By.QUIZ, period=Period.ALL, key="all", member_id="bob"))

    assert await right(store, "club") == 1
    assert board.standings == (Standing(1, "ada", 1), Standing(1, "bob", 1))

"""Work that a board takes, counted in steps of SQLite: as many among many members as among few."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.standings import By, Period
from bot.storage import boards
from bot.storage.sqlite import SQLite
from bot.storage.statement import Transaction

NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)


def work(path: Path, transaction: Transaction[object]) -> int:
    """Carry a reading transaction out on the database at `path`; return how many steps SQLite's machine took."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(count, 1)
        try:
            statement = next(transaction)
            while True:
                statement = transaction.send(connection.execute(statement.sql, statement.params).fetchall())
        except StopIteration:
            return steps


async def fill(store: SQLite, community_id: str, members: int) -> None:
    with closing(sqlite3.connect(store.path)) as connection, connection:
        rows = [(community_id, f"m{number:05}", number % 50 + 1) for number in range(members)]
        connection.executemany(
            "INSERT INTO tally (community_id, period, member_id, quiz) VALUES (?, 'all', ?, ?)", rows
        )
        connection.executemany(
            "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES (?1, ?2, ?3, ?3, 0)", rows
        )
    await store.write(boards.count_boards(community_id))


@pytest.mark.parametrize("by", [By.QUIZ, By.STREAK])
async def test_the_first_page_takes_as_much_work_among_many_members_as_among_few(store: SQLite, by: By) -> None:
    await fill(store, "few", 1_000)
    await fill(store, "many", 10_000)

    few, many = (
        work(
            store.path,
            boards.board(community, by=by, period=Period.ALL, key="all", member_id="m00000"),
        )
        for community in ("few", "many")
    )

    assert many < 1.2 * few

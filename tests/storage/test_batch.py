import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite
import pytest

from bot.storage.errors import StorageError, StorageFull
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction

if sys.platform != "win32":
    import resource

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE remark (note INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED);
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLite]:
    schema = tmp_path / "migrations"
    schema.mkdir()
    (schema / "V0001__notes.sql").write_text(SCHEMA)
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    yield store
    await store.close()


def note(number: int, size: int = 10) -> Transaction[int]:
    yield Statement("INSERT INTO note VALUES (?1, zeroblob(?2))", (number, size))
    return number


def notes() -> Transaction[list[int]]:
    rows = yield Statement("SELECT id FROM note ORDER BY id")
    return [row[0] for row in rows]


def writer(store: SQLite) -> aiosqlite.Connection:
    connection = store._writer._connection
    assert connection is not None
    return connection


async def in_one_batch(store: SQLite, *transactions: Transaction[int]) -> list[int | BaseException]:
    """Keep the writer busy until all the transactions are waiting, so that they are taken together."""
    reached, opened = threading.Event(), threading.Event()

    def halted() -> Transaction[None]:
        yield Statement("SELECT 1")
        reached.set()
        assert opened.wait(timeout=30)

    first = asyncio.create_task(store.write(halted()))
    assert await asyncio.to_thread(reached.wait, 30)
    rest = [asyncio.create_task(store.write(transaction)) for transaction in transactions]
    # One turn of the loop starts every task, and each queues its transaction before it first waits.
    await asyncio.sleep(0)
    opened.set()
    await first
    return list(await asyncio.gather(*rest, return_exceptions=True))


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let the system refuse every write of this process beyond the first `size` bytes of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_transactions_that_wait_together_share_one_commit(store: SQLite) -> None:
    statements: list[str] = []
    await writer(store).set_trace_callback(statements.append)

    outcomes = await in_one_batch(store, *(note(n) for n in range(100)))

    assert outcomes == list(range(100))
    assert [statement for statement in statements if statement in {"BEGIN IMMEDIATE", "COMMIT"}] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]


async def test_a_caller_is_answered_only_after_the_commit(store: SQLite, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "practice.db")) as other:
        for number in range(50):
            await store.write(note(number))
            assert other.execute("SELECT max(id) FROM note").fetchone() == (number,)


async def test_one_of_a_batch_fails_alone_and_every_other_is_recorded(store: SQLite) -> None:
    outcomes = await in_one_batch(store, note(1), note(2), note(1), note(3))

    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [1, 2, 3]
    assert isinstance(outcomes[2], sqlite3.IntegrityError)
    assert await store.read(notes()) == [1, 2, 3]


async def test_a_transaction_may_set_savepoints_of_its_own(store: SQLite) -> None:
    def tentative() -> Transaction[int]:
        yield Statement("SAVEPOINT attempt")
        yield Statement("INSERT INTO note VALUES (1, NULL)")
        yield Statement("ROLLBACK TO attempt")
        yield Statement("RELEASE attempt")
        yield Statement("INSERT INTO note VALUES (2, NULL)")
        return 2

    assert await in_one_batch(store, tentative(), note(3)) == [2, 3]
    assert await store.read(notes()) == [2, 3]


async def test_a_full_disk_fails_what_finds_no_room_and_work_goes_on_once_there_is_some(store: SQLite) -> None:
    await writer(store).execute_fetchall("PRAGMA max_page_count = 10")

    outcomes = await in_one_batch(store, note(1), note(2, size=1_000_000), note(3))
    recorded = await store.read(notes())
    await writer(store).execute_fetchall("PRAGMA max_page_count = 1000000")

    assert isinstance(outcomes[1], StorageFull)
    assert all(isinstance(outcome, int | StorageFull) for outcome in outcomes)
    assert "the disk is full; free some space; nothing was recorded" in str(outcomes[1])
    assert recorded == [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert await store.write(note(4, size=1_000_000)) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of a file")
async def test_a_commit_that_the_disk_refuses_fails_the_whole_batch_and_records_nothing_of_it(
    store: SQLite, tmp_path: Path
) -> None:
    await store.write(note(0))

    with files_limited_to(100_000):
        outcomes = await in_one_batch(store, note(1), note(2, size=500_000), note(0), note(3))
    recorded = await store.read(notes())

    assert all(isinstance(outcomes[n], StorageError) for n in (0, 1, 3))
    assert len({id(outcome) for outcome in outcomes}) == 4
    assert "nothing was recorded" in str(outcomes[0])
    assert isinstance(outcomes[2], sqlite3.IntegrityError)
    assert recorded == [0]
    with closing(sqlite3.connect(tmp_path / "practice.db", isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert await store.write(note(4, size=500_000)) == 4


async def test_a_commit_that_the_database_refuses_fails_the_whole_batch_and_lets_go_of_the_file(
    store: SQLite, tmp_path: Path
) -> None:
    def remark() -> Transaction[int]:
        yield Statement("INSERT INTO remark VALUES (404)")
        return 404

    outcomes = await in_one_batch(store, note(1), remark())
    with closing(sqlite3.connect(tmp_path / "practice.db", isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")

    assert all(isinstance(outcome, StorageError) for outcome in outcomes)
    assert "FOREIGN KEY constraint failed); nothing of them was recorded. Try again." in str(outcomes[0])
    assert await store.read(notes()) == []


async def test_a_transaction_that_ends_the_shared_one_fails_everything_undone_with_it(store: SQLite) -> None:
    def saboteur() -> Transaction[int]:
        yield Statement("ROLLBACK")
        return 2

    outcomes = await in_one_batch(store, note(1), saboteur(), note(3))

    assert all(isinstance(outcome, StorageError) for outcome in outcomes)
    assert "leave BEGIN and COMMIT to the engine; remove from it: ROLLBACK" in str(outcomes[1])
    assert await store.read(notes()) == []
    assert await store.write(note(4)) == 4


async def test_a_transaction_may_not_go_on_after_a_statement_that_undid_everything(store: SQLite) -> None:
    def stubborn() -> Transaction[int]:
        try:
            yield Statement("INSERT OR ROLLBACK INTO note VALUES (0, NULL)")
        except sqlite3.IntegrityError:
            yield Statement("INSERT INTO note VALUES (5, NULL)")
        return 5

    await store.write(note(0))
    outcomes = await in_one_batch(store, note(1), stubborn())

    assert isinstance(outcomes[0], StorageError)
    assert isinstance(outcomes[1], sqlite3.IntegrityError)
    assert await store.read(notes()) == [0]


async def test_a_transaction_that_ignores_being_closed_cannot_stop_the_store(store: SQLite) -> None:
    def unruly() -> Transaction[int]:
        try:
            yield Statement("INSERT OR ROLLBACK INTO note VALUES (0, NULL)")
        finally:
            yield Statement("SELECT 1")
        return 1

    await store.write(note(0))
    outcomes = await in_one_batch(store, unruly())

    assert isinstance(outcomes[0], RuntimeError)
    assert await store.write(note(1)) == 1


async def test_a_file_locked_by_another_process_fails_the_write_and_the_next_one_works(
    store: SQLite, tmp_path: Path
) -> None:
    await writer(store).execute_fetchall("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(tmp_path / "practice.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="is locked by another process"):
            await store.write(note(1))
        other.execute("ROLLBACK")

    assert await store.write(note(2)) == 2
    assert await store.read(notes()) == [2]

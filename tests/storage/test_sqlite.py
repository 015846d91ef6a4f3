import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.errors import StorageError
from bot.storage.sqlite import SQLite, wal_reset_bug
from bot.storage.statement import Statement, Transaction

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
SCHEMA = """
CREATE TABLE parent (id TEXT PRIMARY KEY);
CREATE TABLE child (id TEXT PRIMARY KEY REFERENCES parent (id));
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "V0001__families.sql").write_text(SCHEMA)
    return folder


@pytest.fixture
async def store(tmp_path: Path, schema: Path) -> AsyncIterator[SQLite]:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    yield store
    await store.close()


def parent(name: str) -> Transaction[None]:
    yield Statement("INSERT INTO parent VALUES (?1)", (name,))


def family(name: str) -> Transaction[str]:
    yield Statement("INSERT INTO parent VALUES (?1)", (name,))
    yield Statement("INSERT INTO child VALUES (?1)", (name,))
    return name


def parents() -> Transaction[list[str]]:
    rows = yield Statement("SELECT id FROM parent ORDER BY id")
    return [row[0] for row in rows]


def families() -> Transaction[tuple[int, int]]:
    rows = yield Statement("SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM child)")
    return rows[0]


class Gate:
    """Holds a transaction where it stands, on the database's thread, until a test lets it go on."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    def wait(self) -> None:
        self._reached.set()
        assert self._opened.wait(timeout=30)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 30)

    def open(self) -> None:
        self._opened.set()


async def test_a_transaction_returns_what_its_generator_returns(store: SQLite) -> None:
    assert await store.write(family("a")) == "a"
    assert await store.read(parents()) == ["a"]


async def test_a_statement_gives_back_the_rows_it_returns(store: SQLite) -> None:
    def echoed() -> Transaction[list[tuple[str, ...]]]:
        return (yield Statement("INSERT INTO parent VALUES (?2), (?1) RETURNING id", ("b", "a")))

    assert await store.write(echoed()) == [("a",), ("b",)]


async def test_an_error_of_a_statement_can_be_handled_by_the_transaction(store: SQLite) -> None:
    def careful(name: str) -> Transaction[str]:
        try:
            yield Statement("INSERT INTO parent VALUES (?1)", (name,))
        except sqlite3.IntegrityError:
            yield Statement("INSERT INTO parent VALUES (?1)", (f"{name} again",))
            return "known"
        return "new"

    assert [await store.write(careful("a")), await store.write(careful("a"))] == ["new", "known"]
    assert await store.read(parents()) == ["a", "a again"]


async def test_an_error_that_is_not_handled_undoes_the_transaction_and_reaches_its_caller(store: SQLite) -> None:
    def orphan() -> Transaction[None]:
        yield Statement("INSERT INTO parent VALUES ('a')")
        yield Statement("INSERT INTO child VALUES ('unknown')")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await store.write(orphan())
    assert await store.read(parents()) == []


async def test_text_that_cannot_be_stored_fails_its_own_transaction_only(store: SQLite) -> None:
    outcomes = await asyncio.gather(store.write(family("\ud800")), store.write(family("a")), return_exceptions=True)

    assert isinstance(outcomes[0], UnicodeEncodeError)
    assert outcomes[1] == "a"


async def test_an_exception_of_the_rules_between_two_statements_undoes_the_first(store: SQLite) -> None:
    def refused() -> Transaction[None]:
        yield Statement("INSERT INTO parent VALUES ('a')")
        raise LookupError("no such round")

    with pytest.raises(LookupError, match="no such round"):
        await store.write(refused())
    assert await store.read(parents()) == []


async def test_one_that_fails_neither_loses_nor_keeps_rows_of_those_around_it(store: SQLite) -> None:
    def half(name: str) -> Transaction[None]:
        yield Statement("INSERT INTO parent VALUES (?1)", (name,))
        raise LookupError(name)

    writes = [store.write(half(f"bad {n}") if n % 3 == 0 else parent(f"good {n}")) for n in range(30)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert [isinstance(outcome, LookupError) for outcome in outcomes] == [n % 3 == 0 for n in range(30)]
    assert await store.read(parents()) == sorted(f"good {n}" for n in range(30) if n % 3)


async def test_a_caller_cancelled_between_two_statements_stops_waiting_and_the_transaction_is_whole(
    store: SQLite,
) -> None:
    gate = Gate()

    def halted() -> Transaction[None]:
        yield Statement("INSERT INTO parent VALUES ('a')")
        gate.wait()
        yield Statement("INSERT INTO child VALUES ('a')")

    caller = asyncio.create_task(store.write(halted()))
    await gate.reached()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.open()
    await store.write(family("b"))

    assert await store.read(families()) == (2, 2)


async def test_a_caller_cancelled_at_any_moment_never_leaves_half_a_transaction(store: SQLite) -> None:
    cancelled = 0
    for moments in range(200):
        caller = asyncio.create_task(store.write(family(f"cancelled {moments}")))
        for _ in range(moments):
            await asyncio.sleep(0)
        caller.cancel()
        (outcome,) = await asyncio.gather(caller, return_exceptions=True)
        cancelled += isinstance(outcome, asyncio.CancelledError)
        await store.write(family(f"next {moments}"))
        whole_parents, whole_children = await store.read(families())
        assert whole_parents == whole_children

    assert cancelled > 0


async def test_a_failure_that_nobody_waits_for_any_more_is_logged_without_its_text(
    store: SQLite, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()

    def halted() -> Transaction[None]:
        yield Statement("SELECT 1")
        gate.wait()
        raise LookupError("what a member wrote")

    caller = asyncio.create_task(store.write(halted()))
    await gate.reached()
    caller.cancel()
    gate.open()
    await store.write(family("a"))

    assert "failed with LookupError" in caplog.text
    assert "what a member wrote" not in caplog.text


async def test_all_statements_of_a_read_see_one_moment_and_no_write_waits_for_it(store: SQLite) -> None:
    gate = Gate()

    def slow_count() -> Transaction[list[int]]:
        before = yield Statement("SELECT count(*) FROM parent")
        gate.wait()
        after = yield Statement("SELECT count(*) FROM parent")
        return [before[0][0], after[0][0]]

    reader = store.read(slow_count())
    await gate.reached()
    await store.write(family("a"))
    gate.open()

    assert await reader == [0, 0]
    assert await store.read(families()) == (1, 1)


async def test_a_read_is_answered_while_a_write_is_under_way_and_does_not_see_it(store: SQLite) -> None:
    gate = Gate()

    def halted() -> Transaction[None]:
        yield Statement("INSERT INTO parent VALUES ('a')")
        gate.wait()

    writer = asyncio.create_task(store.write(halted()))
    await gate.reached()
    seen = await store.read(parents())
    gate.open()
    await writer

    assert seen == []


async def test_a_transaction_that_writes_is_refused_by_read(store: SQLite) -> None:
    def insistent() -> Transaction[None]:
        yield Statement("PRAGMA query_only = OFF")
        yield Statement("INSERT INTO parent VALUES ('a')")

    for transaction in (parent("a"), insistent()):
        with pytest.raises(StorageError, match=r"give it to write\(\)"):
            await store.read(transaction)
    assert await store.read(parents()) == []


async def test_a_transaction_keeps_to_one_thread_that_is_not_the_event_loops(store: SQLite) -> None:
    def threads() -> Transaction[set[int]]:
        found = {threading.get_ident()}
        for _ in range(3):
            yield Statement("SELECT 1")
            found.add(threading.get_ident())
        return found

    of_writes = [await store.write(threads()), await store.write(threads())]
    of_read = await store.read(threads())

    assert of_writes[0] == of_writes[1]
    assert len({threading.get_ident()} | of_writes[0] | of_read) == 3


async def test_every_commit_is_on_the_disk_and_foreign_keys_are_kept(store: SQLite) -> None:
    def setting(name: str) -> Transaction[int | str]:
        rows = yield Statement(f"PRAGMA {name}")
        value: int | str = rows[0][0]
        return value

    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "application_id")

    assert [await store.write(setting(name)) for name in names] == ["wal", 2, 1, 5000, 0x50524254]


async def test_what_was_asked_for_before_closing_is_recorded(tmp_path: Path, schema: Path) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    writes = [asyncio.create_task(store.write(family(f"{n:04}"))) for n in range(600)]
    await asyncio.sleep(0)
    await store.close()

    assert await asyncio.gather(*writes) == [f"{n:04}" for n in range(600)]
    with closing(sqlite3.connect(tmp_path / "practice.db")) as connection:
        assert connection.execute("SELECT count(*) FROM child").fetchone() == (600,)


async def test_a_closed_store_refuses_work_and_can_be_closed_again(tmp_path: Path, schema: Path) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    await asyncio.gather(store.close(), store.close())
    await store.close()

    with pytest.raises(StorageError, match="is closed"):
        await store.write(parent("a"))
    with pytest.raises(StorageError, match="is closed"):
        await store.read(parents())


async def test_closing_leaves_one_file_with_everything_in_it(tmp_path: Path, schema: Path) -> None:
    store = await SQLite.open(tmp_path / "data" / "practice.db", now=NOW, migrations=schema)
    await store.write(family("a"))
    await store.close()

    assert sorted(file.name for file in (tmp_path / "data").iterdir()) == ["practice.db", "practice.db.lock"]


async def test_a_store_knows_its_file_and_schema(tmp_path: Path, store: SQLite) -> None:
    assert (store.path, store.schema_version) == (tmp_path / "practice.db", 1)


async def test_opening_needs_to_know_the_time_zone_of_now(tmp_path: Path, schema: Path) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"):
        await SQLite.open(tmp_path / "practice.db", now=naive, migrations=schema)


async def test_opening_that_is_cancelled_leaves_the_file_free(tmp_path: Path, schema: Path) -> None:
    for moments in range(8):
        opening = asyncio.create_task(SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema))
        for _ in range(moments):
            await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    await store.close()


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 52, 0), (4, 0, 0), (3, 50, 7), (3, 50, 12), (3, 44, 6)])
def test_a_repaired_sqlite_is_not_complained_of(version: tuple[int, int, int]) -> None:
    assert wal_reset_bug(version) is None


@pytest.mark.parametrize(
    "version", [(3, 51, 2), (3, 51, 0), (3, 50, 6), (3, 45, 0), (3, 49, 9), (3, 44, 5), (3, 40, 1)]
)
def test_an_sqlite_with_the_wal_reset_bug_is_named(version: tuple[int, int, int]) -> None:
    sentence = wal_reset_bug(version)

    assert sentence is not None
    assert sentence.startswith(f"SQLite {version[0]}.{version[1]}.{version[2]} has the WAL-reset bug")


async def test_opening_warns_once_of_an_sqlite_with_the_wal_reset_bug(
    tmp_path: Path, schema: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
        await store.close()

    expected = 0 if wal_reset_bug() is None else 1
    assert [record.message for record in caplog.records].count(wal_reset_bug() or "") == expected

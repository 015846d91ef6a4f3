import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from bot.storage.errors import StorageError, StorageFull
from bot.storage.migrations import migrate, migrations
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction

NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
FIRST = "CREATE TABLE note (id INTEGER PRIMARY KEY, content TEXT);"
SECOND = "ALTER TABLE note ADD COLUMN author TEXT; INSERT INTO note VALUES (100, 'hello', 'the migration');"
BROKEN = "INSERT INTO note VALUES (200, 'half', 'x'); CREATE TABLE note (id TEXT);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


class Opened(Protocol):
    def __call__(self, path: Path, now: datetime = NOW) -> Awaitable[SQLite]: ...


@pytest.fixture
async def opened(folder: Path) -> AsyncIterator[Opened]:
    """Open stores that are closed after the test, even if it fails: an open one keeps its process alive."""
    stores: list[SQLite] = []

    async def open_store(path: Path, now: datetime = NOW) -> SQLite:
        stores.append(await SQLite.open(path, now=now, migrations=folder))
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


def write_migrations(folder: Path, *texts: str) -> None:
    for version, text in enumerate(texts, start=1):
        (folder / f"V{version:04}__step.sql").write_text(text)


def note(number: int) -> Transaction[None]:
    yield Statement("INSERT INTO note (id, content) VALUES (?1, 'hello')", (number,))


def notes() -> Transaction[list[int]]:
    rows = yield Statement("SELECT id FROM note ORDER BY id")
    return [row[0] for row in rows]


def backups(database: Path) -> list[str]:
    folder = database.parent / "backups"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


async def write_a_note(opened: Opened, database: Path) -> None:
    store = await opened(database)
    await store.write(note(1))
    await store.close()


async def test_a_new_database_gets_every_migration_and_no_backup(tmp_path: Path, folder: Path, opened: Opened) -> None:
    write_migrations(folder, FIRST, SECOND)

    store = await opened(tmp_path / "practice.db")
    found = await store.read(notes())
    await store.close()

    assert (store.schema_version, found, backups(store.path)) == (2, [100], [])


async def test_an_old_database_is_copied_and_then_migrated(tmp_path: Path, folder: Path, opened: Opened) -> None:
    database = tmp_path / "practice.db"
    write_migrations(folder, FIRST)
    await write_a_note(opened, database)
    write_migrations(folder, FIRST, SECOND)

    store = await opened(database)
    found = await store.read(notes())
    await store.close()

    assert (store.schema_version, found) == (2, [1, 100])
    assert backups(database) == ["practice-before-v2-20260101T123000Z.db"]
    with closing(sqlite3.connect(tmp_path / "backups" / "practice-before-v2-20260101T123000Z.db")) as copy:
        assert copy.execute("SELECT * FROM note").fetchall() == [(1, "hello")]
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)


async def test_a_database_that_is_up_to_date_is_left_alone(tmp_path: Path, folder: Path, opened: Opened) -> None:
    write_migrations(folder, FIRST, SECOND)
    for _ in range(2):
        store = await opened(tmp_path / "practice.db")
        await store.close()

    assert backups(tmp_path / "practice.db") == []


async def test_a_migration_that_fails_half_way_leaves_the_old_version_and_a_backup(
    tmp_path: Path, folder: Path, opened: Opened
) -> None:
    database = tmp_path / "practice.db"
    write_migrations(folder, FIRST, SECOND)
    await write_a_note(opened, database)
    write_migrations(folder, FIRST, SECOND, BROKEN)

    with pytest.raises(StorageError) as failure:
        await opened(database)
    (folder / "V0003__step.sql").unlink()
    store = await opened(database)
    found = await store.read(notes())
    await store.close()

    assert "V0003__step.sql failed (table note already exists) at 'CREATE TABLE note (id TEXT);'" in str(failure.value)
    assert "the database is as it was at schema 2" in str(failure.value)
    assert str(tmp_path / "backups" / "practice-before-v3-20260101T123000Z.db") in str(failure.value)
    assert (store.schema_version, found) == (2, [1, 100])
    assert backups(database) == ["practice-before-v3-20260101T123000Z.db"]


async def test_a_migration_that_fails_at_every_start_does_not_fill_the_disk_with_backups(
    tmp_path: Path, folder: Path, opened: Opened
) -> None:
    database = tmp_path / "practice.db"
    write_migrations(folder, FIRST)
    await write_a_note(opened, database)
    write_migrations(folder, FIRST, BROKEN)
    for minute in range(3):
        with pytest.raises(StorageError):
            await opened(database, NOW.replace(minute=minute))

    assert backups(database) == ["practice-before-v2-20260101T120000Z.db"]


async def test_a_changed_database_is_copied_again_before_the_next_attempt(
    tmp_path: Path, folder: Path, opened: Opened
) -> None:
    database = tmp_path / "practice.db"
    for number in (1, 2):
        write_migrations(folder, FIRST)
        store = await opened(database)
        await store.write(note(number))
        await store.close()
        write_migrations(folder, FIRST, BROKEN)
        with pytest.raises(StorageError):
            await opened(database, NOW.replace(minute=number))
        (folder / "V0002__step.sql").unlink()

    assert backups(database) == [
        "practice-before-v2-20260101T120100Z.db",
        "practice-before-v2-20260101T120200Z.db",
    ]


def test_a_process_killed_inside_a_migration_leaves_the_old_version(tmp_path: Path, folder: Path) -> None:
    database = tmp_path / "practice.db"
    write_migrations(folder, FIRST, "INSERT INTO note VALUES (1, 'half'); SELECT die(); DROP TABLE note;")
    program = (
        "import os, signal, sqlite3, sys; from pathlib import Path; from bot.storage.migrations import *\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA journal_mode = WAL')\n"
        "connection.create_function('die', 0, lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
        "migrate(connection, migrations(Path(sys.argv[2])))\n"
    )

    ended = subprocess.run([sys.executable, "-c", program, database, folder], timeout=30, check=False)

    assert ended.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_database_of_a_newer_version_is_refused_untouched(tmp_path: Path, folder: Path, opened: Opened) -> None:
    database = tmp_path / "practice.db"
    write_migrations(folder, FIRST, SECOND)
    await write_a_note(opened, database)
    (folder / "V0002__step.sql").unlink()
    before = database.read_bytes()

    with pytest.raises(StorageError) as refusal:
        await opened(database)

    assert str(refusal.value) == (
        f"{database} was written by a newer version of practice-bot (schema 2, this one knows 1): "
        "install that version or restore a backup."
    )
    assert database.read_bytes() == before


def test_semicolons_in_comments_strings_and_triggers_end_no_statement(folder: Path) -> None:
    write_migrations(
        folder,
        """
        -- One; two.
        CREATE TABLE a (x TEXT DEFAULT ';');  /* a; b */ INSERT INTO a VALUES (';--');
        CREATE TRIGGER t AFTER INSERT ON a BEGIN
          INSERT INTO a VALUES ('x'); -- not yet; still inside
          DELETE FROM a;
        END;
        -- The end; nothing follows.
        """,
    )

    (first,) = migrations(folder)

    assert [statement.split("\n")[-1].split()[0] for statement in first.statements[:2]] == ["CREATE", "/*"]
    assert len(first.statements) == 3
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, [first])
        assert connection.execute("SELECT * FROM a").fetchall() == [(";--",)]


def test_a_rebuilt_table_keeps_the_rows_that_refer_to_it(folder: Path) -> None:
    write_migrations(
        folder,
        "CREATE TABLE a (id TEXT PRIMARY KEY); CREATE TABLE b (a TEXT REFERENCES a (id) ON DELETE CASCADE);"
        "INSERT INTO a VALUES ('x'); INSERT INTO b VALUES ('x');",
        "CREATE TABLE a2 (id TEXT PRIMARY KEY, more TEXT); INSERT INTO a2 (id) SELECT id FROM a; DROP TABLE a;"
        "ALTER TABLE a2 RENAME TO a;",
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, migrations(folder))

        assert connection.execute("SELECT * FROM b").fetchall() == [("x",)]
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_migration_that_would_break_a_reference_is_undone(folder: Path) -> None:
    write_migrations(
        folder,
        "CREATE TABLE a (id TEXT PRIMARY KEY); CREATE TABLE b (a TEXT REFERENCES a (id));"
        "INSERT INTO a VALUES ('x'); INSERT INTO b VALUES ('x');",
        "DELETE FROM a;",
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        with pytest.raises(StorageError, match="rows of b that refer to missing rows of a"):
            migrate(connection, migrations(folder))

        assert connection.execute("SELECT count(*) FROM a").fetchone() == (1,)
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_migration_that_finds_the_disk_full_is_undone(folder: Path) -> None:
    write_migrations(
        folder, FIRST, "INSERT INTO note VALUES (1, 'small'); INSERT INTO note VALUES (2, zeroblob(1000000));"
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA max_page_count = 10")
        with pytest.raises(StorageFull, match="disk is full; free some space"):
            migrate(connection, migrations(folder))

        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)


@pytest.mark.parametrize("command", ["COMMIT", "BEGIN", "ROLLBACK", "end transaction", "VACUUM"])
def test_a_migration_may_not_end_its_transaction(folder: Path, command: str) -> None:
    write_migrations(folder, f"CREATE TABLE a (x TEXT);\n-- why not?\n{command};")

    with pytest.raises(StorageError, match=f"must leave its transaction to the engine; remove '{command};'"):
        migrations(folder)


def test_a_migration_cut_off_in_the_middle_is_refused(folder: Path) -> None:
    write_migrations(folder, "CREATE TABLE a (x TEXT);\nCREATE TABLE b (y")

    with pytest.raises(StorageError, match=r"ends in the middle of a statement; .*'CREATE TABLE b \(y'"):
        migrations(folder)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["V0001__a.sql", "V0003__c.sql"], "V0003__c.sql should be migration 0002"),
        (["V0001__a.sql", "V0001__b.sql"], "V0001__b.sql should be migration 0002"),
        (["V0001__a.sql", "V2__b.sql"], "V2__b.sql is no migration's name; call it V0002__what_it_does.sql"),
        ([], "There are no migrations"),
    ],
)
def test_a_migration_that_is_missing_or_misnamed_is_named(folder: Path, names: list[str], complaint: str) -> None:
    for name in names:
        (folder / name).write_text(FIRST)

    with pytest.raises(StorageError, match=complaint):
        migrations(folder)


def test_a_folder_without_migrations_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There are no migrations"):
        migrations(tmp_path / "nowhere")


async def test_the_shipped_migrations_make_a_database(tmp_path: Path) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW)
    await store.close()

    assert store.schema_version == len(migrations()) > 0

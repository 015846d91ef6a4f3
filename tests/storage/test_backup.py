import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.backup import back_up, newest_backup
from bot.storage.errors import StorageError
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "V0001__pairs.sql").write_text(
        'CREATE TABLE "left" (id INTEGER PRIMARY KEY); CREATE TABLE "right" (id INTEGER PRIMARY KEY);'
    )
    return folder


@pytest.fixture
async def store(tmp_path: Path, schema: Path) -> AsyncIterator[SQLite]:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    yield store
    await store.close()


def pair(number: int) -> Transaction[None]:
    yield Statement('INSERT INTO "left" VALUES (?1)', (number,))
    yield Statement('INSERT INTO "right" VALUES (?1)', (number,))


def pairs() -> Transaction[tuple[int, int]]:
    rows = yield Statement('SELECT (SELECT count(*) FROM "left"), (SELECT count(*) FROM "right")')
    return rows[0]


def pairs_in(file: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        row: tuple[int, int] = connection.execute(
            'SELECT (SELECT count(*) FROM "left"), (SELECT count(*) FROM "right")'
        ).fetchone()
        return row


def complaint_of_a_backup_that_may_write_100_kilobytes(database: Path, target: Path) -> str:
    program = (
        "import resource, sys; from pathlib import Path; from bot.storage.backup import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", program, str(database), str(target)]
    return subprocess.run(command, timeout=30, check=False, capture_output=True, text=True).stderr


async def test_a_backup_holds_everything_committed_in_one_file_of_its_own(store: SQLite, tmp_path: Path) -> None:
    await asyncio.gather(*(store.write(pair(n)) for n in range(20)))

    await store.backup(tmp_path / "elsewhere" / "copy.db")

    assert [file.name for file in (tmp_path / "elsewhere").iterdir()] == ["copy.db"]
    assert pairs_in(tmp_path / "elsewhere" / "copy.db") == (20, 20)
    with closing(sqlite3.connect(tmp_path / "elsewhere" / "copy.db")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_a_backup_made_during_writes_is_one_moment_and_stops_nobody(store: SQLite, tmp_path: Path) -> None:
    writes = asyncio.gather(*(store.write(pair(n)) for n in range(1000)))
    copies = [tmp_path / f"{n}.db" for n in range(5)]
    await asyncio.gather(*(store.backup(copy) for copy in copies))
    await writes

    for copy in copies:
        left, right = pairs_in(copy)
        assert left == right
    assert await store.read(pairs()) == (1000, 1000)


async def test_a_backup_replaces_the_one_before_it(store: SQLite, tmp_path: Path) -> None:
    for number in (1, 2):
        await store.write(pair(number))
        await store.backup(tmp_path / "copy.db")

    assert pairs_in(tmp_path / "copy.db") == (2, 2)


async def test_a_backup_can_be_restored_by_copying_it(tmp_path: Path, schema: Path) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    await store.write(pair(1))
    await store.backup(tmp_path / "copy.db")
    await store.write(pair(2))
    await store.close()

    shutil.copy(tmp_path / "copy.db", tmp_path / "practice.db")
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    found = await store.read(pairs())
    await store.close()

    assert found == (1, 1)


async def test_a_backup_is_as_private_as_the_database(store: SQLite, tmp_path: Path) -> None:
    store.path.chmod(0o640)

    await store.backup(tmp_path / "copy.db")

    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["practice.db", "link.db", "folder"])
async def test_a_backup_never_goes_over_the_database_itself_or_a_folder(
    store: SQLite, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.link(store.path, tmp_path / "link.db")

    with pytest.raises(StorageError, match=r"is the database itself|is a folder"):
        await store.backup(tmp_path / name)

    await store.write(pair(1))
    assert await store.read(pairs()) == (1, 1)


async def test_a_backup_never_goes_over_a_database_in_use(store: SQLite, tmp_path: Path, schema: Path) -> None:
    other = await SQLite.open(tmp_path / "other.db", now=NOW, migrations=schema)
    await other.write(pair(1))

    with pytest.raises(StorageError, match=r"is in use as a database \(there is a other.db-wal beside it\)"):
        await store.backup(other.path)

    await other.close()
    assert pairs_in(other.path) == (1, 1)


async def test_a_damaged_database_never_replaces_a_good_backup(tmp_path: Path, schema: Path) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    await asyncio.gather(*(store.write(pair(n)) for n in range(2000)))
    await store.backup(tmp_path / "copy.db")
    await store.close()
    content = bytearray((tmp_path / "practice.db").read_bytes())
    content[4 * 4096 : 5 * 4096] = bytes(4096)
    (tmp_path / "practice.db").write_bytes(content)

    with pytest.raises(StorageError, match="failed its integrity check"):
        back_up(tmp_path / "practice.db", tmp_path / "copy.db")

    assert pairs_in(tmp_path / "copy.db") == (2000, 2000)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of a file")
async def test_a_disk_too_small_for_a_backup_leaves_the_one_before_it_and_no_rubbish(
    tmp_path: Path, schema: Path
) -> None:
    store = await SQLite.open(tmp_path / "practice.db", now=NOW, migrations=schema)
    await store.backup(tmp_path / "backups" / "copy.db")
    await asyncio.gather(*(store.write(pair(n)) for n in range(20_000)))
    await store.close()

    complaint = complaint_of_a_backup_that_may_write_100_kilobytes(store.path, tmp_path / "backups" / "copy.db")

    assert "StorageError: No backup was written" in complaint
    assert [file.name for file in (tmp_path / "backups").iterdir()] == ["copy.db"]
    assert pairs_in(tmp_path / "backups" / "copy.db") == (0, 0)


def test_the_newest_backup_is_the_one_written_last(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for age, name in enumerate(["practice-b.db", "practice-a.db", "practice-c.db.partial-x", "other.db"]):
        (folder / name).touch()
        os.utime(folder / name, (1_000_000 + age, 1_000_000 + age))

    assert newest_backup(tmp_path / "practice.db") == folder / "practice-a.db"


def test_no_backup_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert newest_backup(tmp_path / "practice.db") is None

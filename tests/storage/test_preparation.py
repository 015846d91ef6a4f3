import os
import shlex
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.storage.errors import StorageError
from bot.storage.sqlite import SQLite

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Open: TypeAlias = Callable[[Path], Awaitable[SQLite]]
SCHEMA = """
CREATE TABLE note (id INTEGER PRIMARY KEY, content BLOB);
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 50)
INSERT INTO note SELECT n, zeroblob(1000) FROM number;
"""


OPENING = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.storage.sqlite import SQLite

async def main():
    await SQLite.open(Path(sys.argv[1]), now=datetime(2026, 1, 1, tzinfo=UTC), migrations=Path(sys.argv[2]))

asyncio.run(main())
"""
# Root may write anywhere, so that root becomes somebody else once every module is imported.
OPENING_AS_NOBODY = OPENING.replace(
    "async def main():",
    """async def main():
    await asyncio.to_thread(int)
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    print(f"{os.geteuid()}:{os.getegid()}", flush=True)""",
)

OPENING_WITH_EVER_MORE_FILES = """
import asyncio, logging, os, resource, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from bot.storage.errors import StorageError
from bot.storage.sqlite import SQLite

async def main():
    logging.disable()
    await asyncio.to_thread(int)
    now, path, schema = datetime(2026, 1, 1, tzinfo=UTC), Path(sys.argv[1]), Path(sys.argv[2])
    used, most = max(map(int, os.listdir("/proc/self/fd"))), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for spare in range(24):
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + spare, most))
        try:
            store = await SQLite.open(path, now=now, migrations=schema)
            await store.close()
            print("opened")
        except StorageError:
            print("refused")
    workers = [thread for thread in threading.enumerate() if "_connection_worker" in thread.name]
    for worker in workers:
        worker.join(timeout=1)
    print("still running:", sum(worker.is_alive() for worker in workers))

asyncio.run(main())
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "V0001__notes.sql").write_text(SCHEMA)
    return folder


def run_sql(database: Path, script: str) -> Path:
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script)
    return database


@pytest.fixture
async def opened(schema: Path) -> AsyncIterator[Open]:
    """Open stores that are closed after the test, even if it fails: an open one keeps its process alive."""
    stores: list[SQLite] = []

    async def open_store(path: Path) -> SQLite:
        stores.append(await SQLite.open(path, now=NOW, migrations=schema))
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


def database_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "_connection_worker" in thread.name}


def obey(commands: str) -> None:
    subprocess.run(commands, shell=True, check=True)  # noqa: S602  # why: the advice is meant for a shell


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "data" / "practice.db"


def in_proc(_: Path) -> Path:
    return Path("/proc/practice-bot/practice.db")


def a_folder(folder: Path) -> Path:
    (folder / "practice.db").mkdir()
    return folder / "practice.db"


def not_a_database(folder: Path) -> Path:
    (folder / "practice.db").write_bytes(b"This is no database. " * 1000)
    return folder / "practice.db"


def ours(folder: Path) -> Path:
    script = f"{SCHEMA} PRAGMA application_id = {0x50524254}; PRAGMA user_version = 1"
    return run_sql(folder / "practice.db", script)


def damaged(folder: Path) -> Path:
    database = ours(folder)
    content = bytearray(database.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    database.write_bytes(content)
    return database


def cut_off(folder: Path) -> Path:
    database = ours(folder)
    os.truncate(database, 5 * 4096)
    return database


def newer(folder: Path) -> Path:
    return run_sql(ours(folder), "PRAGMA user_version = 7")


def foreign(folder: Path) -> Path:
    return run_sql(folder / "practice.db", "CREATE TABLE theirs (x)")


def foreign_and_signed(folder: Path) -> Path:
    return run_sql(folder / "practice.db", "PRAGMA application_id = 252006674")


CASES: list[tuple[Callable[[Path], Path], str]] = [
    (below_a_file, r"file is not a folder\. Name another path"),
    (in_proc, r"sudo chown -R \d+:\d+ /proc/practice-bot"),
    (a_folder, r"is a folder; name the database file in it, such as .*/practice.db/practice.db"),
    (not_a_database, r"is damaged \(file is not a database\), and there is no backup"),
    (damaged, r"is damaged \(.*\), and there is no backup .* sqlite3 .*practice.db .recover"),
    (cut_off, r"is damaged \(.*\), and there is no backup"),
    (newer, r"was written by a newer version of practice-bot \(schema 7, this one knows 1\)"),
    (foreign, "is a database of another application"),
    (foreign_and_signed, "is a database of another application"),
]


@pytest.mark.parametrize(("arrange", "sentence"), CASES, ids=[arrange.__name__ for arrange, _ in CASES])
async def test_a_file_that_cannot_be_used_is_refused_in_one_sentence_and_nothing_stays_open(
    tmp_path: Path, opened: Open, arrange: Callable[[Path], Path], sentence: str
) -> None:
    database = arrange(tmp_path)
    before = database.read_bytes() if database.is_file() else None
    threads = database_threads()
    for _ in range(2):
        with pytest.raises(StorageError, match=sentence):
            await opened(database)

    assert database_threads() == threads
    assert (database.read_bytes() if database.is_file() else None) == before


@pytest.mark.parametrize("arrange", [arrange for arrange, _ in CASES], ids=[arrange.__name__ for arrange, _ in CASES])
def test_a_process_that_cannot_open_its_database_ends_within_five_seconds(
    tmp_path: Path, schema: Path, arrange: Callable[[Path], Path]
) -> None:
    command = [sys.executable, "-c", OPENING, str(arrange(tmp_path)), str(schema)]

    ended = subprocess.run(command, timeout=5, check=False, capture_output=True, text=True)

    assert ended.returncode == 1
    assert "StorageError: " in ended.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the open files of a process in /proc")
def test_a_process_that_may_open_too_few_files_is_told_so_and_ends(tmp_path: Path, schema: Path) -> None:
    command = [sys.executable, "-c", OPENING_WITH_EVER_MORE_FILES, str(tmp_path / "practice.db"), str(schema)]

    ended = subprocess.run(command, timeout=5, check=False, capture_output=True, text=True)

    # As the limit grows, opening fails later and later, the last time with one of the two connections open.
    assert ended.stderr == ""
    refusals = ended.stdout.splitlines().count("refused")
    assert refusals > 3
    assert ended.stdout.splitlines() == ["refused"] * refusals + ["opened"] * (24 - refusals) + ["still running: 0"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no uids")
def test_somebody_elses_folder_is_named_with_the_command_that_hands_it_over(tmp_path: Path, schema: Path) -> None:
    folder = tmp_path / "some data"
    folder.mkdir(mode=0o555)
    command = [sys.executable, "-c", OPENING_AS_NOBODY, str(folder / "practice.db"), str(schema)]

    ended = subprocess.run(command, timeout=5, check=False, capture_output=True, text=True)

    owner = ended.stdout.strip()
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        f"bot.storage.errors.StorageError: {folder / 'practice.db'} cannot be opened for writing by uid "
        f"{owner.split(':')[0]}: Permission denied. If the folder belongs to someone else: "
        f"sudo chown -R {owner} {shlex.quote(str(folder))}"
    )


async def test_a_damaged_file_is_refused_with_the_commands_that_bring_the_newest_backup_back(
    tmp_path: Path, opened: Open
) -> None:
    store = await opened(tmp_path / "practice.db")
    await store.backup(tmp_path / "backups" / "practice-daily.db")
    await store.close()
    damaged_content = bytearray(store.path.read_bytes())
    damaged_content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    store.path.write_bytes(damaged_content)

    with pytest.raises(StorageError) as refusal:
        await opened(store.path)
    advice, commands = str(refusal.value).split("To go back to it: ")
    obey(commands)
    store = await opened(store.path)
    await store.close()

    assert f"The newest backup is {tmp_path / 'backups' / 'practice-daily.db'}." in advice
    assert (tmp_path / "practice.db.damaged").read_bytes() == damaged_content


async def test_an_empty_file_becomes_a_database(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "practice.db").touch()

    store = await opened(tmp_path / "practice.db")
    await store.close()

    assert store.schema_version == 1


async def test_the_folders_above_a_new_database_are_made(tmp_path: Path, opened: Open) -> None:
    store = await opened(tmp_path / "a" / "b" / "practice.db")
    await store.close()

    assert (tmp_path / "a" / "b" / "practice.db").is_file()


async def test_a_path_may_hold_characters_that_mean_something_in_a_uri(tmp_path: Path, opened: Open) -> None:
    store = await opened(tmp_path / "100% sure?" / "a#b & c.db")
    await store.backup(store.path.with_name("copy?mode=memory.db"))
    await store.close()

    assert sorted(file.name for file in store.path.parent.iterdir()) == [
        "a#b & c.db",
        "a#b & c.db.lock",
        "copy?mode=memory.db",
    ]


async def test_two_names_of_one_file_are_one_database(tmp_path: Path, opened: Open) -> None:
    store = await opened(tmp_path / "practice.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "practice.db")

    with pytest.raises(StorageError, match=f"is in use by another practice-bot \\(pid {os.getpid()}\\)"):
        await opened(tmp_path / "link.db")
    await store.close()

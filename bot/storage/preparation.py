"""What is done to a database file before anybody may use it: it is recognised, checked, migrated."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.storage.backup import back_up_before
from bot.storage.diagnosis import damaged, diagnosis
from bot.storage.errors import StorageError
from bot.storage.filesystem import network_filesystem
from bot.storage.lane import BUSY_SECONDS
from bot.storage.migrations import Migration, migrate

# "PRBT", so that `file` and we ourselves can tell the database from another program's.
APPLICATION_ID = 0x50524254


def prepare_folder(path: Path) -> None:
    """Make the folder that the database at the absolute `path` is to live in.

    Raises:
        StorageError: it cannot hold the database; the text says why.
        OSError: the folder cannot be made or looked at.
    """
    for ancestor in path.parents:
        if ancestor.exists() and not ancestor.is_dir():
            raise StorageError(f"{path} cannot be opened: {ancestor} is not a folder. Name another path.")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise StorageError(f"{path} is a folder; name the database file in it, such as {path / 'practice.db'}.")
    if (network := network_filesystem(path)) is not None:
        raise StorageError(
            f"{path} is on a network file system ({network}), where SQLite can lose data. Name a path on a local disk."
        )


def prepare(path: Path, migrations: Sequence[Migration], *, now: datetime) -> int:
    """Bring the database at `path`, new or old, to the newest schema and return that schema's number.

    An existing database is checked first, and copied into `backups/` beside it before its schema changes. `now`
    (aware) names that copy.

    Raises:
        StorageError: the file is damaged, locked, not writable, another application's or a newer version's.
    """
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            version = _recognised(connection, path, len(migrations))
            _set_up(connection, path)
            if version < len(migrations):
                _migrate(connection, path, migrations[version:], now)
            return len(migrations)
    except sqlite3.Error as error:
        named = diagnosis(error, path)
        if named is error:
            raise StorageError(f"{path} cannot be opened: {error}.") from error
        raise named from error


def _migrate(connection: sqlite3.Connection, path: Path, pending: Sequence[Migration], now: datetime) -> None:
    first = pending[0].version
    if first == 1:
        migrate(connection, pending)
        return
    backup = back_up_before(path, first, now)
    try:
        migrate(connection, pending)
    except StorageError as error:
        raise type(error)(f"{error} A copy from before it is {backup}.") from error


def _recognised(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    application = _number(connection, "PRAGMA application_id")
    version = _number(connection, "PRAGMA user_version")
    if application != APPLICATION_ID and (application, version, tables) != (0, 0, 0):
        raise StorageError(f"{path} is a database of another application; name another path for practice-bot's own.")
    if version > newest:
        raise StorageError(
            f"{path} was written by a newer version of practice-bot (schema {version}, this one knows "
            f"{newest}): install that version or restore a backup."
        )
    verdict: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise damaged(path, " ".join(verdict.split()))
    return version


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(
            f"{path} is on a file system without the shared memory that SQLite needs (journal mode {mode}). "
            "Name a path on a local disk."
        )
    connection.execute("PRAGMA synchronous = FULL")
    if _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _number(connection: sqlite3.Connection, query: str) -> int:
    number: int = connection.execute(query).fetchone()[0]
    return number

"""The store of one machine: a single SQLite file, one connection that writes and one that reads."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self, TypeVar

from bot.storage.backup import back_up
from bot.storage.batch import answer_each, commit_together
from bot.storage.diagnosis import diagnosis, refused
from bot.storage.errors import DamagedStorageError
from bot.storage.lane import Lane
from bot.storage.lock import Lock
from bot.storage.migrations import SHIPPED, migrations
from bot.storage.preparation import prepare, prepare_folder
from bot.storage.restoration import drop_leftovers, finish, forget_recovery, newest_whole_backup, recover_since, restore
from bot.storage.rotation import back_up_if_due
from bot.storage.statement import Transaction

T = TypeVar("T")

LOG = logging.getLogger(__name__)


class SQLite:
    """Where facts are kept, in one file that one process uses at a time.

    All writing is done by one connection, whose commits concurrent transactions share, each under its own
    savepoint. Reading is done by another, which never waits for a write.
    """

    def __init__(self, path: Path, schema_version: int, lock: Lock, writer: Lane, reader: Lane) -> None:
        """Put opened parts together; use `open`."""
        self.path = path
        self.recover_since = recover_since(path)
        self.schema_version = schema_version
        self._lock = lock
        self._writer = writer
        self._reader = reader
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path, *, now: datetime, migrations: Traversable = SHIPPED, heal: bool = False) -> Self:
        """Open the database at `path`, made or migrated as needed, for this process alone.

        `now` (aware) names the backup that precedes a migration. With `heal`, a damaged file is put aside for its
        newest whole backup, and `recover_since` tells from when that is. When opening fails, nothing stays open: no
        lock, no file, no thread that would keep the process alive.

        Raises:
            ValueError: `now` is naive.
            StorageError: the file cannot be used; the text says why and what to do.
        """
        if now.utcoffset() is None:
            raise ValueError(f"now must be an aware datetime, not {now!r}")
        opening = asyncio.create_task(cls._opened(path, now, migrations, heal=heal))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait({opening})
            if not opening.cancelled() and opening.exception() is None:
                await opening.result().close()
            raise

    @classmethod
    async def _opened(cls, path: Path, now: datetime, folder: Traversable, *, heal: bool) -> Self:
        path, lock = await asyncio.to_thread(_claimed, path)
        writer, reader = Lane(path, commit_together), Lane(path, answer_each)
        try:
            version = await asyncio.to_thread(_prepared, path, folder, now, heal=heal)
            # Not every build of SQLite overwrites what is deleted by itself.
            pragmas = ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
            await writer.open(str(path), pragmas=pragmas)
            await reader.open(f"{path.as_uri()}?mode=ro", uri=True, pragmas=("temp_store = MEMORY",))
        except BaseException as error:
            await reader.close()
            await writer.close()
            lock.release()
            if isinstance(error, sqlite3.Error | OSError):
                raise diagnosis(error, path) from error
            raise
        if (bug := wal_reset_bug()) is not None:
            LOG.warning(bug)
        return cls(path, version, lock, writer, reader)

    async def write(self, transaction: Transaction[T]) -> T:
        """Run a transaction wholly or not at all, and return its result once it is on the disk.

        A caller that is cancelled stops waiting, while the transaction is carried out all the same. An error of a
        statement is thrown into the transaction at its yield; if it is not caught there, everything the
        transaction wrote is undone and the error reaches the caller.

        Raises:
            StorageFull: the disk is full; nothing was recorded.
            StorageError: the store is closed, or the file is locked or failing; nothing was recorded.
        """
        return await self._writer.submit(transaction)

    def read(self, transaction: Transaction[T]) -> Awaitable[T]:
        """Begin to run a transaction that only reads, all of it seeing one moment; await its result.

        Raises:
            StorageError: the store is closed, or the file is failing; when it is awaited.
        """
        return self._reader.submit(transaction)

    async def backup(self, target: Path) -> None:
        """Copy the database to `target` in one file, checked, while it goes on being used.

        Raises:
            StorageFull: the disk of `target` is full; what was at `target` is still there.
            StorageError: the copy failed; what was at `target` is still there.
        """
        await asyncio.to_thread(back_up, self.path, target)

    async def back_up_if_due(self, now: datetime) -> Path | None:
        """Make the hourly backup beside the database if it is due, and drop those not worth keeping; return it.

        Raises:
            StorageFull: the disk is full; the backups there were are still there.
            StorageError: the copy failed; the backups there were are still there.
        """
        return await asyncio.to_thread(back_up_if_due, self.path, now)

    async def recovered(self) -> None:
        """Note that what happened since the backup which was restored has been read back."""
        await asyncio.to_thread(forget_recovery, self.path)
        self.recover_since = None

    async def close(self) -> None:
        """Carry out what is waiting, then close the file and give it free; doing so twice is harmless."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        # The writer goes last: the last connection to a database is the one that folds its log into it.
        try:
            await self._reader.close()
        finally:
            try:
                await self._writer.close()
            finally:
                self._lock.release()


def wal_reset_bug(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> str | None:
    """Say that a version of SQLite has the WAL-reset bug; None if it has not.

    Source: https://www.sqlite.org/wal.html, "The WAL-Reset Bug".
    """
    repaired = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    if repaired:
        return None
    return (
        f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug (repaired in 3.51.3, 3.50.7 and 3.44.6), which "
        "can damage a database that two connections write to at once. practice-bot writes through one; keep other "
        "programs from writing to its file, or install a Python with a newer SQLite."
    )


def _prepared(path: Path, folder: Traversable, now: datetime, *, heal: bool) -> int:
    known = migrations(folder)
    if (aside := finish(path)) is not None:
        LOG.warning("a restoration that had been cut off was carried to its end; the database before it is %s", aside)
    drop_leftovers(path, now)
    try:
        return prepare(path, known, now=now)
    except DamagedStorageError:
        backup = newest_whole_backup(path) if heal else None
        if backup is None:
            raise
    restored = restore(path, backup, now=now)
    LOG.error(
        "%s was damaged and is now %s. Its backup %s took its place; what happened since %s is read back from the "
        "platform as far as it is still there, answers by form are not. Members who had their data deleted since then "
        "have it back, and should be asked to delete it again.",
        path,
        restored.aside,
        backup,
        restored.made_at.isoformat(timespec="seconds"),
    )
    return prepare(path, known, now=now)


def _claimed(path: Path) -> tuple[Path, Lock]:
    try:
        path = path.resolve()
        prepare_folder(path)
        return path, Lock(path)
    except OSError as error:
        raise refused(path, error.strerror or str(error)) from error

"""One database connection on a thread of its own, and the queue of transactions in front of it."""

import asyncio
import contextlib
import functools
import sqlite3
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import aiosqlite

from bot.storage.batch import Batch
from bot.storage.errors import StorageError
from bot.storage.job import Job
from bot.storage.statement import Transaction

T = TypeVar("T")

CarryOut: TypeAlias = Callable[[sqlite3.Connection, Batch, Path], None]

# Large enough to share a commit widely, small enough for the first of a batch not to wait long for the last.
_BATCH_LIMIT = 256

# How long a statement waits for another process that has the file locked.
BUSY_SECONDS = 5.0


class _Connection(sqlite3.Connection):
    """A connection whose commit() carries out what is waiting.

    aiosqlite keeps to itself the call that runs any function on its thread, but commit() is public, takes no
    arguments and is called there, in one hop, on whatever connection sqlite3.connect()'s `factory` has made.
    """

    def __init__(self, database: str, *, carry_out: Callable[[sqlite3.Connection], None], **options: Any) -> None:
        # why: Any, because the options are sqlite3's own and pass through untouched.
        super().__init__(database, **options)
        self._carry_out = carry_out

    def commit(self) -> None:
        self._carry_out(self)


class Lane:
    """Carries transactions out in the order in which they came, one batch at a time, whoever is cancelled."""

    def __init__(self, path: Path, carry_out: CarryOut) -> None:
        """Make a lane that is not open yet; `carry_out` runs on the database's thread."""
        self.path = path
        self._carry_out = carry_out
        self._loop = asyncio.get_running_loop()
        # why: jobs of different types wait in one queue.
        self._waiting: deque[Job[Any]] = deque()
        self._connection: aiosqlite.Connection | None = None
        self._hop: asyncio.Task[None] | None = None

    async def open(self, database: str, *, pragmas: tuple[str, ...], uri: bool = False) -> None:
        """Connect to `database`, a path or an SQLite URI, and set the connection up."""
        self._connection = await aiosqlite.connect(
            database,
            uri=uri,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            factory=functools.partial(_Connection, carry_out=self._carry_out_waiting),
        )
        for pragma in pragmas:
            await self._connection.execute_fetchall(f"PRAGMA {pragma}")

    def submit(self, transaction: Transaction[T]) -> asyncio.Future[T]:
        """Begin to carry a transaction out; its result, or what went wrong, comes with the future.

        A caller that is cancelled stops waiting at once, while its transaction is carried out all the same. The error
        is a StorageError when the lane is closed or the database failed.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        if self._connection is None:
            future.set_exception(StorageError(f"{self.path} is closed; open it again to read or write."))
            return future
        self._waiting.append(Job(transaction, future))
        if self._hop is None:
            self._start_hop(self._connection)
        return future

    async def close(self) -> None:
        """Carry out what is waiting, then close the connection and end its thread."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            while self._hop is not None:
                await asyncio.wait({self._hop})
        finally:
            await connection.close()

    def _start_hop(self, connection: aiosqlite.Connection) -> None:
        self._hop = self._loop.create_task(connection.commit())
        self._hop.add_done_callback(functools.partial(self._end_hop, connection))

    def _end_hop(self, connection: aiosqlite.Connection, hop: asyncio.Task[None]) -> None:
        self._hop = None
        if not hop.cancelled() and (error := hop.exception()) is not None:
            while self._waiting:
                job = self._waiting.popleft()
                job.error = StorageError(f"{self.path} was closed before this was recorded; open it and try again.")
                job.error.__cause__ = error
                job.resolve()
        elif self._waiting:
            self._start_hop(connection)

    def _carry_out_waiting(self, connection: sqlite3.Connection) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH_LIMIT))]
        if not batch:
            return
        try:
            self._carry_out(connection, batch, self.path)
        except BaseException as error:  # noqa: BLE001  # why: callers who are told nothing would wait for ever
            for job in batch:
                job.error = job.error or error
        # A loop that is closed already has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, batch)


def _resolve(batch: Batch) -> None:
    for job in batch:
        job.resolve()

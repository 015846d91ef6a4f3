"""One transaction, the caller who waits for it, and what came of it."""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from bot.storage.errors import StorageError
from bot.storage.statement import Transaction

T = TypeVar("T")

LOG = logging.getLogger(__name__)

# What binding a parameter or running a statement can raise; ValueError covers text that is not valid Unicode.
_STATEMENT_ERRORS = (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError)


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """A transaction on its way: it is run on the database's thread and resolved on the event loop's."""

    transaction: Transaction[T]
    future: asyncio.Future[T]
    error: BaseException | None = field(default=None, init=False)
    _value: T | None = field(default=None, init=False)

    def run(self, connection: sqlite3.Connection) -> None:
        """Drive the transaction to its end inside the one that is open, keeping its value or its error."""
        try:
            self._value = _driven(connection, self.transaction)
        except BaseException as error:  # noqa: BLE001  # why: whatever it is, it is the waiting caller's
            self.error = error

    def resolve(self) -> None:
        """Tell the caller what came of it, unless the caller has stopped waiting."""
        if not self.future.done():
            if self.error is None:
                self.future.set_result(cast("T", self._value))
            else:
                self.future.set_exception(self.error)
        elif self.error is not None:
            # The error's text may quote what a member wrote.
            LOG.warning("A transaction failed with %s after its caller had stopped waiting", type(self.error).__name__)


def _driven(connection: sqlite3.Connection, transaction: Transaction[T]) -> T:
    try:
        statement = next(transaction)
        while True:
            try:
                rows = connection.execute(statement.sql, statement.params).fetchall()
            except _STATEMENT_ERRORS as error:
                # A full disk, among others, makes SQLite roll back everything: nothing is left to go on with.
                if not connection.in_transaction:
                    raise
                statement = transaction.throw(error)
                continue
            if not connection.in_transaction:
                raise StorageError(
                    f"A transaction must leave BEGIN and COMMIT to the engine; remove from it: {statement.sql}"
                )
            statement = transaction.send(rows)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        transaction.close()

"""How waiting transactions are carried out: writes under one commit, reads each on its own snapshot."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bot.storage.diagnosis import diagnosis
from bot.storage.errors import StorageError, primary_code
from bot.storage.job import Job

# why: the jobs of one batch return different types, and none of them is looked at here.
Batch: TypeAlias = Sequence[Job[Any]]


class _EndedEarlyError(Exception):
    """The transaction that a batch shares ended before its commit, and everything in it was undone."""


def commit_together(connection: sqlite3.Connection, batch: Batch, path: Path) -> None:
    """Write a batch under one commit, each job under its own savepoint so that one which raises fails alone.

    When the commit itself fails, nothing is recorded and every job carries an error that says so: a generator
    cannot be started twice, so whether to try again is for the callers to choose.
    """
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            _run_apart(connection, job)
        connection.execute("COMMIT")
    except (sqlite3.Error, _EndedEarlyError) as error:
        _fail_together(batch, error.__cause__ or error, path)
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    _name_errors(batch, path)


def answer_each(connection: sqlite3.Connection, batch: Batch, path: Path) -> None:
    """Read a batch, all statements of one job seeing the same moment of the database."""
    for job in batch:
        try:
            connection.execute("BEGIN")
            job.run(connection)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            job.error = error
        if isinstance(job.error, sqlite3.Error) and primary_code(job.error) == sqlite3.SQLITE_READONLY:
            job.error = StorageError("A transaction that writes was given to read(); give it to write().")
    _name_errors(batch, path)


def _run_apart(connection: sqlite3.Connection, job: Job[Any]) -> None:
    connection.execute("SAVEPOINT job")
    job.run(connection)
    if not connection.in_transaction:
        raise _EndedEarlyError from job.error
    if job.error is not None:
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _fail_together(batch: Batch, cause: BaseException, path: Path) -> None:
    named = diagnosis(cause, path) if isinstance(cause, sqlite3.Error) else cause
    for job in batch:
        job.transaction.close()
        if job.error is None:
            # Each caller gets an exception of its own: one raised in two tasks would mix their tracebacks.
            job.error = (
                type(named)(str(named))
                if isinstance(named, StorageError)
                else StorageError(
                    f"{path}: a commit shared by several transactions failed ({named}); nothing of them was "
                    "recorded. Try again."
                )
            )
            job.error.__cause__ = cause


def _name_errors(batch: Batch, path: Path) -> None:
    for job in batch:
        if isinstance(job.error, sqlite3.Error):
            named = diagnosis(job.error, path)
            if named is not job.error:
                named.__cause__ = job.error
                job.error = named

"""How SQLite means to find what a transaction asks for."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bot.storage.statement import Transaction

T = TypeVar("T")


def plan(path: Path, transaction: Transaction[T]) -> list[str]:
    """Carry a reading transaction out on the database at `path`; return the lines of all its query plans."""
    lines: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        try:
            statement = next(transaction)
            while True:
                asked = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.params)
                lines += [str(row[3]) for row in asked]
                statement = transaction.send(connection.execute(statement.sql, statement.params).fetchall())
        except StopIteration:
            return lines


def walks_a_table(lines: list[str]) -> list[str]:
    """Return the lines that read a whole table, whatever its size, or sort what an index should keep in order."""
    return [line for line in lines if (line.startswith("SCAN") and "INDEX" not in line) or "TEMP B-TREE" in line]

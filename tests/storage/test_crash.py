import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.sqlite import SQLite

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = "CREATE TABLE debit (id INTEGER PRIMARY KEY); CREATE TABLE credit (id INTEGER PRIMARY KEY);"
WRITING = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement

def transfer(number):
    yield Statement("INSERT INTO debit VALUES (?1)", (number,))
    yield Statement("INSERT INTO credit VALUES (?1)", (number,))

async def main():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = await SQLite.open(Path(sys.argv[1]), now=now, migrations=Path(sys.argv[2]))
    numbers = itertools.count(int(sys.argv[3]))

    async def caller():
        for number in numbers:
            await store.write(transfer(number))
            print(number, flush=True)

    await asyncio.gather(*(caller() for _ in range(8)))

asyncio.run(main())
"""


def acknowledged_until_killed(database: Path, schema: Path, *, first: int, count: int) -> list[int]:
    command = [sys.executable, "-c", WRITING, str(database), str(schema), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = [int(child.stdout.readline()) for _ in range(count)]
        child.send_signal(signal.SIGKILL)
        # What it had still written to the pipe was acknowledged too.
        return seen + [int(line) for line in child.stdout if line.endswith("\n")]


def ids(connection: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in connection.execute(f"SELECT id FROM {table}")}  # noqa: S608  # why: a constant of this test


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_a_process_that_is_killed_loses_nothing_that_it_has_acknowledged(tmp_path: Path) -> None:
    database, schema = tmp_path / "practice.db", tmp_path / "migrations"
    schema.mkdir()
    (schema / "V0001__accounts.sql").write_text(SCHEMA)
    acknowledged: set[int] = set()
    for round_number, count in enumerate((1, 40, 200, 700)):
        acknowledged.update(acknowledged_until_killed(database, schema, first=round_number * 1_000_000, count=count))

        store = await SQLite.open(database, now=NOW, migrations=schema)
        with closing(sqlite3.connect(database)) as connection:
            debits, credits_ = ids(connection, "debit"), ids(connection, "credit")
            verdict = connection.execute("PRAGMA integrity_check").fetchone()
        await store.close()

        assert verdict == ("ok",)
        assert debits == credits_
        assert acknowledged <= debits
        # At most the eight that were under way may have been recorded without being acknowledged.
        assert len(debits - acknowledged) <= 8 * (round_number + 1)

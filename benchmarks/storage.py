"""Durable writes a second of our store against the standard library's own, in one interleaved run.

    .venv/bin/python -m benchmarks.storage [--rounds 7] [--seconds 1.0] [--folder DIR]

Every side does the same work: record one reply (an idempotent insert and two upserts) in a transaction that is on
the disk (`synchronous=FULL`) before the next step. Rates depend on the disk; trust the ratios of one run.
"""

import argparse
import asyncio
import itertools
import logging
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction

SCHEMA = """
CREATE TABLE answer (message_id INTEGER PRIMARY KEY, round_id INTEGER, member_id INTEGER, content TEXT) STRICT;
CREATE TABLE completion (
  round_id INTEGER, member_id INTEGER, replies INTEGER, PRIMARY KEY (round_id, member_id)
) STRICT;
CREATE TABLE streak (member_id INTEGER PRIMARY KEY, current INTEGER, best INTEGER) STRICT;
CREATE INDEX streak_best ON streak (best DESC, member_id);
"""
ANSWER = "INSERT INTO answer VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
COMPLETION = (
    "INSERT INTO completion VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET replies = replies + 1 RETURNING replies"
)
STREAK = (
    "INSERT INTO streak VALUES (?1, 1, 1)"
    " ON CONFLICT DO UPDATE SET current = current + 1, best = max(best, current + 1)"
)
TOP = "SELECT member_id, best FROM streak ORDER BY best DESC, member_id LIMIT 10"
MEMBERS = 5_000


class Replies:
    """An endless supply of replies, the same for every side."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        self._ids = itertools.count(1)

    def __iter__(self) -> Iterator[tuple[int, int, int, str]]:
        return self

    def __next__(self) -> tuple[int, int, int, str]:
        message = next(self._ids)
        return message, message // 1000, self._random.randrange(MEMBERS), "Because the gradient vanishes. " * 4


def recorded(reply: tuple[int, int, int, str]) -> Transaction[int]:
    message, round_id, member, content = reply
    yield Statement(ANSWER, (message, round_id, member, content))
    rows = yield Statement(COMPLETION, (round_id, member))
    yield Statement(STREAK, (member,))
    replies: int = rows[0][0]
    return replies


def top() -> Transaction[int]:
    rows = yield Statement(TOP)
    return len(rows)


def record_plainly(connection: sqlite3.Connection, reply: tuple[int, int, int, str]) -> None:
    message, round_id, member, content = reply
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(ANSWER, (message, round_id, member, content))
    connection.execute(COMPLETION, (round_id, member)).fetchall()
    connection.execute(STREAK, (member,))
    connection.execute("COMMIT")


def plain_rate(step: Callable[[], object], seconds: float) -> float:
    done, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        step()
        done += 1
    return done / elapsed


async def our_rate(step: Callable[[], Awaitable[object]], seconds: float, in_flight: int) -> float:
    done, start = 0, time.perf_counter()

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() - start < seconds:
            await step()
            done += 1

    await asyncio.gather(*(caller() for _ in range(in_flight)))
    return done / (time.perf_counter() - start)


async def measure(folder: Path, rounds: int, seconds: float) -> dict[str, list[float]]:
    schema = folder / "migrations"
    schema.mkdir()
    (schema / "V0001__replies.sql").write_text(SCHEMA)
    rates: dict[str, list[float]] = {}
    ours = await SQLite.open(folder / "ours.db", now=datetime(2026, 1, 1, tzinfo=UTC), migrations=schema)
    try:
        with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as plain:
            plain.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {SCHEMA}")
            mine, theirs = Replies(), Replies()
            for number in range(rounds + 1):
                # The first round warms caches and fills the tables; it is not counted.
                of_round = {
                    "plain sqlite3, write": plain_rate(lambda: record_plainly(plain, next(theirs)), seconds),
                    "ours, write, 1 in flight": await our_rate(lambda: ours.write(recorded(next(mine))), seconds, 1),
                    "ours, write, 64 in flight": await our_rate(lambda: ours.write(recorded(next(mine))), seconds, 64),
                    "plain sqlite3, read": plain_rate(lambda: plain.execute(TOP).fetchall(), seconds / 4),
                    "ours, read, 1 in flight": await our_rate(lambda: ours.read(top()), seconds / 4, 1),
                    "ours, read, 64 in flight": await our_rate(lambda: ours.read(top()), seconds / 4, 64),
                }
                for name, rate in of_round.items():
                    rates.setdefault(name, []).extend([rate] if number else [])
    finally:
        await ours.close()
    return rates


def report(rates: dict[str, list[float]]) -> None:
    print(f"{'':28}{'per second':>12}{'ratio to plain sqlite3 (lowest - highest of a round)':>56}")
    for name, values in rates.items():
        base = rates["plain sqlite3, read" if "read" in name else "plain sqlite3, write"]
        ratios = [value / of_plain for value, of_plain in zip(values, base, strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})"
        print(f"{name:28}{statistics.median(values):12,.0f}{spread:>56}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each side in each round")
    parser.add_argument("--folder", type=Path, help="where to put the two databases: which disk to measure")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        report(asyncio.run(measure(Path(folder), arguments.rounds, arguments.seconds)))


if __name__ == "__main__":
    main()

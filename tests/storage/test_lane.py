import asyncio
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = """
CREATE TABLE log (position INTEGER PRIMARY KEY AUTOINCREMENT, deposit INTEGER NOT NULL UNIQUE);
CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER NOT NULL);
"""


class RefusedError(Exception):
    pass


@dataclass(frozen=True)
class Deposit:
    name: str
    amount: int
    refused_after: int  # statements; 3 lets it pass
    turns: int  # of the event loop before the next deposit starts
    cancelled: int | None  # which of the deposits so far is cancelled then, counted from the last


DEPOSITS = st.builds(
    Deposit,
    name=st.sampled_from(["a", "b", "c"]),
    amount=st.integers(-9, 9),
    refused_after=st.sampled_from([0, 1, 2, 3, 3, 3]),
    turns=st.integers(0, 4),
    cancelled=st.none() | st.integers(0, 4),
)


def deposited(number: int, deposit: Deposit) -> Transaction[int]:
    """Note the deposit, read the balance, write the new one: three statements that only make sense together."""
    statements = 0
    if deposit.refused_after == statements:
        raise RefusedError
    yield Statement("INSERT INTO log (deposit) VALUES (?1)", (number,))
    if deposit.refused_after == 1:
        raise RefusedError
    rows = yield Statement("SELECT balance FROM account WHERE name = ?1", (deposit.name,))
    if deposit.refused_after == 2:
        raise RefusedError
    balance: int = (rows[0][0] if rows else 0) + deposit.amount
    yield Statement("INSERT OR REPLACE INTO account VALUES (?1, ?2)", (deposit.name, balance))
    return balance


def ledger() -> Transaction[tuple[list[int], dict[str, int]]]:
    log = yield Statement("SELECT deposit FROM log ORDER BY position")
    accounts = yield Statement("SELECT name, balance FROM account")
    return [row[0] for row in log], dict(accounts)


async def outcomes_and_ledger(
    deposits: list[Deposit], folder: Path
) -> tuple[list[int | BaseException], list[int], dict[str, int]]:
    (folder / "migrations").mkdir()
    (folder / "migrations" / "V0001__accounts.sql").write_text(SCHEMA)
    store = await SQLite.open(folder / "practice.db", now=NOW, migrations=folder / "migrations")
    try:
        callers: list[asyncio.Task[int]] = []
        for number, deposit in enumerate(deposits):
            callers.append(asyncio.create_task(store.write(deposited(number, deposit))))
            for _ in range(deposit.turns):
                await asyncio.sleep(0)
            if deposit.cancelled is not None and deposit.cancelled < len(callers):
                callers[-1 - deposit.cancelled].cancel()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
    finally:
        await store.close()
    store = await SQLite.open(folder / "practice.db", now=NOW, migrations=folder / "migrations")
    try:
        return outcomes, *await store.read(ledger())
    finally:
        await store.close()


async def test_aiosqlite_calls_commit_on_its_own_thread_on_the_connection_that_a_factory_made() -> None:
    threads: list[int] = []

    class Recording(sqlite3.Connection):
        def commit(self) -> None:
            threads.append(threading.get_ident())

    async with aiosqlite.connect(":memory:", isolation_level=None, factory=Recording) as connection:
        await connection.commit()

    assert len(threads) == 1, "bot/storage/lane.py relies on this, and would wait for ever without it"
    assert threads[0] != threading.get_ident()


@settings(deadline=None, max_examples=60)
@given(st.lists(DEPOSITS, max_size=40))
def test_concurrent_writes_with_random_failures_and_cancellations_are_those_of_a_dict(deposits: list[Deposit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcomes, log, accounts = asyncio.run(outcomes_and_ledger(deposits, Path(folder)))

    balances: dict[str, int] = {}
    for number in log:
        deposit = deposits[number]
        balances[deposit.name] = balances.get(deposit.name, 0) + deposit.amount
        assert outcomes[number] == balances[deposit.name] or isinstance(outcomes[number], asyncio.CancelledError)
    assert accounts == balances
    assert log == sorted(log)
    for number, (deposit, outcome) in enumerate(zip(deposits, outcomes, strict=True)):
        if isinstance(outcome, int):
            assert number in log
        if deposit.refused_after < 3:
            assert number not in log
            assert isinstance(outcome, RefusedError | asyncio.CancelledError)

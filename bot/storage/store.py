"""What every database engine offers: whole transactions, driven from generators that do no I/O themselves."""

from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from bot.storage.statement import Transaction

T = TypeVar("T")


class Store(Protocol):
    """Where facts are kept.

    A transaction is a generator: it yields statements, receives their rows, and returns its result. `write` runs it
    wholly or not at all, even when the caller is cancelled; `read` gives all its statements one snapshot, and begins
    when it is called: what is awaited meanwhile costs no time.
    """

    path: Path
    schema_version: int
    # The moment since which the platform knows more than the store, once a backup was restored.
    recover_since: datetime | None

    async def write(self, transaction: Transaction[T]) -> T: ...

    def read(self, transaction: Transaction[T]) -> Awaitable[T]: ...

    async def backup(self, target: Path) -> None: ...

    async def back_up_if_due(self, now: datetime) -> Path | None: ...

    async def recovered(self) -> None: ...

    async def close(self) -> None: ...

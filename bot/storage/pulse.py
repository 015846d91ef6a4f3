"""The SQL of the pulse: a write a minute that proves that the store still takes one."""

from datetime import datetime

from bot.domain.clock import to_epoch
from bot.storage.statement import Statement, Transaction


def beat(now: datetime) -> Transaction[None]:
    """Write when the store was last written to."""
    yield Statement(
        "INSERT INTO pulse (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at", (to_epoch(now),)
    )

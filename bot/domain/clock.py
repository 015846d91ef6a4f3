"""Time is an argument: its type, and its one form in storage."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def aware(moment: datetime) -> datetime:
    """Return the moment in UTC.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware UTC datetime")
    return moment.astimezone(UTC)


def to_epoch(moment: datetime) -> int:
    """Return milliseconds since 1970-01-01 UTC, rounded down.

    Raises:
        ValueError: the moment has no time zone.
    """
    return (aware(moment) - _EPOCH) // _MILLISECOND


def from_epoch(milliseconds: int) -> datetime:
    """Return the aware UTC moment of milliseconds since 1970-01-01 UTC."""
    return _EPOCH + milliseconds * _MILLISECOND

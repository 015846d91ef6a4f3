"""A round: one question, one community, one local day; a small state machine whose every step can be resumed."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

# After this long a day's question is no longer worth posting; the next one is near.
CATCH_UP = timedelta(hours=12)

# Clocks differ a little; nobody loses a streak to less.
_PUNCTUAL = timedelta(minutes=1)
_KEY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.([0-9]{1,4}))?")


class State(StrEnum):
    """Where a round stands; each value names the last step that is known to have happened."""

    CLAIMED = "claimed"
    PUBLISHED = "published"
    THREADED = "threaded"
    OPEN = "open"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class Excuse(StrEnum):
    """Why a round counts against nobody."""

    VOID = "void"
    UNWRITABLE = "unwritable"
    CUT_SHORT = "cut short"


UNFINISHED = (State.CLAIMED, State.PUBLISHED, State.THREADED)


@dataclass(frozen=True, slots=True)
class Round:
    """One community's question of one local day.

    `take` is 0 for the scheduled question and counts up for further ones an admin asked for on the same day.
    `number` is None only once a round was abandoned before anyone saw it. `closes_at` is when members were told that it
    would close. `voided` is an admin's word, `unwritable` that its thread could not be written to, `cut_short` that it
    closed earlier than they were told.
    """

    id: int
    community_id: str
    day: date
    take: int
    number: int | None
    question_id: int
    state: State
    channel_id: str
    due_at: datetime
    claimed_at: datetime
    attempts: int = 0
    message_id: str | None = None
    thread_id: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    recap_id: str | None = None
    scanned_to: str | None = None
    voided: bool = False
    unwritable: bool = False
    closes_at: datetime | None = None
    cut_short: bool = False

    @property
    def excuse(self) -> "Excuse | None":
        """Why it counts against nobody, if it does not; who answered it keeps it."""
        return excuse(voided=self.voided, unwritable=self.unwritable, cut_short=self.cut_short)

    @property
    def is_excused(self) -> bool:
        return self.excuse is not None

    @property
    def key(self) -> str:
        """Name this round within its community, in buttons that outlive any database: `20261123`."""
        return f"{self.day:%Y%m%d}.{self.take}" if self.take else f"{self.day:%Y%m%d}"


def excuse(*, voided: bool, unwritable: bool, cut_short: bool) -> Excuse | None:
    """Return why a round counts against nobody; an admin's word comes first."""
    if voided:
        return Excuse.VOID
    if unwritable:
        return Excuse.UNWRITABLE
    return Excuse.CUT_SHORT if cut_short else None


def closes_early(this: Round, now: datetime) -> bool:
    """Whether a round that closes now does so before members were told that it would."""
    return this.closes_at is not None and now < this.closes_at - _PUNCTUAL


def day_and_take(key: str) -> tuple[date, int]:
    """Take a round's key apart.

    Raises:
        ValueError: it is no such key.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        raise ValueError(f"{key!r} is not the key of a round, which is a day such as 20261123 or 20261123.1")
    year, month, day, take = match.groups(default="0")
    return date(int(year), int(month), int(day)), int(take)


def nonce(community_id: str, day: date, take: int, step: str = "question") -> str:
    """Return the key by which a platform recognises a message that it was already sent.

    The same round and step always give the same key: 64 bits of SHA-256 as decimal digits, at most 20, which fits
    Discord's limit of 25 characters.
    """
    digest = hashlib.sha256(f"{community_id}|{day.isoformat()}|{take}|{step}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big"))


def is_worth_posting(due_at: datetime, now: datetime) -> bool:
    """Whether a question that is this late should still be posted."""
    return now - due_at <= CATCH_UP


def retry_delay(attempts: int, *, refused: bool) -> timedelta:
    """Return how long to wait before a round is tried again.

    A refusal (missing permission, deleted channel) waits 1, 6, then 24 hours, since each try counts against the
    platform's budget for invalid requests; anything else waits 15 seconds, doubling up to 15 minutes.
    """
    if refused:
        return timedelta(hours=(1, 6, 24)[min(max(attempts, 1), 3) - 1])
    doublings = min(max(attempts - 1, 0), 10)
    return min(timedelta(seconds=15 * 2**doublings), timedelta(minutes=15))

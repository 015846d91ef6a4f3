"""An answer: what a member submitted to a round, and whether it counts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """How an answer reached us."""

    REPLY = "reply"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Answer:
    """A thread reply or a submitted form.

    `id` is the platform's id of the message or interaction; `text` is None where the bot may not read it.
    """

    id: str
    member_id: str
    source: Source
    text: str | None
    created_at: datetime
    edited_at: datetime | None = None


def counts(created_at: datetime, closed_at: datetime | None, revealed_at: datetime | None) -> bool:
    """Whether an answer counts: written before the round closed and before its writer saw the model answer."""
    in_time = closed_at is None or created_at <= closed_at
    return in_time and (revealed_at is None or created_at < revealed_at)

"""An answer: what a member submitted to a round, and whether it counts."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# Fewer say no more than "good morning".
LEAST_LETTERS = 15

# What a chat platform writes for a mention, an emoji of its own, a moment or a command; and any address.
_NOT_SAID = re.compile(r"<(?:/[^<>]*|(?:[@#]|a?:|t:|id:)[^<>\s]*)>|https?://\S+")


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


def says_enough(text: str | None) -> bool:
    """Whether a message in a round's thread says enough to be an answer, rather than talk.

    That takes 15 letters or digits besides mentions, links and emoji. A text that may not be read (None) is taken
    for an answer.
    """
    return text is None or sum(map(str.isalnum, _NOT_SAID.sub(" ", text))) >= LEAST_LETTERS


def counts(created_at: datetime, closed_at: datetime | None, revealed_at: datetime | None) -> bool:
    """Whether an answer counts: written before the round closed and before its writer saw the model answer."""
    in_time = closed_at is None or created_at <= closed_at
    return in_time and (revealed_at is None or created_at < revealed_at)

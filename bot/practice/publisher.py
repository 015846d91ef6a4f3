"""How a round reaches a chat platform, and how what happened there is read back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.communities import Community
from bot.domain.digests import Digest
from bot.domain.questions import Question
from bot.domain.rounds import Round


class PublishError(Exception):
    """The platform did not do what was asked; trying again later may help."""


class UnsentError(PublishError):
    """Nothing was sent, for certain; trying again later may help."""


class RefusedError(PublishError):
    """The platform will not do it until an admin changes something; the message says what."""


class GoneError(PublishError):
    """The member has left the community."""


class RemovedError(PublishError):
    """The message was sent, and somebody has already deleted it."""


@dataclass(frozen=True, slots=True)
class Before:
    """The round before the one that opens, and how many members answered it."""

    round: Round
    answered: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A round and its question, about to be posted; `before` is the round that it closes, if there is one."""

    round: Round
    question: Question
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Helpful:
    """An answer that so many others found helpful."""

    answer_id: str
    member_id: str
    votes: int


@dataclass(frozen=True, slots=True)
class Recap:
    """A closed round, its question, and what came of it.

    `milestones` names members with the streak that this round brought them to, `helpful` the most helpful answers.
    """

    round: Round
    question: Question
    answered: int
    milestones: tuple[tuple[str, int], ...] = ()
    helpful: tuple[Helpful, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """A round that closes soon, for a member who has not answered it."""

    round: Round
    question: Question
    closes_at: datetime
    streak: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A message by a person in a round's thread; `text` is None where the bot may not read it."""

    id: str
    member_id: str
    text: str | None
    created_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a thread's replies, and the newest message id that has now been looked at."""

    replies: tuple[Reply, ...]
    newest_id: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A question of ours that was found in a channel: which round it is, and what it asks."""

    message_id: str
    day: date
    take: int
    question_id: int
    posted_at: datetime
    has_thread: bool


class Publisher(Protocol):
    """A chat platform, as the daily round needs it.

    Every method that sends is safe to repeat with the same round: within minutes the platform recognises the
    round's nonce; later, `find_question` and `find_recap` recognise the message itself.
    """

    def is_ready(self) -> bool:
        """Whether the platform is connected and may be used now."""

    async def post_question(self, opening: Opening) -> str:
        """Post a round's question; return the message id."""

    async def find_question(self, this: Round) -> str | None:
        """Return the id of the message that already carries this round's question, if there is one."""

    async def questions_since(self, channel_id: str, since: datetime) -> list[Posted]:
        """Read which of our questions stand in a channel, oldest first."""

    async def open_thread(self, this: Round, question: Question) -> str:
        """Open the thread below a round's question, or return the one it has."""

    async def post_recap(self, recap: Recap) -> str:
        """Post what closes a round, with its model answer; return the message id."""

    async def find_recap(self, this: Round) -> str | None:
        """Return the id of the message that already closed this round, if there is one."""

    def replies(self, this: Round, after: str | None) -> AsyncIterator[Page]:
        """Read a thread's replies newer than a message id (all when None), oldest page first.

        Raises:
            RefusedError: the bot may not read the thread; an empty answer would be a lie.
        """

    async def acknowledge(self, this: Round, answer_id: str, *, counts: bool) -> None:
        """Mark a reply as seen: counted, or kept without counting."""

    async def congratulate(self, this: Round, member_id: str, rounds: int) -> None:
        """Tell the thread that a member reached a milestone."""

    async def tell_backfilled(self, this: Round, answers: int) -> None:
        """Tell the thread that answers written while the bot was away are counted."""

    async def is_writable(self, this: Round) -> bool:
        """Whether members can write in a round's thread: it is there and not locked."""

    async def close_thread(self, this: Round) -> None:
        """Put the thread of a closed round away; it stays readable."""

    async def most_helpful(self, this: Round, writers: Mapping[str, str], limit: int) -> list[Helpful]:
        """Read which answers of a round's thread others found most helpful, best first.

        `writers` maps the id of each answer that is eligible to its member. Neither their own votes nor those of bots
        count, and nothing is listed that nobody voted for.
        """

    async def tell_steward(self, community: Community) -> None:
        """Tell in private whoever set a community up what keeps the bot from posting there, and what to do."""

    async def post_digest(self, digest: Digest) -> str:
        """Post the digest of a week; return the message id."""

    async def find_digest(self, digest: Digest, since: datetime) -> str | None:
        """Return the id of the message that already carries this digest, if there is one."""

    async def gone(self, community_id: str, members: Sequence[str]) -> frozenset[str]:
        """Return which of these are no members of the community any more; none where that cannot be known now."""

    async def has_role(self, community_id: str, member_id: str, role_id: str) -> bool:
        """Whether a member has a role; raises like `give_role`."""

    async def give_role(self, community_id: str, member_id: str, role_id: str) -> None:
        """Give a member a role; nothing happens if they have it.

        Raises:
            GoneError: they are no member any more.
            RefusedError: an admin must change something first.
        """

    async def take_role(self, community_id: str, member_id: str, role_id: str) -> None:
        """Take a role from a member; raises like `give_role`."""

    async def remind_closing(self, member_id: str, closing: Closing) -> None:
        """Tell a member in private that a round closes which they have not answered.

        Raises:
            RefusedError: they take no messages from us.
        """

    async def remind(self, community_id: str, member_id: str, due: int) -> None:
        """Tell a member in private how many of their cards are due.

        Raises:
            RefusedError: they take no messages from us.
        """

"""A chat platform in plain dictionaries, which fails as it is told to and tells what it saw of the bot."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeVar

from bot.domain.communities import Community
from bot.domain.digests import Digest
from bot.domain.questions import Question
from bot.domain.rounds import Round, State
from bot.practice.publisher import (
    Closing,
    Helpful,
    Opening,
    Page,
    Posted,
    PublishError,
    Recap,
    RefusedError,
    RemovedError,
    Reply,
)

T = TypeVar("T")

_PAGE = 2


class Wish(Enum):
    """What the bot may ask of the platform."""

    QUESTION = "to post a question"
    FIND = "to find a message of its own"
    THREAD = "to open a thread"
    READ = "to read a thread"
    RECAP = "to post a recap"
    COURTESY = "to do what nothing hangs on"


class Trouble(Enum):
    """What becomes of a wish that is not simply granted."""

    REFUSED = "refused, until an admin changes something"
    FAILED = "not done"
    UNHEARD = "done, and the word of it lost"
    REMOVED = "done, and undone by somebody at once"
    DEATH_BEFORE = "the bot's process ends before it is done"
    DEATH_AFTER = "the bot's process ends once it is done"


class ProcessEndedError(BaseException):
    """The bot's process ended in the middle of something: whatever it had in hand stops there."""


@dataclass(frozen=True)
class HandedOut:
    """Replies that the bot has read in a thread, one page of them."""

    round_id: int
    replies: tuple[Reply, ...]
    was_closed: bool


@dataclass(frozen=True)
class ReadToEnd:
    """A thread was read as far as it went; `newest` is the last message in it."""

    round_id: int
    newest: int
    was_closed: bool


@dataclass(frozen=True)
class TurnedAway:
    """The thread of a round was locked, or gone, or shut to the bot, as the round closed."""

    round_id: int


@dataclass(frozen=True)
class Recapped:
    """The recap of a round was posted: `newest` is the message."""

    round_id: int
    newest: int


Happening = HandedOut | ReadToEnd | TurnedAway | Recapped


@dataclass
class Thread:
    """A thread; messages by other than members are None."""

    messages: dict[int, Reply | None]
    is_deleted: bool = False
    is_locked: bool = False

    @property
    def takes_replies(self) -> bool:
        return not self.is_deleted and not self.is_locked


@dataclass
class InMemory:
    """Fulfils Publisher. `troubles` holds what goes wrong when next something is wished; it goes wrong once."""

    is_away: bool = False
    process_ended: bool = False
    troubles: dict[Wish, Trouble | None] = field(default_factory=dict)
    questions: dict[int, Round] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    posted_twice: list[str] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    # So that ids gain a digit before long.
    _last_id: int = 80
    _messages: dict[tuple[Wish, int], str] = field(default_factory=dict)

    def write(self, thread_id: str, member: str, text: str, at: datetime) -> Reply:
        reply = Reply(str(self._next_id()), member, text, at)
        self.threads[thread_id].messages[int(reply.id)] = reply
        return reply

    def written(self) -> list[tuple[str, Reply]]:
        """Return what members wrote that still stands, with its thread, oldest first."""
        return [
            (thread_id, reply)
            for thread_id, thread in self.threads.items()
            if not thread.is_deleted
            for reply in thread.messages.values()
            if reply is not None
        ]

    def is_ready(self) -> bool:
        return not self.is_away

    async def post_question(self, opening: Opening) -> str:
        this = opening.round

        def post() -> str:
            self.questions[this.id] = this
            return self._post(Wish.QUESTION, this)

        return self._granted(Wish.QUESTION, post)

    async def find_question(self, this: Round) -> str | None:
        return self._granted(Wish.FIND, lambda: self._messages.get((Wish.QUESTION, this.id)))

    async def questions_since(self, channel_id: str, since: datetime) -> list[Posted]:
        return []

    async def open_thread(self, this: Round, question: Question) -> str:
        # A thread bears the id of the message below which it is, and there is never a second one.
        thread_id = this.message_id or ""

        def open_it() -> str:
            self.threads.setdefault(thread_id, Thread({self._next_id(): None}))
            return thread_id

        return self._granted(Wish.THREAD, open_it)

    async def post_recap(self, recap: Recap) -> str:
        this = recap.round

        def post() -> str:
            message_id = self._post(Wish.RECAP, this)
            self._thread(this).messages[int(message_id)] = None
            self.happenings.append(Recapped(this.id, int(message_id)))
            self._is_writable(this)
            return message_id

        return self._for_the_close(this, Wish.RECAP, post)

    async def find_recap(self, this: Round) -> str | None:
        return self._for_the_close(this, Wish.FIND, lambda: self._messages.get((Wish.RECAP, this.id)))

    async def replies(self, this: Round, after: str | None) -> AsyncIterator[Page]:
        trouble, was_closed = self.troubles.pop(Wish.READ, None), this.state is State.CLOSED
        refusal = trouble if trouble is Trouble.REFUSED else None
        messages = self._for_the_close(this, Wish.READ, lambda: self._thread(this).messages, refusal)
        ids = sorted(number for number in messages if number > int(after or this.thread_id or 0))
        for start in range(0, len(ids), _PAGE):
            page = ids[start : start + _PAGE]
            replies = tuple(reply for number in page if (reply := messages[number]) is not None)
            yield Page(replies, str(page[-1]))
            self.happenings.append(HandedOut(this.id, replies, was_closed))
            self._granted(Wish.READ, lambda: None, trouble)
        if ids:
            self.happenings.append(ReadToEnd(this.id, ids[-1], was_closed))

    async def acknowledge(self, this: Round, answer_id: str, *, counts: bool) -> None:
        self._courtesy(this)

    async def congratulate(self, this: Round, member_id: str, rounds: int) -> None:
        self._courtesy(this)

    async def tell_backfilled(self, this: Round, answers: int) -> None:
        self._courtesy(this)

    async def is_writable(self, this: Round) -> bool:
        return self._for_the_close(this, Wish.READ, lambda: self._is_writable(this))

    async def close_thread(self, this: Round) -> None:
        self._courtesy(this)

    async def most_helpful(self, this: Round, writers: Mapping[str, str], limit: int) -> list[Helpful]:
        self._courtesy(this)
        return [Helpful(answer_id, writers[answer_id], 1) for answer_id in sorted(writers)[:limit]]

    async def tell_steward(self, community: Community) -> None:
        self._granted(Wish.COURTESY, lambda: None)

    async def post_digest(self, digest: Digest) -> str:
        raise RefusedError("no digest is wanted here")

    async def find_digest(self, digest: Digest, since: datetime) -> str | None:
        return None

    async def gone(self, community_id: str, members: Sequence[str]) -> frozenset[str]:
        return frozenset()

    async def has_role(self, community_id: str, member_id: str, role_id: str) -> bool:
        raise RefusedError("there are no roles here")

    async def give_role(self, community_id: str, member_id: str, role_id: str) -> None:
        raise RefusedError("there are no roles here")

    async def take_role(self, community_id: str, member_id: str, role_id: str) -> None:
        raise RefusedError("there are no roles here")

    async def remind_closing(self, member_id: str, closing: Closing) -> None:
        raise RefusedError("nobody takes messages here")

    async def remind(self, community_id: str, member_id: str, due: int) -> None:
        raise RefusedError("nobody takes messages here")

    def _courtesy(self, this: Round) -> None:
        self._granted(Wish.COURTESY, lambda: self._thread(this))

    def _for_the_close(self, this: Round, wish: Wish, act: Callable[[], T], trouble: Trouble | None = None) -> T:
        """Grant what a round's close may hang on, and note where the bot is turned away then."""
        try:
            self._thread(this)
            return self._granted(wish, act, trouble)
        except RefusedError:
            if this.state is State.CLOSED:
                self.happenings.append(TurnedAway(this.id))
            raise

    def _is_writable(self, this: Round) -> bool:
        """Whether members can write in a thread; where they cannot as its round closes, that is noted."""
        is_writable = not self._thread(this).is_locked
        if not is_writable and this.state is State.CLOSED:
            self.happenings.append(TurnedAway(this.id))
        return is_writable

    def _thread(self, this: Round) -> Thread:
        thread = self.threads.get(this.thread_id or "")
        if thread is None or thread.is_deleted:
            raise RefusedError(f"the thread of {this.key} is gone")
        return thread

    def _post(self, wish: Wish, this: Round) -> str:
        if (wish, this.id) in self._messages:
            self.posted_twice.append(f"{wish.value}: {this.key}")
        return self._messages.setdefault((wish, this.id), str(self._next_id()))

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _granted(self, wish: Wish, act: Callable[[], T], trouble: Trouble | None = None) -> T:
        if self.process_ended:
            raise ProcessEndedError
        trouble = trouble or self.troubles.pop(wish, None)
        if trouble is Trouble.REFUSED:
            raise RefusedError(f"it is not allowed {wish.value}")
        if trouble is Trouble.FAILED:
            raise PublishError(f"it failed {wish.value}")
        if trouble is Trouble.DEATH_BEFORE:
            self.process_ended = True
            raise ProcessEndedError
        result = act()
        if trouble is Trouble.DEATH_AFTER:
            self.process_ended = True
            raise ProcessEndedError
        if trouble is Trouble.REMOVED:
            raise RemovedError(f"somebody deleted what it asked {wish.value}")
        if trouble is Trouble.UNHEARD:
            raise PublishError(f"no word came of whether it was allowed {wish.value}")
        return result

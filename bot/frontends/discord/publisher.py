"""The daily round on Discord: a message with buttons, a thread below it, and the replies in that thread."""

import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import discord

from bot.conversation import closing as closing_words
from bot.conversation import digest as digest_words
from bot.conversation import review as review_words
from bot.conversation import rounds as words
from bot.conversation import setup as setup_words
from bot.conversation.say import Say, without_pictures
from bot.domain.communities import Community
from bot.domain.digests import Digest
from bot.domain.questions import Bank, Question
from bot.domain.rounds import Round, nonce
from bot.frontends.discord.line import Line
from bot.frontends.discord.members import Members
from bot.frontends.discord.pages import PAGE, pages
from bot.frontends.discord.permissions import NAMES, missing
from bot.frontends.discord.render import files, layout
from bot.frontends.discord.translation import THREAD_EXISTS, code_of, sound
from bot.frontends.discord.votes import most_helpful
from bot.practice.answers import HEARD
from bot.practice.publisher import Closing, Helpful, Opening, Page, Posted, PublishError, Recap, RefusedError, Reply

_log = logging.getLogger(__name__)

_THREAD_LIVES_MINUTES: Literal[4320] = 4320
# Between the claim on our clock and the message on Discord's there may be some skew.
_CLOCK_SKEW = timedelta(minutes=5)
_COUNTED, _KEPT = "✅", "📝"
_TALK = (discord.MessageType.default, discord.MessageType.reply)


class DiscordPublisher:
    """Publish rounds through a connected client.

    `threads` holds the ids of threads whose messages matter now: a message anywhere else is dropped unread.
    """

    def __init__(self, client: discord.Client, bank: Bank, line: Line, *, reads_replies: bool) -> None:
        self._client = client
        self._bank = bank
        self._reads_replies = reads_replies
        self._line = line
        self._members = Members(client, line)
        self.threads: set[int] = set()
        self._heard: dict[str, deque[int]] = {}

    def hear(self, community_id: str, thread_id: int) -> None:
        """Listen to a community's newest thread and the one before it, and to no older one."""
        heard = self._heard.setdefault(community_id, deque())
        if thread_id in heard:
            return
        heard.append(thread_id)
        self.threads.add(thread_id)
        if len(heard) > HEARD:
            self.threads.discard(heard.popleft())

    def is_ready(self) -> bool:
        return self._client.is_ready() and not self._client.is_closed() and not self._line.is_shut

    async def post_question(self, opening: Opening) -> str:
        this = opening.round
        channel = await self._channel(this.channel_id)
        key = nonce(this.community_id, this.day, this.take)
        async with self._line.asking(f"posting in #{channel.name}"):
            message = await channel.send(view=layout(words.question_post(opening, self._bank)), nonce=key)
        return str(message.id)

    async def find_question(self, this: Round) -> str | None:
        channel = await self._channel(this.channel_id)
        return await self._find(channel, words.question_marker(this), since=this.claimed_at - _CLOCK_SKEW)

    async def questions_since(self, channel_id: str, since: datetime) -> list[Posted]:
        channel = await self._channel(channel_id)
        found: list[Posted] = []
        async for message in self._own(channel, since):
            asked = next(filter(None, map(words.asked, _button_ids(message))), None)
            if asked is not None:
                day, take, question_id = asked
                has_thread = message.flags.has_thread or message.thread is not None
                found.append(Posted(str(message.id), day, take, question_id, message.created_at, has_thread))
        return found

    async def open_thread(self, this: Round, question: Question) -> str:
        if this.message_id is None:
            raise LookupError(f"round {this.id} has no message to open a thread below")
        channel = await self._channel(this.channel_id)
        message = channel.get_partial_message(int(this.message_id))
        thread_id = message.id
        try:
            async with self._line.asking(f"opening a thread in #{channel.name}"):
                thread = await message.create_thread(
                    name=words.thread_name(this, question), auto_archive_duration=_THREAD_LIVES_MINUTES
                )
                thread_id = thread.id
        except PublishError as error:
            # A message has one thread, and it bears the message's id: it is already there.
            if code_of(error) != THREAD_EXISTS:
                raise
        self.hear(this.community_id, thread_id)
        return str(thread_id)

    async def post_recap(self, recap: Recap) -> str:
        this = recap.round
        thread = await self._thread(this)
        key = nonce(this.community_id, this.day, this.take, "recap")
        async with self._line.asking(f"posting in the thread of round {this.number}"):
            message = await thread.send(view=layout(words.recap(recap)), nonce=key)
        return str(message.id)

    async def find_recap(self, this: Round) -> str | None:
        thread = await self._thread(this)
        return await self._find(
            thread, words.recap_marker(this), since=(this.closed_at or this.claimed_at) - _CLOCK_SKEW
        )

    async def replies(self, this: Round, after: str | None) -> AsyncIterator[Page]:
        thread = await self._thread(this)
        if not thread.permissions_for(thread.guild.me).read_message_history:
            # Discord would answer with an empty list, which is not the same as an empty thread.
            raise RefusedError(
                f"I may not read the thread of round {this.number}: allow me Read Message History there."
            )
        cursor, overlap = int(after or thread.id), 0
        while True:
            since = discord.Object(cursor - overlap)
            async with self._line.asking(f"reading the thread of round {this.number}"):
                batch = [message async for message in thread.history(limit=PAGE, after=since, oldest_first=True)]
            if not batch and overlap:
                raise PublishError(f"reading the thread of round {this.number}: its end was no longer shown")
            if not batch:
                return
            cursor = max(message.id for message in batch)
            # With one message on two pages, an empty page tells of a permission that was taken away, not of the end.
            overlap = 1
            replies = (self.reply(message) for message in batch)
            yield Page(tuple(reply for reply in replies if reply is not None), str(cursor))
            if len(batch) < PAGE:
                return

    async def acknowledge(self, this: Round, answer_id: str, *, counts: bool) -> None:
        thread = await self._thread(this)
        async with self._line.asking("marking an answer", courtesy=True):
            await thread.get_partial_message(int(answer_id)).add_reaction(_COUNTED if counts else _KEPT)

    async def congratulate(self, this: Round, member_id: str, rounds: int) -> None:
        await self._say(this, words.milestone(member_id, rounds))

    async def tell_backfilled(self, this: Round, answers: int) -> None:
        await self._say(this, words.backfilled(answers))

    async def is_writable(self, this: Round) -> bool:
        try:
            return not (await self._thread(this)).locked
        except RefusedError:
            return False

    async def close_thread(self, this: Round) -> None:
        thread = await self._thread(this)
        if not thread.archived:
            async with self._line.asking(f"archiving the thread of round {this.number}"):
                await thread.edit(archived=True)

    async def most_helpful(self, this: Round, writers: Mapping[str, str], limit: int) -> list[Helpful]:
        thread = await self._thread(this)
        return await most_helpful(self._line, thread, writers, limit)

    async def tell_steward(self, community: Community) -> None:
        steward = community.steward_id or self._members.owner_of(community.id)
        if steward is not None:
            await self._members.write(steward, setup_words.blocked(community, self._members.name_of(community.id)))

    async def post_digest(self, digest: Digest) -> str:
        channel = await self._channel(digest.channel_id)
        say = digest_words.digest(digest)
        if not channel.permissions_for(channel.guild.me).attach_files:
            say = without_pictures(say)
        key = nonce(digest.community_id, digest.week, 0, "digest")
        pictures = await files(say)
        async with self._line.asking(f"posting in #{channel.name}"):
            message = await channel.send(view=layout(say), files=pictures, nonce=key)
        return str(message.id)

    async def find_digest(self, digest: Digest, since: datetime) -> str | None:
        channel = await self._channel(digest.channel_id)
        return await self._find(channel, digest_words.digest_marker(digest), since=since - _CLOCK_SKEW)

    async def gone(self, community_id: str, members: Sequence[str]) -> frozenset[str]:
        return await self._members.gone(community_id, members)

    async def has_role(self, community_id: str, member_id: str, role_id: str) -> bool:
        return await self._members.has_role(community_id, member_id, role_id)

    async def give_role(self, community_id: str, member_id: str, role_id: str) -> None:
        await self._members.give_role(community_id, member_id, role_id)

    async def take_role(self, community_id: str, member_id: str, role_id: str) -> None:
        await self._members.take_role(community_id, member_id, role_id)

    async def remind_closing(self, member_id: str, closing: Closing) -> None:
        community_id = closing.round.community_id
        await self._members.write(member_id, closing_words.closing(closing, self._members.name_of(community_id)))

    async def remind(self, community_id: str, member_id: str, due: int) -> None:
        name = self._members.name_of(community_id)
        await self._members.write(member_id, review_words.reminder(community_id, name, due))

    def reply(self, message: discord.Message) -> Reply | None:
        """Take a message as a reply; None if no person wrote it or there is nothing in it."""
        if message.author.bot or message.webhook_id or message.type not in _TALK:
            return None
        if self._reads_replies and not message.content and not message.attachments:
            return None
        return Reply(
            id=str(message.id),
            member_id=str(message.author.id),
            text=sound(message.content) if self._reads_replies else None,
            created_at=message.created_at,
            edited_at=message.edited_at,
        )

    async def _say(self, this: Round, say: Say) -> None:
        thread = await self._thread(this)
        async with self._line.asking(f"posting in the thread of round {this.number}", courtesy=True):
            await thread.send(view=layout(say))

    async def _channel(self, channel_id: str) -> discord.TextChannel:
        channel = await self._known(channel_id, "finding the channel")
        if not isinstance(channel, discord.TextChannel):
            raise RefusedError("The channel of the daily question is not a text channel. Choose another with /setup.")
        lacking = [name for name in missing(channel) if name in {NAMES["view_channel"], NAMES["send_messages"]}]
        if lacking:
            raise RefusedError(f"In #{channel.name} I lack the permission {' and '.join(lacking)}.")
        return channel

    async def _known(self, channel_id: str, doing: str) -> object:
        """Find a channel or thread in the cache, or ask for it."""
        if (cached := self._client.get_channel(int(channel_id))) is not None:
            return cached
        async with self._line.asking(doing):
            return await self._client.fetch_channel(int(channel_id))

    async def _thread(self, this: Round) -> discord.Thread:
        """Find a thread by the id that was recorded: an archived one has left discord.py's cache."""
        if this.thread_id is None:
            raise RefusedError(f"Round {this.number} has no thread.")
        thread = await self._known(this.thread_id, f"finding the thread of round {this.number}")
        if not isinstance(thread, discord.Thread):
            raise RefusedError(f"The thread of round {this.number} is gone.")
        return thread

    async def _find(self, place: discord.TextChannel | discord.Thread, marker: str, *, since: datetime) -> str | None:
        """Find our own message by the id of one of its buttons: history does not tell nonces."""
        async for message in self._own(place, since):
            if marker in _button_ids(message):
                return str(message.id)
        return None

    async def _own(
        self, place: discord.TextChannel | discord.Thread, since: datetime
    ) -> AsyncIterator[discord.Message]:
        """Read our own messages since a moment, oldest first."""
        if not place.permissions_for(place.guild.me).read_message_history:
            raise RefusedError(f"I may not read #{place.name}: allow me Read Message History there.")
        own = self._client.user
        async for page in pages(self._line, place, since, doing=f"reading #{place.name}"):
            for message in page:
                if own is not None and message.author.id == own.id:
                    yield message


def _button_ids(message: discord.Message) -> Iterator[str]:
    waiting: list[object] = list(message.components)
    while waiting:
        component = waiting.pop()
        if isinstance(component, discord.Button) and component.custom_id:
            yield component.custom_id
        waiting += getattr(component, "children", [])

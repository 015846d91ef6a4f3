"""Everything that exists on the server, and each thing that can happen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopback.channel import Channel, Thread
from loopback.events import Event, Intent
from loopback.guild import Guild
from loopback.message import Message, MessageFlag, MessageKind
from loopback.news import News
from loopback.payload import Body, Payload, Refusal, text
from loopback.people import Member, User
from loopback.permissions import ORDINARY, Permission, may, require

if TYPE_CHECKING:
    from datetime import timedelta

    from loopback.clock import ServerClock

MAX_ACTIVE_THREADS = 1000


class World:
    """The state of the server; every effect goes through a method here, whoever causes it.

    `news` carries each event to whoever listens. `nonce_ttl` is how long an enforced nonce is remembered.
    """

    def __init__(self, clock: ServerClock, *, nonce_ttl: timedelta) -> None:
        self.clock = clock
        self.nonce_ttl = nonce_ttl
        self.me = User(clock.old_snowflake(), "Practice Bot", bot=True)
        self.news = News(self.me)
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachment_url = ""
        self.max_active_threads = MAX_ACTIVE_THREADS
        self._nonces: dict[tuple[int, str], Message] = {}

    def add_guild(self, name: str, bot_permissions: int = ORDINARY) -> Guild:
        """Create a guild with the bot in it, as if somebody had just invited it."""
        guild = Guild(
            name,
            me=self.me,
            bot_permissions=Permission(bot_permissions),
            clock=self.clock,
            channels=self.channels,
            tell=self.news.tell,
        )
        self.guilds[guild.id] = guild
        self.news.tell(Event("GUILD_CREATE", Intent.GUILDS, guild.id, guild.arrival()))
        return guild

    def remove_guild(self, guild: Guild, *, outage: bool) -> None:
        """Take the bot out of a guild, or with `outage` only make the guild unavailable."""
        data: Payload = {"id": str(guild.id), **({"unavailable": True} if outage else {})}
        if not outage:
            for place in list(guild.places.values()):
                guild.drop(place)
            del self.guilds[guild.id]
        self.news.tell(Event("GUILD_DELETE", Intent.GUILDS, guild.id, data))

    def channel(self, channel_id: int) -> Channel:
        if channel_id not in self.channels:
            raise Refusal(404, 10003, "Unknown Channel")
        return self.channels[channel_id]

    def message(self, channel_id: int, message_id: int) -> Message:
        messages = self.channel(channel_id).messages
        if message_id not in messages:
            raise Refusal(404, 10008, "Unknown Message")
        return messages[message_id]

    def user(self, user_id: int) -> User:
        for guild in self.guilds.values():
            if user_id in guild.members:
                return guild.members[user_id].user
        raise Refusal(404, 10013, "Unknown User")

    def member(self, channel: Channel, user: User) -> Member | None:
        return channel.guild.members.get(user.id) if channel.guild is not None else None

    def direct_channel(self, user: User) -> Channel:
        """The DM channel of a user with the bot, opened if need be."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.clock.snowflake(), user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def post(
        self,
        channel: Channel,
        author: User,
        body: Body,
        *,
        kind: MessageKind = MessageKind.DEFAULT,
        replies_to: Message | None = None,
        application_id: int | None = None,
    ) -> Message:
        """Let somebody write, or return what they wrote before under the same enforced nonce.

        Raises:
            Refusal: as Discord would, among them 404 10008 for the nonce of a message since deleted.
        """
        if application_id is None:
            self._require_voice(channel, author)
        nonce = text(body.json, "nonce") or None
        if nonce is not None and body.json.get("enforce_nonce") and (said := self._said(author, nonce)):
            if said.deleted:
                raise Refusal(404, 10008, "Unknown Message")
            return said
        message = Message(self.clock.snowflake(), channel, author, kind, nonce=nonce, application_id=application_id)
        message.replies_to = replies_to
        message.fill(body, self.attachment_url)
        if application_id is None:
            message.flags &= ~(MessageFlag.EPHEMERAL | MessageFlag.LOADING)
        written = message.content or message.components or message.embeds or message.attachments
        if not written and not message.flags & MessageFlag.LOADING:
            raise Refusal(400, 50006, "Cannot send an empty message")
        if nonce is not None:
            self._nonces[author.id, nonce] = message
        if not message.ephemeral:
            self._stand(message)
        return message

    def edit(self, message: Message, body: Body) -> None:
        """Change a message in place; whether its author may is asked by `require_editable`."""
        message.fill(body, self.attachment_url)
        message.flags &= ~MessageFlag.LOADING
        message.edited = self.clock()
        self.news.of_message("MESSAGE_UPDATE", message)

    def require_editable(self, message: Message, author: User) -> None:
        if message.author is not author:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        self._require_active(message.channel, self.member(message.channel, author))

    def delete(self, message: Message) -> None:
        message.deleted = True
        channel = message.channel
        if channel.messages.pop(message.id, None) is None:
            return
        if isinstance(channel, Thread):
            channel.removed += 1
        self.news.of_deletion(message)

    def react(self, message: Message, user: User, emoji: str) -> None:
        member = self.member(message.channel, user)
        self._require_active(message.channel, member)
        require(member, message.channel, Permission.READ_MESSAGE_HISTORY)
        if emoji not in message.reactions:
            require(member, message.channel, Permission.ADD_REACTIONS)
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self.news.of_reaction("MESSAGE_REACTION_ADD", message, user, emoji)

    def unreact(self, message: Message, user: User, emoji: str) -> None:
        users = message.reactions.get(emoji, [])
        if user not in users:
            raise Refusal(404, 10014, "Unknown Emoji")
        users.remove(user)
        if not users:
            del message.reactions[emoji]
        self.news.of_reaction("MESSAGE_REACTION_REMOVE", message, user, emoji)

    def start_thread(self, message: Message, owner: User, name: str, auto_archive_minutes: int) -> Thread:
        """Open the one thread that a message can have; it takes the message's id."""
        parent, guild = message.channel, message.channel.guild
        require(self.member(parent, owner), parent, Permission.CREATE_PUBLIC_THREADS)
        if guild is None or isinstance(parent, Thread):
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if message.id in self.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        if len(guild.threads) >= self.max_active_threads:
            raise Refusal(400, 160006, "Maximum number of active threads reached")
        now = self.clock()
        thread = Thread(message.id, name, guild, parent=parent, owner=owner, created=now, changed=now)
        thread.auto_archive_minutes = auto_archive_minutes
        guild.keep(thread)
        message.thread = thread
        message.flags |= MessageFlag.HAS_THREAD
        self.news.of_place("THREAD_CREATE", thread, {**thread.payload(), "newly_created": True})
        self.news.of_message("MESSAGE_UPDATE", message)
        starter = Message(self.clock.snowflake(), thread, owner, MessageKind.THREAD_STARTER, replies_to=message)
        self._stand(starter)
        return thread

    def change_thread(
        self, thread: Thread, *, archived: bool | None = None, locked: bool | None = None, name: str = ""
    ) -> None:
        """Archive, lock or rename a thread; None and "" leave a thing as it is."""
        if archived is not None and archived != thread.archived:
            thread.changed = self.clock()
            thread.archived = archived
        thread.locked = thread.locked if locked is None else locked
        thread.name = name or thread.name
        self.news.of_place("THREAD_UPDATE", thread, thread.payload())

    def remove_place(self, place: Channel) -> None:
        """Delete a text channel with all its threads, or one thread."""
        if place.guild is None:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if not isinstance(place, Thread):
            for child in list(place.guild.places.values()):
                if child is not place and child.home is place:
                    place.guild.drop(child)
        name = "THREAD_DELETE" if isinstance(place, Thread) else "CHANNEL_DELETE"
        self.news.of_place(name, place, place.payload())
        place.guild.drop(place)

    def _said(self, author: User, nonce: str) -> Message | None:
        message = self._nonces.get((author.id, nonce))
        forgotten = message is None or self.clock() - message.created >= self.nonce_ttl
        return None if forgotten else message

    def _stand(self, message: Message) -> None:
        channel = message.channel
        if isinstance(channel, Thread):
            if channel.archived:
                self.change_thread(channel, archived=False)
            channel.sent += message.kind != MessageKind.THREAD_STARTER
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        self.news.of_message("MESSAGE_CREATE", message, nonce=True)

    def _require_voice(self, channel: Channel, author: User) -> None:
        member = self.member(channel, author)
        if not isinstance(channel, Thread):
            require(member, channel, Permission.SEND_MESSAGES)
            return
        require(member, channel, Permission.SEND_MESSAGES_IN_THREADS)
        if channel.locked:
            self._require_active(channel, member)

    def _require_active(self, channel: Channel, member: Member | None) -> None:
        if isinstance(channel, Thread):
            if channel.locked and not may(member, channel, Permission.MANAGE_THREADS):
                raise Refusal(403, 160005, "Thread is locked")
            if channel.archived:
                raise Refusal(400, 50083, "Thread is archived")

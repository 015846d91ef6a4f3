"""Events carried from the world to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopback.events import Event, Intent
from loopback.message import emoji_payload
from loopback.permissions import Permission, may
from loopback.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopback.channel import Channel
    from loopback.message import Message
    from loopback.payload import Payload
    from loopback.people import User


class News:
    """Tell listeners what happened, as far as the bot `me` may look; `pulse` beats at each event."""

    def __init__(self, me: User) -> None:
        self.listeners: list[Callable[[Event], None]] = []
        self.pulse = Pulse()
        self._me = me

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        self.pulse.beat()

    def of_place(self, name: str, place: Channel, data: Payload) -> None:
        """Tell of a channel or thread: created, updated or deleted."""
        self._of(place, name, (Intent.GUILDS, Intent.NONE), data)

    def of_message(self, name: str, message: Message, *, nonce: bool = False) -> None:
        """Tell of a message, which without the message content intent is heard of but not read."""
        if not message.ephemeral:
            data = message.payload(self._me, nonce=nonce)
            censored = message.payload(self._me, readable=False, nonce=nonce)
            self._of(message.channel, name, (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES), data, censored)

    def of_deletion(self, message: Message) -> None:
        data: Payload = {"id": str(message.id), **_where(message.channel)}
        intents = (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)
        self._of(message.channel, "MESSAGE_DELETE", intents, data)

    def of_reaction(self, name: str, message: Message, user: User, emoji: str) -> None:
        guild = message.channel.guild
        member = guild.members.get(user.id) if guild is not None else None
        data: Payload = {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "message_author_id": str(message.author.id),
            "emoji": emoji_payload(emoji),
            "burst": False,
            "type": 0,
            **_where(message.channel),
            **({"member": member.payload()} if member is not None else {}),
        }
        intents = (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
        self._of(message.channel, name, intents, data)

    def _of(
        self,
        channel: Channel,
        name: str,
        intents: tuple[Intent, Intent],
        data: Payload,
        censored: Payload | None = None,
    ) -> None:
        in_guild, in_dm = intents
        if channel.guild is None:
            self.tell(Event(name, in_dm, None, data, censored))
        elif may(channel.guild.me, channel, Permission.VIEW_CHANNEL):
            self.tell(Event(name, in_guild, channel.guild.id, data, censored))


def _where(channel: Channel) -> Payload:
    guild: Payload = {} if channel.guild is None else {"guild_id": str(channel.guild.id)}
    return {"channel_id": str(channel.id), **guild}

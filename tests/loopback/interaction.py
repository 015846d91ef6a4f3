"""One press, form or slash command of a member, and everything the bot answers to it."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from loopback.message import Message, MessageFlag, MessageKind
from loopback.payload import Body, Payload, Refusal, number, rows
from loopback.permissions import permissions

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.people import User
    from loopback.world import World

DEADLINE = timedelta(seconds=3)
TOKEN_LIFE = timedelta(minutes=15)


class Kind(IntEnum):
    """Interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    FORM = 5


class Response(IntEnum):
    """Interaction callback types."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    FORM = 9


class Interaction:
    """A recorded interaction: `response` is None until the bot acknowledged it.

    `original` is what @original means: the message sent in answer, or the one whose component was pressed.
    `messages` are all messages sent in answer, follow-ups included, the deleted ones too.
    """

    def __init__(
        self,
        world: World,
        kind: Kind,
        *,
        user: User,
        channel: Channel,
        data: Payload,
        message: Message | None = None,
    ) -> None:
        self.id = world.clock.snowflake()
        self.token = f"interaction-{self.id}"
        self.kind = kind
        self.user = user
        self.channel = channel
        self.message = message
        self.response: Response | None = None
        self.original: Message | None = None
        self.messages: list[Message] = []
        self.opened: Payload | None = None
        self.offered: list[Payload] | None = None
        self._revised: Message | None = None
        self._world = world
        self._created = world.clock()
        self._data = data

    async def shown(self, *, within: float = 5.0) -> Message:
        """Wait for the message that the member gets to see, past any "thinking"; at most `within` seconds."""
        return await self._world.news.pulse.until(self._visible, within=within)

    async def acknowledged(self, *, within: float = 5.0) -> Response:
        """Wait for the bot's first answer of whatever kind; at most `within` seconds."""
        return await self._world.news.pulse.until(lambda: self.response, within=within)

    async def form(self, *, within: float = 5.0) -> Payload:
        """Wait for the form that the bot opens, as Discord's modal; at most `within` seconds."""
        return await self._world.news.pulse.until(lambda: self.opened, within=within)

    async def choices(self, *, within: float = 5.0) -> list[Payload]:
        """Wait for the choices that autocomplete offers; at most `within` seconds."""
        await self.acknowledged(within=within)
        return self.offered or []

    def respond(self, body: Body) -> None:
        """Take the bot's first answer.

        Raises:
            Refusal: 404 10062 after three seconds, 400 40060 when there was an answer before.
        """
        if self.response is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if self._world.clock() - self._created > DEADLINE:
            raise Refusal(404, 10062, "Unknown interaction")
        response, data = Response(number(body.json, "type")), body.inner("data")
        if response is Response.MESSAGE:
            self.original = self._send(data)
        elif response is Response.DEFERRED_MESSAGE:
            flags = number(data.json, "flags") & MessageFlag.EPHEMERAL | MessageFlag.LOADING
            self.original = self._send(Body({"flags": int(flags)}))
        elif response is Response.FORM:
            self.opened = data.json
        elif response is Response.CHOICES:
            self.offered = rows(data.json, "choices")
        elif self.message is not None:
            self.original = self.message
            if response is Response.UPDATE:
                self._world.edit(self.message, data)
        self.response = response

    def follow_up(self, body: Body) -> Message:
        """Take a further message; right after a deferred answer it takes that one's place.

        The ephemeral flag of the deferred answer then stays. Source: Discord's developer docs,
        "Create Followup Message".
        """
        self._require_token()
        if self.original is not None and self.original.flags & MessageFlag.LOADING:
            json = {**body.json, "flags": number(body.json, "flags") & ~MessageFlag.EPHEMERAL}
            self._world.edit(self.original, Body(json, body.files))
            return self.original
        return self._send(body)

    def revise(self, which: str, body: Body) -> Message:
        """Change the message under "@original" or an id."""
        message = self.find(which)
        self._world.edit(message, body)
        self._revised = message
        return message

    def find(self, which: str) -> Message:
        """The message under "@original" or an id.

        Raises:
            Refusal: 401 50027 after 15 minutes, 404 10015 before any answer, 404 10008 when it is not there.
        """
        self._require_token()
        known = {str(message.id): message for message in self.messages}
        message = self.original if which == "@original" else known.get(which)
        if message is None or message.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def receipt(self) -> Payload:
        """The bot's answer as the callback endpoint echoes it."""
        assert self.response is not None
        first = self.original if self.response is not Response.DEFERRED_UPDATE else None
        message = None if first is None else first.payload(self._world.me)
        seen: Payload = {}
        if first is not None:
            seen = {
                "response_message_id": str(first.id),
                "response_message_loading": bool(first.flags & MessageFlag.LOADING),
                "response_message_ephemeral": first.ephemeral,
            }
        resource: Payload = {"type": int(self.response), "message": message}
        return {
            "interaction": {"id": str(self.id), "type": int(self.kind), **seen},
            **({"resource": resource} if message is not None else {}),
        }

    def payload(self) -> Payload:
        """The interaction as INTERACTION_CREATE shows it."""
        guild, me, here = self.channel.guild, self._world.me, self.channel.payload()
        common: Payload = {
            "id": str(self.id),
            "application_id": str(me.id),
            "type": int(self.kind),
            "token": self.token,
            "version": 1,
            "data": self._data,
            "channel_id": str(self.channel.id),
            "locale": "en-US",
            "entitlements": [],
            "attachment_size_limit": 10 * 1024 * 1024,
            **({"message": self.message.payload(me)} if self.message is not None else {}),
        }
        if guild is None:
            return {
                **common,
                "channel": here,
                "user": self.user.payload(),
                "app_permissions": "0",
                "authorizing_integration_owners": {"1": str(self.user.id)},
                "context": 1,
            }
        member = guild.members[self.user.id]
        held = {"permissions": str(int(permissions(member, self.channel)))}
        return {
            **common,
            "channel": {**here, **held},
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": {**member.payload(), **held},
            "app_permissions": str(int(permissions(guild.me, self.channel))),
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
        }

    def _visible(self) -> Message | None:
        sent = [message for message in self.messages if not message.flags & MessageFlag.LOADING]
        updated = self.original if self.response is Response.UPDATE else self._revised
        return sent[0] if sent else updated

    def _send(self, body: Body) -> Message:
        kind = MessageKind.COMMAND_REPLY if self.kind is Kind.COMMAND else MessageKind.DEFAULT
        me = self._world.me
        message = self._world.post(self.channel, me, body, kind=kind, application_id=me.id)
        self.messages.append(message)
        return message

    def _require_token(self) -> None:
        if self._world.clock() - self._created > TOKEN_LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if self.response is None:
            raise Refusal(404, 10015, "Unknown Webhook")

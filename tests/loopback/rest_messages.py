"""REST: messages and the reactions on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from loopback.channel import MAX_PAGE, Channel
from loopback.message import Message, MessageKind
from loopback.payload import Payload, Refusal, inner, number
from loopback.permissions import Permission, may, require
from loopback.reply import nothing, path_id, query_id, read_body, reply

if TYPE_CHECKING:
    from loopback.account import Account
    from loopback.counts import Counts
    from loopback.world import World

DEFAULT_PAGE = 50
EDITED_FREELY = timedelta(hours=1)
MESSAGES = r"/channels/{channel:\d+}/messages"
ONE = MESSAGES + r"/{message:\d+}"
REACTIONS = ONE + "/reactions/{emoji}"


class MessageRoutes:
    def __init__(self, world: World, account: Account, counts: Counts) -> None:
        self._world = world
        self._account = account
        self._counts = counts

    def table(self, prefix: str) -> list[web.RouteDef]:
        return [
            web.get(prefix + MESSAGES, self.page),
            web.post(prefix + MESSAGES, self.create),
            web.get(prefix + ONE, self.get),
            web.patch(prefix + ONE, self.edit),
            web.delete(prefix + ONE, self.delete),
            web.put(f"{prefix}{REACTIONS}/@me", self.react),
            web.delete(f"{prefix}{REACTIONS}/@me", self.unreact),
            web.delete(prefix + REACTIONS + r"/{user:\d+}", self.unreact),
        ]

    async def page(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        limit = query_id(request, "limit")
        limit = DEFAULT_PAGE if limit is None else limit
        if not 1 <= limit <= MAX_PAGE:
            raise Refusal(400, 50035, f"Invalid Form Body: limit must be from 1 to {MAX_PAGE}")
        before, after, around = (query_id(request, key) for key in ("before", "after", "around"))
        # Discord says nothing is there, rather than that it may not be read.
        if not self._may(channel, Permission.READ_MESSAGE_HISTORY):
            return reply([])
        found = channel.page(before=before, after=after, around=around, limit=limit)
        return reply([self._payload(message) for message in found])

    async def get(self, request: web.Request) -> web.Response:
        if not self._may(self._channel(request), Permission.READ_MESSAGE_HISTORY):
            raise Refusal(403, 50001, "Missing Access")
        return reply(self._payload(self._message(request)))

    async def create(self, request: web.Request) -> web.Response:
        channel, body = self._channel(request), await read_body(request)
        kind, first = MessageKind.DEFAULT, None
        if wanted := inner(body.json, "message_reference"):
            first = channel.messages.get(number(wanted, "message_id"))
            if first is not None:
                kind = MessageKind.REPLY
            elif wanted.get("fail_if_not_exists", True):
                raise Refusal(400, 50035, "Invalid Form Body: message_reference: Unknown message")
        message = self._world.post(channel, self._world.me, body, kind=kind, replies_to=first)
        return reply(message.payload(self._world.me, nonce=True))

    async def edit(self, request: web.Request) -> web.Response:
        self._channel(request)
        message, body = self._message(request), await read_body(request)
        self._counts.late_edits += self._world.clock() - message.created > EDITED_FREELY
        self._world.require_editable(message, self._world.me)
        self._world.edit(message, body)
        return reply(self._payload(message))

    async def delete(self, request: web.Request) -> web.Response:
        channel, message = self._channel(request), self._message(request)
        if message.author is not self._world.me:
            require(self._world.member(channel, self._world.me), channel, Permission.MANAGE_MESSAGES)
        self._world.delete(message)
        return nothing()

    async def react(self, request: web.Request) -> web.Response:
        self._channel(request)
        self._world.react(self._message(request), self._world.me, request.match_info["emoji"])
        return nothing()

    async def unreact(self, request: web.Request) -> web.Response:
        channel, user = self._channel(request), self._world.me
        if "user" in request.match_info:
            require(self._world.member(channel, user), channel, Permission.MANAGE_MESSAGES)
            user = self._world.user(path_id(request, "user"))
        self._world.unreact(self._message(request), user, request.match_info["emoji"])
        return nothing()

    def _channel(self, request: web.Request) -> Channel:
        channel = self._world.channel(path_id(request, "channel"))
        require(self._world.member(channel, self._world.me), channel, Permission.VIEW_CHANNEL)
        return channel

    def _message(self, request: web.Request) -> Message:
        return self._world.message(path_id(request, "channel"), path_id(request, "message"))

    def _may(self, channel: Channel, needed: Permission) -> bool:
        return may(self._world.member(channel, self._world.me), channel, needed)

    def _payload(self, message: Message) -> Payload:
        return message.payload(self._world.me, readable=self._account.reads_content)

"""REST: channels and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from loopback.channel import Channel, Thread
from loopback.payload import Payload, Refusal, number, text
from loopback.permissions import Permission, may, require
from loopback.reply import nothing, path_id, read_body, reply

if TYPE_CHECKING:
    from loopback.people import Member
    from loopback.world import World

MAX_THREAD_NAME = 100
CHANNEL = r"/channels/{channel:\d+}"
THREADS = CHANNEL + r"/messages/{message:\d+}/threads"
THREAD_MEMBER = CHANNEL + "/thread-members/{who}"


class ChannelRoutes:
    def __init__(self, world: World) -> None:
        self._world = world

    def table(self, prefix: str) -> list[web.RouteDef]:
        return [
            web.get(prefix + CHANNEL, self.get),
            web.patch(prefix + CHANNEL, self.change_thread),
            web.post(f"{prefix}{CHANNEL}/typing", self.accept),
            web.post(prefix + THREADS, self.start_thread),
            web.put(prefix + THREAD_MEMBER, self.accept),
            web.delete(prefix + THREAD_MEMBER, self.accept),
        ]

    async def get(self, request: web.Request) -> web.Response:
        channel, _ = self._seen(request)
        return reply(channel.payload())

    async def accept(self, request: web.Request) -> web.Response:
        self._seen(request)
        return nothing()

    async def change_thread(self, request: web.Request) -> web.Response:
        thread, me = self._seen(request)
        if not isinstance(thread, Thread):
            raise web.HTTPNotFound
        self._change(thread, me, (await read_body(request)).json)
        return reply(thread.payload())

    async def start_thread(self, request: web.Request) -> web.Response:
        self._seen(request)
        message = self._world.message(path_id(request, "channel"), path_id(request, "message"))
        wanted = (await read_body(request)).json
        name = text(wanted, "name")
        if not 1 <= len(name) <= MAX_THREAD_NAME:
            raise Refusal(400, 50035, f"Invalid Form Body: name must have 1 to {MAX_THREAD_NAME} characters")
        minutes = number(wanted, "auto_archive_duration", 4320)
        return reply(self._world.start_thread(message, self._world.me, name, minutes).payload(), 201)

    def _change(self, thread: Thread, me: Member | None, wanted: Payload) -> None:
        manages = may(me, thread, Permission.MANAGE_THREADS)
        archived, locked = _flag(wanted, "archived"), _flag(wanted, "locked")
        opens = archived is False
        if thread.archived and not opens:
            raise Refusal(400, 50083, "Thread is archived")
        owns = thread.owner is self._world.me
        if not manages and (locked is not None or (opens and thread.locked) or not (owns or opens)):
            raise Refusal(403, 50013, "Missing Permissions")
        self._world.change_thread(thread, archived=archived, locked=locked, name=text(wanted, "name"))

    def _seen(self, request: web.Request) -> tuple[Channel, Member | None]:
        channel = self._world.channel(path_id(request, "channel"))
        me = self._world.member(channel, self._world.me)
        require(me, channel, Permission.VIEW_CHANNEL)
        return channel, me


def _flag(wanted: Payload, key: str) -> bool | None:
    return bool(wanted[key]) if wanted.get(key) is not None else None

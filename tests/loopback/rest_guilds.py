"""REST: guilds, their people, and DMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from loopback.payload import Refusal, number
from loopback.reply import path_id, read_body, reply

if TYPE_CHECKING:
    from loopback.guild import Guild
    from loopback.world import World


class GuildRoutes:
    def __init__(self, world: World) -> None:
        self._world = world

    def table(self, prefix: str) -> list[web.RouteDef]:
        guild = prefix + r"/guilds/{guild:\d+}"
        return [
            web.get(guild, self.guild),
            web.get(f"{guild}/threads/active", self.threads),
            web.get(guild + r"/members/{member:\d+}", self.member),
            web.get(prefix + r"/users/{user:\d+}", self.user),
            web.post(f"{prefix}/users/@me/channels", self.open_direct_channel),
        ]

    async def guild(self, request: web.Request) -> web.Response:
        found = self._guild(request)
        return reply({**found.payload(), "approximate_member_count": len(found.members)})

    async def threads(self, request: web.Request) -> web.Response:
        threads = [thread.payload() for thread in self._guild(request).threads]
        return reply({"threads": threads, "members": [], "has_more": False})

    async def member(self, request: web.Request) -> web.Response:
        found = self._guild(request).members.get(path_id(request, "member"))
        if found is None:
            raise Refusal(404, 10007, "Unknown Member")
        return reply(found.payload())

    async def user(self, request: web.Request) -> web.Response:
        return reply(self._world.user(path_id(request, "user")).payload())

    async def open_direct_channel(self, request: web.Request) -> web.Response:
        recipient = self._world.user(number((await read_body(request)).json, "recipient_id"))
        return reply(self._world.direct_channel(recipient).payload())

    def _guild(self, request: web.Request) -> Guild:
        guild = self._world.guilds.get(path_id(request, "guild"))
        if guild is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return guild

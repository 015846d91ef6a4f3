"""REST: login, the application, and its slash commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from loopback.payload import rows
from loopback.reply import path_id, read_body, reply

if TYPE_CHECKING:
    from loopback.account import Account
    from loopback.commands import Commands
    from loopback.gateway import Gateway
    from loopback.payload import Payload
    from loopback.world import World

SESSIONS_A_DAY = 1000
RESET_AFTER_MS = 14_400_000
EVERYWHERE = r"/applications/{application:\d+}/commands"
IN_GUILD = r"/applications/{application:\d+}/guilds/{guild:\d+}/commands"


class AccountRoutes:
    def __init__(self, world: World, account: Account, gateway: Gateway, commands: Commands) -> None:
        self._world = world
        self._account = account
        self._gateway = gateway
        self._commands = commands

    def table(self, prefix: str) -> list[web.RouteDef]:
        return [
            web.get(f"{prefix}/gateway", self.gateway),
            web.get(f"{prefix}/gateway/bot", self.gateway_for_bot),
            web.get(f"{prefix}/users/@me", self.me),
            web.get(f"{prefix}/oauth2/applications/@me", self.application),
            web.get(prefix + EVERYWHERE, self.list_commands),
            web.put(prefix + EVERYWHERE, self.replace_commands),
            web.get(prefix + IN_GUILD, self.list_commands),
            web.put(prefix + IN_GUILD, self.replace_commands),
        ]

    async def gateway(self, _: web.Request) -> web.Response:
        return reply({"url": self._gateway.url})

    async def gateway_for_bot(self, _: web.Request) -> web.Response:
        limit = {
            "total": SESSIONS_A_DAY,
            "remaining": self._account.identifies_left,
            "reset_after": RESET_AFTER_MS,
            "max_concurrency": 1,
        }
        return reply({"url": self._gateway.url, "shards": 1, "session_start_limit": limit})

    async def me(self, _: web.Request) -> web.Response:
        return reply({**self._world.me.payload(), "verified": True, "mfa_enabled": True, "locale": "en-US"})

    async def application(self, _: web.Request) -> web.Response:
        owner: Payload = {**self._world.me.payload(), "id": "1", "username": "self-hoster", "bot": False}
        said: Payload = {
            "id": str(self._world.me.id),
            "name": self._world.me.name,
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner,
            "team": None,
            "verify_key": "0" * 64,
            "flags": self._account.flags,
        }
        return reply(said)

    async def list_commands(self, request: web.Request) -> web.Response:
        return reply(self._commands.registered(_guild(request)))

    async def replace_commands(self, request: web.Request) -> web.Response:
        definitions = rows((await read_body(request)).json, "list")
        return reply(self._commands.replace(_guild(request), definitions))


def _guild(request: web.Request) -> int | None:
    return path_id(request, "guild") if "guild" in request.match_info else None

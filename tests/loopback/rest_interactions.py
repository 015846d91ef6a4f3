"""REST: what a bot answers to interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from loopback.payload import Refusal
from loopback.reply import nothing, read_body, reply

if TYPE_CHECKING:
    from loopback.interaction import Interaction
    from loopback.world import World

CALLBACK = r"/interactions/{interaction:\d+}/{token}/callback"
FOLLOW_UPS = r"/webhooks/{application:\d+}/{token}"
ONE = FOLLOW_UPS + "/messages/{message}"


class InteractionRoutes:
    """`known` holds every interaction by its token."""

    def __init__(self, world: World, known: dict[str, Interaction]) -> None:
        self._world = world
        self._known = known

    def table(self, prefix: str) -> list[web.RouteDef]:
        return [
            web.post(prefix + CALLBACK, self.respond),
            web.post(prefix + FOLLOW_UPS, self.follow_up),
            web.get(prefix + ONE, self.get),
            web.patch(prefix + ONE, self.edit),
            web.delete(prefix + ONE, self.delete),
        ]

    async def respond(self, request: web.Request) -> web.Response:
        interaction = self._known.get(request.match_info["token"])
        if interaction is None:
            raise Refusal(404, 10062, "Unknown interaction")
        interaction.respond(await read_body(request))
        wants_receipt = request.query.get("with_response") in ("1", "true", "True")
        return reply(interaction.receipt()) if wants_receipt else nothing()

    async def follow_up(self, request: web.Request) -> web.Response:
        message = self._interaction(request).follow_up(await read_body(request))
        return reply(message.payload(self._world.me))

    async def get(self, request: web.Request) -> web.Response:
        message = self._interaction(request).find(request.match_info["message"])
        return reply(message.payload(self._world.me))

    async def edit(self, request: web.Request) -> web.Response:
        interaction, body = self._interaction(request), await read_body(request)
        return reply(interaction.revise(request.match_info["message"], body).payload(self._world.me))

    async def delete(self, request: web.Request) -> web.Response:
        self._world.delete(self._interaction(request).find(request.match_info["message"]))
        return nothing()

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self._known.get(request.match_info["token"])
        if interaction is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        return interaction

"""The REST API's front door: who may come in, what is counted, which fault strikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from loopback.payload import Refusal
from loopback.reply import refused

if TYPE_CHECKING:
    from loopback.account import Account
    from loopback.counts import Counts
    from loopback.faults import Faults, Handler
    from loopback.pulse import Pulse

PREFIX = "/api/v10"
# An interaction's token in the path is all the proof that these ask for.
OPEN = ("/interactions/", "/webhooks/", "/gateway")
UNAUTHORIZED, TOO_MANY = 401, 429


class FrontDoor:
    """Middleware for every request under the API's prefix."""

    def __init__(self, account: Account, counts: Counts, faults: Faults, pulse: Pulse) -> None:
        self._account = account
        self._counts = counts
        self._faults = faults
        self._pulse = pulse

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(PREFIX):
            return await handler(request)
        self._counts.requests[_route(request)] += 1

        async def effect(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, handler)

        path = request.path.removeprefix(PREFIX)
        response = await self._faults.around(request, path, effect)
        self._counts.invalid += response.status in (UNAUTHORIZED, 403, TOO_MANY)
        self._counts.rate_limited += response.status == TOO_MANY
        self._pulse.beat()
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        known = request.headers.get("Authorization") == f"Bot {self._account.token}"
        if not known and not path.startswith(OPEN):
            return refused(Refusal(UNAUTHORIZED, 0, "401: Unauthorized"))
        try:
            return await handler(request)
        except Refusal as refusal:
            return refused(refusal)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            self._counts.unmodelled.append(f"{request.method} {path}")
            return refused(Refusal(404, 0, f"The loopback Discord has no route {request.method} {path}."))


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    path = request.path if resource is None else resource.canonical
    return f"{request.method} {path.removeprefix(PREFIX)}"

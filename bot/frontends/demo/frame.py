"""The frame around simcord's page: its own address, a list of the channel and its threads, and a button for a new day.

It is a small reverse proxy, since only the server of a page can add something to it. All it knows of simcord's page is
public in every browser: the key behind the `#`, the header that carries it, that whatever the visitor does there is a
POST to one path, and the names of the elements it hides or fills.
"""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, web

from bot.frontends.demo import community
from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.news import news
from bot.frontends.demo.portraits import portrait
from bot.frontends.demo.tour import Tour

_HOST = "127.0.0.1"
_KEY = "X-Simcord-Capability"
_ACTION = "/api/action"
_PASSED_ON = (_KEY, "X-Simcord-Context", "Content-Type")
# What concerns one connection only, and is ours to say again.
_NOT_PASSED_BACK = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})
_HEAD = (
    '<link rel="icon" href="/demo/icon.png"><link rel="stylesheet" href="/demo/frame.css">'
    '<script type="module" src="/demo/frame.js"></script></head>'
)
# Browsers leave it out of what they send.
_HTTP_PORT = 80
_TITLE = "Practice Bot: demo"
# A poll that is under way when the demo ends need not be answered.
_CLOSING_SECONDS = 0.2

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Frame:
    """The handlers of the frame's own paths, and the one that passes everything else on."""

    def __init__(self, tour: Tour, session: ClientSession) -> None:
        address = urlsplit(tour.address)
        self.key = address.fragment
        self._upstream = f"{address.scheme}://{address.netloc}"
        self._tour = tour
        self._session = session

    def application(self) -> web.Application:
        """Return the frame as an application."""
        application = web.Application(middlewares=[_only_from_here])
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/demo/icon.png", _icon),
                web.get("/demo/{file:frame[.](?:js|css)}", _own_file),
                web.get("/demo/places", self._places),
                web.post("/demo/places/{place}", self._show),
                web.post("/demo/next-day", self._next_day),
                web.route("*", "/{path:.*}", self._pass_on),
            ]
        )
        return application

    async def _index(self, request: web.Request) -> web.Response:
        page = await self._pass_on(request)
        page.text = (page.text or "").replace("</head>", _HEAD, 1).replace("SimCord Preview", _TITLE, 1)
        return page

    async def _places(self, request: web.Request) -> web.Response:
        self._check_key(request)
        places = [asdict(place) for place in await self._tour.places()]
        return web.json_response({"community": community.NAME, "places": places})

    async def _show(self, request: web.Request) -> web.Response:
        self._check_key(request)
        if not await self._tour.show(request.match_info["place"]):
            raise web.HTTPNotFound
        return web.Response(status=204)

    async def _next_day(self, request: web.Request) -> web.Response:
        self._check_key(request)
        return web.json_response({"news": news(await self._tour.next_day())})

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()

        async def pass_on() -> web.Response:
            headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
            address = self._upstream + request.path_qs
            async with self._session.request(request.method, address, headers=headers, data=body) as answer:
                back = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_BACK}
                return web.Response(body=await answer.read(), status=answer.status, headers=back)

        try:
            return await (self._tour.let(pass_on) if request.path == _ACTION else pass_on())
        except ClientError as error:
            raise web.HTTPBadGateway from error

    def _check_key(self, request: web.Request) -> None:
        if not hmac.compare_digest(request.headers.get(_KEY, "").encode(), self.key.encode()):
            raise web.HTTPUnauthorized


@asynccontextmanager
async def open_frame(tour: Tour, port: int) -> AsyncIterator[str]:
    """Serve the frame on a port of this machine (0: any free one) and yield its address with the key.

    Raises:
        DemoError: the port cannot be had.
    """
    async with ClientSession() as session:
        frame = Frame(tour, session)
        runner = web.AppRunner(frame.application(), access_log=None, shutdown_timeout=_CLOSING_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise DemoError(
                f"Port {port} cannot be had on this machine: name another with --port, or leave it out for any."
            ) from error
        try:
            yield f"http://{_HOST}:{runner.addresses[0][1]}/#{frame.key}"
        finally:
            await runner.cleanup()


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a foreign page makes a browser send, under a name of its own or across origins."""
    port = _port(request)
    own = {f"{name}:{port}" for name in (_HOST, "localhost")}
    if port == _HTTP_PORT:
        own |= {_HOST, "localhost"}
    origin = request.headers.get("Origin")
    if request.host not in own or (origin is not None and urlsplit(origin).netloc != request.host):
        raise web.HTTPForbidden
    return await handler(request)


def _port(request: web.Request) -> int:
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    return int(socket[1]) if socket else 0


async def _own_file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).with_name(request.match_info["file"]), headers={"Cache-Control": "no-store"})


async def _icon(_request: web.Request) -> web.Response:
    return web.Response(body=portrait("?", "#5865f2"), content_type="image/png")

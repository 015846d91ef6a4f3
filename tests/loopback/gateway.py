"""The gateway: connections, the sessions they carry, and what each session has been told."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from loopback.events import PRIVILEGED, Event, Intent
from loopback.payload import Payload, inner, number, text

if TYPE_CHECKING:
    from loopback.account import Account
    from loopback.counts import Counts
    from loopback.guild import Guild
    from loopback.people import Member
    from loopback.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, REQUEST_MEMBERS = 0, 1, 2, 6, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
AUTHENTICATION_FAILED, DISALLOWED_INTENTS = 4004, 4014
MEMBERS_PER_CHUNK = 1000
# Discord forgets a session after some minutes; here, where time may stand still, the oldest ones go.
MAX_ASLEEP = 8


class Link:
    """One open connection; what is sent waits in a queue, so that telling never blocks."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.silent = False
        self._request = request
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def send(self, op: int, data: object) -> None:
        self.send_frame(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def send_frame(self, frame: str) -> None:
        if not self.silent:
            self._waiting.put_nowait(frame)

    async def write(self) -> None:
        """Send what waits until cancelled; a connection that is gone takes no more."""
        with suppress(ConnectionError):
            while True:
                await self.socket.send_str(await self._waiting.get())

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(eq=False)
class Session:
    """What one client asked for and has been told; it outlives its connection, for a resume."""

    id: str
    intents: Intent
    shard: int
    shards: int
    link: Link | None
    frames: list[str] = field(default_factory=list)

    def hears(self, event: Event) -> bool:
        shard = 0 if event.guild_id is None else (event.guild_id >> 22) % self.shards
        return shard == self.shard and (not event.intent or bool(self.intents & event.intent))

    def dispatch(self, name: str, data: Payload) -> None:
        frame = json.dumps({"op": DISPATCH, "t": name, "s": len(self.frames) + 1, "d": data})
        self.frames.append(frame)
        if self.link is not None:
            self.link.send_frame(frame)


class Gateway:
    """Every session with the account's token is served, as Discord does, however many there are.

    `accepting=False` refuses new connections; `ack_heartbeats=False` leaves heartbeats unanswered.
    """

    def __init__(self, world: World, account: Account, counts: Counts) -> None:
        self.accepting = True
        self.ack_heartbeats = True
        self.heartbeat_ms = 41250
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.links: set[Link] = set()
        self._world = world
        self._account = account
        self._counts = counts
        world.news.listeners.append(self.deliver)

    def deliver(self, event: Event) -> None:
        """Tell every session that may hear it, connected or not."""
        for session in self.sessions.values():
            if session.hears(event):
                readable = session.intents & Intent.MESSAGE_CONTENT or event.censored is None
                session.dispatch(event.name, event.data if readable else event.censored or {})

    def drop(self, *, forget: bool) -> None:
        """Cut every connection; with `forget` no session can be resumed."""
        for link in list(self.links):
            if link.session is not None:
                link.session.link = None
            link.abort()
        if forget:
            self.sessions.clear()

    def fall_silent(self, *, forget: bool) -> None:
        """Leave every connection open and send nothing more on it, not even to a heartbeat."""
        for link in self.links:
            link.silent = True
        if forget:
            self.sessions.clear()

    async def close(self) -> None:
        """Say goodbye to every connection."""
        for link in list(self.links):
            await link.socket.close(code=WSCloseCode.GOING_AWAY)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if not self.accepting:
            raise web.HTTPServiceUnavailable(text="The gateway is paused.")
        socket = web.WebSocketResponse(compress=False, timeout=1.0)
        await socket.prepare(request)
        link = Link(request, socket)
        self.links.add(link)
        writer = asyncio.create_task(link.write())
        try:
            link.send(HELLO, {"heartbeat_interval": self.heartbeat_ms})
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(link, json.loads(frame.data))
        finally:
            self.links.discard(link)
            self._leave(link)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            self._world.news.pulse.beat()
        return socket

    async def _receive(self, link: Link, frame: Payload) -> None:
        op, data = frame["op"], inner(frame, "d")
        if op == HEARTBEAT and self.ack_heartbeats:
            link.send(HEARTBEAT_ACK, None)
        elif op in (IDENTIFY, RESUME) and text(data, "token") != self._account.token:
            await link.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
        elif op == IDENTIFY:
            await self._identify(link, data)
        elif op == RESUME:
            self._resume(link, data)
        elif op == REQUEST_MEMBERS and link.session is not None:
            self._send_members(link.session, data)

    async def _identify(self, link: Link, data: Payload) -> None:
        self._counts.identifies += 1
        intents = Intent(number(data, "intents"))
        if intents & PRIVILEGED & ~self._account.approved:
            await link.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
            return
        shard, shards = _shard(data)
        session_id = f"session-{self._counts.identifies}"
        session = Session(session_id, intents, shard, shards, link)
        self.sessions[session_id] = session
        link.session = session
        guilds = [g for g in self._world.guilds.values() if (g.id >> 22) % shards == shard]
        ready: Payload = {
            "v": 10,
            "user": self._world.me.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session_id,
            "resume_gateway_url": self.url,
            "shard": [shard, shards],
            "application": {"id": str(self._world.me.id), "flags": self._account.flags},
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            session.dispatch("GUILD_CREATE", {**guild.arrival(), "unavailable": False})
        self._world.news.pulse.beat()

    def _resume(self, link: Link, data: Payload) -> None:
        self._counts.resumes += 1
        session = self.sessions.get(text(data, "session_id"))
        if session is None:
            link.send(INVALID_SESSION, data=False)
            return
        if session.link is not None:
            session.link.session = None
            session.link.abort()
        session.link, link.session = link, session
        for frame in session.frames[number(data, "seq") :]:
            link.send_frame(frame)
        session.dispatch("RESUMED", {})
        self._world.news.pulse.beat()

    def _leave(self, link: Link) -> None:
        """Keep the session for a resume, unless the client said goodbye or too many sleep already."""
        session = link.session
        if session is not None and session.link is link:
            session.link = None
            if link.socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
                self.sessions.pop(session.id, None)
        asleep = [session_id for session_id, each in self.sessions.items() if each.link is None]
        for session_id in asleep[:-MAX_ASLEEP]:
            del self.sessions[session_id]

    def _send_members(self, session: Session, data: Payload) -> None:
        guild = self._world.guilds.get(number(data, "guild_id"))
        if guild is None:
            return
        found = [member.payload() for member in _matching(guild, data)]
        chunks = [found[i : i + MEMBERS_PER_CHUNK] for i in range(0, len(found), MEMBERS_PER_CHUNK)] or [[]]
        for i, chunk in enumerate(chunks):
            answer: Payload = {
                "guild_id": str(guild.id),
                "members": chunk,
                "chunk_index": i,
                "chunk_count": len(chunks),
                "nonce": data.get("nonce"),
            }
            session.dispatch("GUILD_MEMBERS_CHUNK", answer)


def _shard(data: Payload) -> tuple[int, int]:
    shard = data.get("shard")
    return (int(shard[0]), int(shard[1])) if isinstance(shard, list) else (0, 1)


def _matching(guild: Guild, data: Payload) -> list[Member]:
    wanted = data.get("user_ids")
    if isinstance(wanted, list):
        return [guild.members[int(i)] for i in wanted if int(i) in guild.members]
    query, limit = text(data, "query").lower(), number(data, "limit")
    found = [m for m in guild.members.values() if (m.nick or m.user.name).lower().startswith(query)]
    return found[:limit] if limit else found

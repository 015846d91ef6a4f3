"""Bad days: faults that a test sets on chosen requests."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING

from loopback.reply import reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from loopback.pulse import Pulse

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(ABC):
    """A fault on the next `times` requests with this method and a path that the pattern matches whole.

    The path is without the API's prefix: "/channels/1/messages". `struck` counts the requests it hit.
    """

    def __init__(self, pulse: Pulse, method: str, path: str, times: int) -> None:
        self.struck = 0
        self.left = times
        self._method = method
        self._path = re.compile(path)
        self._pulse = pulse

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is one of its victims; each is counted."""
        if self.left == 0 or method != self._method or not self._path.fullmatch(path):
            return False
        self.left -= 1
        self.struck += 1
        return True

    async def hit(self, times: int = 1, *, within: float = 5.0) -> None:
        """Wait until it has struck `times` requests; at most `within` seconds."""
        await self._pulse.until(lambda: self.struck >= times, within=within)

    @abstractmethod
    async def inflict(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request badly, or make something go wrong around it."""


class Failure(Fault):
    """The request is refused before it has any effect."""

    def __init__(self, pulse: Pulse, method: str, path: str, times: int, answer: Callable[[], web.Response]) -> None:
        super().__init__(pulse, method, path, times)
        self._answer = answer

    async def inflict(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()
        self._pulse.beat()
        return self._answer()


class Loss(Fault):
    """The request takes effect, and the connection breaks before the answer."""

    async def inflict(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.transport is not None:
            request.transport.abort()
        self._pulse.beat()
        return response


class Hang(Fault):
    """The request gets no answer until `release` is called; the effect comes before or after the wait."""

    def __init__(self, pulse: Pulse, method: str, path: str, times: int, *, after: bool) -> None:
        super().__init__(pulse, method, path, times)
        self._after = after
        self._released = asyncio.Event()

    def release(self) -> None:
        """Let the waiting requests, and later ones, go on."""
        self._released.set()

    async def inflict(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._after:
            response = await handler(request)
            self._pulse.beat()
            await self._released.wait()
            return response
        await request.read()
        self._pulse.beat()
        await self._released.wait()
        return await handler(request)


class Faults:
    """The faults of one server, the latest set first; and its global rate limit, if a test wants one.

    `per_second` requests are let through in any second; interactions are exempt, as with Discord.
    """

    def __init__(self, pulse: Pulse) -> None:
        self.per_second: int | None = None
        self._pulse = pulse
        self._set: list[Fault] = []
        self._recent: deque[float] = deque()

    def fail(self, method: str, path: str, *, status: int, code: int = 0, times: int = 1) -> Fault:
        """Refuse before the effect, with an HTTP status and Discord's JSON error code."""
        said = {"message": "A fault that a test set", "code": code}
        return self._add(Failure(self._pulse, method, path, times, lambda: reply(said, status)))

    def limit(
        self,
        method: str,
        path: str,
        *,
        retry_after: float,
        everywhere: bool = False,
        via: bool = True,
        times: int = 1,
    ) -> Fault:
        """Answer 429 before the effect; `retry_after` in seconds.

        Without `via` it is a ban by Cloudflare, which discord.py does not wait for.
        """
        answer = lambda: rate_limited(retry_after, everywhere=everywhere, via=via)  # noqa: E731  # why: one use
        return self._add(Failure(self._pulse, method, path, times, answer))

    def lose(self, method: str, path: str, *, times: int = 1) -> Fault:
        """Let it take effect and lose the answer."""
        return self._add(Loss(self._pulse, method, path, times))

    def hang(self, method: str, path: str, *, after: bool = False, times: int = 1) -> Hang:
        """Leave the client waiting, before the effect or with `after` behind it, until released."""
        hang = Hang(self._pulse, method, path, times, after=after)
        self._add(hang)
        return hang

    def clear(self) -> None:
        """Mend everything, and let go of what hangs."""
        for fault in self._set:
            if isinstance(fault, Hang):
                fault.release()
        self._set.clear()
        self.per_second = None

    async def around(self, request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        """Handle a request, or strike it."""
        if not path.startswith("/interactions") and self._too_many():
            return rate_limited(1.0, everywhere=True, via=True)
        for fault in self._set:
            if fault.strikes(request.method, path):
                return await fault.inflict(request, handler)
        return await handler(request)

    def _add(self, fault: Fault) -> Fault:
        self._set.insert(0, fault)
        return fault

    def _too_many(self) -> bool:
        if self.per_second is None:
            return False
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            return True
        self._recent.append(now)
        return False


def rate_limited(retry_after: float, *, everywhere: bool, via: bool) -> web.Response:
    """The answer 429; `retry_after` in seconds."""
    said = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
    headers = {"Retry-After": str(retry_after), **({"Via": "1.1 google"} if via else {})}
    return reply(said, 429, headers)

"""A wait for a condition, in place of sleeping."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Pulse:
    """Beat whenever the server's world may have changed, and let a test wait for what it wants to see."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Let every waiting condition look again."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, condition: Callable[[], T | None], *, within: float = 5.0) -> T:
        """Wait until `condition()` is true and return what it returned.

        Args:
            condition: Asked again after every change in the world.
            within: Seconds of real time.

        Raises:
            TimeoutError: It was still false then.
        """
        try:
            async with asyncio.timeout(within):
                while not (found := condition()):
                    await self._next.wait()
        except TimeoutError:
            raise TimeoutError(f"The bot did not bring it about within {within} s; see the test's condition.") from None
        return found

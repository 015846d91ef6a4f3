"""What the demo needs of the bot, so that it can be handed one without knowing how it is put together."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from bot.domain.clock import Clock
from bot.practice.context import Practice

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient


class DemoApp(Protocol):
    """The bot, opened but not connected."""

    @property
    def practice(self) -> Practice:
        """What its use cases work with."""
        ...

    def discord(self) -> "PracticeClient":
        """Build an unconnected client."""
        ...

    async def tick(self) -> None:
        """Do whatever is due now."""
        ...


# Opens the bot on a database file and a clock, and closes it again.
OpenApp: TypeAlias = Callable[[Path, Clock], AbstractAsyncContextManager[DemoApp]]
